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
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from bench import fail, wait_until
from filled import Filled, Person
from postgres import Postgres, make_store, sql

PASSWORD = "correct horse battery"
TRIES = 3


class Site:
    def __init__(self, programs, store):
        self.program = programs + "/callqa-server"
        self.top = tempfile.mkdtemp(prefix="callqa-jobs-")
        self.config, self.port_file = self.top + "/server.yaml", self.top + "/port"
        with open(self.config, "w") as out:
            out.write("listen: 127.0.0.1:0\nport_file: %s\nsession: {plain_cookie: true}\n%s" % (
                self.port_file, store or "store: sqlite:%s/scores.db\n" % self.top))
        subprocess.run([self.program, "user", "add", "lea", "--role", "lead", "--password-file", "-", "--config", self.config],
                       input=PASSWORD + "\n", text=True, check=True, capture_output=True)

    def start(self, **environment):
        if os.path.exists(self.port_file):
            os.unlink(self.port_file)
        with open(self.top + "/log", "ab") as log:
            process = subprocess.Popen([self.program, "--config", self.config], stderr=log,
                                       env={**os.environ, "STATE_DIRECTORY": self.top, **environment})
        return process

    def wait_for_port(self):
        self.port = int(wait_until("the server has a port", lambda: os.path.exists(self.port_file) and open(self.port_file).read().strip()))

    def ask(self, method, path, body=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, "/api/v1/" + path, json.dumps(body) if body else None,
                           {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer, text

    def log_in(self):
        answer, text = self.ask("POST", "session", {"name": "lea", "password": PASSWORD})
        if answer.status != 200:
            fail("no log-in: " + text)
        return {"Cookie": answer.getheader("Set-Cookie").split(";")[0], "X-CSRF-Token": json.loads(text)["csrf"]}

    def keep(self, who):
        answer, text = self.ask("GET", "export/calls.csv", None, Prefer="respond-async", **who)
        if answer.status != 202:
            fail("it is not kept: %d %s" % (answer.status, text))
        return json.loads(text)["job"]

    def answer_of(self, job, who):
        wait_until("the job has ended", lambda: json.loads(self.ask("GET", "jobs/%d" % job, **who)[1])["state"] == "done")
        return self.ask("GET", "jobs/%d/result" % job, **who)


def expect_killed(process, what, over):
    """The next server may have the job at once, as if a minute had gone by: so long it is the killed one's on PostgreSQL."""
    if process.wait(120) != -signal.SIGKILL:
        fail("%s was not killed by its job: %d" % (what, process.returncode))
    over()


def play(name, programs, store, fault, over):
    site = Site(programs, store)
    process = site.start()
    site.wait_for_port()
    who = site.log_in()
    process.kill()
    process.wait()
    process = site.start(LD_PRELOAD=fault)
    site.wait_for_port()
    try:
        job = site.keep(who)
    except (OSError, http.client.HTTPException):
        job = 1  # it was killed before it had answered: the job was kept before
    expect_killed(process, "the first server", over)
    for again in range(TRIES - 1):
        process = site.start(LD_PRELOAD=fault)
        expect_killed(process, "server %d" % (again + 2), over)
    process = site.start(LD_PRELOAD=fault)
    site.wait_for_port()
    answer, text = site.answer_of(job, who)
    problem = json.loads(text)
    if answer.status != 500 or "begun 3 times" not in problem["detail"] or "已开始 3 次" not in problem["detail_zh"]:
        fail("%s: %d %s" % (name, answer.status, text))
    process.send_signal(signal.SIGTERM)
    if process.wait(60) != 0:
        fail("it did not end well: %d" % process.returncode)
    process = site.start()
    site.wait_for_port()
    answer, text = site.answer_of(site.keep(who), who)
    process.kill()
    process.wait()
    if answer.status != 200:
        fail("%s, without the fault: %d %s" % (name, answer.status, text))
    print("%s: killed %d times by one job, which then failed with the reason; the next was done" % (name, TRIES))


# ---- a round

CALLS, PEOPLE, KILLS = 8000, 20, 3
SCHEME = """scheme: own
version: "1"
names: {en: Own, zh: 自}
source: test
period: monthly
indicators:
  - {id: quality, names: {en: Quality, zh: 质检}, range: [0, 100], need: measured, measured: {take: score, by: mean}}
  - {id: extra, names: {en: Extra, zh: 加分}, range: [0, 100], need: required}
items:
  - {id: total, names: {en: Total, zh: 总分}, type: sum, plus: [quality, extra]}
total: total
"""
BODY = json.dumps({
    "schema": "callqa.result/1",
    "recording": {"path": "/var/spool/@.wav", "sha256": "ab" * 32, "bytes": 1206760, "container": "WAV", "encoding": "ULAW", "rate_hz": 8000,
                  "channels": 2, "duration_ms": 240000, "layout": "stereo"},
    "call": {"id": "@", "agent": "8001", "customer": None, "queue": "sales", "direction": "in", "started_at": "2025-11-20T10:15:02+08:00",
             "source": "freepbx"},
    "measurable": {"speech": "ok", "silence": "ok", "overtalk": "ok", "hold": "ok", "level": "ok", "reasons": []},
    "channels": [], "events": [], "measures": {"talk_agent_ms": 31000},
    "score": {"rubric": "standard", "rubric_version": "2", "base": 100, "total": 96, "decided_total": None, "deductions": []},
    "analyzer": {"version": "0.1.0", "models": "sha256:00", "rules": 2}})


def fill(store):
    with sqlite3.connect(store) as db:
        db.execute("CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i, i % ? AS a FROM n",
                   (CALLS, PEOPLE))
        db.execute("INSERT INTO calls(id, site, source, call_id, revision, recorder, agent, queue, direction, started_at, started_ms, day, person,"
                   " path, sha256, duration_ms, rubric, rubric_version, base_c, total_c, score_c, flag_count, open_count, received_ms, updated_ms,"
                   " measurable, basis) SELECT i, '', 'freepbx', 'c' || i, 1, 'pbx', 8000 + a, 'sales', 'in', '2025-11-20T00:00:00+08:00', i, 20251120,"
                   " 'p' || a, '/var/spool/' || i, 'ab', 240000, 'standard', '2', 10000, 9600, 9600, 0, 0, i, i, 1, X'00' FROM n")
        db.execute("INSERT INTO revisions(call, revision, key_hash, key, digest, recorder, received_ms, body) SELECT i, 1, randomblob(16), 'k' || i,"
                   " randomblob(32), 'pbx', i, replace(?, '@', 'c' || i) FROM n", (BODY,))


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
    if filled.name:
        filled.sql("UPDATE jobs SET taken_ms = 0")
    filled.start(CALLQA_MODELS=filled.folder)


def ended(hr, job):
    wait_until("the job has ended", lambda: hr.get("jobs/%d" % job)["state"] == "done")
    return hr.get("jobs/%d" % job)["status"]


def play_rounds(name, programs):
    with tempfile.TemporaryDirectory(prefix="callqa-jobs-") as folder:
        os.mkdir(folder + "/schemes")
        with open(folder + "/schemes/own.yaml", "w", encoding="utf-8") as out:
            out.write(SCHEME)
        filled = Filled(programs + "/callqa-server", folder)
        filled.add_user("hana", "hr")
        fill(filled.store)
        filled.copy()
        filled.start(CALLQA_MODELS=folder)
        hr, rounds, outcomes = Person(filled, "hana"), Rounds(filled), []
        path = rounds.next(hr)
        begin = time.monotonic()
        answer, _ = hr.do("POST", path + "/close", {"place": "room 2"})
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
            job = hr.keep("POST", path + "/close", {"place": "room 2"})
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
        play("SQLite", programs, None, fault, lambda: None)
        database, store = make_store(postgres.folder)
        play_rounds("SQLite", programs)
        play("PostgreSQL", programs, store, fault, lambda: sql(postgres.folder, database, "UPDATE jobs SET taken_ms = 0"))
        os.environ["CQA_TEST_POSTGRES"] = postgres.folder
        play_rounds("PostgreSQL", programs)


if __name__ == "__main__":
    main(*sys.argv[1:])
