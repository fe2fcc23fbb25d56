# SPDX-License-Identifier: MIT
"""The emulated machine: QEMU with Xen and dom0, its screen, and a way to run commands in dom0.

Owns the QEMU process, its sockets and every wait; qemu.py of each rig says what the machine consists of. Knows
nothing of Weston or of the guests. Each wait has a timeout, since Xen may stop silently."""

import json
import os
import re
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import termios
import time
import tty

BOOT_SECONDS = 240
# QEMU ends by itself after this time, even if nothing is left to stop it
LIFE_SECONDS = 1800


class Stuck(Exception):
    """Something did not happen in time, or the machine died."""


def read_text(path):
    try:
        with open(path, errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return ""


class Machine:
    # the factor by which each wait is longer than on the kernel that most rigs use
    patience = 1

    def __init__(self, image, logs, share):
        self.image = image
        self.logs = logs
        self.share = share
        # the path of a socket must be short
        self.sockets = tempfile.mkdtemp(prefix="xen-rig-")
        self.process = None
        self.started = time.monotonic()
        self.control = None
        self.received = b""
        self.commands = 0

    def command(self):
        """QEMU's program and its arguments, except those that boot() adds: it defines the character devices "xen",
        for Xen's console, and "control", for dom0's control shell, which the arguments use."""
        raise NotImplementedError

    def environment(self):
        return None

    def start(self):
        """Boots, and waits for dom0's shell. An emulated boot sometimes fails before any code of this project runs,
        so it is tried a second time, and the reason is printed."""
        try:
            self.boot()
        except Stuck as failure:
            log = f"{self.logs}/xen.log"
            print(f"again    boot: {failure}; the end of its console:", flush=True)
            print("".join(f"    | {line}\n" for line in read_text(log).splitlines()[-15:]), end="", flush=True)
            self.stop()
            if os.path.exists(log):
                os.rename(log, f"{self.logs}/xen-first-boot.log")
            os.makedirs(self.sockets)
            self.received = b""
            self.boot()

    def boot(self):
        sockets = self.sockets
        command = ["timeout", "--kill-after=10", str(LIFE_SECONDS * self.patience), *self.command(),
                   "-nodefaults", "-display", "none", "-no-reboot",
                   "-chardev", f"socket,id=xen,path={sockets}/xen,server=on,wait=off,logfile={self.logs}/xen.log",
                   "-chardev", f"socket,id=control,path={sockets}/control,server=on,wait=off",
                   "-qmp", f"unix:{sockets}/qmp,server=on,wait=off"]
        with open(f"{self.logs}/qemu.log", "w") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=self.environment())
        self.wait_for("QEMU's sockets", lambda: os.path.exists(f"{self.sockets}/qmp"), 30)
        self.control = self.connect("control")
        self.wait_for("dom0's control shell", lambda: b"@@ ready\n" in self.receive(), BOOT_SECONDS)

    def stop(self):
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.sockets, ignore_errors=True)

    def alive(self):
        return self.process.poll() is None

    def connect(self, name):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(f"{self.sockets}/{name}")
        return connection

    def wait_for(self, what, probe, seconds):
        """Waits until probe() returns something true, and returns that."""
        seconds *= self.patience
        end = time.monotonic() + seconds
        while True:
            found = probe()
            if found:
                return found
            if not self.alive():
                raise Stuck(f"QEMU ended while waiting for {what}")
            if time.monotonic() > end:
                raise Stuck(f"{what}: not within {seconds} s")
            time.sleep(0.2)

    def wait_for_text(self, path, pattern, seconds, start=0):
        """Waits for a regular expression in a log, after its first start characters."""
        return self.wait_for(f"/{pattern}/ in {os.path.basename(path)}",
                             lambda: re.search(pattern, read_text(path)[start:]), seconds)

    def receive(self):
        if select.select([self.control], [], [], 0)[0]:
            self.received += self.control.recv(65536)
        return self.received

    def run(self, command, seconds=60):
        """Runs a command of one line in dom0 and returns its exit status and what it printed."""
        self.commands += 1
        tag = f"{self.commands}"
        self.received = b""
        start = time.monotonic()
        self.control.sendall(f"{tag} {seconds * self.patience} {command}\n".encode())
        ending = re.compile(rf"@@ {tag} (\d+)\n".encode())
        # dom0 stops the command by itself; the 60 s more are for a machine that is slow or stuck
        end = self.wait_for(f"dom0: {command}", lambda: ending.search(self.receive()), seconds + 60)
        status, output = int(end.group(1)), self.received[:end.start()].decode(errors="replace")
        with open(f"{self.logs}/commands.log", "a") as log:
            log.write(f"{time.monotonic() - self.started:7.1f} {time.monotonic() - start:5.1f} s  "
                      f"{command}: status {status}\n{output}")
        return status, output

    def screendump(self, path, display=None):
        """Saves what a display adapter shows as a PPM file; display: its id in QEMU, if there are several."""
        self.ask_qemu("screendump", filename=path, **({"device": display} if display else {}))

    def send_input(self, events, display=None):
        """Sends events of QEMU's input-send-event that belong together.

        display: the id of a display adapter, for input devices that belong to it."""
        self.ask_qemu("input-send-event", events=events, **({"device": display} if display else {}))

    def ask_qemu(self, execute, **arguments):
        with self.connect("qmp") as connection, connection.makefile("rw") as stream:
            connection.settimeout(60)
            stream.readline()
            for command in ({"execute": "qmp_capabilities"}, {"execute": execute, "arguments": arguments}):
                stream.write(json.dumps(command) + "\n")
                stream.flush()
                answer = {}
                while not {"return", "error"} & set(answer):
                    answer = json.loads(stream.readline())
                if "error" in answer:
                    raise Stuck(f"{execute}: {answer['error']['desc']}")

    def interact(self):
        """Connects the terminal to the Xen console, where dom0 has a root shell; Ctrl-] leaves."""
        console = self.connect("xen")
        before = termios.tcgetattr(sys.stdin)
        tty.setraw(sys.stdin)
        try:
            console.sendall(b"\n")
            while self.alive():
                for ready in select.select([sys.stdin, console], [], [], 1)[0]:
                    if ready is console:
                        sys.stdout.buffer.write(console.recv(65536))
                        sys.stdout.buffer.flush()
                        continue
                    typed = os.read(sys.stdin.fileno(), 1024)
                    if b"\x1d" in typed:
                        return
                    console.sendall(typed)
        finally:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
            console.close()
