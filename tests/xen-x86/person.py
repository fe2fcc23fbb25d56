# SPDX-License-Identifier: MIT
"""A person's input to the emulated machine, as events of QEMU's input-send-event: keys, buttons, the tablet, text.

Knows the size of Weston's screen and the US keyboard, but not who gets the events. machine.send_input() takes one list
of events that belong together at a time."""

# Weston's screen
SCREEN = (1024, 768)
RANGE = 32768

NAMES = {" ": "spc", "\n": "ret", "-": "minus", "=": "equal", ";": "semicolon", "'": "apostrophe", ",": "comma",
         ".": "dot", "/": "slash", "\\": "backslash", "[": "bracket_left", "]": "bracket_right"}
SHIFTED = dict(zip('!@#$%^&*()_+:"<>?{}|', "1234567890-=;',./[]\\"))


def key(name, down):
    return {"type": "key", "data": {"down": down, "key": {"type": "qcode", "data": name}}}


def button(name, down):
    return {"type": "btn", "data": {"down": down, "button": name}}


def at(x, y):
    """The tablet's position in the middle of that pixel of Weston's screen."""
    return [{"type": "abs", "data": {"axis": axis, "value": int((place + 0.5) * RANGE / size)}}
            for axis, place, size in (("x", x, SCREEN[0]), ("y", y, SCREEN[1]))]


def by(x, y):
    """A mouse's motion."""
    return [{"type": "rel", "data": {"axis": axis, "value": value}} for axis, value in (("x", x), ("y", y))]


def typed(character):
    """The groups of events that type one character."""
    plain = SHIFTED.get(character, character.lower())
    name = NAMES.get(plain, plain)
    groups = [[key(name, True)], [key(name, False)]]
    return groups if plain == character else [[key("shift", True)], *groups, [key("shift", False)]]
