# SPDX-License-Identifier: GPL-2.0
"""scripts/check-docs on a small tree: each planted mistake is found, and named; without one it passes."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

CHECK = pathlib.Path(__file__).resolve().parent.parent / "check-docs"

NETSWAP = """#!/bin/sh
case "$1" in
--help) printf 'Subcommands:\\n  storm   makes one\\n  run     starts a server\\n' ;;
storm) printf '  --runs INT\\n  --mem TEXT\\n' ;;
run) printf '  --keep-fds\\n' ;;
*) exit 2 ;;
esac
"""

MAKEFILE = "all: storm\nstorm: ## run the storm\ntest: ## run every test\nhelp: ## list the verbs\n"

README = """# Title
See [the guide](docs/guide.md), [a part of it](docs/guide.md#of-the-server-and-its-port), [outside](https://example.org/x).

    make storm
    make test
"""

GUIDE = """# Guide
## Of the server, and its port
`netswap storm --runs 3`, [up](../README.md#title), [here](#guide).

    netswap run --keep-fds -- nbdkit --threads 1
    VALUE=1 build/netswap storm --mem 128M
"""


class CheckDocs(unittest.TestCase):
    def setUp(self):
        kept = tempfile.TemporaryDirectory()
        self.addCleanup(kept.cleanup)
        self.root = pathlib.Path(kept.name)
        for directory in ("scripts", "build", "docs"):
            (self.root / directory).mkdir()
        shutil.copy(CHECK, self.root / "scripts")
        program = self.root / "build/netswap"
        program.write_text(NETSWAP)
        program.chmod(0o755)
        (self.root / "Makefile").write_text(MAKEFILE)
        (self.root / "README.md").write_text(README)
        (self.root / "docs/guide.md").write_text(GUIDE)

    def check(self):
        return subprocess.run(
            [self.root / "scripts/check-docs"], capture_output=True, text=True, timeout=60, check=False
        )

    def assert_found(self, added, fault, page="docs/guide.md"):
        with (self.root / page).open("a") as file:
            file.write(f"\n{added}\n")
        done = self.check()
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn(f"# {fault}\n", done.stdout)
        self.assertRegex(done.stdout, rf"not ok \d+ {page}")

    def test_clean_tree_passes(self):
        done = self.check()
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("1..3\n", done.stdout)
        self.assertNotIn("#", done.stdout)

    def test_link_without_file(self):
        self.assert_found("[x](gone.md)", "link to gone.md: no such file")

    def test_link_without_heading(self):
        self.assert_found("[x](docs/guide.md#gone)", "link to docs/guide.md#gone: no such heading", "README.md")

    def test_unknown_verb_of_make(self):
        self.assert_found("    make strom", "`make strom`: make has no verb strom")

    def test_unknown_subcommand(self):
        self.assert_found("Say `netswap strom`.", "`netswap strom`: netswap has no subcommand strom")

    def test_unknown_option(self):
        self.assert_found(
            "```\nnetswap storm --rusn 3\n```", "`netswap storm --rusn 3`: netswap storm has no option --rusn"
        )

    def test_only_code_is_looked_at(self):
        with (self.root / "docs/guide.md").open("a") as file:
            file.write("\nTo make sure of it, netswap goes on --anyway.\n")
        self.assertEqual(self.check().returncode, 0)

    def test_verb_that_no_page_names(self):
        with (self.root / "Makefile").open("a") as file:
            file.write("bench: ## measure\n")
        done = self.check()
        self.assertEqual(done.returncode, 1)
        self.assertIn("# no page names `make bench`\n", done.stdout)

    def test_subcommand_that_no_page_names(self):
        (self.root / "docs/guide.md").write_text("# Guide\n## Of the server, and its port\n`netswap storm`\n")
        done = self.check()
        self.assertEqual(done.returncode, 1)
        self.assertIn("# no page names `netswap run`\n", done.stdout)


if __name__ == "__main__":
    unittest.main()
