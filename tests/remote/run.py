#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Guests' screens on a remote desktop, by Weston's own backends and viewers from Debian.

run.py [--list] [NAME...]; the last line is "N passed, N failed, N skipped". The viewer must show the guest's picture,
and keys and clicks in it must reach the guest, as doc/remote.md says.
"""
import os
import socket
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
sys.dont_write_bytecode = True
sys.path[:0] = [HERE, f"{TESTS}/sim", f"{TESTS}/scenario", f"{TESTS}/xen"]

from inputseat import KEY_A, LEFT, SIZE, SMALL, TOUCHED, last_of  # noqa: E402
from rig.machine import wait_until  # noqa: E402
from rig.runner import Skip, check, main, scenario  # noqa: E402
from rig.weston import Weston, check_picture, version  # noqa: E402
from viewer import Viewer  # noqa: E402

OUTPUT = (640, 480)
AT = (100, 60)
SHOWN = f"picture={AT[0]},{AT[1]},{SIZE[0]},{SIZE[1]},XR24,1"
RULE = f"[xen-connector]\nguest=guest\nx={AT[0]}\ny={AT[1]}\nwidth={SIZE[0]}\nheight={SIZE[1]}\n"


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class RemoteWeston(Weston):
    """Weston with a backend for viewers instead of the headless one."""

    def __init__(self, machine, backend, **options):
        name = {"vnc": "vnc", "rdp": "rdp" if version() < 12 else "rdp-0"}[backend]
        super().__init__(machine, outputs=((name, *OUTPUT),), config=RULE, **options)
        self.backend = backend
        self.port = free_port()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                        "-keyout", f"{self.home}/tls.key", "-out", f"{self.home}/tls.crt"], check=True, capture_output=True)

    def command(self):
        own = [word for word in super().command() if not word.startswith(("--backend=", "--use-"))]
        name = self.backend if version() >= 12 else f"{self.backend}-backend.so"
        size = [] if version() >= 12 else [f"--width={OUTPUT[0]}", f"--height={OUTPUT[1]}", "--no-clients-resize"]
        return [*own, f"--backend={name}", "--address=127.0.0.1", f"--port={self.port}", *size,
                f"--{self.backend}-tls-cert={self.home}/tls.crt", f"--{self.backend}-tls-key={self.home}/tls.key"]

    def viewer_command(self):
        """The command of doc/remote.md, without encodings that lose colours."""
        if self.backend == "vnc":
            return ["xtigervncviewer", "-SecurityTypes", "X509Plain", "-X509CA", f"{self.home}/tls.crt", "-RemoteResize=0",
                    "-AutoSelect=0", "-PreferredEncoding=ZRLE", f"localhost::{self.port}"]
        return [client(), f"/v:127.0.0.1:{self.port}", "/u:any", "/p:any",
                "/cert-ignore" if client() == "xfreerdp" else "/cert:ignore", "/sec:tls", "/bpp:32",
                f"/size:{OUTPUT[0]}x{OUTPUT[1]}"]


def client():
    return "xfreerdp" if version() < 12 else "xfreerdp3"


def take_any_password():
    """Lets VNC accept any password, as none is known here, in a mount namespace of this process. Needs root."""
    os.unshare(os.CLONE_NEWNS)
    # This fails in a chroot that is not a mount point, where it is not needed.
    subprocess.run(["mount", "--make-rprivate", "/"], check=False, capture_output=True)
    subprocess.run(["mount", "--bind", f"{HERE}/pam-of-anybody", "/etc/pam.d/weston-remote-access"], check=True)


def remote_weston(rig, backend):
    if backend == "vnc":
        if version() < 12:
            raise Skip("Weston 10 has no VNC backend")
        take_any_password()
    weston = RemoteWeston(rig.machine, backend, shell="kiosk").start()
    rig.westons.append(weston)
    rig.settle(weston)
    return weston


def play(rig, backend):
    """A viewer shows a guest, clicks and types; the guest keeps flipping once the viewer has gone; then all again."""
    weston = remote_weston(rig, backend)
    guest = rig.guest("guest", SMALL, inputs=(TOUCHED,))
    guest.ok("kbd 0 connect wait")
    guest.picture(1, size=SIZE)
    for number in (1, 2):
        with Viewer(f"{weston.home}/viewer-{number}", weston.viewer_command(),
                    {"VNC_USERNAME": "root", "VNC_PASSWORD": "any"}) as viewer:
            check(viewer.has_window(), f"the viewer has no window: {viewer.said()[-2000:]}")
            wrong = "?"

            def right():
                nonlocal wrong
                wrong = check_picture(viewer.picture(), SHOWN)
                return not wrong

            viewer.point(OUTPUT[0] - 5, OUTPUT[1] - 5)
            check(wait_until(right, 20, 0.2), f"the viewer does not show the guest's picture: {wrong}")
            viewer.point(AT[0] + 50, AT[1] + 40)
            viewer.do("click", 1)
            told = last_of(guest, f"+{LEFT}", f"-{LEFT}")
            check("@50,40/0" in told, f"expected a click at @50,40/0, the guest got {told}")
            # There is no window manager to set the focus.
            viewer.do("windowfocus", viewer.window)
            viewer.do("key", "a")
            last_of(guest, f"+{KEY_A}", f"-{KEY_A}")
            guest.flips(30, 1)
        # No viewer is connected.
        guest.flips(3, 1)


@scenario("remote")
def vnc(rig):
    """By VNC, with TLS and a password: Weston 12 and later."""
    play(rig, "vnc")


@scenario("remote")
def rdp(rig):
    """By RDP."""
    play(rig, "rdp")


if __name__ == "__main__":
    sys.exit(main(["remote"]))
