# SPDX-License-Identifier: MIT
"""A guest on the simulated machine: its domain, its process and its command language.

ok() and the methods built on it raise Failure when the guest's answer is not the expected one.
"""
import queue
import re
import subprocess
import threading
import time

from .formats import bits_of
from .machine import stop_process


class Failure(AssertionError):
    """A check of a test did not hold."""


def words_of(line):
    """The key=value words of a line as a dictionary; numbers become int."""
    found = {}
    for word in line.split():
        key, equals, value = word.partition("=")
        if equals:
            number = re.fullmatch(r"-?(0|[1-9]\d{0,18}|0x[0-9a-f]+)", value)
            found[key] = int(value, 0) if number else value
    return found


class Guest:
    def __init__(self, machine, name="guest", resolutions=("800x600",), devices=None,
                 backend=0, uuid=None, unique_ids=None, inputs=(), start=True):
        """devices: for each device a list of its connectors' resolutions; by default one device with resolutions.
        inputs: for each input device a dictionary of its features."""
        self.machine = machine
        self.backend = backend
        self.name = name
        self.domid = int(machine.control("create"))
        self.uuid = machine.tools.create_domain(self.domid, name, uuid)
        self.events = []
        self.lines = queue.Queue()
        self.process = None
        self.alive = True
        self.bits = {}  # (device, cookie): bits per pixel
        for device, connectors in enumerate(devices if devices is not None else [resolutions]):
            self.attach(device, connectors, unique_ids=unique_ids)
        for device, features in enumerate(inputs):
            self.attach_input(device, **features)
        if start:
            self.boot()

    def attach(self, device, resolutions, **options):
        self.machine.tools.attach(self.domid, device, resolutions, backend=self.backend,
                                  **options)

    def attach_input(self, device, **features):
        self.machine.tools.attach_input(self.domid, device, backend=self.backend, **features)

    def detach(self, device, timeout=10):
        return self.machine.tools.detach(self.domid, device, self.backend, timeout)

    def boot(self):
        self.process = subprocess.Popen(
            [f"{self.machine.build}/guest", str(self.domid)], text=True, bufsize=1,
            env=self.machine.environment(self.domid, preload=False),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        booted = self.process.stdout.readline().split()
        if len(booted) != 4:
            raise Failure("the guest's process does not print its boot line")
        self.machine.unpause(self.domid, int(booted[3]))
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put((time.monotonic(), line.rstrip("\n")))
        self.lines.put((time.monotonic(), None))

    def _next(self, timeout):
        """The next line that is not an event; events are kept. None on timeout, or if the guest has ended."""
        end = time.monotonic() + timeout
        while True:
            try:
                when, line = self.lines.get(timeout=max(0, end - time.monotonic()))
            except queue.Empty:
                return None
            if line is None:
                return None
            if not line.startswith("event "):
                return line
            self.events.append((when, line[6:]))

    def send(self, command):
        """Runs a command and returns its whole reply line."""
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        reply = self._next(40)
        if reply is None:
            raise Failure(f"{self.name}: no reply to: {command}")
        return reply

    def ok(self, command, status=0):
        """Runs a command that must succeed, with that status if it has one; returns its words."""
        reply = self.send(command)
        words = words_of(reply)
        if not reply.startswith("ok") or words.get("status", status) != status:
            raise Failure(f"{self.name}: {command}: {reply} (expected status {status})")
        return words

    def drain(self):
        """Reads what the guest has printed so far; keeps its events."""
        while True:
            try:
                when, line = self.lines.get_nowait()
            except queue.Empty:
                return
            if line and line.startswith("event "):
                self.events.append((when, line[6:]))

    def drain_replies(self, commands):
        """Like drain(), after commands whose replies nobody has waited for: removes from commands (a deque) those
        that the guest has replied to."""
        while True:
            try:
                when, line = self.lines.get_nowait()
            except queue.Empty:
                return
            if line is None:
                raise Failure(f"{self.name} has ended; commands without a reply: {list(commands)[:3]}")
            if line.startswith("event "):
                self.events.append((when, line[6:]))
            else:
                commands.popleft()

    def take_event(self, kind, timeout=5, **wanted):
        """Removes and returns the first event of that kind whose words match; None on timeout."""
        end = time.monotonic() + timeout
        while True:
            for index, (when, line) in enumerate(self.events):
                words = words_of(line)
                if line.split()[0] == kind and \
                        all(words.get(key) == value for key, value in wanted.items()):
                    del self.events[index]
                    return dict(words, when=when)
            left = end - time.monotonic()
            if left <= 0:
                return None
            try:
                when, line = self.lines.get(timeout=left)
            except queue.Empty:
                return None
            if line and line.startswith("event "):
                self.events.append((when, line[6:]))
            elif line is None:
                return None

    def event(self, kind, timeout=5, **wanted):
        found = self.take_event(kind, timeout, **wanted)
        if found is None:
            raise Failure(f"{self.name}: no event {kind} {wanted} within {timeout} s; "
                          f"seen: {[line for _, line in self.events][-5:]}")
        return found

    def no_event(self, kind, seconds=0.3, **wanted):
        found = self.take_event(kind, seconds, **wanted)
        if found is not None:
            raise Failure(f"{self.name}: unexpected event {kind} {found}")

    # What most tests do.

    def connect(self, device=0, options=""):
        self.ok(f"connect {device} {options}")

    def buffer(self, cookie, width, height, fourcc="XR24", device=0, options="", picture=None,
               status=0):
        """Creates a display buffer, and a framebuffer of the same cookie and size on it."""
        bits = bits_of(fourcc)
        self.ok(f"dbuf-create {device} {cookie} {width}x{height} {bits} {options}", status)
        if status:
            return
        self.ok(f"fb-attach {device} {cookie} {cookie} {width}x{height} {fourcc}")
        self.bits[device, cookie] = bits
        if picture is not None:
            self.ok(f"fill {device} {cookie} {picture}")

    def show(self, cookie, width, height, connector=0, device=0, at="0,0"):
        """Sets a mode with a framebuffer that buffer() made, or else with one of 32 bits per pixel."""
        bits = self.bits.get((device, cookie), 32)
        self.ok(f"set-config {device} {connector} {cookie} {at} {width}x{height} {bits}")

    def flip(self, cookie, connector=0, device=0, wait=True, timeout=5):
        """Requests a flip; with wait, returns its event."""
        self.ok(f"flip {device} {connector} {cookie}")
        return self.event("flip", timeout, dev=device, conn=connector, fb=cookie) if wait else None

    def flips(self, count, *cookies, connector=0, device=0, timeout=60):
        """Flips count times through the cookies, each time when the last flip is done; returns the milliseconds."""
        self.ok(f"animate {device} {connector} {count} " + " ".join(map(str, cookies)))
        done = self.event("animated", timeout, dev=device, conn=connector)
        self.drain()
        for bad in ("bad-event-id", "flip-timeout"):
            if any(line.startswith(bad) for _, line in self.events):
                raise Failure(f"{self.name}: {bad} in {count} flips")
        return done["ms"]

    def picture(self, number=1, fourcc="XR24", size=(800, 600), connector=0, device=0, cookie=1):
        """Creates a buffer with that picture, and shows it by setting a mode, without any flip."""
        width, height = size
        self.buffer(cookie, width, height, fourcc, device, picture=number)
        self.show(cookie, width, height, connector, device)

    def kill(self):
        """The domain vanishes from the hypervisor; the tool stack removes nothing from xenstore."""
        self.machine.control("destroy", self.domid)
        self.alive = False
        self.end_process()

    def destroy(self):
        """What xl destroy does."""
        if self.alive:
            self.machine.tools.remove_devices(self.domid, self.backend)
            self.kill()
        self.machine.tools.forget_domain(self.domid)

    def crash_process(self):
        """The guest stops at once and cleans nothing up; the simulation destroys the domain when it notices."""
        self.process.kill()
        self.process.wait()

    def end_process(self):
        if not self.process:
            return
        self.process.stdin.close()
        stop_process(self.process)
