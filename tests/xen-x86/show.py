# SPDX-License-Identifier: MIT
"""What the steps of by-hand share: their list, the guest, and the checks of what the display adapter scans out. It
knows no program of the guest."""

import time

import debian_console
import debian_user
from debian_console import count_different, picture_of_ppm
from png import make_png
from stage import Failed

STEPS = []
LEFT, RIGHT = (0, 0, 640, 480), (640, 0, 384, 480)
BACKGROUND = bytes.fromhex("204060")
# on an emulated processor Xorg starts in a minute, on a busy machine in several
PROGRAM_SECONDS = 600
LOOK_SECONDS = 180


class Show:
    """What the steps share: the guest, its user, and screendumps."""

    def __init__(self, stage, shots):
        self.stage, self.shots = stage, shots
        self.guest = debian_console.DebianGuest(stage)
        self.user = debian_user.DebianUser(stage.machine, self.guest)
        self.step, self.count = "none", 0

    def look(self):
        """Takes a screendump; returns its path and its picture."""
        path = self.stage.screendump()
        return path, picture_of_ppm(path)

    def keep(self, path, what=""):
        self.count += 1
        name = f"{self.count:02}-{self.step}{'-' + what if what else ''}.png"
        make_png(path, f"{self.shots}/{name}")
        print(f"    {name}", flush=True)

    def until(self, is_right, what="", seconds=LOOK_SECONDS):
        """Takes screendumps until is_right(picture) returns None instead of what is wrong; keeps the last one."""
        end = time.monotonic() + seconds
        while True:
            path, picture = self.look()
            wrong = is_right(picture)
            if not wrong or time.monotonic() > end:
                break
            time.sleep(1)
        self.keep(path, what)
        if wrong:
            raise Failed(f"after {seconds} s: {wrong}")

    def as_xorg_says(self, what="", left=(0, 0), right=None):
        """Each head must show the part of Xorg's screen at that corner, or the background if the corner is None."""
        def compare(picture, held):
            for place, corner in ((LEFT, left), (RIGHT, right)):
                if corner is None:
                    wrong = not_background(picture, place)
                else:
                    wrong = count_different(picture.part(place), held.part((*corner, *place[2:])))
                if wrong:
                    return f"{wrong} pixels of {place} differ"
            return None

        self.as_xwd_says(compare, what)

    def as_xwd_says(self, compare, what=""):
        """compare(picture, held): says how a screendump differs from what Xorg's screen holds; None if not at all."""
        held = self.guest.xwd()

        def is_right(picture):
            nonlocal held
            wrong = compare(picture, held)
            if wrong:
                # programs may still have been drawing
                held = self.guest.xwd()
            return wrong

        self.until(is_right, what)
        print(f"    equal to xwd ({held.width}x{held.height}, {count_colours(held.pixels)} colours)", flush=True)


def count_colours(pixels):
    return len({pixels[i:i + 3] for i in range(0, len(pixels), 3)})


def not_background(picture, place):
    rows = picture.part(place)
    return count_different(rows, [BACKGROUND * place[2]] * len(rows))


def is_drawn(picture):
    """For pictures without a reference: the left screen must have more than one colour."""
    colours = count_colours(b"".join(picture.part(LEFT)))
    return None if colours > 1 else f"{colours} colour in {LEFT}"


def is_dark(picture):
    """The guest's outputs are off: Weston's background is shown instead."""
    wrong = not_background(picture, LEFT) + not_background(picture, RIGHT)
    return f"{wrong} pixels are not the background" if wrong else None


def step(*needs):
    """Adds a step, which is skipped unless earlier steps have left standing what it needs."""
    def add(function):
        function.needs = needs
        STEPS.append(function)
        return function

    return add
