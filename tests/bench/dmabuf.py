#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a flip costs if the guest's pages are a dma-buf, compared with the mapped path in the same GL renderer.

Called by scripts/bench --dmabuf, which scripts/check bench-dmabuf runs in a Debian whose GL renderer takes dma-bufs
without a GPU. Promises are about counts, and ratios within the same run; times are only printed. The cost of an
export includes the simulated kernel's part; remade-buffers of tests/xen-arm64 prints it with a real kernel.

System calls are counted on an output that completes frames as a display does. If a timer completes them, as for a
Weston in a window, or if two outputs share a picture, there is one more for each flip: poll() on the previous frame's
dma-buf, since nothing else tells that the GPU has read it."""

import json
import os
import re
import statistics
import sys
import tempfile
import time

import latency
from bench import FLIPS, allocations, copied_bytes, measure_instructions, per_flip, say
from check import GROWTH, tell
from rig.guest import Guest
from rig.runner import Failure, Skip, skip_without_dmabuf
from rig.weston import SCALE
from weston import SIZES, Screens, name_of, processor_ns, read_arguments

PATHS = {"dma-buf": "force", "mapped": "never"}
LATENCY_FLIPS = 50
EXPORTS = 10
EXPORT_SIZE = (1920, 1080)
DELAY_MS = 200
ROUNDS = 5
# system calls per flip that a dma-buf may need beyond the mapped path: timers cause fractions
MORE_CALLS = 0.25

ROWS = {
    "instructions": "instructions for the module (1)",
    "own_system_calls": "system calls of the module (2)",
    "allocations": "heap allocations by the module",
    "copied": "bytes copied by the module",
}

NOTES = """(1) callgrind: all that runs between a call into xen-display.so and its return, on every thread, with
    libwayland-client and the Xen libraries, without the simulated Xen
(2) callgrind, counted in the same way; a call that the simulated Xen answers counts as one"""


def look(build):
    """Raises Skip or Failure if this Weston's GL renderer takes no dma-bufs."""
    with Screens(build, dmabuf="force", sizes=()) as screens:
        skip_without_dmabuf(screens.weston)


def measure_allocations(build, dmabuf):
    """Heap allocations, bytes copied, and the path that the log names for each guest."""
    say(f"counting allocations over {FLIPS} flips of each size, dmabuf={dmabuf}")
    with tempfile.TemporaryDirectory() as work:
        counts = f"{work}/counts"
        os.environ["SIM_PRELOAD_FIRST"] = f"{build}/tests/bench/count-alloc.so"
        with Screens(build, environment={"COUNT_ALLOC_FILE": counts}, dmabuf=dmabuf) as screens:
            os.environ["SIM_PRELOAD_FIRST"] = ""
            found = per_flip(lambda: allocations(counts), screens)
    copied = copied_bytes(screens.log)
    for size in SIZES:
        flips, data = copied.get(name_of(size), (0, 0))
        found[size]["copied"] = data / flips if flips else None
        path = re.search(rf"guest {name_of(size)}\(.* path (\S+) \(", screens.log)
        found[size]["path"] = path[1] if path else None
    return found


def measure_exports(screens):
    """Per megapixel of a buffer that comes and goes: milliseconds until it can be shown, and of processor time."""
    guest, pid = screens.guests[EXPORT_SIZE], screens.weston.pid
    width, height = EXPORT_SIZE
    megapixels = EXPORTS * width * height / 1e6
    waited = 0
    before = processor_ns(pid)
    for cookie in range(11, 11 + EXPORTS):
        start = time.monotonic()
        guest.buffer(cookie, width, height)
        waited += time.monotonic() - start
        guest.ok(f"fb-detach 0 {cookie}")
        guest.ok(f"dbuf-destroy 0 {cookie}")
    time.sleep(0.5)
    return {"until_answered_ms": waited * 1000 / megapixels,
            "processor_ms": (processor_ns(pid) - before) / 1e6 / megapixels}


def flips_during_exports(screens):
    """How many flips of one guest are done during exports for another guest, which are slow in the kernel, and how
    many in equally long spans without exports."""
    say(f"{ROUNDS} exports that take {DELAY_MS} ms each")
    machine = screens.machine
    quick = screens.guests[SIZES[0]]
    slow = Guest(machine, "bench-slow", ["640x480"])
    screens.guests["slow"] = slow
    slow.connect()
    slow.ok("dbuf-create 0 1 640x480 32")
    quick.ok("animate 0 0 0 1 2")
    machine.control("delay", "weston", "dmabuf.export", DELAY_MS)
    during = without = 0

    def flips():
        return quick.ok("animation 0 0")["flips"]

    for cookie in range(1, ROUNDS + 1):
        start, before = time.monotonic(), flips()
        slow.ok(f"fb-attach 0 {cookie} {cookie} 640x480 XR24")
        # The next buffer is mapped, and its request answered, only after the export.
        slow.ok(f"dbuf-create 0 {cookie + 1} 640x480 32")
        span, after = time.monotonic() - start, flips()
        time.sleep(span)
        during += after - before
        without += flips() - after
    quick.ok("animation 0 0 stop")
    exports = machine.counters()["faults"][0]["calls"]
    machine.control("clear")
    return {"exports": exports, "during": during, "without": without}


def measure(build):
    found = {}
    for path, dmabuf in PATHS.items():
        found[path] = measure_allocations(build, dmabuf)
        for size, counted in measure_instructions(build, dmabuf=dmabuf, hardware=True).items():
            found[path][size].update(counted)
    times = {}
    for path, dmabuf in PATHS.items():
        say(f"times, dmabuf={dmabuf}")
        with Screens(build, environment={"WAYLAND_DEBUG": "server"}, dmabuf=dmabuf) as screens:
            times[path] = {"latency_us": latency.measure(screens, LATENCY_FLIPS)["commit"], **measure_exports(screens)}
            if path == "dma-buf":
                exporting = flips_during_exports(screens)
    return found, times, exporting


def as_json(found, times, exporting):
    promised = [{"name": name, "holds": bool(holds), "found": text} for name, holds, text in promises(found, exporting)]
    return json.dumps({
        "flips": FLIPS,
        "per_flip": {path: {f"{w}x{h}": counted for (w, h), counted in sizes.items()} for path, sizes in found.items()},
        "times": times,
        "exports": exporting,
        "promises": promised,
    }, indent=2)


def table(found, times, exporting):
    columns = [f"{path} {width}x{height}" for width, height in SIZES for path in PATHS]
    lines = [f"{'for one flip of a shown connector':36}" + "".join(f"{column:>19}" for column in columns)]
    for key, text in ROWS.items():
        lines.append(f"{text:36}" + "".join(f"{found[path][size][key]:19.2f}" for size in SIZES for path in PATHS))
    lines += [NOTES, ""]
    for path, taken in times.items():
        latency = sorted(taken["latency_us"])
        lines.append(f"{path}: from the guest's request to Weston's commit: median {statistics.median(latency):.0f}, "
                     f"longest {latency[-1]:.0f} microseconds, of {len(latency)} flips")
        lines.append(f"{path}: a buffer, for each megapixel: {taken['until_answered_ms']:.3f} ms until both requests are"
                     f" answered, {taken['processor_ms']:.3f} ms of processor time of Weston until it is gone again")
    lines.append(f"during {exporting['exports']} exports of {DELAY_MS} ms each: {exporting['during']} flips of another"
                 f" guest; in the same time without exports: {exporting['without']}")
    return "\n".join(lines)


def promises(found, exporting):
    """As check.promises()."""
    for size in SIZES:
        name = f"{size[0]}x{size[1]}"
        dmabuf, mapped = found["dma-buf"][size], found["mapped"][size]
        yield f"is-dmabuf-{name}", (dmabuf["path"], mapped["path"]) == ("dma-buf", "mapped"), \
            f"the paths are {dmabuf['path']} and {mapped['path']}"
        yield f"nothing-copied-{name}", dmabuf["copied"] == 0, f"{dmabuf['copied']} bytes for each flip"
        yield f"no-allocation-{name}", dmabuf["allocations"] == 0, f"{dmabuf['allocations']} for each flip"
        ratio = dmabuf["instructions"] / mapped["instructions"]
        yield f"instructions-not-above-mapped-{name}", ratio <= GROWTH, f"dma-buf : mapped is {ratio:.3f}"
        more = dmabuf["own_system_calls"] - mapped["own_system_calls"]
        yield f"system-calls-not-above-mapped-{name}", more <= MORE_CALLS, f"{more:.2f} more for each flip"
    during, without = exporting["during"], exporting["without"]
    # If the compositor's thread did the exports, there would be next to no flips.
    yield "export-holds-nobody-up", exporting["exports"] == ROUNDS and during >= without / 2 > 0, \
        f"{during} flips of another guest during {exporting['exports']} exports, {without} in the same time without"


def main():
    arguments = read_arguments("what a flip of a dma-buf costs")
    build = arguments.build
    try:
        look(build)
    except Skip as skip:
        print(json.dumps({"skipped": str(skip)}) if arguments.json else
              f"skipped: {skip}\n0 passed, 0 failed, 1 skipped")
        return 0
    except Failure as failure:
        print(f"FAIL  is-dmabuf: {failure}\n0 passed, 1 failed, 0 skipped")
        return 1
    found, times, exporting = measure(build)
    if arguments.json:
        print(as_json(found, times, exporting))
        return 0
    print(table(found, times, exporting))
    return tell(promises(found, exporting))


if __name__ == "__main__":
    sys.exit(main())
