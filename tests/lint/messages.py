#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every message of the programs has a stable code and a Chinese side: messages.py [--update] SOURCE_DIR

Reads the format of each call of a function that a header or its file marks with CQA_MESSAGE, of cqa_words(), and what
stands in CQA_N(), and holds src/base/po/codes.po and src/base/po/zh_CN.po against them, both ways. Fails on what is missing, unused, fuzzy,
untranslated, or has other conversions; on a code given twice; on a %p that is not given a message.

--update gives new formats a code and an empty Chinese side, and drops what is no longer said. Of a format that was
reworded, put the new words into both files by hand before: its code stays.
"""
import glob
import os
import re
import subprocess
import sys

LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')
MARKED = re.compile(r"\b(\w+)\(((?:[^()]|\([^()]*\))*)\)\s*(?:CQA_MUST_CHECK\s*)?CQA_MESSAGE\((\d+), (\d+)\)")
CONVERSION = re.compile(r"%(?:(\d+)\$)?[-+ #0]*\d*(?:\.(\d+|\*))?(hh|h|ll|l|z|j)?([diuxXocsfegp])")
SIZES = {"PRId64": "ld", "PRIu64": "lu", "PRIx64": "lx", "PRId32": "d", "PRIu32": "u", "PRIx32": "x"}
ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\", "'": "'"}
DECLARED = re.compile(r"struct cqa_message \*{0,2}(\w+)")


def unescaped(text):
    out, at = [], 0
    while at < len(text):
        if text[at] != "\\":
            out.append(text[at])
            at += 1
        elif text[at + 1] == "x":
            out.append(chr(int(text[at + 2:at + 4], 16)))
            at += 4
        else:
            out.append(ESCAPES[text[at + 1]])
            at += 2
    return "".join(out)


def without_comments(text):
    return re.sub(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)+\'|//[^\n]*|/\*.*?\*/',
                  lambda m: re.sub(r"[^\n]", " ", m.group(0)) if m.group(0)[0] == "/" else m.group(0), text, flags=re.S)


def arguments(text, at):
    """Of a call whose parenthesis was just opened."""
    parts, depth, start = [], 1, at
    while depth:
        if text[at] == '"':
            at = LITERAL.match(text, at).end() - 1
        elif text[at] == "'":
            at = text.index("'", at + (2 if text[at + 1] == "\\" else 1) + 0) if text[at + 1] != "\\" else at + 3
        elif text[at] in "([{":
            depth += 1
        elif text[at] in ")]}":
            depth -= 1
        if depth == 0 or (depth == 1 and text[at] == ","):
            parts.append(text[start:at].strip())
            start = at + 1
        at += 1
    return parts


def choices(part):
    """a ? "x" : "y" says one of two; what is tested holds no format."""
    depth, found, start = 0, [], 0
    at = 0
    while at < len(part):
        if part[at] == '"':
            at = LITERAL.match(part, at).end() - 1
        elif part[at] in "([{":
            depth += 1
        elif part[at] in ")]}":
            depth -= 1
        elif depth == 0 and part[at] in "?:":
            found.append(part[start:at])
            start = at + 1
        at += 1
    found.append(part[start:])
    return found if len(found) == 1 else [one for one in found if one.strip().startswith('"') or "CQA_N" not in one][1:]


def literal(part, path):
    """The format that a piece of C spells; None where it is none."""
    part = part.strip()
    for name in re.findall(r"\bPRI[a-z]\d\d\b", part):
        part = part.replace(name, '"%s"' % SIZES[name])
    if not part.startswith('"') or LITERAL.sub("", part).strip():
        return None
    return unescaped("".join(LITERAL.findall(part)))


class Sources:
    def __init__(self, folder):
        self.folder = folder
        self.paths = [path for path in sorted(glob.glob(folder + "/src/**/*.[ch]", recursive=True)) if "/web/" not in path]
        self.texts = {path: without_comments(open(path, encoding="utf-8").read()) for path in self.paths}
        self.functions = {"cqa_words": 0}
        for text in self.texts.values():
            for name, _, index, _ in MARKED.findall(text):
                self.functions[name] = int(index) - 1
        self.names = {name for text in self.texts.values() for name in DECLARED.findall(text)}
        self.wrong = []

    def is_message(self, given):
        """An address of a message, or a call that gives one; the compiler does not tell them from other pointers."""
        given = given.strip()
        if given == "NULL" or re.match(r"cqa_words(_\w+)?\(", given):
            return True
        if "?" in LITERAL.sub("", given):
            return all(self.is_message(one) for one in given[given.index("?") + 1:].split(":"))
        word = re.match(r"&?(?:\w+(?:\[[^\]]*\])*(?:\.|->))*(\w+)", given)
        return word is not None and word.group(1) in self.names

    def line(self, path, at):
        return "%s:%d" % (os.path.relpath(path, self.folder), self.texts[path].count("\n", 0, at) + 1)

    def held(self, path, name):
        """static const char NAME[] = "..."; of the same file."""
        found = re.search(r"static const char %s\[\]\s*=((?:\s*\"(?:[^\"\\]|\\.)*\")+);" % re.escape(name), self.texts[path])
        return literal(found.group(1), path) if found else None

    def formats(self):
        """Each with the place that says it."""
        call = re.compile(r"\b(%s)\(" % "|".join(sorted(self.functions, key=len, reverse=True)))
        for path, text in self.texts.items():
            for found in re.finditer(r"\bCQA_N\(", text):
                said = literal(arguments(text, found.end())[0], path)
                if said is not None:
                    yield said, self.line(path, found.start())
            for found in call.finditer(text):
                parts = arguments(text, found.end())
                index = self.functions[found.group(1)]
                if len(parts) <= index or re.match(r"(struct|const|enum|int|void|FILE)\b", parts[0]):
                    continue
                for choice in choices(parts[index]):
                    said = literal(choice, path)
                    if said is None and re.fullmatch(r"\w+", choice.strip()):
                        said = self.held(path, choice.strip())
                    if said is None:
                        continue
                    yield said, self.line(path, found.start())
                    self.check_nested(said, parts[index + 1:], self.line(path, found.start()))

    def check_nested(self, said, given, place):
        at = 0
        for match in CONVERSION.finditer(said.replace("%%", "  ")):
            at += match.group(2) == "*"
            if match.group(4) == "p" and (at >= len(given) or not self.is_message(given[at])):
                self.wrong.append("%s: a %%p that is given no message: %s" % (place, given[at] if at < len(given) else "nothing"))
            elif match.group(4) == "s" and at < len(given) and re.search(r"\bstrerror\(|\berror(\.|->)message\b", given[at]):
                self.wrong.append("%s: a %%s for what is a message: %s" % (place, given[at]))
            at += 1


# ---- .po files


def quoted(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    lines = escaped.split("\n")
    lines = [line + "\\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
    if len(lines) <= 1:
        return '"%s"' % (lines[0] if lines else "")
    return '""\n' + "\n".join('"%s"' % line for line in lines)


def read_po(path):
    """Its head as it stands, and {msgid: msgstr}; the names of entries with something wrong."""
    with open(path, encoding="utf-8") as source:
        text = source.read()
    entries, wrong = {}, []
    for block in re.split(r"\n\s*\n", text):
        found = re.search(r'^msgid((?:\s*"(?:[^"\\]|\\.)*")+)\s*^msgstr((?:\s*"(?:[^"\\]|\\.)*")+)', block, flags=re.M)
        if not found:
            continue
        msgid, msgstr = (unescaped("".join(LITERAL.findall(part))) for part in found.groups())
        if msgid in entries:
            wrong.append("%s: twice: %s" % (path, msgid))
        if re.search(r"^#,.*\bfuzzy\b", block, flags=re.M):
            wrong.append("%s: fuzzy: %s" % (path, msgid))
        entries[msgid] = msgstr
    head = entries.pop("", "")
    return head, entries, wrong


def write_po(path, comment, head, entries, flags):
    with open(path, "w", encoding="utf-8") as out:
        out.write('%s\nmsgid ""\nmsgstr %s\n' % (comment, quoted(head)))
        for msgid in sorted(entries, key=lambda one: (one.lower(), one)):
            out.write("\n%smsgid %s\nmsgstr %s\n" % ("#, c-format\n" if flags and "%" in msgid else "", quoted(msgid),
                                                     quoted(entries[msgid])))


def code_for(msgid, taken):
    words = re.findall(r"[a-z0-9]+", CONVERSION.sub(" ", msgid.replace("%%", " percent ")).lower())
    if not words:
        return unique("join." + "-".join(re.sub(r"\W", "", kind) or "s" for kind in
                                         [match.group(4) for match in CONVERSION.finditer(msgid)]), taken)
    if words[0] == "usage":
        return unique("help." + "-".join(words[1:3]), taken)
    code = ""
    for word in words:
        if len(code) + len(word) + 1 > 48:
            break
        code += ("-" if code else "") + word
    return unique(code, taken)


def unique(code, taken):
    number, tried = 2, code
    while tried in taken:
        tried = "%s.%d" % (code, number)
        number += 1
    return tried


COMMENT = {
    "codes": "# SPDX-License-Identifier: GPL-3.0-or-later\n# The stable code of each message: programs and alerts decide by "
             "it. A message that is reworded keeps its code.\n# What only joins other messages (\"join.\") has none of its "
             "own. Written by tests/lint/messages.py --update.",
    "zh_CN": "# SPDX-License-Identifier: GPL-3.0-or-later\n# What the programs say, in Chinese; one word for one thing as "
             "docs/terms.zh-CN.md has it.",
}


def spelled(text):
    """The kinds of a format's conversions by their places."""
    kinds, next_place = {}, 1
    for match in CONVERSION.finditer(text.replace("%%", "  ")):
        place = int(match.group(1)) if match.group(1) else next_place
        next_place += not match.group(1)
        kinds[place] = (match.group(3) or "") + match.group(4)
    return kinds


def check(sources, said, codes, chinese):
    wrong = list(sources.wrong)
    for msgid, place in said.items():
        if msgid not in codes:
            wrong.append('%s: no code for "%s"' % (place, msgid))
        if msgid not in chinese:
            wrong.append('%s: no Chinese for "%s"' % (place, msgid))
        elif chinese[msgid] == "":
            wrong.append('%s: not translated: "%s"' % (place, msgid))
        elif spelled(msgid) != spelled(chinese[msgid]):
            wrong.append('%s: other conversions in Chinese: "%s"' % (place, msgid))
    for name, entries in (("codes", codes), ("zh_CN", chinese)):
        for msgid in entries:
            if msgid not in said:
                wrong.append('src/base/po/%s.po: nothing says "%s"' % (name, msgid))
    for code in set(codes.values()):
        holders = [msgid for msgid in codes if codes[msgid] == code]
        if len(holders) > 1:
            wrong.append("src/base/po/codes.po: the code %s is given twice" % code)
        if not re.fullmatch(r"[a-z0-9.-]+", code):
            wrong.append("src/base/po/codes.po: no code: %s" % code)
    return wrong


def main():
    words = sys.argv[1:]
    updating = "--update" in words
    folder = ([word for word in words if word != "--update"] or ["."])[0]
    sources = Sources(folder)
    said = {}
    for msgid, place in sources.formats():
        if msgid:
            said.setdefault(msgid, place)
    paths = {name: os.path.join(folder, "src", "base", "po", name + ".po") for name in ("codes", "zh_CN")}
    codes_head, codes, wrong = read_po(paths["codes"])
    chinese_head, chinese, more = read_po(paths["zh_CN"])
    wrong += more
    if updating:
        codes = {msgid: code for msgid, code in codes.items() if msgid in said}
        for msgid in sorted(said):
            if msgid not in codes:
                codes[msgid] = code_for(msgid, set(codes.values()))
        chinese = {msgid: chinese.get(msgid, "") for msgid in said}
        write_po(paths["codes"], COMMENT["codes"], codes_head, codes, False)
        write_po(paths["zh_CN"], COMMENT["zh_CN"], chinese_head, chinese, True)
    wrong += check(sources, said, codes, chinese)
    if len(said) < 600:
        wrong.append("only %d formats were found: this check is blind" % len(said))
    compiled = subprocess.run(["msgfmt", "--check", "-o", "/dev/null", paths["zh_CN"]], capture_output=True, text=True)
    if compiled.returncode != 0 or compiled.stderr:
        wrong.append(compiled.stderr.strip())
    for line in wrong:
        print(line)
    if wrong:
        sys.exit(1)
    print("messages: ok, %d formats in two languages" % len(said))


if __name__ == "__main__":
    main()
