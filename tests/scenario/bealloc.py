# SPDX-License-Identifier: MIT
"""be-alloc: buffers of this domain's memory, granted to the guest and shown, on each path there is."""
from rig.machine import wait_until
from rig.runner import check, equal, scenario, skip_without_dmabuf

SIZE = (320, 240)
SMALL = "320x240"
SCREEN = (("headless", 320, 240),)
EINVAL, ENOMEM, EOPNOTSUPP = -22, -12, -95
ALLOC = "flags=1"
ALLOWED = "[xen-guest]\nname=g\nbe-alloc=true\n"


def ready(rig, config=ALLOWED, guest_type="PVH", **options):
    rig.start_machine(guest_type)
    weston = rig.weston(outputs=SCREEN, config=config, **options)
    return weston, rig.guest("g", SMALL)


def shown(weston, guest, cookies=(1, 2), options=ALLOC):
    for cookie in cookies:
        guest.buffer(cookie, *SIZE, options=options, picture=cookie)
    guest.no_event("be-alloc-not-mapped", 0)
    guest.show(cookies[0], *SIZE)
    weston.expect(f"picture=0,0,320,240,XR24,{cookies[0]}")
    guest.flips(10, *reversed(cookies))
    guest.flip(cookies[-1])
    weston.expect(f"picture=0,0,320,240,XR24,{cookies[-1]}")


def granted(rig):
    return rig.machine.domain(0)["grants"]


def nothing_granted(rig):
    check(wait_until(lambda: granted(rig) == 0, 5), f"{granted(rig)} pages are still granted")


def card(path):
    return f"[xen-display]\nallocator={path}\n{ALLOWED}"


def register_allocator(name, path):
    def works(rig):
        weston, guest = ready(rig, card(path))
        shown(weston, guest)
        check(granted(rig) == 150, f"{granted(rig)} pages granted to the guest, not 150")
        guest.ok("dbuf-destroy 0 1")
        equal(granted(rig), 75, "pages granted after one buffer is destroyed")
        guest.destroy()
        rig.expect_baseline(weston)
        nothing_granted(rig)

    works.__name__ = f"from_{name}"
    works.__doc__ = f"Allocated from {path}: granted, drawn by the guest, shown, taken back."
    scenario("be-alloc")(works)


register_allocator("system_heap", "/dev/dma_heap/system")
register_allocator("cma_heap", "/dev/dma_heap/linux,cma")
register_allocator("drm_card", "/dev/dri/card-sim")


@scenario("be-alloc")
def as_a_dmabuf(rig):
    """With GL: the allocated dma-buf itself is imported, no export is needed."""
    weston, guest = ready(rig, "[xen-display]\ndmabuf=force\n" + ALLOWED, renderer="gl")
    skip_without_dmabuf(weston)
    rig.machine.control("fail", "weston", "dmabuf.export", 1, "EINVAL", 0)
    shown(weston, guest)
    check("path dma-buf" in weston.log(), "the log does not name the path dma-buf")
    rig.let_go(weston)


@scenario("be-alloc")
def refused_unless_configured(rig):
    """Without be-alloc=true for this guest: EOPNOTSUPP, and the log says what allows it."""
    weston, guest = ready(rig, "[xen-guest]\nname=other\nbe-alloc=true\n")
    guest.buffer(1, *SIZE, options=ALLOC, status=EOPNOTSUPP)
    weston.expect_log(r"guest g\(\d+\).*be-alloc=true in a \[xen-guest\] section")
    equal(granted(rig), 0, "pages granted after the refusal")
    shown(weston, guest, (2, 3), "")


@scenario("be-alloc")
def pitch_of_the_card_differs(rig):
    """The card's row pitch is larger than the guest expects: EINVAL, and the log names both pitches."""
    weston, guest = ready(rig, card("/dev/dri/card-sim"))
    guest.ok("dbuf-create 0 1 322x100 32 flags=1", EINVAL)
    weston.expect_log("allocates rows of 1344 bytes, .* wants rows of 1288")
    equal(granted(rig), 0, "pages granted")
    shown(weston, guest, (2, 3))


@scenario("be-alloc")
def size_of_the_card_differs(rig):
    """The card's rows are right, but a page is missing behind them: EINVAL, both sizes in the log."""
    weston, guest = ready(rig, card("/dev/dri/card-sim") + "[xen-display]\nmax-log-lines-per-second=100\n")
    wanted = "allocates rows of 1280 bytes, 307200 in all; the guest wants rows of 1280, 311296 in all"
    for cookie, more in ((1, "size=311296"), (2, "ofs=4096")):
        guest.ok(f"dbuf-create 0 {cookie} 320x240 32 flags=1 {more}", EINVAL)
        check(wait_until(lambda: weston.log().count(wanted) == cookie, 5), f"{more}: not in the log: {wanted}")
        equal(granted(rig), 0, "pages granted")
    shown(weston, guest, (3, 4))


@scenario("be-alloc")
def size_unknown_to_a_card(rig):
    """Zero geometry (PRIME in the guest): a card cannot, a heap can."""
    weston, guest = ready(rig, card("/dev/dri/card-sim"))
    guest.ok("dbuf-create 0 1 320x240 32 flags=1 zero-geometry", EINVAL)
    guest.destroy()
    weston.stop()
    rig.westons.remove(weston)
    weston = rig.weston(outputs=SCREEN, config=ALLOWED)
    shown(weston, rig.guest("g", SMALL), options=ALLOC + " zero-geometry")


@scenario("be-alloc")
def allocator_is_not_there(rig):
    """A device that does not exist: an error, and the log names it."""
    weston, guest = ready(rig, card("/dev/dri/card7"))
    guest.ok("dbuf-create 0 1 320x240 32 flags=1", -2)
    weston.expect_log("be-alloc: /dev/dri/card7 could not allocate a 320x240 buffer.*allocator in weston.ini")


def register_failure(call, status, said):
    def fails(rig):
        weston, guest = ready(rig, card("/dev/dri/card-sim") if call.startswith("drm") else ALLOWED)
        rig.machine.control("fail", "weston", call, 1, "ENOMEM")
        guest.ok("dbuf-create 0 1 320x240 32 flags=1", status)
        weston.expect_log(said)
        equal(granted(rig), 0, "pages granted")
        shown(weston, guest)

    fails.__name__ = f"{call.replace('.', '_').replace('-', '_')}_fails"
    fails.__doc__ = f"{call} fails once: an error and its cause, nothing stays, the next buffer works."
    scenario("be-alloc")(fails)


register_failure("heap.alloc", ENOMEM, "be-alloc: /dev/dma_heap/system could not allocate a")
register_failure("drm.create-dumb", ENOMEM, "be-alloc: /dev/dri/card-sim could not allocate a")
register_failure("drm.prime", ENOMEM, "be-alloc: /dev/dri/card-sim could not allocate a")
register_failure("dmabuf.import", ENOMEM, "be-alloc: the kernel cannot grant a buffer")


@scenario("be-alloc")
def kernel_without_dmabuf(rig):
    """A kernel that cannot grant dma-bufs: the log says what it lacks."""
    weston, guest = ready(rig)
    rig.machine.control("fail", "weston", "dmabuf.import", 1, 25)
    guest.ok("dbuf-create 0 1 320x240 32 flags=1", -5)
    weston.expect_log("CONFIG_XEN_GNTDEV_DMABUF")


@scenario("be-alloc")
def bad_directories(rig):
    """A directory that ends early: an error, and everything is taken back."""
    weston, guest = ready(rig)
    guest.ok("dbuf-create 0 1 1024x1024 32 flags=1 directory=short", EINVAL)
    weston.expect_log("guest bug: the page directory for 1024 pages cannot be filled")
    equal(granted(rig), 0, "pages granted")
    shown(weston, guest)


@scenario("be-alloc")
def guest_destroyed_while_shown(rig):
    """Destroyed while its buffers are shown: the screen is empty, nothing stays granted."""
    weston, guest = ready(rig)
    shown(weston, guest)
    guest.destroy()
    weston.expect("solid=0,0,320,240,303030")
    nothing_granted(rig)


@scenario("be-alloc")
def budget_counts_it(rig):
    """Our own memory counts against max-guest-pages as the guest's does."""
    weston, guest = ready(rig, ALLOWED + "[xen-display]\nmax-guest-pages=100\n")
    guest.ok("dbuf-create 0 1 320x240 32 flags=1")
    guest.ok("dbuf-create 0 2 320x240 32 flags=1", ENOMEM)
    guest.ok("dbuf-destroy 0 1")
    guest.ok("dbuf-create 0 3 320x240 32 flags=1")
    weston.expect_log("max-guest-pages")
