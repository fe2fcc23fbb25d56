# SPDX-License-Identifier: MIT
"""The step of by-hand in which the guest's Xorg is a window of desktop-shell, which the tablet moves and resizes.
windows.py has the functions for that, and the places."""

import inputs
import windows
from debian_console import count_different
from show import is_drawn, step
from show_logins import expect_position
from show_programs import leave_xorg, open_xterm, start_xorg


@step("guest")
def window(show):
    """The moved window shows what Xorg holds, pixel by pixel; at half its size it still gets pointer and keys."""
    leave_xorg(show)
    inputs.restart_weston(show.stage, "desktop", [0])
    start_xorg(show)
    show.guest.run("xrandr --output Virtual-2 --off")
    open_xterm(show, "window", "80x24+0+0", "bash")
    # the frame or the guest's picture
    show.until(is_drawn, "appears")
    windows.wait_for_window(show.stage)
    show.user.click(*windows.CENTRE)
    windows.move_window(show.stage, windows.MOVED)
    type_command(show, "moved")
    show.as_xwd_says(differs_where_moved, "moved")
    windows.resize_window(show.stage, windows.RESIZED)
    for place, seen in windows.places_on(windows.RESIZED):
        # a pixel of the window stands for two by two of Xorg's
        expect_position(show, place, tuple(map(int, seen)), within=2)
    # the last position is beside the xterm
    show.user.click(windows.RESIZED[0] + 40, windows.RESIZED[1] + 40)
    type_command(show, "resized")
    show.keep(show.look()[0], "resized")


def type_command(show, name):
    """Types a command whose output also goes to a file of that name; waits for the file."""
    show.user.type(f"uname -a | tee /tmp/{name}\n")
    show.guest.wait_until(f"test \"$(cat /tmp/{name})\" = \"$(uname -a)\"")


def differs_where_moved(picture, held):
    count = count_different(picture.part(windows.MOVED), held.part((0, 0, *windows.SIZE)))
    return f"{count} pixels of {windows.MOVED} differ" if count else None
