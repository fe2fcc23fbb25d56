#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Several guests attack at random for a long time, while outputs come and go and the session sleeps, wakes and locks.

chaos.py [--seed N] [--seconds N]. The seed is printed; each step's choices depend only on the seed and on the step's
number. The checks are those of stage.py: another guest flips all the time, and in the end everything is given back.
"""
import argparse
import collections
import os
import random
import struct
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "sim")]

from rig.formats import bits_of  # noqa: E402
from rig.machine import wait_until  # noqa: E402
from rig.points import used_at_rest  # noqa: E402
from rig.runner import SCENARIOS, Failure, check, run_here, scenario  # noqa: E402
from rig.weston import SCALE, version  # noqa: E402
from stage import (DBUF_DESTROY, FB_DETACH, GET_EDID, PG_FLIP, Stage, attach, configure, create,  # noqa: E402
                   of_cookie, replace_outputs, request)

ATTACKERS = 3
COOKIES = range(1, 7)
EXTREMES = (0, 1, 2, 63, 64, 65, 4095, 4096, 2 ** 15, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1)
SIZES = ("64x48", "320x240", "321x33", "800x600", "1366x768", "2048x2048")
FORMATS = ("XR24", "AR24", "RG24", "RG16", "AR15", "YUYV")
NODES = ("state", "0/req-ring-ref", "0/evt-ring-ref", "0/req-event-channel", "0/evt-event-channel", "0/resolution",
         "0/unique-id", "1/resolution", "version", "be-alloc")
VALUES = (b"0", b"1", b"-1", b"4", b"6", b"4294967296", b"320x240", b"x", b"\xff\0", b"%s", b"9" * 2000)
RATE = "max-reconnects-per-minute=60\n"
# Log lines of Weston and the module for each guest, and for each output, that comes and goes.
LINES_A_GUEST, LINES_AN_OUTPUT = 12, 10


class Attacker:
    """A guest that gets commands without waiting for replies; these are read as they come."""

    def __init__(self, stage, name, dice):
        self.stage, self.name = stage, name
        self.connectors = dice.randint(1, 4)
        self.pending = collections.deque()
        self.attack_ends_at = None
        self.plugged = False  # whether it has its second device
        self.polite = dice.random() < 0.4  # keeps its rings and its nodes in order
        self.guest = stage.boot(name, *[dice.choice(("320x240", "64x48", "800x600"))] * self.connectors, connect=False)
        self.refs = stage.pages(12, guest=self.guest)
        self.tell("connect 0")

    def tell(self, command):
        self.pending.append(command)
        self.guest.process.stdin.write(command + "\n")
        self.guest.process.stdin.flush()

    def listen(self):
        """Reads the replies so far. Returns how many are outstanding."""
        self.guest.drain_replies(self.pending)
        self.guest.events.clear()
        return len(self.pending)

    def end(self, how):
        tools = self.stage.rig.machine.tools
        if how == "kill":
            self.guest.kill()
        elif how == "crash":
            self.guest.crash_process()
            self.guest.alive = False
        tools.remove_devices(self.guest.domid)
        self.guest.destroy()


def raw_request(dice, refs):
    """A request that may be valid or random."""
    cookie, other = dice.choice(COOKIES), dice.choice(COOKIES)
    data = dice.choice((
        create(cookie, directory=refs[0]), attach(cookie, other), configure(cookie, dice.choice((0, 0, 63, 64)), 0),
        of_cookie(PG_FLIP, cookie), of_cookie(FB_DETACH, cookie), of_cookie(DBUF_DESTROY, cookie),
        request(GET_EDID, struct.pack("<II", dice.choice(EXTREMES), refs[0])), request(dice.randrange(256))))
    data = bytearray(data)
    if dice.random() < 0.4:
        at = dice.randrange(8, 60, 4)
        data[at:at + 4] = struct.pack("<I", dice.choice(EXTREMES))
    if dice.random() < 0.2:
        data[2:] = dice.randbytes(62)
    return data.hex()


# What an attacker does. Each function takes the attacker and this step's dice.

def requests(attacker, dice):
    for _ in range(dice.randint(1, 6)):
        attacker.tell(f"submit 0 {dice.randrange(attacker.connectors)} {raw_request(dice, attacker.refs)}")


def proper_buffer(attacker, dice):
    cookie, size = dice.choice(COOKIES), dice.choice(SIZES)
    fourcc = dice.choice(FORMATS)
    bits = bits_of(fourcc)
    connector = dice.randrange(attacker.connectors)
    for command in (f"dbuf-create 0 {cookie} {size} {bits}" + dice.choice(("", "", "", " readonly")),
                    f"fb-attach 0 {cookie} {cookie} {size} {fourcc}",
                    f"set-config 0 {connector} {cookie} 0,0 {dice.choice((size, '64x48'))} {bits}"):
        attacker.tell(command)


def animation(attacker, dice):
    connector = dice.randrange(attacker.connectors)
    attacker.tell(f"animate 0 {connector} {dice.choice((0, 10, 100))} {dice.choice(COOKIES)} {dice.choice(COOKIES)}")


def animation_ends(attacker, dice):
    attacker.tell(f"animation 0 {dice.randrange(attacker.connectors)} stop")


def resize(attacker, dice):
    at, size = dice.choice(("0,0", "1,1", "300,200", "4095,0")), dice.choice(SIZES)
    attacker.tell(f"set-config 0 {dice.randrange(attacker.connectors)} {dice.choice(COOKIES)} {at} {size} "
                  f"{dice.choice((16, 24, 32))}")


def dark(attacker, dice):
    attacker.tell(f"config-off 0 {dice.randrange(attacker.connectors)}")


def takes_away(attacker, dice):
    attacker.tell(f"{dice.choice(('fb-detach', 'dbuf-destroy'))} 0 {dice.choice(COOKIES)}")


def connection_killed(attacker, dice):
    """libwayland ends a connection that passes it pages which cannot be mapped."""
    attacker.refs = attacker.stage.pages(12, guest=attacker.guest)
    attacker.tell(f"request 0 0 {create(7, directory=attacker.refs[0]).hex()}")
    attacker.tell("ungrant")
    attacker.tell(f"request 0 0 {attach(7, 7).hex()}")
    attacker.tell(f"request 0 0 {of_cookie(DBUF_DESTROY, 7).hex()}")


def grants(attacker, dice):
    attacker.refs = attacker.stage.pages(dice.randint(3, 40), guest=attacker.guest)


def reconnects(attacker, dice):
    if dice.random() < 0.5:
        for command in ("close 0", "state 0 1", "connect 0"):
            attacker.tell(command)
    else:
        for command in ("forget 0", "state 0 6", "state 0 1", "connect 0 publish"):
            attacker.tell(command)


def state(attacker, dice):
    attacker.tell(f"state 0 {dice.randint(0, 8)}")


def node(attacker, dice):
    path = f"device/vdispl/0/{dice.choice(NODES)}"
    attacker.tell(f"xs-rm {path}" if dice.random() < 0.2 else f"xs-hex {path} {dice.choice(VALUES).hex()}")


def nodes_flooded(attacker, dice):
    values = " ".join(str(dice.randint(0, 8)) for _ in range(4))
    attacker.tell(f"xs-flood device/vdispl/0/state {dice.choice((50, 300))} {values}")


def flood(attacker, dice):
    attacker.tell(f"flood 0 {dice.randrange(attacker.connectors)} {dice.choice((50, 300))} "
                  f"{raw_request(dice, attacker.refs)}")


def storm(attacker, dice):
    attacker.attack_ends_at = attacker.stage.number + dice.randint(5, 60)
    attacker.tell(f"storm 0 {dice.randrange(attacker.connectors)} {dice.choice(('req', 'evt'))}")


def scribble(attacker, dice):
    attacker.attack_ends_at = attacker.stage.number + dice.randint(5, 60)
    connector = dice.randrange(attacker.connectors)
    area, offset = dice.choice(((f"req:{connector}", 72), (f"req:{connector}", 64), (f"evt:{connector}", 0),
                                (f"evt:{connector}", 64), ("granted", 0), ("granted", 4)))
    attacker.tell(f"scribble 0 {area} {offset} random{dice.choice((4, 56, 256))} {dice.randbytes(16).hex()}")


def deaf(attacker, dice):
    attacker.tell(f"deaf 0 {dice.randint(0, 1)}")


def ring_poked(attacker, dice):
    connector = dice.randrange(attacker.connectors)
    index = struct.pack("<I", dice.choice((0, 33, 2 ** 31, 2 ** 32 - 1)))
    attacker.tell(f"poke 0 {dice.choice(('req', 'evt'))}:{connector} {dice.choice((0, 4, 8, 12))} {index.hex()}")
    attacker.tell(f"notify 0 {connector} req")


def second_device(attacker, dice):
    """Plugged or unplugged, at any moment of its life."""
    tools, domid = attacker.stage.rig.machine.tools, attacker.guest.domid
    if attacker.plugged:
        tools.remove_directories(domid, 1)
        attacker.tell("forget 1")
    else:
        tools.attach(domid, 1, ["64x48"])
        for command in ("connect 1", "dbuf-create 1 1 64x48 32", "fb-attach 1 1 1 64x48 XR24",
                        "set-config 1 0 1 0,0 64x48 32", "animate 1 0 0 1 1"):
            attacker.tell(command)
    attacker.plugged = not attacker.plugged


ACTIONS = {requests: 12, proper_buffer: 10, animation: 5, animation_ends: 3, resize: 5, dark: 1, takes_away: 4,
           connection_killed: 2, grants: 1, reconnects: 3, state: 1, node: 2, nodes_flooded: 1, flood: 2, storm: 1,
           scribble: 3, deaf: 1, ring_poked: 1, second_device: 2}
IMPOLITE = (state, node, nodes_flooded, scribble, ring_poked)
# What a guest does during a storm or a scribble: nothing that frees the pages being written to.
MEANWHILE = {requests: 4, node: 1, flood: 1, nodes_flooded: 1}


class Chaos:
    def __init__(self, stage, seed):
        self.stage, self.seed = stage, seed
        self.attackers = []
        self.booted = self.changes = self.checked = 0
        self.locked = None  # not locked so far
        self.off = set()
        self.asleep = False
        self.last = collections.deque(maxlen=25)
        self.world = []
        stage.number = 0

    def note(self, text):
        self.last.append(f"{self.stage.number}: {text}")

    # What changes around the guests

    def output_goes_or_comes(self, dice):
        name = dice.choice([name for name, _, _ in self.stage.weston.outputs])
        self.changes += 1
        self.stage.weston.control(f"output-{'on' if name in self.off else 'off'} {name}")
        self.off ^= {name}

    def sleep_or_wake(self, dice):
        self.stage.weston.control("wake" if self.asleep else "sleep")
        self.asleep = not self.asleep

    def all_on(self):
        for name in sorted(self.off):
            self.stage.weston.control(f"output-on {name}")
        self.stage.weston.control("wake")
        self.off.clear()
        self.asleep = False

    def lock_or_unlock(self, dice):
        """desktop-shell locks only once, as it is not told when its lock ends. It fades out first; an output that goes
        during the fade would stop it for ever."""
        if self.stage.weston.shell == "kiosk":
            return
        if self.locked is None:
            self.all_on()
            self.stage.weston.lock()
            self.asleep = True
        elif self.locked:
            self.unlock()
        self.locked = self.locked is None

    def unlock(self):
        self.stage.weston.control("wake")
        self.stage.weston.control("unlock")
        self.asleep = False

    def slow_host(self, dice):
        if dice.random() < 0.5:
            self.stage.rig.machine.control("delay", "weston", dice.choice(("gntdev.map", "gntdev.give-back")),
                                           dice.choice((5, 30)))
        else:
            self.stage.rig.machine.control("clear")

    def is_asked(self, dice):
        self.stage.weston.control("list")

    def attacker_goes(self, dice):
        if not self.attackers:
            return
        attacker = dice.choice(self.attackers)
        how = dice.choice(("destroy", "kill", "crash"))
        self.world[-1] += f" ({attacker.name}: {how})"
        self.attackers.remove(attacker)
        attacker.end(how)

    def change_world(self, dice):
        actions = {self.output_goes_or_comes: 4, self.sleep_or_wake: 3, self.lock_or_unlock: 1, self.slow_host: 3,
                   self.is_asked: 3, self.attacker_goes: 4}
        action = dice.choices(list(actions), actions.values())[0]
        self.world.append(f"{self.stage.number}: {action.__name__}")
        action(dice)

    # A step

    def attack(self, dice):
        if len(self.attackers) < ATTACKERS:
            self.booted += 1
            self.note(f"attacker{self.booted}: boots")
            self.attackers.append(Attacker(self.stage, f"attacker{self.booted}", dice))
            return
        attacker = dice.choice(self.attackers)
        if attacker.listen() > 12:
            return
        if attacker.attack_ends_at is not None and self.stage.number >= attacker.attack_ends_at:
            attacker.attack_ends_at = None
            attacker.tell("attack-end")
        actions = ACTIONS if attacker.attack_ends_at is None else MEANWHILE
        action = dice.choices(list(actions), actions.values())[0]
        if action in IMPOLITE and attacker.polite:
            return
        if attacker.pending and action in (connection_killed, grants):
            return  # these wait for their answers
        self.note(f"{attacker.name}: {action.__name__}")
        action(attacker, dice)

    def step(self):
        self.stage.number += 1
        dice = random.Random(f"{self.seed} {self.stage.number}")
        if dice.random() < 0.05:
            self.change_world(dice)
        else:
            self.attack(dice)
        if self.stage.number % 5 == 0:
            self.stage.step()

    # The end

    def is_connected(self, attacker):
        """Whether the guest is connected; waits for that if it has published its rings."""
        _, front = self.stage.state(attacker.guest)
        if front == 3:
            check(wait_until(lambda: self.stage.state(attacker.guest)[0] == 4, 20 * SCALE, 0.05),
                  f"{attacker.name} is not connected: its states are {self.stage.state(attacker.guest)}")
        return self.stage.state(attacker.guest) in ((4, 4), (4, 3))

    def all_answered(self):
        """Checks that each command got its reply, and each request of a polite guest one answer."""
        for attacker in self.attackers:
            if attacker.attack_ends_at is not None:
                attacker.tell("attack-end")
            check(wait_until(lambda: attacker.listen() == 0, 60 * SCALE, 0.05),
                  f"{attacker.name} does not reply to: {list(attacker.pending)[:3]}")
            if not attacker.polite or not self.is_connected(attacker):
                continue
            self.checked += 1
            attacker.guest.ok("deaf 0 0")
            for connector in range(attacker.connectors):
                self.stage.animation_ends(connector, 0, attacker.guest)

    def restore(self):
        self.stage.rig.machine.control("clear")
        self.all_on()
        if self.locked:
            self.unlock()
        replace_outputs(self.stage)


def chaos(rig, seed, seconds):
    # If outputs came and went while it slept, Weston 14's desktop-shell stays half faded and never locks, even without
    # the module.
    shell = "desktop" if version() < 14 else "kiosk"
    stage = Stage(rig, shell=shell, shell_config="locking=true\n", config=f"[xen-display]\n{RATE}", guest=False)
    replace_outputs(stage)
    stage.still = used_at_rest(rig, stage.weston, stage.points)
    play = Chaos(stage, seed)
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            play.step()
        play.note("all_answered")
        play.all_answered()
        play.note("restore")
        play.restore()
        stage.finish(ATTACKERS + 1, LINES_A_GUEST * play.booted + LINES_AN_OUTPUT * play.changes)
    except (Failure, OSError, RuntimeError) as failure:
        raise Failure(f"seed {seed}: {type(failure).__name__}: {failure}\nthe world: " +
                      ", ".join(play.world) + "\nlast steps: " + ", ".join(play.last)) from failure
    log = stage.weston.log()
    rig.remark = f"seed {seed}, {stage.number} attacks, {play.booted} guests, {play.checked} polite ones in the end, " \
                 f"{log.count(': connected with ')} connections, {log.count('ended the connection')} of them ended by " \
                 f"Weston; {rig.remark}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Guests that attack at random.")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2 ** 31))
    parser.add_argument("--seconds", type=float, default=45)
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)

    def guests_attack_at_random(rig):
        chaos(rig, arguments.seed, arguments.seconds)

    scenario("chaos", limit=arguments.seconds + 240)(guests_attack_at_random)
    sys.exit(run_here(SCENARIOS, True))
