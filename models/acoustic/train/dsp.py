# SPDX-License-Identifier: GPL-3.0-or-later
"""Small signal tools shared by the training-call simulator; everything is mono float32 at RATE."""
import functools

import numpy as np
from scipy import signal

RATE = 8000
HOP = 80                                   # labels are made on a 10 ms grid


def level_db(x):
    """Mean power in dBFS."""
    return float(10 * np.log10(np.mean(np.square(x, dtype="float64")) + 1e-12)) if len(x) else -120.0


def ratio(db):
    return 10 ** (db / 20)


def at_level(x, db):
    return (x * ratio(db - level_db(x))).astype("float32")


def frame_db(x, hop=HOP):
    n = len(x) // hop
    return 10 * np.log10(np.mean(np.square(x[:n * hop].reshape(n, hop)), axis=1) + 1e-12)


def add(track, seconds, x):
    """Mixes x into the track from a time on; returns the end in seconds."""
    a = max(0, int(round(seconds * RATE)))
    b = min(len(track), a + len(x))
    if b > a:
        track[a:b] += x[:b - a]
    return max(a, b) / RATE


def faded(x, rise, fall=None):
    """x with raised-cosine ramps, in seconds, at both ends."""
    x = np.array(x, "float32")
    for seconds, end in ((rise, False), (rise if fall is None else fall, True)):
        n = min(int(seconds * RATE), len(x) // 2)
        ramp = (0.5 - 0.5 * np.cos(np.pi * np.arange(n) / max(n, 1))).astype("float32")
        if n and end:
            x[-n:] *= ramp[::-1]
        elif n:
            x[:n] *= ramp
    return x


def runs(mask, bridge=0.0, shortest=0.0, step=HOP / RATE):
    """True runs as [start, end] seconds: short gaps bridged first, then short runs dropped."""
    edge = np.flatnonzero(np.diff(np.concatenate([[0], np.asarray(mask, "int8"), [0]])))
    out = []
    for s, e in zip(edge[::2] * step, edge[1::2] * step):
        if out and s - out[-1][1] < bridge - 1e-9:
            out[-1][1] = float(e)
        else:
            out.append([float(s), float(e)])
    return [r for r in out if r[1] - r[0] >= shortest - 1e-9]


def grid(spans, n):
    """The spans as a boolean 10 ms grid of n frames."""
    out = np.zeros(n, bool)
    for s, e in spans:
        out[max(0, round(s * RATE / HOP)):max(0, round(e * RATE / HOP))] = True
    return out


@functools.lru_cache(256)
def _butter(order, edges, kind):
    return signal.butter(order, edges, kind, fs=RATE, output="sos")


def filtered(x, kind, *edges, order=2):
    """Butterworth low, high or band pass; edges in Hz."""
    edges = tuple(float(min(max(e, 20), 3950)) for e in edges)
    sos = _butter(order, edges if len(edges) > 1 else edges[0], kind)
    return signal.sosfilt(sos, x).astype("float32")


def tilted(x, db, corner=1000.0):
    """A first-order shelf: +db above the corner relative to below it."""
    g, w = ratio(db), 2 * np.pi * corner / RATE
    k = np.tan(w / 2)
    b, a = np.array([k + g, k - g]), np.array([k + 1, k - 1])
    return signal.lfilter(b / a[0], a / a[0], x).astype("float32")


def speeded(x, factor):
    """Played faster by factor, pitch and all, on a grid of 2.5 %."""
    down = max(1, int(round(factor * 40)))
    return x if down == 40 else signal.resample_poly(x, 40, down).astype("float32")


def smooth_walk(rng, n, knots, low, high):
    """A slowly wandering curve of n samples between low and high."""
    return np.interp(np.arange(n), np.linspace(0, n, max(2, knots)), rng.uniform(low, high, max(2, knots)))


def coloured(rng, n, exponent):
    """Noise whose power falls by frequency**-exponent, at unit power. 30 s are made, then joined to n."""
    m = min(n, 1 << 18)
    spec = np.fft.rfft(rng.standard_normal(m))
    f = np.maximum(np.fft.rfftfreq(m, 1 / RATE), 20)
    x = np.fft.irfft(spec * f ** (-exponent / 2), m)
    return (np.resize(x, n) / (np.std(x) + 1e-12)).astype("float32")


def reverberated(rng, x, seconds, wet_db):
    """A diffuse room: exponentially decaying noise after a short gap, mixed to the dry sound."""
    n = max(8, int(seconds * RATE))
    tail = rng.standard_normal(n) * np.exp(-6.9 * np.arange(n) / n)
    tail[:int(rng.uniform(0, 0.02) * RATE)] = 0
    tail *= ratio(wet_db) / (np.linalg.norm(tail) + 1e-9)
    return (x + signal.oaconvolve(x, tail)[:len(x)]).astype("float32")


def compressed(x, seconds=0.1, amount=0.7):
    """Levels out loudness: amount 1 makes every stretch equally loud."""
    a = np.exp(-1 / (seconds * RATE / HOP))
    power = np.square(ratio(frame_db(x))) if len(x) >= HOP else np.ones(1)
    slow = signal.filtfilt([1 - a], [1, -a], power, padlen=min(9, len(power) - 1))
    gain = np.maximum(slow, 1e-3 * power.mean() + 1e-12) ** (-amount / 2)     # pauses stay pauses
    pos = (np.arange(len(gain)) + 0.5) * HOP
    return (x * np.interp(np.arange(len(x)), pos, gain)).astype("float32")


def stft(x, size=256, hop=64):
    """Frames by sqrt-Hann, for weighted overlap-add with istft of the same size and hop."""
    w = np.sqrt(signal.get_window("hann", size)).astype("float32")
    x = np.concatenate([np.zeros(size, "float32"), x, np.zeros(2 * size, "float32")])
    frames = np.lib.stride_tricks.sliding_window_view(x, size)[::hop]
    return np.fft.rfft(frames * w, axis=1).astype("complex64")


def istft(spec, n, size=256, hop=64):
    w = np.sqrt(signal.get_window("hann", size)).astype("float32")
    frames = (np.fft.irfft(spec, size, axis=1) * w).astype("float32")
    out = np.zeros((len(frames) + size // hop) * hop, "float32")
    for part in range(size // hop):         # each hop-sized slice of all frames lands in one strided add
        piece = frames[:, part * hop:(part + 1) * hop].ravel()
        out[part * hop:part * hop + len(piece)] += piece
    return out[size:size + n] * np.float32(2 * hop / size)


def suppressed(x, most_db, share=15):
    """Noise suppression by spectral gain, with the warble it leaves; the softest share of frames is the noise."""
    spec = stft(x)
    power = np.abs(spec) ** 2
    slow = signal.lfilter([0.3], [1, -0.7], power, axis=0)
    floor = np.percentile(slow[::8], share, axis=0) * 2.5
    gain = np.maximum(ratio(-most_db), 1 - floor / np.maximum(slow, 1e-12)).astype("float32")
    return istft(spec * gain, len(x))
