# SPDX-License-Identifier: MIT
"""Floods: a guest does one thing as often and as fast as it can."""
import struct
import time

from rig.guest import words_of
from rig.runner import check, equal
from rig.weston import SCALE
from stage import (DBUF_DESTROY, EINVAL, ENOENT, ENOSPC, EOPNOTSUPP, FB_DETACH, GET_EDID, GL, OK, PG_FLIP, attach, case,
                   configure, create, of_cookie, register, request)

RATE = 1000  # max-requests-per-second
FAST = "[xen-display]\nmax-requests-per-second=1000000\n"


def flood(stage, data, count, connector=0, guest=None):
    """Sends that many copies, each of which must be answered; returns the milliseconds that took."""
    begin = time.monotonic()
    words = (guest or stage.guest).ok(f"flood 0 {connector} {count} {data.hex()}")
    equal(words["answered"], count, "answers")
    stage.step()
    return (time.monotonic() - begin) * 1000


def storm(kind):
    def stormed(stage):
        stage.buffer()
        stage.ask(configure(), OK)
        stage.guest.ok(f"storm 0 0 {kind}")
        before, begin = stage.points.tell("calls xenevtchn_unmask"), time.monotonic()
        while time.monotonic() - begin < 2:
            stage.step()
        # Up to RATE per second are the attacker's; the other guest's flips are notified, too.
        taken = stage.points.tell("calls xenevtchn_unmask") - before
        seconds = time.monotonic() - begin + 1
        rounds = stage.guest.ok("attack-end")["rounds"]
        check(rounds > 2000, f"the guest sent only {rounds} notifications")
        check(taken < (RATE + 200) * seconds, f"{taken} notifications taken in {seconds:.1f} s")
        # Deferred notifications are not lost.
        stage.guest.no_event("nothing", 1.1)
        stage.ask(of_cookie(PG_FLIP, 1), OK)
        stage.guest.event("flip", 5)
        stage.answered()
    return stormed


register("storm-of-request-notifications", storm("req"))
register("storm-of-event-notifications", storm("evt"))


@case()
def flood_of_bad_requests(stage):
    # The first and the last second may be partial ones.
    took = flood(stage, request(0x42), 5 * RATE)
    check(took > 3000, f"{5 * RATE} requests in {took:.0f} ms, at most {RATE} are allowed in a second")
    stage.answered()


@case(config=FAST)
def flood_without_a_limit(stage):
    flood(stage, request(0x42), 30000)
    flood(stage, create(0), 30000)
    stage.answered()


@case()
def flood_of_flips(stage):
    stage.buffer()
    stage.ask(configure(), OK)
    flood(stage, of_cookie(PG_FLIP, 1), 2 * RATE)
    stage.guest.drain()
    stage.answered()


@case(config=FAST)
def flood_of_flips_without_a_limit(stage):
    stage.buffer()
    stage.ask(configure(), OK)
    flood(stage, of_cookie(PG_FLIP, 1), 5000)
    stage.guest.drain()
    stage.answered()


@case(config=FAST)
def flood_of_configurations(stage):
    stage.buffer()
    for x, y, width, height in ((0, 0, 64, 48), (63, 47, 1, 1), (10, 10, 5, 30), (0, 0, 2 ** 31, 2 ** 32 - 1)):
        flood(stage, configure(1, x, y, width, height), 1000)
        flood(stage, request(0x14), 1000)
    stage.answered()


@case(config=FAST)
def flood_of_edids(stage):
    refs = stage.pages(1)
    flood(stage, request(GET_EDID, struct.pack("<II", 128, refs[0])), 500)
    flood(stage, request(GET_EDID, struct.pack("<II", 128, 1)), 500)
    stage.answered()


@case("320x240", "320x240", "320x240", "320x240", guests=3, guest=False)
def three_guests_flood_every_ring(stage):
    guests = [stage.boot(f"attacker{number}", *["320x240"] * 4) for number in range(3)]
    for guest in guests:
        for connector in range(1, 4):
            for _ in range(30):
                guest.ok(f"submit 0 {connector} {request(0x42).hex()}")
        guest.process.stdin.write(f"flood 0 0 2000 {request(0x43).hex()}\n")
        guest.process.stdin.flush()
    for _ in range(10):
        stage.step()
    for guest in guests:
        equal(words_of(guest._next(30 * SCALE))["answered"], 2000, "answers")
        for _ in range(90):
            equal(guest.event("response", 5)["status"], EOPNOTSUPP, "status")
        for connector in range(4):
            stage.answered(connector, guest=guest)


@case(limit=200)
def large_buffers_in_a_loop(stage):
    # 16 MiB: twice what libwayland maps and unmaps for all guests in a refresh.
    for cookie in range(1, 21):
        stage.guest.buffer(cookie, 2048, 2048)
        stage.guest.show(cookie, 2048, 2048)
        stage.step()
        stage.guest.ok(f"fb-detach 0 {cookie}")
        stage.guest.ok(f"dbuf-destroy 0 {cookie}")
    stage.answered()


@case(*["4096x4096"] * 4, renderer="gl", limit=150)
def large_pictures_under_gl(stage):
    guest = stage.guest
    guest.ok("dbuf-create 0 1 4096x4096 32")
    # GL creates a new texture for each size.
    for cookie, height in ((1, 4096), (2, 4095)):
        guest.ok(f"fb-attach 0 1 {cookie} 4096x{height} XR24")
    for size in (4096, 320, 4096):
        for connector in range(4):
            guest.show(1, size, size, connector=connector)
            guest.ok(f"animate 0 {connector} 0 1 2")
        for _ in range(10):
            stage.step()
        for connector in range(4):
            stage.animation_ends(connector)
            guest.ok(f"config-off 0 {connector}")


# Under GL each import takes time in proportion to its pages.
@case("320x240", "320x240", "320x240", "320x240", limit=150)
def large_framebuffers_in_a_loop(stage):
    stage.guest.ok("dbuf-create 0 1 4096x4096 32")
    for number in range(30):
        stage.guest.ok("fb-attach 0 1 1 4096x4096 XR24")
        if number % 3 == 0:
            for connector in range(4):
                stage.guest.show(1, 320, 240, connector=connector)
        stage.guest.ok("fb-detach 0 1")
        if number % 5 == 0:
            stage.step()
    stage.answered()


CONVERTED = "[xen-connector]\nguest=converted\noutput=second\nx=0\ny=0\nwidth=40\nheight=30\nz=1\n"


def flips_beside(stage, neighbour):
    """How often the neighbour flips while the other guest flips 60 times."""
    stage.step()
    before, first = neighbour.ok("animation 0 0")["flips"], stage.flips
    while stage.flips < first + 60:
        stage.step()
    return neighbour.ok("animation 0 0")["flips"] - before


@case(config=CONVERTED, guest=False, guests=2, limit=150)
def conversions_of_sixteen_screens(stage):
    neighbour = stage.boot("converted", "40x30")
    for cookie in (1, 2):
        neighbour.buffer(cookie, 40, 30, "RG24", picture=cookie)
    neighbour.show(1, 40, 30)
    neighbour.ok("animate 0 0 0 1 2")
    alone = flips_beside(stage, neighbour)
    attacker = stage.boot("attacker", devices=[["800x600"] * 4] * 4)
    screens = [(device, connector) for device in range(4) for connector in range(4)]
    for device, connector in screens:
        cookies = 2 * connector + 1, 2 * connector + 2
        for cookie in cookies:
            attacker.buffer(cookie, 800, 600, "RG24", device=device)
        attacker.show(cookies[0], 800, 600, connector, device)
        attacker.ok(f"animate {device} {connector} 0 {cookies[0]} {cookies[1]}")
    flips = flips_beside(stage, neighbour)
    # First come, first served would leave it a fifth.
    check(5 * flips >= 2 * alone, f"{flips} flips of a converted guest, {alone} without the attack")
    for device, connector in screens:
        stage.animation_ends(connector, device, attacker)


@case(config=FAST)
def framebuffers_in_a_loop(stage):
    stage.ask(create(directory=stage.pages(3)[0]), OK)
    for number in range(150):
        stage.ask(attach(), OK)
        stage.ask(configure(), OK)
        stage.ask(of_cookie(FB_DETACH, 1), OK)
        if number % 30 == 0:
            stage.step()
    stage.answered()


# llvmpipe is slow to map a dma-buf; faults-gl tests a thousand of them in a Weston of its own.
MANY = 256 if GL else 4096


@case(config=FAST + f"max-buffers={MANY}\nmax-framebuffers={MANY}\nmax-guest-descriptors=20000\n", limit=300)
def thousands_of_buffers(stage):
    refs = stage.pages(3)
    for cookie in range(1, MANY + 1):
        stage.ask(create(cookie, 32, 32, 32, 4096, directory=refs[0]), OK)
        stage.ask(attach(cookie, cookie, 32, 32), OK)
        if cookie % 512 == 0:
            stage.step()
    stage.ask(create(5000, 32, 32, 32, 4096, directory=refs[0]), ENOSPC)
    stage.ask(attach(1, 5000, 32, 32), ENOSPC)
    for cookie in (1, 99, MANY):
        stage.ask(configure(cookie, 0, 0, 32, 32), OK)
        stage.step()
    # Weston ends the connection: everything is recreated.
    stage.points.tell("protocol-error")
    stage.step()
    for cookie in (MANY, 99, 1):
        stage.ask(of_cookie(PG_FLIP, cookie), OK)
        stage.guest.event("flip", 5)
    # One of the other guest and one of this guest: no burst of requests has ended another.
    equal(stage.weston.log().count("ended the connection"), 2, "connections that were ended")
    stage.answered()


@case(config=FAST + "max-framebuffers=4096\nmax-guest-descriptors=20000\n", limit=200)
def thousands_of_framebuffers(stage):
    stage.ask(create(directory=stage.pages(3)[0]), OK)
    for cookie in range(1, 4097):
        stage.ask(attach(1, cookie), OK)
        if cookie % 512 == 0:
            stage.step()
    stage.ask(attach(1, 5000), ENOSPC)
    for cookie in range(1, 200):
        stage.ask(configure(cookie), OK)
    stage.step()
    stage.ask(of_cookie(DBUF_DESTROY, 1), OK)
    stage.step()
    stage.ask(of_cookie(PG_FLIP, 1), ENOENT)
    stage.answered()


@case(limit=150)
def connections_killed_in_a_loop(stage):
    # libwayland ends a connection that passes it pages which cannot be mapped.
    stage.guest.buffer(100, 320, 240, picture=5)
    for cookie in range(1, 31):
        refs = stage.pages(3)
        stage.ask(create(cookie, directory=refs[0]), OK)
        stage.guest.ok("ungrant")
        stage.ask(attach(cookie, cookie))
        stage.ask(of_cookie(DBUF_DESTROY, cookie), OK)
        stage.step()
    ended = stage.weston.log().count("ended the connection")
    check(1 <= ended <= 8, f"{ended} connections ended, expected 1 to 8")
    stage.guest.show(100, 320, 240)
    # The next connection comes after 32 s at the latest.
    stage.weston.expect("picture=0,0,320,240,XR24,5", timeout=40)
    stage.answered()


@case(limit=150)
def losses_over_reconnects(stage):
    for _ in range(9):
        for cookie in range(1, 4):
            refs = stage.pages(3)
            stage.ask(create(cookie, directory=refs[0]), OK)
            stage.guest.ok("ungrant")
            stage.ask(attach(cookie, cookie))
        stage.guest.ok("close 0")
        stage.guest.ok("state 0 1")
        stage.guest.connect()
        stage.step()
    ended = stage.weston.log().count("ended the connection")
    check(1 <= ended <= 8, f"{ended} connections ended, expected 1 to 8")
    stage.guest.buffer(100, 320, 240, picture=5)
    stage.guest.show(100, 320, 240)
    # The next connection comes after 32 s at the latest.
    stage.weston.expect("picture=0,0,320,240,XR24,5", timeout=40)
    stage.answered()


@case(config=FAST)
def flood_of_log_lines(stage):
    refs = stage.pages(3)
    for data in (create(directory=1), create(0), attach(99), request(0x99), create(size=2 ** 32 - 1, directory=1),
                   create(flags=1, directory=refs[0]), of_cookie(FB_DETACH, 4)):
        flood(stage, data, 200)
    stage.ask(create(0), EINVAL)
    stage.answered()


def xenstore_flood(name, node, values, count=2000):
    def flooded(stage):
        for _ in range(3):
            written = stage.guest.ok(f"xs-flood device/vdispl/0/{node} {count} {values}")["written"]
            equal(written, count, "values written")
            stage.step()
    register(name, flooded, limit=150)


xenstore_flood("flood-of-states-closed-and-open", "state", "6 1")
xenstore_flood("flood-of-states-published", "state", "6 1 3")
xenstore_flood("flood-of-states-connected", "state", "3 4 7 1 4 5 6")
xenstore_flood("flood-of-nonsense-states", "state", "9 -1 abc 4294967295 1e1 0x4")
xenstore_flood("flood-of-ring-nodes", "0/req-ring-ref", "1 2 -5 x")
