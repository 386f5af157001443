# SPDX-License-Identifier: GPL-3.0-or-later
"""What surrounds a party: steady backgrounds at unit power and single sounds. None of it is ever labelled."""
import numpy as np

import music
from dsp import RATE, add, at_level, coloured, faded, filtered, ratio, reverberated, smooth_walk, speeded, tilted
from instruments import Patch
from sources import Voice, babble
from tones import sine

LOOP_S = 45                     # costly backgrounds are made this long and repeated


def tiled(rng, x, n):
    return np.resize(np.roll(x, -int(rng.integers(len(x)))), n).astype("float32")


# ---- backgrounds: (rng, material, n) -> unit power

def line(rng, material, n):
    return filtered(coloured(rng, n, 0), "lowpass", rng.uniform(1000, 3900), order=1)


def white(rng, material, n):
    return coloured(rng, n, 0)


def pink(rng, material, n):
    return coloured(rng, n, rng.uniform(0.7, 1.4))


def brown(rng, material, n):
    return coloured(rng, n, rng.uniform(1.6, 2.3)) + 0.05 * coloured(rng, n, 0)


def hum_of(rng, n, base, count, slope):
    """A mains or motor tone with harmonics, each its own strength, drifting together by a hair."""
    t, out = np.arange(n) / RATE, np.zeros(n, "float32")
    phase = (2 * np.pi * np.cumsum(base * (1 + smooth_walk(rng, n, 8, -4e-4, 4e-4))) / RATE)
    for k in range(1, count + 1):
        out += np.float32(k ** -slope * rng.lognormal(0, 0.8)) * np.sin(k * phase + rng.uniform(0, 6)).astype("float32")
    return at_level(out, 0)


def hum(rng, material, n):
    return hum_of(rng, n, rng.choice([50, 60, 100, 120]), 12, 0.8) + ratio(rng.uniform(-15, 0)) * coloured(rng, n, 0.5)


def fan(rng, material, n):
    air = filtered(coloured(rng, n, rng.uniform(0.5, 1.5)), "lowpass", rng.uniform(400, 2500), order=1)
    air *= 1 + rng.uniform(0, 0.3) * np.sin(2 * np.pi * rng.uniform(0.2, 12) * np.arange(n) / RATE)
    return at_level(air, 0) + ratio(rng.uniform(-25, -3)) * hum_of(rng, n, rng.uniform(45, 320), 8, 0.7)


def car(rng, material, n):
    road = coloured(rng, n, 2.0) * smooth_walk(rng, n, n // RATE // 4 + 2, 0.5, 1.5).astype("float32")
    revs = smooth_walk(rng, n, n // RATE // 6 + 2, 35, 110)
    phase = 2 * np.pi * np.cumsum(revs) / RATE
    engine = sum(np.sin(k * phase + rng.uniform(0, 6)) * k ** -0.8 for k in (1, 2, 3, 4, 6, 8))
    return at_level(road, 0) + at_level(engine, rng.uniform(-15, 0)) + 0.03 * coloured(rng, n, 0)


def wind(rng, material, n):
    gusts = np.exp(smooth_walk(rng, n, n // RATE + 2, -2.5, 1.5))
    return (coloured(rng, n, 2.2) * gusts).astype("float32") + 0.03 * coloured(rng, n, 0)


def rain(rng, material, n):
    steady, drops = filtered(coloured(rng, n, 0), "highpass", rng.uniform(500, 1800)), np.zeros(n, "float32")
    at = rng.integers(0, n, int(n / RATE * rng.uniform(5, 80)))
    drops[at] = rng.exponential(1, len(at))
    return at_level(steady, 0) + at_level(filtered(drops, "bandpass", 800, 3500), rng.uniform(-20, 0))


def street(rng, material, n):
    """A far rumble, and cars that come and go, brighter while near."""
    out, at = at_level(coloured(rng, n, 1.6), -8), 0.0
    while at < n / RATE:
        length = rng.uniform(3, 9)
        t = np.linspace(-1, 1, int(length * RATE))
        near = 1 / (1 + (t / rng.uniform(0.1, 0.3)) ** 2)
        x = coloured(rng, len(t), 1.3) * near + 0.5 * coloured(rng, len(t), 0.3) * near ** 3
        add(out, at, (x * rng.uniform(0.5, 3)).astype("float32"))
        at += rng.exponential(7)
    return out


def recorded(rng, material, n):
    factor = rng.uniform(0.8, 1.25)
    x = material.stretch(rng, material.pick(rng, "noise"), min(n / RATE, LOOP_S * 2) * factor).mean(axis=1)
    return tiled(rng, tilted(speeded(x, factor), rng.normal(0, 3)), n) + 1e-4 * coloured(rng, n, 0)


def party(rng, material, n):
    x = babble(rng, material, LOOP_S * RATE, int(rng.integers(3, 13)))
    return tiled(rng, reverberated(rng, x, rng.uniform(0.2, 1.2), rng.uniform(-10, 3)), n) + 0.1 * coloured(rng, n, 1)


def crowd(rng, material, n):
    """So many voices that only their common spectrum and swell is left."""
    x = filtered(coloured(rng, n, 0.6), "bandpass", 200, 1500)
    swell = np.exp(smooth_walk(rng, n, n // (RATE // 8) + 2, -0.7, 0.7))
    return (x * swell).astype("float32")


def television(rng, material, n):
    """One or two voices, or a song, out of a small loudspeaker across the room."""
    m = LOOP_S * RATE
    x = babble(rng, material, m, int(rng.integers(1, 3))) if rng.random() < 0.75 else np.zeros(m, "float32")
    if rng.random() < 0.5 or not x.any():
        x = x + music.bed(rng, material, LOOP_S)[0] * ratio(rng.uniform(-15, 0))
    x = filtered(x, "bandpass", rng.uniform(150, 500), rng.uniform(1800, 3800))
    return tiled(rng, reverberated(rng, x, rng.uniform(0.2, 0.8), rng.uniform(-6, 6)), n)


def radio(rng, material, n):
    """Music all along, or whatever a television brings."""
    if rng.random() < 0.4:
        return television(rng, material, n)
    x = music.bed(rng, material, min(n / RATE, LOOP_S * rng.integers(1, 4)))[0]
    if rng.random() < 0.6:
        x = filtered(x, "bandpass", rng.uniform(80, 500), rng.uniform(1800, 3800))
    if rng.random() < 0.5:
        x = reverberated(rng, x, rng.uniform(0.2, 0.8), rng.uniform(-12, 4))
    return tiled(rng, x, n)


def comfort(rng, material, n):
    """Comfort noise: a spectrum sent anew every so often, stepping between a few levels."""
    steps = np.repeat(rng.choice([0.7, 1.0, 1.4], n // 1600 + 1), 1600)[:n].astype("float32")
    return filtered(coloured(rng, n, 0), "bandpass", 200, rng.uniform(1500, 3500), order=1) * steps


def crackle(rng, material, n):
    pops = np.zeros(n, "float32")
    at = rng.integers(0, n, int(n / RATE * rng.uniform(1, 40)))
    pops[at] = rng.standard_normal(len(at)) ** 3
    return at_level(filtered(pops, "lowpass", 3000, order=1), 0) + 0.3 * coloured(rng, n, 0.5)


def gsm_buzz(rng, material, n):
    """217 Hz bursts of a radio frame, now and then, over faint noise."""
    frame = np.zeros(int(RATE / 216.8) + 1, "float32")
    frame[:5] = (1, -0.8, 0.6, -0.5, 0.3)
    on = smooth_walk(rng, n, n // (RATE * 2) + 2, -2, 1) > 0
    return at_level(np.resize(frame, n) * on + 1e-3 * rng.standard_normal(n), 0) + 0.2 * coloured(rng, n, 0.5)


BACKGROUNDS = {"line": (line, 6), "recorded": (recorded, 8), "white": (white, 1), "pink": (pink, 2),
               "brown": (brown, 2), "hum": (hum, 1.5), "fan": (fan, 2), "car": (car, 2), "wind": (wind, 1),
               "rain": (rain, 1), "street": (street, 2), "babble": (party, 3), "crowd": (crowd, 1.5),
               "television": (television, 2), "comfort": (comfort, 1.5), "crackle": (crackle, 1),
               "gsm": (gsm_buzz, 0.7)}


def background(rng, material, name, n):
    """A background at 0 dB, never exactly silent, its level wandering on some lines."""
    x = at_level(BACKGROUNDS[name][0](rng, material, n), 0)
    if rng.random() < 0.25:
        x = x * ratio(smooth_walk(rng, n, 6, -8, 4)).astype("float32")
    return (x + 0.03 * rng.standard_normal(n)).astype("float32")


# ---- single sounds: (rng) -> samples with a peak near 1

def click(rng):
    n = int(rng.uniform(0.004, 0.02) * RATE)
    x = rng.standard_normal(n) * np.exp(-np.arange(n) / n * rng.uniform(3, 8))
    return filtered(x, "bandpass", rng.uniform(300, 1200), rng.uniform(1800, 3900))


def typing(rng):
    """A run of key strokes: down and up, some harder, in bursts."""
    out, at, key = np.zeros(int(rng.uniform(1, 8) * RATE), "float32"), 0.0, [click(rng) for _ in range(4)]
    while at < len(out) / RATE:
        add(out, at, key[rng.integers(4)] * np.float32(rng.uniform(0.3, 1)))
        add(out, at + rng.uniform(0.05, 0.12), key[rng.integers(4)] * np.float32(0.3))
        at += rng.exponential(0.13) + 0.05 + (rng.uniform(0.3, 1.2) if rng.random() < 0.1 else 0)
    return out


def mouse(rng):
    return np.concatenate([click(rng), np.zeros(int(rng.uniform(0.06, 0.15) * RATE)), 0.6 * click(rng)])


def paper(rng):
    n = int(rng.uniform(0.3, 1.8) * RATE)
    grain = np.repeat(rng.exponential(1, n // 80 + 1) ** 2, 80)[:n]
    return faded(filtered(rng.standard_normal(n) * grain, "highpass", rng.uniform(600, 2000)), 0.05)


def breath(rng):
    n = int(rng.uniform(0.25, 1.2) * RATE)
    x = filtered(coloured(rng, n, rng.uniform(0, 1.5)), "bandpass", rng.uniform(150, 600), rng.uniform(1500, 3500))
    return faded(x, rng.uniform(0.08, 0.2))


def knock(rng):
    n, out = int(0.15 * RATE), []
    for _ in range(rng.integers(1, 5)):
        t = np.arange(n) / RATE
        hit = np.sin(2 * np.pi * rng.uniform(80, 300) * t) + 0.5 * filtered(rng.standard_normal(n), "lowpass", 900)
        out += [hit * np.exp(-t * rng.uniform(25, 60)), np.zeros(int(rng.uniform(0.05, 0.25) * RATE))]
    return np.concatenate(out)


def steps(rng):
    one, gap = knock(rng)[:int(0.12 * RATE)], rng.uniform(0.3, 0.6)
    out = np.zeros(int(rng.uniform(1.5, 6) * RATE), "float32")
    for k, at in enumerate(np.arange(0, len(out) / RATE, gap)):
        add(out, at + rng.normal(0, 0.02), one * np.float32(rng.uniform(0.4, 1)))
    return out


def dog(rng):
    """Barks: a short harsh sweep with formants, several in a row."""
    out, f0 = [], rng.uniform(180, 520)
    for _ in range(rng.integers(1, 6)):
        t = np.arange(int(rng.uniform(0.1, 0.22) * RATE)) / RATE
        f = f0 * (1 + 0.4 * np.sin(np.pi * t / t[-1]))
        x = np.tanh(4 * np.sin(2 * np.pi * np.cumsum(f) / RATE)) + 0.5 * rng.standard_normal(len(t))
        out += [faded(filtered(x, "bandpass", f0, f0 * 5), 0.02), np.zeros(int(rng.uniform(0.1, 0.6) * RATE))]
    return np.concatenate(out)


def baby(rng):
    """Cries: a second or so of rich, wavering pitch, breath between them."""
    out = []
    for _ in range(rng.integers(1, 5)):
        t = np.arange(int(rng.uniform(0.6, 1.6) * RATE)) / RATE
        f = rng.uniform(350, 550) * (1 + 0.2 * np.sin(np.pi * t / t[-1]) + 0.02 * np.sin(2 * np.pi * 6 * t))
        phase = 2 * np.pi * np.cumsum(f) / RATE
        x = sum(np.sin(k * phase) * a for k, a in zip(range(1, 7), rng.uniform(0.3, 1, 6)))
        out += [faded(x + 0.3 * rng.standard_normal(len(t)), 0.1), np.zeros(int(rng.uniform(0.2, 0.7) * RATE))]
    return np.concatenate(out)


def phone(rng):
    """Another telephone in the room: an old bell, a warble, or a short tune."""
    kind, out = rng.integers(3), []
    patch = Patch(rng, str(rng.choice(["marimba", "bell", "chip"])))
    tune = rng.integers(72, 92, rng.integers(3, 8))
    for _ in range(rng.integers(1, 4)):
        t = np.arange(RATE) / RATE
        if kind == 0:
            clapper = 1 + np.sign(np.sin(2 * np.pi * 20 * t))
            ring = sum(np.sin(2 * np.pi * f * t) for f in rng.uniform(900, 2900, 4)) * clapper
        elif kind == 1:
            ring = np.sin(2 * np.pi * np.cumsum(np.where((t * 25).astype(int) % 2, 1000, 1300)) / RATE)
        else:
            ring = np.concatenate([patch.play(float(p), 0.12)[:RATE // 7] for p in tune])
        out += [faded(ring, 0.01), np.zeros(int(rng.uniform(0.5, 2) * RATE))]
    return np.concatenate(out)


def dishes(rng):
    t = np.arange(int(rng.uniform(0.1, 0.5) * RATE)) / RATE
    return sum(np.sin(2 * np.pi * f * t) * np.exp(-t * rng.uniform(8, 40)) for f in rng.uniform(700, 3800, 5))


def rustle(rng):
    """A hand or cloth on the microphone: low, uneven, close."""
    n = int(rng.uniform(0.2, 1.5) * RATE)
    return faded(coloured(rng, n, 1.8) * np.exp(smooth_walk(rng, n, 12, -2, 1)), 0.03)


def horn(rng):
    return faded(sine((rng.uniform(300, 500), rng.uniform(380, 620)), rng.uniform(0.2, 1.2), -6), 0.02)


def thud(rng):
    """Something heavy: a door, a drawer, a chair, a fist on the table. Its body rings on, lows for longest."""
    t = np.arange(int(rng.uniform(0.25, 0.8) * RATE)) / RATE
    modes = np.exp(rng.uniform(np.log(60), np.log(rng.uniform(400, 1800)), rng.integers(3, 12)))
    ring = sum(rng.lognormal(0, 0.7) * np.sin(2 * np.pi * f * t + rng.uniform(0, 6)) * np.exp(-t * rng.uniform(6, 40))
               for f in modes)
    blow = filtered(rng.standard_normal(len(t)), "lowpass", rng.uniform(500, 3500), order=1)
    x = at_level(ring, 0) + at_level(blow * np.exp(-t * rng.uniform(25, 120)), rng.uniform(-12, 6))
    latch = int(rng.uniform(0.03, 0.2) * RATE) if rng.random() < 0.4 else 0      # what gives way before or after it
    return faded(x + np.float32(rng.uniform(0.2, 0.7)) * np.roll(x, latch) if latch else x, 0.002, 0.05)


def cough(rng):
    """One to four bursts of breath through a mouth, some with a voice in them."""
    out, formants = [], rng.uniform((350, 900, 2000), (800, 1800, 3200))
    for _ in range(rng.integers(1, 5)):
        t = np.arange(int(rng.uniform(0.08, 0.35) * RATE)) / RATE
        source = rng.standard_normal(len(t))
        if rng.random() < 0.4:
            source = source + 3 * np.abs(np.sin(np.pi * rng.uniform(90, 260) * t * (1 - 0.3 * t))) ** 8
        x = sum(filtered(source, "bandpass", f * 0.85, f * 1.15) * g for f, g in zip(formants, (1, 0.7, 0.4)))
        out += [faded(x * np.exp(-t * rng.uniform(4, 14)), 0.008, 0.04), np.zeros(int(rng.uniform(0.05, 0.3) * RATE))]
    return np.concatenate(out)


def creak(rng):
    """A chair or a hinge: rubbing that sticks and slips, faster or slower."""
    n = int(rng.uniform(0.2, 0.9) * RATE)
    phase = np.cumsum(np.exp(smooth_walk(rng, n, 5, np.log(40), np.log(500)))) / RATE
    slips = np.diff(np.floor(phase), prepend=0.0) * rng.uniform(0.3, 1, n)
    return faded(sum(filtered(slips, "bandpass", f * 0.9, f * 1.1) for f in rng.uniform(300, 3200, 3)), 0.03, 0.1)


SOUNDS = {"typing": (typing, 4), "mouse": (mouse, 3), "paper": (paper, 2), "breath": (breath, 5), "knock": (knock, 2),
          "steps": (steps, 1.5), "dog": (dog, 1), "baby": (baby, 1), "phone": (phone, 1), "dishes": (dishes, 1),
          "rustle": (rustle, 2), "click": (click, 3), "horn": (horn, 0.5)}


ROOM_SOUNDS = SOUNDS | {"thud": (thud, 6), "cough": (cough, 3), "creak": (creak, 2), "knock": (knock, 4)}


def in_room(rng, x):
    """A sound and what the room adds to it, until that has died away."""
    seconds = rng.uniform(0.15, 0.8)
    return reverberated(rng, np.concatenate([x, np.zeros(int(0.7 * seconds * RATE))]), seconds, rng.uniform(-10, 8))


def scattered(rng, n, per_minute, roomy):
    """Single sounds over a call, peaks at 0 dB and below; a party has only a few kinds of them."""
    sounds = ROOM_SOUNDS if roomy else SOUNDS
    out, names = np.zeros(n, "float32"), list(sounds)
    weights = np.array([sounds[s][1] for s in names], float)
    kinds = rng.choice(names, min(3, len(names)), replace=False, p=weights / weights.sum())
    for at in rng.uniform(0, n / RATE, rng.poisson(per_minute * n / RATE / 60)):
        x = np.asarray(sounds[str(rng.choice(kinds))][0](rng), "float32")
        x = in_room(rng, x) if roomy and rng.random() < 0.75 else x
        add(out, at, x * np.float32(ratio(rng.uniform(-15, 0)) / (np.abs(x).max() + 1e-6)))
    return out
