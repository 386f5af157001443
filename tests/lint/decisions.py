#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds docs/decisions/README.md to the decisions: each once, in order, under its title, with a line of its own; numbers are
given once; who is superseded is marked so: decisions.py SOURCE_DIR [--write]
--write adds what lacks, with the decision's first words to be made a line of."""
import pathlib
import re
import sys

ROW = re.compile(r"^\| \[(\d{4})\]\(([\w.-]+)\) \| (.+?) \| (.+?) \|$", re.M)
HEADING = re.compile(r"^# (\d{4}):? (.+)$", re.M)
GONE = re.compile(r"^Superseded by (\d{4})", re.M)


def decided(folder):
    """(number, file, title, superseded by, first words) of each."""
    for path in sorted(folder.glob("[0-9]*.md")):
        text = path.read_text(encoding="utf-8")
        heading = HEADING.match(text)
        number, title = heading.groups() if heading else ("", "")
        gone = GONE.search(text)
        words = re.sub(r"[*|]", "", " ".join(text.split("\n\n")[1].split())).split(". ")[0] if "\n\n" in text else ""
        yield number, path.name, title, gone and gone.group(1), words


def write(index, folder):
    rows = {row[1]: row for row in ROW.findall(index.read_text(encoding="utf-8"))}
    head = index.read_text(encoding="utf-8").split("| ---")[0]
    lines = [f"| [{number}]({name}) | {title} | {rows[name][3] if name in rows else words[:100]} |"
             for number, name, title, _, words in decided(folder)]
    index.write_text(head + "| --- | --- | --- |\n" + "\n".join(lines) + "\n", encoding="utf-8")


def main():
    source = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    folder = source / "docs/decisions"
    index = folder / "README.md"
    if "--write" in sys.argv:
        write(index, folder)
    rows = ROW.findall(index.read_text(encoding="utf-8"))
    there = list(decided(folder))
    wrong = [f"{name}: the first line is not '# NNNN Title', with the number of its name"
             for number, name, *_ in there if not number or not name.startswith(number + "-")]
    numbers = [number for number, *_ in there]
    wrong += [f"{number} is two decisions" for number in sorted(set(numbers)) if numbers.count(number) > 1]
    if [row[:3] for row in rows] != [entry[:3] for entry in there]:
        said, is_so = {row[:3] for row in rows}, {entry[:3] for entry in there}
        wrong += [f"the index has {' '.join(row)}, and no decision is so" for row in sorted(said - is_so)]
        wrong += [f"the index lacks {' '.join(entry)} (--write adds it)" for entry in sorted(is_so - said)]
        wrong += ["the index is out of order"] if said == is_so else []
    lines = {row[1]: row[3] for row in rows}
    for _, name, _, by, _ in there:
        if by and f"superseded by {by}" not in lines.get(name, "").lower():
            wrong.append(f"the index does not say that {name} is superseded by {by}")
    for name, line in lines.items():
        wrong += [f"{name} is superseded by {by}, which is not there"
                  for by in re.findall(r"superseded by (\d{4})", line, re.I) if by not in numbers]
    if wrong:
        sys.exit("\n".join("docs/decisions: " + line for line in wrong))
    print(f"decisions: ok, {len(rows)}")


if __name__ == "__main__":
    main()
