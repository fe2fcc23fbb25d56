# SPDX-License-Identifier: MIT
"""Weston with fault-points.so (tests/faults/points.c), which counts what the module holds and cuts its connections."""
import os

from .guest import Failure
from .machine import at_rest
from .weston import SCALE, ask


class FaultControl:
    """The socket of fault-points.so."""

    def __init__(self, path):
        self.path = path

    def tell(self, command):
        """Sends a command; returns the answer, which is a number."""
        return int(ask(self.path, command) or "-1")

    def recorded(self):
        """A hash of the stack of each call made since `record CALL`, in the order of the calls."""
        return [int(word, 16) for word in ask(self.path, "recorded").split()]


def weston_with_points(rig, **options):
    """Starts Weston with fault-points.so; returns it, and the FaultControl."""
    path = f"{rig.machine.directory}/fault-control"
    points = os.path.join(rig.machine.build, "..", "faults", "fault-points.so")
    os.environ["SIM_MODULES_MORE"] = os.path.abspath(points)
    environment = dict(options.pop("environment", {}), FAULT_CONTROL=path)
    weston = rig.weston(environment=environment, **options)
    return weston, FaultControl(path)


def used(rig, weston, points):
    """What must be given back: what Weston has in use, the module's memory, what dom0 has granted."""
    return dict(weston.usage(), held=points.tell("held"), granted=rig.machine.domain(0)["grants"])


def used_at_rest(rig, weston, points):
    """What used() returns once it no longer changes."""
    found = at_rest(lambda: used(rig, weston, points), 10 * SCALE)
    if found is None:
        raise Failure(f"what Weston has in use keeps changing: {used(rig, weston, points)}")
    return found


def start_other(rig):
    """A second guest, which the test leaves alone, ready to flip between two framebuffers."""
    other = rig.guest("other", "160x120")
    for cookie in (1, 2):
        other.buffer(cookie, 160, 120, picture=cookie)
    other.show(1, 160, 120)
    return other
