#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that the rooms of plugin/ know each other in one direction only.

A folder is a room: base, pure, xen, device, weston. A file includes, as "room/file.h", only files of its own room and
of those before it; no files include each other in a circle, and none of a room call each other in a circle, as nm
tells of its archive. Run by meson with the directory and the archives as arguments; before it looks there it
proves on made-up files that it finds each kind of fault.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOMS = ("base", "pure", "xen", "device", "weston")

# Each library of Xen is used in one place.
ONLY_IN = {
    "xenstore.h": {"xen/store.c", "xen/node.c", "xen/node.h", "xen/xenbus.c", "xen/xenbus.h"},
    "xenevtchn.h": {"xen/channel.c"},
    "xengnttab.h": {"xen/grants.c"},
    "xentoollog.h": {"xen/grants.c"},
    "xen/sys/gntdev.h": {"xen/grants.c"},
    "xen-dmabuf.h": {"xen/grants.c"},
    "pixman.h": {"weston/convert.c", "pure/formats.c"},
    "xf86drm.h": {"xen/allocator.c"},
    "xf86drmMode.h": {"xen/allocator.c"},
}

# Where a header of others may be seen; pure code has no input and output but its arguments.
ALLOWED = [
    (r"libweston|weston|wayland-client|wayland-server", {"weston"}),
    (r"wayland-util\.h", {"base", "xen", "device", "weston"}),
    (r"xf86drm|libdrm/|linux/dma-heap|xenstore|xenevtchn|xengnttab|xenctrl|xen/sys/|xen-dmabuf", {"xen"}),
    (r"sys/(?!types\.h)|poll\.h|fcntl\.h|signal\.h|dirent\.h|spawn\.h|semaphore\.h",
     {"base", "xen", "device", "weston"}),
]


def circles(arrows):
    """The sets of names that reach each other; arrows: a dictionary of name to the names that it needs."""
    reached = {}

    def reach(name):
        found, left = set(), [name]
        while left:
            for other in arrows.get(left.pop(), ()):
                if other not in found:
                    found.add(other)
                    left.append(other)
        return found

    for name in arrows:
        reached[name] = reach(name)
    found = set()
    for name in arrows:
        if name in reached[name]:
            found.add(frozenset(other for other in reached[name] if name in reached.get(other, ())))
    return sorted(map(sorted, found))


def complaints_about(files, public=()):
    """Complaints about a dictionary of "room/file" to text; public: names of our installed headers."""
    found = []
    arrows = {}
    for name, text in sorted(files.items()):
        room, _, file = name.rpartition("/")
        if room not in ROOMS:
            found.append(f"{name}: there is no room of this name")
            continue
        arrows[name] = set()
        for own in re.findall(r'^\s*#\s*include\s+"([^"]+)"', text, re.M):
            if own.endswith("-protocol.h") or own in public:
                if room != "weston":
                    found.append(f"{name}: includes {own}, which is for weston/ only")
            elif own not in files:
                found.append(f"{name}: includes {own}, which is not here; write it as \"room/file.h\"")
            elif ROOMS.index(own.split("/")[0]) > ROOMS.index(room):
                found.append(f"{name}: includes {own} of a later room")
            else:
                arrows[name].add(own)
        for header in re.findall(r"^\s*#\s*include\s+<([^>]+)>", text, re.M):
            for pattern, rooms in ALLOWED:
                if re.match(pattern, header) and room not in rooms:
                    found.append(f"{name}: <{header}> is not for {room}/")
            if name not in ONLY_IN.get(header, {name}):
                found.append(f"{name}: <{header}> is for {' '.join(sorted(ONLY_IN[header]))} only")
    return found + [f"files include each other: {' '.join(circle)}" for circle in circles(arrows)]


def calls_between(symbols):
    """Which objects need which; symbols: lines of "object: [address] letter name", as nm -A prints them."""
    defined, needed = {}, []
    for line in symbols.splitlines():
        place, _, rest = line.rpartition(":")
        words = rest.split()
        if len(words) < 2:
            continue
        where = Path(place.split(":")[-1]).name.replace(".c.o", "")
        if words[-2] == "U":
            needed.append((where, words[-1]))
        elif words[-2] in "TDBRV":
            defined[words[-1]] = where
    arrows = {where: set() for where in defined.values()}
    for where, symbol in needed:
        if defined.get(symbol, where) != where:
            arrows.setdefault(where, set()).add(defined[symbol])
    return arrows


def prove():
    """Each of these has one fault."""
    faults = [
        {"cellar/a.c": ""},
        {"pure/a.c": '#include "b.h"\n', "pure/b.h": ""},
        {"pure/a.c": '#include "xen/b.h"\n', "xen/b.h": ""},
        {"pure/a.c": '#include "pure/missing.h"\n'},
        {"device/a.c": '#include "xdg-shell-client-protocol.h"\n'},
        {"device/a.c": '#include "public.h"\n'},
        {"pure/a.c": "#include <libweston/libweston.h>\n"},
        {"pure/a.c": "#  include <sys/mman.h>\n"},
        {"device/a.c": "#include <wayland-client.h>\n"},
        {"xen/a.c": "#include <xengnttab.h>\n"},
        {"base/a.c": "#include <xenctrl.h>\n"},
        {"pure/a.h": '#include "pure/b.h"\n', "pure/b.h": '#include "pure/c.h"\n', "pure/c.h": '#include "pure/a.h"\n'},
    ]
    for fault in faults:
        if len(complaints_about(fault, {"public.h"})) != 1:
            sys.exit(f"layers.py does not find the one fault in {fault}")
    fine = {
        "pure/a.c": '#include "pure/a.h"\n#include "base/base.h"\n#include <xen/io/displif.h>\n',
        "pure/a.h": "",
        "base/base.h": "#include <stdint.h>\n#include <unistd.h>\n",
        "xen/grants.c": "#include <xengnttab.h>\n#include <sys/mman.h>\n",
        "weston/module.c": '#include "public.h"\n',
    }
    found = complaints_about(fine, {"public.h"})
    if found:
        sys.exit(f"layers.py finds fault where there is none: {found}")
    symbols = "lib.a:a.c.o:0000000000000000 T a\nlib.a:a.c.o:                 U b\nlib.a:b.c.o:0000000000000010 T b\n"
    if circles(calls_between(symbols)):
        sys.exit("layers.py finds a circle of calls where there is none")
    if circles(calls_between(symbols + "lib.a:b.c.o:                 U a\n")) != [["a", "b"]]:
        sys.exit("layers.py does not find a circle of calls")


def main():
    prove()
    directory, archives = Path(sys.argv[1]), sys.argv[2:]
    files = {f"{p.parent.name}/{p.name}": p.read_text() for p in directory.glob("*/*.[ch]")}
    public = {p.name for p in directory.parent.glob("include/*.h")}
    found = complaints_about(files, public)
    found += [f"there is {p.name} beside the rooms" for p in directory.glob("*.[ch]")]
    objects = 0
    for archive in archives:
        symbols = subprocess.run(["nm", "-A", archive], check=True, capture_output=True, text=True).stdout
        calls = calls_between(symbols)
        objects += len(calls)
        found += [f"files call each other: {' '.join(circle)}" for circle in circles(calls)]
    if len(files) < 10 or objects < 10:
        sys.exit(f"{directory}: only {len(files)} files and {objects} objects")
    for complaint in found:
        print(complaint, file=sys.stderr)
    print(f"{len(files)} files, {objects} objects, {len(found)} complaints")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
