#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The failing host (see README.md here): runs the tests side by side, each in a process of its own.

run.py [--jobs N] [--list] [NAME...]; closes with "N passed, N failed, N skipped".
"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "sim")]

import host  # noqa: E402,F401
import loop  # noqa: E402,F401
import soak  # noqa: E402,F401
from rig.runner import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(["faults", "failing"], jobs=8))
