#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How long it takes until a guest's screen is there: connected, connected to the next Weston, and shown.

Called by scripts/bench --connect. The guest's driver behaves like xen-drm-front. Times are only printed, none is
promised: on a busy machine all of them grow."""

import json
import re
import statistics
import sys
import time

# must come first: it makes rig importable
from weston import Screens, read_arguments
from latency import commit_times, share
from rig.machine import wait_until
from rig.runner import Failure
from rig.weston import SCALE, Weston

ROUNDS = 20
SIZE = (640, 480)
TEXTS = {
    "connected": "from the guest's rings being published to the backend being connected",
    "shown": "from the guest setting a mode to Weston's wl_surface.commit",
    "again": "from loading the module, after kill -9 of Weston, to the guest's log line",
}


def event_times(guest):
    """When the guest's driver went to state 3 (its rings are published), and to 4 (it saw the backend's 4)."""
    return [guest.event("front", 10 * SCALE, dev=0, state=state)["when"] for state in (3, 4)]


def measure_connected(guest):
    """Milliseconds of each round; the backend's directory exists already, as for all connections but the first one."""
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
        # wait until the dark screen has been committed
        guest.ok("config-off 0 0")
        time.sleep(0.2)
        asked = time.time_ns() // 1000
        guest.show(1, *SIZE)
        time.sleep(0.2)
        later = [(commit - asked) % 2 ** 32 for commit in commit_times(weston.log())]
        found.append(min(after for after in later if after < 2 ** 31) / 1000)
    return found


def log_ms(log, text):
    """The time of day, in milliseconds, of the log's first line with this text; None if there is none."""
    found = re.search(rf"^\[(\d+):(\d+):(\d+)\.(\d+)\][^\n]*{re.escape(text)}", log, re.MULTILINE)
    if not found:
        return None
    hours, minutes, seconds, milliseconds = map(int, found.groups())
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds


def measure_again(screens):
    """Milliseconds from the line of Weston's log about loading the module to the one about the guest's connection."""
    found = []
    screens.guests[SIZE].ok("follow 0 1 now")
    before = screens.weston
    for _ in range(ROUNDS // 4):
        before.kill()
        after = Weston(screens.machine, outputs=[("headless", *SIZE)])
        after.start()
        if not wait_until(lambda: "connected with 1 connector" in after.log(), 10 * SCALE, 0.01):
            raise Failure("the guest is not connected with the next Weston: " + after.log()[-500:])
        begin, end = (log_ms(after.log(), text) for text in ("Loading module '" + after.module, "connected with 1"))
        found.append((end - begin) % (24 * 3600 * 1000))
        before = after
    before.stop()
    return found


def measure(build):
    # The guest connects more often than the default limit allows.
    with Screens(build, environment={"WAYLAND_DEBUG": "server"}, sizes=(SIZE,),
                 options="max-reconnects-per-minute=600\n") as screens:
        guest = screens.guests[SIZE]
        found = {"connected": measure_connected(guest), "shown": measure_shown(guest, screens.weston)}
        found["again"] = measure_again(screens)
        # measure_again() has killed it, and stopped those after it.
        screens.weston.process = None
    return found


def main():
    arguments = read_arguments("how long it takes until a guest's screen is there")
    found = measure(arguments.build)
    if arguments.json:
        print(json.dumps({"milliseconds": found}))
        return 0
    print(f"{'milliseconds':74}{'median':>8}{'90 %':>8}{'longest':>8}")
    for key, values in found.items():
        print(f"{TEXTS[key]:74}{statistics.median(values):8.1f}{share(values, 90):8.1f}{max(values):8.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
