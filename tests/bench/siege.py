#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything at once against one server, and what another's requests take meanwhile: siege.py PROGRAM_DIR [SECONDS]

30 loops of log-ins under ever new names, 24 waveforms that have to be computed, 300 connections whose heads trickle and 300 whose
bodies do. Fails where 99 % of another's requests took over 100 ms or the memory went over 400 MB; says what the same took before the
siege, since a machine that others use as well is slow by itself. Then, on a server of its own each:
7.4 MiB of "[]," (memory under 100 MB more), and one result of 20 000 events and 20 000 deductions (stored within a second). Run by
tests/support/postgres.py its stores are on PostgreSQL.
"""
import hashlib
import http.client
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
import wave

from login_flood import ask, flood, memory_mb

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from filled import Filled

LOOPS, WAVEFORMS, SLOW = 30, 24, 300
SAMPLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "samples")


class Server(Filled):
    def __init__(self, programs, top):
        super().__init__(os.path.join(programs, "callqa-server"), top, "audio: [%s]\n" % top)
        self.lead, self.recorder = self.add_token("lead-1", "lead"), self.add_token("recorder-1", "recorder")
        self.copy()
        self.start()

    def get(self, path):
        return ask(self.port, "GET", path, None, {"Authorization": "Bearer " + self.lead})

    def post(self, body, key):
        return ask(self.port, "POST", "/api/v1/results", body, {"Authorization": "Bearer " + self.recorder,
                                                                "Content-Type": "application/json", "Idempotency-Key": key})


def sample_result(programs):
    sample = os.path.join(SAMPLE, sorted(name for name in os.listdir(SAMPLE) if name.endswith(".ogg"))[0])
    run = subprocess.run([os.path.join(programs, "callqa"), "analyze", "--format", "jsonl", sample], capture_output=True, text=True, check=True)
    return json.loads(run.stdout.splitlines()[0])


def put_sound(server, top, result, number):
    """A call of two minutes of noise, whose waveform nobody has computed yet."""
    path = os.path.join(top, "noise-%d.wav" % number)
    noise = random.Random(number).randbytes(2 * 2 * 8000 * 120)
    with wave.open(path, "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(noise)
    with open(path, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    call = {**result, "recording": {**result["recording"], "path": path, "sha256": digest, "duration_ms": 120000},
            "call": {**result["call"], "id": "noise-%d" % number}}
    status, text = server.post(json.dumps(call), "noise-%d" % number)
    assert status == 201, text


def look(server, number, until):
    while time.monotonic() < until:
        try:
            status, text = server.get("/api/v1/calls/noise-%d/peaks" % number)
        except (OSError, http.client.HTTPException):
            continue  # one address had more connections than one may have
        assert status in (200, 503), text


def trickle(port, head, until):
    """So many connections that send a byte each second; new ones where the server has closed."""
    sockets = {}
    while time.monotonic() < until:
        for index in range(SLOW):
            try:
                if index not in sockets:
                    sockets[index] = socket.create_connection(("127.0.0.1", port), timeout=5)
                    sockets[index].sendall(head)
                sockets[index].sendall(b"a")
            except OSError:
                one = sockets.pop(index, None)
                if one:
                    one.close()
        time.sleep(1)
    for one in sockets.values():
        one.close()


def look_on(server, until, times):
    """Another's requests."""
    while time.monotonic() < until:
        before = time.monotonic()
        status, _ = server.get("/api/v1/calls?limit=5")
        times.append((time.monotonic() - before) * 1000)
        assert status == 200, status
        time.sleep(0.02)
    times.sort()


def at(times, part):
    return times[int(len(times) * part)]


def besiege(programs, seconds):
    with tempfile.TemporaryDirectory() as top:
        server = Server(programs, top)
        result = sample_result(programs)
        for number in range(WAVEFORMS):
            put_sound(server, top, result, number)
        outcomes, idle, times = {}, [], []
        look_on(server, time.monotonic() + seconds / 4, idle)
        until = time.monotonic() + seconds
        threads = [threading.Thread(target=flood, args=(server.port, until, number, outcomes)) for number in range(LOOPS)]
        threads += [threading.Thread(target=look, args=(server, number, until)) for number in range(WAVEFORMS)]
        threads += [threading.Thread(target=trickle, args=(server.port, head, until)) for head in
                    (b"GET /api/v1/health HTTP/1.1\r\nX: ",
                     b"POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n")]
        for thread in threads:
            thread.start()
        time.sleep(2)
        look_on(server, until, times)
        for thread in threads:
            thread.join()
        used = memory_mb(server.process.pid)
        server.stop()
    worst = at(times, 0.99)
    print("%d requests: median %.1f ms, 99 %% %.1f ms, worst %.1f ms (before: %.1f, %.1f, %.1f); log-ins by status %s; memory %.0f MB (aims: 100 ms at 99 %%, 400 MB)" %
          (len(times), at(times, 0.5), worst, times[-1], at(idle, 0.5), at(idle, 0.99), idle[-1], dict(sorted(outcomes.items(), key=str)), used))
    return worst > 100 or used > 400


def many_lists(programs):
    with tempfile.TemporaryDirectory() as top:
        server = Server(programs, top)
        server.get("/api/v1/calls")
        before = memory_mb(server.process.pid)
        status, _ = server.post("[" + "[]," * (7_400_000 // 3) + "[]]", "lists")
        more = memory_mb(server.process.pid) - before
        server.stop()
    print("7.4 MB of lists: %d, %.0f MB more (aim: 100)" % (status, more))
    return more > 100


def many_events(programs):
    with tempfile.TemporaryDirectory() as top:
        server = Server(programs, top)
        result = sample_result(programs)
        span = [{"start_ms": 100 * i, "end_ms": 100 * i + 50} for i in range(20000)]
        result["recording"]["duration_ms"] = 2_100_000
        result["events"] = [{"id": i + 1, "type": "silence", "cause": "unexplained", "confidence": 0.9, **at} for i, at in enumerate(span)]
        result["score"]["deductions"] = [{"rule": "dead-air", "points": 0.01, "event": i + 1, "text": {"en": "a", "zh": "b"}, "decision": None,
                                          "severity": "minor", **at} for i, at in enumerate(span)]
        before, computed = time.monotonic(), server.computed_s()
        status, text = server.post(json.dumps(result), "many")
        spent, computed = time.monotonic() - before, server.computed_s() - computed
        server.stop()
    print("20 000 events and deductions: %d after %.2f s, %.2f s of them computing (aim: 1) %s" % (status, spent, computed, text.decode()[:200] if status >= 300 else ""))
    return spent > 1 or status >= 500


def main():
    programs, seconds = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 20
    sys.exit(sum([besiege(programs, seconds), many_lists(programs), many_events(programs)]) > 0)


if __name__ == "__main__":
    main()
