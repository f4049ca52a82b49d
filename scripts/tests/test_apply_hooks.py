# SPDX-License-Identifier: GPL-2.0
"""scripts/apply-hooks on a kernel tree of three small files."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

APPLY_HOOKS = pathlib.Path(__file__).resolve().parent.parent / "apply-hooks"

POND_C = """#include <linux/pond.h>

static int pond_depth(int fish)
{
	if (fish > 3)
		return wade(fish);
	return swim(fish);
}

static int pond_count(int fish)
{
	return swim(fish) + swim(fish + 1);
}
"""

ASK_SWIM = """// netswap-rule: ask_swim  file=lake/pond.c  token=may_swim(fish  count=%s

@ask_swim@
symbol fish;
@@
 pond_depth(...)
 {
	<+...
-	swim(fish)
+	may_swim(fish)
	...+>
 }
"""

# Two rules that count the same token, for one kernel each.
TWO_KERNELS = (
    "// netswap-rule: ask_swim  file=lake/pond.c  token=may_  count=1"
    "  kernels=6.12  elsewhere: ask_wade\n"
    "// netswap-rule: ask_wade  file=lake/pond.c  token=may_  count=1"
    "  kernels=6.1  elsewhere: ask_swim\n"
    "\n@ask_swim@\nsymbol fish;\n@@\n-return swim(fish);\n+return may_swim(fish);\n"
    "\n@ask_wade@\nsymbol fish;\n@@\n-wade(fish)\n+may_wade(fish)\n"
)


class ApplyHooksTest(unittest.TestCase):
    def setUp(self):
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="netswap-test-"))
        self.addCleanup(shutil.rmtree, self.top)
        self.hooks = self.top / "hooks"
        self.tree = self.top / "tree"
        self.hooks.mkdir()
        self.put("tree/lake/pond.c", POND_C)
        self.put("tree/mm/Makefile", "obj-y += slab.o")
        self.put("tree/mm/Kconfig", 'menu "Memory"\n\nmenu "In"\nendmenu\n\nendmenu\n')

    def put(self, name, text):
        path = self.top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def run_it(self, *more):
        return subprocess.run(
            [str(APPLY_HOOKS), str(self.hooks), str(self.tree), *more],
            capture_output=True, text=True, timeout=120, check=False,
        )

    def refused(self, *words):
        """Run; it must fail with one line of ours that has all `words`."""
        done = self.run_it()
        self.assertEqual(done.returncode, 1, done)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)


class FilesTest(ApplyHooksTest):
    """What needs no spatch."""

    def test_installs_our_files(self):
        self.put("hooks/memreserve.c", "int c;\n")
        self.put("hooks/memreserve.h", "extern int c;\n")
        self.put("hooks/extra.txt", "extra\n")
        self.put("hooks/files", "# comment\nextra.txt\tlake/deep/extra.txt\n")
        done = self.run_it("--changed", str(self.top / "changed"))
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual((self.tree / "mm/memreserve.c").read_text(), "int c;\n")
        self.assertEqual((self.tree / "include/linux/memreserve.h").read_text(), "extern int c;\n")
        self.assertEqual((self.tree / "lake/deep/extra.txt").read_text(), "extra\n")
        self.assertEqual(
            (self.top / "changed").read_text().split(),
            ["include/linux/memreserve.h", "lake/deep/extra.txt", "mm/memreserve.c"],
        )

    def test_appends_after_a_missing_newline(self):
        self.put("hooks/append", "mm/Makefile\tobj-$(CONFIG_X) += x.o\n")
        self.assertEqual(self.run_it().returncode, 0)
        self.assertEqual(
            (self.tree / "mm/Makefile").read_text(), "obj-y += slab.o\nobj-$(CONFIG_X) += x.o\n"
        )

    def test_leaves_a_hard_link_alone(self):
        pristine = self.top / "pristine"
        pristine.hardlink_to(self.tree / "mm/Makefile")
        self.put("hooks/append", "mm/Makefile\tmore\n")
        self.assertEqual(self.run_it().returncode, 0)
        self.assertEqual(pristine.read_text(), "obj-y += slab.o")

    def test_sources_kconfig_before_the_last_endmenu(self):
        self.put("hooks/Kconfig.memreserve", "config MEMRESERVE\n")
        self.assertEqual(self.run_it().returncode, 0)
        self.assertEqual(
            (self.tree / "mm/Kconfig").read_text(),
            'menu "Memory"\n\nmenu "In"\nendmenu\n\nsource "mm/Kconfig.memreserve"\n\nendmenu\n',
        )

    def test_refuses_a_kconfig_that_goes_on_after_the_menu(self):
        self.put("hooks/Kconfig.memreserve", "config MEMRESERVE\n")
        self.put("tree/mm/Kconfig", "menu\nendmenu\nconfig Z\n")
        self.refused("Kconfig.memreserve", "endmenu")

    def test_refuses_a_hooked_tree(self):
        self.put("hooks/memreserve.c", "int c;\n")
        self.assertEqual(self.run_it().returncode, 0)
        self.refused("mm/memreserve.c", "hooked")

    def test_refuses_a_missing_target(self):
        self.put("hooks/append", "mm/None\tx\n")
        self.refused("append:1", "mm/None")

    def test_refuses_a_malformed_append(self):
        self.put("hooks/append", "mm/Makefile x\n")
        self.refused("append:1", "FILE<tab>TEXT")

    def test_refuses_a_missing_directory(self):
        shutil.rmtree(self.hooks)
        self.refused("hooks", "not a directory")


class AllocatorFilesTest(ApplyHooksTest):
    """What is installed for one allocator only."""

    def setUp(self):
        super().setUp()
        self.put("hooks/one.c", "int one;\n")
        self.put("hooks/append", "mm/Makefile\tobj-y += all.o\n")
        self.put("hooks/append.slab", "mm/Makefile\tobj-y += one.o\n")
        self.put("hooks/files.slab", "one.c\tmm/one.c\n")

    def added(self):
        return (self.tree / "mm/Makefile").read_text().split("\n")[1:-1]

    def test_of_the_default_one(self):
        self.assertEqual(self.run_it().returncode, 0)
        self.assertEqual(self.added(), ["obj-y += all.o"])
        self.assertFalse((self.tree / "mm/one.c").exists())

    def test_of_another_one(self):
        done = self.run_it("--allocator", "slab")
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual(self.added(), ["obj-y += all.o", "obj-y += one.o"])
        self.assertEqual((self.tree / "mm/one.c").read_text(), "int one;\n")

    def test_errors_name_the_listing(self):
        self.put("hooks/append.slab", "mm/None\tx\n")
        done = self.run_it("--allocator", "slab")
        self.assertEqual(done.returncode, 1)
        self.assertIn("append.slab:1: the kernel has no file mm/None", done.stderr)

    def test_refuses_a_listing_for_an_unknown_allocator(self):
        self.put("hooks/files.slob", "one.c\tmm/one.c\n")
        self.refused("files.slob", "no such allocator")

    def test_refuses_an_unknown_allocator(self):
        done = self.run_it("--allocator", "slob")
        self.assertEqual(done.returncode, 2)
        self.assertIn("slob", done.stderr)


class DeclarationsTest(ApplyHooksTest):
    """Rules and their netswap-rule lines must name each other."""

    def setUp(self):
        super().setUp()
        if not shutil.which("spatch"):
            self.skipTest("spatch is not installed")

    def test_rule_without_declaration(self):
        self.put("hooks/a.cocci", ASK_SWIM % 1 + "\n@second@ @@\n- x\n+ y\n")
        self.refused("a.cocci", "@second@")

    def test_declaration_without_rule(self):
        extra = "// netswap-rule: ghost  file=lake/pond.c  token=ghost  count=1\n"
        self.put("hooks/a.cocci", extra + ASK_SWIM % 1)
        self.refused("a.cocci", "ghost")

    def test_malformed_declaration(self):
        self.put("hooks/a.cocci", ASK_SWIM % "none")
        self.refused("a.cocci:1", "count=N")

    def test_rule_without_name(self):
        self.put("hooks/a.cocci", ASK_SWIM % 1 + "\n@@\nexpression E;\n@@\n- f(E)\n+ g(E)\n")
        self.refused("a.cocci", "no name")

    def test_two_rules_with_one_token(self):
        extra = "// netswap-rule: two  file=lake/pond.c  token=may_swim(fish  count=1\n"
        self.put("hooks/a.cocci", extra + ASK_SWIM % 1 + "\n@two@\n@@\n- swim(1)\n+ may_swim(1)\n")
        self.refused("ask_swim", "two", "same token")

    def test_kernels_without_a_word_about_the_others(self):
        self.put("hooks/a.cocci", ASK_SWIM % "1  kernels=6.1")
        self.refused("a.cocci:1", "elsewhere")

    def test_malformed_kernels(self):
        self.put("hooks/a.cocci", ASK_SWIM % "1  kernels=new  elsewhere: nobody swims")
        self.refused("a.cocci:1", "kernels=X.Y")

    def test_counterpart_that_is_no_rule(self):
        self.put("hooks/a.cocci", ASK_SWIM % "1  kernels=6.1  elsewhere: ghost")
        self.refused("ask_swim", "ghost", "neither a rule")

    def test_counterpart_for_the_same_kernel(self):
        self.put("hooks/a.cocci", TWO_KERNELS.replace("kernels=6.12 ", "kernels=6.12,6.1 "))
        self.refused("ask_swim", "ask_wade", "same kernel")

    def test_tree_of_an_unknown_kernel(self):
        self.put("hooks/a.cocci", TWO_KERNELS)
        self.refused("ask_swim", "Makefile does not say")

    def test_rules_for_an_unknown_allocator(self):
        self.put("hooks/a.cocci", "// netswap-allocator: slob\n" + ASK_SWIM % 1)
        self.refused("a.cocci", "slob", "slub, slab")

    def test_rules_for_two_allocators(self):
        lines = "// netswap-allocator: slub\n// netswap-allocator: slab\n"
        self.put("hooks/a.cocci", lines + ASK_SWIM % 1)
        self.refused("a.cocci", "more than one")

    def test_rules_for_another_allocator_are_checked_too(self):
        self.put("hooks/a.cocci", "// netswap-allocator: slab\n" + ASK_SWIM % "none")
        self.refused("a.cocci:2", "count=N")

    def test_file_without_rules(self):
        self.put("hooks/a.cocci", "// nothing\n")
        self.refused("a.cocci", "no rule")


class RulesTest(ApplyHooksTest):
    """What spatch did is compared with what was declared."""

    def setUp(self):
        super().setUp()
        if not shutil.which("spatch"):
            self.skipTest("spatch is not installed")

    def test_good_rule(self):
        self.put("hooks/a.cocci", ASK_SWIM % 1)
        done = self.run_it()
        self.assertEqual(done.returncode, 0, done)
        self.assertIn("1 rules, 1 files", done.stdout)
        text = (self.tree / "lake/pond.c").read_text()
        self.assertIn("return may_swim(fish);", text)
        self.assertIn("swim(fish) + swim(fish + 1)", text)

    def test_token_with_blanks_and_two_files_of_rules(self):
        self.put("hooks/a.cocci", ASK_SWIM % 1)
        self.put(
            "hooks/b.cocci",
            "// netswap-rule: inc  file=lake/pond.c  token=#include <linux/ask.h>  count=1\n"
            "@inc@\n@@\n #include <linux/pond.h>\n+#include <linux/ask.h>\n",
        )
        self.assertEqual(self.run_it().returncode, 0)
        text = (self.tree / "lake/pond.c").read_text()
        self.assertIn("linux/ask.h", text)
        self.assertIn("may_swim", text)

    def test_cache_gives_the_same_and_is_checked_too(self):
        self.put("hooks/a.cocci", ASK_SWIM % 1)
        cache = ("--cache", str(self.top / "cache"))
        self.assertEqual(self.run_it(*cache).returncode, 0)
        first = (self.tree / "lake/pond.c").read_text()
        self.put("tree/lake/pond.c", POND_C)
        self.assertEqual(self.run_it(*cache).returncode, 0)
        self.assertEqual((self.tree / "lake/pond.c").read_text(), first)
        (kept,) = (self.top / "cache").iterdir()
        kept.write_text(POND_C)
        self.put("tree/lake/pond.c", POND_C)
        self.assertEqual(self.run_it(*cache).returncode, 1)

    def test_rules_for_other_kernels_are_left_out(self):
        self.put("hooks/a.cocci", TWO_KERNELS)
        for kernel, asked in (("6.12", "may_swim(fish)"), ("6.1", "may_wade(fish)")):
            patchlevel = kernel.split(".")[1]
            with self.subTest(kernel):
                self.put("tree/lake/pond.c", POND_C)
                self.put("tree/Makefile", f"VERSION = 6\nPATCHLEVEL = {patchlevel}\nSUBLEVEL = 4\n")
                done = self.run_it()
                self.assertEqual(done.returncode, 0, done)
                self.assertIn("1 rules", done.stdout)
                text = (self.tree / "lake/pond.c").read_text()
                self.assertEqual(text.count("may_"), 1)
                self.assertIn(asked, text)

    def test_rules_for_another_allocator_are_left_out(self):
        wade = "// netswap-rule: ask_wade  file=lake/pond.c  token=may_wade  count=1\n"
        wade += "@ask_wade@\nsymbol fish;\n@@\n-wade(fish)\n+may_wade(fish)\n"
        self.put("hooks/a.cocci", ASK_SWIM % 1)
        self.put("hooks/slab.cocci", "// netswap-allocator: slab\n" + wade)
        self.put("hooks/slub.cocci", "// netswap-allocator: slub\n" + wade.replace("may_", "can_"))
        for options, asked in (((), "can_wade"), (("--allocator", "slab"), "may_wade")):
            with self.subTest(asked):
                self.put("tree/lake/pond.c", POND_C)
                done = self.run_it(*options)
                self.assertEqual(done.returncode, 0, done)
                self.assertIn("2 rules", done.stdout)
                text = (self.tree / "lake/pond.c").read_text()
                self.assertIn("may_swim(fish)", text)
                self.assertIn(asked, text)
                self.assertEqual(text.count("_wade"), 1)

    def test_rule_for_this_kernel_must_match(self):
        self.put("hooks/a.cocci", TWO_KERNELS)
        self.put("tree/Makefile", "VERSION = 6\nPATCHLEVEL = 1\n")
        self.put("tree/lake/pond.c", POND_C.replace("wade", "dive"))
        self.refused("ask_wade", "expected 1", "found 0")

    def test_matches_nothing(self):
        self.put("hooks/a.cocci", (ASK_SWIM % 1).replace("pond_depth", "pond_width"))
        self.refused("ask_swim", "a.cocci", "lake/pond.c", "expected 1", "found 0")

    def test_matches_too_much(self):
        both = (ASK_SWIM % 1).replace("pond_depth", "pond_count")
        both = both.replace("-\tswim(fish)", "-\tswim(...)")
        self.put("hooks/a.cocci", both)
        self.refused("ask_swim", "expected 1", "found 2")

    def test_counts_what_was_added_only(self):
        self.put("tree/lake/pond.c", POND_C + "int old(int fish) { return may_swim(fish); }\n")
        self.put("hooks/a.cocci", ASK_SWIM % 1)
        self.assertEqual(self.run_it().returncode, 0)

    def test_missing_file(self):
        self.put("hooks/a.cocci", (ASK_SWIM % 1).replace("lake/pond.c", "lake/sea.c"))
        self.refused("a.cocci", "lake/sea.c")

    def test_broken_semantic_patch(self):
        self.put("hooks/a.cocci", (ASK_SWIM % 1).replace("<+...", "<+... ((("))
        self.refused("a.cocci", "spatch failed")


if __name__ == "__main__":
    unittest.main()
