# SPDX-License-Identifier: MIT
"""The list of a rig's checks, in order, how they fail or are skipped, and the report.

The checks.py of a rig fills the list, its run executes it. Knows nothing of what is checked."""

import subprocess
import time

from machine import Stuck, read_text
from stage import Failed

CHECKS = []
LOG_LINES = 15


class Skipped(Exception):
    """A check could not run; the text says why."""


def check(function):
    """Adds a function to the checks; it takes the stage."""
    CHECKS.append(function)
    return function


def need(stage, what):
    """Skips the check that calls it, unless an earlier check has left this standing."""
    if what not in stage.standing:
        raise Skipped(f"there is no {what}")


def name_of(function):
    return function.__name__.replace("_", "-")


class Report:
    """The result of each check, printed as it comes."""

    def __init__(self):
        self.counts = {"pass": 0, "FAIL": 0, "skipped": 0}

    def tell(self, result, name, text=""):
        self.counts[result] += 1
        print(f"{result:8}{name}{text}", flush=True)

    def run(self, name, action):
        """Runs one check; returns whether it passed or was skipped."""
        start = time.monotonic()
        result, reason = "pass", ""
        try:
            action()
        except Skipped as skipped:
            result, reason = "skipped", f": {skipped}"
        except (Failed, Stuck, OSError, RuntimeError, subprocess.SubprocessError) as failure:
            result, reason = "FAIL", f": {failure}"
        self.tell(result, name, f" ({time.monotonic() - start:.1f} s){reason}")
        return result != "FAIL"

    def run_checks(self, stage):
        """Runs all checks; shows the ends of the logs after one that fails."""
        for function in CHECKS:
            stage.check = name_of(function)
            if not stage.machine.alive():
                self.tell("skipped", name_of(function), ": QEMU has ended")
            elif not self.run(name_of(function), lambda: function(stage)):
                show_ends([f"{stage.machine.logs}/xen.log", stage.guest_log, stage.weston_log])

    def skip_all(self, why):
        for function in CHECKS:
            self.tell("skipped", name_of(function), f": {why}")

    def close(self):
        print(f"{self.counts['pass']} passed, {self.counts['FAIL']} failed, {self.counts['skipped']} skipped")
        return 1 if self.counts["FAIL"] else 0


def show_ends(paths):
    for path in filter(None, paths):
        lines = read_text(path).splitlines()[-LOG_LINES:]
        print(f"    the end of {path}:")
        print("".join(f"    | {line}\n" for line in lines), end="", flush=True)
