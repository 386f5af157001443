# SPDX-License-Identifier: GPL-3.0-or-later
"""Telephone codecs as round trips: companding and ADPCM, GSM, and coarse models of low-rate speech codecs."""
import io
import struct
import zlib

import numpy as np
import soundfile as sf

from dsp import RATE, filtered, istft, stft


def through(x, subtype, fmt="WAV", rate=RATE):
    """Encoded and decoded by libsndfile."""
    kept = io.BytesIO()
    with sf.SoundFile(kept, "w", rate, 1, subtype, format=fmt) as f:
        f.write(np.clip(x, -1, 1))
    kept.seek(0)
    y = sf.read(kept, dtype="float32")[0]
    return np.concatenate([y, np.zeros(max(0, len(x) - len(y)), "float32")])[:len(x)]


def sparse(rng, x, kept, noise):
    """A low-rate codec's way of losing detail: a few strong bins a frame, the rest as noise of the same level."""
    spec = stft(x, 160, 80)
    mag = np.abs(spec)
    limit = -np.partition(-mag, kept, axis=1)[:, kept:kept + 1]
    rest = np.where(mag < limit, mag, 0)
    filler = np.sqrt((rest ** 2).mean(axis=1, keepdims=True)) * noise
    turn = np.exp(2j * np.pi * rng.random((997, mag.shape[1]))).astype("complex64")
    weak = filler * turn[np.arange(len(mag)) % 997] * np.linspace(1, 0.4, mag.shape[1], dtype="float32")
    return istft(np.where(mag >= limit, spec, weak), len(x), 160, 80)


def ladder(x, bits):
    """Levels in 20 ms blocks kept to a few bits each: grainy, as sub-band coders at low rates are."""
    n = len(x) // 160 * 160
    block = x[:n].reshape(-1, 160)
    peak = np.abs(block).max(axis=1, keepdims=True) + 1e-6
    step = peak / 2 ** (bits - 1)
    return np.concatenate([(np.round(block / step) * step).ravel(), x[n:]]).astype("float32")


def g729(rng, x):
    return filtered(sparse(rng, x, int(rng.integers(18, 30)), rng.uniform(0.5, 1)), "bandpass", 100, 3400)


def amr(rng, x):
    return filtered(sparse(rng, x, int(rng.integers(9, 20)), rng.uniform(0.6, 1.1)), "bandpass", 80, 3500)


ROUND_TRIPS = {
    "ulaw": lambda rng, x: through(x, "ULAW"), "alaw": lambda rng, x: through(x, "ALAW"),
    "gsm": lambda rng, x: through(x, "GSM610"), "ima": lambda rng, x: through(x, "IMA_ADPCM"),
    "adpcm16k": lambda rng, x: through(x, "NMS_ADPCM_16"), "adpcm32k": lambda rng, x: through(x, "NMS_ADPCM_32"),
    "g729": g729, "amr": amr, "coarse": lambda rng, x: ladder(x, int(rng.integers(4, 7))),
}


def any_of(rng, x, names=tuple(ROUND_TRIPS)):
    return ROUND_TRIPS[str(rng.choice(names))](rng, x).astype("float32")


MIRROR = bytes(int(f"{b:08b}"[::-1], 2) for b in range(256))


def ogg_checksum(page):
    """CRC-32 most significant bit first, from zlib's mirrored one."""
    mirrored = zlib.crc32(page.translate(MIRROR), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{mirrored:032b}"[::-1], 2)


def same_ogg_every_time(path, serial):
    """libsndfile numbers Ogg streams by the clock: gives every page this number and its checksum anew."""
    data, out, at = path.read_bytes(), [], 0
    while at < len(data):
        lacing = data[at + 27:at + 27 + data[at + 26]]
        end = at + 27 + len(lacing) + sum(lacing)
        page = bytearray(data[at:end])
        page[14:18], page[22:26] = struct.pack("<I", serial), bytes(4)
        page[22:26] = struct.pack("<I", ogg_checksum(bytes(page)))
        out.append(bytes(page))
        at = end
    path.write_bytes(b"".join(out))
