#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fails where a program's --help and its manual page name different options or commands, or where the Chinese page lacks
a section, an option, a word or an example of the English one, or a page a key of its configuration: man.py SOURCE_DIR BINARY_DIR
"""
import os
import re
import subprocess
import sys

OPTION = re.compile(r"--[a-z][a-z-]+")
SECTION = re.compile(r"^# (.+)$", re.M)
BOLD = re.compile(r"\*([^*\n]+)\*")
EXAMPLE = re.compile(r"^\tcallqa [^\n]*$|^```\n.*?^```$", re.M | re.S)
CHINESE = {"NAME": "名称", "SYNOPSIS": "用法", "COMMANDS": "命令", "DESCRIPTION": "说明", "OPTIONS": "选项",
           "CONFIGURATION": "配置", "SIGNALS": "信号", "EXIT STATUS": "退出码", "ENVIRONMENT": "环境变量",
           "EXAMPLES": "示例", "SEE ALSO": "参见"}
KEY_ROW = re.compile(r"^\| (`[^|]+`) \|", re.M)
OPTION_LINE = re.compile(r"^ +(?:-\w, )?(--[a-z][a-z-]+)", re.M)


def help_of(program, *command):
    return subprocess.run([program, *command, "--help"], capture_output=True, text=True, check=True).stdout


def options(text):
    return set(OPTION.findall(text.replace("\\-", "-")))


def compare(page, helped, manual):
    lines = [f"{page}: {option} is in --help, not in the page" for option in sorted(helped - manual)]
    return lines + [f"{page}: {option} is in the page, not in --help" for option in sorted(manual - helped)]


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


def bold(text):
    return set(BOLD.findall(text.replace("\\*", "")))


def translated(page, english, chinese):
    """What the Chinese page says otherwise than the English one."""
    wrong = []
    ours, theirs = [CHINESE.get(name, name) for name in SECTION.findall(english)], SECTION.findall(chinese)
    if ours != theirs:
        wrong.append(f"{page}: its sections are {theirs}, those of the English page {ours}")
    wrong += [f"{page}: {option} is not in it" for option in sorted(options(english) - options(chinese))]
    wrong += [f"{page}: {option} is in it alone" for option in sorted(options(chinese) - options(english))]
    wrong += [f"{page}: *{word}* is not in it" for word in sorted(bold(english) - bold(chinese))]
    wrong += [f"{page}: *{word}* is in it alone" for word in sorted(bold(chinese) - bold(english))]
    if EXAMPLE.findall(english) != EXAMPLE.findall(chinese):
        wrong.append(f"{page}: its examples differ")
    return wrong


def usages(text, program):
    """{"token list", ...}: the words that `program` is called with."""
    found = re.findall(r"^\W*(?:Usage: )?%s\W+([a-z]+) ([a-z|-]+)?" % program, text, re.M)
    return {f"{first} {word}".strip() for first, rest in found for word in rest.split("|") if not word.startswith("-")}


def keys(document):
    """Of the table of a configuration file in `document`."""
    table = document.split("| --- | --- | --- |", 1)[1].split("\n\n", 1)[0]
    return {key for cell in KEY_ROW.findall(table) for key in re.findall(r"`([a-z_]+)", cell)}


def unknown(page, manual, helped, document):
    """What the server's help and document tell of, and its manual page does not."""
    lacks = sorted(usages(helped, "callqa-server") - usages(manual, "callqa-server"))
    return [f"{page}: callqa-server {words} is not in it" for words in lacks] + [
        f"{page}: *{key}* is not in it" for key in sorted(keys(document) - bold(manual))]


def main():
    source, binary = sys.argv[1:3]
    pages = os.path.join(source, "docs", "man")
    wrong = []
    for page in sorted(os.listdir(pages)) if os.path.isdir(pages) else []:
        if page.endswith(".scd"):
            wrong += translated(f"zh_CN/{page}", read(pages, page), read(pages, "zh_CN", page))
        name = page.split(".")[0]
        program = os.path.join(binary, "bin", name)
        if not page.endswith(".scd") or not os.path.exists(program):  # of a configuration file, say
            continue
        manual = read(pages, page)
        helped = help_of(program)
        found = options(helped)
        if name == "callqa-server":
            wrong += unknown(page, manual, helped, read(source, "docs", "server.md"))
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
