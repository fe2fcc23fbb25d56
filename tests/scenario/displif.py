# SPDX-License-Identifier: MIT
"""Requests, answers, errors and the event page, as the headers and xen-drm-front have them."""
import shutil
import struct
import subprocess
import time

from rig.runner import check, equal, scenario

SIZE = (320, 240)
SMALL = "320x240"
SCREEN = (("headless", 320, 240),)
DBUF_CREATE, DBUF_DESTROY, FB_ATTACH, FB_DETACH, SET_CONFIG, PG_FLIP, GET_EDID = range(0x10, 0x17)
ENOENT, ENOMEM, EEXIST, EINVAL, ENOSPC, EOPNOTSUPP = -2, -12, -17, -22, -28, -95


def raw(operation, body=b""):
    """A request of 64 bytes as hexadecimal; the guest fills in the id."""
    return struct.pack("<HB5x", 0, operation).hex() + body.ljust(56, b"\0").hex()


def start(rig, *resolutions, **options):
    weston = rig.weston(outputs=SCREEN, **options)
    return weston, rig.guest("guest", *(resolutions or (SMALL,)))


@scenario("displif")
def answers_echo_id_and_operation(rig):
    """Each answer carries its request's id and operation, and nothing else than what is defined."""
    _, guest = start(rig)
    for count, operation in enumerate((FB_DETACH, DBUF_DESTROY, PG_FLIP, 0x42, 0, 0xff)):
        reply = guest.ok(f"request 0 0 {raw(operation, struct.pack('<Q', 77))}",
                         ENOENT if operation in (FB_DETACH, DBUF_DESTROY, PG_FLIP) else EOPNOTSUPP)
        data = bytes.fromhex(str(reply["response"]).zfill(128))
        number, echoed, reserved = struct.unpack("<HBB", data[:4])
        equal((number, echoed, reserved), (count, operation, 0), "id, operation and reserved byte of the answer")
        equal(data[8:], bytes(56), "the undefined bytes of the answer")


@scenario("displif")
def buffer_life(rig):
    """Create, attach, show, detach, destroy; pages are unmapped when the answer comes."""
    weston, guest = start(rig)
    for round_ in range(20):
        guest.buffer(1, *SIZE, picture=round_)
        guest.show(1, *SIZE)
        if round_ % 10 == 0:
            weston.expect(f"picture=0,0,320,240,XR24,{round_}")
        guest.ok("config-off 0 0")
        guest.ok("fb-detach 0 1")
        equal(guest.ok("dbuf-destroy 0 1")["mapped"], 0, "pages mapped after the answer")
    guest.no_event("directory-still-mapped", 0)


@scenario("displif")
def destroying_what_is_shown(rig):
    """The screen lets go first; the answer comes soon, and the pages are free soon after."""
    weston, guest = start(rig)
    guest.picture(1, size=SIZE)
    weston.expect("picture=0,0,320,240,XR24,1")
    begin = time.monotonic()
    guest.ok("dbuf-destroy 0 1")
    check(time.monotonic() - begin < 1, "DBUF_DESTROY was not answered within 1 s")
    weston.expect("solid=0,0,320,240,303030")
    guest.buffer(2, *SIZE, picture=2)
    guest.show(2, *SIZE)
    weston.expect("picture=0,0,320,240,XR24,2")


@scenario("displif")
def detaching_what_is_shown(rig):
    """FB_DETACH of the framebuffer on screen is answered at once and takes it away."""
    weston, guest = start(rig)
    guest.picture(1, size=SIZE)
    weston.expect("picture=0,0,320,240,XR24,1")
    guest.ok("fb-detach 0 1")
    weston.expect("solid=0,0,320,240,303030")
    guest.ok("fb-attach 0 1 5 320x240 XR24")
    guest.show(5, *SIZE)
    weston.expect("picture=0,0,320,240,XR24,1")


@scenario("displif")
def zero_geometry(rig):
    """A buffer without width, height and bpp gets them with FB_ATTACH."""
    weston, guest = start(rig)
    guest.buffer(1, *SIZE, options="zero-geometry", picture=6)
    guest.show(1, *SIZE)
    weston.expect("picture=0,0,320,240,XR24,6")


@scenario("displif")
def data_offset(rig):
    """Pixels begin within the first page, in a later page, and at an odd place."""
    weston, guest = start(rig)
    for cookie, offset in enumerate((64, 4096, 8192 + 256, 6, 1), 1):
        guest.buffer(cookie, *SIZE, options=f"ofs={offset}", picture=cookie)
        guest.show(cookie, *SIZE)
        weston.expect(f"picture=0,0,320,240,XR24,{cookie}")


@scenario("displif")
def several_framebuffers_of_one_buffer(rig):
    """Two framebuffers, one smaller, on one buffer; the pitch is the buffer's."""
    weston, guest = start(rig)
    guest.buffer(1, *SIZE, picture=3)
    guest.ok("fb-attach 0 1 2 160x120 XR24")
    guest.show(2, 160, 120)
    weston.expect("scaled=0,0,320,240,XR24,3,0,0,160,120,320,240")
    guest.show(1, *SIZE)
    weston.expect("picture=0,0,320,240,XR24,3")


@scenario("displif")
def unknown_and_duplicate_cookies(rig):
    """ENOENT for what does not exist, EEXIST for what does."""
    _, guest = start(rig)
    guest.buffer(1, *SIZE)
    guest.ok("dbuf-create 0 1 320x240 32", EEXIST)
    guest.ok("fb-attach 0 1 1 320x240 XR24", EEXIST)
    guest.ok("fb-attach 0 9 2 320x240 XR24", ENOENT)
    guest.ok("fb-detach 0 9", ENOENT)
    guest.ok("set-config 0 0 9 0,0 320x240 32", ENOENT)
    guest.ok("flip 0 0 9", ENOENT)
    guest.ok(f"request 0 0 {raw(DBUF_DESTROY, struct.pack('<Q', 9))}", ENOENT)
    guest.no_event("flip", 0.2)


@scenario("displif")
def contradicting_requests(rig):
    """EINVAL for geometry, sizes, flags, formats, references and cookies that cannot be."""
    _, guest = start(rig)

    def create(cookie=5, w=320, h=240, bpp=32, size=320 * 240 * 4, flags=0, ref=100, offset=0):
        return raw(DBUF_CREATE, struct.pack("<QIIIIIII", cookie, w, h, bpp, size, flags, ref,
                                            offset))

    for text, request in (
            ("cookie 0", create(cookie=0)), ("reference 0", create(ref=0)),
            ("width 0", create(w=0)), ("height 0", create(h=0)), ("bpp 0", create(bpp=0)),
            ("bpp 13", create(bpp=13)), ("size 0", create(size=0)),
            ("size one short", create(size=320 * 240 * 4 - 1)),
            ("offset beyond", create(offset=1)), ("offset huge", create(offset=0xffffffff)),
            ("size that wraps", create(w=0x10000, h=0x10000, size=0)),
            ("width huge", create(w=0xffffffff, h=2)), ("unknown flag", create(flags=2))):
        reply = guest.send(f"request 0 0 {request}")
        check(f"status={EINVAL}" in reply, f"{text}: expected EINVAL from DBUF_CREATE, not {reply[:40]}")
    guest.ok("dbuf-create 0 1 320x240 32")
    for text, command in (
            ("wider than its buffer", "fb-attach 0 1 2 321x240 XR24"),
            ("higher than its buffer", "fb-attach 0 1 2 320x241 XR24"),
            ("no width", "fb-attach 0 1 2 0x240 XR24"),
            ("another bpp", "fb-attach 0 1 2 320x240 RG16"),
            ("unknown format", "fb-attach 0 1 2 320x240 0x20203852"),
            ("cookie 0", "fb-attach 0 1 0 320x240 XR24")):
        reply = guest.send(command)
        check(f"status={EINVAL}" in reply, f"{text}: expected EINVAL from FB_ATTACH, not {reply}")
    guest.ok("fb-attach 0 1 2 320x240 XR24")
    guest.ok("set-config 0 0 2 320,0 320x240 32", EINVAL)
    guest.ok("set-config 0 0 2 0,0 320x240 16", EINVAL)


@scenario("displif")
def bad_directories(rig):
    """Directories that end early, hold 0 or stale references: an error. A loop ends by its length."""
    _, guest = start(rig)
    for kind, size in (("zero", SMALL), ("stale", SMALL), ("short", "1400x1000")):
        reply = guest.send(f"dbuf-create 0 5 {size} 32 directory={kind}")
        check(reply.startswith("ok status=-"), f"{kind} directory: expected an error, not {reply}")
    guest.ok("dbuf-create 0 5 1400x1000 32 directory=loop")
    guest.ok("dbuf-create 0 6 320x240 32")


@scenario("displif")
def backend_allocation_is_refused(rig):
    """REQ_ALLOC is answered with EOPNOTSUPP."""
    _, guest = start(rig)
    guest.ok("dbuf-create 0 5 320x240 32 flags=1", EOPNOTSUPP)


@scenario("displif", limit=90)
def limits_of_buffers(rig):
    """The configured number of buffers and framebuffers, and one more."""
    weston = rig.weston(outputs=SCREEN,
                        config="[xen-display]\nmax-buffers=5\nmax-framebuffers=6\n"
                               "max-buffer-pages=100\n")
    guest = rig.guest("guest", SMALL)
    for cookie in range(1, 6):
        guest.ok(f"dbuf-create 0 {cookie} 32x32 32")
    guest.ok("dbuf-create 0 6 32x32 32", ENOSPC)
    for cookie in range(1, 7):
        guest.ok(f"fb-attach 0 1 {cookie} 32x32 XR24")
    guest.ok("fb-attach 0 1 7 32x32 XR24", ENOSPC)
    guest.ok("dbuf-destroy 0 5")
    guest.ok("dbuf-create 0 6 320x320 32")
    guest.ok("dbuf-destroy 0 6")
    guest.ok("dbuf-create 0 6 320x321 32", ENOSPC)
    equal(weston.process.poll(), None, "Weston's exit status")


@scenario("displif")
def set_config_offset_and_off(rig):
    """A part of a large framebuffer, another part, off, and on again; no event for any of them."""
    weston, guest = start(rig)
    guest.buffer(1, 800, 600, picture=2)
    for x, y in ((0, 0), (480, 360), (100, 50)):
        guest.show(1, 800, 600, at=f"{x},{y}")
        weston.expect(f"picture=0,0,320,240,XR24,2,{x},{y},800,600")
    guest.ok("config-off 0 0")
    weston.expect("solid=0,0,320,240,303030")
    guest.show(1, 800, 600)
    weston.expect("picture=0,0,320,240,XR24,2,0,0,800,600")
    guest.no_event("flip", 0.2)


@scenario("displif")
def flip_while_off(rig):
    """Answered and done, but nothing is shown; switching on shows it."""
    weston, guest = start(rig)
    guest.picture(1, size=SIZE)
    guest.buffer(2, *SIZE, picture=2)
    for _ in range(3):
        guest.ok("config-off 0 0")
        equal(guest.flip(1)["fb"], 1, "framebuffer of the event")
        guest.flip(2)
        weston.expect("solid=0,0,320,240,303030")
        guest.flip(2)
        guest.show(2, *SIZE)
        weston.expect("picture=0,0,320,240,XR24,2")


@scenario("displif")
def flip_supersedes_a_pending_one(rig):
    """All are answered with 0, each gets its event, in order, and the last one is shown."""
    weston, guest = start(rig)
    for cookie in (1, 2, 3):
        guest.buffer(cookie, *SIZE, picture=cookie)
    guest.show(1, *SIZE)
    for _ in range(20):
        for cookie in (2, 3, 1, 2, 3):
            guest.ok(f"flip 0 0 {cookie}")
        for cookie in (2, 3, 1, 2, 3):
            equal(guest.event("flip")["fb"], cookie, "framebuffer of the next event")
    guest.no_event("bad-event-id", 0)
    weston.expect("picture=0,0,320,240,XR24,3")


@scenario("displif", limit=90)
def event_ids_count_from_zero(rig):
    """They start anew at each connection and each connector, and go round the page's 63 slots."""
    rig.weston(outputs=SCREEN)
    guest = rig.guest("guest", SMALL, SMALL)
    for _ in range(2):
        for cookie in (1, 2):
            guest.buffer(cookie, *SIZE)
        for connector in (0, 1):
            guest.show(1, *SIZE, connector=connector)
            equal(guest.flip(2, connector=connector)["id"], 0, "the first event's id")
        guest.flips(140, 1, 2)
        equal(guest.flip(2)["id"], 141, "id after 141 flips")
        equal(guest.flip(1, connector=1)["id"], 1, "id of the other connector")
        guest.ok("close 0")
        guest.ok("state 0 1")
        guest.connect()


@scenario("displif", limit=90)
def full_event_page_costs_no_id(rig):
    """A guest that reads no event for 70 flips is held up, then finds all of them, ids in turn."""
    _, guest = start(rig)
    for cookie in (1, 2):
        guest.buffer(cookie, *SIZE)
    guest.show(1, *SIZE)
    guest.ok("deaf 0 1")
    for flip in range(63):
        guest.ok(f"flip 0 0 {flip % 2 + 1}")
    for flip in range(7):
        guest.ok(f"submit 0 0 {raw(PG_FLIP, struct.pack('<Q', flip % 2 + 1))}")
    time.sleep(0.5)
    guest.no_event("flip", 0)
    guest.ok("deaf 0 0")
    guest.ok("notify 0 0 evt")
    for number in range(70):
        equal(guest.event("flip")["id"], number, "the next event's id")
    for _ in range(7):
        equal(guest.event("response")["status"], 0, "status of a flip that had to wait")
    guest.no_event("bad-event-id", 0)
    guest.flips(10, 1, 2)


@scenario("displif")
def full_ring(rig):
    """32 requests at once: 32 answers, each once and in order, ten times."""
    _, guest = start(rig)
    number = 0
    for _ in range(10):
        for _ in range(32):
            guest.ok(f"submit 0 0 {raw(FB_DETACH, struct.pack('<Q', 99))}")
        for _ in range(32):
            answer = guest.event("response")
            equal((answer["id"], answer["status"]), (number, ENOENT), "id and status of the next answer")
            number += 1
    guest.no_event("response", 0.2)


@scenario("displif")
def ring_overrun_closes_the_device(rig):
    """A producer index beyond the ring: the device is closed, the other guest goes on."""
    weston, guest = start(rig)
    other = rig.guest("other", SMALL)
    other.picture(3, size=SIZE)
    guest.ok("poke 0 req:0 0 00100000")
    guest.ok("notify 0 0 req")
    check(rig.machine.tools.wait_backend(guest.domid, 0, 6, 5) or
          rig.machine.tools.wait_backend(guest.domid, 0, 5, 1), "the backend goes to neither Closed nor Closing")
    other.flip(1)
    weston.expect("picture=0,0,320,240,XR24,3")


@scenario("displif")
def ring_overrun_before_connected(rig):
    """The same on a ring that was published before Weston came: it must end at Closed."""
    guest = rig.guest("early", SMALL, connect=False)
    guest.ok("connect 0 publish")
    guest.event("front", dev=0, state=3)
    guest.ok("poke 0 req:0 0 00100000")
    weston = rig.weston(outputs=SCREEN)
    weston.expect_log("more requests announced than its ring can hold")
    time.sleep(0.3)
    state = rig.machine.store.read(rig.machine.tools.back(guest.domid, 0) + "/state")
    check(state != "4", "the backend is Connected although it has given up the ring")


@scenario("displif")
def pages_within_the_budget(rig):
    """max-guest-pages: as many pages as allowed, not one more, and back when destroyed."""
    weston = rig.weston(outputs=SCREEN, config="[xen-display]\nmax-guest-pages=200\n")
    guest = rig.guest("guest", SMALL)
    guest.buffer(1, *SIZE)
    guest.buffer(2, *SIZE)
    guest.buffer(3, *SIZE, status=ENOMEM)
    weston.expect_log("its buffers need 225 pages, 200 are allowed; raise max-guest-pages")
    guest.ok("fb-detach 0 1")
    guest.ok("dbuf-destroy 0 1")
    guest.buffer(3, *SIZE)


@scenario("displif")
def pages_mapped_twice_count_twice(rig):
    """Two framebuffers of one buffer, one mapped and one converted: both are paid for."""
    rig.weston(outputs=SCREEN, config="[xen-display]\nmax-guest-pages=200\n")
    guest = rig.guest("guest", SMALL)
    guest.ok("dbuf-create 0 1 320x200 16")
    guest.ok("fb-attach 0 1 11 320x200 RG16")
    guest.ok("fb-attach 0 1 12 320x200 YUYV")
    guest.buffer(2, *SIZE)
    guest.ok("dbuf-create 0 3 320x200 16")
    guest.ok("fb-attach 0 3 13 320x200 RG16")
    guest.ok("fb-attach 0 3 14 320x200 YUYV", ENOMEM)


def detailed_timing(edid):
    """Width and height of the preferred mode."""
    width = edid[56] | (edid[58] & 0xf0) << 4
    height = edid[59] | (edid[61] & 0xf0) << 4
    return width, height


def edid_name(edid):
    for at in range(54, 126, 18):
        if edid[at:at + 4] == b"\0\0\0\xfc":
            return edid[at + 5:at + 18].split(b"\n")[0].decode()
    return None


@scenario("displif")
def edid_names_guest_and_mode(rig):
    """A valid EDID with the connector's mode preferred and the tool stack's name of the guest."""
    rig.weston(outputs=SCREEN)
    modes = ((1366, 768), (640, 480), (1920, 1200), (4095, 2047))
    guest = rig.guest("lounge", *(f"{w}x{h}" for w, h in modes))
    for connector, mode in enumerate(modes):
        reply = guest.send(f"edid 0 {connector}")
        edid = bytes.fromhex(reply.partition("edid=")[2])
        equal(edid[:8], b"\0\xff\xff\xff\xff\xff\xff\0", "the EDID's header")
        for block in range(0, len(edid), 128):
            equal(sum(edid[block:block + 128]) % 256, 0, f"checksum of block {block // 128}")
        equal(len(edid), 128 * (1 + edid[126]), "the EDID's size")
        equal(detailed_timing(edid), mode, "the EDID's preferred mode")
        equal(edid_name(edid), "lounge", "the EDID's name")
        if shutil.which("edid-decode"):
            done = subprocess.run(["edid-decode", "--check", "-"], input=edid, check=False,
                                  capture_output=True)
            equal(done.returncode, 0, f"edid-decode --check: {done.stdout.decode()[-600:]}")
    guest.no_event("edid-still-mapped", 0)


@scenario("displif")
def edid_of_a_mode_that_it_cannot_say(rig):
    """One wider than 4095 pixels is written in the same shape, smaller."""
    rig.weston(outputs=SCREEN)
    guest = rig.guest("wide", "5120x2160")
    edid = bytes.fromhex(guest.send("edid 0 0").partition("edid=")[2])
    equal(len(edid), 128, "the EDID's size")
    equal(detailed_timing(edid), (2560, 1080), "the EDID's preferred mode")


@scenario("displif")
def edid_buffer_too_small(rig):
    """An error, and nothing stays mapped."""
    _, guest = start(rig)
    for size in (0, 1, 127):
        guest.ok(f"edid 0 0 {size}", EINVAL)
    guest.ok("edid 0 0 128")
    guest.no_event("edid-still-mapped", 0)


@scenario("displif")
def slow_mapping_holds_up_nobody(rig):
    """While one guest's mapping takes half a second, the other's flips go on."""
    weston = rig.weston(outputs=(("headless", 320, 240), ("second", 320, 240)))
    slow = rig.guest("slow", SMALL)
    quick = rig.guest("quick", SMALL)
    for cookie in (1, 2):
        quick.buffer(cookie, *SIZE)
    quick.show(1, *SIZE)
    quick.flips(5, 1, 2)
    rig.machine.control("delay", "weston", "gntdev.map", 500)
    quick.ok("animate 0 0 10 1 2")
    begin = time.monotonic()
    slow.ok("dbuf-create 0 1 320x240 32")
    mapped = time.monotonic()
    done = quick.event("animated", 10)
    rig.machine.control("clear")
    check(done["when"] < mapped or done["ms"] < 900,
          f"10 flips of the quick guest took {done['ms']} ms, the slow guest's mapping {mapped - begin:.2f} s")
    equal(weston.process.poll(), None, "Weston's exit status")


@scenario("displif")
def slow_mapping_is_shown_in_the_end(rig):
    """The host is slow to map: the guest's directory is read before it is told to take it back."""
    weston, guest = start(rig)
    rig.machine.control("delay", "weston", "gntdev.map", 170)
    guest.buffer(1, *SIZE, picture=8)
    guest.no_event("directory-still-mapped", 0)
    rig.machine.control("clear")
    guest.show(1, *SIZE)
    weston.expect("picture=0,0,320,240,XR24,8")
