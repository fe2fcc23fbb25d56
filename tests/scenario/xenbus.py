# SPDX-License-Identifier: MIT
"""Devices in xenstore: connect, close, hot-plug, destroy, many of everything, a driver domain."""
import re
import time

from driverdomain import weston_in_driver_domain
from rig.guest import Failure
from rig.machine import wait_until
from rig.runner import check, equal, scenario
from rig.weston import SCALE

SIZE = (320, 240)
SMALL = "320x240"
SCREEN = (("headless", 320, 240),)


def states_seen(rig, guest, device, until, timeout=10):
    """(state, when) for all values of the backend's state, by a watch, until it is that one."""
    path = rig.machine.tools.back(guest.domid, device) + "/state"
    seen = []
    rig.machine.store.watch(path)
    end = time.monotonic() + timeout
    while time.monotonic() < end and (not seen or seen[-1][0] != until):
        rig.machine.store.next_event(0.5)
        state = rig.machine.store.read(path)
        if state is not None and (not seen or seen[-1][0] != int(state)):
            seen.append((int(state), time.monotonic()))
    rig.machine.store.unwatch(path)
    return seen


@scenario("xenbus")
def handshake_and_versions(rig):
    """1, 2, 4; versions 1 and 2 are offered before 2 is written."""
    rig.weston(outputs=SCREEN)
    guest = rig.guest("guest", SMALL, connect=False)
    check(rig.machine.tools.wait_backend(guest.domid, 0, 2), "the backend does not go to InitWait")
    equal(rig.machine.store.read(rig.machine.tools.back(guest.domid, 0) + "/versions"), "1,2",
          "versions that the backend offers")
    guest.connect()
    guest.event("front", dev=0, state=4)


@scenario("xenbus")
def early_front_does_not_hide_initwait(rig):
    """A frontend publishes at once: a slow tool stack still sees state 2."""
    rig.weston(outputs=SCREEN)
    guest = rig.guest("guest", SMALL, connect=False)
    guest.attach(1, [SMALL])
    guest.ok("connect 1 publish")
    seen = states_seen(rig, guest, 1, 4)
    equal([state for state, _ in seen[-2:]], [2, 4], "the backend's last two states")
    check(seen[-1][1] - seen[-2][1] > 0.1, "the backend stayed at InitWait for 0.1 s or less")


@scenario("xenbus")
def version_one_and_two(rig):
    """A front that names version 2, one that names 1 and one that names none."""
    weston = rig.weston(outputs=SCREEN)
    for version in ("version=1", "version=2", ""):
        guest = rig.guest("guest", SMALL, connect=False)
        guest.connect(options=version)
        guest.picture(3, size=SIZE)
        weston.expect("picture=0,0,320,240,XR24,3")
        guest.destroy()


@scenario("xenbus")
def close_and_connect_again(rig):
    """Closing, Closed, InitWait; then the same front connects again, five times."""
    weston = rig.weston(outputs=SCREEN)
    guest = rig.guest("guest", SMALL, connect=False)
    for round_ in range(5):
        guest.connect()
        guest.picture(round_, size=SIZE)
        weston.expect(f"picture=0,0,320,240,XR24,{round_}")
        guest.ok("close 0")
        guest.no_event("still-mapped", 0)
        check(rig.machine.tools.wait_backend(guest.domid, 0, 2), "the backend does not return to InitWait")
        equal(rig.machine.usage(weston.pid)["ports"], 0, "Weston's event channel ports after closing")
        guest.ok("state 0 1")


@scenario("xenbus")
def closed_without_closing(rig):
    """A front that goes from 4 to 6 at once, as a guest that shuts down in a hurry."""
    weston = rig.weston(outputs=SCREEN)
    guest = rig.guest("guest", SMALL)
    guest.picture(1, size=SIZE)
    guest.ok("state 0 6")
    check(rig.machine.tools.wait_backend(guest.domid, 0, 2), "the backend does not return to InitWait")
    check(wait_until(lambda: rig.machine.usage(weston.pid)["pages"] == 0, 3), "the guest's pages are still mapped")
    guest.ok("forget 0")
    guest.ok("state 0 1")
    guest.connect()
    guest.picture(2, size=SIZE)
    weston.expect("picture=0,0,320,240,XR24,2")


@scenario("xenbus")
def hot_plug_and_unplug(rig):
    """A second device is attached to a running guest, shows, and is detached; the first goes on."""
    weston = rig.weston(outputs=(("headless", 320, 240), ("second", 320, 240)),
                        config="[xen-connector]\nguest=*\ndevice=1\nconnector=0\noutput=second\n")
    guest = rig.guest("guest", SMALL)
    guest.picture(1, size=SIZE)
    for round_ in range(3):
        guest.attach(1, [SMALL])
        check(rig.machine.tools.wait_backend(guest.domid, 1, 2), "the new device's backend does not go to InitWait")
        guest.connect(1)
        guest.picture(round_ + 2, size=SIZE, device=1)
        weston.expect("picture=0,0,320,240,XR24,1", f"picture=320,0,320,240,XR24,{round_ + 2}")
        check(guest.detach(1), "the backend is not Closed within libxl's 10 s")
        guest.ok("forget 1")
        weston.expect("picture=0,0,320,240,XR24,1", "solid=320,0,320,240,303030")


@scenario("xenbus")
def detached_stays_closed(rig):
    """While online is 0 the backend stays at Closed, whatever the front writes."""
    rig.weston(outputs=SCREEN)
    guest = rig.guest("guest", SMALL)
    back = rig.machine.tools.back(guest.domid, 0)
    rig.machine.store.write(f"{back}/online", 0)
    rig.machine.store.write(f"{back}/state", 5)
    check(rig.machine.tools.wait_backend(guest.domid, 0, 6), "the backend does not go to Closed")
    guest.ok("state 0 6")
    guest.ok("state 0 1")
    time.sleep(0.5)
    equal(rig.machine.store.read(f"{back}/state"), "6", "the backend's state while online is 0")


@scenario("xenbus")
def removed_while_it_is_answered(rig):
    """Nodes removed between being read and being answered are not created again by the answer."""
    weston = rig.weston(outputs=SCREEN)
    rig.machine.control("delay", "any", "xs_write", 500)
    guest = rig.guest("guest", SMALL, connect=False)
    check(wait_until(lambda: rig.machine.counters()["faults"][0]["hits"] > 0, 5 * SCALE),
          "the module writes nothing to xenstore for the new device")
    rig.machine.tools.remove_devices(guest.domid)
    rig.machine.control("clear")
    # Once the next device is served, which is on the same connection, the first answer is complete.
    next_guest = rig.guest("next", SMALL)
    next_guest.picture(1, size=SIZE)
    weston.expect("picture=0,0,320,240,XR24,1")
    equal(rig.machine.store.list(f"/local/domain/0/backend/vdispl/{guest.domid}"), [],
          "nodes left of the removed device")


@scenario("xenbus", limit=120)
def destroyed_in_every_state(rig):
    """xl destroy before, during and after the handshake, while shown and during a flip: another guest goes on."""
    weston = rig.weston(outputs=SCREEN)
    other = rig.guest("other", SMALL)
    other.picture(9, size=SIZE, cookie=7)

    def initwait(guest):
        rig.machine.tools.wait_backend(guest.domid, 0, 2)

    def published(guest):
        guest.ok("connect 0 publish")

    def buffers(guest):
        guest.connect()
        guest.buffer(1, *SIZE)

    def shown(guest):
        guest.connect()
        guest.picture(1, size=SIZE)

    def flipping(guest):
        shown(guest)
        guest.buffer(2, *SIZE)
        guest.ok("animate 0 0 0 1 2")
        time.sleep(0.1)

    def closing(guest):
        shown(guest)
        guest.ok("state 0 5")

    def nothing(guest):
        pass

    for prepare in (nothing, initwait, published, buffers, shown, flipping, closing):
        guest = rig.guest("victim", SMALL, connect=False)
        prepare(guest)
        guest.destroy()
        other.flip(7)
    check(wait_until(lambda: rig.machine.usage(weston.pid)["ports"] == 2, 5),
          "Weston has not exactly the 2 ports of the other guest")
    weston.expect("picture=0,0,320,240,XR24,9")


@scenario("xenbus", limit=90)
def nodes_vanish_one_by_one(rig):
    """The directories go node by node in any order; Weston stays, the next guest works."""
    weston = rig.weston(outputs=SCREEN)
    for order in (1, -1):
        guest = rig.guest("vanishing", SMALL)
        guest.picture(1, size=SIZE)
        tools, store = rig.machine.tools, rig.machine.store
        for base in (tools.back(guest.domid, 0), tools.front(guest.domid, 0)):
            for node in sorted(store.list(base))[::order]:
                store.remove(f"{base}/{node}")
        guest.destroy()
    guest = rig.guest("next", SMALL)
    guest.picture(2, size=SIZE)
    weston.expect("picture=0,0,320,240,XR24,2")


@scenario("xenbus")
def domain_dies_before_its_nodes(rig):
    """The hypervisor's destruction comes first; the tool stack cleans up a while later."""
    weston = rig.weston(outputs=SCREEN)
    guest = rig.guest("dying", SMALL)
    guest.picture(1, size=SIZE)
    weston.expect("picture=0,0,320,240,XR24,1")
    guest.kill()
    time.sleep(0.5)
    equal(weston.process.poll(), None, "Weston's exit status")
    rig.machine.tools.remove_devices(guest.domid)
    check(wait_until(lambda: rig.machine.domain(guest.domid) is None, 5), "the zombie is still there after 5 s")


@scenario("xenbus", limit=90)
def many_guests_devices_and_connectors(rig):
    """Three guests of two devices with two connectors each, all flipping at once."""
    rig.weston(outputs=(("headless", 320, 240), ("second", 320, 240)))
    guests = [rig.guest(f"g{number}", devices=[[SMALL, SMALL], [SMALL, SMALL]])
              for number in range(3)]
    for guest in guests:
        for device in (0, 1):
            for connector in (0, 1):
                cookies = (10 * connector + 1, 10 * connector + 2)
                for cookie in cookies:
                    guest.buffer(cookie, *SIZE, device=device, picture=cookie)
                guest.show(cookies[0], *SIZE, connector=connector, device=device)
                guest.ok(f"animate {device} {connector} 20 {cookies[0]} {cookies[1]}")
    for guest in guests:
        for device in (0, 1):
            for connector in (0, 1):
                guest.event("animated", 40, dev=device, conn=connector)
        guest.no_event("bad-event-id", 0)
        guest.no_event("flip-timeout", 0)


@scenario("xenbus")
def bad_rings_are_refused(rig):
    """References and channels that are not there: the device closes, and others go on."""
    weston = rig.weston(outputs=SCREEN)
    other = rig.guest("other", SMALL)
    other.picture(4, size=SIZE)
    for node, value in (("req-ring-ref", "9999"), ("evt-ring-ref", "0"), ("req-ring-ref", "x"),
                        ("req-event-channel", "499"), ("evt-event-channel", "-1")):
        guest = rig.guest("bad", SMALL, connect=False)
        rig.machine.tools.wait_backend(guest.domid, 0, 2)
        guest.ok("connect 0 publish")
        guest.destroy()
        guest = rig.guest("bad", SMALL, connect=False)
        front = f"device/vdispl/0/0/{node}"
        # All nodes of the rings are written, one of them bad, before state 3.
        guest.ok(f"xs-write {front} {value}")
        for good in ("req-ring-ref", "evt-ring-ref", "req-event-channel", "evt-event-channel"):
            if good != node:
                guest.ok(f"xs-write device/vdispl/0/0/{good} 8")
        guest.ok("state 0 3")
        check(not rig.machine.tools.wait_backend(guest.domid, 0, 4, timeout=0.7),
              f"the backend is Connected in spite of {node}={value}")
        guest.destroy()
    weston.expect("picture=0,0,320,240,XR24,4")


@scenario("xenbus")
def guest_reboot_keeps_nothing(rig):
    """The same name comes back as a new domid, ten times."""
    weston = rig.weston(outputs=SCREEN)
    for round_ in range(10):
        guest = rig.guest("rebooting", SMALL)
        guest.picture(round_, size=SIZE)
        weston.expect(f"picture=0,0,320,240,XR24,{round_}")
        guest.destroy()
    rig.expect_baseline(weston)


@scenario("xenbus", limit=90)
def driver_domain(rig):
    """Weston in a driver domain: it finds its domid, serves guests, and removes nodes that nobody else removes."""
    with weston_in_driver_domain(rig, outputs=SCREEN) as (weston, domid):
        guest = rig.guest("guest", SMALL, backend=domid)
        guest.picture(5, size=SIZE)
        weston.expect("picture=0,0,320,240,XR24,5")
        # Guest and frontend go, and no tool stack removes the backend's directory.
        front = rig.machine.tools.front(guest.domid, 0)
        back = rig.machine.tools.back(guest.domid, 0, domid)
        rig.machine.store.write(f"{back}/online", 0)
        rig.machine.store.write(f"{back}/state", 5)
        # If xenstored refuses the removal, this is logged once, and not tried again before something changes.
        rig.machine.control("fail", "any", "xs_rm", 1, "EACCES", 0)
        guest.kill()
        rig.machine.store.remove(front)
        weston.expect_log(f"its directory cannot be removed .Permission denied.; do so with xenstore-rm .*{guest.domid}/0")
        time.sleep(0.5)
        hits = sum(fault["hits"] for fault in rig.machine.counters()["faults"])
        check(hits <= 2, f"removing the directory was tried {hits} times, at most 2 expected")
        rig.machine.control("clear")
        rig.machine.store.write(f"{back}/online", 0)
        if not wait_until(lambda: rig.machine.store.read(f"{back}/state") is None, 5):
            raise Failure("the backend's directory is left behind")


def connects_anew_unseen(rig, guest):
    """Closes and publishes new rings without waiting for InitWait, before the module has read its state."""
    rig.machine.control("delay", "weston", "xs_read", 200)
    for command in ("forget 0", "state 0 6", "state 0 1", "connect 0 publish"):
        guest.ok(command)
    check(wait_until(lambda: rig.machine.counters()["faults"][0]["hits"] > 0, 5 * SCALE),
          "the module does not read the guest's nodes")
    rig.machine.control("clear")


@scenario("xenbus")
def rings_are_tried_again_when_published_again(rig):
    """A connection that failed is tried once more when the guest writes state 3 again, and not before."""
    weston = rig.weston(outputs=SCREEN)
    guest = rig.guest("guest", SMALL, connect=False)
    rig.machine.tools.wait_backend(guest.domid, 0, 2)
    rig.machine.control("fail", "weston", "gntdev.map", 1, "EINVAL")
    guest.ok("connect 0 publish")
    check(rig.machine.tools.wait_backend(guest.domid, 0, 6), "the backend does not go to Closed after a failure")
    guest.ok("state 0 3")
    check(rig.machine.tools.wait_backend(guest.domid, 0, 4), "the backend does not go to Connected")
    guest.picture(1, size=SIZE)
    weston.expect("picture=0,0,320,240,XR24,1")
    equal(weston.log().count("its rings cannot be mapped"), 1, "log lines about the failure")


@scenario("xenbus")
def connection_that_was_replaced_unseen(rig):
    """The second connection is served although nobody saw the end of the first."""
    weston = rig.weston(outputs=SCREEN)
    guest = rig.guest("hurried", SMALL)
    guest.picture(1, size=SIZE)
    for picture in (2, 3):  # the frontend's state is 4 before the first time, 3 before the second
        connects_anew_unseen(rig, guest)
        check(wait_until(lambda: len(re.findall("connected with", weston.log())) == picture, 5 * SCALE),
              f"connection {picture} is not served")
        guest.picture(picture, size=SIZE)
        weston.expect(f"picture=0,0,320,240,XR24,{picture}")


@scenario("xenbus")
def connection_that_has_to_wait_is_not_connected(rig):
    """A guest that connects too often has to wait, and meanwhile does not see the earlier connection's Connected."""
    weston = rig.weston(outputs=SCREEN, config="[xen-display]\nmax-reconnects-per-minute=1\n")
    guest = rig.guest("hurried", SMALL)
    connects_anew_unseen(rig, guest)
    weston.expect_log("it connects more than 1 times a minute")
    check(rig.machine.tools.wait_backend(guest.domid, 0, 6), "the backend does not go to Closed while the guest waits")


def logged_at(weston, text):
    """When Weston logged the first line with this text, in seconds of the day."""
    weston.expect_log(text)
    hours, minutes, seconds = re.search(rf"^\[(\d+):(\d+):([\d.]+)\].*{text}", weston.log(), re.MULTILINE).groups()
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


@scenario("xenbus", limit=60)
def only_a_new_device_waits_to_be_connected(rig):
    """libxl has to see InitWait of a device that it makes, which takes a quarter of a second; where Weston starts again
    nobody waits for that. (The fastest of several, since the machine may be busy; under a tool it proves nothing.)"""
    weston = rig.weston(outputs=SCREEN)
    guest, times = rig.guest("survivor", SMALL, connect=False), []
    guest.connect(options="auto")
    for _ in range(6):
        weston.kill()
        weston = rig.weston(outputs=SCREEN)
        times.append(logged_at(weston, "connected with") - logged_at(weston, "serving guests' screens"))
    check(min(times) % 86400 < 0.2 * SCALE,
          f"connected only {min(times) * 1000:.0f} ms after the module began to serve")


@scenario("xenbus")
def configuration_is_read_once(rig):
    """What a guest writes over its resolution after our offer counts for none of its connections."""
    weston = rig.weston(outputs=SCREEN)
    guest = rig.guest("forger", SMALL)
    guest.ok("close 0")
    rig.machine.tools.wait_backend(guest.domid, 0, 2)
    guest.ok("xs-rm device/vdispl/0/0")
    guest.ok("xs-write device/vdispl/0/0/resolution 64x48")
    guest.ok("state 0 1")
    time.sleep(0.3)  # time for the module to offer the device again
    guest.connect()
    equal(weston.control("list")[0].split()[4], SMALL, "resolution of the second connection")


@scenario("xenbus")
def over_the_quota_of_xenstore(rig):
    """xenstored refuses what is written for one device: only that one fails, and is served when it is reconnected."""
    weston = rig.weston(outputs=SCREEN)
    other = rig.guest("other", SMALL)
    for cookie in (1, 2):
        other.buffer(cookie, *SIZE, picture=cookie)
    other.show(1, *SIZE)
    for error, text in (("ENOSPC", "No space left on device"), ("E2BIG", "Argument list too long"),
                        ("EDQUOT", "Disk quota exceeded")):
        rig.machine.control("fail", "any", "xs_write", 1, error, 0)
        poor = rig.guest("poor", SMALL, connect=False)
        weston.expect_log(rf"guest poor\({poor.domid}\) vdispl 0: xen: xenstored refuses .*{text}.*quotas")
        other.flips(10, 1, 2)
        rig.machine.control("clear")
        poor.detach(0)
        poor.attach(0, [SMALL])
        poor.connect()
        poor.destroy()
    check("reconnecting and reading" not in weston.log(), "the module concluded that xenstored was lost")
    weston.expect("picture=0,0,320,240,XR24,1")


def renamed(rig, weston, guest, name):
    rig.machine.store.write(f"/local/domain/{guest.domid}/name", name)
    wanted = len([line for line in weston.control("list") if line.split()[1] == str(guest.domid)])
    check(wait_until(lambda: [line.split()[0] for line in weston.control("list")].count(name) == wanted, 5 * SCALE),
          f"not all connectors have the guest's name {name}: {weston.control('list')}")


@scenario("xenbus")
def one_watch_for_the_name_of_a_guest(rig):
    """A guest's name has one watch for all its devices, whichever of them goes first."""
    weston = rig.weston(outputs=SCREEN)
    before = rig.machine.watches()
    guest = rig.guest("guest", devices=[[SMALL], [SMALL], [SMALL]])
    # For each device the guest watches the backend, and the module the frontend; and there is one for the name.
    equal(rig.machine.watches() - before, 7, "watches for three devices")
    renamed(rig, weston, guest, "one")
    for device in range(2):
        check(guest.detach(device), "the detached device's backend does not go to Closed")
        check(wait_until(lambda: len(weston.control("list")) == 2 - device, 5), "the detached device is still listed")
        renamed(rig, weston, guest, f"without-{device}")
    guest.destroy()
    check(wait_until(lambda: rig.machine.watches() == before, 5), "watches are left after the guest's end")


@scenario("xenbus")
def no_watch_for_a_name_that_cannot_be_read(rig):
    """A driver domain sees no names: its watches are for what it can see."""
    with weston_in_driver_domain(rig, outputs=SCREEN) as (_, domid):
        before = rig.machine.watches()
        rig.guest("guest", SMALL, backend=domid)
        equal(rig.machine.watches() - before, 2, "watches for a device, the guest's own among them")


@scenario("xenbus")
def refused_watch_of_a_name_fails_nothing(rig):
    """The quota of watches is used up by a device's own: the device is served, under its name of the connection."""
    weston = rig.weston(outputs=SCREEN)
    rig.machine.control("fail", "any", "xs_watch", 2, "E2BIG", 0)
    guest = rig.guest("guest", SMALL)
    guest.picture(1, size=SIZE)
    weston.expect("picture=0,0,320,240,XR24,1")
    check("refuses" not in weston.log(), "the refused watch is logged as if the device had failed")


@scenario("xenbus", limit=120)
def served_once_there_is_quota_again(rig):
    """Whatever was refused is tried again, for that device alone: nobody has to reconnect it. It is told once a step."""
    weston = rig.weston(outputs=SCREEN)
    for call, error, nth in (("xs_write", "ENOSPC", 1), ("xs_write", "ENOSPC", 2), ("xs_write", "EDQUOT", 3),
                             ("xs_watch", "E2BIG", 1), ("xs_transaction_start", "ENOSPC", 2)):
        rig.machine.control("fail", "any", call, nth, error, 0)
        guest = rig.guest("poor", SMALL, connect=False)
        guest.ok("connect 0 publish auto")
        line = rf"guest poor\({guest.domid}\) vdispl 0: xen: xenstored refuses"
        weston.expect_log(line)
        check(wait_until(lambda: sum(fault["hits"] for fault in rig.machine.counters()["faults"]) > 1, 10 * SCALE),
              "the module does not try again what was refused")
        rig.machine.control("clear")
        guest.event("front", 20, dev=0, state=4)
        guest.picture(nth, size=SIZE)
        weston.expect(f"picture=0,0,320,240,XR24,{nth}")
        # A second line is right: quota may come back between two steps of the device, and be used up again.
        check(len(re.findall(line, weston.log())) <= 2, f"lines about {call} {nth}: {weston.log()[-800:]}")
        guest.destroy()
        rig.guests.remove(guest)
    check("reconnecting and reading" not in weston.log(), "the module takes the connection to xenstored for lost")


@scenario("xenbus", limit=90)
def replaced_between_two_reads(rig):
    """A device that is detached and attached anew with other connectors while the module looks at it: each read of a
    node takes 20 ms, and the new device comes at another moment of the look each time."""
    weston = rig.weston()
    guest = rig.guest("g", devices=[["320x240"], ["320x240"]])
    tools = rig.machine.tools
    rig.machine.control("delay", "weston", "xs_read", 20)
    for turn in range(8):
        count = 2 - turn % 2
        tools.unplug(guest.domid, 1)
        check(tools.wait_backend(guest.domid, 1, 6), "the unplugged device's backend does not go to Closed")
        time.sleep(0.01 * turn)
        tools.remove_directories(guest.domid, 1)
        guest.attach(1, ["320x240"] * count)
        guest.connect(1)
        said = [line for line in weston.log().splitlines() if "vdispl 1: connected with" in line]
        equal(said[-1].rpartition(" with ")[2].split()[0], str(count), f"connectors of the device in turn {turn}")
    rig.machine.control("clear")
