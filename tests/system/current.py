#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What counts is what lies there now: current.py SOURCE PROGRAMS

A recording is replaced, put back, replaced by its own beginning, truncated and restored with the very same bytes and time; the recorder's store is lost and
begins anew; the month is closed, and what comes for it waits until it is opened again. After each step the server has what the
folder has, and no delivery was refused. Of a recording whose two names tell two agents nobody is charged.
"""
import os
import random
import shutil
import sys
import wave

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from appraisal import Floor, Person, expect, make_call
from bench import Voices, fail, name_of, wait_until


class Folder:
    """Two contents, A of 100 points and B of 94, and where they are put as the recording of a number."""

    def __init__(self, site, voices):
        self.site = site
        for name, pauses in (("A", ()), ("B", (28,))):
            make_call(self.path(name), 7, pauses, voices)
        make_call(self.path("long"), 8, (1,) * 12 + (28,), voices)  # 94 points
        self.cut("long", "begun", 40)

    def cut(self, content, target, away_s):
        """Its beginning alone, without the last seconds."""
        with wave.open(self.path(content)) as reader:
            count = reader.getnframes() - away_s * reader.getframerate()
            with wave.open(self.path(target), "wb") as writer:
                writer.setparams(reader.getparams())
                writer.writeframes(reader.readframes(count))

    def path(self, content):
        return os.path.join(self.site.calls, content)

    def target(self, number=0):
        return os.path.join(self.site.watched[0], name_of(number))

    def put(self, content, number=0):
        """Moved into its place, with the time that it has."""
        shutil.copy2(self.path(content), os.path.join(self.site.calls, "new"))
        os.replace(os.path.join(self.site.calls, "new"), self.target(number))


def call_of(site, number=0):
    return next((call for call in site.server_calls() if call["recording"]["path"].endswith(name_of(number))), None)


def counts(site, total, what, number=0):
    """Waits until the call counts so; what it says of itself."""
    def ask():
        call = call_of(site, number)
        return call if call is not None and call["score"]["total"] == total else None
    return wait_until("%s counts with %d points" % (what, total), ask)


def failures(site):
    return [os.path.basename(failure["recording"]["path"]) for failure in site.get("/api/v1/failures")["failures"]]


def expect_at_rest(site):
    """Everything was sent, and nothing was refused."""
    wait_until("all is sent", lambda: site.ask_store("SELECT count(*) FROM deliveries WHERE state IN ('pending', 'in_flight')") == 0)
    expect("what was refused", site.ask_store("SELECT count(*) FROM deliveries WHERE state = 'quarantined'"), 0)


def replaced_and_put_back(site, folder):
    numbers = []
    for content, total in ("A", 100), ("B", 94), ("A", 100), ("B", 94), ("A", 100):
        folder.put(content)
        numbers.append(counts(site, total, content)["generation"]["number"])
    expect("the order of generations", numbers, sorted(set(numbers)))
    expect_at_rest(site)


def truncated_and_restored(site, folder):
    for round in range(2):
        os.truncate(folder.target(), 20)
        wait_until("the failure is listed", lambda: failures(site) == [name_of(0)])
        expect("the score while it is broken", call_of(site)["score"]["total"], 100)
        folder.put("A")
        wait_until("the failure is over (%d)" % round, lambda: failures(site) == [])
        counts(site, 100, "what was restored")
    expect_at_rest(site)


def broken_and_moved(site, folder):
    """What cannot be read is listed where it lies now, and there alone."""
    def listed():
        return [os.path.relpath(failure["recording"]["path"], site.watched[0])
                for failure in site.get("/api/v1/failures")["failures"]]
    archived = os.path.join("archive", name_of(2))
    os.makedirs(os.path.join(site.watched[0], "archive"))
    with open(folder.target(2), "wb") as file:
        file.write(b"no call")
    wait_until("the failure is listed", lambda: listed() == [name_of(2)])
    os.replace(folder.target(2), os.path.join(site.watched[0], archived))
    wait_until("the failure is listed where it lies now", lambda: listed() == [archived])
    shutil.copy(folder.path("A"), os.path.join(site.watched[0], archived))
    wait_until("the failure is over", lambda: listed() == [])
    counts(site, 100, "what could not be read", 2)
    os.remove(os.path.join(site.watched[0], archived))
    expect_at_rest(site)


def lose_store(site):
    site.stop_daemon()
    shutil.rmtree(site.state)
    os.makedirs(site.state)


def store_lost(site, folder):
    """The new store counts from the beginning, and knows nothing of what was sent."""
    before = call_of(site)["generation"]["store"]
    lose_store(site)
    folder.put("B")
    site.start_daemon()
    if counts(site, 94, "what lies there")["generation"]["store"] == before:
        fail("a new store has the name of the old one")
    folder.put("A")
    counts(site, 100, "what was put back")
    expect_at_rest(site)


def shorter_in_its_place(site, folder):
    """A file that holds but the beginning is no worse copy of what it replaced: it is what there is."""
    for loses in False, True:
        folder.put("long", 2)
        long_s = counts(site, 94, "the long one", 2)["recording"]["duration_ms"] / 1000
        expect_at_rest(site)
        if loses:
            lose_store(site)
        folder.put("begun", 2)
        if loses:
            site.start_daemon()
        short_s = counts(site, 100, "its beginning, store lost: %s" % loses, 2)["recording"]["duration_ms"] / 1000
        expect("shorter by", round(long_s - short_s), 40)
        expect_at_rest(site)


def two_names(site, folder):
    """One sound under two names of one call that tell two agents: both values stand, nobody is charged, in either order."""
    for number, agents in (3, ("8003", "8010")), (4, ("8010", "8004")):
        name = name_of(number)
        first, second = (name.replace("in-80%02d" % number, "in-" + agent) for agent in agents)
        folder.put("B", number)
        if name != first:
            os.rename(folder.target(number), os.path.join(site.watched[0], first))
        one = wait_until("the first name counts", lambda: known(site, name))
        shutil.copy2(folder.path("B"), os.path.join(site.watched[0], second))
        call = wait_until("no agent is named", lambda: (lambda call: call if call["call"]["agent"] is None else None)(
            known(site, name)))
        expect("the calls", len([1 for other in site.server_calls() if other["call"]["id"] == one["call"]["id"]]), 1)
        expect("what they say", [sorted(doubt["values"]) for doubt in call["call"]["doubts"]], [sorted(agents)])
        expect_at_rest(site)


def known(site, name):
    """The call of the unique id in a name, with an agent or without."""
    unique = name.rsplit("-", 1)[1].removesuffix(".wav")
    return next((call for call in site.server_calls() if call["call"]["id"] == unique), None)


def closed_and_opened(site, folder, lead, second):
    lead.tell("/api/v1/periods", {"from": "2025-11-01", "to": "2025-11-30", "ignore_open": True, "note": "paid"})
    folder.put("B")
    folder.put("A", 1)  # a recording that comes late
    wait_until("two results wait", lambda: lead.ask("/api/v1/previews")["calls"] == 2)
    expect_at_rest(site)
    expect("the closed score", call_of(site)["score"]["total"], 100)
    expect("the late call", call_of(site, 1), None)
    waiting = lead.ask("/api/v1/previews")["most_changed"]
    expect("why they wait", sorted((one["kept"], one["closed"], one["number"] is None) for one in waiting),
           [("closed", True, False), ("closed", True, True)])
    days = {"from": "2025-11-01", "to": "2025-11-30"}
    expect("accepted while closed", lead.tell("/api/v1/previews/accept", days)["closed"], 2)
    period = lead.ask("/api/v1/periods")["periods"][0]["period"]
    asked = lead.tell("/api/v1/periods/%d/open" % period, {"note": "a late recording"})["asked"]
    expect("waiting", second.tell("/api/v1/asked/%d/confirm" % asked, {})["waiting"], 2)
    expect("the score of before", call_of(site)["score"]["total"], 100)
    expect("accepted", lead.tell("/api/v1/previews/accept", days)["accepted"], 2)
    counts(site, 94, "what waited")
    counts(site, 100, "what came late", 1)
    folder.put("A")
    counts(site, 100, "what was put back")
    expect_at_rest(site)


def main():
    random.seed(1)
    with Floor(os.path.abspath(sys.argv[2])) as site:
        folder = Folder(site, Voices())
        site.add_user("lea", "lead")
        site.add_user("max", "lead")
        site.start_server()
        lead = Person(site, "lea")
        site.start_daemon()
        replaced_and_put_back(site, folder)
        truncated_and_restored(site, folder)
        broken_and_moved(site, folder)
        store_lost(site, folder)
        shorter_in_its_place(site, folder)
        two_names(site, folder)
        closed_and_opened(site, folder, lead, Person(site, "max"))
        site.stop_daemon()
        site.stop_server()
    print("current: ok")


if __name__ == "__main__":
    main()
