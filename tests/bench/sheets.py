#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times an appraisal of many agents: sheets.py PROGRAMS [AGENTS]

A scheme of 20 lines, a forced distribution and pay; AGENTS (10 000) agents, every number imported. Prints the best of three, in
milliseconds, against the aim: from files by `callqa appraise`, then on the server the import, the whole round (its results, after something
changed and again), and one sheet of it. Beside what passed on the clock stands what the program computed: on a machine that does
nothing else the two are alike, and the aim is for that. Fails where an aim is missed.
"""
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request

programs = sys.argv[1]
agents = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
folder = tempfile.mkdtemp(prefix="callqa-bench-")
LINES = 20
missed = []
server = None


def write(name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)
    return path


def scheme():
    ids = ["line_%02d" % i for i in range(LINES)]
    indicators = "".join("  - {id: %s, names: {en: %s, zh: 行%s}, range: [0, 100], need: required}\n" % (one, one, one) for one in ids)
    items = "".join("  - {id: p_%s, names: {en: P %s, zh: 分%s}, type: bands, of: %s, rows: [{below: 50, points: 1}, {from: 50, points: 5}]}\n"
                    % (one, one, one, one) for one in ids)
    return ("scheme: many\nversion: \"1\"\nnames: {en: Many, zh: 多}\nsource: bench\nperiod: monthly\nindicators:\n%s"
            "  - {id: wage, names: {en: Wage, zh: 工资}, range: [0, 100000], need: required}\nitems:\n%s"
            "  - {id: total, names: {en: Total, zh: 总分}, type: sum, plus: [%s]}\ntotal: total\ngrades:\n"
            "  - {grade: A, names: {en: A, zh: A}, from: 60, coefficient: 2, quota: 20}\n"
            "  - {grade: B, names: {en: B, zh: B}, below: 60, coefficient: 1, quota: 80}\ndistribution: {group_at_least: 10}\n"
            "pay:\n  total: pay\n  items:\n    - {id: pay, names: {en: Pay, zh: 应发}, type: value, of: wage, times: coefficient}\n"
            % (indicators, items, ", ".join("p_" + one for one in ids)))


def rows():
    head = ",".join(["agent"] + ["line_%02d" % i for i in range(LINES)] + ["wage"])
    return head + "\n" + "".join("a%05d,%s,%d\n" % (i, ",".join(str((i * 37 + k * 11) % 101) for k in range(LINES)), 4000 + i % 3000)
                                 for i in range(agents))


def computed_ms():
    """By programs that have ended, and by the server."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = ended.ru_utime + ended.ru_stime
    if server is not None:
        with open("/proc/%d/stat" % server.pid) as stat:
            seconds += sum(int(one) for one in stat.read().rsplit(")", 1)[1].split()[11:13]) / os.sysconf("SC_CLK_TCK")
    return seconds * 1000


def best(act, before=lambda: None, times=3):
    taken = []
    for _ in range(times):
        before()
        start, first = time.monotonic(), computed_ms()
        act()
        taken.append((computed_ms() - first, (time.monotonic() - start) * 1000))
    return min(taken)


def say(what, taken, aim):
    print("%-44s %9.1f ms, computed %8.1f ms  (aim: %d)" % (what, taken[1], taken[0], aim), flush=True)
    if taken[0] > aim:
        missed.append(what)


def send(method, path, body=None, kind="application/json", headers={}):
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(base + path, data, {**headers, **({"Content-Type": kind} if data else {})}, method=method)
    with urllib.request.urlopen(request, timeout=120) as answer:
        return answer.read(), answer.headers


path = write("schemes/many.yaml", scheme())
csv = write("many.csv", rows())
for form, aim in (("jsonl", 1000), ("csv", 1000)):
    say("files, --format %s" % form, best(lambda form=form: subprocess.run(
        [programs + "/callqa", "appraise", "--scheme", path, "--indicators", csv, "--period", "2025-11", "--format", form],
        check=True, stdout=subprocess.DEVNULL)), aim)

config = write("server.yaml", "listen: 127.0.0.1:0\nstore: sqlite:%s/scores.db\nport_file: %s/port\nsession: {plain_cookie: true}\n" % (folder, folder))
for name, role in (("hr", "hr"), ("lead", "lead")):
    subprocess.run([programs + "/callqa-server", "user", "add", name, "--role", role, "--password-file", "-", "--config", config],
                   input="correct horse battery\n", text=True, check=True, capture_output=True)
server = subprocess.Popen([programs + "/callqa-server", "--config", config], stderr=subprocess.DEVNULL, env={**os.environ, "CALLQA_MODELS": folder})
try:
    while not os.path.exists(folder + "/port"):
        time.sleep(0.05)
    base = "http://127.0.0.1:%s" % open(folder + "/port").read().strip()
    body, answer = send("POST", "/api/v1/session", {"name": "hr", "password": "correct horse battery"})
    who = {"Cookie": answer["Set-Cookie"].split(";")[0], "X-CSRF-Token": json.loads(body)["csrf"]}
    number = json.loads(send("POST", "/api/v1/appraisals", {"scheme": "many", "period": "2025-11", "place": "bench"}, headers=who)[0])["appraisal"]
    round_path = "/api/v1/appraisals/%d" % number
    bring = lambda more="": send("POST", round_path + "/imports?file=many.csv" + more, rows(), "text/csv", who)
    say("the import", best(bring, times=1), 3000)
    say("its preview", best(lambda: bring("&preview=1")), 2000)
    say("the import again, each value replaced", best(bring, times=1), 4000)
    answer = json.loads(send("GET", round_path + "/results", headers=who)[0])
    assert len(answer["sheets"]) == agents, answer["left_out"][:3]
    change = lambda: send("POST", round_path + "/least", {"note": "something changed"}, headers=who)
    whole = lambda: send("GET", round_path + "/results", headers=who)
    say("the round, after a change", best(whole, before=change), 5000)
    say("the round again", best(whole), 5000)
    say("one sheet of it", best(lambda: send("GET", round_path + "/sheets/a00042", headers=who), times=10), 50)
finally:
    server.terminate()
    server.wait()
sys.exit("missed: " + ", ".join(missed) if missed else 0)
