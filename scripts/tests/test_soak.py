# SPDX-License-Identifier: GPL-2.0
"""What scripts/soak counts, and how it ends."""

import contextlib
import importlib.machinery
import importlib.util
import io
import math
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest
import unittest.mock

SOAK = pathlib.Path(__file__).resolve().parent.parent / "soak"

loader = importlib.machinery.SourceFileLoader("soak", str(SOAK))
soak = importlib.util.module_from_spec(importlib.util.spec_from_loader("soak", loader))
loader.exec_module(soak)


def storm(verdict="pass", **more):
    return {"verdict": verdict, "message": "why", "log": "/logs", "checkers": ["KASAN", "lockdep"],
            "faults": [], **more}


class TallyTest(unittest.TestCase):
    def setUp(self):
        self.tally = soak.Tally()

    def text(self):
        return "\n".join(self.tally.lines())

    def test_nothing_done_is_not_good(self):
        self.assertFalse(self.tally.good)

    def test_minutes_under_each_checker(self):
        self.tally.add_storm("churn", [storm(), storm(checkers=["KASAN"])], 240)
        self.tally.add_tests("tests", "ok 1 a.b\n# checkers: KASAN, lockdep\n", 60)
        self.assertIn("under KASAN: 5 min", self.text())
        self.assertIn("under lockdep: 3 min", self.text())
        self.assertTrue(self.tally.good)

    def test_faults_by_kind(self):
        self.tally.add_storm("replies", [storm(faults=[
            {"kind": "reply-drop", "recovery_s": 2.5, "hits": 7},
            {"kind": "reply-drop", "recovery_s": None, "hits": None},
            {"kind": "daemon-kill", "recovery_s": 1},
        ])], 60)
        self.assertIn("reply-drop: 2 made, 1 survived, 7 hits", self.text())
        self.assertIn("daemon-kill: 1 made, 1 survived\n", self.text())
        self.assertIn("faults: 3 made, 2 survived", self.text())

    def test_a_storm_that_did_not_pass_is_found(self):
        self.tally.add_storm("churn", [storm("crash")], 60)
        self.assertIn("found: 1\n    churn: crash: why (logs: /logs)", self.text())
        self.assertFalse(self.tally.good)

    def test_a_reserve_page_that_is_not_listed_is_found(self):
        self.tally.add_storm("many", [storm(counters={"netswap": {"gfp_memalloc.check_unlisted": 0}})], 60)
        self.assertTrue(self.tally.good)
        self.tally.add_storm("many", [storm(counters={"netswap": {"gfp_memalloc.check_unlisted": 3}})], 60)
        self.assertIn("many: 3 reserve pages that are not in the list", self.text())
        self.assertFalse(self.tally.good)

    def test_a_storm_without_records_is_found(self):
        self.tally.add_storm("churn", [], 60)
        self.assertFalse(self.tally.good)

    def test_cases(self):
        self.tally.add_tests("tests", "ok 1 a.b\nnot ok 2 c.d\nok 3 e # SKIP no card\n", 60)
        self.assertIn("tests: 1 passed, 1 failed, 1 skipped", self.text())
        self.assertIn("tests: not ok c.d", self.text())
        self.assertFalse(self.tally.good)

    def test_no_case_is_found(self):
        self.tally.add_tests("tests", "netswap: no kernel\n", 1)
        self.assertFalse(self.tally.good)


    def test_the_fuzzer(self):
        self.tally.add_fuzz("readers", "fuzz: building\nok config: 123 executions, corpus 3\n"
                            "fuzz: 1 targets, 123 executions in 2 s, corpus 3, 0 crashed\n")
        self.assertIn("fuzzer: 123 inputs", self.text())
        self.assertTrue(self.tally.good)
        self.tally.add_fuzz("readers", "not ok config: 5 executions, corpus 3\n# runtime error\n"
                            "fuzz: 1 targets, 5 executions in 2 s, corpus 3, 1 crashed\n")
        self.assertIn("fuzzer: 128 inputs", self.text())
        self.assertIn("readers: config crashed", self.text())
        self.assertFalse(self.tally.good)

    def test_static_checks(self):
        self.tally.add_lint("checks", "lint: sparse ok\nlint: contexts ok\n")
        self.assertIn("static checks: 2", self.text())
        self.assertTrue(self.tally.good)
        self.tally.add_lint("checks", "kmod/x.c: sleeps\nlint: contexts complains\n")
        self.assertIn("checks: contexts complains", self.text())
        self.assertFalse(self.tally.good)

    def test_static_checks_that_were_not_made_are_found(self):
        self.tally.add_lint("checks", "lint.sh: sparse needs the kernel\n")
        self.assertFalse(self.tally.good)

    def test_a_fuzzer_that_ends_half_way_is_found(self):
        self.tally.add_fuzz("readers", "ok config: 123 executions, corpus 3\n")
        self.assertIn("ended after 1 targets", self.text())

    def test_a_fuzzer_that_is_not_built_is_found(self):
        self.tally.add_fuzz("readers", "fuzz: building\nnetswap: the targets do not compile\n")
        self.assertIn("nothing was read: ['netswap: the targets do not compile']", self.text())
        self.assertFalse(self.tally.good)


class TurnsTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.note = pathlib.Path(directory.name) / "soak/next"

    def test_goes_on_where_the_last_one_ended(self):
        turns = soak.Turns(["a", "b", "c"], 1, self.note)
        self.assertEqual(turns.now(), ("a", 1))
        turns.go_on()
        self.assertEqual(soak.Turns(["a", "b", "c"], 1, self.note).now(), ("b", 1))

    def test_a_new_round_has_a_new_seed(self):
        turns = soak.Turns(["a", "b"], 4, self.note)
        turns.go_on()
        turns.go_on()
        self.assertEqual(turns.now(), ("a", 5))
        self.assertEqual(soak.Turns(["a", "b"], 1, self.note).now(), ("a", 5))

    def test_a_note_that_says_nothing_is_left_aside(self):
        self.note.parent.mkdir()
        for text in ("", "gone 3", "b x", "b"):
            self.note.write_text(text, encoding="utf-8")
            self.assertEqual(soak.Turns(["a", "b"], 1, self.note).now(), ("a", 1), text)

    def test_keeps_no_note_of_steps_that_were_named(self):
        turns = soak.Turns(["b"], 7)
        turns.go_on()
        self.assertEqual(turns.now(), ("b", 8))


class OnceTest(unittest.TestCase):
    def main(self, *words):
        """The steps that a soak of two takes; each counts as one."""
        taken = []

        def take(step, seed, out, tally, seconds):
            taken.append((step, seed, seconds))
            tally.steps += 1
            return True

        with unittest.mock.patch.object(soak, "STEPS", {"a": ["fuzz"], "b": ["fuzz"]}), \
                unittest.mock.patch.object(soak, "take", take), \
                unittest.mock.patch.object(sys, "argv", ["soak", *words]), \
                contextlib.redirect_stdout(io.StringIO()):
            return soak.main(), taken

    def test_each_step_has_one_turn_without_a_limit(self):
        self.assertEqual(self.main("--once"), (0, [("a", 1, math.inf), ("b", 1, math.inf)]))
        self.assertEqual(self.main("--once", "--seed", "3", "b"), (0, [("b", 3, math.inf)]))

    def test_minutes_are_many_rounds(self):
        _, taken = self.main("--minutes", "0.001", "a", "b")
        self.assertGreater(len(taken), 2)


class RunTest(unittest.TestCase):
    def test_ends_what_takes_too_long(self):
        with tempfile.TemporaryDirectory() as directory:
            start = time.monotonic()
            self.assertIsNone(soak.run(["sleep", "60"], f"{directory}/log", 1))
            self.assertLess(time.monotonic() - start, 20)
            self.assertEqual(soak.run(["sh", "-c", "echo said; exit 3"], f"{directory}/log", 20), 3)
            self.assertEqual(pathlib.Path(f"{directory}/log").read_text(encoding="utf-8"), "said\n")


class CommandTest(unittest.TestCase):
    def soak(self, *words):
        return subprocess.run([sys.executable, SOAK, *words], capture_output=True, text=True,
                              timeout=60, check=False)

    def test_lists_its_steps(self):
        done = self.soak("--list")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(len(done.stdout.splitlines()), len(soak.STEPS))

    def test_an_unknown_step_is_one_line(self):
        done = self.soak("no-such-step")
        self.assertEqual(done.returncode, 2)
        self.assertIn("unknown step 'no-such-step'", done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1)


if __name__ == "__main__":
    unittest.main()
