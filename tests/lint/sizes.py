#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fails when the functions of src/ grow: median over 15 lines or nine in ten over 30. Says besides which functions and files
are to be looked at again: sizes.py SOURCE_DIR"""
import pathlib
import sys

MEDIAN, NINTH = 15, 30                 # lines of a function
FUNCTION, FILE, HEADER = 70, 400, 150  # lines from which a second look pays


def functions(path):
    """(name, lines) of each function: from its first line to the brace in the first column."""
    start = None
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if line == "{":
            start = number
        elif line == "}" and start is not None:
            head = start - 1
            while head > 0 and lines[head - 1] and lines[head - 1][-1] not in "};/\\":
                head -= 1
            name = " ".join(lines[head:start]).split("(")[0].split()[-1].lstrip("*")
            yield name, number - head + 1
            start = None


def main():
    source = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".") / "src"
    found = []
    for path in sorted(source.rglob("*.[ch]")):
        count = len(path.read_text(encoding="utf-8").splitlines())
        limit = HEADER if path.suffix == ".h" else FILE
        if count > limit:
            print(f"{path.relative_to(source.parent)}: {count} lines")
        for name, length in functions(path):
            found.append(length)
            if length > FUNCTION:
                print(f"{path.relative_to(source.parent)}: {name}: {length} lines")
    found.sort()
    median, ninth = found[len(found) // 2], found[len(found) * 9 // 10]
    print(f"{len(found)} functions: median {median} lines, nine in ten up to {ninth}, longest {found[-1]}")
    if median > MEDIAN or ninth > NINTH:
        sys.exit(f"functions have grown: at most {MEDIAN} (median) and {NINTH} (nine in ten) lines")


if __name__ == "__main__":
    main()
