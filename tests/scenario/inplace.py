# SPDX-License-Identifier: MIT
"""Guests that draw into the framebuffer on screen without flips: the drawing appears, whatever they did before."""
import re
import time

from dmabuf import FORCE, gl_weston
from rig.machine import wait_until
from rig.runner import check, equal, scenario

SIZE = (320, 240)
SMALL = "320x240"
SCREEN = (("headless", 320, 240),)
TWO = (("headless", 320, 240), ("second", 320, 240))
PATHS = ("XR24", "RG24")  # mapped, converted


def resampled(weston, connector=0):
    """How often that connector was shown anew without a flip."""
    line = weston.control("list")[connector]
    return int(line.split()[11])


def at_rest(weston):
    """Waits until nothing more is shown anew; how often it was."""
    def still():
        before = resampled(weston)
        time.sleep(1.5)
        return resampled(weston) == before

    check(wait_until(still, 12), "an unchanging screen is redisplayed again and again")
    return resampled(weston)


def draws(weston, guest, fourcc, pictures=(11, 12), cookie=1, at=0):
    """The guest draws into what is shown, without a word, and it is seen."""
    for picture in pictures:
        guest.ok(f"fill 0 {cookie} {picture}")
        weston.expect(f"picture={at},0,320,240,{fourcc},{picture}")


def all_paths(rig, play, **options):
    for fourcc in PATHS:
        weston = rig.weston(outputs=SCREEN, **options)
        guest = rig.guest("guest", SMALL)
        for cookie in (1, 2):
            guest.buffer(cookie, *SIZE, fourcc, picture=cookie)
        guest.show(1, *SIZE)
        weston.expect(f"picture=0,0,320,240,{fourcc},1")
        play(weston, guest, fourcc)
        guest.destroy()
        equal(weston.stop(), 0, "Weston's exit status")
        rig.westons.remove(weston)


def mark(guest, row, color, rows=4):
    """A colour into some rows of buffer 1, 40 pixels from the tenth on."""
    for number in range(row, row + rows):
        guest.ok(f"poke 0 dbuf:1 {(number * SIZE[0] + 10) * 4} " + (bytes.fromhex(color)[::-1].hex() + "00") * 40)


def is_shown_anew(weston, before):
    check(wait_until(lambda: resampled(weston) > before, 5, 0.02), "the screen is not redisplayed without a flip")


def damaged(weston, start):
    """Of the guest's surface since then: (first row, rows), for each commit of a picture."""
    return [(int(first), int(rows)) for first, rows in
            re.findall(r"damage_buffer\(0, (\d+), 2147483647, (\d+)\)", weston.log()[start:])]


@scenario("in-place", limit=90)
def rows_that_changed(rig):
    """Of a picture that is drawn into, Weston is told of the rows that changed, and of all after a flip; whichever
    renderer, and however it is scaled, the screen is the same as if it had been told of all."""
    for renderer, place in (("pixman", ""), ("gl", ""), ("pixman", "width=211\nheight=157\n"), ("gl", "width=97\nheight=240\n")):
        config = f"[xen-connector]\nguest=guest\nfit=stretch\n{place}" if place else ""
        weston = rig.weston(outputs=SCREEN, renderer=renderer, config=config, environment={"WAYLAND_DEBUG": "server"})
        guest = rig.guest("guest", SMALL)
        guest.picture(1, size=SIZE)
        before = 0
        for row, color in ((100, "112233"), (0, "aa0000"), (236, "00bb00")):
            # The first reading after a flip cannot know which rows have changed.
            is_shown_anew(weston, before)
            start, before = len(weston.log()), resampled(weston)
            mark(guest, row, color)
            is_shown_anew(weston, before)
            told = damaged(weston, start)
            check(told and min(first for first, _ in told) <= row and
                  max(first + rows for first, rows in told) >= row + 4,
                  f"the damage does not cover the changed rows {row} to {row + 3}: {told}")
            check(all(rows <= 4 + 2 * (4 + 2) for _, rows in told),
                  f"the damage is larger than the changed rows: {told}")
            with open(weston.screenshot(), "rb") as file:
                seen = file.read()
            start, before = len(weston.log()), resampled(weston)
            guest.flip(1)
            check(any(rows > SIZE[1] for _, rows in damaged(weston, start)), "a flip does not damage all rows")
            with open(weston.screenshot(), "rb") as file:
                check(file.read() == seen, f"{renderer}, {place!r}: the screen differs from a full redraw")
        guest.destroy()
        weston.stop()
        rig.westons.remove(weston)


@scenario("in-place")
def mode_set_in_disguise(rig):
    """What Linux makes of a mode set at the same mode: one flip, to what is drawn into from then on."""
    def play(weston, guest, fourcc):
        guest.flip(2)
        weston.expect(f"picture=0,0,320,240,{fourcc},2")
        draws(weston, guest, fourcc, cookie=2)

    all_paths(rig, play)


@scenario("in-place", limit=90)
def film_that_ends(rig):
    """Sixty flips, back to the old framebuffer, which is drawn into from then on; also after a long rest."""
    def play(weston, guest, fourcc):
        guest.flips(60, 1, 2)
        draws(weston, guest, fourcc, cookie=1)
        guest.flips(61, 1, 2)
        at_rest(weston)
        draws(weston, guest, fourcc, cookie=2)

    all_paths(rig, play)


@scenario("in-place")
def drawn_once_between_two_looks(rig):
    """One stroke right after the last flip, before anybody has looked: it is not lost."""
    def play(weston, guest, fourcc):
        guest.flips(10, 1, 2)
        guest.ok("fill 0 1 21")
        weston.expect(f"picture=0,0,320,240,{fourcc},21")

    all_paths(rig, play)


@scenario("in-place")
def one_framebuffer_on_two_connectors(rig):
    """A framebuffer that the other connector showed already is a new one here."""
    weston = rig.weston(outputs=TWO)
    guest = rig.guest("guest", SMALL, SMALL)
    for cookie in (1, 2):
        guest.buffer(cookie, *SIZE, picture=cookie)
    guest.show(1, *SIZE)
    guest.show(2, *SIZE, connector=1)
    weston.expect("picture=0,0,320,240,XR24,1", "picture=320,0,320,240,XR24,2")
    guest.flip(2)
    guest.ok("fill 0 2 5")
    weston.expect("picture=0,0,320,240,XR24,5", "picture=320,0,320,240,XR24,5")


def wakeups(weston):
    """How often the compositor's thread went to sleep of its own accord."""
    with open(f"/proc/{weston.pid}/task/{weston.pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("voluntary"))


@scenario("in-place", limit=90)
def idle_guest_costs_nothing(rig):
    """Two buffers, properly flipped, then nothing: no repaint, and one look a second."""
    def play(weston, guest, fourcc):
        guest.flips(20, 1, 2)
        before = at_rest(weston)
        woken, begin = wakeups(weston), time.monotonic()
        time.sleep(5)
        woken, seconds = wakeups(weston) - woken, time.monotonic() - begin
        equal(resampled(weston), before, "redisplays without a flip")
        # Each look wakes it twice: by the timer, and by the worker when it has finished.
        check(woken <= 2 * (seconds + 1) + 3, f"{woken} wake-ups in {seconds:.1f} s, expected at most two a second")

    all_paths(rig, play)


@scenario("in-place")
def never_where_switched_off(rig):
    """resample-rate=0: drawing without a flip is not read, neither after a flip nor later."""
    def play(weston, guest, fourcc):
        guest.flip(2)
        guest.ok("fill 0 2 5")
        guest.flips(2, 1, 2)
        time.sleep(2.5)
        equal(resampled(weston), 0, "redisplays without a flip")

    all_paths(rig, play, config="[xen-display]\nresample-rate=0\n")


@scenario("in-place", limit=90)
def as_a_dma_buf(rig):
    """Where the pixels cannot be read they are redisplayed: at resample-rate after a mode set, otherwise once a second."""
    weston = gl_weston(rig, FORCE, SCREEN)
    guest = rig.guest("guest", SMALL)
    for cookie in (1, 2):
        guest.buffer(cookie, *SIZE, picture=cookie)
    guest.show(1, *SIZE)
    weston.expect("picture=0,0,320,240,XR24,1")
    guest.flip(2)
    draws(weston, guest, "XR24", cookie=2)
    guest.flips(60, 1, 2)
    before, begin = resampled(weston), time.monotonic()
    draws(weston, guest, "XR24", cookie=1)
    check(resampled(weston) - before <= time.monotonic() - begin + 1,
          "the screen was redisplayed more than once a second")
    rig.let_go(weston)


@scenario("in-place")
def covered_and_uncovered(rig):
    """What is drawn while the screen is covered is there when it no longer is."""
    weston = rig.weston(outputs=SCREEN, config="[xen-connector]\nguest=front\nz=5\n")
    behind = rig.guest("behind", SMALL)
    for cookie in (1, 2):
        behind.buffer(cookie, *SIZE, picture=cookie)
    behind.show(1, *SIZE)
    behind.flips(4, 1, 2)
    front = rig.guest("front", SMALL)
    front.picture(77, size=SIZE)
    weston.expect("picture=0,0,320,240,XR24,77")
    behind.ok("fill 0 1 9")
    front.destroy()
    weston.expect("picture=0,0,320,240,XR24,9")
