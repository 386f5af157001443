#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long others wait while one has something computed: beside.py PROGRAM_DIR [CALLS] [RECORDINGS]

First 32 connections that read, beside nothing: what the machine makes of them. Then the same beside a re-scoring preview of CALLS
calls (20 000), and four beside the waveforms of RECORDINGS recordings (24) of two hours, all asked for at once by one agent. Prints
how long the readers' requests took (median, 99 %, worst) and how long what was computed took. Fails where a reader waited over
100 ms beside the preview, or one in a hundred over 100 ms beside the waveforms.
"""
import hashlib
import http.client
import json
import os
import struct
import subprocess
import sys
import tempfile
import threading
import time

HOURS, RATE = 2, 8000
programs = sys.argv[1]
calls = int(sys.argv[2]) if len(sys.argv) > 2 else 20000
recordings = int(sys.argv[3]) if len(sys.argv) > 3 else 24
models = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "models")


def ask(connection, token, method, path, body=None, kind="application/json"):
    connection.request(method, path, body, {"Authorization": "Bearer " + token, "Content-Type": kind})
    answer = connection.getresponse()
    text = answer.read()
    return answer.status, text


def result(name, path, sha256, duration_ms, silences):
    """A call of these silences, so that there is something to score."""
    events = [{"id": i + 1, "type": "silence", "start_ms": 12000 + 9000 * i, "end_ms": 18000 + 9000 * i, "cause": "unexplained",
               "confidence": 0.95} for i in range(silences)]
    channels = [{"index": i, "role": role, "speech_ms": [[1000 + 9000 * k, 9000 + 9000 * k] for k in range(20)],
                 "active_level_dbfs": -23.9, "noise_dbfs": -60.0, "clipped_ms": 0, "leak_db": None, "leak_delay_ms": None}
                for i, role in enumerate(["agent", "customer"])]
    return {"schema": "callqa.result/1",
            "recording": {"path": path, "sha256": sha256, "bytes": 44 + duration_ms * RATE // 1000 * 4, "container": "WAV",
                          "encoding": "PCM_16", "rate_hz": RATE, "channels": 2, "duration_ms": duration_ms, "layout": "stereo"},
            "call": {"id": name, "agent": "8001", "customer": "13800138000", "queue": "sales", "direction": "in",
                     "started_at": "2025-11-20T10:15:02+08:00", "source": "freepbx"},
            "measurable": {"speech": "ok", "silence": "ok", "overtalk": "ok", "hold": "ok", "level": "ok", "reasons": []},
            "channels": channels, "events": events, "measures": {"talk_agent_ms": 31000, "talk_customer_ms": 12000},
            "score": {"rubric": "standard", "rubric_version": "1", "base": 100, "total": 96, "decided_total": None,
                      "deductions": [{"rule": "dead-air", "points": 2, "event": 1, "start_ms": 12000, "end_ms": 18000,
                                      "text": {"en": "quiet", "zh": "静默"}, "decision": None, "severity": "major"}]},
            "analyzer": {"version": "0.1.0", "models": "sha256:00"}}


def two_hours(path):
    """Two parties who are silent, which costs as much to decode as any; what it says is the same of each."""
    size = HOURS * 3600 * RATE * 4
    head = b"RIFF" + struct.pack("<I", 36 + size) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 2, RATE, RATE * 4, 4, 16) + \
        b"data" + struct.pack("<I", size)
    with open(path, "wb") as file:
        file.write(head)
        file.truncate(44 + size)
    return head, size


def sum_of(head, size):
    whole = hashlib.sha256(head)
    for _ in range(size // (1 << 20)):
        whole.update(bytes(1 << 20))
    whole.update(bytes(size % (1 << 20)))
    return whole.hexdigest()


class Readers:
    """So many connections, each of which asks for a page and reads it."""

    def __init__(self, port, token, count):
        self.port, self.token, self.times, self.stop = port, token, [], threading.Event()
        self.threads = [threading.Thread(target=self.read, args=(i,)) for i in range(count)]
        for thread in self.threads:
            thread.start()

    def read(self, index):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        pages = ["/api/v1/flags?limit=20", "/api/v1/calls?limit=20", "/api/v1/waiting"]
        while not self.stop.is_set():
            before = time.perf_counter()
            status, _ = ask(connection, self.token, "GET", pages[index % len(pages)])
            self.times.append((time.perf_counter() - before) * 1000)
            assert status == 200, status
            index += 1
            self.stop.wait(0.2)

    def end(self):
        self.stop.set()
        for thread in self.threads:
            thread.join()
        return sorted(self.times)


def say(what, seconds, times):
    assert times, "nobody was answered"
    worst = times[int(len(times) * 0.99)]
    print("%s took %.1f s; beside it %d requests: median %.1f ms, 99 %% %.1f ms, worst %.1f ms" %
          (what, seconds, len(times), times[len(times) // 2], worst, times[-1]), flush=True)
    return worst, times[-1]


def preview(port, lead, other):
    with open(os.path.join(models, "rubrics", "standard.yaml"), encoding="utf-8") as file:
        rubric = file.read()
    readers = Readers(port, other, 32)
    time.sleep(2)
    readers.times.clear()
    before = time.perf_counter()
    status, text = ask(http.client.HTTPConnection("127.0.0.1", port, timeout=600), lead, "POST", "/api/v1/rescore/preview",
                       json.dumps({"rubric": rubric, "from": "2025-11-01", "to": "2025-11-30"}))
    seconds = time.perf_counter() - before
    assert status == 200, (status, text[:300])
    return say("a preview of %d calls" % json.loads(text)["calls"], seconds, readers.end())


def nothing(port, other):
    """What the machine, and this script, make of the same readers."""
    readers = Readers(port, other, 32)
    time.sleep(2)
    readers.times.clear()
    time.sleep(4)
    say("nothing", 4, readers.end())


def waveforms(port, lead, other):
    outcomes = []

    def one(number):
        status, text = ask(http.client.HTTPConnection("127.0.0.1", port, timeout=600), lead, "GET",
                           "/api/v1/calls/long%d/peaks" % number)
        outcomes.append((status, len(text)))

    readers = Readers(port, other, 4)
    time.sleep(1)
    readers.times.clear()
    before = time.perf_counter()
    threads = [threading.Thread(target=one, args=(number,)) for number in range(recordings)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - before
    assert len(outcomes) == recordings and all(status == 200 for status, _ in outcomes), outcomes
    return say("%d waveforms of two hours" % recordings, seconds, readers.end())


def main():
    server_program = os.path.join(programs, "callqa-server")
    with tempfile.TemporaryDirectory() as top:
        config = os.path.join(top, "server.yaml")
        os.mkdir(os.path.join(top, "calls"))
        with open(config, "w") as out:
            out.write("listen: 127.0.0.1:0\nport_file: %s/port\nstore: sqlite:%s/scores.db\naudio: [%s/calls]\n" % (top, top, top))
        tokens = [subprocess.run([server_program, "token", "add", name, "--role", role, "--config", config], check=True,
                                 capture_output=True, text=True).stdout.strip()
                  for name, role in (("pbx", "recorder"), ("lead", "lead"), ("other", "lead"))]
        recorder, lead, other = tokens
        server = subprocess.Popen([server_program, "--config", config], stderr=subprocess.DEVNULL)
        try:
            while not os.path.exists(os.path.join(top, "port")):
                time.sleep(0.1)
            with open(os.path.join(top, "port")) as file:
                port = int(file.read())
            paths = [os.path.join(top, "calls", "long%d.wav" % number) for number in range(recordings)]
            for path in paths:
                head, size = two_hours(path)
            sha256 = sum_of(head, size)
            made = [result("c%d" % i, "/nowhere/c%d.wav" % i, "ab" * 32, 240000, 1 + i % 3) for i in range(calls)]
            made += [result("long%d" % i, path, sha256, HOURS * 3600000, 1) for i, path in enumerate(paths)]
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
            for begin in range(0, len(made), 200):
                lines = "\n".join(json.dumps({"key": "k" + r["call"]["id"], "result": r}) for r in made[begin:begin + 200])
                status, text = ask(connection, recorder, "POST", "/api/v1/results", lines.encode(), "application/x-ndjson")
                assert status == 200 and all(a["status"] == 201 for a in json.loads(text)), text[:300]
            nothing(port, other)
            _, worst = preview(port, lead, other)
            most, _ = waveforms(port, lead, other)
            return worst > 100 or most > 100
        finally:
            server.terminate()
            server.wait()


sys.exit(main())
