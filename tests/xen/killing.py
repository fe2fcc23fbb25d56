# SPDX-License-Identifier: MIT
"""Weston killed with -9 in each state of a guest's screen and started again: the guest must recover by itself.

Each function brings the guest into a state, stops Weston there with SIGSTOP, and kills it. The checks.py of a rig
turns the functions into checks. kind: what the rig's dom0-weston starts."""

from stage import DRIVER_BEGINS, GUEST_CRASHES, Failed, NotBooted


def wait_for_state(stage, end, states, then="true"):
    """Waits until one end of the device, "front" or "back", is in one of these xenbus states, then immediately runs
    a command."""
    wanted = "|".join(map(str, states))
    stage.dom0(f"for i in $(seq 600); do case $(xenstore-read {stage.node(end)}) in {wanted}) {then}; exit 0; esac;"
               " sleep 0.05; done; exit 1", 120)


def expect_states(stage, front, back):
    have = tuple(int(stage.dom0(f"xenstore-read {stage.node(end)}")) for end in ("front", "back"))
    if have != (front, back):
        raise Failed(f"the frontend is in state {have[0]} and the backend in {have[1]}, expected {front} and {back}")


def hold(stage):
    stage.dom0("kill -STOP $(cat /tmp/weston.pid)")


def kill(stage, kind):
    """Kills Weston and starts the next one."""
    stage.restart_weston("KILL", kind)


def expect_back(stage, before, picture):
    """kmsguest opens the screen again, without a command, and can use it."""
    stage.wait_for_guest("kmsguest: device 0 opened", before)
    stage.guest(f"show {picture}")
    stage.expect_pictures(picture)
    stage.guest("flip 20")
    stage.expect_clean_guest_log(GUEST_CRASHES)


def before_the_driver(stage, kind, config, picture):
    """The domain exists but has not run yet: front 1, back 2. Leaves the guest running."""

    def create():
        stage.create_paused_guest(config)
        wait_for_state(stage, "back", [2])
        expect_states(stage, 1, 2)
        hold(stage)
        kill(stage, kind)
        expect_states(stage, 1, 2)
        stage.unpause_guest()
        stage.wait_for_guest("kmsguest: device 0 opened", 0)

    stage.boot(create)
    expect_back(stage, 0, picture)


def published(stage, kind, config, picture):
    """The driver has published its rings and waits: front 3, back 2. Leaves the guest running."""

    def create():
        stage.create_paused_guest(config)
        wait_for_state(stage, "back", [2])
        hold(stage)
        stage.unpause_guest()
        try:
            stage.wait_for_guest(DRIVER_BEGINS, 0)
        except NotBooted:
            kill(stage, kind)
            raise
        wait_for_state(stage, "front", [3])
        expect_states(stage, 3, 2)

    stage.boot(create)
    kill(stage, kind)
    expect_back(stage, 0, picture)


def in_the_middle_of(stage, kind, command, picture):
    """The guest runs a command that would take minutes: front and back at 4."""
    before = len(stage.guest_text())
    tag = stage.tell_guest(command)
    # by then the command has begun
    stage.dom0("sleep 1")
    hold(stage)
    expect_states(stage, 4, 4)
    kill(stage, kind)
    if stage.answer(tag, before) == "ok":
        raise Failed(f"the guest says that it completed {command}")
    expect_back(stage, before, picture)


def after(stage, kind, command, picture):
    """The guest has executed a command and is idle: front and back at 4."""
    stage.guest(command)
    before = len(stage.guest_text())
    hold(stage)
    expect_states(stage, 4, 4)
    kill(stage, kind)
    expect_back(stage, before, picture)


def begin_to_close(stage, kind):
    """Kills Weston while the guest is paused, and stops the next one as soon as it has asked the guest to close."""
    stage.dom0(f"xl pause {stage.name}")
    hold(stage)
    kill(stage, kind)
    wait_for_state(stage, "back", [2, 5, 6], "kill -STOP $(cat /tmp/weston.pid)")


def while_closing(stage, kind, picture):
    """The second Weston is killed, too, before the guest has noticed that it closes: front 4."""
    before = len(stage.guest_text())
    begin_to_close(stage, kind)
    wait_for_state(stage, "front", [4])
    kill(stage, kind)
    stage.unpause_guest()
    expect_back(stage, before, picture)


def closed_meanwhile(stage, kind, picture):
    """The same, but the guest's driver closes, and perhaps publishes new rings, while no Weston runs."""
    before = len(stage.guest_text())
    begin_to_close(stage, kind)
    stage.stop_weston("KILL")
    stage.standing.discard("Weston")
    stage.unpause_guest()
    wait_for_state(stage, "front", [1, 3])
    stage.start_weston(kind)
    stage.standing.add("Weston")
    expect_back(stage, before, picture)


def destroyed_meanwhile(stage, kind):
    """The guest is destroyed while no Weston runs: the next one finds and shows nothing."""
    stage.standing.discard("Weston")
    stage.stop_weston("KILL")
    stage.destroy_guest()
    stage.start_weston(kind)
    stage.standing.add("Weston")
    stage.expect_no_guest()
    stage.expect_background()
