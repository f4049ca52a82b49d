# SPDX-License-Identifier: GPL-2.0
"""scripts/check-config, and whether the generated files are up to date."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parent.parent


class CheckConfigTest(unittest.TestCase):
    def check(self, wanted, config):
        with tempfile.TemporaryDirectory() as name:
            files = [pathlib.Path(name) / "wanted", pathlib.Path(name) / "config"]
            for file, text in zip(files, (wanted, config)):
                file.write_text(text)
            done = subprocess.run(
                [SCRIPTS / "check-config", *files], capture_output=True, text=True,
                timeout=20, check=False,
            )
        return done.returncode, done.stderr

    def test_all_arrived(self):
        wanted = 'CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C=n\nCONFIG_D="x y"\n# words\n'
        self.assertEqual(self.check(wanted, 'CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_D="x y"\n'), (0, ""))

    def test_dropped(self):
        status, said = self.check("CONFIG_NET=y\n", "# CONFIG_NET is not set\n")
        self.assertEqual(status, 1)
        self.assertIn("CONFIG_NET was asked to be y but is n", said)

    def test_unknown(self):
        self.assertEqual(self.check("CONFIG_NO_SUCH=y\n", "")[0], 1)

    def test_module_is_not_built_in(self):
        self.assertIn("but is m", self.check("CONFIG_NBD=y\n", "CONFIG_NBD=m\n")[1])

    def test_kept_on(self):
        status, said = self.check("CONFIG_VT=n\n# CONFIG_TTY is not set\n", "CONFIG_VT=y\nCONFIG_TTY=y\n")
        self.assertEqual((status, len(said.splitlines())), (1, 2))


class GeneratedTest(unittest.TestCase):
    def test_netlink_files_are_those_of_the_spec(self):
        done = subprocess.run(
            [sys.executable, "-B", SCRIPTS / "gen-netlink.py", "--check"],
            capture_output=True, text=True, timeout=20, check=False,
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
