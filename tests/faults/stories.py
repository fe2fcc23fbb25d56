# SPDX-License-Identifier: MIT
"""What a guest does from its first connection to its end, written so that any step may fail. Used by loop.py.

A story does not raise an exception if a step fails: it notes the failure, and goes on as a guest would.
Before and after each story only the other guest is there, which flips all the while.
"""
import subprocess
import time

from rig.formats import bits_of
from rig.guest import words_of
from rig.machine import wait_until
from rig.tool import environment, tool
from rig.weston import SCALE

SIZE = (320, 240)
SMALL = "320x240"
# the part of the screen that the host's cursor may cover, if Weston finds a cursor theme
CURSOR = "but=90,90,40,40"
TINY = "160x120"
OUTPUTS = (("headless", 320, 240), ("second", 160, 120))
CONFIG = ("[xen-display]\nresample-rate=20\nmax-log-lines-per-second=100\ncontrol-capture=true\n"
          "[xen-connector]\nguest=victim\ndevice=*\nconnector=0\noutput=headless\nz=5\n"
          "[xen-connector]\nguest=victim\ndevice=*\nconnector=1\noutput=second\n"
          "[xen-connector]\nguest=victim\nconnector=2\nshow-as=window\n"
          "[xen-guest]\nname=victim\nbe-alloc=true\n"
          "[xen-connector]\nguest=other\noutput=second\nz=-5\n")


class Story:
    """One guest and what went wrong for it."""

    def __init__(self, rig, weston, faults):
        self.rig = rig
        self.weston = weston
        self.faults = faults  # fault-points.so
        self.wrong = []
        self.guest = None

    def note(self, text):
        self.wrong.append(text)

    def boot(self, *resolutions):
        self.guest = self.rig.guest("victim", *resolutions, connect=False)

    def ask(self, command, expected=0):
        """Sends a command; if it does not succeed, notes that and returns False."""
        reply = self.guest.send(command)
        words = words_of(reply)
        good = reply.startswith("ok") and words.get("status", expected) == expected
        if not good:
            self.note(f"{command}: {reply}")
        return good

    def state(self, path):
        return self.rig.machine.store.read(f"{path}/state")

    def states(self, device):
        tools, domid = self.rig.machine.tools, self.guest.domid
        return self.state(tools.back(domid, device)), self.state(tools.front(domid, device))

    def connect(self, device=0):
        """Follows the backend as xen-drm-front does."""
        self.guest.send(f"follow {device} 1 now")
        # The second pair is a backend that has refused what the frontend offers.
        wait_until(lambda: self.states(device) in (("4", "4"), ("6", "3")), 5 * SCALE)
        back, front = self.states(device)
        if (back, front) == ("4", "4"):
            return True
        self.note(f"device {device} is not connected: {back}, {front}")
        return False

    def buffer(self, cookie, size, fourcc="XR24", device=0, options="", framebuffer=None):
        framebuffer = framebuffer or cookie
        return self.ask(f"dbuf-create {device} {cookie} {size} {bits_of(fourcc)} {options}") and \
            self.ask(f"fb-attach {device} {cookie} {framebuffer} {size} {fourcc}") and \
            self.ask(f"fill {device} {framebuffer} {cookie}")

    def remove(self, cookie, device=0):
        """Destroys the framebuffer, then the buffer; like xen-drm-front also if creating them failed."""
        self.guest.send(f"fb-detach {device} {cookie}")
        self.guest.send(f"dbuf-destroy {device} {cookie}")

    def show(self, cookie, size, connector=0, device=0, bpp=32):
        return self.ask(f"set-config {device} {connector} {cookie} 0,0 {size} {bpp}")

    def flips(self, count, *cookies, connector=0, device=0):
        for number in range(count):
            cookie = cookies[number % len(cookies)]
            if not self.ask(f"flip {device} {connector} {cookie}"):
                return
            if not self.guest.take_event("flip", 3.1 * SCALE, dev=device, conn=connector):
                self.note(f"flip {device} {connector} {cookie}: no event")
                return

    def looks(self, *checks):
        """Notes if the screen is wrong; if something went wrong before, it may well be dark, and is not checked."""
        if not self.wrong and not wait_until(lambda: not self.weston.check(CURSOR, *checks), 2 * SCALE,
                                             0.05):
            self.note(f"the screen is not {checks}")

    def end(self):
        """What xl destroy does."""
        self.guest.destroy()
        self.rig.guests.remove(self.guest)


def life(story):
    """Buffers on both paths, flips, another size, off and on, EDID; then all is destroyed."""
    story.boot(SMALL, TINY)
    if story.connect():
        story.buffer(1, SMALL)
        story.show(1, SMALL)
        story.buffer(2, SMALL)
        story.flips(4, 2, 1)
        story.buffer(4, TINY, "RG24")
        story.show(4, TINY, connector=1, bpp=24)
        story.flips(2, 4, connector=1)
        story.looks("picture=0,0,320,240,XR24,1", "picture=320,0,160,120,RG24,4")
        story.buffer(3, "200x150")
        story.show(3, "200x150")
        story.flips(1, 3)
        story.ask("edid 0 0")
        story.ask("config-off 0 0")
        story.flips(1, 1)
        story.show(1, SMALL)
        time.sleep(0.1)  # meanwhile the shown picture is read again
        for cookie in (3, 4, 2):
            story.remove(cookie)
        story.looks("picture=0,0,320,240,XR24,1")
        story.remove(1)
    story.end()


def ways(story):
    """A buffer with framebuffers on both paths, mapped and converted; others: read-only, with offset, no geometry."""
    story.boot(SMALL)
    if story.connect():
        if story.ask("dbuf-create 0 1 320x240 16"):
            story.ask("fb-attach 0 1 11 320x240 RG16")
            story.ask("fb-attach 0 1 12 320x240 YUYV")
        story.show(11, SMALL, bpp=16)
        story.flips(3, 12, 11)
        story.buffer(2, SMALL, options="readonly")
        story.show(2, SMALL)
        story.buffer(3, SMALL, options="ofs=8192")
        story.buffer(4, SMALL, options="zero-geometry")
        story.flips(3, 3, 2, 4)
        story.looks("picture=0,0,320,240,XR24,4")
        for cookie in (11, 12):
            story.guest.send(f"fb-detach 0 {cookie}")
        for cookie in (1, 2, 3, 4):
            story.remove(cookie)
    story.end()


def allocated(story):
    """Buffers in this domain's memory, granted to the guest (be-alloc)."""
    story.boot(SMALL)
    if story.connect():
        for cookie in (1, 2):
            story.buffer(cookie, SMALL, options="flags=1")
        story.show(1, SMALL)
        story.flips(3, 2, 1)
        story.looks("picture=0,0,320,240,XR24,2")
        story.remove(1)
    story.end()


def exported(story):
    """The guest's own pages as dma-bufs: two framebuffers of one buffer, shown, destroyed while shown."""
    story.boot(SMALL)
    if story.connect():
        for cookie in (1, 2):
            story.buffer(cookie, SMALL)
        story.ask("fb-attach 0 2 22 320x240 XR24")
        story.show(1, SMALL)
        story.flips(4, 2, 22, 1)
        story.looks("picture=0,0,320,240,XR24,2")
        story.guest.send("fb-detach 0 22")
        story.remove(2)
        story.flips(2, 1)
        story.remove(1)
    story.end()


def plugging(story):
    """A second device is attached and detached while the first is shown; then the first closes and reconnects."""
    story.boot(SMALL)
    if story.connect():
        story.buffer(1, SMALL)
        story.show(1, SMALL)
    story.guest.attach(1, [SMALL])
    if story.connect(1):
        story.buffer(2, SMALL, device=1)
        story.show(2, SMALL, device=1)
        story.flips(1, 2, device=1)
    if not story.guest.detach(1, 4 * SCALE):
        story.note("the backend of detached device 1 does not go to Closed")
    story.guest.send("forget 1")
    story.guest.send("follow 0 0")
    story.ask("close 0")
    story.guest.send("state 0 1")
    if story.connect():
        story.buffer(1, SMALL)
        story.show(1, SMALL)
        story.flips(2, 1)
        story.looks("picture=0,0,320,240,XR24,1")
    story.end()


def death(story):
    """The domain is destroyed during flips, and afterwards its xenstore nodes are removed one by one."""
    story.boot(SMALL)
    if story.connect():
        story.buffer(1, SMALL)
        story.buffer(2, SMALL, "RG24")
        story.show(1, SMALL)
        story.guest.send("animate 0 0 0 1 2")
        time.sleep(0.1)
    story.guest.kill()
    tools, store = story.rig.machine.tools, story.rig.machine.store
    base = tools.front(story.guest.domid, 0)
    for node in sorted(store.list(base)):
        store.remove(f"{base}/{node}")
    tools.remove_devices(story.guest.domid)
    story.end()


def losses(story):
    """Weston ends the device's connection to it, twice."""
    story.boot(SMALL)
    if story.connect():
        story.buffer(1, SMALL)
        story.buffer(2, SMALL, "RG24")
        story.show(1, SMALL)
        for command in ("protocol-error", "destroy-clients"):
            story.faults.tell(command)
            story.flips(2, 2, 1)
        story.looks("picture=0,0,320,240,XR24,1")
    story.end()


INPUT = {"feature_abs_pointer": 1, "width": 320, "height": 240, "feature_multi_touch": 1, "multi_touch_width": 320,
         "multi_touch_height": 240}
LEFT, KEY_A = 0x110, 30


def typing(story):
    """An input device is attached, used, and detached while a key is down."""
    story.boot(SMALL)
    if story.connect():
        story.buffer(1, SMALL)
        story.show(1, SMALL)
        story.looks("but=40,40,40,40", "picture=0,0,320,240,XR24,1")
        story.guest.attach_input(0, **INPUT)
        if story.ask("kbd 0 connect wait"):
            story.weston.seat("at 50 50", f"button {LEFT} 1", f"button {LEFT} 0", "down 1 60 60", "up 1")
            if not wait_until(lambda: story.weston.seat("dump")["keyboard"] == "guest-screen", 2 * SCALE):
                story.note("a click does not give the guest the keyboard focus")
            # More events than the ring holds.
            story.weston.seat(*[f"key {KEY_A} {state}" for state in (1, 0) * 30])
            if not story.guest.take_event("key", 2 * SCALE, code=KEY_A, value=0):
                story.note("no key arrives")
            story.weston.seat(f"key {KEY_A} 1")
        if not story.rig.machine.tools.detach(story.guest.domid, 0, timeout=4 * SCALE, kind="vkb"):
            story.note("the backend of the detached input device does not go to Closed")
        story.weston.seat(f"key {KEY_A} 0")
    story.end()


def windowed(story):
    """A screen shown as a window: opened, off and on, another size, closed as its guest ends."""
    story.boot(TINY, TINY, SMALL)
    if story.connect():
        story.buffer(1, SMALL)
        story.show(1, SMALL, connector=2)
        if not wait_until(lambda: story.weston.views("top-level-window"), 3 * SCALE, 0.02):
            story.note("the guest's screen has no window")
        story.weston.seat("at 150 100", "at 160 30", f"button {LEFT} 1", f"button {LEFT} 0")
        story.ask("config-off 0 2")
        story.buffer(2, TINY)
        story.show(2, TINY, connector=2)
        story.flips(2, 2, connector=2)
        story.remove(1)
    story.end()


def carded(story):
    """A screen is dark until its status card appears, shows something, and is dark again. If memory for a card is
    missing there is none, and nothing is logged."""
    def waits_for_a_card():
        wait_until(lambda: len(story.weston.views("guest-screen")) == 2, 2 * SCALE, 0.02)

    story.boot(SMALL)
    if story.connect():
        waits_for_a_card()
        story.buffer(1, SMALL)
        story.show(1, SMALL)
        story.looks("picture=0,0,320,240,XR24,1")
        story.ask("config-off 0 0")
        waits_for_a_card()
        story.show(1, SMALL)
        story.looks("picture=0,0,320,240,XR24,1")
    story.end()


def awaited(story):
    """A guest's driver is awaited, and connects. If memory is missing, nothing stands for the guest's screens until
    then, and the log says so."""
    def lines():
        log = story.weston.log()
        return log.count("waiting for the guest's driver") + log.count("cannot create the device") + \
            log.count("nothing stands for its screens")

    before = lines()
    story.boot(SMALL)
    wait_until(lambda: lines() > before, 3 * SCALE, 0.02)
    if story.connect():
        story.buffer(1, SMALL)
        story.show(1, SMALL)
        story.looks("picture=0,0,320,240,XR24,1")
    story.end()


ASKED = (("list",), ("info", "victim"), ("stats",), ("place", "victim", "--output", "second"), ("fullscreen", "victim"),
         ("hide", "victim"), ("show", "victim"), ("screenshot", "victim", "-"), ("trace", "victim", "-"),
         ("reset", "victim"), ("reload",))


def asked(story):
    """Commands of xen-displayctl run while a guest is shown. They may fail, with their own message, but must end."""
    story.boot(SMALL)
    if story.connect():
        story.buffer(1, SMALL)
        story.show(1, SMALL)
        story.looks("picture=0,0,320,240,XR24,1")
        for words in ASKED:
            subprocess.run([tool(), *words], env=environment(story.weston), capture_output=True, timeout=20 * SCALE, check=False)
        # Where the guest is shown depends on which of them failed, so only its flips are checked.
        story.flips(2, 1)
    story.end()


def silence(story):
    """xenstored hangs up on the module, which reconnects, and serves the next guest."""
    story.faults.tell("cut-xenstore")
    story.boot(SMALL)
    if story.connect():
        story.buffer(1, SMALL)
        story.show(1, SMALL)
        story.looks("picture=0,0,320,240,XR24,1")
    story.end()


STORIES = (life, ways, allocated, plugging, death, losses, typing, silence)
