# SPDX-License-Identifier: MIT
"""Checks of input, from a device of the emulated machine to the guest's /dev/input/event*: through QEMU's keyboard,
tablet and mouse or a touch screen of dom0's kernel, libinput, Weston, the module and xen-kbdfront. checks.py says when
they run; tests/xen/inputlog.c logs what arrives."""

import re

from person import at, button, by, key
from report import need
from stage import Failed

EV_KEY, EV_REL, EV_ABS = 1, 2, 3
ABS_X, ABS_Y, REL_X, REL_Y, REL_WHEEL, KEY_A, KEY_LEFTSHIFT, BTN_LEFT = 0, 1, 0, 1, 8, 30, 42, 0x110
BTN_RIGHT, KEY_LEFTCTRL = BTN_LEFT + 1, 29
CLICK = [button("left", True)], [button("left", False)]
TYPE_A = [key("a", True)], [key("a", False)]
ABS_MT_SLOT, ABS_MT_X, ABS_MT_Y, ABS_MT_ID = 47, 53, 54, 57
KEYBOARD, POINTER, TOUCH = "Xen-Virtual-Keyboard", "Xen-Virtual-Pointer", "Xen-Virtual-Multi-touch"
# the display adapter that qemu.py's mouse belongs to
MOUSE = "screen"
# A point on the guest's second screen; a point where desktop-shell's lock screen is unlocked, an area where it shows
# only its background, and that colour.
SECOND, UNLOCK, BESIDE_LOCK, BACKGROUND = (800, 200), (512, 384), (0, 0, 200, 200), "#204060"


def events_since(stage, start):
    """Returns [(device, type, code, value)] without the EV_SYN events."""
    found = re.findall(r"input: (\S+) (\d+) (\d+) (-?\d+)", stage.guest_text()[start:])
    return [(name, *map(int, numbers)) for name, *numbers in found if numbers[0] != "0"]


def send(stage, *groups):
    """Sends the groups one by one, relative motion by the mouse and all else by keyboard and tablet."""
    for group in groups:
        stage.machine.send_input(group, MOUSE if group[0]["type"] == "rel" else None)


def wait_for_event(stage, start, *event):
    stage.machine.wait_for(f"{event} in the guest", lambda: event in events_since(stage, start), 60)


def expect_events(stage, wanted, *groups):
    """Sends groups of events to the machine; the guest must get exactly the wanted events."""
    start = len(stage.guest_text())
    send(stage, *groups)
    try:
        stage.machine.wait_for("the guest's input", lambda: len(events_since(stage, start)) >= len(wanted), 60)
    finally:
        got = events_since(stage, start)
    if got != wanted:
        raise Failed(f"the guest got {got}, expected {wanted}")


def last_position(stage, x, y):
    """Moves the pointer there; returns the last position that the guest got, by axis."""
    start = len(stage.guest_text())
    stage.machine.send_input(at(x, y))

    def place():
        events = events_since(stage, start)
        ended = f"input: {POINTER} 0 0 0" in stage.guest_text()[start:]
        return ended and {code: value for name, kind, code, value in events if name == POINTER and kind == EV_ABS}

    stage.machine.wait_for("a position in the guest", place, 60)
    return place()


def typed(code):
    return [(KEYBOARD, EV_KEY, code, 1), (KEYBOARD, EV_KEY, code, 0)]


def click_and_type(stage):
    expect_events(stage, [(POINTER, EV_KEY, BTN_LEFT, 1), (POINTER, EV_KEY, BTN_LEFT, 0)], *CLICK)
    expect_events(stage, typed(KEY_A), *TYPE_A)


def input_connects(stage):
    """A guest with vkb devices: its driver has a keyboard, a pointer and a touch screen with the ranges given to xl."""
    stage.destroy_guest()
    stage.start_weston("drm")
    stage.standing.add("Weston")
    stage.create_guest("guest-input.cfg")
    stage.machine.wait_for_text(stage.weston_log, "vkb 0: connected: keyboard, pointer 640x480, touch 640x480 with 5", 60)
    for name in (KEYBOARD, POINTER, "Xen-Virtual-Multi-touch"):
        stage.wait_for_guest(f"input: {name} appears", 0)
    stage.machine.wait_for_text(stage.weston_log, "vkb 1: connected: keyboard, relative pointer", 60)
    stage.guest("show 1")
    stage.standing.add("input")


def input_positions(stage):
    """The tablet at the four corners and the centre of the guest's screen gives the guest exactly these positions."""
    need(stage, "input")
    last_position(stage, 100, 100)
    for x, y in ((0, 0), (639, 0), (0, 479), (639, 479), (320, 240)):
        # An axis that has not changed is not sent again.
        last_position(stage, 321 if x != 321 else 5, 241)
        got = last_position(stage, x, y)
        if got != {ABS_X: x, ABS_Y: y}:
            raise Failed(f"at {x},{y} the guest has {got}")


def input_keys(stage):
    """A click gives the guest the keyboard focus: each transition arrives, and nothing else."""
    need(stage, "input")
    click_and_type(stage)
    expect_events(stage, [(KEYBOARD, EV_KEY, KEY_LEFTSHIFT, 1), *typed(KEY_A), (KEYBOARD, EV_KEY, KEY_LEFTSHIFT, 0)],
                  [key("shift", True)], [key("a", True)], [key("a", False)], [key("shift", False)])


def input_wheel(stage):
    """Turning the wheel reaches the guest."""
    need(stage, "input")
    for name, value in (("wheel-up", 1), ("wheel-down", -1)):
        expect_events(stage, [(POINTER, EV_REL, REL_WHEEL, value)], [button(name, True)], [button(name, False)])


def locks_the_pointer(stage):
    """Clicks on the second screen, which the guest is not told of; waits until it gets the mouse's motion."""
    start = len(stage.guest_text())
    send(stage, at(*SECOND), *CLICK)

    def has_moved():
        send(stage, by(1, 0))
        return (POINTER, EV_REL, REL_X, 1) in events_since(stage, start)

    stage.machine.wait_for("motion in the guest", has_moved, 60)
    # a click marks the end of that motion
    send(stage, *CLICK)
    wait_for_event(stage, start, POINTER, EV_KEY, BTN_LEFT, 0)
    others = [event for event in events_since(stage, start) if event != (POINTER, EV_REL, REL_X, 1)]
    if others != [(POINTER, EV_KEY, BTN_LEFT, 1), (POINTER, EV_KEY, BTN_LEFT, 0)]:
        raise Failed(f"expected one click besides motion, the guest got {others}")


def input_relative(stage):
    """A screen with a relative pointer: a click locks the pointer to it, Ctrl+Alt+G releases it."""
    need(stage, "input")
    locks_the_pointer(stage)
    # further than the screen is wide
    expect_events(stage, [(POINTER, EV_REL, REL_X, 3000), (POINTER, EV_REL, REL_Y, -7)], by(3000, -7))
    click = [button("right", True)], [button("right", False)]
    expect_events(stage, [(POINTER, EV_KEY, BTN_RIGHT, 1), (POINTER, EV_KEY, BTN_RIGHT, 0)], *click)
    start = len(stage.guest_text())
    chord = "ctrl", "alt", "g"
    send(stage, *([key(name, True)] for name in chord), *([key(name, False)] for name in reversed(chord)))
    wait_for_event(stage, start, KEYBOARD, EV_KEY, KEY_LEFTCTRL, 0)
    send(stage, by(5, 5))
    # the next motion that the guest gets must be that after the next click
    locks_the_pointer(stage)
    if (POINTER, EV_REL, REL_X, 5) in events_since(stage, start):
        raise Failed("the guest got motion after Ctrl+Alt+G")


def restart_weston(stage, kind, input_devices=(0, 1)):
    """Restarts Weston; waits until the guest's screens and input are connected again. Two motions give Weston's seat a
    pointer: the first one creates it, and a click sent with that would be lost."""
    stage.restart_weston("TERM", kind)
    send(stage, at(5, 5))
    send(stage, at(4, 4))
    for device in ("vdispl 0", *(f"vkb {number}" for number in input_devices)):
        stage.machine.wait_for_text(stage.weston_log, f"{device}: connected", 60)


def restart_weston_under_kmsguest(stage, kind):
    """The same; also waits until kmsguest has opened the screen again."""
    before = len(stage.guest_text())
    restart_weston(stage, kind)
    stage.wait_for_guest(r"kmsguest: device \d+ opened", before)


def screen_power(stage, word):
    """Waits until the screen is "On", or "Off" as after desktop-shell has locked."""
    stage.dom0(f"until grep -q {word} /sys/class/drm/card*-Virtual-1/dpms; do sleep 0.2; done", 120)


def input_locked(stage):
    """The session locks: nothing typed or clicked reaches the guest. Once unlocked, it does again."""
    need(stage, "input")
    restart_weston_under_kmsguest(stage, "lock")
    stage.guest("show 5")
    screen_power(stage, "Off")
    start = len(stage.guest_text())
    send(stage, *TYPE_A)
    screen_power(stage, "On")
    send(stage, at(30, 30), *CLICK, *TYPE_A)
    stage.expect({BESIDE_LOCK: BACKGROUND}, (stage.screendump,))
    stage.guest("list")
    if told := events_since(stage, start):
        raise Failed(f"behind the lock screen the guest got {told}")

    def is_unlocked():
        send(stage, at(*UNLOCK), *CLICK)
        return not stage.difference(stage.screendump(), (0, 0, 640, 480), 5)

    stage.machine.wait_for("the guest's picture", is_unlocked, 60)
    last_position(stage, 100, 100)
    click_and_type(stage)


def input_outside(stage):
    """Motion and clicks beside the guest's screen do not reach the guest."""
    need(stage, "input")
    stage.machine.send_input(at(900, 700))
    start = len(stage.guest_text())
    stage.machine.send_input(at(901, 700))
    stage.machine.send_input([button("left", True)])
    stage.machine.send_input([button("left", False)])
    stage.guest("list")
    told = [event for event in events_since(stage, start) if event[0] == POINTER]
    if told:
        raise Failed(f"the pointer was beside the guest's screen, the guest got {told}")
    last_position(stage, 100, 100)


def input_after_a_kill(stage):
    """Weston is killed with a key down: the next Weston releases it, takes over the page, and input goes on."""
    need(stage, "input")
    click_and_type(stage)
    expect_events(stage, [(KEYBOARD, EV_KEY, KEY_A, 1)], [key("a", True)])
    start = len(stage.guest_text())
    stage.restart_weston("KILL", "drm")
    stage.machine.wait_for("the release", lambda: (KEYBOARD, EV_KEY, KEY_A, 0) in events_since(stage, start), 60)
    stage.machine.send_input([key("a", False)])
    # The guest's screen has become a new device.
    stage.wait_for_guest(r"kmsguest: device \d+ opened", start)
    stage.guest("show 2")
    # Not the pointer's current position: only changes are sent.
    last_position(stage, 200, 150)
    click_and_type(stage)


def input_of_another_domain(stage):
    """The guest is destroyed and created again: the new domain gets the input."""
    need(stage, "input")
    stage.destroy_guest()
    stage.create_guest("guest-input.cfg")
    stage.wait_for_guest(f"input: {KEYBOARD} appears", 0)
    stage.guest("show 3")
    last_position(stage, 300, 250)
    click_and_type(stage)


def touches_since(stage, start):
    """Returns [(finger, x, y)], the changes with each EV_SYN; x and y are None if the finger was lifted."""
    places, changed, told, finger = {}, set(), [], 0
    for name, *numbers in re.findall(r"input: (\S+) (\d+) (\d+) (-?\d+)", stage.guest_text()[start:]):
        kind, code, value = map(int, numbers)
        if name != TOUCH:
            continue
        if kind == EV_ABS and code == ABS_MT_SLOT:
            finger = value
        elif kind == EV_ABS and code in (ABS_MT_ID, ABS_MT_X, ABS_MT_Y):
            if code == ABS_MT_ID and value < 0:
                places[finger] = {}
            elif code != ABS_MT_ID:
                places.setdefault(finger, {})[code] = value
            changed.add(finger)
        elif kind == 0:
            told += [(one, places[one].get(ABS_MT_X), places[one].get(ABS_MT_Y)) for one in sorted(changed)]
            changed.clear()
    return told


def touch(stage, line, wanted):
    """Moves a finger; the guest must get exactly the wanted change."""
    start = len(stage.guest_text())
    stage.dom0(f"echo {line} >/tmp/touch")
    stage.machine.wait_for("a touch in the guest", lambda: touches_since(stage, start), 60)
    got = touches_since(stage, start)
    if got != [wanted]:
        raise Failed(f"{line}: the guest got {got}, expected {wanted}")


def input_touch(stage):
    """Two fingers on a touch screen of dom0 reach the guest."""
    need(stage, "input")
    stage.dom0("mkfifo /tmp/touch; setsid /share/touchscreen <>/tmp/touch >/share/log/touchscreen.log 2>&1 &"
               " echo $! >/tmp/touch.pid")
    stage.machine.wait_for_text(stage.weston_log, "rig touch screen", 60)
    touch(stage, "down 0 10 20", (0, 10, 20))
    touch(stage, "down 1 630 470", (1, 630, 470))
    touch(stage, "move 0 320 240", (0, 320, 240))
    touch(stage, "up 0", (0, None, None))
    touch(stage, "up 1", (1, None, None))
    stage.dom0("kill $(cat /tmp/touch.pid)")


def input_ends(stage):
    """The guest, whose kernel has not died, is destroyed; nothing is left of its input device."""
    need(stage, "input")
    stage.expect_alive()
    stage.destroy_guest()
    stage.expect_no_guest()
    left = stage.dom0("xenstore-ls /local/domain/0/backend/vinput 2>/dev/null || true")
    if left.strip():
        raise Failed(f"left behind: {left.strip()}")
    stage.machine.wait_for_text(stage.weston_log, "vkb 0: disconnected after", 60)
    stage.stop_weston("TERM")
    stage.expect_no_crash()


ALL = (input_connects, input_positions, input_keys, input_wheel, input_outside, input_after_a_kill,
       input_of_another_domain, input_touch, input_relative, input_locked)
