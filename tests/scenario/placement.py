# SPDX-License-Identifier: MIT
"""Where screens stand: outputs, positions, sizes, the four ways to fit, and what is in front."""
from rig.runner import equal, scenario

GREY = "303030"


def rule(**keys):
    """A [xen-connector] section."""
    return "[xen-connector]\n" + "".join(f"{key}={value}\n" for key, value in keys.items())


@scenario("placement")
def position_and_size(rig):
    """x, y, width and height relative to the named output."""
    weston = rig.weston(outputs=(("headless", 400, 300), ("second", 400, 300)),
                        config=rule(guest="g", output="second", x=40, y=30, width=160, height=120))
    guest = rig.guest("g", "160x120")
    guest.picture(1, size=(160, 120))
    weston.expect("picture=440,30,160,120,XR24,1", "but=440,30,160,120",
                  f"solid=0,0,800,300,{GREY}")


@scenario("placement")
def names_of_guests_are_taken_as_they_are(rig):
    """A rule's name may have any letters, and be as long as a guest's; names that begin alike are two."""
    long = "a" * 100
    weston = rig.weston(outputs=(("headless", 160, 120), ("second", 160, 120), ("third", 160, 120)),
                        config=rule(guest="küche", output="second") + rule(guest=f"{long}1", output="third"))
    for number, name in enumerate(("küche", f"{long}1", f"{long}2")):
        rig.guest(name, "160x120").picture(number, size=(160, 120))
    weston.expect("picture=160,0,160,120,XR24,0", "picture=320,0,160,120,XR24,1", "picture=0,0,160,120,XR24,2")


@scenario("placement")
def fit_keeps_the_aspect(rig):
    """fit: as large as fits, centred, on a wide and on a high output; grey beside it."""
    weston = rig.weston(outputs=(("headless", 800, 300), ("high", 320, 400)))
    guest = rig.guest("g", "320x240", "320x240")
    for connector in (0, 1):
        guest.picture(connector + 1, size=(320, 240), connector=connector, cookie=connector + 1)
    weston.expect("scaled=200,0,400,300,XR24,1,0,0,320,240,320,240", "but=200,0,400,300",
                  f"solid=0,0,800,300,{GREY}", "picture=800,80,320,240,XR24,2",
                  "but=800,80,320,240", f"solid=800,0,320,400,{GREY}")


@scenario("placement")
def fill_cuts_off(rig):
    """fill: the rectangle is covered, the aspect kept; top and bottom are cut off, or the sides."""
    weston = rig.weston(outputs=(("headless", 640, 240), ("high", 320, 480)),
                        config=rule(guest="g", connector="*", fit="fill"))
    guest = rig.guest("g", "320x240", "320x240")
    for connector in (0, 1):
        guest.picture(connector + 1, size=(320, 240), connector=connector, cookie=connector + 1)
    weston.expect("scaled=0,0,640,240,XR24,1,0,60,320,120,320,240",
                  "scaled=640,0,320,480,XR24,2,80,0,160,240,320,240")


@scenario("placement")
def center_is_pixel_for_pixel(rig):
    """center: in the middle without scaling; what does not fit is cut off on both sides."""
    weston = rig.weston(outputs=(("headless", 400, 300),),
                        config=rule(guest="*", connector="*", fit="center"))
    guest = rig.guest("g", "320x240", "600x200")
    guest.picture(1, size=(320, 240))
    weston.expect("picture=40,30,320,240,XR24,1", "but=40,30,320,240",
                  f"solid=0,0,400,300,{GREY}")
    guest.ok("config-off 0 0")
    guest.picture(2, size=(600, 200), cookie=2, connector=1)
    weston.expect("picture=0,50,400,200,XR24,2,100,0,600,200")


@scenario("placement")
def stretch_fills_exactly(rig):
    """stretch: the whole rectangle, the aspect lost."""
    weston = rig.weston(outputs=(("headless", 500, 200),),
                        config=rule(guest="g", fit="stretch", x=50, y=10, width=400, height=150))
    guest = rig.guest("g", "320x240")
    guest.picture(1, size=(320, 240))
    weston.expect("scaled=50,10,400,150,XR24,1,0,0,320,240,320,240", "but=50,10,400,150",
                  f"solid=0,0,500,200,{GREY}")


@scenario("placement")
def scaling_down(rig):
    """A screen larger than its output is scaled down as a whole."""
    weston = rig.weston(outputs=(("headless", 320, 240),))
    guest = rig.guest("g", "1024x768")
    guest.picture(1, size=(1024, 768))
    weston.expect("scaled=0,0,320,240,XR24,1,0,0,1024,768,1024,768")


@scenario("placement")
def z_order(rig):
    """The higher z is in front, whoever came first."""
    config = (rule(guest="low", x=0, y=0, width=160, height=120, z=-1) +
              rule(guest="high", x=80, y=60, width=160, height=120, z=7) +
              rule(guest="middle", x=40, y=30, width=160, height=120))
    weston = rig.weston(outputs=(("headless", 320, 240),), config=config)
    for number, name in enumerate(("high", "low", "middle"), 1):
        rig.guest(name, "160x120").picture(number, size=(160, 120))
    weston.expect("picture=80,60,160,120,XR24,1", "but=80,60,160,120",
                  "picture=40,30,160,120,XR24,3", "but=40,30,160,120",
                  "picture=0,0,160,120,XR24,2", "but=0,0,160,120", f"solid=0,0,320,240,{GREY}")
    rig.guests[0].destroy()
    weston.expect("picture=40,30,160,120,XR24,3")


@scenario("placement")
def two_guests_on_two_outputs(rig):
    """Each on its own, by name."""
    weston = rig.weston(outputs=(("headless", 320, 240), ("second", 320, 240)),
                        config=rule(guest="left", output="headless") +
                        rule(guest="right", output="second"))
    for number, name in enumerate(("right", "left"), 1):
        rig.guest(name, "320x240").picture(number, size=(320, 240))
    weston.expect("picture=0,0,320,240,XR24,2", "picture=320,0,320,240,XR24,1")


@scenario("placement")
def rule_by_uuid(rig):
    """A guest is known by its UUID whatever its name."""
    uuid = "12345678-1234-1234-1234-123456789abc"
    weston = rig.weston(outputs=(("headless", 320, 240),),
                        config=rule(guest=uuid, x=100, y=100, width=64, height=48))
    guest = rig.guest("renamed", "64x48", uuid=uuid)
    guest.picture(3, size=(64, 48))
    weston.expect("picture=100,100,64,48,XR24,3", "but=100,100,64,48", f"solid=0,0,320,240,{GREY}")


@scenario("placement")
def guest_cannot_choose_its_place(rig):
    """unique-id and resolution are a guest's claims: forged nodes do not move it."""
    weston = rig.weston(outputs=(("headless", 320, 240),),
                        config=rule(guest="trusted", x=0, y=0, width=64, height=48, z=9) +
                        rule(guest="g", x=100, y=100, width=64, height=48))
    guest = rig.guest("g", "64x48", connect=False)
    rig.machine.tools.wait_backend(guest.domid, 0, 2)
    guest.ok("xs-rm device/vdispl/0/0")
    guest.ok("xs-write device/vdispl/0/0/resolution 64x48")
    guest.ok("xs-write device/vdispl/0/0/unique-id trusted")
    guest.connect()
    guest.picture(3, size=(64, 48))
    weston.expect("picture=100,100,64,48,XR24,3")


@scenario("placement")
def connectors_take_outputs_in_turn(rig):
    """Without rules the n-th connector is on the n-th output, beyond them on the first."""
    weston = rig.weston(outputs=(("headless", 320, 240), ("second", 320, 240)))
    guest = rig.guest("g", "320x240", "320x240", "320x240")
    for connector in (0, 1):
        guest.picture(connector + 1, size=(320, 240), connector=connector, cookie=connector + 1)
    weston.expect("picture=0,0,320,240,XR24,1", "picture=320,0,320,240,XR24,2")
    guest.picture(9, size=(320, 240), connector=2, cookie=9)
    weston.expect("picture=0,0,320,240,XR24,9", "picture=320,0,320,240,XR24,2")


@scenario("placement")
def several_connectors_on_one_output(rig):
    """Four screens of one guest, a quarter of an output each."""
    quarters = ((0, 0), (160, 0), (0, 120), (160, 120))
    weston = rig.weston(outputs=(("headless", 320, 240),), config="".join(
        rule(guest="g", connector=number, output="headless", x=x, y=y, width=160, height=120)
        for number, (x, y) in enumerate(quarters)))
    guest = rig.guest("g", *["160x120"] * 4)
    for number in range(4):
        guest.picture(number, size=(160, 120), connector=number, cookie=number + 1)
    weston.expect(*(f"picture={x},{y},160,120,XR24,{number}"
                    for number, (x, y) in enumerate(quarters)))
    guest.ok("config-off 0 2")
    weston.expect(f"solid=0,120,160,120,{GREY}", "picture=160,120,160,120,XR24,3")


@scenario("placement")
def output_that_appears_later(rig):
    """A screen waits for its output, is on it as soon as it comes, goes and comes with it."""
    weston = rig.weston(shell="kiosk", outputs=(("headless", 320, 240),), config=rule(guest="g", output="late") +
                        "[output]\nname=late\nmode=320x240\n")
    guest = rig.guest("g", "320x240")
    guest.buffer(1, 320, 240, picture=1)
    guest.buffer(2, 320, 240, picture=2)
    guest.show(1, 320, 240)
    weston.expect(f"solid=0,0,320,240,{GREY}")
    guest.flips(3, 1, 2)
    weston.control("add-output late")
    guest.flip(2)
    weston.expect("picture=320,0,320,240,XR24,2", f"solid=0,0,320,240,{GREY}")
    weston.control("output-off late")
    weston.expect("size=320x240")
    weston.control("output-on late")
    weston.expect("picture=320,0,320,240,XR24,2")
    # The outputs' own resources stay with Weston until it ends.
    rig.baselines.pop(weston)


@scenario("placement")
def bad_settings_are_named(rig):
    """Unknown keys and bad values are reported with section, key and what is allowed."""
    weston = rig.weston(outputs=(("headless", 320, 240),),
                        config=rule(guest="g", fit="squeeze", colour="red", x="far") +
                        "[xen-display]\nresample-rate=many\nflip-deadline=1\n")
    for wanted in ("squeeze", "colour", "far", "many", "flip-deadline"):
        weston.expect_log(f"xen-display:.*{wanted}")
    guest = rig.guest("g", "320x240")
    guest.picture(1, size=(320, 240))
    weston.expect("picture=0,0,320,240,XR24,1")
    equal(weston.process.poll(), None, "Weston's exit status")


@scenario("placement")
def kiosk_shell(rig):
    """Direct placement does not depend on the shell."""
    weston = rig.weston(outputs=(("headless", 320, 240),), shell="kiosk")
    guest = rig.guest("g", "320x240")
    guest.picture(1, size=(320, 240))
    guest.buffer(2, 320, 240, picture=2)
    guest.flips(11, 1, 2)
    weston.expect("picture=0,0,320,240,XR24,2")


TWO = (("headless", 320, 240), ("second", 320, 240))
THREE = (*TWO, ("third", 320, 240))
FITTED = {"fit": "scaled=0,0,320,240,XR24,1,0,0,160,120,160,120",
          "fill": "scaled=0,0,320,240,XR24,1,0,0,160,120,160,120",
          "stretch": "scaled=0,0,320,240,XR24,1,0,0,160,120,160,120",
          "center": "picture=80,60,160,120,XR24,1"}
RENDERERS = [(renderer, shell) for renderer in ("pixman", "gl") for shell in ("kiosk", "desktop")]


def first_goes(weston):
    """The first output goes; the others move to its left, which takes its place."""
    weston.control("output-off headless")
    weston.expect(f"size={320 * (len(weston.outputs) - 1)}x240")


def each_renderer(function):
    """The scenario with both renderers, and in both shells."""
    def register(renderer, shell):
        def run(rig):
            function(rig, renderer, shell)

        run.__name__ = f"{function.__name__}_{renderer}_{shell}"
        run.__doc__ = function.__doc__
        scenario("placement")(run)

    for each in RENDERERS:
        register(*each)
    return function


@each_renderer
def output_goes(rig, renderer, shell):
    """A guest whose output goes is seen on the one that takes its place, and goes on flipping there."""
    weston = rig.weston(outputs=TWO, renderer=renderer, shell=shell)
    guest = rig.guest("g", "320x240")
    guest.picture(1, size=(320, 240))
    weston.expect("picture=0,0,320,240,XR24,1")
    first_goes(weston)
    weston.expect("picture=0,0,320,240,XR24,1")
    guest.buffer(2, 320, 240, picture=2)
    guest.flip(2)
    weston.expect("picture=0,0,320,240,XR24,2")
    rig.baselines.pop(weston)


@each_renderer
def output_goes_from_under_a_kept_picture(rig, renderer, shell):
    """A picture that is kept moves to the output that takes the place of its own, as the guest would."""
    weston = rig.weston(outputs=TWO, renderer=renderer, shell=shell,
                        config="[xen-guest]\nname=g\nkeep-picture=true\n")
    guest = rig.guest("g", "320x240")
    guest.picture(1, size=(320, 240))
    weston.expect("picture=0,0,320,240,XR24,1")
    guest.destroy()
    weston.expect_log("disconnected after")
    first_goes(weston)
    weston.expect("picture=0,0,320,240,XR24,1")
    rig.baselines.pop(weston)


@each_renderer
def output_goes_from_under_each_fit(rig, renderer, shell):
    """The same for each way to fit a picture, and for a part of the output."""
    for fit, wanted in FITTED.items():
        weston = rig.weston(outputs=TWO, renderer=renderer, shell=shell, config=rule(guest="g", fit=fit))
        guest = rig.guest("g", "160x120")
        guest.picture(1, size=(160, 120))
        weston.expect(wanted)
        first_goes(weston)
        weston.expect(wanted)
        guest.destroy()
        equal(weston.stop(), 0, "Weston's exit status")
        rig.westons.remove(weston)
    weston = rig.weston(outputs=TWO, renderer=renderer, shell=shell,
                        config=rule(guest="part", x=40, y=30, width=160, height=120))
    rig.guest("part", "160x120").picture(1, size=(160, 120))
    weston.expect("picture=40,30,160,120,XR24,1")
    first_goes(weston)
    weston.expect("picture=40,30,160,120,XR24,1", "but=40,30,160,120",
                  # Of another colour under GL in Weston 10's kiosk shell, without any module too.
                  *([f"solid=0,0,320,240,{GREY}"] if (renderer, shell) != ("gl", "kiosk") else []))
    rig.baselines.pop(weston)


@each_renderer
def output_goes_of_several(rig, renderer, shell):
    """Of three screens on three outputs the two whose outputs are left go with them, and are whole."""
    weston = rig.weston(outputs=THREE, renderer=renderer, shell=shell, config="".join(
        rule(guest="g", connector=number, output=name) for number, (name, _, _) in enumerate(THREE)))
    guest = rig.guest("g", "320x240", "320x240", "320x240")
    for connector in range(3):
        guest.picture(connector + 1, size=(320, 240), connector=connector, cookie=connector + 1)
    weston.expect(*(f"picture={320 * n},0,320,240,XR24,{n + 1}" for n in range(3)))
    first_goes(weston)
    weston.expect("picture=0,0,320,240,XR24,2", "picture=320,0,320,240,XR24,3")
    rig.baselines.pop(weston)
