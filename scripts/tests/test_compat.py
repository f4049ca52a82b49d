# SPDX-License-Identifier: GPL-2.0
"""The probes of kmod/compat: a build for the wrong kernel, or probes that say nothing, end in one line."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HEADERS = ROOT / "build/artefacts/6.12/build"


@unittest.skipUnless(HEADERS.exists(), "kernel 6.12 is not built (make guest)")
class CompatTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.tree = pathlib.Path(directory.name)
        shutil.copy(ROOT / "Kbuild", self.tree)
        shutil.copytree(ROOT / "kmod", self.tree / "kmod", ignore=shutil.ignore_patterns("*.o", "*.ko", ".*"))

    def change(self, name, old, new):
        path = self.tree / "kmod/compat" / name
        text = path.read_text()
        self.assertIn(old, text)
        path.write_text(text.replace(old, new))

    def build(self, target):
        command = ["make", "-C", HEADERS, f"M={self.tree}", target]
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=200, check=False)
        complaints = [line for line in done.stderr.splitlines() if "netswap: " in line]
        return done.returncode, complaints

    def refused(self, text):
        status, complaints = self.build("modules")
        self.assertNotEqual(status, 0)
        self.assertEqual(len(complaints), 1, complaints)
        self.assertIn(text, complaints[0])
        self.assertFalse(list(self.tree.rglob("*.ko")))

    def test_a_canary_that_compiles_everywhere_is_noticed(self):
        self.change("canary_fails.c", "sk_memalloc_no_kernel_has_this(sk)", "!sk")
        self.refused("compiles all probes")

    def test_a_canary_that_compiles_nowhere_is_noticed(self):
        self.change("canary_passes.c", "net/sock.h", "net/no_such_header.h")
        self.refused("compiles all probes")

    def test_hooks_of_another_version_are_noticed(self):
        self.change("hooks.c", "MEMRESERVE_ABI == ", "MEMRESERVE_ABI == 1 + ")
        self.refused("hooks of another version")

    def test_nothing_is_compiled_to_clean(self):
        self.change("canary_passes.c", "net/sock.h", "net/no_such_header.h")
        self.assertEqual(self.build("clean"), (0, []))


if __name__ == "__main__":
    unittest.main()
