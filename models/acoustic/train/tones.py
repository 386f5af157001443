# SPDX-License-Identifier: GPL-3.0-or-later
"""Signalling tones as telephone networks send them (ITU-T E.180, Q.23, Q.35, T.30), by country."""
import numpy as np

from dsp import RATE, ratio

# (frequencies or (carrier, modulation), [(on, off), ...]); a tuple ("am", f, m) is f modulated by m.
RING = {"cn": ((450,), [(1, 4)]), "us": ((440, 480), [(2, 4)]), "uk": ((400, 450), [(.4, .2), (.4, 2)]),
        "de": ((425,), [(1, 4)]), "fr": ((440,), [(1.5, 3.5)]), "jp": (("am", 400, 15), [(1, 2)]),
        "ru": ((425,), [(1, 4)]), "au": ((413, 438), [(.4, .2), (.4, 2)]), "it": ((425,), [(1, 4)]),
        "es": ((425,), [(1.5, 3)]), "hk": ((440, 480), [(.4, .2), (.4, 3)]), "nl": ((425,), [(1, 4)]),
        "in": (("am", 400, 25), [(.4, .2), (.4, 2)]), "se": ((425,), [(1, 5)]), "pbx": ((440, 480), [(1, 3)])}
BUSY = {"cn": ((450,), [(.35, .35)]), "us": ((480, 620), [(.5, .5)]), "uk": ((400,), [(.375, .375)]),
        "de": ((425,), [(.48, .48)]), "fr": ((440,), [(.5, .5)]), "jp": ((400,), [(.5, .5)]),
        "ru": ((425,), [(.35, .35)]), "au": ((425,), [(.375, .375)]), "in": ((400,), [(.75, .75)])}
CONGESTION = {"cn": ((450,), [(.7, .7)]), "us": ((480, 620), [(.25, .25)]), "de": ((425,), [(.24, .24)]),
              "uk": ((400,), [(.4, .35), (.225, .525)]), "fr": ((440,), [(.25, .25)]),
              "ru": ((425,), [(.175, .175)]), "cn-none": ((450,), [(.1, .1), (.1, .1), (.1, .1), (.4, .4)])}
DIAL = [(450,), (350, 440), (425,), (440,), (400,), (330, 440), (413, 438)]
WAITING = [((450,), [(.4, 4)]), ((440,), [(.3, 10)]), ((400,), [(.1, 4)]), ((425,), [(.2, .2), (.2, 5)]),
           (("am", 400, 16), [(.5, 8)]), ((425,), [(.2, 5)]), ((425,), [(.2, .2), (.2, 4.4)])]
NOTICE = [(950, .4, 10), (1400, .5, 15), (1400, .5, 60), (1400, .08, 15), (1400, .4, 15), (425, .36, 15)]
KEYS = "123456789*0#ABCD"


def sine(parts, seconds, db, ramp_s=0.004):
    """A steady mix of tones at a level; parts as in the plans above."""
    t = np.arange(int(seconds * RATE)) / RATE
    if parts[0] == "am":
        x = np.sin(2 * np.pi * parts[1] * t) * (0.55 + 0.45 * np.sin(2 * np.pi * parts[2] * t))
    else:
        x = sum(np.sin(2 * np.pi * f * t + k) for k, f in enumerate(parts)) / np.sqrt(len(parts))
    ramp = np.minimum(1, np.minimum(t, t[::-1]) / ramp_s) if len(t) else t
    return (x * ramp * np.sqrt(2) * ratio(db)).astype("float32")


def detuned(rng, parts, share=0.006):
    """Real exchanges are a little off, all parts alike."""
    off = 1 + rng.uniform(-share, share)
    return tuple(p * off if isinstance(p, (int, float)) else p for p in parts)


def cadence(rng, plan, cycles, db):
    """[(start, sound)] of a cadenced tone from time 0."""
    parts, beats = detuned(rng, plan[0]), plan[1]
    stretch, out, at = rng.uniform(0.97, 1.03), [], 0.0
    for _ in range(cycles):
        for on, off in beats:
            out.append((at, sine(parts, on * stretch, db)))
            at += (on + off) * stretch
    return out


def dtmf(rng, digits, db):
    """[(start, sound)] of a run of keys, with one dialler's timing, twist and level."""
    low, high = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
    on, off, twist = rng.uniform(0.05, 0.25), rng.uniform(0.05, 0.3), rng.uniform(-4, 8)
    steady, out, at = rng.random() < 0.6, [], 0.0         # a machine dials evenly, a thumb does not
    off_tune = 1 + rng.uniform(-0.012, 0.012)
    for digit in digits:
        k = KEYS.index(digit)
        row, col = (k // 3, k % 3) if k < 12 else (k - 12, 3)
        length = on * (1 if steady else rng.uniform(0.7, 1.8))
        a = sine((low[row] * off_tune,), length, db - twist / 2)
        out.append((at, a + sine((high[col] * off_tune,), length, db + twist / 2)))
        at += length + off * (1 if steady else rng.uniform(0.7, 3))
    return out


def special(rng, db):
    """[(start, sound)] of special information tones, ITU or North American."""
    if rng.random() < 0.5:
        plan = [(f + rng.uniform(-30, 30), 0.33) for f in (950, 1400, 1800)]
    else:
        plan = [(rng.choice([913.8, 985.2]), rng.choice([.274, .38])),
                (rng.choice([1370.6, 1428.5]), rng.choice([.274, .38])), (1776.7, .38)]
    out, at = [], 0.0
    for f, seconds in plan:
        out.append((at, sine((float(f),), float(seconds), db)))
        at += float(seconds) + rng.uniform(0, 0.03)
    return out


def fax(rng, db):
    """[(start, sound)]: calling tones, or the answer with or without reversals and modulation."""
    if rng.random() < 0.5:
        f = 1100 + rng.uniform(-30, 30)
        return [(3.5 * k, sine((f,), 0.5, db)) for k in range(rng.integers(1, 6))]
    x = sine((2100 + rng.uniform(-12, 12),), rng.uniform(2.6, 4), db)
    t = np.arange(len(x)) / RATE
    if rng.random() < 0.5:
        x *= np.where((t / 0.45).astype(int) % 2, -1, 1)
    if rng.random() < 0.5:
        x *= 1 + 0.2 * np.sin(2 * np.pi * 15 * t)
    return [(0.0, x.astype("float32"))]


def call_waiting(rng, db):
    return cadence(rng, WAITING[rng.integers(len(WAITING))], int(rng.integers(1, 4)), db)


def notices(rng, seconds, db):
    """[(start, sound)] over a whole call: the periodic beep that says that it is recorded."""
    f, on, period = NOTICE[rng.integers(len(NOTICE))]
    f *= 1 + rng.uniform(-0.01, 0.01)
    times = np.arange(rng.uniform(0.2, min(period, 8)), seconds - 1, period)
    return [(float(t), sine((f,), on, db)) for t in times]


def beeps(rng, seconds, db):
    """[(start, sound)] of a hold that only beeps now and then: one, two or three pips, a chirp, a soft gong."""
    f, on = float(rng.choice([350, 425, 440, 480, 620, 800, 950, 1000, 1200, 1400, 1600])), rng.uniform(0.08, 0.6)
    pips, every = int(rng.choice([1, 1, 2, 3])), rng.uniform(3.5, min(25, max(4, seconds / 2.5)))
    parts = detuned(rng, (f,) if rng.random() < 0.8 else (f, f * rng.uniform(1.1, 1.6)), 0.03)
    out, at = [], rng.uniform(0.3, 3)
    while at < seconds - 1 - pips * on * 1.6:
        out += [(at + k * on * 1.6, sine(parts, on, db, rng.choice([0.003, 0.02]))) for k in range(pips)]
        at += every
    return out
