#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""One word for one thing in every Chinese text of the tree: terms.py SOURCE_DIR

docs/terms.zh-CN.md is the list. In its tables, what stands in code style under "绝不写" may not occur in any other file,
except as a part of a word that stands in code style elsewhere in the list (the third column aside).
"""
import os
import re
import sys

LIST = "docs/terms.zh-CN.md"
SELF = "tests/lint/terms.py"
READ = re.compile(r"\.(c|h|js|mjs|html|json|css|md|ya?ml|po|pot|py|sh|scd|txt|jsonl|svg|in|cmake|service|timer)$|/[^.]*$")
# Words of others, quoted or understood: the file, and what may stand in it.
QUOTED = {
    "docs/decisions/0082-one-word-for-one-thing.md": ["驳回", "静音"],
    "models/schemes/agent-2013.yaml": ["前台座席"],
    "models/schemes/four-aspects.yaml": ["热线座席"],
    "src/appraisal/heading.c": ["\"座席\"", "\"座席姓名\""],  # the columns that a spreadsheet may have
    "tests/unit/appraisal/test_edges.c": ["热线座席", "热线 座席"],  # posts as people write them
    "src/appraisal/roster.c": ["\"团队\""],
    "src/appraisal/spelling.c": ["\"团队\""],
    "tests/unit/report/golden/bounds-zh-70.txt": ["停放、静音或中"],  # a narrow terminal
}


def code(text):
    return re.findall(r"`([^`]+)`", text)


def read_list(path):
    never, kept = set(), set()
    for line in open(path, encoding="utf-8"):
        cells = line.strip()[1:-1].split("|")
        if line.startswith("|") and len(cells) == 4:
            never.update(code(cells[2]))
            kept.update(word for n in (1, 3) for word in code(cells[n]))
    kept = {word for word in kept if any(bad in word for bad in never)}
    return sorted(never), sorted(kept, key=len, reverse=True)


def over_lines(word):
    """A paragraph may be broken within a word."""
    return r"\n?".join(map(re.escape, word))


def found(text, never, kept):
    """The words that may not stand there, with the offset of each."""
    for word in kept:
        text = re.sub(over_lines(word), lambda match: "\0" * len(match.group()), text)
    for bad in never:
        for match in re.finditer(over_lines(bad), text):
            yield match.start(), bad


def check(path, text, never, kept):
    hits = []
    for at, bad in found(text, never, list(QUOTED.get(path, ())) + kept):
        start = text.rfind("\n", 0, at) + 1
        line = text[start:].split("\n", 1)[0].strip()
        hits.append((text.count("\n", 0, at) + 1, bad, line[:100]))
    return sorted(hits)


def files(root):
    """What may be read, without what is built or fetched."""
    for folder, inner, names in os.walk(root):
        inner[:] = sorted(name for name in inner if name not in (".git", ".cache", "node_modules") and
                          not (folder == root and name.startswith("build")))
        for name in sorted(names):
            yield os.path.relpath(os.path.join(folder, name), root)


def main():
    root = sys.argv[1]
    never, kept = read_list(f"{root}/{LIST}")
    if len(never) < 20:
        sys.exit(f"{LIST}: only {len(never)} words found that may not be written; has its table changed?")
    bad = 0
    for path in files(root):
        if path in (LIST, SELF) or not READ.search("/" + path):
            continue
        try:
            text = open(f"{root}/{path}", encoding="utf-8").read()
        except (UnicodeDecodeError, FileNotFoundError):
            continue
        for line, word, what in check(path, text, never, kept):
            bad += 1
            print(f"{path}:{line}: “{word}”: {what}")
    if bad:
        sys.exit(f"{bad} words that {LIST} says never to write")


if __name__ == "__main__":
    main()
