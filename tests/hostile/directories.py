# SPDX-License-Identifier: MIT
"""Page directories and grants that are malformed, revoked, or belong to another guest."""
import time

from rig.machine import wait_until
from rig.runner import check, equal
from stage import (DBUF_DESTROY, EINVAL, GET_EDID, OK, attach, case, configure, create, of_cookie, register,
                   request)

ALLOWED = "[xen-guest]\nname=attacker\nbe-alloc=true\n"
PER_PAGE = 1023


@case()
def directory_loops(stage):
    refs = stage.pages(10)
    size = 4096 * (PER_PAGE + 5)
    # A page that names itself as the next: the same references repeat until the buffer's length is reached.
    stage.directory((refs[1:11] * 103)[:PER_PAGE], following=refs[0])
    stage.ask(create(1, 1, 1, 32, size, directory=refs[0]), OK)
    stage.step()
    # Two pages that name each other.
    stage.directory((refs[2:11] * 114)[:PER_PAGE], following=refs[1])
    stage.directory((refs[2:11] * 114)[:PER_PAGE], following=refs[0], page=1)
    stage.ask(create(2, 1, 1, 32, 3 * size, directory=refs[0]), OK)
    stage.step()
    for cookie in (1, 2):
        stage.ask(of_cookie(DBUF_DESTROY, cookie), OK)
    stage.answered()


@case()
def directory_ends_early(stage):
    refs = stage.pages(10)
    stage.directory((refs[1:11] * 103)[:PER_PAGE])
    for more in (1, 2, PER_PAGE + 1, 60000):
        stage.ask(create(1, 1, 1, 32, 4096 * (PER_PAGE + more) if more < 60000 else 4096 * 30000, directory=refs[0]),
                  EINVAL)
        stage.step()
    stage.ask(create(1, 1, 1, 32, 4096 * PER_PAGE, directory=refs[0]), OK)
    stage.answered()


@case()
def reference_0(stage):
    refs = stage.pages(3)
    for at in range(3):
        stage.directory([0 if i == at else ref for i, ref in enumerate(refs[1:])])
        stage.ask(create(directory=refs[0]), EINVAL)
        stage.step()
    stage.answered()


@case()
def stale_references(stage):
    refs = stage.pages(3)
    for stale in (5, max(refs) + 1, 65535, 2 ** 31, 2 ** 32 - 1):
        for at in range(3):
            stage.directory([stale if i == at else ref for i, ref in enumerate(refs[1:])])
            stage.ask(create(directory=refs[0]), EINVAL)
        stage.step()
    stage.directory(refs[1:])
    stage.ask(create(directory=refs[0]), OK)
    stage.answered()


@case(guests=2)
def references_of_another_guest(stage):
    stranger = stage.boot("stranger", "320x240")
    theirs = stage.pages(200, guest=stranger)[-3:]
    rings = stage.rig.machine.domain(stranger.domid)["mapped_pages"]
    refs = stage.pages(3)
    stage.directory(theirs)
    stage.ask(create(directory=refs[0]), EINVAL)
    stage.ask(create(directory=theirs[0]), EINVAL)
    equal(stage.rig.machine.domain(stranger.domid)["mapped_pages"], rings, "mapped pages of the stranger")
    stage.answered()


@case()
def same_page_everywhere(stage):
    refs = stage.pages(3)
    # The second one uses the directory itself as pixels.
    for one in (refs[1], refs[0]):
        stage.directory([one] * 3)
        stage.ask(create(directory=refs[0]), OK)
        stage.ask(attach(), OK)
        stage.ask(configure(), OK)
        stage.step()
        stage.ask(of_cookie(DBUF_DESTROY, 1), OK)
    stage.answered()


@case()
def revoked_before(stage):
    refs = stage.pages(3)
    stage.guest.ok("ungrant")
    stage.ask(create(directory=refs[0]), EINVAL)
    stage.answered()


@case()
def revoked_while_mapping(stage):
    for delay, wait in ((150, 0.05), (150, 0.2), (150, 0.4)):
        refs = stage.pages(3)
        stage.rig.machine.control("delay", "weston", "gntdev.map", delay)
        stage.guest.ok(f"submit 0 0 {create(directory=refs[0]).hex()}")
        time.sleep(wait)
        stage.guest.ok("ungrant")
        answer = stage.guest.event("response", 5)
        check(answer["status"] in (OK, EINVAL), f"expected status 0 or -22, got the answer {answer}")
        stage.rig.machine.control("clear")
        stage.step()
        if answer["status"] == OK:
            stage.ask(of_cookie(DBUF_DESTROY, 1), OK)
    stage.answered()


@case()
def revoked_after_creation(stage):
    refs = stage.pages(3)
    stage.ask(create(directory=refs[0]), OK)
    stage.guest.ok("ungrant")
    check(stage.ask(attach()) < 0, "a framebuffer was made of revoked pages")
    stage.step()
    # Mapped pages stay mapped until they are given back.
    stage.ask(of_cookie(DBUF_DESTROY, 1), OK)
    refs = stage.buffer(2)
    stage.ask(configure(2), OK)
    stage.guest.ok("ungrant")
    for _ in range(3):
        stage.ask(configure(2), OK)
        stage.step()
    stage.answered()


@case()
def read_only_grants(stage):
    guest = stage.guest
    refs = [int(word) for word in guest.send("grant 4 readonly").split("refs=")[1].split(",")]
    stage.directory(refs[1:])
    stage.ask(create(directory=refs[0]), OK)
    stage.ask(attach(), OK)
    stage.ask(configure(), OK)
    stage.step()
    # The EDID cannot be written to read-only pages.
    check(stage.ask(request(GET_EDID, b"\x80\0\0\0" + refs[0].to_bytes(4, "little"))) < 0,
          "GET_EDID succeeded with read-only pages")
    stage.answered()


def offered(flags):
    """A malformed directory for be-alloc: nothing stays granted."""
    def tried(stage):
        refs = stage.pages(1100)
        size = 4096 * (PER_PAGE + 3)
        for following in flags(refs):
            stage.directory([], following=following)
            stage.ask(create(1, 1024, 256, 32, size, 1, refs[0]), EINVAL)
            check(wait_until(lambda: stage.rig.machine.domain(0)["grants"] == 0, 5), "pages stay granted")
            stage.step()
        stage.directory([], following=refs[1])
        stage.ask(create(1, 1024, 256, 32, size, 1, refs[0]), OK)
        stage.ask(of_cookie(DBUF_DESTROY, 1), OK)
        stage.answered()
    return tried


register("offered-directory-ends-early", offered(lambda refs: [0, 5, 2 ** 31, 2 ** 32 - 1]), config=ALLOWED)


@case(config=ALLOWED)
def offered_directory_is_read_only(stage):
    refs = [int(word) for word in stage.guest.send("grant 4 readonly").split("refs=")[1].split(",")]
    stage.ask(create(directory=refs[0], flags=1), EINVAL)
    check(wait_until(lambda: stage.rig.machine.domain(0)["grants"] == 0, 5), "pages stay granted")
    stage.answered()
