#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How long a flip takes: from a guest's request to the commit of its frame in Weston, and to its flip event.

Called by scripts/bench --latency; dmabuf.py and connect.py use its functions. The output completes frames on the grid
of a 60 Hz display. Each flip is requested at a random moment between two refreshes. Times are only printed, none is
promised: on a busy machine all of them grow."""

import json
import random
import re
import sys
import time

# must come first: it makes rig importable
from weston import SIZES, Screens, read_arguments
from rig.weston import SCALE

REFRESH_HZ = 60
FLIPS = 200
SIZE = SIZES[0]
PATHS = {"mapped": "XR24", "converted": "RG24"}
SHARES = (50, 90, 99, 100)
TEXTS = {"commit": "from the request to Weston's wl_surface.commit", "done": "from the request to the flip event"}


def commit_times(log):
    """When Weston took each wl_surface.commit: microseconds of CLOCK_REALTIME, modulo 2 to the 32nd."""
    return [int(found[1]) * 1000 + int(found[2]) for found in
            re.finditer(r"\[ *(\d+)\.(\d{3})\][^\n]*? wl_surface[#@]\d+\.commit\(\)", log)]


def measure(screens, flips):
    """{what: microseconds of each flip}; Weston must run with WAYLAND_DEBUG=server."""
    guest = screens.guests[SIZE]
    dice = random.Random(1)
    requested, done = [], []
    for index in range(flips):
        cookie = 1 + index % 2
        time.sleep(dice.random() / REFRESH_HZ)
        requested.append(guest.ok(f"flip 0 0 {cookie}")["requested_us"])
        done.append(guest.event("flip", 5 * SCALE, dev=0, conn=0, fb=cookie)["done_us"])
    commits = commit_times(screens.weston.log())
    return {"commit": [min((commit - start) % 2 ** 32 for commit in commits) for start in requested],
            "done": [end - start for start, end in zip(requested, done)]}


def share(values, percent):
    """The value that so many percent of the values do not exceed."""
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


def main():
    arguments = read_arguments("how long a flip takes")
    environment = {"SIMXEN_REFRESH_HZ": str(REFRESH_HZ), "WAYLAND_DEBUG": "server"}
    found = {}
    for path, fourcc in PATHS.items():
        with Screens(arguments.build, environment=environment, fourcc=fourcc, sizes=(SIZE,)) as screens:
            found[path] = measure(screens, FLIPS)
    if arguments.json:
        print(json.dumps({"microseconds": found, "refresh_hz": REFRESH_HZ}))
        return 0
    heads = ("longest" if percent == 100 else f"{percent} %" for percent in SHARES)
    print(f"{f'milliseconds of {FLIPS} flips on a display of {REFRESH_HZ} Hz':60}" + "".join(f"{head:>9}" for head in heads))
    for path, kinds in found.items():
        for kind, values in kinds.items():
            print(f"{path + ', ' + TEXTS[kind]:60}" +
                  "".join(f"{share(values, percent) / 1000:9.3f}" for percent in SHARES))
    return 0


if __name__ == "__main__":
    sys.exit(main())
