# SPDX-License-Identifier: MIT
"""The steps of by-hand that show programs which only draw, from the boot splash to videos. They share show.py."""

import re
import time

from debian_console import count_different
from show import LEFT, PROGRAM_SECONDS, is_dark, is_drawn, step
from stage import Failed

FILM = "av://lavfi:testsrc=size=640x480:rate=10"
XORG = "Xorg :0 vt1 -keeptty -novtswitch -nocursor -noreset -background none -extension GLX -config /tmp/xorg.conf"


@step()
def boot(show):
    """The guest's Debian boots, and its driver finds both screens; nothing is drawn yet."""
    show.guest.create()
    # the kernel does not know whether they are connected until a program asks
    said = show.guest.run("ls -d /sys/class/drm/card*-Virtual-*")
    if len(re.findall(r"-Virtual-\d", said)) != 2:
        raise Failed(f"expected two screens, found: {said}")
    show.stage.standing.add("guest")
    # the first motion creates the pointer of Weston's seat; a click sent with it would be lost
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
    """The boot splash, which draws in place after one mode set."""
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
    """Ends the Xorg that an earlier step may have left."""
    if "Xorg" in show.stage.standing:
        show.guest.stop("xorg")
        show.stage.standing.discard("Xorg")


def open_xterm(show, title, geometry, command):
    """Starts an xterm that runs a command; waits for its window, which may not be drawn yet."""
    show.guest.start(title, f"xterm -T {title} -geometry {geometry} -bg white -fg black -e {command}")
    show.guest.wait_until(f"xwd -silent -name {title} >/dev/null 2>&1", PROGRAM_SECONDS)


def draw_text(show, text, geometry="80x30+0+0"):
    """Starts an xterm that shows numbers and a text."""
    open_xterm(show, text, geometry, f"bash -c 'seq 1 20; echo {text}; exec sleep 100000'")
    # the window appears before it is drawn
    time.sleep(5)


@step("guest")
def xorg_over_splash(show):
    """Xorg takes over the screen while the splash's framebuffer is shown, as with display managers."""
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
    """More is drawn, each time into the same framebuffer and without a flip."""
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
    """One head is switched off; what is drawn on the other afterwards must appear."""
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
    """DPMS off makes both screens dark, on brings them back, with what was drawn meanwhile."""
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
    """Nothing is left on the screen after Xorg has ended."""
    show.guest.stop("xorg")
    show.stage.standing.discard("Xorg")
    show.until(is_dark)


@step("guest")
def guest_weston(show):
    """Weston in the guest, with a terminal, by double-buffered flips."""
    show.guest.start("weston", "weston --backend=drm --renderer=pixman --continue-without-input --idle-time=0"
                     " --socket=wayland-0 --debug --log=/tmp/weston-own.log")
    show.guest.wait_until("test -S $XDG_RUNTIME_DIR/wayland-0", PROGRAM_SECONDS)
    show.until(is_drawn, "fades-in", PROGRAM_SECONDS)
    desktop = stands_still(show)
    # its window of 250x250 changes everywhere; the desktop's clock changes fewer pixels
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
    """Returns the picture once two screendumps in a row are equal: the desktop has faded in."""
    last = None

    def is_same(picture):
        nonlocal last
        before, last = last, picture
        count = count_different(before.part(LEFT), picture.part(LEFT)) if before else 1
        return f"{count} pixels have changed" if count else None

    show.until(is_same, "desktop", PROGRAM_SECONDS)
    return last


def changes(show, first, what="", pixels=1):
    """Waits until at least so many pixels differ from those of a first screendump."""

    def has_changed(picture):
        count = count_different(first.part(LEFT), picture.part(LEFT))
        return is_drawn(picture) or (None if count >= pixels else f"{count} pixels have changed")

    show.until(has_changed, what, PROGRAM_SECONDS)


@step("guest")
def kmscube(show):
    """A rotating cube, drawn with GL without a desktop."""
    show.guest.start("kmscube", "kmscube -D /dev/dri/card0")
    show.until(is_drawn, "first", PROGRAM_SECONDS)
    changes(show, show.look()[1], "later")
    show.guest.stop("kmscube")
    show.until(is_dark, "ended")


@step("guest")
def mpv(show):
    """A video, with a flip for each frame, that stops at its end."""
    # by itself, mpv finds only devices on a bus that libdrm knows
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
    """Xorg once more after all other programs."""
    start_xorg(show)
    show.guest.run("xrandr --output Virtual-2 --auto --right-of Virtual-1")
    show.guest.run("xsetroot -solid '#204020'")
    draw_text(show, "again")
    show.as_xorg_says("", (0, 0), (640, 0))
