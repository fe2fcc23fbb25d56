#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests of the simulated Xen itself, without the module: the kernel's rules, xenstored, the guest."""
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from rig.runner import Skip, check, equal, main, scenario, skip_without_dmabuf  # noqa: E402
from rig.guest import Failure  # noqa: E402
from rig.machine import wait_until  # noqa: E402


def backend(rig, name, guest, refs):
    return subprocess.Popen([f"{rig.machine.build}/selftest-backend", name, str(guest.domid), *refs],
                            env=rig.machine.environment(), stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def run_backend(rig, name, pages=40, options=""):
    guest = rig.guest("granting", connect=False)
    refs = guest.ok(f"grant {pages} {options}")["refs"]
    process = backend(rig, name, guest, str(refs).split(","))
    errors = process.communicate()[1]
    equal(process.returncode, 0, f"selftest-backend {name} ({errors.strip()})")
    equal(rig.machine.usage(process.pid), {"handles": 0, "ports": 0, "mappings": 0, "pages": 0},
          "in use after the backend has ended")
    equal(guest.ok("ungrant")["mapped"], 0, "pages still mapped")


@scenario("sim", module=False)
def real_grant_library_maps_and_shares(rig):
    """libxengnttab maps pages in the order of their references, sees writes, unmaps."""
    run_backend(rig, "library")


@scenario("sim", module=False)
def gntdev_refuses_what_the_kernel_refuses(rig):
    """Refused: count 0 and too many, stale references, wrong size, second mapping, resizing, O_RDONLY."""
    run_backend(rig, "refusals")


@scenario("sim", module=False)
def read_only_grants_refuse_writing(rig):
    """A mapping for writing fails, one for reading works."""
    run_backend(rig, "read-only", options="readonly")


@scenario("sim", module=False)
def dmabuf_is_held_to_the_last(rig):
    """An exported dma-buf: refusals, size, the guest's pages in order, held by a mapping alone."""
    rig.start_machine("PVH")
    run_backend(rig, "dmabuf")


@scenario("sim", module=False)
def kernel_module_tells_of_releases(rig):
    """/dev/xen/dmabuf in a PV domain: held by a mapping alone, and the eventfd tells of its end."""
    rig.start_machine("PV", kernel_module=True)
    run_backend(rig, "module")


@scenario("sim", module=False)
def kernel_module_takes_read_only_grants(rig):
    """/dev/xen/dmabuf exports pages that were granted read-only, if it is asked for a read-only dma-buf."""
    rig.start_machine("PV", kernel_module=True)
    run_backend(rig, "module-read-only", options="readonly")


@scenario("sim", module=False)
def guest_pages_are_scattered(rig):
    """Neither the order of pages nor that of references can be relied upon."""
    run_backend(rig, "scattered", pages=300)


@scenario("sim", module=False)
def gntdev_descriptor_can_be_passed(rig):
    """It still maps after it was received over a socket, under another number."""
    run_backend(rig, "passing")


@scenario("sim", module=False)
def event_channels_mask_and_count_as_linux(rig):
    """1000 rounds, masking, merging, refusals of wrong ports, domains and second binds."""
    run_backend(rig, "events")


@scenario("sim", module=False)
def mapping_outlives_the_guest(rig):
    """A destroyed domain stays a zombie until its last page is unmapped."""
    guest = rig.guest("dying", connect=False)
    refs = str(guest.ok("grant 20")["refs"]).split(",")
    process = backend(rig, "outliving", guest, refs)
    equal(process.stdout.readline().strip(), "mapped", "the backend's first line")
    equal(rig.machine.domain(guest.domid)["mapped_pages"], 21, "pages mapped, including the store's ring")
    guest.kill()
    equal(rig.machine.domain(guest.domid)["state"], "dying", "the domain's state")
    process.stdin.write("look\n")
    process.stdin.flush()
    equal(process.stdout.readline().strip(), "unmapped", "the backend's second line")
    check(wait_until(lambda: rig.machine.domain(guest.domid) is None, 3), "the zombie is still there after 3 s")
    process.stdin.write("end\n")
    process.communicate()
    equal(process.returncode, 0, "the backend's exit status")


@scenario("sim", module=False)
def killed_backend_gives_everything_back(rig):
    """kill -9: mappings and ports are gone, the guest may free its pages."""
    guest = rig.guest("surviving", connect=False)
    refs = str(guest.ok("grant 20")["refs"]).split(",")
    process = backend(rig, "outliving", guest, refs)
    process.stdout.readline()
    equal(rig.machine.usage(process.pid)["pages"], 20, "pages mapped by the backend")
    process.kill()
    process.communicate()
    equal(rig.machine.usage(process.pid)["pages"], 0, "pages mapped by the killed backend")
    equal(guest.ok("ungrant")["mapped"], 0, "pages still mapped")


@scenario("sim", module=False)
def xenstored_sees_a_domain_vanish(rig):
    """Destruction raises VIRQ_DOM_EXC, and xenstored fires @releaseDomain."""
    guest = rig.guest("vanishing", connect=False)
    rig.machine.store.watch("@releaseDomain")
    equal(rig.machine.store.next_event(1), "@releaseDomain", "the watch's first event")
    before = rig.machine.watches()
    guest.ok("connect 0 publish")
    equal(rig.machine.watches(), before + 1, "watches with the guest's own")
    guest.kill()
    equal(rig.machine.store.next_event(5), "@releaseDomain", "the watch's event for the guest's end")
    equal(rig.machine.watches(), before, "watches after the guest's end")


@scenario("sim", module=False)
def crashed_guest_process_is_a_dead_domain(rig):
    """A guest whose process is gone counts as destroyed when the simulation next looks at it."""
    guest = rig.guest("crashing", connect=False)
    guest.crash_process()
    check(wait_until(lambda: rig.machine.domain(guest.domid) is None, 3), "the domain is still there after 3 s")
    guest.alive = False


@scenario("sim", module=False)
def guest_cannot_write_what_is_not_its_own(rig):
    """xenstored enforces the permissions that libxl sets."""
    one, two = rig.guest("one", connect=False), rig.guest("two", connect=False)
    for path in ("name", "device/vdispl/0/0/resolution", f"/local/domain/{two.domid}/data/x",
                 f"/local/domain/0/backend/vdispl/{one.domid}/0/state"):
        equal(one.send(f"xs-write {path} 1"), "error Permission denied", path)
    equal(one.send(f"xs-read /local/domain/{two.domid}/device/vdispl/0/state"),
          "error Permission denied", "reading another guest's nodes")
    one.ok("xs-write device/vdispl/0/state 1")
    # The directory of a connector belongs to the guest, the nodes in it do not.
    one.ok("xs-rm device/vdispl/0/0")
    one.ok("xs-write device/vdispl/0/0/resolution 1x1")


@scenario("sim", module=False)
def faults_hit_the_named_call_only(rig):
    """The Nth call of one program fails, and is counted; other calls and programs are not affected."""
    machine = rig.machine
    machine.control("fail", "selftest-backend", "gntdev.mmap", 2, "ENOMEM")
    guest = rig.guest("granting", connect=False)
    refs = str(guest.ok("grant 10")["refs"]).split(",")
    process = backend(rig, "library", guest, refs)
    errors = process.communicate()[1]
    equal(process.returncode, 1, "the backend's exit status with a fault")
    check("one && memcmp" in errors, f"not the second mapping failed, but: {errors}")
    equal(machine.counters()["faults"], [{"call": "gntdev.mmap", "calls": 2, "hits": 1}], "faults counted")
    machine.control("clear")
    machine.control("delay", "selftest-backend", "gntdev.map", 150)
    begin = time.monotonic()
    process = backend(rig, "library", guest, refs)
    process.communicate()
    equal(process.returncode, 0, "the backend's exit status without a fault")
    check(time.monotonic() - begin >= 0.3, "two calls delayed by 150 ms took less than 300 ms")


@scenario("sim", module=False)
def killed_guests_leave_the_lock_working(rig):
    """kill -9 of processes that wait for the machine's lock: the others can still take it."""
    done = subprocess.run([f"{rig.machine.build}/selftest-lock"], text=True, check=False,
                          env=rig.machine.environment(), capture_output=True)
    equal(done.returncode, 0, f"selftest-lock ({done.stderr.strip()})")


@scenario("sim", module=False)
def machines_do_not_see_each_other(rig):
    """Two machines at once: each has its own domains and its own xenstore."""
    from rig.machine import Machine
    other = Machine().start()
    try:
        rig.guest("here", connect=False)
        equal(len(other.counters()["domains"]), 1, "domains of the other machine")
        equal(other.store.list("/local/domain"), ["0"], "store of the other machine")
    finally:
        other.stop()


@scenario("sim", module=False)
def weston_runs_on_the_simulation_unharmed(rig):
    """Weston without the module, with two outputs; one is removed and comes back; sleep and wake."""
    weston = rig.weston(module=None, outputs=(("headless", 320, 240), ("second", 200, 100)))
    weston.expect("size=520x240", "solid=0,0,320,240,303030", "solid=320,0,200,100,303030")
    weston.control("output-off second")
    weston.expect("size=320x240")
    weston.control("output-on second")
    weston.expect("size=520x240")
    weston.control("sleep")
    weston.control("wake")


@scenario("sim", module=False)
def outputs_that_go_as_soon_as_they_come(rig):
    """The rig removes an output only after Weston's clients have bound it: else libwayland would end them, and Weston.

    Weston 14 crashes without our doing, in desktop-shell, about once in some hundred removed outputs."""
    weston = rig.weston(module=None, outputs=(("headless", 320, 240), ("second", 200, 100)))
    for _ in range(5):
        weston.control("output-off second")
        weston.control("output-on second")
    weston.expect("size=520x240")
    equal(weston.log().count("disconnected, respawning"), 0, "clients of Weston that were disconnected")


@scenario("sim", module=False)
def checker_sees_one_wrong_pixel(rig):
    """picture-check notices another picture, another size, and a colour that is off by one level."""
    weston = rig.weston(module=None, outputs=(("headless", 320, 240),))
    weston.expect("solid=10,10,20,20,303030")
    check(weston.check("solid=10,10,20,20,303130"), "a wrong colour passed")
    check(weston.check("picture=0,0,320,240,XR24,1"), "a wrong picture passed")
    check(weston.check("scaled=0,0,320,240,XR24,1,0,0,64,48,64,48"), "a wrong scaled picture passed")
    check(weston.check("size=321x240"), "a wrong size passed")


class Logged:
    """Stands in for Weston in skip_without_dmabuf()."""

    def __init__(self, line):
        self.line = line

    def log(self):
        return self.line

    def expect_log(self, pattern):
        check(pattern in self.line, f"no line with {pattern}")


def outcome(line):
    try:
        skip_without_dmabuf(Logged(line))
    except (Failure, Skip) as raised:
        return type(raised)
    return None


@scenario("sim", module=False)
def missing_dmabufs_are_skipped_or_fail(rig):
    """Without linux-dmabuf a scenario is skipped, or fails where SIM_NEEDS_DMABUF is set."""
    without = "dma-buf: off: Weston offers no linux-dmabuf"
    os.environ.pop("SIM_NEEDS_DMABUF", None)
    equal(outcome(without), Skip, "without linux-dmabuf")
    equal(outcome("dma-buf: on:"), None, "with linux-dmabuf")
    equal(outcome("dma-buf: off: another reason"), None, "for another reason")
    os.environ["SIM_NEEDS_DMABUF"] = "1"
    equal(outcome(without), Failure, "without linux-dmabuf, with SIM_NEEDS_DMABUF")
    equal(outcome("dma-buf: on:"), None, "with linux-dmabuf, with SIM_NEEDS_DMABUF")


if __name__ == "__main__":
    sys.exit(main())
