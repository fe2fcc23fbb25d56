# SPDX-License-Identifier: MIT
"""The pixel formats of xen-drm-front: their fourcc, and what the module and displif call them."""

# fourcc: (name in logs, bits per pixel)
FORMATS = {
    "RG16": ("RGB565", 16),
    "RG24": ("RGB888", 24),
    "XR24": ("XRGB8888", 32),
    "AR24": ("ARGB8888", 32),
    "XR12": ("XRGB4444", 16),
    "AR12": ("ARGB4444", 16),
    "XR15": ("XRGB1555", 16),
    "AR15": ("ARGB1555", 16),
    "YUYV": ("YUYV", 16),
}


def name_of(fourcc):
    return FORMATS[fourcc][0]


def bits_of(fourcc):
    return FORMATS[fourcc][1]
