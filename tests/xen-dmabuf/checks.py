# SPDX-License-Identifier: MIT
"""The checks, in the order in which they run in one boot: what is done, and what the result must be.

run calls them one after the other. tests/xen/stage.py and pagetest.c know how things are done."""

import re

from driver import DriverDomain
from machine import read_text
from qemu import DISPLAY
from report import Skipped, check, need
from stage import DOM0_CRASHES, FLIP_TIMEOUT, OTHER_PICTURE, Failed, Stage

# where weston.ini of tests/xen-x86 puts the guest's screen, and its colour behind it
PLACES = {"0.0": (0, 0, 640, 480)}
BACKGROUND = "#204060"
GRANTED_PAGES = 300
PARAMETERS = "/sys/module/xen_dmabuf/parameters"
# the warning of a kernel without swiotlb about a device that cannot reach the pages, as in pages-dma
UNREACHABLE = "WARNING: .* dma_direct_map_"


def make_stage(machine, picture_program):
    stage = Stage(machine, picture_program, PLACES, BACKGROUND)
    # Weston runs without a display
    stage.ways = (stage.screenshot,)
    return stage


def pages_held(stage):
    return int(stage.dom0(f"cat {PARAMETERS}/pages"))


def expect_no_pages(stage):
    stage.dom0(f"for i in $(seq 100); do [ $(cat {PARAMETERS}/pages) != 0 ] || exit 0; sleep 0.1; done;"
               f" cat {PARAMETERS}/pages; exit 1", 60)


def pagetest(stage, test, number="", seconds=240):
    """Runs one of pagetest's tests on the pages that the guest has granted; returns its output."""
    status, said = stage.machine.run(f"/share/pagetest {test} {stage.domid} /share/references {number}", seconds)
    wrong = re.findall(r"^not ok .*$", said, re.MULTILINE)
    if status or wrong or "ok " not in said:
        raise Failed(f"pagetest {test}: status {status}: {'; '.join(wrong) or said[-300:]}")
    return said


def take_references(stage):
    """Waits until the guest has granted its pages, and saves the references for pagetest."""
    stage.wait_for_guest(rf"grantor: granted {GRANTED_PAGES} pages", 0)
    refs = " ".join(re.findall(r"grantor: references((?: \d+)+)", stage.guest_text())).split()
    if len(refs) != GRANTED_PAGES:
        raise Failed(f"the guest has granted {len(refs)} pages, expected {GRANTED_PAGES}")
    with open(f"{stage.machine.share}/references", "w") as file:
        file.write("\n".join(refs) + "\n")


@check
def module_loads(stage):
    """The module loads, and only root may use its device."""
    # on an emulated processor the kernel may warn before it runs the first program
    stage.dom0("dmesg --clear; busybox insmod /share/xen_dmabuf.ko && busybox insmod /share/dmaprobe.ko", 120)
    said = stage.dom0("stat -c '%A %U' /dev/xen/dmabuf").strip()
    if said != "crw------- root":
        raise Failed(f"/dev/xen/dmabuf should be crw------- root, it is {said}")
    stage.standing.add("module")


@check
def module_is_used(stage):
    """The module cannot be removed while a program has the device open."""
    need(stage, "module")
    stage.dom0("exec 3</dev/xen/dmabuf; ! busybox rmmod xen_dmabuf")
    stage.dom0("busybox rmmod xen_dmabuf && busybox insmod /share/xen_dmabuf.ko")


@check
def guest_connects(stage):
    """Weston with GL and the module, then xl create: the guest's xen-drm-front finds its screen."""
    need(stage, "module")
    stage.start_weston("gl")
    stage.standing.add("Weston")
    stage.create_guest("guest.cfg")
    take_references(stage)
    stage.standing.add("guest")


def print_times(said):
    for line in re.findall(r"^(?:export|compared) .*$", said, re.MULTILINE):
        print(f"        {line}")


def make_page_check(test, number, text):
    def run(stage):
        need(stage, "guest")
        print_times(pagetest(stage, test, number))
    run.__doc__ = text
    run.__name__ = "pages_" + test.replace("-", "_")
    check(run)


for arguments in (
        ("basic", "", "The guest's pages as a dma-buf: every word is right and live, until the last mapping goes."),
        ("gntdev", "", "The calls that gntdev has, too."),
        ("readonly", "", "Pages exported for reading cannot be written."),
        ("bad", "", "Invalid calls are refused, and leave nothing behind."),
        ("mappings", "", "fork, mprotect, mremap and partial unmapping either work or are refused."),
        ("quotas", "", "Quotas apply to each open file, and to all together."),
        ("offer", "", "References from a dma-buf are mapped, and released while mapped."),
        ("bad-offer", "", "Invalid requests for references are refused."),
        ("killed", 40, "Processes that are killed during these calls leave nothing behind."),
        ("threads", 10, "Several threads of one process make these calls at once."),
        ("dma", "", "A device reads and writes the guest's pages, or is refused if it cannot reach them."),
        ("compare", 60, "Prints the speed in comparison with gntdev."),
):
    make_page_check(*arguments)


@check
def no_growth(stage):
    """Rounds of export, mmap and release do not leak kernel memory."""
    need(stage, "guest")
    rounds = 100 if stage.machine.kernel.is_debugging else stage.machine.rounds
    slab = "awk '/^(SUnreclaim|VmallocUsed|Percpu):/ { sum += $2 } END { print sum }' /proc/meminfo"
    before = int(stage.dom0(slab))
    print_times(pagetest(stage, "rounds", rounds, 400))
    after = int(stage.dom0(slab))
    print(f"        the kernel's memory: {after - before:+d} kB in {rounds} rounds of {GRANTED_PAGES} pages")
    # one leaked array for each buffer would be more than 2 MB in 1000 rounds; a debugging kernel records what it freed
    if after - before > 512 and not stage.machine.kernel.is_debugging:
        raise Failed(f"the kernel's memory grew by {after - before} kB")


@check
def shown_by_dmabuf(stage):
    """Weston's GL renderer gets the guest's framebuffers as dma-bufs and shows the picture, pixel by pixel."""
    need(stage, "guest")
    stage.guest("show 1")
    stage.expect_pictures(1)
    stage.guest("show 2")
    stage.guest("flip 7")
    stage.expect_pictures(2 + OTHER_PICTURE)
    said = read_text(stage.weston_log)
    if "path dma-buf (XRGB8888 640x480)" not in said:
        raise Failed(f"the module reports another path: {re.findall(r'path .*', said)}")
    if pages_held(stage) == 0:
        raise Failed("no pages are exported")
    stage.standing.add("dma-buf")


@check
def drawn_in_place(stage):
    """What the guest draws after its last flip is shown, without a request."""
    need(stage, "dma-buf")
    stage.guest("reset 20")
    stage.expect_pictures(20)
    stage.guest("draw 21")
    stage.expect_pictures(21)


@check
def flips(stage):
    """300 flips, none of which times out in the guest's kernel."""
    need(stage, "dma-buf")
    before = len(stage.guest_text())
    if "kmsguest: 300 flips in" not in stage.guest("flip 300", 400):
        raise Failed("the guest does not report 300 flips")
    if re.search(FLIP_TIMEOUT, stage.guest_text()[before:]):
        raise Failed("frame-done time-out in the guest's kernel log")
    stage.guest("show 3")
    stage.expect_pictures(3)


def processor_ms(stage, flips):
    """The processor time of a flip in Weston, all its threads together, in milliseconds."""
    def ticks():
        said = stage.dom0("cut -d' ' -f14,15 /proc/$(cat /tmp/weston.pid)/stat")
        return sum(map(int, said.split()))

    before = ticks()
    stage.guest(f"flip {flips}", 400)
    return (ticks() - before) * 10 / flips


@check
def mapped_without_pages(stage):
    """If no pages are left, new buffers are mapped; prints the processor time of a flip on both paths."""
    need(stage, "dma-buf")
    as_dmabuf = processor_ms(stage, 100)
    # no pages are left for new buffers, which are then mapped
    limit = stage.dom0(f"cat {PARAMETERS}/max_pages").strip()
    stage.dom0(f"echo 0 >{PARAMETERS}/max_pages")
    try:
        stage.guest("remake 1")
        stage.guest("show 9")
        as_mapped = processor_ms(stage, 100)
    finally:
        stage.dom0(f"echo {limit} >{PARAMETERS}/max_pages")
    if "path mapped (XRGB8888 640x480)" not in read_text(stage.weston_log):
        raise Failed("the guest was not mapped when no pages were left")
    print(f"        a flip costs Weston {as_dmabuf:.1f} ms of processor time as a dma-buf, {as_mapped:.1f} ms mapped")
    stage.guest("remake 1")
    stage.guest("show 10")
    stage.expect_pictures(10)


def descriptors(stage):
    return int(stage.dom0("ls -l /proc/$(cat /tmp/weston.pid)/fd | grep -cE 'xen/dmabuf|dmabuf|eventfd'"))


@check
def buffers_come_and_go(stage):
    """Buffers that the guest recreates leave neither pages nor descriptors behind."""
    need(stage, "dma-buf")
    stage.guest("remake 2")
    pages, files = pages_held(stage), descriptors(stage)
    stage.guest("remake 50", 400)
    now, open_now = pages_held(stage), descriptors(stage)
    if now > pages + 2 * 300 or open_now > files + 4:
        raise Failed(f"grown from {pages} pages to {now}, from {files} descriptors to {open_now}")
    stage.guest("show 4")
    stage.expect_pictures(4)


@check
def destroyed_while_shown(stage):
    """xl destroy while the picture is shown: it goes, the domain leaves no zombie, and no page is held."""
    need(stage, "dma-buf")
    stage.guest("show 5")
    stage.expect_pictures(5)
    stage.standing.discard("guest")
    stage.standing.discard("dma-buf")
    stage.destroy_guest()
    stage.expect_background()
    stage.expect_no_guest()
    expect_no_pages(stage)


def no_guest(stage):
    """Destroys the guest that an earlier check may have left."""
    stage.standing.discard("guest")
    stage.destroy_guest()


@check
def destroyed_while_held(stage):
    """A program holds the pages of a destroyed guest: it still sees them, and once it ends the domain goes."""
    need(stage, "Weston")
    no_guest(stage)
    stage.create_guest("guest.cfg")
    take_references(stage)
    said = stage.dom0(f"/share/pagetest hold {stage.domid} /share/references 15 >/tmp/held 2>&1 & sleep 4;"
                      " xl destroy g1; sleep 2; xl list | tail -n +3; wait; cat /tmp/held", 120)
    if "not ok" in said or "ok every word" not in said:
        raise Failed(f"pagetest hold: {said}")
    stage.expect_no_guest()
    expect_no_pages(stage)


@check
def scanned_out(stage):
    """Weston on a display adapter that accepts dma-bufs scans out the guest's pages, in 1000 flips."""
    need(stage, "Weston")
    if not stage.machine.kernel.scans_out:
        raise Skipped("this kernel's display driver offers Weston no plane for a dma-buf")
    no_guest(stage)
    stage.restart_weston("TERM", "direct")
    stage.create_guest("guest.cfg")
    stage.standing.add("guest")
    stage.ways, stage.display = (stage.screendump,), DISPLAY
    stage.guest("show 7")
    stage.expect_pictures(7)
    stage.guest("flip 1000", 400)
    stage.guest("show 8")
    stage.expect_pictures(8)
    if "path direct (XRGB8888 640x480)" not in (said := read_text(stage.weston_log)):
        raise Failed(f"the module reports another path: {re.findall(r'path .*', said)}")
    stage.standing.add("scanned out")


@check
def destroyed_while_scanned_out(stage):
    """xl destroy while the display reads the guest's pages: no zombie stays, and no page is held."""
    need(stage, "scanned out")
    stage.destroy_guest()
    stage.expect_no_guest()
    expect_no_pages(stage)
    stage.expect_background()
    presented, scanned = map(int, re.search(r"(\d+) frames presented \((\d+) scanned out\)",
                                            read_text(stage.weston_log)).groups())
    print(f"        {scanned} of {presented} frames were scanned out")
    if scanned != presented or scanned < 500:
        raise Failed(f"{scanned} of {presented} frames were scanned out")


@check
def driver_domain_starts(stage):
    """A PVH guest loads the module; another guest grants it pages."""
    need(stage, "module")
    no_guest(stage)
    if not stage.machine.has_driver_domain:
        raise Skipped("run by hand, since a PVH domain may die on an emulated processor: scripts/check xen-dmabuf-driver")
    stage.driver = DriverDomain(stage)
    stage.driver.create()
    stage.driver.run("insmod /bin/xen_dmabuf.ko")
    stage.driver.take_pages(GRANTED_PAGES)
    stage.standing.add("driver domain")


def make_driver_check(test, number, text):
    def run(stage):
        need(stage, "driver domain")
        driver = stage.driver
        said = driver.run(f"pagetest {test} {driver.grantor} /references {number or driver.domid}")
        if "ok " not in said:
            raise Failed(f"pagetest {test}: {said[-300:]}")
    run.__doc__ = text
    run.__name__ = "driver_domain_" + test.replace("-", "_")
    check(run)


for arguments in (
        ("basic", "", "Another guest's pages as a dma-buf: every word is right and live, until the last mapping goes."),
        ("readonly", "", "Pages exported for reading cannot be written."),
        ("bad", "", "Invalid calls are refused, and leave nothing behind."),
        ("mappings", "", "fork, mprotect, mremap and partial unmapping either work or are refused."),
        ("quotas", "", "Quotas apply to each open file, and to all together."),
        ("rounds", 50, "Rounds of export, mmap, release."),
        ("offer", "", "Its own pages, granted to itself, are refused: its kernel would lose them."),
):
    make_driver_check(*arguments)


@check
def driver_domain_ends(stage):
    """Its kernel has logged no error, the module can be removed, and nothing is left of either guest."""
    need(stage, "driver domain")
    stage.driver.run("rmmod xen_dmabuf")
    complaints = re.findall(rf"^.*(?:{DOM0_CRASHES}).*$", read_text(stage.driver.log)[stage.driver.ready:], re.MULTILINE)
    stage.driver.destroy()
    stage.expect_no_guest()
    if complaints:
        raise Failed(f"the driver domain's kernel logged: {complaints[0].strip()}")


@check
def orderly_end(stage):
    """Weston ends and has copied nothing; the module can be removed; no program or kernel crashed, nor did Xen."""
    need(stage, "Weston")
    stage.standing.discard("Weston")
    stage.stop_weston("TERM")
    copied = re.findall(r"(\d+) bytes copied", read_text(stage.weston_log))
    if not copied or set(copied) != {"0"}:
        raise Failed(f"expected 0 bytes copied for each screen, the module reports {copied}")
    stage.dom0("busybox rmmod dmaprobe && busybox rmmod xen_dmabuf")
    stage.expect_no_crash(but=UNREACHABLE)
