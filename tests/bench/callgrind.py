# SPDX-License-Identifier: MIT
"""Reads a profile of callgrind and tells how many instructions and system calls were spent on behalf of one library.

Used by bench.py and dmabuf.py. Counted is what runs between a call into the library from outside and its return,
whatever it calls meanwhile included; taken off again is what was spent in libraries that exist only in the test, and
a call of theirs counts as the one system call that it stands for. A look at the clock is a system call only under
valgrind, and is not counted. A call into the library from beneath itself is not counted twice if it comes through one
of the `inside` libraries."""

import collections
import os
import pathlib
import subprocess

CLOCK = "clock"


class Profile:
    """What one process under callgrind has spent, in pieces."""

    def __init__(self, work):
        self.work = work  # a directory of its own
        self.tool = ["valgrind", "-q", "--tool=callgrind", "--collect-systime=yes",
                     f"--callgrind-out-file={work}/profile"]

    def dump(self, pid):
        """Writes what was spent since the last one, and returns its path."""
        subprocess.run(["vgdb", f"--pid={pid}", "dump"], check=True, capture_output=True, timeout=60)
        number = max(int(name.rpartition(".")[2]) for name in os.listdir(self.work) if "." in name)
        return f"{self.work}/profile.{number}"


def edges(path):
    """(calling object, called object) -> [calls, instructions, system calls], over all calls from one into another.
    What looks at the clock counts as an object of its own."""
    names = {}
    functions = {}
    found = collections.defaultdict(lambda: [0, 0, 0])
    here = called = None
    calls = 0

    def name(text, table):
        number, _, rest = text.partition(" ")
        if rest:
            table[number] = pathlib.PurePath(rest).name
        return table.get(number, text)

    for line in pathlib.Path(path).read_text(errors="replace").splitlines():
        if line.startswith("ob="):
            here = name(line[3:], names)
        elif line.startswith("fn="):
            name(line[3:], functions)
            called = None
        elif line.startswith("cob="):
            called = name(line[4:], names)
        elif line.startswith("cfn="):
            if name(line[4:], functions).startswith("clock_gettime"):
                called = CLOCK
        elif line.startswith("calls="):
            calls = int(line[6:].split()[0])
        elif calls:
            # the cost line that belongs to calls=: position, instructions, system calls; zeros at its end are left out
            if called is not None and called != here:
                costs = [calls, *map(int, line.split()[1:3]), 0, 0]
                found[here, called] = [before + more for before, more in zip(found[here, called], costs)]
            called = None
            calls = 0
    return found


def spent_for(path, library, inside=(), without=()):
    """Instructions, and system calls, on behalf of the library whose file name starts so."""
    instructions = system_calls = 0
    own = (library, *inside)
    for (caller, callee), (calls, instructions_there, system_calls_there) in edges(path).items():
        if callee.startswith(library) and not caller.startswith(own):
            instructions += instructions_there
            system_calls += system_calls_there
        elif callee.startswith(without) and caller.startswith(own):
            instructions -= instructions_there
            system_calls += calls - system_calls_there
        elif callee == CLOCK and caller.startswith(own):
            system_calls -= system_calls_there
    return instructions, system_calls


def own_costs(path):
    """(object, function, instructions of the function itself, without what it calls), again and again."""
    objects, functions = {}, {}
    here, of_call = ["", ""], False
    tables = {"ob": (objects, 0), "cob": (objects, None), "fn": (functions, 1), "cfn": (functions, None)}
    for line in pathlib.Path(path).read_text(errors="replace").splitlines():
        key, equals, text = line.partition("=")
        if equals and key in tables:
            table, place = tables[key]
            number, _, name = text.partition(" ")
            if name:
                table[number] = pathlib.PurePath(name).name
            if place is not None:
                here[place] = table.get(number, "")
        elif key == "calls":
            of_call = True
        elif line[:1].isdigit() or line[:1] in "+-*":
            # zeros at a line's end are left out
            costs = line.split()[1:]
            if costs and not of_call:
                yield *here, int(costs[0])
            of_call = False


def spent_in(path, wanted):
    """Instructions of these functions themselves, without what they call."""
    return sum(cost for _, function, cost in own_costs(path) if function in wanted)


def spent_by(path, library):
    """Instructions of the library's own functions, without what they call elsewhere."""
    return sum(cost for where, _, cost in own_costs(path) if where.startswith(library))
