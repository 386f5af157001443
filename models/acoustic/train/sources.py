# SPDX-License-Identifier: GPL-3.0-or-later
"""Recorded material: which files there are, decoded once into a cache, and utterances cut out of it."""
import csv
import hashlib
import os
import pathlib

import numpy as np
import soundfile as sf
from scipy import signal

from dsp import (HOP, RATE, at_level, faded, filtered, frame_db, istft, level_db, ratio, runs, speeded, stft,
                 suppressed, tilted)

LONGEST_S = 150            # of any file that is decoded
VOICE_DB = -24.0           # active level of a party before its own gain


class Material:
    """The rows of one split: files by speaker, music and noise, all as 8 kHz arrays.

    `fold` (k, n): only every n-th speaker, piece and noise, from the k-th on, so that a network can be tried on
    what another fold's calls taught it nothing of.
    """

    def __init__(self, table, split, cache, fold=(0, 1)):
        self.cache = pathlib.Path(cache)
        self.cache.mkdir(parents=True, exist_ok=True)
        self.files = {"speech": {}, "music": {}, "noise": {}}
        root = pathlib.Path(table).resolve().parent
        with open(table, encoding="utf-8") as rows:
            for row in csv.DictReader(rows, delimiter="\t"):
                if row["split"] == split:
                    name = row["speaker"] if row["kind"] == "speech" else row["path"]
                    self.files[row["kind"]].setdefault(name, []).append(root / row["path"])
        self.names = {kind: sorted(rows)[fold[0]::fold[1]] for kind, rows in self.files.items()}
        self.speech = {path for paths in self.files["speech"].values() for path in paths}
        self.arrays, self.phrase_lists = {}, {}

    def audio(self, path):
        """Samples as a memory-mapped int16 array (frames, channels), decoded on first use."""
        if path not in self.arrays:
            key = hashlib.sha1(f"{path}:{path.stat().st_size}".encode()).hexdigest()[:20]
            kept = self.cache / f"{key}.npy"
            if not kept.exists():
                part = self.cache / f"{key}.{os.getpid()}.tmp.npy"      # jobs may race: rename is atomic
                np.save(part, decoded(path, path in self.speech))
                part.replace(kept)
            self.arrays[path] = np.load(kept, mmap_mode="r")
        return self.arrays[path]

    def warm(self):
        for kind, names in self.names.items():
            for name in names:
                for path in self.files[kind][name]:
                    self.audio(path)

    def mono(self, path):
        return as_float(np.asarray(self.audio(path))).mean(axis=1)

    def pick(self, rng, kind):
        return self.files[kind][self.names[kind][rng.integers(len(self.names[kind]))]][0]

    def phrases(self, path):
        """Where a recording can be cut: speech between pauses of a quarter of a second."""
        if path not in self.phrase_lists:
            self.phrase_lists[path] = runs(sounding(self.mono(path)), 0.25, 0.15)
        return self.phrase_lists[path]

    def stretch(self, rng, path, seconds):
        """seconds of a recording from a random point, from the start again where it ends."""
        x = self.audio(path)
        take = (np.arange(int(seconds * RATE)) + rng.integers(len(x))) % len(x)
        return as_float(x[take])


def decoded(path, speech):
    with sf.SoundFile(path) as f:
        x, rate = f.read(f.samplerate * LONGEST_S, dtype="float32", always_2d=True), f.samplerate
    x = x[:, :2]
    if rate != RATE:
        common = np.gcd(rate, RATE)
        x = signal.resample_poly(x, RATE // common, rate // common, axis=0)
    x = signal.sosfiltfilt(signal.butter(2, 50, "highpass", fs=RATE, output="sos"), x, axis=0)
    if x.shape[1] == 2 and level_db(x[:, 0] - x[:, 1]) < level_db(x[:, 0]) - 40:
        x = x[:, :1]                       # two equal channels: one will do
    if speech:
        x = cleaned(x.mean(axis=1).astype("float32"))[:, None]
    return np.round(x * (32000 / max(1e-4, np.abs(x).max()))).astype("int16")


def cleaned(x):
    """Speech whose pauses stand out: a noisy recording would be labelled as one unbroken utterance."""
    noisy = len(x) > 6 * RATE and np.percentile(frame_db(x), 5) > active_level(x) - 40
    return suppressed(x, 18, share=6) if noisy else x


def as_float(x):
    return x.astype("float32") / 32768


def sounding(x):
    """10 ms frames that stand out of a clean recording: within 35 dB of its loud frames."""
    e = frame_db(x)
    return e > max(np.percentile(e, 95) - 35, -70) if len(e) else np.zeros(0, bool)


def active_level(x):
    """Level in dBFS over the sounding frames, as the labels hear it: from 120 Hz up."""
    x = filtered(x, "highpass", 120, order=4)
    on = np.repeat(sounding(x), HOP)
    return level_db(x[:len(on)][on]) if on.any() else level_db(x)


class Voice:
    """One speaker as one party of one call: warped the same way in everything that he says."""

    def __init__(self, rng, material, speaker=None):
        self.rng, self.material = rng, material
        self.speaker = speaker or material.names["speech"][rng.integers(len(material.names["speech"]))]
        self.paths = material.files["speech"][self.speaker]
        self.factor = float(np.clip(rng.normal(1, 0.08), 0.85, 1.15)) if rng.random() < 0.6 else 1.0
        self.tilt = float(rng.normal(0, 3)) if rng.random() < 0.6 else 0.0
        self.whispers = rng.random() < 0.015

    def recording(self):
        """A file with speech in it, or None after too many without."""
        for _ in range(50):
            path = self.paths[self.rng.integers(len(self.paths))]
            if self.material.phrases(path):
                return path
        return None

    def cut(self, shortest, longest):
        """Whole phrases of one recording, about as long as wanted; the longest try if none is long enough."""
        best = np.zeros(RATE // 10, "float32")
        for _ in range(20):
            path = self.recording()
            if path is None:
                break
            phrases, want = self.material.phrases(path), self.rng.uniform(shortest, longest)
            first = last = int(self.rng.integers(len(phrases)))
            while last + 1 < len(phrases) and phrases[last + 1][1] - phrases[first][0] <= want:
                last += 1
            a, b = phrases[first][0] - 0.03, min(phrases[last][1] + 0.05, phrases[first][0] + longest)
            x = self.material.audio(path)[max(0, int(a * RATE)):int(b * RATE)]
            best = as_float(x).mean(axis=1) if len(x) > len(best) else best
            if len(best) >= shortest * RATE:
                break
        return best

    def say(self, shortest=0.4, longest=8.0):
        """An utterance at the party's level, a little louder or softer each time."""
        x = self.cut(shortest * self.factor, longest * self.factor)
        x = speeded(x, self.factor * self.rng.choice([0.975, 1, 1, 1.025]))[:int(longest * RATE)]
        x = tilted(x, self.tilt) if self.tilt else x
        x = whispered(self.rng, x) if self.whispers else x
        x = faded(x, 0.015, 0.03)
        return (x * ratio(VOICE_DB + self.rng.normal(0, 1.5) - active_level(x))).astype("float32")


def whispered(rng, x):
    """Speech without a voice: its spectral envelope on noise, lows taken away."""
    spec = stft(x)
    envelope = signal.oaconvolve(np.abs(spec), np.ones((1, 9)) / 9, mode="same", axes=1)
    phase = np.exp(2j * np.pi * rng.random(spec.shape))
    return filtered(istft(envelope * phase, len(x)), "highpass", 350)


def babble(rng, material, n, speakers):
    """Several people talking at once, none of them near."""
    x = np.zeros(n, "float32")
    for _ in range(speakers):
        voice, at = Voice(rng, material), -rng.uniform(0, 3)
        while at < n / RATE:
            said = voice.say(0.5, 8.0)
            at = max(at, 0.0)
            start = int(at * RATE)
            x[start:start + len(said)] += said[:n - start] * ratio(rng.uniform(-8, 0))
            at += len(said) / RATE + rng.exponential(0.8)
    return at_level(x, 0.0)
