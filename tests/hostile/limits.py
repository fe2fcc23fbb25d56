# SPDX-License-Identifier: MIT
"""Each limit of weston.ini: as many as it allows, and one more."""
from rig.machine import wait_until
from rig.runner import check, equal
from rig.weston import SCALE
from stage import DBUF_DESTROY, ENOMEM, ENOSPC, FB_DETACH, OK, attach, case, create, of_cookie

SIZE = 64 * 48 * 4  # three pages
# The other guest has two buffers of 19 pages, with a framebuffer each.
OTHER_PAGES = 38


def section(*lines):
    return "[xen-display]\n" + "".join(f"{line}\n" for line in lines)


@case(config=section("max-buffer-pages=20"))
def limit_of_buffer_pages(stage):
    refs = stage.pages(21)
    stage.ask(create(9, size=20 * 4096, directory=refs[0]), OK)
    stage.ask(create(10, size=20 * 4096 + 1, directory=refs[0]), ENOSPC)
    stage.step()
    stage.answered()


@case(config=section("max-buffers=2", "max-framebuffers=3"))
def limit_of_buffers_and_framebuffers(stage):
    refs = stage.pages(3)
    for cookie, status in ((1, OK), (2, OK), (3, ENOSPC)):
        stage.ask(create(cookie, directory=refs[0]), status)
    for cookie, status in ((1, OK), (2, OK), (3, OK), (4, ENOSPC)):
        stage.ask(attach(1, cookie), status)
    stage.step()
    stage.ask(of_cookie(DBUF_DESTROY, 1), OK)
    stage.ask(create(3, directory=refs[0]), OK)
    stage.ask(attach(3, 4), OK)
    stage.answered()


@case(config=section("max-guest-pages=40"))
def limit_of_guest_pages(stage):
    refs = stage.pages(3)
    for cookie in range(1, 14):
        stage.ask(create(cookie, directory=refs[0]), OK)
    stage.ask(create(14, directory=refs[0]), ENOMEM)
    stage.ask(create(15, 32, 32, 32, 4096, directory=refs[0]), OK)
    stage.ask(create(16, 32, 32, 32, 4096, directory=refs[0]), ENOMEM)
    stage.said("raise max-guest-pages")
    stage.ask(of_cookie(DBUF_DESTROY, 15), OK)
    stage.ask(create(16, 32, 32, 32, 4096, directory=refs[0]), OK)
    stage.answered()


@case(config=section(f"max-guest-pages={OTHER_PAGES}", f"max-host-pages={OTHER_PAGES + 6}"))
def limit_of_host_pages(stage):
    refs = stage.pages(3)
    for cookie, status in ((1, OK), (2, OK), (3, ENOMEM)):
        stage.ask(create(cookie, directory=refs[0]), status)
    stage.ask(create(4, 32, 32, 32, 4096, directory=refs[0]), ENOMEM)
    stage.said("raise max-host-pages")
    stage.step()
    stage.ask(of_cookie(DBUF_DESTROY, 2), OK)
    stage.ask(create(3, directory=refs[0]), OK)
    stage.answered()


@case(config=section("max-buffers=200", "max-host-pages=400", "max-guest-pages=300", "guaranteed-guest-pages=40"), guests=2)
def guaranteed_pages_of_a_guest(stage):
    refs = stage.pages(3)
    # A quarter is kept for guests that have little; the other guest's pages count towards the rest.
    for cookie in range(1, 120):
        if stage.ask(create(cookie, directory=refs[0])) == ENOMEM:
            break
    check(3 * (cookie - 1) + OTHER_PAGES <= 300, f"{cookie - 1} buffers are too many")
    check(3 * cookie + OTHER_PAGES > 300, f"only {cookie - 1} buffers")
    stage.said("raise max-host-pages")
    small = stage.boot("small", "320x240")
    for cookie, status in ((1, OK), (2, OK), (13, OK)):
        stage.ask(create(cookie, directory=stage.pages(3, guest=small)[0]), status, guest=small)
    stage.step()
    stage.answered()


@case(config=section("max-guest-descriptors=12"))
def limit_of_descriptors(stage):
    refs = stage.pages(3)
    # Each buffer counts as three, each framebuffer and connector as one.
    for cookie in (1, 2, 3):
        stage.ask(create(cookie, directory=refs[0]), OK)
        stage.ask(attach(cookie, cookie), OK)
    stage.ask(create(4, directory=refs[0]), ENOSPC)
    stage.ask(attach(1, 4), ENOSPC)
    stage.said("raise max-guest-descriptors")
    stage.step()
    stage.ask(of_cookie(FB_DETACH, 3), OK)
    stage.ask(attach(1, 4), OK)
    stage.ask(of_cookie(DBUF_DESTROY, 3), OK)
    stage.ask(create(4, directory=refs[0]), OK)
    stage.answered()


def connected(stage, guest):
    guest.ok("connect 0 publish")
    return wait_until(lambda: stage.state(guest)[0] == 4, 2 * SCALE)


@case(config=section("max-connectors=2"), guest=False, guests=2)
def limit_of_connectors(stage):
    check(connected(stage, stage.boot("two", "320x240", "320x240", connect=False)), "two connectors are not connected")
    check(not connected(stage, stage.boot("three", *["320x240"] * 3, connect=False)), "three connectors are connected")
    stage.said("guest three.*more than the 2 connectors allowed")
    stage.step()


@case(config=section("max-xenstore-value=64"), guest=False, guests=2)
def limit_of_xenstore_values(stage):
    check(connected(stage, stage.boot("just", f"{'320':0>60}x240", connect=False)), "a resolution of 64 bytes is refused")
    stage.boot("more", f"{'320':0>61}x240", connect=False)
    stage.said("guest more.*no connector")
    stage.step()
    listed = stage.weston.control("list")
    equal([line.split()[4] for line in listed if line.startswith("just")], ["320x240"], "resolution")


@case(config=section("max-reconnects-per-minute=3"))
def limit_of_reconnects(stage):
    for number in range(2, 6):
        stage.guest.ok("forget 0")
        stage.guest.ok("state 0 6")
        stage.guest.ok("state 0 1")
        check(wait_until(lambda: stage.state()[0] == 2, 5 * SCALE), f"not offered: {stage.state()}")
        equal(connected(stage, stage.guest), number <= 3, f"connection {number}")
        stage.step()
    stage.said("it connects more than 3 times a minute")
