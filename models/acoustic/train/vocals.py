# SPDX-License-Identifier: GPL-3.0-or-later
"""Singing: formant synthesis, real speech forced onto a melody, and speech set to a beat."""
import numpy as np
from scipy import signal

from compose import Score, drums, melody, mixed, plan
from dsp import RATE, add, at_level, compressed, faded, filtered, istft, ratio, reverberated, speeded, stft
from sources import Voice

VOWELS = ((730, 1090, 2440), (530, 1840, 2480), (270, 2290, 3010), (570, 840, 2410), (300, 870, 2240),
          (440, 1020, 2240), (490, 1350, 1690), (640, 1190, 2390), (660, 1720, 2410))   # Peterson and Barney, men
BACKINGS = ("band", "band", "duo", "pads", "solo", "arpeggio", "rock", "sparse")


class Singer:
    def __init__(self, rng):
        self.rng = rng
        self.tract = rng.uniform(0.92, 1.28)
        self.vibrato, self.rate = rng.uniform(0.002, 0.018), rng.uniform(4.8, 6.6)
        self.slope, self.breath = rng.uniform(0.7, 1.5), rng.uniform(0.001, 0.02)
        self.bands = rng.uniform(60, 110), rng.uniform(80, 140), rng.uniform(120, 200)

    def colour(self, f, vowel):
        """Amplitude of a harmonic at f under a vowel's formants."""
        peaks = zip(np.array(VOWELS[vowel]) * self.tract, self.bands, (1, 0.6, 0.35))
        return sum(a / (1 + ((f - c) / b) ** 2) for c, b, a in peaks) + 0.01

    def note(self, pitch, seconds):
        """A syllable: perhaps a consonant, then one vowel going over into another."""
        rng, t = self.rng, np.arange(int((seconds + 0.05) * RATE)) / RATE
        f0 = 440 * 2 ** ((pitch - 69) / 12)
        scoop = 1 - rng.choice([0, 0.03, 0.06]) * np.exp(-t / 0.05)
        swing = 1 + self.vibrato * np.minimum(1, t / 0.35) * np.sin(2 * np.pi * self.rate * t)
        phase = (2 * np.pi * np.cumsum(f0 * scoop * swing) / RATE).astype("float32")
        one, two, mix = rng.integers(len(VOWELS)), rng.integers(len(VOWELS)), np.minimum(1, t / max(seconds, .1))
        x = np.zeros(len(t), "float32")
        for k in range(1, max(2, int(3800 / f0))):
            amp = self.colour(k * f0, one) * (1 - mix) + self.colour(k * f0, two) * mix
            x += (k ** -self.slope * amp).astype("float32") * np.sin(np.float32(k) * phase)
        x += self.breath * filtered(rng.standard_normal(len(t)), "highpass", 1200)
        x = faded(x, rng.uniform(0.02, 0.08), 0.06)
        return np.concatenate([self.consonant(), x]) if rng.random() < 0.7 else x

    def consonant(self):
        rng, n = self.rng, int(self.rng.uniform(0.03, 0.14) * RATE)
        low = rng.uniform(400, 2800)
        hiss = filtered(rng.standard_normal(n), "bandpass", low, low + rng.uniform(500, 1500))
        gap = np.zeros(int(rng.choice([0, 0.03]) * RATE))
        return np.concatenate([gap, faded(hiss, 0.01)]).astype("float32") * np.float32(rng.uniform(0.1, 0.8))


def formant_song(rng, score):
    """A melody sung on made-up syllables."""
    singer, out = Singer(rng), np.zeros(int((score.seconds + 1) * RATE), "float32")
    shift = int(rng.choice([-12, 0, 0, 0, 12]))
    for beat, length, pitch, velocity in melody(score, rng, rng.uniform(0.1, 0.3)):
        add(out, score.time(beat), singer.note(pitch + shift, length * score.beat * 0.95) * np.float32(velocity))
    return out


def melody_pitch(score, notes, n, hop, shift):
    """Fundamental in Hz every hop samples: held through rests, gliding from note to note."""
    curve = np.full(n, np.nan)
    for beat, length, pitch, _ in sorted(notes):
        a = int(score.time(beat) * RATE / hop)
        curve[a:] = 440 * 2 ** ((pitch + shift - 69) / 12)
    first = curve[np.isfinite(curve)][:1]
    curve[np.isnan(curve)] = first[0] if len(first) else 220.0
    return np.maximum(signal.lfilter([0.12], [1, -0.88], curve - curve[0]) + curve[0], 60)


def sung_speech(rng, material, score):
    """Real words sung: their spectral envelope, drawn out in time, on a carrier that has the melody."""
    hop, n = 64, int(score.seconds * RATE)
    voice, slow, words = Voice(rng, material), rng.uniform(1.0, 2.4), []
    while sum(map(len, words)) < n / slow:
        words += [voice.say(1.5, 8.0), np.zeros(int(rng.uniform(0.05, 0.8) * RATE), "float32")]
    spec = np.abs(stft(np.concatenate(words)))
    spec = spec[np.minimum((np.arange(n // hop) / slow).astype(int), len(spec) - 1)]
    envelope = np.sqrt(signal.oaconvolve(spec ** 2, np.ones((1, 7)) / 7, mode="same", axes=1).clip(1e-12))
    f0 = melody_pitch(score, melody(score, rng, 0.1), n // hop, hop, int(rng.choice([-12, 0, 0, 12])))
    f0 = np.repeat(f0 * (1 + rng.uniform(0, 0.012) * np.sin(np.arange(n // hop) * hop / RATE * 2 * np.pi * 5.5)), hop)
    phase = np.cumsum(f0) / RATE
    buzz = stft((phase % 1 - 0.5).astype("float32"))[:n // hop]
    hiss = stft(rng.standard_normal(len(phase)).astype("float32"))[:n // hop]
    broad = lambda p: signal.oaconvolve(p, np.ones((1, 15)) / 15, mode="same", axes=1)
    flat = lambda s: s / np.sqrt(broad(np.abs(s) ** 2).clip(1e-9))
    high = envelope[:, 64:].mean(axis=1) / (envelope[:, :40].mean(axis=1) + 1e-9)
    voiced = (1 / (1 + (high / 0.8) ** 4))[:, None]
    return istft(envelope * (flat(buzz) * voiced + 0.6 * flat(hiss) * (1 - voiced)), n)


def spoken_to_beat(rng, material, score):
    """Speech cut so that each phrase begins on a beat."""
    voice, out, beat = Voice(rng, material), np.zeros(int(score.seconds * RATE), "float32"), 0.0
    quick = rng.uniform(1.0, 1.25)
    while beat < score.bars * score.metre:
        said = speeded(voice.say(0.3, 2.5), quick)
        add(out, score.time(beat), said)
        beat += np.ceil(len(said) / RATE / score.beat * 2) / 2 + rng.choice([0, 0, 0.5, 1])
    return out


def song(rng, material, seconds):
    """(samples at unit power, what) of vocals over an accompaniment, or, rarely, alone."""
    score = Score(rng, seconds)
    kind = str(rng.choice(["formant", "sung", "beat", "choir"], p=[.38, .45, .07, .10]))
    if kind == "beat":
        voice, backing = spoken_to_beat(rng, material, score), [(drums(score, rng), 0.0)]
    elif kind == "choir":
        voice = sum(formant_song(np.random.default_rng(s), score) for s in rng.integers(1 << 30, size=3))
        backing = plan(rng, "pads", score)
    else:
        voice = formant_song(rng, score) if kind == "formant" else sung_speech(rng, material, score)
        backing = plan(rng, str(rng.choice(BACKINGS)), score)
    gain = rng.uniform(-4, 6) if kind != "beat" else rng.uniform(-6, 2)
    if rng.random() < 0.1 and kind != "beat":
        gain = 25.0                                          # all but unaccompanied
    x = mixed(rng, backing, int(score.seconds * RATE))
    voice = reverberated(rng, voice[:len(x)], rng.uniform(0.2, 1.5), rng.uniform(-18, -6))
    x = at_level(x, 0.0)
    x[:len(voice)] += at_level(voice, gain)
    return at_level(compressed(x, 0.2, rng.uniform(0, 0.8)), 0.0), f"song-{kind}"
