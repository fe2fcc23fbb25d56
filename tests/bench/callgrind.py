# SPDX-License-Identifier: MIT
"""Reads a profile of callgrind and tells how many instructions were spent on behalf of one library.

Used by bench.py. Counted is what runs between a call into the library from outside and its return, whatever it
calls meanwhile included; taken off again is what was spent in libraries that exist only in the test. A call
into the library from beneath itself is not counted twice if it comes through one of the `inside` libraries."""

import collections
import pathlib


def edges(path):
    """(calling object, called object) -> instructions, over all calls from one object into another."""
    names = {}
    found = collections.Counter()
    here = called = None
    after_calls = False

    def name(text):
        number, _, rest = text.partition(" ")
        if rest:
            names[number] = pathlib.PurePath(rest).name
        return names.get(number, text)

    for line in pathlib.Path(path).read_text(errors="replace").splitlines():
        if line.startswith("ob="):
            here = name(line[3:])
        elif line.startswith("fn="):
            called = None
        elif line.startswith("cob="):
            called = name(line[4:])
        elif line.startswith("calls="):
            after_calls = True
        elif after_calls:
            # the cost line that belongs to calls=: position, instructions
            after_calls = False
            if called is not None and called != here:
                found[here, called] += int(line.split()[1])
            called = None
    return found


def spent_for(path, library, inside=(), without=()):
    """Instructions on behalf of the library whose file name starts so."""
    total = 0
    own = (library, *inside)
    for (caller, callee), cost in edges(path).items():
        if callee.startswith(library) and not caller.startswith(own):
            total += cost
        elif callee.startswith(without) and caller.startswith(own):
            total -= cost
    return total
