#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds what recorders' profiles make of names against names.jsonl: names.py SOURCE_DIR PROGRAM_DIR [--update]

Each line is a recorder's name, a path and what `callqa identify` is to say of it; what is not there is null, roles that are
not there are the profile's for calls of no known direction. Paths are of the shapes that the recorders' own source or
documentation gives; bytes that are no UTF-8 are written as \\xNN. --update writes what is found now for every line (a new
line needs "recorder" and "path" only): read the difference before committing it. A name that fits says the same whatever
recording it ends in (ENDINGS).
"""
import json
import os
import subprocess
import sys

RECORDERS = ("freepbx", "issabel", "elastix", "vicidial", "mikopbx", "fusionpbx", "freeswitch", "amazon-connect", "twilio",
             "3cx", "grandstream", "yeastar", "voipmonitor", "cisco", "avaya", "genesys")
NAMES_MIN, EACH_MIN = 180, 10
ENDINGS = ("wav", "WAV", "wav49", "gsm", "m4a", "M4A", "mp4", "webm", "amr", "awb", "amr-wb", "3gp", "wma", "aac", "mka", "mkv", "oga", "spx",
           "g729", "mp3", "Mp3", "ogg", "opus", "flac", "ulaw", "sln16", "raw", "g722", "g726-32")


def identify(source, programs, recorder, paths):
    environment = dict(os.environ, CALLQA_MODELS=os.path.join(source, "models"), LANG="C.UTF-8")
    arguments = [p.encode("utf-8", "surrogateescape") for p in paths]
    run = subprocess.run([os.path.join(programs, "callqa"), "identify", "--recorder", recorder, "--time-zone",
                          "Asia/Shanghai", "--format", "jsonl", *arguments], env=environment, capture_output=True,
                         check=False)
    if run.returncode != 0:
        sys.exit(f"{recorder}: exit {run.returncode}: {run.stderr.decode()}")
    return [json.loads(line) for line in run.stdout.decode().splitlines()]


def bytes_of(path):
    """\\xNN as the byte itself."""
    return path.encode().decode("unicode_escape").encode("latin-1").decode("utf-8", "surrogateescape") \
        if "\\x" in path else path


def keep(recorder, path, found):
    call = {k: v for k, v in found["call"].items() if v is not None and k != "source"}
    if found["call"]["source"] != recorder:
        sys.exit(f"{path}: source {found['call']['source']}")
    return {"recorder": recorder, "path": path, "matched": found["matched"],
            **(call if found["matched"] else {}), "roles": found["roles"]}


def said_with_other_endings(source, programs, recorder, expected):
    """What a conversion's name says otherwise than the name that it was made from; `generic` has the path for an id."""
    names = [e for e in expected if e["recorder"] == recorder and e["matched"] and recorder != "generic"]
    wanted = [{**e, "path": e["path"].rpartition(".")[0] + "." + ending} for e in names for ending in ENDINGS]
    found = identify(source, programs, recorder, [bytes_of(w["path"]) for w in wanted]) if wanted else []
    pairs = [(w, keep(recorder, w["path"], f)) for w, f in zip(wanted, found, strict=True)]
    return [f"expected {json.dumps(w, ensure_ascii=False)}\nfound    {json.dumps(f, ensure_ascii=False)}" for w, f in pairs if w != f]


def main():
    source, programs = sys.argv[1:3]
    file = os.path.join(source, "tests", "golden", "names.jsonl")
    with open(file, encoding="utf-8") as lines:
        expected = [json.loads(line) for line in lines]
    found = []
    for recorder in dict.fromkeys(e["recorder"] for e in expected):
        paths = [e["path"] for e in expected if e["recorder"] == recorder]
        got = identify(source, programs, recorder, [bytes_of(p) for p in paths])
        if len(got) != len(paths):
            sys.exit(f"{recorder}: {len(paths)} names, {len(got)} answers")
        found += [keep(recorder, path, g) for path, g in zip(paths, got)]
    if "--update" in sys.argv:
        with open(file, "w", encoding="utf-8") as out:
            out.writelines(json.dumps(f, ensure_ascii=False) + "\n" for f in found)
        return
    wrong = [f"expected {json.dumps(e, ensure_ascii=False)}\nfound    {json.dumps(f, ensure_ascii=False)}"
             for e, f in zip(expected, found) if e != f]
    for recorder in dict.fromkeys(e["recorder"] for e in expected):
        wrong += said_with_other_endings(source, programs, recorder, expected)
    print("\n".join(wrong))
    counts = {r: sum(e["recorder"] == r and e["matched"] for e in expected) for r in RECORDERS}
    few = [f"{r}: {n} names that fit, {EACH_MIN} are wanted" for r, n in counts.items() if n < EACH_MIN]
    if wrong or few or len(expected) < NAMES_MIN:
        sys.exit("\n".join([*few, f"{len(wrong)} of {len(expected)} names are taken otherwise"]))
    print(f"names: {len(expected)} names of {len(counts)} recorders as expected")


main()
