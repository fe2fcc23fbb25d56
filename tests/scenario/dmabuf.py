# SPDX-License-Identifier: MIT
"""Guests' own pages as dma-bufs, on a GL renderer: shown live, refused at each step, released late."""
import ctypes
import functools
import os
import threading

from control import run
from rig.formats import FORMATS, name_of
from rig.machine import wait_until
from rig.points import weston_with_points
from rig.runner import check, equal, scenario, skip_without_dmabuf
from rig.weston import check_picture, version

SIZE = (320, 240)
SMALL = "320x240"
SCREEN = (("headless", 320, 240),)
ENOMEM = -12
FORCE = "[xen-display]\ndmabuf=force\n"


def dmabuf(limit=60):
    """A scenario after which nothing is held of any dma-buf, and whether they are used was said once."""
    def register(function):
        @functools.wraps(function)
        def whole(rig):
            function(rig)
            rig.let_go(rig.westons[-1])
            equal(rig.westons[-1].log().count("xen-display: dma-buf: o"), 1, "lines that say on or off")

        scenario("dmabuf", limit=limit)(whole)
        return function
    return register


def gl_weston(rig, config=FORCE, outputs=SCREEN, guest_type="PVH", faults=(), environment=None, kernel_module=False):
    """Weston with GL in a domain that may export; where its GL takes no dma-bufs the scenario is skipped."""
    rig.start_machine(guest_type, kernel_module)
    for fault in faults:
        rig.machine.control(*fault.split())
    weston = rig.weston(outputs=outputs, renderer="gl", config=config, environment=environment)
    skip_without_dmabuf(weston)
    return weston


def said(weston, text):
    check(text in weston.log(), f"the log does not contain: {text}\n" + weston.log()[-1500:])


def paths(weston):
    """The path of each connector's last frame, as other modules see it."""
    return [line.split()[7] for line in weston.control("list")]


def picture(guest, weston, cookie, fourcc="XR24", number=None, options=""):
    """A new buffer, shown; the screen is right."""
    number = number or cookie
    guest.buffer(cookie, *SIZE, fourcc, options=options, picture=number)
    guest.show(cookie, *SIZE)
    weston.expect(f"picture=0,0,320,240,{fourcc},{number}")


IN_PLACE = "the renderer reads the guest's pages in place; no dma-buf: "
DMABUF = ("dma-buf", "the compositor has the guest's pages as a dma-buf")
MAPPED = ("mapped", IN_PLACE + "Weston takes no dma-buf of this format")
UNREAD = ("converted", "Weston's renderer does not read this format")
MISREAD = ("converted", "Weston's renderer assumes BT.709")


def expected_path(fourcc):
    """The path that a format has to take, and the reason. Mesa imports neither RGB888 nor XRGB4444 nor XRGB1555, as
    which ARGB4444 and ARGB1555 of a guest without alpha=true are shown too."""
    if fourcc == "YUYV":
        return MISREAD if version() >= 15 else DMABUF
    if fourcc == "RG24":
        return MAPPED
    if fourcc in ("XR12", "AR12"):
        return MAPPED if version() >= 15 else UNREAD
    if fourcc in ("XR15", "AR15"):
        return UNREAD
    return DMABUF


def register_format(fourcc):
    name = name_of(fourcc)

    def shown(rig):
        weston = gl_weston(rig)
        guest = rig.guest("g", SMALL)
        path, reason = expected_path(fourcc)
        picture(guest, weston, 1, fourcc)
        said(weston, f"path {path} ({name} 320x240): {reason}\n")
        guest.buffer(2, *SIZE, fourcc, picture=2)
        guest.flip(2)
        weston.expect(f"picture=0,0,320,240,{fourcc},2")
        guest.flips(10, 1, 2)
        # Drawn after the last flip, without a request: the pages themselves are read.
        guest.ok("fill 0 2 7")
        guest.flip(1)
        guest.flip(2)
        weston.expect(f"picture=0,0,320,240,{fourcc},7")
        equal(paths(weston), [path], "the path of the last frame")
        equal(weston.log().count(": path "), 1, "log lines about the path")

    shown.__name__ = f"{fourcc.lower()}_is_shown"
    shown.__doc__ = f"{name}: every pixel right, and drawn anew in the same pages, on the path that it has to take."
    dmabuf(limit=90)(shown)


for each in FORMATS:
    register_format(each)


def register_alpha(fourcc):
    name = name_of(fourcc)

    def shown(rig):
        weston = gl_weston(rig, FORCE + "[xen-guest]\nname=g\nalpha=true\n")
        guest = rig.guest("g", SMALL)
        guest.buffer(1, *SIZE, fourcc, picture=1)
        guest.show(1, *SIZE)
        weston.expect(f"blended=0,0,320,240,{fourcc},1,303030")
        said(weston, f"path dma-buf ({name} 320x240): {DMABUF[1]}\n")
        equal(paths(weston), ["dma-buf"], "the path of the last frame")

    shown.__name__ = f"{fourcc.lower()}_is_blended"
    shown.__doc__ = f"{name} of a guest with alpha=true: a dma-buf, over the background by its alpha."
    dmabuf()(shown)


for each in ("AR24", "AR12", "AR15"):
    register_alpha(each)


@dmabuf()
def path_and_counters(rig):
    """The log and the API say dma-buf; nothing is copied."""
    weston = gl_weston(rig)
    said(weston, "dma-buf: on:")
    guest = rig.guest("g", SMALL)
    picture(guest, weston, 1)
    guest.buffer(2, *SIZE, picture=2)
    guest.flips(20, 1, 2)
    said(weston, "path dma-buf (XRGB8888 320x240)")
    words = weston.control("list")[0].split()
    equal(words[7:11], ["dma-buf", "20", "0", "0"], "path, flips, bytes copied, frames scanned out")


@dmabuf()
def offset_in_the_buffer(rig):
    """data_ofs is the plane's offset."""
    weston = gl_weston(rig)
    guest = rig.guest("g", SMALL)
    picture(guest, weston, 1, options="ofs=4160")
    said(weston, "path dma-buf")


@dmabuf()
def two_connectors_one_framebuffer(rig):
    """Both screens show the same framebuffer, and both flip."""
    weston = gl_weston(rig, outputs=(("headless", 320, 240), ("second", 320, 240)))
    guest = rig.guest("g", SMALL, SMALL)
    for cookie in (1, 2):
        guest.buffer(cookie, *SIZE, picture=cookie)
    for connector in (0, 1):
        guest.show(1, *SIZE, connector=connector)
    weston.expect("picture=0,0,320,240,XR24,1", "picture=320,0,320,240,XR24,1")
    guest.flips(10, 2, 1, connector=0)
    guest.flips(5, 2, 1, 2, connector=1)
    said(weston, "path dma-buf")


@dmabuf()
def never(rig):
    """dmabuf=never: mapped, and both lines say why."""
    weston = gl_weston(rig, "[xen-display]\ndmabuf=never\n")
    said(weston, "dma-buf: off: dmabuf=never")
    guest = rig.guest("g", SMALL)
    picture(guest, weston, 1)
    said(weston, "path mapped (XRGB8888 320x240): the renderer reads the guest's pages in place; no dma-buf: dmabuf=never")


@dmabuf()
def auto_without_a_gpu(rig):
    """dmabuf=auto with software GL: mapped."""
    weston = gl_weston(rig, "")
    said(weston, "dma-buf: off: Weston's renderer has no GPU")
    picture(rig.guest("g", SMALL), weston, 1)
    said(weston, "path mapped")


@dmabuf()
def direct_display_is_not_offered(rig):
    """dmabuf=direct-display where Weston has no planes: mapped, with the reason."""
    weston = gl_weston(rig, "[xen-display]\ndmabuf=direct-display\n")
    said(weston, "weston_direct_display_v1")
    picture(rig.guest("g", SMALL), weston, 1)
    said(weston, "path mapped")


@dmabuf()
def pv_domain(rig):
    """A PV domain's kernel cannot export: logged at the start, and mapped."""
    weston = gl_weston(rig, guest_type="PV")
    said(weston, "dma-buf: off: this is a PV domain")
    picture(rig.guest("g", SMALL), weston, 1)
    said(weston, "path mapped")


@dmabuf()
def kernel_module_in_a_pv_domain(rig):
    """With the project's own kernel module a PV domain can export; releases are told, and nobody asks for them."""
    weston = gl_weston(rig, guest_type="PV", kernel_module=True,
                       faults=["fail weston dmabuf.wait-released 1 EIO 0"])
    said(weston, "dma-buf: on: Weston gets guests' buffers as dma-bufs, made by /dev/xen/dmabuf\n")
    guest = rig.guest("g", SMALL)
    picture(guest, weston, 1)
    picture(guest, weston, 2)
    guest.flips(10, 1, 2)
    equal(paths(weston), ["dma-buf"], "the path of the last frame")
    guest.flip(1)
    guest.ok("fb-detach 0 2")
    guest.ok("dbuf-destroy 0 2")
    guest.destroy()
    equal(rig.machine.counters()["faults"][0]["hits"], 0, "times gntdev was asked whether a dma-buf is released")


@dmabuf()
def kernel_module_is_preferred(rig):
    """If gntdev could export too, the kernel module is used."""
    weston = gl_weston(rig, kernel_module=True)
    said(weston, "dma-buf: on: Weston gets guests' buffers as dma-bufs, made by /dev/xen/dmabuf\n")
    picture(rig.guest("g", SMALL), weston, 1)
    said(weston, "path dma-buf")


@dmabuf()
def kernel_module_is_not_for_this_user(rig):
    """Weston cannot open its device: gntdev's exports are used, and the log says why."""
    weston = gl_weston(rig, kernel_module=True, faults=["fail weston dmabuf.open 1 EACCES 0"])
    said(weston, "made by /dev/xen/gntdev, since Weston cannot open /dev/xen/dmabuf\n")
    picture(rig.guest("g", SMALL), weston, 1)
    said(weston, "path dma-buf")


@dmabuf()
def kernel_module_is_not_for_this_user_of_a_pv_domain(rig):
    """Weston cannot open the module's device, and gntdev cannot export: mapped."""
    weston = gl_weston(rig, guest_type="PV", kernel_module=True, faults=["fail weston dmabuf.open 1 EACCES 0"])
    said(weston, "dma-buf: off: this is a PV domain, and Weston cannot open /dev/xen/dmabuf\n")
    picture(rig.guest("g", SMALL), weston, 1)
    said(weston, "path mapped")


@dmabuf()
def kernel_module_has_no_pages_left(rig):
    """Its quota is used up: that buffer is mapped, the next one is a dma-buf again."""
    weston = gl_weston(rig, kernel_module=True)
    guest = rig.guest("g", SMALL)
    rig.machine.control("fail", "weston", "dmabuf.export", 1, "EDQUOT")
    picture(guest, weston, 1)
    said(weston, "path mapped")
    picture(guest, weston, 2)
    said(weston, "path dma-buf")


@dmabuf()
def kernel_without_dmabuf(rig):
    """A kernel without the converter: known from the start."""
    weston = gl_weston(rig, faults=["fail weston dmabuf.export 1 25 0"])
    said(weston, "dma-buf: off: the kernel was built without CONFIG_XEN_GNTDEV_DMABUF")
    picture(rig.guest("g", SMALL), weston, 1)
    said(weston, "path mapped")


@dmabuf()
def one_export_fails(rig):
    """A failed export concerns only that buffer: the guest's next one and another guest's are dma-bufs."""
    weston = gl_weston(rig)
    guest = rig.guest("g", SMALL)
    rig.machine.control("fail", "weston", "dmabuf.export", 1, "ENOMEM")
    picture(guest, weston, 1)
    said(weston, "could not make a dma-buf")
    check("path dma-buf" not in weston.log(), "the log names the path dma-buf although the export failed")
    picture(guest, weston, 2)
    said(weston, "path dma-buf")
    equal(paths(weston), ["dma-buf"], "path of the second buffer")
    other = rig.guest("other", SMALL)
    picture(other, weston, 1, number=5)
    equal(weston.log().count("path dma-buf"), 2, "guests on the path dma-buf")
    guest.flip(1)
    equal(paths(weston)[-1], "mapped", "path of the first buffer")


@dmabuf()
def export_is_too_small(rig):
    """A dma-buf that lacks a page never reaches Weston, which would end the client: mapped; the next one is whole."""
    weston = gl_weston(rig)
    guest = rig.guest("g", SMALL)
    rig.machine.control("fail", "weston", "dmabuf.short", 1, "EINVAL")
    picture(guest, weston, 1)
    equal(rig.machine.counters()["faults"][0]["hits"], 1, "short exports")
    said(weston, f"path mapped (XRGB8888 320x240): {IN_PLACE}the kernel could not make a dma-buf of the guest's pages\n")
    picture(guest, weston, 2)
    said(weston, "path dma-buf")
    guest.flips(10, 1, 2)
    check("ended the connection" not in weston.log(), "Weston ended the device's connection")


def refuse_import(rig, *which):
    for number in which:
        rig.machine.control("fail", "weston", "egl.create-image", number, "EINVAL")


NOT_IMPORTED = f"path mapped (XRGB8888 320x240): {IN_PLACE}Weston could not import the dma-buf\n"


@dmabuf()
def import_is_refused(rig):
    """Weston answers that it cannot import: that buffer is mapped, and the reason told; the next one is a dma-buf."""
    weston = gl_weston(rig)
    guest = rig.guest("g", SMALL)
    refuse_import(rig, 1)
    picture(guest, weston, 1)
    equal(rig.machine.counters()["faults"][0]["hits"], 1, "imports refused")
    said(weston, NOT_IMPORTED)
    picture(guest, weston, 2)
    said(weston, "path dma-buf (XRGB8888 320x240)")
    guest.flips(10, 1, 2)
    check("ended the connection" not in weston.log(), "Weston ended the device's connection")


@dmabuf()
def paths_are_told_once_a_guest(rig):
    """Each path and reason once, over its buffers, devices and connections; another guest has its own."""
    weston = gl_weston(rig)
    guest = rig.guest("g", devices=[[SMALL], [SMALL]])
    faults = ("egl.create-image", "dmabuf.short", "dmabuf.export", "none")
    for _ in range(2):
        for device in (0, 1):
            for cookie, fault in enumerate(faults * 2, 1):
                rig.machine.control("clear")
                rig.machine.control("fail", "weston", fault, 1, "EINVAL")
                guest.buffer(cookie, *SIZE, device=device)
            guest.ok(f"close {device}")
            guest.ok(f"state {device} 1")
            guest.connect(device)
    told = [line.partition(": path ")[2] for line in weston.log().splitlines() if ": path " in line]
    equal(told, [f"mapped (XRGB8888 320x240): {IN_PLACE}Weston could not import the dma-buf",
                 f"mapped (XRGB8888 320x240): {IN_PLACE}the kernel could not make a dma-buf of the guest's pages",
                 f"dma-buf (XRGB8888 320x240): {DMABUF[1]}"], "paths that the log names for the guest")
    rig.guest("other", SMALL).buffer(1, *SIZE)
    equal(weston.log().count(f": path dma-buf (XRGB8888 320x240): {DMABUF[1]}"), 2, "guests on the path dma-buf")


def register_refusal(name, *which):
    def refused(rig):
        weston = gl_weston(rig, outputs=(("headless", 320, 240), ("second", 320, 240)))
        guest = rig.guest("g", SMALL, SMALL)
        refuse_import(rig, *which)
        for cookie in (1, 2):
            guest.buffer(cookie, *SIZE, picture=cookie)
        said(weston, NOT_IMPORTED)
        for connector in (0, 1):
            guest.show(1, *SIZE, connector=connector)
        weston.expect("picture=0,0,320,240,XR24,1", "picture=320,0,320,240,XR24,1")
        equal(paths(weston), ["mapped", "mapped"], "paths of the first buffer")
        for connector in (0, 1):
            guest.flips(5, 2, 1, 2, connector=connector)
        weston.expect("picture=0,0,320,240,XR24,2", "picture=320,0,320,240,XR24,2")
        equal(paths(weston), ["dma-buf", "dma-buf"], "paths of the second buffer")
        check("ended the connection" not in weston.log(), "Weston ended the device's connection")

    refused.__name__ = f"import_is_refused_for_{name}"
    refused.__doc__ = f"A framebuffer is imported for each of two connectors, in vain for {name}: it is mapped for both."
    dmabuf()(refused)


register_refusal("the_first", 1)
register_refusal("the_second", 2)


@dmabuf()
def read_only_grants(rig):
    """Read-only grants can be neither exported nor a wl_shm pool: converted."""
    weston = gl_weston(rig)
    guest = rig.guest("g", SMALL)
    picture(guest, weston, 1, options="readonly")
    said(weston, "path converted (XRGB8888 320x240): the guest granted its pages for reading only")


def fence(rig):
    """The FIFO that tells whether dma-bufs are read; there may have been no question yet."""
    path = f"{rig.machine.directory}/dev/dmabuf-fence"
    if not os.path.exists(path):
        os.mkfifo(path)
    return os.open(path, os.O_RDWR | os.O_NONBLOCK)


def make_busy(fifo):
    try:
        while True:
            os.write(fifo, b"." * 4096)
    except BlockingIOError:
        pass


def make_idle(fifo):
    try:
        while True:
            os.read(fifo, 65536)
    except BlockingIOError:
        pass


@dmabuf()
def flip_waits_for_the_gpu(rig):
    """The previous buffer is released but still read: the flip is done when it polls as writable."""
    weston = gl_weston(rig, FORCE + "flip-deadline=2000\n")
    guest = rig.guest("g", SMALL)
    picture(guest, weston, 1)
    guest.buffer(2, *SIZE, picture=2)
    guest.flip(2)
    fifo = fence(rig)
    make_busy(fifo)
    guest.flip(1, wait=False)
    guest.no_event("flip", 0.6)
    make_idle(fifo)
    guest.event("flip", dev=0, conn=0, fb=1)
    guest.flips(10, 2, 1)
    os.close(fifo)


def on_hardware(rig, outputs=SCREEN, layout=None):
    """Two buffers, shown in turn on outputs that complete frames as hardware does; then every dma-buf is busy."""
    weston = gl_weston(rig, FORCE + "flip-deadline=2000\n", outputs,
                       environment={"SIMXEN_HARDWARE_FRAMES": "1"})
    if layout:
        weston.control(layout)
    guest = rig.guest("g", SMALL)
    for cookie in (1, 2):
        guest.buffer(cookie, *SIZE, picture=cookie)
    guest.show(1, *SIZE)
    for cookie in (2, 1, 2, 1):
        guest.flip(cookie)
    fifo = fence(rig)
    make_busy(fifo)
    return weston, guest, fifo


@dmabuf()
def hardware_tells_what_the_gpu_has_read(rig):
    """On one output alone, a frame that hardware completed ends all reading of those before: no dma-buf is asked."""
    weston, guest, fifo = on_hardware(rig)
    took = guest.flips(10, 2, 1)
    check(took < 10000, f"10 flips took {took} ms: they waited for the GPU until their deadlines")
    guest.flip(1)
    weston.expect("picture=0,0,320,240,XR24,1")
    os.close(fifo)


@dmabuf()
def hardware_of_one_output_tells_nothing_of_another(rig):
    """Where a part of the picture is on another output too, the dma-buf is asked."""
    _, guest, fifo = on_hardware(rig, (("headless", 320, 240), ("second", 320, 240)), "move-output second 160 0")
    guest.flip(2, wait=False)
    guest.no_event("flip", 0.6)
    make_idle(fifo)
    guest.event("flip", dev=0, conn=0, fb=2)
    guest.flips(10, 1, 2)
    os.close(fifo)


@dmabuf()
def deadline_bounds_a_busy_gpu(rig):
    """A GPU that never finishes: each flip is done at the deadline, and the buffer can be destroyed."""
    weston = gl_weston(rig)
    guest = rig.guest("g", SMALL)
    picture(guest, weston, 1)
    guest.buffer(2, *SIZE, picture=2)
    guest.flip(2)
    fifo = fence(rig)
    make_busy(fifo)
    for cookie in (1, 2, 1, 2):
        guest.flip(cookie)
    guest.ok("fb-detach 0 1")
    guest.ok("dbuf-destroy 0 1")
    guest.destroy()
    os.close(fifo)


def take_descriptor(pid, target):
    """A copy of another process's descriptor, as a compositor that holds on would have it."""
    libc = ctypes.CDLL(None, use_errno=True)
    pidfd = libc.syscall(434, pid, 0)
    try:
        for name in os.listdir(f"/proc/{pid}/fd"):
            if os.readlink(f"/proc/{pid}/fd/{name}").startswith(target):
                return libc.syscall(438, pidfd, int(name), 0)
    finally:
        os.close(pidfd)
    return -1


def held_buffer(rig):
    """A guest's one buffer, shown, and a descriptor of its dma-buf."""
    weston = gl_weston(rig)
    guest = rig.guest("g", SMALL)
    picture(guest, weston, 1)
    held = take_descriptor(weston.pid, "/memfd:dmabuf")
    check(held >= 0, "Weston has no descriptor of a dma-buf")
    return weston, guest, held


def draw_others(rig, weston, done):
    """llvmpipe refers to what it drew last until it has drawn more: another guest gives it work."""
    other = rig.guest("draws", SMALL)
    picture(other, weston, 1, number=4)
    other.buffer(2, *SIZE, picture=5)
    for _ in range(20):
        other.flips(4, 2, 1)
        if done():
            break
    check(done(), "the guest's pages are still held")
    other.destroy()


@dmabuf()
def destroy_does_not_wait_for_the_holder(rig):
    """DBUF_DESTROY is answered while a dma-buf is still held; the pages are back when its holder releases it."""
    weston, guest, held = held_buffer(rig)
    guest.ok("fb-detach 0 1")
    check(guest.ok("dbuf-destroy 0 1")["mapped"] > 0, "no page was held any more when DBUF_DESTROY was answered")
    # Meanwhile the guest can show other buffers and flip.
    picture(guest, weston, 2)
    guest.buffer(3, *SIZE, picture=3)
    guest.flips(10, 3, 2)
    os.close(held)


def close_when_asked(machine, held):
    """Lets go of a dma-buf when the module has found at least once that somebody holds it."""
    wait_until(lambda: machine.counters()["faults"][0]["calls"] > 0, 1, 0)
    os.close(held)


@dmabuf()
def destroy_waits_for_a_short_holder(rig):
    """A buffer that was never drawn, held for some milliseconds more: its pages are back when DBUF_DESTROY is answered."""
    weston = gl_weston(rig)
    guest = rig.guest("g", SMALL)
    # On a busy machine the holder may close later than an answer waits: one answer in time is enough.
    for cookie in range(1, 11):
        guest.buffer(cookie, *SIZE)
        guest.ok(f"fb-detach 0 {cookie}")
        held = take_descriptor(weston.pid, "/memfd:dmabuf")
        check(held >= 0, "Weston has no descriptor of a dma-buf")
        rig.machine.control("clear")
        rig.machine.control("delay", "weston", "dmabuf.wait-released", 0)
        holder = threading.Thread(target=close_when_asked, args=(rig.machine, held))
        holder.start()
        mapped = guest.ok(f"dbuf-destroy 0 {cookie}")["mapped"]
        holder.join()
        if mapped == 0:
            return
    check(False, f"{mapped} pages were still mapped at the last of 10 answers, expected 0 at one of them")


@dmabuf()
def destroyed_buffers_leave_the_budget(rig):
    """Created and destroyed again and again, where max-guest-pages has room for four: none is refused."""
    weston = gl_weston(rig, FORCE + "max-guest-pages=320\n")
    guest = rig.guest("g", SMALL)
    for cookie in range(1, 13):
        guest.buffer(cookie, *SIZE)
        guest.ok(f"fb-detach 0 {cookie}")
        guest.ok(f"dbuf-destroy 0 {cookie}")
    for cookie in (13, 14, 15, 16):
        guest.buffer(cookie, *SIZE)
    guest.buffer(17, *SIZE, status=ENOMEM)
    said(weston, "path dma-buf")


@dmabuf()
def destroyed_while_shown(rig):
    """DBUF_DESTROY of the buffer on screen: the screen releases it, then the pages are returned."""
    weston = gl_weston(rig)
    guest = rig.guest("g", SMALL)
    rings = rig.machine.domain(guest.domid)["mapped_pages"]
    picture(guest, weston, 1)
    guest.ok("dbuf-destroy 0 1")
    weston.expect("solid=0,0,320,240,303030")
    # There is a new wl_surface now, which the guest does not notice.
    picture(guest, weston, 2)
    guest.ok("dbuf-destroy 0 2")
    draw_others(rig, weston, lambda: rig.machine.domain(guest.domid)["mapped_pages"] == rings)


@scenario("dmabuf")
def screenshot(rig):
    """xen-displayctl reads a dma-buf as the guest drew it, by the renderer where the kernel lets nobody map it; and says
    why where that cannot either."""
    rig.start_machine("PVH")
    weston, _ = weston_with_points(rig, outputs=SCREEN, renderer="gl", config=f"{FORCE}control-capture=true\n")
    skip_without_dmabuf(weston)
    guest = rig.guest("guest", SMALL)
    picture(guest, weston, 1)
    equal(paths(weston), ["dma-buf"], "the path of the last frame")
    shot = f"{weston.home}/guest.png"
    run(weston, "screenshot", "guest", shot)
    equal(check_picture(shot, "picture=0,0,320,240,XR24,1"), "", "what is wrong with the screenshot")
    rig.machine.control("fail", "weston", "mmap64", 1, "EINVAL")
    picture(guest, weston, 2)
    rig.machine.control("fail", "weston", "mmap64", 1, "EINVAL")
    run(weston, "screenshot", "guest", shot)
    equal(check_picture(shot, "picture=0,0,320,240,XR24,2"), "", "what is wrong with the screenshot by the renderer")
    for call, error in (("mmap64", "EINVAL"), ("weston_surface_copy_content", "EIO")):
        rig.machine.control("fail", "weston", call, 1, error)
    check("lets no program map it" in run(weston, "screenshot", "guest", shot, code=1),
          "the screenshot's error does not say why")
    rig.let_go(weston)


@scenario("dmabuf")
def guest_goes_while_there_is_no_output(rig):
    """What the renderer draws instead of a guest's last picture is drawn on the output that comes then."""
    weston = gl_weston(rig)
    guest = rig.guest("guest", SMALL)
    picture(guest, weston, 1)
    weston.control("output-off headless")
    guest.destroy()
    weston.expect_log("conn 0: disconnected after")
    weston.wait_for_clients()
    weston.control("output-on headless")
    rig.expect_baseline(weston)


@dmabuf()
def guest_destroyed_while_held(rig):
    """A destroyed guest's picture goes at once, its pages when the holder releases them; then the domain is gone."""
    weston, guest, held = held_buffer(rig)
    domid = guest.domid
    guest.destroy()
    weston.expect("solid=0,0,320,240,303030")
    check(rig.machine.domain(domid) is not None, "the domain is gone although its pages should still be held")
    os.close(held)
    draw_others(rig, weston, lambda: rig.machine.domain(domid) is None)


@dmabuf()
def slow_export_holds_nobody_up(rig):
    """While one export takes a second another guest's flips go on, and its own requests are answered."""
    weston = gl_weston(rig)
    quick, slow = rig.guest("quick", SMALL), rig.guest("slow", SMALL)
    picture(quick, weston, 1)
    quick.buffer(2, *SIZE, picture=2)
    quick.ok("animate 0 0 0 1 2")

    def listed(name):
        return next(line.split() for line in weston.control("list") if line.startswith(name))

    rig.machine.control("delay", "weston", "dmabuf.export", 1000)
    start = last = int(listed("quick")[8])
    slow.buffer(1, *SIZE, picture=1)
    slow.show(1, *SIZE)
    while listed("slow")[7] == "-":
        last = int(listed("quick")[8])
    check(last - start >= 10,
          f"only {last - start} flips of another guest during the export, expected at least 10")
    quick.ok("animation 0 0 stop")


@dmabuf()
def slow_release_holds_nobody_up(rig):
    """While the kernel is asked for half a second whether a dma-buf is released, another guest's flips go on."""
    weston = gl_weston(rig)
    quick, slow = rig.guest("quick", SMALL), rig.guest("slow", SMALL)
    picture(quick, weston, 1)
    quick.buffer(2, *SIZE, picture=2)
    quick.ok("animate 0 0 0 1 2")
    slow.buffer(1, *SIZE)

    rig.machine.control("delay", "weston", "dmabuf.wait-released", 500)
    slow.ok("fb-detach 0 1")
    slow.ok("dbuf-destroy 0 1")
    check(wait_until(lambda: rig.machine.counters()["faults"][0]["calls"] > 0, 5),
          "the kernel is not asked whether the dma-buf is released")
    start = quick.ok("animation 0 0")["flips"]
    # The worker maps this buffer only after the kernel has answered.
    slow.ok(f"dbuf-create 0 2 {SMALL} 32")
    meanwhile = quick.ok("animation 0 0")["flips"] - start
    check(meanwhile >= 5, f"only {meanwhile} flips of another guest while the kernel was asked")
    quick.ok("animation 0 0 stop")


@dmabuf()
def buffers_in_a_loop(rig):
    """Buffers are created, attached, shown and destroyed 50 times: nothing stays mapped."""
    gl_weston(rig)
    guest = rig.guest("g", SMALL)
    rings = rig.machine.domain(guest.domid)["mapped_pages"]
    for cookie in range(1, 51):
        guest.buffer(cookie, *SIZE, picture=cookie % 8)
        guest.show(cookie, *SIZE)
        guest.ok(f"fb-detach 0 {cookie}")
        guest.ok(f"dbuf-destroy 0 {cookie}")
        # One buffer may be left, the one that llvmpipe drew last.
        check(wait_until(lambda: rig.machine.domain(guest.domid)["mapped_pages"] <= rings + 75, 5),
              "more than one destroyed buffer is still mapped")


@dmabuf()
def last_picture_is_kept(rig):
    """keep-picture=true: a destroyed guest's dma-buf stays on screen, and goes when it comes again."""
    weston = gl_weston(rig, FORCE + "[xen-guest]\nname=g\nkeep-picture=true\n")
    guest = rig.guest("g", SMALL)
    picture(guest, weston, 1)
    guest.destroy()
    weston.expect_log("disconnected after")
    weston.expect("picture=0,0,320,240,XR24,1")
    rig.guest("g", SMALL)
    weston.expect("solid=0,0,320,240,303030")
