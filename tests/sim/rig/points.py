# SPDX-License-Identifier: MIT
"""Weston with tests/faults/points.c behind the module: counts what it holds, and hurts its connections."""
import os

from .guest import Failure
from .machine import at_rest
from .weston import SCALE, ask


class FaultControl:
    """The socket of fault-points.so."""

    def __init__(self, path):
        self.path = path

    def tell(self, command):
        """Its answer, a number."""
        return int(ask(self.path, command) or "-1")

    def recorded(self):
        """From where each call was made that `record CALL` asked for: a list of stacks, which are numbers."""
        return [int(word, 16) for word in ask(self.path, "recorded").split()]


def weston_with_points(rig, **options):
    """Weston with fault-points.so, and the way to talk to that."""
    path = f"{rig.machine.directory}/fault-control"
    points = os.path.join(rig.machine.build, "..", "faults", "fault-points.so")
    os.environ["SIM_MODULES_MORE"] = os.path.abspath(points)
    environment = dict(options.pop("environment", {}), FAULT_CONTROL=path)
    weston = rig.weston(environment=environment, **options)
    return weston, FaultControl(path)


def used(rig, weston, points):
    """What must come back: what is live in Weston, the module's memory, what dom0 has granted."""
    return dict(weston.usage(), held=points.tell("held"), granted=rig.machine.domain(0)["grants"])


def used_at_rest(rig, weston, points):
    """The same, once it no longer changes."""
    found = at_rest(lambda: used(rig, weston, points), 10 * SCALE)
    if found is None:
        raise Failure(f"Weston does not come to rest: {used(rig, weston, points)}")
    return found


def start_other(rig):
    """A guest that has nothing to do with what happens, ready to flip between two framebuffers."""
    other = rig.guest("other", "160x120")
    for cookie in (1, 2):
        other.buffer(cookie, 160, 120, picture=cookie)
    other.show(1, 160, 120)
    return other
