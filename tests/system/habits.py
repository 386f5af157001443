#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server with bad habits: habits.py SOURCE PROGRAMS. Whatever it answers that is no receipt, nothing counts as sent.

Each habit meets results of its own, at one a request and at a hundred. None of them may be struck, unless the server has
really taken it, and none may be given up. When the server is well again all of them arrive.
"""
import gzip
import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from bench import fail, wait_until
from owed import Owed, Scores, answer, receipts, reset

EACH = 3
PAGE = "<html><body>Please log in to the network</body></html>"


def trickle(request, connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(14):
        time.sleep(0.1)
        connection.sendall(b"[")


def half(scores, request):
    """Only the first of many; of a single one nothing."""
    if not request.lines:
        return answer(200, [])
    taken = request.keys[:len(request.keys) // 2]
    scores.stored.update(taken)
    return receipts(request, keys=taken)


def habits(scores):
    def plain(status, body="", *headers, **more):
        return lambda request, connection: answer(status, body, *headers, **more)

    def of_keys(make):
        """`make` a receipt for each key, in the form that the request has."""
        def say(request, connection):
            items = [make(key) for key in request.keys]
            return answer(200, items if request.lines else items[0])
        return say

    def closing(raw):
        def say(request, connection):
            connection.sendall(raw)
            connection.close()
        return say

    elsewhere = "Location: http://127.0.0.1:%d/good" % scores.port
    table = {
        "a page": plain(200, PAGE, kind="text/html"),
        "a page as JSON": plain(200, PAGE),
        "nothing": plain(200),
        "204": plain(204), "205": plain(205), "206": plain(206, "[]"),
        "201 with {}": plain(201, {}), "202 with a word": plain(202, "accepted", kind="text/plain"),
        "ok": plain(200, {"ok": True}), "null": plain(200, "null"), "true": plain(200, "true"), "[]": plain(200, []),
        "list of nulls": plain(200, [None, None, None]),
        "zipped page": plain(200, gzip.compress(PAGE.encode()), "Content-Encoding: gzip", kind="text/html"),
        "echo": lambda request, connection: answer(200, request.body),
        "echo as list": lambda request, connection: answer(
            200, [{"key": key, "result": {}} for key in request.keys]),
        "other keys": of_keys(lambda key: {"key": "x" + key, "status": 201}),
        "keys in capitals": of_keys(lambda key: {"key": key.upper(), "status": 201}),
        "keys with a blank": of_keys(lambda key: {"key": key + " ", "status": 201}),
        "status as text": of_keys(lambda key: {"key": key, "status": "201"}),
        "status true": of_keys(lambda key: {"key": key, "status": True}),
        "no status": of_keys(lambda key: {"key": key}),
        "nested": of_keys(lambda key: {"item": {"key": key, "status": 201}}),
        "status 200.0": of_keys(lambda key: {"key": key, "status": 200.5}),
        "each 503": of_keys(lambda key: {"key": key, "status": 503, "error": "busy"}),
        "each 302": of_keys(lambda key: {"key": key, "status": 302}),
        "each 0": of_keys(lambda key: {"key": key, "status": 0}),
        "two minds": lambda request, connection: answer(
            200, [{"key": key, "status": status} for key in request.keys for status in (201, 500)]),
        "cut": lambda request, connection: answer(200, receipts(request).split(b"\r\n\r\n", 1)[1][:-2]),
        "double status": lambda request, connection: answer(
            200, "[%s]" % ",".join('{"key":%s,"status":500,"status":201}' % json.dumps(key) for key in request.keys)),
        "too short": lambda request, connection: answer(200, b"[", length=100000) if scores is None else
        closing(answer(200, receipts(request).split(b"\r\n\r\n", 1)[1], length=100000))(request, connection),
        "half of them": lambda request, connection: half(scores, request),
        "chunks that are none": closing(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n[]\r\n"),
        "chunks without end": closing(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n"),
        "no head": closing(PAGE.encode()), "half a head": closing(b"HTTP/1.1 200 OK\r\nConte"),
        "nothing but an end": closing(b""),
        "reset": lambda request, connection: reset(connection),
        "huge": plain(200, b" " * (3 << 20)),
        "trickle": trickle,
    }
    for status in (301, 302, 303, 307, 308):
        table[str(status)] = plain(status, PAGE, elsewhere, kind="text/html")
    for status in (300, 400, 401, 402, 403, 404, 405, 406, 407, 409, 410, 411, 412, 413, 414, 415, 418, 421, 422, 425, 426,
                   428, 429, 431, 451, 500, 501, 502, 503, 504, 505, 507, 508, 511, 599):
        table["page with %d" % status] = plain(status, PAGE, kind="text/html")
    for status in (404, 409, 422, 500):
        table["receipts with %d" % status] = lambda request, connection, status=status: answer(
            status, [{"key": key, "status": 201} for key in request.keys])
    for status in (400, 409, 422):
        table["problem %d of nobody" % status] = plain(
            status, {"type": "about:blank", "title": "no", "status": status, "detail": "schema"},
            kind="application/problem+json")
    return table


def meet(owed, scores, name, habit, number):
    """Its requests, and a look at what became of the results."""
    mine = ["h%03d-%d" % (number, i) for i in range(EACH)]
    before = len(scores.requests)
    scores.answers = habit
    owed.fill(mine)
    owed.reload()
    wait_until("%s was met" % name, lambda: any(set(mine) & set(r.keys) for r in scores.requests[before:]))
    time.sleep(0.05)
    return mine


def judge(owed, scores, name):
    false = [key for key, state in owed.states().items() if state == "acked" and key not in scores.stored]
    if false:
        fail("%s: %s count as sent, but were not taken" % (name, false))
    if owed.count("quarantined"):
        fail("%s: %d were given up" % (name, owed.count("quarantined")))


def run(programs, batch):
    scores = Scores()
    with Owed(programs, scores.port, batch) as owed:
        table = habits(scores)
        owed.start()
        names = []
        for number, (name, habit) in enumerate(table.items()):
            names += meet(owed, scores, name, habit, number)
            judge(owed, scores, name)
        answers = len(scores.requests)
        scores.answers = scores.good
        owed.reload()
        wait_until("all arrive once the server is well", lambda: set(owed.states().values()) == {"acked"}, 60)
        judge(owed, scores, "well")
        if set(names) - scores.stored:
            fail("lost: %s" % (set(names) - scores.stored))
        owed.stop()
        print("batch %d: %d habits, %d answers, 0 false, 0 lost" % (batch, len(table), answers), flush=True)
    scores.stop()
    return answers


def main(programs):
    if sum(run(programs, batch) for batch in (1, 100)) < 200:
        fail("too few answers to show anything")


if __name__ == "__main__":
    main(sys.argv[2])
