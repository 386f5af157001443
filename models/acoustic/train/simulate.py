#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulate labelled two-party telephone calls to train the frame classifier.

    simulate.py --sources sources.tsv --split tune --seed 7 --calls 100 --out DIR --cache DIR

Writes DIR/call-NNNNN.<ext> and .json. Each call depends on the seed and its own number alone. Labels are made
before the call is degraded; times are seconds. Per channel: `speech` (own voice), `music` (hold music, sung
too, under announcements as well), `tone`, `announcement` (a voice over hold music: it overrides `music`). What
is in none of them is noise, silence, the room or the other party's leakage. Needs Debian's python3-numpy,
python3-scipy and python3-soundfile.
"""
import argparse
import concurrent.futures
import json
import pathlib

import numpy as np
import soundfile as sf
from scipy import signal

from codecs8k import same_ogg_every_time
from conditions import FILES, conditions
from dialogue import Call
from dsp import RATE
from line import Line
from sources import Material
from truth import truth

FOCUSES = ("music", "noise", "leak", "mono", "mono-hold", "mute", "radio", "sounds", "mixed")


def written(stem, tracks, cond):
    """Encodes the call; returns its path."""
    extension, container, encoding, rate, _ = FILES[cond["codec"]]
    x = np.stack([tracks["agent"], tracks["customer"]], axis=1)
    x = x.mean(axis=1, keepdims=True) if cond["layout"] == "mono" else x
    if rate != RATE:
        common = np.gcd(rate, RATE)
        x = signal.resample_poly(x, rate // common, RATE // common, axis=0)
    path = stem.with_name(f"{stem.name}.{extension}")
    with sf.SoundFile(path, "w", rate, x.shape[1], encoding, format=container) as f:
        for k in range(0, len(x), rate):               # libsndfile's lossy encoders want modest blocks
            f.write(np.clip(x[k:k + rate], -1, 1))
    if container == "OGG":
        same_ogg_every_time(path, 1)
    return path


def make(material, args, i):
    rng = np.random.default_rng([args.seed, i])
    seconds = float(rng.uniform(*args.seconds))
    cond = conditions(rng, seconds, args.focus)
    call = Call(rng, material, seconds, cond, args.focus)
    tracks = Line(call).render()
    stem = pathlib.Path(args.out) / f"call-{i:05d}"
    facts = dict(file=written(stem, tracks, cond).name, focus=args.focus, seed=[args.seed, i]) | truth(call)
    stem.with_name(stem.name + args.truth_suffix).write_text(json.dumps(facts) + "\n")


def share(args, numbers):
    material = Material(args.sources, args.split, args.cache, args.fold)
    for i in numbers:
        make(material, args, i)


def fold(text):
    k, n = map(int, text.split("/"))
    if not 0 <= k < n:
        raise argparse.ArgumentTypeError(f"{text}: K/N with K from 0 to N - 1")
    return k, n


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--sources", required=True, help="TSV: path kind speaker language split licence")
    ap.add_argument("--split", default="tune")
    ap.add_argument("--fold", type=fold, default=(0, 1), metavar="K/N",
                    help="only every N-th speaker, piece and noise of the split, from the K-th (0 to N - 1) on")
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--calls", type=int, default=20)
    ap.add_argument("--first", type=int, default=0, help="number of the first call")
    ap.add_argument("--seconds", type=float, nargs=2, default=(60, 180), metavar=("MIN", "MAX"))
    ap.add_argument("--focus", choices=FOCUSES, default="mixed", help="what to draw more of")
    ap.add_argument("--jobs", type=int, default=1)
    ap.add_argument("--cache", help="folder for decoded sources (default: OUT/.cache)")
    ap.add_argument("--truth-suffix", default=".json", help=".truth.json suits the bench's score.py")
    ap.add_argument("--out", required=True)
    args = ap.parse_args()
    args.cache = args.cache or str(pathlib.Path(args.out) / ".cache")
    pathlib.Path(args.out).mkdir(parents=True, exist_ok=True)
    Material(args.sources, args.split, args.cache, args.fold).warm()
    numbers = range(args.first, args.first + args.calls)
    if args.jobs == 1:
        return share(args, numbers)
    with concurrent.futures.ProcessPoolExecutor(args.jobs) as pool:
        list(pool.map(share, [args] * args.jobs, [numbers[k::args.jobs] for k in range(args.jobs)]))


if __name__ == "__main__":
    main()
