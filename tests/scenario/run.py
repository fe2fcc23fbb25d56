#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Scenarios of the module in real Weston on the simulated Xen, four at a time; see README.md here."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "sim")]

import bealloc  # noqa: E402,F401
import cards  # noqa: E402,F401
import control  # noqa: E402,F401
import displif  # noqa: E402,F401
import dmabuf  # noqa: E402,F401
import driverdomain  # noqa: E402,F401
import flips  # noqa: E402,F401
import host  # noqa: E402,F401
import inplace  # noqa: E402,F401
import inputdevices  # noqa: E402,F401
import inputgate  # noqa: E402,F401
import inputseat  # noqa: E402,F401
import ivi  # noqa: E402,F401
import neighbours  # noqa: E402,F401
import pixels  # noqa: E402,F401
import placement  # noqa: E402,F401
import presenter  # noqa: E402,F401
import restart  # noqa: E402,F401
import windows  # noqa: E402,F401
import xenbus  # noqa: E402,F401
from rig.runner import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(jobs=4))
