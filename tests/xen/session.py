# SPDX-License-Identifier: MIT
"""A whole run of a rig: its image, the module, the machine, the checks, the closing line.

The run script of each rig supplies its parts; the order of the steps is here."""

import argparse
import os
import shutil
import signal
import sys
import time

import debian
from report import Report, show_ends

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CACHE = os.environ.get("XEN_DISPLAY_CACHE_DIR", os.path.expanduser("~/.cache/weston-xen-display"))


def make_parser(name, text):
    """The options of every rig, to which it may add its own."""
    parser = argparse.ArgumentParser(description=text)
    parser.add_argument("--out", default=f"{TOP}/build/{name}", help="where programs and logs go (%(default)s)")
    parser.add_argument("--source", default=TOP, help="the git checkout that the module is built from (%(default)s)")
    parser.add_argument("--prepare", action="store_true", help="only make the image")
    parser.add_argument("--shell", action="store_true", help="no checks: boot, and give a root shell in dom0")
    return parser


def run(name, arguments, prepare, build, fill_share, machine_class, make_stage):
    """Runs a rig, and returns the exit code.

    arguments: from make_parser(); prepare(cache): returns the image's directory; build(image, source, out): builds the
    module and the programs into out; fill_share(image, out): returns the directory that dom0 sees as /share;
    make_stage(machine, picture_program)."""
    # SIGTERM must stop QEMU, too
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    begin = time.monotonic()
    report = Report()
    try:
        image = prepare(f"{CACHE}/{name}")
    except debian.Unable as reason:
        report.skip_all(reason)
        return report.close()
    except (OSError, RuntimeError) as failure:
        report.tell("FAIL", "image", f": {failure}")
        report.skip_all("there is no image")
        return report.close()
    if arguments.prepare:
        return 0

    out = os.path.abspath(arguments.out)
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(out)
    if not report.run("module-builds", lambda: build(image, os.path.abspath(arguments.source), out)):
        report.skip_all("there is no module")
        return report.close()

    machine = machine_class(image, out, fill_share(image, out))
    try:
        if not report.run("dom0-boots", machine.start):
            show_ends([f"{out}/xen.log", f"{out}/qemu.log"])
            report.skip_all("there is no dom0")
        elif arguments.shell:
            print("Root shell of dom0 on the Xen console; Ctrl-] leaves and stops the machine.")
            machine.interact()
            return 0
        else:
            report.run_checks(make_stage(machine, f"{out}/picture"))
    finally:
        machine.stop()
    print(f"took {time.monotonic() - begin:.0f} s, logs in {out}")
    return report.close()
