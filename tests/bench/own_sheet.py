#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What others' calls cost an agent's own sheet, and a live month everybody: own_sheet.py PROGRAMS [FEW] [MANY] [TEAM] [LIVE]

A month in which one agent has 100 calls, and 200 others have FEW (1 000) and then MANY (100 000). Prints what the server computes, in
milliseconds, for the agent's sheet for the first time, after something was told to the store, and again, and how many times the second costs
with MANY what it costs with FEW. Fails over 1.2 times.

Then a month of TEAM (500) agents with LIVE (20000,100000) calls, in which everybody has a new call before each look at somebody's own sheet, and
at the table of all. Prints the median on the clock against the aims of 50 and 300 ms, and fails over them.
Run by tests/support/postgres.py it asks copies on PostgreSQL, whose own processor time is printed beside.
"""
import glob
import hashlib
import http.client
import json
import os
import sqlite3
import statistics
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from filled import SCHEME, Filled, Person

programs = sys.argv[1]
sizes = [int(sys.argv[i]) if len(sys.argv) > i else size for i, size in ((2, 1_000), (3, 100_000))]
server = programs + "/callqa-server"
OWN, OTHERS, MOST, LOOKS = 100, 200, 1.2, 50
team = int(sys.argv[4]) if len(sys.argv) > 4 else 500
months = [int(one) for one in (sys.argv[5] if len(sys.argv) > 5 else "20000,100000").split(",")]
SHEET_MS, TEAM_MS, LIVE_LOOKS = 50, 300, 20
GRADES = """grades:
  - {grade: A, names: {en: A, zh: A}, from: 60, coefficient: 2}
  - {grade: B, names: {en: B, zh: B}, below: 60, coefficient: 1}
"""


def result(call, agent):
    events = [{"id": i + 1, "type": "silence", "start_ms": 12000 + 9000 * i, "end_ms": 18000 + 9000 * i, "cause": "unexplained", "confidence": 0.95}
              for i in range(12)]
    channels = [{"index": i, "role": role, "speech_ms": [[1000 + 9000 * k, 9000 + 9000 * k] for k in range(20)], "active_level_dbfs": -23.9,
                 "noise_dbfs": -60.0, "clipped_ms": 0, "leak_db": None, "leak_delay_ms": None} for i, role in enumerate(["agent", "customer"])]
    return {
        "schema": "callqa.result/1",
        "recording": {"path": "/var/spool/%s.wav" % call, "sha256": hashlib.sha256(call.encode()).hexdigest(), "bytes": 1206760, "container": "WAV", "encoding": "ULAW", "rate_hz": 8000,
                      "channels": 2, "duration_ms": 240000, "layout": "stereo"},
        "call": {"id": call, "agent": str(agent), "customer": None, "queue": "sales", "direction": "in", "started_at": "2025-11-20T10:15:02+08:00",
                 "source": "freepbx"},
        "measurable": {"speech": "ok", "silence": "ok", "overtalk": "ok", "hold": "ok", "level": "ok", "reasons": []},
        "channels": channels, "events": events, "measures": {"talk_agent_ms": 31000, "talk_customer_ms": 12000},
        "score": {"rubric": "standard", "rubric_version": "2", "base": 100, "total": 96, "decided_total": None, "deductions": []},
        "analyzer": {"version": "0.1.0", "models": "sha256:00", "rules": 2}}


def text_of(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def fill(store, own, calls, others):
    """The first so many are the agent's, p0; no result of before is left to be gone through beside."""
    db = sqlite3.connect(store)
    db.execute("CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
               " SELECT i, CASE WHEN i <= ? THEN 0 ELSE 1 + i % ? END AS a FROM n", (calls + own, own, others))
    db.execute("INSERT INTO calls(id, site, source, call_id, revision, recorder, agent, queue, direction, started_at, started_ms, day, person,"
               " path, sha256, duration_ms, rubric, rubric_version, base_c, total_c, score_c, flag_count, open_count, received_ms,"
               " updated_ms, measurable, basis) SELECT i, '', 'freepbx', 'c' || i, 1, 'pbx', 8000 + a, 'sales', 'in', '2025-11-20T00:00:00+08:00', i,"
               " 20251120, 'p' || a, '/var/spool/' || i, 'ab', 240000, 'standard', '2', 10000, 9600, 9600, 0, 0, i, i, 1, X'00' FROM n")
    db.execute("INSERT INTO revisions(call, revision, key_hash, key, digest, recorder, received_ms, body) SELECT i, 1, randomblob(16), 'k' || i,"
               " randomblob(32), 'pbx', i, replace(?, '@', 'c' || i) FROM n", (text_of(result("@", 8001)),))
    db.commit()
    db.close()


def measure(own, calls, others, ask):
    with tempfile.TemporaryDirectory(prefix="callqa-bench-") as folder:
        filled = Filled(server, folder)
        filled.add_scheme(SCHEME + GRADES)
        filled.add_user("hr", "hr")
        recorder = filled.add_token("pbx", "recorder")
        fill(filled.store, own, calls, others)
        filled.copy()
        filled.start(CALLQA_MODELS=folder)
        try:
            return ask(filled, recorder, own, calls)
        finally:
            filled.stop()


def open_round(hr, others):
    number = hr.ask("POST", "appraisals", {"scheme": "own", "period": "2025-11", "place": "bench"})[1]["appraisal"]
    hr.ask("POST", "appraisals/%d/imports?file=extra.csv" % number, "agent,extra\n" + "".join("p%d,1\n" % i for i in range(others + 1)))
    return "appraisals/%d" % number


def computed_ms(filled):
    """Of all threads of the server, none of which ends meanwhile: the clock ticks of a process are too coarse."""
    tasks = "/proc/%d/task" % filled.process.pid
    return sum(int(open("%s/%s/schedstat" % (tasks, one)).read().split()[0]) for one in os.listdir(tasks)) / 1e6


def by_database_ms(filled):
    """Of the processes of PostgreSQL that serve this server, none of which ends meanwhile."""
    def one(process):
        try:
            with open(process + "/cmdline") as command, open(process + "/schedstat") as stat:
                return int(stat.read().split()[0]) / 1e6 if command.read().startswith("postgres: callqa %s " % filled.name) else 0
        except OSError:  # another one has ended
            return 0

    return sum(one(process) for process in glob.glob("/proc/[0-9]*")) if filled.name else 0


def ask_sheets(filled, _, __, calls):
    hr = Person(filled, "hr")

    path = open_round(hr, OTHERS)

    def look(count, before=lambda i: None):
        """Milliseconds of processor a look, and the least on the clock; what is done before each is not counted."""
        clock, processor = [], 0.0
        for i in range(count):
            before(i)
            begin, first = time.monotonic(), computed_ms(filled)
            sheet = hr.get(path + "/sheets/p0")
            assert "96" in json.dumps(sheet), sheet
            processor += computed_ms(filled) - first
            clock.append((time.monotonic() - begin) * 1000)
        return processor / count, min(clock)

    def change(i):
        hr.ask("POST", path + "/least", {"note": "something changed, %d" % i})

    taken = {"for the first time": look(1), "after a change": look(LOOKS, change), "again": look(LOOKS)}
    for when, (processor, clock) in taken.items():
        print("%7d calls of others, the sheet %-18s %8.1f ms, computed %8.1f ms" % (calls, when, clock, processor), flush=True)
    return taken["after a change"]["CQA_TEST_POSTGRES" in os.environ]


def post_one_each(filled, recorder, turn):
    """A new call for everybody, as a recorder posts them."""
    lines = [text_of({"key": "new-%d-%d" % (turn, i), "result": result("new-%d-%d" % (turn, i), 8000 + i)}) for i in range(team)]
    for first in range(0, team, 200):
        connection = http.client.HTTPConnection("127.0.0.1", filled.port, timeout=600)
        connection.request("POST", "/api/v1/results", "\n".join(lines[first:first + 200]).encode(),
                           {"Authorization": "Bearer " + recorder, "Content-Type": "application/x-ndjson"})
        reply = connection.getresponse()
        answers = json.loads(reply.read())
        assert reply.status == 200 and all(answer["status"] == 201 for answer in answers), answers[:3]
        connection.close()


def ask_live(filled, recorder, own, calls):
    """Medians on the clock of what is looked at after everybody has had a new call: the own sheet, and the table."""
    hr, turn = Person(filled, "hr"), 0
    hr.ask("PUT", "roster", "person,extension,team,post,from,to\n" + "".join("p%d,%d,t1,,,\n" % (i, 8000 + i) for i in range(team)))
    path, good = open_round(hr, team - 1), True
    hr.get(path + "/results")
    for what, aim, ask in (("an own sheet", SHEET_MS, "/sheets/p0"), ("a team of %d" % team, TEAM_MS, "/results")):
        clock, processor, database = [], 0.0, 0.0
        for _ in range(LIVE_LOOKS):
            turn += 1
            post_one_each(filled, recorder, turn)
            first, others = computed_ms(filled), by_database_ms(filled)
            begin = time.monotonic()
            hr.get(path + ask)
            clock.append((time.monotonic() - begin) * 1000)
            processor += computed_ms(filled) - first
            database += by_database_ms(filled) - others
        print("%7d calls of %d, all with a new one: %-16s median %7.1f ms, least %7.1f, worst %7.1f, computed %7.1f, by the database %7.1f, aim %d" % (
            own + calls, team, what, statistics.median(clock), min(clock), max(clock), processor / LIVE_LOOKS, database / LIVE_LOOKS, aim), flush=True)
        good = good and statistics.median(clock) <= aim
    seen = {sheet["agent"] for sheet in hr.get(path + "/results")["sheets"]}
    assert len(seen) == team, len(seen)
    each = own + 2 * LIVE_LOOKS
    (rubric,) = hr.get(path + "/sheets/p0")["sheet"]["rubrics"]
    assert rubric["calls"] == each, (rubric, each)
    return good


few, many = (measure(OWN, size, OTHERS, ask_sheets) for size in sizes)
print("with %d calls of others it costs %.1f times what it costs with %d (at most %.1f)" % (sizes[1], many / few, sizes[0], MOST))
good = [measure(size // team, size - size // team, team - 1, ask_live) for size in months]
sys.exit(1 if many / few > MOST or not all(good) else 0)
