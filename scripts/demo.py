# SPDX-License-Identifier: MIT
"""The demonstration behind scripts/demo: the module in Weston on the simulated Xen, with two guests that draw
and one that gets input.

Called with the build directory, and --window to show it in the current session, or --desktop to have two guests in
windows of a desktop. It prints what it does. The simulated Xen, its guests and Weston are those of tests/sim/rig;
only the picture is arranged here."""

import math
import os
import shutil
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, f"{TOP}/tests/sim")
sys.dont_write_bytecode = True

import demo_pictures                            # noqa: E402
from demo_notes import BUTTON_LEFT, CODES, Notes    # noqa: E402
from rig.guest import Failure, Guest            # noqa: E402
from rig.machine import Machine, wait_until     # noqa: E402
from rig.weston import Weston                   # noqa: E402

OUTPUT = (1280, 720)
# name, resolution, what it draws, rectangle on the output
GUESTS = (
    ("cluster", (1024, 600), demo_pictures.cluster, (24, 24, 768, 450)),
    ("radio", (640, 480), demo_pictures.radio, (816, 84, 440, 330)),
)
# the third guest; the range of its vkb device's pointer is the size of its screen
SHEET, SHEET_PLACE = (1232, 198), (24, 498, 1232, 198)
POINTER = {"feature_abs_pointer": 1, "width": SHEET[0], "height": SHEET[1]}
TYPED = "TYPED HERE AND DRAGGED"
# Where the guests' windows (their pictures) and the terminal (its frame) are moved on the desktop.
PLACES = {"cluster": (30, 50), "radio": (600, 200), "terminal": (10, 290)}
WIDTH = 640     # to which the first guest's window is narrowed
COLORS = "".join(f"[xen-guest]\nname={name}\ncolor={color}\n" for name, color in (("cluster", "#b3261e"),
                                                                             ("radio", "#1f5fbf")))
TITLE = 13      # from the top of a picture up to the middle of its window's title
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
            # an absolute path, since this Weston has another XDG_RUNTIME_DIR
            found["WAYLAND_DISPLAY"] = os.path.join(os.environ.get("XDG_RUNTIME_DIR", ""), session)
        else:
            found["DISPLAY"] = os.environ["DISPLAY"]
        return found


def draw(machine, name, size, picture):
    """Starts a guest whose driver connects, draws into two buffers and flips between them."""
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


def start_notes(machine):
    """Starts the guest that draws its keyboard and pointer input."""
    say("  guest notes draws its keyboard and pointer input ...")
    return Notes(Guest(machine, "notes", [f"{SHEET[0]}x{SHEET[1]}"], inputs=(POINTER,)), SHEET)


def play_story(weston, notes):
    """Clicks on that guest, types there, and drags the pointer."""
    left, top = SHEET_PLACE[:2]
    down, up = f"button {BUTTON_LEFT} 1", f"button {BUTTON_LEFT} 0"
    weston.seat(f"at {left + 600} {top + 150}", down, up)
    wait_for(notes, lambda: notes.strokes == 1, "a click")
    for letter in TYPED:
        weston.seat(f"key {CODES[letter]} 1", f"key {CODES[letter]} 0")
    wait_for(notes, lambda: notes.text == TYPED, "what was typed")
    weston.seat(f"at {left + 60} {top + 140}", down)
    for step in range(1, 61):
        weston.seat(f"at {left + 60 + 18 * step} {top + 140 + round(32 * math.sin(step / 4))}")
        # Wait for each step: motions in one turn of the loop are merged, and notes draws straight lines between places.
        wait_for(notes, lambda: notes.pointer[0] == 60 + 18 * step, "the pointer")    # noqa: B023
    weston.seat(up)
    wait_for(notes, lambda: notes.strokes == 2, "the end of the line")


def wait_for(notes, is_there, what):
    def look():
        notes.take()
        return is_there()

    if not wait_until(look, 20, 0.01):
        raise Failure(f"within 20 s guest notes did not get {what}")


def keep_moving(weston, guests, notes):
    """Two guests flip every 0.4 s, the third draws its input at once, until the window is closed."""
    cookie, last = 1, 0
    while weston.process.poll() is None:
        try:
            notes.take()
            if time.monotonic() > last + 0.4:
                cookie, last = 3 - cookie, time.monotonic()
                for guest in guests:
                    guest.flip(cookie)
        except Failure:
            if weston.process.poll() is None:
                raise
        time.sleep(0.01)


def move_window(weston, label, grip, place):
    """Drags a window until its picture's corner is at place. label: how its label begins; grip: where the pointer
    takes hold of it, from that corner."""
    if not wait_until(lambda: weston.views(label), 20):
        raise Failure(f"within 20 s no window appeared whose label begins with {label}")
    weston.screenshot()
    x, y = weston.views(label)[0][:2]
    weston.seat(f"at {x + grip[0]} {y + grip[1]}", f"button {BUTTON_LEFT} 1")
    # The move begins only when the window's client asks for it.
    weston.wait_for_clients()
    weston.screenshot()
    weston.seat(f"at {place[0] + grip[0]} {place[1] + grip[1]}")
    weston.screenshot()
    weston.seat(f"button {BUTTON_LEFT} 0")


def shrink_window(weston, label, width):
    """Drags the window's right border until its picture has that width."""
    weston.screenshot()
    x, y, before, height = weston.views(label)[0]
    # A click brings it to the front.
    weston.seat(f"at {x + 20} {y + 20}", f"button {BUTTON_LEFT} 1", f"button {BUTTON_LEFT} 0")
    weston.screenshot()
    weston.seat(f"at {x + before + 2} {y + height // 2}", f"button {BUTTON_LEFT} 1")
    weston.seat(f"at {x + width + 2} {y + height // 2}")
    if not wait_until(lambda: weston.views(label)[0][2] == width, 20):
        raise Failure(f"the window {label} did not become smaller when its border was dragged")
    weston.seat(f"button {BUTTON_LEFT} 0")


def arrange_guests(weston):
    """Moves the guests' windows beside each other."""
    say("- moving the guests' windows by their titles, and making one smaller by its border")
    shrink_window(weston, "top-level-window-'cluster'", WIDTH)
    move_window(weston, "top-level-window-'cluster'", (60, -TITLE), PLACES["cluster"])
    move_window(weston, "top-level-window-'radio'", (500, -TITLE), PLACES["radio"])


def start_terminal(weston):
    """Starts a terminal that shows the log's lines about guests; returns its process, and the path of a file that
    exists as soon as it shows them."""
    say("- starting a terminal beside them")
    script, done = f"{weston.home}/terminal", f"{weston.home}/terminal-done"
    with open(script, "w") as file:
        file.write(f"#!/bin/sh\ngrep -o 'guest .*' {weston.log_path} | cut -c 1-79\ntouch {done}\nexec sleep 60\n")
    os.chmod(script, 0o700)
    env = dict(os.environ, XDG_RUNTIME_DIR=weston.home, WAYLAND_DISPLAY="wayland-sim")
    process = subprocess.Popen(["weston-terminal", f"--shell={script}"], env=env, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return process, done


def find_terminal(weston):
    """How the label of the terminal's window begins; None if there is no such window."""
    labels = (line.split()[0] for line in weston.control("views"))
    return next((label for label in labels if label.startswith("top-level") and "xen-display" not in label), None)


def picture_of_desktop(weston, path):
    arrange_guests(weston)
    terminal, done = start_terminal(weston)
    try:
        if not wait_until(lambda: find_terminal(weston) and os.path.exists(done), 20):
            raise Failure("weston-terminal showed no window within 20 s")
        move_window(weston, find_terminal(weston), (150, 45), PLACES["terminal"])
        # Bring the guest's window to the front, and move the pointer where it hides nothing.
        x, y = PLACES["radio"]
        weston.seat(f"at {x + 500} {y + 100}", f"button {BUTTON_LEFT} 1", f"button {BUTTON_LEFT} 0", "at 20 700")
        weston.wait_for_clients()
        weston.screenshot()
        say("- taking a picture of the desktop")
        shutil.copyfile(weston.screenshot(), path)
    finally:
        terminal.kill()
        terminal.wait()


def tell_log(weston, part):
    for line in weston.log().splitlines():
        if part in line:
            say("    Weston's log: " + line)


def show(build, window, desktop):
    os.environ["SIM_BUILD"] = f"{build}/tests/sim"
    say("- starting a simulated Xen: the real xenstored, and a library in place of the hypervisor")
    machine = Machine().start()
    weston, guests = None, []
    try:
        say("- starting Weston with the module, " + ("in a window" if window else "without a screen of its own"))
        kind = WindowedWeston if window else Weston
        places = [(name, where) for name, _, _, where in GUESTS] + [("notes", SHEET_PLACE)]
        config = COLORS if desktop else "".join(RULE.format(name, *where) for name, where in places)
        weston = kind(machine, outputs=[("headless", *OUTPUT)], config=config, seat=not window, windows=desktop)
        weston.start()
        say("- starting guests, each with a para-virtual display")
        for name, size, picture, _ in GUESTS:
            guests.append(draw(machine, name, size, picture))
        if not desktop:
            notes = start_notes(machine)
            guests.append(notes.guest)
        if window:
            say("The window shows three guests. Click on the lowest one and type, or drag the pointer there."
                " Close the window, or press Ctrl-C here, to end.")
            keep_moving(weston, guests[:-1], notes)
        elif desktop:
            picture_of_desktop(weston, f"{build}/demo-desktop.png")
        else:
            say("- clicking on the third guest, typing there, dragging the pointer")
            play_story(weston, notes)
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
        say(f"The picture is {build}/demo{'-desktop' if desktop else ''}.png.")


def main():
    try:
        show(os.path.abspath(sys.argv[1]), "--window" in sys.argv[2:], "--desktop" in sys.argv[2:])
    except KeyboardInterrupt:
        pass
    except (Failure, RuntimeError) as error:
        sys.exit(f"the demonstration failed: {error}")


main()
