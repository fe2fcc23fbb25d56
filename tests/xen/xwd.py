# SPDX-License-Identifier: MIT
"""Reads what xwd prints, and what Xvfb has in memory: 32 bits per pixel, least significant byte first, as X has them on
x86."""

import struct


def read_xwd(data):
    """Returns (width, height, pixels of three bytes, row by row)."""
    fields = struct.unpack_from(">25I", data)
    header, width, height, stride, colours = fields[0], fields[4], fields[5], fields[12], fields[19]
    if fields[11] != 32 or fields[7] != 0:
        raise RuntimeError(f"xwd: expected 32 bits per pixel, byte order 0; got {fields[11]}, byte order {fields[7]}")
    start = header + 12 * colours
    pixels = bytearray(3 * width * height)
    for row in range(height):
        line = data[start + row * stride:start + row * stride + 4 * width]
        for colour in range(3):
            pixels[3 * width * row + colour:3 * width * (row + 1):3] = line[2 - colour::4]
    return width, height, bytes(pixels)
