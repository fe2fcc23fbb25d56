# SPDX-License-Identifier: MIT
"""Reads a callgrind profile: how many instructions and system calls were spent on behalf of one library.

Used by bench.py, dmabuf.py, inputs.py and scale.py. Everything counts that runs between a call into the library from
outside and its return. What was spent in libraries that exist only in the test (`without`) is subtracted, and each
call into one of them counts as the one system call that it stands for. Reading the clock is a system call only under
valgrind, and is not counted. A call back into the library through one of the `inside` libraries is not counted
twice."""

import collections
import os
import pathlib
import subprocess

CLOCK = "clock"


class Profile:
    """Dumps what one process under callgrind spends, piece by piece."""

    def __init__(self, work):
        self.work = work  # a directory of its own
        self.tool = ["valgrind", "-q", "--tool=callgrind", "--collect-systime=yes",
                     f"--callgrind-out-file={work}/profile"]

    def dump(self, pid):
        """Writes a dump of what was spent since the last one, and returns its path."""
        subprocess.run(["vgdb", f"--pid={pid}", "dump"], check=True, capture_output=True, timeout=60)
        number = max(int(name.rpartition(".")[2]) for name in os.listdir(self.work) if "." in name)
        return f"{self.work}/profile.{number}"


def edges(path):
    """(calling object, called object) -> [calls, instructions, system calls], over all calls from one into another.
    Functions that read the clock count as an object of their own."""
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
            # the cost line that belongs to calls=: position, instructions, system calls; trailing zeros are left out
            if called is not None and called != here:
                costs = [calls, *map(int, line.split()[1:3]), 0, 0]
                found[here, called] = [before + more for before, more in zip(found[here, called], costs)]
            called = None
            calls = 0
    return found


def spent_for(path, library, inside=(), without=()):
    """Instructions and system calls on behalf of the library whose file name starts with library."""
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
    """Yields (object, function, instructions of the function itself, without what it calls) for each cost line."""
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
            # trailing zeros are left out
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
