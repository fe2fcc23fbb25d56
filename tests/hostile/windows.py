# SPDX-License-Identifier: MIT
"""Guests whose screens are windows, or show status cards: names, modes, many windows, and cards without end."""
import subprocess

from inputs import connect, use
from rig.machine import wait_until
from rig.runner import check
from rig.tool import tool
from stage import OK, case, configure

# These come before the stage's own rules; the other guest is still placed on its output.
WINDOWS = ("[xen-connector]\nguest=other\noutput=second\n"
           "[xen-connector]\ndevice=*\nconnector=*\nshow-as=window\n")
NAMES = ("x" * 255, "\u202egnp.exe", "a\u200fb\u2066c", "two\nlines\r\n", "\x1b[31mred\x07", "\ufffd" * 80, " ", "%s%n%d",
         "<b>bold</b>&amp;", "\u0600" * 60, "e" + "\u0301" * 120)


def windows(stage):
    return stage.weston.views("top-level-window")


def shown(stage, count):
    check(wait_until(lambda: len(windows(stage)) == count, 10), f"{len(windows(stage))} windows, expected {count}")


@case(windows=True, config=WINDOWS)
def window_names(stage):
    stage.guest.picture(1, size=(320, 240))
    shown(stage, 1)
    node = f"/local/domain/{stage.guest.domid}/name"
    for name in NAMES:
        stage.rig.machine.store.write(node, name)
        stage.guest.ok("config-off 0 0")
        stage.guest.show(1, 320, 240)
        stage.step()
        shown(stage, 1)
    stage.rig.machine.store.write(node, "attacker")


@case("64x48", "64x48", "64x48", "64x48", windows=True, config=WINDOWS, guests=10, limit=150)
def forty_windows(stage):
    guests = [stage.guest] + [stage.boot(f"many-{number}", *["64x48"] * 4) for number in range(9)]
    for guest in guests:
        guest.buffer(1, 64, 48, picture=1)
        for connector in range(4):
            guest.show(1, 64, 48, connector=connector)
        stage.step()
    shown(stage, 40)
    for _ in range(5):
        for guest in guests:
            for connector in range(4):
                guest.flip(1, connector=connector)
        stage.step()


@case(windows=True, config=WINDOWS)
def window_modes(stage):
    """A window whose mode changes all the time, and that is switched off in between."""
    stage.buffer()
    for number in range(200):
        stage.ask(configure(width=1 + number * 7 % 64, height=1 + number * 5 % 48), OK)
        if number % 3 == 0:
            stage.guest.ok("config-off 0 0")
        if number % 20 == 0:
            stage.step()
    stage.ask(configure(), OK)
    shown(stage, 1)
    stage.answered()


def card_is_seen(stage):
    """Waits for the card of the attacker, which is dark: a second view, beside the other guest's."""
    check(wait_until(lambda: len(stage.weston.views("guest-screen")) == 2, 10), "there is no card")


@case(cards=True)
def card_names(stage):
    """Names that are shown on the guest's card."""
    stage.guest.picture(1, size=(320, 240))
    stage.guest.ok("config-off 0 0")
    check(wait_until(lambda: len(stage.weston.views("guest-screen")) == 1, 10), "its picture stays")
    card_is_seen(stage)
    node = f"/local/domain/{stage.guest.domid}/name"
    for name in NAMES:
        stage.rig.machine.store.write(node, name)
        stage.step()
        card_is_seen(stage)
    stage.rig.machine.store.write(node, "attacker")


def states(stage):
    """What `xen-displayctl list` prints."""
    return subprocess.run([tool(), "-s", f"{stage.weston.home}/wayland-sim-xen-display", "list"], check=True,
                          capture_output=True, text=True).stdout


@case(cards=True, seat=True, limit=150)
def card_storm(stage):
    """Dark until the card appears; dark for an instant, again and again; frozen until it flips."""
    connect(stage)
    stage.guest.buffer(2, 320, 240, picture=2)
    for number in range(6):
        stage.guest.ok("config-off 0 0")
        check(wait_until(lambda: len(stage.weston.views("guest-screen")) == 1, 10), "its picture stays")
        card_is_seen(stage)
        stage.guest.show(1 + number % 2, 320, 240)
        stage.step()
    for number in range(300):
        stage.guest.ok("config-off 0 0")
        stage.guest.show(1 + number % 2, 320, 240)
        if number % 20 == 0:
            stage.step()
    for number in range(3):
        stage.guest.ok("kbd 0 deaf 1")
        check(wait_until(lambda: stage.weston.seat("at 20 30", "dump")["pointer"] == "guest-screen", 5), "not shown")
        use(stage)
        check(wait_until(lambda: "frozen" in states(stage), 15), "the guest is not shown as frozen")
        for flip in range(20):
            stage.guest.flip(1 + flip % 2)
        check(wait_until(lambda: "frozen" not in states(stage), 5), "the guest is shown as frozen although it flips")
        stage.guest.ok("kbd 0 deaf 0")
        stage.guest.ok("kbd 0 read")
        stage.step()
