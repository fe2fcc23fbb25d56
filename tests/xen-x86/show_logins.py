# SPDX-License-Identifier: MIT
"""The steps of by-hand in which a user logs in to the guest, types, clicks and drags, with the emulated machine's
keyboard and tablet. The results are read from the guest's programs and files, and from colours set by typed commands."""

from debian_console import count_different
from show import LEFT, PROGRAM_SECONDS, is_dark, is_drawn, step
from show_programs import XORG, draw_text, leave_xorg, start_xorg

# as debian-guest-init creates them
NAME, PASSWORD = "somebody", "Pass-word.9"
# the X server of xdm accepts clients with xdm's own key
XDM_DISPLAY = "XAUTHORITY=$(ls -t /var/lib/xdm/authdir/authfiles/* | head -1)"
XTERM_BLUE = bytes.fromhex("0000ee")
# an xterm with 80x24 characters of 6x13 has more than these
MANY_PIXELS = 100000


def is_blue(picture):
    rows = picture.part(LEFT)
    blue = len(rows) * LEFT[2] - count_different(rows, [XTERM_BLUE * LEFT[2]] * len(rows))
    return None if blue > MANY_PIXELS else f"{blue} pixels are blue"


@step("guest")
def pointer(show):
    """Xorg's pointer follows the tablet, with one head and with two."""
    start_xorg(show)
    show.guest.run("xrandr --output Virtual-2 --off")
    # at first the guest's device is at 0,0 already, and would send no motion to there
    expect_positions(show, [(639, 479), (0, 0), (100, 300)])
    show.guest.run("xrandr --output Virtual-2 --auto --right-of Virtual-1")
    expect_positions(show, [(0, 0), (700, 100), (1023, 479), (639, 240), (640, 240)])


def expect_positions(show, places):
    for place in places:
        expect_position(show, place, place)
    print(f"    within a pixel of {places}", flush=True)


def expect_position(show, place, wanted, within=1):
    """Moves the tablet to a place on Weston's screen, and waits until Xorg's pointer is at the wanted position; within:
    the tolerance in pixels, since the position is rounded three times on its way."""
    x, y = wanted
    show.user.point(*place)
    show.guest.wait_until(f"eval $(xdotool getmouselocation --shell)"
                          f" && test $((X-{x})) -ge -{within} -a $((X-{x})) -le {within}"
                          f" -a $((Y-{y})) -ge -{within} -a $((Y-{y})) -le {within}")


@step("guest", "Xorg")
def drag(show):
    """A drag over five lines of an xterm selects them."""
    draw_text(show, "selected")
    show.user.drag((3, 8), (20, 8 + 4 * 13))
    show.guest.wait_until("test \"$(echo $(xsel -p -o))\" = '1 2 3 4 5'")
    show.as_xorg_says("", (0, 0), (640, 0))
    show.guest.stop("selected", "KILL")
    show.guest.run("xrandr --output Virtual-2 --off")


@step("guest")
def login(show):
    """Name and password are typed at a display manager's greeter, and a command into the session's terminal.

    (login itself cannot run in an xterm: util-linux's login hangs up its terminal first, and xterm then ends.)"""
    leave_xorg(show)
    show.guest.run(f"echo ':0 local /usr/bin/{XORG}' >/etc/X11/xdm/Xservers; rm -f /tmp/who")
    show.guest.start("xdm", "xdm -nodaemon")
    show.guest.wait_until(f"{XDM_DISPLAY} xwininfo -root -tree | grep -q '\"xlogin\"'", PROGRAM_SECONDS)
    show.until(is_drawn, "greeter")
    show.user.click(320, 210)
    show.user.type(NAME + "\n")
    show.user.type(PASSWORD)
    show.keep(show.look()[0], "filled-in")
    show.user.type("\n")
    # xterm starts bash once its window exists
    show.guest.wait_until(f"pgrep -u {NAME} -x bash >/dev/null")
    show.user.click(200, 150)
    show.user.type("id -un >/tmp/who; tput setab 4; clear; cat /tmp/who\n")
    show.guest.wait_until(f"test \"$(cat /tmp/who)\" = {NAME}")
    show.until(is_blue, "typed")
    print(f"    {NAME} has logged in and typed a command; its output is in a file and on the screen", flush=True)
    show.user.type("exit\n")
    show.guest.wait_until(f"! pgrep -u {NAME} >/dev/null")
    show.guest.stop("xdm")
    show.until(is_dark, "ended")
