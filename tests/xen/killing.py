# SPDX-License-Identifier: MIT
"""Weston killed with -9 in each state of a guest's screen and started again: the guest must come back by itself.

Each function brings the guest into a state, holds Weston there with SIGSTOP, and kills it; the checks.py of a rig
makes checks of them. kind: what the rig's dom0-weston is to start."""

from stage import DRIVER_BEGINS, GUEST_CRASHES, Failed, NotBooted


def wait_for_state(stage, end, states, then="true"):
    """Waits until one end of the device, "front" or "back", is in one of these xenbus states, and runs a command
    at once."""
    wanted = "|".join(map(str, states))
    stage.dom0(f"for i in $(seq 600); do case $(xenstore-read {stage.node(end)}) in {wanted}) {then}; exit 0; esac;"
               " sleep 0.05; done; exit 1", 120)


def expect_states(stage, front, back):
    have = tuple(int(stage.dom0(f"xenstore-read {stage.node(end)}")) for end in ("front", "back"))
    if have != (front, back):
        raise Failed(f"the front is at {have[0]} and the back at {have[1]}, not at {front} and {back}")


def hold(stage):
    stage.dom0("kill -STOP $(cat /tmp/weston.pid)")


def kill(stage, kind):
    """And the next Weston."""
    stage.restart_weston("KILL", kind)


def expect_back(stage, before, picture):
    """The guest's program finds the screen again, as it was told nothing, and uses it as ever."""
    stage.wait_for_guest("kmsguest: device 0 opened", before)
    stage.guest(f"show {picture}")
    stage.expect_pictures(picture)
    stage.guest("flip 20")
    stage.expect_clean_guest_log(GUEST_CRASHES)


def before_the_driver(stage, kind, config, picture):
    """The domain is there and has not run yet: front 1, back 2. Leaves the guest running."""

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
    """The guest is at what it would go on with for minutes, front and back at 4."""
    before = len(stage.guest_text())
    tag = stage.tell_guest(command)
    # it is at it then
    stage.dom0("sleep 1")
    hold(stage)
    expect_states(stage, 4, 4)
    kill(stage, kind)
    if stage.answer(tag, before) == "ok":
        raise Failed(f"the guest says that it was through with {command}")
    expect_back(stage, before, picture)


def after(stage, kind, command, picture):
    """The guest has done what it was told to, and is at rest: front and back at 4."""
    stage.guest(command)
    before = len(stage.guest_text())
    hold(stage)
    expect_states(stage, 4, 4)
    kill(stage, kind)
    expect_back(stage, before, picture)


def begin_to_close(stage, kind):
    """A killed Weston, and another one that is held when it has told the guest, which is paused, to let go."""
    stage.dom0(f"xl pause {stage.name}")
    hold(stage)
    kill(stage, kind)
    wait_for_state(stage, "back", [2, 5, 6], "kill -STOP $(cat /tmp/weston.pid)")


def while_closing(stage, kind, picture):
    """The second Weston goes too, before the guest has seen that it closes: front 4."""
    before = len(stage.guest_text())
    begin_to_close(stage, kind)
    wait_for_state(stage, "front", [4])
    kill(stage, kind)
    stage.unpause_guest()
    expect_back(stage, before, picture)


def closed_meanwhile(stage, kind, picture):
    """The same, but the guest's driver lets go, and perhaps publishes new rings, when there is no Weston at all."""
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
    """The guest goes while there is no Weston: the next one finds nothing, and shows nothing."""
    stage.standing.discard("Weston")
    stage.stop_weston("KILL")
    stage.destroy_guest()
    stage.start_weston(kind)
    stage.standing.add("Weston")
    stage.expect_no_guest()
    stage.expect_background()
