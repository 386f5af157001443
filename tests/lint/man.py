#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fails where a program's --help and its manual page name different options or commands: man.py SOURCE_DIR BINARY_DIR"""
import os
import re
import subprocess
import sys

OPTION = re.compile(r"--[a-z][a-z-]+")
OPTION_LINE = re.compile(r"^ +(?:-\w, )?(--[a-z][a-z-]+)", re.M)


def help_of(program, *command):
    return subprocess.run([program, *command, "--help"], capture_output=True, text=True, check=True).stdout


def options(text):
    return set(OPTION.findall(text.replace("\\-", "-")))


def compare(page, helped, manual):
    lines = [f"{page}: {option} is in --help, not in the page" for option in sorted(helped - manual)]
    return lines + [f"{page}: {option} is in the page, not in --help" for option in sorted(manual - helped)]


def main():
    source, binary = sys.argv[1:3]
    pages = os.path.join(source, "docs", "man")
    wrong = []
    for page in sorted(os.listdir(pages)) if os.path.isdir(pages) else []:
        name = page.split(".")[0]
        program = os.path.join(binary, "bin", name)
        if not page.endswith(".scd") or not os.path.exists(program):  # of a configuration file, say
            continue
        with open(os.path.join(pages, page), encoding="utf-8") as file:
            manual = file.read()
        helped = help_of(program)
        found = options(helped)
        if name == "callqa":
            commands = re.findall(r"^  ([a-z][a-z-]+)  ", helped, re.M)
            wrong += [f"{page}: command {c} is not in the page" for c in commands if f"*{c}*" not in manual]
            wrong += [f"callqa --help: {c} stands there twice" for c in set(commands) if commands.count(c) > 1]
            for command in commands:
                found |= set(OPTION_LINE.findall(help_of(program, command)))
        wrong += compare(page, found, options(manual))
    print("\n".join(wrong) if wrong else "manual pages: ok")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
