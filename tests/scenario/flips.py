# SPDX-License-Identifier: MIT
"""When a flip is done: on screen, covered, without outputs, asleep, and whatever happens meanwhile."""
import time

from rig.runner import check, equal, scenario

SIZE = (320, 240)
SMALL = "320x240"
SCREEN = (("headless", 320, 240),)
# Weston 14's desktop-shell crashes now and then when its client draws for an output that has just been
# removed; scenarios that remove outputs use kiosk-shell, which has no such client.
WITHOUT_CLIENT = "kiosk"


def two_buffers(guest, connector=0, first=1):
    for cookie in (first, first + 1):
        guest.buffer(cookie, *SIZE, picture=cookie)
    guest.show(first, *SIZE, connector=connector)


@scenario("flips", limit=90)
def two_buffers_in_turn(rig):
    """500 flips: each has its event, none is late, the last frame stands on the screen."""
    weston = rig.weston(outputs=SCREEN)
    guest = rig.guest("guest", SMALL)
    two_buffers(guest)
    guest.flips(500, 1, 2)
    weston.expect("picture=0,0,320,240,XR24,1")
    guest.flip(2)
    weston.expect("picture=0,0,320,240,XR24,2")


@scenario("flips")
def never_free_running(rig):
    """60 flips take at least 60 refreshes, on screen or off."""
    rig.weston(outputs=SCREEN)
    guest = rig.guest("guest", SMALL)
    two_buffers(guest)
    check(guest.flips(60, 1, 2) >= 800, "60 flips on screen took less than 0.8 s")
    guest.ok("config-off 0 0")
    check(guest.flips(60, 1, 2) >= 800, "60 flips while off took less than 0.8 s")


@scenario("flips", limit=90)
def previous_buffer_is_free_when_done(rig):
    """After the event the guest scribbles into the old buffer; the screen never shows that."""
    weston = rig.weston(outputs=SCREEN)
    guest = rig.guest("guest", SMALL)
    two_buffers(guest)
    for round_ in range(8):
        shown, old = (2, 1) if round_ % 2 == 0 else (1, 2)
        guest.ok(f"fill 0 {shown} {40 + shown}")
        guest.flip(shown)
        guest.ok(f"fill 0 {old} 99")
        wrong = weston.check(f"picture=0,0,320,240,XR24,{40 + shown}")
        check(not wrong, f"the screen does not show what was flipped to: {wrong}")


@scenario("flips")
def covered_by_another_guest(rig):
    """A completely covered screen goes on flipping, and is shown when the one in front has gone."""
    weston = rig.weston(outputs=SCREEN, config="[xen-connector]\nguest=front\nz=5\n")
    behind = rig.guest("behind", SMALL)
    two_buffers(behind)
    front = rig.guest("front", SMALL)
    front.picture(77, size=SIZE)
    weston.expect("picture=0,0,320,240,XR24,77")
    behind.flips(30, 1, 2)
    front.destroy()
    weston.expect("picture=0,0,320,240,XR24,1")
    behind.flips(10, 1, 2)


@scenario("flips")
def without_any_output(rig):
    """All outputs go away: flips are done by time; an output comes back: the frame is on it."""
    weston = rig.weston(shell=WITHOUT_CLIENT, outputs=SCREEN)
    guest = rig.guest("guest", SMALL)
    two_buffers(guest)
    guest.flip(2)
    for _ in range(3):
        weston.control("output-off headless")
        took = guest.flips(6, 1, 2)
        check(took < 6 * 450, f"6 flips without an output took {took} ms, expected less than 2700")
        guest.flip(2)
        weston.control("output-on headless")
        weston.expect("picture=0,0,320,240,XR24,2")
        guest.flips(10, 1, 2)


@scenario("flips")
def output_vanishes_during_flip(rig):
    """The output goes between the request and its event: the event comes all the same."""
    weston = rig.weston(shell=WITHOUT_CLIENT, outputs=SCREEN)
    guest = rig.guest("guest", SMALL)
    two_buffers(guest)
    for round_ in range(6):
        guest.ok(f"flip 0 0 {round_ % 2 + 1}")
        weston.control("output-off headless")
        guest.event("flip", 1)
        weston.control("output-on headless")
    weston.expect("picture=0,0,320,240,XR24,2")


@scenario("flips")
def one_of_two_outputs_vanishes(rig):
    """The connector on the other output goes on at full speed."""
    weston = rig.weston(shell=WITHOUT_CLIENT, outputs=(("headless", 320, 240), ("second", 320, 240)))
    guest = rig.guest("guest", SMALL, SMALL)
    two_buffers(guest)
    two_buffers(guest, connector=1, first=3)
    weston.control("output-off second")
    guest.flips(20, 1, 2)
    guest.flips(5, 3, 4, connector=1)
    weston.control("output-on second")
    guest.flip(4, connector=1)
    weston.expect("picture=320,0,320,240,XR24,4")


@scenario("flips")
def asleep(rig):
    """The compositor sleeps: flips are done within the deadline, and on screen after waking."""
    weston = rig.weston(outputs=SCREEN)
    guest = rig.guest("guest", SMALL)
    two_buffers(guest)
    guest.flips(5, 1, 2)
    for _ in range(2):
        weston.control("sleep")
        took = guest.flips(6, 1, 2)
        check(took < 6 * 450, f"6 flips while asleep took {took} ms, expected less than 2700")
        weston.control("wake")
        guest.flip(2)
        weston.expect("picture=0,0,320,240,XR24,2")


@scenario("flips")
def hidden_for_long_is_slow(rig):
    """After hidden-after without being seen, flips come at hidden-rate; on screen at full speed."""
    weston = rig.weston(outputs=SCREEN,
                        config="[xen-display]\nhidden-after=500\nhidden-rate=10\n")
    guest = rig.guest("guest", SMALL)
    two_buffers(guest)
    guest.flips(10, 1, 2)
    weston.control("sleep")
    guest.flips(30, 1, 2)
    slow = guest.flips(10, 1, 2)
    check(slow >= 700, f"10 flips at 10 Hz took {slow} ms, expected at least 700")
    weston.control("wake")
    guest.flips(10, 1, 2)
    quick = guest.flips(10, 1, 2)
    check(quick < 700, f"10 flips on screen took {quick} ms, expected less than 700")


@scenario("flips")
def asleep_during_flip(rig):
    """The compositor falls asleep between the request and its event."""
    weston = rig.weston(outputs=SCREEN)
    guest = rig.guest("guest", SMALL)
    two_buffers(guest)
    for round_ in range(6):
        guest.ok(f"flip 0 0 {round_ % 2 + 1}")
        weston.control("sleep")
        guest.event("flip", 1)
        weston.control("wake")
    weston.expect("picture=0,0,320,240,XR24,2")


@scenario("flips")
def locked_session_hides_guests(rig):
    """desktop-shell locks when it falls asleep: no guest's pixel is seen until unlocked, flips go on."""
    weston = rig.weston(outputs=SCREEN, shell_config="locking=true\n")
    guest = rig.guest("guest", SMALL)
    two_buffers(guest)
    weston.expect("picture=0,0,320,240,XR24,1")
    weston.control("idle")
    time.sleep(2)  # desktop-shell fades out, then locks
    weston.control("wake")
    guest.flips(6, 1, 2)
    # The unlock dialog covers the middle, so the guest would be seen at the edges.
    weston.expect("solid=0,0,40,10,303030", "solid=280,230,40,10,303030")
    weston.control("unlock")
    weston.expect("picture=0,0,320,240,XR24,1")


@scenario("flips")
def guest_destroyed_during_flip(rig):
    """Guest destroyed while a flip is pending, ten times; the other guest keeps flipping."""
    weston = rig.weston(outputs=(("headless", 320, 240), ("second", 320, 240)),
                        config="[xen-connector]\nguest=other\noutput=second\n")
    other = rig.guest("other", SMALL)
    two_buffers(other)
    other.ok("animate 0 0 0 1 2")
    for _ in range(10):
        guest = rig.guest("victim", SMALL)
        two_buffers(guest)
        guest.ok("flip 0 0 2")
        guest.destroy()
    before = other.ok("animation 0 0")["flips"]
    time.sleep(0.5)
    check(other.ok("animation 0 0 stop")["flips"] > before + 5, "the other guest's flips have stopped")
    other.no_event("flip-timeout", 0)
    equal(weston.process.poll(), None, "Weston's exit status")


@scenario("flips")
def buffer_destroyed_during_flip(rig):
    """The buffer that is being flipped to is destroyed: the event comes, the next flip works."""
    weston = rig.weston(outputs=SCREEN)
    guest = rig.guest("guest", SMALL)
    two_buffers(guest)
    for _ in range(5):
        guest.ok("flip 0 0 2")
        guest.ok("dbuf-destroy 0 2")
        guest.event("flip", 1)
        guest.flip(1)
        guest.send("fb-detach 0 2")
        guest.buffer(2, *SIZE, picture=2)
    guest.flip(2)
    weston.expect("picture=0,0,320,240,XR24,2")


@scenario("flips")
def deadline_is_configurable(rig):
    """flip-deadline=50 holds without any output; never later than it says."""
    weston = rig.weston(shell=WITHOUT_CLIENT, outputs=SCREEN, config="[xen-display]\nflip-deadline=50\n")
    guest = rig.guest("guest", SMALL)
    two_buffers(guest)
    weston.control("output-off headless")
    guest.flips(4, 1, 2)
    took = guest.flips(20, 1, 2)
    check(took < 20 * 150, f"20 flips took {took} ms with a deadline of 50 ms, expected less than 3000")
    weston.control("output-on headless")


@scenario("flips", limit=90)
def four_guests_at_once(rig):
    """Four guests on four outputs, 100 flips each at the same time."""
    names = ("headless", "second", "third", "fourth")
    weston = rig.weston(outputs=[(name, 320, 240) for name in names],
                        config="".join(f"[xen-connector]\nguest=g{number}\noutput={name}\n"
                                       for number, name in enumerate(names)))
    guests = [rig.guest(f"g{number}", SMALL) for number in range(4)]
    for number, guest in enumerate(guests):
        for cookie in (1, 2):
            guest.buffer(cookie, *SIZE, picture=10 * number + cookie)
        guest.show(1, *SIZE)
        guest.ok("animate 0 0 100 1 2")
    for guest in guests:
        guest.event("animated", 60)
        guest.no_event("flip-timeout", 0)
    weston.expect(*(f"picture={320 * number},0,320,240,XR24,{10 * number + 1}"
                    for number in range(4)))
