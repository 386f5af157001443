#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is taken for one recording (docs/decisions/0136, 0192): same.py PROGRAMS ASKER FOLDER

FOLDER holds recordings, each another call's; ASKER is bench_same of a build with tests. Needs sox and ffmpeg. Each recording is
cut to several lengths and encoded in several ways; every piece is asked against every other: of two calls none should be
merged, of one call the encodings of one length should be known. Prints that by length, for each thing that names may say.
"""
import json
import os
import subprocess
import sys
import tempfile

LENGTHS_S = [2, 4, 8, 15, 30, 60, None]  # None: all of it
ENCODED = {"wav": ["-c:a", "pcm_s16le"], "a.wav": ["-c:a", "pcm_alaw"], "flac": ["-c:a", "flac"],
           "mp3": ["-c:a", "libmp3lame", "-b:a", "64k"], "opus": ["-c:a", "libopus", "-b:a", "24k"],
           "mix.wav": ["-ac", "1", "-c:a", "pcm_s16le"], "gsm": ["-ac", "1", "-c:a", "libgsm"]}
TAKEN = (".wav", ".flac", ".mp3", ".opus", ".ogg", ".gsm")


def pieces(path, folder, length_s):
    for ending, words in ENCODED.items():
        out = os.path.join(folder, "piece." + ending)
        cut = ["-t", str(length_s)] if length_s else []
        done = subprocess.run(["ffmpeg", "-y", "-v", "error", "-i", path, *cut, "-ar", "8000", *words, out], capture_output=True)
        if done.returncode == 0:
            yield out


def results_of(callqa, path, folder, length_s):
    paths = list(pieces(path, folder, length_s))
    done = subprocess.run([callqa, "analyze", "--format", "jsonl", *paths], capture_output=True, text=True)
    return [line for line in done.stdout.splitlines() if json.loads(line).get("schema") == "callqa.result/1"]


def main(programs, asker, top):
    calls = sorted(os.path.join(top, name) for name in os.listdir(top) if name.endswith(TAKEN))
    if not calls:
        sys.exit("no recordings in " + top)
    with tempfile.TemporaryDirectory() as folder:
        for length_s in LENGTHS_S:
            with open(os.path.join(folder, "list"), "w") as out:
                for number, path in enumerate(calls):
                    for line in results_of(os.path.join(programs, "callqa"), path, folder, length_s):
                        out.write("%d %s\n" % (number, line))
            print("%s of %d calls" % ("%d s" % length_s if length_s else "all", len(calls)), flush=True)
            subprocess.run([asker, os.path.join(folder, "list")], check=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
