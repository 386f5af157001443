#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people install, run and are judged by is documented in both languages, with the same headings, rows and examples; each leads
to the other, Chinese readers are sent to Chinese pages, and no link leads nowhere: pairs.py SOURCE_DIR
"""
import glob
import os
import re
import sys

HEADING = re.compile(r"^(#+) (.*)$", re.M)
EXAMPLE = re.compile(r"^```.*?^```$", re.M | re.S)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
ROW = re.compile(r"^\|", re.M)
NAMED = re.compile(r"docs/[\w-]+\.md")
DEVELOPERS = {"CONTRIBUTING.md", "architecture.md", "detectors.md", "performance.md", "states.md", "testing.md"}  # read English
TOP = 12  # lines in which a page names its twin


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


def twin_of(path):
    return path.replace(".zh-CN.md", ".md") if path.endswith(".zh-CN.md") else path[:-len(".md")] + ".zh-CN.md"


def lacks_twin(path):
    is_english = not path.endswith(".zh-CN.md")
    return is_english and os.path.basename(path) not in DEVELOPERS and not os.path.exists(twin_of(path))


def hides_twin(path):
    top = "\n".join(read(path).split("\n")[:TOP])
    return os.path.exists(twin_of(path)) and os.path.basename(twin_of(path)) not in LINK.findall(top)


def english_sent_to(root, path):
    """English pages that a Chinese one names, though they exist in Chinese."""
    if not path.endswith(".zh-CN.md"):
        return
    text = read(path)
    linked = [(os.path.dirname(path), link) for link in LINK.findall(text)]
    for folder, link in linked + [(root, name) for name in NAMED.findall(text)]:
        page = os.path.normpath(os.path.join(folder, link.partition("#")[0]))
        is_english = page.endswith(".md") and not page.endswith(".zh-CN.md")
        if is_english and page != os.path.normpath(twin_of(path)) and os.path.exists(twin_of(page)):
            yield link


def chinese_sent_to(root):
    """English pages that manual pages and messages name to Chinese readers."""
    translations = re.findall(r"^msgstr(.*?)(?:\n\n|\Z)", read(f"{root}/src/base/po/zh_CN.po"), re.M | re.S)
    for text in translations + [read(page) for page in sorted(glob.glob(f"{root}/docs/man/zh_CN/*.scd"))]:
        yield from (name for name in NAMED.findall(text) if os.path.exists(os.path.join(root, twin_of(name))))


def main():
    root = sys.argv[1]
    wrong = []
    for path in sorted(glob.glob(f"{root}/docs/*.md") + glob.glob(f"{root}/*.md")):
        name = os.path.relpath(path, root)
        wrong += [f"{name}: {link} leads nowhere" for link in lost_links(path)]
        wrong += [f"{name}: not in Chinese"] * lacks_twin(path) + [f"{name}: does not name its twin at its top"] * hides_twin(path)
        wrong += [f"{name}: {link} is in Chinese too" for link in english_sent_to(root, path)]
        english = twin_of(path)
        if path.endswith(".zh-CN.md") and os.path.exists(english):
            ours, theirs = shape(read(path)), shape(read(english))
            wrong += [f"{name}: {what}: {ours[what]}, in English {theirs[what]}" for what in ours if ours[what] != theirs[what]]
    wrong += [f"a Chinese message or manual page: {name} is in Chinese too" for name in chinese_sent_to(root)]
    print("\n".join(wrong) if wrong else "documents: ok")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
