# SPDX-License-Identifier: MIT
"""Registers, runs and reports scenarios.

Each scenario runs in a process group of its own with a time limit, on a machine of its own. At its end,
no more may be in use than at Weston's start: grants, mappings, event channels, watches and open files.
"""
import argparse
import concurrent.futures
import fnmatch
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import traceback

from .guest import Failure, Guest
from .machine import Machine, at_rest, wait_until
from . import weston as weston_module
from .weston import SCALE, Weston

SCENARIOS = []
TRIES = int(os.environ.get("SIM_TRIES", "1"))


class Skip(Exception):
    """The scenario cannot run here; its text says why."""


def skip_without_dmabuf(weston):
    """Skips the scenario if this Weston's GL renderer takes no dma-bufs. If SIM_NEEDS_DMABUF says that it does take
    them, the module has failed to find that out, and the scenario fails."""
    weston.expect_log("dma-buf: o")
    if "offers no linux-dmabuf" not in weston.log():
        return
    check(not os.environ.get("SIM_NEEDS_DMABUF"),
          "the module finds no linux-dmabuf in a Weston that should offer it (SIM_NEEDS_DMABUF is set)")
    raise Skip("this Weston's GL renderer takes no dma-bufs without a GPU")


class Scenario:
    def __init__(self, function, suite, limit, needs_module):
        self.function = function
        self.name = f"{suite}/{function.__name__.replace('_', '-')}"
        self.about = (function.__doc__ or "").strip().split("\n")[0]
        self.limit = limit
        self.needs_module = needs_module


def scenario(suite, limit=60, module=True):
    """Registers a function that gets a Rig; its name is the test's, its docstring says what is tested."""
    def register(function):
        SCENARIOS.append(Scenario(function, suite, limit, module))
        return function
    return register


def check(condition, text):
    if not condition:
        raise Failure(text)


def equal(got, wanted, what):
    check(got == wanted, f"{what}: {got!r}, expected {wanted!r}")


class Rig:
    """What a scenario works with; each has its own."""

    def __init__(self):
        self._machine = None
        self.guests = []
        self.westons = []
        self.processes = []  # others, to be killed at the end if they still run
        self.remark = ""  # printed after "passed"
        self.baselines = {}

    @property
    def machine(self):
        return self._machine or self.start_machine()

    def start_machine(self, guest_type="PV", kernel_module=False):
        """To be called at most once, before the machine is used; without it the machine has a PV dom0.

        kernel_module: whether dom0 has the device of the project's own kernel module."""
        self._machine = Machine(guest_type=guest_type)
        if kernel_module:
            self._machine.add_kernel_module()
        return self._machine.start()

    def guest(self, name="guest", *resolutions, connect=True, **options):
        guest = Guest(self.machine, name, resolutions or ("800x600",), **options)
        self.guests.append(guest)
        if connect and options.get("start", True):
            for device in range(len(options.get("devices") or [0])):
                guest.connect(device)
        return guest

    def weston(self, **options):
        weston = Weston(self.machine, **options).start()
        self.westons.append(weston)
        self.settle(weston)
        return weston

    def settle(self, weston):
        """Waits until Weston is at rest; without guests, what it has in use then is its baseline."""
        alive = [guest for guest in self.guests if guest.alive]
        # The module's store thread sets its watches, on two kinds of devices, some time after Weston has started.
        serving = [one for one in self.westons if one.process.poll() is None and one.is_with_xenstore()]
        if not alive and not wait_until(lambda: self.machine.watches() >= 2 * len(serving), 10 * SCALE):
            raise Failure(f"{self.machine.watches()} watches, expected at least 2 for each of {len(serving)} modules")
        still = at_rest(weston.usage, 10 * SCALE, 4, 0.1)
        if still is None:
            raise Failure(f"what Weston has in use keeps changing: {weston.usage()}")
        if not alive:
            self.baselines[weston] = still

    def expect_baseline(self, weston, without_watches=False, timeout=5):
        """Waits until Weston has no more in use than in its baseline."""
        baseline = self.baselines[weston]
        last = {}

        def back():
            nonlocal last
            last = weston.usage()
            wanted = {key: value for key, value in baseline.items()
                      if not (without_watches and key == "watches")}
            return all(last[key] <= value for key, value in wanted.items())

        if not wait_until(back, timeout * SCALE, 0.05):
            raise Failure(f"not given back: in use {last}, at the start {baseline}")

    def let_go(self, weston):
        """Destroys all guests, and has GL release what it still holds of them: Weston and llvmpipe refer to what
        they drew last until they draw something else. So a last guest is shown on all outputs, on a path that
        leaves nothing behind, and then all outputs are repainted."""
        for guest in self.guests:
            guest.destroy()
        self.machine.control("clear")
        self.machine.control("fail", "weston", "dmabuf.export", 1, "ENOMEM", 0)
        last = self.guest("last", *["320x240"] * len(weston.outputs))
        last.buffer(1, 320, 240, picture=0)
        for connector in range(len(weston.outputs)):
            last.show(1, 320, 240, connector=connector)
        weston.expect("picture=0,0,320,240,XR24,0")
        last.destroy()
        weston.control("sleep")
        weston.control("wake")
        self.expect_baseline(weston)

    def finish(self):
        """Stops everything in an orderly way and checks that nothing is left."""
        for guest in self.guests:
            guest.destroy()
        for weston in self.westons:
            if weston.process.poll() is None and weston in self.baselines:
                self.expect_baseline(weston)
        for weston in self.westons:
            if weston.process.returncode == -signal.SIGKILL:
                continue
            status = weston.stop()
            if status != 0:
                raise Failure(f"Weston ended with {status}: " + weston.log()[-1500:])
        if self._machine:
            self.expect_empty_machine()

    def expect_empty_machine(self):
        def empty():
            counters = self.machine.counters()
            users = [process for process in counters["processes"]
                     if process["comm"] != "xenstored"]
            return not users and counters["maptrack"] == 0 and len(counters["domains"]) == 1

        if not wait_until(empty, 5 * SCALE, 0.05):
            raise Failure(f"left on the machine: {self.machine.counters()}")

    def abandon(self):
        """Kills whatever still runs."""
        for guest in self.guests:
            if guest.process and guest.process.poll() is None:
                guest.process.kill()
        for weston in self.westons:
            if weston.process and weston.process.poll() is None:
                weston.process.kill()
                weston.process.wait()
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.wait()
        if self._machine:
            self._machine.stop()

    def logs(self):
        text = ""
        for weston in self.westons:
            lines = weston.log().splitlines()
            text += "\n".join(f"    | {line}" for line in lines[-25:]) + "\n"
        return text


def end_of_time(signal_number, frame):
    raise TimeoutError("not done in time")


def run_in_child(test, report):
    rig = Rig()
    signal.signal(signal.SIGTERM, end_of_time)
    result = {"state": "passed", "text": ""}
    try:
        test.function(rig)
        rig.finish()
        result["text"] = rig.remark
    except Skip as skip:
        result = {"state": "skipped", "text": str(skip)}
    except Failure as failure:
        result = {"state": "failed", "text": str(failure), "logs": rig.logs()}
    except Exception:  # the report must name whatever went wrong
        result = {"state": "failed", "text": traceback.format_exc(), "logs": rig.logs()}
    finally:
        try:
            rig.abandon()
        except Exception:
            traceback.print_exc()
    report.write(json.dumps(result))
    report.flush()


def run_one(test):
    """Runs a scenario in a process group of its own; returns its result."""
    if test.needs_module:
        missing = weston_module.available()
        if not missing and not weston_module.module_path():
            missing = "the module is not built"
        if missing:
            return {"state": "skipped", "text": missing}
    # A file, not a pipe: nobody reads before the child has ended, and logs can be longer than a pipe holds.
    with tempfile.TemporaryFile("w+") as report:
        return run_forked(test, report)


def run_forked(test, report):
    child = os.fork()
    if child == 0:
        os.setsid()
        run_in_child(test, report)
        sys.stdout.flush()
        os._exit(0)
    limit = time.monotonic() + test.limit * SCALE
    late = not wait_until(lambda: os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG |
                                            os.WNOWAIT), limit - time.monotonic(), 0.02)
    if late:
        # On SIGTERM it reports where it was, and cleans up.
        os.kill(child, signal.SIGTERM)
        late = not wait_until(lambda: os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG |
                                                os.WNOWAIT), 20 * SCALE, 0.02)
    if late:
        # The group that the child leads holds only what this scenario started.
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    if late:
        return {"state": "failed", "text": f"not done within {test.limit * SCALE:.0f} s"}
    report.seek(0)
    data = report.read()
    return json.loads(data) if data else {"state": "failed", "text": "the test's process died without a result"}


def run_with_tries(test):
    """Runs a scenario up to SIM_TRIES times until it does not fail; prints the failures that do not count."""
    result = run_one(test)
    for _ in range(TRIES - 1):
        if result["state"] != "failed":
            break
        before = result
        print(f"again    {test.name}: {before['text']}", flush=True)
        print(before.get("logs", ""), end="", flush=True)
        result = run_one(test)
        if result["state"] == "passed":
            result["text"] = "only when tried again"
    return result


def matches(test, pattern):
    pattern = pattern.replace("_", "-")
    return fnmatch.fnmatch(test.name, pattern) or test.name.startswith(pattern + "/")


def select(patterns):
    """The scenarios that match the patterns, or all without patterns; exits if a pattern matches none."""
    for pattern in patterns:
        if not any(matches(test, pattern) for test in SCENARIOS):
            sys.exit(f"no scenario matches {pattern}; --list names them")
    return [test for test in SCENARIOS if not patterns or any(matches(test, pattern) for pattern in patterns)]


def run_here(tests, verbose):
    """Runs the tests one after the other, in this process; returns the exit status."""
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for test in tests:
        begin = time.monotonic()
        result = run_with_tries(test)
        counts[result["state"]] += 1
        took = f" ({time.monotonic() - begin:.1f} s)" if verbose else ""
        reason = f": {result['text']}" if result["text"] else ""
        print(f"{result['state']:8} {test.name}{took}{reason}", flush=True)
        if result.get("logs"):
            print(result["logs"], end="", flush=True)
    print(", ".join(f"{count} {state}" for state, count in counts.items()))
    return 1 if counts["failed"] else 0


def run_alone(test):
    """Runs this program again for one test; returns its output."""
    done = subprocess.run([sys.executable, sys.argv[0], "--alone", "--verbose", test.name],
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.stdout


def run_side_by_side(tests, jobs):
    """Runs each test in a process of its own, prints the results in order; returns the exit status."""
    counts = [0, 0, 0]
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for text in pool.map(run_alone, tests):
            *lines, closing = text.splitlines() or [""]
            print("\n".join(lines), flush=True)
            found = re.fullmatch(r"(\d+) passed, (\d+) failed, (\d+) skipped", closing)
            got = [int(number) for number in found.groups()] if found else [0, 1, 0]
            counts = [a + b for a, b in zip(counts, got)]
    print("{} passed, {} failed, {} skipped".format(*counts))
    return 1 if counts[1] else 0


def main(suites=(), jobs=1):
    """suites: which to run if none is named; if empty, all. jobs: how many tests at a time by default."""
    parser = argparse.ArgumentParser(description="Runs tests on the simulated Xen.")
    parser.add_argument("names", nargs="*", help="suites, names or patterns")
    parser.add_argument("--list", action="store_true", help="only list them")
    parser.add_argument("--jobs", type=int, default=jobs,
                        help="tests at a time, each in a process of its own (%(default)s)")
    parser.add_argument("--alone", action="store_true", help="one after the other, in this process")
    parser.add_argument("--verbose", action="store_true", help="also say how long each took")
    arguments = parser.parse_args()
    tests = select(arguments.names or ([] if arguments.list else suites))
    if arguments.list:
        for test in tests:
            print(f"{test.name:48} {test.about}")
        return 0
    if arguments.alone or arguments.jobs == 1:
        return run_here(tests, arguments.verbose)
    return run_side_by_side(tests, arguments.jobs)
