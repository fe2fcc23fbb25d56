# SPDX-License-Identifier: MIT
"""A thread of the guest rewrites shared pages all the time, while the guest sends valid requests."""
import random
import struct

from rig.runner import check, equal
from stage import (DBUF_DESTROY, EEXIST, EINVAL, EIO, ENOENT, ENOMEM, ENOSPC, EOPNOTSUPP, FB_DETACH, OK, PG_FLIP, attach,
                   case, configure, create, of_cookie, request)

ANY = (OK, EINVAL, EIO, ENOENT, ENOMEM, EEXIST, ENOSPC, EOPNOTSUPP)


def scribble(stage, area, offset, *patterns):
    words = " ".join(pattern if isinstance(pattern, str) else pattern.hex() for pattern in patterns)
    stage.guest.ok(f"scribble 0 {area} {offset} {words}")


def attack_ends(stage, least=1000):
    rounds = stage.guest.ok("attack-end")["rounds"]
    check(rounds >= least, f"only {rounds} rounds of the attack")


@case()
def request_rewritten(stage):
    refs = stage.buffer()
    stage.ask(configure(), OK)
    bodies = [create(7, directory=refs[0])[8:], create(7, 2 ** 31, 2 ** 31, 32, 2 ** 32 - 1, directory=1)[8:],
              attach(7, 7)[8:], attach(1, 1, 2 ** 32 - 1)[8:], configure(1, 63, 47)[8:], b"\xff" * 56, bytes(56)]
    for slot in range(0, 32, 8):
        scribble(stage, "req:0", 64 + 64 * slot + 8, *bodies)
    for number in range(160):
        data = (create(7, directory=refs[0]), attach(7, 7), configure(7), of_cookie(PG_FLIP, 7),
                  of_cookie(DBUF_DESTROY, 7))[number % 5]
        check(stage.ask(data) in ANY, "a status that the protocol does not define")
        if number % 20 == 0:
            stage.step()
    attack_ends(stage)
    stage.answered()


@case()
def operation_rewritten(stage):
    refs = stage.buffer()
    # The operation, which says what the other 56 bytes mean; these fit another operation.
    for slot in range(0, 32, 16):
        scribble(stage, "req:0", 64 + 64 * slot + 2, *(bytes([number]) for number in range(0x10, 0x17)), b"\xff")
    for number in range(128):
        data = (create(7, directory=refs[0]), attach(7, 7), configure(7), of_cookie(DBUF_DESTROY, 7))[number % 4]
        stage.guest.ok(f"submit 0 0 {data.hex()}")
        answer = stage.guest.event("response", 5)
        check(answer["status"] in ANY, f"answer {answer}")
        if number % 16 == 0:
            stage.step()
    attack_ends(stage)
    stage.answered()


@case()
def directory_rewritten(stage):
    refs = stage.pages(3)
    good = struct.pack("<4I", 0, *refs[1:])
    scribble(stage, "granted", 0, good, struct.pack("<4I", refs[0], 0, refs[1], refs[2]), good,
             struct.pack("<4I", 2 ** 32 - 1, refs[1], 2 ** 32 - 1, 5), good, b"\xff" * 16)
    for number in range(100):
        status = stage.ask(create(directory=refs[0]))
        check(status in (OK, EINVAL), f"status {status}")
        if status == OK:
            stage.ask(attach(), OK)
            stage.ask(of_cookie(DBUF_DESTROY, 1), OK)
        if number % 20 == 0:
            stage.step()
    attack_ends(stage)
    stage.answered()


@case()
def answer_indices_rewritten(stage):
    stage.buffer()
    stage.ask(configure(), OK)
    # req_event and rsp_event say when to notify; rsp_prod belongs to the backend.
    scribble(stage, "req:0", 4, "random4")
    scribble(stage, "req:0", 12, "random4")
    for number in range(60):
        stage.guest.send(f"submit 0 0 {of_cookie(PG_FLIP, 1).hex()}")
        stage.guest.ok("poke 0 req:0 8 f0debc9a")
        stage.guest.ok("notify 0 0 req")
        if number % 20 == 0:
            stage.step()
    attack_ends(stage)
    stage.step()


@case()
def request_index_at_random(stage):
    scribble(stage, "req:0", 0, "random4")
    stage.guest.ok("notify 0 0 req")
    stage.said("more requests announced than its ring can hold")
    stage.closes()
    stage.step()
    attack_ends(stage, 1)


@case(guests=8, guest=False)
def ring_page_at_random(stage):
    dice = random.Random(4)
    for number in range(8):
        guest = stage.boot(f"attacker{number}", "320x240")
        data = bytearray(dice.randbytes(4096))
        # Some of them announce few enough requests to be served.
        data[0:4] = struct.pack("<I", (0, 1, 7, 32, 33, 2 ** 31, 2 ** 32 - 1, 5)[number])
        guest.ok(f"poke 0 req:0 64 {data[64:].hex()}")
        guest.ok(f"poke 0 req:0 0 {data[:4].hex()}")
        guest.ok("notify 0 0 req")
        stage.step()
    equal(sum("ring can hold" in line for line in stage.lines()), 3, "devices that were closed")


@case()
def event_indices_at_random(stage):
    stage.buffer()
    stage.ask(configure(), OK)
    stage.guest.ok("deaf 0 1")
    scribble(stage, "evt:0", 0, "random8")
    # Whether there is room for an event depends on chance; the answers come in the end.
    for _ in range(30):
        stage.guest.send(f"submit 0 0 {of_cookie(PG_FLIP, 1).hex()}")
    stage.step()
    stage.step()
    attack_ends(stage)
    # in_cons = in_prod: the guest says that it has read everything.
    produced = stage.guest.send("peek 0 evt:0 4 4").partition("data=")[2]
    for _ in range(20):
        stage.guest.ok(f"poke 0 evt:0 0 {produced}")
        stage.guest.ok("notify 0 0 evt")
        stage.guest.no_event("nothing", 0.02)
        produced = stage.guest.send("peek 0 evt:0 4 4").partition("data=")[2]
    stage.step()


@case()
def event_slots_rewritten(stage):
    stage.buffer()
    stage.ask(configure(), OK)
    stage.guest.ok("deaf 0 1")
    scribble(stage, "evt:0", 64, "random256")
    scribble(stage, "evt:0", 1024, "random256")
    for _ in range(40):
        stage.ask(of_cookie(PG_FLIP, 1), OK)
    stage.step()
    attack_ends(stage)
    stage.answered()


@case()
def pixels_rewritten(stage):
    guest = stage.guest
    for cookie, fourcc in ((1, "XR24"), (2, "AR24"), (3, "YUYV"), (4, "RG24")):
        guest.buffer(cookie, 64, 48, fourcc)
    for cookie in (1, 2, 3, 4):
        guest.show(cookie, 64, 48)
        scribble(stage, f"dbuf:{cookie}", 0, "random256")
        scribble(stage, f"dbuf:{cookie}", 1024, "random256")
        guest.flips(5, cookie)
        stage.step()
        attack_ends(stage)
    stage.ask(of_cookie(FB_DETACH, 4), OK)
    stage.ask(request(0x99), EOPNOTSUPP)
    stage.answered()
