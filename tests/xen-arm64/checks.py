# SPDX-License-Identifier: MIT
"""The checks, in the order in which they run in one boot: what is done, and what the result must be.

run calls them one after the other. A check that depends on what an earlier one should have left standing says so with
need(), and is skipped if that failed. tests/xen/stage.py knows how things are done."""

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
# the kernel's name for the exporter of dma-bufs that gntdev makes of granted pages
GUESTS_PAGES = "xen_gntdev"
FLIPS = 1000
REMAKES = 10
# none on an otherwise idle machine; up to 36 of 1000 beside another emulator and compilers
MOST_BY_TIME = 0.1
# the last of the states that xl lists is "dying"
COUNT_ZOMBIES = "xl list | grep -cE ' [-a-z]{5}d '"


def make_stage(machine, picture_program, other_kernel):
    """other_kernel: why the kernel is not the one built from the patches; empty if it is."""
    stage = Stage(machine, picture_program, PLACES, BACKGROUND)
    stage.other_kernel = other_kernel
    # no screenshots, as these would make Weston composite
    stage.ways = (stage.screendump,)
    return stage


def paths_told(stage, guest):
    return set(re.findall(rf"guest {guest}\(\d+\).*: path ([\w-]+) \(", read_text(stage.weston_log)))


def expect_path(stage, path):
    told = paths_told(stage, stage.name)
    if told != {path}:
        raise Failed(f"the module reports that {stage.name} takes the paths {sorted(told)}, expected {path}")


def start_guest(stage, name):
    stage.name = name
    stage.create_guest(f"guest-{name}.cfg")
    stage.standing.add("guest")


def memory_shared(stage):
    """The number of dma-bufs in dom0 by kind, which is the kernel's name for the exporter."""
    listing = stage.dom0("cat /sys/kernel/debug/dma_buf/bufinfo")
    kinds = re.findall(r"^[0-9a-f]{8,}\s+\w+\s+\w+\s+\d+\s+(\S+)\s", listing, re.MULTILINE)
    return {kind: kinds.count(kind) for kind in kinds}


def expect_shared(stage, kind, count):
    """Expects so many dma-bufs of a kind; those of Weston's own pictures are of another kind."""
    have = memory_shared(stage)
    if have.get(kind, 0) != count:
        raise Failed(f"dom0 has the dma-bufs {have}, expected {count} of {kind}")


def restart_weston(stage, signal, kind):
    """Restarts Weston; the guest's screen comes back by itself. Returns the path of the first Weston's log."""
    before = len(stage.guest_text())
    log = stage.weston_log
    stage.restart_weston(signal, kind)
    stage.wait_for_guest("kmsguest: device 0 opened", before)
    return log


def expect_zombies(stage, number):
    """Expects so many domains that remain dying since their pages are held."""
    stage.dom0(f"for i in $(seq 60); do [ $({COUNT_ZOMBIES}) != {number} ] || exit 0; sleep 0.5; done;"
               " xl list; exit 1", 90)


def descriptors(stage):
    """The number of open files in Weston that are the kernel's grant device or a dma-buf."""
    return int(stage.dom0("ls -l /proc/$(cat /tmp/weston.pid)/fd | grep -cE 'gntdev|dmabuf'"))


def tell_export_times(stage):
    """Prints the cost of this Weston's exports; fails if there was none or one failed."""
    said = re.findall(r"exported (\d+) pages in (\d+) us: (\d+)", read_text(f"{stage.weston_log}.out"))
    if not said or any(error != "0" for _, _, error in said):
        raise Failed(f"expected exports without errors, got (pages, microseconds, error): {said}")
    each = [int(us) / 1000 / (int(pages) * 4096 / 4 / 1e6) for pages, us, _ in said]
    print(f"        the kernel made {len(said)} dma-bufs of {said[0][0]} pages: median"
          f" {statistics.median(each):.1f}, least {min(each):.1f}, most {max(each):.1f} ms for each megapixel")


def releases(stage):
    """How often the kernel told this Weston that a dma-buf was released, and how often that it was still held."""
    said = re.findall(r"asked for a release: (\w+)", read_text(f"{stage.weston_log}.out"))
    return said.count("released"), said.count("held")


def expect_pages_back(stage):
    """Waits until the guest has all its pages back. The module delays its answer by at most 100 ms; if a page is still
    mapped then, the guest's kernel retries each second, and logs that if it has CONFIG_DYNAMIC_DEBUG."""
    late = len(re.findall(r"deferring g\.e\. ", stage.guest_text()))
    if late:
        print(f"        {late} pages were still mapped when the guest took them back")

    def are_back():
        left = re.findall(r"freeing g\.e\. .*, (\d+) remaining|(deferring) g\.e\. ", stage.guest_text())
        return not left or left[-1] == ("0", "")

    stage.machine.wait_for("the release of the guest's pages, which are still mapped", are_back, 30)


def expect_farewell(stage, scanned_out, log=None):
    """Checks the module's message at the end of a guest's connection: nothing was copied, and either all frames were
    scanned out or none."""
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
    """Expects at least so many flips, which were done because their frames were presented. On a busy machine some
    frames take longer than the module waits; if no presentation were reported, all flips would be done by time."""
    flips, by_time = expect_farewell(stage, True, log)
    if flips < least or by_time > flips * MOST_BY_TIME:
        raise Failed(f"{flips} flips, {by_time} of them done by time and not by presentation")


@check
def kernel_of_the_patches(stage):
    """dom0 runs the kernel built from kernel.config and the patches of doc/kernel.md."""
    if stage.other_kernel:
        raise Skipped(stage.other_kernel)
    version = stage.dom0("cat /proc/version").strip()
    print(f"        {version}")
    # the image was found by their hash; this checks that it was booted
    if subprocess.run(["grep", "-qaF", version, f"{stage.machine.share}/Image"]).returncode:
        raise Failed(f"dom0 does not run the kernel of the image, but {version}")


@check
def own_pages(stage):
    """A guest shares its own pages: the display scans out its picture, and Weston does not map them."""
    stage.start_weston("direct-display")
    stage.standing.add("Weston")
    start_guest(stage, "g1")
    stage.guest("show 1")
    stage.expect_pictures(1)
    # a flip, so that not only the first frame is checked
    stage.guest("show 2")
    stage.expect_pictures(2)
    expect_path(stage, "direct")
    expect_shared(stage, GUESTS_PAGES, 2)
    if stage.guest_memory_in_weston():
        raise Failed("Weston has mapped pages of the guest")


@check
def drawn_without_a_word(stage):
    """What the guest draws into the shown buffer after its last flip is on screen, without a request."""
    need(stage, "guest")
    stage.guest("draw 3")
    stage.expect_pictures(3)


@check
def thousand_flips(stage):
    """1000 flips are done because their frames were presented, not by a timeout of the module or the guest."""
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
    # the module reports how the flips were done only when the connection ends
    log = restart_weston(stage, "TERM", "direct-display")
    expect_flips_presented(stage, FLIPS, log)


@check
def remade_buffers(stage):
    """The guest repeatedly destroys its buffers, also the one on screen, and creates new ones: the kernel reports the
    release of each, the guest gets its pages back, and dom0 keeps none of them."""
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
    print(f"        {now_released - released} buffers were released, {held} times one was still held when queried")
    if now_released - released != 2 * REMAKES:
        raise Failed(f"the kernel reported the release of {now_released - released} buffers,"
                     f" expected {2 * REMAKES} buffers")
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
    """Weston killed with -9 while the kernel creates and destroys dma-bufs of the guest's pages."""
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
    """be-alloc: the guest draws into dumb buffers of the display's driver, which are scanned out."""
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
    """keep-picture: the guest is destroyed and its domain goes, but its last picture stays on screen."""
    need(stage, "guest")
    stage.guest("show 12")
    stage.expect_pictures(12)
    stage.standing.discard("guest")
    stage.destroy_guest()
    stage.expect_no_guest()
    stage.expect_pictures(12)


@check
def kept_own_pages(stage):
    """keep-picture with a guest's own pages: the picture stays, and so does its domain as a zombie. Both go when a
    guest of that name is started again, or when Weston ends."""
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
    # software GL compiles shaders at the first frame, for seconds on a busy machine: let no flip wait for that
    stage.expect_pictures(17)
    stage.guest("show 18")
    stage.expect_pictures(18)
    expect_path(stage, "mapped")
    sizes = stage.guest_memory_in_weston()
    if sizes.count(WIDTH * HEIGHT * 4 + -WIDTH * HEIGHT * 4 % 4096) != 2:
        raise Failed(f"expected two buffers of the guest in Weston's memory map, found areas of {sizes} bytes")
    stage.guest("flip 21")
    stage.expect_pictures(18 + OTHER_PICTURE)


@check
def clean_logs(stage):
    """The guest's kernel has logged no error; no program or kernel has crashed, nor has Xen."""
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
