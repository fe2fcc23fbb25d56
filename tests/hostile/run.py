#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Hostile guests: one scenario for each row of the table in README.md.

run.py [--jobs N] [--list] [NAME...]; the last line is "N passed, N failed, N skipped".
"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "sim")]

import directories  # noqa: E402,F401
import floods  # noqa: E402,F401
import lives  # noqa: E402,F401
import races  # noqa: E402,F401
from rig.runner import main  # noqa: E402
from stage import GL, check_table  # noqa: E402

# These do not depend on how pages are read.
if not GL:
    import controls  # noqa: E402,F401
    import fields  # noqa: E402,F401
    import inputs  # noqa: E402,F401
    import limits  # noqa: E402,F401
    import nodes  # noqa: E402,F401
    import windows  # noqa: E402,F401

if __name__ == "__main__":
    if not GL:
        check_table()
    sys.exit(main(["hostile"], jobs=4))
