#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times what is scored anew: what_if.py PROGRAMS [CALLS] [FOLDER]

A month of CALLS (100 000) calls of 24 events each, by SQL; then, as jobs of a lead, what five other thresholds would find and what another
version of the rubric would come to. First as a store of before is found, where every text is read; then once the server has put beside
each result what rules need, and how long that took beside them. Prints seconds against the aim, on
the clock and as the server computed them: on a machine that does nothing else the two are alike, and the aim is for that. Run by tests/support/postgres.py it
asks the same of a copy on PostgreSQL.
"""
import http.client
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time

programs = sys.argv[1]
calls = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
folder = sys.argv[3] if len(sys.argv) > 3 else tempfile.mkdtemp(prefix="callqa-bench-")
server = programs + "/callqa-server"
models = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "models")
store, config = folder + "/scores.db", folder + "/config.yaml"
AIM_S, EVENTS, KINDS = 3, 24, 200
MEASURES = ("duration_ms", "talk_agent_ms", "talk_customer_ms", "talk_union_ms", "silence_total_ms", "silence_longest_ms", "overtalk_total_ms",
            "hold_total_ms", "hold_longest_ms", "queue_wait_ms", "ring_ms", "greeting_delay_ms", "response_agent_median_ms",
            "response_agent_p90_ms", "response_customer_median_ms", "longest_monologue_agent_ms", "not_recorded_ms", "one_way_ms")


def configure(lines):
    with open(config, "w") as out:
        out.write("listen: 127.0.0.1:0\n%s\nport_file: %s/port\nsession: {plain_cookie: true}\n" % (lines, folder))


def event(chance, number, start_ms):
    length_ms = chance.choice([1200, 4000, 11000, 16000, 31000, 65000])
    one = {"id": number, "start_ms": start_ms, "end_ms": start_ms + length_ms, "confidence": chance.choice([0.62, 0.9, 0.97])}
    return {**one, **chance.choice([{"type": "silence", "cause": chance.choice(["unexplained", "agent_muted", "final"])},
                                    {"type": "overtalk", "by": "agent", "kind": chance.choice(["interruption", "backchannel"])},
                                    {"type": "hold", "kind": "music", "side": "agent", "phase": "talk"}])}


def result(chance):
    """A call of half an hour, as the analyzer tells it."""
    starts = sorted(chance.sample(range(20000, 1700000, 500), EVENTS))
    spans = [[1000 + 9000 * i, 9000 + 9000 * i] for i in range(90)]
    channels = [{"index": i, "role": role, "speech_ms": spans, "active_level_dbfs": -23.9, "noise_dbfs": -60.0, "clipped_ms": 0,
                 "leak_db": None, "leak_delay_ms": None} for i, role in enumerate(["agent", "customer"])]
    reason = {"id": "noise", "what": "level", "text": {"en": "The line is noisy.", "zh": "线路噪声较大。"}}
    span = {"what": "level", "state": "degraded", "start_ms": 90000, "end_ms": 120000, "reason": "noise", "confidence": 0.8}
    return {"schema": "callqa.result/1",
            "recording": {"path": "/var/spool/@.wav", "sha256": "ab" * 32, "bytes": 1206760, "container": "WAV", "encoding": "ULAW",
                          "rate_hz": 8000, "channels": 2, "duration_ms": 1800000, "layout": "stereo"},
            "call": {"id": "@", "agent": "8001", "customer": "13800138000", "queue": "sales", "direction": "in",
                     "started_at": "2025-11-20T10:15:02+08:00", "source": "freepbx"},
            "conversation_ms": [5000, 1790000],
            "measurable": {"speech": "ok", "silence": "ok", "overtalk": "ok", "hold": "ok", "level": "degraded", "reasons": [reason], "spans": [span]},
            "channels": channels, "events": [event(chance, i + 1, start) for i, start in enumerate(starts)],
            "measures": {name: chance.randrange(100000) for name in MEASURES},
            "score": {"rubric": "standard", "rubric_version": "2", "base": 100, "total": 96, "decided_total": None,
                      "deductions": [{"rule": "dead-air", "points": 2, "event": 1, "start_ms": starts[0], "end_ms": starts[0] + 1000,
                                      "text": {"en": "quiet", "zh": "静默"}, "decision": None, "severity": "major"}]},
            "analyzer": {"version": "0.1.0", "models": "sha256:00", "rules": 2}}


def fill():
    chance = random.Random(4711)
    db = sqlite3.connect(store)
    db.executescript("PRAGMA synchronous=OFF; PRAGMA cache_size=-500000; PRAGMA temp_store=MEMORY;")
    db.execute("CREATE TEMP TABLE t(k INTEGER PRIMARY KEY, body TEXT)")
    db.executemany("INSERT INTO t VALUES(?, ?)", [(k, json.dumps(result(chance), ensure_ascii=False, separators=(",", ":"))) for k in range(KINDS)])
    db.execute("CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i, i % 600 AS a,"
               " 20251101 + i * 30 / (? + 1) AS day, 1761955200000 + i * 20000 AS ms FROM n", (calls, calls))
    db.execute("INSERT INTO calls(id, site, source, call_id, revision, recorder, agent, queue, direction, started_at, started_ms, day, person,"
               " team, path, sha256, duration_ms, rubric, rubric_version, base_c, total_c, score_c, flag_count, open_count, received_ms,"
               " updated_ms, measurable) SELECT i, '', 'freepbx', 'c' || i, 1, 'pbx', 8000 + a, 'sales', 'in', '2025-11-01T00:00:00+08:00', ms,"
               " day, 'p' || a, 't' || (a % 20), '/var/spool/' || i, 'ab', 1800000, 'standard', '2', 10000, 9600, 9600, 1, 1, ms, ms, 1 FROM n")
    db.execute("INSERT INTO revisions(call, revision, key_hash, key, digest, recorder, received_ms, body) SELECT i, 1, randomblob(16), 'k' || i,"
               " randomblob(32), 'pbx', ms, replace(t.body, '@', 'c' || i) FROM n JOIN t ON t.k = i % ?", (KINDS,))
    db.execute("INSERT INTO flags(call, current, ordinal, rule, severity, points_c, confidence, event, event_type, start_ms, end_ms, automatic_fail,"
               " state, day, started_ms, person, team, agent, queue) SELECT i, 1, 0, 'dead-air', 2, 200, 900, 1, 'silence', 20000, 21000, 0, 0, day,"
               " ms, 'p' || a, 't' || (a % 20), 8000 + a, 'sales' FROM n")
    db.commit()
    (size,) = db.execute("SELECT sum(length(CAST(body AS BLOB))) / count(*) FROM revisions").fetchone()
    print("%d calls of %d events, %d bytes each, %.1f GB" % (calls, EVENTS, size, os.path.getsize(store) / 1e9), flush=True)
    db.close()


configure("store: sqlite:" + store)
subprocess.run([server, "user", "add", "lead", "--role", "lead", "--password-file", "-", "--config", config], input="correct horse battery\n",
               text=True, check=True, capture_output=True)
fill()
ask_sql = lambda text: sqlite3.connect(store).execute(text).fetchone()[0]
if "CQA_TEST_POSTGRES" in os.environ:
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
    from postgres import make_store, sql
    where = os.environ["CQA_TEST_POSTGRES"]
    name, lines = make_store(where)
    subprocess.run([server, "copy", "--from", "sqlite:" + store, "--to", lines.split()[1], "--password-file", where + "/password"],
                   check=True, stdout=subprocess.DEVNULL)
    sql(where, name, "ANALYZE")
    configure("\n".join(line for line in lines.splitlines() if "audit_key_file" not in line) + "\naudit_key_file: %s/audit.key" % folder)
    ask_sql = lambda text: sql(where, name, text)
process = subprocess.Popen([server, "--config", config], stderr=subprocess.DEVNULL, env={**os.environ, "CALLQA_MODELS": models})
while not os.path.exists(folder + "/port"):
    time.sleep(0.05)
with open(folder + "/port") as file:
    connection = http.client.HTTPConnection("127.0.0.1", int(file.read()))
who = {"Content-Type": "application/json"}


def ask(method, path, body=None, headers={}):
    connection.request(method, "/api/v1/" + path, json.dumps(body) if body else None, {**who, **headers})
    reply = connection.getresponse()
    text = reply.read()
    assert reply.status < 300, (path, reply.status, text[:300])
    return reply, json.loads(text)


def computed_s():
    """By the server; what PostgreSQL computes is not in it."""
    with open("/proc/%d/stat" % process.pid) as stat:
        return sum(int(one) for one in stat.read().rsplit(")", 1)[1].split()[11:13]) / os.sysconf("SC_CLK_TCK")


def job(what, path, body, aim):
    begin, first = time.monotonic(), computed_s()
    number = ask("POST", path, body, {"Prefer": "respond-async"})[1]["job"]
    while ask("GET", "jobs/%d" % number)[1]["state"] != "done":
        time.sleep(0.02)
    took, computed = time.monotonic() - begin, computed_s() - first
    answer = ask("GET", "jobs/%d/result" % number)[1]
    assert answer["calls"] == calls and answer["unreadable"] == 0, answer
    print("%-50s %6.2f s, computed %6.2f s%s" % (what, took, computed, "  (aim: %d)" % aim if aim else ""), flush=True)
    return computed <= aim or not aim, answer


reply, answer = ask("POST", "session", {"name": "lead", "password": "correct horse battery"})
who.update({"Cookie": reply.headers["Set-Cookie"].split(";")[0], "X-CSRF-Token": answer["csrf"]})
with open(os.path.join(models, "rubrics", "standard.yaml"), encoding="utf-8") as file:
    rubric = file.read().replace('version: "2"', 'version: "3"', 1).replace("from: 15s, points: 2", "from: 15s, points: 3", 1)
month = {"from": "2025-11-01", "to": "2025-11-30"}
wish = {"rubric": "standard", "version": "2", "rule": "dead-air", "threshold": "sure", "values": [0.6, 0.7, 0.8, 0.95, 0.98], **month}


def both(when, aim):
    fine, found = job("what-if with five values, " + when, "rules/what-if", wish, aim)
    good, preview = job("preview of another version, " + when, "rescore/preview", {"rubric": rubric, **month}, aim)
    return fine and good, (found["rows"], preview["rules"], preview["mean_after"])


try:
    begin = time.monotonic()
    _, before = both("texts read", 0)
    left = lambda: int(ask_sql("SELECT count(*) FROM calls WHERE basis IS NULL"))
    while left() > 0:
        time.sleep(0.5)
    connection.close()  # it may have lain still for longer than the server keeps one
    print("what rules need was put beside %d results in %.0f s, with that beside it" % (calls, time.monotonic() - begin), flush=True)
    fine, after = both("put aside", AIM_S)
    assert before == after, (before, after)
finally:
    process.terminate()
    process.wait()
sys.exit(0 if fine else 1)
