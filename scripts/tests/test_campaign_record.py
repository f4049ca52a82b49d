# SPDX-License-Identifier: GPL-2.0
"""What scripts/campaign-record keeps of a campaign, and what it says of it."""

import contextlib
import importlib.machinery
import importlib.util
import io
import json
import pathlib
import tempfile
import unittest

FILE = pathlib.Path(__file__).resolve().parent.parent / "campaign-record"

loader = importlib.machinery.SourceFileLoader("campaign_record", str(FILE))
campaign = importlib.util.module_from_spec(importlib.util.spec_from_loader("campaign_record", loader))
loader.exec_module(campaign)


def head(build="0123456789abcdef"):
    return {"netswap_matrix": 1, "artefacts": {"6.12 kernel": build}, "options": {"map": ["320M"]}}


def line(arm="netswap", seed=1, verdict="pass", elapsed=7.0, share=300, storm="none"):
    counters = {"pswpout": 9, "netswap": {"gfp_memalloc.lowest_share": share} if share else {}}
    record = {"arm": arm, "seed": seed, "verdict": verdict, "elapsed_s": elapsed, "counters": counters,
              "params": {"kernel": "6.12"}}
    return {"cell": {"hostile": storm, "mem": "128M", "min-free": "300K"}, "record": record}


class CampaignTest(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.kept = campaign.RUNS, campaign.PAGE
        campaign.RUNS, campaign.PAGE = self.dir / "runs.csv", self.dir / "page.md"
        self.page("")

    def tearDown(self):
        campaign.RUNS, campaign.PAGE = self.kept

    def page(self, tables):
        campaign.PAGE.write_text(f"# Before\n{campaign.BEGIN}{tables}{campaign.END}After\n")

    def call(self, *words):
        """Status, stdout and stderr together."""
        with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.redirect_stderr(said):
            return campaign.main(list(words)), said.getvalue()

    def add(self, *lines):
        file = self.dir / "matrix.jsonl"
        file.write_text("".join(json.dumps(entry) + "\n" for entry in lines))
        return self.call("add", str(file))

    def runs(self):
        return campaign.read_runs(campaign.RUNS)

    def test_pieces_come_together_and_no_run_twice(self):
        self.add(head(), line(seed=1))
        self.assertEqual(self.add(head(), line(seed=1, elapsed=9), line(seed=2))[1],
                         "1 runs added, 2 kept\n")
        self.assertEqual([run["seed"] for run in self.runs()], ["1", "2"])
        self.add(head("another build"), line(seed=1))
        self.assertEqual(len(self.runs()), 3)

    def test_a_verdict_takes_the_place_of_an_error_and_not_the_other_way(self):
        self.add(head(), line(seed=1, verdict="error"), line(seed=2, verdict="hang"))
        self.add(head(), line(seed=1, verdict="hang"), line(seed=2, verdict="error"))
        self.assertEqual([run["verdict"] for run in self.runs()], ["hang", "hang"])

    def test_an_unlike_verdict_of_the_same_run_changes_nothing(self):
        self.add(head(), line(verdict="hang"))
        self.add(head(), line(verdict="pass"))
        self.assertEqual(self.runs()[0]["verdict"], "hang")

        self.assertIn("1 runs that are kept ended in another way", self.add(head(), line(verdict="pass"))[1])

    def test_other_modules_cards_and_connections_are_other_runs(self):
        of_modules = head()
        of_modules["artefacts"]["6.12 modules"] = "fedcba9876543210"
        usual, four = line(), line(verdict="hang")
        usual["cell"] |= {"conns": "default", "nic": "virtio-net"}
        four["cell"] |= {"conns": "4", "nic": "virtio-net"}
        self.add(head(), line())
        self.add(of_modules, usual, four)
        self.assertEqual({(run["build"], run["options"], run["verdict"]) for run in self.runs()},
                         {("0123456789abcdef", "map=320M", "pass"),
                          ("0123456789abcdef-fedcba9876543210", "map=320M", "pass"),
                          ("0123456789abcdef-fedcba9876543210", "conns=4 map=320M", "hang")})

    def test_page_and_check(self):
        self.add(head(), *(line(seed=seed, share=300 + seed) for seed in range(6)),
                 *(line("mainline", seed, "hang" if seed == 3 else "pass", 14.0, None) for seed in range(6)),
                 line("bare", 1, "error", None, None))
        self.assertEqual(self.call("check")[0], 1)
        self.assertEqual(self.call("page")[0], 0)
        self.assertEqual(self.call("check"), (0, ""))
        text = campaign.PAGE.read_text()
        self.assertIn("| none | 300K | 0 of 1, 1 error | 5 of 6 | **6 of 6** | 300 | 0.50 [0.50-0.50] |", text)
        self.assertIn("5 of 6 [44-97 %]", text)
        self.assertTrue(text.startswith("# Before\n") and text.endswith("After\n"))

    def test_a_share_that_nobody_looked_at_is_none(self):
        self.add(head(), line(seed=1, share=2**64 - 1))
        self.assertEqual(self.runs()[0]["lowest_share"], "")

    def test_few_survivors_give_no_ratio(self):
        runs = [campaign.run_of(head(), **line(arm, seed)) for arm in ("netswap", "mainline") for seed in range(4)]
        self.assertEqual(campaign.ratio_text(runs), "")

    def test_a_ratio_is_of_builds_that_both_arms_ran_with(self):
        runs = [campaign.run_of(head(), **line(arm, seed)) for arm in ("netswap", "mainline") for seed in range(6)]
        alone = [campaign.run_of(head("another build"), **line(seed=seed, elapsed=70.0)) for seed in range(9)]
        self.assertEqual(campaign.ratio_text(runs + alone), campaign.ratio_text(runs))
        self.assertEqual(campaign.ratio_text(alone), "")

    def test_bad_lines_are_named_and_nothing_is_lost(self):
        self.add(head(), line())
        status, said = self.add(head(), {"cell": {}})
        self.assertEqual(status, 1)
        self.assertIn("matrix.jsonl:2: is no line of a hostile matrix", said)
        self.assertEqual(len(self.runs()), 1)

    def test_a_page_without_its_place_is_left_alone(self):
        campaign.PAGE.write_text("# Words\n")
        self.assertEqual(self.call("page")[0], 1)
        self.assertEqual(campaign.PAGE.read_text(), "# Words\n")

    def test_ratio_is_between_the_quotients(self):
        middle, low, high = campaign.ratio([float(n) for n in range(10, 20)], [10.0] * 10)
        self.assertEqual(middle, 1.45)
        self.assertTrue(1.0 < low < middle < high < 1.9)

    def test_wilson(self):
        low, high = campaign.wilson(20, 20)
        self.assertAlmostEqual(low, 0.8389, 4)
        self.assertEqual(high, 1.0)


if __name__ == "__main__":
    unittest.main()
