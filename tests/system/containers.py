#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files whose header does not speak of all that is in them: read whole or refused by name: containers.py SOURCE PROGRAMS"""
import json
import os
import struct
import subprocess
import sys
import tempfile

WHOLE_MS = 60  # how far a length may be off


def ffmpeg(source, options, target):
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", "-i", source, *options.split(), target], check=True)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def crc(page):
    value = 0
    for byte in page:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ 0x04C11DB7 if value & 0x80000000 else value << 1) & 0xFFFFFFFF
    return value


def pages(ogg):
    at = 0
    while at < len(ogg):
        count = ogg[at + 26]
        end = at + 27 + count + sum(ogg[at + 27:at + 27 + count])
        yield ogg[at:end]
        at = end


def with_gap(ogg, start_s, end_s):
    """What an encoder with discontinuous transmission writes: pages are left out, positions go on."""
    out, number = b"", 0
    for page in pages(ogg):
        position = struct.unpack_from("<q", page, 6)[0]
        if start_s * 48000 < position < end_s * 48000:
            continue
        bare = page[:18] + struct.pack("<II", number, 0) + page[26:]
        out += bare[:22] + struct.pack("<I", crc(bare)) + bare[26:]
        number += 1
    return out


def wav(samples, size=None, rate=8000, channels=1, tail=b""):
    size = len(samples) if size is None else size
    return (b"RIFF" + struct.pack("<I", size + 36 & 0xFFFFFFFF) + b"WAVEfmt " +
            struct.pack("<IHHIIHH", 16, 1, channels, rate, rate * channels * 2, channels * 2, 16) + b"data" +
            struct.pack("<I", size & 0xFFFFFFFF) + samples + tail)


def one_of_each(sample, folder):
    """The sample in each codec, by a short name."""
    made = {}
    for name, options in {"wav": "-c:a pcm_mulaw -f wav", "gsm": "-ac 1 -c:a libgsm_ms -f wav", "mp3": "-c:a libmp3lame -f mp3",
                          "vbr": "-c:a libmp3lame -q:a 5 -f mp3", "bare": "-c:a libmp3lame -write_xing 0 -id3v2_version 0 -f mp3",
                          "mono": "-ac 1 -c:a libmp3lame -f mp3", "flac": "-c:a flac -f flac", "opus": "-c:a libopus -f ogg",
                          "vorbis": "-c:a libvorbis -f ogg", "m16": "-ar 16000 -c:a libmp3lame -f mp3", "caf": "-c:a pcm_s16be -f caf",
                          "w64": "-c:a pcm_s16le -f w64"}.items():
        path = os.path.join(folder, "one")
        ffmpeg(sample, options, path)
        made[name] = read(path)
    return made


def cases(sample, folder):
    """name: (bytes, the length in ms, or the reason)."""
    one = one_of_each(sample, folder)
    ffmpeg(sample, "-ac 1 -c:a pcm_s16le -f s16le", os.path.join(folder, "one"))
    pcm = read(os.path.join(folder, "one"))
    length = len(pcm) // 16
    padded = 3 * 72  # MP3 without a table does not say how much of its first and last frames is padding
    joined = {name + name + ".bin": (one[name] * 2, 2 * length) for name in ("wav", "gsm", "mp3", "vbr", "flac", "opus", "vorbis", "caf",
                                                                                      "w64")}
    joined.update({
        "three.mp3": (one["vbr"] + one["mp3"] + one["vbr"], 3 * length),
        "bare-twice.mp3": (one["bare"] * 2, 2 * (length + padded)), "bare-behind.mp3": (one["mp3"] + one["bare"], 2 * length + padded),
        "bare-first.mp3": (one["bare"] + one["mp3"], 2 * length + padded),
        "rates.mp3": (one["mp3"] + one["m16"], 2 * length), "channels.mp3": (one["mp3"] + one["mono"], "unsupported_layout"),
        "channels.wav": (one["wav"] + wav(pcm), "unsupported_layout"), "codecs.wav": (wav(pcm) + one["gsm"], 2 * length),
        "cut-behind.wav": (wav(pcm) + wav(pcm)[:len(pcm) // 2], "truncated"),
        "list-between.wav": (wav(pcm, tail=b"LIST\4\0\0\0INFO") * 2, 2 * length),
        "streamed-twice.wav": (wav(pcm, 0xFFFFFFFF) * 2, 2 * length),
    })
    lengths = {
        "went-on.wav": (wav(pcm) + pcm, "unfinished"), "zeros-behind.wav": (wav(pcm) + bytes(100000), length),
        "tag-behind.wav": (wav(pcm) + b"ID3\4\0\0\0\0\x7f\x7f" + b"x" * 40000, length),
        "counts-44.wav": (wav(pcm, len(pcm) + 44), length), "counts-36.wav": (wav(pcm, len(pcm) + 36), length),
        "cut.wav": (wav(pcm, len(pcm) + 4444), "truncated"),
        "gap.opus": (with_gap(one["opus"], 10, 20), length), "late-gap.opus": (with_gap(one["opus"], 20, length / 1000 - 1), length),
        "two-chunks.wav": (wav(pcm[:len(pcm) // 2], tail=b"data" + struct.pack("<I", len(pcm) // 2) + pcm[len(pcm) // 2:]), "unsupported_layout"),
        "packets.wav": (b"\xd4\xc3\xb2\xa1\2\0\4\0" + bytes(16) + pcm, "not_audio"),
    }
    return {**joined, **lengths, **in_more_containers(sample, folder, length)}


def in_more_containers(sample, folder, length):
    """Where the part with FFmpeg is: gaps in time stamps, and files that were cut."""
    out = {}
    for name, options in {"gap.webm": "-af aselect='not(between(t,10,20))' -c:a libopus",
                          "gap.m4a": "-af aselect='not(between(t,10,20))' -c:a aac"}.items():
        ffmpeg(sample, options, os.path.join(folder, name))
        out[name] = (read(os.path.join(folder, name)), length)
    for name, options in {"cut.m4a": "-c:a aac", "cut.webm": "-c:a libopus", "cut.aac": "-c:a aac"}.items():
        ffmpeg(sample, options, os.path.join(folder, name))
        content = read(os.path.join(folder, name))
        out[name] = (content[:len(content) * 3 // 5], "truncated")
    for name, options in {"twice.m4a": "-ar 16000 -c:a aac", "twice.wma": "-ar 16000 -c:a wmav2", "twice.tta": "-c:a tta"}.items():
        ffmpeg(sample, options, os.path.join(folder, name))
        out[name] = (read(os.path.join(folder, name)) * 2, 2 * length)
    return out


def analyse(programs, path):
    done = subprocess.run([os.path.join(programs, "callqa"), "analyze", "--format", "jsonl", path], capture_output=True, text=True)
    return json.loads(done.stdout) if done.returncode == 0 else done.stderr.strip()


def check(found, wanted):
    if isinstance(wanted, str):
        return None if isinstance(found, str) and ": %s: " % wanted in found else "not %s: %s" % (wanted, found)
    if isinstance(found, str):
        return found
    duration = found["recording"]["duration_ms"]
    return None if abs(duration - wanted) <= WHOLE_MS + wanted // 400 else "%d ms, not %d" % (duration, wanted)


def check_gap(result):
    """The gap's own seconds are not recorded, and nothing costs anything there."""
    gaps = [event for event in result["events"] if event["type"] == "not_recorded"]
    good = len(gaps) == 1 and abs(gaps[0]["start_ms"] - 10000) < 1100 and abs(gaps[0]["end_ms"] - 20000) < 1100
    return None if good else "gap.opus: %s" % result["events"]


def main(source, programs):
    sample = os.path.join(source, "samples", "in-8001-13800138000-20251120-101502-1763604902.17.wav")
    bad = []
    with tempfile.TemporaryDirectory(prefix="callqa-containers-") as folder:
        all_cases = cases(sample, folder)
        if not os.path.exists(os.path.join(programs, "../libexec/callqa/callqa-codecs")):
            all_cases = {name: case for name, case in all_cases.items() if not name.endswith((".webm", ".m4a", ".aac", ".wma", ".tta"))}
        for name, (content, wanted) in all_cases.items():
            path = os.path.join(folder, name)
            with open(path, "wb") as file:
                file.write(content)
            found = analyse(programs, path)
            what = check(found, wanted)
            bad += ["%s: %s" % (name, what)] if what else []
            if name == "gap.opus" and not what:
                what = check_gap(found)
                bad += [what] if what else []
    for what in bad:
        print(what)
    if bad:
        sys.exit(1)
    print("%d files" % len(all_cases))


if __name__ == "__main__":
    main(*sys.argv[1:3])
