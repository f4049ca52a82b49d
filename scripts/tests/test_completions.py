# SPDX-License-Identifier: GPL-2.0
"""The completions: bash is asked for them; zsh's file is read. Both have what --help has."""

import pathlib
import re
import shlex
import shutil
import subprocess
import tempfile
import unittest

from helptext import ROOT, commands, daemon_options, options

BASH = ROOT / "completions/netswap.bash"
ZSH = ROOT / "completions/_netswap"


class BashTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = pathlib.Path(directory.name)

    def ask(self, *words, program="netswap"):
        """What bash offers for the last one of the words."""
        line = [program, *words]
        script = f"""
            _netswap_root={shlex.quote(str(self.root))}
            . {shlex.quote(str(BASH))}
            COMP_WORDS=({shlex.join(line)})
            COMP_CWORD={len(words)}
            function=$(complete -p {program} | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
            $function {program} {shlex.quote(line[-1])} {shlex.quote(line[-2])}
            printf '%s\\n' "${{COMPREPLY[@]}}"
        """
        done = subprocess.run(
            ["bash", "--norc", "-c", script], capture_output=True, text=True, timeout=30, check=False, cwd=self.root
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""), words)
        return {line for line in done.stdout.splitlines() if line}

    def configure(self):
        for name, text in (
            ("netswap.toml", '[area.swap0]\nuri = "x"\n#[area.old]\n[metrics]\n'),
            ("netswap.conf.d/more.toml", '  [ area."big-1" ] # large\n'),
        ):
            path = self.root / "etc/netswap" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def test_offers_each_command(self):
        self.assertEqual(self.ask(""), commands())
        self.assertEqual(self.ask("st"), {"status", "storm"})

    def test_offers_the_options_of_each_command(self):
        self.assertEqual(self.ask("--"), options())
        for command in sorted(commands()):
            with self.subTest(command=command):
                self.assertEqual(self.ask(command, "--"), options(command))

    def test_an_option_is_completed_after_others(self):
        self.assertEqual(self.ask("up", "nbd://h/e", "--quiet", "--dead"), {"--dead-conn-timeout"})

    def test_offers_values(self):
        self.assertEqual(self.ask("up", "--via", ""), {"netlink", "nbd-client"})
        self.assertEqual(self.ask("up", "--reserve", "k"), {"keep"})
        self.assertEqual(self.ask("up", "--reserve", "=", "k"), {"keep"})
        for command in ("storm", "matrix", "shrink"):
            self.assertEqual(self.ask(command, "--accel", "="), {"auto", "kvm", "tcg"})
            self.assertEqual(self.ask(command, "--server", ""), {"nbdkit", "nbd-server"})

    def test_a_number_is_not_guessed(self):
        self.configure()
        self.assertEqual(self.ask("up", "--conns", ""), set())

    def test_offers_areas_of_the_configuration(self):
        self.assertEqual(self.ask("up", ""), set())
        self.configure()
        self.assertEqual(self.ask("up", ""), {"swap0", "big-1"})
        self.assertEqual(self.ask("up", "--conns", "2", "b"), {"big-1"})

    def test_offers_areas_that_are_up(self):
        self.assertEqual(self.ask("down", ""), set())
        self.configure()
        (self.root / "run/netswap").mkdir(parents=True)
        for name in ("swap0.json", "swap0.live", "swap0.lock", "other.json"):
            (self.root / "run/netswap" / name).touch()
        for command in ("down", "status", "top"):
            self.assertEqual(self.ask(command, ""), {"swap0", "other"})
        self.assertEqual(self.ask("s", program="netswapd"), {"swap0"})

    def test_offers_files(self):
        (self.root / "out.json").touch()
        self.assertEqual(self.ask("report", "out"), {"out.json"})
        self.assertEqual(self.ask("run", "--", "./out"), {"./out.json"})

    def test_knows_the_daemon(self):
        self.assertEqual(self.ask("--", program="netswapd"), daemon_options())


class ZshTest(unittest.TestCase):
    def setUp(self):
        self.text = ZSH.read_text()
        self.branches = dict(re.findall(r"^    ([a-z-]+)\)(.*?);;$", self.text, re.M | re.S))

    @staticmethod
    def flags(text):
        return set(re.findall(r"'(?:\(- : \*\))?\*?(--[a-z][a-z-]*)(?==?\[)", text))

    def test_has_each_command(self):
        listed = re.findall(r"^    '([a-z-]+):", self.text, re.M)
        self.assertEqual(set(listed), commands())
        self.assertEqual(set(self.branches), commands())

    def test_has_the_options_of_each_command(self):
        shared = {
            name: self.flags(re.search(rf"  {name}=\((.*?)\n  \)", self.text, re.S)[1])
            for name in ("lab", "scenario")
        }
        for command, branch in self.branches.items():
            with self.subTest(command=command):
                told = self.flags(branch) | {"--help"}
                for name, flags in shared.items():
                    told |= flags if f"${name}" in branch else set()
                self.assertEqual(told, options(command))

    def test_knows_the_daemon_and_netswap_itself(self):
        daemon, itself = self.text.partition("\n_netswap() {")[2].split("  fi\n")
        self.assertEqual(self.flags(daemon) | {"--help"}, daemon_options())
        self.assertEqual(self.flags(itself) | {"--help"}, options())

    def test_zsh_reads_it(self):
        if not shutil.which("zsh"):
            self.skipTest("zsh is not installed")
        done = subprocess.run(["zsh", "-n", ZSH], capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
