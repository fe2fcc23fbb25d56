# SPDX-License-Identifier: MIT
"""What a guest writes to xenstore, and removes from it."""
from rig.machine import wait_until
from rig.runner import check, equal
from rig.weston import SCALE
from stage import EOPNOTSUPP, OK, case, configure, create, of_cookie, register

NODE = "device/vdispl/0"
ANY_RATE = "[xen-display]\nmax-reconnects-per-minute=600\n"


def again(stage, guest=None):
    """Closed, then Initialising: the backend reads everything again."""
    guest = guest or stage.guest
    guest.ok("state 0 6")
    wait_until(lambda: stage.state(guest)[0] in (2, 6), 2 * SCALE)
    guest.ok("state 0 1")


def write(guest, node, data):
    if data:
        guest.ok(f"xs-hex {NODE}/{node} {data.hex()}")
    else:
        guest.send(f"xs-rm {NODE}/{node}")


def misconfigured(stage, name="attacker", **options):
    """A guest whose device the tool stack configured without a usable mode, so that the guest's own nodes count."""
    guest = stage.boot(name, "none", connect=False, **options)
    stage.said(f"guest {name}.*resolution in xenstore is not")
    return guest


RESOLUTIONS = (b"", b"x", b"0x0", b"1x0", b"0x1", b"-1x-1", b"320", b"320x", b"x240", b"320x240x1", b"320 x240", b" 320x240",
               b"320x240 ", b"0320x240\x00\x00", b"3.2e2x240", b"99999999999999999999x1", b"4294967297x1", b"320x\xff\xfe",
               b"\x1b[2J320x240", b"9" * 2000, b"%s%n%x", b"320X240")


@case(config=ANY_RATE, guest=False)
def resolution_is_garbage(stage):
    guest = misconfigured(stage)
    for data in RESOLUTIONS:
        guest.send(f"xs-rm {NODE}/0")
        write(guest, "0/resolution", data)
        again(stage, guest)
        stage.step()
        check(stage.state(guest)[0] != 4, f"connected with a resolution of {data[:20]!r}")
    write(guest, "0/resolution", b"320x240")
    again(stage, guest)
    guest.connect()
    stage.buffer(guest=guest)
    stage.ask(configure(), OK, guest=guest)


@case(config=ANY_RATE, guest=False)
def resolution_is_huge(stage):
    guest = misconfigured(stage)
    guest.send(f"xs-rm {NODE}/0")
    write(guest, "0/resolution", b"2147483647x2147483647")
    again(stage, guest)
    guest.connect()
    stage.buffer(guest=guest)
    stage.ask(configure(), OK, guest=guest)
    stage.ask(configure(1, 0, 0, 2 ** 32 - 1, 2 ** 32 - 1), OK, guest=guest)
    check(guest.send("edid 0 0 32768").startswith("ok"), "no answer to GET_EDID")
    stage.step()
    stage.answered(guest=guest)


@case(config=ANY_RATE, guest=False)
def unique_id_is_garbage(stage):
    for number, data in enumerate((b"\x1b[31mred\x07", b"A" * 2000, b"\xff\xfe\xc3\x28", b"a\nxen-display: forged",
                                     b"%s%s%n", b"\xe2\x80\xaetxt.exe")):
        guest = misconfigured(stage, f"attacker{number}")
        guest.send(f"xs-rm {NODE}/0")
        write(guest, "0/resolution", b"320x240")
        write(guest, "0/unique-id", data)
        again(stage, guest)
        guest.connect()
        stage.buffer(guest=guest)
        stage.ask(configure(), OK, guest=guest)
        stage.step()
        guest.destroy()
    for line in stage.weston.log().splitlines():
        check("xen-display: forged" not in line and line.isprintable() and line.isascii(),
              f"unescaped bytes of a guest in the log: {line!r}")


@case(config=ANY_RATE, guest=False)
def connectors_forged_after_the_offer(stage):
    guest = stage.boot("attacker", "320x240", connect=False)
    stage.rig.machine.tools.wait_backend(guest.domid, 0, 2)
    # Another mode, and three more connectors: only what was offered counts.
    guest.send(f"xs-rm {NODE}/0")
    write(guest, "0/resolution", b"32x24")
    for number in range(1, 4):
        write(guest, f"{number}/resolution", b"9999x9999")
    guest.ok("connect 0 publish")
    check(wait_until(lambda: stage.state(guest)[0] == 4, 5 * SCALE), f"not connected: {stage.state(guest)}")
    listed = stage.weston.control("list")
    equal([line.split()[4] for line in listed if line.startswith("attacker")], ["320x240"], "connectors")


@case(config=ANY_RATE)
def connectors_taken_away(stage):
    stage.buffer()
    stage.ask(configure(), OK)
    stage.guest.send(f"xs-rm {NODE}/0")
    stage.ask(of_cookie(0x15, 1), OK)
    stage.guest.event("flip", 5)
    again(stage)
    stage.step()
    stage.guest.ok("state 0 3")
    check(wait_until(lambda: stage.state()[0] == 6, 5 * SCALE), f"not closed without ring nodes: {stage.state()}")
    stage.step()


@case(config=ANY_RATE, guest=False)
def hundreds_of_connectors(stage):
    guest = misconfigured(stage)
    guest.send(f"xs-rm {NODE}/0")
    for number in range(40):
        write(guest, f"{number}/resolution", b"320x240")
    again(stage, guest)
    stage.said("more than the 4 connectors allowed")
    guest.ok("state 0 3")
    stage.step()
    check(stage.state(guest)[0] != 4, "connected with 40 connectors")


BAD_NUMBERS = (b"", b"-1", b"0", b"1", b"4294967295", b"4294967296", b"18446744073709551616", b"0x8", b" 8", b"8 ",
               b"8\x00", b"8x", b"\xff", b"9" * 2000)


def bad_numbers(name, node):
    def written(stage):
        for data in BAD_NUMBERS:
            again(stage)
            wait_until(lambda: stage.state()[0] == 2, 5 * SCALE)
            stage.guest.ok("forget 0")
            stage.guest.ok("connect 0 publish")
            wait_until(lambda: stage.state()[0] in (4, 6), 5 * SCALE)
            again(stage)
            write(stage.guest, f"0/{node}", data)
            stage.guest.ok("state 0 3")
            # Refused, or connected to a useless channel if it happens to be a valid port.
            wait_until(lambda: stage.state()[0] in (4, 6), 2 * SCALE)
            stage.step()
        stage.step()

    register(name, written, config=ANY_RATE, limit=150)


bad_numbers("request-ring-reference", "req-ring-ref")
bad_numbers("event-ring-reference", "evt-ring-ref")
bad_numbers("request-event-channel", "req-event-channel")
bad_numbers("event-event-channel", "evt-event-channel")


@case("320x240", "320x240", config=ANY_RATE)
def one_page_for_all_rings(stage):
    guest = stage.guest
    again(stage)
    guest.ok("forget 0")
    wait_until(lambda: stage.state()[0] == 2, 5 * SCALE)
    guest.ok("connect 0 publish")
    wait_until(lambda: stage.state()[0] == 4, 5 * SCALE)
    again(stage)
    wait_until(lambda: stage.state()[0] == 2, 5 * SCALE)
    one = guest.send(f"xs-read {NODE}/0/req-ring-ref").partition("value=")[2]
    port = guest.send(f"xs-read {NODE}/0/req-event-channel").partition("value=")[2]
    for connector in range(2):
        for kind in ("req", "evt"):
            guest.ok(f"xs-write {NODE}/{connector}/{kind}-ring-ref {one}")
            guest.ok(f"xs-write {NODE}/{connector}/{kind}-event-channel {port}")
    guest.ok("state 0 3")
    wait_until(lambda: stage.state()[0] in (4, 6), 5 * SCALE)
    for _ in range(5):
        guest.ok("notify 0 0 req")
        stage.step()


@case(config=ANY_RATE)
def state_is_nonsense(stage):
    for data in (b"", b"9", b"99", b"-1", b"abc", b"4 ", b" 4", b"0x4", b"4294967300", b"\x00", b"4" * 2000, b"\xff"):
        write(stage.guest, "state", data)
        stage.step()
    stage.guest.ok("state 0 6")
    stage.closes()


@case(config=ANY_RATE)
def directory_removed_by_its_guest(stage):
    stage.buffer()
    stage.ask(configure(), OK)
    stage.guest.send(f"xs-rm {NODE}")
    stage.said(r"guest attacker\(\d+\).*disconnected after")
    stage.step()
    # It cannot recreate it: the parent directory is not its own.
    for data in (b"1", b"3", b"4", b"6"):
        stage.guest.send(f"xs-hex {NODE}/state {data.hex()}")
        stage.step()


@case(config=ANY_RATE)
def be_alloc_forged(stage):
    refs = stage.pages(3)
    # xenstored permits neither; weston.ini decides anyway.
    stage.guest.send(f"xs-rm {NODE}/be-alloc")
    stage.guest.send(f"xs-write {NODE}/be-alloc 1")
    stage.ask(create(directory=refs[0], flags=1), EOPNOTSUPP)
    again(stage)
    stage.guest.ok("forget 0")
    stage.guest.connect()
    refs = stage.pages(3)
    stage.ask(create(directory=refs[0], flags=1), EOPNOTSUPP)
    equal(stage.rig.machine.domain(0)["grants"], 0, "pages granted by dom0")


@case(guest=False, guests=2)
def same_unique_id(stage):
    guests = [stage.boot(name, "320x240", unique_ids=["same"]) for name in ("attacker", "twin")]
    for guest in guests:
        stage.buffer(guest=guest)
        stage.ask(configure(), OK, guest=guest)
        stage.step()
    listed = [line.split()[0] for line in stage.weston.control("list")]
    equal(sorted(listed), ["attacker", "other", "twin"], "connectors")
    guests[0].destroy()
    stage.ask(of_cookie(0x15, 1), OK, guest=guests[1])
    guests[1].event("flip", 5)


@case(config=ANY_RATE, limit=150)
def nodes_change_while_they_are_read(stage):
    for _ in range(6):
        again(stage)
        stage.guest.ok("forget 0")
        stage.guest.ok("connect 0 publish")
        for node, values in (("0/req-ring-ref", "5 -1 8 4294967295"), ("state", "3 6 3 1"), ("0/resolution", "1x1 x")):
            stage.guest.send(f"xs-flood {NODE}/{node} 100 {values}")
        stage.step()
