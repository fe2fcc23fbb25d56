# SPDX-License-Identifier: MIT
"""The checks, in the order in which they run in one boot: what is done, and what must be seen of it.

run calls them one after the other. A check that needs what an earlier one should have left standing says so
by need(), and is skipped where that failed. How anything is done is the business of tests/xen/stage.py."""

import re
import statistics
import subprocess

import killing
from machine import read_text
from qemu import HEIGHT, WIDTH
from report import Skipped, check, need
from stage import FLIP_TIMEOUT, OTHER_PICTURE, Failed, Stage

PLACES = {"0.0": (0, 0, WIDTH, HEIGHT)}
BACKGROUND = "#204060"
# the exporter of what gntdev makes of granted pages, as the kernel names it
GUESTS_PAGES = "xen_gntdev"
FLIPS = 1000
REMAKES = 10
# none on a machine of its own; up to 36 of 1000 with another emulator and compilers beside it
MOST_BY_TIME = 0.1
# of the states that xl lists the last one is "dying"
COUNT_ZOMBIES = "xl list | grep -cE ' [-a-z]{5}d '"


def make_stage(machine, picture_program, other_kernel):
    """other_kernel: why it is another than it should be, or nothing."""
    stage = Stage(machine, picture_program, PLACES, BACKGROUND)
    stage.other_kernel = other_kernel
    # a screenshot would make Weston composite, which is not to be
    stage.ways = (stage.screendump,)
    return stage


def paths_told(stage, guest):
    return set(re.findall(rf"guest {guest}\(\d+\).*: path ([\w-]+) \(", read_text(stage.weston_log)))


def expect_path(stage, path):
    told = paths_told(stage, stage.name)
    if told != {path}:
        raise Failed(f"the module says that {stage.name} takes the paths {sorted(told)}, not {path}")


def start_guest(stage, name):
    stage.name = name
    stage.create_guest(f"guest-{name}.cfg")
    stage.standing.add("guest")


def memory_shared(stage):
    """What kinds of dma-bufs there are in dom0, as the kernel names their exporters, with their numbers."""
    listing = stage.dom0("cat /sys/kernel/debug/dma_buf/bufinfo")
    kinds = re.findall(r"^[0-9a-f]{8,}\s+\w+\s+\w+\s+\d+\s+(\S+)\s", listing, re.MULTILINE)
    return {kind: kinds.count(kind) for kind in kinds}


def expect_shared(stage, kind, count):
    """Expects so many dma-bufs of a kind: those that Weston itself has for its own pictures are of another."""
    have = memory_shared(stage)
    if have.get(kind, 0) != count:
        raise Failed(f"dom0 has the dma-bufs {have}, not {count} of {kind}")


def restart_weston(stage, signal, kind):
    """Ends Weston and starts it again, and the guest's screen comes back by itself. Returns the first one's log."""
    before = len(stage.guest_text())
    log = stage.weston_log
    stage.restart_weston(signal, kind)
    stage.wait_for_guest("kmsguest: device 0 opened", before)
    return log


def expect_zombies(stage, number):
    """Expects so many domains that are dying and cannot, since their pages are held."""
    stage.dom0(f"for i in $(seq 60); do [ $({COUNT_ZOMBIES}) != {number} ] || exit 0; sleep 0.5; done;"
               " xl list; exit 1", 90)


def descriptors(stage):
    """How many files Weston has open that are the kernel's grant device or a dma-buf."""
    return int(stage.dom0("ls -l /proc/$(cat /tmp/weston.pid)/fd | grep -cE 'gntdev|dmabuf'"))


def tell_export_times(stage):
    """Says what this Weston's exports have cost; fails if one failed."""
    said = re.findall(r"exported (\d+) pages in (\d+) us: (\d+)", read_text(f"{stage.weston_log}.out"))
    if not said or any(error != "0" for _, _, error in said):
        raise Failed(f"exports, each as pages, microseconds and error: {said}")
    each = [int(us) / 1000 / (int(pages) * 4096 / 4 / 1e6) for pages, us, _ in said]
    print(f"        the kernel made {len(said)} dma-bufs of {said[0][0]} pages: median"
          f" {statistics.median(each):.1f}, least {min(each):.1f}, most {max(each):.1f} ms for each megapixel")


def releases(stage):
    """How often this Weston's kernel said that a dma-buf is released, and how often that it is still held."""
    said = re.findall(r"asked for a release: (\w+)", read_text(f"{stage.weston_log}.out"))
    return said.count("released"), said.count("held")


def expect_pages_back(stage):
    """Expects that the guest has all its pages back. The module holds an answer back for 100 ms at most; a page that is
    still mapped then the guest's kernel looks at again each second, and says so if it has CONFIG_DYNAMIC_DEBUG."""
    late = len(re.findall(r"deferring g\.e\. ", stage.guest_text()))
    if late:
        print(f"        {late} pages were still mapped when the guest took them back")

    def are_back():
        left = re.findall(r"freeing g\.e\. .*, (\d+) remaining|(deferring) g\.e\. ", stage.guest_text())
        return not left or left[-1] == ("0", "")

    stage.machine.wait_for("the guest's pages, which are still mapped", are_back, 30)


def expect_farewell(stage, scanned_out, log=None):
    """What the module says when a guest's connection ends: nothing was copied, and whether the display alone read
    the frames."""
    text = stage.machine.wait_for_text(log or stage.weston_log, r"disconnected after .*", 60).group(0)
    said = re.search(r"after (\d+) flips \((\d+) by time\), (\d+) frames presented \((\d+) scanned out\),"
                     r" \d+ resampled, (\d+) bytes copied", text)
    if not said:
        raise Failed(f"the module says: {text}")
    flips, by_time, presented, out, copied = map(int, said.groups())
    print(f"        {text.strip()}")
    if copied or (out != presented if scanned_out else out):
        raise Failed(f"the module says: {text}")
    return flips, by_time


def expect_flips_presented(stage, least, log=None):
    """So many flips at least, done because their frames were on screen. On a machine that others keep busy some frames
    take longer than the module waits; where the module learns of no frame, all are done by time."""
    flips, by_time = expect_farewell(stage, True, log)
    if flips < least or by_time > flips * MOST_BY_TIME:
        raise Failed(f"{flips} flips, {by_time} of them done by time and not by the display")


@check
def kernel_of_the_patches(stage):
    """dom0 runs the kernel that kernel.config and the patches of doc/kernel.md make."""
    if stage.other_kernel:
        raise Skipped(stage.other_kernel)
    version = stage.dom0("cat /proc/version").strip()
    print(f"        {version}")
    # the image has been found by the hash of these; here it matters that it is what was booted
    if subprocess.run(["grep", "-qaF", version, f"{stage.machine.share}/Image"]).returncode:
        raise Failed(f"dom0 runs another kernel than the image: {version}")


@check
def own_pages(stage):
    """A guest shares its own pages: what the display scans out is its picture, and Weston does not even map them."""
    stage.start_weston("direct-display")
    stage.standing.add("Weston")
    start_guest(stage, "g1")
    stage.guest("show 1")
    stage.expect_pictures(1)
    # the next is flipped to, so the first frame's picture is not all that was ever seen
    stage.guest("show 2")
    stage.expect_pictures(2)
    expect_path(stage, "direct")
    expect_shared(stage, GUESTS_PAGES, 2)
    if stage.guest_memory_in_weston():
        raise Failed("Weston has mapped pages of the guest")


@check
def drawn_without_a_word(stage):
    """What the guest draws into the shown buffer after its last flip is on screen, though it asked for nothing."""
    need(stage, "guest")
    stage.guest("draw 3")
    stage.expect_pictures(3)


@check
def thousand_flips(stage):
    """1000 flips, done since their frames were on screen, and not by time, be it the module's or the guest's."""
    need(stage, "guest")
    before = len(stage.guest_text())
    said = stage.guest(f"flip {FLIPS}", 400)
    figures = re.search(rf"kmsguest: ({FLIPS} flips in .*)", said)
    if not figures:
        raise Failed(f"the guest does not report {FLIPS} flips")
    print(f"        {figures.group(1).strip()}")
    if re.search(FLIP_TIMEOUT, stage.guest_text()[before:]):
        raise Failed("frame-done time-out in the guest's kernel log")
    stage.expect_pictures(3)
    stage.guest("flip 1")
    stage.expect_pictures(3 + OTHER_PICTURE)
    # only when the connection ends it is told how the flips were done
    log = restart_weston(stage, "TERM", "direct-display")
    expect_flips_presented(stage, FLIPS, log)


@check
def remade_buffers(stage):
    """The guest drops its buffers, the one on screen too, and makes new ones, again and again: the kernel says of each
    that it is released, the guest gets its pages back, and nothing is left of them here."""
    need(stage, "guest")
    need(stage, "Weston")
    stage.guest("show 3")
    stage.expect_pictures(3)
    files, (released, _) = descriptors(stage), releases(stage)
    said = stage.guest(f"remake {REMAKES}", 240)
    print(f"        {re.search('kmsguest: (buffers remade .*)', said).group(1).strip()}")
    stage.expect_pictures(3)
    stage.guest("show 6")
    stage.expect_pictures(6)
    expect_path(stage, "direct")
    expect_shared(stage, GUESTS_PAGES, 2)
    if descriptors(stage) != files:
        raise Failed(f"Weston has {descriptors(stage)} of the kernel's grant device and dma-bufs open; before {files}")
    now_released, held = releases(stage)
    print(f"        {now_released - released} buffers were released, {held} times one was still held when asked for")
    if now_released - released != 2 * REMAKES:
        raise Failed(f"the kernel said of {now_released - released} buffers, not {2 * REMAKES}, that they are released")
    expect_pages_back(stage)
    stage.expect_clean_guest_log()
    tell_export_times(stage)


@check
def killed_weston(stage):
    """Weston killed with -9 while the display reads the guest's pages, and started again: the guest comes back."""
    need(stage, "guest")
    stage.guest("show 4")
    stage.expect_pictures(4)
    restart_weston(stage, "KILL", "direct-display")
    stage.expect_pictures(4)
    stage.guest("flip 21")
    stage.expect_pictures(4 + OTHER_PICTURE)
    stage.guest("draw 5")
    stage.expect_pictures(5)
    expect_path(stage, "direct")
    expect_shared(stage, GUESTS_PAGES, 2)


@check
def destroyed_while_scanned_out(stage):
    """xl destroy while the display reads the guest's pages: the picture goes, then the pages and the domain."""
    need(stage, "guest")
    stage.standing.discard("guest")
    stage.destroy_guest()
    stage.expect_background()
    stage.expect_no_guest()
    expect_shared(stage, GUESTS_PAGES, 0)
    expect_flips_presented(stage, 21)
    stage.expect_clean_guest_log()


@check
def killed_when_published(stage):
    """Weston killed with -9 while a new guest's driver waits for it with its rings published."""
    need(stage, "Weston")
    stage.name = "g1"
    stage.standing.add("guest")
    killing.published(stage, "direct-display", "guest-g1.cfg", 1)
    expect_path(stage, "direct")


@check
def killed_during_flip(stage):
    """Weston killed with -9 while the display reads one buffer and then the other."""
    need(stage, "guest")
    killing.in_the_middle_of(stage, "direct-display", "flip 100000", 2)
    expect_path(stage, "direct")
    expect_shared(stage, GUESTS_PAGES, 2)


@check
def killed_while_buffers_are_exported(stage):
    """Weston killed with -9 while the kernel makes dma-bufs of the guest's pages, and takes them apart."""
    need(stage, "guest")
    killing.in_the_middle_of(stage, "direct-display", "remake 10000", 3)
    expect_path(stage, "direct")
    expect_shared(stage, GUESTS_PAGES, 2)


@check
def destroyed_without_weston(stage):
    """xl destroy while no Weston runs: the kernel holds no page of the guest, and nothing is left for the next one."""
    need(stage, "guest")
    stage.standing.discard("guest")
    killing.destroyed_meanwhile(stage, "direct-display")
    expect_shared(stage, GUESTS_PAGES, 0)


@check
def display_allocates(stage):
    """be-alloc: the guest draws into dumb buffers of the display's own driver, seen at once."""
    need(stage, "Weston")
    start_guest(stage, "g2")
    stage.guest("show 6")
    stage.guest("show 7")
    stage.expect_pictures(7)
    expect_path(stage, "direct")
    expect_shared(stage, "virtio_gpu", 2)
    stage.guest("draw 8")
    stage.expect_pictures(8)
    stage.guest("flip 21")
    stage.expect_pictures(8 + OTHER_PICTURE)


@check
def heap_allocates(stage):
    """Weston killed with -9 and started again with a dma-heap for be-alloc: the guest comes back, in other memory."""
    need(stage, "guest")
    restart_weston(stage, "KILL", "direct-display-heap")
    stage.expect_pictures(8)
    expect_path(stage, "direct")
    expect_shared(stage, "system", 2)
    stage.guest("draw 10")
    stage.expect_pictures(10)
    stage.guest("show 11")
    stage.guest("flip 21")
    stage.expect_pictures(11 + OTHER_PICTURE)
    stage.expect_clean_guest_log()


@check
def kept_picture(stage):
    """keep-picture: the guest is destroyed and its domain goes, but what it showed last stays on screen."""
    need(stage, "guest")
    stage.guest("show 12")
    stage.expect_pictures(12)
    stage.standing.discard("guest")
    stage.destroy_guest()
    stage.expect_no_guest()
    stage.expect_pictures(12)


@check
def kept_own_pages(stage):
    """keep-picture with a guest's own pages: the picture stays, and its domain with it as a zombie. Both go when the
    guest of that name is there again, or when Weston ends."""
    need(stage, "Weston")
    start_guest(stage, "g3")
    stage.guest("show 13")
    stage.guest("show 14")
    stage.expect_pictures(14)
    expect_path(stage, "direct")
    stage.standing.discard("guest")
    stage.destroy_guest()
    expect_zombies(stage, 1)
    expect_shared(stage, GUESTS_PAGES, 1)
    stage.expect_pictures(14)
    start_guest(stage, "g3")
    expect_zombies(stage, 0)
    stage.guest("show 15")
    stage.guest("show 16")
    stage.expect_pictures(16)
    expect_shared(stage, GUESTS_PAGES, 2)
    stage.standing.discard("guest")
    stage.destroy_guest()
    expect_zombies(stage, 1)
    stage.expect_pictures(16)
    stage.standing.discard("Weston")
    stage.stop_weston("TERM")
    stage.expect_no_guest()
    expect_shared(stage, GUESTS_PAGES, 0)


@check
def mapped_on_the_same_machine(stage):
    """dmabuf=never: the renderer reads the guest's pages in place, and the same picture is scanned out."""
    if "Weston" in stage.standing:
        stage.standing.discard("Weston")
        stage.stop_weston("TERM")
    stage.start_weston("never")
    stage.standing.add("Weston")
    start_guest(stage, "g1")
    stage.guest("show 17")
    # software GL makes its programs at the first frame, which takes seconds on a busy machine: no flip waits for that
    stage.expect_pictures(17)
    stage.guest("show 18")
    stage.expect_pictures(18)
    expect_path(stage, "mapped")
    sizes = stage.guest_memory_in_weston()
    if sizes.count(WIDTH * HEIGHT * 4 + -WIDTH * HEIGHT * 4 % 4096) != 2:
        raise Failed(f"not two buffers of the guest in Weston's memory map: areas of {sizes} bytes")
    stage.guest("flip 21")
    stage.expect_pictures(18 + OTHER_PICTURE)


@check
def clean_logs(stage):
    """The guest's kernel has no complaint; no program, kernel or Xen crashed on the way."""
    need(stage, "guest")
    stage.expect_clean_guest_log()
    stage.expect_no_crash()


@check
def orderly_end(stage):
    """The guest is destroyed, its domain goes, and Weston ends; nothing was copied."""
    need(stage, "guest")
    stage.standing.discard("guest")
    stage.destroy_guest()
    stage.expect_background()
    stage.expect_no_guest()
    expect_farewell(stage, False)
    need(stage, "Weston")
    stage.standing.discard("Weston")
    stage.stop_weston("TERM")
    stage.expect_no_crash()
