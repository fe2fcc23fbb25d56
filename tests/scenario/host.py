# SPDX-License-Identifier: MIT
"""The host under the module: no Xen at all, a Xen that fails, a xenstored that hangs."""
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from rig.machine import build_directory, stop_process, wait_until
from rig.runner import check, equal, scenario
from rig.weston import Weston

SIZE = (320, 240)
SMALL = "320x240"
SCREEN = (("headless", 320, 240),)


def weston_without_xen(rig, config):
    """Weston with the module and without the simulation; its process and log."""
    weston = Weston(rig.machine, outputs=SCREEN, config=config)
    env = dict(weston.environment(), LD_PRELOAD=os.environ.get("SIM_PRELOAD_FIRST", ""))
    for name in ("SIMXEN", "XENSTORED_PATH", "XENSTORED_RUNDIR"):
        env.pop(name)
    with open(weston.log_path, "wb") as log:
        weston.process = subprocess.Popen(weston.command(), env=env, stdout=log, stderr=log)
    rig.processes.append(weston.process)
    return weston


@scenario("host")
def without_xen_weston_runs_on(rig):
    """Without Xen, Weston runs on, and one log line says that there is no Xen."""
    weston = weston_without_xen(rig, "")
    weston.expect_log("xen-display:.*[Xx]en")
    check(wait_until(lambda: os.path.exists(weston.control_path), 10), "Weston does not start within 10 s")
    time.sleep(0.5)
    lines = [line for line in weston.log().splitlines()
             if re.search(r"\] xen-display:|^xen-display:", line)]
    equal(len(lines), 1, f"number of the module's log lines {lines}")
    equal(stop_process(weston.process), 0, "Weston's exit status")


@scenario("host")
def started_before_xenstored(rig):
    """The module serves as soon as xenstored can be reached, and costs nothing until then."""
    late = f"{rig.start_machine().directory}/late"
    weston = rig.weston(outputs=SCREEN, environment={"XENSTORED_PATH": f"{late}/run/socket"})
    weston.expect_log(f"no xenstore: {late}/run/socket: No such file.*as soon as")
    woken = wakeups(weston.pid)
    time.sleep(3)
    check(wakeups(weston.pid) - woken < 10,
          f"{wakeups(weston.pid) - woken} wake-ups in 3 s without xenstored, at most 9 expected")
    guest = rig.guest("guest", SMALL, connect=False)
    # the parts of the path appear one by one, as at boot
    os.mkdir(late)
    os.mkdir(f"{late}/run")
    os.symlink(f"{rig.machine.directory}/xenstored/socket", f"{late}/run/socket")
    weston.expect_log("connected with xenstored")
    guest.connect()
    guest.picture(1, size=SIZE)
    weston.expect("picture=0,0,320,240,XR24,1")
    rig.baselines.clear()


def wakeups(pid, own=True):
    """How often the threads of a process went to sleep of their own accord; own: with its first one."""
    count = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        if thread == str(pid) and not own:
            continue
        with open(f"/proc/{pid}/task/{thread}/status") as file:
            count += next(int(line.split()[1]) for line in file if line.startswith("voluntary"))
    return count


@scenario("host")
def another_xenstored_comes(rig):
    """xenstored is killed, and another one started: it is asked at once, not after a silence of 30 s."""
    weston = rig.weston(outputs=SCREEN)
    rig.machine.xenstored.kill()
    rig.machine.xenstored.wait()
    os.unlink(f"{rig.machine.directory}/xenstored/socket")
    rig.machine.start()
    weston.expect_log("connected with xenstored again", 8)
    rig.guest("guest", SMALL).picture(1, size=SIZE)
    weston.expect("picture=0,0,320,240,XR24,1")
    rig.baselines.clear()


def register_late_device(name, error, said):
    def late(rig):
        rig.start_machine()
        rig.machine.control("fail", "weston", "open", 1, error, 0)
        weston = Weston(rig.machine, outputs=SCREEN).start()
        rig.westons.append(weston)
        weston.expect_log(said)
        rig.machine.control("clear")
        # changes in the directory like those of udev, and of chmod
        node = f"{rig.machine.directory}/dev/evtchn"
        with open(node, "w"):
            pass
        os.chmod(node, 0o600)
        weston.expect_log("serving guests' screens")
        rig.guest("guest", SMALL).picture(1, size=SIZE)
        weston.expect("picture=0,0,320,240,XR24,1")

    late.__name__ = f"devices_{name}"
    late.__doc__ = f"Xen's devices cannot be opened at first ({error}): the log says why, and they are used when they can."
    scenario("host")(late)


register_late_device("come_later", "ENOENT", "no event channels: /dev/xen/evtchn: No such file or directory; guests")
register_late_device("are_refused", "EACCES",
                     r"no event channels: /dev/xen/evtchn: Permission denied; .*Weston runs as \w+ \(uid \d+\)")


@scenario("host")
def loaded_twice(rig):
    """modules= names the module twice: the second one stays idle, and says so."""
    weston = rig.weston(outputs=SCREEN, core="", environment={})
    module = weston.module
    equal(weston.stop(), 0, "Weston's exit status")
    rig.westons.remove(weston)
    copy = f"{rig.machine.directory}/copy.so"
    shutil.copy(module, copy)
    for second in (module, copy):
        weston = rig.weston(outputs=SCREEN, module=f"{module},{second}")
        weston.expect_log("xen-display: loaded already; this one stays idle")
        guest = rig.guest("guest", SMALL)
        guest.picture(1, size=SIZE)
        weston.expect("picture=0,0,320,240,XR24,1")
        equal(weston.log().count("serving guests' screens"), 1, "modules that serve guests")
        guest.destroy()
        equal(weston.stop(), 0, "Weston's exit status")
        rig.westons.remove(weston)


@scenario("host")
def built_for_another_weston(rig):
    """Another major version of Weston loads the module: it ends with a sentence, and touches nothing."""
    rig.start_machine()
    weston = Weston(rig.machine, outputs=SCREEN, environment={"SIMXEN_WESTON_MAJOR": "99"})
    with open(weston.log_path, "wb") as log:
        weston.process = subprocess.Popen(weston.command(), env=weston.environment(), stdout=log, stderr=log)
    rig.processes.append(weston.process)
    check(wait_until(lambda: weston.process.poll() is not None, 10), "Weston still runs after 10 s")
    check(weston.process.returncode > 0, f"expected a positive exit status of Weston, not {weston.process.returncode}")
    weston.expect_log(r"built for Weston \d+ and cannot be used in Weston 99\.")


@scenario("host")
def open_files_are_raised(rig):
    """A dma-buf is a descriptor: Weston may have more of them open than the usual 1024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(256, soft), hard))
    weston = rig.weston(outputs=SCREEN)
    equal(resource.prlimit(weston.pid, resource.RLIMIT_NOFILE)[0], min(hard, 65536), "open files allowed")


@scenario("host")
def without_xen_where_it_is_required(rig):
    """require-xen=true: Weston ends, and says why."""
    weston = weston_without_xen(rig, "[xen-display]\nrequire-xen=true\n")
    check(wait_until(lambda: weston.process.poll() is not None, 10), "Weston still runs after 10 s")
    check(weston.process.returncode != 0, "Weston's exit status is 0")
    weston.expect_log("require-xen")


@scenario("host")
def hanging_xenstored_costs_no_frame(rig):
    """xenstored is stopped: the guest's flips go on."""
    rig.weston(outputs=SCREEN)
    guest = rig.guest("guest", SMALL)
    for cookie in (1, 2):
        guest.buffer(cookie, *SIZE)
    guest.show(1, *SIZE)
    os.kill(rig.machine.xenstored.pid, signal.SIGSTOP)
    try:
        guest.flips(60, 1, 2, timeout=10)
    finally:
        os.kill(rig.machine.xenstored.pid, signal.SIGCONT)
    guest.flips(10, 1, 2)


@scenario("host")
def hanging_xenstored_does_not_hold_up_the_end(rig):
    """Weston ends within seconds although xenstored answers nothing."""
    weston = rig.weston(outputs=SCREEN)
    guest = rig.guest("guest", SMALL)
    guest.picture(1, size=SIZE)
    os.kill(rig.machine.xenstored.pid, signal.SIGSTOP)
    try:
        begin = time.monotonic()
        weston.process.terminate()
        check(wait_until(lambda: weston.process.poll() is not None, 5), "Weston has not ended within 5 s")
        check(time.monotonic() - begin < 3, "Weston took 3 s or longer to end")
        equal(weston.process.returncode, 0, "Weston's exit status")
    finally:
        os.kill(rig.machine.xenstored.pid, signal.SIGCONT)
    rig.westons.clear()


@scenario("host")
def refused_mapping_is_an_answer(rig):
    """Mapping fails in the kernel: an error to the guest, then the next try works."""
    weston = rig.weston(outputs=SCREEN)
    guest = rig.guest("guest", SMALL)
    rig.machine.control("fail", "weston", "gntdev.map", 1, "ENOMEM", 0)
    reply = guest.send("dbuf-create 0 1 320x240 32")
    check(reply.startswith("ok status=-"), f"the answer is not an error: {reply}")
    rig.machine.control("clear")
    guest.picture(2, size=SIZE)
    weston.expect("picture=0,0,320,240,XR24,2")


@scenario("host")
def refused_pool_is_an_error_not_a_crash(rig):
    """Weston's own mapping of the pool fails: the guest is told, other devices are not hurt."""
    weston = rig.weston(outputs=SCREEN)
    other = rig.guest("other", SMALL)
    other.picture(3, size=SIZE)
    guest = rig.guest("guest", SMALL)
    for nth in (1, 2, 3):
        rig.machine.control("fail", "weston", "gntdev.mmap", nth, "EINVAL")
        first = guest.send(f"dbuf-create 0 {nth} 320x240 32")
        second = guest.send(f"fb-attach 0 {nth} {nth} 320x240 XR24")
        check("timed out" not in first + second, f"a request was not answered: {first} {second}")
        rig.machine.control("clear")
        guest.send(f"fb-detach 0 {nth}")
        guest.send(f"dbuf-destroy 0 {nth}")
    other.flip(1)
    guest.picture(4, size=SIZE, cookie=40)
    check(wait_until(lambda: not weston.check("picture=0,0,320,240,XR24,4"), 4),
          "the guest is not shown again")


@scenario("host")
def refused_event_channel_closes_the_device(rig):
    """Binding an event channel fails: this device closes, the next connection works."""
    weston = rig.weston(outputs=SCREEN)
    guest = rig.guest("guest", SMALL, connect=False)
    rig.machine.tools.wait_backend(guest.domid, 0, 2)
    rig.machine.control("fail", "weston", "evtchn.bind-interdomain", 1, "ENOSPC", 0)
    guest.ok("connect 0 publish")
    check(not rig.machine.tools.wait_backend(guest.domid, 0, 4, 0.7),
          "the backend is Connected without an event channel")
    rig.machine.control("clear")
    guest.destroy()
    guest = rig.guest("guest", SMALL)
    guest.picture(5, size=SIZE)
    weston.expect("picture=0,0,320,240,XR24,5")


@scenario("host")
def idle_costs_nothing(rig):
    """A flipping guest stops: within a second Weston's thread no longer wakes."""
    weston = rig.weston(outputs=SCREEN, config="[xen-display]\nresample-rate=0\n")
    guest = rig.guest("guest", SMALL)
    for cookie in (1, 2):
        guest.buffer(cookie, *SIZE)
    guest.show(1, *SIZE)
    guest.flips(20, 1, 2)
    time.sleep(1)

    def wakes():
        with open(f"/proc/{weston.pid}/status") as status:
            return int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", status.read(),
                                 re.MULTILINE).group(1))

    before = wakes()
    time.sleep(2)
    check(wakes() - before <= 2, f"{wakes() - before} wake-ups in 2 s without flips, at most 2 expected")


@scenario("host")
def other_modules_see_the_connectors(rig):
    """The installed header: another module of Weston lists connectors, where they are, and their path."""
    weston = rig.weston(outputs=SCREEN)
    equal(weston.control("list"), [], "connectors without a guest")
    guest = rig.guest("guest", SMALL, "322x201")
    guest.picture(1, size=SIZE)
    guest.buffer(2, *SIZE)
    guest.flips(5, 2, 1)
    guest.buffer(3, 322, 201, "YUYV", picture=3)
    guest.show(3, 322, 201, connector=1)
    copied = str(322 * 201 * 4)

    def listed():
        lines = weston.control("list")
        return lines[0].startswith(f"guest {guest.domid} 0 0 320x240 on headless mapped 5 0 0 ") and \
            lines[1].startswith(f"guest {guest.domid} 0 1 322x201 on headless converted 0 ") and \
            int(lines[1].split()[-3]) % int(copied) == 0
    check(wait_until(listed), f"expected connector 0 to be mapped, and 1 to be converted: {weston.control('list')}")
    guest.ok("config-off 0 0")
    check(" off headless " in weston.control("list")[0], "connector 0 is not listed as off")


@scenario("host")
def simulation_carries_other_programs(rig):
    """xenstore-ls of Debian on the simulation sees what the module wrote."""
    rig.weston(outputs=SCREEN)
    guest = rig.guest("guest", SMALL)
    with tempfile.TemporaryFile() as out:
        subprocess.run(["xenstore-ls", "-f", rig.machine.tools.back(guest.domid, 0)], stdout=out,
                       env=rig.machine.environment(), check=True)
        out.seek(0)
        check(b'versions = "1,2"' in out.read(), "xenstore-ls does not show versions 1,2")
    check(os.path.exists(f"{build_directory()}/libsimxen.so"), "libsimxen.so is missing in the build directory")


@scenario("host")
def path_is_told_of_the_screen(rig):
    """Xorg tries a buffer of 1x1 first: the path of what fills the screen is told all the same, and once."""
    weston = rig.weston(outputs=SCREEN)
    guest = rig.guest("guest", SMALL)
    guest.buffer(1, 1, 1)
    for cookie in (2, 3):
        guest.buffer(cookie, *SIZE, picture=cookie)
    guest.buffer(4, 2, 2)
    guest.show(2, *SIZE)
    weston.expect("picture=0,0,320,240,XR24,2")
    told = re.findall(r"path (\w+ \(XRGB8888 \d+x\d+\))", weston.log())
    equal(told, ["mapped (XRGB8888 1x1)", "mapped (XRGB8888 320x240)"], "paths that the log names")


def dmabuf_line(weston):
    weston.expect_log("dma-buf: o")
    return re.search("dma-buf: o.*", weston.log()).group(0)


@scenario("host")
def late_devices_are_as_good_as_early_ones(rig):
    """Whether the kernel exports dma-bufs is asked when its devices are there, not when Weston starts."""
    rig.start_machine("PVH")
    weston = rig.weston(outputs=SCREEN)
    early = dmabuf_line(weston)
    equal(weston.stop(), 0, "Weston's exit status")
    rig.westons.remove(weston)
    rig.machine.control("fail", "weston", "open", 1, "ENOENT", 0)
    weston = Weston(rig.machine, outputs=SCREEN).start()
    rig.westons.append(weston)
    weston.expect_log("/dev/xen/evtchn: No such file")
    rig.machine.control("clear")
    os.chmod(f"{rig.machine.directory}/dev/evtchn", 0o600)
    weston.expect_log("serving guests' screens")
    equal(dmabuf_line(weston), early, "the log line about dma-bufs")


@scenario("host")
def each_reason_for_waiting_is_told(rig):
    """One device comes, the other is refused: the log says so, and not again while that stays."""
    rig.start_machine()
    rig.machine.control("fail", "weston", "open", 1, "ENOENT", 0)
    weston = Weston(rig.machine, outputs=SCREEN).start()
    rig.westons.append(weston)
    weston.expect_log("/dev/xen/evtchn: No such file")
    rig.machine.control("clear")
    rig.machine.control("fail", "weston", "open", 2, "EACCES", 0)
    node = f"{rig.machine.directory}/dev/evtchn"
    os.chmod(node, 0o600)
    weston.expect_log("/dev/xen/gntdev: Permission denied; .*Weston runs as")
    rig.machine.control("clear")
    os.chmod(node, 0o660)
    weston.expect_log("serving guests' screens")
    equal(weston.log().count("/dev/xen/gntdev: Permission denied"), 1, "log lines about gntdev")


@scenario("host")
def denied_way_to_xenstore_of_a_driver_domain(rig):
    """Where xenstored runs in another domain it is /dev/xen/xenbus that is refused, not a socket that is absent."""
    rig.start_machine()
    node = f"{rig.machine.directory}/dev/xenbus"
    os.rename(f"{rig.machine.directory}/xenstored/socket", f"{rig.machine.directory}/xenstored/away")
    with open(node, "w"):
        pass
    rig.machine.control("fail", "weston", "xs_open", 1, "EACCES", 0)
    weston = Weston(rig.machine, outputs=SCREEN)
    environment = weston.environment()
    for name in ("XENSTORED_PATH", "XENSTORED_RUNDIR"):
        environment.pop(name)
    weston.environment = lambda: environment
    rig.westons.append(weston.start())
    weston.expect_log(r"/dev/xen/xenbus: Permission denied; it belongs to .*Weston runs as \w+ \(uid \d+\)")
    check("No such file" not in weston.log(), "a denied path is reported as missing")
    # The change of its mode is noticed; the connection is made by a socket, since the simulation has no such device.
    rig.machine.control("clear")
    os.rename(f"{rig.machine.directory}/xenstored/away", f"{rig.machine.directory}/xenstored/other")
    os.symlink("other", f"{rig.machine.directory}/xenstored/socket")
    os.chmod(node, 0o666)
    weston.expect_log("connected with xenstored\n")


@scenario("host")
def xenstored_that_does_not_listen_yet(rig):
    """Weston starts between xenstored's bind and its listen: it retries even though no further file event arrives."""
    path = f"{rig.start_machine().directory}/early"
    with socket.socket(socket.AF_UNIX) as early:
        early.bind(path)
        early.settimeout(10)
        weston = Weston(rig.machine, outputs=SCREEN, environment={"XENSTORED_PATH": path}).start()
        rig.westons.append(weston)
        weston.expect_log(f"{path}: Connection refused")
        early.listen()
        try:
            early.accept()[0].close()
        except TimeoutError:
            check(False, "the module did not try again to connect within 10 s")


@scenario("host", limit=120)
def connecting_again_is_not_given_up_for_want_of_descriptors(rig):
    """A temporary lack of descriptors does not keep the module from xenstored for ever."""
    weston = rig.weston(outputs=SCREEN)
    rig.machine.control("fail", "weston", "xs_open", 1, "EMFILE", 0)
    rig.machine.xenstored.kill()
    rig.machine.xenstored.wait()
    rig.machine.start()
    check(wait_until(lambda: "reconnecting and reading" in weston.log(), 8),
          "the module does not notice the end of the old xenstored")
    time.sleep(14)
    rig.machine.control("clear")
    weston.expect_log("connected with xenstored again", 35)
    rig.baselines.clear()


@scenario("host")
def denied_xenstore_where_xen_is_required(rig):
    """require-xen=true: Weston ends in order, and says why."""
    rig.start_machine()
    rig.machine.control("fail", "weston", "xs_open", 1, "EACCES", 0)
    weston = Weston(rig.machine, outputs=SCREEN, config="[xen-display]\nrequire-xen=true\n")
    with open(weston.log_path, "wb") as log:
        weston.process = subprocess.Popen(weston.command(), env=weston.environment(), stdout=log, stderr=log)
    rig.processes.append(weston.process)
    check(wait_until(lambda: weston.process.poll() is not None, 10), "Weston still runs after 10 s")
    check(weston.process.returncode > 0, f"expected a positive exit status of Weston, not {weston.process.returncode}")
    weston.expect_log("no xenstore: .*socket: Permission denied; it belongs to (.|\n)*require-xen=true")


@scenario("host")
def waiting_for_xenstored_costs_nothing(rig):
    """The first attempts come ever later; then no thread of the module wakes until its socket changes."""
    path = f"{rig.start_machine().directory}/late"
    weston = Weston(rig.machine, outputs=SCREEN, environment={"XENSTORED_PATH": path}).start()
    rig.westons.append(weston)

    def rests():
        before = wakeups(weston.pid, own=False)
        time.sleep(7)  # longer than the longest wait between two attempts
        return wakeups(weston.pid, own=False) == before

    check(wait_until(rests, 40), "threads of the module still wake up after 40 s")
    os.symlink(f"{rig.machine.directory}/xenstored/socket", path)
    weston.expect_log("connected with xenstored\n")


@scenario("host", limit=120)
def refused_first_watch_is_told_and_tried_again(rig):
    """Without a watch on its backends' directory the module would never see a guest, and say nothing."""
    rig.start_machine()
    rig.machine.control("fail", "weston", "xs_watch", 1, "E2BIG", 0)
    weston = Weston(rig.machine, outputs=SCREEN).start()
    rig.westons.append(weston)
    weston.expect_log("xenstored refuses a watch.*Argument list too long")
    time.sleep(5)
    check(weston.log().count("refuses a watch") == 1 and "reconnecting and reading" not in weston.log(),
          "the refused watch is not logged exactly once, or the module reconnects because of it")
    rig.machine.control("clear")
    guest = rig.guest("guest", SMALL, connect=False)
    check(rig.machine.tools.wait_backend(guest.domid, 0, 2, 40), "the guest is not offered its device within 40 s")
