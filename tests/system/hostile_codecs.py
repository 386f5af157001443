#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hostile recordings for the part that is linked to FFmpeg: hostile_codecs.py SOURCE PROGRAMS

Real files of each container are bent in many places; others point at files and hosts outside. Each must end within 30 s in a
named error or a result: never in a time-out, never in nonsense. Whatever the decoding processes asked the system to open, they got
nothing; and they asked for nothing that a file had named.
"""
import os
import random
import re
import resource
import struct
import subprocess
import sys
import tempfile
import time

LIMIT_S = 30  # of the processor's time: other work beside makes nothing hang
HANGS_S = 300
REASONS = {"unfinished", "truncated", "empty", "not_audio", "unsupported_codec", "unsupported_layout", "too_long",
           "decode_error"}
GOOD = {  # made by ffmpeg of a sample
    "a.m4a": "-c:a aac", "alac.m4a": "-c:a alac", "frag.mp4": "-c:a aac -movflags +frag_keyframe+empty_moov", "a.aac": "-c:a aac",
    "a.webm": "-c:a libopus", "flac.mka": "-c:a flac", "a.wma": "-c:a wmav2", "speex.ogg": "-c:a libspeex", "flac.ogg": "-c:a flac",
    "a.flv": "-ar 44100 -c:a aac", "a.wv": "-c:a wavpack", "a.tta": "-c:a tta", "g726.wav": "-ac 1 -c:a g726",
    "wma.wav": "-c:a wmav2 -f wav",
}


def box(name, body, size=None):
    return struct.pack(">I", len(body) + 8 if size is None else size) + name + body


def pointing_mp4(url):
    """An MP4 whose samples lie in another file."""
    entry = box(b"mp4a", bytes(6) + struct.pack(">H", 1) + bytes(8) + struct.pack(">HHHHI", 2, 16, 0, 0, 8000 << 16))
    reference = box(b"url ", b"\0\0\0\0" + url + b"\0") + box(b"alis", b"\0\0\0\0" + url + bytes(150))
    table = (box(b"stsd", struct.pack(">II", 0, 1) + entry) + box(b"stts", struct.pack(">IIII", 0, 1, 100, 1024)) +
             box(b"stsc", struct.pack(">IIIII", 0, 1, 1, 100, 1)) + box(b"stsz", struct.pack(">III", 0, 1024, 100)) +
             box(b"stco", struct.pack(">III", 0, 1, 0)))
    media = (box(b"mdhd", struct.pack(">IIIIIHH", 0, 0, 0, 8000, 102400, 0, 0)) +
             box(b"hdlr", bytes(8) + b"soun" + bytes(13)) +
             box(b"minf", box(b"smhd", bytes(8)) + box(b"dinf", box(b"dref", struct.pack(">II", 0, 2) + reference)) +
                 box(b"stbl", table)))
    track = box(b"tkhd", struct.pack(">IIIII", 7, 0, 0, 1, 0) + bytes(64)) + box(b"mdia", media)
    moov = box(b"mvhd", struct.pack(">IIIII", 0, 0, 0, 8000, 102400) + bytes(80)) + box(b"trak", track)
    return box(b"ftyp", b"M4A \0\0\0\0M4A mp42") + box(b"moov", moov)


def made_up(canary):
    """What no encoder writes."""
    noise = random.Random(7)
    asf = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
    return {
        "url.m4a": pointing_mp4(b"file://" + canary), "path.m4a": pointing_mp4(canary),
        "http.m4a": pointing_mp4(b"http://127.0.0.1:9/a.wav"),
        "playlist.m4a": b"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n" + canary + b"\n",
        "concat.webm": b"ffconcat version 1.0\nfile " + canary + b"\n",
        "session.m4a": b"v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=audio 9 RTP/AVP 0\n",
        "huge-box.m4a": box(b"ftyp", b"M4A \0\0\0\0") + box(b"moov", box(b"trak", bytes(64), 0x7FFFFFF0)),
        "deep.m4a": box(b"ftyp", b"M4A \0\0\0\0") + struct.pack(">I4s", 20000 * 8, b"moov") * 1 + b"".join(
            struct.pack(">I4s", (20000 - i) * 8, b"trak") for i in range(1, 20000)),
        "size-0.m4a": box(b"ftyp", b"M4A \0\0\0\0") + struct.pack(">I4s", 0, b"moov") + bytes(100000),
        "ebml-endless.webm": b"\x1a\x45\xdf\xa3\x01\xff\xff\xff\xff\xff\xff\xff" + bytes(50000),
        "ebml-noise.webm": b"\x1a\x45\xdf\xa3\x84\x42\x86\x81\x01\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff" +
                           noise.randbytes(100000),
        "asf-noise.wma": asf + struct.pack("<QIH", 1 << 40, 0xFFFFFFFF, 0) + noise.randbytes(100000),
        "noise.amr": b"#!AMR\n" + noise.randbytes(200000), "noise-wb.amr": b"#!AMR-WB\n" + noise.randbytes(200000),
        "noise.g729": noise.randbytes(200000), "noise.g723": noise.randbytes(200000), "noise.g726-40": noise.randbytes(200000),
        "zeros.g729": bytes(5000000), "noise.aac": b"\xff\xf1" + noise.randbytes(200000),
        "noise.ra": b".ra\xfd" + noise.randbytes(100000), "noise.rm": b".RMF" + noise.randbytes(100000),
        "noise.ape": b"MAC " + noise.randbytes(100000), "noise.wv": b"wvpk" + noise.randbytes(100000),
        "noise.flv": b"FLV\x01\x04\0\0\0\x09\0\0\0\0" + noise.randbytes(100000), "noise.tta": b"TTA1" + noise.randbytes(100000),
        "noise.ilbc": b"#!iLBC30\n" + noise.randbytes(100000), "noise.voc": b"Creative Voice File\x1a\x1a\0" + noise.randbytes(90000),
        "noise.sph": b"NIST_1A\n   1024\n" + noise.randbytes(90000),
    }


def bent(name, content):
    """One file bent in many ways, the same each time."""
    chance = random.Random(name)
    for every in (97, 1009, 10007):
        yield "flip%d-" % every + name, bytes(b ^ (i % every == every - 1) * 0x55 for i, b in enumerate(content))
    yield "cut-" + name, content[:len(content) // 3]
    yield "hole-" + name, content[:2000] + bytes(20000) + content[22000:]
    yield "twice-" + name, content + content
    for turn in range(6):
        copy = bytearray(content)
        for _ in range(8):
            at = chance.randrange(len(copy) if turn % 2 else 1500)
            copy[at:at + 4] = chance.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"\x80\0\0\0"))
        yield "numbers%d-" % turn + name, bytes(copy[:len(content)])


def make_all(source, folder):
    sample = os.path.join(source, "samples", "in-8003-13800138006-20251120-134555-1763617555.60.wav")
    canary = os.path.join(folder, "canary.wav")
    subprocess.run(["ffmpeg", "-v", "error", "-i", sample, "-c:a", "pcm_s16le", canary], check=True)
    files = made_up(canary.encode())
    for name, options in GOOD.items():
        path = os.path.join(folder, "good-" + name)
        subprocess.run(["ffmpeg", "-v", "error", "-i", sample, *options.split(), path], check=True)
        with open(path, "rb") as file:
            files.update(bent(name, file.read()))
        os.unlink(path)
    for name, content in files.items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(content)
    return sorted(files)


def computed():
    """Seconds of the processor's of all that were started and have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def check(callqa, path):
    begun, before = time.monotonic(), computed()
    try:
        done = subprocess.run([callqa, "analyze", "--format", "jsonl", path], capture_output=True, timeout=HANGS_S)
    except subprocess.TimeoutExpired:
        return "took for ever"
    if computed() - before > LIMIT_S:
        return "took %.1f s of the processor" % (computed() - before)
    said = done.stderr.decode("utf-8", "replace").strip()
    named = re.search(r": ([a-z_]+): ", said)
    if done.returncode == 0 and len(done.stdout.splitlines()) == 1:
        return None
    if done.returncode == 3 and named and named.group(1) in REASONS:
        return None
    return "exit code %d after %.1f s: %s" % (done.returncode, time.monotonic() - begun, said or "nothing said")


def escapes(callqa, folder, names):
    """What the caged processes asked the system for, and must not."""
    trace = os.path.join(folder, "trace")
    paths = [os.path.join(folder, name) for name in names]
    subprocess.run(["strace", "-f", "-o", trace, "-e", "trace=open,openat,openat2,socket,connect,execve,unlink,rename,seccomp,prctl",
                    callqa, "analyze", "--format", "jsonl", *paths], capture_output=True, timeout=300)
    caged, bad = set(), []
    with open(trace, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            process, call = line.split(None, 1)
            if re.match(r"seccomp\(SECCOMP_SET_MODE_FILTER.* = 0|prctl\(PR_SET_SECCOMP, SECCOMP_MODE_FILTER.* = 0", call):
                caged.add(process)
            elif process in caged and not call.startswith(("+++", "---")) and \
                    (folder in call or not call.rstrip().endswith((" = -1 EPERM (Operation not permitted)", "<unfinished ...>"))):
                bad.append(call.strip())
    if not caged:
        bad.append("no process was caged")
    return bad


def main(source, programs):
    callqa = os.path.join(programs, "callqa")
    if not os.path.exists(os.path.join(programs, "../libexec/callqa/callqa-codecs")):
        print("built without FFmpeg's libraries")
        sys.exit(77)
    with tempfile.TemporaryDirectory(prefix="callqa-hostile-") as folder:
        names = make_all(source, folder)
        bad = {name: check(callqa, os.path.join(folder, name)) for name in names}
        out = escapes(callqa, folder, [name for name in names if not name.startswith(("flip", "hole", "numbers"))])
    for name, what in bad.items():
        if what:
            print("%s: %s" % (name, what))
    for call in out:
        print("in the cage: " + call)
    if len(names) < 190:
        sys.exit("only %d files" % len(names))
    if any(bad.values()) or out:
        sys.exit(1)
    print("%d files" % len(names))


if __name__ == "__main__":
    main(*sys.argv[1:3])
