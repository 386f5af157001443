# SPDX-License-Identifier: GPL-3.0-or-later
"""Synthetic instruments. A patch is a random member of a family; play() makes one note of it."""
import numpy as np
from scipy import signal

from dsp import RATE, coloured, filtered

NYQUIST = 3900.0


class Patch:
    """Harmonic or inharmonic partials under an envelope, a plucked string, or frequency modulation."""

    def __init__(self, rng, family):
        self.rng, self.family, self.kept = rng, family, {}
        self.spec = FAMILIES[family](rng)

    def play(self, pitch, seconds):
        """A note at unit velocity; a pitch and length heard before is not made again."""
        key = (round(pitch * 20), round(seconds * 25))
        if key not in self.kept:
            make = self.spec.get("make", partials)
            x = make(self.rng, 440 * 2 ** ((pitch - 69) / 12), max(0.05, seconds), self.spec)
            self.kept[key] = x.astype("float32")
        return self.kept[key]


def envelope(n, held, s):
    """Attack, slow decay while held, release; the note goes on for the release after its length."""
    t = np.arange(n) / RATE
    rise = np.minimum(1, t / max(s["attack"], 1e-4))
    return rise * np.minimum(1, np.exp(-(t - held) / s["release"]))


def note_time(seconds, s):
    tail = min(s["release"] * 4, s.get("ring", 3.0))
    return np.arange(int((seconds + tail) * RATE)) / RATE


def vibrato(rng, t, f0, s):
    """Phase of a fundamental that may swing after its onset."""
    depth = s.get("vibrato", 0.0) * np.minimum(1, t / 0.4)
    swing = depth * np.sin(2 * np.pi * s.get("vibrato_hz", 5.5) * t + rng.uniform(0, 6))
    return 2 * np.pi * np.cumsum(f0 * (1 + swing)) / RATE


def partials(rng, f0, seconds, s):
    t = note_time(seconds, s)
    phase = vibrato(rng, t, f0, s).astype("float32")
    out = np.zeros(len(t), "float32")
    for detune in s.get("copies", (1.0,)):
        for k, (r, amp, decay) in enumerate(s["partials"]):
            r = r * np.sqrt(1 + s.get("stiffness", 0) * r * r)
            if r * f0 < NYQUIST:
                x = amp * np.sin(phase * np.float32(r * detune) + np.float32(rng.uniform(0, 6.28)))
                out += x * np.exp(-decay * t).astype("float32") if decay else x
    if s.get("breath"):
        out += s["breath"] * filtered(coloured(rng, len(t), 0), "bandpass", min(f0 * 0.8, 3000), f0 * 3)
    if s.get("tremolo"):
        out *= 1 + s["tremolo"] * np.sin(2 * np.pi * s["tremolo_hz"] * t)
    return out * envelope(len(t), seconds, s)


def plucked(rng, f0, seconds, s):
    """Karplus-Strong: a burst of noise running round a string that damps it."""
    t = note_time(seconds, s)
    period = RATE / min(f0, 1500) - 0.5
    whole = int(period)
    frac = period - whole
    a = np.zeros(whole + 3)
    a[0] = 1
    keep = s["keep"] ** (220 / max(f0, 60))
    a[whole:whole + 3] -= keep * np.convolve([1 - frac, frac], [s["bright"], 1 - s["bright"]])
    burst = np.zeros(len(t))
    burst[:whole] = rng.uniform(-1, 1, min(whole, len(t)))
    return signal.lfilter([1], a, burst) * envelope(len(t), seconds, s)


def modulated(rng, f0, seconds, s):
    """Two-operator frequency modulation: electric pianos, bells, brass of the eighties."""
    t = note_time(seconds, s)
    index = s["index"] * np.exp(-s["index_decay"] * t)
    carrier = 2 * np.pi * f0 * t + index * np.sin(2 * np.pi * f0 * s["ratio"] * t)
    return np.sin(carrier) * np.exp(-s["decay"] * t) * envelope(len(t), seconds, s)


def shaped(rng, f0, seconds, s):
    """Square, pulse and triangle waves of old chips, aliasing included."""
    t = note_time(seconds, s)
    p = (vibrato(rng, t, f0, s) / (2 * np.pi)) % 1
    x = np.where(p < s["duty"], 1.0, -1.0) if s["wave"] == "pulse" else 4 * np.abs(p - 0.5) - 1
    return x * np.exp(-s["decay"] * t) * envelope(len(t), seconds, s)


def series(rng, count, slope, decay=0.0, decay_rise=0.0, odd=1.0, even=1.0):
    """Harmonics with amplitudes falling by a power, each a little off it."""
    rows = []
    for k in range(1, count + 1):
        amp = k ** -slope * (odd if k % 2 else even) * rng.lognormal(0, 0.35)
        rows.append((float(k), amp, decay + decay_rise * (k - 1)))
    return rows


def piano(rng):
    d = rng.uniform(0.5, 2.5)
    return dict(partials=series(rng, 10, rng.uniform(0.9, 1.7), d, d * rng.uniform(0.2, 0.6)), stiffness=3e-4,
                attack=0.003, release=rng.uniform(0.05, 0.5), copies=(1.0, 1 + rng.uniform(0, 0.001)))


def organ(rng):
    bars = [(0.5, .5), (1, 1), (1.5, .4), (2, .8), (3, .6), (4, .6), (5, .25), (6, .3), (8, .3)]
    return dict(partials=[(r, a * rng.uniform(0, 1), 0) for r, a in bars], attack=rng.uniform(0.005, 0.05),
                release=0.06, tremolo=rng.choice([0, 0, 0.15]), tremolo_hz=rng.uniform(5, 7))


def strings(rng):
    spread = rng.uniform(0.001, 0.006)
    return dict(partials=series(rng, 12, rng.uniform(0.8, 1.3)), attack=rng.uniform(0.06, 0.5), release=0.25,
                copies=(1 - spread, 1 + spread * 0.7), vibrato=0.003, vibrato_hz=rng.uniform(4.5, 6.5))


def brass(rng):
    return dict(partials=series(rng, 14, rng.uniform(0.5, 1.0)), attack=rng.uniform(0.02, 0.09), release=0.08,
                vibrato=rng.uniform(0, 0.008), vibrato_hz=rng.uniform(4.5, 6))


def sax(rng):
    return dict(partials=series(rng, 12, rng.uniform(0.6, 1.0), odd=1.3), attack=0.03, release=0.1,
                breath=rng.uniform(0.02, 0.15), vibrato=rng.uniform(0.003, 0.012), vibrato_hz=rng.uniform(4.5, 6))


def flute(rng):
    return dict(partials=series(rng, 5, rng.uniform(1.5, 2.6)), attack=rng.uniform(0.03, 0.12), release=0.1,
                breath=rng.uniform(0.02, 0.25), vibrato=0.004, tremolo=0.12, tremolo_hz=rng.uniform(4.5, 6))


def clarinet(rng):
    return dict(partials=series(rng, 11, 1.0, even=0.1), attack=0.03, release=0.08, vibrato=rng.uniform(0, 0.004))


def synth(rng):
    spread = rng.uniform(0.002, 0.012)
    return dict(partials=series(rng, 10, rng.uniform(0.7, 1.6), even=rng.choice([0.05, 1.0])),
                copies=(1 - spread, 1.0, 1 + spread), attack=rng.choice([0.005, 0.05, 0.4]),
                release=rng.uniform(0.05, 0.6))


def pad(rng):
    return dict(partials=series(rng, 6, rng.uniform(1.2, 2.2)), copies=(1 - rng.uniform(0, 0.006), 1.0),
                attack=rng.uniform(0.3, 1.5), release=rng.uniform(0.3, 1.2), ring=2.5)


def bell(rng):
    d = rng.uniform(0.5, 2.5)
    rows = [(0.5, .6), (1, 1), (1.19, .7), (1.5, .4), (2, .9), (2.52, .3), (2.67, .3), (3.01, .3), (4.1, .2)]
    return dict(partials=[(r * rng.uniform(.99, 1.01), a * rng.uniform(.2, 1), d * (0.5 + 0.4 * r)) for r, a in rows],
                attack=0.002, release=rng.uniform(0.3, 1.0), ring=3.0)


def marimba(rng):
    d = rng.uniform(5, 11)
    return dict(partials=[(1, 1, d), (rng.uniform(3.8, 4.1), .4, 2.5 * d), (rng.uniform(9, 10), .15, 5 * d)],
                attack=0.002, release=0.3)


def music_box(rng):
    d = rng.uniform(2, 5)
    return dict(partials=[(1, 1, d), (2, .2, d), (rng.uniform(4, 6.3), .4, 3 * d)], attack=0.001, release=0.6)


def chorus(rng):
    """Voices on a vowel, as synthesizers have them: harmonics under two or three formants."""
    formants = [(rng.uniform(350, 850), 1.0), (rng.uniform(900, 2200), 0.5), (rng.uniform(2400, 3000), 0.2)]
    amps = [(k, sum(a * np.exp(-((k * 220 - f) / 180) ** 2) for f, a in formants) + 0.02 / k) for k in range(1, 16)]
    return dict(partials=[(float(k), float(a), 0) for k, a in amps], copies=(0.996, 1.0, 1.005), attack=0.15,
                release=0.3, vibrato=0.006, vibrato_hz=rng.uniform(4.8, 6))


def guitar(rng):
    return dict(make=plucked, keep=rng.uniform(0.985, 0.9985), bright=rng.uniform(0.5, 0.9), attack=0.001,
                release=rng.uniform(0.05, 0.4))


def electric(rng):
    return dict(make=modulated, ratio=rng.choice([1.0, 2.0, 3.0, 7.0, 14.0]), index=rng.uniform(0.5, 3),
                index_decay=rng.uniform(1, 8), decay=rng.uniform(0.4, 2), attack=0.003, release=0.15)


def fm_bell(rng):
    return dict(make=modulated, ratio=rng.choice([1.4, 1.41, 2.76, 3.5]), index=rng.uniform(1, 5), index_decay=2.0,
                decay=rng.uniform(0.8, 3), attack=0.002, release=0.8)


def fm_brass(rng):
    return dict(make=modulated, ratio=1.0, index=rng.uniform(2, 5), index_decay=rng.uniform(0, 1.5), decay=0.1,
                attack=rng.uniform(0.02, 0.08), release=0.08)


def chip(rng):
    return dict(make=shaped, wave=rng.choice(["pulse", "pulse", "triangle"]), duty=rng.choice([.125, .25, .5]),
                decay=rng.choice([0.0, 2.0, 6.0]), attack=0.001, release=0.02, vibrato=rng.choice([0, 0.005]))


def bass(rng):
    return dict(partials=series(rng, 8, rng.uniform(0.8, 1.6), rng.uniform(0.5, 3), 0.5), attack=0.006, release=0.05)


FAMILIES = {f.__name__: f for f in (piano, organ, strings, brass, sax, flute, clarinet, synth, pad, bell, marimba,
                                    music_box, chorus, guitar, electric, fm_bell, fm_brass, chip, bass)}
STRUCK = ("piano", "guitar", "electric", "marimba", "music_box", "bell", "fm_bell", "chip")
HELD = ("strings", "organ", "pad", "chorus", "synth", "brass", "fm_brass")
LEAD = ("piano", "sax", "flute", "clarinet", "brass", "strings", "synth", "electric", "guitar", "bell", "marimba",
        "music_box", "chip", "organ", "fm_brass")


def drum(rng, kind):
    """One stroke of a random drum of its kind."""
    n = int(RATE * {"kick": .25, "snare": .2, "hat": .07, "open": .35, "tom": .3, "clap": .2, "shaker": .09,
                    "block": .08, "tick": .03, "crash": 1.2}[kind] * rng.uniform(0.7, 1.4))
    t = np.arange(n) / RATE
    noise = rng.standard_normal(n)
    if kind in ("kick", "tom"):
        f = rng.uniform(45, 70) if kind == "kick" else rng.uniform(80, 220)
        sweep = f * t + rng.uniform(0.5, 2) * (1 - np.exp(-t * 40))
        x = np.sin(2 * np.pi * sweep) * np.exp(-t * rng.uniform(8, 20)) + 0.3 * noise * np.exp(-t * 300)
    elif kind == "snare":
        body = np.sin(2 * np.pi * rng.uniform(160, 280) * t) * np.exp(-t * 25)
        x = 0.6 * body + noise * np.exp(-t * rng.uniform(15, 35))
    elif kind == "clap":
        hits = sum(np.where(t >= d, np.exp(-(t - d) * 60), 0) for d in (0, 0.012, 0.025))
        x = filtered(noise, "bandpass", 900, 3000) * hits
    elif kind in ("block", "tick"):
        x = np.sin(2 * np.pi * rng.uniform(600, 2600) * t) * np.exp(-t * rng.uniform(50, 150))
    else:
        damping = {"hat": 60, "open": 10, "crash": 4}.get(kind, 50)
        x = filtered(noise, "highpass", rng.uniform(1500, 2800)) * np.exp(-t * damping)
    return (x / (np.abs(x).max() + 1e-9)).astype("float32")
