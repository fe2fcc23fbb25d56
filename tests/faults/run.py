#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The failing host, see README.md here: runs the tests side by side, each in a process of its own.

run.py [--jobs N] [--list] [NAME...]; closes with "N passed, N failed, N skipped".
"""
import concurrent.futures
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "sim")]

import host  # noqa: E402,F401
import loop  # noqa: E402,F401
import soak  # noqa: E402,F401
from rig.runner import main, select  # noqa: E402


def run_one(name):
    done = subprocess.run([sys.executable, __file__, "--alone", "--verbose", name], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.stdout


def run_side_by_side(names, jobs):
    counts = [0, 0, 0]
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for text in pool.map(run_one, names):
            *lines, closing = text.splitlines() or [""]
            print("\n".join(lines), flush=True)
            found = re.fullmatch(r"(\d+) passed, (\d+) failed, (\d+) skipped", closing)
            got = [int(number) for number in found.groups()] if found else [0, 1, 0]
            counts = [a + b for a, b in zip(counts, got)]
    print("{} passed, {} failed, {} skipped".format(*counts))
    return 1 if counts[1] else 0


if __name__ == "__main__":
    words = sys.argv[1:]
    if "--alone" in words or "--list" in words:
        sys.argv[1:] = [word for word in words if word != "--alone"]
        sys.exit(main())
    at_once = 4
    if "--jobs" in words:
        place = words.index("--jobs")
        at_once = int(words[place + 1])
        del words[place:place + 2]
    sys.exit(run_side_by_side([test.name for test in select(words or ["faults", "failing"])],
                              at_once))
