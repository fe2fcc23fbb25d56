# SPDX-License-Identifier: MIT
"""How many refreshes have a new frame of somebody who takes a while to draw each, and how old it is on the screen.

Called by scripts/bench --pace (tables, or JSON). A guest's flips, beside a Wayland client in the same Weston that draws
as long: once it draws the next frame after the frame callback, once after the presentation. Those are the two rules
between which the module chooses for each guest. The output completes frames on the grid of a 60 Hz display. All are
measured in turn, several times in one run, and the middle one counts; on a busy machine all figures get worse."""

import json
import statistics
import subprocess
import sys

# also says where the rig is
from weston import SIZES, ClientFlips, Screens, name_of, read_arguments
from rig.tool import environment, tool

REFRESH_HZ = 60
DRAWING_MS = (0, 4, 8, 10, 12, 14, 15)
# as many as xen-displayctl trace knows of
FLIPS = 64
ROUNDS = 3
SIZE = SIZES[0]
PATHS = {"mapped": "XR24", "converted": "RG24"}
CLIENTS = {"client, by frame callback": "frame", "client, by presentation": "still"}


def waits_of(screens):
    """Microseconds from commit to presentation of the guest's last flips, of a slow one's those that are followed."""
    trace = json.loads(subprocess.run([tool(), "trace", name_of(SIZE), "-"], env=environment(screens.weston), text=True,
                                      stdout=subprocess.PIPE, check=True, timeout=60).stdout)
    return [event["dur"] for event in trace["traceEvents"] if event["name"] == "until it is presented"]


def guest_flips(screens, drawing):
    """(milliseconds that they took, microseconds of the middle one from commit to presentation)"""
    took = screens.slow_flips(SIZE, FLIPS, drawing)
    return took, statistics.median(waits_of(screens))


def client_flips(build, screens, mode, drawing):
    with ClientFlips(build, screens, SIZE, FLIPS, mode, drawing) as client:
        return client.run()


def measure(build, fourcc, clients):
    """{who: {milliseconds of drawing: {"flips_per_second", "commit_to_screen_us"}}}; clients: those too."""
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
