# SPDX-License-Identifier: MIT
"""The checks, in the order in which they run in one boot: what is done, and what must be seen of it.

run calls them one after the other. How anything is done is the business of tests/xen/stage.py and of pagetest.c."""

import re

from driver import DriverDomain
from machine import read_text
from qemu import DISPLAY
from report import Skipped, check, need
from stage import DOM0_CRASHES, FLIP_TIMEOUT, OTHER_PICTURE, Failed, Stage

# where weston.ini of tests/xen-x86 puts the guest's screen, and what it says is behind it
PLACES = {"0.0": (0, 0, 640, 480)}
BACKGROUND = "#204060"
GRANTED_PAGES = 300
PARAMETERS = "/sys/module/xen_dmabuf/parameters"
# what a kernel without swiotlb says of a device that does not reach the pages, as one does not in pages-dma
UNREACHABLE = "WARNING: .* dma_direct_map_"


def make_stage(machine, picture_program):
    stage = Stage(machine, picture_program, PLACES, BACKGROUND)
    # Weston has no display here
    stage.ways = (stage.screenshot,)
    return stage


def pages_held(stage):
    return int(stage.dom0(f"cat {PARAMETERS}/pages"))


def expect_no_pages(stage):
    stage.dom0(f"for i in $(seq 100); do [ $(cat {PARAMETERS}/pages) != 0 ] || exit 0; sleep 0.1; done;"
               f" cat {PARAMETERS}/pages; exit 1", 60)


def pagetest(stage, test, number="", seconds=240):
    """Runs one of pagetest's tests on the pages that the guest has granted."""
    status, said = stage.machine.run(f"/share/pagetest {test} {stage.domid} /share/references {number}", seconds)
    wrong = re.findall(r"^not ok .*$", said, re.MULTILINE)
    if status or wrong or "ok " not in said:
        raise Failed(f"pagetest {test}: status {status}: {'; '.join(wrong) or said[-300:]}")
    return said


def take_references(stage):
    """Waits until the guest has granted its pages, and leaves the references to pagetest."""
    stage.wait_for_guest(rf"grantor: granted {GRANTED_PAGES} pages", 0)
    refs = " ".join(re.findall(r"grantor: references((?: \d+)+)", stage.guest_text())).split()
    if len(refs) != GRANTED_PAGES:
        raise Failed(f"the guest has granted {len(refs)} pages, not {GRANTED_PAGES}")
    with open(f"{stage.machine.share}/references", "w") as file:
        file.write("\n".join(refs) + "\n")


@check
def module_loads(stage):
    """The module comes with a device that belongs to root alone."""
    # a kernel on an emulated processor warns before it has run a program
    stage.dom0("dmesg --clear; busybox insmod /share/xen_dmabuf.ko && busybox insmod /share/dmaprobe.ko", 120)
    said = stage.dom0("stat -c '%A %U' /dev/xen/dmabuf").strip()
    if said != "crw------- root":
        raise Failed(f"/dev/xen/dmabuf is {said}")
    stage.standing.add("module")


@check
def module_is_used(stage):
    """While a program has the device open the module cannot be removed."""
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
        ("basic", "", "The guest's pages as a dma-buf: every word, live, until the last mapping goes."),
        ("gntdev", "", "The calls that are gntdev's."),
        ("readonly", "", "Exported for reading, they cannot be written."),
        ("bad", "", "What is wrong is refused, and leaves nothing."),
        ("mappings", "", "fork, mprotect, mremap, parts: each works or is refused."),
        ("quotas", "", "Quotas for each open file, and for all together."),
        ("offer", "", "References from a dma-buf, mapped, released while mapped."),
        ("bad-offer", "", "Of those too, what is wrong is refused."),
        ("killed", 40, "Processes that are killed amid it leave nothing."),
        ("threads", 10, "Threads of one process, which do all that at once."),
        ("dma", "", "A device reads the guest's words in the guest's pages, and writes there; or it does not get them."),
        ("compare", 60, "As fast as gntdev, or not: it is printed."),
):
    make_page_check(*arguments)


@check
def no_growth(stage):
    """Rounds of export, mmap, release take no memory of the kernel."""
    need(stage, "guest")
    rounds = 100 if stage.machine.kernel.is_debugging else stage.machine.rounds
    slab = "awk '/^(SUnreclaim|VmallocUsed|Percpu):/ { sum += $2 } END { print sum }' /proc/meminfo"
    before = int(stage.dom0(slab))
    print_times(pagetest(stage, "rounds", rounds, 400))
    after = int(stage.dom0(slab))
    print(f"        the kernel's memory: {after - before:+d} kB in {rounds} rounds of {GRANTED_PAGES} pages")
    # an array of a buffer's for each round would be 2 MB and more; a kernel that debugs remembers of itself what it freed
    if after - before > 512 and not stage.machine.kernel.is_debugging:
        raise Failed(f"it grew by {after - before} kB")


@check
def shown_by_dmabuf(stage):
    """Weston's GL renderer has the guest's framebuffers as dma-bufs, and its picture pixel by pixel."""
    need(stage, "guest")
    stage.guest("show 1")
    stage.expect_pictures(1)
    stage.guest("show 2")
    stage.guest("flip 7")
    stage.expect_pictures(2 + OTHER_PICTURE)
    said = read_text(stage.weston_log)
    if "path dma-buf (XRGB8888 640x480)" not in said:
        raise Failed(f"the module says: {re.findall(r'path .*', said)}")
    if pages_held(stage) == 0:
        raise Failed("no pages are exported")
    stage.standing.add("dma-buf")


@check
def drawn_in_place(stage):
    """What the guest draws after its last flip, without a word, is seen."""
    need(stage, "dma-buf")
    stage.guest("reset 20")
    stage.expect_pictures(20)
    stage.guest("draw 21")
    stage.expect_pictures(21)


@check
def flips(stage):
    """300 flips, and the guest's kernel never gave up waiting for one."""
    need(stage, "dma-buf")
    before = len(stage.guest_text())
    if "kmsguest: 300 flips in" not in stage.guest("flip 300", 400):
        raise Failed("the guest does not report 300 flips")
    if re.search(FLIP_TIMEOUT, stage.guest_text()[before:]):
        raise Failed("frame-done time-out in the guest's kernel log")
    stage.guest("show 3")
    stage.expect_pictures(3)


def processor_ms(stage, flips):
    """What a flip costs Weston, all its threads together."""
    def ticks():
        said = stage.dom0("cut -d' ' -f14,15 /proc/$(cat /tmp/weston.pid)/stat")
        return sum(map(int, said.split()))

    before = ticks()
    stage.guest(f"flip {flips}", 400)
    return (ticks() - before) * 10 / flips


@check
def mapped_without_pages(stage):
    """Where no pages are left new buffers are mapped; the processor time of a flip on both paths is printed."""
    need(stage, "dma-buf")
    as_dmabuf = processor_ms(stage, 100)
    # no more pages for new buffers, which then are mapped
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
    """Buffers that the guest makes anew leave neither pages nor descriptors behind."""
    need(stage, "dma-buf")
    stage.guest("remake 2")
    pages, files = pages_held(stage), descriptors(stage)
    stage.guest("remake 50", 400)
    if (now := pages_held(stage)) > pages + 2 * 300 or (open_now := descriptors(stage)) > files + 4:
        raise Failed(f"from {pages} pages to {now}, from {files} descriptors to {open_now}")
    stage.guest("show 4")
    stage.expect_pictures(4)


@check
def destroyed_while_shown(stage):
    """xl destroy while the picture stands: it goes, the domain is really gone, and no page is held."""
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
    """What an earlier check may have left."""
    stage.standing.discard("guest")
    stage.destroy_guest()


@check
def destroyed_while_held(stage):
    """A program holds a guest's pages while it is destroyed: it sees them still, and then the domain goes."""
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
    """Weston on a display adapter that takes dma-bufs: it scans the guest's pages out, 1000 flips of them."""
    need(stage, "Weston")
    if not stage.machine.kernel.scans_out:
        raise Skipped("this kernel's driver of the display adapter gives Weston no plane for a dma-buf")
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
        raise Failed(f"the module says: {re.findall(r'path .*', said)}")
    stage.standing.add("scanned out")


@check
def destroyed_while_scanned_out(stage):
    """xl destroy while the display reads its pages: the domain is really gone at once, and no page is held."""
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
    """A PVH guest with the module, to which another guest has granted pages."""
    need(stage, "module")
    no_guest(stage)
    if not stage.machine.has_driver_domain:
        raise Skipped("by hand, since an emulated processor may lose a PVH domain: scripts/check xen-dmabuf-driver")
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
        ("basic", "", "The other guest's pages as a dma-buf: every word, live, until the last mapping goes."),
        ("readonly", "", "Exported for reading, they cannot be written."),
        ("bad", "", "What is wrong is refused, and leaves nothing."),
        ("mappings", "", "fork, mprotect, mremap, parts: each works or is refused."),
        ("quotas", "", "Quotas for each open file, and for all together."),
        ("rounds", 50, "Rounds of export, mmap, release."),
        ("offer", "", "Its own pages, granted to itself, it does not get: they would be lost to its kernel."),
):
    make_driver_check(*arguments)


@check
def driver_domain_ends(stage):
    """Its kernel has not complained, the module can go, and nothing is left of either guest."""
    need(stage, "driver domain")
    stage.driver.run("rmmod xen_dmabuf")
    complaints = re.findall(rf"^.*(?:{DOM0_CRASHES}).*$", read_text(stage.driver.log)[stage.driver.ready:], re.MULTILINE)
    stage.driver.destroy()
    stage.expect_no_guest()
    if complaints:
        raise Failed(f"the driver domain's kernel says: {complaints[0].strip()}")


@check
def orderly_end(stage):
    """Weston ends and has copied nothing; the module can go; no program, kernel or Xen crashed on the way."""
    need(stage, "Weston")
    stage.standing.discard("Weston")
    stage.stop_weston("TERM")
    copied = re.findall(r"(\d+) bytes copied", read_text(stage.weston_log))
    if not copied or set(copied) != {"0"}:
        raise Failed(f"bytes copied for each screen, as the module says: {copied}")
    stage.dom0("busybox rmmod dmaprobe && busybox rmmod xen_dmabuf")
    stage.expect_no_crash(but=UNREACHABLE)
