#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks with clang-format that C files look as .clang-format says.

Run by meson with the top of the source tree as argument. Exits with 77 (skipped)
without clang-format, or with one of another version than the files were formatted
with: versions differ in what they find right.
"""

import re
import subprocess
import sys
from pathlib import Path

VERSION = 14
SKIPPED = 77
CHECK = ["clang-format", "--dry-run", "--Werror", "--ferror-limit=1"]


def accepts(text, top):
    run = subprocess.run([*CHECK, "--assume-filename=plugin/a.c"], input=text, cwd=top,
                         capture_output=True, text=True)
    return run.returncode == 0


def main():
    top = Path(sys.argv[1])
    try:
        said = subprocess.run(["clang-format", "--version"], capture_output=True, text=True,
                              check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        print("skipped: no clang-format")
        return SKIPPED
    version = re.search(r"version (\d+)", said)
    if not version or int(version.group(1)) != VERSION:
        print(f"skipped: wants clang-format {VERSION}, here is: {said.strip()}")
        return SKIPPED

    if accepts("int  a ;\n", top) or not accepts("int a;\n", top):
        sys.exit("clang-format does not tell right from wrong")
    files = [str(f.relative_to(top)) for pattern in ("include/**/*.h", "plugin/**/*.[ch]",
             "tests/**/*.[ch]") for f in sorted(top.glob(pattern))]
    run = subprocess.run([*CHECK, *files], cwd=top, capture_output=True, text=True)
    wrong = sorted(set(re.findall(r"^(\S+):\d+:\d+: error", run.stderr, re.M)))
    for name in wrong:
        print(f"{name}: run clang-format -i on it", file=sys.stderr)
    if run.returncode != 0 and not wrong:
        print(run.stderr, file=sys.stderr)
    print(f"{len(files)} files, {len(wrong)} formatted otherwise")
    return 1 if run.returncode != 0 else 0


if __name__ == "__main__":
    sys.exit(main())
