#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fails on functions that no program reaches: dead.py SOURCE_DIR. What only tests call is dead too.

From every main() and every table it follows the names that stand in the bodies of functions. Local functions are the
compiler's business (-Wunused-function), but one that only dead functions call is found here as well."""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import c_source  # noqa: E402

# A call of one of these begins outside C: the command that a program of its own is made of (CMakeLists.txt).
COMMANDS = re.compile(r"^cqa_command_apart\(([\w-]+)\)", re.M)
# The SQL layer's are for the server's rows (docs/decisions/0088).
LEFT = {"cqa_sql_check", "cqa_sql_double", "cqa_sql_outcome_unknown"}
PROTOTYPE = re.compile(r"^[\w\s*]+\(")


def read(source):
    """What each function mentions, where it stands, and what is mentioned outside of functions."""
    mentions, where, roots = {}, {}, {"main"}
    trained = sorted((source / "models").rglob("*.c"))
    for path in c_source.files(source) + trained:
        for name, head, body, line in c_source.functions(path.read_text(encoding="utf-8")):
            words = set(c_source.WORD.findall("\n".join(body)))
            if name:
                mentions.setdefault(name, set()).update(words)
                where[name] = f"{path.relative_to(source)}:{line}"
            elif not PROTOTYPE.match(head) or head.lstrip().startswith("#"):
                roots.update(c_source.WORD.findall(head))
    commands = COMMANDS.findall((source / "CMakeLists.txt").read_text(encoding="utf-8"))
    return mentions, where, roots | {"cqa_cli_" + name.replace("-", "_") for name in commands}


def reached(mentions, roots):
    seen, todo = set(), list(roots)
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo.extend(mentions.get(name, ()))
    return seen


def main():
    source = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    mentions, where, roots = read(source)
    alive = reached(mentions, roots | LEFT)
    dead = sorted(name for name in mentions if name not in alive)
    for name in dead:
        print(f"{where[name]}: no program reaches {name}")
    if len(mentions) < 1000:
        sys.exit(f"only {len(mentions)} functions found: is this the checkout?")
    if dead:
        sys.exit(1)
    print(f"dead: ok, {len(mentions)} functions")


if __name__ == "__main__":
    main()
