# SPDX-License-Identifier: MIT
"""The presenter against hostile guests: closed connections, floods, and resource accounting."""
import os
import re
import struct
import time

from control import screens
from dmabuf import FORCE, fence, gl_weston, make_busy
from rig.machine import wait_until
from rig.runner import check, equal, scenario
from rig.weston import SCALE

SIZE = (320, 240)
SMALL = "320x240"
SCREEN = (("headless", 320, 240),)
DBUF_CREATE, DBUF_DESTROY = 0x10, 0x11


def raw(operation, body):
    """A request of 64 bytes as hexadecimal; the guest fills in the id."""
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
    # Each request is on a ring of its own, since those before it are not answered yet. Buffer 2 gets a
    # framebuffer, the next job is slow, and only after it the worker cleans up what is left of buffer 1.
    guest.ok("fb-attach 0 2 2 320x240 XR24")
    guest.ok(f"submit 0 1 {raw(DBUF_CREATE, struct.pack('<QIIIIIII', 3, 32, 32, 32, 4096, 0, 1, 0))}")
    guest.ok(f"submit 0 2 {raw(DBUF_DESTROY, struct.pack('<Q', 1))}")
    weston.expect_log("ended the connection of a guest's device")
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

    check(dma_bufs(), "Weston does not wait for the dma-buf while the GPU reads it")
    guest.destroy()
    weston.expect_log("disconnected after")
    check(wait_until(lambda: not dma_bufs(), 3),
          f"{len(dma_bufs())} dma-bufs are still waited for after the guest's end")
    os.close(fifo)
    weston.expect("picture=0,0,320,240,XR24,1", "picture=320,0,320,240,XR24,2")
    rig.guest("g", SMALL)
    weston.expect("solid=0,0,640,240,303030")
    rig.let_go(weston)


def copied(weston, name="guest"):
    """How many bytes were converted for that guest's first connector, as the module counts."""
    line = next(line for line in weston.control("list") if line.split()[0] == name)
    return int(line.split()[9])


def converted_guest(rig, **options):
    """A guest whose two buffers have to be converted, and one that flips all the time beside it."""
    weston = rig.weston(outputs=(*SCREEN, ("second", 320, 240)),
                        config="[xen-connector]\nguest=other\noutput=second\n", **options)
    other = rig.guest("other", SMALL)
    for cookie in (1, 2):
        other.buffer(cookie, *SIZE, picture=cookie)
    other.show(1, *SIZE)
    other.ok("animate 0 0 0 1 2")
    guest = rig.guest("guest", SMALL)
    for cookie in (1, 2):
        guest.buffer(cookie, *SIZE, "RG24", picture=cookie)
    guest.show(1, *SIZE)
    weston.expect("picture=0,0,320,240,RG24,1")
    return weston, guest, other


def flood(seconds, *steps):
    """Calls the steps in turn as fast as it goes; how many there were in a second."""
    begin, count = time.monotonic(), 0
    while time.monotonic() < begin + seconds:
        steps[count % len(steps)]()
        count += 1
    return count / (time.monotonic() - begin)


def flips_of(guest, seconds):
    before = guest.ok("animation 0 0")["flips"]
    time.sleep(seconds)
    return guest.ok("animation 0 0")["flips"] - before


@scenario("presenter")
def flood_of_flips_is_converted_once_a_refresh(rig):
    """Hundreds of flips a second on buffers that are converted: each has its event, few are converted."""
    weston, guest, other = converted_guest(rig)
    first = other.ok("animation 0 0")["flips"]
    guest.flips(60, 1, 2)
    beside = other.ok("animation 0 0")["flips"] - first
    check(beside < 100,
          f"60 flips of converted buffers take as long as {beside} of the other guest, expected less than 100")
    # The other guest's rate without a flood: a busy machine is slow anyway.
    alone = flips_of(other, 1)
    before, first = copied(weston), other.ok("animation 0 0")["flips"]
    begin, sent = time.monotonic(), []

    def flip():
        sent.append(len(sent) % 2 + 1)
        guest.ok(f"flip 0 0 {sent[-1]}")

    rate = flood(2, flip)
    seconds = time.monotonic() - begin
    pictures = (copied(weston) - before) / (320 * 240 * 4)
    check(rate > 200, f"not a flood, of more than 200 a second: {rate:.0f} flips a second")
    check(2 < pictures < 66 * seconds + 3,
          f"{pictures} pictures, not about one a refresh, converted in {seconds:.1f} s")
    rate = (other.ok("animation 0 0")["flips"] - first) / seconds
    check(rate > alone / 2,
          f"the other guest has {alone} flips/s alone, less than half beside the flood: {rate:.1f} flips/s")
    for cookie in sent:
        guest.event("flip", fb=cookie)
    guest.flip(2)
    weston.expect("picture=0,0,320,240,RG24,2")


@scenario("presenter")
def flood_of_sizes_is_converted_once_a_refresh(rig):
    """Screens of two sizes in turn, switched off in between: few are converted, and no memory piles up."""
    weston, guest, other = converted_guest(rig)
    most = 0

    def show(size):
        nonlocal most
        guest.show(1, *size)
        most = max(most, sum(link_of(weston, name).startswith("/memfd:xen-display")
                             for name in os.listdir(f"/proc/{weston.pid}/fd")))

    before, begin = copied(weston), time.monotonic()
    rate = flood(2, lambda: show(SIZE), lambda: guest.ok("config-off 0 0"),
                 lambda: show((160, 120)), lambda: guest.ok("config-off 0 0"))
    seconds = time.monotonic() - begin
    pictures = (copied(weston) - before) / (320 * 240 * 4)
    check(rate > 200, f"not a flood, of more than 200 a second: {rate:.0f} requests a second")
    check(pictures < 66 * seconds + 3, f"{pictures} pictures, more than one a refresh, converted in {seconds:.1f} s")
    check(most <= 4, f"{most} buffers of converted pixels at a time, at most 4 expected")
    guest.ok("config-off 0 0")
    weston.expect("solid=0,0,320,240,303030")
    guest.show(1, *SIZE)
    weston.expect("picture=0,0,320,240,RG24,1")


@scenario("presenter")
def nothing_is_converted_while_asleep(rig):
    """While the compositor sleeps, flips are done by timer; once awake, the last one is on the screen."""
    weston, guest, _ = converted_guest(rig)
    for last in (2, 1):
        weston.control("sleep")
        before = copied(weston)
        took = guest.flips(10, 1, 2)
        check(took < 10 * 100, f"10 flips while asleep took {took} ms, expected less than 1000")
        guest.flip(last)
        for _ in range(30):
            guest.ok("config-off 0 0")
            guest.show(last, *SIZE)
        check(copied(weston) == before, f"{copied(weston) - before} bytes converted while asleep")
        weston.control("wake")
        weston.expect(f"picture=0,0,320,240,RG24,{last}")


@scenario("presenter")
def nothing_is_converted_while_locked(rig):
    """While the session is locked, flips are done by timer; once unlocked, the last one is on the screen."""
    weston, guest, _ = converted_guest(rig, shell_config="locking=true\n")
    weston.control("idle")
    time.sleep(2)  # desktop-shell fades out, then locks
    weston.control("wake")
    guest.flip(2)
    before = copied(weston)
    took = guest.flips(10, 1, 2)
    check(took < 10 * 100, f"10 flips while locked took {took} ms, expected less than 1000")
    guest.flip(2)
    check(copied(weston) == before, f"{copied(weston) - before} bytes converted while locked")
    weston.control("unlock")
    weston.expect("picture=0,0,320,240,RG24,2")


@scenario("presenter")
def converted_buffers_that_nobody_sees(rig):
    """Placed beyond its output: flips are done at the pace of hidden ones, and nothing is converted for them."""
    weston = rig.weston(outputs=SCREEN, config="[xen-connector]\nguest=guest\nx=2000\nwidth=320\nheight=240\n")
    guest = rig.guest("guest", SMALL)
    for cookie in (1, 2):
        guest.buffer(cookie, *SIZE, "RG24", picture=cookie)
    guest.show(1, *SIZE)
    guest.flips(2, 1, 2)
    before = copied(weston)
    took = guest.flips(20, 1, 2)
    check(took < 20 * 60, f"20 flips of a screen beyond its output took {took} ms, expected less than 1200")
    check(copied(weston) == before, f"{copied(weston) - before} bytes converted for a screen beyond its output")


@scenario("presenter")
def flip_to_a_larger_framebuffer(rig):
    """The part named by SET_CONFIG is shown of each framebuffer flipped to, and of the first one again."""
    weston = rig.weston(outputs=SCREEN)
    guest = rig.guest("guest", SMALL)
    guest.buffer(1, *SIZE, picture=1)
    guest.buffer(2, 640, 480, picture=2)
    guest.show(1, *SIZE)
    weston.expect("picture=0,0,320,240,XR24,1")
    for _ in range(2):
        guest.flip(2)
        weston.expect("picture=0,0,320,240,XR24,2,0,0,640,480")
        guest.flip(1)
        weston.expect("picture=0,0,320,240,XR24,1")


@scenario("presenter")
def flip_to_a_smaller_framebuffer(rig):
    """An offset of SET_CONFIG that no longer fits is moved back, in both dimensions, and holds again later."""
    weston = rig.weston(outputs=SCREEN)
    guest = rig.guest("guest", SMALL)
    guest.buffer(1, 640, 480, picture=1)
    guest.buffer(2, *SIZE, picture=2)
    guest.buffer(3, 400, 300, picture=3)
    guest.show(1, 640, 480, at="320,240")
    weston.expect("picture=0,0,320,240,XR24,1,320,240,640,480")
    guest.flip(2)
    weston.expect("picture=0,0,320,240,XR24,2")
    guest.flip(3)
    weston.expect("picture=0,0,320,240,XR24,3,80,60,400,300")
    guest.flip(1)
    weston.expect("picture=0,0,320,240,XR24,1,320,240,640,480")


@scenario("presenter")
def pages_that_could_not_be_had_once(rig):
    """Each framebuffer on a buffer that could not be mapped is refused; another buffer works."""
    weston = rig.weston(outputs=SCREEN)
    guest = rig.guest("guest", SMALL)
    guest.ok("dbuf-create 0 1 320x240 24")
    rig.machine.control("fail", "weston", "gntdev.map", 1, "ENOMEM")
    for cookie in (1, 2, 3):
        reply = guest.send(f"fb-attach 0 1 {cookie} 320x240 RG24")
        check("status=-" in reply, f"framebuffer {cookie} is not refused: {reply}")
    guest.ok("dbuf-destroy 0 1")
    guest.buffer(2, *SIZE, "RG24", picture=2)
    guest.show(2, *SIZE)
    weston.expect("picture=0,0,320,240,RG24,2")


@scenario("presenter")
def converted_pixels_count_as_pages(rig):
    """max-guest-pages includes the converted copy: with one page less, the screen stays dark."""
    # A buffer of 24 bits per pixel has 57 pages, a converted copy of 32 bits has 75.
    for pages, connectors in ((132, 1), (131, 0), (132 + 75, 2), (131 + 75, 1)):
        weston = rig.weston(outputs=(*SCREEN, ("second", 320, 240)),
                            config=f"[xen-display]\nmax-guest-pages={pages}\n")
        guest = rig.guest("guest", SMALL, SMALL)
        guest.buffer(1, *SIZE, "RG24", picture=1)
        for connector in (0, 1):
            guest.show(1, *SIZE, connector=connector)
        shown = [f"picture={320 * number},0,320,240,RG24,1" for number in range(connectors)]
        weston.expect(*shown, f"solid={320 * connectors},0,{640 - 320 * connectors},240,303030"
                      if connectors < 2 else "size=640x240")
        if connectors < 2:
            weston.expect_log("raise max-guest-pages")
        guest.flip(1, connector=1)
        guest.destroy()
        rig.expect_baseline(weston)
        weston.stop()
        rig.westons.remove(weston)


@scenario("presenter")
def converted_pixels_of_other_sizes_are_given_back(rig):
    """A copy of another size replaces the previous one, even if both together exceed the limit."""
    weston = rig.weston(outputs=SCREEN, config="[xen-display]\nmax-guest-pages=170\n")
    guest = rig.guest("guest", SMALL)
    guest.buffer(1, *SIZE, "RG24", picture=1)
    for size in (SIZE, (320, 239), (320, 240), (160, 120)) * 3:
        guest.show(1, *size)
        weston.expect(f"scaled=0,0,320,240,RG24,1,0,0,{size[0]},{size[1]},320,240"
                      if size != (320, 239) else "size=320x240")
    guest.buffer(2, 160, 120, "RG24")
    check("max-guest-pages" not in weston.log(), "pages of an earlier copy were not given back")
    guest.show(1, *SIZE)
    weston.expect("picture=0,0,320,240,RG24,1")
    guest.ok("dbuf-create 0 3 320x240 32", -12)
    weston.expect_log("max-guest-pages")


@scenario("presenter")
def detached_while_the_next_is_converted(rig):
    """Detached before the next framebuffer is converted: nothing of the previous picture remains visible."""
    weston = rig.weston(outputs=SCREEN)
    guest = rig.guest("guest", SMALL)
    for cookie in (1, 4):
        guest.buffer(cookie, *SIZE, picture=cookie)
    guest.buffer(2, *SIZE, "RG24", picture=2)
    guest.show(4, *SIZE)
    weston.expect("picture=0,0,320,240,XR24,4")
    for command in ("flip 0 0 1", "set-config 0 0 2 0,0 320x240 24", "fb-detach 0 1", "config-off 0 0"):
        guest.send(command)
    for _ in range(3):
        weston.expect("solid=0,0,320,240,303030")


@scenario("presenter", limit=120)
def large_conversion_takes_turns(rig):
    """Frames of 50 million pixels are converted beside the flips of another guest, not instead of them."""
    rig.start_machine("PVH")
    weston = rig.weston(outputs=(*SCREEN, ("second", 320, 240)),
                        config="[xen-connector]\nguest=other\noutput=second\n")
    other = rig.guest("other", SMALL)
    for cookie in (1, 2):
        other.buffer(cookie, *SIZE)
    other.show(1, *SIZE)
    large = rig.guest("large", "7000x7200")
    large.buffer(1, 7000, 7200, "YUYV")
    other.ok("animate 0 0 0 1 2")
    # All conversions lie between these flips.
    first, begin = other.ok("animation 0 0")["flips"], time.monotonic()
    large.show(1, 7000, 7200)
    large.ok("animate 0 0 0 1 1")
    check(wait_until(lambda: other.ok("animation 0 0")["flips"] >= first + 60, 60 * SCALE),
          "the other guest does not make 60 flips in time")
    large.destroy()
    weston.expect_log("guest large.*bytes copied")
    refreshes = (time.monotonic() - begin) / 0.016
    flips = other.ok("animation 0 0 stop")["flips"] - first
    data = int(re.search(r"guest large.* (\d+) bytes copied", weston.log()).group(1))
    check(data > 0, "nothing was converted for the large guest")
    frame = 7000 * 7200 * 4
    rig.remark = f"{data / frame:.1f} frames converted beside {flips} flips"
    # An eighth of max-pages-per-refresh for each refresh, and the turn that has begun. (Refreshes are counted by
    # time, since a busy machine flips less often.)
    check(data <= (refreshes + 2) * 16384 / 8 * 4096, rig.remark + f" in {refreshes:.0f} refreshes")


@scenario("presenter")
def still_guest_is_hidden_while_locked(rig):
    """A guest that draws nothing is not seen while the session is locked, whoever else draws; and after it is."""
    weston = rig.weston(outputs=SCREEN, shell_config="locking=true\n",
                        config="[xen-connector]\nguest=other\nx=128\ny=90\nwidth=64\nheight=60\nz=1\n"
                        "[xen-connector]\nguest=still\nresample-rate=0\n")
    still, other = rig.guest("still", SMALL), rig.guest("other", "64x60")
    still.picture(1, size=SIZE)
    for cookie in (1, 2):
        other.buffer(cookie, 64, 60, picture=cookie)
    other.show(1, 64, 60)
    edges = [f"picture=0,{y},320,20,XR24,1,0,{y},320,240" for y in (0, 220)]
    weston.expect(*edges)
    other.ok("animate 0 0 0 1 2")
    weston.control("idle")
    time.sleep(2)  # desktop-shell fades out, then locks
    weston.control("wake")
    # The unlock dialog covers the middle, so the guest would be seen at the edges.
    weston.expect("solid=0,0,40,10,303030", "solid=280,230,40,10,303030")
    weston.control("unlock")
    weston.expect(*edges)


@scenario("presenter")
def outputs_are_replaced_while_locked(rig):
    """The session is locked, and all outputs are replaced: unlocked, a guest that draws nothing is seen again."""
    weston = rig.weston(outputs=SCREEN, shell_config="locking=true\n",
                        config="[output]\nname=new\nmode=320x240\n[xen-display]\nresample-rate=0\n")
    rig.guest("still", SMALL).picture(1, size=SIZE)
    weston.expect("picture=0,0,320,240,XR24,1")
    weston.lock()
    weston.control("wake")
    locked = "solid=0,0,40,10,303030", "solid=280,230,40,10,303030"
    weston.expect(*locked)
    weston.control("add-output new")
    weston.expect("size=640x240")
    weston.control("output-off headless")
    weston.expect("size=320x240", locked[0])
    weston.control("unlock")
    weston.expect("picture=0,0,320,240,XR24,1")
    # Weston keeps resources of outputs until it ends.
    rig.baselines.pop(weston)


@scenario("presenter")
def more_pages_than_may_be_mapped_at_once(rig):
    """max-pages-per-refresh: a buffer of that many is read in place, one of a page more is converted."""
    weston = rig.weston(outputs=(("headless", 640, 480),),
                        config="[xen-display]\nmax-pages-per-refresh=300\n")
    guest = rig.guest("guest", "640x480")
    guest.buffer(1, 640, 480, picture=1)
    guest.show(1, 640, 480)
    weston.expect("picture=0,0,640,480,XR24,1")
    check("path mapped" in weston.log() and "path converted" not in weston.log(),
          "the first buffer's path is not mapped")
    guest.buffer(2, 640, 480, options="ofs=4", picture=2)
    guest.flip(2)
    weston.expect("picture=0,0,640,480,XR24,2")
    weston.expect_log("path converted .*max-pages-per-refresh in weston.ini")


@scenario("presenter")
def reconnecting_changes_no_order(rig):
    """Of equal z the younger domain is in front, then the lower device, then the lower connector."""
    weston = rig.weston(outputs=SCREEN)
    first, second = rig.guest("first", SMALL, SMALL), rig.guest("second", SMALL, SMALL)

    def connect_again(guest):
        guest.ok("close 0")
        guest.ok("state 0 1")
        guest.connect()

    def show(guest, number):
        for connector in (1, 0):
            guest.picture(number + connector, size=SIZE, connector=connector, cookie=1 + connector)

    show(second, 5)
    weston.expect("picture=0,0,320,240,XR24,5")
    show(first, 1)
    weston.expect("picture=0,0,320,240,XR24,5")
    for guest, number in ((first, 1), (second, 5), (first, 1)):
        connect_again(guest)
        show(guest, number)
        weston.expect("picture=0,0,320,240,XR24,5")
    second.ok("config-off 0 0")
    weston.expect("picture=0,0,320,240,XR24,6")
    second.ok("config-off 0 1")
    weston.expect("picture=0,0,320,240,XR24,1")


KEEP = "[xen-guest]\nname=*\nkeep-picture=true\n"


def leave_picture(rig, weston, guest, fourcc="XR24", left=0):
    """The guest shows picture 1, and is destroyed."""
    guest.buffer(1, *SIZE, fourcc, picture=1)
    guest.show(1, *SIZE)
    weston.expect(f"picture={left},0,320,240,{fourcc},1")
    guest.destroy()
    weston.expect_log(rf"\({guest.domid}\).*disconnected after")
    check(wait_until(lambda: rig.machine.domain(guest.domid) is None or
                     rig.machine.domain(guest.domid)["mapped_pages"] <= 75, 5),
          "more pages are held than those of one picture")
    time.sleep(0.2)


def kept_pages(fourcc):
    def gives_way(rig):
        weston = rig.weston(outputs=(*SCREEN, ("second", 320, 240)), config=KEEP +
                            "[xen-connector]\nguest=younger\noutput=second\n"
                            "[xen-connector]\nguest=other\noutput=second\nz=-1\n"
                            "[xen-display]\nmax-host-pages=240\nmax-guest-pages=240\n")
        leave_picture(rig, weston, rig.guest("g", SMALL), fourcc)
        leave_picture(rig, weston, rig.guest("younger", SMALL), fourcc, left=320)
        other = rig.guest("other", SMALL)
        other.ok("dbuf-create 0 1 320x240 32")
        weston.expect(f"picture=0,0,320,240,{fourcc},1", f"picture=320,0,320,240,{fourcc},1")
        other.ok("dbuf-create 0 2 320x240 32")
        weston.expect("solid=0,0,320,240,303030", f"picture=320,0,320,240,{fourcc},1")
        weston.expect_log("guest g.*its kept picture is dropped")
        other.ok("dbuf-create 0 3 320x240 32")
        weston.expect("solid=0,0,640,240,303030")

    gives_way.__name__ = f"kept_picture_of_{fourcc.lower()}_gives_way"
    gives_way.__doc__ = f"Guests that are gone left pictures ({fourcc}): they count, and the oldest goes where pages are short."
    scenario("presenter")(gives_way)


for each in ("XR24", "RG24"):
    kept_pages(each)


@scenario("presenter")
def kept_picture_of_a_domain_whose_name_goes_first(rig):
    """The tool stack removes the domain's nodes one by one: its picture is kept under the name that it had."""
    weston = rig.weston(outputs=SCREEN, config="[xen-guest]\nname=g\nkeep-picture=true\n")
    guest = rig.guest("g", SMALL)
    guest.picture(1, size=SIZE)
    weston.expect("picture=0,0,320,240,XR24,1")
    for node in ("name", "vm"):
        rig.machine.store.remove(f"/local/domain/{guest.domid}/{node}")
    time.sleep(0.5)  # time for the module to rename the guest, which it must not
    guest.destroy()
    weston.expect_log("guest g.*disconnected after")
    check("renamed to domain-" not in weston.log(), "the guest was renamed when its name went")
    weston.expect("picture=0,0,320,240,XR24,1")
    rig.guest("g", SMALL)
    weston.expect("solid=0,0,320,240,303030")


@scenario("presenter")
def textures_count_as_pages(rig):
    """GL has a texture beside the pages that it uploads: it is the guest's, and goes when nothing is shown."""
    for pages, shown in ((225, True), (224, False)):
        weston = rig.weston(outputs=SCREEN, renderer="gl", config=f"[xen-display]\nmax-guest-pages={pages}\n")
        guest = rig.guest("guest", SMALL)
        for cookie in (1, 2):
            guest.buffer(cookie, *SIZE, picture=cookie)
        guest.show(1, *SIZE)
        if shown:
            weston.expect("picture=0,0,320,240,XR24,1")
            guest.ok("dbuf-create 0 3 320x240 32", -12)
            guest.ok("config-off 0 0")
            check(wait_until(lambda: guest.send("dbuf-create 0 4 320x240 32").endswith("status=0"), 5),
                  "the texture's pages are not given back")
        else:
            weston.expect_log("its buffers need 225 pages, 224 are allowed")
            # with one buffer less there is room for the texture
            guest.ok("dbuf-destroy 0 2")
            guest.show(1, *SIZE)
            weston.expect("picture=0,0,320,240,XR24,1")
        guest.destroy()
        weston.stop()
        rig.westons.remove(weston)


@scenario("presenter")
def losses_are_counted_by_guest(rig):
    """Weston ends a guest's connections; the guest has to wait although it reconnects each time."""
    weston = rig.weston(outputs=SCREEN, config="[xen-display]\nmax-reconnects-per-minute=100\n")
    guest = rig.guest("guest", SMALL)
    lost = "ended the connection of a guest's device"
    for count in range(8):
        before = weston.log().count(lost)
        guest.ok("dbuf-create 0 1 320x240 32")
        rig.machine.control("fail", "weston", "gntdev.mmap", 1, "EINVAL")
        guest.ok("fb-attach 0 1 1 320x240 XR24")
        if count < 5:
            check(wait_until(lambda: weston.log().count(lost) > before, 5),
                  f"connection {count} was not ended by Weston")
        rig.machine.control("clear")
        guest.ok("close 0")
        guest.ok("state 0 1")
        guest.connect()
    check(weston.log().count(lost) <= 6, f"{weston.log().count(lost)} connections ended, at most 6 expected")
    weston.expect_log("its screens stay dark for")
    equal([screen["state"] for screen in screens(weston).values()], ["connecting"], "the state of the guest's screen")
    # What the guest shows now appears when the wait is over.
    guest.picture(3, size=SIZE)
    weston.expect("picture=0,0,320,240,XR24,3", timeout=20)


@scenario("presenter")
def kept_picture_of_a_renamed_guest(rig):
    """The guest returns under another name: its UUID identifies the kept picture as its own."""
    uuid = "12345678-1234-1234-1234-123456789abc"
    weston = rig.weston(outputs=SCREEN, config=KEEP)
    leave_picture(rig, weston, rig.guest("g", SMALL, uuid=uuid))
    rig.guest("someone", SMALL)
    weston.expect("picture=0,0,320,240,XR24,1")
    rig.guest("renamed", SMALL, uuid=uuid)
    weston.expect("solid=0,0,320,240,303030")


@scenario("presenter")
def no_picture_of_a_nameless_guest_is_kept(rig):
    """If the guest's name cannot be read, no picture is kept, since its return could not be noticed."""
    guest = rig.guest("g", SMALL, connect=False)
    for node in ("name", "vm"):
        rig.machine.store.remove(f"/local/domain/{guest.domid}/{node}")
    weston = rig.weston(outputs=SCREEN, config=KEEP)
    guest.connect()
    weston.expect_log(f"guest domain-{guest.domid}.*connected")
    leave_picture(rig, weston, guest)
    weston.expect("solid=0,0,320,240,303030")
