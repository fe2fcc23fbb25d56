#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What it costs to deliver a pointer motion and a key from the seat to a guest, and how many events a guest takes.

Called by scripts/bench --input (a table, or JSON) and by check.py. Costs are counted between a call into the module
and its return, as in bench.py: neither the tests' seat nor what Weston itself does for an event is included."""

import json
import os
import sys
import tempfile
import time

import bench
import callgrind
from weston import SIZES, Screens, read_arguments

EVENTS = 200
TURN = 40         # motions in one turn of the event loop
FLOOD_SECONDS = 3
SIZE = SIZES[0]
LEFT, KEY_A = 0x110, 30
DEVICE = {"feature_abs_pointer": 1, "width": SIZE[0], "height": SIZE[1]}

KINDS = {
    "motion": ("a motion", lambda weston, i: weston.seat(f"at {i % 50 + 5} 20")),
    "key": ("a key, pressed or released", lambda weston, i: weston.seat(f"key {KEY_A} {(i + 1) % 2}")),
    "turn": (f"{TURN} motions in one turn of the loop",
             lambda weston, i: weston.seat(*(f"at {(i + j) % 50 + 5} 20" for j in range(TURN)))),
}

ROWS = {
    "instructions": "instructions for the module (1)",
    "system_calls": "system calls on its behalf (2)",
    "allocations": "heap allocations by the module",
    "notifications": "events that the guest gets",
}

NOTES = """(1) callgrind: all that runs between a call into xen-display.so and its return, with libwayland-client and the
    Xen libraries, without the simulated Xen
(2) one of them is the notification, the others are libwayland-client's, which reads what Weston has sent"""


def told(guest):
    """The ring's producer index, which counts the events that the guest was sent."""
    return int.from_bytes(bytes.fromhex(guest.send("kbd 0 peek 4 4").split("data=")[1]), "little")


def prepare(screens):
    """Gives the guest a pointer, a keyboard and the focus, and warms up; returns the guest."""
    guest = screens.guests[SIZE]
    guest.attach_input(0, **DEVICE)
    guest.ok("kbd 0 connect wait")
    screens.weston.seat("at 20 20", f"button {LEFT} 1", f"button {LEFT} 0")
    for kind in KINDS:
        run(screens, kind, 20)
    return guest


def run(screens, kind, count=EVENTS):
    for i in range(count):
        KINDS[kind][1](screens.weston, i)
    # The guest's driver takes the last ones meanwhile.
    time.sleep(bench.SETTLE_SECONDS)


def measure_instructions(build):
    bench.say(f"counting instructions and system calls over {EVENTS} events of each kind, under callgrind")
    found = {}
    with tempfile.TemporaryDirectory() as work:
        profile = callgrind.Profile(work)
        with Screens(build, profile.tool, sizes=(SIZE,), seat=True) as screens:
            guest = prepare(screens)
            pid = screens.weston.pid
            for kind in KINDS:
                profile.dump(pid)
                before = told(guest)
                run(screens, kind)
                after = told(guest)
                spent = callgrind.spent_for(profile.dump(pid), "xen-display.so", bench.INSIDE, bench.WITHOUT)
                found[kind] = {"instructions": spent[0] / EVENTS, "system_calls": spent[1] / EVENTS,
                               "notifications": (after - before) / EVENTS}
    return found


def measure_allocations(build):
    bench.say(f"counting allocations over {EVENTS} events of each kind")
    found = {}
    with tempfile.TemporaryDirectory() as work:
        counts = f"{work}/counts"
        os.environ["SIM_PRELOAD_FIRST"] = f"{build}/tests/bench/count-alloc.so"
        with Screens(build, environment={"COUNT_ALLOC_FILE": counts}, sizes=(SIZE,), seat=True) as screens:
            os.environ["SIM_PRELOAD_FIRST"] = ""
            prepare(screens)
            for kind in KINDS:
                before = bench.allocations(counts)["allocations"]
                run(screens, kind)
                found[kind] = {"allocations": (bench.allocations(counts)["allocations"] - before) / EVENTS}
    return found


def measure_rate(build):
    """Events per second that a guest takes while the seat presses keys as fast as it can."""
    bench.say(f"counting events per second, over {FLOOD_SECONDS} s")
    with Screens(build, sizes=(SIZE,), seat=True) as screens:
        guest = prepare(screens)
        guest.drain()
        begin, before = time.monotonic(), told(guest)
        while time.monotonic() - begin < FLOOD_SECONDS:
            screens.weston.seat(*(f"key {KEY_A} {state}" for state in (1, 0) * 20))
        time.sleep(bench.SETTLE_SECONDS)
        return (told(guest) - before) / (time.monotonic() - begin - bench.SETTLE_SECONDS)


def measure(build):
    calls, heap = measure_instructions(build), measure_allocations(build)
    return {"per_event": {kind: calls[kind] | heap[kind] for kind in KINDS},
            "events_per_second": measure_rate(build)}


def table(result):
    lines = [f"{'':44}" + "".join(f"{KINDS[kind][0]:>40}" for kind in KINDS)]
    for key, text in ROWS.items():
        lines.append(f"{text:44}" + "".join(f"{result['per_event'][kind][key]:>40.1f}" for kind in KINDS))
    lines.append(f"events per second, one guest: {result['events_per_second']:.0f} (the simulated guest prints each)")
    return "\n".join([*lines, NOTES])


def promises(result):
    """As check.promises()."""
    for kind, found in result["per_event"].items():
        yield f"no-allocation-for-input-{kind}", found["allocations"] == 0, f"{found['allocations']} for each"
        yield f"few-system-calls-for-input-{kind}", found["system_calls"] <= 2.1, f"{found['system_calls']} for each"
    merged = result["per_event"]["turn"]["notifications"]
    yield "motion-is-merged", merged <= 1.1, f"{merged} events for {TURN} motions in a turn"


def main():
    arguments = read_arguments(__doc__.split("\n")[0])
    result = measure(arguments.build)
    print(json.dumps(result, indent=1) if arguments.json else table(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
