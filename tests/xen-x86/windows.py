# SPDX-License-Identifier: MIT
"""Checks of a guest's window under desktop-shell, moved and resized by QEMU's tablet. checks.py says when they run.

The window is found on the screen by the colour of its frame, which nothing else has."""

import re
import subprocess

from inputs import ABS_X, ABS_Y, click_and_type, last_position, restart_weston_under_kmsguest, send
from machine import Stuck
from person import at, button
from png import make_png
from report import need
from stage import Failed

# colours of weston-desktop.ini; the frame of a window without keyboard focus is paler
FRAME, BACKGROUND = "336699", "204060"
SCREEN, CENTRE, SECOND = (1024, 768), (512, 384), (896, 0, 128, 96)
BORDER, TITLE = 4, 26
SIZE = (640, 480)
# the guest's picture, and its places after moving and resizing
NUMBER, MOVED, RESIZED = 6, (300, 200, *SIZE), (300, 200, 320, 240)


def read_rows(path):
    with open(path, "rb") as file:
        data = file.read()
    head = re.match(rb"P6\s+(\d+)\s+(\d+)\s+255\s", data)
    width, height = map(int, head.groups())
    pixels = data[head.end():]
    return [pixels[3 * width * row:3 * width * (row + 1)] for row in range(height)]


def place_of_window(stage):
    """The place of the picture inside the visible frame: left, top, width, height; None if there is no frame."""
    border, side = bytes.fromhex(FRAME) * 100, bytes.fromhex(FRAME) * BORDER
    rows = read_rows(stage.screendump())
    # rows with the upper and the lower border; the cursor is not on the upper one
    framed = [number for number, row in enumerate(rows) if border in row]
    if not framed:
        return None
    top, bottom = framed[0], framed[-1] + 1
    left, right = rows[top].index(side) // 3, rows[top].rindex(side) // 3 + BORDER
    return (left + BORDER, top + BORDER + TITLE, right - left - 2 * BORDER, bottom - top - 2 * BORDER - TITLE)


def drag_until(stage, start, wanted, error):
    """Drags from a point of the frame until the picture is at the wanted place.

    error(is, wanted): how far the pointer still has to go."""
    pointer = start
    last = None

    def is_there():
        nonlocal pointer, last
        before, last = last, place_of_window(stage)
        if last == wanted:
            return True
        # move on only when the window has stopped
        if last and last == before:
            pointer = tuple(now + way for now, way in zip(pointer, error(last, wanted)))
            send(stage, at(*pointer))
            last = None
        return False

    send(stage, at(*start), [button("left", True)])
    try:
        stage.machine.wait_for(f"the window at {wanted}", is_there, 90)
    finally:
        send(stage, [button("left", False)])


def wait_for_window(stage):
    """Waits for the window; wherever desktop-shell puts it, it covers CENTRE."""
    place = stage.machine.wait_for("a window", lambda: place_of_window(stage), 60)
    if place[2:] != SIZE:
        raise Failed(f"the window has the wrong size, its place is {place}")


def move_window(stage, wanted):
    """Drags the window by its title; the pointer is on the picture afterwards."""
    x, y, _, _ = place_of_window(stage)
    drag_until(stage, (x + 60, y - TITLE // 2), wanted, lambda now, wanted: (wanted[0] - now[0], wanted[1] - now[1]))
    send(stage, at(wanted[0] + 5, wanted[1] + 5))


def resize_window(stage, wanted):
    """Drags the window's corner; the pointer is on the picture afterwards."""
    x, y, width, height = place_of_window(stage)
    corner = x + width + BORDER // 2, y + height + BORDER // 2
    drag_until(stage, corner, wanted, lambda now, wanted: (wanted[2] - now[2], wanted[3] - now[3]))
    send(stage, at(wanted[0] + 5, wanted[1] + 5))


def expect_screen(stage, where):
    """Checks the picture, the frame around it and the background around that, pixel by pixel."""
    x, y, width, height = where
    top = y - TITLE
    left, above, right, below = x - BORDER, top - BORDER, x + width, y + height
    source = (0, 0, *SIZE, *SIZE)
    picture = (f"picture={x},{y},{width},{height},XR24,{NUMBER}" if (width, height) == SIZE else
               f"scaled={x},{y},{width},{height},XR24,{NUMBER}," + ",".join(map(str, source)))
    wanted = [picture,
              f"solid={left},{above},{width + 2 * BORDER},{BORDER},{FRAME}",
              f"solid={left},{below},{width + 2 * BORDER},{BORDER},{FRAME}",
              f"solid={left},{top},{BORDER},{height + TITLE},{FRAME}",
              f"solid={right},{top},{BORDER},{height + TITLE},{FRAME}",
              f"but={left},{above},{width + 2 * BORDER},{height + TITLE + 2 * BORDER}",
              "but=" + ",".join(map(str, SECOND)), f"solid=0,0,{SCREEN[0]},{SCREEN[1]},{BACKGROUND}"]
    said = []

    def is_right():
        dump = stage.screendump()
        make_png(dump, dump + ".png")
        result = subprocess.run([f"{stage.machine.logs}/picture-check", dump + ".png", *wanted],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        said[:] = result.stdout.split("\n")
        if result.returncode == 0:
            stage.keep(dump)
        return result.returncode == 0

    try:
        stage.machine.wait_for("the window as it should be", is_right, 60)
    except Stuck as failure:
        raise Failed(f"{failure}: {' '.join(said)}") from failure


def places_on(where):
    """Yields some pixels of the window, each with the position in the guest's picture that its middle shows."""
    x, y, width, height = where
    for part_x, part_y in ((0.25, 0.25), (0.5, 0.75), (0.875, 0.125)):
        place = x + int(width * part_x), y + int(height * part_y)
        yield place, ((place[0] - x + 0.5) * SIZE[0] / width, (place[1] - y + 0.5) * SIZE[1] / height)


def expect_positions(stage, where):
    """Checks that pointing at the window gives the guest the matching positions in its picture."""
    for place, seen in places_on(where):
        got = last_position(stage, *place)
        if abs(got[ABS_X] - seen[0]) > 1 or abs(got[ABS_Y] - seen[1]) > 1:
            raise Failed(f"at {place} of {where} the guest has {got}, expected {seen}")


def window_appears(stage):
    """Under desktop-shell a guest's screen is a window, with a frame of its colour; a click gives it the focus."""
    need(stage, "input")
    restart_weston_under_kmsguest(stage, "desktop")
    stage.guest(f"show {NUMBER}")
    wait_for_window(stage)
    last_position(stage, *CENTRE)
    click_and_type(stage)
    stage.standing.add("window")


def window_moved(stage):
    """Dragged by its title: the picture and its input have moved, the background is where it was."""
    need(stage, "window")
    move_window(stage, MOVED)
    expect_screen(stage, MOVED)
    expect_positions(stage, MOVED)
    click_and_type(stage)


def window_resized(stage):
    """Dragged at a corner: the picture is scaled, the frame fits it, input positions match."""
    need(stage, "window")
    resize_window(stage, RESIZED)
    expect_screen(stage, RESIZED)
    expect_positions(stage, RESIZED)
    click_and_type(stage)


ALL = (window_appears, window_moved, window_resized)
