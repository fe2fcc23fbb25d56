#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that xen-displayctl's --help, its man page, its completions and README.md tell of the same commands and
options, and what the tool says without any Weston. Run by meson with the source directory and the tool."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

SHELLS = ("xen-displayctl.bash", "_xen-displayctl", "xen-displayctl.fish")


def run(tool, *arguments):
    """Exit code and all that is said, where there is no Weston."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([tool, *arguments], text=True, capture_output=True, check=False,
                              env={"XDG_RUNTIME_DIR": folder, "HOME": folder, "XDG_CONFIG_DIRS": folder,
                                   "PATH": os.environ["PATH"]})
    return done.returncode, done.stdout + done.stderr


def names_agree(source, tool):
    """Complaints about names that are not everywhere."""
    _, text = run(tool, "--help")
    commands = re.findall(r"^  ([a-z]+)\b.*\n {10}\S", text, re.MULTILINE)
    options = re.findall(r"^ +(?:-\w, )?(--[a-z-]+)", text, re.MULTILINE)
    page = (source / "man/xen-displayctl.1.scd").read_text()
    readme = (source / "README.md").read_text()
    if len(commands) < 9 or len(options) < 12:
        yield f"--help has {commands} and {options}"
    for command in commands:
        if not re.search(rf"^\*{command}\*", page, re.MULTILINE):
            yield f"the man page lacks the command {command}"
        if f"xen-displayctl {command}" not in readme:
            yield f"README.md lacks xen-displayctl {command}"
    for command in re.findall(r"^    xen-displayctl ([a-z]+)", readme, re.MULTILINE):
        if command not in commands:
            yield f"README.md has the command {command}, which there is not"
    for command in re.findall(r"^\*([a-z]+)\*.*\n\t[A-Z]", page.split("# OPTIONS")[0], re.MULTILINE):
        if command not in commands:
            yield f"the man page has the command {command}, which there is not"
    for option in options:
        if f"*{option}*" not in page:
            yield f"the man page lacks {option}"
    for option in re.findall(r"^\*(?:-\w\*, \*)?(--[a-z-]+)\*", page, re.MULTILINE):
        if option not in options:
            yield f"the man page has {option}, which there is not"
    for name in SHELLS:
        completion = (source / "ctl/completions" / name).read_text()
        for word in commands:
            if not re.search(rf"\b{word}\b", completion):
                yield f"{name} lacks {word}"
        for option in options:
            if option not in completion and not re.search(rf"-l {option[2:]}\b", completion):
                yield f"{name} lacks {option}"
    if "control=" not in page or "\n#control=" not in (source / "weston.ini.example").read_text():
        yield "control= is not in the man page and in weston.ini.example"


def codes_agree(tool):
    """Complaints about exit codes and sentences."""
    for arguments, code, words in (
            (("--version",), 0, "xen-displayctl "),
            ((), 2, "say a command"),
            (("list",), 3, "there is none"),
            (("list", "too", "many"), 2, "usage: xen-displayctl list"),
            (("nonsense",), 2, "there are: list, info"),
            (("stats", "--rect", "1"), 2, "stats has no option --rect"),
            (("stats", "-w", "0"), 2, "--watch is to be from 0.1"),
            (("place", "g1"), 2, "say where"),
            (("place", "g1", "--rect", "1,2"), 2, "X,Y,WIDTHxHEIGHT"),
            (("place", "g1", "--z", "high"), 2, "--z is to be a number"),
            (("fullscreen", "g1", "on"), 2, "may be \"off\""),
            (("grab", "g1", "off"), 2, "usage: xen-displayctl grab SCREEN [--release]"),
            (("hide", "g1", "--release"), 2, "hide has no option --release"),
            (("config", "check"), 1, "there is no weston.ini"),
            (("config", "check", "/nowhere"), 1, "/nowhere: No such file"),
            (("config", "mend"), 2, "config check [FILE]")):
        got, said = run(tool, *arguments)
        if got != code or words not in said:
            yield f"{' '.join(arguments)}: {got}, {said}"


def main():
    source, tool = pathlib.Path(sys.argv[1]), sys.argv[2]
    wrong = [*names_agree(source, tool), *codes_agree(tool)]
    for text in wrong:
        print(text)
    print(f"{len(wrong)} complaints")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
