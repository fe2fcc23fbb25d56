# SPDX-License-Identifier: MIT
"""The format of what xwd prints, and Xvfb has in memory: 32 bits a pixel, the least significant byte first, as X on x86
has it."""

import struct


def read_xwd(data):
    """(width, height, pixels of three bytes, row by row)"""
    fields = struct.unpack_from(">25I", data)
    header, width, height, stride, colours = fields[0], fields[4], fields[5], fields[12], fields[19]
    if fields[11] != 32 or fields[7] != 0:
        raise RuntimeError(f"xwd: {fields[11]} bits a pixel, byte order {fields[7]}")
    start = header + 12 * colours
    pixels = bytearray(3 * width * height)
    for row in range(height):
        line = data[start + row * stride:start + row * stride + 4 * width]
        for colour in range(3):
            pixels[3 * width * row + colour:3 * width * (row + 1):3] = line[2 - colour::4]
    return width, height, bytes(pixels)
