#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Growing recordings: growing.py SOURCE PROGRAMS [--long]. None is scored before its writer is done, each is scored once, and
one that grows all the same is scored anew, here and on the server.

12 kinds of files, written by real writers in three manners: kept open, opened anew for each piece, and by a rename of
what grew elsewhere. Times are those of the defaults by a tenth; --long takes the defaults, and 204 files with pauses of
up to 30 s (tests/nightly)."""
import hashlib
import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
import wave

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from bench import Site, Voices, fail, make_call, wait_until

PIECES = 4
KINDS = 12


def encoded(source, *arguments):
    done = subprocess.run(["ffmpeg", "-v", "error", "-i", source, *arguments, "-y", "-"], capture_output=True)
    if done.returncode:
        fail("ffmpeg %s: %s" % (" ".join(arguments), done.stderr))
    return done.stdout


def later_begin(source, number, out):
    """The call from 50 ms later on for each number: equal content would be one recording and its copies."""
    with wave.open(source) as reader, wave.open(out, "wb") as writer:
        writer.setparams(reader.getparams())
        reader.setpos(number * reader.getframerate() // 20)
        writer.writeframes(reader.readframes(reader.getnframes()))


def kind_of(source, number):
    """Name, the bytes at the end, and how many of the first are other while it grows (zeros)."""
    with open(source, "rb") as whole:
        wav = whole.read()
    name, patched, *how = [
        ("pcm.wav", 44, wav),
        ("endless.wav", 0, wav[:4] + b"\xff\xff\xff\xff" + wav[8:40] + b"\xff\xff\xff\xff" + wav[44:]),
        ("streamed.wav", 0, "-f", "wav"),
        ("call.gsm", 0, "-ac", "1", "-f", "gsm"),
        ("call.ulaw", 0, "-ac", "1", "-f", "mulaw"),
        ("call.alaw", 0, "-ac", "1", "-f", "alaw"),
        ("call.sln", 0, "-ac", "1", "-f", "s16le"),
        ("call.mp3", 0, "-f", "mp3", "-write_xing", "0", "-id3v2_version", "0"),
        ("call.opus", 0, "-f", "ogg", "-c:a", "libopus"),
        ("call.flac", 0, "-f", "flac"),
        ("call.au", 0, "-f", "au"),
        ("whole.flac", 42),
    ][number % KINDS]
    if not how:
        return name, open_file(source, "flac"), patched
    return name, how[0] if isinstance(how[0], bytes) else encoded(source, *how), patched


def open_file(source, kind):
    """Written by an encoder that can go back to the begin."""
    path = source + "." + kind
    subprocess.run(["ffmpeg", "-v", "error", "-i", source, "-y", path], check=True)
    with open(path, "rb") as made:
        content = made.read()
    os.unlink(path)
    return content


class Writer(threading.Thread):
    """One recording, from its first byte to its last."""

    def __init__(self, folder, aside, number, kind, pause_s, chance):
        super().__init__(daemon=True)
        self.kind, (name, self.content, self.patched) = kind[0], kind
        self.manner = ("kept open", "opened anew", "renamed")[number // KINDS % 3]
        self.path = os.path.join(folder, "%03d-%s" % (number, name))
        self.grown = os.path.join(aside, os.path.basename(self.path)) if self.manner == "renamed" else self.path
        self.pauses = [chance.uniform(0.02, pause_s) for _ in range(PIECES)]
        self.done_at = None

    def pieces(self):
        growing = bytes(self.patched) + self.content[self.patched:]
        step = len(growing) // PIECES + 1
        if self.patched:  # the name of the form is there from the first byte on
            growing = self.content[:4] + growing[4:]
        return [growing[at:at + step] for at in range(0, len(growing), step)]

    def run(self):
        out = None
        for pause, piece in zip(self.pauses, self.pieces()):
            time.sleep(pause)
            out = out if out is not None else open(self.grown, "ab", buffering=0)
            out.write(piece)
            if self.manner == "opened anew":
                out.close()
                out = None
        if self.patched:
            with open(self.grown, "r+b", buffering=0) as whole:
                whole.write(self.content[:self.patched])
        if out is not None:
            out.close()
        if self.grown != self.path:
            os.rename(self.grown, self.path)
        self.done_at = time.time()


def outcomes(site):
    """What the store says of each file: path, state, reason."""
    connection = sqlite3.connect("file:%s/callqa.db?mode=ro" % site.state, uri=True, timeout=10)
    try:
        return connection.execute(
            "SELECT CAST(path AS TEXT), state, reason, attempts, revised_ms, (SELECT r.sha256 FROM results AS r WHERE"
            " r.recording_id = c.id), (SELECT count(*) FROM deliveries AS d WHERE d.recording_id = c.id)"
            " FROM recordings AS c").fetchall()
    finally:
        connection.close()


def judge(site, writers):
    """Red: a row before its writer was done, more than one result, or the result of other bytes."""
    by_path = {writer.path: writer for writer in writers}
    early, wrong = [], []
    for path, state, reason, attempts, revised_ms, sha256, deliveries in outcomes(site):
        writer = by_path[path]
        if revised_ms / 1000 < writer.done_at or deliveries > 1:
            early.append("%s, %s: known %.1f s before its end, %d results" % (
                os.path.basename(path), writer.manner, writer.done_at - revised_ms / 1000, deliveries))
        if state != "scored" or sha256 != hashlib.sha256(writer.content).hexdigest():
            wrong.append("%s is %s (%s)" % (os.path.basename(path), state, reason))
    return early, wrong


def grow_again(site, writer):
    """Somebody appends to what has been scored: the store and the server have the new content, and one call. The growth is
    a lesson as well: half as long again as its pause, which lasts up to two minutes here, is waited for now."""
    with open(writer.path, "ab") as out:
        out.write(writer.content[-8000:])
    with open(writer.path, "rb") as grown:
        new = hashlib.sha256(grown.read()).hexdigest()
    wait_until("the store has the result of what grew", lambda: any(
        row[0] == writer.path and row[5] == new for row in outcomes(site)), 300)
    wait_until("the server has it", lambda: [call["recording"]["sha256"] for call in site.server_calls()
                                             if call["recording"]["path"] == writer.path] == [new])


def main(programs, is_long):
    count, pause_s, scale = (204, 30, 1) if is_long else (72, 3, 10)
    chance = random.Random(20251120)
    settings = {"settle": "%dms" % (2000 // scale), "settle_streams": "%dms" % (60000 // scale),
                "scan_interval": "%dms" % (20000 // scale)}
    with Site(programs, **settings) as site:
        aside = os.path.join(site.top, "aside")
        source, later = (os.path.join(site.calls, name) for name in ("source.wav", "later.wav"))
        os.makedirs(aside)
        make_call(source, 0, Voices())
        writers = []
        for number in range(count):
            later_begin(source, number, later)
            writers.append(Writer(site.watched[0], aside, number, kind_of(later, number), pause_s, chance))
        site.start_server()
        site.start_daemon()
        began = time.monotonic()
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        wait_until("all are scored", lambda: sum(row[1] in ("scored", "failed") for row in outcomes(site)) == count, 300)
        early, wrong = judge(site, writers)
        print("%d growing files of 12 kinds, pauses of up to %d s: %d early, %d not scored as they are; %.0f s"
              % (count, pause_s, len(early), len(wrong), time.monotonic() - began), flush=True)
        if early or wrong:
            fail("\n".join(early + wrong))
        wait_until("the server has them", lambda: len(site.server_calls()) == count)
        grow_again(site, [writer for writer in writers if writer.kind == "call.ulaw"][0])
        if len(site.server_calls()) != count:
            fail("a call that grew is two calls")
        site.stop_daemon()


if __name__ == "__main__":
    main(sys.argv[2], "--long" in sys.argv)
