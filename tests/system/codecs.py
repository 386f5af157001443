#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Codecs and containers that FFmpeg writes, each read as the WAV that it was made of: codecs.py SOURCE PROGRAMS

The rule. Each file is held against two WAVs. Against what FFmpeg itself decodes from the file, where the codec's loss is in
both: the same events, their ends within 60 ms, and the same deductions. Against the WAV that it was made of: without loss the
same again; with loss each event of a second and more, its ends within half a second: two frames of AAC at 8 kHz are 256 ms,
of which its containers do not tell (MP3 in WAV is as silent), and loss moves where faint speech begins and music has faded. Overtalk on a mix of both
voices is left out: any loss moves it; and in Speex of two channels, which keeps one sound and how it is shared out: who speaks
at once stands on both lines there, as one voice. What is not read is refused by name.
"""
import array
import ctypes
import json
import os
import subprocess
import sys
import tempfile

TOLERANCE_MS = 60
LOSS_MS, EXACT = 500, 0

# name: (options of ffmpeg, channels, what the loss may move)
READ = {
    "pcm16.wav": ("-c:a pcm_s16le", 2, EXACT), "pcm24.wav": ("-c:a pcm_s24le", 2, EXACT),
    "float.wav": ("-c:a pcm_f32le", 2, EXACT), "ulaw.wav": ("-c:a pcm_mulaw", 2, LOSS_MS),
    "alaw.wav": ("-c:a pcm_alaw", 2, LOSS_MS), "ima.wav": ("-c:a adpcm_ima_wav", 2, LOSS_MS),
    "ms.wav": ("-c:a adpcm_ms", 2, LOSS_MS), "gsm.wav": ("-c:a libgsm_ms", 1, LOSS_MS),
    "g722.wav": ("-ar 16000 -c:a g722", 1, LOSS_MS), "g726.wav": ("-c:a g726", 1, LOSS_MS),
    "g723.wav": ("-c:a g723_1 -b:a 6.3k", 1, LOSS_MS), "mp3.wav": ("-c:a libmp3lame", 2, 600),
    "wma.wav": ("-c:a wmav2 -f wav", 2, LOSS_MS), "pcm.w64": ("-c:a pcm_s16le", 2, EXACT),
    "pcm.aiff": ("-c:a pcm_s16be", 2, EXACT), "pcm.caf": ("-c:a pcm_s16le", 2, EXACT),
    "ulaw.au": ("-c:a pcm_mulaw", 2, LOSS_MS), "pcm.voc": ("-c:a pcm_s16le", 2, EXACT),
    "raw.g722": ("-ar 16000 -c:a g722", 1, LOSS_MS), "raw.g726-32": ("-c:a g726le -f g726le", 1, LOSS_MS),
    "raw.g723": ("-map 0 -c:a g723_1 -b:a 6.3k -f data", 1, LOSS_MS), "raw.gsm": ("-c:a libgsm", 1, LOSS_MS),
    "raw.ulaw": ("-c:a pcm_mulaw -f mulaw", 1, LOSS_MS), "raw.alaw": ("-c:a pcm_alaw -f alaw", 1, LOSS_MS),
    "raw.sln": ("-c:a pcm_s16le -f s16le", 1, EXACT),
    "a.flac": ("-c:a flac", 2, EXACT), "a.mp3": ("-c:a libmp3lame", 2, LOSS_MS),
    "vbr.mp3": ("-c:a libmp3lame -q:a 5 -write_xing 0", 2, LOSS_MS), "a.mp2": ("-ar 16000 -c:a mp2", 2, LOSS_MS),
    "opus.ogg": ("-c:a libopus", 2, LOSS_MS), "vorbis.ogg": ("-c:a libvorbis", 2, LOSS_MS),
    "speex.ogg": ("-c:a libspeex", 2, LOSS_MS), "flac.ogg": ("-c:a flac", 2, EXACT),
    "aac.m4a": ("-c:a aac", 2, LOSS_MS), "alac.m4a": ("-c:a alac", 2, EXACT), "aac.mp4": ("-c:a aac -movflags +frag_keyframe+empty_moov", 2, LOSS_MS),
    "aac.aac": ("-c:a aac", 2, LOSS_MS), "opus.webm": ("-c:a libopus", 2, LOSS_MS), "vorbis.webm": ("-c:a libvorbis", 2, LOSS_MS),
    "aac.mkv": ("-c:a aac", 2, LOSS_MS), "flac.mka": ("-c:a flac", 2, EXACT), "a.wma": ("-c:a wmav2", 2, LOSS_MS),
    "old.wma": ("-c:a wmav1", 2, LOSS_MS), "a.wv": ("-c:a wavpack", 2, EXACT), "a.tta": ("-c:a tta", 2, EXACT),
    "wide.amr": ("", 1, LOSS_MS), "aac.flv": ("-ar 44100 -c:a aac", 2, LOSS_MS), "nelly.flv": ("-c:a nellymoser", 1, LOSS_MS),
}
SHARED_OUT = {"speex.ogg"}  # one sound, and how much of it is on each channel
# name: (options, reason, a word of the text)
REFUSED = {
    "dca.wav": ("-ar 48000 -strict -2 -c:a dca", "unsupported_codec", "0x2001"),
    "s302m.mkv": ("-ar 48000 -strict -2 -c:a truehd", "unsupported_codec", "truehd"),
    "two.mka": ("-map 0 -map 0 -c:a libopus", "unsupported_layout", "2 streams"),
    "two.m4a": ("-map 0 -map 0 -c:a aac", "unsupported_layout", "2 streams"),
    "two.ogg": ("-map 0 -map 0 -c:a libopus", "unsupported_layout", "2 streams"),
    "six.m4a": ("-ac 6 -c:a aac", "unsupported_layout", "6 channels"),
}
SAMPLES = ["in-8002-13800138001-20251120-101820-1763605100.20.ogg", "in-8001-13800138000-20251120-101502-1763604902.17.wav",
           "out-13800138008-8003-20251120-143000-1763620200.71.wav"]


def shell(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit("%s: %s" % (" ".join(command), done.stderr))


def ffmpeg(source, options, target):
    shell("ffmpeg", "-v", "error", "-nostdin", "-y", "-i", source, *options.split(), target)


def analyse(callqa, path):
    """The result, or what was said instead."""
    done = subprocess.run([callqa, "analyze", "--format", "jsonl", path], capture_output=True, text=True, timeout=120)
    return json.loads(done.stdout) if done.returncode == 0 else done.stderr.strip()


def kinds(result, least_ms, skipped=None):
    return [(event["type"], event.get("side"), event["start_ms"], event["end_ms"]) for event in result["events"]
            if event["end_ms"] - event["start_ms"] >= least_ms and event["type"] != skipped]


def differs(found, wanted, tolerance_ms, least_ms=0, skipped=None):
    """What is not the same; None: nothing. A short event may cross the least length either way."""
    for one, other, name in ((found, wanted, "only here"), (wanted, found, "lacks")):
        near = kinds(other, max(0, least_ms - 2 * tolerance_ms), skipped)
        for kind, side, start, end in kinds(one, least_ms, skipped):
            if not any(k == kind and s == side and abs(a - start) <= tolerance_ms and abs(b - end) <= tolerance_ms
                       for k, s, a, b in near):
                return "%s: %s %s %d-%d; there: %s" % (name, kind, side, start, end, near)
    return None


def points(result):
    return sorted((deduction["rule"], deduction["points"]) for deduction in result["score"]["deductions"])


def write_amr_wb(source, path):
    """Debian's ffmpeg reads AMR-WB and does not write it; VisualOn's encoder does (RFC 4867 5.1, 23.85 kbit/s)."""
    library = ctypes.CDLL("libvo-amrwbenc.so.0")
    library.E_IF_init.restype = ctypes.c_void_p
    library.E_IF_encode.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_int]
    library.E_IF_exit.argtypes = [ctypes.c_void_p]
    shell("ffmpeg", "-v", "error", "-y", "-i", source, "-ar", "16000", "-ac", "1", "-f", "s16le", path + ".pcm")
    samples, frame = array.array("h"), ctypes.create_string_buffer(128)
    with open(path + ".pcm", "rb") as pcm:
        samples.frombytes(pcm.read())
    encoder = library.E_IF_init()
    with open(path, "wb") as out:
        out.write(b"#!AMR-WB\n")
        for at in range(0, len(samples) - 319, 320):
            size = library.E_IF_encode(encoder, 8, samples[at:at + 320].tobytes(), frame, 0)
            out.write(frame.raw[:size])
    library.E_IF_exit(encoder)


def check_read(callqa, folder, name, originals):
    options, channels, moved_ms = READ[name]
    path, decoded = os.path.join(folder, name), os.path.join(folder, name + ".decoded.wav")
    if name == "wide.amr":
        write_amr_wb(originals[channels], path)
    else:
        ffmpeg(originals[channels], "%s -bitexact" % options, path)
    demuxer = {"raw.g726-32": "-f g726le", "raw.g723": "-f g723_1", "raw.ulaw": "-f mulaw -ar 8000", "raw.gsm": "-f gsm",
               "raw.alaw": "-f alaw -ar 8000", "raw.sln": "-f s16le -ar 8000"}.get(name, "")
    shell("ffmpeg", "-v", "error", "-y", *demuxer.split(), "-i", path, "-ar", "8000", "-c:a", "pcm_s16le", decoded)
    found, twin, original = analyse(callqa, path), analyse(callqa, decoded), originals[channels + 2]
    if isinstance(found, str):
        return "not read: " + found
    if abs(found["recording"]["duration_ms"] - original["recording"]["duration_ms"]) > 300:
        return "%d ms long" % found["recording"]["duration_ms"]
    if points(found) != points(twin) or (moved_ms == EXACT and points(found) != points(original)):
        return "other deductions: %s, not %s" % (points(found), points(twin))
    if moved_ms == EXACT:
        return differs(found, twin, TOLERANCE_MS) or differs(found, original, TOLERANCE_MS)
    skipped = "overtalk" if channels == 1 else None
    lost = "overtalk" if name in SHARED_OUT else skipped
    return differs(found, twin, TOLERANCE_MS, 0, skipped) or differs(found, original, moved_ms, 1000, lost)


def check_refused(callqa, folder, name, originals):
    options, reason, word = REFUSED[name]
    path = os.path.join(folder, name)
    ffmpeg(originals[2], options, path)
    found = analyse(callqa, path)
    if not isinstance(found, str):
        return "read"
    return None if ": %s: " % reason in found and word in found else found


def main(source, programs):
    callqa = os.path.join(programs, "callqa")
    if not os.path.exists(os.path.join(programs, "../libexec/callqa/callqa-codecs")):
        print("built without FFmpeg's libraries")
        sys.exit(77)
    with tempfile.TemporaryDirectory(prefix="callqa-codecs-") as folder:
        originals = {channels: os.path.join(folder, "original%d.wav" % channels) for channels in (1, 2)}
        samples = [os.path.join(source, "samples", name) for name in SAMPLES]
        joined = "[0][1][2]concat=n=3:v=0:a=1,aresample=8000"
        shell("ffmpeg", "-v", "error", *(word for path in samples for word in ("-i", path)), "-filter_complex", joined, "-ac", "2",
              "-c:a", "pcm_s16le", originals[2])
        shell("ffmpeg", "-v", "error", "-i", originals[2], "-ac", "1", originals[1])
        originals.update({channels + 2: analyse(callqa, originals[channels]) for channels in (1, 2)})
        bad = {name: check_read(callqa, folder, name, originals) for name in READ}
        bad.update({name: check_refused(callqa, folder, name, originals) for name in REFUSED})
    for name, what in bad.items():
        if what:
            print("%s: %s" % (name, what))
    if any(bad.values()):
        sys.exit(1)
    print("%d read, %d refused by name" % (len(READ), len(REFUSED)))


if __name__ == "__main__":
    main(*sys.argv[1:3])
