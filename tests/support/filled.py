# SPDX-License-Identifier: GPL-3.0-or-later
"""A server on a store that a benchmark fills by SQL: on SQLite, or, where tests/support/postgres.py runs it, on a copy on PostgreSQL."""
import http.client
import json
import os
import sqlite3
import subprocess
import time

from postgres import make_store, sql

PASSWORD = "correct horse battery"
SCHEME = """scheme: own
version: "1"
names: {en: Own, zh: 自}
source: bench
period: monthly
indicators:
  - {id: quality, names: {en: Quality, zh: 质检}, range: [0, 100], need: measured, measured: {take: score, by: mean}}
  - {id: extra, names: {en: Extra, zh: 加分}, range: [0, 100], need: required}
items:
  - {id: total, names: {en: Total, zh: 总分}, type: value, of: quality}
total: total
"""


class Filled:
    def __init__(self, server, folder, more=""):
        """`more`: further lines of its configuration."""
        self.more = more
        self.server, self.folder, self.store, self.config = server, folder, folder + "/scores.db", folder + "/config.yaml"
        self.where, self.name = os.environ.get("CQA_TEST_POSTGRES"), None
        self.configure("store: sqlite:" + self.store)

    def configure(self, lines):
        with open(self.config, "w") as out:
            out.write("listen: 127.0.0.1:0\n%s\nport_file: %s/port\nsession: {plain_cookie: true}\n%s" % (lines, self.folder, self.more))

    def add_scheme(self, text):
        """To be found by a server that is started with CALLQA_MODELS of this folder."""
        os.mkdir(self.folder + "/schemes")
        with open(self.folder + "/schemes/own.yaml", "w", encoding="utf-8") as out:
            out.write(text)

    def run(self, *arguments, **more):
        return subprocess.run([self.server, *arguments, "--config", self.config], check=True, capture_output=True, text=True, **more).stdout

    def add_user(self, name, role):
        self.run("user", "add", name, "--role", role, "--password-file", "-", input=PASSWORD + "\n")

    def add_token(self, name, role):
        return self.run("token", "add", name, "--role", role).strip()

    def copy(self):
        """Once it is filled, before it is started; seconds that it took, None where there is nothing to copy to."""
        if not self.where:
            return None
        begin = time.monotonic()
        self.name, lines = make_store(self.where)
        subprocess.run([self.server, "copy", "--from", "sqlite:" + self.store, "--to", lines.split()[1], "--password-file",
                        self.where + "/password"], check=True, stdout=subprocess.DEVNULL)
        sql(self.where, self.name, "ANALYZE")
        self.configure("\n".join(line for line in lines.splitlines() if "audit_key_file" not in line)  # the log keeps its own
                       + "\naudit_key_file: %s/audit.key" % self.folder)
        return time.monotonic() - begin

    def sql(self, text):
        """What the database says, or does: its first column of the first row."""
        if self.name:
            return sql(self.where, self.name, text)
        with sqlite3.connect(self.store, timeout=60) as db:
            row = db.execute(text).fetchone()
            return row[0] if row else None

    def launch(self, **environment):
        """Begins, and may end before it has a port."""
        if os.path.exists(self.folder + "/port"):
            os.unlink(self.folder + "/port")
        self.process = subprocess.Popen([self.server, "--config", self.config], stderr=subprocess.DEVNULL, env={**os.environ, **environment})
        return self.process

    def start(self, **environment):
        self.launch(**environment)
        while not os.path.exists(self.folder + "/port"):
            time.sleep(0.05)
        with open(self.folder + "/port") as file:
            self.port = int(file.read())
        return self.process

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def computed_s(self):
        """By the server; what PostgreSQL computes is not in it."""
        with open("/proc/%d/stat" % self.process.pid) as stat:
            return sum(int(one) for one in stat.read().rsplit(")", 1)[1].split()[11:13]) / os.sysconf("SC_CLK_TCK")


class Person:
    """Somebody who has logged in."""

    def __init__(self, filled, name):
        self.filled, self.who = filled, {"Content-Type": "application/json"}
        reply, answer = self.ask("POST", "session", {"name": name, "password": PASSWORD})
        self.who.update({"Cookie": reply.headers["Set-Cookie"].split(";")[0], "X-CSRF-Token": answer["csrf"]})

    def ask(self, method, path, body=None, **headers):
        """The reply and its JSON; a text is sent as CSV."""
        connection = http.client.HTTPConnection("127.0.0.1", self.filled.port, timeout=600)
        is_table = isinstance(body, str)
        connection.request(method, "/api/v1/" + path, body.encode() if is_table else json.dumps(body) if body is not None else None,
                           {**self.who, **headers, **({"Content-Type": "text/csv"} if is_table else {})})
        reply = connection.getresponse()
        text = reply.read()
        connection.close()
        assert reply.status < 300, (path, reply.status, text[:300])
        return reply, json.loads(text) if "json" in (reply.headers["Content-Type"] or "") else text

    def get(self, path):
        return self.ask("GET", path)[1]

    def keep(self, method, path, body=None):
        return self.ask(method, path, body, Prefer="respond-async")[1]["job"]

    def do(self, method, path, body=None):
        """As a job: its answer, and all that it said of how far it was."""
        job, said = self.keep(method, path, body), []
        while True:
            now = self.get("jobs/%d" % job)
            said.append((now["done"], now["total"]))
            if now["state"] == "done":
                return self.get("jobs/%d/result" % job), said
            time.sleep(0.05)


def fill_month(store, calls, people, results, points_c):
    """2025-11, evenly: `results` by turns, with "@" for the call's id; each has one flag of so many hundredths of a point."""
    db = sqlite3.connect(store)
    db.executescript("PRAGMA synchronous=OFF; PRAGMA cache_size=-500000; PRAGMA temp_store=MEMORY;")
    db.execute("CREATE TEMP TABLE t(k INTEGER PRIMARY KEY, body TEXT)")
    db.executemany("INSERT INTO t VALUES(?, ?)", [(k, json.dumps(one, ensure_ascii=False, separators=(",", ":"))) for k, one in enumerate(results)])
    db.execute("CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i, i % ? AS a,"
               " 20251101 + i * 30 / (? + 1) AS day, 1761955200000 + i * 20000 AS ms FROM n", (calls, people, calls))
    db.execute("INSERT INTO calls(id, site, source, call_id, revision, recorder, agent, queue, direction, started_at, started_ms, day, person,"
               " team, path, sha256, duration_ms, rubric, rubric_version, base_c, total_c, score_c, flag_count, open_count, received_ms,"
               " updated_ms, measurable) SELECT i, '', 'freepbx', 'c' || i, 1, 'pbx', 8000 + a, 'sales', 'in', '2025-11-01T00:00:00+08:00', ms,"
               " day, 'p' || a, 't' || (a % 20), '/var/spool/' || i, 'ab', 1800000, 'standard', '2', 10000, 9600, 9600, 1, 1, ms, ms, 1 FROM n")
    db.execute("INSERT INTO revisions(call, revision, key_hash, key, digest, recorder, received_ms, body) SELECT i, 1, randomblob(16), 'k' || i,"
               " randomblob(32), 'pbx', ms, replace(t.body, '@', 'c' || i) FROM n JOIN t ON t.k = i % ?", (len(results),))
    db.execute("INSERT INTO flags(call, current, ordinal, rule, severity, points_c, confidence, event, event_type, start_ms, end_ms, automatic_fail,"
               " state, day, started_ms, person, team, agent, queue) SELECT i, 1, 0, 'dead-air', 2, ?, 900, 1, 'silence', 20000, 21000, 0, 0, day,"
               " ms, 'p' || a, 't' || (a % 20), 8000 + a, 'sales' FROM n", (points_c,))
    db.commit()
    db.close()
