#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every operation of the API with who may do it and how far it reaches, in docs/server.md and its Chinese twin:
rights.py SOURCE_DIR [BUILD_DIR] [--write]

The table in src/api/routes.c is what the server goes by. Those in the documents are for people, and tests/unit/server/test_server_rights
holds the running server against the English one; --write makes them anew. Fails where they differ.
"""
import os
import re
import sys

ROW = re.compile(r'\{"([A-Z]+)",\s*"([^"]+)",\s*([A-Z0-9| \n]+?),\s*([A-Z_]+),\s*CQA_BODY_\w+,\s*\w+\}')
PAGES = {
    "server.md": {"ANYBODY": "anybody", "OWN": "own", "OBJECT": "object", "TEAM": "team", "COMPANY": "company",
                  "BY_NAME": "company, by name", "head": "| operation | roles | scope |", "comma": ", "},
    "server.zh-CN.md": {"ANYBODY": "任何人", "OWN": "本人", "OBJECT": "对象", "TEAM": "班组", "COMPANY": "全体", "BY_NAME": "全体，须具名",
                        "head": "| 操作 | 角色 | 范围 |", "comma": "、"},
}
EVERYONE = ["admin", "lead", "auditor", "agent", "recorder", "hr"]
BEGIN, END = "<!-- operations: tests/lint/rights.py --write -->\n", "<!-- /operations -->\n"


def roles_of(text, comma):
    text = text.strip()
    if text == "0":
        return "–"
    names = EVERYONE if text == "EVERYONE" else sorted((word.strip().lower() for word in text.split("|")), key=EVERYONE.index)
    return comma.join(names)


def table(source, words):
    rows = ROW.findall(source)
    if len(rows) != source.count("CQA_BODY_") or len(rows) < 50:
        sys.exit("rights: %d of %d operations were understood" % (len(rows), source.count("CQA_BODY_")))
    lines = [words["head"], "| --- | --- | --- |"]
    lines += ["| `%s %s` | %s | %s |" % (method, path, roles_of(roles, words["comma"]), words[reach]) for method, path, roles, reach in rows]
    return "\n".join(lines) + "\n"


def check(path, wanted, writing):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    before, rest = text.split(BEGIN)
    found, after = rest.split(END)
    if writing:
        with open(path, "w", encoding="utf-8") as file:
            file.write(before + BEGIN + "\n" + wanted + "\n" + END + after)
    elif found.strip() != wanted.strip():
        sys.exit("%s: the table of operations is not that of src/api/routes.c: tests/lint/rights.py . --write" % path)


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else "."
    with open(os.path.join(folder, "src", "api", "routes.c"), encoding="utf-8") as file:
        source = file.read()
    for name, words in PAGES.items():
        check(os.path.join(folder, "docs", name), table(source, words), "--write" in sys.argv)
    print("rights: ok, %d operations" % source.count("CQA_BODY_"))


main()
