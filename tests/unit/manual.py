#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks the man pages: that man warns of nothing, that each key of weston.ini.example stands in xen-display.ini(5)
with what is allowed for it, that pages name only keys and pages that there are, and that the version is one everywhere.

Run by meson with the source directory, the project's version and the pages. (unit/test-example holds
weston.ini.example to the table of options, unit/tool xen-displayctl(1) to the tool.)"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

# pages of others that ours name
OTHERS = {"weston(1)", "weston.ini(5)", "xl(1)", "xl.cfg(5)", "wayland-scanner(1)"}


def shown(page):
    """What man prints of a page, as one line, and its warnings."""
    done = subprocess.run(["man", "--warnings=w", "-l", "-P", "cat", page], text=True, capture_output=True, check=False,
                          env=dict(os.environ, MANWIDTH="200", LC_ALL="C.UTF-8", MAN_KEEP_FORMATTING=""))
    # words that were broken at a line's end
    text = re.sub("\N{HYPHEN}\n +", "", done.stdout)
    text = re.sub("-\n +", "-", text)
    return re.sub(r"\s+", " ", text), done.stderr.strip()


def keys_of(example):
    """{(section, key): what is allowed} of weston.ini.example."""
    found, section, before = {}, None, ""
    for line in example.split("\n"):
        if line.startswith("["):
            section = line
        key = re.match(r"#([a-z-]+)=", line)
        if key:
            found[section, key.group(1)] = before[2:]
        before = line
    return found


def check_keys(source, text):
    """Each key of the example, in its section, and no other."""
    keys = keys_of((source / "weston.ini.example").read_text())
    if len(keys) < 40:
        yield f"weston.ini.example has {len(keys)} keys only"
    parts = re.split(r"SECTION (\[[a-z-]+\])", text)
    for section, part in zip(parts[1::2], parts[2::2]):
        part = part.split("PLACES, WINDOWS AND INPUT")[0]
        for (of, key), allowed in keys.items():
            if of == section and f"{allowed}." not in part.split(f" {key}=", 1)[-1]:
                yield f"xen-display.ini(5) lacks {section} {key}=, {allowed}"
    # of weston.ini, of xl, and --config=
    known = {key for _, key in keys} | {"modules", "scale", "transform", "connectors", "feature-abs-pointer", "config"}
    for key in re.findall(r"\b([a-z][a-z-]+)=", text):
        if key not in known:
            yield f"xen-display.ini(5) has the key {key}=, which there is not"
    if set(parts[1::2]) != {section for section, _ in keys}:
        yield f"xen-display.ini(5) has the sections {parts[1::2]}"


def check_names(pages, texts):
    """Pages that are named are there."""
    have = OTHERS | {f"{os.path.basename(page)[:-2]}({page[-1]})" for page in pages}
    for page, text in texts.items():
        for name in re.findall(r"\b([a-z][a-z.-]*\([1-8]\))", text):
            if name not in have:
                yield f"{page} names {name}, which there is not"


def check_version(source, version):
    """NEWS.md, the kernel module's package and debian/changelog are of this version."""
    for name, pattern in (("NEWS.md", r"^## (\d\S*)$"), ("kernel/dkms.conf", r'^PACKAGE_VERSION="(.*)"$'),
                          ("debian/changelog", r"^weston-xen-display \((.*)-[^-]*\)")):
        # a package's source has a changelog of its own
        path = source / name
        found = re.search(pattern, path.read_text(), re.MULTILINE) if path.exists() else None
        if path.exists() and (not found or found.group(1) != version):
            yield f"{name} is of {found and found.group(1)}, meson.build of {version}"


def main():
    source, version, *pages = sys.argv[1:]
    source = pathlib.Path(source)
    complaints = list(check_version(source, version))
    if not shutil.which("man"):
        print("no man here; the pages were not looked at")
        sys.exit("\n".join(complaints) if complaints else 77)
    texts = {}
    for page in pages:
        name = os.path.basename(page)
        texts[name], warnings = shown(page)
        if warnings or len(texts[name]) < 1000:
            complaints.append(f"man -l {name}: {warnings or texts[name]}")
    complaints += check_keys(source, texts["xen-display.ini.5"])
    complaints += check_names(pages, texts)
    print("\n".join(complaints))
    print(f"{len(pages)} pages, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
