#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Black-box tests of mkinitramfs: runs the script, reads the archive with cpio."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).with_name("mkinitramfs")


class MkInitramfs(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.dir = Path(scratch.name)
        (self.dir / "bin").mkdir()
        (self.dir / "bin" / "tool").write_text("#!/bin/sh\n")
        (self.dir / "kernel" / "modules").mkdir(parents=True)
        for name in ("b.ko", "a.ko"):
            (self.dir / "kernel" / "modules" / name).write_bytes(b"module " + name.encode())

    def build(self, manifest, *options, output="out.cpio"):
        (self.dir / "manifest").write_text(manifest)
        return subprocess.run(
            [sys.executable, str(SCRIPT), "--manifest", str(self.dir / "manifest"),
             "--bin-dir", str(self.dir / "bin"), "--kernel-dir", str(self.dir / "kernel"),
             "--compress", "none", "-o", str(self.dir / output), *options],
            capture_output=True, text=True, timeout=60, check=False)

    def listing(self):
        run = subprocess.run(["cpio", "-itv", "--quiet", "--numeric-uid-gid"], check=True,
                             input=(self.dir / "out.cpio").read_bytes(), capture_output=True)
        return run.stdout.decode().splitlines()

    def assert_refused(self, manifest, *needles, options=()):
        run = self.build(manifest, *options)
        self.assertNotEqual(run.returncode, 0)
        self.assertEqual(run.stderr.count("\n"), 1, run.stderr)
        for needle in needles:
            self.assertIn(needle, run.stderr)
        self.assertFalse((self.dir / "out.cpio").exists())

    def test_everything_is_there_and_belongs_to_root(self):
        run = self.build("bin /sbin/tool\nlink /bin/t /sbin/tool\nkmods /lib/x\ndir /proc\n"
                         "node /dev/console 5 1  # first console\n")
        self.assertEqual(run.returncode, 0, run.stderr)
        lines = self.listing()
        for line in lines:
            self.assertEqual(line.split()[2:4], ["0", "0"], line)
        text = "\n".join(lines)
        for path in ("bin/t -> /sbin/tool", "dev/console", "lib/x/a.ko", "sbin/tool"):
            self.assertIn(path, text)
        self.assertTrue(any(line.startswith("crw") for line in lines))

    def test_same_input_same_bytes(self):
        manifest = "bin /sbin/tool\nkmods /lib/x\n"
        self.build(manifest, "--compress", "gzip-1", output="one")
        os.utime(self.dir / "bin" / "tool", (1, 1))
        self.build("# reordered\nkmods /lib/x\nbin /sbin/tool\n", "--compress", "gzip-1",
                   output="two")
        self.assertEqual((self.dir / "one").read_bytes(), (self.dir / "two").read_bytes())

    def test_libraries_come_along(self):
        run = self.build("bin /bin/cat\n")
        self.assertEqual(run.returncode, 0, run.stderr)
        text = "\n".join(self.listing())
        self.assertIn("libc.so.6", text)
        self.assertIn("ld-linux", text)

    def test_missing_program(self):
        self.assert_refused("dir /x\nbin /bin/no-such-program\n", "manifest:2", "no-such-program")

    def test_optional_program_may_be_missing(self):
        self.assertEqual(self.build("bin? /bin/no-such-program\n").returncode, 0)

    def test_missing_file(self):
        self.assert_refused("file /etc/x /nonexistent/x\n", "/nonexistent/x", "No such file")

    def test_unknown_word(self):
        self.assert_refused("copy /x\n", "unknown word 'copy'")

    def test_wrong_number_of_words(self):
        self.assert_refused("link /x\n", "manifest:1", "wrong number of words")

    def test_relative_path(self):
        self.assert_refused("dir proc\n", "must begin with /")

    def test_missing_kernel_directory(self):
        self.assert_refused("kmods /lib/x\n", "build the kernel first",
                            options=("--kernel-dir", "/nonexistent"))


if __name__ == "__main__":
    unittest.main()
