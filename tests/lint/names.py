#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fails when a type, a constant or a function of the house has a name that another file gives as well: names.py SOURCE_DIR

cqa_… and CQA_… are the house's names and stand for one thing each. A bare name is its file's own, as a static function's is,
and may occur again; in a header it would be everybody's, so there it is refused (but in *_kernel.h, pieces of .c files). Two
functions of one name in two of our libraries link, and one is called for the other."""
import collections
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import c_source  # noqa: E402

TYPE = re.compile(r"\b(?:struct|enum|union)\s+(\w+)\s*\{")
TYPEDEF = re.compile(r"^typedef\b[^;{]*?\(\*?(\w+)\)\s*\(|^typedef\b[^;{(]*?\b(\w+)\s*(?:__attribute__.*)?(?:\([^;]*\))?;", re.M)
CONSTANTS = re.compile(r"\benum\b[^{;()=]*\{([^}]*)\}")
PIECES = re.compile(r"_(?:kernel\.h|avx2\.c|avx512\.c)$")


def given(text):
    """The names of types and constants that a file gives."""
    text = c_source.bare(text)
    yield from TYPE.findall(text)
    for pointer, plain in TYPEDEF.findall(text):
        yield pointer or plain
    for inside in CONSTANTS.findall(text):
        for constant in inside.split(","):
            name = c_source.WORD.match(constant.strip())
            if name and name.group().startswith("CQA_"):
                yield name.group()


def defined(text):
    """The functions that a file offers others."""
    for name, head, _, _ in c_source.functions(text):
        if name and not head.startswith("static"):
            yield name


def main():
    source = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    places, functions, wrong = collections.defaultdict(set), collections.defaultdict(set), []
    for path in c_source.files(source):
        if PIECES.search(path.name):
            continue
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".c" and path.parent.name != "codecs": # a program that stands in for a function
            for name in defined(text):
                functions[name].add(str(path.relative_to(source)))
        for name in given(text):
            place = str(path.relative_to(source))
            if name.lower().startswith("cqa_"):
                places[name].add(place)
            elif path.suffix == ".h":
                wrong.append(f"{place}: {name} is in a header and does not begin with cqa_")
    wrong += [f"{name} is given by {' and '.join(sorted(where))}" for name, where in sorted(places.items()) if len(where) > 1]
    wrong += [f"{name}() is in {' and '.join(sorted(where))}" for name, where in sorted(functions.items())
              if len(where) > 1 and name != "main"]
    if len(places) < 500:
        sys.exit(f"only {len(places)} names found: is this the checkout?")
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"names: ok, {len(places)} types and constants, {len(functions)} functions")


if __name__ == "__main__":
    main()
