# SPDX-License-Identifier: MIT
"""Every field of every request at its extremes and around its limits; reserved and stale bytes."""
import struct

from rig.guest import words_of
from rig.runner import check, equal
from stage import (DBUF_CREATE, DBUF_DESTROY, EEXIST, EINVAL, ENOENT, ENOSPC, EOPNOTSUPP, FB_DETACH,
                   GET_EDID, OK, PG_FLIP, SET_CONFIG, XR24, attach, case, configure, create, of_cookie, register,
                   request)

MAX32, MAX64 = 2 ** 32 - 1, 2 ** 64 - 1
TOP31 = 2 ** 31
SIZE = 64 * 48 * 4


# Field -> value -> status, for buffers of 64x48 in XRGB8888: exactly three pages.

CREATE = {
    "cookie": {0: EINVAL, 1: OK, MAX32: OK, MAX64: OK},
    "width": {0: EINVAL, 1: OK, 63: OK, 64: OK, 65: EINVAL, 32767: EINVAL, TOP31 - 1: EINVAL, TOP31: EINVAL,
              MAX32: EINVAL},
    "height": {0: EINVAL, 1: OK, 47: OK, 48: OK, 49: EINVAL, 32768: EINVAL, TOP31: EINVAL, MAX32: EINVAL},
    "bpp": {0: EINVAL, 1: EINVAL, 8: EINVAL, 15: EINVAL, 16: OK, 17: EINVAL, 24: OK, 31: EINVAL, 32: OK, 33: EINVAL,
            64: EINVAL, 256: EINVAL, TOP31: EINVAL, MAX32: EINVAL},
    "size": {0: EINVAL, 1: EINVAL, SIZE - 1: EINVAL, SIZE: OK, SIZE + 1: EINVAL, 2 ** 28 + 1: ENOSPC, TOP31 - 1: ENOSPC,
             TOP31: ENOSPC, MAX32 - 4095: ENOSPC, MAX32: ENOSPC},
    "flags": {0: OK, 1: EOPNOTSUPP, 2: EINVAL, 3: EINVAL, TOP31: EINVAL, MAX32: EINVAL},
    "offset": {0: OK, 1: EINVAL, 4096: EINVAL, SIZE - 1: EINVAL, SIZE: EINVAL, TOP31: EINVAL, MAX32: EINVAL},
    "directory": {0: EINVAL, 1: EINVAL, TOP31: EINVAL, MAX32: EINVAL},
}


def sweep_create(field, values):
    def swept(stage):
        refs = stage.pages(3)
        for value, status in values.items():
            fields = {"directory": refs[0], field: value}
            stage.ask(create(**fields), status)
            if status == OK:
                stage.ask(of_cookie(DBUF_DESTROY, fields.get("cookie", 1)), OK)
            stage.step()
        stage.answered()

    register(f"create-{field}", swept)


for name, tried in CREATE.items():
    sweep_create(name, tried)


@case()
def create_area_wraps(stage):
    refs = stage.pages(3)
    # Each of these areas is small if computed in 32 bits.
    for width, height, bpp, size in ((0x10000, 0x10000, 32, SIZE), (0x40000001, 1, 32, SIZE), (0x8000, 0x20000, 32, SIZE),
                                     (0x20000000, 8, 32, SIZE), (0x55555556, 1, 24, SIZE), (MAX32, MAX32, 32, SIZE),
                                     (1, MAX32, 16, MAX32), (64, 48, 32, MAX32)):
        check(stage.ask(create(width=width, height=height, bpp=bpp, size=size, directory=refs[0]))
              in (EINVAL, ENOSPC), f"{width}x{height}x{bpp} was accepted in a buffer of size {size}")
        stage.step()
    stage.answered()


@case()
def create_without_geometry(stage):
    refs = stage.pages(3)
    for width, height, bpp in ((0, 0, 32), (0, 48, 0), (64, 0, 0), (0, 48, 32), (64, 0, 32), (64, 48, 0)):
        stage.ask(create(width=width, height=height, bpp=bpp, directory=refs[0]), EINVAL)
    stage.ask(create(width=0, height=0, bpp=0, directory=refs[0]), OK)
    for width, height, status in ((64, 49, EINVAL), (MAX32, 1, EINVAL), (3073, 1, EINVAL), (3072, 1, OK)):
        stage.ask(attach(width=width, height=height), status)
    stage.step()
    stage.answered()


@case()
def create_offset_at_its_limit(stage):
    refs = stage.pages(3)
    for rows in (1, 2, 47):
        room = SIZE - rows * 256
        stage.ask(create(height=rows, offset=room, directory=refs[0]), OK)
        stage.ask(of_cookie(DBUF_DESTROY, 1), OK)
        stage.ask(create(height=rows, offset=room + 1, directory=refs[0]), EINVAL)
        stage.step()
    stage.answered()


@case()
def create_twice(stage):
    refs = stage.buffer()
    for _ in range(3):
        stage.ask(create(directory=refs[0]), EEXIST)
        stage.ask(attach(), EEXIST)
        stage.step()
    stage.ask(of_cookie(DBUF_DESTROY, 1), OK)
    stage.ask(of_cookie(DBUF_DESTROY, 1), ENOENT)
    stage.answered()


def sweep_cookie(name, operation):
    def swept(stage):
        stage.buffer(2)
        for cookie, status in ((0, EINVAL), (1, ENOENT), (3, ENOENT), (2 << 32, ENOENT), ((1 << 63) + 2, ENOENT),
                               (MAX64, ENOENT)):
            stage.ask(of_cookie(operation, cookie), status)
            stage.step()
        stage.ask(of_cookie(operation, 2), OK)
        stage.answered()

    register(name, swept)


sweep_cookie("destroy-cookie", DBUF_DESTROY)
sweep_cookie("detach-cookie", FB_DETACH)
sweep_cookie("flip-cookie", PG_FLIP)

ATTACH = {
    "dbuf": {0: EINVAL, 1: OK, 2: ENOENT, 1 << 32: ENOENT, MAX64: ENOENT},
    "cookie": {0: EINVAL, 1: OK, MAX32: OK, MAX64: OK},
    "width": {0: EINVAL, 1: OK, 64: OK, 65: EINVAL, 32767: EINVAL, 32768: EINVAL, TOP31: EINVAL, MAX32: EINVAL},
    "height": {0: EINVAL, 1: OK, 48: OK, 49: EINVAL, 32767: EINVAL, 32768: EINVAL, TOP31: EINVAL, MAX32: EINVAL},
    "fourcc": {0: EINVAL, XR24: OK, int.from_bytes(b"AR24", "little"): OK, int.from_bytes(b"RG24", "little"): EINVAL,
               int.from_bytes(b"RG16", "little"): EINVAL, int.from_bytes(b"YUYV", "little"): EINVAL,
               int.from_bytes(b"NV12", "little"): EINVAL, int.from_bytes(b"xr24", "little"): EINVAL,
               XR24 | TOP31: EINVAL, MAX32: EINVAL},
}


def sweep_attach(field, values):
    def swept(stage):
        stage.ask(create(directory=stage.pages(3)[0]), OK)
        for value, status in values.items():
            stage.ask(attach(**{field: value}), status)
            if status == OK:
                stage.ask(of_cookie(FB_DETACH, value if field == "cookie" else 1), OK)
            stage.step()
        stage.answered()

    register(f"attach-{field}", swept)


for name, tried in ATTACH.items():
    sweep_attach(name, tried)

CONFIG = {
    "x": {0: OK, 1: OK, 63: OK, 64: EINVAL, TOP31 - 1: EINVAL, TOP31: EINVAL, MAX32: EINVAL},
    "y": {0: OK, 47: OK, 48: EINVAL, TOP31: EINVAL, MAX32 - 47: EINVAL, MAX32: EINVAL},
    "width": {0: EINVAL, 1: OK, 64: OK, 65: OK, TOP31: OK, MAX32: OK},
    "height": {0: EINVAL, 1: OK, 48: OK, 49: OK, TOP31: OK, MAX32: OK},
    "bpp": {0: EINVAL, 16: EINVAL, 24: EINVAL, 31: EINVAL, 32: OK, 33: EINVAL, MAX32: EINVAL},
    "cookie": {1: OK, 2: ENOENT, 1 << 32: ENOENT, MAX64: ENOENT},
}


def sweep_config(field, values):
    def swept(stage):
        stage.buffer()
        for value, status in values.items():
            stage.ask(configure(**{field: value}), status)
            stage.step()
        stage.answered()

    register(f"config-{field}", swept)


for name, tried in CONFIG.items():
    sweep_config(name, tried)


@case()
def config_half_off(stage):
    stage.buffer()
    stage.ask(configure(), OK)
    for at in range(5):
        words = [0] * 5
        words[at] = 1
        stage.ask(request(SET_CONFIG, struct.pack("<QIIIII", 0, *words)), EINVAL)
        stage.step()
    stage.ask(request(SET_CONFIG), OK)
    stage.answered()


@case()
def edid_size(stage):
    refs = stage.pages(8)
    for size, status in ((0, EINVAL), (1, EINVAL), (127, EINVAL), (128, OK), (4096, OK), (32768, OK), (TOP31, OK),
                         (MAX32, OK)):
        stage.ask(request(GET_EDID, struct.pack("<II", size, refs[0])), status)
        stage.step()
    stage.answered()


@case()
def edid_directory(stage):
    refs = stage.pages(3)
    for reference in (0, 1, TOP31, MAX32):
        stage.ask(request(GET_EDID, struct.pack("<II", 128, reference)), EINVAL)
        stage.step()
    stage.directory([])
    stage.ask(request(GET_EDID, struct.pack("<II", 128, refs[0])), EINVAL)
    stage.answered()


@case()
def every_operation(stage):
    known = range(DBUF_CREATE, GET_EDID + 1)
    for operation in range(256):
        expected = EINVAL if operation in known and operation != SET_CONFIG else \
            OK if operation == SET_CONFIG else EOPNOTSUPP
        stage.ask(request(operation), expected)
        if operation % 32 == 0:
            stage.step()
    stage.answered()


@case()
def reserved_bytes(stage):
    refs = stage.pages(3)
    for data in (create(directory=refs[0]), attach(), configure(), of_cookie(PG_FLIP, 1),
                   of_cookie(FB_DETACH, 1), of_cookie(DBUF_DESTROY, 1)):
        spoilt = bytearray(data)
        spoilt[3:8] = b"\xff" * 5
        # The bytes after the longest body belong to no request.
        spoilt[48:64] = b"\xff" * 16
        stage.ask(bytes(spoilt), OK)
        stage.step()
    stage.answered()


@case()
def stale_bytes(stage):
    """Only id, operation and status (and the EDID's size) are ever set in an answer or an event."""
    stage.buffer()
    refs = stage.pages(3)
    for data in (create(5), attach(9), configure(), of_cookie(PG_FLIP, 1), request(0x77),
                   request(GET_EDID, struct.pack("<II", 128, refs[0])), request(GET_EDID, struct.pack("<II", 9, 1))):
        # The answer's slot holds the request's own bytes, which are not secret, and these:
        reply = words_of(stage.guest.send(f"request 0 0 {data[:56].hex()}{'ee' * 8}"))
        answer = bytes.fromhex(str(reply["response"]).zfill(128))
        equal(answer[3], 0, "the reserved byte of an answer")
        means = 4 if data[2] == GET_EDID and reply["status"] == 0 else 0
        equal(answer[8 + means:], bytes(56 - means), f"bytes of the answer to {data[2]:#x} that should be 0")
    event = stage.guest.event("flip", 5)
    page = bytes.fromhex(stage.guest.send("peek 0 evt:0 0 4096").partition("data=")[2])
    slot = page[64 + 64 * event["id"]:][:64]
    equal(slot[2:8], b"\0" * 6, "type and reserved bytes of an event")
    equal(slot[16:], bytes(48), "bytes of an event that should be 0")
    equal(page[8:64], bytes(56), "reserved bytes of the event page's header")
    stage.answered()
