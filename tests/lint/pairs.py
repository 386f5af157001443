#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents that exist in both languages have the same headings, rows and examples, and no link leads nowhere:
pairs.py SOURCE_DIR
"""
import glob
import os
import re
import sys

HEADING = re.compile(r"^(#+) (.*)$", re.M)
EXAMPLE = re.compile(r"^```.*?^```$", re.M | re.S)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
ROW = re.compile(r"^\|", re.M)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def shape(text):
    prose = EXAMPLE.sub("", text)
    return {"headings": [len(level) for level, _ in HEADING.findall(prose)], "rows": len(ROW.findall(prose)),
            "examples": len(EXAMPLE.findall(text))}


def anchors(path):
    """As forges make them of headings."""
    return {re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-")
            for _, title in HEADING.findall(EXAMPLE.sub("", read(path)))}


def lost_links(path):
    for link in LINK.findall(EXAMPLE.sub("", read(path))):
        name, _, anchor = link.partition("#")
        target = os.path.normpath(os.path.join(os.path.dirname(path), name)) if name else path
        if re.match(r"[a-z]+:", link):
            continue
        if not os.path.exists(target) or (anchor and target.endswith(".md") and anchor not in anchors(target)):
            yield link


def main():
    root = sys.argv[1]
    wrong = []
    for path in sorted(glob.glob(f"{root}/docs/*.md") + glob.glob(f"{root}/*.md")):
        name = os.path.relpath(path, root)
        wrong += [f"{name}: {link} leads nowhere" for link in lost_links(path)]
        english = path.replace(".zh-CN.md", ".md")
        if english != path and os.path.exists(english):
            ours, theirs = shape(read(path)), shape(read(english))
            wrong += [f"{name}: {what}: {ours[what]}, in English {theirs[what]}" for what in ours if ours[what] != theirs[what]]
    print("\n".join(wrong) if wrong else "documents: ok")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
