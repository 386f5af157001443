#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times what is scored anew: what_if.py PROGRAMS [CALLS] [FOLDER]

A month of CALLS (100 000) calls of 24 events each, by SQL; then, as jobs of a lead, what five other thresholds would find and what another
version of the rubric would come to. First as a store of before is found, where every text is read; then once the server has put beside
each result what rules need, and how long that took beside them. Prints seconds against the aim, on
the clock and as the server computed them: on a machine that does nothing else the two are alike, and the aim is for that. Run by tests/support/postgres.py it
asks the same of a copy on PostgreSQL.
"""
import os
import random
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from filled import Filled, Person, fill_month

programs = sys.argv[1]
calls = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
folder = sys.argv[3] if len(sys.argv) > 3 else tempfile.mkdtemp(prefix="callqa-bench-")
models = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "models")
AIM_S, EVENTS, KINDS = 3, 24, 200
MEASURES = ("duration_ms", "talk_agent_ms", "talk_customer_ms", "talk_union_ms", "silence_total_ms", "silence_longest_ms", "overtalk_total_ms",
            "hold_total_ms", "hold_longest_ms", "queue_wait_ms", "ring_ms", "greeting_delay_ms", "response_agent_median_ms",
            "response_agent_p90_ms", "response_customer_median_ms", "longest_monologue_agent_ms", "not_recorded_ms", "one_way_ms")


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


filled = Filled(programs + "/callqa-server", folder)
filled.add_user("lead", "lead")
chance = random.Random(4711)
fill_month(filled.store, calls, 600, [result(chance) for _ in range(KINDS)], 200)
print("%d calls of %d events, %d bytes each, %.1f GB" % (
    calls, EVENTS, filled.sql("SELECT sum(length(CAST(body AS BLOB))) / count(*) FROM revisions"), os.path.getsize(filled.store) / 1e9), flush=True)
filled.copy()
filled.start(CALLQA_MODELS=models)
lead = Person(filled, "lead")


def job(what, path, body, aim):
    begin, first = time.monotonic(), filled.computed_s()
    answer, _ = lead.do("POST", path, body)
    took, computed = time.monotonic() - begin, filled.computed_s() - first
    assert answer["calls"] == calls and answer["unreadable"] == 0, answer
    print("%-50s %6.2f s, computed %6.2f s%s" % (what, took, computed, "  (aim: %d)" % aim if aim else ""), flush=True)
    return computed <= aim or not aim, answer


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
    left = lambda: int(filled.sql("SELECT count(*) FROM calls WHERE basis IS NULL"))
    while left() > 0:
        time.sleep(0.5)
    print("what rules need was put beside %d results in %.0f s, with that beside it" % (calls, time.monotonic() - begin), flush=True)
    fine, after = both("put aside", AIM_S)
    assert before == after, (before, after)
finally:
    filled.stop()
sys.exit(0 if fine else 1)
