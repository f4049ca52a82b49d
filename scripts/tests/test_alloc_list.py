# SPDX-License-Identifier: GPL-2.0
"""The list of allocations in kmod/alloc_list.c and the one in docs/forward-progress.md are one."""

import fnmatch
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CODE = ROOT / "kmod/alloc_list.c"
PAGE = ROOT / "docs/forward-progress.md"


def table(name):
    """The lines of a static table of the code."""
    found = re.search(rf"\b{name}\[\] = {{\n(.*?)\n}};", CODE.read_text(), re.S)
    return found[1] if found else ""


def in_code():
    return re.findall(r'\{ "(\w+)", "(\w+)" \}', table("list"))


def in_page():
    """Rows of the table: their number, and the two functions."""
    return re.findall(r"^\| (\d+) \| `(\w+)` \| `(\w+)` \|", PAGE.read_text(), re.M)


class AllocListTest(unittest.TestCase):
    def test_code_and_page_name_the_same_functions_in_the_same_order(self):
        self.assertGreater(len(in_code()), 20)
        self.assertEqual([row[1:] for row in in_page()], in_code())

    def test_rows_are_numbered(self):
        self.assertEqual([int(row[0]) for row in in_page()], list(range(1, len(in_page()) + 1)))

    def test_no_line_is_there_twice(self):
        self.assertEqual(len(set(in_code())), len(in_code()))

    def test_no_listed_function_is_taken_for_an_allocator(self):
        layers = re.findall(r'"([^"]+)"', table("layers"))
        self.assertIn("get_page_from_freelist", layers)
        for site, _ in in_code():
            for layer in layers:
                self.assertFalse(fnmatch.fnmatch(site, layer), f"{site} never counts: it is {layer}")

    def test_every_row_says_its_class_and_its_bound(self):
        rows = [row for row in PAGE.read_text().splitlines() if re.match(r"\| \d+ \|", row)]
        for row in rows:
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]
            self.assertEqual(len(cells), 7, row)
            self.assertIn(cells[5], ("receive", "refill", "transmit", "reclaim"), row)
            self.assertTrue(all(cells), row)


if __name__ == "__main__":
    unittest.main()
