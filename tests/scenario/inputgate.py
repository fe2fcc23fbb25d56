# SPDX-License-Identifier: MIT
"""Input only reaches the guest that it is meant for, and nothing stays pressed in a guest."""
from control import run, screens
from inputseat import (KEY_A, KEY_B, KEY_G, KEY_LEFTALT, KEY_LEFTCTRL, KEY_LEFTMETA, KEY_TAB, LEFT, RIGHT, SCREEN, SMALL,
                       START, TOUCHED, TWO, click, expect, last_of, said, seated, touched)
from rig.machine import wait_until
from rig.runner import check, equal, scenario
from rig.weston import SCALE, version

RELATIVE = {}


def hold_everything(weston, guest):
    """A key, a button and a finger are down."""
    click(weston, 100, 50)
    last_of(guest, f"-{LEFT}")
    weston.seat(f"key {KEY_A} 1", f"button {RIGHT} 1", "down 3 10 20")
    check(wait_until(lambda: guest.ok("kbd 0 held") == {"keys": f"{KEY_A},{RIGHT}", "fingers": 0}, 5),
          f"key, button and finger are not all held: {guest.ok('kbd 0 held')}")
    said(guest)


def expect_released(guest):
    check(wait_until(lambda: guest.send("kbd 0 held") == "ok keys= fingers=", 5),
          f"{guest.name} still holds something: {guest.send('kbd 0 held')}")


def clicks(locked):
    """A click. Weston 16.0's desktop-shell crashes at one while it is locked, also without guests."""
    return [] if locked and version() >= 16 else [f"button {LEFT} 1", f"button {LEFT} 0"]


def try_everything(weston, held, locked=False):
    """All that a seat can do, and what is held is let go of in the middle of it."""
    use = ["at 50 60", *clicks(locked), f"key {KEY_B} 1", f"key {KEY_B} 0", "wheel 1", "by 3 4", "down 5 70 80", "up 5"]
    let_go = ["drag 3 40 50", "up 3", f"button {RIGHT} 0", f"key {KEY_A} 0"] if held else []
    weston.seat(*use, *let_go, *use)


def expect_silence(weston, guest, what, held=True, locked=False):
    """Nothing of what a seat does now reaches the guest: the loop has turned since, and the guest is there."""
    said(guest)
    try_everything(weston, held, locked)
    weston.control("list")
    weston.check()
    equal(said(guest), [], f"input of {guest.name} {what}")


def expect_use(weston, guest):
    """The guest can be used."""
    click(weston, 100, 50)
    last_of(guest, f"-{LEFT}")
    weston.seat(f"key {KEY_B} 1", f"key {KEY_B} 0")
    expect(guest, f"+{KEY_B}", f"-{KEY_B}")
    weston.seat("down 1 10 20", "up 1")
    expect(guest, "down0@10,20", "syn", "up0", "syn")


@scenario("gate")
def session_is_locked(rig):
    """Everything is released as the session locks, whatever is held; behind the lock nothing passes."""
    weston, guest = seated(rig, shell_config="locking=true\n")
    hold_everything(weston, guest)
    weston.lock()
    expect_released(guest)
    expect_silence(weston, guest, "while the session was locked and the screen slept", locked=True)
    weston.control("wake")
    expect_silence(weston, guest, "while the session was locked", held=False, locked=True)
    weston.control("unlock")
    # The shell announces no unlocking: the module notices it when something is drawn, or the pointer moves.
    check(wait_until(lambda: (weston.seat("at 7 7"), said(guest)[-1:])[1] == ["@7,7/0"], 5),
          "the pointer does not reach the guest again")
    weston.expect("picture=0,0,320,240,XR24,1")
    expect_use(weston, guest)


@scenario("gate")
def display_is_off(rig):
    """The guest switches its display off: what is held is released, and nothing passes until it is on again."""
    weston, guest = seated(rig)
    hold_everything(weston, guest)
    guest.ok("config-off 0 0")
    expect_released(guest)
    expect_silence(weston, guest, "while its display was off")
    guest.show(1, 320, 240)
    weston.expect("picture=0,0,320,240,XR24,1")
    # The guest still has the keyboard focus.
    weston.seat(f"key {KEY_A} 1", f"key {KEY_A} 0")
    last_of(guest, f"+{KEY_A}", f"-{KEY_A}")
    expect_use(weston, guest)


@scenario("gate")
def output_goes(rig):
    """The guest's output is unplugged: what is held is released, and nothing passes."""
    weston = rig.weston(outputs=TWO, shell="kiosk", seat=True, config="[xen-connector]\noutput=second\n")
    guest = touched(rig)
    weston.expect("picture=320,0,320,240,XR24,1")
    click(weston, 420, 50)
    last_of(guest, f"-{LEFT}")
    weston.seat(f"key {KEY_A} 1", f"button {RIGHT} 1", "down 3 400 20")
    last_of(guest, f"+{RIGHT}", "down0@80,20", "syn")
    weston.control("output-off second")
    weston.expect("size=320x240")
    expect_released(guest)
    expect_silence(weston, guest, "while it had no output")
    weston.control("output-on second")
    weston.expect("picture=320,0,320,240,XR24,1")
    click(weston, 420, 50)
    last_of(guest, f"+{LEFT}", f"-{LEFT}")
    rig.baselines.pop(weston)


@scenario("gate")
def focus_goes_to_another_guest(rig):
    """A key is held while another guest is clicked: the first one is told of its release, the second of nothing."""
    weston = rig.weston(outputs=TWO, shell="kiosk", seat=True)
    left, right = touched(rig, "left"), touched(rig, "right")
    weston.expect("picture=0,0,320,240,XR24,1", "picture=320,0,320,240,XR24,1")
    click(weston, 100, 50)
    last_of(left, f"-{LEFT}")
    weston.seat(f"key {KEY_A} 1")
    expect(left, f"+{KEY_A}")
    click(weston, 420, 50)
    expect_released(left)
    last_of(right, f"+{LEFT}", f"-{LEFT}")
    weston.seat(f"key {KEY_A} 0", f"key {KEY_B} 1", f"key {KEY_B} 0")
    expect(right, f"+{KEY_B}", f"-{KEY_B}")
    equal(said(left), [f"-{KEY_A}"], "input of the first guest after the click on the second")


@scenario("gate")
def devices_of_the_host_are_unplugged(rig):
    """Keyboard, pointer and touch screen go while something is held; they work when they are there again."""
    weston, guest = seated(rig)
    hold_everything(weston, guest)
    for device in ("keyboard", "pointer", "touch"):
        weston.seat(f"unplug {device}")
    expect_released(guest)
    for device in ("keyboard", "pointer", "touch"):
        weston.seat(f"plug {device}")
    # A client gets its wl_pointer some time after the seat has a pointer, and no clicks until then.
    weston.seat("at 60 50")
    last_of(guest, "@60,50/0")
    expect_use(weston, guest)


@scenario("gate")
def another_terminal(rig):
    """The user switches to another virtual terminal with something held, and back."""
    weston, guest = seated(rig)
    hold_everything(weston, guest)
    weston.seat("away")
    expect_released(guest)
    expect_silence(weston, guest, "while another terminal was in front")
    weston.seat("back")
    expect_use(weston, guest)


@scenario("gate")
def weston_ends(rig):
    """At Weston's end everything is released; after a kill -9 the next Weston does it."""
    weston, guest = seated(rig)
    hold_everything(weston, guest)
    equal(weston.stop(), 0, "Weston's exit status")
    expect_released(guest)
    weston = rig.weston(outputs=SCREEN, seat=True)
    show_again(rig, weston, guest)
    hold_everything(weston, guest)
    weston.kill()
    equal(guest.ok("kbd 0 held")["keys"], f"{KEY_A},{RIGHT}", "held after kill -9 of Weston, which releases nothing")
    weston = rig.weston(outputs=SCREEN, seat=True)
    expect_released(guest)
    show_again(rig, weston, guest)
    expect_use(weston, guest)


def show_again(rig, weston, guest):
    """Its display, whose driver does not follow by itself, is connected anew."""
    guest.ok("forget 0")
    guest.ok("state 0 1")
    check(rig.machine.tools.wait_backend(guest.domid, 0, 2), "the display's backend does not return to InitWait")
    guest.connect()
    guest.picture(1, size=(320, 240))
    weston.expect("picture=0,0,320,240,XR24,1")


@scenario("gate")
def device_goes(rig):
    """xl vkb-detach with something held, and another device that takes over."""
    weston, guest = seated(rig)
    hold_everything(weston, guest)
    check(rig.machine.tools.detach(guest.domid, 0, kind="vkb"), "the detached device's backend does not go to Closed")
    guest.ok("kbd 0 read")
    expect_released(guest)
    guest.ok("kbd 0 remove")
    try_everything(weston, held=True)
    guest.attach_input(1, **TOUCHED)
    guest.ok("kbd 1 connect wait")
    expect_use(weston, guest)


@scenario("gate")
def parts_that_weston_ini_denies(rig):
    """input= of a screen: keyboard, pointer (with touch), none; a second device makes no difference."""
    for rule, keys, pointer in (("keyboard", True, False), ("pointer", False, True), ("none", False, False)):
        weston = rig.weston(outputs=SCREEN, seat=True, config=f"[xen-connector]\ninput={rule}\n")
        guest = touched(rig, rule)
        weston.expect(START, "picture=0,0,320,240,XR24,1")
        click(weston, 100, 50)
        # The guest gets the keyboard only when the module's own client has received the click.
        check(not keys or wait_until(lambda: weston.seat("dump")["keyboard"] == "guest-screen", 5 * SCALE),
              f"a click does not give the guest the keyboard focus with input={rule}")
        weston.seat(f"key {KEY_A} 1", f"key {KEY_A} 0", "down 0 9 9", "up 0")
        weston.control("list")
        weston.check()
        told = said(guest)
        equal(f"+{KEY_A}" in told, keys, f"whether keys reach the guest with input={rule}")
        equal(any(word[0] == "@" for word in told), pointer, f"whether positions reach the guest with input={rule}")
        equal(f"+{LEFT}" in told, pointer, f"whether buttons reach the guest with input={rule}")
        equal(any(word.startswith("down") for word in told), pointer,
              f"whether touches reach the guest with input={rule}")
        guest.destroy()
        equal(weston.stop(), 0, "Weston's exit status")


@scenario("gate")
def pointer_without_positions(rig):
    """A guest that knows motion alone: a click locks the pointer to its screen, a lock of the session frees it."""
    weston, guest = seated(rig, shell_config="locking=true\n", inputs=(RELATIVE,), first=())
    weston.seat("by 3 4")
    equal(said(guest), [], "input from motion before the pointer is locked to the screen")
    click(weston, 100, 50)
    check(wait_until(lambda: weston.seat("dump")["pointer-grab"] == 1, 5), "a click does not lock the pointer")
    check(wait_until(lambda: weston.seat("dump")["cursor"] == 0, 5), "the host's cursor is not hidden")
    equal(said(guest), [], "input from the click that locks the pointer")
    weston.seat("by 7 -9", f"button {LEFT} 1", f"button {LEFT} 0", "wheel 1")
    expect(guest, "by7,-9/0", f"+{LEFT}", f"-{LEFT}", "by0,0/-1")
    weston.seat(f"button {LEFT} 1", f"key {KEY_A} 1")
    expect(guest, f"+{LEFT}", f"+{KEY_A}")
    weston.lock()
    check(wait_until(lambda: guest.ok("kbd 0 held")["keys"] == "", 5),
          "the guest still holds something behind the lock")
    said(guest)
    weston.seat("by 10 10", f"button {LEFT} 0", f"key {KEY_A} 0")
    weston.control("wake")
    weston.seat("by 10 10", *clicks(locked=True))
    weston.check()
    equal(said(guest), [], "input while the session was locked")
    weston.control("unlock")
    check(wait_until(lambda: weston.seat("by 1 1", "dump")["pointer"] == "guest-screen", 5),
          "the guest's screen does not get the pointer again after unlocking")
    weston.check()
    equal(said(guest), [], "input from motion after unlocking, before the next click")
    click(weston, 100, 50)
    check(wait_until(lambda: weston.seat("dump")["pointer-grab"] == 1, 5), "a click does not lock the pointer again")
    weston.seat("by 5 6")
    expect(guest, "by5,6/0")


def press_grab_key(weston):
    weston.seat(f"key {KEY_LEFTCTRL} 1", f"key {KEY_LEFTALT} 1", f"key {KEY_G} 1")
    weston.seat(f"key {KEY_G} 0", f"key {KEY_LEFTALT} 0", f"key {KEY_LEFTCTRL} 0")


def is_grabbed(weston):
    return weston.seat("dump")["keyboard-grab"] == 1


def expect_grab(weston, grabbed):
    check(wait_until(lambda: is_grabbed(weston) == grabbed, 5),
          "the keyboard is still grabbed" if not grabbed else "the keyboard is not grabbed")


@scenario("gate")
def grab(rig):
    """The grab takes the shell's own keys and keeps the pointer; it rests while Ctrl and Alt are down; the key ends it."""
    weston = rig.weston(outputs=TWO, shell="desktop", seat=True)
    guest = touched(rig)
    weston.expect("picture=0,0,320,240,XR24,1")
    click(weston, 100, 50)
    last_of(guest, f"-{LEFT}")
    press_grab_key(weston)
    expect_grab(weston, True)
    weston.expect_log("all keys are its own until grab-key")
    check(f"+{KEY_G}" not in said(guest), "the guest got the key of the grab combination")
    # Super+Tab, a binding of the shell, of which the guest gets nothing without a grab.
    weston.seat(f"key {KEY_LEFTMETA} 1", f"key {KEY_TAB} 1", f"key {KEY_TAB} 0", f"key {KEY_LEFTMETA} 0")
    expect(guest, f"+{KEY_LEFTMETA}", f"+{KEY_TAB}", f"-{KEY_TAB}", f"-{KEY_LEFTMETA}")
    # The pointer cannot leave the screen.
    weston.seat("by 300 0")
    last_of(guest, "@319,50/0")
    weston.seat(f"key {KEY_LEFTCTRL} 1", f"key {KEY_LEFTALT} 1")
    expect_grab(weston, False)
    last_of(guest, f"+{KEY_LEFTCTRL}", f"+{KEY_LEFTALT}")
    weston.seat(f"key {KEY_LEFTALT} 0")
    expect_grab(weston, True)
    weston.seat(f"key {KEY_LEFTCTRL} 0")
    press_grab_key(weston)
    expect_grab(weston, False)
    check(wait_until(lambda: guest.send("kbd 0 held") == "ok keys= fingers=", 5),
          "the guest still holds something after the grab")
    said(guest)
    weston.seat("by 300 0")
    check(wait_until(lambda: weston.seat("dump")["pointer"] != "guest-screen", 5),
          "the pointer cannot leave the screen after the grab")
    expect_grab(weston, False)


BORDER = 4


def border_of(x, y, width, height, color):
    """Checks that a border is inside of a place's edges."""
    return [f"solid={x},{y},{width},{BORDER},{color}", f"solid={x},{y + height - BORDER},{width},{BORDER},{color}",
            f"solid={x},{y},{BORDER},{height},{color}", f"solid={x + width - BORDER},{y},{BORDER},{height},{color}"]


def inside_of(x, y, width, height, number):
    """The check that a picture of that size has nothing else in front of it than a border."""
    return (f"picture={x + BORDER},{y + BORDER},{width - 2 * BORDER},{height - 2 * BORDER},XR24,{number},"
            f"{BORDER},{BORDER},{width},{height}")


def expect_lock_alone(weston, area):
    """Behind a lock a part of the screen is as the shell makes it: black, or its background."""
    check(wait_until(lambda: any(not weston.check(f"solid={area},{color}") for color in ("000000", "303030")), 5, 0.1),
          f"behind the lock the screen is neither black nor the background at {area}")


GRABBED_COLOR = "[xen-guest]\nname=guest\ncolor=#336699\n"


@scenario("gate")
def grab_is_seen(rig):
    """A grabbed screen has a border in its guest's colour, which follows it, and takes no clicks from it."""
    weston = rig.weston(outputs=(("headless", 640, 480),), seat=True,
                        config=GRABBED_COLOR + "[xen-connector]\nguest=guest\nwidth=320\nheight=240\n"
                        "[xen-connector]\nguest=front\nx=300\ny=20\nwidth=64\nheight=48\nz=1\n")
    guest = touched(rig)
    rig.guest("front", "64x48").picture(2, size=(64, 48))
    in_front = ["picture=300,20,64,48,XR24,2", "but=300,20,64,48"]
    weston.seat("at 600 400")
    place = 0, 0, 320, 240
    weston.expect(*in_front, "picture=0,0,320,240,XR24,1")
    click(weston, 100, 50)
    last_of(guest, f"-{LEFT}")
    press_grab_key(weston)
    expect_grab(weston, True)
    weston.expect(*in_front, *border_of(*place, "336699"), inside_of(*place, 1))
    guest.buffer(3, 320, 240, picture=3)
    guest.flip(3)
    weston.expect(*in_front, *border_of(*place, "336699"), inside_of(*place, 3))
    click(weston, 1, 1)
    last_of(guest, f"+{LEFT}", f"-{LEFT}")
    check(is_grabbed(weston), "a click on the border has ended the grab")
    run(weston, "place", "guest", "--rect", "100,200,320x240")
    guest.flip(1)
    place = 100, 200, 320, 240
    weston.expect(*border_of(*place, "336699"), inside_of(*place, 1), "but=100,200,320,240", *in_front,
                  # Some versions of Weston leave the cursor there.
                  "but=0,0,40,40", "solid=0,0,640,480,303030")
    guest.ok("config-off 0 0")
    weston.seat("at 600 400")
    weston.expect(*in_front, "but=590,390,40,40", "solid=0,0,640,480,303030")
    guest.show(1, 320, 240)
    weston.expect("picture=100,200,320,240,XR24,1")


@scenario("gate")
def motion_while_a_grabbed_screen_goes(rig):
    """The pointer moves at the moment when a grabbed screen is placed elsewhere, hidden, or dark: Weston runs on."""
    weston, guest = seated(rig)
    moves = ["at 200 150", "at 100 50"]

    def grab_again():
        weston.expect("picture=0,0,320,240,XR24,1")
        weston.seat("at 90 50")
        last_of(guest, "@90,50/0")
        click(weston, 100, 50)
        last_of(guest, f"-{LEFT}")
        press_grab_key(weston)
        expect_grab(weston, True)
        check(wait_until(lambda: weston.seat("dump")["pointer-grab"] == 1, 5), "the grab does not keep the pointer")

    for _ in range(3):
        grab_again()
        guest.send("config-off 0 0")
        for _ in range(10):
            weston.seat(*moves)
        weston.expect("but=60,20,100,100", "solid=0,0,320,240,303030")
        guest.show(1, 320, 240)
        grab_again()
        run(weston, "place", "guest", "--rect", "0,0,300x200")
        for _ in range(10):
            weston.seat(*moves)
        run(weston, "hide", "guest")
        for _ in range(10):
            weston.seat(*moves)
        run(weston, "show", "guest")
        run(weston, "reset", "guest")


@scenario("gate")
def border_goes_with_the_grab(rig):
    """The border goes when the key is pressed again, when the session locks, and with the guest, whose picture stays."""
    weston, guest = seated(rig, shell_config="locking=true\n", config=GRABBED_COLOR + "keep-picture=true\n")
    place = 0, 0, 320, 240

    def grab_again():
        weston.seat("at 90 50")
        last_of(guest, "@90,50/0")
        click(weston, 100, 50)
        last_of(guest, f"-{LEFT}")
        press_grab_key(weston)
        weston.expect(*border_of(*place, "336699"), inside_of(*place, 1))

    grab_again()
    press_grab_key(weston)
    weston.expect("picture=0,0,320,240,XR24,1")
    grab_again()
    weston.lock()
    weston.control("wake")
    expect_lock_alone(weston, "0,0,320,4")
    weston.control("unlock")
    weston.expect("picture=0,0,320,240,XR24,1")
    grab_again()
    guest.destroy()
    weston.expect("picture=0,0,320,240,XR24,1")
    expect_grab(weston, False)
    # When the guest returns, its kept picture goes.
    rig.guest("guest", SMALL)
    weston.expect("but=90,40,40,40", "solid=0,0,320,240,303030")


@scenario("gate")
def grab_by_command(rig):
    """xen-displayctl grab: all keys of a seat go to a guest that nobody has clicked, to another one, and back."""
    weston = rig.weston(outputs=TWO, shell="kiosk", seat=True)
    left, right = touched(rig, "left"), touched(rig, "right")
    weston.expect("picture=0,0,320,240,XR24,1", "picture=320,0,320,240,XR24,1")
    check("would succeed" in run(weston, "grab", "left", "--dry-run"),
          "a dry run does not say that the grab would succeed")
    check(not is_grabbed(weston), "a dry run has grabbed the keyboard")
    for guest, other in ((left, right), (right, left)):
        run(weston, "grab", guest.name)
        expect_grab(weston, True)
        equal([screens(weston)[f"{name}:0.0"]["input"]["grab"] for name in (guest.name, other.name)], [True, False],
              "which screens are listed as grabbed")
        weston.seat(f"key {KEY_LEFTMETA} 1", f"key {KEY_TAB} 1", f"key {KEY_TAB} 0", f"key {KEY_LEFTMETA} 0")
        last_of(guest, f"+{KEY_LEFTMETA}", f"+{KEY_TAB}", f"-{KEY_TAB}", f"-{KEY_LEFTMETA}")
        check(not any(word.startswith("+") for word in said(other)), "the other guest got the grabbing guest's keys")
    run(weston, "grab", "left", "--release")
    check(is_grabbed(weston), "releasing one screen has ended another screen's grab")
    run(weston, "grab", "right", "--release")
    expect_grab(weston, False)
    check(not screens(weston)["right:0.0"]["input"]["grab"], "the screen is still listed as grabbed after its release")
    run(weston, "grab", "right")
    expect_grab(weston, True)
    press_grab_key(weston)
    expect_grab(weston, False)


@scenario("gate")
def grab_by_command_is_refused(rig):
    """Where no key could come from, or reach the guest, the command says why; nothing is grabbed."""
    weston = rig.weston(outputs=SCREEN, seat=True, config="[xen-connector]\nguest=mute\ninput=pointer\n")
    guest = touched(rig)
    weston.expect(START, "picture=0,0,320,240,XR24,1")
    run(weston, "hide", "guest")
    check("no keys" in run(weston, "grab", "guest", code=1), "the refusal for a hidden screen does not name the reason")
    run(weston, "show", "guest")
    weston.seat("unplug keyboard")
    check("no seat of this Weston has a keyboard" in run(weston, "grab", "guest", code=1),
          "the refusal without a keyboard does not name the reason")
    weston.seat("plug keyboard")
    touched(rig, "mute")
    check("its guest has no keyboard" in run(weston, "grab", "mute", code=1),
          "the refusal with input=pointer does not name the reason")
    check(not is_grabbed(weston), "the keyboard is grabbed although the command was refused")


@scenario("gate")
def grab_ends_with_what_it_is_for(rig):
    """A lock of the session, the end of the guest's display, of its device or of the host's keyboard ends a grab."""
    weston, guest = seated(rig, shell_config="locking=true\n")

    def grab_again():
        click(weston, 100, 50)
        last_of(guest, f"-{LEFT}")
        press_grab_key(weston)
        expect_grab(weston, True)
        weston.seat(f"key {KEY_A} 1")
        last_of(guest, f"+{KEY_A}")

    grab_again()
    guest.ok("config-off 0 0")
    expect_released(guest)
    weston.seat(f"key {KEY_A} 0", f"key {KEY_B} 1", f"key {KEY_B} 0")
    expect_grab(weston, False)
    equal(said(guest), [f"-{KEY_A}"], "input of the guest after its display was switched off")
    guest.show(1, 320, 240)
    weston.expect("picture=0,0,320,240,XR24,1")
    grab_again()
    weston.seat("unplug keyboard")
    expect_released(guest)
    weston.seat("plug keyboard", f"key {KEY_A} 0")
    expect_grab(weston, False)
    grab_again()
    weston.seat("away")
    expect_released(guest)
    weston.seat(f"key {KEY_A} 0", "back")
    expect_grab(weston, False)
    grab_again()
    guest.ok("kbd 0 remove")
    expect_grab(weston, False)
    weston.seat(f"key {KEY_A} 0")
    check(rig.machine.tools.wait_backend(guest.domid, 0, 2, kind="vkb"), "the backend does not return to InitWait")
    guest.ok("kbd 0 connect wait")
    grab_again()
    weston.lock()
    expect_released(guest)
    said(guest)
    weston.seat(f"key {KEY_A} 0", f"key {KEY_B} 1", f"key {KEY_B} 0")
    expect_grab(weston, False)
    weston.control("wake")
    weston.seat(f"key {KEY_B} 1", f"key {KEY_B} 0")
    weston.check()
    equal(said(guest), [], "input of the guest behind the lock")
