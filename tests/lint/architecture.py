#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds docs/architecture.md to the code: the picture's rooms are those of tests/lint/layers.sh, every room of src/ is in it,
and each `FILE: FUNCTION` of its walks is defined there; each file named exists: architecture.py SOURCE_DIR"""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import c_source  # noqa: E402


def pictured(text):
    """Room -> number, as the picture has them."""
    rooms = {}
    for number, names in re.findall(r"^ *(\d+)  ((?:[a-z]+/ ?)+)", text, re.M):
        rooms.update((name, int(number)) for name in re.findall(r"[a-z]+", names))
    return rooms


def walked(source, text):
    """What is wrong with the places that the text names, and how many there are."""
    wrong, count = [], 0
    for file, function in re.findall(r"`((?:src|tests)/[\w./-]+)(?:: (\w+))?`", text):
        path = source / file
        if not path.exists():
            wrong.append(f"{file} does not exist")
        elif function:
            count += 1
            if function not in {name for name, *_ in c_source.functions(path.read_text(encoding="utf-8"))}:
                wrong.append(f"{file} has no {function}")
    return wrong, count


def main():
    source = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    text = (source / "docs/architecture.md").read_text(encoding="utf-8")
    rooms = pictured(text)
    layers = {name: int(number) for name, number in
              re.findall(r"\b([a-z]+):(\d+)\b", (source / "tests/lint/layers.sh").read_text(encoding="utf-8"))}
    wrong, count = walked(source, text)
    wrong += [f"{name}/ is {rooms.get(name)} in the picture and {layers.get(name)} in layers.sh"
              for name in sorted(rooms.keys() | layers.keys()) if rooms.get(name) != layers.get(name)]
    wrong += [f"src/{path.name}/ is not in the picture" for path in sorted((source / "src").iterdir())
              if path.is_dir() and path.name not in rooms]
    if count < 20:
        wrong.append(f"the walks name {count} functions only")
    if wrong:
        sys.exit("\n".join("docs/architecture.md: " + line for line in wrong))
    print(f"architecture: ok, {len(rooms)} rooms, {count} functions")


if __name__ == "__main__":
    main()
