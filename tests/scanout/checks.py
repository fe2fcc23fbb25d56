#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Frames of simulated guests on a real plane: what the display scans out, how it is counted, and what is reported if
there is no plane. Run in the emulated machine by run, with the rig of tests/sim; the guests' pages become real
dma-bufs by /dev/udmabuf. The screen is checked by QEMU's screendump, pixel by pixel."""

import functools
import glob
import os
import subprocess
import sys
import time

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, f"{TREE}/tests/sim")
os.environ["SIM_BUILD"] = f"{TREE}/build/tests/sim"
os.environ.setdefault("SIM_TIME_FACTOR", "8")    # every instruction is emulated

from rig.guest import Failure                                   # noqa: E402
from rig.machine import wait_until                              # noqa: E402
from rig import runner                                          # noqa: E402
from rig.runner import SCALE, check, equal, main                # noqa: E402
from rig.weston import Weston                                   # noqa: E402

SHOTS = "/share/shots"
LOGS = "/share/log"
# the largest mode for which this adapter has memory at 32 bits per pixel
SIZE = (800, 600)
WHOLE = (0, 0, *SIZE)
BACKGROUND = "#303030"
# what Weston draws in place of a buffer that it must not composite
PLACEHOLDER = "#660000"
FORCE = "[xen-display]\ndmabuf=force\n"
DIRECT = "[xen-display]\ndmabuf=direct-display\n"
# name of the check that runs; each runs in a process of its own
current = None


def scenario(limit):
    """Registers a check. While it runs its name is in current, under which its last right screendump is kept."""
    def register(function):
        @functools.wraps(function)
        def run(rig):
            global current
            current = function.__name__.replace("_", "-")
            function(rig)
        return runner.scenario("scanout", limit=limit)(run)
    return register


class DrmWeston(Weston):
    """Weston on the display adapter."""

    def command(self):
        return ["weston", f"--config={self.home}/weston.ini", "--backend=drm", "--renderer=gl",
                "--continue-without-input", f"--shell={self.shell}-shell.so", "--socket=wayland-sim", "--debug"]

    def environment(self):
        return dict(super().environment(), LIBSEAT_BACKEND="noop", SIMXEN_UDMABUF="1")

    def usage(self):
        """The simulation notices that a dma-buf was released only when some file is closed, such as this connection."""
        self.control("list")
        return super().usage()

    def planes(self):
        """What weston-debug prints of some frames, as the README recommends: view by view and plane by plane."""
        env = dict(os.environ, XDG_RUNTIME_DIR=self.home, WAYLAND_DISPLAY="wayland-sim")
        done = subprocess.run(["timeout", "2", "weston-debug", "drm-backend"], env=env, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        with open(f"{LOGS}/drm-backend.log", "a") as file:
            file.write(done.stdout)
        return done.stdout


def output_name():
    found = glob.glob("/sys/class/drm/card*-*")
    check(len(found) == 1, f"expected exactly one connector, found: {found}")
    return os.path.basename(found[0]).partition("-")[2]


def drm_weston(rig, config=FORCE, says="dma-buf: on:", **options):
    check(os.path.exists("/dev/udmabuf"), "this kernel has no /dev/udmabuf")
    rig.start_machine("PVH")
    weston = DrmWeston(rig.machine, outputs=((output_name(), *SIZE),), shell="kiosk", config=config,
                       **options)
    rig.westons.append(weston)
    weston.start()
    weston.expect_log(says)
    rig.settle(weston)
    return weston


def screendump():
    """Has run take a screendump of what the display adapter shows; returns its path."""
    path = f"{SHOTS}/{time.monotonic_ns()}"
    with open(f"{path}.want", "w"):
        pass
    taken = wait_until(lambda: os.path.exists(f"{path}.ppm"), 60, 0.05)
    os.unlink(f"{path}.want")
    if not taken:
        raise Failure("tests/scanout/run took no screendump within 60 s")
    return f"{path}.ppm"


def differences(expected):
    """What is wrong on screen now; empty if nothing. expected: {(x, y, width, height): picture's number or colour}"""
    path = screendump()
    wrong = []
    for place, what in expected.items():
        done = subprocess.run([f"{TREE}/build/tests/sim/picture", path, *map(str, place), str(what)],
                              text=True, capture_output=True, check=False)
        if done.returncode:
            wrong.append(f"{place} is not {what}: {done.stdout.strip()} {done.stderr.strip()}")
    if not wrong:
        os.replace(path, f"{SHOTS}/{current}.ppm")
    return "; ".join(wrong)


def expect_screen(expected):
    wrong = "?"

    def right():
        nonlocal wrong
        wrong = differences(expected)
        return not wrong

    if not wait_until(right, 5 * SCALE, 0.1):
        raise Failure(f"the screen is wrong: {wrong}")


def connector(weston, guest):
    """(path, flips, bytes copied, frames scanned out), from the API for other modules."""
    words = next(line.split() for line in weston.control("list") if line.split()[0] == guest.name)
    return words[7], *map(int, words[8:11])


def shown(rig, weston, name="g", size=SIZE, picture=1):
    """Starts a guest with two buffers, and shows the first."""
    guest = rig.guest(name, f"{size[0]}x{size[1]}")
    for cookie in (1, 2):
        guest.buffer(cookie, *size, picture=picture + cookie - 1)
    guest.show(1, *size)
    return guest


def expect_more_scanned_out(weston, guest, number=10):
    """Makes that many flips; at most two of their frames may not be scanned out."""
    before = connector(weston, guest)[3]
    guest.flips(number, 2, 1)
    more = connector(weston, guest)[3] - before
    check(more >= number - 2, f"{more} of {number} frames were scanned out, at most 2 may be missing")


@scenario(limit=30)
def guest_on_a_plane(rig):
    """The guest's own pages are scanned out, every pixel right; the API, the log and the guest agree on it."""
    weston = drm_weston(rig)
    guest = shown(rig, weston)
    expect_screen({WHOLE: 1})
    weston.expect_log(r"path dma-buf \(XRGB8888 800x600\)")
    expect_more_scanned_out(weston, guest)
    guest.flip(2)
    expect_screen({WHOLE: 2})
    guest.ok("fill 0 1 7")
    guest.flip(1)
    expect_screen({WHOLE: 7})
    path, flips, copied, scanned_out = connector(weston, guest)
    equal((path, flips, copied), ("dma-buf", 12, 0), "path, flips, bytes copied")
    guest.destroy()
    weston.expect_log(rf"disconnected after 12 flips .*\({scanned_out} scanned out\).* 0 bytes copied")
    expect_screen({WHOLE: BACKGROUND})


@scenario(limit=30)
def direct_display(rig):
    """dmabuf=direct-display: never composited, but scanned out."""
    weston = drm_weston(rig, DIRECT)
    guest = shown(rig, weston, picture=3)
    expect_screen({WHOLE: 3})
    weston.expect_log(r"path direct \(XRGB8888 800x600\)")
    expect_more_scanned_out(weston, guest)
    guest.flip(2)
    expect_screen({WHOLE: 4})
    equal(connector(weston, guest)[2], 0, "bytes copied")


@scenario(limit=30)
def window_that_fills_the_screen(rig):
    """A guest's fullscreen window has no frame in the way, and is scanned out like a placed screen."""
    weston = drm_weston(rig, DIRECT + "[xen-connector]\nguest=g\nshow-as=window\n", windows=True)
    guest = shown(rig, weston, picture=3)
    expect_screen({WHOLE: 3})
    equal(weston.views("top-level-window"), [WHOLE], "the window's place")
    expect_more_scanned_out(weston, guest)
    guest.flip(2)
    expect_screen({WHOLE: 4})
    equal(connector(weston, guest)[2], 0, "bytes copied")


def expect_reason(weston, guest, *texts):
    """While this guest flips, weston-debug must print these texts."""
    guest.ok("animate 0 0 0 2 1")
    said = weston.planes()
    guest.ok("animation 0 0 stop")
    for text in texts:
        check(text in said, f"weston-debug does not say '{text}': {said[-2500:]}")


@scenario(limit=30)
def no_plane_for_a_smaller_screen(rig):
    """dmabuf=direct-display, smaller than the output: no plane, Weston's placeholder; weston-debug says why."""
    weston = drm_weston(rig, DIRECT + "[xen-connector]\nguest=*\nx=40\ny=30\nwidth=640\nheight=480\n")
    guest = shown(rig, weston, size=(640, 480))
    expect_screen({(40, 30, 640, 480): PLACEHOLDER, (0, 0, 800, 30): BACKGROUND})
    expect_reason(weston, guest, "position: (40, 30) -> (680, 510)", "direct-display buffer (no renderer access)",
                  "to renderer not allowed", "Using mixed state composition")
    equal(connector(weston, guest)[3], 0, "frames scanned out")


@scenario(limit=30)
def no_plane_when_scaled(rig):
    """A screen that would have to be scaled: the display refuses it, and weston-debug says so."""
    weston = drm_weston(rig, DIRECT)
    guest = shown(rig, weston, size=(640, 480))
    expect_screen({WHOLE: PLACEHOLDER})
    expect_reason(weston, guest, "on plane", "atomic test not OK")
    equal(connector(weston, guest)[3], 0, "frames scanned out")


@scenario(limit=30)
def no_plane_for_shared_memory(rig):
    """Without a GPU dmabuf=auto leaves the guest's pages mapped: composited, every pixel right, and the log says why."""
    weston = drm_weston(rig, "", "dma-buf: off: Weston's renderer has no GPU")
    guest = shown(rig, weston, picture=5)
    expect_screen({WHOLE: 5})
    weston.expect_log(r"path mapped \(XRGB8888 800x600\)")
    expect_reason(weston, guest, "SHM buffer", "to renderer not allowed")
    guest.flip(2)
    expect_screen({WHOLE: 6})
    equal(connector(weston, guest)[2:], (0, 0), "bytes copied, frames scanned out")


@scenario(limit=40)
def covered_and_alone_again(rig):
    """A guest in front takes the one behind off the plane, as weston-debug says, until the one in front goes."""
    weston = drm_weston(rig, DIRECT + "[xen-connector]\nguest=front\nx=200\ny=100\nwidth=320\nheight=240\nz=1\n")
    behind = shown(rig, weston, "behind")
    expect_screen({WHOLE: 1})
    expect_more_scanned_out(weston, behind)
    front = shown(rig, weston, "front", (320, 240))
    front.flips(3, 2, 1)
    before = connector(weston, behind)[3]
    behind.flips(6, 2, 1)
    equal(connector(weston, behind)[3], before, "frames scanned out with something in front")
    expect_reason(weston, behind, "(occluded by renderer views)")
    front.destroy()
    behind.flips(3, 2, 1)
    expect_more_scanned_out(weston, behind)
    expect_screen({WHOLE: 2})


@scenario(limit=30)
def destroyed_while_scanned_out(rig):
    """A guest is destroyed while its buffer is on the plane: its picture disappears, and its pages are given back."""
    weston = drm_weston(rig, DIRECT)
    guest = shown(rig, weston)
    expect_more_scanned_out(weston, guest)
    domid = guest.domid
    guest.destroy()
    expect_screen({WHOLE: BACKGROUND})
    check(wait_until(lambda: weston.usage() and rig.machine.domain(domid) is None, 5 * SCALE, 0.1),
          "the guest's pages are still held")


if __name__ == "__main__":
    sys.exit(main())
