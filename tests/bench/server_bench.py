#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times the scoring server on a full store: server_bench.py PATH/TO/callqa-server [CALLS] [FOLDER]

Fills a store with CALLS calls (1 000 000) and three flags each by SQL (through the server's own schema, so that it takes
minutes rather than hours), then asks over HTTP, and posts results while others read. Prints one line a question:
median and worst of 20, in milliseconds on the clock, against the aim for a machine that does nothing else. Own sheets and a team's table:
own_sheet.py. Run by tests/support/postgres.py it copies that store to PostgreSQL,
and asks there.
"""
import atexit, hashlib, http.client, json, os, sqlite3, statistics, subprocess, sys, tempfile, threading, time

server = sys.argv[1]
calls = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
folder = sys.argv[3] if len(sys.argv) > 3 else tempfile.mkdtemp(prefix="callqa-bench-")
store = f"{folder}/scores.db"
config = f"{folder}/config.yaml"
open(config, "w").write(f"listen: 127.0.0.1:0\nstore: sqlite:{store}\nport_file: {folder}/port\n")


def run(*arguments):
    return subprocess.run([server, *arguments, "--config", config], check=True, capture_output=True, text=True).stdout


def result(call, agent=8001, total=96):
    silence = [{"id": i + 1, "type": "silence", "start_ms": 12000 + 9000 * i, "end_ms": 18000 + 9000 * i,
                "cause": "unexplained", "confidence": 0.95} for i in range(3)]
    spans = [[1000 + 9000 * i, 9000 + 9000 * i] for i in range(20)]
    channels = [{"index": i, "role": role, "speech_ms": spans, "active_level_dbfs": -23.9, "noise_dbfs": -60.0,
                 "clipped_ms": 0, "leak_db": None, "leak_delay_ms": None} for i, role in enumerate(["agent", "customer"])]
    deductions = [{"rule": rule, "points": 2, "event": i + 1, "start_ms": 12000 + 9000 * i, "end_ms": 18000 + 9000 * i,
                   "text": {"en": rule, "zh": "静默"}, "decision": None, "severity": severity}
                  for i, (rule, severity) in enumerate([("dead-air", "major"), ("long-hold", "minor"), ("late", "note")])]
    return {"schema": "callqa.result/1",
            "recording": {"path": f"/var/spool/{call}.wav", "sha256": hashlib.sha256(str(call).encode()).hexdigest(), "bytes": 1206760, "container": "WAV",
                          "encoding": "ULAW", "rate_hz": 8000, "channels": 2, "duration_ms": 240000, "layout": "stereo"},
            "call": {"id": str(call), "agent": str(agent), "customer": "13800138000", "queue": "sales", "direction": "in",
                     "started_at": "2025-11-20T10:15:02+08:00", "source": "freepbx"},
            "measurable": {"speech": "ok", "silence": "ok", "overtalk": "ok", "hold": "ok", "level": "ok", "reasons": []},
            "channels": channels, "events": silence, "measures": {"talk_agent_ms": 31000, "talk_customer_ms": 12000},
            "score": {"rubric": "standard", "rubric_version": "1", "base": 100, "total": total, "decided_total": None,
                      "deductions": deductions},
            "analyzer": {"version": "0.1.0", "models": "sha256:00"}}


def fill():
    """A year of calls of 600 people in 20 teams."""
    db = sqlite3.connect(store)
    db.executescript("PRAGMA synchronous=OFF; PRAGMA cache_size=-1000000; PRAGMA temp_store=MEMORY;")
    body = json.dumps(result("@"), ensure_ascii=False, separators=(",", ":"))
    db.execute("CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
               " SELECT i, i % 600 AS a, CAST(strftime('%Y%m%d', '2025-01-01', '+' || (i * 365 / ?) || ' days') AS INTEGER)"
               " AS day, 1735689600000 + i * (31536000000 / ?) AS ms, i * 2654435761 % 4294967296 AS r FROM n",
               (calls, calls + 1, calls))
    db.execute("INSERT INTO calls(id, site, source, call_id, revision, recorder, agent, queue, direction, started_at, started_ms,"
               " day, person, team, path, sha256, duration_ms, rubric, rubric_version, base_c, total_c, score_c, flag_count,"
               " open_count, received_ms, updated_ms, talk_agent_ms, talk_customer_ms, silence_ms, hold_ms, overtalk_ms,"
               " response_ms, measurable) SELECT i, '', 'freepbx', 'c' || i, 1, 'pbx', 8000 + a, 'q' || (r % 8), 'in',"
               " '2025-01-01T00:00:00+08:00', ms, day, 'p' || a, 't' || (a % 20), '/var/spool/' || i, lower(hex(randomblob(32))), 240000, 'standard',"
               " '1', 10000, 10000 - r % 4000, 10000 - r % 4000, 3, 2, ms, ms, 90000, 60000, 9000, 4000, 900, 700, 1 FROM n")
    db.execute("INSERT INTO revisions(call, revision, key_hash, key, digest, recorder, received_ms, body)"
               " SELECT i, 1, randomblob(16), 'k' || i, randomblob(32), 'pbx', ms, replace(?, '@', 'c' || i) FROM n", (body,))
    db.execute("INSERT INTO flags(call, current, ordinal, rule, severity, points_c, confidence, event, event_type, start_ms, end_ms,"
               " automatic_fail, state, day, started_ms, person, team, agent, queue)"
               " SELECT i, 1, k, 'rule' || (r / (k + 1) % 6), (r / 7 + k) % 4, (r / 11 + k) % 6 * 100, 500 + (r / 13 + k * 37) % 500,"
               " k + 1, 'silence', 12000 + k * 9000, 18000 + k * 9000, 0, (r / 17 + k) % 3, day, ms, 'p' || a, 't' || (a % 20),"
               " 8000 + a, 'q' || (r % 8) FROM n, (SELECT 0 AS k UNION SELECT 1 UNION SELECT 2)")
    db.commit()
    db.close()


recorder = run("token", "add", "pbx", "--role", "recorder").strip()
lead = run("token", "add", "lead", "--role", "lead").strip()
started = time.time()
fill()
print(f"{calls} calls, {3 * calls} flags, {os.path.getsize(store) / 1e9:.1f} GB, filled in {time.time() - started:.0f} s")
if "CQA_TEST_POSTGRES" in os.environ:
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
    from postgres import make_store, sql
    where = os.environ["CQA_TEST_POSTGRES"]
    name, lines = make_store(where)
    begin = time.time()
    subprocess.run([server, "copy", "--from", "sqlite:" + store, "--to", lines.split()[1], "--password-file", where + "/password"],
                   check=True, stdout=subprocess.DEVNULL)
    print(f"copied and compared in {time.time() - begin:.0f} s")
    sql(where, name, "ANALYZE")
    lines = "\n".join(line for line in lines.splitlines() if "audit_key_file" not in line)  # the log keeps its own
    open(config, "w").write(f"listen: 127.0.0.1:0\n{lines}\nport_file: {folder}/port\naudit_key_file: {folder}/audit.key\n")
process = subprocess.Popen([server, "--config", config], stderr=subprocess.DEVNULL)
atexit.register(process.kill)
while not os.path.exists(f"{folder}/port"):
    time.sleep(0.05)
port = int(open(f"{folder}/port").read())


def get(connection, path):
    connection.request("GET", path, headers={"Authorization": "Bearer " + lead})
    reply = connection.getresponse()
    body = reply.read()
    assert reply.status == 200, (path, reply.status, body[:200])
    return json.loads(body)


questions = [
    ("queue, open, worst first", "/api/v1/flags", 20),
    ("queue, a week (58 000 flags)", "/api/v1/flags?from=2025-11-10&to=2025-11-16&state=any", 20),
    ("queue, a week, one rule", "/api/v1/flags?from=2025-11-10&to=2025-11-16&rule=rule3&sort=confidence", 20),
    ("queue, a team's month", "/api/v1/flags?from=2025-11-01&to=2025-11-30&team=t7", 20),
    ("queue, one person", "/api/v1/flags?person=p99&sort=points&state=any", 20),
    ("queue, what nobody else has", "/api/v1/flags?claim=free", 20),
    ("queue, how many wait", "/api/v1/flags/count", 200),
    ("rules, a month", "/api/v1/rules?from=2025-11-01&to=2025-11-30", 200),
    ("queue, a year by points", "/api/v1/flags?from=2025-01-01&to=2025-12-31&sort=points", 20),
    ("call page: result", f"/api/v1/calls/c{calls // 2}", 5),
    ("call page: flags", f"/api/v1/calls/c{calls // 2}/flags", 5),
    ("a person's month, by day", "/api/v1/days?person=p99&from=2025-11-01&to=2025-11-30", 50),
    ("calls, 100 worst", "/api/v1/calls?sort=worst&limit=100", 100),
    ("calls, a person's week", "/api/v1/calls?person=p99&from=2025-11-10&to=2025-11-16", 100),
    ("everybody's week", "/api/v1/people?from=2025-11-10&to=2025-11-16", 500),
]
connection = http.client.HTTPConnection("127.0.0.1", port)
slow = 0
for name, path, aim in questions:
    times = []
    for _ in range(20):
        begin = time.perf_counter()
        page = get(connection, path)
        times.append((time.perf_counter() - begin) * 1000)
        assert any(isinstance(part, list) and part for part in page.values()) or "score" in page or page.get("flags"), (path, page)
    slow += statistics.median(times) > aim
    print(f"{name:32} median {statistics.median(times):8.1f} worst {max(times):8.1f} aim {aim}")

stop = threading.Event()
pages = [0] * 5


def browse(index):
    mine = http.client.HTTPConnection("127.0.0.1", port)
    while not stop.is_set():
        get(mine, questions[(index + pages[index]) % len(questions)][1])
        pages[index] += 1
        time.sleep(1)  # people read


threads = [threading.Thread(target=browse, args=(i,)) for i in range(5)]
for thread in threads:
    thread.start()
batches = []
for k in range(50):
    batches.append("\n".join(json.dumps({"key": f"new-{k}-{i}", "result": result(f"new-{k}-{i}", 8000 + i % 600)})
                             for i in range(200)).encode())
begin = time.perf_counter()
for batch in batches:
    connection.request("POST", "/api/v1/results", batch, {"Authorization": "Bearer " + recorder,
                                                            "Content-Type": "application/x-ndjson"})
    reply = connection.getresponse()
    answers = json.loads(reply.read())
    assert reply.status == 200 and all(answer["status"] == 201 for answer in answers), answers[:3]
rate = 200 * len(batches) / (time.perf_counter() - begin)
stop.set()
for thread in threads:
    thread.join()
aim = 1000 if "CQA_TEST_POSTGRES" in os.environ else 1500
print(f"ingest while five browse: {rate:.0f} results a second, aim {aim}; {sum(pages)} pages read meanwhile")
process.terminate()
process.wait()
sys.exit(1 if slow or rate < aim else 0)
