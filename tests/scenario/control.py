# SPDX-License-Identifier: MIT
"""xen-displayctl and the control protocol: it reports guests' screens and places them."""
import grp
import json
import os
import resource
import signal
import socket
import stat
import subprocess
import time

from inputseat import touched
from rig.machine import build_directory, wait_until
from rig.runner import Skip, check, equal, scenario
from rig.tool import environment, tool
from rig.weston import SCALE, check_picture, module_path

SIZE = (320, 240)
SCREEN = (("headless", 320, 240),)
TWO = (("headless", 320, 240), ("second", 320, 240))
GREY = "303030"


def run(weston, *arguments, code=0, **more):
    """What the tool prints; it has to end with that code."""
    done = subprocess.run([tool(), *arguments], env=environment(weston), text=True, capture_output=True,
                          timeout=20 * SCALE, check=False, **more)
    equal(done.returncode, code, f"{' '.join(arguments)}: {done.stdout}{done.stderr}; exit code")
    return done.stdout if code == 0 else done.stderr


def screens(weston):
    return {screen["screen"]: screen for screen in json.loads(run(weston, "list", "--json"))}


def two_guests(rig, **options):
    """A Weston with two outputs and a guest on each."""
    weston = rig.weston(outputs=TWO, shell="kiosk", windows=True, **options)
    guests = [rig.guest(name, "320x240") for name in ("g1", "g2")]
    for number, guest in enumerate(guests, 1):
        guest.picture(number, size=SIZE)
    weston.expect("picture=0,0,320,240,XR24,1", "picture=320,0,320,240,XR24,2")
    return weston, *guests


@scenario("control")
def list_and_info(rig):
    """The table, JSON and info report what the guests do."""
    weston, g1, _ = two_guests(rig)
    told = subprocess.run([tool(), "-v", "list"], env=environment(weston), text=True, capture_output=True, check=True)
    check("wayland-sim-xen-display: Weston " in told.stderr and "2 screens" in told.stderr,
          f"-v names not both socket and screens: {told.stderr!r}")
    lines = run(weston, "list").splitlines()
    equal(lines[1].split(), ["g1:0.0", "320x240", "on", "headless", "whole", "shown", "mapped"], "line of g1")
    equal(lines[2].split()[3], "second", "output of g2")
    found = screens(weston)
    equal(found["g1:0.0"]["placement"]["from"], "default", "what decided the place")
    equal(found["g1:0.0"]["domid"], g1.domid, "domain number of g1")
    for name in ("g1", str(g1.domid), g1.uuid, "g1:0", "g1:0.0"):
        check("domain" in run(weston, "info", name), f"no domain in the output of info {name}")
    g1.ok("config-off 0 0")
    check(wait_until(lambda: screens(weston)["g1:0.0"]["visibility"] == "dark", 5 * SCALE), "g1 does not become dark")
    equal(screens(weston)["g1:0.0"]["state"], "off", "state of g1")


@scenario("control")
def errors_name_what_there_is(rig):
    """A wrong screen, output, fit, command or option: the error lists the right ones; the exit code is its kind."""
    weston, *_ = two_guests(rig)
    check("there are: g1:0.0, g2:0.0" in run(weston, "info", "g9", code=4),
          "a wrong screen: the error lists no screens")
    check("no output HDMI-9; there are: headless, second" in
          run(weston, "place", "g1", "--output", "HDMI-9", code=1), "a wrong output: the error lists no outputs")
    check("fit, fill, center, stretch" in run(weston, "place", "g1", "--fit", "big", code=2),
          "a wrong fit: the error lists no fits")
    check("there are: list," in run(weston, "lits", code=2), "a wrong command: the error lists no commands")
    check("list has no option --z" in run(weston, "list", "--z", "1", code=2),
          "a wrong option: the error does not name it")
    check("x is to be from -65536 to 65536" in run(weston, "place", "g1", "--rect", "70000,0,1x1", code=1),
          "x out of range: the error does not name the range")
    check("nothing of it would lie" in run(weston, "place", "g1", "--rect", "320,0,1x1", code=1),
          "a place beside the output: the error does not say so")
    none = run(weston, "-s", "/nowhere/socket", "list", code=3)
    check("/nowhere/socket: No such file" in none, f"a wrong socket: the error does not name it: {none}")


@scenario("control")
def the_socket_is_the_users_own(rig):
    """It is 0600, goes with Weston, and replaces what a killed one has left; Weston's own socket does not serve it."""
    weston = rig.weston(outputs=SCREEN)
    path = f"{weston.home}/wayland-sim-xen-display"
    check(wait_until(lambda: os.path.exists(path), 5 * SCALE), "there is no control socket")
    equal(stat.S_IMODE(os.stat(path).st_mode), 0o600, "mode of the socket")
    refused = run(weston, "-s", f"{weston.home}/wayland-sim", "list", code=5)
    check("is for clients of the socket" in refused, f"Weston's own socket did not refuse it: {refused}")
    weston.kill()
    check(os.path.exists(path), "the control socket is gone after kill -9 of Weston, which cannot remove it")
    weston.start()
    check(wait_until(lambda: subprocess.run([tool(), "list"], env=environment(weston), check=False,
                                            capture_output=True).returncode == 0, 5 * SCALE),
          "the tool is not served by the Weston after a killed one")
    equal(weston.stop(), 0, "Weston's exit status")
    check(not os.path.exists(path), "the control socket is left behind after Weston's end")
    rig.westons.clear()


@scenario("control")
def what_weston_ini_allows(rig):
    """control=observe: reports are given, placing is refused."""
    weston, *_ = two_guests(rig, config="[xen-display]\ncontrol=observe\n")
    check("g1:0.0" in run(weston, "list"), "list does not show g1 with control=observe")
    for command in ("hide", "grab"):
        check("control=observe" in run(weston, command, "g1", code=5),
              f"the reason is not named in the refusal of {command}")
    weston.expect("picture=0,0,320,240,XR24,1")


def is_served_as(weston, uid, gid):
    """Exit code of the tool run by such a user."""
    return subprocess.run([tool(), "-s", f"{weston.home}/wayland-sim-xen-display", "list"], user=uid, group=gid,
                          extra_groups=[], env=environment(weston), check=False, capture_output=True).returncode


@scenario("control")
def a_group_may_use_it(rig):
    """control-group=: members may connect, others may not; an unknown group is logged."""
    if os.geteuid() != 0:
        raise Skip("needs root, to be several users")
    group = grp.getgrnam("games")
    weston = rig.weston(outputs=SCREEN, config="[xen-display]\ncontrol-group=games\n")
    path = f"{weston.home}/wayland-sim-xen-display"
    check(wait_until(lambda: is_served(weston), 5 * SCALE), "the control socket does not serve the tool")
    status = os.stat(path)
    equal((stat.S_IMODE(status.st_mode), status.st_gid), (0o660, group.gr_gid), "mode and group of the socket")
    for folder in (weston.home, rig.machine.directory):
        os.chmod(folder, 0o755)
    equal(is_served_as(weston, 12345, group.gr_gid), 0, "exit code for a member")
    equal(is_served_as(weston, 12345, 12345), 3, "exit code for somebody else")
    equal(weston.stop(), 0, "Weston's exit status")
    rig.westons.clear()
    weston = rig.weston(outputs=SCREEN, config="[xen-display]\ncontrol-group=no such\n")
    weston.expect_log("control-group=no such: there is no such group; only Weston's user and root")
    equal(stat.S_IMODE(os.stat(f"{weston.home}/wayland-sim-xen-display").st_mode), 0o600, "mode of the socket")


@scenario("control")
def switched_off(rig):
    """control=off: there is no socket, and the tool names the paths that it tried."""
    off = rig.weston(outputs=SCREEN, config="[xen-display]\ncontrol=off\n")
    check("tried:" in run(off, "list", code=3), "the error does not name the paths that were tried")
    check(not os.path.exists(f"{off.home}/wayland-sim-xen-display"),
          "there is a control socket in spite of control=off")


@scenario("control")
def place_hide_show_reset(rig):
    """A screen is placed, hidden, shown again, and reset to its first place."""
    weston, g1, g2 = two_guests(rig)
    check("would succeed" in run(weston, "place", "g1", "--rect", "10,20,160x120", "--dry-run"),
          "a dry run does not say that the command would succeed")
    equal(screens(weston)["g1:0.0"]["placement"]["from"], "default", "what decided the place after a dry run")
    run(weston, "place", "g1", "--output", "second", "--rect", "80,60,160x120", "--fit", "stretch", "--z", "3")
    weston.expect("scaled=400,60,160,120,XR24,1,0,0,320,240,320,240", f"solid=0,0,320,240,{GREY}")
    equal(screens(weston)["g1:0.0"]["placement"],
          {"output": "second", "x": 80, "y": 60, "width": 160, "height": 120, "fit": "stretch", "z": 3,
           "fullscreen": False, "from": "command"}, "the place of g1")
    # now behind g2
    run(weston, "place", "g1", "--z", "-3")
    weston.expect("picture=320,0,320,240,XR24,2")
    run(weston, "fullscreen", "g1")
    weston.expect("picture=320,0,320,240,XR24,1")
    run(weston, "fullscreen", "g1", "off")
    run(weston, "hide", "g2")
    weston.expect("scaled=400,60,160,120,XR24,1,0,0,320,240,320,240", "but=400,60,160,120",
                  f"solid=0,0,640,240,{GREY}")
    equal(screens(weston)["g2:0.0"]["visibility"], "hidden", "visibility of g2")
    equal(screens(weston)["g2:0.0"]["state"], "throttled", "state of g2")
    g2.buffer(2, *SIZE, picture=5)
    g2.flips(5, 1, 2)
    counted = json.loads(run(weston, "stats", "--json", "g2"))
    check(counted["flips-by-time"] >= 5 and counted["throttled-ms"] >= 5, f"throttled flips are not counted: {counted}")
    run(weston, "show", "g2")
    run(weston, "reset", "g1")
    weston.expect("picture=0,0,320,240,XR24,1")
    equal(screens(weston)["g1:0.0"]["placement"]["from"], "default", "what decided the place after reset")
    check("320x240" in run(weston, "info", "g2"), "info does not name the size of g2")


@scenario("control")
def monitor_tells_each_change(rig):
    """A guest that comes, is moved and goes, and Weston's end and beginning, are a line each; -r outlives Weston."""
    weston = rig.weston(outputs=TWO)
    with subprocess.Popen([tool(), "--json", "monitor", "-r"], env=environment(weston), text=True,
                          stdout=subprocess.PIPE) as monitor:
        rig.processes.append(monitor)

        def wait_for(event, wanted=lambda screen: True):
            while True:
                line = json.loads(monitor.stdout.readline())
                if line["event"] == event and wanted(line.get("screen")):
                    return

        wait_for("connected")
        guest = rig.guest("g1", "320x240")
        wait_for("new", lambda screen: screen["guest"] == "g1")
        guest.picture(1, size=SIZE)
        wait_for("changed", lambda screen: screen["path"] == "mapped" and screen["visibility"] == "shown")
        run(weston, "place", "g1", "--output", "second")
        wait_for("changed", lambda screen: screen["placement"]["output"] == "second")
        weston.control("output-off second")
        wait_for("changed", lambda screen: screen["visibility"] == "no output")
        guest.destroy()
        wait_for("gone")
        equal(weston.stop(), 0, "Weston's exit status")
        wait_for("disconnected")
        rig.westons.clear()
        weston.start()
        rig.westons.append(weston)
        wait_for("connected")
        monitor.kill()


@scenario("control")
def statistics(rig):
    """Counters match what the guest did; latencies, also of input, are there; refusals are counted by error."""
    weston = rig.weston(outputs=SCREEN, seat=True)
    guest = touched(rig, "g1")
    guest.buffer(2, *SIZE, picture=2)
    weston.expect("picture=0,0,320,240,XR24,1", "but=90,90,40,40")
    guest.flips(40, 2, 1)
    guest.send("flip 0 0 77")
    check(wait_until(lambda: weston.seat("at 20 30", "dump")["pointer"] == "guest-screen", 5 * SCALE),
          "the guest's screen does not get the pointer")
    weston.seat("button 272 1", "button 272 0")
    check(wait_until(lambda: screens(weston)["g1:0.0"]["input"]["focus"], 5 * SCALE), "g1 has no focus after a click")
    weston.seat("key 30 1", "key 30 0")
    guest.event("key", code=30, value=0)
    check("has the keys" in run(weston, "info", "g1"), "info does not say that g1 has the keys")
    found = json.loads(run(weston, "stats", "--json", "g1"))
    equal(found["flips"], 40, "flips")
    check(found["frames-presented"] >= 30, f"frames-presented is below 30: {found}")
    equal(found["refused"], {"ENOENT": 1}, "refused requests, by error")
    check(1 <= found["flip-latency"]["count"] <= 40, f"flip-latency: count is not from 1 to 40: {found}")
    check(0 < found["flip-latency"]["min-us"] <= found["flip-latency"]["median-us"] <=
          found["flip-latency"]["max-us"], f"flip-latency: min, median and max are not in order: {found}")
    check(found["input-latency"]["count"] >= 2, f"input-latency: count is below 2: {found}")
    check(found["input-latency"]["max-us"] < 4000000, f"input-latency: max is 4 s or more: {found}")
    check(found["guest-pages"] >= 150, f"guest-pages is below 150: {found}")
    text = run(weston, "stats", "--prometheus")
    check('xen_display_flips_total{guest="g1",device="0",connector="0"} 40' in text, text)
    check("xen_display_throttled_milliseconds_total{" in text, text)
    table = run(weston, "stats").splitlines()
    check(max(map(len, table)) <= 80, f"a line is longer than 80 columns: {table}")
    check("refused: ENOENT 1" in table[3], f"the table's details do not name the refusal: {table}")


@scenario("control")
def statistics_go_on(rig):
    """stats -w tells rates of each interval, of screens that come later too, and ends with Weston."""
    weston = rig.weston(outputs=SCREEN)
    with subprocess.Popen([tool(), "--json", "stats", "-w", "0.2"], env=environment(weston), text=True,
                          stdout=subprocess.PIPE) as stats:
        rig.processes.append(stats)
        guest = rig.guest("g1", "320x240")
        for cookie in (1, 2):
            guest.buffer(cookie, *SIZE, picture=cookie)
        guest.show(1, *SIZE)
        guest.flips(30, 1, 2)
        while json.loads(stats.stdout.readline())["flips"] < 30:
            pass
        found = json.loads(stats.stdout.readline())
        equal(found["flip-latency"]["count"] <= 1, True, f"an interval counts latencies of earlier flips: {found}")
        guest.destroy()
        equal(weston.stop(), 0, "Weston's exit status")
        rig.westons.clear()
        equal(stats.wait(10 * SCALE), 3, "exit code when Weston ends")


def is_served(weston):
    return subprocess.run([tool(), "list"], env=environment(weston), check=False, capture_output=True).returncode == 0


@scenario("control")
def eight_clients(rig):
    """A ninth connection gets an error and is closed, and is served once another one has gone."""
    weston = rig.weston(outputs=SCREEN)
    path = f"{weston.home}/wayland-sim-xen-display"
    check(wait_until(lambda: is_served(weston), 5 * SCALE), "the control socket does not serve the tool")
    connections = []
    for _ in range(8):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(path)
        connections.append(connection)
    check("eight clients" in run(weston, "list", code=3), "the ninth client's error does not name the limit")
    connections.pop().close()
    check(wait_until(lambda: is_served(weston), 5 * SCALE), "no client is served after one of eight has gone")
    for connection in connections:
        connection.close()


@scenario("control")
def one_of_several_westons(rig):
    """Where nothing says which Weston is meant, the only one that answers is; of two, the tool asks to choose."""
    weston = rig.weston(outputs=SCREEN)
    check(wait_until(lambda: is_served(weston), 5 * SCALE), "no control")
    env = environment(weston)
    del env["WAYLAND_DISPLAY"]

    def listed():
        return subprocess.run([tool(), "list"], env=env, check=False, text=True, capture_output=True)

    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(f"{weston.home}/wayland-0-xen-display")
    only = listed()
    equal((only.returncode, only.stderr), (0, ""), "beside a socket that nobody serves")
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(f"{weston.home}/wayland-9-xen-display")
        other.listen()
        both = listed()
    equal(both.returncode, 3, "exit code with two")
    for path in ("wayland-sim-xen-display", "wayland-9-xen-display", "-s"):
        check(path in both.stderr, f"{path} is not in {both.stderr!r}")


@scenario("control")
def debug_scope(rig):
    """weston-debug xen-display: a line a second of each connector, for as long as somebody reads it."""
    weston = rig.weston(outputs=SCREEN)
    guest = rig.guest("g1", "320x240")
    for cookie in (1, 2):
        guest.buffer(cookie, *SIZE, picture=cookie)
    guest.show(1, *SIZE)
    guest.flips(10, 1, 2)
    with subprocess.Popen(["weston-debug", "xen-display"], env=environment(weston), text=True,
                          stdout=subprocess.PIPE) as debug:
        rig.processes.append(debug)
        line = debug.stdout.readline()
        check("guest g1(1) vdispl 0 conn 0: on, 10 flips" in line, f"the first line has no 10 flips of g1: {line}")
        debug.kill()
    guest.flips(10, 1, 2)


@scenario("control")
def config_round_trip(rig):
    """config print says where screens stand; config check finds nothing wrong with it, and a Weston that reads it
    places them so. A bad file is told with its lines; a rule for an output that is not there, where Weston runs."""
    weston, *_ = two_guests(rig)
    run(weston, "place", "g1", "--output", "second", "--rect", "160,0,160x120", "--fit", "stretch")
    places = run(weston, "config", "print")
    file = f"{weston.home}/places.ini"
    with open(file, "w") as out:
        out.write(places)
    check("nothing is wrong" in run(weston, "config", "check", file),
          "config check complains of what config print printed")
    with open(file, "w") as out:
        out.write("[xen-connector]\noutput=HDMI-9\nfit=big\n")
    done = subprocess.run([tool(), "config", "check", file], env=environment(weston), text=True, capture_output=True,
                          check=False)
    equal(done.returncode, 1, "exit code for a bad file")
    check("line 3: [xen-connector] fit=big: allowed is fit, fill" in done.stdout and "HDMI-9 is plugged in" in done.stdout,
          f"config check does not name both errors: {done.stdout}")
    for guest in rig.guests:
        guest.destroy()
    equal(weston.stop(), 0, "Weston's exit status")
    rig.westons.remove(weston)
    weston = rig.weston(outputs=TWO, config=places)
    rig.guest("g1", "320x240").picture(1, size=SIZE)
    weston.expect("scaled=480,0,160,120,XR24,1,0,0,320,240,320,240", f"solid=0,0,480,240,{GREY}")


@scenario("control")
def example_module(rig):
    """The module of examples/, behind ours: it is told when a guest's screen comes, is moved and goes, and asks where
    it is; where it comes first it says what is wrong."""
    example = f"{build_directory()}/list-screens.so"
    weston = rig.weston(outputs=TWO, module=f"{module_path()},{example}")
    guest = rig.guest("g1", "320x240")
    weston.expect_log("list-screens: g1:0.0 320x240 on headless: dark")
    guest.picture(1, size=SIZE)
    weston.expect_log("list-screens: g1:0.0 320x240 on headless: shown")
    run(weston, "hide", "g1")
    weston.expect_log("list-screens: g1:0.0 320x240 on headless: hidden")
    guest.destroy()
    weston.expect_log(r"something has changed\n(?!.*list-screens: g1)(?s:.*)\Z")
    equal(weston.stop(), 0, "Weston's exit status")
    rig.westons.remove(weston)
    weston = rig.weston(outputs=SCREEN, module=f"{example},{module_path()}")
    weston.expect_log("list-screens: name xen-display.so before it")


def doctor(rig, *arguments, environment=None):
    """What the doctor says on the simulated machine, as lists of verdict and text by what they are about; how it ends."""
    env = rig.machine.environment(0, extra={"XDG_RUNTIME_DIR": rig.machine.directory, **(environment or {})})
    done = subprocess.run([tool(), "--json", "doctor", *arguments], env=env, text=True, capture_output=True,
                          timeout=30 * SCALE, check=False)
    found = {}
    for line in done.stdout.splitlines():
        line = json.loads(line)
        found[line["about"]] = (line["verdict"], line["text"])
    return found, done.returncode


@scenario("control")
def doctor_counts_pages(rig):
    """Screens that need more pages than may be mapped, more grants than a guest has, or larger textures are reported."""
    weston = rig.weston(outputs=SCREEN, renderer="gl", config="[xen-display]\nmax-host-pages=200\n")
    rig.guest("large", "320x240", "20000x8")
    rig.guest("huge", "16000x20000", connect=False)
    found, _ = doctor(rig, environment=environment(weston))
    check(found["map track"][0] == "warn" and "about 464 pages" in found["map track"][1] and
          "200 may be mapped" in found["map track"][1], f"wrong about map track: {found}")
    check(found["renderer"][0] == "ok" and "gl, textures up to" in found["renderer"][1],
          f"wrong about the renderer: {found}")
    check(found["large:0.1"][0] == "warn" and "its mode of 20000x8 is larger" in found["large:0.1"][1],
          f"wrong about textures: {found}")
    # 16000 * 20000 * 4 / 4096 pages, twice.
    check(found["huge grants"][0] == "warn" and "about 625000 for" in found["huge grants"][1] and
          f"max_grant_frames={(625000 + 4096) // 512 + 1}" in found["huge grants"][1], f"wrong about grants: {found}")


@scenario("control")
def doctor_sees_devices_and_xenstored(rig):
    """Both sides of each device, whose turn it is, devices of another backend, a Weston that is not there, and a
    xenstored that hangs; /dev/xen with its errno."""
    rig.start_machine()
    waiting = rig.guest("g1", "320x240", connect=False)
    found, code = doctor(rig)
    equal(found["xenstored"][0], "ok", f"the verdict about xenstored in {found}")
    check(found["g1 vdispl 0"][0] == "FAIL" and "is Weston with the module running" in found["g1 vdispl 0"][1],
          f"wrong about a device without a Weston: {found}")
    equal(found["module"][0], "warn", f"the verdict about the module in {found}")
    equal(found["/dev/xen/evtchn"][0], "ok", f"the verdict about /dev/xen/evtchn in {found}")
    equal(code, 1, "exit code with a FAIL")
    weston = rig.weston(outputs=SCREEN)
    rig.machine.tools.wait_backend(waiting.domid, 0, 2)
    found, _ = doctor(rig, environment=environment(weston))
    check(found["g1 vdispl 0"][0] == "warn" and "xen-drm-front" in found["g1 vdispl 0"][1],
          f"wrong about a device without a driver: {found}")
    check(found["module"][0] == "ok" and "serves 0 screens" in found["module"][1], f"wrong about the module: {found}")
    check(found["renderer"][0] == "ok" and found["renderer"][1].startswith("pixman:"),
          f"wrong about the renderer: {found}")
    check(found["g1 grants"][0] == "ok" and "about 150 for" in found["g1 grants"][1], f"wrong about grants: {found}")
    waiting.connect()
    rig.guest("g2", "320x240", connect=False, backend=waiting.domid)
    found, _ = doctor(rig, environment=environment(weston))
    equal(found["g1 vdispl 0"], ("ok", "connected"), "the verdict and text about g1's device")
    check(found["map track"][0] == "ok" and "about 150 pages" in found["map track"][1],
          f"wrong about map track: {found}")
    check(found["g2 vdispl 0"][0] == "warn" and f"domain {waiting.domid}, and this is domain 0" in
          found["g2 vdispl 0"][1], f"wrong about a device of another backend: {found}")
    found, _ = doctor(rig, "g2", environment=environment(weston))
    check("g2 vdispl 0" in found and "g1 vdispl 0" not in found, f"asked about g2 alone, it says: {found}")
    found, _ = doctor(rig, "g3", environment=environment(weston))
    check("no guest g3" in found["guests"][1], f"asked about a guest that does not exist, it says: {found}")
    rig.machine.control("fail", "xen-displayctl", "open", 1, "EACCES", 0)
    found, _ = doctor(rig)
    check(found["/dev/xen/evtchn"][0] == "FAIL" and "Permission denied" in found["/dev/xen/evtchn"][1],
          f"wrong about a device that cannot be opened: {found}")
    rig.machine.control("clear")
    os.kill(rig.machine.xenstored.pid, signal.SIGSTOP)
    try:
        found, code = doctor(rig)
    finally:
        os.kill(rig.machine.xenstored.pid, signal.SIGCONT)
    check(found["xenstored"][0] == "FAIL" and "does not answer" in found["xenstored"][1],
          f"wrong about a xenstored that hangs: {found}")
    equal(code, 1, "exit code with a xenstored that hangs")


@scenario("control")
def doctor_tells_whose_turn_it_is(rig):
    """By the states of both sides: the guest waits, both have closed, a state without a meaning, no backend; and a
    xenstored that refuses."""
    rig.start_machine()
    domid = rig.guest("g1", "320x240", connect=False).domid
    tools, store = rig.machine.tools, rig.machine.store

    def expect(front, back, verdict, *texts):
        store.write(f"{tools.front(domid, 0)}/state", front)
        store.write(f"{tools.back(domid, 0)}/state", back)
        found = doctor(rig)[0]["g1 vdispl 0"]
        check(found[0] == verdict and all(text in found[1] for text in texts), f"guest {front}, backend {back}: {found}")

    expect("3", "2", "warn", "the guest waits for the backend, which is InitWait", "Weston's log")
    expect("4", "6", "warn", "the guest waits for the backend, which is Closed")
    expect("6", "6", "warn", "closed (guest Closed, backend Closed)")
    expect("77", "2", "warn", "closed (guest of no meaning, backend InitWait)")
    store.remove(f"{tools.front(domid, 0)}/backend")
    found = doctor(rig)[0]["g1 vdispl 0"]
    check(found[0] == "FAIL" and "attach the device anew" in found[1],
          f"wrong about a device without a backend: {found}")
    for error, verdict, text in (("EACCES", "?", "ask as root"), ("ENOENT", "FAIL", "does it run?")):
        rig.machine.control("fail", "xen-displayctl", "xs_open", 1, error)
        found = doctor(rig)[0]["xenstored"]
        check(found[0] == verdict and text in found[1], f"{error}: {found}")


@scenario("control")
def screenshot_of_the_guests_own_picture(rig):
    """With control-capture=true: the guest's pixels, of a mapped and of a converted screen, also where it is hidden;
    else not permitted. A guest that shows nothing has no picture."""
    weston = rig.weston(outputs=SCREEN, config="[xen-display]\ncontrol-capture=true\n")
    guest = rig.guest("g1", "320x240", "322x201", "64x48")
    guest.picture(1, size=SIZE)
    guest.buffer(2, 322, 201, "RG24", picture=4)
    guest.show(2, 322, 201, connector=1)
    file = f"{weston.home}/shot.png"

    def expect(*checks):
        equal(check_picture(file, *checks), "", "what is wrong with the screenshot")

    def taken(screen):
        return wait_until(lambda: subprocess.run([tool(), "screenshot", screen, file], env=environment(weston),
                                                 check=False, capture_output=True).returncode == 0, 5 * SCALE)

    check(taken("g1:0.0"), "no screenshot of XR24")
    expect("picture=0,0,320,240,XR24,1")
    check(taken("g1:0.1"), "no screenshot of RG24")
    expect("picture=0,0,322,201,RG24,4")
    run(weston, "hide", "g1")
    check(taken("g1:0.0"), "no screenshot of a hidden screen")
    expect("picture=0,0,320,240,XR24,1")
    check("shows nothing" in run(weston, "screenshot", "g1:0.2", file, code=1),
          "a dark screen: the error does not say that it shows nothing")
    check("several screens" in run(weston, "screenshot", "g1", file, code=4),
          "a guest with several screens: the error does not say so")
    check("No such file" in run(weston, "screenshot", "g1:0.0", "/nowhere/shot.png", code=1),
          "a folder that does not exist: the error does not say so")


@scenario("control")
def screenshot_is_not_permitted(rig):
    """Without control-capture=true a screenshot is refused."""
    weston, *_ = two_guests(rig)
    check("control-capture=true" in run(weston, "screenshot", "g1", "/dev/null", code=5),
          "the refusal does not name what would allow it")


@scenario("control")
def weston_ini_is_read_again(rig):
    """reload: places and rates change at once, each key is told with its effect; an error changes nothing and is told
    with its line; a place that was given by command stays until reset; kept pictures move, too."""
    weston, g1, g2 = two_guests(rig, config="[xen-guest]\nkeep-picture=true\n")
    path = f"{weston.home}/weston.ini"
    with open(path) as file:
        before = file.read()

    def write(more):
        with open(path, "w") as file:
            file.write(before + more)

    check("nothing has changed" in run(weston, "reload"),
          "without a change, reload does not say that nothing has changed")
    write("[xen-connector]\nguest=g1\nx=1\nfit=big\n")
    wrong = run(weston, "reload", code=1)
    number = before.count("\n") + 4
    check(f"line {number}: [xen-connector] fit=big: allowed is" in wrong and "nothing was changed" in wrong, wrong)
    weston.expect("picture=0,0,320,240,XR24,1")
    g2.destroy()
    weston.expect("picture=320,0,320,240,XR24,2")
    both = "[xen-connector]\nguest=g1\nwidth=160\nheight=120\n[xen-connector]\nguest=g2\nwidth=160\nheight=120\n"
    write(both + "[xen-display]\nhidden-rate=30\nmax-buffers=10\n")
    told = {" ".join(line.split()[1:]): line.split()[0] for line in run(weston, "reload").splitlines()}
    equal(told, {"[xen-connector] sections came or went": "now", "[xen-display] hidden-rate": "now",
                 "[xen-display] max-buffers": "restart"}, "changes that reload lists")
    weston.expect("scaled=0,0,160,120,XR24,1,0,0,320,240,320,240", "but=0,0,160,120",
                  "scaled=320,0,160,120,XR24,2,0,0,320,240,320,240")
    equal(screens(weston)["g1:0.0"]["placement"]["from"], "rule", "what decided the place")
    run(weston, "place", "g1", "--rect", "100,0,160x120")
    write("[xen-connector]\nguest=g1\ny=120\nwidth=160\nheight=120\n")
    run(weston, "reload")
    weston.expect("scaled=100,0,160,120,XR24,1,0,0,320,240,320,240", "picture=320,0,320,240,XR24,2")
    run(weston, "reset", "g1")
    weston.expect("scaled=0,120,160,120,XR24,1,0,0,320,240,320,240")
    os.unlink(path)
    check("No such file" in run(weston, "reload", code=1), "weston.ini is gone: the error does not say so")
    g1.buffer(2, *SIZE, picture=5)
    g1.flips(10, 2, 1)
    rig.baselines.clear()  # kept pictures use pages to the end


@scenario("control")
def no_frame_is_half_applied(rig):
    """A flipping guest is moved and resized to and fro: each picture of the screen has it whole, here or there."""
    weston = rig.weston(outputs=SCREEN)
    guest = rig.guest("g1", "320x240")
    for cookie in (1, 2):
        guest.buffer(cookie, *SIZE, picture=1)
    guest.show(1, *SIZE)
    weston.expect("picture=0,0,320,240,XR24,1")
    guest.ok("animate 0 0 0 1 2")
    places = {"0,0,160x120": "0,0,160,120", "80,60,240x180": "80,60,240,180"}
    run(weston, "place", "g1", "--rect", "0,0,160x120")
    weston.expect("scaled=0,0,160,120,XR24,1,0,0,320,240,320,240")
    for number in range(12):
        with subprocess.Popen([tool(), "place", "g1", "--rect", list(places)[1 - number % 2]], env=environment(weston)):
            shot = weston.screenshot()
        # each screenshot must be right for one of the two places
        wrong = [check_picture(shot, f"scaled={place},XR24,1,0,0,320,240,320,240", f"but={place}",
                               f"solid=0,0,320,240,{GREY}") for place in places.values()]
        check("" in wrong, f"the screen is right for neither place: {wrong}")
    guest.ok("animation 0 0 stop")


@scenario("control")
def watching_wakes_once_a_second(rig):
    """With stats -w 1 and guests that do nothing Weston's thread wakes for each report, with nobody not at all."""
    weston = rig.weston(outputs=SCREEN, config="[xen-display]\nresample-rate=0\n")
    rig.guest("g1", "320x240").picture(1, size=SIZE)
    weston.expect("picture=0,0,320,240,XR24,1")

    def wakes():
        with open(f"/proc/{weston.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("voluntary"))

    with subprocess.Popen([tool(), "--json", "stats", "-w", "1"], env=environment(weston), text=True,
                          stdout=subprocess.PIPE) as stats:
        rig.processes.append(stats)
        for _ in range(2):
            stats.stdout.readline()
        before = wakes()
        for _ in range(4):
            stats.stdout.readline()
        # Weston 16 wakes once a second by itself
        check(wakes() - before <= 10, f"{wakes() - before} wake-ups in 4 s with stats -w 1")
        stats.kill()
    check(wait_until(lambda: "g1" in run(weston, "list"), 5 * SCALE), "list does not show g1")
    time.sleep(1)
    before = wakes()
    time.sleep(2)
    check(wakes() - before <= 2, f"{wakes() - before} wake-ups in 2 s without a client")


@scenario("control")
def trace_of_the_last_flips(rig):
    """Of the last 64 flips: stages in their order, each within its flip; an older Perfetto takes it as JSON."""
    weston = rig.weston(outputs=SCREEN)
    guest = rig.guest("g1", "320x240")
    for cookie in (1, 2):
        guest.buffer(cookie, *SIZE, picture=cookie)
    guest.show(1, *SIZE)
    check(json.loads(run(weston, "trace", "g1", "-"))["traceEvents"] == [],
          "the trace has events before the first flip")
    guest.flips(70, 2, 1)
    file = f"{weston.home}/trace.json"
    check("64 flips" in run(weston, "trace", "g1", file), "trace does not say that it has written 64 flips")
    with open(file) as trace:
        events = json.load(trace)["traceEvents"]
    spans = [event for event in events if event["ph"] == "X"]
    flips = [span for span in spans if span["name"].startswith("flip ")]
    equal(len(flips), 64, "flips in the trace")
    equal([flip["ts"] for flip in flips], sorted(flip["ts"] for flip in flips), "the order of flips in the trace")
    for flip in flips:
        inside = [span for span in spans if span["ts"] == flip["ts"] and span["name"] == "until Weston has it"]
        equal(len(inside), 1, f"spans of {flip}")
        check(0 < inside[0]["dur"] <= flip["dur"] < 4000000,
              f"{inside[0]} is not within its flip, of less than 4 s: {flip}")
    # one is enough: a slow machine presents few flips before their deadlines
    check(any(event["name"] == "presented" for event in events), "no flip of the trace was presented")
    check("No such file" in run(weston, "trace", "g1", "/nowhere/file", code=1),
          "a folder that does not exist: the error does not say so")


@scenario("control")
def without_a_descriptor_for_a_client(rig):
    """Weston has as many files open as it may: a client waits, and costs nothing; it is served when there is room."""
    weston = rig.weston(outputs=SCREEN)
    rig.guest("g1", "320x240").picture(1, size=SIZE)
    weston.expect("picture=0,0,320,240,XR24,1")
    check(wait_until(lambda: is_served(weston), 5 * SCALE), "the control socket does not serve the tool")
    limits = resource.prlimit(weston.pid, resource.RLIMIT_NOFILE)
    # with a limit of 0 no descriptor can be opened, whichever numbers are in use
    resource.prlimit(weston.pid, resource.RLIMIT_NOFILE, (0, limits[1]))

    def spent():
        with open(f"/proc/{weston.pid}/stat") as file:
            return sum(map(int, file.read().rpartition(")")[2].split()[11:13])) / os.sysconf("SC_CLK_TCK")

    with subprocess.Popen([tool(), "list"], env=environment(weston), text=True, stdout=subprocess.PIPE) as waiting:
        rig.processes.append(waiting)
        time.sleep(0.5)
        before = spent()
        time.sleep(2)
        check(spent() - before < 0.5, f"{spent() - before:.1f} s of processor time in 2 s while a client waits")
        equal(waiting.poll(), None, "exit code of a client that waits")
        resource.prlimit(weston.pid, resource.RLIMIT_NOFILE, limits)
        check("g1:0.0" in waiting.communicate(timeout=10 * SCALE)[0], "the client that has waited is not served")
