# SPDX-License-Identifier: GPL-2.0
"""The counting of scripts/run-tests, and scripts/check-docs' readers."""

import concurrent.futures
import contextlib
import importlib.machinery
import importlib.util
import io
import pathlib
import signal
import time
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parent.parent


def load(name):
    loader = importlib.machinery.SourceFileLoader(name.replace("-", "_"), str(SCRIPTS / name))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


run_tests = load("run-tests")
check_docs = load("check-docs")


def quietly(function, *arguments):
    with contextlib.redirect_stdout(io.StringIO()) as said:
        result = function(*arguments)
    return result, said.getvalue()


class KtapTest(unittest.TestCase):
    def count(self, status, output):
        tally, said = quietly(run_tests.count_ktap, "what", status, output)
        return (tally.passed, tally.failed, tally.skipped), said

    def test_counts(self):
        counts, said = self.count(1, "1..3\nok 1 a\n# why\nnot ok 2 b\nok 3 c # SKIP no slab\n")
        self.assertEqual(counts, (1, 1, 1))
        self.assertIn("why", said)
        self.assertIn("not ok 2 b", said)

    def test_a_bad_status_without_a_failed_test_is_a_failure(self):
        self.assertEqual(self.count(3, "ok 1 a\n")[0], (1, 1, 0))

    def test_time_out_is_a_failure(self):
        counts, said = self.count(None, "ok 1 a\n")
        self.assertEqual(counts, (1, 1, 0))
        self.assertIn("not over in time", said)

    def test_silence_is_a_failure(self):
        self.assertEqual(self.count(0, "")[0], (0, 1, 0))


class LintTest(unittest.TestCase):
    def count(self, status, output):
        tally, said = quietly(run_tests.count_lint, status, output)
        return (tally.passed, tally.failed, tally.skipped), said

    def test_shows_what_a_check_complains_of_and_nothing_else(self):
        counts, said = self.count(1, "hint\nlint: shell ok\na.c:3: no\nlint: sparse complains\nlint.sh: failed: sparse\n")
        self.assertEqual(counts, (1, 1, 0))
        self.assertIn("a.c:3: no", said)
        self.assertNotIn("hint", said)

    def test_a_bad_status_without_a_complaint_is_a_failure(self):
        self.assertEqual(self.count(1, "lint: shell ok\nsparse needs the kernel\n")[0], (1, 1, 0))

    def test_time_out_and_silence_are_failures(self):
        self.assertEqual(self.count(None, "lint: shell ok\n")[0], (1, 1, 0))
        self.assertEqual(self.count(0, "")[0], (0, 1, 0))


class RunTest(unittest.TestCase):
    def test_returns_status_and_both_streams(self):
        status, output = run_tests.run(["sh", "-c", "echo a; echo b >&2; exit 3"], 10)
        self.assertEqual((status, sorted(output.split())), (3, ["a", "b"]))

    def test_ends_what_takes_too_long_with_its_children(self):
        status, output = run_tests.run(["sh", "-c", "echo begun; sleep 60 | sleep 60"], 0.5)
        self.assertIsNone(status)
        self.assertIn("begun", output)

    def test_ends_what_other_threads_wait_for(self):
        with concurrent.futures.ThreadPoolExecutor(1) as lane:
            case = lane.submit(run_tests.run, ["sleep", "60"], 60)
            end = time.monotonic() + 30
            while not run_tests.UNDER_WAY and time.monotonic() < end:
                time.sleep(0.01)
            run_tests.end_under_way()
            self.assertEqual(case.result(), (-signal.SIGTERM, ""))
        self.assertEqual(run_tests.UNDER_WAY, set())

    def test_has_no_stdin(self):
        self.assertEqual(run_tests.run(["cat"], 10), (0, ""))


class DocsTest(unittest.TestCase):
    def test_code_of_a_page(self):
        page = "Say `make help`.\n\n    make storm\n\n```\nmake test\n```\nmake nothing of it\n"
        self.assertEqual(list(check_docs.code_lines(page)), ["make help", "make storm", "make test"])

    def test_unknown_verb(self):
        self.assertEqual(list(check_docs.make_faults("make test TESTS=host")), [])
        self.assertIn("frobnicate", "".join(check_docs.make_faults("make frobnicate")))

    def test_anchors(self):
        self.assertIn("what-it-is", check_docs.headings("# One\n\n## What it is\n"))

    def test_missing_link(self):
        page = SCRIPTS / "page.md"
        self.assertEqual(len(list(check_docs.link_faults(page, "[a](none.md) [b](lib.sh)"))), 1)


if __name__ == "__main__":
    unittest.main()
