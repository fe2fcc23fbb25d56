# SPDX-License-Identifier: MIT
"""A real headless Weston on the simulated machine, with the module under test in it.

Hides what differs between Weston 10 and 16. Screenshots are compared by picture-check.
"""
import functools
import glob
import os
import re
import shlex
import socket
import subprocess
import time

from .guest import Failure, words_of
from .machine import build_directory, stop_process, wait_until

SCALE = float(os.environ.get("SIM_TIME_FACTOR", "1"))


def module_path():
    """The module under test: $WESTON_MODULE, else the one in the build of tests/sim. None if it is missing."""
    given = os.environ.get("WESTON_MODULE")
    path = os.path.abspath(given or f"{build_directory()}/../../plugin/xen-display.so")
    return path if os.path.exists(path) else None


@functools.lru_cache
def version():
    done = subprocess.run(["weston", "--version"], text=True, capture_output=True, check=True)
    return int(re.search(r"weston (\d+)", done.stdout).group(1))


def available():
    """None, or the reason why Weston cannot run."""
    try:
        version()
    except (OSError, subprocess.CalledProcessError):
        return "no weston"
    return None


def ask(path, command):
    """Sends a command to the socket of one of the tests' modules in Weston; returns the answer."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(20 * SCALE)
        connection.connect(path)
        connection.sendall(command.encode())
        with connection.makefile() as reply:
            return reply.read()


def check_picture(path, *checks):
    """What picture-check finds wrong with a PNG file; empty if it is right."""
    done = subprocess.run([f"{build_directory()}/picture-check", path, *checks], text=True, capture_output=True,
                          check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr or f"picture-check: {done.returncode}"


PLACED = "show-as=output\n"


def placed(config):
    """The same config with show-as=output in each rule that has no show-as=, and with a rule for all other screens,
    so that guests' screens are placed on outputs also under a shell that has windows."""
    before, *rules = config.split("[xen-connector]\n")
    rules.append("device=*\nconnector=*\n")
    return f"{before}\n" + "".join("[xen-connector]\n" + ("" if "show-as=" in rule else PLACED) + rule + "\n"
                                   for rule in rules)


class Weston:
    def __init__(self, machine, module="", outputs=(("headless", 1024, 768),),
                 renderer="pixman", shell="desktop", config="", core="", shell_config="",
                 domid=0, environment=None, output_config=None, seat=False, windows=False, cards=False,
                 modules=()):
        """outputs: name, width, height; the first one is always called headless.

        output_config: more lines for the section of an output, by its name. module: a path, "" for the
        module under test, None for no module. config: whole sections for weston.ini; core and shell_config:
        lines for those two sections. seat: adds a seat, whose devices do what seat() says. windows: the
        module decides how guests' screens are shown; else they are placed on outputs, unless config says
        something else. cards: shows status cards where pictures are missing. modules: more of Weston's own.
        """
        self.machine = machine
        self.outputs = outputs
        self.output_config = output_config or {}
        self.renderer = renderer
        self.modules = modules
        self.shell = shell
        self.domid = domid
        self.has_seat = seat
        self.extra = environment or {}
        self.module = module_path() if module == "" else module
        self.count = len(glob.glob(f"{machine.directory}/weston-*"))
        self.home = f"{machine.directory}/weston-{self.count}"
        os.makedirs(self.home, mode=0o700)
        self.log_path = f"{self.home}/log"
        self.control_path = f"{self.home}/control"
        self.seat_path = f"{self.home}/seat"
        self.process = None
        self.shots = 0
        if not windows:
            config = placed(config)
        if not cards:
            config = f"[xen-display]\nstatus-card=false\n{config}"
        self._write_config(config, core, shell_config)

    def _write_config(self, config, core, shell_config):
        modules = [self.module] if self.module else []
        modules.append(f"{self.machine.build}/weston-control.so")
        if self.has_seat:
            modules.append(f"{self.machine.build}/weston-seat.so")
        modules += [*self.modules, *os.environ.get("SIM_MODULES_MORE", "").split()]
        # If a key is there twice, Weston uses the first one.
        text = (f"[core]\n{core}\nidle-time=0\nmodules={','.join(modules)}\n"
                f"[shell]\n{shell_config}\nlocking=false\nstartup-animation=none\nclose-animation=none\n"
                f"animation=none\npanel-position=none\nbackground-color=0xff303030\n"
                f"{config}\n")
        for name, width, height in self.outputs:
            text += f"[output]\nname={name}\nmode={width}x{height}\n{self.output_config.get(name, '')}"
        with open(f"{self.home}/weston.ini", "w") as file:
            file.write(text)

    def environment(self):
        extra = {"XDG_RUNTIME_DIR": self.home, "WESTON_CONTROL": self.control_path,
                 "WESTON_SEAT": self.seat_path,
                 "WESTON_CONTROL_OUTPUTS": " ".join(name for name, _, _ in self.outputs[1:]),
                 # With threads, llvmpipe has several frames in flight on a busy machine, and holds what it
                 # drew in one until as many are in flight again.
                 "LP_NUM_THREADS": "0",
                 **self.extra}
        env = self.machine.environment(self.domid, extra=extra)
        for name in ("WAYLAND_DISPLAY", "DISPLAY"):
            env.pop(name, None)
        return env

    def command(self):
        if version() >= 12:
            renderer = [f"--renderer={self.renderer}"]
        else:
            renderer = [f"--use-{self.renderer}"]
        # Sizes are in weston.ini only: those on the command line would apply to all outputs.
        return [*shlex.split(os.environ.get("WESTON_WRAP", "")), "weston",
                f"--config={self.home}/weston.ini", "--backend=headless-backend.so", *renderer,
                f"--shell={self.shell}-shell.so",
                "--socket=wayland-sim", "--debug"]

    def start(self):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(self.command(), env=self.environment(), stdout=log,
                                            stderr=log, stdin=subprocess.DEVNULL)
        ready = wait_until(lambda: os.path.exists(f"{self.home}/wayland-sim") and
                           os.path.exists(self.control_path) and
                           (not self.has_seat or os.path.exists(self.seat_path)) or
                           self.process.poll() is not None, 20 * SCALE)
        if not ready or self.process.poll() is not None:
            raise Failure("Weston does not start:\n" + self.log()[-2000:])
        if self.has_seat:
            self.seat("make")
        return self

    @property
    def pid(self):
        return self.process.pid

    def log(self):
        with open(self.log_path, errors="replace") as file:
            return file.read()

    def is_with_xenstore(self):
        """Whether the module serves guests, and xenstored was there when it started."""
        log = self.log()
        return "serving guests' screens" in log and "no xenstore:" not in log

    def expect_log(self, pattern, timeout=5):
        if not wait_until(lambda: re.search(pattern, self.log()), timeout * SCALE):
            raise Failure(f"no line of Weston's log matches: {pattern}")

    def control(self, command):
        """Runs a command of weston-control.so; returns the lines that it prints before its ok."""
        word, _, output = command.partition(" ")
        if word == "output-off" and not wait_until(
                lambda: ask(self.control_path, f"is-output-bound {output}").endswith("ok\n"), 10 * SCALE):
            raise Failure(f"the shell's client does not bind the output {output}")
        if word == "output-off":
            # The client has yet to send requests about the output, which would end it if the output were gone.
            self.wait_for_clients()
        *lines, result = ask(self.control_path, command).splitlines() or [""]
        if result != "ok":
            raise Failure(f"weston-control: {command} failed")
        return lines

    def views(self, label):
        """The views of surfaces whose label begins so, frontmost first: left, top, width, height."""
        found = []
        for line in self.control("views"):
            name, *numbers = line.split()
            if name.startswith(label):
                found.append(tuple(int(number) for number in numbers))
        return found

    def seat(self, *commands, number=0):
        """Runs commands of weston-seat.so, all in one turn of the event loop; returns the words of "dump"."""
        *lines, result = ask(self.seat_path, ";".join(f"{number} {command}" for command in commands)) \
            .splitlines() or [""]
        if result != "ok":
            raise Failure(f"weston-seat: {commands} failed")
        return words_of(lines[-1]) if lines else {}

    def wait_for_clients(self):
        """Waits until the shell's clients are idle: weston-desktop-shell dies if an output goes as soon as it comes."""
        if not wait_until(lambda: ask(self.control_path, "are-clients-idle").endswith("ok\n"), 10 * SCALE):
            raise Failure("Weston's clients do not become idle")

    def lock(self):
        """Makes desktop-shell, which needs locking=true, fade out and lock; then the screen sleeps."""
        self.control("idle")
        if not wait_until(lambda: ask(self.control_path, "is-locked").endswith("ok\n"), 10 * SCALE):
            raise Failure("the shell does not lock")

    def open_files(self):
        """What its descriptors refer to, without the simulation's event channels, which simctl counts."""
        found = []
        for name in os.listdir(f"/proc/{self.pid}/fd"):
            try:
                target = os.readlink(f"/proc/{self.pid}/fd/{name}")
            except OSError:
                continue
            if not target.startswith(f"{self.machine.directory}/ev/"):
                found.append(target)
        return found

    def usage(self):
        """How much this process has in use of all that it must give back."""
        return dict(self.machine.usage(self.pid), descriptors=len(self.open_files()),
                    watches=self.machine.watches())

    def screenshot(self):
        """Takes a screenshot of all outputs; returns its path."""
        self.shots += 1
        directory = f"{self.home}/shot-{self.shots}"
        os.makedirs(directory)
        env = dict(os.environ, XDG_RUNTIME_DIR=self.home, WAYLAND_DISPLAY="wayland-sim",
                   LD_PRELOAD=f"{self.machine.build}/libopaque-shot.so")
        done = subprocess.run(["weston-screenshooter"], cwd=directory, env=env, check=False,
                              timeout=30 * SCALE, capture_output=True, text=True)
        files = glob.glob(f"{directory}/*.png")
        if not files:
            raise Failure(f"no screenshot: {done.stderr.strip()}")
        return files[0]

    def check(self, *checks):
        """What picture-check finds wrong with the screen at this moment; empty if it is right."""
        path = self.screenshot()
        wrong = check_picture(path, *checks)
        if not wrong:
            keep = os.environ.get("SIM_KEEP_SHOTS")
            if keep:
                os.makedirs(keep, exist_ok=True)
                os.replace(path, f"{keep}/{int(time.time() * 1000)}.png")
            else:
                os.unlink(path)
        return wrong

    def expect(self, *checks, timeout=4):
        """Fails unless the screen passes these checks within timeout."""
        wrong = "?"

        def right():
            nonlocal wrong
            try:
                wrong = self.check(*checks)
            except Failure as failure:
                # An output was removed just before weston-screenshooter bound it.
                wrong = str(failure)
            return not wrong

        if not wait_until(right, timeout * SCALE, 0.1):
            raise Failure(f"the screen is wrong: {wrong.strip()}")

    def kill(self):
        """kill -9."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        """Ends Weston in an orderly way; returns its exit status, or None if it hung and had to be killed."""
        return stop_process(self.process, 20 * SCALE)
