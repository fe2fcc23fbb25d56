# SPDX-License-Identifier: MIT
"""The presenter under guests that mean harm: connections that Weston ends, floods, what is held for whom."""
import struct
import time

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
