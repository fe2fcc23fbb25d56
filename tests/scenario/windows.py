# SPDX-License-Identifier: MIT
"""Guests as windows of the desktop: frame, sizes, states, keys, closing; in the shells that have windows."""
import os

from control import run, screens
from inputgate import clicks
from inputseat import (KEY_A, KEY_F, KEY_G, KEY_LEFTALT, KEY_LEFTCTRL, KEY_LEFTMETA, KEY_TAB, LEFT, SIZE, SMALL, TOUCHED,
                       click, expect, last_of, said, touched)
from restart import expect_connected
from rig.machine import build_directory, wait_until
from rig.runner import Skip, check, equal, scenario
from rig.weston import module_path, version

GREY = "303030"
SCREEN = (("headless", 1000, 800),)
BORDER, TITLE, BUTTON = 4, 26, 28
KEY_0 = 11
# A rule for the guest's colour, and the colours of its frame with and without the focus.
COLOR = "[xen-guest]\nname=guest\ncolor=#336699\n"
ACTIVE, PALE = "336699", "4d6780"


def place(weston, name="guest", timeout=10):
    """Where the picture of a guest's window is, soon: left, top, width, height."""
    found = []

    def there():
        found[:] = weston.views(f"top-level-window-'{name}'")
        return found

    check(wait_until(there, timeout, 0.02), f"no window of {name} among {weston.control('views')}")
    return found[0]


def place_becomes(weston, wanted, name="guest"):
    """Waits until the window is there; parts that are None are not checked."""
    def right():
        return all(number in (None, got) for number, got in zip(wanted, place(weston, name)))

    check(wait_until(right, 5, 0.02), f"{name} has its window at {place(weston, name)}, expected {wanted}")
    return place(weston, name)


def frame_of(where, color, title=True):
    """Checks that a border of one colour is around a place, and what a title has of it at its left."""
    x, y, width, height = where
    top = y - (TITLE if title else 0)
    checks = [f"solid={x - BORDER},{top - BORDER},{width + 2 * BORDER},{BORDER},{color}",
              f"solid={x - BORDER},{y + height},{width + 2 * BORDER},{BORDER},{color}",
              f"solid={x - BORDER},{top},{BORDER},{y + height - top},{color}",
              f"solid={x + width},{top},{BORDER},{y + height - top},{color}"]
    return checks + ([f"solid={x},{top},6,{TITLE},{color}"] if title else [])


def picture_of(where, number, size=SIZE):
    """The check that a picture fills a place."""
    x, y, width, height = where
    if (width, height) == size:
        return f"picture={x},{y},{width},{height},XR24,{number}"
    return f"scaled={x},{y},{width},{height},XR24,{number},0,0,{size[0]},{size[1]},{size[0]},{size[1]}"


def opened(rig, config="", outputs=SCREEN, **options):
    """A Weston with a seat, whose pointer is away from all, and a guest in a window."""
    weston = rig.weston(outputs=outputs, seat=True, windows=True, config=COLOR + config, **options)
    weston.seat("at 999 799")
    guest = touched(rig)
    where = place(weston)
    weston.expect(picture_of(where, 1))
    return weston, guest, where


def drag(weston, start, way):
    """The left button goes down at a place, is moved by so much, and comes up."""
    x, y = start
    weston.seat(f"at {x} {y}", f"button {LEFT} 1")
    for step in (1, 2, 3, 4):
        weston.seat(f"at {x + way[0] * step // 4} {y + way[1] * step // 4}")
    # Wait until the window has followed: when the button comes up, Weston forgets which edge is dragged.
    weston.wait_for_clients()
    weston.screenshot()
    weston.seat(f"button {LEFT} 0", "at 999 799")


def button(where, number):
    """The middle of a title's button; 0 is the one to close."""
    return where[0] + where[2] - number * BUTTON - BUTTON // 2, where[1] - TITLE // 2


def chord(weston, *keys):
    weston.seat(*(f"key {key} 1" for key in keys), *(f"key {key} 0" for key in reversed(keys)))


def locate(weston, guest, where, size=SIZE):
    """The pointer's positions on a window are those in the guest's picture."""
    for part_x, part_y in ((0, 0), (0.5, 0.5), (0.75, 0.25)):
        x, y = int(where[0] + where[2] * part_x), int(where[1] + where[3] * part_y)
        seen = (x - where[0]) * size[0] // where[2], (y - where[1]) * size[1] // where[3]
        weston.seat(f"at {x} {y}")
        last_of(guest, f"@{seen[0]},{seen[1]}/0")
    weston.seat("at 999 799")


@scenario("windows")
def frame_around_a_picture(rig):
    """A picture pixel for pixel, a border in the guest's colour on all sides, a title; paler without the focus."""
    weston, guest, where = opened(rig)
    equal(where[2:], SIZE, "the window's size")
    weston.expect(picture_of(where, 1), *frame_of(where, ACTIVE))
    locate(weston, guest, where)
    other = rig.guest("other", SMALL)
    other.picture(2, size=SIZE)
    weston.expect(picture_of(place(weston, "other"), 2))
    drag(weston, (place(weston, "other")[0] + 60, place(weston, "other")[1] - 10), (500, 0))
    click(weston, where[0] + 5, where[1] + 5)
    weston.seat("at 999 799")
    weston.expect(picture_of(where, 1), *frame_of(where, ACTIVE))


def is_written_on(weston, where, left, width):
    """Whether a part of the title has something else than its colour."""
    area = f"{where[0] + left},{where[1] - TITLE},{width},{TITLE}"
    return wait_until(lambda: weston.check(f"solid={area},{ACTIVE}") != "", 5, 0.1)


@scenario("windows")
def titles(rig):
    """The title has the name, and the buttons at its right; that of a grabbed window says so."""
    weston, guest, where = opened(rig)
    # The name needs at most 70 pixels; between it and the buttons the title is empty.
    name, rest = 70, where[2] - 3 * BUTTON - 70
    click(weston, where[0] + 5, where[1] + 5)
    last_of(guest, f"-{LEFT}")
    weston.seat("at 999 799")
    check(is_written_on(weston, where, 0, name), "there is no name in the title")
    for number in range(3):
        check(is_written_on(weston, where, where[2] - (number + 1) * BUTTON, BUTTON), f"there is no button {number}")
    weston.expect(f"solid={where[0] + name},{where[1] - TITLE},{rest},{TITLE},{ACTIVE}")
    for grabbed in (True, False):
        chord(weston, KEY_LEFTCTRL, KEY_LEFTALT, KEY_G)
        if grabbed:
            check(is_written_on(weston, where, name, rest), "the title does not say that the window is grabbed")
        else:
            weston.expect(f"solid={where[0] + name},{where[1] - TITLE},{rest},{TITLE},{ACTIVE}")


@scenario("windows")
def looks_of_another_guest(rig):
    """A guest that draws another one's frame into its picture has its own border around that."""
    weston, guest, where = opened(rig, "[xen-guest]\nname=forger\ncolor=#aa2200\n")
    forger = rig.guest("forger", SMALL)
    forger.buffer(1, *SIZE)
    forger.ok("fill 0 1 3")
    row = bytes.fromhex("99663300") * SIZE[0]
    for line in range(30):
        forger.ok(f"poke 0 dbuf:1 {line * len(row)} {row.hex()}")
    forger.show(1, *SIZE)
    inside = place(weston, "forger")
    weston.expect(f"solid={inside[0]},{inside[1]},{SIZE[0]},30,{ACTIVE}", *frame_of(inside, "aa2200"))


@scenario("windows")
def moved_by_its_title(rig):
    """A dragged title moves the window; the keys are the guest's afterwards, and nothing of it reaches the guest."""
    weston, guest, where = opened(rig)
    click(weston, where[0] + 5, where[1] + 5)
    last_of(guest, f"-{LEFT}")
    target = (300, 200)
    way = target[0] - where[0], target[1] - where[1]
    drag(weston, (where[0] + 60, where[1] - 10), way)
    moved = place_becomes(weston, (*target, *SIZE))
    weston.expect(picture_of(moved, 1), *frame_of(moved, ACTIVE))
    check(not any(word[1:] == str(LEFT) for word in said(guest)), "the guest got the button that dragged its title")
    weston.seat(f"key {KEY_A} 1", f"key {KEY_A} 0")
    expect(guest, "+30", "-30")
    locate(weston, guest, moved)


def at(weston, where, target=(300, 250)):
    """Moves the window there."""
    drag(weston, (where[0] + 60, where[1] - 10), (target[0] - where[0], target[1] - where[1]))
    return place_becomes(weston, (*target, None, None))


@scenario("windows")
def resized_by_edges_and_corners(rig):
    """Each edge and corner: the picture is scaled, keeps its aspect, and what was not dragged stays."""
    weston, guest, where = opened(rig)
    x, y, width, height = at(weston, where)
    edge = BORDER // 2
    drag(weston, (x + width + edge, y + height // 2), (160, 0))
    where = place_becomes(weston, (x, y, 480, 360))
    weston.expect(picture_of(where, 1), *frame_of(where, ACTIVE))
    locate(weston, guest, where)
    drag(weston, (x + 240, y + 360 + edge), (0, -120))
    place_becomes(weston, (x, y, 320, 240))
    drag(weston, (x - edge, y + 120), (-80, 0))
    place_becomes(weston, (x - 80, None, 400, 300))
    where = at(weston, place(weston))
    drag(weston, (x + 400 + edge, y + 300 + edge), (-80, -60))
    place_becomes(weston, (x, y, 320, 240))
    drag(weston, (x + 100, y - TITLE - edge), (0, -60))
    where = place_becomes(weston, (None, y - 60, 400, 300))
    weston.seat(f"key {KEY_A} 1", f"key {KEY_A} 0")
    last_of(guest, "+30", "-30")
    chord(weston, KEY_LEFTCTRL, KEY_LEFTALT, KEY_0)
    where = place_becomes(weston, (None, None, *SIZE))
    weston.expect(picture_of(where, 1), *frame_of(where, ACTIVE))


@scenario("windows")
def maximised(rig):
    """By its button and by a double click, and back: the picture as large as fits, black beside it, the frame there."""
    weston, guest, where = opened(rig)
    # Without a panel the window fills the output, of which the frame leaves 992x766.
    full = (BORDER, BORDER + TITLE, 992, 766)
    inside = (full[0], full[1] + (full[3] - 744) // 2, 992, 744)
    for by_button in (True, False):
        if by_button:
            click(weston, *button(where, 1))
        else:
            click(weston, where[0] + 60, where[1] - 10)
            click(weston, where[0] + 60, where[1] - 10)
        weston.seat("at 999 799")
        place_becomes(weston, inside)
        weston.expect("but=980,780,20,20", picture_of(inside, 1), *frame_of(full, ACTIVE),
                      f"solid={full[0]},{full[1]},992,{inside[1] - full[1]},000000",
                      f"solid={full[0]},{inside[1] + 744},980,{full[1] + full[3] - inside[1] - 744},000000")
        locate(weston, guest, inside)
        if by_button:
            click(weston, *button(full, 1))
        else:
            click(weston, 200, 15)
            click(weston, 200, 15)
        weston.seat("at 999 799")
        place_becomes(weston, where)
        weston.expect(picture_of(where, 1), *frame_of(where, ACTIVE))


@scenario("windows")
def fullscreen(rig):
    """The combination shows the window over all of its output, without a frame, and back."""
    weston, guest, where = opened(rig)
    click(weston, where[0] + 5, where[1] + 5)
    last_of(guest, f"-{LEFT}")
    chord(weston, KEY_LEFTCTRL, KEY_LEFTALT, KEY_F)
    full = place_becomes(weston, (0, 25, 1000, 750))
    weston.expect(picture_of(full, 1), "solid=0,0,1000,25,000000")
    locate(weston, guest, full)
    weston.seat(f"key {KEY_A} 1", f"key {KEY_A} 0")
    last_of(guest, "+30", "-30")
    chord(weston, KEY_LEFTCTRL, KEY_LEFTALT, KEY_F)
    place_becomes(weston, where)
    weston.expect(picture_of(where, 1), *frame_of(where, ACTIVE))


def outlined(where, number):
    """The checks that a picture fills a place but for a border inside of its edges."""
    x, y, width, height = where
    sides = [f"{x},{y},{width},{BORDER}", f"{x},{y + height - BORDER},{width},{BORDER}",
             f"{x},{y},{BORDER},{height}", f"{x + width - BORDER},{y},{BORDER},{height}"]
    return [*(f"solid={side},{ACTIVE}" for side in sides), *(f"but={side}" for side in sides), picture_of(where, number)]


@scenario("windows")
def fullscreen_and_grabbed(rig):
    """A fullscreen and grabbed window has a border inside its edges that takes no clicks; whichever came first."""
    weston, guest, where = opened(rig)
    click(weston, where[0] + 5, where[1] + 5)
    last_of(guest, f"-{LEFT}")
    full = (0, 25, 1000, 750)
    chord(weston, KEY_LEFTCTRL, KEY_LEFTALT, KEY_F)
    place_becomes(weston, full)
    chord(weston, KEY_LEFTCTRL, KEY_LEFTALT, KEY_G)
    weston.expect(*outlined(full, 1), "solid=0,0,1000,25,000000")
    guest.buffer(2, *SIZE, picture=2)
    guest.flip(2)
    weston.expect(*outlined(full, 2))
    said(guest)
    click(weston, 1, 26)
    check(f"+{LEFT}" in last_of(guest, f"-{LEFT}"), "the guest did not get a click on the border")
    chord(weston, KEY_LEFTCTRL, KEY_LEFTALT, KEY_F)
    place_becomes(weston, where)
    weston.expect(picture_of(where, 2), *frame_of(where, ACTIVE))
    chord(weston, KEY_LEFTCTRL, KEY_LEFTALT, KEY_F)
    place_becomes(weston, full)
    weston.expect(*outlined(full, 2), "solid=0,0,1000,25,000000")
    chord(weston, KEY_LEFTCTRL, KEY_LEFTALT, KEY_G)
    weston.expect(picture_of(full, 2))
    chord(weston, KEY_LEFTCTRL, KEY_LEFTALT, KEY_F)
    place_becomes(weston, where)
    weston.expect(*frame_of(where, ACTIVE))
    where = at(weston, where)
    weston.expect(*frame_of(where, ACTIVE))
    drag(weston, (where[0] + where[2] + BORDER // 2, where[1] + 120), (80, 0))
    place_becomes(weston, (*where[:2], 400, 300))


def is_mapped(weston, name="guest"):
    return bool(weston.views(f"top-level-window-'{name}'"))


@scenario("windows")
def minimised(rig):
    """Flips of a minimised window are done by timer; Super+Tab brings it back with its newest picture."""
    weston, guest, where = opened(rig)
    guest.buffer(2, *SIZE, picture=2)
    click(weston, where[0] + 5, where[1] + 5)
    last_of(guest, f"-{LEFT}")
    click(weston, *button(where, 2))
    weston.seat("at 999 799")
    check(wait_until(lambda: not is_mapped(weston), 5), "the window is not minimised")
    guest.flips(4, 1, 2)
    guest.flip(2)
    weston.seat(f"key {KEY_A} 1", f"key {KEY_A} 0")
    check(not any(word == "+30" for word in said(guest)), "the guest of a minimised window got a key")
    chord(weston, KEY_LEFTMETA, KEY_TAB)
    weston.expect(picture_of(place(weston), 2))


@scenario("windows")
def covered(rig):
    """A window that another one covers is paced as one that is hidden; uncovered it shows its newest picture. A module
    that asks hears of it."""
    config = "[xen-display]\nhidden-after=0\nhidden-rate=5\n"
    weston, guest, where = opened(rig, config, module=f"{module_path()},{build_directory()}/list-screens.so")
    for cookie in (2, 3):
        guest.buffer(cookie, *SIZE, picture=cookie)
    where = at(weston, where, (300, 100))
    above = rig.guest("above", "640x480")
    above.picture(9, size=(640, 480))
    front = place(weston, "above")
    weston.expect(f"picture={front[0]},{front[1]},640,480,XR24,9")
    drag(weston, (front[0] + 60, front[1] - 10), (200 - front[0], 60 - front[1]))
    place_becomes(weston, (200, 60, 640, 480), "above")
    check(guest.flips(8, 1, 2) > 1000, "8 flips of a covered window took 1 s or less, at a hidden-rate of 5 Hz")
    told = screens(weston)["guest:0.0"]
    equal((told["state"], told["visibility"]), ("throttled", "covered"), "state and visibility of the covered window")
    weston.expect_log("list-screens: guest:0.0 320x240 on headless: covered")
    drag(weston, (260, 50), (0, 340))
    place_becomes(weston, (200, 400, 640, 480), "above")
    check(guest.flips(8, 3, 2) < 1000, "8 flips of an uncovered window took 1 s or longer")
    guest.flip(3)
    weston.expect(picture_of(where, 3))
    told = screens(weston)["guest:0.0"]
    equal((told["state"], told["visibility"]), ("on", "shown"), "state and visibility of the uncovered window")


def sets_mode(guest, cookie):
    guest.ok("config-off 0 0")
    guest.show(cookie, *SIZE)


@scenario("windows")
def closed_until_a_mode_is_set(rig):
    """close=hide: the window goes, flips go on, and it is back, where and as large as it was, after a mode set."""
    weston, guest, where = opened(rig)
    where = at(weston, where)
    drag(weston, (where[0] + where[2] + 2, where[1] + 100), (160, 0))
    where = place_becomes(weston, (where[0], where[1], 480, 360))
    guest.buffer(2, *SIZE, picture=2)
    click(weston, *button(where, 0))
    weston.seat("at 999 799")
    weston.expect_log("its window is closed until it sets a mode")
    weston.expect(f"solid=0,0,990,790,{GREY}")
    guest.flips(4, 1, 2)
    check(not is_mapped(weston), "a flip has brought the closed window back")
    sets_mode(guest, 1)
    place_becomes(weston, where)
    weston.expect(picture_of(where, 1), *frame_of(where, ACTIVE))


@scenario("windows")
def closing_asks_the_guest(rig):
    """close=shutdown writes the same node as xl shutdown; close=nothing writes nothing."""
    weston = rig.weston(outputs=SCREEN, seat=True, windows=True,
                        config="[xen-connector]\nguest=stays\nclose=nothing\n[xen-connector]\nclose=shutdown\n")
    for name in ("stays", "ends"):
        guest = rig.guest(name, SMALL)
        guest.picture(1, size=SIZE)
        where = place(weston, name)
        weston.expect(picture_of(where, 1))
        click(weston, *button(where, 0))
        node = f"/local/domain/{guest.domid}/control/shutdown"
        if name == "ends":
            check(wait_until(lambda: rig.machine.store.read(node) == "poweroff", 5),
                  "closing did not write poweroff to control/shutdown")
            weston.expect_log("so it is asked to shut down")
        check(is_mapped(weston, name), "the window has gone although its guest still runs")
        guest.destroy()


@scenario("windows")
def dark(rig):
    """A guest that turns its screen off has a black window, which can be moved and takes no input."""
    weston, guest, where = opened(rig)
    guest.ok("config-off 0 0")
    weston.expect(f"solid={where[0]},{where[1]},{SIZE[0]},{SIZE[1]},000000", *frame_of(where, ACTIVE))
    said(guest)
    where = at(weston, where)
    click(weston, where[0] + 5, where[1] + 5)
    weston.seat(f"key {KEY_A} 1", f"key {KEY_A} 0", "at 999 799")
    weston.expect(f"solid={where[0]},{where[1]},{SIZE[0]},{SIZE[1]},000000", *frame_of(where, ACTIVE))
    equal(said(guest), [], "input of a guest with a dark window")
    guest.show(1, *SIZE)
    weston.expect(picture_of(where, 1), *frame_of(where, ACTIVE))


@scenario("windows")
def converted(rig):
    """A picture that has to be converted opens a window as well, and follows its size."""
    weston = rig.weston(outputs=SCREEN, seat=True, windows=True, config=COLOR)
    weston.seat("at 999 799")
    guest = rig.guest("guest", SMALL)
    guest.buffer(1, *SIZE, "RG24", picture=1)
    guest.show(1, *SIZE)
    where = place(weston)
    weston.expect(f"picture={where[0]},{where[1]},320,240,RG24,1", *frame_of(where, ACTIVE))
    guest.buffer(2, *SIZE, "RG24", picture=2)
    guest.flips(4, 2, 1)
    where = at(weston, where)
    drag(weston, (where[0] + 322, where[1] + 100), (160, 0))
    where = place_becomes(weston, (where[0], where[1], 480, 360))
    guest.flip(2)
    weston.expect(f"scaled={where[0]},{where[1]},480,360,RG24,2,0,0,320,240,320,240", *frame_of(where, ACTIVE))


@scenario("windows")
def another_mode(rig):
    """A guest that sets a smaller mode has a smaller window; its place stays."""
    weston, guest, where = opened(rig)
    guest.buffer(5, 200, 150, picture=5)
    guest.show(5, 200, 150)
    where = place_becomes(weston, (where[0], where[1], 200, 150))
    weston.expect(picture_of(where, 5, (200, 150)), *frame_of(where, ACTIVE))


@scenario("windows")
def behind_a_lock(rig):
    """Nothing of a window is seen behind a lock screen, and nothing typed or clicked reaches it."""
    weston, guest, where = opened(rig, shell_config="locking=true\n")
    guest.buffer(2, *SIZE, picture=2)
    click(weston, where[0] + 5, where[1] + 5)
    last_of(guest, f"-{LEFT}")
    weston.seat(f"key {KEY_A} 1")
    expect(guest, "+30")
    weston.lock()
    weston.control("wake")
    weston.seat("at 400 400")
    last_of(guest, "-30")
    weston.seat(f"key {KEY_A} 0", f"key {KEY_A} 1", f"key {KEY_A} 0")
    weston.seat(f"at {where[0] + 5} {where[1] + 5}", *clicks(locked=True))
    weston.seat(f"at {where[0] + 60} {where[1] - 10}", *clicks(locked=True))
    equal(said(guest), [], "input of the guest behind the lock")
    guest.flips(4, 1, 2)
    guest.flip(2)
    check(not is_mapped(weston), "the window is still visible behind the lock")


@scenario("windows")
def comes_back_where_it_was(rig):
    """A guest that is started again has its window where it was, and as large."""
    weston, guest, where = opened(rig)
    where = at(weston, where)
    drag(weston, (where[0] + where[2] + 2, where[1] + 100), (160, 0))
    where = place_becomes(weston, (where[0], where[1], 480, 360))
    guest.destroy()
    check(wait_until(lambda: not is_mapped(weston), 5), "the destroyed guest's window stays")
    guest = touched(rig)
    place_becomes(weston, where)
    weston.expect(picture_of(where, 1), *frame_of(where, ACTIVE))
    locate(weston, guest, where)


@scenario("windows")
def weston_is_started_again(rig):
    """Weston is killed and started again: the window comes back by itself."""
    guest = rig.guest("guest", SMALL, connect=False)
    for number in (1, 2):
        weston = rig.weston(outputs=SCREEN, seat=True, windows=True, config=COLOR)
        weston.seat("at 999 799")
        if number == 1:
            guest.connect(options="auto")
        expect_connected(rig, guest)
        guest.picture(number, size=SIZE)
        where = place(weston)
        weston.expect(picture_of(where, number), *frame_of(where, ACTIVE))
        if number == 1:
            weston.kill()


@scenario("windows")
def two_connectors(rig):
    """Each connector is a window of its own, and its title says which."""
    weston = rig.weston(outputs=SCREEN, seat=True, windows=True)
    guest = rig.guest("pair", SMALL, "200x150")
    guest.picture(1, size=SIZE)
    guest.picture(2, size=(200, 150), connector=1, cookie=2)
    places = [place(weston, f"pair-({number})") for number in (1, 2)]
    equal([where[2:] for where in places], [SIZE, (200, 150)], "the windows' sizes")


@scenario("windows")
def scale_of_the_output(rig):
    """On an output with scale 2 a picture is still one to one, and the frame twice as many pixels wide."""
    weston = rig.weston(outputs=SCREEN, seat=True, windows=True, config=COLOR,
                        output_config={"headless": "scale=2\n"})
    weston.seat("at 999 799")
    guest = touched(rig)
    where = place_becomes(weston, (None, None, 160, 120))
    # Places are in logical pixels, screenshots in those of the output.
    x, y, width, height = (2 * number for number in where)
    weston.expect(f"picture={x},{y},{width},{height},XR24,1",
                  f"solid={x - 8},{y + height},{width + 16},8,{ACTIVE}", f"solid={x},{y - 52},12,52,{ACTIVE}")
    locate(weston, guest, where)


@scenario("windows")
def rotated_output(rig):
    """On an output that is turned by a quarter a window is moved and resized, and its guest clicked, as elsewhere."""
    weston = rig.weston(outputs=SCREEN, seat=True, windows=True, config=COLOR,
                        output_config={"headless": "transform=rotate-90\n"})
    weston.seat("at 799 999")
    guest = touched(rig)
    where = place(weston)
    weston.expect("turn=90", picture_of(where, 1), *frame_of(where, ACTIVE))
    where = at(weston, where)
    weston.seat("at 799 999")
    weston.expect("turn=90", picture_of(where, 1), *frame_of(where, ACTIVE))
    locate(weston, guest, where)
    drag(weston, (where[0] + where[2] + 2, where[1] + where[3] + 2), (80, 60))
    where = place_becomes(weston, (where[0], where[1], 400, 300))
    weston.seat("at 799 999")
    weston.expect("turn=90", *frame_of(where, ACTIVE))
    locate(weston, guest, where)


@scenario("windows")
def frames_of_all_kinds(rig):
    """frame=border: a border without a title; frame=none: nothing around the picture."""
    weston = rig.weston(outputs=SCREEN, seat=True, windows=True,
                        config=COLOR + "[xen-connector]\nguest=guest\nframe=border\n[xen-connector]\nframe=none\n")
    weston.seat("at 999 799")
    guest = touched(rig)
    where = place(weston)
    weston.expect(picture_of(where, 1), *frame_of(where, ACTIVE, title=False))
    drag(weston, (where[0] + where[2] + 2, where[1] + 100), (80, 0))
    where = place_becomes(weston, (where[0], where[1], 400, 300))
    locate(weston, guest, where)
    guest.destroy()
    rig.guest("bare", SMALL).picture(2, size=SIZE)
    where = place(weston, "bare")
    x, y, width, height = where
    weston.expect(picture_of(where, 2), f"but={x},{y},{width},{height}", "but=990,790,10,10",
                  f"solid=0,0,1000,800,{GREY}")


@scenario("windows")
def touch(rig):
    """A finger moves a window by its title; the guest only gets touches on its picture."""
    weston, guest, where = opened(rig)
    x, y = where[0] + 60, where[1] - 10
    weston.seat(f"down 1 {x} {y}")
    # The shell measures the move from where the finger is when the client asks for it: wait until it has asked.
    weston.screenshot()
    weston.seat(f"drag 1 {x + 10} {y + 10}")
    weston.seat(f"drag 1 {x + 20} {y + 20}", "up 1")
    where = place_becomes(weston, (where[0] + 20, where[1] + 20, *SIZE))
    check(not any(word.startswith("down") for word in said(guest)), "the guest got the touch on its title")
    weston.seat(f"down 1 {where[0] + 100} {where[1] + 50}", "up 1")
    last_of(guest, "down0@100,50", "syn", "up0", "syn")
    close_x, close_y = button(where, 0)
    weston.seat(f"down 1 {close_x} {close_y}", "up 1")
    weston.expect_log("its window is closed until it sets a mode")


@scenario("windows")
def cursor_on_the_frame(rig):
    """The guest draws its own pointer on its picture; on the frame there is the desktop's."""
    weston, guest, where = opened(rig)
    weston.seat(f"at {where[0] + 20} {where[1] + 20}")
    check(wait_until(lambda: weston.seat("dump")["cursor"] == 0, 5), "the desktop's cursor is visible on the picture")
    for x, y in ((where[0] + 60, where[1] - 10), (where[0] + where[2] + 2, where[1] + 100)):
        weston.seat(f"at {x} {y}")
        check(wait_until(lambda: weston.seat("dump")["cursor"] == 1, 5),
              "the desktop's cursor is not visible on the frame")


@scenario("windows")
def rules_of_what_is_a_window(rig):
    """Under desktop-shell a rule with a place, or show-as=output, is for a place; all else is a window."""
    weston = rig.weston(outputs=SCREEN, windows=True,
                        config="[xen-connector]\nguest=placed\nx=10\ny=20\nwidth=320\n"
                               "[xen-connector]\nguest=told\nshow-as=output\nfit=center\n"
                               "[xen-connector]\nguest=both\nshow-as=window\noutput=headless\n")
    for number, (name, kind) in enumerate((("placed", "guest-screen"), ("told", "guest-screen"),
                                           ("both", "top-level-window"), ("free", "top-level-window"))):
        guest = rig.guest(name, SMALL)
        guest.picture(number, size=SIZE)
        check(wait_until(lambda label=kind: weston.views(label), 5), f"{name} is not shown as a {kind}")
        equal(len(weston.views("guest-screen") + weston.views("top-level-window")), 1, "views of the guest")
        guest.destroy()
        check(wait_until(lambda: not weston.views("guest-screen") and not weston.views("top-level-window"), 5),
              f"{name} is destroyed, but its view stays")


def rename(rig, guest, name):
    rig.machine.store.write(f"/local/domain/{guest.domid}/name", name)


@scenario("windows")
def renamed(rig):
    """Title and colour follow the guest's name, and a rule for that makes a placed screen of it."""
    weston, guest, where = opened(rig, "[xen-guest]\nname=sub\ncolor=#993333\n"
                                  "[xen-connector]\nguest=placed\nx=10\ny=20\nwidth=320\nheight=240\n")
    weston.expect(*frame_of(where, ACTIVE))
    rename(rig, guest, "sub")
    equal(place(weston, "sub"), where, "the renamed guest's window")
    weston.expect(*frame_of(where, "993333"), picture_of(where, 1))
    rename(rig, guest, "placed")
    weston.expect("picture=10,20,320,240,XR24,1")
    rename(rig, guest, "guest")
    place(weston)


LUA_SCRIPT = "/usr/libexec/shell.lua"


@scenario("windows")
def commands(rig):
    """xen-displayctl hides a window and shows it, has it fullscreen, makes a placed screen of it, and a window again."""
    weston, guest, where = opened(rig)
    where = at(weston, where)
    run(weston, "hide", "guest")
    check(wait_until(lambda: not is_mapped(weston), 5), "the window is not hidden")
    guest.flip(1)
    run(weston, "show", "guest")
    place_becomes(weston, where)
    weston.expect(picture_of(where, 1), *frame_of(where, ACTIVE))
    click(weston, *button(where, 0))
    check(wait_until(lambda: screens(weston)["guest:0.0"]["visibility"] == "hidden", 5), "a closed window is not hidden")
    equal(screens(weston)["guest:0.0"]["state"], "closed", "the state of a closed window")
    run(weston, "show", "guest")
    place_becomes(weston, where)
    run(weston, "fullscreen", "guest")
    place_becomes(weston, (0, 25, 1000, 750))
    run(weston, "fullscreen", "guest", "off")
    place_becomes(weston, where)
    run(weston, "place", "guest", "--output", "headless")
    weston.expect("but=980,780,20,20", "scaled=0,25,1000,750,XR24,1,0,0,320,240,320,240")
    check(not is_mapped(weston), "the window stays although the screen was placed on an output")
    run(weston, "reset", "guest")
    weston.seat("at 999 799")
    where = place(weston)
    weston.expect(picture_of(where, 1), *frame_of(where, ACTIVE))


def under(shell, inside, shell_config=""):
    """A window under another shell, which makes it as large as its output: where its picture is then."""
    def run(rig):
        if shell == "lua" and not os.path.exists(LUA_SCRIPT):
            raise Skip(f"Weston {version()} has no lua-shell")
        weston = rig.weston(outputs=SCREEN, shell=shell, seat=True, windows=True, shell_config=shell_config,
                            config=COLOR + "[xen-connector]\nguest=guest\nshow-as=window\n")
        guest = touched(rig)
        placed = rig.guest("placed", SMALL)
        placed.picture(2, size=SIZE)
        weston.expect("scaled=0,25,1000,750,XR24,2,0,0,320,240,320,240")
        placed.destroy()
        where = place_becomes(weston, inside)
        weston.expect(picture_of(where, 1))
        click(weston, 500, 400)
        last_of(guest, f"+{LEFT}", f"-{LEFT}")
        weston.seat(f"key {KEY_A} 1", f"key {KEY_A} 0")
        expect(guest, "+30", "-30")

    run.__name__ = f"under_{shell}_shell"
    run.__doc__ = f"{shell}-shell: show-as=window fills the output, all else is placed."
    scenario("windows")(run)


under("kiosk", (0, 25, 1000, 750))
under("lua", (4, 41, 992, 744), f"lua-script={LUA_SCRIPT}\n")
