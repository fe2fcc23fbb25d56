# SPDX-License-Identifier: MIT
"""What share of refreshes shows a new frame if each takes a while to draw, and how old the frame is on the screen.

Called by scripts/bench --pace (tables, or JSON). A guest is compared with Wayland clients in the same Weston that draw
as long: one draws the next frame after the frame callback, one after the presentation. Those are the two rules between
which the module chooses for each guest. The output completes frames on the grid of a 60 Hz display. All are measured
in turn, several times in one run, and the median counts; on a busy machine all figures get worse."""

import json
import statistics
import subprocess
import sys

# must come first: it makes rig importable
from weston import SIZES, ClientFlips, Screens, name_of, read_arguments
from rig.tool import environment, tool

REFRESH_HZ = 60
DRAWING_MS = (0, 4, 8, 10, 12, 14, 15)
# as many as xen-displayctl trace covers
FLIPS = 64
ROUNDS = 3
SIZE = SIZES[0]
PATHS = {"mapped": "XR24", "converted": "RG24"}
CLIENTS = {"client, by frame callback": "frame", "client, by presentation": "still"}


def waits_of(screens):
    """Microseconds from commit to presentation of a guest's last flips; the module follows only some of a slow guest's
    frames until they are presented."""
    trace = json.loads(subprocess.run([tool(), "trace", name_of(SIZE), "-"], env=environment(screens.weston), text=True,
                                      stdout=subprocess.PIPE, check=True, timeout=60).stdout)
    return [event["dur"] for event in trace["traceEvents"] if event["name"] == "until it is presented"]


def guest_flips(screens, drawing):
    """(milliseconds that all flips took, median of the microseconds from commit to presentation)"""
    took = screens.slow_flips(SIZE, FLIPS, drawing)
    return took, statistics.median(waits_of(screens))


def client_flips(build, screens, mode, drawing):
    with ClientFlips(build, screens, SIZE, FLIPS, mode, drawing) as client:
        return client.run()


def measure(build, fourcc, clients):
    """{who: {milliseconds of drawing: {"flips_per_second", "commit_to_screen_us"}}}; clients: {name: mode} of those
    that are measured beside the guest."""
    with Screens(build, environment={"SIMXEN_REFRESH_HZ": str(REFRESH_HZ)}, fourcc=fourcc, sizes=(SIZE,)) as screens:
        ways = {"guest": lambda drawing: guest_flips(screens, drawing)}
        for name, mode in clients.items():
            ways[name] = lambda drawing, mode=mode: client_flips(build, screens, mode, drawing)
        rounds = [{drawing: {name: way(drawing) for name, way in ways.items()} for drawing in DRAWING_MS}
                  for _ in range(ROUNDS)]
    return {name: {drawing: {"flips_per_second": FLIPS * 1000 / statistics.median(one[drawing][name][0] for one in rounds),
                             "commit_to_screen_us": statistics.median(one[drawing][name][1] for one in rounds)}
                   for drawing in DRAWING_MS} for name in ways}


def print_table(title, found, text):
    print(f"{title:44}" + "".join(f"{drawing:>7}" for drawing in DRAWING_MS))
    for name, values in found.items():
        print(f"  {name:42}" + "".join(f"{text(value):>7}" for value in values.values()))


def main():
    arguments = read_arguments(__doc__)
    found = {}
    for path, fourcc in PATHS.items():
        measured = measure(arguments.build, fourcc, {} if found else CLIENTS)
        found[f"guest, {path}"] = measured.pop("guest")
        found.update(measured)
    if arguments.json:
        print(json.dumps({"found": found, "refresh_hz": REFRESH_HZ}))
        return 0
    print(f"On a display of {REFRESH_HZ} Hz; the columns are milliseconds of drawing before each flip\n")
    print_table("share of refreshes with a new frame, %", found,
                lambda value: f"{100 * value['flips_per_second'] / REFRESH_HZ:.0f}")
    print_table("milliseconds from commit to screen", found, lambda value: f"{value['commit_to_screen_us'] / 1000:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
