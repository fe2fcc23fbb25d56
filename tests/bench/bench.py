#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What one flip of a shown connector costs, at three sizes, and how a client that copies compares.

Called by scripts/bench (a table, or JSON) and by check.py. Figures are counts, or processor times, which are to be
compared only with others of the same run. Each is a difference over FLIPS flips of guests that are warmed up."""

import collections
import json
import os
import re
import struct
import sys
import tempfile
import time

import callgrind
from weston import SIZES, ClientFlips, Screens, name_of, processor_ns, read_arguments, switches

FLIPS = 100
IDLE_SECONDS = 3
# drawing time of a slow guest, whose flips are done when their frames are drawn
SLOW_MS = 12
SETTLE_SECONDS = 0.5

# INSIDE: libraries that only the module uses in Weston's process. WITHOUT: those that exist only in the test.
INSIDE = ("libwayland-client", "libxen", "libffi")
WITHOUT = ("libsimxen", "count-alloc")

# functions that serve only statistics and observers
MEASURING = ("histogram_add", "bucket_of", "measure_flip", "refusals_count", "handle_changed", "update_soon")

ROWS = {
    "instructions": "instructions for the module (1)",
    "measuring": "  of those, for statistics nobody asks for",
    "system_calls": "system calls of Weston (2)",
    "module_calls": "  of those, on the module's own threads",
    "wake_ups": "wake-ups of Weston's event loop",
    "copied": "bytes copied by the module",
    "allocations": "heap allocations by the module",
    "client_allocations": "heap allocations by libwayland-client (3)",
    "processor_us": "processor time of Weston, microseconds",
}

NOTES = """(1) callgrind: all that runs between a call into xen-display.so and its return, on every thread, with
    libwayland-client and the Xen libraries, without the simulated Xen
(2) strace: the whole process, Weston's own repaint included
(3) in Weston's process only the module uses it: one for each event it receives and each object it makes
(4) without futex: guests contend for the lock of the simulated Xen, and no thread of the module takes part in a flip"""

SIMULATION_CALL = "futex"


def say(text):
    print(text, file=sys.stderr, flush=True)


def per_flip(take, screens, flips=FLIPS):
    """{size: by how much each count of the dictionary that take() returns grows per flip}"""
    found = {}
    for size in SIZES:
        time.sleep(SETTLE_SECONDS)
        before = take()
        screens.flips(size, flips)
        time.sleep(SETTLE_SECONDS)
        after = take()
        found[size] = {key: (after[key] - before[key]) / flips for key in after}
    return found


def is_call(text):
    """Whether the line begins a call; others end a call, or tell of a signal or an exit."""
    return not text.startswith(("<...", "---", "+++"))


class Trace:
    """What strace -f has written so far."""

    def __init__(self, path, pid):
        self.path = path
        self.pid = pid

    def _lines(self):
        """(thread, text) of each line about a thread of Weston; strace also follows Weston's helper processes."""
        threads = set(os.listdir(f"/proc/{self.pid}/task"))
        with open(self.path, errors="replace") as file:
            for line in file:
                thread, _, text = line.partition(" ")
                if thread in threads:
                    yield int(thread), text.lstrip()

    def counts(self):
        found = {"system_calls": 0, "module_calls": 0, "wake_ups": 0}
        for thread, text in self._lines():
            if thread == self.pid and re.search(r"epoll_p?wait.* = ([1-9]\d*)", text):
                found["wake_ups"] += 1
            if is_call(text):
                found["system_calls"] += 1
                found["module_calls"] += thread != self.pid
        return found

    def names(self):
        """How often each call was made."""
        return collections.Counter(text.partition("(")[0] for _, text in self._lines() if is_call(text))


def named_calls(build, screens, calls):
    """{call: how often Weston makes it for one flip of (a guest, a slow guest, a client), all of the same size}"""
    def spent(run):
        before = calls.names()
        run()
        time.sleep(SETTLE_SECONDS)
        return calls.names() - before

    guest = spent(lambda: screens.flips(SIZES[0], FLIPS))
    slow = spent(lambda: screens.slow_flips(SIZES[0], FLIPS, SLOW_MS))
    with ClientFlips(build, screens, SIZES[0], FLIPS, "frame") as client:
        native = spent(client.run)
    return {name: (guest[name] / FLIPS, slow[name] / FLIPS, native[name] / FLIPS) for name in sorted(guest | slow | native)}


def allocations(path):
    with open(path, "rb") as file:
        module, client, _ = struct.unpack("3Q", file.read(24))
    return {"allocations": module, "client_allocations": client}


def measure_calls(build):
    """System calls, wake-ups and allocations; and system calls by name."""
    say(f"counting system calls, wake-ups and allocations over {FLIPS} flips of each size")
    with tempfile.TemporaryDirectory() as work:
        trace, counts = f"{work}/trace", f"{work}/counts"
        os.environ["SIM_PRELOAD_FIRST"] = f"{build}/tests/bench/count-alloc.so"
        with Screens(build, ["strace", "-f", "-qq", "-o", trace], {"COUNT_ALLOC_FILE": counts}) as screens:
            os.environ["SIM_PRELOAD_FIRST"] = ""
            calls = Trace(trace, screens.weston.pid)
            return (per_flip(lambda: calls.counts() | allocations(counts), screens),
                    named_calls(build, screens, calls))


def measure_instructions(build, **options):
    """Instructions and system calls on behalf of the module; options are those of Screens."""
    say(f"counting instructions over {FLIPS} flips of each size, under callgrind")
    with tempfile.TemporaryDirectory() as work:
        profile = callgrind.Profile(work)
        found = {}
        # With this window Weston repaints at once, so that no guest counts as slow, although callgrind slows it down.
        with Screens(build, profile.tool, core="repaint-window=20", **options) as screens:
            pid = screens.weston.pid
            for size in SIZES:
                time.sleep(SETTLE_SECONDS)
                profile.dump(pid)
                screens.flips(size, FLIPS)
                time.sleep(SETTLE_SECONDS)
                path = profile.dump(pid)
                spent = callgrind.spent_for(path, "xen-display.so", INSIDE, WITHOUT)
                found[size] = {"instructions": spent[0] / FLIPS, "own_system_calls": spent[1] / FLIPS,
                               "measuring": callgrind.spent_in(path, MEASURING) / FLIPS}
        return found


def copied_bytes(log):
    """{guest's name: (flips, bytes copied)} from the line that the module logs of each connector at its end."""
    return {match[1]: (int(match[2]), int(match[3])) for match in re.finditer(
        r"guest (\S+)\(\d+\) .* disconnected after (\d+) flips .* (\d+) bytes copied", log)}


def measure_converted(build):
    """Bytes copied for each flip of a format that no renderer reads in place: {size: bytes}."""
    say("counting bytes copied where the module has to convert")
    with Screens(build, fourcc="RG24") as screens:
        pass
    copied = copied_bytes(screens.log)
    return {size: copied[name_of(size)][1] / copied[name_of(size)][0] for size in SIZES}


def measure_client(build, screens, size, *mode):
    """Microseconds of processor time per flip, of a client and of Weston. mode: "still" if it copies nothing."""
    with ClientFlips(build, screens, size, FLIPS, *mode) as client:
        pids = (client.pid, screens.weston.pid)
        before = [processor_ns(pid) for pid in pids]
        client.run()
        spent = [processor_ns(pid) - start for pid, start in zip(pids, before)]
    return {"client_us": spent[0] / FLIPS / 1000, "weston_us": spent[1] / FLIPS / 1000}


def wait_for_rest(pid):
    """Waits until no thread of the process ran for a second, since a busy machine handles a client's end late. Gives
    up after 20 seconds: the caller then counts what still runs."""
    for _ in range(20):
        before = switches(pid)
        time.sleep(1)
        if switches(pid) == before:
            return


def measure_time(build):
    """Processor time, also of clients that copy and that do not; wake-ups while nothing happens; bytes copied."""
    say(f"processor time over {FLIPS} flips of each size, then of clients")
    with Screens(build) as screens:
        pid = screens.weston.pid
        sizes = per_flip(lambda: {"processor_us": processor_ns(pid) / 1000}, screens)
        copying = measure_client(build, screens, SIZES[-1])
        native = measure_client(build, screens, SIZES[-1], "still")
        say(f"doing nothing for {IDLE_SECONDS} s")
        wait_for_rest(pid)
        before = switches(pid)
        time.sleep(IDLE_SECONDS)
        idle = switches(pid) - before
    copied = copied_bytes(screens.log)
    for size in SIZES:
        flips, data = copied.get(name_of(size), (0, 0))
        sizes[size]["copied"] = data / flips if flips else None
    module = sizes[SIZES[-1]]["processor_us"]
    copying["module_us"] = module
    copying["ratio"] = (copying["client_us"] + copying["weston_us"]) / module
    native["ratio"] = (native["client_us"] + native["weston_us"]) / module
    return sizes, copying, native, idle


def measure(build):
    """Everything, as one dictionary."""
    sizes, copying, native, idle = measure_time(build)
    calls, names = measure_calls(build)
    for more in (calls, measure_instructions(build)):
        for size in SIZES:
            sizes[size].update(more[size])
    first, last = sizes[SIZES[0]], sizes[SIZES[-1]]
    return {
        "flips": FLIPS,
        "per_flip": {f"{w}x{h}": sizes[w, h] for w, h in SIZES},
        "ratio_4k_to_vga": {key: last[key] / first[key] if first[key] else None for key in ROWS},
        "copying_client_4k": copying,
        "native_client_4k": native,
        "calls": names,
        "idle_wake_ups": idle,
        "idle_seconds": IDLE_SECONDS,
    }


def call_lines(calls):
    """A table of the calls that are made at least once in ten flips."""
    lines = [f"{'system calls of Weston for one flip (4)':46}{'a guest':>11}{'a slow one':>11}{'a client':>11}"]
    counted = {name: values for name, values in calls.items() if name != SIMULATION_CALL and max(values) >= 0.1}
    sums = [sum(values) for values in zip(*counted.values())]
    guest, slow, client = sums
    counted[f"a guest needs {guest - client:.1f} more, a slow one {slow - client:.1f}"] = sums
    return lines + [f"  {name:44}" + "".join(f"{value:11.2f}" for value in values) for name, values in counted.items()]


def table(result):
    def number(value):
        return "?" if value is None else f"{value:.2f}" if value < 100 and value != int(value) else f"{value:.0f}"

    columns = list(result["per_flip"])
    lines = [f"{'for one flip of a shown connector':46}" + "".join(f"{c:>11}" for c in columns) + "   4K : VGA"]
    for key, text in ROWS.items():
        ratio = result["ratio_4k_to_vga"][key]
        lines.append(f"{text:46}" + "".join(f"{number(result['per_flip'][c][key]):>11}" for c in columns) +
                     (f"{ratio:11.3f}" if ratio is not None else f"{'-':>11}"))
    copying, native = result["copying_client_4k"], result["native_client_4k"]
    lines += [NOTES, "", *call_lines(result["calls"]), "",
              "a client that copies each 4K frame into wl_shm, in the same Weston:",
              f"  client {copying['client_us']:.0f} + Weston {copying['weston_us']:.0f} microseconds of processor time"
              f" for each flip; the module in Weston {copying['module_us']:.0f}: {copying['ratio']:.1f} times as much",
              "a client that shows two 4K frames in turn, and copies nothing:",
              f"  client {native['client_us']:.0f} + Weston {native['weston_us']:.0f}: {native['ratio']:.1f} times as much"
              " as the module in Weston, which is all that a guest's flip costs the host, apart from Xen",
              f"three guests that do nothing, for {result['idle_seconds']} s: {result['idle_wake_ups']} wake-ups of "
              "any thread of Weston"]
    return "\n".join(lines)


def main():
    arguments = read_arguments("what a flip costs")
    result = measure(arguments.build)
    print(json.dumps(result, indent=2) if arguments.json else table(result))


if __name__ == "__main__":
    main()
