# SPDX-License-Identifier: MIT
"""The checks, in the order in which they run in one boot: what is done, and what the result must be.

run calls them one after the other. A check that depends on what an earlier one should have left standing says so with
need(), and is skipped if that failed. tests/xen/stage.py knows how things are done."""

import os
import re
import textwrap

import inputs
import killing
import windows
from machine import read_text
from report import check, need
from stage import FLIP_TIMEOUT, FORMATS, OTHER_PICTURE, Failed, Stage

# where weston.ini puts each screen of the guest, and its colour behind them
PLACES = {"0.0": (0, 0, 640, 480), "0.1": (640, 0, 384, 480), "1.0": (0, 480, 640, 288)}
BACKGROUND = "#204060"


def make_stage(machine, picture_program):
    return Stage(machine, picture_program, PLACES, BACKGROUND)


def readme():
    with open(f"{os.path.dirname(os.path.abspath(__file__))}/../../README.md") as file:
        return file.read()


def readme_command(words, **changes):
    """The command of README.md that begins with these words, with some words replaced."""
    command = re.search(rf"^ +({words} .*)$", readme(), re.MULTILINE).group(1)
    for old, new in changes.items():
        command = re.sub(rf"\b{old}\b", new, command)
    return command


def screens_listed(stage, state):
    return re.findall(rf"screen (\d\.\d) \d+x\d+ {state}", stage.guest("list"))


@check
def guest_connects(stage):
    """Headless Weston with the module, then xl create: the guest's xen-drm-front finds its screen."""
    stage.start_weston("headless")
    stage.standing.add("Weston")
    stage.create_guest("guest.cfg")
    stage.standing.add("guest")
    if screens_listed(stage, "connected") != ["0.0"]:
        raise Failed("the guest does not list exactly one connected screen, 0.0")


@check
def readme_configuration(stage):
    """xl accepts the guest configuration of README.md, and finds its screen in it."""
    lines = re.search(r'^( +name    = "g1"\n.*?)^ +max_grant_frames = \d+$', readme(), re.MULTILINE | re.DOTALL)
    with open(f"{stage.machine.share}/readme.cfg", "w") as file:
        file.write(textwrap.dedent(lines.group(0)) + "\n")
    said = stage.dom0("xl -N create /share/readme.cfg")
    if '"width": 1920' not in said or '"unique_id": "left"' not in said:
        raise Failed(f"xl does not find the screen with width 1920 and unique-id left: {said[-500:]}")


@check
def headless_picture(stage):
    """A screenshot of headless Weston shows the guest's picture, pixel by pixel."""
    need(stage, "guest")
    stage.guest("show 1")
    stage.expect_pictures(1, looks=(stage.screenshot,))


@check
def headless_flips(stage):
    """Headless Weston shows the picture of each page flip."""
    need(stage, "guest")
    stage.guest("show 2")
    stage.expect_pictures(2, looks=(stage.screenshot,))
    stage.guest("flip 7")
    stage.expect_pictures(2 + OTHER_PICTURE, looks=(stage.screenshot,))


@check
def next_weston(stage):
    """Weston is terminated and another one starts on DRM: the guest's screen comes back by itself."""
    need(stage, "Weston")
    before = len(stage.guest_text())
    stage.restart_weston("TERM", "drm")
    need(stage, "guest")
    stage.wait_for_guest("kmsguest: device 0 opened", before)
    stage.expect_pictures(2)


@check
def drm_picture(stage):
    """Weston's screenshot and what the display adapter scans out both show the picture, pixel by pixel."""
    need(stage, "guest")
    stage.guest("show 3")
    stage.expect_pictures(3)


@check
def mapped_in_place(stage):
    """Weston's memory map has the guest's own two buffers, and the module reports that it does not convert."""
    need(stage, "guest")
    sizes = stage.guest_memory_in_weston()
    if sizes.count(640 * 480 * 4) != 2:
        raise Failed(f"expected two mapped buffers of 1228800 bytes, found areas of {sizes} bytes")
    # the converting path maps them, too, and then copies
    said = re.findall(r"path (?:mapped|converted).*", read_text(stage.weston_log))
    if not said or any("path converted" in line for line in said):
        raise Failed(f"expected only 'path mapped' in the log, found: {said}")


@check
def thousand_flips(stage):
    """1000 flips, none of which times out in the guest's kernel."""
    need(stage, "guest")
    before = len(stage.guest_text())
    said = stage.guest("flip 1000", 400)
    if "kmsguest: 1000 flips in" not in said:
        raise Failed("the guest does not report 1000 flips")
    if re.search(FLIP_TIMEOUT, stage.guest_text()[before:]):
        raise Failed("frame-done time-out in the guest's kernel log")
    stage.expect_pictures(3)
    stage.guest("flip 1")
    stage.expect_pictures(3 + OTHER_PICTURE)


@check
def flips_while_paused(stage):
    """The guest is paused for 5 s during 300 flips: all of them complete."""
    need(stage, "guest")
    start = len(stage.guest_text())
    tag = stage.tell_guest("flip 300")
    stage.dom0("xl pause g1 && sleep 5 && xl unpause g1", 60)
    if (said := stage.answer(tag, start)) != "ok":
        raise Failed(f"guest: flip 300: {said}")
    stage.expect_pictures(3 + OTHER_PICTURE)


@check
def drawn_in_place(stage):
    """Linux turns a mode set with the same mode into a page flip: what is drawn afterwards, without a flip, is seen."""
    need(stage, "guest")
    for picture in (20, 22):
        stage.guest(f"reset {picture}")
        stage.expect_pictures(picture)
        stage.guest(f"draw {picture + 1}")
        stage.expect_pictures(picture + 1)
    # like a video that ends
    stage.guest("flip 60")
    stage.guest("draw 24")
    stage.expect_pictures(24)


@check
def idle_after_flips(stage):
    """A guest that no longer flips is checked once a second, and nothing is repainted."""
    need(stage, "guest")
    stage.guest("flip 10")
    switches = "grep ^voluntary /proc/$(cat /tmp/weston.pid)/status"
    # the picture is shown once more a second after the last flip
    said = stage.dom0(f"sleep 3; {switches}; sleep 5; {switches}")
    before, after = map(int, re.findall(r"(\d+)", said))
    if after - before > 20:
        raise Failed(f"Weston woke up too often: {after - before} times in 5 s")


@check
def display_off_and_on(stage):
    """DPMS off removes the picture, on restores it, and the connector stays connected."""
    need(stage, "guest")
    stage.guest("show 4")
    stage.guest("off")
    try:
        stage.expect_background()
        if screens_listed(stage, "connected") != ["0.0"]:
            raise Failed("the connector is not connected while the display is off")
    finally:
        # the checks that follow need it
        stage.guest("on")
    stage.expect_pictures(4)
    if screens_listed(stage, "connected") != ["0.0"]:
        raise Failed("the connector is not connected after the display was switched on again")
    stage.guest("show 5")
    stage.expect_pictures(5)


@check
def attach(stage):
    """xl vdispl-attach gives the guest a second device, whose picture appears beside that of the first."""
    need(stage, "guest")
    stage.guest("show 6")
    before = len(stage.guest_text())
    stage.dom0(readme_command("xl vdispl-attach", **{r"\d+x\d+": "640x288"}), 60)
    if "DevId: 1, BE: 0," not in (listed := stage.dom0(readme_command("xl vdispl-list"))):
        raise Failed(f"xl does not list the second device: {listed}")
    stage.wait_for_guest("kmsguest: device 1 opened", before)
    stage.expect_pictures(6, ("0.0", "1.0"))
    stage.standing.add("second device")
    stage.guest("show 7")
    stage.guest("flip 20")
    stage.expect_pictures(7, ("0.0", "1.0"))


@check
def detach(stage):
    """xl vdispl-detach removes the second device again; the first keeps working."""
    need(stage, "second device")
    before = len(stage.guest_text())
    stage.dom0(readme_command("xl vdispl-detach"), 60)
    stage.standing.discard("second device")
    stage.wait_for_guest("kmsguest: device 1 closed", before)
    stage.expect_pictures(7)
    stage.guest("show 8")
    stage.expect_pictures(8)


@check
def killed_weston(stage):
    """Weston killed with -9 and started again: the guest's screen comes back by itself, and flips."""
    need(stage, "guest")
    stage.guest("show 9")
    stage.expect_pictures(9)
    before = len(stage.guest_text())
    stage.restart_weston("KILL", "drm")
    stage.wait_for_guest("kmsguest: device 0 opened", before)
    stage.expect_pictures(9)
    stage.guest("show 10")
    stage.guest("flip 20")
    stage.expect_pictures(10)


@check
def all_formats(stage):
    """Each format of the guest's driver is shown in the right colours."""
    need(stage, "guest")
    for number, name in reversed(list(enumerate(FORMATS))):
        stage.guest(f"format {number}")
        stage.guest("show 25")
        stage.expect({PLACES["0.0"]: (25, name)}, stage.ways)


@check
def clean_guest_log(stage):
    """The guest's kernel has logged no error since its start."""
    need(stage, "guest")
    stage.expect_clean_guest_log()


@check
def saved_and_restored(stage):
    """xl save removes the picture with the guest, xl restore brings both back."""
    need(stage, "guest")
    stage.guest("show 26")
    stage.expect_pictures(26)
    before = len(stage.guest_text())
    # pages of the guest cannot be written to the share
    stage.dom0("xl save g1 /tmp/g1.save", 180)
    stage.standing.discard("guest")
    stage.expect_background()
    stage.restore_guest("/tmp/g1.save")
    stage.wait_for_guest("kmsguest: device 0 opened", before)
    stage.standing.add("guest")
    stage.expect_pictures(26)
    stage.guest("flip 20")
    stage.guest("show 27")
    stage.expect_pictures(27)


@check
def destroyed_while_shown(stage):
    """xl destroy while the picture is shown: it goes, and so do the domain and its nodes."""
    need(stage, "guest")
    need(stage, "Weston")
    stage.guest("show 11")
    stage.expect_pictures(11)
    stage.standing.discard("guest")
    stage.destroy_guest()
    stage.expect_background()
    stage.expect_no_guest()


def no_guest(stage):
    """Destroys the guest that an earlier check may have left."""
    stage.standing.discard("guest")
    stage.destroy_guest()


@check
def panic_during_flip(stage):
    """The guest's kernel panics while it flips; on_crash=restart creates a new domain, whose picture is shown."""
    need(stage, "Weston")
    no_guest(stage)
    stage.create_guest("guest-restart.cfg")
    stage.standing.add("guest")
    stage.guest("show 28")
    stage.expect_pictures(28)
    stage.tell_guest("flip 100000")
    stage.standing.discard("guest")
    # the crash ends the flips
    stage.crash_guest()
    stage.standing.add("guest")
    nodes = stage.dom0("xenstore-list /local/domain/0/backend/vdispl").split()
    if nodes != [str(stage.domid)]:
        raise Failed(f"xenstore has nodes of domains {nodes}, the guest is {stage.domid}")
    stage.guest("show 29")
    stage.expect_pictures(29)


@check
def odd_width(stage):
    """A screen of 1366x768, whose stride suits no GPU, is read in place and shown pixel by pixel."""
    need(stage, "Weston")
    no_guest(stage)
    stage.restart_weston("TERM", "wide")
    stage.create_guest("guest-wide.cfg")
    stage.standing.add("guest")
    stage.guest("show 30")
    stage.guest("flip 11")
    stage.guest("show 31")
    stage.expect({(0, 0, 1366, 768): 31}, (stage.screenshot,))
    if "path mapped (XRGB8888 1366x768)" not in read_text(stage.weston_log):
        raise Failed("the module does not say that 1366x768 is mapped")
    no_guest(stage)
    stage.restart_weston("TERM", "drm")


@check
def killed_before_the_driver(stage):
    """Weston killed with -9 while the guest's domain has not run yet."""
    need(stage, "Weston")
    no_guest(stage)
    stage.standing.add("guest")
    killing.before_the_driver(stage, "drm", "guest.cfg", 1)


@check
def killed_when_published(stage):
    """Weston killed with -9 while the guest's driver waits for it with its rings published."""
    need(stage, "Weston")
    no_guest(stage)
    stage.standing.add("guest")
    killing.published(stage, "drm", "guest.cfg", 2)


@check
def killed_during_flip(stage):
    """Weston killed with -9 while the guest flips."""
    need(stage, "guest")
    killing.in_the_middle_of(stage, "drm", "flip 100000", 3)


@check
def killed_while_buffers_are_made(stage):
    """Weston killed with -9 while the guest creates and destroys buffers."""
    need(stage, "guest")
    killing.in_the_middle_of(stage, "drm", "remake 10000", 4)


@check
def killed_while_dark(stage):
    """Weston killed with -9 while the guest's display is off."""
    need(stage, "guest")
    killing.after(stage, "drm", "off", 5)


@check
def killed_while_closing(stage):
    """Weston killed with -9 while it closes what an earlier Weston had open."""
    need(stage, "guest")
    killing.while_closing(stage, "drm", 6)


@check
def closed_without_weston(stage):
    """The guest's driver closes what a killed Weston had open while no Weston runs."""
    need(stage, "guest")
    killing.closed_meanwhile(stage, "drm", 7)


@check
def destroyed_without_weston(stage):
    """xl destroy while no Weston runs: nothing is left for the next one."""
    need(stage, "guest")
    stage.standing.discard("guest")
    killing.destroyed_meanwhile(stage, "drm")


@check
def guest_again(stage):
    """A guest that is started again shows its picture."""
    need(stage, "Weston")
    no_guest(stage)
    stage.create_guest("guest-two.cfg")
    stage.standing.add("guest")
    stage.guest("show 12")
    stage.expect({(0, 0, 640, 480): 12}, (stage.screenshot, stage.screendump))
    stage.standing.add("second connector")


@check
def two_connectors(stage):
    """Two connectors of one device show two pictures, and both flip."""
    need(stage, "second connector")
    if screens_listed(stage, "connected") != ["0.0", "0.1"]:
        raise Failed("the guest does not list two connected screens")
    stage.expect_pictures(12, ("0.0", "0.1"))
    stage.guest("flip 51")
    stage.expect_pictures(12 + OTHER_PICTURE, ("0.0", "0.1"))
    stage.guest("show 14")
    stage.expect_pictures(14, ("0.0", "0.1"))
    stage.expect_clean_guest_log()


@check
def one_framebuffer_on_two_connectors(stage):
    """Both heads show one framebuffer, as under Xorg, and what is drawn into it appears on both."""
    need(stage, "second connector")
    stage.guest("share 15")
    stage.expect({PLACES["0.0"]: 15, PLACES["0.1"]: (15, "XR24", 640, 480)}, stage.ways)
    stage.guest("draw 16")
    stage.expect({PLACES["0.0"]: 16, PLACES["0.1"]: (16, "XR24", 640, 480)}, stage.ways)
    stage.guest("show 17")
    stage.expect_pictures(17, ("0.0", "0.1"))


@check
def orderly_end(stage):
    """Weston ends while the guest is shown, and has copied nothing; no program or kernel crashed, nor did Xen."""
    need(stage, "Weston")
    stage.standing.discard("Weston")
    stage.stop_weston("TERM")
    copied = re.findall(r"(\d+) bytes copied", read_text(stage.weston_log))
    if not copied or set(copied) != {"0"}:
        raise Failed(f"expected 0 bytes copied for each screen, the module reports {copied}")
    stage.expect_no_crash()


# These have a guest, a Weston and devices of their own.
for each in (*inputs.ALL, *windows.ALL, inputs.input_ends):
    check(each)
