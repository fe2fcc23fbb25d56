# SPDX-License-Identifier: MIT
"""Somebody who sits at the emulated machine and uses the Debian guest of by-hand: types, clicks, drags.

Whatever is done has arrived when it returns: inputlog, which runs in the guest, tells of each event there. Knows
nothing of what the guest's programs make of that."""

import re

from person import at, button, typed

INPUT_LOG = "/tmp/input.log"
# the emulated keyboard holds 64 events, and a key that goes down and up makes eight with Shift
CHARACTERS_AT_ONCE = 8


class DebianUser:
    def __init__(self, machine, guest):
        self.machine, self.guest = machine, guest

    def count_transitions(self):
        """Of keys and buttons, as the guest's kernel was told."""
        said = self.guest.ask(f"grep -c ' 1 [0-9]* [01]$' {INPUT_LOG}")[1]
        return int(re.search(r"^\d+$", said, re.MULTILINE).group(0))

    def do(self, groups):
        """Does one after the other; waits until the guest has each key and button of them."""
        wanted = self.count_transitions() + sum(event["type"] != "abs" for group in groups for event in group)
        for group in groups:
            self.machine.send_input(group)
        self.guest.wait_until(f"test $(grep -c ' 1 [0-9]* [01]$' {INPUT_LOG}) -ge {wanted}")

    def type(self, text):
        for start in range(0, len(text), CHARACTERS_AT_ONCE):
            self.do([group for character in text[start:start + CHARACTERS_AT_ONCE] for group in typed(character)])

    def point(self, x, y):
        """Where on Weston's screen; the guest hears of it when there is something that it would do about it."""
        self.machine.send_input(at(x, y))

    def click(self, x, y):
        self.do([at(x, y), [button("left", True)], [button("left", False)]])

    def drag(self, start, end):
        middle = ((start[0] + end[0]) // 2, (start[1] + end[1]) // 2)
        self.do([at(*start), [button("left", True)], at(*middle), at(*end), [button("left", False)]])
