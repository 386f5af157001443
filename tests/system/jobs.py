#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job that kills its server: jobs.py SOURCE PROGRAMS

On SQLite and on PostgreSQL a server is killed each time that it has an export under way, and started again. The third time
is the last: then the job has failed, with the reason in both languages, and the server goes on serving. Another one, by
then without the fault, does what is asked of it.

Then servers are killed at moments spread over the closing of a round of 8 000 calls, and over the reading of its results: what is
in the store is all of a closed round or nothing of it, and the next server goes on.
"""
import http.client
import os
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from bench import fail, wait_until
from filled import SCHEME, Filled, Person, fill_month
from postgres import Postgres

TRIES = 3


def make(programs, folder):
    """A store of one month, with somebody who looks after each."""
    filled = Filled(programs + "/callqa-server", folder)
    filled.add_scheme(SCHEME)
    filled.add_user("lea", "lead")
    filled.add_user("hana", "hr")
    fill_month(filled.store, CALLS, PEOPLE, [RESULT], 400)
    filled.copy()
    return filled


def let_go(filled):
    """The next server may have the job at once, as if a minute had gone by: so long it is the killed one's on PostgreSQL."""
    if filled.name:
        filled.sql("UPDATE jobs SET taken_ms = 0")


def expect_killed(filled, what):
    if filled.process.wait(120) != -signal.SIGKILL:
        fail("%s was not killed by its job: %d" % (what, filled.process.returncode))
    let_go(filled)


def answer_of(who, job):
    """Status, and what it says."""
    status = ended(who, job)
    try:
        return status, who.get("jobs/%d/result" % job)
    except AssertionError as problem:
        return status, problem.args[0][2].decode()


def play(name, programs, fault):
    with tempfile.TemporaryDirectory(prefix="callqa-jobs-") as folder:
        filled = make(programs, folder)
        filled.start()
        lea = Person(filled, "lea")
        filled.stop()
        filled.start(LD_PRELOAD=fault)
        try:
            job = lea.keep("GET", "export/calls.csv")
        except (OSError, http.client.HTTPException):
            job = 1  # it was killed before it had answered: the job was kept before
        expect_killed(filled, "the first server")
        for again in range(TRIES - 1):
            filled.launch(LD_PRELOAD=fault)
            expect_killed(filled, "server %d" % (again + 2))
        filled.start(LD_PRELOAD=fault)
        status, text = answer_of(lea, job)
        if status != 500 or "begun 3 times" not in text or "已开始 3 次" not in text:
            fail("%s: %d %s" % (name, status, text))
        filled.stop()
        if filled.process.returncode != 0:
            fail("it did not end well: %d" % filled.process.returncode)
        filled.start()
        status, text = answer_of(lea, lea.keep("GET", "export/calls.csv"))
        filled.stop()
        if status != 200:
            fail("%s, without the fault: %d %s" % (name, status, text))
        print("%s: killed %d times by one job, which then failed with the reason; the next was done" % (name, TRIES))


# ---- a round

CALLS, PEOPLE, KILLS = 8000, 20, 3
RESULT = {
    "schema": "callqa.result/1",
    "recording": {"path": "/var/spool/@.wav", "sha256": "ab" * 32, "bytes": 1206760, "container": "WAV", "encoding": "ULAW", "rate_hz": 8000,
                  "channels": 2, "duration_ms": 240000, "layout": "stereo"},
    "call": {"id": "@", "agent": "8001", "customer": None, "queue": "sales", "direction": "in", "started_at": "2025-11-20T10:15:02+08:00",
             "source": "freepbx"},
    "measurable": {"speech": "ok", "silence": "ok", "overtalk": "ok", "hold": "ok", "level": "ok", "reasons": []},
    "channels": [], "events": [], "measures": {"talk_agent_ms": 31000},
    "score": {"rubric": "standard", "rubric_version": "2", "base": 100, "total": 96, "decided_total": None, "deductions": []},
    "analyzer": {"version": "0.1.0", "models": "sha256:00", "rules": 2}}
CLOSING = {"place": "room 2", "ignore_undecided": True, "note": "they stand as they are"}


class Rounds:
    """Of one month: each corrects the one before, and everybody has signed it."""

    def __init__(self, filled):
        self.filled, self.round = filled, 0

    def next(self, hr):
        if self.round:
            number = hr.ask("POST", "appraisals/%d/corrections" % self.round, {"reason": "once more"})[1]["appraisal"]
        else:
            number = hr.ask("POST", "appraisals", {"scheme": "own", "period": "2025-11"})[1]["appraisal"]
            hr.ask("POST", "appraisals/%d/imports?file=a.csv" % number, "agent,extra\n" + "".join("p%d,%d\n" % (i, i) for i in range(PEOPLE)))
        for stage in ("interview", "objections"):
            hr.ask("POST", "appraisals/%d/stage" % number, {"stage": stage, "place": "room 2"})
        for person in range(PEOPLE if not self.round else 0):
            hr.ask("POST", "appraisals/%d/sheets/p%d/signatures" % (number, person), {"as": "hr"})
        known = "s.round = %d AND k.side < 2" % number if not self.round else "s.round = %d AND s.side = 2" % self.round
        self.filled.sql('INSERT INTO sheet_signatures(round, agent, side, how, "user", at_ms, numbers) SELECT %d, s.agent, k.side, 0, s."user", s.at_ms,'
                        " s.numbers FROM sheet_signatures s, (SELECT 0 AS side UNION SELECT 1 UNION SELECT 2) k WHERE %s" % (number, known))
        self.round = number
        return "appraisals/%d" % number

    def is_closed(self):
        """All of it or nothing."""
        ask = lambda text: int(self.filled.sql(text % self.round))
        found = (ask("SELECT stage FROM rounds WHERE id = %d"), ask("SELECT count(*) FROM kept_sheets WHERE round = %d"),
                 ask("SELECT count(*) FROM audit WHERE action = 'appraisal.close' AND object = 'appraisal %d'"))
        if found not in ((2, 0, 0), (3, PEOPLE, 1)):
            fail("a round is half closed: stage %d, %d sheets kept, closed %d times by the log" % found)
        return found[0] == 3


def kill_and_start(filled, after_s):
    """The next server has the job at once, as if a minute had gone by."""
    time.sleep(after_s)
    filled.process.kill()
    filled.process.wait()
    let_go(filled)
    filled.start(CALLQA_MODELS=filled.folder)


def ended(hr, job):
    wait_until("the job has ended", lambda: hr.get("jobs/%d" % job)["state"] == "done")
    return hr.get("jobs/%d" % job)["status"]


def play_rounds(name, programs):
    with tempfile.TemporaryDirectory(prefix="callqa-jobs-") as folder:
        filled = make(programs, folder)
        filled.start(CALLQA_MODELS=folder)
        hr, rounds, outcomes = Person(filled, "hana"), Rounds(filled), []
        path = rounds.next(hr)
        begin = time.monotonic()
        answer, _ = hr.do("POST", path + "/close", CLOSING)
        took_s = time.monotonic() - begin
        if answer["stage"] != "closed" or not rounds.is_closed():
            fail("%s: it is not closed: %s" % (name, answer))
        sheets = hr.get(path + "/results")["sheets"]
        for kill in range(KILLS):
            path = rounds.next(hr)
            reading = hr.keep("GET", path + "/results")
            kill_and_start(filled, took_s * kill / KILLS)
            if ended(hr, reading) != 200 or len(hr.get("jobs/%d/result" % reading)["sheets"]) != PEOPLE:
                fail("%s: the results after a kill: %s" % (name, hr.get("jobs/%d" % reading)))
            job = hr.keep("POST", path + "/close", CLOSING)
            for _ in range(TRIES - 1):
                kill_and_start(filled, took_s * (kill + 1) / KILLS)
                was_closed = rounds.is_closed()
            status = ended(hr, job)
            outcomes.append(status)
            if not rounds.is_closed() or status not in ((200, 409) if was_closed else (200,)):
                fail("%s: closing after kills ended with %d" % (name, status))
            if hr.get(path + "/results")["sheets"] != sheets:
                fail("%s: another closed round than without kills" % name)
        filled.stop()
        print("%s: a round was closed in %.1f s; killed %d times while %d more were, none half: %s" % (name, took_s, KILLS * TRIES, KILLS, outcomes))


def main(source, programs):
    with tempfile.TemporaryDirectory(prefix="callqa-jobs-") as folder, Postgres() as postgres:
        fault = folder + "/dies.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-D_GNU_SOURCE", "-o", fault,
                        os.path.join(source, "tests", "support", "preload", "dies.c"), "-ldl"], check=True)
        for name in ("SQLite", "PostgreSQL"):
            play(name, programs, fault)
            play_rounds(name, programs)
            os.environ["CQA_TEST_POSTGRES"] = postgres.folder


if __name__ == "__main__":
    main(*sys.argv[1:])
