# SPDX-License-Identifier: MIT
"""Where screens stand: outputs, positions, sizes, the four ways to fit, and what is in front."""
from rig.runner import Skip, equal, scenario
from rig.weston import version

GREY = "303030"
TWO = (("headless", 320, 240), ("second", 320, 240))


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
    """A rule's name may have any characters and a guest's full length; names with the same beginning differ."""
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
    """The higher z is in front, whichever came first."""
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
    """Rules by name place each of two guests on its own output."""
    weston = rig.weston(outputs=(("headless", 320, 240), ("second", 320, 240)),
                        config=rule(guest="left", output="headless") +
                        rule(guest="right", output="second"))
    for number, name in enumerate(("right", "left"), 1):
        rig.guest(name, "320x240").picture(number, size=(320, 240))
    weston.expect("picture=0,0,320,240,XR24,2", "picture=320,0,320,240,XR24,1")


@scenario("placement")
def rule_by_uuid(rig):
    """A rule by UUID matches a guest whatever its name."""
    uuid = "12345678-1234-1234-1234-123456789abc"
    weston = rig.weston(outputs=(("headless", 320, 240),),
                        config=rule(guest=uuid, x=100, y=100, width=64, height=48))
    guest = rig.guest("renamed", "64x48", uuid=uuid)
    guest.picture(3, size=(64, 48))
    weston.expect("picture=100,100,64,48,XR24,3", "but=100,100,64,48", f"solid=0,0,320,240,{GREY}")


@scenario("placement")
def guest_cannot_choose_its_place(rig):
    """unique-id and resolution are a guest's claims: where a rule names its output, forged nodes do not move it."""
    weston = rig.weston(outputs=TWO, config=rule(guest="trusted", output="second", width=64, height=48, z=9) +
                        rule(guest="g", output="headless", x=100, y=100, width=64, height=48) +
                        rule(id="second", output="second"))
    for claim in ("trusted", "second"):
        guest = rig.guest("g", "64x48", connect=False)
        rig.machine.tools.wait_backend(guest.domid, 0, 2)
        guest.ok("xs-rm device/vdispl/0/0")
        guest.ok("xs-write device/vdispl/0/0/resolution 64x48")
        guest.ok(f"xs-write device/vdispl/0/0/unique-id {claim}")
        guest.connect()
        guest.picture(3, size=(64, 48))
        weston.expect("picture=100,100,64,48,XR24,3", f"solid=320,0,320,240,{GREY}")
        guest.destroy()


@scenario("placement")
def connectors_take_outputs_in_turn(rig):
    """Without rules a guest's connectors take free outputs in turn; any others are behind the first."""
    weston = rig.weston(outputs=(("headless", 320, 240), ("second", 320, 240)))
    guest = rig.guest("g", "320x240", "320x240", "320x240")
    for connector in (0, 1):
        guest.picture(connector + 1, size=(320, 240), connector=connector, cookie=connector + 1)
    weston.expect("picture=0,0,320,240,XR24,1", "picture=320,0,320,240,XR24,2")
    guest.picture(9, size=(320, 240), connector=2, cookie=9)
    guest.buffer(10, 320, 240, picture=9)
    guest.flips(5, 10, 9, connector=2)
    weston.expect("picture=0,0,320,240,XR24,1", "picture=320,0,320,240,XR24,2")
    guest.ok("config-off 0 0")
    weston.expect("picture=0,0,320,240,XR24,9", "picture=320,0,320,240,XR24,2")


@scenario("placement")
def guest_without_a_driver_keeps_its_turn(rig):
    """Outputs are taken in the order of guests' ages, also by one whose driver comes later than a younger one's."""
    weston = rig.weston(outputs=(("headless", 320, 240), ("second", 320, 240)))
    old = rig.guest("old", "320x240", connect=False)
    weston.expect_log("guest old.* waiting for the guest's driver")
    rig.guest("young", "320x240").picture(2, size=(320, 240))
    weston.expect("picture=320,0,320,240,XR24,2")
    old.connect()
    old.picture(1, size=(320, 240))
    weston.expect("picture=0,0,320,240,XR24,1", "picture=320,0,320,240,XR24,2")


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
    # Weston keeps resources of outputs until it ends.
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
def rules_without_effect_are_named(rig):
    """Values in quotes, comments after values, absent outputs: one log line for each, and no other."""
    weston = rig.weston(outputs=TWO, config=rule(guest='"g1"', output="second") +
                        rule(guest="g2", output="HDMI-1") + rule(guest="g3", fit="fill # all of it", output="second") +
                        rule(guest="g4", output="headless # left") + rule(guest="g5", output="second") +
                        rule(guest="g5", connector=0))
    number = r"weston.ini: \[xen-connector\] number"
    for wanted in (rf'{number} 1 \(guest="g1"\): guest="g1": Weston takes the quotes',
                   rf"{number} 2 \(guest=g2\): .* until an output HDMI-1 is plugged in; there are headless, second\n",
                   r"weston.ini: line [0-9]+: \[xen-connector\] fit=fill # all of it: allowed is .*; a comment needs a line of its own",
                   rf"{number} 4 \(guest=g4\): output=headless # left: .* a comment needs a line of its own",
                   rf"{number} 4 \(guest=g4\): .* until an output headless # left is plugged in",
                   rf"{number} 6 \(guest=g5, connector=0\): .* no effect, because .* number 5 \(guest=g5\)"):
        weston.expect_log(wanted)
    equal(weston.log().count("weston.ini: "), 6, "log lines about weston.ini")


@scenario("placement")
def kiosk_shell(rig):
    """Direct placement does not depend on the shell."""
    weston = rig.weston(outputs=(("headless", 320, 240),), shell="kiosk")
    guest = rig.guest("g", "320x240")
    guest.picture(1, size=(320, 240))
    guest.buffer(2, 320, 240, picture=2)
    guest.flips(11, 1, 2)
    weston.expect("picture=0,0,320,240,XR24,2")


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


def each_of(variants):
    """The scenario with each of these, such as renderers and shells."""
    def register(function, words):
        def run(rig):
            function(rig, *words)

        run.__name__ = "_".join((function.__name__, *words))
        run.__doc__ = function.__doc__
        scenario("placement")(run)

    def register_all(function):
        for words in variants:
            register(function, words)
        return function

    return register_all


@each_of(RENDERERS)
def output_goes(rig, renderer, shell):
    """A guest whose output is removed is shown on the one that takes its place, and goes on flipping there."""
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


@each_of(RENDERERS)
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


@each_of(RENDERERS)
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
                  # With GL, Weston 10's kiosk-shell shows another colour, also without our module.
                  *([f"solid=0,0,320,240,{GREY}"] if (renderer, shell) != ("gl", "kiosk") else []))
    rig.baselines.pop(weston)


@each_of(RENDERERS)
def output_goes_of_several(rig, renderer, shell):
    """Of three screens on three outputs, the two whose outputs remain move with them and are shown completely."""
    weston = rig.weston(outputs=THREE, renderer=renderer, shell=shell, config="".join(
        rule(guest="g", connector=number, output=name) for number, (name, _, _) in enumerate(THREE)))
    guest = rig.guest("g", "320x240", "320x240", "320x240")
    for connector in range(3):
        guest.picture(connector + 1, size=(320, 240), connector=connector, cookie=connector + 1)
    weston.expect(*(f"picture={320 * n},0,320,240,XR24,{n + 1}" for n in range(3)))
    first_goes(weston)
    weston.expect("picture=0,0,320,240,XR24,2", "picture=320,0,320,240,XR24,3")
    rig.baselines.pop(weston)


@each_of([("pixman",), ("gl",)])
def picture_takes_the_edge(rig, renderer):
    """1366x768 on 1920x1080: its last row is the output's, and no row of the desktop is left below it."""
    weston = rig.weston(outputs=(("headless", 1920, 1080),), renderer=renderer)
    rig.guest("g", "1366x768").picture(1, size=(1366, 768))
    weston.expect("scaled=0,0,1920,1080,XR24,1,0,0,1366,768,1366,768")


@each_of([("pixman",), ("gl",)])
def rectangle_is_cut_at_its_output(rig, renderer):
    """A picture that crosses its output's edge is not on neighbouring outputs; the visible part is correct."""
    weston = rig.weston(outputs=THREE, renderer=renderer, config=rule(
        guest="g", output="second", x=200, y=-60, width=320, height=240, fit="stretch") + rule(
        guest="small", output="second", x=-140, y=100, width=320, height=240, fit="stretch"))
    rig.guest("g", "320x240").picture(1, size=(320, 240))
    rig.guest("small", "160x120").picture(2, size=(160, 120))
    weston.expect("picture=520,0,20,180,XR24,1,0,60,320,240", "picture=540,0,100,100,XR24,1,20,60,320,240",
                  "scaled=320,100,180,140,XR24,2,70,0,90,70,160,120", f"solid=0,0,320,240,{GREY}",
                  f"solid=640,0,320,240,{GREY}", f"solid=320,0,200,100,{GREY}")


@scenario("placement")
def rectangle_beside_its_output(rig):
    """A rectangle beside its output is shown on none, and its guest's flips are still done."""
    weston = rig.weston(outputs=TWO, config=rule(guest="g", output="headless", x=320, y=0, width=320,
                                               height=240))
    guest = rig.guest("g", "320x240")
    for cookie in (1, 2):
        guest.buffer(cookie, 320, 240, picture=cookie)
    guest.show(1, 320, 240)
    guest.flips(10, 1, 2)
    weston.expect(f"solid=0,0,640,240,{GREY}")


SCALED = [(renderer, turned) for renderer in ("pixman", "gl") for turned in ("upright", "turned")]


def scaled_output(rig, renderer, turned, config):
    """An output of 800x600 pixels at scale 2; turned: it hangs on its side. And what to do with its picture."""
    weston = rig.weston(outputs=(("headless", 400, 300),), renderer=renderer, config=config, output_config={
        "headless": "scale=2\n" + ("transform=rotate-90\n" if turned == "turned" else "")})
    return weston, ["turn=90"] * (turned == "turned")


@each_of(SCALED)
def center_at_scale_two(rig, renderer, turned):
    """center: one pixel of the guest on one of the output, whatever its scale and rotation."""
    weston, first = scaled_output(rig, renderer, turned, rule(guest="*", fit="center"))
    guest = rig.guest("g", "320x240")
    guest.picture(1, size=(320, 240))
    width, height = (600, 800) if turned == "turned" else (800, 600)
    x, y = (width - 320) // 2, (height - 240) // 2
    weston.expect(*first, f"size={width}x{height}", f"picture={x},{y},320,240,XR24,1", f"but={x},{y},320,240",
                  f"solid=0,0,{width},{height},{GREY}")
    guest.destroy()
    # What does not fit is cut off on both sides.
    large = rig.guest("large", "1000x900")
    large.picture(2, size=(1000, 900))
    cut = f"{(1000 - width) // 2},{(900 - height) // 2},1000,900"
    weston.expect(*first, f"picture=0,0,{width},{height},XR24,2,{cut}")
    large.destroy()
    # A surface's coordinates are integers, of two pixels each: the last pixel of an odd number is left out.
    rig.guest("odd", "321x239").picture(3, size=(321, 239))
    x, y = (width - 320) // 4 * 2, (height - 238) // 4 * 2
    weston.expect(*first, f"picture={x},{y},320,238,XR24,3,0,0,321,239", f"but={x},{y},320,238",
                  f"solid=0,0,{width},{height},{GREY}")


@each_of(SCALED)
def rectangle_at_scale_two(rig, renderer, turned):
    """x, y, width and height are coordinates of the output, of two pixels each."""
    weston, first = scaled_output(rig, renderer, turned, rule(guest="g", x=20, y=30, width=160, height=120))
    rig.guest("g", "320x240").picture(1, size=(320, 240))
    weston.expect(*first, "picture=40,60,320,240,XR24,1", "but=40,60,320,240", f"solid=0,0,500,500,{GREY}")


@scenario("placement")
def output_gets_another_size(rig):
    """An output's scale changes, and so its size: the guest's screen, and one that is kept, go with it."""
    weston = rig.weston(outputs=(("headless", 640, 480),), config=rule(
        guest="part", x=200, y=120, width=120, height=120, z=1, fit="center") +
        "[xen-guest]\nname=kept\nkeep-picture=true\n[xen-display]\nresample-rate=0\n")
    kept = rig.guest("kept", "640x480")
    kept.picture(1, size=(640, 480))
    weston.expect("picture=0,0,640,480,XR24,1")
    kept.destroy()
    weston.expect_log("disconnected after")
    rig.guest("part", "100x100").picture(2, size=(100, 100))
    weston.expect("picture=210,130,100,100,XR24,2", "but=210,130,100,100", "picture=0,0,640,480,XR24,1")
    weston.control("scale-output headless 2")
    weston.expect("picture=470,310,100,100,XR24,2", "but=470,310,100,100", "picture=0,0,640,480,XR24,1")
    weston.control("scale-output headless 1")
    weston.expect("picture=210,130,100,100,XR24,2", "but=210,130,100,100", "picture=0,0,640,480,XR24,1")
    # A guest that shows nothing replaces the kept picture and leaves none.
    rig.guest("kept", "640x480")


@each_of([("pixman",), ("gl",)])
def output_moves(rig, renderer):
    """Two outputs swap places: the screens of guests that draw nothing move with them."""
    weston = rig.weston(outputs=TWO, renderer=renderer, config="".join(
        rule(guest=name, output=output, width=width, height=height, z=z) for name, output, width, height, z in (
            ("left", "headless", 320, 240, 0), ("right", "second", 320, 240, 0), ("over", "second", 64, 60, 1))) +
        "[xen-display]\nresample-rate=0\n")
    for number, name in enumerate(("left", "right"), 1):
        rig.guest(name, "320x240").picture(number, size=(320, 240))
    over = rig.guest("over", "64x60")
    for cookie in (1, 2):
        over.buffer(cookie, 64, 60, picture=cookie)
    over.show(1, 64, 60)
    weston.control("move-output headless 640 0")
    weston.control("move-output second 0 0")
    weston.control("move-output headless 320 0")
    # Each flip causes a repaint. The screenshot has the outputs in the order in which they were plugged in.
    over.flips(9, 2, 1)
    weston.expect("picture=0,0,320,240,XR24,1", "picture=320,0,64,60,XR24,1", "but=320,0,64,60",
                  "picture=320,0,320,240,XR24,2")


def where(weston):
    """The output of each screen, by guest, device and connector."""
    words = [line.split() for line in weston.control("list")]
    return {(word[0], int(word[2]), int(word[3])): word[6] for word in words}


def show(guest, number, device=0, connector=0):
    cookie = 1 + connector
    guest.buffer(cookie, 320, 240, device=device, picture=number)
    guest.show(cookie, 320, 240, connector=connector, device=device)


@scenario("placement")
def guests_return_to_their_outputs(rig):
    """An output goes and comes again: each guest without a rule is where it was before."""
    weston = rig.weston(outputs=THREE)
    for number, name in enumerate("abc"):
        show(rig.guest(name, "320x240"), number)
    places = {("a", 0, 0): "headless", ("b", 0, 0): "second", ("c", 0, 0): "third"}
    weston.expect(*(f"picture={320 * n},0,320,240,XR24,{n}" for n in range(3)))
    equal(where(weston), places, "outputs of the screens")
    for name in ("headless", "second"):
        weston.control(f"output-off {name}")
        weston.expect("size=640x240")
        weston.control(f"output-on {name}")
        weston.expect("size=960x240")
        equal(where(weston), places, f"outputs of the screens after {name} was off")
    # The screenshot has the outputs in the order in which they were plugged in.
    weston.expect("picture=0,0,320,240,XR24,2", "picture=320,0,320,240,XR24,0", "picture=640,0,320,240,XR24,1")
    # The output third is the leftmost one now: a new guest takes it.
    rig.guests[2].destroy()
    show(rig.guest("d", "320x240"), 4)
    equal(where(weston)["d", 0, 0], "third", "output of the new guest")
    weston.expect("picture=0,0,320,240,XR24,4", "picture=320,0,320,240,XR24,0", "picture=640,0,320,240,XR24,1")
    rig.baselines.pop(weston)


@scenario("placement")
def devices_take_outputs_in_turn(rig):
    """Without rules a guest's second device takes the output after that of the first."""
    weston = rig.weston(outputs=THREE)
    guest = rig.guest("g", devices=[["320x240", "320x240"], ["320x240"]])
    show(guest, 1)
    show(guest, 2, connector=1)
    show(guest, 3, device=1)
    weston.expect(*(f"picture={320 * n},0,320,240,XR24,{n + 1}" for n in range(3)))


@scenario("placement")
def guests_take_outputs_in_turn(rig):
    """Without rules the second guest takes the second output, the third shares one, in front; a guest that goes frees
    its output."""
    weston = rig.weston(outputs=TWO)
    for number, name in enumerate("ab"):
        show(rig.guest(name, "320x240"), number)
    weston.expect("picture=0,0,320,240,XR24,0", "picture=320,0,320,240,XR24,1")
    show(rig.guest("c", "320x240"), 2)
    weston.expect("picture=0,0,320,240,XR24,2", "picture=320,0,320,240,XR24,1")
    rig.guests[1].destroy()
    weston.expect("picture=0,0,320,240,XR24,0", "picture=320,0,320,240,XR24,2")


@scenario("placement")
def older_guests_come_first(rig):
    """Connection order does not matter until something is shown: the older guest gets the first output."""
    weston = rig.weston(outputs=TWO)
    old, young = (rig.guest(name, "320x240", connect=False) for name in ("old", "young"))
    young.connect()
    weston.expect_log("guest young.*connected")
    old.connect()
    show(young, 2)
    show(old, 1)
    weston.expect("picture=0,0,320,240,XR24,1", "picture=320,0,320,240,XR24,2")


@scenario("placement")
def rules_make_outputs_taken(rig):
    """An output that a rule has placed a screen on is not free for those without a rule."""
    weston = rig.weston(outputs=TWO, config=rule(guest="ruled", output="headless"))
    for number, name in enumerate(("ruled", "other")):
        show(rig.guest(name, "320x240"), number)
    weston.expect("picture=0,0,320,240,XR24,0", "picture=320,0,320,240,XR24,1")


@scenario("placement")
def rule_is_for_the_first_connector(rig):
    """A rule without connector= and device= only matches connector 0 of device 0."""
    weston = rig.weston(outputs=THREE, config=rule(guest="g", output="third"))
    guest = rig.guest("g", devices=[["320x240", "320x240"], ["320x240"]])
    show(guest, 1)
    show(guest, 2, connector=1)
    show(guest, 3, device=1)
    weston.expect("picture=640,0,320,240,XR24,1", "picture=0,0,320,240,XR24,2", "picture=320,0,320,240,XR24,3")


@scenario("placement")
def kept_pictures_stand_on_outputs(rig):
    """A kept picture's output is not free, goes and comes with the picture, and is its guest's again."""
    weston = rig.weston(outputs=TWO, config="[xen-guest]\nname=b\nkeep-picture=true\n")
    for number, name in enumerate("ab"):
        show(rig.guest(name, "320x240"), number)
    weston.expect("picture=320,0,320,240,XR24,1")
    for guest in rig.guests[::-1]:
        guest.destroy()
    weston.expect(f"solid=0,0,320,240,{GREY}", "picture=320,0,320,240,XR24,1")
    show(rig.guest("c", "320x240"), 2)
    weston.expect("picture=0,0,320,240,XR24,2", "picture=320,0,320,240,XR24,1")
    rig.guests[2].destroy()
    first_goes(weston)
    weston.expect("picture=0,0,320,240,XR24,1")
    weston.control("output-on headless")
    weston.expect("picture=0,0,320,240,XR24,1", f"solid=320,0,320,240,{GREY}")
    # Once its kept picture has gone, both outputs are free: the guest takes the one that it had.
    show(rig.guest("b", "320x240"), 3)
    equal(where(weston), {("b", 0, 0): "second"}, "output of the guest that came back")
    weston.expect("picture=0,0,320,240,XR24,3", f"solid=320,0,320,240,{GREY}")
    rig.baselines.pop(weston)


@scenario("placement")
def unique_id_names_an_output(rig):
    """A connector whose unique-id is an output's name is placed there without a rule, as soon as the output is there;
    a rule that names another one counts for more."""
    weston = rig.weston(outputs=TWO, config=rule(guest="ruled", output="second") +
                        "[output]\nname=late\nmode=320x240\n")
    guest = rig.guest("g", "320x240", "320x240", unique_ids=["late", "headless"])
    show(guest, 1)
    show(guest, 2, connector=1)
    weston.expect("picture=320,0,320,240,XR24,1", "picture=0,0,320,240,XR24,2")
    weston.control("add-output late")
    weston.expect("picture=640,0,320,240,XR24,1", "picture=0,0,320,240,XR24,2", f"solid=320,0,320,240,{GREY}")
    show(rig.guest("ruled", "320x240", unique_ids=["headless"]), 3)
    weston.expect("picture=640,0,320,240,XR24,1", "picture=0,0,320,240,XR24,2", "picture=320,0,320,240,XR24,3")
    rig.baselines.pop(weston)


@scenario("placement")
def rule_by_id(rig):
    """A rule names a connector by its id, whatever its device and number, and perhaps its guest, too."""
    weston = rig.weston(outputs=THREE, config=rule(id="left", output="third") +
                        rule(id="right", guest="g", output="second") +
                        rule(id="right", guest="other", output="headless", width=160, height=120))
    guest = rig.guest("g", devices=[["320x240"], ["320x240"]], unique_ids=["right"])
    guest.detach(1)
    guest.attach(1, ["320x240", "320x240"], unique_ids=["middle", "left"])
    guest.connect(1)
    show(guest, 1)
    show(guest, 2, device=1, connector=1)
    other = rig.guest("other", "320x240", unique_ids=["right"])
    show(other, 3)
    weston.expect("picture=320,0,320,240,XR24,1", "picture=640,0,320,240,XR24,2",
                  "scaled=0,0,160,120,XR24,3,0,0,320,240,320,240")


@scenario("placement")
def mirrors_are_not_free(rig):
    """An output that shows the same as another one is not taken by a screen without a rule."""
    if version() < 14:
        raise Skip("this Weston has no mirror-of=")
    weston = rig.weston(outputs=THREE)
    weston.control("mirror-output second headless")
    for number, name in enumerate("ab"):
        show(rig.guest(name, "320x240"), number)
    weston.expect("picture=0,0,320,240,XR24,0", "picture=640,0,320,240,XR24,1")
    equal(where(weston), {("a", 0, 0): "headless", ("b", 0, 0): "third"}, "outputs of the screens")


@scenario("placement")
def renamed_while_it_runs(rig):
    """xl rename, and a guest that has another name while it migrates: the rules for its new name are its own."""
    weston = rig.weston(outputs=TWO, config="[xen-connector]\nguest=g1\noutput=second\n"
                        "[xen-connector]\nguest=g1--incoming\noutput=headless\n")
    guest = rig.guest("g1--incoming", "320x240")
    guest.picture(1, size=(320, 240))
    weston.expect("picture=0,0,320,240,XR24,1", "solid=320,0,320,240,303030")
    rig.machine.store.write(f"/local/domain/{guest.domid}/name", "g1")
    weston.expect("solid=0,0,320,240,303030", "picture=320,0,320,240,XR24,1")
    weston.expect_log(rf"guest g1--incoming\({guest.domid}\) vdispl 0: its guest has been renamed to g1")
    equal(weston.control("list")[0].split()[0], "g1", "the guest's name, as other modules see it")
    # It still flips, and rules still apply.
    guest.buffer(2, 320, 240, picture=2)
    guest.flips(5, 1, 2)
    weston.expect("picture=320,0,320,240,XR24,2")
    rig.machine.store.write(f"/local/domain/{guest.domid}/name", "g1--incoming")
    weston.expect("picture=0,0,320,240,XR24,2", "solid=320,0,320,240,303030")
