# SPDX-License-Identifier: GPL-2.0
"""The manual pages and the example configuration against what the programs say."""

import re
import shutil
import subprocess
import tomllib
import unittest

from helptext import LAB, ROOT, commands, daemon_options, options

MAN = ROOT / "man"
PAGES = ("netswap.8", "netswapd.8", "netswap.toml.5")


def sections(page):
    """{title of .Ss: text} of a page; what comes before the first one has the title ''."""
    parts = re.split(r"^\.Ss (.*)$", (MAN / page).read_text(), flags=re.M)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2]))}


def flags(text):
    """Long options that have an item of their own."""
    items = re.findall(r"^\.It (.*)$", text, re.M)
    return {f"-{flag}" for item in items for flag in re.findall(r"Fl (-[a-z][a-z-]*)", item)}


def keys(text):
    return set(re.findall(r"^\.It Ic (\S+)$", text, re.M))


class ManualTest(unittest.TestCase):
    def test_has_a_section_of_each_live_command(self):
        told = {title.split()[1] for title in sections("netswap.8") if title.startswith("netswap ")}
        self.assertEqual(told, commands() - LAB)

    def test_names_each_command_of_the_lab(self):
        told = re.findall(r"^\.It Nm Cm (\S+)$", sections("netswap.8")["The lab"], re.M)
        self.assertEqual(set(told), LAB & commands())

    def test_has_the_options_of_each_live_command(self):
        pages = sections("netswap.8")
        for command in sorted(commands() - LAB):
            with self.subTest(command=command):
                self.assertEqual(flags(pages[f"netswap {command}"]) | {"--help"}, options(command))

    def test_has_the_options_of_netswap_itself(self):
        self.assertEqual(flags(sections("netswap.8")["Options"]), options())

    def test_has_the_options_of_netswapd(self):
        self.assertEqual(flags((MAN / "netswapd.8").read_text()), daemon_options())

    def test_has_each_key_of_the_configuration(self):
        not_keys = {"--help", "--name", "--no-daemon", "--if-down", "--quiet"}
        expected = {option[2:] for option in options("up") - not_keys} | {"uri", "auto"}
        pages = sections("netswap.toml.5")
        self.assertEqual(keys(pages["An area"]), expected)
        self.assertEqual(keys(pages["Metrics"]), {"listen"})

    def test_the_example_has_the_same_keys_and_sets_none(self):
        text = (ROOT / "debian/netswap.toml").read_text()
        self.assertEqual(tomllib.loads(text), {})
        example = tomllib.loads(re.sub(r"^#(?=\[|[a-z])", "", text, flags=re.M))
        pages = sections("netswap.toml.5")
        self.assertEqual(set(example["area"]["swap0"]), keys(pages["An area"]))
        self.assertEqual(set(example["metrics"]), keys(pages["Metrics"]))

    def test_the_manuals_example_is_toml(self):
        block = re.search(r"\.Bd -literal.*?\n(.*?)\.Ed", (MAN / "netswap.toml.5").read_text(), re.S)
        self.assertLessEqual({"area", "metrics"}, set(tomllib.loads(block[1])))

    def test_renders_without_a_warning(self):
        if not shutil.which("man"):
            self.skipTest("man-db is not installed")
        for page in PAGES:
            with self.subTest(page=page):
                command = ["man", "--warnings=all", "-E", "UTF-8", "-l", MAN / page]
                done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertIn("SEE ALSO", done.stdout)


class VersionTest(unittest.TestCase):
    def test_all_have_the_version_of_cmake(self):
        project = re.search(r"^project\(netswap VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text(), re.M)
        newest = (ROOT / "debian/changelog").read_text().partition("\n")[0]
        self.assertRegex(newest, rf"^netswap \({re.escape(project[1])}\) ")
        for program in ("netswap", "netswap-lean", "netswapd"):
            done = subprocess.run(
                [ROOT / "build" / program, "--version"], capture_output=True, text=True, timeout=20, check=False
            )
            expected = f"{program.removesuffix('-lean')} {project[1]}\n"
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, expected, ""))


if __name__ == "__main__":
    unittest.main()
