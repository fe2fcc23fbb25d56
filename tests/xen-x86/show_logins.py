# SPDX-License-Identifier: MIT
"""The steps of by-hand in which somebody uses the guest: logs in, types, clicks and drags, by the emulated machine's
keyboard and tablet. What comes of it is asked of the guest's programs and files, and seen in colours that were typed."""

from debian_console import count_different
from show import LEFT, PROGRAM_SECONDS, is_dark, is_drawn, step
from show_programs import XORG, draw_text, leave_xorg, start_xorg

# as debian-guest-init makes them
NAME, PASSWORD = "somebody", "Pass-word.9"
# with xdm's own key the X server lets us in
XDM_DISPLAY = "XAUTHORITY=$(ls -t /var/lib/xdm/authdir/authfiles/* | head -1)"
XTERM_BLUE = bytes.fromhex("0000ee")
# of xterm's with 80x24 characters of 6x13
MANY_PIXELS = 100000


def is_blue(picture):
    rows = picture.part(LEFT)
    blue = len(rows) * LEFT[2] - count_different(rows, [XTERM_BLUE * LEFT[2]] * len(rows))
    return None if blue > MANY_PIXELS else f"{blue} pixels are blue"


@step("guest")
def pointer(show):
    """Xorg's pointer is where the tablet's is, on one head and on two."""
    start_xorg(show)
    show.guest.run("xrandr --output Virtual-2 --off")
    # at the start the guest's device is at 0,0 already, which it would not tell
    expect_positions(show, [(639, 479), (0, 0), (100, 300)])
    show.guest.run("xrandr --output Virtual-2 --auto --right-of Virtual-1")
    expect_positions(show, [(0, 0), (700, 100), (1023, 479), (639, 240), (640, 240)])


def expect_positions(show, places):
    for place in places:
        expect_position(show, place, place)
    print(f"    within a pixel of {places}", flush=True)


def expect_position(show, place, wanted, within=1):
    """The tablet's place on Weston's screen, and what Xorg is to make of it: so many pixels less or more, since three
    ranges have been rounded on the way."""
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
    """A display manager's greeter takes name and password; the session's terminal is typed into.

    (login itself cannot run in an xterm: util-linux's hangs its terminal up first, whose other end xterm then closes.)"""
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
    # xterm starts it when its window is there
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
