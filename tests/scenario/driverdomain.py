# SPDX-License-Identifier: MIT
"""Weston in a driver domain, and what it may read there; xenbus.py has the life of its devices."""
import contextlib
import os
import re
import subprocess

from rig.runner import equal, scenario

GUEST = "320x240"


@contextlib.contextmanager
def weston_in_driver_domain(rig, **options):
    """Weston in a domain of its own, and that domain's number."""
    domid = int(rig.machine.control("create"))
    rig.machine.tools.create_domain(domid, "driver-domain")
    player = subprocess.Popen([f"{rig.machine.build}/guest", str(domid), "serve"],
                              env=rig.machine.environment(domid, preload=False), text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        rig.machine.unpause(domid, int(player.stdout.readline().split()[3]))
        # Like xl create with driver_domain=1: the backend nodes belong to that domain.
        home = f"/local/domain/{domid}"
        rig.machine.store.mkdir(f"{home}/backend")
        rig.machine.store.permit(f"{home}/backend", f"n{domid}")
        rig.machine.store.mkdir(f"{home}/data")
        rig.machine.store.permit(f"{home}/data", f"n{domid}")
        weston = rig.weston(domid=domid, environment={
            "XENSTORED_PATH": f"{rig.machine.directory}/xenbus.{domid}"}, **options)
        yield weston, domid
        for guest in rig.guests:
            guest.destroy()
        equal(weston.stop(), 0, "Weston's exit status")
        rig.westons.clear()
    finally:
        rig.machine.control("destroy", domid)
        player.stdin.close()
        player.wait()


def show(guest, number, device=0, connector=0):
    cookie = 1 + connector
    guest.buffer(cookie, 320, 240, device=device, picture=number)
    guest.show(cookie, 320, 240, connector=connector, device=device)


TWO = (("headless", 320, 240), ("second", 320, 240))


@scenario("xenbus")
def driver_domain_places_by_id(rig):
    """In a driver domain the guest's name cannot be read: a rule by id places its screen, one by name does not."""
    with weston_in_driver_domain(rig, outputs=TWO, config="[xen-connector]\nguest=g\noutput=nowhere\n"
                       "[xen-connector]\nid=left\noutput=second\nwidth=160\nheight=120\n") as (weston, domid):
        guest = rig.guest("g", devices=[[GUEST, GUEST]], backend=domid, unique_ids=["right", "left"])
        guest.attach(1, [GUEST])
        show(guest, 1, connector=1)
        weston.expect("scaled=320,0,160,120,XR24,1,0,0,320,240,320,240")
        weston.expect_log("may not read the guest's name")
        equal(len(re.findall("may not read the guest's name", weston.log())), 1, "log lines about the guest's name")


@scenario("xenbus")
def driver_domain_reads_names_that_dom0_shows_it(rig):
    """The commands that the log names let a driver domain read a guest's name and UUID: then rules match."""
    uuid = "12345678-1234-1234-1234-123456789abc"
    with weston_in_driver_domain(rig, outputs=TWO, config="[xen-guest]\nname=g\nalpha=true\n"
                       "[xen-connector]\nguest=g\noutput=second\n"
                       f"[xen-connector]\nguest={uuid}\ndevice=1\noutput=second\nx=160\nz=1\n") as (weston, domid):
        guest = rig.guest("g", GUEST, backend=domid, uuid=uuid, connect=False)
        weston.expect_log("in Dom0: xenstore-chmod")
        commands = re.search("in Dom0: (.*)", weston.log()).group(1).split("; ")
        equal(len(commands), 2, "commands that the log names")
        for command in commands:
            subprocess.run(command.split(), check=True, env=dict(
                os.environ, XENSTORED_PATH=f"{rig.machine.directory}/xenstored/socket"))
        # Device 0 was there before the commands, device 1 is new.
        guest.connect()
        guest.attach(1, [GUEST])
        guest.connect(1)
        weston.expect_log(r"guest g\(\d+\) vdispl 0: connected")
        guest.picture(1, "AR24", (320, 240))
        show(guest, 2, device=1)
        weston.expect("scaled=480,60,160,120,XR24,2,0,0,320,240,320,240", "but=480,60,160,120",
                      "blended=320,0,320,240,AR24,1,303030")
        # The guest itself can still read its nodes.
        for node in ("name", "vm"):
            guest.ok(f"xs-read {node}")
