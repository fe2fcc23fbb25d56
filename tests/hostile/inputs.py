# SPDX-License-Identifier: MIT
"""Guests whose input device misbehaves, floods or reads nothing while a user types and points."""
from rig.machine import wait_until
from rig.runner import check, equal
from rig.weston import SCALE
from stage import case

NODE = "device/vkbd/0"
EVERYTHING = {"feature_abs_pointer": 1, "width": 320, "height": 240, "feature_multi_touch": 1,
              "multi_touch_width": 320, "multi_touch_height": 240, "multi_touch_num_contacts": 5}
ANY_RATE = "[xen-display]\nmax-reconnects-per-minute=600\n"
LEFT, KEY_A = 0x110, 30


def states(stage, guest=None):
    """The states of the backend and the frontend."""
    guest = guest or stage.guest
    tools, store = stage.rig.machine.tools, stage.rig.machine.store
    return tuple(store.read(path + "/state") for path in (tools.back(guest.domid, 0, kind="vkb"),
                                                         tools.front(guest.domid, 0, "vkb")))


def connect(stage):
    """The attacker shows a picture, has an input device, and is used."""
    stage.guest.attach_input(0, **EVERYTHING)
    stage.guest.ok("kbd 0 connect wait")
    check(wait_until(lambda: states(stage) == ("4", "4"), 5 * SCALE), f"states {states(stage)}")
    stage.guest.picture(1, size=(320, 240))
    check(wait_until(lambda: stage.weston.seat("at 20 30", "dump")["pointer"] == "guest-screen", 5 * SCALE),
          "the attacker is not shown")
    use(stage)


def use(stage, times=1):
    """A user points, clicks, types and touches."""
    for number in range(times):
        stage.weston.seat(f"at {20 + number % 200} 30", f"button {LEFT} 1", f"button {LEFT} 0", f"key {KEY_A} 1",
                          f"key {KEY_A} 0", "wheel 1", "down 1 40 50", "drag 1 60 70", "up 1")


def is_alive(stage):
    """Checks that the device still works once the guest reads: nothing stays pressed, and a key arrives."""
    check(wait_until(lambda: stage.guest.send("kbd 0 held") == "ok keys= fingers=", 10 * SCALE),
          f"still held: {stage.guest.send('kbd 0 held')}")
    stage.guest.drain()
    stage.guest.events.clear()
    use(stage)
    stage.guest.event("key", 10 * SCALE, code=KEY_A, value=0)


@case(seat=True)
def input_page_rewritten(stage):
    connect(stage)
    stage.guest.process.stdin.write("kbd 0 scribble 3\n")
    stage.guest.process.stdin.flush()
    for _ in range(30):
        use(stage)
        stage.step()
    check(stage.guest._next(20 * SCALE) == "ok", "the guest did not reply ok to scribble")
    use(stage)


@case(seat=True)
def input_never_read(stage):
    connect(stage)
    stage.guest.ok("kbd 0 deaf 1")
    for _ in range(20):
        use(stage, 25)
        stage.step()
    stage.guest.ok("kbd 0 deaf 0")
    # Reading makes room for further events, which come with notifications.
    stage.guest.ok("kbd 0 read")
    stage.guest.no_event("oops", 0)  # one that would have crashed Linux
    is_alive(stage)
    stage.guest.no_event("oops", 0)


@case(seat=True)
def input_indices_at_random(stage):
    connect(stage)
    stage.guest.ok("kbd 0 deaf 1")
    produced = int.from_bytes(bytes.fromhex(stage.guest.send("kbd 0 peek 4 4").split("data=")[1]), "little")
    for consumer in (0, 1, produced + 1, produced + 51, produced - 51, produced - 52, 2 ** 31, 2 ** 32 - 1):
        stage.guest.ok(f"kbd 0 poke 0 {(consumer % 2 ** 32).to_bytes(4, 'little').hex()}")
        use(stage, 10)
        stage.guest.ok("kbd 0 notify 3")
        stage.step()
    for value in ("00000000", "ffffffff", "78563412"):
        stage.guest.ok(f"kbd 0 poke 4 {value}")
        use(stage, 10)
        stage.step()
    # The module keeps its own index; after a reconnection the device works again.
    stage.guest.ok("kbd 0 deaf 0")
    stage.guest.ok("kbd 0 remove")
    check(wait_until(lambda: states(stage)[0] == "2", 5 * SCALE), f"states {states(stage)}")
    stage.guest.ok("kbd 0 connect wait")
    is_alive(stage)


@case(seat=True)
def storm_of_input_notifications(stage):
    connect(stage)
    stage.guest.ok("kbd 0 notify 200000")
    stage.step()
    stage.guest.ok("kbd 0 deaf 1")
    use(stage, 30)
    for _ in range(5):
        stage.guest.ok("kbd 0 notify 50000")
        stage.step()
    stage.guest.ok("kbd 0 deaf 0")
    stage.guest.ok("kbd 0 read")
    is_alive(stage)


VALUES = (b"", b"0", b"x", b"-1", b"4294967295", b"99999999999999999999", b" 1", b"1 ", b"\xff\xfe", b"9" * 2000, b"%s%n")


def write(stage, node, value):
    if value:
        stage.guest.ok(f"xs-hex {NODE}/{node} {value.hex()}")
    else:
        stage.guest.send(f"xs-rm {NODE}/{node}")


@case(seat=True, config=ANY_RATE)
def input_nodes_are_garbage(stage):
    connect(stage)
    for node in ("page-gref", "event-channel", "state", "request-abs-pointer", "request-multi-touch",
                 "request-raw-pointer"):
        for value in VALUES:
            write(stage, node, value)
            stage.guest.ok("kbd 0 state 3")
            use(stage)
        stage.step()
        stage.guest.send("kbd 0 resume")
    stage.guest.ok("kbd 0 resume")
    check(wait_until(lambda: states(stage) == ("4", "4"), 10 * SCALE), f"states {states(stage)}")


@case(seat=True, config=ANY_RATE)
def input_page_of_others(stage):
    connect(stage)
    for ref in (0, 1, 8, 4095, 2 ** 31, 2 ** 32 - 1, *range(100, 110)):
        stage.guest.send("kbd 0 remove")
        stage.guest.ok(f"kbd 0 connect gref={ref}")
        use(stage)
        stage.step()
    for port in (0, 1, 2, 65535, 2 ** 32 - 1):
        stage.guest.send("kbd 0 remove")
        stage.guest.ok(f"kbd 0 connect port={port}")
        use(stage)
        stage.step()


@case(seat=True)
def limit_of_input_reconnects(stage):
    connect(stage)
    for _ in range(30):
        stage.guest.send("kbd 0 resume")
        use(stage)
        stage.step()
    stage.said("vkb 0: it connects more than 10 times a minute")


@case(seat=True)
def flood_of_input_states(stage):
    connect(stage)
    for values in ("1 6", "3 4 6 1", "0 9 x 3"):
        stage.guest.ok(f"xs-flood {NODE}/state 2000 {values}")
        use(stage)
        stage.step()
    check(states(stage)[0] in ("2", "4", "6"), f"our state is {states(stage)[0]}")
    equal(stage.weston.process.poll(), None, "Weston's exit status")
