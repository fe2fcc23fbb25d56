# SPDX-License-Identifier: MIT
"""The commands of doc/first-guest.md, in order. Knows nothing of where they are run."""

import os
import re

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../doc/first-guest.md")


def typed():
    """The commands: each is one line, or a line with its here-document up to EOF."""
    with open(PAGE) as file:
        lines = [line[4:] for line in file.read().split("\n") if line.startswith("    ")]
    commands, text = [], None
    for line in lines:
        if text is not None:
            text.append(line)
            if line == "EOF":
                commands.append("\n".join(text))
                text = None
        elif re.search(r"<<'EOF'$", line):
            text = [line]
        else:
            commands.append(line)
    return commands


def before_reboot():
    commands = typed()
    return commands[:commands.index("reboot")]


def after_reboot():
    commands = typed()
    return commands[commands.index("reboot") + 1:]
