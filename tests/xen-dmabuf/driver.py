# SPDX-License-Identifier: MIT
"""A guest with the kernel module that is granted another guest's pages, like a driver domain.

Called by checks.py. Owns both domains and the console of the first. Knows nothing of what the tests do."""

import re

from machine import read_text
from stage import GUEST_SECONDS, Failed

NAME, GRANTOR = "driver", "g2"
LINE_REFERENCES = 20


class DriverDomain:
    def __init__(self, stage):
        self.stage, self.machine = stage, stage.machine
        self.log = f"{stage.machine.share}/log/guest-{NAME}.log"
        self.commands = 0

    def create(self):
        start = len(read_text(self.log))
        self.stage.dom0(f"xl create /share/driver.cfg", GUEST_SECONDS)
        self.domid = int(self.stage.dom0(f"xl domid {NAME}"))
        self.machine.wait_for_text(self.log, r"@@ ready", GUEST_SECONDS, start)
        # on an emulated processor the kernel may warn before it runs the first program
        self.ready = len(read_text(self.log))
        self.console = self.stage.dom0(f"xenstore-read /local/domain/{self.domid}/console/tty").strip()

    def run(self, command, seconds=240):
        """Runs a command in the driver domain that must succeed; returns what it printed."""
        self.commands += 1
        start = len(read_text(self.log))
        self.stage.dom0(f"echo 't{self.commands} {command}' >{self.console}")
        end = self.machine.wait_for_text(self.log, rf"@@ t{self.commands} (\d+)", seconds, start)
        said = read_text(self.log)[start:][:end.start()]
        if end.group(1) != "0":
            raise Failed(f"in the driver domain: {command}: status {end.group(1)}: {said[-300:]}")
        return said

    def take_pages(self, pages):
        """Starts another guest that grants it pages, and writes their references to /references."""
        log = f"{self.machine.share}/log/guest-{GRANTOR}.log"
        with open(f"{self.machine.share}/guest.cfg") as file:
            text = re.sub(r"^vdispl.*\n", "", file.read(), flags=re.MULTILINE).replace('"g1"', f'"{GRANTOR}"')
        with open(f"{self.machine.share}/{GRANTOR}.cfg", "w") as file:
            file.write(text.replace(f"grantor={pages}", f"grantor={pages} grantee={self.domid}"))
        self.stage.dom0(f"xl create /share/{GRANTOR}.cfg", GUEST_SECONDS)
        self.grantor = int(self.stage.dom0(f"xl domid {GRANTOR}"))
        self.machine.wait_for_text(log, rf"grantor: granted {pages} pages", GUEST_SECONDS)
        refs = " ".join(re.findall(r"grantor: references((?: \d+)+)", read_text(log))).split()
        # the console holds a thousand characters at a time
        for first in range(0, len(refs), LINE_REFERENCES):
            self.run(f"echo {' '.join(refs[first:first + LINE_REFERENCES])} >>/references")

    def destroy(self):
        for name in (NAME, GRANTOR):
            self.stage.dom0(f"! xl domid {name} || xl destroy {name}", 90)
