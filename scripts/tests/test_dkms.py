# SPDX-License-Identifier: GPL-2.0
"""The tree for DKMS: complete, of the right version, and DKMS builds it."""

import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parent.parent
ROOT = SCRIPTS.parent
MODULES = ("netswap_guard", "netswap_mark")


def settings(path):
    return dict(re.findall(r'^([A-Z_]+(?:\[\d\])?)="(.*)"$', path.read_text(), re.M))


class DkmsTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.place = pathlib.Path(directory.name)
        project = re.search(r"^project\(netswap VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text(), re.M)
        self.version = project[1]
        self.tree = self.place / "source" / f"netswap-{self.version}"
        subprocess.run([SCRIPTS / "stock-source.sh", self.tree], check=True, timeout=30)

    def test_has_all_that_the_modules_include(self):
        for source in self.tree.rglob("*.[ch]"):
            for name in re.findall(r'^#include "([^"]+)"', source.read_text(), re.M):
                places = (source.parent / name, self.tree / "kmod" / name)
                self.assertTrue(any(place.exists() for place in places), f"{source.name}: {name}")

    def test_is_of_the_programs_version(self):
        self.assertEqual(settings(self.tree / "dkms.conf")["PACKAGE_VERSION"], self.version)

    def test_is_for_the_verified_kernels_only(self):
        pattern = settings(self.tree / "dkms.conf")["BUILD_EXCLUSIVE_KERNEL"]
        for release in ("6.1.0-56-cloud-amd64", "6.12.117+deb12-cloud-amd64", "6.12.1-amd64"):
            self.assertRegex(release, pattern)
        for release in ("6.11.2-amd64", "6.13.0-amd64", "5.10.0-30-amd64", "16.1.0", "6.120.1"):
            self.assertNotRegex(release, pattern)

    def test_refuses_an_unknown_option(self):
        done = subprocess.run([SCRIPTS / "stock-source.sh", "--wrong"], capture_output=True, text=True, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("usage:", done.stderr)

    def dkms(self, verb, release, headers):
        """Runs DKMS on trees of its own: nothing is installed on this machine."""
        (self.place / "dkms").mkdir(exist_ok=True)
        command = ["dkms", verb, f"netswap/{self.version}", "-k", release, "--kernelsourcedir", headers]
        command += ["--dkmstree", self.place / "dkms", "--sourcetree", self.place / "source"]
        return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=200, check=False)

    def build_for(self, flavour):
        headers = ROOT / "build/artefacts" / flavour / "build"
        if not shutil.which("dkms"):
            self.skipTest("dkms is not installed")
        if not (headers / "Makefile").exists():
            self.skipTest(f"the headers of {flavour} are not there (scripts/artefacts.sh {flavour})")
        release = (ROOT / "build/artefacts" / flavour / "release").read_text().strip()
        done = self.dkms("build", release, headers.resolve())
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for module in MODULES:
            self.assertTrue(list((self.place / "dkms").rglob(f"{release}/*/module/{module}.ko*")), module)

    def test_dkms_builds_it_for_6_12(self):
        self.build_for("debian-6.12")

    def test_dkms_builds_it_for_6_1(self):
        self.build_for("debian-6.1")


if __name__ == "__main__":
    unittest.main()
