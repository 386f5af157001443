#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fails when one folder of src/ has more than its share of the lines, subfolders counted apart: rooms.py SOURCE_DIR"""
import collections
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import c_source  # noqa: E402

SHARE = 12 # percent of the lines of all


def main():
    source = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    lines = collections.Counter()
    for path in c_source.files(source):
        lines[str(path.parent.relative_to(source))] += len(path.read_text(encoding="utf-8").splitlines())
    total = sum(lines.values())
    if len(lines) < 20:
        sys.exit(f"only {len(lines)} folders found: is this the checkout?")
    shares = [(name, 100 * count / total) for name, count in lines.most_common()]
    wrong = [f"{name}/ has {share:.1f} % of the lines, more than {SHARE} %: part it" for name, share in shares if share > SHARE]
    if wrong:
        sys.exit("\n".join(wrong))
    print("rooms: ok, " + ", ".join(f"{name}/ {share:.1f} %" for name, share in shares[:5]))


if __name__ == "__main__":
    main()
