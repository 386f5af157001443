# SPDX-License-Identifier: GPL-3.0-or-later
"""C source as the lints read it: without comments and strings, function by function. It leans on what lint/format.sh holds:
a function's body begins and ends with a brace in the first column."""
import pathlib
import re

HIDDEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', re.S)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.M)
WORD = re.compile(r"\b[A-Za-z_]\w*\b")


def files(source):
    """The .c and .h of a checkout's src/, in order."""
    return sorted((pathlib.Path(source) / "src").rglob("*.[ch]"))


def bare(text):
    """The text without comments and strings; its lines stay where they are."""
    return HIDDEN.sub(lambda match: "\n" * match.group().count("\n") or " ", text)


def functions(text):
    """(name, head, lines of the body, line of the head) of each function; ("", text, [], line) for what stands outside."""
    head, body, first = [], None, 0
    for number, line in enumerate(bare(text).splitlines(), 1):
        if body is None and line == "{":
            body = []
        elif body is not None:
            if line == "}":
                said = " ".join(head)
                name = re.search(r"(\w+)\s*\(", said)
                yield (name.group(1) if name else ""), said, body, first
                head, body = [], None
            else:
                body.append(line)
        else:
            if not head:
                first = number
            head.append(line)
            if not line.strip() or line.startswith("#") or line.rstrip()[-1] in ";}":
                yield "", " ".join(head), [], first
                head = []
