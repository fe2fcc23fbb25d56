#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks each line of "xen-displayctl doctor" that is about files of the machine, on made-up machines: a bare one, a good
one, and one with a fault for each line. What it says of xenstored and guests is tested in tests/scenario/control.py.

Run by meson with the tool, and the directory that the module would be installed to."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

TOOL, MODULE_DIR = sys.argv[1], sys.argv[2]
RELEASE = os.uname().release


class Machine:
    """A made-up one; everything is well."""

    def __init__(self, folder):
        self.root = pathlib.Path(folder)
        self.write("sys/hypervisor/type", "xen\n")
        self.write("sys/hypervisor/guest_type", "PVH\n")
        self.write("proc/xen/capabilities", "control_d\n")
        self.write(f"boot/config-{RELEASE}", "CONFIG_XEN_DEV_EVTCHN=m\nCONFIG_XEN_GNTDEV=y\n")
        for device in ("xen/evtchn", "xen/gntdev", "xen/dmabuf", "dma_heap/system"):
            self.write(f"dev/{device}", "")
        self.write(f"{MODULE_DIR}/xen-display.so", "\0libweston-14.so.0\0")
        self.write("home/.config/weston.ini", "[core]\nmodules=a.so,xen-display.so\n")
        self.write("bin/weston", "#!/bin/sh\necho weston 14.0.2\n")
        (self.root / "bin/weston").chmod(0o755)

    def write(self, name, text):
        path = self.root / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def remove(self, name):
        path = self.root / name.lstrip("/")
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    def ask(self, files=None):
        """Verdict and text by what the line is about, and the exit code. files: that may be open."""
        env = {"XEN_DISPLAYCTL_ROOT": str(self.root), "HOME": f"{self.root}/home", "XDG_CONFIG_DIRS": f"{self.root}/etc",
               "XDG_RUNTIME_DIR": str(self.root), "PATH": f"{self.root}/bin",
               "XENSTORED_PATH": f"{self.root}/no-xenstored"}
        limited = ["/usr/bin/prlimit", f"--nofile={files}"] if files else []
        done = subprocess.run([*limited, TOOL, "--json", "doctor"], env=env, text=True, capture_output=True, check=False)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        return {line["about"]: (line["verdict"], line["text"]) for line in lines}, done.returncode


GOOD = {
    "Xen": ("ok", "Dom0, PVH"),
    "kernel": ("ok", "has event channels and grants"),
    "/dev/xen/evtchn": ("ok", "can be used"),
    "/dev/xen/gntdev": ("ok", "can be used"),
    "/dev/xen/dmabuf": ("ok", "can be used"),
    "/dev/dma_heap": ("ok", "system is there"),
    "weston.ini": ("ok", "loads the module"),
    "Weston": ("ok", "14, and the module is for it"),
    "module": ("warn", "no Weston of this user runs with it"),
    "xenstored": ("FAIL", "does it run?"),
}


def without_newer_weston(machine):
    machine.write("bin/weston", "#!/bin/sh\necho weston 16.0.0\n")
    (machine.root / "bin/weston").chmod(0o755)


def with_path(machine):
    machine.write("home/.config/weston.ini", "[shell]\nmodules=none\n[core]\nmodules=/opt/xen-display.so\n")
    machine.write("opt/xen-display.so", "libweston-14.so.0")
    machine.remove(f"{MODULE_DIR}/xen-display.so")


# What is done to a good machine, the line that tells of it, its verdict, and words of it.
FAULTS = [
    (lambda m: m.remove("sys/hypervisor/type"), "Xen", "FAIL", "no domain of Xen"),
    (lambda m: m.write("sys/hypervisor/type", "kvm\n"), "Xen", "FAIL", "no domain of Xen"),
    (lambda m: m.write("proc/xen/capabilities", "\n"), "Xen", "ok", "not Dom0"),
    (lambda m: m.write("sys/hypervisor/properties/features", "00000705\n"), "1:1 mapping", "nothing", ""),
    (lambda m: m.write("sys/hypervisor/properties/features", "00020705\n"), "1:1 mapping", "ok", "yes; on Arm"),
    (lambda m: m.write("sys/hypervisor/properties/features", "0000000100010705\n"), "1:1 mapping", "ok", "no: a device"),
    (lambda m: m.write(f"boot/config-{RELEASE}", "CONFIG_XEN_DEV_EVTCHN=y\n"), "kernel", "FAIL", "lacks CONFIG_XEN_GNTDEV"),
    (lambda m: m.write(f"boot/config-{RELEASE}", "# CONFIG_XEN_DEV_EVTCHN is not set\nCONFIG_XEN_GNTDEV=m\n"),
     "kernel", "FAIL", "lacks CONFIG_XEN_DEV_EVTCHN"),
    (lambda m: m.write(f"boot/config-{RELEASE}",
                       "CONFIG_XEN_DEV_EVTCHN=m\nCONFIG_XEN_GNTDEV_DMABUF=y\nCONFIG_XEN_GNTDEV=m\n"),
     "kernel", "ok", "exports them as dma-bufs"),
    (lambda m: m.remove(f"boot/config-{RELEASE}"), "kernel", "?", "No such file"),
    (lambda m: m.remove("dev/xen/evtchn"), "/dev/xen/evtchn", "FAIL", "modprobe xen-evtchn"),
    (lambda m: m.remove("dev/xen/gntdev"), "/dev/xen/gntdev", "FAIL", "modprobe xen-gntdev"),
    (lambda m: m.remove("dev/xen/dmabuf"), "/dev/xen/dmabuf", "warn", "in place"),
    (lambda m: (m.remove("dev/xen/gntdev"), (m.root / "dev/xen/gntdev").mkdir()), "/dev/xen/gntdev", "FAIL",
     "Is a directory; it belongs to"),
    (lambda m: m.remove("dev/dma_heap"), "/dev/dma_heap", "warn", "CONFIG_DMABUF_HEAPS_SYSTEM"),
    (lambda m: m.remove("home/.config/weston.ini"), "weston.ini", "FAIL", "there is none"),
    (lambda m: m.write("home/.config/weston.ini", "[core]\nshell=kiosk\n"), "weston.ini", "FAIL", "does not load"),
    (lambda m: m.write("home/.config/weston.ini", "[shell]\nmodules=xen-display.so\n"), "weston.ini", "FAIL",
     "does not load"),
    (with_path, "Weston", "ok", "14, and the module is for it"),
    (lambda m: m.remove("bin/weston"), "Weston", "FAIL", "not installed"),
    (without_newer_weston, "Weston", "FAIL", "was built for 14: build it anew, with -Dlibweston=16"),
    (lambda m: m.remove(f"{MODULE_DIR}/xen-display.so"), "Weston", "FAIL", "no module at"),
]


def main():
    wrong = 0
    for index, (spoil, about, verdict, words) in enumerate([(lambda m: None, None, None, None), *FAULTS]):
        with tempfile.TemporaryDirectory() as folder:
            machine = Machine(folder)
            spoil(machine)
            found, code = machine.ask()
        wanted = GOOD if about is None else {about: (verdict, words)}
        for name, (expected, text) in wanted.items():
            got = found.get(name, ("nothing", ""))
            good = got[0] == expected and text in got[1]
            wrong += not good
            if not good:
                print(f"not ok {index} {name}: {got}, expected {expected}: {text}")
        if code != 1:
            wrong += 1
            print(f"not ok {index}: exit code {code}, although xenstored is not there")
    with tempfile.TemporaryDirectory() as folder:
        machine = Machine(folder)
        for files, verdict, text in ((1000, "warn", "at most 1000,"), (5000, "ok", "at most 5000")):
            got = machine.ask(files)[0]["open files"]
            if got[0] != verdict or text not in got[1]:
                wrong += 1
                print(f"not ok open files {files}: {got}")
    print(f"{len(FAULTS) + 3} machines, {wrong} complaints")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
