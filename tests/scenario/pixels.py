# SPDX-License-Identifier: MIT
"""Pixels on the screen: every format, odd sizes, offsets, scaling, alpha, huge and unchanging pictures."""
import time

from rig.formats import FORMATS
from rig.runner import Skip, check, equal, scenario
from rig.weston import version


def pixel_for_pixel(width, height):
    """One output that a connector of that size fills."""
    return (("headless", width, height),)


def show_format(rig, fourcc, sizes, options=""):
    """Shows a picture of that format in each size, two frames each; beyond it nothing is mapped."""
    for number, (width, height) in enumerate(sizes):
        weston = rig.weston(outputs=pixel_for_pixel(width, height))
        guest = rig.guest("guest", f"{width}x{height}")
        for cookie in (1, 2):
            guest.buffer(cookie, width, height, fourcc, options=options,
                         picture=2 * number + cookie)
        guest.show(1, width, height)
        weston.expect(f"size={width}x{height}",
                      f"picture=0,0,{width},{height},{fourcc},{2 * number + 1}")
        guest.flip(2)
        weston.expect(f"picture=0,0,{width},{height},{fourcc},{2 * number + 2}")
        guest.flips(5, 1, 2)
        guest.destroy()
        rig.expect_baseline(weston)
        equal(weston.stop(), 0, "Weston's exit status")
        rig.westons.remove(weston)


def register_format(fourcc):
    def plain(rig):
        show_format(rig, fourcc, ((640, 480),))

    def odd(rig):
        show_format(rig, fourcc, ((1366, 768), (799, 601), (1365, 33)))

    def offset(rig):
        show_format(rig, fourcc, ((322, 201),), options="ofs=4100")

    for function, what, about in (
            (plain, "plain", "at 640x480"),
            (odd, "odd-sizes", "at 1366x768, 799x601 and 1365x33, a hole behind the buffer"),
            (offset, "offset", "at 322x201, beginning in the second page")):
        function.__name__ = f"{fourcc.lower()}_{what}"
        function.__doc__ = f"{fourcc} {about}: every pixel right."
        scenario("pixels", limit=90)(function)


for name in FORMATS:
    register_format(name)


@scenario("pixels")
def path_is_said_once(rig):
    """Mapped for what the renderer reads in place, converted for the rest; logged once a guest."""
    weston = rig.weston(outputs=pixel_for_pixel(320, 240))
    guest = rig.guest("guest", "320x240")
    for cookie in (1, 2):
        guest.buffer(cookie, 320, 240, picture=1)
        guest.show(cookie, 320, 240)
    guest.buffer(3, 320, 240, "RG24", picture=1)
    guest.show(3, 320, 240)
    weston.expect_log(r"guest.*mapped")
    weston.expect_log(r"guest.*converted")
    equal(weston.log().count("path mapped"), 1, "log lines about the path mapped")
    equal(weston.log().count("xen-display: dma-buf: o"), 1, "log lines about whether dma-bufs are used")


@scenario("pixels")
def read_only_grants_are_shown(rig):
    """Grants that refuse writing cannot be a pool of Weston's; they are converted."""
    weston = rig.weston(outputs=pixel_for_pixel(320, 240))
    guest = rig.guest("guest", "320x240")
    for cookie in (1, 2):
        guest.buffer(cookie, 320, 240, options="readonly", picture=cookie)
    guest.show(1, 320, 240)
    weston.expect("picture=0,0,320,240,XR24,1")
    guest.flip(2)
    weston.expect("picture=0,0,320,240,XR24,2")


@scenario("pixels")
def argb_is_opaque_unless_configured(rig):
    """Alpha of a guest is ignored, in each format that has it."""
    weston = rig.weston(outputs=pixel_for_pixel(320, 240))
    guest = rig.guest("guest", "320x240")
    for cookie, fourcc in enumerate(("AR24", "AR12", "AR15"), 1):
        guest.buffer(cookie, 320, 240, fourcc, picture=cookie)
        guest.show(cookie, 320, 240)
        weston.expect(f"picture=0,0,320,240,{fourcc},{cookie}")


@scenario("pixels")
def argb_is_transparent_where_configured(rig):
    """alpha=true for one guest: its ARGB picture lies over the background, its XRGB one does not."""
    weston = rig.weston(outputs=pixel_for_pixel(320, 240),
                        config="[xen-guest]\nname=glass\nalpha=true\n")
    guest = rig.guest("glass", "320x240")
    guest.buffer(1, 320, 240, "AR24", picture=1)
    guest.buffer(2, 320, 240, "XR24", picture=2)
    guest.show(1, 320, 240)
    weston.expect("blended=0,0,320,240,AR24,1,303030")
    guest.show(2, 320, 240)
    weston.expect("picture=0,0,320,240,XR24,2")


@scenario("pixels")
def single_buffered_guest_is_read_again(rig):
    """A guest that draws into what is shown, and never flips, is seen all the same."""
    for fourcc in ("XR24", "RG24"):
        weston = rig.weston(outputs=pixel_for_pixel(320, 240))
        guest = rig.guest("still", "320x240")
        guest.buffer(1, 320, 240, fourcc, picture=1)
        guest.show(1, 320, 240)
        weston.expect(f"picture=0,0,320,240,{fourcc},1")
        for picture in (2, 3):
            guest.ok(f"fill 0 1 {picture}")
            weston.expect(f"picture=0,0,320,240,{fourcc},{picture}")
        guest.destroy()
        equal(weston.stop(), 0, "Weston's exit status")
        rig.westons.remove(weston)


@scenario("pixels")
def sampling_can_be_switched_off(rig):
    """resample-rate=0 for the module, or for one connector: nothing is read again."""
    for config in ("[xen-display]\nresample-rate=0\n",
                   "[xen-connector]\nguest=still\nresample-rate=0\n"):
        weston = rig.weston(outputs=pixel_for_pixel(320, 240), config=config)
        guest = rig.guest("still", "320x240")
        guest.picture(1, size=(320, 240))
        weston.expect("picture=0,0,320,240,XR24,1")
        time.sleep(0.3)
        guest.drain()
        log = weston.log()
        guest.destroy()
        weston.expect_log(r"0 resampled")
        check("resampled" not in log, "the log mentions resampling before the guest's end")
        equal(weston.stop(), 0, "Weston's exit status")
        rig.westons.remove(weston)


@scenario("pixels", limit=120)
def largest_mode(rig):
    """4095x2047, pixel for pixel, two buffers and flips."""
    if rig.machine.directory.startswith("/tmp"):
        raise Skip("needs 200 MB in /dev/shm, which cannot be written here")
    weston = rig.weston(outputs=pixel_for_pixel(4095, 2047))
    guest = rig.guest("large", "4095x2047")
    for cookie in (1, 2):
        guest.buffer(cookie, 4095, 2047, picture=cookie)
    guest.show(1, 4095, 2047)
    weston.expect("size=4095x2047", "picture=0,0,4095,2047,XR24,1", timeout=20)
    guest.flip(2)
    weston.expect("picture=0,0,4095,2047,XR24,2", timeout=20)
    guest.flips(10, 1, 2)
    guest.ok("close 0")
    guest.no_event("still-mapped", 0)


@scenario("pixels")
def wide_framebuffer_over_two_connectors(rig):
    """One framebuffer of 640 pixels, its halves on two connectors and two outputs."""
    weston = rig.weston(outputs=(("headless", 320, 240), ("second", 320, 240)))
    guest = rig.guest("wide", "320x240", "320x240")
    for cookie in (1, 2):
        guest.buffer(cookie, 640, 240, picture=cookie)
    guest.show(1, 640, 240, connector=0)
    guest.show(1, 640, 240, connector=1, at="320,0")
    weston.expect("size=640x240", "picture=0,0,640,240,XR24,1")
    guest.flip(2, connector=0)
    guest.flip(2, connector=1)
    weston.expect("picture=0,0,640,240,XR24,2")


def path(weston, connector=0):
    return weston.control("list")[connector].split()[7]


@scenario("pixels", limit=120)
def framebuffer_wider_than_any_texture(rig):
    """A desktop over many screens: what is shown of it is read in place wherever the renderer can, else converted."""
    for renderer in ("pixman", "gl"):
        weston = rig.weston(outputs=pixel_for_pixel(320, 240), renderer=renderer)
        guest = rig.guest("wide", "320x240")
        for cookie in (1, 2):
            guest.buffer(cookie, 17000, 300, picture=cookie)
        for x, y in ((0, 0), (8001, 17), (16680, 0), (16680, 60)):
            guest.show(1, 17000, 300, at=f"{x},{y}")
            weston.expect(f"picture=0,0,320,240,XR24,1,{x},{y},17000,300")
            guest.flip(2)
            weston.expect(f"picture=0,0,320,240,XR24,2,{x},{y},17000,300")
            # A wl_buffer for the last row that begins far to the right would end beyond its pool; and before
            # Weston 14 a texture is as wide as the framebuffer, whatever part of it is shown.
            converted = renderer == "gl" and (y == 60 or version() < 14)
            equal(path(weston), "converted" if converted else "mapped", f"path at {x},{y}")
        if renderer == "gl":
            weston.expect_log("path converted .*no textures of this size")
        guest.destroy()
        equal(weston.stop(), 0, "Weston's exit status")
        rig.westons.remove(weston)


@scenario("pixels")
def larger_than_the_renderer_can_show(rig):
    """A mode that no texture is large enough for: the log says so, and the next one is shown."""
    weston = rig.weston(outputs=pixel_for_pixel(320, 240), renderer="gl")
    guest = rig.guest("wide", "17000x64")
    guest.buffer(1, 17000, 64, picture=1)
    guest.show(1, 17000, 64)
    weston.expect_log("picture of 17000x64 is larger than the renderer's textures, 16384 pixels")
    guest.buffer(2, 320, 64, picture=2)
    guest.show(2, 320, 64)
    weston.expect("picture=0,88,320,64,XR24,2")


@scenario("pixels")
def parts_of_16_bit_framebuffers(rig):
    """A part that begins at an odd pixel, in the last rows and before them; with both renderers."""
    for renderer in ("pixman", "gl"):
        weston = rig.weston(outputs=pixel_for_pixel(321, 240), renderer=renderer)
        guest = rig.guest("odd", "321x240")
        guest.buffer(1, 960, 480, "RG16", picture=1)
        for x, y in ((0, 0), (1, 0), (333, 1), (639, 240), (638, 239)):
            guest.show(1, 960, 480, at=f"{x},{y}")
            weston.expect(f"picture=0,0,321,240,RG16,1,{x},{y},960,480")
            equal(path(weston), "mapped", "the path of a part of a framebuffer")
        guest.destroy()
        equal(weston.stop(), 0, "Weston's exit status")
        rig.westons.remove(weston)


@scenario("pixels", limit=90)
def formats_with_the_gl_renderer(rig):
    """All formats once more, drawn by OpenGL."""
    for fourcc in FORMATS:
        weston = rig.weston(outputs=pixel_for_pixel(322, 241), renderer="gl")
        guest = rig.guest("guest", "322x241")
        guest.buffer(1, 322, 241, fourcc, picture=1)
        guest.show(1, 322, 241)
        weston.expect(f"picture=0,0,322,241,{fourcc},1")
        guest.destroy()
        equal(weston.stop(), 0, "Weston's exit status")
        rig.westons.remove(weston)
