# SPDX-License-Identifier: MIT
"""One headless Weston with the module and guests of several sizes, to be measured by the benchmarks.

The output is tiny, and each screen is scaled down into its own part of it, so that drawing costs next to nothing and
the same at every size; one part is left for other clients. Pixman draws it, or GL if dmabuf= is set. Nothing is
measured here."""

import argparse
import glob
import os
import signal
import subprocess
import sys
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, f"{TOP}/tests/sim")
sys.dont_write_bytecode = True
os.environ.setdefault("SIM_TIME_FACTOR", "5")    # under a tool everything takes longer

from rig.guest import Guest                      # noqa: E402
from rig.machine import Machine, stop_process    # noqa: E402
from rig.tool import environment                 # noqa: E402
from rig.weston import Weston                    # noqa: E402

SIZES = ((640, 480), (1920, 1080), (3840, 2160))
PART = (64, 36)
WARM_UP = 20

RULE = """
[xen-connector]
guest={name}
x={x}
y=0
width={width}
height={height}
fit=stretch
"""


def name_of(size):
    return f"bench-{size[0]}"


def read_arguments(about):
    """Parses what scripts/bench passes on: the build directory, and whether to print JSON instead of a table."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("build", type=os.path.abspath, help="the build directory")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    return parser.parse_args()


class ToolWeston(Weston):
    """Weston under a tool such as strace, which may be its parent."""

    tool = ()

    def command(self):
        return [*self.tool, *super().command()]

    @property
    def pid(self):
        pid = self.process.pid
        while True:
            with open(f"/proc/{pid}/comm") as file:
                name = file.read().strip()
            with open(f"/proc/{pid}/task/{pid}/children") as file:
                children = file.read().split()
            if name != "strace" or not children:
                return pid
            pid = int(children[0])

    def stop(self):
        # strace does not forward signals
        os.kill(self.pid, signal.SIGTERM)
        return stop_process(self.process, 60)


class Screens:
    """with Screens(build) as screens: a Weston with the module, and one connected guest of each size."""

    def __init__(self, build, tool=(), environment=None, fourcc="XR24", dmabuf=None, sizes=SIZES, hardware=False,
                 seat=False, options="", core=""):
        """options: more lines of the section [xen-display]; core: of [core]. hardware: the output completes frames as a
        display does, not as a timer. seat: Weston has one."""
        os.environ["SIM_BUILD"] = f"{build}/tests/sim"
        # only a domain that is not PV can export dma-bufs
        self.machine = Machine(guest_type="PVH" if dmabuf else "PV")
        self.sizes = sizes
        if hardware:
            environment = dict(environment or {}, SIMXEN_HARDWARE_FRAMES="1")
        rules = f"[xen-display]\nresample-rate=0\ndmabuf={dmabuf or 'auto'}\n{options}" + "".join(
            RULE.format(name=name_of(size), x=i * PART[0], width=PART[0], height=PART[1])
            for i, size in enumerate(SIZES))
        self.weston = ToolWeston(self.machine, outputs=[("headless", PART[0] * (len(SIZES) + 1), PART[1])], config=rules,
                                 renderer="gl" if dmabuf else "pixman", environment=environment, seat=seat,
                                 core=core)
        self.weston.tool = tool
        self.fourcc = fourcc
        self.guests = {}
        self.log = ""

    def __enter__(self):
        try:
            self.machine.start()
            self.weston.start()
            self.weston.expect_log("dma-buf: o", 60)
            self._settle()
            for size in self.sizes:
                self._add_guest(size)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for guest in self.guests.values():
            guest.destroy()
        if self.weston.process:
            self.weston.stop()
            self.log = self.weston.log()
        self.machine.stop()

    def _add_guest(self, size):
        guest = Guest(self.machine, name_of(size), [f"{size[0]}x{size[1]}"])
        self.guests[size] = guest
        guest.connect()
        for cookie in (1, 2):
            guest.buffer(cookie, *size, self.fourcc, picture=cookie)
        guest.show(1, *size)
        guest.ok(f"animate 0 0 {WARM_UP} 1 2")
        guest.event("animated", 300, dev=0, conn=0)
        # Under a tool, software GL takes so long to compile its first shader that the guest gives up on a flip.
        guest.drain()
        guest.events.clear()

    def _settle(self):
        """Waits until Weston has nothing to do."""
        before, spent = 0, 1e9
        while spent > 5e7:
            time.sleep(0.5)
            spent = processor_ns(self.weston.pid) - before
            before += spent

    def flips(self, size, count):
        self.guests[size].flips(count, 1, 2, timeout=300)

    def slow_flips(self, size, count, drawing_ms):
        """Flips of a guest that draws that long before each; returns how many milliseconds they took."""
        guest = self.guests[size]
        guest.ok(f"animate 0 0 {count} 1 2 busy={drawing_ms}")
        return guest.event("animated", 60, dev=0, conn=0)["ms"]


class ClientFlips:
    """with ClientFlips(...) as client: copy-client, whose window is shown beside the guests."""

    def __init__(self, build, screens, size, flips, *mode):
        """mode: see copy-client.c."""
        self.process = subprocess.Popen([f"{build}/tests/bench/copy-client", *map(str, (*size, flips, *mode))], text=True,
                                        env=environment(screens.weston), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.guard = threading.Timer(60, self.process.kill)
        self.pid = self.process.pid

    def __enter__(self):
        self.guard.start()
        if self.process.stdout.readline().strip() != "ready":
            self.__exit__()
            raise RuntimeError("copy-client's window is not shown")
        return self

    def __exit__(self, *_):
        self.guard.cancel()
        self.process.stdin.close()
        self.process.wait(10)

    def run(self):
        """Makes all flips; returns (milliseconds that they took, median microseconds from commit to presentation)."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        words = self.process.stdout.readline().split()
        if words[:1] != ["done"]:
            raise RuntimeError("copy-client's frames are not all presented")
        return int(words[1]), int(words[2])


def processor_ns(pid):
    """Processor time of all threads of a process so far."""
    total = 0
    for path in glob.glob(f"/proc/{pid}/task/*/schedstat"):
        with open(path) as file:
            total += int(file.read().split()[0])
    return total


def switches(pid):
    """How many context switches the threads of a process had so far: a thread that sleeps has none."""
    total = 0
    for path in glob.glob(f"/proc/{pid}/task/*/status"):
        with open(path) as file:
            total += sum(int(line.split()[1]) for line in file if "ctxt_switches" in line)
    return total
