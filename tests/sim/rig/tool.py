# SPDX-License-Identifier: MIT
"""xen-displayctl as built with the module, and the environment in which it finds a Weston of the rig."""
import os

from .machine import build_directory


def tool():
    return os.environ.get("XEN_DISPLAYCTL") or os.path.abspath(f"{build_directory()}/../../ctl/xen-displayctl")


def environment(weston):
    """Without LD_PRELOAD, since the tool does not call the simulated Xen."""
    env = {key: value for key, value in os.environ.items() if key not in ("LD_PRELOAD", "DISPLAY")}
    return dict(env, XDG_RUNTIME_DIR=weston.home, WAYLAND_DISPLAY="wayland-sim")
