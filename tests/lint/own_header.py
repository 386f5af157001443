#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fails where a header does not describe the .c of its name: own_header.py SOURCE_DIR

A header that declares functions has a .c of its name beside it that holds one of them at least. The others are declared here,
each with its reason; docs/decisions/0088 says more. Types, macros and inline functions alone need no .c. The compiler sees to
the other half, that each function is declared in a header that its .c includes (-Wmissing-prototypes)."""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import c_source  # noqa: E402

TABLE = "a table's functions, a file each"
ROOM = "what the room offers, made by several files"
INSIDE = "what the files of one thing share, and nobody else"

DECLARED = {
    "api/endpoints.h": TABLE,
    "api/rounds/endpoints.h": TABLE,
    "appraisal/appraisal.h": ROOM,
    "appraisal/engine.h": INSIDE,
    "appraisal/item.h": "types, and a question about one of them that grades.c answers",
    "appraisal/scheme/scheme_load.h": INSIDE,
    "appraisal/sheet.h": "a sheet in three forms, a file each",
    "appraisal/sheet_parts.h": INSIDE,
    "audio/probe_forms.h": TABLE,
    "base/message_parts.h": INSIDE,
    "cli/cli.h": TABLE,
    "http/counters.h": "types, and where a request finds them",
    "http/http.h": "a request as an endpoint sees it: request.c; http.c alone knows libmicrohttpd",
    "http/parts.h": INSIDE,
    "measure/make.h": TABLE,
    "pipeline/parts.h": INSIDE,
    "recorder/parts.h": INSIDE,
    "recorder/sidecar_parts.h": INSIDE,
    "report/formats.h": TABLE,
    "report/page.h": INSIDE,
    "scores/accounts_internal.h": INSIDE,
    "scores/flags_internal.h": INSIDE,
    "scores/rounds/rounds_internal.h": INSIDE,
    "scores/store_internal.h": INSIDE,
    "server/command.h": TABLE,
    "sql/driver.h": "what each database brings, and what sql.c has for all of them",
    "store/parts.h": INSIDE,
}

DECLARATION = re.compile(r"^(?!typedef)(?:[\w*]+\s+)+\**(\w+)\s*\(")


def declared(text):
    """The functions that a header declares, without those whose bodies it holds."""
    for name, head, _, _ in c_source.functions(text):
        match = None if name else DECLARATION.match(head.strip())
        if match:
            yield match.group(1)


def defined(path):
    """Names of functions in a .c, and what its macros say of them (the kernels name theirs so)."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    named = {name for name, head, _, _ in c_source.functions(text) if name and not head.startswith("static")}
    return named | set(re.findall(r"^#define \w+ (cqa_\w+)$", text, re.M))


def main():
    source = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    wrong, seen, checked = [], set(), 0
    for path in c_source.files(source):
        names = set(declared(path.read_text(encoding="utf-8"))) if path.suffix == ".h" else set()
        if not names or path.name.endswith("_kernel.h"):
            continue
        checked += 1
        place = str(path.relative_to(source / "src"))
        if not names & defined(path.with_suffix(".c")):
            seen.add(place)
            if place not in DECLARED:
                wrong.append(f"src/{place}: declares {min(names)} and so on; none of it is in {path.stem}.c")
    for place in sorted(set(DECLARED) - seen):
        print(f"src/{place}: need not be declared here any more")
    if checked < 100:
        sys.exit(f"only {checked} headers found: is this the checkout?")
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"own_header: ok, {checked} headers with functions, {len(seen)} declared")


if __name__ == "__main__":
    main()
