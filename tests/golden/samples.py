#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds what the analyzer finds in samples/ against samples.json: samples.py SOURCE_DIR PROGRAM_DIR [--update]

Events, parties, scores and reasons must be equal; times may move by TOLERANCE_MS and levels by a decibel or so: a
better model need not touch the file, a changed decision must. --update writes what is found now: read the difference
before committing it.
"""
import json
import os
import subprocess
import sys

TOLERANCE_MS = 250
TOLERANCE_SPEECH = 0.10  # of the busiest party's speech
TOLERANCE_DB = 1.5


def analyze(source, programs):
    """What is kept of each sample, by file name; a recording that could not be read has its reason."""
    folder = os.path.join(source, "samples")
    names = sorted(n for n in os.listdir(folder) if n.endswith((".wav", ".ogg", ".mp3")))
    run = subprocess.run([os.path.join(programs, "callqa"), "analyze", "--recorder", "freepbx", "--time-zone",
                          "Asia/Shanghai", "--format", "jsonl", *(os.path.join(folder, n) for n in names)],
                         capture_output=True, text=True, check=False)
    found = {}
    for line in run.stdout.splitlines():
        result = json.loads(line)
        found[os.path.basename(result["recording"]["path"])] = keep(result)
    for line in run.stderr.splitlines():
        path, reason = line.split(": ")[:2]
        found[os.path.basename(path)] = {"failure": reason}
    if sorted(found) != names or run.returncode != 3:
        sys.exit(f"exit {run.returncode}, {len(found)} of {len(names)} samples accounted for\n{run.stderr}")
    return found


def keep(result):
    recording = result["recording"]
    return {
        "call": {k: result["call"][k] for k in ("id", "agent", "customer", "direction", "started_at")},
        "format": [recording[k] for k in ("container", "encoding", "rate_hz", "channels", "layout")],
        "duration_ms": recording["duration_ms"],
        "measurable": {k: v for k, v in result["measurable"].items() if k not in ("reasons", "spans")},
        "spans": [{k: v for k, v in s.items() if k != "confidence"} for s in result["measurable"]["spans"]],
        "conversation_ms": result["conversation_ms"],
        "reasons": sorted(f"{r['what']}: {r['id']}" for r in result["measurable"]["reasons"]),
        "speech_ms": {c["role"]: sum(e - b for b, e in c["speech_ms"]) for c in result["channels"]},
        "level_dbfs": {c["role"]: c["active_level_dbfs"] for c in result["channels"]},
        "events": [{k: v for k, v in e.items() if k not in ("id", "confidence")} for e in result["events"]],
        "total": result["score"]["total"],
        "deductions": [[d["rule"], d["points"], d["event"], d.get("ground")] for d in result["score"]["deductions"]],
    }


def differences(where, expected, found, tolerance=0):
    """Yields a line for each place where the two differ by more than they may."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in sorted(expected.keys() | found.keys()):
            yield from differences(f"{where}.{key}", expected.get(key), found.get(key),
                                   tolerance_of(key, expected, tolerance))
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for index, (left, right) in enumerate(zip(expected, found)):
            yield from differences(f"{where}[{index}]", left, right, tolerance)
    elif isinstance(expected, (int, float)) and isinstance(found, (int, float)):
        if abs(expected - found) > tolerance:
            yield f"{where}: expected {expected}, found {found} (may differ by {tolerance:g})"
    elif expected != found:
        yield (f"{where}: expected {json.dumps(expected, ensure_ascii=False)}, "
               f"found {json.dumps(found, ensure_ascii=False)}")


def tolerance_of(key, siblings, inherited):
    if key in ("start_ms", "end_ms", "conversation_ms"):
        return TOLERANCE_MS
    if key == "speech_ms":
        return max(siblings.get(key, {}).values(), default=0) * TOLERANCE_SPEECH
    if key == "level_dbfs":
        return TOLERANCE_DB
    return inherited


def main():
    source, programs = sys.argv[1:3]
    path = os.path.join(source, "tests", "golden", "samples.json")
    found = analyze(source, programs)
    if "--update" in sys.argv[3:]:
        with open(path, "w", encoding="utf-8") as file:
            json.dump(found, file, ensure_ascii=False, indent=1)
            file.write("\n")
        return 0
    with open(path, encoding="utf-8") as file:
        expected = json.load(file)
    lines = list(differences("samples", expected, found))
    print("\n".join(lines) if lines else f"{len(found)} samples: as expected")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
