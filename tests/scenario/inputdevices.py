# SPDX-License-Identifier: MIT
"""The life of guests' input devices (vkb): they come, go, are taken over, and are served again."""
from rig.machine import wait_until
from rig.runner import check, equal, scenario

SMALL = "320x240"
SCREEN = (("headless", 320, 240),)
CONSUMER, PRODUCER = 0, 4
EVERYTHING = {"unique_id": "kb0", "feature_abs_pointer": 1, "width": 1000, "height": 700, "feature_raw_pointer": 1,
              "feature_multi_touch": 1, "multi_touch_width": 800, "multi_touch_height": 600,
              "multi_touch_num_contacts": 5}


def states(rig, guest, device=0):
    """Front and back."""
    tools, store = rig.machine.tools, rig.machine.store
    return (store.read(tools.front(guest.domid, device, "vkb") + "/state"),
            store.read(tools.back(guest.domid, device, kind="vkb") + "/state"))


def expect_connected(rig, guest, device=0, timeout=10):
    check(wait_until(lambda: states(rig, guest, device) == ("4", "4"), timeout),
          f"frontend and backend are not both Connected (4), but {states(rig, guest, device)}")


def index(guest, offset):
    """One of the indices at the beginning of the device's page."""
    return int.from_bytes(bytes.fromhex(guest.send(f"kbd 0 peek {offset} 4").split("data=")[1]), "little")


def no_oops(guest):
    """The guest's kernel is still there."""
    guest.ok("xs-read domid")
    check(not any(line.startswith("oops") for _, line in guest.events),
          f"the guest's driver would have crashed: {[line for _, line in guest.events if line.startswith('oops')]}")


@scenario("input")
def device_of_each_kind(rig):
    """A device with everything, one that xl gives no features, one without a keyboard, one without a pointer."""
    weston = rig.weston(outputs=SCREEN)
    guest = rig.guest("guest", SMALL, inputs=(EVERYTHING, {}, {"feature_disable_keyboard": 1},
                                              {"feature_disable_pointer": 1}))
    for device in range(4):
        guest.ok(f"kbd {device} connect wait")
        expect_connected(rig, guest, device)
    weston.expect_log(r"guest guest\(\d+\) vkb 0: connected: keyboard, pointer 1000x700, touch 800x600 with 5 fingers")
    weston.expect_log("vkb 1: connected: keyboard, relative pointer, no touch")
    weston.expect_log("vkb 2: connected: no keyboard, relative pointer, no touch")
    weston.expect_log("vkb 3: it gets no keys.*feature-disable-pointer")
    no_oops(guest)


@scenario("input")
def front_before_the_backend(rig):
    """The guest's driver publishes while nobody is there, as when Weston starts after it: states 3 and 1."""
    rig.start_machine()
    guest = rig.guest("early", SMALL, connect=False, inputs=({},))
    guest.ok("kbd 0 connect")
    equal(states(rig, guest), ("3", "1"), "states of frontend and backend before Weston starts")
    rig.weston(outputs=SCREEN)
    expect_connected(rig, guest)
    no_oops(guest)


@scenario("input")
def plugged_and_unplugged(rig):
    """xl vkb-attach and vkb-detach, with the driver and without; all is given back."""
    weston = rig.weston(outputs=SCREEN)
    guest = rig.guest("guest", SMALL)
    for connected in (True, False):
        guest.attach_input(3, **EVERYTHING)
        check(rig.machine.tools.wait_backend(guest.domid, 3, 2, kind="vkb"), "the backend does not go to InitWait")
        if connected:
            guest.ok("kbd 3 connect wait")
            expect_connected(rig, guest, 3)
        check(rig.machine.tools.detach(guest.domid, 3, kind="vkb"),
              "the detached device's backend does not go to Closed")
        if connected:
            weston.expect_log("vkb 3: disconnected after 0 events")
            equal(guest.ok("kbd 3 remove")["mapped"], 0, "pages mapped after the device is closed")


@scenario("input")
def guest_is_destroyed_and_comes_again(rig):
    """Its directories vanish at once; the next domain of the name gets its own."""
    weston = rig.weston(outputs=SCREEN)
    for _ in range(3):
        guest = rig.guest("guest", SMALL, inputs=(EVERYTHING,))
        guest.ok("kbd 0 connect wait")
        guest.destroy()
        rig.expect_baseline(weston)


@scenario("input")
def destroyed_in_every_state(rig):
    """The domain goes while its device is offered, published, connected, closed, or half of its nodes are gone."""
    weston = rig.weston(outputs=SCREEN)
    for state in ("new", "offered", "published", "connected", "removed", "without nodes"):
        guest = rig.guest("guest", SMALL, connect=False, inputs=({},))
        if state != "new":
            rig.machine.tools.wait_backend(guest.domid, 0, 2, kind="vkb")
        if state == "published":
            guest.ok("kbd 0 connect")
        if state in ("connected", "removed", "without nodes"):
            guest.ok("kbd 0 connect wait")
        if state == "removed":
            guest.ok("kbd 0 remove")
        if state == "without nodes":
            rig.machine.store.remove(rig.machine.tools.front(guest.domid, 0, "vkb"))
        guest.destroy()
    rig.expect_baseline(weston)


@scenario("input")
def driver_goes_and_comes(rig):
    """rmmod and modprobe in the guest, and a save that goes on: the page is another one."""
    rig.weston(outputs=SCREEN)
    guest = rig.guest("guest", SMALL, inputs=(EVERYTHING,))
    guest.ok("kbd 0 connect wait")
    for _ in range(3):
        guest.ok("kbd 0 remove")
        check(rig.machine.tools.wait_backend(guest.domid, 0, 2, kind="vkb"), "the backend does not return to InitWait")
        guest.ok("kbd 0 connect wait")
        expect_connected(rig, guest)
    for _ in range(3):
        guest.ok("kbd 0 resume")
        expect_connected(rig, guest)
    no_oops(guest)


@scenario("input", limit=90)
def killed_and_started_again(rig):
    """kill -9: page and channel are taken over as they are, and the guest hears that nothing is pressed."""
    weston = rig.weston(outputs=SCREEN)
    guest = rig.guest("guest", SMALL, inputs=(EVERYTHING,))
    guest.ok("kbd 0 connect wait")
    for round_ in range(3):
        weston.kill()
        equal(states(rig, guest), ("4", "4"), "states of frontend and backend that a killed Weston leaves")
        before = index(guest, PRODUCER)
        weston = rig.weston(outputs=SCREEN)
        # The release of each of 662 codes, the end of each of five touches, and one SYN.
        check(wait_until(lambda: index(guest, CONSUMER) == before + 662 + 5 + 1, 10),
              f"the guest has taken events up to {index(guest, CONSUMER)}, expected 662 + 5 + 1 more than {before}")
    expect_connected(rig, guest)
    no_oops(guest)


@scenario("input")
def orderly_end(rig):
    """At Weston's own end the device is Closed; the next Weston is connected with the same page."""
    weston = rig.weston(outputs=SCREEN)
    guest = rig.guest("guest", SMALL, inputs=(EVERYTHING,))
    guest.ok("kbd 0 connect wait")
    for _ in range(2):
        equal(weston.stop(), 0, "Weston's exit status")
        check(wait_until(lambda: states(rig, guest) == ("6", "6"), 5),
              f"frontend and backend are {states(rig, guest)} after Weston's end, not both Closed (6)")
        weston = rig.weston(outputs=SCREEN)
        expect_connected(rig, guest)
    no_oops(guest)


@scenario("input")
def killed_in_every_state(rig):
    """kill -9 while a device is offered, published or connected, and while the guest has removed its driver."""
    for state in ("offered", "published", "connected", "removed"):
        weston = rig.weston(outputs=SCREEN)
        guest = rig.guest(state, SMALL, connect=False, inputs=({},))
        rig.machine.tools.wait_backend(guest.domid, 0, 2, kind="vkb")
        if state == "published":
            guest.ok("kbd 0 connect")
        elif state != "offered":
            guest.ok("kbd 0 connect wait")
        weston.kill()
        if state == "removed":
            guest.ok("kbd 0 remove")
        weston = rig.weston(outputs=SCREEN)
        if state in ("offered", "removed"):
            guest.ok("kbd 0 connect wait")
        expect_connected(rig, guest)
        no_oops(guest)
        guest.destroy()
        equal(weston.stop(), 0, "Weston's exit status")


@scenario("input")
def page_that_is_none(rig):
    """A page or channel that was not granted is refused and logged; retries are limited."""
    weston = rig.weston(outputs=SCREEN, config="[xen-display]\nmax-reconnects-per-minute=600\n"
                        "max-log-lines-per-second=1000\n")
    guest = rig.guest("guest", SMALL, inputs=({},))
    guest.ok("kbd 0 connect gref=7777777")
    weston.expect_log("vkb 0: xen: its page cannot be mapped")
    guest.ok("kbd 0 remove")
    guest.ok("kbd 0 connect port=7777777")
    weston.expect_log("vkb 0: it cannot be connected")
    guest.ok("kbd 0 remove")
    check(wait_until(lambda: states(rig, guest)[1] == "2", 10), "the backend does not return to InitWait")
    guest.ok("kbd 0 connect wait")
    expect_connected(rig, guest)
