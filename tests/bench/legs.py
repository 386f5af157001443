#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cutting a call in two costs: legs.py PROGRAMS FILE... (two-channel recordings; needs sox and ffmpeg).

Each is cut into its legs, which are skewed, drift and are encoded, and joined again by their start times. Twice the events are held
against others: those of the recording, which is what somebody sees who has both; and those of a two-channel file with the very samples
that the legs decode to, which is what joining itself costs. Events that begin before the later leg does are left out. "points" are
what was charged. The last lines are the floor: the recording as it is, begun 0.5, 4 or 16 ms later. What half a frame moves in a whole
recording, no two files of it can be held to.
"""
import collections
import json
import os
import subprocess
import sys
import tempfile

LATE_MS = 60
# how much later the agent's leg begins, ppm by which its clock is fast, how the agent's is encoded, and the customer's
CONDITIONS = [(0, 0, "wav", "wav"), (400, 0, "wav", "wav"), (3000, 0, "wav", "wav"), (0, 50, "wav", "wav"), (0, 0, "ulaw", "wav"),
              (0, 0, "wav", "mp3"), (0, 0, "ulaw", "mp3"), (400, 50, "ulaw", "mp3"), (3000, 50, "mp3", "ulaw"), (0, 0, "wav", "pipe")]
ENCODED = {"ulaw": (".u.wav", ["-c:a", "pcm_mulaw"]), "mp3": (".mp3", ["-c:a", "libmp3lame", "-b:a", "32k"]),
           "pipe": (".pipe.mp3", ["-ar", "16000", "-c:a", "libmp3lame", "-b:a", "32k", "-write_xing", "0"])}  # tells no delay
FLOOR_MS = [0.5, 4, 16]


def run(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def analyze(callqa, *words):
    results = run(callqa, "analyze", "--format", "jsonl", *words).splitlines()
    return json.loads(results[0]) if len(results) == 1 else None


def encode(wav, how):
    if how == "wav":
        return wav
    ending, words = ENCODED[how]
    run("ffmpeg", "-y", "-v", "error", "-i", wav, *words, wav + ending)
    return wav + ending


def cut(whole, folder, condition):
    skew_ms, ppm, *codecs = condition
    legs = [os.path.join(folder, name) for name in ("agent.wav", "customer.wav")]
    drift = ["speed", "%.8f" % (1 / (1 + ppm * 1e-6)), "rate", "-v", "8000"] if ppm else []
    run("sox", "-D", whole, legs[0], "remix", "1", "trim", "%.3f" % (skew_ms / 1000), *drift)
    run("sox", "-D", whole, legs[1], "remix", "2")
    return [encode(leg, how) for leg, how in zip(legs, codecs)]


def as_one(whole, legs, folder, condition):
    """The samples of the legs in one file, put together by programs that are not ours."""
    skew_ms, ppm, *codecs = condition
    parts = []
    for number, (leg, how) in enumerate(zip(legs, codecs)):
        part = os.path.join(folder, "part%d.wav" % number)
        lead = ["-af", "atrim=start_sample=1105,asetpts=PTS-STARTPTS"] if how == "pipe" else []
        run("ffmpeg", "-y", "-v", "error", "-i", leg, *lead, "-ac", "1", "-ar", "8000", "-c:a", "pcm_s16le", part)
        parts.append(part)
    if ppm:
        run("sox", "-D", parts[0], parts[0] + ".wav", "speed", "%.8f" % (1 + ppm * 1e-6), "rate", "-v", "8000")
        parts[0] += ".wav"
    if skew_ms:
        before = os.path.join(folder, "before.wav")
        run("sox", "-D", whole, before, "remix", "1", "trim", "0", "%.3f" % (skew_ms / 1000))
        run("sox", "-D", before, parts[0], os.path.join(folder, "agent-whole.wav"))
        parts[0] = os.path.join(folder, "agent-whole.wav")
    one = os.path.join(folder, "one.wav")
    run("sox", "-D", "-M", *parts, one)
    return one


def later(whole, folder, ms):
    cut_off = os.path.join(folder, "later.wav")
    run("sox", "-D", whole, cut_off, "trim", "%ds" % round(ms * 8))
    return cut_off


def events(result, after_ms, late_ms=0.0):
    return [(e["type"], e.get("cause") or e.get("kind"), e.get("by") or e.get("side"), e["start_ms"] + late_ms, e["end_ms"] + late_ms)
            for e in result["events"] if e["start_ms"] + late_ms > after_ms]


def compare(found, wanted, counts, name):
    """Each wanted event with the nearest of its kind."""
    left = list(found)
    for event in wanted:
        alike = [one for one in left if one[:3] == event[:3] and abs(one[3] - event[3]) + abs(one[4] - event[4]) < 3000]
        if not alike:
            counts[name + " lacks"] += 1
            continue
        nearest = min(alike, key=lambda one: abs(one[3] - event[3]) + abs(one[4] - event[4]))
        left.remove(nearest)
        counts[name + " events"] += 1
        if max(abs(nearest[3] - event[3]), abs(nearest[4] - event[4])) > LATE_MS:
            counts[name + " off"] += 1
            counts[name + " off: " + event[0]] += 1
    counts[name + " more"] += len(left)


def points(result):
    return sorted((d["rule"], d["points"]) for d in result["score"]["deductions"] if d["points"] > 0)


def main(programs, *paths):
    callqa = os.path.join(programs, "callqa")
    totals = {"%4d ms, %2d ppm, %s and %s" % condition: collections.Counter() for condition in CONDITIONS}
    totals |= {"itself, %g ms later" % ms: collections.Counter() for ms in FLOOR_MS}
    with tempfile.TemporaryDirectory() as folder:
        whole = os.path.join(folder, "whole.wav")
        for path in paths:
            run("ffmpeg", "-y", "-v", "error", "-i", path, "-ar", "8000", "-c:a", "pcm_s16le", whole)
            expected = analyze(callqa, whole)
            for condition in CONDITIONS:
                counts = totals["%4d ms, %2d ppm, %s and %s" % condition]
                legs = cut(whole, folder, condition)
                joined = analyze(callqa, "--leg", legs[0], "--leg", legs[1], "--offset", str(-condition[0]))
                if joined is None:
                    counts["not joined"] += 1
                    continue
                one = analyze(callqa, as_one(whole, legs, folder, condition))
                for name, other in (("recording", expected), ("same samples", one)):
                    compare(events(joined, condition[0]), events(other, condition[0]), counts, name)
                    counts[name + " points differ"] += points(joined) != points(other)
                counts["calls"] += 1
            for ms in FLOOR_MS:
                counts = totals["itself, %g ms later" % ms]
                result = analyze(callqa, later(whole, folder, ms))
                compare(events(result, ms, ms), events(expected, ms), counts, "recording")
                counts["recording points differ"] += points(result) != points(expected)
                counts["calls"] += 1
    for condition, counts in totals.items():
        print("%s:" % condition, ", ".join("%s %d" % pair for pair in sorted(counts.items()) if pair[1]))


if __name__ == "__main__":
    main(*sys.argv[1:])
