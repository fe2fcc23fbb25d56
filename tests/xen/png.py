# SPDX-License-Identifier: MIT
"""Makes a PNG file of a screendump, so that people can look at it.

The rigs call it for the pictures that they keep. Implements only what QEMU writes and viewers need of PPM and PNG."""

import re
import struct
import zlib


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def make_png(ppm_path, png_path):
    with open(ppm_path, "rb") as file:
        ppm = file.read()
    head = re.match(rb"P6\s+(\d+)\s+(\d+)\s+255\s", ppm)
    if not head:
        raise RuntimeError(f"{ppm_path} is not a PPM file with 8 bits per colour")
    width, height = int(head.group(1)), int(head.group(2))
    row = 3 * width
    # a zero before each row means that it is not filtered
    rows = b"".join(b"\0" + ppm[start:start + row] for start in range(head.end(), head.end() + row * height, row))
    with open(png_path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
                   + chunk(b"IDAT", zlib.compress(rows, 6)) + chunk(b"IEND", b""))
