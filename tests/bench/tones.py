#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signalling tones of eight countries, special information, fax and keys, at three levels, over noise, through codecs:
how many callqa finds as they are, and nothing else. tones.py [CALLQA] [--jobs N]

The tones are written down here once more (ITU-T E.180 supplement 2, Q.23, Q.24, Q.35, T.30) rather than read from
models/tones, which is what is on trial. Needs ffmpeg and sox; takes some minutes.
"""
import argparse
import array
import collections
import concurrent.futures
import json
import math
import os
import random
import subprocess
import sys
import tempfile
import wave

RATE = 8000
QUIET_S = 2
FLOOR_DBFS = -62
LEVELS = (-6, -20, -35)
SNRS = (None, 20, 10)
CODECS = ("pcm", "ulaw", "gsm", "opus", "mp3")

# Ringback, its cadence, modulation; busy, cadence; congestion, cadence; dial tone.
COUNTRIES = {
    "CN": ([450], [1, 4], 0, [450], [.35, .35], [450], [.7, .7], [450]),
    "US": ([440, 480], [2, 4], 0, [480, 620], [.5, .5], [480, 620], [.25, .25], [350, 440]),
    "UK": ([400, 450], [.4, .2, .4, 2], 0, [400], [.375, .375], [400], [.4, .35, .225, .525], [350, 440]),
    "DE": ([425], [1, 4], 0, [425], [.48, .48], [425], [.24, .24], [425]),
    "FR": ([440], [1.5, 3.5], 0, [440], [.5, .5], [440], [.25, .25], [440]),
    "JP": ([400], [1, 2], 16, [400], [.5, .5], [400], [.5, .5], [400]),
    "RU": ([425], [1, 4], 0, [425], [.35, .35], [425], [.175, .175], [425]),
    "AU": ([413, 438], [.4, .2, .4, 2], 0, [425], [.375, .375], [425], [.375, .375], [413, 438]),
}
INFORMATION = {  # three tones, seconds of each
    "ITU": ([950, 1400, 1800], [.33, .33, .33]),
    "IC": ([913.8, 1370.6, 1776.7], [.274, .274, .38]),
    "VC": ([985.2, 1370.6, 1776.7], [.38, .274, .38]),
    "RO": ([913.8, 1428.5, 1776.7], [.274, .38, .38]),
    "NC": ([985.2, 1428.5, 1776.7], [.38, .38, .38]),
}
ROWS, COLUMNS, KEYS = (697, 770, 852, 941), (1209, 1336, 1477, 1633), "123A456B789C*0#D"
NUMBER = "5082974"


def sound(seconds, frequencies, modulation_hz=0, twist_db=0):
    """A tone of power 1, with ramps of 3 ms. twist_db: how much the higher of two is stronger."""
    count = int(seconds * RATE)
    gains = [math.sqrt(2 / len(frequencies))] * len(frequencies)
    if twist_db:
        share = 10 ** (twist_db / 10)
        gains = [math.sqrt(2 / (1 + share)), math.sqrt(2 * share / (1 + share))]
    out = [0.0] * count
    for hz, gain in zip(frequencies, gains):
        step = 2 * math.pi * hz / RATE
        for i in range(count):
            out[i] += gain * math.sin(step * i)
    for i in range(count):
        edge = min(1, i / 24, (count - 1 - i) / 24)
        beat = 0.5 + 0.5 * math.sin(2 * math.pi * modulation_hz * i / RATE) if modulation_hz else 1
        out[i] *= edge * beat
    return out


def cadence(frequencies, beats, seconds, modulation_hz=0):
    out = []
    while len(out) < seconds * RATE:
        for on, off in zip(beats[::2], beats[1::2]):
            out += sound(on, frequencies, modulation_hz) + [0.0] * int(off * RATE)
    return out


def keys(on, off, twist_db=0, share=1.0):
    out = []
    for key in NUMBER:
        row, column = divmod(KEYS.index(key), 4)
        out += sound(on, [ROWS[row] * share, COLUMNS[column] * share], 0, twist_db) + [0.0] * int(off * RATE)
    return out


def answer_of_modem():
    """2100 Hz whose phase turns over every 450 ms, modulated by 15 Hz (V.8)."""
    return [x * (1 + 0.2 * math.sin(2 * math.pi * 15 * i / RATE)) * (-1 if i // int(0.45 * RATE) % 2 else 1)
            for i, x in enumerate(sound(3.3, [2100]))]


def all_tones():
    """Yields name, what must be found (type, keys; None: nothing), samples."""
    for name, (ring, rings, modulation, busy, busies, jam, jams, dial) in COUNTRIES.items():
        yield f"{name} ringback", ("ringback", None), cadence(ring, rings, 2 * sum(rings) + 0.1, modulation)
        yield f"{name} busy", ("busy", None), cadence(busy, busies, 6)
        yield f"{name} congestion", ("busy", None), cadence(jam, jams, 6)
        yield f"{name} dial", None, sound(4, dial)
    for name, (frequencies, lengths) in INFORMATION.items():
        yield f"SIT {name}", ("sit", None), sum((sound(s, [hz]) for hz, s in zip(frequencies, lengths)), [])
    yield "fax calling", ("fax", None), cadence([1100], [.5, 3], 6)
    yield "fax answer", ("fax", None), sound(3, [2100])
    yield "fax answer ANSam", ("fax", None), answer_of_modem()
    pressed = ("dtmf", "*" * len(NUMBER))
    for on, off in ((.04, .04), (.05, .05), (.07, .07), (.1, .1), (.2, .15)):
        yield f"keys of {1000 * on:.0f} ms", pressed, keys(on, off)
    for twist in (8, 6, -4, -6):
        yield f"keys, twist {twist:+} dB", pressed, keys(.08, .08, twist)
    for share in (1.015, .985):
        yield f"keys {100 * share - 100:+.1f} %", pressed, keys(.08, .08, 0, share)
    for share in (1.035, .965):
        yield f"no keys {100 * share - 100:+.1f} %", None, keys(.08, .08, 0, share)


def write(path, samples, level_dbfs, snr_db, noise):
    """The tone on the right channel, noise on both."""
    gain = 10 ** (level_dbfs / 20)
    floor = 10 ** (FLOOR_DBFS / 20)
    beside = floor if snr_db is None else 10 ** ((level_dbfs - snr_db) / 20)
    pause = [0.0] * (QUIET_S * RATE)
    pairs = array.array("h")
    for i, x in enumerate(pause + samples + pause):
        for value in (floor * noise[(i + 12345) % len(noise)], gain * x + beside * noise[i % len(noise)]):
            pairs.append(max(-32768, min(32767, int(32767 * value))))
    with wave.open(path, "wb") as out:
        out.setparams((2, 2, RATE, 0, "NONE", ""))
        out.writeframes(pairs.tobytes())


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def encode(folder, name):
    """The same through each codec; GSM has one channel only, so twice."""
    plain = f"{folder}/pcm/{name}.wav"
    run("sox", plain, "-e", "u-law", f"{folder}/ulaw/{name}.wav")
    run("ffmpeg", "-nostdin", "-y", "-i", plain, "-c:a", "libopus", "-b:a", "16k", f"{folder}/opus/{name}.ogg")
    run("ffmpeg", "-nostdin", "-y", "-i", plain, "-c:a", "libmp3lame", "-b:a", "24k", f"{folder}/mp3/{name}.mp3")
    sides = [f"{folder}/{name}.{side}.gsm" for side in (1, 2)]
    for side, path in enumerate(sides, 1):
        run("sox", plain, path, "remix", str(side))
    run("sox", "-M", *sides, "-b", "16", "-e", "signed", f"{folder}/gsm/{name}.wav")
    for path in sides:
        os.remove(path)


def found_in(result):
    return [(e["type"], e.get("digits")) for e in result["events"]
            if e["type"] in ("ringback", "busy", "sit", "fax", "dtmf")]


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("callqa", nargs="?", default=os.path.join(here, "../../build/bin/callqa"))
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    rng = random.Random(5)
    noise = [rng.gauss(0, 1) for _ in range(60 * RATE)]
    wanted = {}
    right, all_, wrong = collections.Counter(), collections.Counter(), collections.defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        for codec in CODECS:
            os.mkdir(f"{folder}/{codec}")
        for tone, (name, what, samples) in enumerate(all_tones()):
            for level in LEVELS:
                for snr in SNRS:
                    file = f"{tone}_{level}_{snr}"
                    wanted[file] = (name, level, snr, what)
                    write(f"{folder}/pcm/{file}.wav", samples, level, snr, noise)
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            list(pool.map(lambda file: encode(folder, file), wanted))
        for codec in CODECS:
            answer = subprocess.run([options.callqa, "analyze", "--recorder", "generic", "--format", "jsonl",
                                     "-j", str(options.jobs), f"{folder}/{codec}"], capture_output=True, text=True, check=True)
            for line in answer.stdout.splitlines():
                result = json.loads(line)
                file = os.path.splitext(os.path.basename(result["recording"]["path"]))[0]
                name, level, snr, what = wanted[file]
                found = found_in(result)
                good = found == ([] if what is None else [what])
                for group in (f"codec {codec}", f"level {level} dBFS", f"noise {f'{snr} dB below' if snr else 'faint'}", "all"):
                    all_[group] += 1
                    right[group] += good
                if not good:
                    wrong[name].append(f"{codec} {level} dBFS {snr or 'no'} dB: {found}")
    for group in sorted(all_, key=lambda g: (g == "all", g)):
        print(f"{group:24} {right[group]:5} of {all_[group]:5}  {right[group] / all_[group]:.3f}")
    for name, cases in wrong.items():
        print(f"{name}: {len(cases)} of {len(LEVELS) * len(SNRS) * len(CODECS)} wrong, such as {cases[0]}")
    return 0 if len(wanted) * len(CODECS) == all_["all"] else 1


if __name__ == "__main__":
    sys.exit(main())
