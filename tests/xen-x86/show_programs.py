# SPDX-License-Identifier: MIT
"""The steps of by-hand that show programs which only draw: what a boot and a day bring. show.py has what they share."""

import re
import time

from debian_console import count_different
from show import LEFT, PROGRAM_SECONDS, is_dark, is_drawn, step
from stage import Failed

FILM = "av://lavfi:testsrc=size=640x480:rate=10"
XORG = "Xorg :0 vt1 -keeptty -novtswitch -nocursor -noreset -background none -extension GLX -config /tmp/xorg.conf"


@step()
def boot(show):
    """The guest's Debian boots, and its driver has found both screens; nothing is drawn yet."""
    show.guest.create()
    # whether they are connected the kernel knows when somebody has asked
    said = show.guest.run("ls -d /sys/class/drm/card*-Virtual-*")
    if len(re.findall(r"-Virtual-\d", said)) != 2:
        raise Failed(f"not two screens: {said}")
    show.stage.standing.add("guest")
    # Weston's seat has a pointer from its first motion on: a click that came with that would be nobody's
    show.user.point(*LEFT[2:])
    show.until(is_dark)


@step("guest")
def modetest(show):
    """libdrm's own test pattern, on the first head."""
    said = show.guest.run("modetest -M xendrm-du -c")
    connector = re.search(r"^(\d+)\s+\d+\s+connected", said, re.MULTILINE).group(1)
    show.guest.start("modetest", f"modetest -M xendrm-du -s {connector}:640x480@XR24")
    try:
        show.until(is_drawn)
    finally:
        show.guest.stop("modetest")


@step("guest")
def plymouth(show):
    """The splash of a boot, which draws in place after one mode set."""
    show.guest.run("plymouthd --mode=boot --tty=/dev/tty1 --debug-file=/tmp/plymouth.log --debug"
                   " --kernel-command-line='splash plymouth.ignore-serial-consoles'")
    show.guest.run("plymouth show-splash", PROGRAM_SECONDS)
    show.until(is_drawn, "splash", PROGRAM_SECONDS)
    show.guest.run("plymouth display-message --text='a message in place'")
    time.sleep(5)
    show.keep(show.look()[0], "message")


def start_xorg(show):
    show.guest.start("xorg", XORG)
    show.guest.wait_until("xset q >/dev/null 2>&1", PROGRAM_SECONDS)
    show.stage.standing.add("Xorg")


def leave_xorg(show):
    """Ends the one that an earlier step may have left."""
    if "Xorg" in show.stage.standing:
        show.guest.stop("xorg")
        show.stage.standing.discard("Xorg")


def open_xterm(show, title, geometry, command):
    """An xterm that runs a command; it is there, and may not have drawn yet."""
    show.guest.start(title, f"xterm -T {title} -geometry {geometry} -bg white -fg black -e {command}")
    show.guest.wait_until(f"xwd -silent -name {title} >/dev/null 2>&1", PROGRAM_SECONDS)


def draw_text(show, text, geometry="80x30+0+0"):
    """xterm, and what is typed there."""
    open_xterm(show, text, geometry, f"bash -c 'seq 1 20; echo {text}; exec sleep 100000'")
    # it draws when it is there
    time.sleep(5)


@step("guest")
def xorg_over_splash(show):
    """Xorg takes the screen while the splash's framebuffer stands, as display managers do it."""
    show.guest.ask("plymouth deactivate", PROGRAM_SECONDS)
    start_xorg(show)
    show.guest.ask("plymouth quit --retain-splash", PROGRAM_SECONDS)
    show.guest.run("xsetroot -solid '#804020'")
    show.guest.run("xrandr --output Virtual-2 --off")
    show.as_xorg_says()


@step("guest", "Xorg")
def xterm(show):
    """Text, drawn in place."""
    draw_text(show, "left")
    show.as_xorg_says()


@step("guest", "Xorg")
def in_place_again(show):
    """More is drawn, each time into the same framebuffer and without a word."""
    for colour in ("#106010", "#101060", "#808080"):
        show.guest.run(f"xsetroot -solid '{colour}'")
        show.guest.run("xrefresh")
        show.as_xorg_says(colour[1:])


@step("guest", "Xorg")
def xrandr_fb(show):
    """A new, larger framebuffer under one head: a mode set that reaches the backend as a flip."""
    show.guest.run("xrandr --fb 800x600")
    show.guest.run("xsetroot -solid '#a000a0'")
    show.as_xorg_says("flipped")
    show.guest.run("xsetroot -solid '#00a0a0'")
    show.as_xorg_says("drawn-in-place")


@step("guest", "Xorg")
def two_heads(show):
    """Both heads show parts of one framebuffer."""
    show.guest.run("xrandr --output Virtual-2 --auto --right-of Virtual-1")
    show.guest.run("xsetroot -solid '#602000'")
    draw_text(show, "right", "40x15+660+100")
    show.as_xorg_says("on", (0, 0), (640, 0))
    show.guest.run("xsetroot -solid '#002060'")
    show.as_xorg_says("drawn-in-place", (0, 0), (640, 0))


@step("guest", "Xorg")
def second_head_off(show):
    """One head goes off; what is drawn on the other afterwards has to appear."""
    show.guest.run("xrandr --output Virtual-2 --off")
    show.as_xorg_says("off")
    show.guest.run("xsetroot -solid '#c0c000'")
    show.as_xorg_says("drawn-in-place")


@step("guest", "Xorg")
def clone(show):
    """Both heads show the same part."""
    show.guest.run("xrandr --output Virtual-2 --auto --same-as Virtual-1")
    show.guest.run("xsetroot -solid '#00c060'")
    show.as_xorg_says("", (0, 0), (0, 0))


@step("guest", "Xorg")
def dpms(show):
    """DPMS off makes both places dark, on brings them back, with what was drawn meanwhile."""
    show.guest.run("xrandr --output Virtual-2 --auto --same-as Virtual-1")
    show.guest.run("xset dpms force off")
    show.until(is_dark, "off")
    show.guest.run("xsetroot -solid '#c06000'")
    show.guest.run("xset dpms force on")
    show.as_xorg_says("on", (0, 0), (0, 0))
    show.guest.run("xsetroot -solid '#6000c0'")
    show.as_xorg_says("drawn-in-place", (0, 0), (0, 0))


@step("guest", "Xorg")
def xorg_ends(show):
    """Nothing of it is left."""
    show.guest.stop("xorg")
    show.stage.standing.discard("Xorg")
    show.until(is_dark)


@step("guest")
def guest_weston(show):
    """Weston in the guest, with its terminal, by double-buffered flips."""
    show.guest.start("weston", "weston --backend=drm --renderer=pixman --continue-without-input --idle-time=0"
                     " --socket=wayland-0 --debug --log=/tmp/weston-own.log")
    show.guest.wait_until("test -S $XDG_RUNTIME_DIR/wayland-0", PROGRAM_SECONDS)
    show.until(is_drawn, "fades-in", PROGRAM_SECONDS)
    desktop = stands_still(show)
    # of 250x250, of which nothing stays as it is; the desktop's own clock changes fewer pixels
    show.guest.start("shm", "weston-simple-shm")
    changes(show, desktop, "window", 10000)
    changes(show, show.look()[1], "window-later", 1000)
    show.guest.start("terminal", "weston-terminal --shell=/bin/bash")
    changes(show, desktop, "terminal", 100000)
    show.guest.stop("shm", "KILL")
    show.guest.stop("terminal", "KILL")
    show.guest.stop("weston")
    show.until(is_dark, "ended")


def stands_still(show):
    """What is seen when two looks in a row were equal: the desktop has faded in."""
    last = None

    def is_same(picture):
        nonlocal last
        before, last = last, picture
        count = count_different(before.part(LEFT), picture.part(LEFT)) if before else 1
        return f"{count} pixels have changed" if count else None

    show.until(is_same, "desktop", PROGRAM_SECONDS)
    return last


def changes(show, first, what="", pixels=1):
    """What moves in the guest moves on the screen: so many pixels become others than they were in a first look."""

    def has_changed(picture):
        count = count_different(first.part(LEFT), picture.part(LEFT))
        return is_drawn(picture) or (None if count >= pixels else f"{count} pixels have changed")

    show.until(has_changed, what, PROGRAM_SECONDS)


@step("guest")
def kmscube(show):
    """A cube that turns, drawn by GL without a desktop."""
    show.guest.start("kmscube", "kmscube -D /dev/dri/card0")
    show.until(is_drawn, "first", PROGRAM_SECONDS)
    changes(show, show.look()[1], "later")
    show.guest.stop("kmscube")
    show.until(is_dark, "ended")


@step("guest")
def mpv(show):
    """A film, flipped as it comes, that stands still at its end."""
    # mpv finds only devices on a bus that libdrm knows
    show.guest.start("mpv", "mpv --vo=drm --drm-device=/dev/dri/card0 --no-config --profile=sw-fast --ao=null"
                     f" --length=20 --keep-open {FILM}")
    show.until(is_drawn, "first", PROGRAM_SECONDS)
    changes(show, show.look()[1], "later")
    show.guest.wait_until("grep -q Paused /tmp/mpv.log", PROGRAM_SECONDS)
    show.until(is_drawn, "end")
    show.guest.stop("mpv")
    show.until(is_dark, "ended")


@step("guest")
def xorg_again(show):
    """Xorg after all that, as on the next day."""
    start_xorg(show)
    show.guest.run("xrandr --output Virtual-2 --auto --right-of Virtual-1")
    show.guest.run("xsetroot -solid '#204020'")
    draw_text(show, "again")
    show.as_xorg_says("", (0, 0), (640, 0))
