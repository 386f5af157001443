#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The numbers of the rules in event/, track/ and verdict/, and the documents that quote them: limits.py SOURCE_DIR [BUILD] [--write]

Each rule's numbers are fields of a struct: its declaration says of each what it is, its initialiser what it was
fitted on. Fails where one of the two is missing, where the tables of docs/detectors.md are not what these make
(--write makes them), where a document quotes a number that the code does not have, and where the list of events in
docs/rubrics.md lacks one. A quoted number is followed by its name: 0.6 s<!-- hold_music.anchor_ms -->.
"""
import glob
import os
import re
import sys

TABLES = "docs/detectors.md"
FIELD = re.compile(r"\s(\w+)(?:\[\w+\])*;\s*/\*(.*?)\*/", re.S)
VALUE = re.compile(r"\.(\w+)\s*=\s*([^,{}]+),\s*(?:/\*(.*?)\*/)?", re.S)
GROUP = re.compile(r"\.(\w+)\s*=\s*\{(.*?)\n        \},", re.S)
PLACE = re.compile(r"<!-- numbers of (\w+) -->\n.*?<!-- end -->", re.S)
QUOTE = re.compile(r"(?<![\w.])([-−]?\d[\d \u202f]*(?:\.\d+)?)\s*(%|ms|s|dBFS|dB|Hz)?\s*<!-- (\w+)\.(\w+) -->")
NAMED = re.compile(r"<!-- (\w+)\.(\w+) -->")
FRAME_MS = 32


def plain(comment):
    return " ".join(line.strip().lstrip("*").strip() for line in comment.split("\n")).strip()


def numbers(body):
    return {name: (value.strip(), plain(fitted or "")) for name, value, fitted in VALUE.findall(body)}


def meanings(body):
    return {name: plain(comment) for name, comment in FIELD.findall(body)}


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def of_scene(source):
    """Rules whose numbers are fields of struct cqa_event_limits: name -> (file, meanings, numbers)."""
    header, code = read(f"{source}/src/event/limits.h"), read(f"{source}/src/event/limits.c")
    values = dict(GROUP.findall(code))
    for name, body in re.findall(r"struct cqa_(\w+)_limits \{\n(.*?)\n\};", header, re.S):
        if name != "event":
            yield name, ("src/event/limits.c", meanings("\n" + body), numbers(values.get(name, "")))


def of_file(source):
    """Rules that have their numbers beside them."""
    for path in sorted(path for folder in ("event", "track", "verdict") for path in glob.glob(f"{source}/src/{folder}/*.[ch]")):
        for tag, body, values in re.findall(r"static const struct(?: cqa_(\w+)_limits)? \{\n(.*?)\n\} \w*limits = \{(.*?)\n\};",
                                            read(path), re.S):
            name = tag or os.path.splitext(os.path.basename(path))[0]
            yield name, (os.path.relpath(path, source), meanings("\n" + body), numbers(values))


def shown(value):
    """A value as a document writes it."""
    value = value.rstrip("f")
    return value.rstrip("0").rstrip(".") if "." in value else value


def table(rule):
    path, fields, values = rule
    rows = [f"In `{path}`.", "", "| number | value | what it is | fitted on |", "| --- | --- | --- | --- |"]
    rows += [f"| `{name}` | {shown(values[name][0])} | {what} | {values[name][1]} |"
             for name, what in fields.items() if name in values]
    return "\n".join(rows)


def complete(rules, problems):
    for rule, (path, fields, values) in rules.items():
        for name in sorted(set(fields) | set(values)):
            if name not in values:
                if name != "change_cost":  # a table of its own, told in words
                    problems.append(f"{path}: {rule}.{name} has no value")
            elif not fields.get(name):
                problems.append(f"{path}: {rule}.{name}: say what it is")
            elif not values[name][1]:
                problems.append(f"{path}: {rule}.{name}: say what it was fitted on, or \"by hand\"")


def tables(source, rules, write, problems):
    before = read(f"{source}/{TABLES}")
    placed = PLACE.findall(before)
    problems += [f"{TABLES}: no table of {rule}" for rule in rules if rule not in placed]
    problems += [f"{TABLES}: there is no rule {rule}" for rule in placed if rule not in rules]

    def fill(found):
        rule = found.group(1)
        return f"<!-- numbers of {rule} -->\n{table(rules[rule])}\n<!-- end -->" if rule in rules else found.group(0)
    after = PLACE.sub(fill, before)
    if write:
        with open(f"{source}/{TABLES}", "w", encoding="utf-8") as file:
            file.write(after)
    elif after != before:
        for old, new in zip(before.split("\n"), after.split("\n")):
            if old != new:
                problems.append(f"{TABLES}: not as the code is: {new}\n  (tests/lint/limits.py . --write makes the tables)")
                break


def in_unit(name, value, unit):
    """The field's value in the unit that a document wrote, or None, and whether frames or bytes round it."""
    kind = re.search(r"_(ms|frames|half_db|db|hz|share|percent|of_255)$|$", name).group(1)
    return {
        ("ms", "ms"): (value, False), ("ms", "s"): (value / 1000, False),
        ("frames", None): (value, False), ("frames", "s"): (value * FRAME_MS / 1000, True),
        ("half_db", "dB"): (value / 2, False), ("half_db", "dBFS"): (value / 2 - 110, False),
        ("db", "dB"): (value, False), ("hz", "Hz"): (value, False),
        ("share", None): (value, False), ("share", "%"): (100 * value, False),
        ("percent", "%"): (value, False), ("of_255", None): (value / 255, True), (None, None): (value, False),
    }.get((kind, unit), (None, False))


def agrees(text, value, rounded):
    """Rounded as it is written; what was counted in frames or bytes may be rounded further."""
    number = re.sub(r"\s", "", text).replace("−", "-")
    return (abs(round(value, len(number.partition(".")[2])) - float(number)) < 1e-9 or
            (rounded and abs(float(number) - value) <= 0.03 * abs(value)))


def quotes(source, rules, problems):
    """Numbers that documents quote by name. Returns how many."""
    count = 0
    for path in sorted(glob.glob(f"{source}/docs/**/*.md", recursive=True)):
        text, shorter = read(path), os.path.relpath(path, source)
        understood = set()
        for found in QUOTE.finditer(text):
            number, unit, rule, name = found.groups()
            line = text.count("\n", 0, found.start()) + 1
            understood.add(found.end())
            count += 1
            if rule not in rules or name not in rules[rule][2]:
                problems.append(f"{shorter}:{line}: there is no {rule}.{name}")
                continue
            value, rounded = in_unit(name, float(rules[rule][2][name][0].rstrip("f")), unit)
            if value is None:
                problems.append(f"{shorter}:{line}: {rule}.{name} is not in {unit or 'plain numbers'}")
            elif not agrees(number, value, rounded):
                problems.append(f"{shorter}:{line}: {rule}.{name} is {value:.4g} {unit or ''}, not {number}")
        problems += [f"{shorter}:{text.count(chr(10), 0, found.start()) + 1}: no number before {found.group(0)}"
                     for found in NAMED.finditer(text) if found.end() not in understood]
    return count


def events(source, problems):
    kinds = re.search(r"#define CQA_EVENT_TYPES\(X\)(.*?)\n\n", read(f"{source}/src/event/event.h"), re.S).group(1)
    for word in re.findall(r"X\(\w+, \"(\w+)\"", kinds):
        for path in ("docs/rubrics.md", "docs/rubrics.zh-CN.md"):
            if f"`{word}`" not in read(f"{source}/{path}"):
                problems.append(f"{path}: lacks the event `{word}` of src/event/event.h")


def main():
    source = sys.argv[1] if len(sys.argv) > 1 else "."
    rules, problems = {**dict(of_scene(source)), **dict(of_file(source))}, []
    complete(rules, problems)
    tables(source, rules, "--write" in sys.argv, problems)
    count = quotes(source, rules, problems)
    events(source, problems)
    for problem in problems:
        print(problem)
    if problems:
        sys.exit(1)
    print(f"limits: {sum(len(values) for _, _, values in rules.values())} numbers of {len(rules)} rules, "
          f"quoted {count} times: ok")


if __name__ == "__main__":
    main()
