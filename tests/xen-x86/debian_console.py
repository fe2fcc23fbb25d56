# SPDX-License-Identifier: MIT
"""The Debian guest of by-hand: commands on its console, its Xorg's screen contents, and their comparison with what the
display adapter scans out.

Implements the console's protocol; debian-guest-init is the other end. Knows no order of events."""

import base64
import re
import zlib

from machine import read_text
from stage import Failed
from xwd import read_xwd

BOOT_SECONDS = 420


class Picture:
    """Pixels of three bytes, row by row."""

    def __init__(self, width, height, pixels):
        self.width, self.height, self.pixels = width, height, pixels

    def part(self, place):
        x, y, width, height = place
        rows = range(y, min(y + height, self.height))
        return [self.pixels[3 * (row * self.width + x):3 * (row * self.width + min(x + width, self.width))]
                for row in rows]


def picture_of_xwd(data):
    return Picture(*read_xwd(data))


def picture_of_ppm(path):
    with open(path, "rb") as file:
        data = file.read()
    head = re.match(rb"P6\s+(\d+)\s+(\d+)\s+255\s", data)
    return Picture(int(head.group(1)), int(head.group(2)), data[head.end():])


def count_different(one, other):
    """Counts the pixels that differ between two lists of rows of the same size."""
    if [len(row) for row in one] != [len(row) for row in other]:
        raise Failed("the compared areas differ in size")
    count = 0
    for left, right in zip(one, other):
        if left != right:
            count += sum(left[i:i + 3] != right[i:i + 3] for i in range(0, len(left), 3))
    return count


class DebianGuest:
    """The guest of a stage, driven by the shell on its console."""

    def __init__(self, stage):
        self.stage = stage
        self.commands = 0

    def create(self):
        self.stage.dom0("cd /share/modules && for module in $(cat order); do busybox insmod $module || exit; done")
        self.stage.boot(self.create_once)

    def create_once(self):
        self.stage.create_paused_guest("debian-guest.cfg")
        self.stage.unpause_guest()
        self.stage.wait_for_guest("@@ ready", 0, BOOT_SECONDS)

    def ask(self, command, seconds=300):
        """Runs a command in the guest; returns its status and output, which may be mixed with lines of the kernel."""
        self.commands += 1
        tag = f"t{self.commands}"
        start = len(self.stage.guest_text())
        packed = base64.b64encode(command.encode()).decode()
        self.stage.dom0(f"echo {tag} {packed} >$(cat /tmp/console)")
        ending = re.compile(rf"@@ {tag} (\d+)")
        end = self.stage.machine.wait_for(f"the guest: {command}",
                                          lambda: ending.search(self.stage.guest_text()[start:]), seconds)
        return int(end.group(1)), self.stage.guest_text()[start:start + end.start()].replace("\r", "")

    def run(self, command, seconds=300):
        """Runs a command that must succeed; returns its output."""
        status, said = self.ask(command, seconds)
        if status:
            raise Failed(f"guest: {command}: status {status}: {said.strip()[-400:]}")
        return said

    def start(self, name, command):
        """Starts a program in the background, with its output in /tmp/NAME.log and its process id in /tmp/NAME.pid.

        Its input never ends, as some programs would stop at the end."""
        self.run(f"setsid {command} >/tmp/{name}.log 2>&1 </tmp/never & echo $! >/tmp/{name}.pid")

    def stop(self, name, signal="TERM", seconds=300):
        self.run(f"kill -{signal} $(cat /tmp/{name}.pid);"
                 f" while kill -0 $(cat /tmp/{name}.pid) 2>/dev/null; do sleep 0.3; done", seconds)

    def wait_until(self, condition, seconds=180):
        """Waits in the guest until a command succeeds."""
        self.run(f"for i in $(seq {seconds}); do {condition} && exit 0; sleep 1; done; exit 1", 2 * seconds)

    def fetch(self, command):
        """Returns the exact bytes that a command of the guest prints."""
        said = self.run(f"{command} | gzip -1 | base64 -w 100", 300)
        # lines of the kernel may be in between
        lines = re.findall(r"^[A-Za-z0-9+/]+=*$", said, re.MULTILINE)
        try:
            return zlib.decompress(base64.b64decode("".join(lines)), wbits=31)
        except (ValueError, zlib.error) as error:
            raise Failed(f"guest: {command}: its output is broken: {error}") from error

    def xwd(self):
        """The contents of Xorg's screen, as Xorg reports them."""
        return picture_of_xwd(self.fetch("xwd -silent -root"))

    def log(self, name):
        return self.ask(f"cat /tmp/{name}.log")[1]

    def kernel_complaints(self, patterns):
        return re.findall(rf"^.*(?:{patterns}).*$", read_text(self.stage.guest_log), re.MULTILINE)
