# SPDX-License-Identifier: MIT
"""Status cards: shown where a guest shows nothing, or nothing new; and when there is none."""
from control import run, screens
from inputgate import expect_lock_alone
from inputseat import LEFT, SIZE, SMALL, click, last_of, touched
from rig.machine import wait_until
from rig.runner import check, equal, scenario
from windows import ACTIVE, COLOR, GREY, TITLE, at, frame_of, opened, picture_of, place

SCREEN = (("headless", 640, 480),)
PLACED = "[xen-connector]\nguest=guest\nx=20\ny=40\nwidth=600\nheight=400\nfit=center\n"
WIDTH, HEIGHT = 320, 64
BACKGROUND = "202020"


def card_in(x, y, width, height):
    """Checks that a card is in the middle of a place: its border, and inside of that no words at its edge."""
    left, top = x + (width - WIDTH) // 2, y + (height - HEIGHT) // 2
    return [f"solid={left},{top},{WIDTH},2,{ACTIVE}", f"solid={left},{top + HEIGHT - 2},{WIDTH},2,{ACTIVE}",
            f"solid={left},{top},2,{HEIGHT},{ACTIVE}", f"solid={left + WIDTH - 2},{top},2,{HEIGHT},{ACTIVE}",
            f"solid={left + 2},{top + 2},10,{HEIGHT - 4},{BACKGROUND}", f"but={left},{top},{WIDTH},{HEIGHT}"]


def has_words(weston, where, line, left, width):
    """Whether there is writing in a part of one of a card's two lines."""
    x, y = where[0] + (where[2] - WIDTH) // 2 + left, where[1] + (where[3] - HEIGHT) // 2 + 8 + 24 * line
    return weston.check(f"solid={x},{y},{width},24,{BACKGROUND}") != ""


def began(rig, guest="", config="", **options):
    """A Weston with cards and a guest that has shown nothing. guest: more of its own section."""
    weston = rig.weston(outputs=SCREEN, config=COLOR + guest + PLACED + config, cards=True, **options)
    return weston, rig.guest("guest", SMALL)


PLACE = (20, 40, 600, 400)
SHOWN = "picture=160,120,320,240,XR24,1"
BARE = f"solid=0,0,640,480,{GREY}"


@scenario("cards")
def nothing_yet_and_off(rig):
    """A screen says that it has shown nothing yet; later that its display is off; a picture has nothing in front."""
    weston, guest = began(rig)
    weston.expect(*card_in(*PLACE), BARE)
    check(has_words(weston, PLACE, 0, 14, 50), "the guest's name is not on the card")
    check(has_words(weston, PLACE, 1, 120, 30), "the card's second line is too short for: has shown nothing yet")
    guest.picture(1, size=SIZE)
    weston.expect(SHOWN, "but=160,120,320,240", BARE)
    guest.ok("config-off 0 0")
    weston.expect(*card_in(*PLACE), BARE)
    check(has_words(weston, PLACE, 1, 14, 60), "the card's second line is empty, expected: display off")
    check(not has_words(weston, PLACE, 1, 120, 30), "the card's second line is too long for: display off")
    guest.show(1, *SIZE)
    weston.expect(SHOWN, "but=160,120,320,240", BARE)
    guest.destroy()
    weston.expect(BARE)


@scenario("cards")
def waits_for_the_driver(rig):
    """A guest without a driver has a card where its screen will be, and is listed; the driver comes, shows something,
    goes, and so it is again; in the end nothing is left of it."""
    weston = rig.weston(outputs=SCREEN, config=COLOR + PLACED, cards=True)
    guest = rig.guest("guest", SMALL, connect=False)
    weston.expect(*card_in(*PLACE), BARE)
    check(has_words(weston, PLACE, 1, 120, 80),
          "the card's second line is too short for: waiting for the guest's driver")
    equal(screens(weston)["guest:0.0"]["state"], "no-driver", "the screen's state before a driver connects")
    guest.connect()
    check(wait_until(lambda: screens(weston)["guest:0.0"]["state"] == "off", 5, 0.1),
          "the screen's state does not become off when the driver connects")
    check(wait_until(lambda: not has_words(weston, PLACE, 1, 190, 30), 5, 0.1), "the card still says that it waits")
    weston.expect(*card_in(*PLACE), BARE)
    guest.picture(1, size=SIZE)
    weston.expect(SHOWN, "but=160,120,320,240", BARE)
    guest.ok("close 0")
    weston.expect(*card_in(*PLACE), BARE)
    equal(screens(weston)["guest:0.0"]["state"], "no-driver", "the screen's state when the driver has gone")
    guest.destroy()
    weston.expect(BARE)
    equal(screens(weston), {}, "the screens after the guest's end")


@scenario("cards")
def window_of_a_guest_without_a_driver(rig):
    """A guest without a driver has a window, with the name that it has by then; its driver finds it where it was moved."""
    weston = rig.weston(outputs=(("headless", 1000, 800),), seat=True, windows=True, config=COLOR, cards=True)
    guest = rig.guest("early", SMALL, connect=False)
    first = place(weston, "early")
    weston.expect(card_in(*first)[-1], f"solid={first[0]},{first[1]},{first[2]},{first[3]},000000")
    rig.machine.store.write(f"/local/domain/{guest.domid}/name", "guest")
    weston.expect(*card_in(*first), *frame_of(first, ACTIVE))
    equal(place(weston), first, "the window's place after the guest was renamed")
    where = at(weston, first)
    solid = f"solid={where[0]},{where[1]},{where[2]},{where[3]},000000"
    weston.expect(*card_in(*where), solid, *frame_of(where, ACTIVE))
    guest.connect()
    guest.picture(1, size=SIZE)
    weston.expect(picture_of(where, 1), *frame_of(where, ACTIVE))
    guest.destroy()
    check(wait_until(lambda: not weston.views("top-level-window"), 5, 0.05), "the destroyed guest's window stays")


@scenario("cards")
def last_picture_while_the_driver_is_awaited(rig):
    """Where last pictures are kept, that of a guest that starts anew stands until its driver is there."""
    weston, guest = began(rig, "keep-picture=true\n")
    guest.picture(1, size=SIZE)
    weston.expect(SHOWN)
    guest.destroy()
    weston.expect_log("disconnected after")
    guest = rig.guest("guest", SMALL, connect=False)
    other = rig.guest("other", SMALL, connect=False)
    # The log names the second guest after the first.
    weston.expect_log(rf"guest other\({other.domid}\) vdispl 0: waiting for the guest's driver")
    weston.expect(SHOWN, "but=160,120,320,240", BARE)
    equal(list(screens(weston)), ["other:0.0"], "the screens")
    guest.connect()
    weston.expect(*card_in(*PLACE), BARE)


@scenario("cards")
def none_where_a_screen_is_hidden(rig):
    """No card of a screen that a command has hidden, behind a lock, or in a place that has no room for words."""
    weston, _ = began(rig, config="[xen-connector]\nguest=small\nwidth=80\nheight=300\n", shell_config="locking=true\n")
    rig.guest("small", SMALL)
    weston.expect(*card_in(*PLACE), BARE)
    run(weston, "hide", "guest")
    weston.expect(BARE)
    run(weston, "show", "guest")
    weston.expect(*card_in(*PLACE), BARE)
    weston.lock()
    weston.control("wake")
    expect_lock_alone(weston, "160,208,60,64")
    weston.control("unlock")
    weston.expect(*card_in(*PLACE))


@scenario("cards")
def behind_all_pictures(rig):
    """Guests share an output: a dark screen in front has no card over the other guest's picture."""
    weston, guest = began(rig, config="[xen-connector]\nguest=back\n", guest="[xen-guest]\nname=x\n")
    rig.guest("back", "640x480").picture(2, size=(640, 480))
    weston.expect("picture=0,0,640,480,XR24,2")
    # From here on the screen is in front, but its card must stay behind the other guest's picture.
    run(weston, "place", "guest", "--z", "5")
    guest.picture(1, size=SIZE)
    front = [SHOWN, "but=160,120,320,240", "picture=0,0,640,480,XR24,2"]
    weston.expect(*front)
    guest.ok("config-off 0 0")
    weston.expect("picture=0,0,640,480,XR24,2")
    run(weston, "hide", "back")
    weston.expect(*card_in(*PLACE), BARE)
    run(weston, "show", "back")
    weston.expect("picture=0,0,640,480,XR24,2")
    guest.show(1, *SIZE)
    weston.expect(*front)


@scenario("cards")
def a_kept_picture_has_none(rig):
    """The last picture of a guest that has gone has nothing in front; one that comes again gets a card."""
    weston, guest = began(rig, "keep-picture=true\n")
    guest.picture(1, size=SIZE)
    weston.expect(SHOWN)
    guest.destroy()
    weston.expect_log("disconnected after")
    weston.expect(SHOWN, "but=160,120,320,240", BARE)
    rig.guest("guest", SMALL)
    weston.expect(*card_in(*PLACE), BARE)


@scenario("cards")
def in_a_window(rig):
    """A window whose guest is dark has a card on black, which follows its size; a picture takes it away."""
    weston, guest, where = opened(rig, cards=True)
    weston.expect(*frame_of(where, ACTIVE))
    guest.ok("config-off 0 0")
    solid = f"solid={where[0]},{where[1]},{where[2]},{where[3]},000000"
    weston.expect(*card_in(*where), solid, *frame_of(where, ACTIVE))
    run(weston, "fullscreen", "guest")
    weston.expect(*card_in(0, 25, 1000, 750), "but=990,790,10,10", "solid=0,0,1000,800,000000")
    run(weston, "fullscreen", "guest", "off")
    weston.expect(*card_in(*where), solid, *frame_of(where, ACTIVE))
    guest.show(1, *SIZE)
    weston.expect(picture_of(where, 1), *frame_of(where, ACTIVE))


def ask(weston, guest, x, y):
    """A click that the guest is told of, and does not take."""
    guest.ok("kbd 0 deaf 1")
    click(weston, x, y)


@scenario("cards")
def frozen(rig):
    """A guest that takes no input, and draws nothing, has a card in front of its picture until it does either."""
    weston = rig.weston(outputs=SCREEN, seat=True, config=COLOR + PLACED, cards=True)
    guest = touched(rig)
    guest.buffer(2, *SIZE, picture=2)
    weston.seat("at 630 10")
    weston.expect(SHOWN)
    ask(weston, guest, 320, 240)
    weston.seat("at 630 10")
    around = "picture=160,120,320,240,XR24,1"
    weston.expect(*card_in(160, 120, *SIZE), around, timeout=10)
    check(has_words(weston, (160, 120, *SIZE), 1, 14, 60), "the card does not say that the guest is frozen")
    equal(screens(weston)["guest:0.0"]["state"], "frozen", "the screen's state while the guest takes no input")
    # The card does not block input: the guest gets each click at its place in the picture.
    guest.ok("kbd 0 deaf 0")
    click(weston, 320, 240)
    weston.seat("at 630 10")
    told = last_of(guest, f"+{LEFT}", f"-{LEFT}")
    equal(told, ["@160,120/0", f"+{LEFT}", f"-{LEFT}"] * 2, "the guest's input")
    weston.expect(SHOWN)
    equal(screens(weston)["guest:0.0"]["state"], "on", "the screen's state when the guest takes input again")
    ask(weston, guest, 320, 240)
    weston.seat("at 630 10")
    weston.expect(*card_in(160, 120, *SIZE), around, timeout=10)
    guest.flip(2)
    weston.expect("picture=160,120,320,240,XR24,2")


@scenario("cards")
def who_takes_input_is_not_frozen(rig):
    """A guest that takes what is typed and shows nothing new has no card; nor has one that flips and takes nothing."""
    weston = rig.weston(outputs=(("headless", 640, 480), ("second", 640, 480)), seat=True, cards=True, shell="kiosk",
                        config="[xen-connector]\ndevice=*\nconnector=*\nfit=center\n")
    idle, busy = touched(rig, "idle"), touched(rig, "busy")
    busy.buffer(2, *SIZE, picture=2)
    weston.expect(SHOWN)
    click(weston, 320, 240)
    last_of(idle, f"-{LEFT}")
    ask(weston, busy, 960, 240)
    # The busy guest changes its picture often, for longer than it takes to count as frozen.
    for number in range(14):
        busy.flip(1 + number % 2)
        check(not wait_until(lambda: weston.check("picture=160,120,320,240,XR24,1") != "", 0.5, 0.25),
              "an idle guest has a card")
    weston.expect("picture=800,120,320,240,XR24,2")


@scenario("cards")
def titles_say_frozen(rig):
    """The title of a frozen guest's window says so, and no longer when it has taken its input."""
    weston, guest, where = opened(rig, cards=True)
    rest = f"solid={where[0] + 70},{where[1] - TITLE},{where[2] - 170},{TITLE},{ACTIVE}"
    weston.expect(rest)
    ask(weston, guest, where[0] + 5, where[1] + 5)
    weston.seat("at 999 799")
    weston.expect(*card_in(*where), picture_of(where, 1), timeout=10)
    check(wait_until(lambda: weston.check(rest) != "", 5, 0.1), "the title does not say that it is frozen")
    guest.ok("kbd 0 deaf 0")
    click(weston, where[0] + 5, where[1] + 5)
    weston.seat("at 999 799")
    weston.expect(rest, picture_of(where, 1))


@scenario("cards")
def switched_off(rig):
    """status-card=false takes cards away when weston.ini is read again, and true brings them back."""
    weston, _ = began(rig)
    weston.expect(*card_in(*PLACE), BARE)
    path = f"{weston.home}/weston.ini"
    with open(path) as file:
        text = file.read()
    with open(path, "w") as file:
        file.write(f"{text}\n[xen-display]\nstatus-card=false\n")
    check("now" in run(weston, "reload"), "reload lists no change that takes effect now")
    weston.expect(BARE)
    with open(path, "w") as file:
        file.write(text)
    run(weston, "reload")
    weston.expect(*card_in(*PLACE), BARE)
