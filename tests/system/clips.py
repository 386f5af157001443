#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evidence clips: clips.py SOURCE PROGRAMS. A server that cannot open the recordings plays the seconds around flags."""
import array
import glob
import http.client
import json
import math
import os
import shutil
import sqlite3
import subprocess
import sys
import wave

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from bench import RATE, Site, fail, wait_until

AROUND_MS = 5000
HEADER_BYTES = 44


class ClipSite(Site):
    """Its server may play from no folder at all, but what `more` says; "ann" listens."""

    more = ""

    def write_server_config(self):
        super().write_server_config()
        with open(self.server_config, "a") as out:
            out.write("session: {plain_cookie: true}\n" + self.more)

    def log_in(self):
        path = os.path.join(self.top, "password")
        with open(path, "w", opener=lambda p, f: os.open(p, f, 0o600)) as out:
            out.write("correct horse battery\n")
        self.run("callqa-server", "user", "add", "ann", "--role", "auditor", "--password-file", path, "--config",
                 self.server_config)
        answer = self.ask("POST", "/api/v1/session", {"Content-Type": "application/json"},
                          json.dumps({"name": "ann", "password": "correct horse battery"}))
        self.cookie = {"Cookie": answer.getheader("Set-Cookie").split(";")[0]}

    def ask(self, method, path, headers, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        answer.body = answer.read()
        return answer

    def hear(self, call, byte_range=None, part="audio"):
        return self.ask("GET", "/api/v1/calls/%s/%s" % (call, part),
                        {**self.cookie, **({"Range": byte_range} if byte_range else {})})

    def ask_server(self, query):
        connection = sqlite3.connect("file:%s/scores.db?mode=ro" % self.top, uri=True, timeout=10)
        rows = connection.execute(query).fetchall()
        connection.close()
        return rows


def drop(site, sample, name=None):
    path = os.path.join(site.watched[0], name or os.path.basename(sample))
    shutil.copy(sample, path + ".new")
    os.rename(path + ".new", path)
    return path


def arrive(site, count):
    wait_until("%d calls are on the server" % count, lambda: len(site.server_calls()) == count)
    return {call["call"]["id"]: call for call in site.server_calls()}


def decoded(path, channels=2):
    """All samples at 8 kHz, interleaved, by a decoder that is not ours."""
    raw = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-ar", str(RATE), "-ac", str(channels), "-f", "s16le", "-"],
                         capture_output=True, check=True).stdout
    return array.array("h", raw)


def likeness(heard, original, start_ms, end_ms):
    """Correlation of the two over a span, of both channels."""
    part = slice(start_ms * RATE // 1000 * 2, end_ms * RATE // 1000 * 2)
    one, other = heard[part], original[part]
    power = sum(a * a for a in one) * sum(b * b for b in other)
    return sum(a * b for a, b in zip(one, other)) / power ** 0.5 if power else 0


def loudest(samples, start_ms, end_ms):
    return max((abs(s) for s in samples[start_ms * RATE // 1000 * 2:end_ms * RATE // 1000 * 2]), default=0)


def samples_of(wav):
    data = array.array("h")
    data.frombytes(wav[HEADER_BYTES:])
    return data


def heard_around_the_flag(site, source):
    """Sent while the server was down and the daemon killed: durable like the result that they go with."""
    sample, = glob.glob(source + "/samples/in-8002-13800138001-*.ogg")
    site.stop_server()
    path = drop(site, sample)
    wait_until("the result is in the store", lambda: site.ask_store("SELECT count(*) FROM deliveries") == 1)
    site.kill_daemon()
    site.start_server()
    site.start_daemon()
    result = arrive(site, 1)["1763605100.20"]
    if "clips" in result:
        fail("the server shows clips as a part of the result")
    answer = site.hear("1763605100.20")
    if answer.status != 200 or answer.getheader("Content-Type") != "audio/wav":
        fail("the clips are played as %d %s" % (answer.status, answer.body[:300]))
    heard, original = samples_of(answer.body), decoded(path)
    duration_ms = result["recording"]["duration_ms"]
    if len(heard) != duration_ms * RATE // 1000 * 2:
        fail("%d samples are heard of %d ms" % (len(heard), duration_ms))
    peaks = json.loads(site.hear("1763605100.20", part="peaks").body)
    flags = result["score"]["deductions"]
    spans = [[max(0, f["start_ms"] - AROUND_MS), min(duration_ms, f["end_ms"] + AROUND_MS)] for f in flags]
    expected = [[min(s[0] for s in spans), max(s[1] for s in spans)]]  # they overlap here
    if peaks["only_ms"] != expected:
        fail("the clips cover %s, not %s" % (peaks["only_ms"], expected))
    for start, end in expected:
        alike = likeness(heard, original, start, end)
        if alike < 0.9:
            fail("what is heard from %d to %d ms is not the recording: %.2f" % (start, end, alike))
        print("%d to %d ms: correlation %.3f" % (start, end, alike))
    if loudest(heard, expected[0][1], duration_ms) != 0 or loudest(original, expected[0][1], duration_ms) < 500:
        fail("something is heard outside the clips")
    part = site.hear("1763605100.20", "bytes=100000-100999")
    if part.status != 206 or part.body != answer.body[100000:101000]:
        fail("a range of it is another: %d" % part.status)
    plays = site.ask_server("SELECT actor, object FROM audit WHERE action = 'play'")
    if plays != [("user:ann", "call 1")]:
        fail("the audit log has the plays %s" % plays)


def keyed_in(path, samples, at_ms, digits=((697, 1209), (770, 1336), (852, 1477), (941, 1336))):
    """Writes the samples with digits of 100 ms keyed in by the customer from `at_ms`, nobody speaking meanwhile."""
    for k in range(len(digits) * 200 * RATE // 1000):
        at = (at_ms * RATE // 1000 + k) * 2
        low, high = digits[k * 1000 // RATE // 200]
        is_on = k * 1000 // RATE % 200 < 100
        samples[at] = 0
        samples[at + 1] = int(5000 * (math.sin(2 * math.pi * low * k / RATE) +
                                      math.sin(2 * math.pi * high * k / RATE))) if is_on else 0
    with wave.open(path + ".new", "wb") as out:
        out.setparams((2, 2, RATE, 0, "NONE", ""))
        out.writeframes(samples.tobytes())
    os.rename(path + ".new", path)


def digits_are_silent(site, source):
    """In the clip itself, before it leaves the recorder's host."""
    sample, = glob.glob(source + "/samples/in-8001-13800138000-*.wav")
    path = os.path.join(site.watched[0], "in-8001-13800138000-20251120-101502-1763604902.2.wav")
    keyed_in(path, decoded(sample), 31000)
    result = arrive(site, 2)["1763604902.2"]
    digits, = [event for event in result["events"] if event["type"] == "dtmf"]
    (start, end, clip), = site.ask_server("SELECT start_ms, end_ms, bytes FROM clips WHERE call = 2")
    if not start < digits["start_ms"] < digits["end_ms"] < end:
        fail("the digits do not lie in the clip: the test shows nothing")
    clip_path = os.path.join(site.top, "clip.ogg")
    with open(clip_path, "wb") as out:
        out.write(clip)
    original, cut = decoded(path), decoded(clip_path)
    if abs(len(cut) - (end - start) * RATE // 1000 * 2) > 8:
        fail("the clip of %d ms has %d samples" % (end - start, len(cut)))
    if loudest(original, digits["start_ms"], digits["end_ms"]) < 3000:
        fail("the digits cannot be heard in the recording: the test shows nothing")
    heard = loudest(cut, digits["start_ms"] - start, digits["end_ms"] - start)
    print("keyed digits: at most %d of 32767 in the clip" % heard)
    if heard > 60:
        fail("the digits can be heard in the clip")


def kept_digits(site):
    """As the daemon's own store has them."""
    kept = json.loads(site.ask_store("SELECT json FROM results WHERE instr(json, 'dtmf')"))
    return [event["digits"] for event in kept["events"] if event["type"] == "dtmf"]


def shown_digits_stay_at_home(site):
    """show_digits holds for the daemon's store; the server masks what comes. Without it the next sweep masks both."""
    if kept_digits(site) != ["1590"]:
        fail("1590 was keyed in, the store has %s" % kept_digits(site))
    bodies = site.ask_server("SELECT body FROM revisions")
    if any('"1590"' in body for body, in bodies) or not any('"digits":"****"' in body for body, in bodies):
        fail("the server does not mask keyed digits")
    site.keys.clear()
    site.write_daemon_config()
    site.run("callqa", "sweep", "--config", site.config, "--redo")
    if kept_digits(site) != ["****"]:
        fail("digits are no longer to be shown, the store has %s" % kept_digits(site))
    if site.ask_store("SELECT count(*) FROM deliveries WHERE state = 'quarantined'"):
        fail("the server refuses the masked result")


def private_queues(site, source):
    """Nothing of them, nor of calls whose queue nobody knows; and nothing at all where it is not asked for."""
    sample, = glob.glob(source + "/samples/in-8001-13800138000-*.wav")
    for number, (clips, name, sent) in enumerate([
            ("{send: true, private_queues: [vip]}", "q-vip-13800138000-20251120-101502-1763604902.10.wav", False),
            ("{send: true, private_queues: [vip]}", "q-400-13800138000-20251120-101502-1763604902.11.wav", True),
            ("{send: true, private_queues: [vip]}", "in-8001-13800138000-20251120-101502-1763604902.3.wav", False),
            ("{send: false}", "q-400-13800138000-20251120-101502-1763604902.4.wav", False),
            (None, "q-400-13800138000-20251120-101502-1763604902.5.wav", False)], 3):
        site.stop_daemon()
        site.keys.pop("clips")
        site.keys.update({"clips": clips} if clips else {})
        site.write_daemon_config()
        if clips is None:
            site.keys["clips"] = None
        site.start_daemon()
        drop(site, sample, name)
        call = name.split("-")[5][:-4]
        result = arrive(site, number)[call]
        if not result["score"]["deductions"]:
            fail("there is no flag: the test shows nothing")
        status = site.hear(call).status
        if status != (200 if sent else 404):
            fail("%s with clips: %s is played as %d" % (name, clips, status))


def state_of(site, call):
    return json.loads(site.hear(call, part="peaks").body).get("recording")


def after_the_recorder_deletes(site, source):
    """The server may open the recordings; then one is deleted, and one replaced by another call's."""
    site.stop_server()
    site.more = "audio: [%s]\n" % site.watched[0]
    site.write_server_config()
    site.start_server()
    site.stop_daemon()
    site.keys["clips"] = "{send: true, severity: minor, rules: [dead-air, long-hold], around: 2s}"
    site.write_daemon_config()
    site.start_daemon()
    sample, = glob.glob(source + "/samples/in-8001-13800138000-*.wav")
    other, = glob.glob(source + "/samples/in-8002-13800138001-*.ogg")
    count = len(site.server_calls())
    path = drop(site, sample, "in-8001-13800138000-20251120-101502-1763604902.6.wav")
    result = arrive(site, count + 1)["1763604902.6"]
    if state_of(site, "1763604902.6") is not None:
        fail("a recording that is there is said to be %s" % state_of(site, "1763604902.6"))
    whole = site.hear("1763604902.6").body
    site.stop_daemon()
    moved = path + ".kept"
    os.rename(path, moved)
    gone = state_of(site, "1763604902.6")
    if gone["state"] != "gone" or gone["sha256"] != result["recording"]["sha256"] or not gone["since"].startswith("20"):
        fail("of a recording that was deleted the page hears %s" % gone)
    flag = result["score"]["deductions"][0]
    clips = samples_of(site.hear("1763604902.6").body)
    around = [flag["start_ms"] - 2000, flag["end_ms"] + 2000]
    if likeness(clips, decoded(moved), *around) < 0.9 or loudest(clips, 0, around[0] - 1) != 0:
        fail("the seconds around %s are not what is heard" % flag)
    shutil.copy(other, path)
    if state_of(site, "1763604902.6")["state"] != "changed" or site.hear("1763604902.6").body[HEADER_BYTES:] != clips.tobytes():
        fail("another file in its place is %s" % state_of(site, "1763604902.6"))
    os.rename(moved, path)
    if state_of(site, "1763604902.6") is not None or site.hear("1763604902.6").body != whole:
        fail("put back it is %s" % state_of(site, "1763604902.6"))
    os.unlink(path)
    if gone["since"] > state_of(site, "1763604902.6")["since"]:
        fail("it is missed since before it was found")


def on_a_full_disk(clips, call, folder):
    """No half of a clip is left, which would pass for evidence. Needs root for the mount."""
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k", "clips", folder], stderr=subprocess.DEVNULL).returncode == 0
    try:
        clips("save", "--call", call, "--to", folder, codes=(1,))
        if mounted and os.listdir(folder):
            fail("on a full disk there are %s" % os.listdir(folder))
    finally:
        if mounted:
            subprocess.run(["umount", folder], check=True)


def saved_as_files(site, clips, call):
    """Each is a file that plays by itself, named once on stdout; none is written over."""
    folder = os.path.join(site.top, "saved")
    os.makedirs(folder)
    lines = [line.split("\t") for line in clips("save", "--call", call, "--to", folder).splitlines()]
    if sorted(line[0] for line in lines) != sorted(glob.glob(folder + "/*.ogg")) or not lines:
        fail("saved: %s, but there are %s" % (lines, os.listdir(folder)))
    for path, row, sha256 in lines:
        _, start_ms, end_ms, hashed = os.path.basename(path)[:-4].split("-")
        seconds = len(decoded(path, 1)) / RATE
        if not row.startswith("~") or not sha256.startswith(hashed) or abs(seconds - (int(end_ms) - int(start_ms)) / 1000) > 0.1:
            fail("saved: %s of %s lasts %.1f s" % (path, row, seconds))
    clips("save", "--call", call, "--to", folder, codes=(1,))
    on_a_full_disk(clips, call, folder)
    clips("save", "--call", call, codes=(2,))
    clips("save", "--to", folder, codes=(2,))


def held_and_erased(site):
    def clips(*words, codes=(0,)):
        return site.run("callqa-server", "clips", *words, "--config", site.server_config, codes=codes).stdout

    call = "1763604902.6"
    clips("hold", "--call", call, "--reason", "arbitration")
    if clips("hold").split("\t")[1:] != ["call", call, "arbitration\n"]:
        fail("holds: %s" % clips("hold"))
    if "legal hold: 1" not in clips("erase", "--call", call, codes=(6,)) or site.hear(call).status != 200:
        fail("a hold does not hold")
    saved_as_files(site, clips, call)
    clips("hold", "--call", call, "--lift")
    clips("hold", "--call", call, "--lift", codes=(1,))
    if "of 1 calls would be" not in clips("erase", "--call", call, "--dry-run") or site.hear(call).status != 200:
        fail("a dry run erases")
    clips("erase", "--call", call)
    if site.hear(call).status != 410:
        fail("erased clips are played as %d" % site.hear(call).status)
    said = site.run("callqa-server", "clips", "erase", "--call", "nobody", "--config", site.server_config)
    if "no call that the server has is about call nobody" not in said.stderr:
        fail("of a subject that nobody knows it is said: %s" % said.stderr)
    clips("erase", codes=(2,))
    clips("hold", "--call", call, codes=(2,))
    said = [(action, what) for action, what in site.ask_server("SELECT action, object FROM audit WHERE action LIKE 'clips.%'")]
    wanted = [("clips." + action, "call " + call) for action in ("hold", "erase", "save", "save", "save", "lift", "erase")]
    wanted.append(("clips.erase", "call nobody"))
    if said != wanted:
        fail("the audit log has %s, not %s" % (said, wanted))
    plays = site.ask_server("SELECT detail, address FROM audit WHERE action = 'play' ORDER BY id")
    if not any("clips of " in detail for detail, _ in plays) or plays[-1][1] != "127.0.0.1":
        fail("the plays are %s" % plays)


def faults_have_places(site):
    path = os.path.join(site.top, "bad.yaml")
    with open(path, "w") as out:
        out.write(open(site.config).read() + "clips:\n  send: perhaps\n  bytes_max: 5\n  colour: red\n  severity: awful\n"
                  "  around: 1h\n  rules: [dead-air, daed-air]\n")
    done = site.run("callqa", "check-config", path, codes=(4,))
    said = done.stdout + done.stderr
    for words in ("send", "bytes_max", "colour", "severity", "around", "daed-air"):
        if not any(words in line and line.startswith(path + ":") for line in said.splitlines()):
            fail("no word of %s in:\n%s" % (words, said))


def gone_with_their_call(site):
    """What forgets a call forgets its clips, without having to know of them."""
    site.stop_server()
    connection = sqlite3.connect(os.path.join(site.top, "scores.db"))
    connection.execute("PRAGMA foreign_keys = ON")
    if connection.execute("SELECT count(*) FROM clips WHERE call = 1").fetchone()[0] == 0:
        fail("call 1 has no clips: the test shows nothing")
    for table in ("flags", "revisions"):
        connection.execute("DELETE FROM %s WHERE call = 1" % table)
    connection.execute("DELETE FROM calls WHERE id = 1")
    left = connection.execute("SELECT count(*) FROM clips WHERE call = 1").fetchone()[0]
    connection.close()
    if left:
        fail("%d clips outlive their call" % left)


def main(source, programs):
    if shutil.which("ffmpeg") is None:
        print("SKIPPED: ffmpeg is not installed")
        sys.exit(77)
    with ClipSite(programs, clips="{send: true}", show_digits="true") as site:
        site.start_server()
        site.log_in()
        site.start_daemon()
        heard_around_the_flag(site, source)
        digits_are_silent(site, source)
        private_queues(site, source)
        faults_have_places(site)
        after_the_recorder_deletes(site, source)
        held_and_erased(site)
        site.stop_daemon()
        shown_digits_stay_at_home(site)
        gone_with_their_call(site)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
