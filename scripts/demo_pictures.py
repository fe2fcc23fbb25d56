# SPDX-License-Identifier: MIT
"""What the two guests of the demonstration draw: a car's instruments and a radio, as XRGB8888 pixels.

Called by demo.py. A picture is a list of rows of red, green and blue; shapes are blended by how much of a pixel
they cover."""

import math

# 5x7 letters, a row of 5 bits each
GLYPHS = {
    " ": "00000000000000", "0": "0E11131519110E", "1": "040C040404040E", "2": "0E11010204081F",
    "3": "1F02040201110E", "4": "02060A121F0202", "5": "1F101E0101110E", "6": "0608101E11110E",
    "7": "1F010204080808", "8": "0E11110E11110E", "9": "0E11110F01020C", ".": "00000000000C0C",
    "/": "01010204081010", ":": "000C0C000C0C00", "A": "0E11111F111111", "B": "1E11111E11111E",
    "C": "0E11101010110E", "D": "1E11111111111E", "E": "1F10101E10101F", "F": "1F10101E101010",
    "G": "0E11101713110F", "H": "1111111F111111", "I": "0E04040404040E", "J": "0702020202120C",
    "K": "11121418141211", "L": "1010101010101F", "M": "111B1515111111", "N": "11191513111111",
    "O": "0E11111111110E", "P": "1E11111E101010", "Q": "0E11111115120D", "R": "1E11111E141211",
    "S": "0F10100E01011E", "T": "1F040404040404", "U": "1111111111110E", "V": "11111111110A04",
    "W": "11111115151B11", "X": "11110A040A1111", "Y": "11110A04040404", "Z": "1F01020408101F",
}

WHITE, GREY, RED, AMBER, CYAN = (236, 240, 244), (120, 130, 140), (232, 62, 48), (250, 176, 40), (80, 200, 230)


class Picture:
    def __init__(self, width, height, top, bottom):
        """The background is a gradient from one colour at the top to another at the bottom."""
        self.width, self.height = width, height
        self.rows = []
        for y in range(height):
            colour = [round(a + (b - a) * y / (height - 1)) for a, b in zip(top, bottom)]
            self.rows.append([tuple(colour)] * width)

    def blend(self, x, y, colour, cover):
        old = self.rows[y][x]
        self.rows[y][x] = tuple(round(a + (b - a) * cover) for a, b in zip(old, colour))

    def shape(self, box, colour, distance):
        """Fills the part of the box (x, y, x, y) where distance(x, y), in pixels from the shape's edge, is below 0."""
        for y in range(max(0, int(box[1])), min(self.height, int(box[3]) + 1)):
            for x in range(max(0, int(box[0])), min(self.width, int(box[2]) + 1)):
                cover = 0.5 - distance(x, y)
                if cover > 0:
                    self.blend(x, y, colour, min(cover, 1))

    def disc(self, cx, cy, radius, colour):
        self.shape((cx - radius - 1, cy - radius - 1, cx + radius + 1, cy + radius + 1), colour,
                   lambda x, y: math.hypot(x - cx, y - cy) - radius)

    def line(self, x0, y0, x1, y1, width, colour):
        dx, dy = x1 - x0, y1 - y0
        square = dx * dx + dy * dy

        def distance(x, y):
            along = max(0, min(1, ((x - x0) * dx + (y - y0) * dy) / square))
            return math.hypot(x - x0 - along * dx, y - y0 - along * dy) - width / 2

        self.shape((min(x0, x1) - width, min(y0, y1) - width, max(x0, x1) + width, max(y0, y1) + width), colour,
                   distance)

    def text(self, cx, y, size, text, colour):
        """Centred at cx; each dot of a letter is size pixels wide and high."""
        x0 = round(cx - (len(text) * 6 - 1) * size / 2)
        for i, letter in enumerate(text):
            for row, bits in enumerate(bytes.fromhex(GLYPHS[letter])):
                for column in range(5):
                    if bits >> (4 - column) & 1:
                        x = x0 + (i * 6 + column) * size
                        for line in self.rows[y + row * size:y + (row + 1) * size]:
                            line[x:x + size] = [colour] * size

    def gauge(self, cx, cy, radius, marks, part, needle):
        """A dial with marks from lower left to lower right, and a needle at part (0 to 1) of that way."""
        def at(part, distance):
            angle = math.radians(225 - 270 * part)
            return cx + distance * math.cos(angle), cy - distance * math.sin(angle)

        self.disc(cx, cy, radius, (70, 78, 88))
        self.disc(cx, cy, radius - 4, (14, 17, 22))
        small = 4 * (len(marks) - 1)
        for i in range(small + 1):
            big = i % 4 == 0
            self.line(*at(i / small, radius - (26 if big else 18)), *at(i / small, radius - 10), 4 if big else 2,
                      WHITE if big else GREY)
        for i, mark in enumerate(marks):
            x, y = at(i / (len(marks) - 1), radius - 46)
            self.text(x, round(y) - 7, 2, mark, WHITE)
        self.line(cx, cy, *at(part, radius - 32), 7, needle)
        self.disc(cx, cy, 16, (50, 56, 64))

    def data(self):
        return b"".join(bytes((b, g, r, 0)) for row in self.rows for r, g, b in row)


def cluster(width, height, step):
    """A car's instruments."""
    picture = Picture(width, height, (24, 30, 40), (6, 8, 12))
    kmh = 87 + 2 * step
    picture.gauge(width * 0.27, height * 0.47, height * 0.33, ["0", "40", "80", "120", "160", "200"], kmh / 200, RED)
    picture.gauge(width * 0.73, height * 0.47, height * 0.33, ["0", "1", "2", "3", "4", "5", "6"],
                  (22 + step) / 60, AMBER)
    picture.text(width * 0.27, round(height * 0.60), 4, str(kmh), WHITE)
    picture.text(width * 0.27, round(height * 0.66), 2, "KM/H", GREY)
    picture.text(width * 0.73, round(height * 0.66), 2, "X 1000", GREY)
    picture.text(width * 0.5, round(height * 0.88), 3, "GUEST 1: INSTRUMENTS", CYAN)
    return picture.data()


def radio(width, height, step):
    """A radio with a spectrum."""
    picture = Picture(width, height, (40, 22, 50), (14, 8, 22))
    picture.text(width * 0.5, round(height * 0.14), 8, "89.3", WHITE)
    picture.text(width * 0.5, round(height * 0.30), 3, "MHZ  STATION ONE", GREY)
    count = 20
    for i in range(count):
        tall = height * 0.32 * abs(math.sin(i * 0.7 + step * 0.9) * math.cos(i * 0.31 - step))
        x = width * (0.1 + 0.8 * (i + 0.5) / count)
        picture.line(x, height * 0.78, x, height * 0.77 - tall, width * 0.022,
                     (80 + 8 * i, 200 - 5 * i, 230 - 3 * i))
    picture.text(width * 0.5, round(height * 0.88), 3, "GUEST 2: RADIO", AMBER)
    return picture.data()
