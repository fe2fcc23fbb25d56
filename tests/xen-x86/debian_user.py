# SPDX-License-Identifier: MIT
"""A user of the emulated machine and the Debian guest of by-hand: types, clicks, drags.

When a function returns, its keys and buttons have arrived: inputlog, which runs in the guest, logs each event there.
Knows nothing of how the guest's programs react."""

import re

from person import at, button, typed

INPUT_LOG = "/tmp/input.log"
# the emulated keyboard's queue holds 64 events; pressing and releasing a key with Shift takes eight
CHARACTERS_AT_ONCE = 8


class DebianUser:
    def __init__(self, machine, guest):
        self.machine, self.guest = machine, guest

    def count_transitions(self):
        """The number of key and button events that the guest's kernel has received."""
        said = self.guest.ask(f"grep -c ' 1 [0-9]* [01]$' {INPUT_LOG}")[1]
        return int(re.search(r"^\d+$", said, re.MULTILINE).group(0))

    def do(self, groups):
        """Sends the groups one by one; waits until the guest has received all their keys and buttons."""
        wanted = self.count_transitions() + sum(event["type"] != "abs" for group in groups for event in group)
        for group in groups:
            self.machine.send_input(group)
        self.guest.wait_until(f"test $(grep -c ' 1 [0-9]* [01]$' {INPUT_LOG}) -ge {wanted}")

    def type(self, text):
        for start in range(0, len(text), CHARACTERS_AT_ONCE):
            self.do([group for character in text[start:start + CHARACTERS_AT_ONCE] for group in typed(character)])

    def point(self, x, y):
        """Moves the pointer to a position of Weston's screen. Does not wait until the guest is told."""
        self.machine.send_input(at(x, y))

    def click(self, x, y):
        self.do([at(x, y), [button("left", True)], [button("left", False)]])

    def drag(self, start, end):
        middle = ((start[0] + end[0]) // 2, (start[1] + end[1]) // 2)
        self.do([at(*start), [button("left", True)], at(*middle), at(*end), [button("left", False)]])
