# SPDX-License-Identifier: MIT
"""The third guest of the demonstration: a sheet that shows the guest's keyboard and pointer input.

Letters appear as they are typed, a line where the pointer is dragged, and an arrow where it is. Called by demo.py;
owns the sheet's pixels."""

from demo_pictures import CYAN, GLYPHS, GREY, RED, WHITE, Picture

ROWS_OF_KEYS = {2: "1234567890", 16: "QWERTYUIOP", 30: "ASDFGHJKL", 44: "ZXCVBNM", 52: ".", 57: " "}
CODES = {letter: first + i for first, letters in ROWS_OF_KEYS.items() for i, letter in enumerate(letters)}
LETTERS = {code: letter for letter, code in CODES.items()}
KEY_BACKSPACE, BUTTON_LEFT = 14, 0x110
CHUNK = 4096    # bytes that a guest takes with one command
DOT, MARGIN = 4, 28
ADVANCE = 6 * DOT
TEXT_TOP, TEXT_ROWS = 60, 7 * DOT
ARROW = ("#", "##", "###", "####", "#####", "######", "#######", "########", "#########", "######", "## ###",
         "#  ###", "    ###", "    ###")
TOP, BOTTOM = (38, 44, 38), (18, 24, 18)


class Notes:
    def __init__(self, guest, size):
        """guest: has a vkb device whose pointer's range is size."""
        self.guest, self.size = guest, size
        self.text, self.strokes = "", 0
        self.pointer, self.is_dragged = None, False
        self.sheet = Picture(*size, TOP, BOTTOM)
        self.paper = self.sheet.rows[TEXT_TOP:TEXT_TOP + TEXT_ROWS]
        self.paper = [list(row) for row in self.paper]
        self.changed = set(range(size[1]))
        self.sheet.text(size[0] // 2, 14, 2, "GUEST 3: ITS KEYS AND ITS POINTER", CYAN)
        guest.connect()
        guest.ok("kbd 0 connect wait")
        guest.buffer(1, *size)
        self.draw()
        guest.show(1, *size)
        # returns when the sheet is on the screen
        guest.flip(1)

    def take(self):
        """Draws the input that the guest got since the last call."""
        self.guest.drain()
        lines = [line for _, line in self.guest.events]
        self.guest.events.clear()
        for line in lines:
            kind, *pairs = line.split()
            values = dict(pair.split("=") for pair in pairs)
            if kind == "pos":
                self.move(int(values["x"]), int(values["y"]))
            elif kind == "key" and int(values["code"]) == BUTTON_LEFT:
                self.is_dragged = values["value"] == "1"
                self.strokes += not self.is_dragged
            elif kind == "key" and values["value"] != "0":
                self.type(int(values["code"]))
        if self.changed:
            self.draw()
            self.guest.flip(1)

    def move(self, x, y):
        before, self.pointer = self.pointer, (x, y)
        for place in (before, self.pointer):
            if place:
                self.change(place[1] - 4, place[1] + len(ARROW))
        if before and self.is_dragged and before != self.pointer:
            self.sheet.line(*before, x, y, 5, RED)
            self.change(min(before[1], y) - 4, max(before[1], y) + 4)

    def type(self, code):
        if code == KEY_BACKSPACE:
            self.text = self.text[:-1]
        elif code in LETTERS and MARGIN + (len(self.text) + 2) * ADVANCE < self.size[0]:
            self.text += LETTERS[code]
        else:
            return
        for row, paper in enumerate(self.paper):
            self.sheet.rows[TEXT_TOP + row] = list(paper)
        self.sheet.text(MARGIN + len(self.text) * ADVANCE / 2, TEXT_TOP, DOT, self.text, WHITE)
        self.change(TEXT_TOP, TEXT_TOP + TEXT_ROWS)

    def change(self, first, last):
        self.changed.update(range(max(0, first), min(self.size[1], last + 1)))

    def row(self, y):
        """The pixels of a row, with the arrow in front."""
        row = self.sheet.rows[y]
        if self.pointer and 0 <= y - self.pointer[1] < len(ARROW):
            row = list(row)
            for i, dot in enumerate(ARROW[y - self.pointer[1]]):
                if dot == "#" and self.pointer[0] + i < self.size[0]:
                    row[self.pointer[0] + i] = GREY if i == 0 else WHITE
        return b"".join(bytes((b, g, r, 0)) for r, g, b in row)

    def draw(self):
        """Draws what has changed, row by row, into the framebuffer that is on the screen."""
        stride = 4 * self.size[0]
        for y in sorted(self.changed):
            pixels = self.row(y)
            for offset in range(0, stride, CHUNK):
                self.guest.ok(f"poke 0 dbuf:1 {y * stride + offset} {pixels[offset:offset + CHUNK].hex()}")
        self.changed.clear()


assert set("".join(ROWS_OF_KEYS.values())) <= set(GLYPHS)
