# SPDX-License-Identifier: MIT
"""One simulated Xen machine: its directory, its xenstored and its counters.

Machines are independent of each other, so tests may run side by side. Only processes that were started
here are stopped, by their process ids.
"""
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time

from .store import Store
from .toolstack import Toolstack

HERE = os.path.dirname(os.path.abspath(__file__))


def build_directory():
    """Where the built parts of tests/sim are: $SIM_BUILD, else in build, else in the first build-*."""
    if os.environ.get("SIM_BUILD"):
        return os.path.abspath(os.environ["SIM_BUILD"])
    top = os.path.abspath(os.path.join(HERE, "..", "..", ".."))
    for candidate in [f"{top}/build/tests/sim", *sorted(glob.glob(f"{top}/build-*/tests/sim"))]:
        if os.path.exists(f"{candidate}/libsimxen.so"):
            return candidate
    raise SystemExit("tests/sim is not built; run: meson setup build && ninja -C build")


def find_xenstored():
    """The path of the daemon itself; Debian's /usr/sbin/xenstored is a script that asks the hypervisor."""
    found = glob.glob("/usr/lib/xen-*/bin/xenstored") + glob.glob("/usr/lib/xen/bin/xenstored")
    return os.environ.get("XENSTORED") or (found[-1] if found else None)


def wait_until(condition, timeout=10, interval=0.01):
    """Returns True as soon as condition() is true, False if it is not within timeout."""
    end = time.monotonic() + timeout
    while not condition():
        if time.monotonic() >= end:
            return False
        time.sleep(interval)
    return True


def at_rest(read, timeout, times=3, interval=0.05):
    """Repeats read() until its value has not changed for that many times in a row, and returns it; None on timeout."""
    last, same = read(), 0

    def quiet():
        nonlocal last, same
        now = read()
        same = same + 1 if now == last else 0
        last = now
        return same >= times

    return last if wait_until(quiet, timeout, interval) else None


def stop_process(process, seconds=5):
    """Terminates a process that we started; returns its exit status, or None if it had to be killed."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return None


class Machine:
    def __init__(self, directory=None, guest_type="PV"):
        self.own = directory is None
        base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.directory = directory or tempfile.mkdtemp(prefix="sx-", dir=base)
        self.build = build_directory()
        self.xenstored = None
        self.store = None
        self.tools = None
        if not os.path.exists(f"{self.directory}/machine"):
            os.makedirs(self.directory, exist_ok=True)
            self.control("init", guest_type)

    def environment(self, domid=0, preload=True, extra=None):
        """The environment of a program that runs in a domain of this machine."""
        env = dict(os.environ, SIMXEN=self.directory, SIMXEN_DOMID=str(domid),
                   XENSTORED_RUNDIR=f"{self.directory}/xenstored",
                   XENSTORED_PATH=f"{self.directory}/xenstored/socket")
        if preload:
            before = os.environ.get("SIM_PRELOAD_FIRST", "")
            env["LD_PRELOAD"] = f"{before} {self.build}/libsimxen.so".strip()
        env.update(extra or {})
        return env

    def control(self, *words):
        """Runs simctl and returns what it prints."""
        done = subprocess.run([f"{self.build}/simctl", *map(str, words)], text=True,
                              env=self.environment(preload=False), capture_output=True,
                              check=False)
        if done.returncode:
            raise RuntimeError(done.stderr.strip() or f"simctl {words}: {done.returncode}")
        return done.stdout

    def counters(self):
        return json.loads(self.control("counters"))

    def add_kernel_module(self):
        """From now on /dev/xen/dmabuf exists."""
        os.makedirs(f"{self.directory}/dev", exist_ok=True)
        with open(f"{self.directory}/dev/dmabuf", "w"):
            pass

    def unpause(self, domid, store_port):
        """The last steps of xl create, for a domain whose process waits."""
        self.tools.introduce(domid, store_port)
        self.control("unpause", domid)

    def domain(self, domid):
        for domain in self.counters()["domains"]:
            if domain["domid"] == domid:
                return domain
        return None

    def usage(self, pid):
        for process in self.counters()["processes"]:
            if process["pid"] == pid:
                return {key: process[key] for key in ("handles", "ports", "mappings", "pages")}
        return {"handles": 0, "ports": 0, "mappings": 0, "pages": 0}

    def start(self):
        daemon = find_xenstored()
        if not daemon:
            raise RuntimeError("no xenstored; install xen-utils")
        log = open(f"{self.directory}/xenstored.log", "wb")
        self.xenstored = subprocess.Popen(
            [daemon, "--no-fork", f"--pid-file={self.directory}/xenstored.pid"],
            env=self.environment(), stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        log.close()
        self.connect()
        return self

    def connect(self):
        def connected():
            try:
                self.store = Store(f"{self.directory}/xenstored/socket")
            except OSError:
                return False
            return True

        if not wait_until(connected, 10):
            raise RuntimeError("xenstored does not start: " +
                               open(f"{self.directory}/xenstored.log").read())
        self.tools = Toolstack(self.store)
        self.store.write("/local/domain/0/domid", 0)
        self.store.write("/local/domain/0/name", "Domain-0")

    def watches(self):
        """How many watches xenstored holds, according to its memory report."""
        report = f"{self.directory}/memory-report"
        self.store.control("memreport", report)
        text = open(report, errors="replace").read()
        os.unlink(report)
        return len(re.findall(r"^\s*struct watch\b", text, re.MULTILINE))

    def stop(self):
        if self.store:
            self.store.close()
        if self.xenstored:
            stop_process(self.xenstored)
        if self.own:
            shutil.rmtree(self.directory, ignore_errors=True)
