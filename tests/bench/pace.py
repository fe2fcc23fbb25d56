# SPDX-License-Identifier: MIT
"""How many refreshes have a new frame of a guest that takes a while to draw each.

Called by scripts/bench --pace (a table, or JSON). The output completes frames on the grid of a 60 Hz display. Each
guest is measured in turn, several times in one run, and the middle one counts; on a busy machine all figures fall."""

import json
import statistics
import sys

from weston import SIZES, Screens, read_arguments

REFRESH_HZ = 60
DRAWING_MS = (0, 4, 8, 10, 12, 14, 15)
FLIPS = 60
ROUNDS = 3
SIZE = SIZES[0]
PATHS = {"mapped": "XR24", "converted": "RG24"}


def flips_per_second(guest, drawing):
    guest.ok(f"animate 0 0 {FLIPS} 1 2 busy={drawing}")
    return FLIPS * 1000 / guest.event("animated", 60, dev=0, conn=0)["ms"]


def measure(build, fourcc):
    found = {drawing: [] for drawing in DRAWING_MS}
    with Screens(build, environment={"SIMXEN_REFRESH_HZ": str(REFRESH_HZ)}, fourcc=fourcc, sizes=(SIZE,)) as screens:
        for _ in range(ROUNDS):
            for drawing, rates in found.items():
                rates.append(flips_per_second(screens.guests[SIZE], drawing))
    return {drawing: statistics.median(rates) for drawing, rates in found.items()}


def main():
    arguments = read_arguments(__doc__)
    found = {path: measure(arguments.build, fourcc) for path, fourcc in PATHS.items()}
    if arguments.json:
        print(json.dumps({"flips_per_second": found, "refresh_hz": REFRESH_HZ}))
        return 0
    print(f"Flips a second on a display of {REFRESH_HZ} Hz, and the share of refreshes with a new frame")
    print(f"{'milliseconds of drawing':24}" + "".join(f"{drawing:>7}" for drawing in DRAWING_MS))
    for path, rates in found.items():
        print(f"{path:24}" + "".join(f"{rate:7.1f}" for rate in rates.values()))
        print(f"{'':24}" + "".join(f"{100 * rate / REFRESH_HZ:6.0f}%" for rate in rates.values()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
