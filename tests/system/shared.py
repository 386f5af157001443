#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two servers on one PostgreSQL behind a proxy: shared.py SOURCE PROGRAMS [KILLS]

Recorders post, agents object, an auditor decides, all through the proxy, while one of the servers is killed at random
moments (KILLS times, 6) and the database is once gone for a while. Whoever was not answered asks again. Then: every
result, objection and decision that was acknowledged is there, and once; each objection was told, under one id; the audit
log is one chain. And a lead has files made in the background all the time: none is lost, and each is begun once but where the
server that made it was killed.
"""
import http.client
import http.server
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from bench import fail, wait_until
from postgres import Postgres, make_store, sql

PASSWORD = "correct horse battery"
POSTERS, EACH = 3, 60
DECIDED, OBJECTED = "8001", "8002"  # whose flags are decided, and who objects


class Proxy:
    """Hands each connection to one of the servers that take it."""

    def __init__(self):
        self.ports = []
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            client, _ = self.socket.accept()
            threading.Thread(target=self.connect, args=(client,), daemon=True).start()

    def connect(self, client):
        for port in random.sample(self.ports, len(self.ports)):
            try:
                server = socket.create_connection(("127.0.0.1", port), timeout=30)
            except OSError:
                continue
            threading.Thread(target=self.pump, args=(client, server), daemon=True).start()
            self.pump(server, client)
            return
        client.close()

    @staticmethod
    def pump(source, target):
        try:
            while piece := source.recv(65536):
                target.sendall(piece)
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Receiver:
    """Takes every notice: the ids under which each objection was told."""

    def __init__(self):
        self.told = {}
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.told.setdefault(body["data"]["objection"], []).append(self.headers["webhook-id"])
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d/" % self.http.server_address[1]
        threading.Thread(target=self.http.serve_forever, daemon=True).start()


class Server:
    """One of the two; always on the same port, as behind a real proxy."""

    def __init__(self, site, name):
        self.site, self.name, self.port = site, name, 0
        self.config = os.path.join(site.top, name + ".yaml")
        self.start()

    def start(self):
        port_file = os.path.join(self.site.top, self.name + ".port")
        with open(self.config, "w") as out:
            out.write("listen: 127.0.0.1:%d\nport_file: %s\n%s" % (self.port, port_file, self.site.lines))
        if os.path.exists(port_file):
            os.unlink(port_file)
        with open(os.path.join(self.site.top, self.name + ".log"), "ab") as log:
            self.process = subprocess.Popen([self.site.programs + "/callqa-server", "--config", self.config], stderr=log,
                                            env={**os.environ, "STATE_DIRECTORY": self.site.top})
        def has_port():
            # Where the database is away it ends with the reason, and is started again, as systemd does.
            if self.process.poll() is not None:
                self.process = subprocess.Popen(self.process.args, stderr=subprocess.DEVNULL,
                                                env={**os.environ, "STATE_DIRECTORY": self.site.top})
            return os.path.exists(port_file) and open(port_file).read().strip()
        self.port = int(wait_until(self.name + " has a port", has_port))

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


class Shared:
    def __init__(self, programs, postgres, receiver):
        self.programs, self.postgres = programs, postgres
        self.top = tempfile.mkdtemp(prefix="callqa-shared-")
        self.store, store = make_store(postgres.folder)
        with open(self.top + "/secret", "w", opener=lambda p, f: os.open(p, f, 0o600)) as out:
            out.write("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n")
        self.lines = store + "session: {plain_cookie: true}\nobjection_days: 365\nnotices:\n  - {url: '%s', secret_file: %s/secret}\n" % (
            receiver.url, self.top)
        self.proxy = Proxy()
        self.servers = [Server(self, "one"), Server(self, "two")]
        self.proxy.ports = [server.port for server in self.servers]

    def command(self, *words, given=None):
        return subprocess.run([self.programs + "/callqa-server", *words, "--config", self.servers[0].config], input=given,
                              capture_output=True, text=True, check=True).stdout.strip()

    def ask(self, method, path, body, headers):
        """(status, text) of the first answer that is one; a request that was not answered is made again."""
        for _ in range(600):
            connection = http.client.HTTPConnection("127.0.0.1", self.proxy.port, timeout=90)
            try:
                connection.request(method, path, body, headers)
                answer = connection.getresponse()
                text = answer.read().decode()
                if answer.status != 503:
                    return answer, text
                if answer.getheader("Retry-After") is None:
                    fail("a 503 without Retry-After: " + text)
            except (OSError, http.client.HTTPException):
                pass
            finally:
                connection.close()
            time.sleep(0.1)
        fail("%s %s is never answered" % (method, path))

    def log_in(self, name):
        answer, text = self.ask("POST", "/api/v1/session", json.dumps({"name": name, "password": PASSWORD}),
                                {"Content-Type": "application/json"})
        if answer.status != 200:
            fail("%s cannot log in: %s" % (name, text))
        headers = {"Cookie": answer.getheader("Set-Cookie").split(";")[0], "X-CSRF-Token": json.loads(text)["csrf"],
                   "Content-Type": "application/json"}

        def act(method, path, body=None, good=(200, 201), more=None):
            answer, text = self.ask(method, "/api/v1/" + path, json.dumps(body) if body else None, {**headers, **(more or {})})
            if answer.status not in good:
                fail("%s %s: %d %s" % (method, path, answer.status, text))
            return json.loads(text)
        return act


def read_template(programs, source):
    """A result with deductions, as callqa makes it of a sample."""
    samples = os.path.join(source, "samples")
    done = subprocess.run([programs + "/callqa", "analyze", "--recorder", "freepbx", "--time-zone", "Asia/Shanghai", "--format",
                           "jsonl", *(os.path.join(samples, name) for name in sorted(os.listdir(samples)) if "in-8002" in name)],
                          capture_output=True, text=True, check=False)
    for line in done.stdout.splitlines():
        result = json.loads(line)
        if len([one for one in result["score"]["deductions"] if one["points"] > 0]) > 0:
            return result
    fail("no sample has a deduction: " + done.stderr)


def post_all(site, token, template, poster):
    for i in range(EACH):
        result = json.loads(json.dumps(template))
        name = "%d-%d" % (poster, i)
        result["call"]["id"] = name
        result["call"]["agent"] = DECIDED if poster == 0 else OBJECTED
        result["recording"]["sha256"] = "%064x" % (poster * 1000 + i + 1)
        result["recording"]["path"] = "/var/spool/%s.wav" % name
        answer, text = site.ask("POST", "/api/v1/results", json.dumps(result), {
            "Authorization": "Bearer " + token, "Content-Type": "application/json", "Idempotency-Key": name})
        if answer.status not in (200, 201):
            fail("%s: %d %s" % (name, answer.status, text))
        time.sleep(0.05)


def review(site, act, verb, done, stop):
    """Objects to, or decides, each flag that there is and that nobody has: of each once, whoever was asked how often."""
    while True:
        stopping = stop.is_set()
        agent = DECIDED if verb == "decision" else OBJECTED
        flags = [flag["flag"] for flag in act("GET", "flags?limit=500&state=any&agent=" + agent)["flags"] if flag["flag"] not in done]
        for flag in flags if stopping else flags[:3]:
            if verb == "decision":
                act("POST", "flags/%d/decision" % flag, {"state": "confirmed", "was": "open"}, good=(200, 409))
            else:
                act("POST", "flags/%d/objection" % flag, {"text": "no"}, good=(201, 409))
            done.add(flag)
        if stopping:
            return


def have_files_made(act, jobs, stop):
    """One after the other: what was kept is known by its number."""
    while not stop.is_set():
        job = act("GET", "export/calls.csv", good=(202,), more={"Prefer": "respond-async"})["job"]
        jobs.add(job)
        while not stop.is_set() and act("GET", "jobs/%d" % job)["state"] in ("waits", "works"):
            time.sleep(0.05)


def disturb(site, kills, chance):
    for i in range(kills):
        time.sleep(chance.uniform(0.2, 1.5))
        server = chance.choice(site.servers)
        server.kill()
        if i == kills // 2:
            site.postgres.halt()
            time.sleep(1)
            site.postgres.start()
        server.start()


def work(site, programs, source, kills):
    token = site.command("token", "add", "pbx", "--role", "recorder")
    for name, role, *more in (("ann", "auditor"), ("lea", "lead"), ("li", "agent", "--person", "8002")):
        site.command("user", "add", name, "--role", role, "--password-file", "-", *more, given=PASSWORD + "\n")
    template = read_template(programs, source)
    stop, objected, decided, jobs = threading.Event(), set(), set(), set()
    posters = [threading.Thread(target=post_all, args=(site, token, template, i)) for i in range(POSTERS)]
    reviewers = [threading.Thread(target=review, args=(site, site.log_in(name), verb, done, stop))
                 for name, verb, done in (("li", "objection", objected), ("ann", "decision", decided))]
    lead = site.log_in("lea")
    files = threading.Thread(target=have_files_made, args=(lead, jobs, stop))
    for thread in [*posters, *reviewers, files]:
        thread.start()
    disturb(site, kills, random.Random(4711))
    for thread in posters:
        thread.join()
    stop.set()
    for thread in [*reviewers, files]:
        thread.join()
    wait_until("every file is made", lambda: not any(job["state"] in ("waits", "works") for job in lead("GET", "jobs")["jobs"]), 150)
    return objected, decided, jobs


def look_at_files(site, number, jobs, kills):
    """A kill, or the database that goes, takes one of a person's jobs at most, which then is begun once more."""
    made, tries = number("SELECT count(*) FROM jobs WHERE state = 2 AND status = 200"), number("SELECT sum(tries) FROM jobs")
    if made < len(jobs) or made != number("SELECT count(*) FROM jobs"):
        other = [number("SELECT coalesce(max(%s), 0) FROM jobs WHERE state <> 2 OR status <> 200" % column) for column in ("state", "status", "tries")]
        fail("%d files made of %d asked for, %d kept; of the others the state, status and tries are at most %s" % (made, len(jobs), number("SELECT count(*) FROM jobs"), other))
    if tries > made + kills + len(site.servers):
        fail("%d files were begun %d times with %d kills" % (made, tries, kills))
    if number("SELECT count(*) FROM audit WHERE action = 'export'") > tries:
        fail("more exports are logged than were begun")


def look(site, receiver, objected, decided):
    def number(text):
        return int(sql(site.postgres.folder, site.store, text))
    if number("SELECT count(*) FROM calls") != POSTERS * EACH or number("SELECT count(*) FROM revisions") != POSTERS * EACH:
        fail("%d calls, %d revisions of %d" % (number("SELECT count(*) FROM calls"), number("SELECT count(*) FROM revisions"),
                                               POSTERS * EACH))
    if number("SELECT count(*) FROM objections") != len(objected):
        fail("%d objections of %d" % (number("SELECT count(*) FROM objections"), len(objected)))
    if number("SELECT count(*) FROM decisions") != len(decided) or number(
            "SELECT count(*) FROM flags WHERE current = 1 AND agent = '%s' AND state <> 1" % DECIDED) != 0:
        fail("%d decisions of %d" % (number("SELECT count(*) FROM decisions"), len(decided)))
    wait_until("every objection is told", lambda: len(receiver.told) == len(objected), 150)
    twice = {objection: ids for objection, ids in receiver.told.items() if len(set(ids)) > 1}
    if twice:
        fail("told under several ids: %s" % twice)
    wait_until("each is noted", lambda: number("SELECT count(*) FROM notices WHERE sent_ms IS NULL") == 0, 150)
    if number("SELECT count(*) FROM audit WHERE action = 'notice.sent'") != len(objected):
        fail("the audit log notes other notices than there were")
    site.command("audit", "verify")
    return sum(len(ids) for ids in receiver.told.values()) - len(objected)


def main(source, programs, kills="6"):
    receiver = Receiver()
    with Postgres() as postgres:
        site = Shared(programs, postgres, receiver)
        started = time.monotonic()
        try:
            objected, decided, jobs = work(site, programs, source, int(kills))
            look_at_files(site, lambda text: int(sql(postgres.folder, site.store, text)), jobs, int(kills))
            again = look(site, receiver, objected, decided)
        finally:
            for server in site.servers:
                server.kill()
    print("%s kills, the database gone once: %d results, %d objections, %d decisions, %d files, nothing lost and nothing twice in"
          " %.0f s; %d notices came again under their own id" % (kills, POSTERS * EACH, len(objected), len(decided), len(jobs),
                                                        time.monotonic() - started, again))


if __name__ == "__main__":
    main(*sys.argv[1:])
