#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job that kills its server: jobs.py SOURCE PROGRAMS

On SQLite and on PostgreSQL a server is killed each time that it has an export under way, and started again. The third time
is the last: then the job has failed, with the reason in both languages, and the server goes on serving. Another one, by
then without the fault, does what is asked of it.
"""
import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from bench import fail, wait_until
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


def main(source, programs):
    with tempfile.TemporaryDirectory(prefix="callqa-jobs-") as folder, Postgres() as postgres:
        fault = folder + "/dies.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-D_GNU_SOURCE", "-o", fault,
                        os.path.join(source, "tests", "support", "preload", "dies.c"), "-ldl"], check=True)
        play("SQLite", programs, None, fault, lambda: None)
        database, store = make_store(postgres.folder)
        play("PostgreSQL", programs, store, fault, lambda: sql(postgres.folder, database, "UPDATE jobs SET taken_ms = 0"))


if __name__ == "__main__":
    main(*sys.argv[1:])
