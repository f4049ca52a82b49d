# SPDX-License-Identifier: GPL-2.0
"""Values of `netswap up` that are refused before it looks at the machine."""

import pathlib
import subprocess
import unittest

NETSWAP = pathlib.Path(__file__).resolve().parents[2] / "build" / "netswap"


class Values(unittest.TestCase):
    def refused(self, *words):
        done = subprocess.run([NETSWAP, "up", *words], capture_output=True, text=True, timeout=20, check=False)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        return done.stderr

    def test_an_empty_value_is_not_left_out(self):
        self.assertIn("--size = ''", self.refused("nbd://127.0.0.1:1/x", "--size", ""))
        self.assertIn("--conns = ''", self.refused("nbd://127.0.0.1:1/x", "--conns", ""))
        self.assertIn("--via = ''", self.refused("nbd://127.0.0.1:1/x", "--via", ""))

    def test_an_empty_name_is_not_the_default(self):
        self.assertIn("'' cannot name an area", self.refused("nbd://127.0.0.1:1/x", "--name", ""))

    def test_a_name_that_is_not_utf8_never_gets_to_a_server(self):
        self.assertIn("not UTF-8", self.refused("nbd://127.0.0.1:1/%FF"))


if __name__ == "__main__":
    unittest.main()
