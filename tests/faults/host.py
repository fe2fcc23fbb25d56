# SPDX-License-Identifier: MIT
"""Whole-host failures: xenstored dies, Weston ends connections, a guest is restored or migrated."""
import signal
import time

from rig.machine import Machine
from rig.points import weston_with_points
from rig.runner import check, equal, scenario, skip_without_dmabuf

SIZE = (320, 240)
SMALL = "320x240"
SCREEN = (("headless", 320, 240),)


def flipping_guest(rig):
    guest = rig.guest("guest", SMALL)
    for cookie in (1, 2):
        guest.buffer(cookie, *SIZE, picture=cookie)
    guest.show(1, *SIZE)
    return guest


@scenario("failing", limit=120)
def xenstored_hangs_up(rig):
    """xenstored closes the connection: the module reconnects, the guest keeps its screen, a new one is served."""
    weston, faults = weston_with_points(rig, outputs=SCREEN)
    guest = flipping_guest(rig)
    check(faults.tell("cut-xenstore") == 1, "the module had no connection to xenstored to cut")
    weston.expect_log("connected with xenstored again", 45)
    guest.flips(10, 2, 1)
    check("disconnected" not in weston.log(), "the guest was disconnected")
    guest.destroy()
    rig.guest("next", SMALL).picture(3, size=SIZE)
    weston.expect("picture=0,0,320,240,XR24,3")


@scenario("failing", limit=120)
def xenstored_dies_and_weston_ends(rig):
    """Flips go on without xenstored; Weston ends within 5 s, and logs that guests were not told."""
    weston = rig.weston(outputs=SCREEN)
    guest = flipping_guest(rig)
    rig.machine.xenstored.send_signal(signal.SIGKILL)
    rig.machine.xenstored.wait()
    guest.flips(30, 2, 1)
    weston.expect_log("xenstore cannot be asked", 45)
    guest.flips(10, 2, 1)
    begin = time.monotonic()
    equal(weston.stop(), 0, "Weston's exit status")
    check(time.monotonic() - begin < 5, "Weston took 5 s or longer to end")
    weston.expect_log("guests cannot be told")
    rig.westons.clear()
    for one in rig.guests:
        one.kill()
    rig.guests.clear()
    Machine.stop(rig.machine)
    rig._machine = None


@scenario("failing")
def protocol_error_at_any_time(rig):
    """Weston ends the device's connection during a flip: the flip completes, and the picture comes back at once."""
    weston, faults = weston_with_points(rig, outputs=SCREEN)
    guest = flipping_guest(rig)
    for number in range(4):
        guest.flip(2, wait=False)
        faults.tell("protocol-error" if number % 2 else "destroy-clients")
        guest.event("flip", 3)
        guest.flip(1)
    weston.expect("picture=0,0,320,240,XR24,1")
    guest.no_event("bad-event-id", 0)
    weston.expect_log("ended the connection of a guest's device")


@scenario("failing", limit=120)
def protocol_errors_again_and_again(rig):
    """A device that keeps losing its connections waits for the next one, dark; other guests are not held up."""
    weston, faults = weston_with_points(
        rig, outputs=(*SCREEN, ("second", 320, 240)),
        config="[xen-connector]\nguest=other\noutput=second\n")
    guest = flipping_guest(rig)
    for _ in range(6):
        weston.expect("picture=0,0,320,240,XR24,1")
        faults.tell("protocol-error")
    weston.expect_log("keeps closing its connections; its screens stay dark for 2 s")
    other = rig.guest("other", SMALL)
    other.picture(3, size=SIZE)
    weston.expect("solid=0,0,320,240,303030", "picture=320,0,320,240,XR24,3", timeout=1)
    guest.flips(4, 1, 2)
    weston.expect("picture=0,0,320,240,XR24,1", timeout=10)
    guest.flips(10, 2, 1)
    faults.tell("protocol-error")
    weston.expect_log("keeps closing its connections; its screens stay dark for 4 s")
    guest.destroy()
    weston.expect("solid=0,0,320,240,303030", "picture=320,0,320,240,XR24,3")


def fails_once(rig, call, error, fourcc="XR24"):
    """A call fails once while a guest connects; the guest is shown all the same, without a flip. Returns Weston."""
    weston, _ = weston_with_points(rig, outputs=SCREEN)
    rig.machine.control("fail", "weston", call, 1, error)
    guest = rig.guest("guest", SMALL)
    guest.buffer(1, *SIZE, fourcc, picture=1)
    guest.show(1, *SIZE)
    weston.expect(f"picture=0,0,320,240,{fourcc},1")
    equal(rig.machine.counters()["faults"][0]["hits"], 1, "calls that failed")
    return weston


@scenario("failing")
def no_view_for_a_surface(rig):
    """The device reconnects to Weston, and the still picture is shown."""
    fails_once(rig, "weston_view_create", "ENOMEM").expect_log("no memory for its surface; its connection")


@scenario("failing")
def no_pixels_to_convert_into(rig):
    """The still picture is converted a second later."""
    weston = fails_once(rig, "memfd_create", "EMFILE", "RG24")
    weston.expect_log(r"a picture cannot be converted \(Too many open files\); retrying")


@scenario("failing")
def no_descriptor_for_a_message(rig):
    """libwayland silently drops what follows: the device reconnects to Weston, and everything is shown."""
    weston, _ = weston_with_points(rig, outputs=SCREEN)
    guest = flipping_guest(rig)
    guest.flips(4, 2, 1)
    rig.machine.control("fail", "weston", "wl_dup", 1, "EMFILE")
    guest.buffer(3, *SIZE, picture=3)
    weston.expect_log("ended the connection of a guest's device .Too many open files")
    guest.flip(3)
    weston.expect("picture=0,0,320,240,XR24,3")
    guest.flips(4, 2, 1)
    guest.flip(1)
    weston.expect("picture=0,0,320,240,XR24,1")


@scenario("failing", limit=120)
def no_proxy_when_a_connection_begins(rig):
    """Creating each of a connection's first objects fails once: the device reconnects, and the picture is shown."""
    weston, _ = weston_with_points(rig, outputs=SCREEN)
    # If one of the first two fails, no connection is made, and the device gets an error.
    for number in range(3, 13):
        rig.machine.control("fail", "weston", "wl_proxy", number, "ENOMEM")
        guest = rig.guest("guest", SMALL)
        guest.buffer(1, *SIZE, picture=number)
        guest.show(1, *SIZE)
        weston.expect(f"picture=0,0,320,240,XR24,{number}")
        equal(rig.machine.counters()["faults"][0]["hits"], 1, f"calls of wl_proxy that failed, armed for call {number}")
        rig.machine.control("clear")
        guest.destroy()
        rig.guests.remove(guest)
    weston.expect_log("ended the connection of a guest's device .Cannot allocate memory")


@scenario("failing")
def no_next_connection(rig):
    """Weston ends the connection and the first reconnection fails: it is tried again, though nobody flips."""
    weston, faults = weston_with_points(rig, outputs=SCREEN)
    flipping_guest(rig)
    weston.expect("picture=0,0,320,240,XR24,1")
    rig.machine.control("fail", "weston", "socketpair", 1, "EMFILE")
    faults.tell("destroy-clients")
    weston.expect_log("new connection to Weston; its screens stay dark for 1 s")
    weston.expect("picture=0,0,320,240,XR24,1")


@scenario("failing")
def restored_guest_comes_back(rig):
    """Saved and restored, or migrated: another domid, new nodes, new references; three times."""
    weston = rig.weston(outputs=SCREEN)
    for round_ in range(3):
        guest = rig.guest("moving", SMALL, uuid="12345678-1234-1234-1234-123456789abc")
        guest.picture(round_, size=SIZE)
        guest.buffer(9, *SIZE)
        guest.ok("animate 0 0 0 9 1")
        weston.expect_log(f"guest moving\\({guest.domid}\\).*connected")
        # As with libxl, the devices vanish with the old domain; the backend is not asked to close them.
        guest.destroy()
        rig.guests.remove(guest)
    guest = rig.guest("moving", SMALL, uuid="12345678-1234-1234-1234-123456789abc")
    guest.picture(7, size=SIZE)
    weston.expect("picture=0,0,320,240,XR24,7")


@scenario("failing", limit=120)
def lost_with_a_thousand_pools(rig):
    """1024 small buffers are mapped again after each loss, and the next connection lasts."""
    weston, faults = weston_with_points(
        rig, outputs=SCREEN, config="[xen-display]\nmax-buffers=1024\nmax-framebuffers=1024\n"
        "max-guest-descriptors=10000\nmax-requests-per-second=100000\n")
    guest = flipping_guest(rig)
    for cookie in range(3, 1025):
        guest.buffer(cookie, 32, 32)
    # A host so slow that the compositor cannot map all of them in one refresh.
    rig.machine.control("delay", "weston", "pool.mmap", 3)
    for losses in (1, 2):
        faults.tell("protocol-error")
        guest.flips(4, 1, 2)
        weston.expect("picture=0,0,320,240,XR24,1", timeout=20)
        time.sleep(1)
        equal(weston.log().count("ended the connection"), losses, "connections that were lost")


@scenario("faults-gl", limit=180)
def lost_with_a_thousand_dma_bufs(rig):
    """1024 framebuffers, on four connectors, are imported again as dma-bufs, and the next connection lasts."""
    rig.start_machine("PVH")
    outputs = (*SCREEN, *((name, 320, 240) for name in ("second", "third", "fourth")))
    weston, faults = weston_with_points(
        rig, outputs=outputs, renderer="gl",
        config="[xen-display]\ndmabuf=force\nmax-framebuffers=1024\nmax-guest-descriptors=10000\n"
               "max-requests-per-second=100000\n")
    skip_without_dmabuf(weston)
    guest = rig.guest("guest", *[SMALL] * 4)
    for cookie in (1, 2):
        guest.buffer(cookie, *SIZE, picture=cookie)
    # Small ones, of a page each, since llvmpipe maps them all.
    guest.ok("dbuf-create 0 3 32x32 32")
    for cookie in range(3, 1025):
        guest.ok(f"fb-attach 0 3 {cookie} 32x32 XR24")
    for connector in range(4):
        guest.show(1, *SIZE, connector=connector)
    shown = [f"picture={320 * number},0,320,240,XR24,1" for number in range(4)]
    weston.expect(*shown)
    for losses in (1, 2):
        faults.tell("protocol-error")
        guest.flips(4, 1, 2)
        weston.expect(*shown, timeout=20)
        equal(weston.log().count("ended the connection"), losses, "connections that were lost")
    equal(weston.control("list")[0].split()[7], "dma-buf", "the guest's path")
    check("path mapped" not in weston.log(), "a framebuffer has fallen back to the mapped path")
    rig.let_go(weston)
