# SPDX-License-Identifier: MIT
"""What runs on the machine during the checks: Weston in dom0, one guest, and the pictures that they show.

Starts, stops, commands and inspects them; checks.py of each rig says what the result must be. Pictures are judged by
the pixels of screenshots, answers are read from logs. Knows no order of events."""

import os
import re
import subprocess
import time

from machine import read_text
from png import make_png

GUEST = "g1"
WESTON_SECONDS = 120
GUEST_SECONDS = 180
ANSWER_SECONDS = 120
LOOK_SECONDS = 60

# what kmsguest adds to the picture's number for every second flip
OTHER_PICTURE = 32

FLIP_TIMEOUT = r"Frame done timed-out"
# Messages of xen-drm-front when the backend misbehaves, and of the grant table about a page that is not returned. Two
# complaints are the driver's own fault and not counted: the last close of its device warns of "refcount_t: addition on
# 0", and a device that was detached misses its backend.
GUEST_CRASHES = r"Oops|BUG:|hung_task|leaking g\.e\."
GUEST_ERRORS = rf"{FLIP_TIMEOUT}|\*ERROR\*(?! Backend state is \w+ while removing)|{GUEST_CRASHES}"
# "BUG" alone and "pagealloc" begin the reports of a kernel with memory debugging
DOM0_CRASHES = r"segfault|general protection|traps:|invalid opcode|\bBUG\b|pagealloc:|Oops|WARNING:"
# Messages of a dying kernel, and of the guest's when it loads its display driver.
KERNEL_DIES = r"BUG:|Oops|Kernel panic|general protection"
DRIVER_BEGINS = "Registering XEN PV vdispl"
# On an emulated processor, Linux sometimes crashes before it runs the first program.
BOOT_TRIES = 3
XEN_CRASHES = r"^\(XEN\).*(?:Xen BUG|Assertion|FATAL|Panic|[Cc]rash(?:ed|ing)).*$"


# in the order of kmsguest's table
FORMATS = ("XR24", "AR24", "RG24", "RG16", "XR12", "AR12", "XR15", "AR15", "YUYV")


class Failed(Exception):
    """A check failed; the text says how."""


class NotBooted(Failed):
    """The guest's kernel died before it loaded the display driver, and so before anything under test."""


class Stage:
    """places: where weston.ini puts each screen of the guest, by "device.connector"; background: its colour behind
    them."""

    def __init__(self, machine, picture_program, places, background):
        self.machine = machine
        self.picture_program = picture_program
        self.places = places
        self.background = background
        # how to take pictures, unless a check says otherwise
        self.ways = (self.screenshot, self.screendump)
        # the display adapter of screendumps, if there are several
        self.display = None
        # the guest that gets the commands
        self.name = GUEST
        self.westons = 0
        self.weston_log = None
        # what earlier checks have left running: "Weston", "guest", ...
        self.standing = set()
        self.looks = 0
        # the running check, which gives its pictures their names
        self.check = "none"
        self.commands = 0
        self.domid = None
        # what the guest's console log held when the guest was created
        self.guest_start = 0

    @property
    def guest_log(self):
        return f"{self.machine.share}/log/guest-{self.name}.log"

    def guest_text(self):
        return read_text(self.guest_log)[self.guest_start:]

    def dom0(self, command, seconds=60):
        """Runs a command in dom0 that must succeed; returns what it printed."""
        status, output = self.machine.run(command, seconds)
        if status:
            raise Failed(f"dom0: {command}: status {status}: {output.strip()[-300:]}")
        return output

    # Weston

    def start_weston(self, kind):
        """Starts Weston; kind: the argument of the rig's dom0-weston."""
        self.westons += 1
        name = f"weston-{self.westons}-{kind}.log"
        self.weston_log = f"{self.machine.share}/log/{name}"
        self.dom0(f"/share/dom0-weston {kind} /share/log/{name}", WESTON_SECONDS)
        self.machine.wait_for_text(self.weston_log, "serving guests' screens", WESTON_SECONDS)

    def stop_weston(self, signal):
        """Sends Weston a signal and waits until it has ended. The caller removes it from standing."""
        self.dom0(f"kill -{signal} $(cat /tmp/weston.pid)")
        self.dom0("for i in $(seq 150); do kill -0 $(cat /tmp/weston.pid) 2>/dev/null || exit 0; sleep 0.2; done;"
                  " exit 1")

    def restart_weston(self, signal, kind):
        """Ends Weston by a signal and starts it again. If that fails, Weston no longer counts as standing."""
        self.standing.discard("Weston")
        self.stop_weston(signal)
        self.start_weston(kind)
        self.standing.add("Weston")

    def guest_memory_in_weston(self):
        """The sizes in bytes of Weston's mappings of guests' pages, except single pages, which are rings."""
        maps = self.dom0("grep gntdev /proc/$(cat /tmp/weston.pid)/maps || true")
        areas = re.findall(r"^([0-9a-f]+)-([0-9a-f]+) ", maps, re.MULTILINE)
        return [data for start, end in areas if (data := int(end, 16) - int(start, 16)) > 4096]

    # the guest

    def create_paused_guest(self, config):
        """Creates a domain that has not run yet."""
        self.guest_start = len(read_text(self.guest_log))
        self.dom0(f"xl create -p /share/{config}", GUEST_SECONDS)
        self.find_guest()

    def find_guest(self):
        """Finds out the domain's id, and its console as soon as xenconsoled has created one."""
        self.domid = int(self.dom0(f"xl domid {self.name}"))
        self.dom0(f"for i in $(seq 300); do xenstore-read /local/domain/{self.domid}/console/tty >/tmp/console"
                  " 2>/dev/null && exit 0; sleep 0.2; done; exit 1", 90)

    def restore_guest(self, file):
        """Restores a saved guest; it becomes another domain."""
        self.dom0(f"xl restore {file}", GUEST_SECONDS)
        self.find_guest()

    def crash_guest(self):
        """Makes the guest's kernel panic; waits until xl has restarted it as another domain, which has opened its
        screen."""
        before, start = self.domid, len(self.guest_text())

        def is_another():
            status, said = self.machine.run(f"xl domid {self.name}")
            return status == 0 and int(said) != before

        # kmsguest reads no command while it flips
        self.dom0(f"xl sysrq {self.name} c")
        self.machine.wait_for("another domain", is_another, GUEST_SECONDS)
        self.find_guest()
        self.machine.wait_for_text(self.guest_log, "kmsguest: device 0 opened", GUEST_SECONDS,
                                   self.guest_start + start)

    def unpause_guest(self):
        self.dom0(f"xl unpause {self.name}")

    def boot(self, create):
        """Calls create(), which creates a guest and waits for it; retries if its kernel died too early to matter."""
        for left in reversed(range(BOOT_TRIES)):
            try:
                return create()
            except NotBooted as reason:
                if not left:
                    raise
                print(f"again   {self.check}: {reason}", flush=True)
                self.destroy_guest()

    def create_guest(self, config):
        def create():
            self.create_paused_guest(config)
            self.unpause_guest()
            self.wait_for_guest("kmsguest: device 0 opened", 0)

        self.boot(create)

    def expect_alive(self):
        """Fails if the guest's kernel has died since it was created."""
        text = self.guest_text()
        death = re.search(rf"^.*(?:{KERNEL_DIES}).*$", text, re.MULTILINE)
        if not death:
            return
        # the lines that follow say where
        where = re.search(r"RIP: .*|pc : .*", text[death.end():])
        reason = death.group(0).strip() + (f", {where.group(0).strip()}" if where else "")
        if DRIVER_BEGINS in text[:death.start()]:
            raise Failed(f"the guest's kernel died: {reason}")
        raise NotBooted(f"the guest's kernel died before it loaded its driver: {reason}")

    def node(self, end):
        """The path of the state of one end, "front" or "back", of the guest's device 0."""
        return {"front": f"/local/domain/{self.domid}/device/vdispl/0/state",
                "back": f"/local/domain/0/backend/vdispl/{self.domid}/0/state"}[end]

    def destroy_guest(self):
        """Destroys the guest, unless a crash of its own has already done so."""
        self.dom0(f"! xl domid {self.name} || xl destroy {self.name}", 90)

    def expect_no_guest(self):
        """Checks that no domain is left, not even a dying one, and no nodes for its screens."""
        self.dom0("for i in $(seq 60); do [ -n \"$(xl list | tail -n +3)\" ] || break; sleep 0.5; done")
        left = self.dom0("xl list | tail -n +3; xenstore-ls /local/domain/0/backend/vdispl 2>/dev/null || true", 90)
        if left.strip():
            raise Failed(f"left behind: {left.strip()}")

    def wait_for_guest(self, pattern, start, seconds=GUEST_SECONDS):
        """Waits for a pattern in the guest's log after its first start characters, as long as its kernel lives."""

        def is_said():
            if re.search(pattern, self.guest_text()[start:]):
                return True
            self.expect_alive()
            return False

        self.machine.wait_for(f"/{pattern}/ in {os.path.basename(self.guest_log)}", is_said, seconds)

    def tell_guest(self, command):
        """Sends kmsguest a command; returns the tag of its answer."""
        self.commands += 1
        tag = f"c{self.commands}"
        self.dom0(f"echo {tag} {command} >$(cat /tmp/console)")
        return tag

    def answer(self, tag, start, seconds=ANSWER_SECONDS):
        """Waits for kmsguest's answer in the log after its first start characters: "ok", or "failed" and why."""
        answer = re.compile(rf"kmsguest: {tag} (ok|failed.*)")
        return self.machine.wait_for(f"the guest's answer {tag}",
                                     lambda: answer.search(self.guest_text()[start:]), seconds).group(1)

    def guest(self, command, seconds=ANSWER_SECONDS):
        """Sends kmsguest a command that must succeed; returns what the guest logged meanwhile."""
        start = len(self.guest_text())
        said = self.answer(self.tell_guest(command), start, seconds)
        if said != "ok":
            raise Failed(f"guest: {command}: {said}")
        return self.guest_text()[start:]

    def expect_clean_guest_log(self, complaints=GUEST_ERRORS):
        errors = re.findall(rf"^.*(?:{complaints}).*$", self.guest_text(), re.MULTILINE)
        if errors:
            raise Failed(f"the guest's kernel log has {len(errors)} complaints: {errors[0].strip()}")

    def expect_no_crash(self, but="^$"):
        """Checks that no process of dom0, nor its kernel, nor Xen has crashed since the boot; but: a pattern of lines
        in dom0's kernel log that a check has caused."""
        crashes = self.dom0(f"dmesg | grep -E '{DOM0_CRASHES}' | grep -vE '{but}' || true")
        crashes += "\n".join(re.findall(XEN_CRASHES, read_text(f"{self.machine.logs}/xen.log"), re.MULTILINE))
        if crashes.strip():
            raise Failed(f"crashed: {crashes.strip()[:300]}")

    # pictures

    def screenshot(self):
        """Takes a screenshot by Weston; returns its path."""
        path = f"{self.machine.share}/log/weston-{self.looks}.png"
        self.dom0("mkdir -p /tmp/shot && cd /tmp/shot && rm -f * && weston-screenshooter"
                  f" && mv wayland-screenshot-*.png /share/log/{os.path.basename(path)}", 90)
        return path

    def screendump(self):
        """Saves what the display adapter scans out; returns the file's path."""
        path = f"{self.machine.logs}/qemu-{self.looks}.ppm"
        self.machine.screendump(path, self.display)
        return path

    def difference(self, file, place, picture):
        """Says how many pixels of a place differ from a picture or a colour; None if none does.

        A picture is its number, or the arguments of the program: number, format, width and height."""
        words = picture if isinstance(picture, tuple) else (picture,)
        command = [self.picture_program, file, *map(str, place), *map(str, words)]
        result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        counted = re.search(r"^(\d+) pixels, (\d+) different$", result.stdout, re.MULTILINE)
        if not counted or int(counted.group(1)) != place[2] * place[3]:
            raise Failed(f"cannot compare {file}: {result.stdout.strip()}")
        if result.returncode == 0 and counted.group(2) == "0":
            return None
        return f"{os.path.basename(file)} at {place}, picture {picture}: {' '.join(result.stdout.split())}"

    def keep(self, file):
        """Keeps a correct picture for people to look at: the last one of each check, by each way to take it."""
        os.makedirs(f"{self.machine.logs}/shots", exist_ok=True)
        kept = f"{self.machine.logs}/shots/{self.check}"
        if file.endswith(".png"):
            os.replace(file, f"{kept}-weston.png")
            return
        make_png(file, f"{kept}.png")
        os.remove(file)

    def expect(self, pictures, looks, seconds=LOOK_SECONDS):
        """Takes pictures in each of the given ways until every place shows its picture or colour."""
        end = time.monotonic() + seconds * self.machine.patience
        while True:
            self.looks += 1
            files = [look() for look in looks]
            wrong = [text for file in files for place, picture in pictures.items()
                     if (text := self.difference(file, place, picture))]
            if not wrong:
                for file in files:
                    self.keep(file)
                return
            if not self.machine.alive() or time.monotonic() > end:
                raise Failed("; ".join(wrong))

    def expect_pictures(self, base, screens=("0.0",), looks=None):
        """Expects the picture of each of these screens of the guest, and the background in place of the others."""
        pictures = {}
        for screen, place in self.places.items():
            device, connector = map(int, screen.split("."))
            pictures[place] = base + 4 * device + connector if screen in screens else self.background
        self.expect(pictures, looks or self.ways)

    def expect_background(self, looks=None):
        self.expect({place: self.background for place in self.places.values()}, looks or self.ways)
