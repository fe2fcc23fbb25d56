#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that a file of plugin/ includes only its own layer and those above it.

Each file names its layer in its opening comment ("Layer 1: ..."). 0 base, 1 pure,
2 Xen, 3 device, 4 Weston. Run by meson with the directory as argument; before it
looks there it proves on made-up files that it finds each kind of fault.
"""

import re
import sys
from pathlib import Path

# The layers that the design fixes; other files choose theirs.
FIXED = {
    0: "base limits log",
    1: "displif-decode page-directory event-page geometry formats xenbus-table edid flip options places",
    2: "store xenbus channel grants allocator ring worker",
    3: "account device backing connector request",
    4: "module client placement convert config compat",
}
LAYER_OF_STEM = {stem: layer for layer, stems in FIXED.items() for stem in stems.split()}

# Each library of Xen is used in one place.
ONLY_IN = {
    "xenstore.h": {"store.c", "store.h", "xenbus.c", "xenbus.h"},
    "xenevtchn.h": {"channel.c"},
    "xengnttab.h": {"grants.c"},
    "xentoollog.h": {"grants.c"},
    "xen/sys/gntdev.h": {"grants.c"},
    "pixman.h": {"convert.c", "formats.c"},
    "xf86drm.h": {"allocator.c"},
    "xf86drmMode.h": {"allocator.c"},
}

# Least layer that may see a header; pure code has no input and output but its arguments.
LEAST_LAYER = [
    (r"libweston|weston|wayland-client|wayland-server", 4),
    (r"wayland-util\.h|xf86drm|libdrm/|linux/dma-heap", 2),
    (r"xenstore|xenevtchn|xengnttab|xenctrl|xen/sys/", 2),
    (r"sys/(?!types\.h)|poll\.h|fcntl\.h|signal\.h|dirent\.h|spawn\.h|semaphore\.h", 2),
]


def layer_of(text):
    comment = re.search(r"\bLayer ([0-4])\b", text[:600])
    return int(comment.group(1)) if comment else None


def complaints_about(files, public=()):
    """Complaints about a dictionary of file name to text; public: names of our installed headers."""
    found = []
    layers = {name: layer_of(text) for name, text in files.items()}
    for name, text in sorted(files.items()):
        layer = layers[name]
        if layer is None:
            found.append(f"{name}: the opening comment does not say \"Layer N\"")
            continue
        fixed = LAYER_OF_STEM.get(Path(name).stem, layer)
        if layer != fixed:
            found.append(f"{name}: says layer {layer}, but belongs to layer {fixed}")
        for own in re.findall(r'^\s*#\s*include\s+"([^"]+)"', text, re.M):
            if own.endswith("-protocol.h") or own in public:
                least = 4
            elif own not in files:
                found.append(f"{name}: includes {own}, which is not here")
                continue
            else:
                least = layers[own] or 0
            if least > layer:
                found.append(f"{name}: layer {layer} includes {own} of layer {least}")
        for header in re.findall(r"^\s*#\s*include\s+<([^>]+)>", text, re.M):
            least = max((l for p, l in LEAST_LAYER if re.match(p, header)), default=0)
            if least > layer:
                found.append(f"{name}: layer {layer} includes <{header}> of layer {least}")
            if name not in ONLY_IN.get(header, {name}):
                found.append(f"{name}: <{header}> is for {' '.join(sorted(ONLY_IN[header]))} only")
    return found


def prove():
    """Each of these has one fault."""
    head = "/* Layer %d: x */\n"
    faults = [
        {"a.c": "/* no layer */\n"},
        {"flip.c": head % 2},
        {"a.c": head % 1 + '#include "b.h"\n', "b.h": head % 2},
        {"a.c": head % 1 + '#include "missing.h"\n'},
        {"a.c": head % 3 + '#include "xdg-shell-client-protocol.h"\n'},
        {"a.c": head % 3 + '#include "public.h"\n'},
        {"a.c": head % 1 + "#include <libweston/libweston.h>\n"},
        {"a.c": head % 1 + "#  include <sys/mman.h>\n"},
        {"a.c": head % 3 + "#include <wayland-client.h>\n"},
        {"a.c": head % 2 + "#include <xengnttab.h>\n"},
        {"a.c": head % 1 + "#include <xen/sys/gntdev.h>\n", "grants.c": head % 2},
    ]
    for fault in faults:
        if not complaints_about(fault, {"public.h"}):
            sys.exit(f"layers.py finds no fault in {fault}")
    fine = {
        "a.c": head % 1 + '#include "a.h"\n#include "base.h"\n#include <xen/io/displif.h>\n',
        "a.h": head % 1,
        "base.h": head % 0 + "#include <stdint.h>\n#include <unistd.h>\n",
        "grants.c": head % 2 + "#include <xengnttab.h>\n#include <sys/mman.h>\n",
        "module.c": head % 4 + '#include "public.h"\n',
    }
    found = complaints_about(fine, {"public.h"})
    if found:
        sys.exit(f"layers.py finds fault where there is none: {found}")


def main():
    prove()
    directory = Path(sys.argv[1])
    files = {p.name: p.read_text() for p in directory.glob("*.[ch]")}
    if len(files) < 10:
        sys.exit(f"{directory}: only {len(files)} files")
    public = {p.name for p in directory.parent.glob("include/*.h")}
    found = complaints_about(files, public)
    for complaint in found:
        print(complaint, file=sys.stderr)
    print(f"{len(files)} files, {len(found)} complaints")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
