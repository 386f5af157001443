#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every sentence that the scoring server tells a person has a Chinese one: words.py SOURCE_DIR

Reads the formats given to cqa_reply_problem, to cqa_fail of what is answered with its text, and what is handed on to
either, and looks for each in src/server/words_*.c (src/appraisal/fault_words.c holds the faults of files).
"""
import glob
import os
import re
import sys

LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')
CALL = re.compile(r"\b(cqa_reply_problem|cqa_fail|refuse|find_one|cqa_yaml_problem|cqa_problems_add|cqa_faults_add|"
                  r"cqa_failure_set|damaged)\(")
HELD = re.compile(r"static const char (?:missing|broke_off)\[\] = ([^;]*);")
PASSED_ON = {"%s", "%s %s", "%s: %s", "%s, %s"}
# Said to operators on a terminal, or to recorders, never to a person at the page.
NOT_FOR_PERSONS = {"server.c", "store.c", "db.c", "config.c", "config_notices.c", "notifier.c", "command_serve.c",
                   "command_token.c", "command_user.c", "store_audit.c", "post_results.c", "item.c", "item_clips.c",
                   "playback.c", "store_notices.c", "shift.c", "opus_write.c"}
# Answered as "the store cannot answer now".
WITHOUT_TEXT = ("CQA_E_NOMEM", "CQA_E_IO", "CQA_E_BUSY", "error, status,")
SOURCES = ["src/server/*.c", "src/server/appraisal/*.c", "src/rubric/*.c", "src/base/yaml.c", "src/appraisal/roster.c",
           "src/appraisal/scheme*.c", "src/audio/*.c", "src/analysis/answer.c",
           "src/analysis/roles.c"]


def spelled(text):
    """A format without the widths and lengths of its conversions."""
    return re.sub(r"%[0-9.*]*(?:hh|h|ll|l|z)?([a-zA-Z])", r"%\1", text).replace("%u", "%d")


def joined(part):
    return "".join(LITERAL.findall(re.sub(r"PRI([uxd])64", r'"l\1"', part)))


def arguments(text, at):
    """Of a call whose parenthesis was just opened."""
    parts, depth, start = [], 1, at
    while depth:
        if text[at] == '"':
            at = LITERAL.match(text, at).end() - 1
        elif text[at] in "([{":
            depth += 1
        elif text[at] in ")]}":
            depth -= 1
        if depth == 0 or (depth == 1 and text[at] == ","):
            parts.append(text[start:at])
            start = at + 1
        at += 1
    return parts


def sentences(path):
    """What a file says, each with the line."""
    with open(path, encoding="utf-8") as source:
        text = source.read()
    for held in HELD.finditer(text):
        yield text.count("\n", 0, held.start()) + 1, joined(held.group(1))
    for call in CALL.finditer(text):
        if call.group(1) == "cqa_fail" and any(word in text[call.end():call.end() + 60] for word in WITHOUT_TEXT):
            continue
        for part in arguments(text, call.end()):
            for choice in re.split(r"[?:](?=\s*\")", part):  # of "a" ? "b" : "c" each
                if " " in joined(choice).strip():
                    yield text.count("\n", 0, call.start()) + 1, joined(choice)


def known_words(folder):
    """An expression for what they translate: a word of theirs may stand for anything."""
    known = set()
    for path in glob.glob(folder + "/src/server/words_*.c") + [folder + "/src/appraisal/fault_words.c"]:
        with open(path, encoding="utf-8") as source:
            for english in re.findall(r'\{\s*((?:"(?:[^"\\]|\\.)*"\s*)+),', source.read()):
                parts = spelled(joined(english))
                if parts not in PASSED_ON:
                    known.add("[^\n]*".join(map(re.escape, parts.split("%s"))))
    return re.compile("|".join(known))


def main(folder):
    known = known_words(folder)
    count = missing = 0
    for path in sorted(path for pattern in SOURCES for path in glob.glob(os.path.join(folder, pattern))):
        name = os.path.basename(path)
        if name in NOT_FOR_PERSONS or name.startswith("words"):
            continue
        for line, sentence in sentences(path):
            if sentence in PASSED_ON:
                continue
            count += 1
            if not known.fullmatch(spelled(sentence)):
                missing += 1
                print('%s:%d: no Chinese for "%s"' % (os.path.relpath(path, folder), line, sentence))
    if count < 350:
        print("only %d sentences were found: this check is blind" % count)
        sys.exit(1)
    if missing:
        sys.exit(1)
    print("words: ok, %d sentences" % count)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else ".")
