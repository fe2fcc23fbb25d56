# SPDX-License-Identifier: MIT
"""The demonstration behind scripts/demo: the module in Weston on the simulated Xen, with two guests that draw.

Called with the build directory, and --window to show it in the session at hand. It tells in plain words what it
does. The simulated Xen, its guests and Weston are tests/sim/rig's; only the picture is arranged here."""

import os
import shutil
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, f"{TOP}/tests/sim")
sys.dont_write_bytecode = True

import demo_pictures                            # noqa: E402
from rig.guest import Failure, Guest            # noqa: E402
from rig.machine import Machine                 # noqa: E402
from rig.weston import Weston                   # noqa: E402

OUTPUT = (1280, 720)
# name, resolution, what it draws, rectangle on the output
GUESTS = (
    ("cluster", (1024, 600), demo_pictures.cluster, (30, 120, 800, 480)),
    ("radio", (640, 480), demo_pictures.radio, (850, 210, 400, 300)),
)
CHUNK = 4096    # bytes that a guest takes with one command

RULE = """
[xen-connector]
guest={}
x={}
y={}
width={}
height={}
"""


def say(text):
    print(text, flush=True)


class WindowedWeston(Weston):
    """Weston with its output in a window of the Wayland or X11 session that this program was started in."""

    def command(self):
        words = [word for word in super().command() if not word.startswith("--backend")]
        kind = "wayland" if os.environ.get("WAYLAND_DISPLAY") else "x11"
        return [*words, f"--backend={kind}-backend.so", f"--width={OUTPUT[0]}", f"--height={OUTPUT[1]}"]

    def environment(self):
        found = super().environment()
        session = os.environ.get("WAYLAND_DISPLAY")
        if session:
            # its own runtime directory is another one
            found["WAYLAND_DISPLAY"] = os.path.join(os.environ.get("XDG_RUNTIME_DIR", ""), session)
        else:
            found["DISPLAY"] = os.environ["DISPLAY"]
        return found


def draw(machine, name, size, picture):
    """A guest whose driver connects, draws into two buffers and flips between them."""
    say(f"  guest {name} draws its {size[0]}x{size[1]} pixels ...")
    guest = Guest(machine, name, [f"{size[0]}x{size[1]}"])
    guest.connect()
    for cookie in (1, 2):
        guest.buffer(cookie, *size)
        pixels = picture(*size, cookie)
        for offset in range(0, len(pixels), CHUNK):
            guest.ok(f"poke 0 dbuf:{cookie} {offset} {pixels[offset:offset + CHUNK].hex()}")
    guest.show(1, *size)
    done = guest.flips(30, 1, 2)
    say(f"  guest {name} is on the screen; 30 flips took {done} ms")
    return guest


def keep_moving(weston, guests):
    """The guests flip now and then until the window is closed."""
    cookie = 1
    while weston.process.poll() is None:
        cookie = 3 - cookie
        try:
            for guest in guests:
                guest.flip(cookie)
        except Failure:
            if weston.process.poll() is None:
                raise
        time.sleep(0.4)


def tell_log(weston, part):
    for line in weston.log().splitlines():
        if part in line:
            say("    Weston's log: " + line)


def show(build, window):
    os.environ["SIM_BUILD"] = f"{build}/tests/sim"
    say("- starting a simulated Xen: the real xenstored, and a library in place of the hypervisor")
    machine = Machine().start()
    weston, guests = None, []
    try:
        say("- starting Weston with the module, " + ("in a window" if window else "without a screen of its own"))
        kind = WindowedWeston if window else Weston
        weston = kind(machine, outputs=[("headless", *OUTPUT)],
                      config="".join(RULE.format(name, *where) for name, _, _, where in GUESTS))
        weston.start()
        say("- starting two guests, each with a para-virtual display")
        for name, size, picture, _ in GUESTS:
            guests.append(draw(machine, name, size, picture))
        if window:
            say("The window shows both guests. Close it, or press Ctrl-C here, to end.")
            keep_moving(weston, guests)
        else:
            say("- taking a picture of Weston's screen")
            shutil.copyfile(weston.screenshot(), f"{build}/demo.png")
        tell_log(weston, " xen-display: guest ")
    except Failure:
        if weston:
            tell_log(weston, "")
        raise
    finally:
        say("- stopping everything")
        for guest in guests:
            guest.destroy()
        if weston and weston.process:
            weston.stop()
        machine.stop()
    if not window:
        say(f"The picture is {build}/demo.png.")


def main():
    try:
        show(os.path.abspath(sys.argv[1]), "--window" in sys.argv[2:])
    except KeyboardInterrupt:
        pass
    except (Failure, RuntimeError) as error:
        sys.exit(f"the demonstration failed: {error}")


main()
