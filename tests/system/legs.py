#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A call in two files, one for each party: legs.py SOURCE PROGRAMS. Cut apart and put together by names, by start times and by
--leg; never by guess; in the daemon whichever comes first, and however late the other."""
import json
import os
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from bench import Site, fail, wait_until

NAME = "in-8001-13800138000-20251120-101502-1763604902.17"
WITHIN_MS = 60


def sox(*arguments):
    subprocess.run(["sox", "-D", *arguments], check=True)


def cut(sample, customer, agent, skew_s=0.0):
    """As FreePBX names them: what comes from the caller, what goes to him, which begins `skew_s` later."""
    sox(sample, "-e", "u-law", customer, "remix", "2")
    sox(sample, "-r", "16000", agent, "remix", "1", "trim", str(skew_s))


def events(result):
    return [(e["type"], e.get("cause") or e.get("kind"), e.get("by") or e.get("side"), e["start_ms"], e["end_ms"])
            for e in result["events"]]


def same(result, expected, what):
    found = events(result)
    wanted = events(expected)
    if len(found) != len(wanted) or any(a[:3] != b[:3] or abs(a[3] - b[3]) > WITHIN_MS or abs(a[4] - b[4]) > WITHIN_MS
                                        for a, b in zip(found, wanted)):
        fail("%s: events %s, not %s" % (what, found, wanted))
    costs = [[(d["rule"], d["points"]) for d in r["score"]["deductions"]] for r in (result, expected)]
    if costs[0] != costs[1]:
        fail("%s: costs %s, not %s" % (what, *costs))


class Desk:
    def __init__(self, programs):
        self.callqa = os.path.join(programs, "callqa")

    def analyze(self, *arguments):
        done = subprocess.run([self.callqa, "analyze", "--format", "jsonl", *arguments], capture_output=True, text=True)
        if done.returncode != 0:
            fail("%s: exit code %d\n%s" % (arguments, done.returncode, done.stderr))
        self.said = done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def joined(self, what, *arguments):
        results = self.analyze(*arguments)
        if len(results) != 1 or results[0]["recording"]["layout"] != "stereo" or len(results[0]["recording"]["legs"]) != 2:
            fail("%s: not joined: %s %s" % (what, [r["recording"] for r in results], self.said))
        return results[0]

    def apart(self, what, *arguments):
        results = self.analyze(*arguments)
        if [r["recording"]["layout"] for r in results] != ["leg", "leg"] or any(r["score"]["total"] != 100 for r in results):
            fail("%s: %s" % (what, [r["recording"] for r in results]))
        if "not joined" not in self.said:
            fail("%s: nothing is said of it: %s" % (what, self.said))
        return results


def by_names(desk, folder, expected):
    legs = [os.path.join(folder, NAME + ending) for ending in ("-in.wav", "-out.flac")]
    for paths in (legs, legs[::-1], [folder]):
        result = desk.joined("by names", "--recorder", "freepbx", *paths)
        same(result, expected, "by names")
        recording = result["recording"]
        if [(leg["path"], leg["role"], leg["offset_ms"]) for leg in recording["legs"]] != [
                (legs[0], "customer", 0), (legs[1], "agent", 0)] or result["call"]["id"] != "1763604902.17":
            fail("by names: %s" % recording)
    for typed in (legs, legs[::-1]):
        result = desk.joined("by names, typed", "--recorder", "freepbx", "--leg", typed[0], "--leg", typed[1])
        if [leg["path"] for leg in result["recording"]["legs"]] != legs or ("the names count" in desk.said) != (typed != legs):
            fail("typed as %s: %s, %s" % (typed, result["recording"]["legs"], desk.said))
    alone = desk.analyze("--recorder", "freepbx", legs[0])[0]
    if alone["recording"]["layout"] != "leg" or alone["channels"][0]["role"] != "customer" or \
            alone["call"]["id"] != "1763604902.17":
        fail("one alone: %s" % alone["recording"])
    html = os.path.join(folder, "day.html")
    subprocess.run([desk.callqa, "analyze", "--recorder", "freepbx", "--format", "html", "-o", html, *legs], check=True)
    os.unlink(html)


def by_start_times(desk, top, sample, expected):
    profile = os.path.join(top, "dated.yaml")
    with open(profile, "w") as out:
        out.write("name: dated\nagent_channel: 0\nleg: {pair: {a: 0, c: 1}, start: told}\npatterns:\n  - name: a file a party\n"
                  "    regex: '^(?<epoch>\\d{10})(?:\\.(?<fraction>\\d{3}))?-(?<id>\\d+)-(?<leg>a|c)\\.(?:wav|flac)$'\n")
    for skew_ms in (0, 400, 3000):
        folder = os.path.join(top, "dated%d" % skew_ms)
        os.makedirs(folder)
        start_ms = 1763604902417
        names = ["%d.%03d-17-%s" % (*divmod(start_ms + ms, 1000), ending)
                 for ms, ending in ((skew_ms, "a.flac"), (0, "c.wav"))]
        cut(sample, os.path.join(folder, names[1]), os.path.join(folder, names[0]), skew_ms / 1000)
        result = desk.joined("by start times", "--recorder", profile, folder)
        if [leg["offset_ms"] for leg in result["recording"]["legs"]] != [skew_ms, 0]:
            fail("by start times: %s" % result["recording"]["legs"])
        if skew_ms < 3000:  # later, what the agent said first is not in the file
            same(result, expected, "by start times")
        for name in names:
            os.rename(os.path.join(folder, name), os.path.join(folder, name.replace(name[10:14], "")))
        desk.apart("by seconds alone", "--recorder", profile, folder)


def by_hand(desk, folder, expected):
    agent, customer = os.path.join(folder, NAME + "-out.flac"), os.path.join(folder, NAME + "-in.wav")
    same(desk.joined("by hand", "--leg", agent, "--leg", customer, "--offset", "0"), expected, "by hand")
    legs = desk.apart("by hand, without a time", "--leg", agent, "--leg", customer)
    if [leg["channels"][0]["role"] for leg in legs] != ["agent", "customer"]:
        fail("by hand: %s" % [leg["channels"] for leg in legs])


def by_codings_that_begin_late(desk, top, sample, expected):
    """What MP3 and AAC put before the first sample, where the file does not tell: 69 and 64 ms at 16 kHz."""
    folder = os.path.join(top, "late")
    os.makedirs(folder)
    agent, customer = (os.path.join(folder, name) for name in ("agent.wav", "customer.wav"))
    cut(sample, customer, agent)
    sox(sample, "-r", "16000", agent, "remix", "1")
    for name, words in (("told.mp3", []), ("untold.mp3", ["-write_xing", "0"]), ("untold.aac", ["-c:a", "aac"]), ("untold.mka", ["-c:a", "aac"]),
                        ("told.m4a", ["-c:a", "aac"]), ("untold.mp2", ["-c:a", "mp2", "-b:a", "64k"])):
        encoded = os.path.join(folder, name)
        subprocess.run(["ffmpeg", "-v", "error", "-i", agent, "-b:a", "48k", *words, encoded], check=True)
        result = desk.joined(name, "--leg", encoded, "--leg", customer, "--offset", "0")
        same(result, expected, name)
        onsets = [min(abs(one[0] - other[0]) for other in expected["channels"][0]["speech_ms"])
                  for one in result["channels"][0]["speech_ms"]]
        if sorted(onsets)[len(onsets) // 2] > 16:
            fail("%s: the agent begins to speak %s ms off" % (name, onsets))


def in_the_daemon(programs, sample, expected):
    with Site(programs, leg_wait="20s") as site:
        def put(customer, agent, number):
            for source, ending in ((customer, "-in.wav"), (agent, "-out.flac")):
                if source:
                    part = os.path.join(site.top, "part")
                    shutil.copy(source, part)
                    os.utime(part, (time.time(), time.time()))
                    os.rename(part, os.path.join(site.watched[0], "in-8001-13800138000-20251120-101502-17636049%02d.17%s" %
                                                 (number, ending)))

        def calls():
            return {call["call"]["id"] + call["recording"].get("part", ""): call for call in site.server_calls()}

        customer, agent, late = (os.path.join(site.top, name) for name in ("customer.wav", "agent.flac", "late.flac"))
        cut(sample, customer, agent)
        cut(sample, os.path.join(site.top, "again.wav"), late, 5)
        site.start_server()
        site.start_daemon()
        put(customer, agent, 1)
        put(customer, None, 2)
        wait_until("both files are one call", lambda: "1763604901.17" in calls())
        if "1763604902.17" in calls():
            fail("the one did not wait for the other")
        put(None, agent, 2)
        wait_until("the other has come in time", lambda: "1763604902.17" in calls())
        for number in (1, 2):
            same(calls()["17636049%02d.17" % number], expected, "in the daemon")
        put(customer, None, 3)
        wait_until("one alone", lambda: "1763604903.17" in calls())
        if calls()["1763604903.17"]["recording"]["layout"] != "leg":
            fail("one alone: %s" % calls()["1763604903.17"]["recording"])
        put(None, agent, 3)
        wait_until("the other has come late",
                   lambda: calls()["1763604903.17"]["recording"]["layout"] == "stereo")
        same(calls()["1763604903.17"], expected, "late")
        if len(calls()) != 3:
            fail("calls %s" % list(calls()))
        put(customer, late, 4)
        wait_until("two that are not joined", lambda: site.ask_store(
            "SELECT count(*) FROM recordings WHERE state = 'scored' OR (state = 'excluded' AND reason = 'leg')") == 8)
        wait_until("the server has both", lambda: len(calls()) == 5)
        layouts = [call["recording"]["layout"] for call in calls().values()]
        if sorted(set(layouts)) != ["leg", "stereo"] or layouts.count("stereo") != 3:
            fail("not joined: %s" % layouts)
        site.stop_daemon()


def main(source, programs):
    sample = os.path.join(source, "samples", NAME + ".wav")
    desk = Desk(programs)
    with Site(programs) as site:
        expected = desk.analyze(sample)[0]
        folder = os.path.join(site.top, "named")
        os.makedirs(folder)
        cut(sample, os.path.join(folder, NAME + "-in.wav"), os.path.join(folder, NAME + "-out.flac"))
        by_names(desk, folder, expected)
        by_hand(desk, folder, expected)
        by_start_times(desk, site.top, sample, expected)
        by_codings_that_begin_late(desk, site.top, sample, expected)
    in_the_daemon(programs, sample, expected)
    print("legs: ok")


main(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]))
