# SPDX-License-Identifier: MIT
"""Weston exits or crashes while guests run and is restarted: it recovers from every frontend state."""
import time

from driverdomain import weston_in_driver_domain
from rig.machine import wait_until
from rig.runner import check, equal, scenario
from rig.weston import SCALE

SIZE = (320, 240)
SMALL = "320x240"
SCREEN = (("headless", 320, 240),)


def show_again(guest, picture):
    guest.picture(picture, size=SIZE)


def expect_connected(rig, guest, timeout=10):
    """The guest's driver, which follows as xen-drm-front, is connected again."""
    front = rig.machine.tools.front(guest.domid, 0) + "/state"

    def both():
        return rig.machine.store.read(front) == "4" and \
            rig.machine.store.read(rig.machine.tools.back(guest.domid, 0) + "/state") == "4"

    check(wait_until(both, timeout), "frontend and backend are not both Connected (4): front " +
          str(rig.machine.store.read(front)) + ", back " +
          str(rig.machine.store.read(rig.machine.tools.back(guest.domid, 0) + "/state")))
    guest.drain()


@scenario("restart", limit=90)
def killed_and_started_again(rig):
    """kill -9 while a guest is shown: its screen comes back with the next Weston, three times."""
    weston = rig.weston(outputs=SCREEN)
    guest = rig.guest("survivor", SMALL, connect=False)
    guest.connect(options="auto")
    for round_ in range(3):
        show_again(guest, round_)
        weston.expect(f"picture=0,0,320,240,XR24,{round_}")
        weston.kill()
        weston = rig.weston(outputs=SCREEN)
        expect_connected(rig, guest)
    show_again(guest, 9)
    weston.expect("picture=0,0,320,240,XR24,9")


@scenario("restart")
def orderly_end_closes_displays(rig):
    """At Weston's own end the backend goes to Closed; a new one takes the guest in again."""
    weston = rig.weston(outputs=SCREEN)
    guest = rig.guest("survivor", SMALL, connect=False)
    guest.connect(options="auto")
    show_again(guest, 1)
    weston.expect("picture=0,0,320,240,XR24,1")
    equal(weston.stop(), 0, "Weston's exit status")
    check(rig.machine.tools.wait_backend(guest.domid, 0, 6, 3), "the backend is not Closed after Weston's end")
    guest.event("front", 3, state=7)
    guest.event("front", 3, state=1)
    guest.no_event("still-mapped", 0)
    weston = rig.weston(outputs=SCREEN)
    expect_connected(rig, guest)
    show_again(guest, 2)
    weston.expect("picture=0,0,320,240,XR24,2")


@scenario("restart")
def front_waiting_for_a_backend(rig):
    """The guest boots before Weston: front and back at 1."""
    guest = rig.guest("early", SMALL, connect=False)
    weston = rig.weston(outputs=SCREEN)
    guest.connect()
    show_again(guest, 1)
    weston.expect("picture=0,0,320,240,XR24,1")


@scenario("restart")
def front_that_has_published(rig):
    """Front at 3, left by a backend that died: its rings are valid and taken."""
    guest = rig.guest("early", SMALL, connect=False)
    guest.ok("connect 0 publish auto")
    weston = rig.weston(outputs=SCREEN)
    expect_connected(rig, guest)
    show_again(guest, 1)
    weston.expect("picture=0,0,320,240,XR24,1")


def rings_of(rig, guest):
    """Where the guest says that its rings are, as xenstore has it."""
    front = rig.machine.tools.front(guest.domid, 0)
    return [rig.machine.store.read(f"{front}/0/{name}")
            for name in ("req-ring-ref", "req-event-channel", "evt-ring-ref", "evt-event-channel")]


@scenario("restart")
def front_that_was_published_to_a_dead_backend(rig):
    """The same with the backend's own state at 2 and at 4. At 2 the driver, still at 3, has nothing to take down:
    its rings are those of before. At 4 it believes in a connection."""
    rings = []
    for state in (2, 4):
        guest = rig.guest(f"early-{state}", SMALL, connect=False)
        guest.ok("connect 0 publish auto")
        rig.machine.store.write(rig.machine.tools.back(guest.domid, 0) + "/state", state)
        guest.drain()
        rings.append(rings_of(rig, guest))
    weston = rig.weston(outputs=SCREEN)
    for guest in rig.guests:
        expect_connected(rig, guest)
    equal(rings_of(rig, rig.guests[0]), rings[0], "the rings of the driver that had published them")
    show_again(rig.guests[1], 1)
    weston.expect("picture=0,0,320,240,XR24,1")


@scenario("restart")
def front_that_is_connected(rig):
    """Front at 4 without a backend: closed, then connected anew."""
    first = rig.weston(outputs=SCREEN)
    guest = rig.guest("left", SMALL, connect=False)
    guest.connect(options="auto")
    first.kill()
    weston = rig.weston(outputs=SCREEN)
    expect_connected(rig, guest)
    show_again(guest, 4)
    weston.expect("picture=0,0,320,240,XR24,4")


@scenario("restart")
def front_that_is_reconfiguring(rig):
    """Front at 7, held there by the guest's clients: waited for without a limit."""
    guest = rig.guest("held", SMALL, connect=False)
    guest.ok("follow 0 0")
    guest.ok("state 0 7")
    weston = rig.weston(outputs=SCREEN)
    check(rig.machine.tools.wait_backend(guest.domid, 0, 2), "the backend does not go to InitWait")
    time.sleep(0.5)
    guest.ok("follow 0 1")
    guest.ok("state 0 1")
    expect_connected(rig, guest)
    show_again(guest, 5)
    weston.expect("picture=0,0,320,240,XR24,5")


@scenario("restart")
def guest_that_went_while_nobody_looked(rig):
    """Guests are destroyed and created between two Westons."""
    weston = rig.weston(outputs=SCREEN)
    gone = rig.guest("gone", SMALL)
    gone.picture(1, size=SIZE)
    weston.kill()
    gone.destroy()
    new = rig.guest("new", SMALL, connect=False)
    weston = rig.weston(outputs=SCREEN)
    new.connect()
    new.picture(2, size=SIZE)
    weston.expect("picture=0,0,320,240,XR24,2")


@scenario("restart", limit=90)
def killed_in_every_state(rig):
    """kill -9 before, during and after the handshake; the machine is clean, the guest recovers."""
    for state in ("initwait", "published", "connected", "shown", "flipping"):
        weston = rig.weston(outputs=SCREEN)
        guest = rig.guest(state, SMALL, connect=False)
        rig.machine.tools.wait_backend(guest.domid, 0, 2)
        if state == "published":
            guest.ok("connect 0 publish auto")
        elif state != "initwait":
            guest.connect(options="auto")
        if state in ("shown", "flipping"):
            show_again(guest, 1)
        if state == "flipping":
            guest.buffer(2, *SIZE)
            guest.ok("animate 0 0 0 1 2")
        weston.kill()
        guest.ok("follow 0 1")
        weston = rig.weston(outputs=SCREEN)
        expect_connected(rig, guest)
        show_again(guest, 6)
        weston.expect("picture=0,0,320,240,XR24,6")
        guest.destroy()
        equal(weston.stop(), 0, "Weston's exit status")


@scenario("restart")
def weston_ends_during_flip(rig):
    """SIGTERM while guests flip: it ends with 0, and every page is given back."""
    weston = rig.weston(outputs=SCREEN)
    for name in ("one", "two"):
        guest = rig.guest(name, SMALL)
        for cookie in (1, 2):
            guest.buffer(cookie, *SIZE)
        guest.show(1, *SIZE)
        guest.ok("animate 0 0 0 1 2")
    time.sleep(0.3)
    equal(weston.stop(), 0, "Weston's exit status")
    for guest in rig.guests:
        equal(guest.ok("mapped 0 1")["mapped"], 0, "pages mapped after Weston's end")


def last_picture(rig, config="", fourcc="XR24"):
    """A guest shows a picture, in place or converted, and is destroyed."""
    weston = rig.weston(outputs=(("headless", 320, 240),), config=config)
    guest = rig.guest("guest", "320x240")
    guest.buffer(1, 320, 240, fourcc, picture=1)
    guest.show(1, 320, 240)
    weston.expect(f"picture=0,0,320,240,{fourcc},1")
    guest.destroy()
    return weston


def register_kept(fourcc, path):
    def kept(rig):
        weston = last_picture(rig, "[xen-guest]\nname=guest\nkeep-picture=true\n", fourcc)
        weston.expect_log("disconnected after")
        for _ in range(3):
            weston.expect(f"picture=0,0,320,240,{fourcc},1")
        # A kept picture stays when another guest comes, and goes when its own guest does.
        rig.guest("other", "64x64")
        weston.expect(f"picture=0,0,320,240,{fourcc},1")
        again = rig.guest("guest", "320x240")
        weston.expect("solid=0,0,320,240,303030")
        again.buffer(1, 320, 240, picture=3)
        again.show(1, 320, 240)
        weston.expect("picture=0,0,320,240,XR24,3")
        again.destroy()
        weston.expect("picture=0,0,320,240,XR24,3")
        # A guest that shows nothing leaves no picture: now everything must be given back.
        rig.guest("guest", "320x240")

    kept.__name__ = f"kept_picture_{path}"
    kept.__doc__ = f"keep-picture=true ({path}): the last picture stays until the guest comes again."
    scenario("restart")(kept)


register_kept("XR24", "mapped")
register_kept("RG24", "converted")


@scenario("restart")
def kept_picture_comes_back_with_its_output(rig):
    """An output goes and returns: what is kept on it is seen again."""
    weston = rig.weston(outputs=(("headless", 320, 240), ("second", 320, 240)),
                        config="[xen-guest]\nname=guest\nkeep-picture=true\n"
                        "[xen-connector]\nguest=guest\noutput=second\n")
    rig.guest("guest", SMALL).picture(1, size=SIZE)
    weston.expect("picture=320,0,320,240,XR24,1")
    rig.guests.pop().destroy()
    weston.expect_log("disconnected after")
    weston.control("output-off second")
    weston.expect("size=320x240")
    weston.control("output-on second")
    weston.expect("picture=320,0,320,240,XR24,1")
    # A guest that shows nothing leaves no picture.
    rig.guest("guest", SMALL)
    weston.expect("solid=320,0,320,240,303030")


@scenario("restart")
def no_picture_is_kept_unasked(rig):
    """A destroyed guest's picture leaves the screen with it, also where another's is to be kept."""
    weston = last_picture(rig, "[xen-guest]\nname=other\nkeep-picture=true\n")
    weston.expect("solid=0,0,320,240,303030")
    rig.expect_baseline(weston)


def expect_serving(rig, domid=0, timeout=10):
    """The node that tool stacks wait for."""
    node = f"/local/domain/{domid}/data/xen-display"
    check(wait_until(lambda: rig.machine.store.read(node) == "serving", timeout * SCALE),
          f"{node} should be serving, but is {rig.machine.store.read(node)}")
    return node


@scenario("restart")
def tool_stacks_see_that_guests_are_served(rig):
    """A node in xenstore says that guests are served: from the start, also after a kill, and not after the end."""
    weston = rig.weston(outputs=SCREEN)
    node = expect_serving(rig)
    equal(weston.stop(), 0, "Weston's exit status")
    equal(rig.machine.store.read(node), None, "the node after Weston's end")
    weston = rig.weston(outputs=SCREEN)
    expect_serving(rig)
    weston.kill()
    rig.machine.store.remove(node)
    weston = rig.weston(outputs=SCREEN)
    expect_serving(rig)
    rig.guest("guest", SMALL).picture(1, size=SIZE)
    weston.expect("picture=0,0,320,240,XR24,1")


@scenario("restart")
def driver_domain_says_that_it_serves(rig):
    """The node is that of the domain that Weston runs in, and of no other."""
    with weston_in_driver_domain(rig, outputs=SCREEN) as (_, domid):
        expect_serving(rig, domid)
        equal(rig.machine.store.read("/local/domain/0/data/xen-display"), None, "Dom0's node")
    equal(rig.machine.store.read(f"/local/domain/{domid}/data/xen-display"), None, "the node after Weston's end")
