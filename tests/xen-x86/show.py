# SPDX-License-Identifier: MIT
"""What the steps of by-hand have in common: the list of them, the guest, and looks at what the display adapter scans
out. Knows no program of the guest."""

import time

import debian_console
import debian_user
from debian_console import count_different, picture_of_ppm
from png import make_png
from stage import Failed

STEPS = []
LEFT, RIGHT = (0, 0, 640, 480), (640, 0, 384, 480)
BACKGROUND = bytes.fromhex("204060")
# an emulated processor starts Xorg in a minute, a busy machine in several
PROGRAM_SECONDS = 600
LOOK_SECONDS = 180


class Show:
    """What the steps share: the guest, and what is looked at."""

    def __init__(self, stage, shots):
        self.stage, self.shots = stage, shots
        self.guest = debian_console.DebianGuest(stage)
        self.user = debian_user.DebianUser(stage.machine, self.guest)
        self.step, self.count = "none", 0

    def look(self):
        """What the display adapter scans out now."""
        path = self.stage.screendump()
        return path, picture_of_ppm(path)

    def keep(self, path, what=""):
        self.count += 1
        name = f"{self.count:02}-{self.step}{'-' + what if what else ''}.png"
        make_png(path, f"{self.shots}/{name}")
        print(f"    {name}", flush=True)

    def until(self, is_right, what="", seconds=LOOK_SECONDS):
        """Looks until is_right(picture) gives None and no longer what is wrong; the last look is kept."""
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
        """Each head shows the part of Xorg's screen that begins there, or the background where it is None."""
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
        """compare(picture, held): what is wrong in a look, compared with what Xorg's screen holds; None if nothing is."""
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
    """For what nothing can be compared with: the left place holds more than one colour."""
    colours = count_colours(b"".join(picture.part(LEFT)))
    return None if colours > 1 else f"{colours} colour in {LEFT}"


def is_dark(picture):
    """The guest's outputs are off: Weston's background is there."""
    wrong = not_background(picture, LEFT) + not_background(picture, RIGHT)
    return f"{wrong} pixels are no background" if wrong else None


def step(*needs):
    """Adds a step, which is skipped unless earlier ones have left all that it needs standing."""
    def add(function):
        function.needs = needs
        STEPS.append(function)
        return function

    return add
