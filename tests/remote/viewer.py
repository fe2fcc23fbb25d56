# SPDX-License-Identifier: MIT
"""A viewer of a remote desktop, on an X server without a display: reads its pixels, and sends it keys and the pointer.

Uses Xvfb and xdotool. Knows nothing of Weston or Xen."""
import os
import subprocess

from png import make_png
from rig.machine import stop_process, wait_until
from xwd import read_xwd

SCREEN = (800, 600)


class Viewer:
    """with Viewer(directory, command, environment) as viewer: positions and pictures are those of its window."""

    def __init__(self, directory, command, environment=None):
        self.directory = directory
        self.command = command
        self.environment = dict(os.environ, **(environment or {}))
        self.environment.pop("WAYLAND_DISPLAY", None)
        self.server = self.process = self.window = None

    def __enter__(self):
        os.makedirs(self.directory)
        reader, writer = os.pipe()
        size = "x".join(map(str, SCREEN))
        with open(f"{self.directory}/log", "wb") as log:
            self.server = subprocess.Popen(
                ["Xvfb", "-displayfd", str(writer), "-screen", "0", f"{size}x24", "-nolisten", "tcp",
                 "-fbdir", self.directory], pass_fds=(writer,), stdout=log, stderr=log)
            os.close(writer)
            with os.fdopen(reader) as number:
                self.environment["DISPLAY"] = f":{number.readline().strip()}"
            self.process = subprocess.Popen(self.command, env=self.environment, stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL)
        return self

    def __exit__(self, *_):
        for process in (self.process, self.server):
            if process and process.poll() is None:
                stop_process(process, 10)

    def said(self):
        with open(f"{self.directory}/log", errors="replace") as file:
            return file.read()

    def do(self, *words):
        """Runs xdotool; returns its output."""
        return subprocess.run(["xdotool", *map(str, words)], env=self.environment, check=True, timeout=60, text=True,
                              stdout=subprocess.PIPE).stdout

    def point(self, x, y):
        self.do("mousemove", "--window", self.window, x, y)

    def has_window(self):
        """Waits 30 s for the window; returns whether the viewer still runs."""
        def there():
            found = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "."], env=self.environment, text=True,
                                   capture_output=True, timeout=60, check=False)
            self.window = found.stdout.split()[0] if found.stdout.strip() else None
            return self.window or self.process.poll() is not None

        return wait_until(there, 30) and self.process.poll() is None

    def place(self):
        """x, y, width and height of the window."""
        words = dict(line.split("=") for line in self.do("getwindowgeometry", "--shell", self.window).split())
        return tuple(int(words[name]) for name in ("X", "Y", "WIDTH", "HEIGHT"))

    def picture(self):
        """Saves the window's current contents as a PNG file; returns its path."""
        left, top, width, height = self.place()
        with open(f"{self.directory}/Xvfb_screen0", "rb") as file:
            wide, _, pixels = read_xwd(file.read())
        rows = (3 * (row * wide + left) for row in range(top, top + height))
        with open(f"{self.directory}/shot.ppm", "wb") as file:
            file.write(b"P6 %d %d 255\n" % (width, height) + b"".join(pixels[start:start + 3 * width] for start in rows))
        make_png(f"{self.directory}/shot.ppm", f"{self.directory}/shot.png")
        return f"{self.directory}/shot.png"
