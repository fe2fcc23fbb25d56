#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a flip costs with 1, 4, 16 and 64 guests, while one flips and while all do; how much memory a guest costs.

Called by scripts/bench --guests. Instructions and system calls are counted as bench.py counts them, so no other load
of the machine changes them; memory is the private memory of Weston's process (Private in smaps_rollup)."""

import json
import os
import re
import sys
import tempfile
import time

import bench
import callgrind
from check import tell
from rig.guest import Guest
from rig.machine import Machine
from weston import RULE, ToolWeston, read_arguments, switches

COUNTS = (1, 4, 16, 64)
SIDE = 8
SIZE = (64, 36)
GROWTH = 1.1  # at most, of 64 guests to one
MODULE = "xen-display.so"
IDLE_SECONDS = 3

ROWS = {
    "one_instructions": "one flips: instructions for each flip",
    "one_own": "  of those, in the module's own functions",
    "one_system_calls": "one flips: system calls for each flip",
    "all_instructions": "all flip: instructions for each flip",
    "all_own": "  of those, in the module's own functions",
    "all_system_calls": "all flip: system calls for each flip",
    "kib_per_guest": "memory for each guest, KiB",
    "idle_wake_ups": f"wake-ups in {IDLE_SECONDS} s while none flips",
}


class Crowd:
    """with Crowd(build, count) as crowd: a Weston, and so many guests side by side on its output."""

    def __init__(self, build, count, tool=()):
        os.environ["SIM_BUILD"] = f"{build}/tests/sim"
        self.machine = Machine(guest_type="PV")
        rules = "[xen-display]\nresample-rate=0\n" + "".join(
            RULE.format(name=f"crowd-{i}", x=i % SIDE * SIZE[0], width=SIZE[0], height=SIZE[1])
            .replace("y=0", f"y={i // SIDE * SIZE[1]}") for i in range(count))
        self.weston = ToolWeston(self.machine, outputs=[("headless", SIDE * SIZE[0], SIDE * SIZE[1])], config=rules)
        self.weston.tool = tool
        self.count = count
        self.guests = []

    def __enter__(self):
        try:
            self.machine.start()
            self.weston.start()
            self.weston.expect_log("dma-buf: o", 60)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for guest in self.guests:
            guest.destroy()
        if self.weston.process:
            self.weston.stop()
        self.machine.stop()

    def fill(self):
        """Starts all guests, and has each flip."""
        for i in range(self.count):
            guest = Guest(self.machine, f"crowd-{i}", ["%dx%d" % SIZE])
            self.guests.append(guest)
            guest.connect()
            for cookie in (1, 2):
                guest.buffer(cookie, *SIZE, picture=cookie)
            guest.show(1, *SIZE)
        self.flip(self.guests, bench.FLIPS // 10)

    def flip(self, guests, count):
        """Has each of these guests flip so often, all at the same time."""
        for guest in guests:
            guest.ok(f"animate 0 0 {count} 1 2")
        for guest in guests:
            guest.event("animated", 300, dev=0, conn=0)
            guest.drain()
            guest.events.clear()
        time.sleep(bench.SETTLE_SECONDS)


def private_kib(pid):
    with open(f"/proc/{pid}/smaps_rollup") as file:
        return sum(int(number) for number in re.findall(r"^Private_\w+: +(\d+) kB", file.read(), re.MULTILINE))


def count_calls(build, count):
    """Instructions and system calls for each flip, while one of so many guests flips, and while all do."""
    bench.say(f"counting with {count} guests, under callgrind")
    found = {}
    with tempfile.TemporaryDirectory() as work:
        profile = callgrind.Profile(work)
        with Crowd(build, count, profile.tool) as crowd:
            crowd.fill()
            # "one" is the guest that came last, which a search in a list would find last
            for name, guests in (("one", crowd.guests[-1:]), ("all", crowd.guests)):
                flips = max(bench.FLIPS // len(guests), 10)
                profile.dump(crowd.weston.pid)
                crowd.flip(guests, flips)
                path = profile.dump(crowd.weston.pid)
                spent = callgrind.spent_for(path, MODULE, bench.INSIDE, bench.WITHOUT)
                found[f"{name}_instructions"] = spent[0] / flips / len(guests)
                found[f"{name}_own"] = callgrind.spent_by(path, MODULE) / flips / len(guests)
                found[f"{name}_system_calls"] = spent[1] / flips / len(guests)
    return found


def weigh(build, count):
    """Memory for each guest, without the framebuffers, which are the guests' own; wake-ups while none flips."""
    with Crowd(build, count) as crowd:
        before = private_kib(crowd.weston.pid)
        crowd.fill()
        kib = (private_kib(crowd.weston.pid) - before) / count
        time.sleep(1)
        woken = switches(crowd.weston.pid)
        time.sleep(IDLE_SECONDS)
        return {"kib_per_guest": kib, "idle_wake_ups": switches(crowd.weston.pid) - woken}


def measure(build, counts=COUNTS):
    return {count: count_calls(build, count) | weigh(build, count) for count in counts}


def table(found):
    lines = [f"{'guests':44}" + "".join(f"{count:>10}" for count in found)]
    for key, text in ROWS.items():
        lines.append(f"{text:44}" + "".join(f"{found[count][key]:>10.1f}" for count in found))
    return "\n".join(lines)


def promises(found):
    """As check.promises()."""
    few, many = min(found), max(found)
    # What flips cost in libwayland and in the C library depends on how full the heap is.
    for name, key in (("one-flips", "one_instructions"), ("all-flip", "all_own")):
        ratio = found[many][key] / found[few][key]
        yield f"{name}-for-the-same-cost-among-{many}", ratio <= GROWTH, f"{ratio:.3f} times the instructions"
    yield "idle-guests-cost-nothing", found[many]["idle_wake_ups"] == 0, f"{found[many]['idle_wake_ups']} wake-ups"


def main():
    arguments = read_arguments("what a flip costs among many guests")
    found = measure(arguments.build)
    if arguments.json:
        print(json.dumps(found, indent=2))
        return 0
    print(table(found))
    return tell(promises(found))


if __name__ == "__main__":
    sys.exit(main())
