#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How long it takes until a guest's screen is there: connected, connected to the next Weston, and shown.

Called by scripts/bench --connect. The guest's driver does as xen-drm-front does. Times are printed, none is promised: on
a busy machine all of them grow."""

import json
import re
import statistics
import sys
import time

# also says where the rig is
from weston import Screens, read_arguments
from latency import commit_times, share
from rig.machine import wait_until
from rig.runner import Failure
from rig.weston import SCALE, Weston

ROUNDS = 20
SIZE = (640, 480)
TEXTS = {
    "connected": "the guest has published its rings, until the backend is connected",
    "shown": "the guest sets a mode, until Weston's wl_surface.commit",
    "again": "the module is loaded after kill -9 of Weston, until the guest is connected",
}


def event_times(guest):
    """When the guest's driver went to 3 (its rings are there) and when it saw the backend's 4."""
    return [guest.event("front", 10 * SCALE, dev=0, state=state)["when"] for state in (3, 4)]


def measure_connected(guest):
    """Milliseconds; the backend's directory is an old one, as it is but for the first connection after `xl create`."""
    found = []
    for _ in range(ROUNDS):
        for command in ("close 0", "state 0 1"):
            guest.ok(command)
        guest.drain()
        guest.events.clear()
        guest.connect()
        ready, connected = event_times(guest)
        found.append((connected - ready) * 1000)
    return found


def measure_shown(guest, weston):
    """Milliseconds from SET_CONFIG to the commit, each time of a screen that was off."""
    found = []
    guest.buffer(1, *SIZE, picture=1)
    for _ in range(ROUNDS):
        # what is committed for darkness is over
        guest.ok("config-off 0 0")
        time.sleep(0.2)
        asked = time.time_ns() // 1000
        guest.show(1, *SIZE)
        time.sleep(0.2)
        later = [(commit - asked) % 2 ** 32 for commit in commit_times(weston.log())]
        found.append(min(after for after in later if after < 2 ** 31) / 1000)
    return found


def log_ms(log, text):
    """The time of day of the first line that has this text, in milliseconds."""
    found = re.search(rf"^\[(\d+):(\d+):(\d+)\.(\d+)\][^\n]*{re.escape(text)}", log, re.MULTILINE)
    if not found:
        return None
    hours, minutes, seconds, milliseconds = map(int, found.groups())
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds


def measure_again(screens):
    """Milliseconds from the line of Weston's log that tells of the module to the one that tells of the guest."""
    found = []
    screens.guests[SIZE].ok("follow 0 1 now")
    before = screens.weston
    for _ in range(ROUNDS // 4):
        before.kill()
        after = Weston(screens.machine, outputs=[("headless", *SIZE)])
        after.start()
        if not wait_until(lambda: "connected with 1 connector" in after.log(), 10 * SCALE, 0.01):
            raise Failure("not connected again: " + after.log()[-500:])
        begin, end = (log_ms(after.log(), text) for text in ("Loading module '" + after.module, "connected with 1"))
        found.append((end - begin) % (24 * 3600 * 1000))
        before = after
    before.stop()
    return found


def measure(build):
    # it connects more often than a guest may
    with Screens(build, environment={"WAYLAND_DEBUG": "server"}, sizes=(SIZE,),
                 options="max-reconnects-per-minute=600\n") as screens:
        guest = screens.guests[SIZE]
        found = {"connected": measure_connected(guest), "shown": measure_shown(guest, screens.weston)}
        found["again"] = measure_again(screens)
        # it has been killed, and the others are stopped
        screens.weston.process = None
    return found


def main():
    arguments = read_arguments("how long it takes until a guest's screen is there")
    found = measure(arguments.build)
    if arguments.json:
        print(json.dumps({"milliseconds": found}))
        return 0
    print(f"{'milliseconds':74}{'middle':>8}{'90 %':>8}{'most':>8}")
    for key, values in found.items():
        print(f"{TEXTS[key]:74}{statistics.median(values):8.1f}{share(values, 90):8.1f}{max(values):8.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
