#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""ini-page.py EXAMPLE: prints xen-display.ini(5), for scdoc, of what weston.ini.example says.

A unit test holds that file to the table of options, so that the page is what the module does. Comments become text,
keys what their two lines of comment say, and lines that are indented there stand as they are."""

import re
import sys

HEAD = """xen-display.ini(5)

# NAME

xen-display.ini - what weston.ini says of the screens of Xen guests

# SYNOPSIS

```
[core]
modules=xen-display.so
```

# DESCRIPTION

The module *xen-display* of Weston reads its settings from sections of Weston's own file, _weston.ini_: the first that is
there of _$XDG_CONFIG_HOME/weston.ini_, _~/.config/weston.ini_ and _weston/weston.ini_ in the folders of
_$XDG_CONFIG_DIRS_, _/etc/xdg_ by default; *weston --config=*_FILE_ names another one. Every key has a default, and no
section is required.

A line that starts with "#" does nothing. No space is allowed before "=", and everything after it is the value,
quotes and trailing comments too. *xen-displayctl config check* names what is wrong, with the line; *xen-displayctl
reload* has Weston read the file again.

"""

TAIL = """
# FILES

_/usr/share/doc/weston-xen-display/examples/weston.ini.example_
	All that this page says, as a file to copy from.

# SEE ALSO

*weston-xen-display*(7), *xen-displayctl*(1), *weston.ini*(5)
"""


def escaped(text):
    """As scdoc shows it literally."""
    return re.sub(r"([*_\\#<>])", r"\\\1", text)


def paragraphs(lines):
    """Runs of comment lines without their "# ", split where one is empty."""
    run = []
    for line in [*lines, "#"]:
        text = line[2:]
        if text:
            run.append(text)
        elif run:
            yield run
            run = []


def definitions(run):
    """[(word, text)] of a paragraph that is a column of words and a column of text; None of any other."""
    found = []
    for line in run:
        row = re.match(r"([a-z]+) {2,}(\S.*)$", line)
        if row:
            found.append([row.group(1), row.group(2)])
        elif found and line.startswith("     "):
            found[-1][1] += " " + line.strip()
        else:
            return None
    return found


def prose(lines):
    """What comments say that are not those of a key."""
    for run in paragraphs(lines):
        if all(re.match(r"-+$", line) for line in run):
            continue
        run = [line for line in run if not re.match(r"-+$", line)]
        rows = definitions(run)
        if rows:
            for word, text in rows:
                print(f"*{word}*\n\t{escaped(text)}\n")
        elif run[0].startswith((" ", "[")):
            print("```\n" + "\n".join(line.strip() for line in run) + "\n```\n")
        else:
            print(escaped("\n".join(run)) + "\n")


def key(setting, comment):
    """A key: its help and its "Allowed: ... Default: ..." stand before it."""
    name, _, value = setting[1:].partition("=")
    text = ". ".join(line[2].upper() + line[3:] for line in comment)
    print(f"*{name}=*_{escaped(value)}_\n\t{escaped(text)}.\n")


def blocks(text):
    """The file's lines between empty lines."""
    for block in text.split("\n\n"):
        yield [line for line in block.split("\n") if line]


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        text = file.read()
    print(HEAD, end="")
    waiting = []
    for block in list(blocks(text))[2:]:
        section = next((line for line in block if line.startswith("[")), None)
        setting = re.match(r"#[a-z-]+=", block[-1])
        if section:
            print(f"# SECTION {section.strip()}\n")
            prose([*waiting, *[line for line in block if line.startswith("#")]])
            waiting = []
        elif setting:
            prose(waiting)
            waiting = []
            key(block[-1], block[:-1])
        else:
            waiting += [*block, "#"]
    titles(waiting)
    print(TAIL, end="")


def titles(lines):
    """What stands behind the last key: places, and examples."""
    text = "\n".join(lines)
    places, _, examples = text.partition("# " + "-" * 75)
    print("# PLACES, WINDOWS AND INPUT\n")
    prose(places.split("\n"))
    print("# EXAMPLES\n")
    prose(examples.split("\n"))


if __name__ == "__main__":
    main()
