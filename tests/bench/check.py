#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests the promises about speed and memory on what bench.py and inputs.py measure. Called by scripts/check bench.

No promise is about absolute times; each is about a count, or a ratio within the same run."""

import os
import sys

import bench
import inputs

GROWTH = 1.05    # at most, of 4K to VGA
MEASURING = 100  # at most, instructions for statistics per flip, with no client of the control socket


def promises(result, converted):
    """(name, holds, what was found), one for each promise."""
    for size, found in result["per_flip"].items():
        yield f"nothing-copied-{size}", found["copied"] == 0, f"{found['copied']} bytes for each flip"
        yield f"statistics-cost-nothing-{size}", 0 < found["measuring"] <= MEASURING, \
            f"{found['measuring']:.0f} instructions for each flip"
        yield f"no-allocation-{size}", found["allocations"] == 0, f"{found['allocations']} for each flip"
    for (width, height), data in converted.items():
        yield f"converting-is-counted-{width}x{height}", data >= width * height * 3, f"{data:.0f} bytes for each flip"
    for key in ("instructions", "system_calls"):
        ratio = result["ratio_4k_to_vga"][key]
        yield f"{key}-do-not-grow", ratio is not None and ratio <= GROWTH, f"4K : VGA is {ratio}"
    yield "nothing-wakes-when-idle", result["idle_wake_ups"] == 0, f"{result['idle_wake_ups']} wake-ups"
    ratio = result["copying_client_4k"]["ratio"]
    yield "cheaper-than-copying", ratio > 1, f"a client that copies takes {ratio:.1f} times the processor time"


def tell(found):
    """Prints what promises() yields, and the closing line; returns the exit status."""
    counts = {True: 0, False: 0}
    for name, holds, text in found:
        counts[bool(holds)] += 1
        print(f"{'pass' if holds else 'FAIL'}  {name}: {text}", flush=True)
    print(f"{counts[True]} passed, {counts[False]} failed, 0 skipped")
    return 0 if counts[False] == 0 else 1


def main():
    build = os.path.abspath(sys.argv[1])
    result = bench.measure(build)
    print(bench.table(result))
    of_input = inputs.measure(build)
    print(inputs.table(of_input))
    return tell([*promises(result, bench.measure_converted(build)), *inputs.promises(of_input)])


if __name__ == "__main__":
    sys.exit(main())
