# SPDX-License-Identifier: GPL-2.0
"""What --help of the built programs lists, for the tests that compare with it."""

import functools
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
LAB = {"storm", "matrix", "shrink", "replay", "bench", "guest-test", "boot-test", "check-json", "report"}


@functools.cache
def help_text(program, *words):
    path = ROOT / "build" / program
    if not path.exists():
        raise FileNotFoundError(f"no {path}: run 'make build'")
    return subprocess.run([path, *words, "--help"], capture_output=True, text=True, timeout=20, check=True).stdout


def commands():
    return set(re.findall(r"^  ([a-z][a-z-]*)", help_text("netswap").partition("Subcommands:")[2], re.M))


def options(*command):
    """Long options of a command, or of netswap itself."""
    return set(re.findall(r"^  (?:-\w,)?(--[a-z][a-z-]*)", help_text("netswap", *command), re.M))


def daemon_options():
    return set(re.findall(r"^  (--[a-z][a-z-]*)", help_text("netswapd"), re.M))
