# SPDX-License-Identifier: MIT
"""A soak run: four guests flip while their buffers, sizes, states and connections change at random.

SOAK_FLIPS: how many flips in all (default 20000). SOAK_SEED: the same seed makes the same choices.
After the first tenth of the flips memory must not grow; when all guests are gone, their descriptors,
ports, mappings and watches must be gone too.
"""
import os
import random
import re
import time

from rig.machine import wait_until
from rig.runner import check, equal, scenario
from rig.weston import SCALE

FLIPS = int(os.environ.get("SOAK_FLIPS", "20000"))
SEED = int(os.environ.get("SOAK_SEED", "1"))
GUESTS = 4
CONNECTORS = 4
NAMES = ("headless", "second", "third", "fourth")
SIZES = ((64, 48), (80, 60), (48, 32))
ROUND = 60  # flips of a connector between two changes


def resident_kib(pid):
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(r"^VmRSS:\s+(\d+)", status.read(), re.MULTILINE).group(1))


def rest(weston):
    """What Weston has in use, once it no longer changes."""
    for _ in range(100):
        before = weston.usage()
        time.sleep(0.1 * SCALE)
        if weston.usage() == before:
            break
    return before


class Player:
    """One guest; its choices come from the random numbers that all players share."""

    def __init__(self, rig, number, dice):
        self.rig = rig
        self.number = number
        self.dice = dice
        self.flips = 0
        self.boot()

    def boot(self):
        self.guest = self.rig.guest(f"soak{self.number}", *["80x60"] * CONNECTORS)
        self.set_up()

    def set_up(self):
        self.size = self.dice.choice(SIZES)
        for connector in range(CONNECTORS):
            fourcc = self.dice.choice(("XR24", "XR24", "XR24", "RG16", "RG24"))
            for cookie in (10 * connector + 1, 10 * connector + 2):
                self.guest.buffer(cookie, *self.size, fourcc)
            self.guest.show(10 * connector + 1, *self.size, connector=connector)

    def begin(self):
        for connector in range(CONNECTORS):
            self.guest.ok(f"animate 0 {connector} {ROUND} {10 * connector + 2} {10 * connector + 1}")

    def end(self):
        for connector in range(CONNECTORS):
            self.guest.event("animated", 60 * SCALE, dev=0, conn=connector)
            self.flips += ROUND
        self.guest.drain()
        bad = [line for _, line in self.guest.events if line.startswith(("bad-", "flip-timeout"))]
        equal(bad, [], "bad events and flip timeouts")
        self.guest.events.clear()

    def take_down(self):
        for connector in range(CONNECTORS):
            if self.dice.random() < 0.5:
                self.guest.ok(f"config-off 0 {connector}")
            for cookie in (10 * connector + 1, 10 * connector + 2):
                self.guest.ok(f"fb-detach 0 {cookie}")
                self.guest.ok(f"dbuf-destroy 0 {cookie}")

    def reconnect(self):
        self.guest.ok("close 0")
        self.guest.ok("state 0 1")
        self.guest.connect()
        self.set_up()

    def leave(self):
        self.guest.destroy()
        self.rig.guests.remove(self.guest)

    def reboot(self):
        self.leave()
        self.boot()

    def change(self):
        what = self.dice.random()
        if what < 0.4:
            self.take_down()
            self.set_up()
        elif what < 0.55:
            self.reconnect()
        elif what < 0.7:
            self.reboot()


@scenario("soak", limit=60 + FLIPS // 20)
def flips_for_long(rig):
    """Four guests make SOAK_FLIPS flips in all; memory does not grow."""
    dice = random.Random(SEED)
    weston = rig.weston(
        outputs=[(name, 160, 120) for name in NAMES],
        config="[xen-display]\nmax-reconnects-per-minute=600\nresample-rate=0\n" +
        "".join(f"[xen-connector]\nguest=soak{number}\nconnector={connector}\noutput={name}\n"
                f"x={80 * (connector % 2)}\ny={60 * (connector // 2)}\nwidth=80\nheight=60\n"
                for number, name in enumerate(NAMES) for connector in range(CONNECTORS)))
    # What Weston allocates once for its first guest must not count.
    warm = Player(rig, 0, dice)
    warm.begin()
    warm.end()
    warm.leave()
    still = rest(weston)
    players = [Player(rig, number, dice) for number in range(GUESTS)]
    begin, first, most = time.monotonic(), None, 0
    flips = 0
    while flips < FLIPS:
        for player in players:
            player.begin()
        for player in players:
            player.end()
        for player in players:
            player.change()
        flips = sum(player.flips for player in players)
        equal(weston.process.poll(), None, "Weston's exit status")
        now = resident_kib(weston.pid)
        if first is None and flips >= FLIPS // 10:
            first = now
        most = max(most, now)
    took = time.monotonic() - begin
    print(f"         {flips} flips in {took:.0f} s; {first} KiB resident after a tenth, "
          f"{now} KiB at the end; seed {SEED}", flush=True)
    for player in players:
        player.leave()
    check(wait_until(lambda: weston.usage() == still, 10 * SCALE, 0.1),
          f"in use without guests: {weston.usage()}, at the beginning {still}")
    check(now < first * 1.1 + 4096 * SCALE, f"memory grew from {first} to {now} KiB")
