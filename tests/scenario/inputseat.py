# SPDX-License-Identifier: MIT
"""From the seats of the desktop to guests: who gets which key, motion and touch, and where in its picture."""
from driverdomain import weston_in_driver_domain
from rig.guest import Failure
from rig.machine import wait_until
from rig.runner import check, equal, scenario, skip_without_dmabuf

SIZE = (320, 240)
SMALL = "320x240"
SCREEN = (("headless", 320, 240),)
TWO = (("headless", 320, 240), ("second", 320, 240))
TOUCHED = {"feature_abs_pointer": 1, "width": 320, "height": 240, "feature_multi_touch": 1,
           "multi_touch_width": 320, "multi_touch_height": 240, "multi_touch_num_contacts": 5}
LEFT, RIGHT, MIDDLE, SIDE, EXTRA, TASK = 0x110, 0x111, 0x112, 0x113, 0x114, 0x117
KEY_A, KEY_B, KEY_LEFTCTRL, KEY_LEFTALT, KEY_G, KEY_LEFTMETA, KEY_TAB = 30, 48, 29, 56, 34, 125, 15
KEY_F = 33


# Leaves out the host's cursor at its first place, where it is visible over a guest that has no pointer of its own.
START = "but=90,90,40,40"


def touched(rig, name="guest", resolution=SMALL, size=SIZE, inputs=(TOUCHED,), **options):
    """A guest with a picture and connected input devices."""
    guest = rig.guest(name, resolution, inputs=inputs, **options)
    for device in range(len(inputs)):
        guest.ok(f"kbd {device} connect wait")
    guest.picture(1, size=size)
    return guest


def said(guest):
    """What its input devices have been told since the last time, as short words; in the order in which it came."""
    guest.ok("xs-read domid")
    words = []
    rest = []
    for when, line in guest.events:
        kind, *pairs = line.split()
        if kind not in ("key", "pos", "rel", "touch", "syn", "oops"):
            rest.append((when, line))
            continue
        values = dict(pair.split("=") for pair in pairs)
        if kind == "oops":
            raise Failure(f"the guest's driver would have crashed: {values['why']}")
        if kind == "key":
            words.append(f"{'-+*'[int(values['value'])]}{values['code']}")
        elif kind in ("pos", "rel"):
            words.append(f"{'@' if kind == 'pos' else 'by'}{values['x']},{values['y']}/{values['wheel']}")
        elif kind == "touch":
            words.append({"down": "down{id}@{x},{y}", "motion": "drag{id}@{x},{y}", "up": "up{id}"}[values["what"]]
                         .format(**values))
        else:
            words.append("syn")
    guest.events[:] = rest
    return words


def expect(guest, *wanted, timeout=5):
    """Exactly these, now or soon."""
    got = []

    def there():
        got.extend(said(guest))
        return len(got) >= len(wanted)

    wait_until(there, timeout, 0.02)
    equal(" ".join(got), " ".join(wanted), f"the input that {guest.name} got")


def last_of(guest, *wanted, timeout=5):
    """The last of what it is told, soon; returns all of it."""
    got = []

    def there():
        got.extend(said(guest))
        return got[-len(wanted):] == list(wanted)

    check(wait_until(there, timeout, 0.02),
          f"{guest.name} got the input {' '.join(got)}; expected {' '.join(wanted)} at its end")
    return got


def seated(rig, shell_config="", first=("@5,5/0",), config="", **options):
    """A Weston with a seat, and a guest that fills its screen, has the pointer on it and knows so by `first`."""
    weston = rig.weston(outputs=SCREEN, seat=True, shell_config=shell_config, config=config)
    guest = touched(rig, **options)
    weston.expect(START, "picture=0,0,320,240,XR24,1")
    weston.seat("at 5 5")
    last_of(guest, *first)
    return weston, guest


def click(weston, x, y, number=0):
    weston.seat(f"at {x} {y}", f"button {LEFT} 1", f"button {LEFT} 0", number=number)


@scenario("seat")
def keys_reach_who_was_clicked(rig):
    """Keys go to nobody before a click, then to the guest that was clicked, transitions alone."""
    weston = rig.weston(outputs=TWO, shell="kiosk", seat=True)
    left, right = touched(rig, "left"), touched(rig, "right")
    weston.expect("picture=0,0,320,240,XR24,1", "picture=320,0,320,240,XR24,1")
    weston.seat(f"key {KEY_A} 1", f"key {KEY_A} 0")
    click(weston, 100, 50)
    last_of(left, f"-{LEFT}")
    weston.seat(f"key {KEY_A} 1")
    weston.seat(f"key {KEY_B} 1", f"key {KEY_B} 0", f"key {KEY_A} 0")
    expect(left, "+30", "+48", "-48", "-30")
    click(weston, 420, 50)
    last_of(right, f"+{LEFT}", f"-{LEFT}")
    weston.seat(f"key {KEY_B} 1", f"key {KEY_B} 0")
    expect(right, "+48", "-48")
    equal(said(left), [], "input of the first guest when the second was clicked")


@scenario("seat")
def keys_in_the_turn_of_a_click(rig):
    """A key pressed in the same turn of the loop as a click or touch goes to the guest that was clicked."""
    weston = rig.weston(outputs=TWO, shell="kiosk", seat=True)
    left, right = touched(rig, "left"), touched(rig, "right")
    weston.expect("picture=0,0,320,240,XR24,1", "picture=320,0,320,240,XR24,1")
    use = {LEFT: 100, MIDDLE: 420, RIGHT: 100}
    for button, x in use.items():
        guest, other = (left, right) if x < 320 else (right, left)
        weston.seat(f"at {x} 50", f"button {button} 1", f"key {KEY_A} 1", f"key {KEY_A} 0", f"button {button} 0")
        last_of(guest, f"+{button}", f"+{KEY_A}", f"-{KEY_A}", f"-{button}")
        check(f"+{KEY_A}" not in said(other), f"the other guest got the key that followed button {button}")
    weston.seat("down 1 420 50", f"key {KEY_B} 1", f"key {KEY_B} 0", "up 1")
    check(wait_until(lambda: f"-{KEY_B}" in said(right), 5, 0.02),
          "the touched guest did not get the key that followed")
    check(f"+{KEY_B}" not in said(left), "the other guest got the key that followed a touch")


@scenario("seat")
def pointer_and_its_buttons(rig):
    """Positions in the picture, all eight buttons, wheel and touchpad; the guest's cursor instead of the host's."""
    weston, guest = seated(rig)
    weston.seat("at 10 20")
    expect(guest, "@10,20/0")
    for x, y, seen in ((0, 0, "@0,0/0"), (319, 239, "@319,239/0"), (160, 120, "@160,120/0")):
        weston.seat(f"at {x} {y}")
        expect(guest, seen)
    equal(weston.seat("dump")["cursor"], 0, "the host's cursor over a guest with a pointer")
    for button in range(LEFT, TASK + 1):
        weston.seat(f"button {button} 1", f"button {button} 0")
        expect(guest, f"+{button}", f"-{button}")
    weston.seat("wheel 1")
    expect(guest, "@160,120/-1")
    weston.seat("wheel -2")
    expect(guest, "@160,120/2")
    # A touchpad scrolls in small strokes: an event for each full step of a wheel.
    weston.seat("stroke 4", "stroke 4")
    equal(said(guest), [], "input from less than a step")
    weston.seat("stroke 4")
    expect(guest, "@160,120/-1")


@scenario("seat")
def motion_of_one_turn_is_merged(rig):
    """A hundred motions in one turn of the loop are one event; none overtakes a button."""
    weston, guest = seated(rig)
    weston.seat(*(f"at {x} {x}" for x in range(40)), f"button {LEFT} 1", *(f"at {x} 9" for x in range(20)),
                f"button {LEFT} 0")
    expect(guest, "@39,39/0", f"+{LEFT}", "@19,9/0", f"-{LEFT}")


@scenario("seat")
def every_key_that_a_guest_may_have(rig):
    """All codes of evdev: those that xen-kbdfront has a bit for arrive, and no other."""
    weston, guest = seated(rig)
    click(weston, 100, 50)
    last_of(guest, f"-{LEFT}")
    told = []
    for first in range(1, 0x300, 16):
        # No more events than the ring holds, in case the guest does not read it for a while.
        weston.seat(*(f"key {code} {state}" for code in range(first, first + 16) for state in (1, 0)))
        weston.seat(f"button {RIGHT} 1", f"button {RIGHT} 0")
        told += last_of(guest, f"-{RIGHT}")[:-2]
    # The shell keeps two for itself, the keys for the screen's brightness.
    wanted = [f"{sign}{code}" for code in (*range(1, 240), *range(0x160, 0x2ff)) if code not in (224, 225)
              for sign in "+-"]
    equal([word for word in wanted if word not in told], [], "keys that the guest did not get")
    equal([word for word in told if word not in wanted], [], "other input that the guest got")
    equal(told, wanted, "the keys that the guest got, in order")


@scenario("seat")
def touches(rig):
    """Two fingers with positions, frames, a cancel, and a tap that is no longer than a turn."""
    weston, guest = seated(rig)
    weston.seat("down 4 10 20")
    expect(guest, "down0@10,20", "syn")
    weston.seat("down 9 100 120")
    expect(guest, "down1@100,120", "syn")
    weston.seat("drag 4 30 40", "drag 9 110 130", "drag 4 31 41")
    expect(guest, "drag0@31,41", "drag1@110,130", "syn")
    weston.seat("up 9")
    expect(guest, "up1", "syn")
    weston.seat("up 4")
    expect(guest, "up0", "syn")
    weston.seat("down 1 50 60", "up 1")
    expect(guest, "down0@50,60", "syn", "up0", "syn")
    # The touch gave the guest the keyboard focus.
    weston.seat(f"key {KEY_A} 1", f"key {KEY_A} 0")
    expect(guest, "+30", "-30")


@scenario("seat")
def several_seats(rig):
    """Two seats press the same key: the guest sees one press, and one release at the end."""
    weston = rig.weston(outputs=SCREEN, seat=True)
    weston.seat("make", number=1)
    guest = touched(rig)
    weston.expect("picture=0,0,320,240,XR24,1")
    for number in (0, 1):
        click(weston, 100, 50, number=number)
        last_of(guest, f"-{LEFT}")
    weston.seat(f"key {KEY_A} 1", number=0)
    expect(guest, "+30")
    weston.seat(f"key {KEY_A} 1", number=1)
    weston.seat(f"key {KEY_A} 0", number=0)
    equal(said(guest), [], "input from the second seat's press, and the first one's release")
    weston.seat(f"key {KEY_A} 0", number=1)
    expect(guest, "-30")


def placed(fit, picture_size, rule, places):
    """Registers a scenario: a picture that is placed so, and places of the output with the pixels that lie there."""
    def run(rig):
        weston = rig.weston(outputs=SCREEN, seat=True, config=f"[xen-connector]\nfit={fit}\n{rule}\n")
        width, height = picture_size
        device = dict(TOUCHED, width=width, height=height, multi_touch_width=width, multi_touch_height=height)
        guest = touched(rig, resolution=f"{width}x{height}", size=picture_size, inputs=(device,))
        check(wait_until(lambda: any("on headless" in line for line in weston.control("list")), 5),
              "the guest is not on the output headless")
        for x, y, (seen_x, seen_y) in places:
            weston.seat(f"at {x} {y}")
            last_of(guest, f"@{seen_x},{seen_y}/0")

    run.__name__ = f"position_with_fit_{fit}"
    run.__doc__ = f"Where the pointer is in a picture of {picture_size} with fit={fit} and {rule.split()}."
    scenario("seat")(run)


placed("stretch", (640, 480), "", [(0, 0, (0, 0)), (160, 120, (320, 240)), (318, 239, (636, 478))])
placed("fit", (160, 120), "x=100\ny=20\nwidth=200\nheight=100", [(150, 30, (20, 12)), (200, 70, (80, 60))])
placed("fill", (320, 120), "", [(0, 0, (80, 0)), (160, 120, (160, 60))])
placed("center", (160, 120), "", [(80, 60, (0, 0)), (238, 179, (158, 119))])


@scenario("seat")
def desktop_over_two_connectors(rig):
    """One framebuffer, two connectors that show half of it each, one device: the pointer crosses over."""
    weston = rig.weston(outputs=TWO, shell="kiosk", seat=True)
    device = dict(TOUCHED, width=640, height=240, multi_touch_width=640)
    guest = rig.guest("wide", SMALL, SMALL, inputs=(device,))
    guest.ok("kbd 0 connect wait")
    guest.buffer(1, 640, 240, picture=1)
    for connector in (0, 1):
        guest.show(1, 640, 240, connector=connector, at=f"{320 * connector},0")
    weston.expect("picture=0,0,640,240,XR24,1")
    for x in (5, 319, 320, 635):
        weston.seat(f"at {x} 50")
        last_of(guest, f"@{x},50/0")
    weston.seat("down 1 500 60", "up 1")
    last_of(guest, "down0@500,60", "syn", "up0", "syn")
    # A button held while the pointer crosses over is released once.
    weston.seat("at 310 50", f"button {LEFT} 1")
    last_of(guest, f"+{LEFT}")
    weston.seat("at 400 50", f"button {LEFT} 0")
    check(wait_until(lambda: guest.send("kbd 0 held") == "ok keys= fingers=", 5), "the guest still holds a button")


@scenario("seat")
def device_of_each_connector(rig):
    """Two connectors and two devices with their unique-ids: each screen's input goes to its own device."""
    weston = rig.weston(outputs=TWO, shell="kiosk", seat=True)
    guest = rig.guest("pair", SMALL, SMALL, unique_ids=("left", "right"),
                      inputs=(dict(TOUCHED, unique_id="right"), dict(TOUCHED, unique_id="left")))
    for device in (0, 1):
        guest.ok(f"kbd {device} connect wait")
    for connector, cookie in ((0, 1), (1, 2)):
        guest.buffer(cookie, 320, 240, picture=1)
        guest.show(cookie, 320, 240, connector=connector)
    weston.expect("picture=0,0,320,240,XR24,1", "picture=320,0,320,240,XR24,1")
    for x, device in ((100, 1), (420, 0)):
        click(weston, x, 50)
        # After the click it has the keyboard focus.
        guest.event("key", dev=device, code=LEFT, value=0)
        weston.seat(f"key {KEY_A} 1", f"key {KEY_A} 0")
        for value in (1, 0):
            guest.event("key", dev=device, code=KEY_A, value=value)
        guest.no_event("key", 0, dev=1 - device, code=KEY_A)
        guest.event("pos", dev=device, x=100, y=50)


@scenario("seat")
def output_with_a_scale(rig):
    """An output with scale 2: its logical pixels are two of the guest's each way."""
    weston, guest = seated(rig)
    weston.control("scale-output headless 2")
    for x, y in ((0, 0), (80, 60), (159, 119)):
        weston.seat(f"at {x} {y}")
        last_of(guest, f"@{2 * x},{2 * y}/0")


@scenario("seat")
def output_that_is_turned(rig):
    """An output with transform=rotate-90: positions are those in the picture."""
    weston = rig.weston(outputs=SCREEN, seat=True, output_config={"headless": "transform=rotate-90\n"})
    guest = touched(rig, resolution="240x320", size=(240, 320),
                    inputs=(dict(TOUCHED, width=240, height=320, multi_touch_width=240, multi_touch_height=320),))
    weston.seat("at 50 60")
    check(wait_until(lambda: weston.seat("at 50 60", "dump")["pointer"] == "guest-screen", 5),
          "the guest's screen does not get the pointer")
    for x, y in ((0, 0), (120, 300), (239, 319)):
        weston.seat(f"at {x} {y}")
        last_of(guest, f"@{x},{y}/0")
    weston.seat("down 1 200 310", "up 1")
    last_of(guest, "down0@200,310", "syn", "up0", "syn")


@scenario("seat")
def fullscreen_key(rig):
    """The combination shows a screen over all of its output, in front of others, and back; the keys stay with it."""
    weston = rig.weston(outputs=SCREEN, seat=True, config="[xen-connector]\nguest=small\nx=10\ny=20\nwidth=160\nheight=120\n"
                        "[xen-connector]\nguest=front\nx=200\ny=150\nwidth=80\nheight=60\nz=5\n")
    guest = touched(rig, "small")
    front = rig.guest("front", "80x60")
    front.picture(2, size=(80, 60))
    weston.expect(START, "scaled=10,20,160,120,XR24,1,0,0,320,240,320,240", "picture=200,150,80,60,XR24,2")
    click(weston, 90, 80)
    last_of(guest, f"-{LEFT}")
    for full in (True, False):
        weston.seat(f"key {KEY_LEFTCTRL} 1", f"key {KEY_LEFTALT} 1", f"key {KEY_F} 1", f"key {KEY_F} 0",
                    f"key {KEY_LEFTALT} 0", f"key {KEY_LEFTCTRL} 0")
        if full:
            weston.expect("picture=0,0,320,240,XR24,1")
            weston.seat("at 210 160")
            last_of(guest, "@210,160/0")
        else:
            weston.expect("scaled=10,20,160,120,XR24,1,0,0,320,240,320,240", "but=195,145,45,45",
                          "picture=200,150,80,60,XR24,2")
        check(f"+{KEY_F}" not in said(guest), "the guest got the key of the fullscreen combination")
        weston.seat(f"key {KEY_A} 1", f"key {KEY_A} 0")
        last_of(guest, f"+{KEY_A}", f"-{KEY_A}")


@scenario("seat")
def keep_awake(rig):
    """keep-awake=true: Weston does not fall idle while the guest flips, and does when it no longer does."""
    for rule in ("true", "false"):
        weston = rig.weston(outputs=SCREEN, core="idle-time=1\n", config=f"[xen-connector]\nkeep-awake={rule}\n")
        guest = rig.guest(rule, SMALL)
        for cookie in (1, 2):
            guest.buffer(cookie, 320, 240, picture=cookie)
        guest.show(1, 320, 240)
        guest.ok("animate 0 0 0 1 2")
        if rule == "true":
            # Weston may have fallen asleep before the guest came.
            weston.control("wake")
            slept = wait_until(lambda: asleep(weston), 4)
            check(not slept, "Weston fell asleep while the guest flipped")
            guest.ok("animation 0 0 stop")
        check(wait_until(lambda: asleep(weston), 10), f"Weston does not fall asleep within 10 s with keep-awake={rule}")
        guest.destroy()
        equal(weston.stop(), 0, "Weston's exit status")


def asleep(weston):
    return weston.control("state") == ["asleep"]


@scenario("seat")
def driver_domain(rig):
    """Weston in a driver domain: the same, and its side of a device that is unplugged is removed by nobody else."""
    with weston_in_driver_domain(rig, outputs=SCREEN, seat=True) as (weston, domid):
        guest = touched(rig, backend=domid)
        weston.expect("picture=0,0,320,240,XR24,1")
        click(weston, 100, 50)
        last_of(guest, f"-{LEFT}")
        weston.seat(f"key {KEY_A} 1", f"key {KEY_A} 0")
        expect(guest, f"+{KEY_A}", f"-{KEY_A}")
        store, tools = rig.machine.store, rig.machine.tools
        back = tools.back(guest.domid, 0, domid, "vkb")
        store.write(f"{back}/online", 0)
        store.write(f"{back}/state", 5)
        check(tools.wait_backend(guest.domid, 0, 6, backend=domid, kind="vkb"),
              "the unplugged device's backend does not go to Closed")
        store.remove(tools.front(guest.domid, 0, "vkb"))
        check(wait_until(lambda: store.read(f"{back}/state") is None, 5), "the backend's directory is still there")


@scenario("seat")
def keys_stay_with_a_screen_of_dma_bufs(rig):
    """A framebuffer is taken back that was shown last as a dma-buf, for which Weston gets another surface: keys go on."""
    rig.start_machine("PVH")
    weston = rig.weston(outputs=SCREEN, renderer="gl", config="[xen-display]\ndmabuf=force\n", seat=True)
    skip_without_dmabuf(weston)
    guest = touched(rig)
    weston.expect(START, "picture=0,0,320,240,XR24,1")
    click(weston, 100, 50)
    last_of(guest, f"-{LEFT}")
    for cookie in (2, 3):
        guest.ok("config-off 0 0")
        guest.ok(f"fb-detach 0 {cookie - 1}")
        guest.buffer(cookie, 320, 240, picture=cookie)
        guest.show(cookie, 320, 240)
        weston.expect(START, f"picture=0,0,320,240,XR24,{cookie}")
        weston.seat(f"key {KEY_A} 1", f"key {KEY_A} 0")
        last_of(guest, f"+{KEY_A}", f"-{KEY_A}")
    weston.seat("unplug pointer")  # which removes the cursor
    rig.let_go(weston)
