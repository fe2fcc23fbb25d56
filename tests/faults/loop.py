# SPDX-License-Identifier: MIT
"""Every call to another library or to the kernel that the module makes during a guest's life fails once.

For each kind of call one Weston runs all stories repeatedly; in the Nth round the Nth call of that
kind fails, until a round makes fewer calls than that. Of the most frequent calls only the first and the
last from each call site fail (ends_of_places()), or all with FAULTS_ALL=1. After each round Weston must
run, the guest's resources must be released, the other guest must flip, and the log must name the cause
of anything that went wrong for the guest.
"""
import itertools
import os
import re
import time

import stories
from rig.machine import wait_until
from rig.points import start_other, used, used_at_rest, weston_with_points
from rig.runner import Failure, check, equal, scenario, skip_without_dmabuf
from rig.weston import SCALE

# Lines of the log that are there without any fault, although words of them may match CAUSE.
ORDINARY = r": path \w|disconnected after|dma-buf: o"
CAUSE = r"xen-display: .*(failed \(|memory|descriptors|cannot|could not|refuse|lost|ended)"


# Made so often that each story is a test of its own: a single test would outlast the whole run.
LONG = ("calloc", "xs_read")
# Made so often from the same call sites that only two calls of each site fail.
OFTEN = (*LONG, "xs_check_watch", "wl_array_add", "xs_transaction_start", "xs_transaction_end")


class Kind:
    """A kind of call, and the error it fails with. of_flips: every flip of any guest makes it. cause: what the log must
    say if the guest notices. only: the stories to run."""

    def __init__(self, call, error="ENOMEM", of_flips=False, cause=CAUSE, only=None):
        self.call = call
        self.error = error
        self.of_flips = of_flips
        self.cause = cause
        self.only = only


ALLOCATED = (stories.allocated,)
WINDOWED = (stories.windowed,)
CARDED = (stories.carded,)
ASKED = (stories.asked,)
AWAITED = (stories.awaited,)
KINDS = (
    Kind("calloc"),
    Kind("open", "EMFILE"),
    Kind("gntdev.map"), Kind("gntdev.mmap", "EINVAL"), Kind("gntdev.unmap", "ENOENT"),
    Kind("evtchn.bind-interdomain", "ENOSPC"), Kind("xenevtchn_unbind", "EINVAL"),
    Kind("evtchn.notify", "EIO", of_flips=True), Kind("evtchn.unmask", "EIO", of_flips=True),
    Kind("xs_open", "EMFILE"), Kind("xs_read", "EIO"), Kind("xs_write", "EIO"),
    Kind("xs_directory", "EIO"), Kind("xs_watch", "EIO"),
    Kind("xs_transaction_start", "ENOSPC"), Kind("xs_transaction_end", "EIO"),
    Kind("xs_check_watch", "EAGAIN"),
    Kind("socketpair", "EMFILE"), Kind("module.wl_client_create"), Kind("wl_display_connect_to_fd"),
    Kind("wl_event_loop_add_fd"), Kind("wl_event_loop_add_idle"),
    Kind("wl_event_loop_add_timer"), Kind("wl_array_add"),
    Kind("wl_dup", "EMFILE"), Kind("wl_client_get_object"),
    Kind("weston_view_create"), Kind("pool.mmap"),
    Kind("memfd_create", "EMFILE"), Kind("ftruncate64", "ENOSPC"), Kind("mmap64"),
    Kind("heap.alloc", only=ALLOCATED), Kind("dmabuf.import", only=ALLOCATED),
    Kind("dmabuf.release", "EIO", only=ALLOCATED),
    Kind("calloc", only=WINDOWED), Kind("memfd_create", "EMFILE", only=WINDOWED),
    Kind("ftruncate64", "ENOSPC", only=WINDOWED), Kind("mmap64", only=WINDOWED),
    Kind("calloc", only=CARDED), Kind("memfd_create", "EMFILE", only=CARDED),
    Kind("ftruncate64", "ENOSPC", only=CARDED), Kind("mmap64", only=CARDED),
    Kind("calloc", only=AWAITED), Kind("socketpair", "EMFILE", only=AWAITED),
    Kind("calloc", only=ASKED), Kind("memfd_create", "EMFILE", only=ASKED), Kind("mmap64", only=ASKED),
    Kind("wl_event_loop_add_fd", only=ASKED), Kind("wl_event_loop_add_idle", only=ASKED),
    Kind("wl_event_loop_add_timer", only=ASKED),
)

# Dma-bufs need a renderer that takes them: that of Weston 14 or later with GL.
EXPORTED = (stories.exported,)
GL_KINDS = (
    Kind("calloc", only=EXPORTED), Kind("open", "EMFILE", only=EXPORTED),
    Kind("dmabuf.export", only=EXPORTED), Kind("dmabuf.wait-released", "EIO", only=EXPORTED),
    Kind("wl_event_loop_add_fd", only=EXPORTED),
    Kind("module.wl_client_create", only=EXPORTED), Kind("gntdev.map", only=EXPORTED),
)


class Round:
    """The machine on which the stories of one kind of call run in turn, and what was found so far."""

    def __init__(self, rig, kind, renderer="pixman"):
        self.rig = rig
        self.kind = kind
        rig.start_machine("PVH")
        config = stories.CONFIG
        if renderer == "gl":
            config = config.replace("[xen-display]\n", "[xen-display]\ndmabuf=force\n")
        self.weston, self.faults = weston_with_points(rig, outputs=stories.OUTPUTS,
                                                      renderer=renderer, config=config,
                                                      cards=kind.only is CARDED,
                                                      seat=renderer != "gl")
        self.weston.expect_log("dma-buf: o")
        if renderer == "gl":
            skip_without_dmabuf(self.weston)
        self.other = start_other(rig)
        self.base = None
        self.rounds = 0
        self.findings = []  # failures after which Weston still runs

    def used(self):
        return used(self.rig, self.weston, self.faults)

    def come_to_rest(self):
        """What is in use while only the other guest is there, once it no longer changes."""
        return used_at_rest(self.rig, self.weston, self.faults)

    def expect_rest(self, text):
        last = {}

        def back():
            nonlocal last
            last = self.used()
            return all(last[key] <= value for key, value in self.base.items()) and \
                len(self.rig.machine.counters()["domains"]) == 2

        check(wait_until(back, 5 * SCALE, 0.03),
              f"{text}: not given back: {last}, before {self.base}; "
              f"{self.rig.machine.counters()['domains']}")

    def tell(self, story, text):
        """Runs one story with the fault that is armed; returns what went wrong, and how many calls failed."""
        log_begin = len(self.weston.log())
        if not self.kind.of_flips:
            self.other.ok("animate 0 0 0 1 2")
        told = stories.Story(self.rig, self.weston, self.faults)
        story(told)
        faults = self.rig.machine.counters()["faults"]
        self.rig.machine.control("clear")
        text = f"{text}: {told.wrong}"
        equal(self.weston.process.poll(), None, f"{text}: Weston's exit status")
        if not self.kind.of_flips:
            flips = self.other.ok("animation 0 0 stop")["flips"]
            check(flips > 0, f"{text}: the other guest flipped {flips} times, expected more")
            self.other.event("flip", 3)
        self.other.drain()
        self.other.events.clear()
        self.other.flip(1)
        hits = sum(fault["hits"] for fault in faults)
        log = "\n".join(line for line in self.weston.log()[log_begin:].splitlines()
                        if not re.search(ORDINARY, line))
        if told.wrong and hits:
            check(re.search(self.kind.cause, log), f"{text}: the log does not say why: {log[-600:]}")
        self.rounds += 1
        if story is stories.losses:
            self.replace_other()
        return told.wrong, hits

    def replace_other(self):
        """The other guest has lost its connection too: after a few such losses it would have to wait for the next."""
        self.other.destroy()
        self.rig.guests.remove(self.other)
        self.other = start_other(self.rig)

    def round(self, story, text):
        """Runs one story and checks what must hold after it; returns how many calls failed in it."""
        hits = 1
        begin = time.monotonic()
        try:
            wrong, hits = self.tell(story, text)
            if os.environ.get("FAULTS_VERBOSE"):
                print(f"    {time.monotonic() - begin:5.1f} s {text}: {wrong}", flush=True)
            check(hits or not wrong, f"{text}: no call failed, but this went wrong: {wrong}")
            if story is stories.losses:
                # The other guest was replaced by a new one.
                self.base = self.come_to_rest()
            self.expect_rest(f"{text}: {wrong}")
        except Failure as failure:
            if self.weston.process.poll() is not None or len(self.findings) > 20:
                raise
            self.findings.append(failure)
            self.rig.machine.control("clear")
            self.base = self.come_to_rest()
        return hits

    def arm(self, number):
        self.rig.machine.control("fail", "weston", self.kind.call, number, self.kind.error)

    def without_fault(self, story):
        """Runs the story without a fault, which must go well; returns the stack of each call of the kind."""
        self.faults.tell(f"record {self.kind.call}")
        wrong, _ = self.tell(story, f"{story.__name__} without any fault")
        equal(wrong, [], f"{story.__name__} without any fault")
        stacks = self.faults.recorded()
        self.base = self.base or self.come_to_rest()
        return stacks


def ends_of_places(stacks):
    """The numbers of the calls that are the first or the last from their call site. What a failing call leaves to clean
    up was made by the calls before it, so these two differ most: nothing is there yet, or everything is."""
    first, last = {}, {}
    for number, stack in enumerate(stacks, 1):
        first.setdefault(stack, number)
        last[stack] = number
    return sorted({*first.values(), *last.values()})


def numbers_to_fail(kind, stacks):
    """The numbers of the calls that fail, one in each round."""
    if kind.call in OFTEN and not os.environ.get("FAULTS_ALL"):
        check(stacks, f"the story was expected to call {kind.call}, but no call is recorded")
        return ends_of_places(stacks)
    return itertools.count(1)


def run_kind(rig, kind, renderer="pixman"):
    """Runs all stories of the kind with its first, its second, ... call failing."""
    now = Round(rig, kind, renderer)
    calls = 0
    for story in kind.only or stories.STORIES:
        stacks = now.without_fault(story)
        for number in numbers_to_fail(kind, stacks):
            now.arm(number)
            hits = now.round(story, f"{story.__name__} with call {number} of {kind.call} failing")
            calls += hits > 0
            if not hits and number > len(stacks):
                break
    if renderer == "gl":
        rig.let_go(now.weston)
    check(calls > 0, f"no story reached a call of {kind.call} that was to fail")
    check(not now.findings, "\n    ".join(map(str, now.findings)))
    print(f"         {kind.call}: {calls} calls failed in {now.rounds} stories", flush=True)


def register(kind, group="faults", renderer="pixman"):
    def loop(rig):
        run_kind(rig, kind, renderer)

    only = kind.only or ()
    alone = kind.call in LONG and group == "faults" or only in (WINDOWED, CARDED, ASKED, AWAITED)
    where = f"_in_{only[0].__name__}" if alone else ""
    loop.__name__ = "call_" + kind.call.replace(".", "_") + where
    loop.__doc__ = f"Each call of {kind.call} fails once ({kind.error})."
    scenario(group, limit=400)(loop)


for each in sorted(KINDS, key=lambda kind: kind.call not in LONG):
    if each.call in LONG and not each.only:
        for story in stories.STORIES:
            register(Kind(each.call, each.error, each.of_flips, each.cause, (story,)))
    else:
        register(each)
for each in GL_KINDS:
    register(each, "faults-gl", "gl")
