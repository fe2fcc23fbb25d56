#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks where the module would be installed: below the prefix, where -Dmodule-dir says, and never in a sysroot.

Run by meson with the source directory as argument; it configures builds of its own, without the tests."""

import json
import os
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


def installed_to(source, *options):
    """The directory that "meson install" would put the module into."""
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
    return next(os.path.dirname(to) for name, to in json.loads(said.stdout).items()
                if name.endswith("/xen-display.so"))


def main():
    cases = [
        ("/usr/lib/arch/weston", ["--prefix=/usr"]),
        ("/opt/weston/lib/arch/weston", ["--prefix=/opt/weston"]),
        ("/opt/weston/lib/modules", ["--prefix=/opt/weston", "-Dmodule-dir=lib/modules"]),
        ("/srv/modules", ["--prefix=/opt/weston", "-Dmodule-dir=/srv/modules"]),
        ("/usr/lib/arch/weston", ["--prefix=/usr", "--cross-file=CROSS"]),
    ]
    wrong = 0
    for number, (expected, options) in enumerate(cases, 1):
        try:
            got = installed_to(sys.argv[1], *options)
        except subprocess.CalledProcessError as failure:
            got = f"meson failed: {failure.stdout[-500:]}"
        print(f"{'ok' if got == expected else 'not ok'} {number} {' '.join(options)}")
        if got != expected:
            wrong += 1
            print(f"# {got}, expected {expected}")
    print(f"1..{len(cases)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
