#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file of a call in two files is rewritten: rewritten.py SOURCE PROGRAMS

Longer, shorter, with other sound, with no sound at all; either of the two; before anything of the call was posted, after, and while its
period is closed. Each time the call ends as one, with what lies there now, or as legs which say why they are. Then what was copied
before it was written anew, and what is copied over another recording of its call.
"""
import os
import shutil
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from appraisal import Floor, Person
from bench import fail, wait_until
from lives import LEGS, Lives, expect, sox, states

IN, OUT = LEGS
APART = ["scored:leg_apart"] * 2
JOINED = ["excluded:leg", "scored"]
# What lies there first, in the files of IN and OUT; which is rewritten with what, in turn; then the layouts and seconds of the call's
# recordings, and the states of its files.
CASES = {
    1: (("short", "short"), [(IN, "whole")], [("leg", 14), ("leg", 39)], APART),
    2: (("short", "short"), [(OUT, "whole")], [("leg", 14), ("leg", 39)], APART),
    3: (("short", "short"), [(IN, "whole"), (OUT, "whole")], [("stereo", 39)], JOINED),
    4: (("short", "short"), [(OUT, "whole"), (IN, "whole")], [("stereo", 39)], JOINED),
    5: (("whole", "whole"), [(IN, "most")], [("stereo", 39)], JOINED),  # what is left of it tells nothing new
    6: (("whole", "whole"), [(OUT, "most")], [("stereo", 39)], JOINED),
    7: (("whole", "whole"), [(IN, "other")], [("stereo", 39)], JOINED),
    8: (("whole", "whole"), [(OUT, "other")], [("stereo", 39)], JOINED),
    9: (("whole", "whole"), [(IN, "other short")], [("leg", 14), ("leg", 39)], APART),
    10: (("whole", "whole"), [(OUT, "other short")], [("leg", 14), ("leg", 39)], APART),
    11: (("whole", "whole"), [(IN, "none")], [("stereo", 39)], ["failed:not_audio", "scored:leg_apart"]),
    12: (("whole", "whole"), [(OUT, "none")], [("stereo", 39)], ["failed:not_audio", "scored"]),
    13: (("short", "whole"), [(IN, "whole")], [("stereo", 39)], JOINED),
    14: (("short", "whole"), [(IN, "whole"), (IN, "long")], [("leg", 39), ("leg", 54)], APART),  # the other as before it was joined
    15: (("whole", "short"), [(OUT, "whole"), (OUT, "long")], [("leg", 39), ("leg", 54)], APART),
    16: (("short", "whole"), [(IN, "whole"), (IN, "long"), (IN, "whole")], [("stereo", 39)], JOINED),
    17: (("whole", "whole"), [(IN, "other short"), (IN, "whole")], [("stereo", 39)], JOINED),
    18: (("whole", "whole"), [(IN, "none"), (IN, "whole")], [("stereo", 39)], JOINED),
    19: (("whole", "whole"), [(OUT, "none"), (OUT, "whole")], [("stereo", 39)], JOINED),
}


class Contents:
    """Files of a party, by what they hold and whose they are."""

    def __init__(self, top, sample):
        self.top = top
        for ending, channel in ((IN, "2"), (OUT, "1")):
            whole = self.path("whole", ending)
            sox(sample, whole, "remix", channel)
            sox(whole, self.path("short", ending), "trim", "0", "14")
            sox(whole, self.path("most", ending), "trim", "0", "25")
            sox(whole, self.path("long", ending), "pad", "0", "15")
            sox(whole, self.path("other", ending), "reverse")
            sox(whole, self.path("other short", ending), "reverse", "trim", "0", "14")
            with open(self.path("none", ending), "wb") as out:
                out.write(b"no recording at all " * 5000)

    def path(self, what, ending):
        return os.path.join(self.top, what + ending)


def is_found(lives, path):
    facts = os.stat(path)
    return lives.site.ask_store("SELECT count(*) FROM recordings WHERE CAST(path AS TEXT) = '%s' AND size_bytes = %d AND mtime_ns = %d" %
                                (path, facts.st_size, facts.st_mtime_ns))


def analysed(lives):
    """Everything that lies there was found and analysed."""
    folder = lives.site.watched[0]
    for name in os.listdir(folder):
        wait_until("%s is found" % name, lambda: is_found(lives, os.path.join(folder, name)))
    wait_until("nothing is to be analysed", lambda: lives.site.ask_store(
        "SELECT count(*) FROM recordings WHERE state IN ('ready', 'leased', 'settling')") == 0)


def settled(lives):
    """And sent."""
    analysed(lives)
    wait_until("nothing is to be sent", lives.is_quiet)


def put_first(lives, contents):
    """That of IN is found first, and so carries the call."""
    for i, ending in enumerate(LEGS):
        for number, (first, *_) in CASES.items():
            lives.put(number, ending, contents.path(first[i], ending))
        wait_until("all are found", lambda: lives.site.ask_store("SELECT count(*) FROM recordings") == len(CASES) * (i + 1))


def rewrite(lives, contents, settle):
    for turn in range(3):
        for number, (_, steps, *_) in CASES.items():
            if turn < len(steps):
                ending, what = steps[turn]
                lives.put(number, ending, contents.path(what, ending))
        settle(lives)


def wrong_calls(lives, otherwise):
    wrong = []
    for number, (_, _, wanted, files) in CASES.items():
        wanted = otherwise.get(number, wanted)
        found = sorted((call["recording"]["layout"], call["recording"]["duration_ms"] // 1000) for call in lives.calls(number))
        if found != wanted or states(lives.site, number) != files:
            wrong.append((number, found, wanted, states(lives.site, number)))
    return wrong


def expect_calls(lives, when, otherwise):
    wrong = wrong_calls(lives, otherwise)
    if wrong:
        fail("%s:\n%s" % (when, "\n".join("call %d: %s, not %s; files %s" % one for one in wrong)))


def charged_alone(lives):
    """A leg costs nobody anything."""
    for number in CASES:
        for call in lives.calls(number):
            if call["recording"]["layout"] == "leg":
                expect("points of a leg of call %d" % number, call["score"]["total"], 100)


def posted_before(site, lives, contents):
    site.start_server()
    site.start_daemon()
    put_first(lives, contents)
    settled(lives)
    rewrite(lives, contents, settled)


def not_posted_before(site, lives, contents):
    site.start_server()
    site.stop_server()
    site.start_daemon()
    put_first(lives, contents)
    analysed(lives)
    rewrite(lives, contents, analysed)
    site.start_server()
    settled(lives)
    return {11: [("leg", 39)]}  # what they were as one, nobody had heard of


def kept_back(site, lives, contents):
    """Closed days stay as they are; what waits for them is accepted when they are opened again."""
    for name in ("lea", "max"):
        site.add_user(name, "lead")
    site.start_server()
    lead, second = Person(site, "lea"), Person(site, "max")
    site.start_daemon()
    put_first(lives, contents)
    settled(lives)
    before = {number: len(lives.calls(number)) for number in CASES}
    days = {"from": "2025-11-01", "to": "2025-11-30"}
    lead.tell("/api/v1/periods", {**days, "ignore_open": True, "note": "paid"})
    rewrite(lives, contents, settled)
    expect("calls of closed days", {number: len(lives.calls(number)) for number in CASES}, before)
    period = lead.ask("/api/v1/periods")["periods"][0]["period"]
    asked = lead.tell("/api/v1/periods/%d/open" % period, {"note": "late"})["asked"]
    second.tell("/api/v1/asked/%d/confirm" % asked, {})
    accepted = lead.tell("/api/v1/previews/accept", days)
    expect("what is refused of what waited", [number for word, number in accepted.items() if word != "accepted"], [0] * (len(accepted) - 1))


COPIED = {21: IN, 22: OUT, 23: ".wav"}  # a file of a party, and a whole recording


def copied_and_written_anew(lives, contents, sample):
    """What was known under one name is left under another: it goes on counting, until it is written over as well."""
    whole, short = (os.path.join(contents.top, name) for name in ("of-both.wav", "short-of-both.wav"))
    sox(sample, whole, "reverse")
    sox(sample, short, "trim", "0", "14")
    elsewhere = os.path.join(lives.site.watched[0], "kept")
    os.makedirs(elsewhere)

    def put(what):
        for number, ending in COPIED.items():
            lives.put(number, ending, {"short": short, "other": whole}[what] if ending == ".wav" else contents.path(what, ending))

    def keep():
        for number, ending in COPIED.items():
            part = lives.path(number, ending, elsewhere) + ".part"
            shutil.copyfile(lives.path(number, ending), part)
            os.rename(part, lives.path(number, ending, elsewhere))

    def lengths():
        return [sorted(call["recording"]["duration_ms"] // 1000 for call in lives.calls(number)) for number in COPIED]

    put("short")
    wait_until("the first are known", lambda: lengths() == [[14]] * 3)
    keep()
    wait_until("the copies are known", lambda: lives.site.ask_store("SELECT count(*) FROM copies") == len(COPIED))
    put("other")
    settled_for(lives, lengths, [[14, 39]] * 3, "written anew beside a copy of before")
    keep()
    settled_for(lives, lengths, [[39]] * 3, "copied over it")


def settled_for(lives, ask, wanted, what):
    end = time.monotonic() + 40
    while ask() != wanted and time.monotonic() < end:
        time.sleep(0.5)
    wait_until("nothing is to be sent", lives.is_quiet)
    expect(what, ask(), wanted)


def main(source, programs):
    sample = os.path.join(source, "samples", "in-8001-13800138000-20251120-101502-1763604902.17.wav")
    for live in (posted_before, not_posted_before, kept_back):
        with Floor(programs, leg_wait="30s") as site:
            lives, contents = Lives(site, site.top, sample), Contents(site.top, sample)
            otherwise = live(site, lives, contents) or {}
            expect_calls(lives, live.__name__.replace("_", " "), otherwise)
            charged_alone(lives)
            site.stop_daemon()
    with Floor(programs, leg_wait="2s") as site:
        lives, contents = Lives(site, site.top, sample), Contents(site.top, sample)
        site.start_server()
        site.start_daemon()
        copied_and_written_anew(lives, contents, sample)
        site.stop_daemon()
    print("rewritten: ok")


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]))
