# SPDX-License-Identifier: MIT
"""Guests as surfaces of ivi-shell, which its hmi-controller places."""
import glob
import os

from control import run
from inputseat import KEY_A, LEFT, SIZE, SMALL, click, expect, last_of, touched
from rig.machine import wait_until
from rig.runner import Skip, check, equal, scenario
from rig.weston import version

SCREEN = (("headless", 1000, 800),)
# All keys that hmi-controller requires.
SHELL = "[ivi-shell]\n" + "".join(f"{key}={value}\n" for key, value in {
    "base-layer-id": 1000, "base-layer-id-offset": 10000, "workspace-background-layer-id": 2000,
    "workspace-layer-id": 3000, "application-layer-id": 4000, "transition-duration": 1, "surface-id-offset": 10,
    "background-id": 1001, "panel-id": 1002, "tiling-id": 1003, "sidebyside-id": 1004, "fullscreen-id": 1005,
    "random-id": 1006, "home-id": 1007, "workspace-background-id": 2001,
    "workspace-background-color": "0x99000000"}.items())


def in_a_car(rig, config, **options):
    """A Weston with ivi-shell, its controller and what that shows by itself."""
    programs = glob.glob("/usr/libexec/weston-ivi-shell-user-interface") + \
        glob.glob("/usr/lib/*/weston-ivi-shell-user-interface")
    if not programs:
        raise Skip("this Weston has no ivi-shell")
    weston = rig.weston(outputs=SCREEN, shell="ivi", windows=True, modules=("hmi-controller.so",), seat=True,
                        config=f"{SHELL}ivi-shell-user-interface={programs[0]}\n{config}", **options)
    # Wait for the controller's background, which is behind guests only if it is there first.
    check(wait_until(lambda: views(weston, 1001), 10, 0.05), "the controller does not show its background")
    return weston


def views(weston, number):
    """Those of a surface that are seen."""
    label = f"ivi-surface-{number}" if version() >= 16 else f"ivi-surface-{number:#x}"
    return [view for view in weston.views(label) if view[2] > 0]


def place(weston, number):
    """Where the surface of that number is, soon."""
    found = []

    def there():
        found[:] = views(weston, number)
        return found

    check(wait_until(there, 10, 0.05), f"no visible surface {number} among {weston.control('views')}")
    return found[0]


def rule(name, number):
    return f"[xen-connector]\nguest={name}\nshow-as=ivi\nivi-id={number}\n"


def expect_picture(weston, where, number):
    """The whole picture fills a place. Weston 10 takes no pictures under ivi-shell."""
    if version() >= 14:
        x, y, width, height = where
        # The shell's transformation blends the surface's edges with what is beside them.
        edges = [f"but={x},{y},1,{height}", f"but={x + width - 1},{y},1,{height}", f"but={x},{y},{width},1",
                 f"but={x},{y + height - 1},{width},1"]
        weston.expect(*edges, f"scaled={x},{y},{width},{height},XR24,{number},0,0,320,240,320,240")


@scenario("ivi")
def placed_by_the_controller(rig):
    """Two guests are surfaces of the controller's layout, as large as it wants; input finds its place in each."""
    weston = in_a_car(rig, rule("one", 7) + rule("two", 8))
    one = touched(rig, "one")
    # The surface gets the size of a tile of the layout, not that of its picture.
    check(wait_until(lambda: place(weston, 7)[2:] not in (SIZE, (0, 0)), 5), "surface 7 keeps the size of its picture")
    two = touched(rig, "two")
    two.picture(2, size=SIZE, cookie=2)
    check(wait_until(lambda: place(weston, 7)[:2] != place(weston, 8)[:2], 5), "surfaces 7 and 8 are at the same place")
    for guest, number in ((one, 7), (two, 8)):
        where = place(weston, number)
        expect_picture(weston, where, number - 6)
        x, y, width, height = where
        weston.seat(f"at {x + width // 2} {y + height // 2}")
        last_of(guest, f"@{width // 2 * 320 // width},{height // 2 * 240 // height}/0")
        click(weston, x + 5, y + 5)
        last_of(guest, f"+{LEFT}", f"-{LEFT}")
        weston.seat(f"key {KEY_A} 1", f"key {KEY_A} 0")
        expect(guest, "+30", "-30")
    one.destroy()
    check(wait_until(lambda: not views(weston, 7), 5), "the destroyed guest's surface stays")


@scenario("ivi")
def another_number(rig):
    """weston.ini is read again with another number for a running guest: it has that one, and then none."""
    weston = in_a_car(rig, rule("guest", 7))
    guest = rig.guest("guest", SMALL)
    guest.picture(1, size=SIZE)
    place(weston, 7)
    path = f"{weston.home}/weston.ini"
    with open(path) as file:
        text = file.read()
    for key, gone in (("ivi-id=9", 7), ("ivi-id=0", 9)):
        with open(path, "w") as file:
            file.write(text.replace("ivi-id=7", key))
        run(weston, "reload")
        if key == "ivi-id=9":
            place(weston, 9)
        else:
            check(wait_until(lambda: weston.views("guest-screen"), 5),
                  "with ivi-id=0 the screen is not placed on an output")
        check(not views(weston, gone), "the screen still has its old number, too")
    guest.flip(1)


@scenario("ivi")
def numbers_that_are_taken(rig):
    """A number that another guest's screen or another program's surface has: the screen is placed on an output."""
    weston = in_a_car(rig, rule("*", 7))
    rig.guest("first", SMALL).picture(1, size=SIZE)
    place(weston, 7)
    second = rig.guest("second", SMALL)
    second.picture(2, size=SIZE)
    weston.expect_log("second.*ivi-id=7 is the number of another surface: it is placed on an output")
    check(wait_until(lambda: weston.views("guest-screen"), 5), "the second guest's screen is not placed on an output")
    equal(len(views(weston, 7)), 1, "surfaces with the number 7")


@scenario("ivi")
def the_controllers_own_number(rig):
    """A rule gives a guest the number of the controller's background: it is placed on an output, and runs on."""
    weston = in_a_car(rig, rule("guest", 1001))
    guest = rig.guest("guest", SMALL)
    guest.picture(1, size=SIZE)
    weston.expect_log("ivi-id=1001 is the number of another surface")
    check(wait_until(lambda: weston.views("guest-screen"), 5), "the screen is not placed on an output")
    guest.buffer(2, *SIZE, picture=2)
    guest.flips(5, 2, 1)


@scenario("ivi")
def without_a_number_or_the_shell(rig):
    """show-as=ivi without ivi-id=, and under another shell, is a place on an output."""
    weston = in_a_car(rig, "[xen-connector]\nshow-as=ivi\n")
    guest = rig.guest("guest", SMALL)
    guest.picture(1, size=SIZE)
    check(wait_until(lambda: weston.views("guest-screen"), 5), "the screen is not placed on an output")
    guest.destroy()
    equal(weston.stop(), 0, "Weston's exit status")
    rig.westons.clear()
    weston = rig.weston(outputs=SCREEN, windows=True, config=rule("guest", 7))
    rig.guest("guest", SMALL).picture(1, size=SIZE)
    weston.expect("but=980,780,20,20", "scaled=0,25,1000,750,XR24,1,0,0,320,240,320,240")
    check("headless" in run(weston, "list"), "list does not show the screen on the output headless")
