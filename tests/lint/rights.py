#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every operation of the API with who may do it and how far it reaches, in docs/server.md: rights.py SOURCE_DIR [BUILD_DIR] [--write]

The table in src/api/routes.c is what the server goes by. The one in docs/server.md is for people, and tests/unit/server/test_server_rights
holds the running server against it; --write makes it anew. Fails where the two differ.
"""
import os
import re
import sys

ROW = re.compile(r'\{"([A-Z]+)",\s*"([^"]+)",\s*([A-Z0-9| \n]+?),\s*([A-Z_]+),\s*CQA_BODY_\w+,\s*\w+\}')
WORDS = {"ANYBODY": "anybody", "OWN": "own", "OBJECT": "object", "TEAM": "team", "COMPANY": "company", "BY_NAME": "company, by name"}
EVERYONE = ["admin", "lead", "auditor", "agent", "recorder", "hr"]
BEGIN, END = "<!-- operations: tests/lint/rights.py --write -->\n", "<!-- /operations -->\n"


def roles_of(text):
    text = text.strip()
    if text == "0":
        return "–"
    names = EVERYONE if text == "EVERYONE" else sorted((word.strip().lower() for word in text.split("|")), key=EVERYONE.index)
    return ", ".join(names)


def table(source):
    rows = ROW.findall(source)
    if len(rows) != source.count("CQA_BODY_") or len(rows) < 50:
        sys.exit("rights: %d of %d operations were understood" % (len(rows), source.count("CQA_BODY_")))
    lines = ["| operation | roles | scope |", "| --- | --- | --- |"]
    lines += ["| `%s %s` | %s | %s |" % (method, path, roles_of(roles), WORDS[reach]) for method, path, roles, reach in rows]
    return "\n".join(lines) + "\n"


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else "."
    with open(os.path.join(folder, "src", "api", "routes.c"), encoding="utf-8") as file:
        wanted = table(file.read())
    path = os.path.join(folder, "docs", "server.md")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    before, rest = text.split(BEGIN)
    found, after = rest.split(END)
    if "--write" in sys.argv:
        with open(path, "w", encoding="utf-8") as file:
            file.write(before + BEGIN + "\n" + wanted + "\n" + END + after)
    elif found.strip() != wanted.strip():
        sys.exit("docs/server.md: the table of operations is not that of src/api/routes.c: tests/lint/rights.py . --write")
    print("rights: ok, %d operations" % (wanted.count("\n") - 2))


main()
