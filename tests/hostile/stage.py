# SPDX-License-Identifier: MIT
"""The setup of a hostile guest's scenario: one Weston, the attacker, and another guest that flips all the time.

After each of the attacker's steps the other guest must have flipped again. In the end nothing of the attacker is
left, the other guest's picture is right, and the log has not been flooded.
"""
import collections
import functools
import os
import re
import struct
import time

from rig.guest import words_of
from rig.machine import wait_until
from rig.points import start_other, used, used_at_rest, weston_with_points
from rig.runner import Failure, check, equal, scenario, skip_without_dmabuf
from rig.weston import SCALE

HERE = os.path.dirname(os.path.abspath(__file__))
OUTPUTS = (("headless", 320, 240), ("second", 160, 120))
CONFIG = ("[xen-connector]\nguest=other\noutput=second\n"
          # for the guest that makes GL release what it drew last
          "[xen-connector]\nguest=last\nconnector=1\noutput=second\n"
          "[xen-connector]\nguest=*\ndevice=*\nconnector=*\noutput=headless\n")
DBUF_CREATE, DBUF_DESTROY, FB_ATTACH, FB_DETACH, SET_CONFIG, PG_FLIP, GET_EDID = range(0x10, 0x17)
OK, ENOENT, EIO, ENOMEM, EEXIST, EINVAL, ENOSPC, EOPNOTSUPP = 0, -2, -5, -12, -17, -22, -28, -95
XR24 = int.from_bytes(b"XR24", "little")
# log lines that no attack causes: connections, disconnections, paths
LINES_APART = 40
PLAYED = []
# With the GL renderer, which must accept dma-bufs: Weston 14 or later.
GL = os.environ.get("HOSTILE_RENDERER") == "gl"


def table():
    """The rows of README.md: name -> (what the guest does, what it gets, what everyone else sees)."""
    rows = {}
    with open(f"{HERE}/README.md", encoding="utf-8") as readme:
        for line in readme:
            found = re.fullmatch(r"\| `([a-z0-9-]+)` \| (.+) \| (.+) \| (.+) \|\n", line)
            if found:
                check(found[1] not in rows, f"two rows of the table are called {found[1]}")
                rows[found[1]] = found.groups()[1:]
    return rows


TABLE = table()


def request(operation, body=b""):
    """A request of 64 bytes; the guest fills in the id."""
    return struct.pack("<HB5x", 0, operation) + body.ljust(56, b"\0")


def create(cookie=1, width=64, height=48, bpp=32, size=64 * 48 * 4, flags=0, directory=0, offset=0):
    return request(DBUF_CREATE, struct.pack("<QIIIIIII", cookie, width, height, bpp, size, flags, directory,
                                            offset))


def attach(dbuf=1, cookie=1, width=64, height=48, fourcc=XR24):
    return request(FB_ATTACH, struct.pack("<QQIII", dbuf, cookie, width, height, fourcc))


def configure(cookie=1, x=0, y=0, width=64, height=48, bpp=32):
    return request(SET_CONFIG, struct.pack("<QIIIII", cookie, x, y, width, height, bpp))


def of_cookie(operation, cookie):
    return request(operation, struct.pack("<Q", cookie))


def with_dmabufs(config):
    """The configuration, with guests' pages as dma-bufs."""
    section = "[xen-display]\n"
    return config.replace(section, section + "dmabuf=force\n", 1) if section in config else \
        section + "dmabuf=force\n" + config


def replace_outputs(stage):
    """Removes all outputs, then adds them again in the same order."""
    for what in ("off", "on"):
        for name, _, _ in stage.weston.outputs:
            stage.weston.control(f"output-{what} {name}")
        stage.weston.wait_for_clients()


def kinds(files):
    """Counts the open files of each kind."""
    return dict(collections.Counter(re.sub(r"\d+", "N", name) for name in files))


class Stage:
    """Has the members weston, other and guest; guest is the attacker."""

    def __init__(self, rig, *resolutions, config="", guest=True, **options):
        self.rig = rig
        rig.start_machine("PVH")
        self.began = time.monotonic()
        # Weston's defaults apply, except for what the case is about.
        if GL:
            options["renderer"] = "gl"
            config = with_dmabufs(config)
        self.weston, self.points = weston_with_points(rig, outputs=OUTPUTS, config=config + CONFIG, **options)
        if GL:
            skip_without_dmabuf(self.weston)
        self.other = start_other(rig)
        self.still = used_at_rest(rig, self.weston, self.points)
        self.other.ok("animate 0 0 0 1 2")
        self.flips, self.steps, self.longest = 0, 0, 0.0
        self.lines_before = len(self.lines())
        self.guests = []
        self.guest = self.boot("attacker", *(resolutions or ("320x240",))) if guest else None

    def boot(self, name, *resolutions, **options):
        guest = self.rig.guest(name, *resolutions, **options)
        self.guests.append(guest)
        return guest

    # What everyone else sees

    def step(self):
        """Waits until the other guest has flipped twice more since the last step."""
        begin = time.monotonic()
        equal(self.weston.process.poll(), None, "Weston's exit status")

        def flipped():
            words = self.other.ok("animation 0 0")
            check(words["running"] == 1, "the other guest no longer flips")
            self.now = words["flips"]
            return self.now >= self.flips + 2

        check(wait_until(flipped, 10 * SCALE, 0.002), "the other guest has not flipped twice in time")
        self.longest = max(self.longest, time.monotonic() - begin)
        self.flips = self.now
        self.steps += 1

    # What the attacker does

    def ask(self, data, status=None, connector=0, guest=None, device=0):
        """Sends a request unchanged; returns its answer's status, which must be the given one, if any."""
        guest = guest or self.guest
        reply = guest.send(f"request {device} {connector} {data.hex()}")
        got = words_of(reply).get("status")
        check(reply.startswith("ok"), f"no answer to {data.hex()}: {reply}")
        if status is not None:
            equal(got, status, f"status of {data.hex()}")
        return got

    def pages(self, count, listed=None, guest=None):
        """Grants pages, the first being a directory of the others (of `listed` of them); returns their references."""
        guest = guest or self.guest
        refs = [int(word) for word in str(guest.send(f"grant {count + 1}")).split("refs=")[1].split(",")]
        self.directory(refs[1:][:count if listed is None else listed], guest=guest)
        return refs

    def directory(self, refs, following=0, page=0, guest=None):
        """Writes a page of a directory."""
        guest = guest or self.guest
        data = struct.pack(f"<{len(refs) + 1}I", following, *refs).ljust(4096, b"\0")
        guest.ok(f"poke 0 granted {page * 4096} {data.hex()}")

    def buffer(self, cookie=1, guest=None):
        """Creates a buffer of three granted pages, and a framebuffer; returns the pages' references."""
        refs = self.pages(3, guest=guest)
        self.ask(create(cookie, directory=refs[0]), OK, guest=guest)
        self.ask(attach(cookie, cookie), OK, guest=guest)
        return refs

    def counts(self, connector=0, device=0, guest=None):
        """The numbers of requests and answers, from the ring's indices."""
        words = (guest or self.guest).send(f"peek {device} req:{connector} 0 16").partition("data=")[2]
        produced, _, answered, _ = struct.unpack("<IIII", bytes.fromhex(words))
        return produced, answered

    def answered(self, connector=0, device=0, guest=None):
        """Checks that there are as many answers as requests, and none unsolicited."""
        produced, answered = self.counts(connector, device, guest)
        equal(answered, produced, f"answers on ring {connector}")
        (guest or self.guest).no_event("response", 0)

    def animation_ends(self, connector=0, device=0, guest=None):
        """Stops the animation, and waits for the answer to its last flip."""
        guest = guest or self.guest
        guest.ok(f"animation {device} {connector} stop")
        check(wait_until(lambda: len(set(self.counts(connector, device, guest))) == 1, 5 * SCALE),
              f"different numbers of requests and answers on ring {connector}: {self.counts(connector, device, guest)}")

    def state(self, guest=None, device=0):
        """The states of the backend and the frontend, as numbers."""
        guest = guest or self.guest
        tools, store = self.rig.machine.tools, self.rig.machine.store
        return tuple(int(store.read(path(guest.domid, device) + "/state") or 0)
                     for path in (tools.back, tools.front))

    def closes(self, guest=None, timeout=5):
        """Waits until the backend has closed the device."""
        check(wait_until(lambda: self.state(guest)[0] in (2, 6), timeout * SCALE),
              f"the device is not closed: its states are {self.state(guest)}")

    def said(self, pattern, timeout=5):
        self.weston.expect_log(pattern, timeout)

    # The end

    def lines(self):
        """All lines of the log: libraries complain to stderr as well."""
        return self.weston.log().splitlines()

    def finish(self, of_guests=1, more_lines=0):
        """Checks that nothing of the attacker is left, and that the other guest was not disturbed."""
        self.step()
        seconds = time.monotonic() - self.began
        most = LINES_APART + more_lines + 2 * of_guests * seconds
        count = len(self.lines()) - self.lines_before
        check(count <= most, f"{count} log lines in {seconds:.0f} s are too many, the last is {self.lines()[-1:]}")
        for guest in self.guests:
            if guest.alive:
                guest.destroy()
        self.step()
        last = {}

        def back():
            nonlocal last
            last = used(self.rig, self.weston, self.points)
            return all(last[key] <= value for key, value in self.still.items()) and \
                len(self.rig.machine.counters()["domains"]) == 2

        check(wait_until(back, 10 * SCALE, 0.05),
              f"not given back: {last}, at the start {self.still}; open files: {kinds(self.weston.open_files())}")
        if self.weston.has_seat:
            self.weston.seat("unplug pointer")  # this hides the cursor
        self.weston.expect("solid=0,0,320,240,303030")
        shown = self.other.ok("animation 0 0 stop")["flips"]
        self.other.event("flip", 4 * SCALE)
        self.other.no_event("bad-event-id", 0)
        self.other.no_event("flip-timeout", 0)
        self.weston.expect(f"picture=320,0,160,120,XR24,{1 + shown % 2}")
        if GL:
            self.rig.let_go(self.weston)
        self.rig.remark = f"{self.steps} steps, {shown} flips of the other guest, " \
                          f"longest wait for two of them {self.longest * 1000:.0f} ms"


def case(*resolutions, limit=90, guests=1, **options):
    """A row of the table, as a decorator: the function has its row's name, and gets a Stage."""
    def register(function):
        name = function.__name__.replace("_", "-")
        check(name in TABLE, f"no row of the table in README.md is called {name}")
        PLAYED.append(name)

        @functools.wraps(function)
        def played(rig):
            stage = Stage(rig, *resolutions, **options)
            function(stage)
            stage.finish(guests)

        played.__doc__ = TABLE[name][0]
        scenario("hostile", limit=limit)(played)
        return function
    return register


def register(name, function, *resolutions, **options):
    """Does what case() does, for functions that are created in a loop."""
    function.__name__ = name.replace("-", "_")
    case(*resolutions, **options)(function)


def check_table():
    """Checks that each row has a function."""
    missing = set(TABLE) - set(PLAYED)
    if missing:
        raise Failure(f"rows of the table without a function: {', '.join(sorted(missing))}")
