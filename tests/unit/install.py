#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks where the module would be installed: below the prefix, where -Dmodule-dir says, and never in a sysroot; and
that all the rest is installed with it.

Run by meson with the source directory as argument; it configures builds of its own, without the tests."""

import json
import os
import shutil
import subprocess
import sys
import tempfile


# A compiler for this machine that meson takes for a cross compiler, and everything in a sysroot.
CROSS_FILE = """[binaries]
c = 'cc'
pkgconfig = 'pkg-config'
[properties]
sys_root = '{sysroot}'
pkg_config_libdir = [{folders}]
needs_exe_wrapper = false
[host_machine]
system = 'linux'
cpu_family = '{machine}'
cpu = '{machine}'
endian = 'little'
"""


# Besides the module; man pages and the tool only where they are built.
FILES = """include/xen-display-api.h
lib/arch/pkgconfig/weston-xen-display.pc
share/pkgconfig/weston-xen-display-protocols.pc
share/weston-xen-display/xen-display-control-v1.xml
share/licenses/weston-xen-display/LICENSE
share/doc/weston-xen-display/README.md
share/doc/weston-xen-display/NEWS.md
share/doc/weston-xen-display/examples/weston.ini.example
share/doc/weston-xen-display/examples/list-screens.c
share/doc/weston-xen-display/examples/systemd
share/doc/weston-xen-display/examples/xl""".split()
OF_TOOL = """bin/xen-displayctl
share/bash-completion/completions/xen-displayctl
share/zsh/site-functions/_xen-displayctl
share/fish/vendor_completions.d/xen-displayctl.fish""".split()
PAGES = ["share/man/man5/xen-display.ini.5", "share/man/man7/weston-xen-display.7"]


def installed(source, *options):
    """Where "meson install" would put things: {file of the build: path}."""
    with tempfile.TemporaryDirectory() as work:
        os.mkdir(f"{work}/sysroot")
        os.symlink("/usr", f"{work}/sysroot/usr")
        said = subprocess.run(["pkg-config", "--variable=pc_path", "pkg-config"], check=True, capture_output=True,
                              text=True)
        folders = ", ".join(f"'{folder}'" for folder in said.stdout.strip().split(":"))
        with open(f"{work}/cross", "w") as file:
            file.write(CROSS_FILE.format(sysroot=f"{work}/sysroot", folders=folders, machine=os.uname().machine))
        options = [option.replace("CROSS", f"{work}/cross") for option in options]
        subprocess.run(["meson", "setup", "-Dtests=false", "--libdir=lib/arch", *options, f"{work}/build", source],
                       check=True, capture_output=True, text=True)
        said = subprocess.run(["meson", "introspect", "--installed", f"{work}/build"], check=True,
                              capture_output=True, text=True)
    return json.loads(said.stdout)


def module_folder(to):
    return next(os.path.dirname(path) for name, path in to.items() if name.endswith("/xen-display.so"))


def lacking(to):
    """What should have been installed with the module."""
    wanted = list(FILES)
    if any(name.endswith("/xen-displayctl") for name in to):
        wanted += OF_TOOL
    if shutil.which("scdoc"):
        wanted += PAGES
    return ", ".join(path for path in wanted if f"/usr/{path}" not in to.values())


def main():
    cases = [
        ("/usr/lib/arch/weston", ["--prefix=/usr"]),
        ("/opt/weston/lib/arch/weston", ["--prefix=/opt/weston"]),
        ("/opt/weston/lib/modules", ["--prefix=/opt/weston", "-Dmodule-dir=lib/modules"]),
        ("/srv/modules", ["--prefix=/opt/weston", "-Dmodule-dir=/srv/modules"]),
        ("/usr/lib/arch/weston", ["--prefix=/usr", "--cross-file=CROSS"]),
    ]
    wrong = 0
    lacks = None
    for number, (expected, options) in enumerate(cases, 1):
        try:
            to = installed(sys.argv[1], *options)
            got = module_folder(to)
            lacks = lacking(to) if lacks is None else lacks
        except subprocess.CalledProcessError as failure:
            got = f"meson failed: {failure.stdout[-500:]}"
        print(f"{'ok' if got == expected else 'not ok'} {number} {' '.join(options)}")
        if got != expected:
            wrong += 1
            print(f"# {got}, expected {expected}")
    print(f"{'not ok' if lacks else 'ok'} {len(cases) + 1} everything is installed")
    if lacks:
        wrong += 1
        print(f"# not installed: {lacks}")
    print(f"1..{len(cases) + 1}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
