# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold music of any length: recorded, composed or sung, then treated as exchanges treat it."""
import numpy as np

import codecs8k
from compose import piece
from dsp import (HOP, RATE, at_level, compressed, faded, filtered, frame_db, level_db, ratio, reverberated, runs,
                 speeded, suppressed, tilted)
from vocals import song

KINDS = ("recorded", "composed", "song", "recorded+voice")


def recorded(rng, material, seconds):
    """A stretch of a recording, one of its channels or their sum or difference, faster or slower."""
    path = material.pick(rng, "music")
    factor = rng.uniform(0.75, 1.25) if rng.random() < 0.7 else 1.0
    x = material.stretch(rng, path, min(seconds, 100) * factor)
    if x.shape[1] == 2:
        side = x[:, 0] - x[:, 1]
        choice = rng.choice(["sum", "sum", "left", "right", "side"])
        hollow = choice == "side" and level_db(side) > level_db(x[:, 0]) - 18
        x = side if hollow else x.mean(axis=1) if choice in ("sum", "side") else x[:, int(choice == "right")]
    return speeded(x.reshape(-1).astype("float32"), factor), path.stem


def looped(rng, x, n):
    """x again and again up to n samples, with or without a gap or a seam at the joint."""
    if len(x) >= n:
        return x[:n]
    gap = int(RATE * (rng.choice([0, 0, 0, rng.uniform(0.02, 0.5), rng.uniform(0.5, 4)])))
    once = faded(x, rng.choice([0, 0.05, 1.5])) if gap else x
    return np.resize(np.concatenate([once, np.zeros(gap, "float32")]), n)


def chopped(rng, x):
    """Music through a voice activity detector that lets only its louder moments pass."""
    e = frame_db(x)
    on = np.repeat(e > np.percentile(e, rng.uniform(5, 35)), HOP)
    gain = np.convolve(on, np.ones(800) / 800, "same") > rng.uniform(0.05, 0.5)
    return (x[:len(gain)] * np.maximum(gain, rng.choice([0, 0.1]))).astype("float32")


def treated(rng, x):
    """What lies between a piece and the line: equalizer, room, compressor, a codec or two."""
    if rng.random() < 0.5:
        x = tilted(x, rng.normal(0, 5), rng.uniform(500, 2000))
    if rng.random() < 0.5:
        x = filtered(x, "bandpass", rng.uniform(80, 350), rng.uniform(2600, 3900), order=int(rng.choice([1, 2, 4])))
    if rng.random() < 0.1:
        x = reverberated(rng, x, rng.uniform(0.2, 1.0), rng.uniform(-12, 0))
    if rng.random() < 0.3:
        x = compressed(x, rng.uniform(0.02, 1.0), rng.uniform(0.4, 1.0))
    if rng.random() < 0.07:
        x = np.tanh(at_level(x, rng.uniform(-8, 6)))
    if rng.random() < 0.08:
        x = suppressed(x, rng.uniform(6, 20), rng.uniform(5, 40))     # telephones take held notes for noise
    if rng.random() < 0.05:
        x = chopped(rng, x)
    if rng.random() < 0.35:
        x = codecs8k.any_of(rng, at_level(x, rng.uniform(-36, -16)))
    return x


def bed(rng, material, seconds):
    """(hold music at 0 dB over its sounding part, what it is)."""
    n, kind = int(seconds * RATE), str(rng.choice(KINDS, p=[.42, .34, .20, .04]))
    part = rng.uniform(12, 40)
    if kind == "composed":
        x, _, style = piece(rng, min(part, seconds))
        what = f"composed-{style}"
    elif kind == "song":
        x, what = song(rng, material, min(part, seconds))
    else:
        x, what = recorded(rng, material, seconds if rng.random() < 0.7 else min(part, seconds))
        if kind == "recorded+voice":
            voice, _ = song(rng, material, len(x) / RATE)
            x, what = at_level(x, 0)[:len(voice)] + voice[:len(x)] * ratio(rng.uniform(-6, 3)), what + "+voice"
    x = treated(rng, looped(rng, x.astype("float32"), n))
    x = faded(x, rng.choice([0.005, 0.1, 2.0]), rng.choice([0.005, 0.05, 0.5]))
    loud = frame_db(x) > level_db(x) - 30
    sounding = np.repeat(loud, HOP)
    return (x * ratio(-level_db(x[:len(sounding)][sounding]) if loud.any() else 0)).astype("float32"), what


def spans(x, at, floor_db=-75.0):
    """Where music placed at a time is to be heard: pauses up to 1.2 s belong to it."""
    e = frame_db(x)
    smooth = 10 * np.log10(np.convolve(10 ** (e / 10), np.ones(5) / 5, "same") + 1e-12)
    heard = smooth > max(level_db(x) - 38, floor_db)
    return [[at + s, at + e] for s, e in runs(heard, 1.2, 0.1)]
