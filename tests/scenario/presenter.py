# SPDX-License-Identifier: MIT
"""The presenter under guests that mean harm: connections that Weston ends, floods, what is held for whom."""
import os
import struct
import time

from dmabuf import FORCE, fence, gl_weston, make_busy
from rig.machine import wait_until
from rig.runner import check, scenario

SIZE = (320, 240)
SMALL = "320x240"
SCREEN = (("headless", 320, 240),)
DBUF_CREATE, DBUF_DESTROY = 0x10, 0x11


def raw(operation, body):
    """A request of 64 octets as hexadecimal; the guest fills in the id."""
    return struct.pack("<HB5x", 0, operation).hex() + body.ljust(56, b"\0").hex()


@scenario("presenter")
def connection_lost_while_a_buffer_leaves(rig):
    """Weston ends the device's connection while a destroyed buffer waits for the worker."""
    weston = rig.weston(outputs=SCREEN)
    guest = rig.guest("guest", SMALL, SMALL, SMALL)
    guest.picture(1, size=SIZE)
    guest.ok("dbuf-create 0 2 320x240 32")
    weston.expect("picture=0,0,320,240,XR24,1")
    rig.machine.control("delay", "weston", "gntdev.map", 500)
    rig.machine.control("fail", "weston", "gntdev.mmap", 1, "EINVAL")
    # On rings of their own: the answers before are still owed. Buffer 2 is inserted, the next job
    # is slow, and what buffer 1 leaves is undone after it.
    guest.ok("fb-attach 0 2 2 320x240 XR24")
    guest.ok(f"submit 0 1 {raw(DBUF_CREATE, struct.pack('<QIIIIIII', 3, 32, 32, 32, 4096, 0, 1, 0))}")
    guest.ok(f"submit 0 2 {raw(DBUF_DESTROY, struct.pack('<Q', 1))}")
    weston.expect_log("it ended the connection of a guest's device")
    time.sleep(2.5)
    rig.machine.control("clear")
    check(weston.process.poll() is None, weston.log()[-3000:])
    guest.ok("fill 0 2 5")
    guest.show(2, *SIZE)
    weston.expect("picture=0,0,320,240,XR24,5")


def link_of(weston, descriptor):
    try:
        return os.readlink(f"/proc/{weston.pid}/fd/{descriptor}")
    except OSError:
        return ""


def waited_for(weston):
    """The names of all files that Weston's event loops wait for."""
    names = []
    for loop in os.listdir(f"/proc/{weston.pid}/fd"):
        if link_of(weston, loop) != "anon_inode:[eventpoll]":
            continue
        with open(f"/proc/{weston.pid}/fdinfo/{loop}") as file:
            names += [link_of(weston, line.split()[1]) for line in file if line.startswith("tfd:")]
    return names


@scenario("presenter")
def kept_pictures_wait_for_nothing(rig):
    """keep-picture with dma-bufs: once the guest is gone, nobody waits until a GPU has read its pages."""
    weston = gl_weston(rig, FORCE + "[xen-guest]\nname=g\nkeep-picture=true\n",
                       (("headless", 320, 240), ("second", 320, 240)))
    guest = rig.guest("g", SMALL, SMALL)
    for cookie in (1, 2):
        guest.buffer(cookie, *SIZE, picture=cookie)
    for connector in (0, 1):
        guest.show(1, *SIZE, connector=connector)
    weston.expect("picture=0,0,320,240,XR24,1", "picture=320,0,320,240,XR24,1")
    guest.flip(2, connector=1)
    guest.flip(1, connector=1)
    fifo = fence(rig)
    make_busy(fifo)
    guest.flip(2, connector=1)
    weston.expect("picture=320,0,320,240,XR24,2")

    def dma_bufs():
        return [name for name in waited_for(weston) if name.endswith("/dmabuf-fence")]

    check(dma_bufs(), "nothing is waited for while the GPU reads")
    guest.destroy()
    weston.expect_log("disconnected after")
    check(wait_until(lambda: not dma_bufs(), 3), f"{len(dma_bufs())} dma-bufs are waited for")
    os.close(fifo)
    weston.expect("picture=0,0,320,240,XR24,1", "picture=320,0,320,240,XR24,2")
    rig.guest("g", SMALL)
    weston.expect("solid=0,0,640,240,303030")
    rig.let_go(weston)
