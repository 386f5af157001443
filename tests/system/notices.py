#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notices of callqa-server: notices.py SOURCE PROGRAMS. Real receivers that fail, vanish and come back; kill -9 between."""
import base64
import glob
import hashlib
import hmac
import http.client
import http.server
import json
import os
import signal
import sqlite3
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from bench import Site, fail, wait_until

PASSWORD = "correct horse battery"
SECRET = base64.b64encode(bytes(range(32))).decode()


class Receiver:
    """Answers with `status` and keeps what came, once its signature has been found right."""

    def __init__(self):
        self.status, self.seen = 500, []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.seen.append((outer.status, check_signature(self.headers, body), json.loads(body)))
                self.send_response(outer.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d/hook?key=s3cret" % self.http.server_address[1]
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def taken(self):
        return [(name, notice) for status, name, notice in self.seen if status < 300]

    def refused(self):
        return [(name, notice) for status, name, notice in self.seen if status >= 300]


def check_signature(headers, body):
    """As Standard Webhooks describes it; returns the webhook-id."""
    name, stamp = headers["webhook-id"], headers["webhook-timestamp"]
    mac = hmac.new(base64.b64decode(SECRET), b"%s.%s." % (name.encode(), stamp.encode()) + body, hashlib.sha256)
    if headers["webhook-signature"] != "v1," + base64.b64encode(mac.digest()).decode():
        fail("the signature of %s is wrong" % name)
    if headers["Content-Type"] != "application/json":
        fail("the notice is a " + headers["Content-Type"])
    return name


class NoticeSite(Site):
    """A site whose server tells `receivers`: pairs of address and events (None: the default)."""

    def __init__(self, programs, receivers):
        self.receivers = receivers
        super().__init__(programs)
        with open(os.path.join(self.top, "secret"), "w", opener=lambda p, f: os.open(p, f, 0o600)) as out:
            out.write("whsec_%s\n" % SECRET)

    def write_server_config(self):
        super().write_server_config()
        with open(self.server_config, "a") as out:
            out.write("session: {plain_cookie: true}\npublic_url: https://qa.example.org/callqa/\n")
            if self.receivers and os.path.exists(os.path.join(self.top, "secret")):
                out.write("notices:\n")
                for url, events in self.receivers:
                    out.write("  - {url: '%s', secret_file: %s/secret%s}\n" %
                              (url, self.top, ", events: [%s]" % ", ".join(events) if events else ""))

    def add_user(self, name, role, *more):
        path = os.path.join(self.top, "password")
        with open(path, "w", opener=lambda p, f: os.open(p, f, 0o600)) as out:
            out.write(PASSWORD + "\n")
        self.run("callqa-server", "user", "add", name, "--role", role, "--password-file", path, "--config",
                 self.server_config, *more)

    def ask(self, method, path, body, headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        if answer.status >= 300:
            fail("%s %s: %d %s" % (method, path, answer.status, text))
        return answer, text

    def log_in(self, name):
        """What `name` may do from now on, as a function of method, path and body."""
        answer, text = self.ask("POST", "/api/v1/session", json.dumps({"name": name, "password": PASSWORD}),
                                {"Content-Type": "application/json"})
        headers = {"Cookie": answer.getheader("Set-Cookie").split(";")[0], "X-CSRF-Token": json.loads(text)["csrf"],
                   "Content-Type": "application/json"}

        def act(method, path, body=None):
            text = self.ask(method, "/api/v1/" + path, json.dumps(body) if body else None, headers)[1]
            return json.loads(text) if text else None
        return act

    def metric(self, name):
        for line in self.ask("GET", "/metrics", None, {"Authorization": "Bearer " + self.token})[1].splitlines():
            if line.startswith(name + " "):
                return float(line.split()[1])
        fail("no metric " + name)

    def kill_server(self):
        self.server.send_signal(signal.SIGKILL)
        self.server.wait()

    def audited(self, action):
        connection = sqlite3.connect("file:%s/scores.db?mode=ro" % self.top, uri=True, timeout=10)
        rows = connection.execute("SELECT object, detail FROM audit WHERE action = ? ORDER BY id", (action,)).fetchall()
        connection.close()
        return rows


def post_samples(site, source):
    files = [path for path in glob.glob(os.path.join(source, "samples", "in-800[12]-*"))]
    done = site.run("callqa", "analyze", "--recorder", "freepbx", "--time-zone", "Asia/Shanghai", "--format", "jsonl",
                    *files, codes=(0, 3))
    lines = [json.dumps({"key": "k%d" % i, "result": json.loads(line)}) for i, line in
             enumerate(done.stdout.splitlines())]
    site.ask("POST", "/api/v1/results", "\n".join(lines), {"Authorization": "Bearer " + site.token,
                                                          "Content-Type": "application/x-ndjson"})


def told_until_taken(site, hook, quiet, agent):
    """The step is told again and again under one id, over a kill -9, until a 2xx; and then not again."""
    flags = [flag["flag"] for flag in agent("GET", "flags")["flags"]]
    objection = agent("POST", "flags/%d/objection" % flags[0], {"text": "ring me at 13912345678"})["objection"]
    wait_until("the receiver has refused it", lambda: len(hook.refused()) >= 2)
    site.kill_server()
    refused = hook.refused()
    hook.status = 204
    site.start_server()
    wait_until("the receiver has taken it", hook.taken)
    (name, notice), = hook.taken()
    if {refused_name for refused_name, _ in refused} != {name}:
        fail("the id changed between tries: %s, %s" % (refused, name))
    data = notice["data"]
    expected = {"objection": objection, "flag": flags[0], "call": data["call"], "outcome": "open",
                "link": "https://qa.example.org/callqa/#/call/~%d?flag=%d" % (data["call"], flags[0])}
    if notice["type"] != "objection.raised" or data != expected or set(notice) != {"type", "timestamp", "data"}:
        fail("the notice says %s" % notice)
    lead = site.log_in("lead")
    lead("POST", "objections/%d/answer" % objection, {"state": "overturned", "reason": "right"})
    wait_until("the answer is told", lambda: len(hook.taken()) == 2)
    if hook.taken()[1][1]["type"] != "objection.answered" or hook.taken()[1][1]["data"]["outcome"] != "accepted":
        fail("the answer is told as %s" % hook.taken()[1][1])
    wait_until("the decision is told to who wants it", lambda: len(quiet.taken()) == 1)
    if quiet.taken()[0][1]["type"] != "decision.made" or quiet.taken()[0][1]["data"]["outcome"] != "overturned":
        fail("the decision is told as %s" % quiet.taken()[0][1])
    return flags


def leaves_a_trace(site, hook):
    for action, count in (("notice.sent", 3), ("notice.failed", 1)):
        # What a receiver has taken is written down after it has: give it the time.
        wait_until("%s is in the audit log" % action, lambda: len(site.audited(action)) >= count)
        rows = site.audited(action)
        if len(rows) != count or any("s3cret" in detail or "/hook" in detail for _, detail in rows):
            fail("%s in the audit log: %s" % (action, rows))
    if hook.taken()[0][0] not in site.audited("notice.failed")[0][1]:
        fail("the audit log does not name the id")
    site.run("callqa-server", "audit", "verify", "--config", site.server_config)
    if site.metric('callqa_notices_total{outcome="sent"}') != 3:
        fail("the metrics do not count what was sent")
    wait_until("none waits", lambda: site.metric("callqa_notices_waiting") == 0)


def gone_gets_no_more(site, hook, flags):
    hook.status = 410
    agent = site.log_in("li")
    agent("POST", "flags/%d/objection" % flags[1], {"text": "no"})
    wait_until("the receiver is gone", lambda: site.metric("callqa_notice_receivers_gone") == 1)
    tries = len(hook.seen)
    agent("POST", "flags/%d/objection" % flags[2], {"text": "no"})
    wait_until("two wait", lambda: site.metric("callqa_notices_waiting") == 2)
    time.sleep(3)  # the second try of a notice comes within two seconds
    if len(hook.seen) != tries:
        fail("a receiver that is gone was told again")
    hook.status = 200
    site.stop_server()
    site.start_server()
    wait_until("both are told after a start", lambda: len(hook.taken()) == 4)


def dropped_with_its_address(site, hook):
    hook.status, tries = 422, len(hook.seen)
    wang = site.log_in("wang")
    wang("POST", "flags/%d/objection" % wang("GET", "flags")["flags"][0]["flag"], {"text": "no"})
    wait_until("it waits", lambda: site.metric("callqa_notices_waiting") == 1)
    time.sleep(2)
    if len(hook.seen) - tries > 20:  # three or so; without pauses it is hundreds
        fail("a receiver that refuses was told %d times in two seconds" % (len(hook.seen) - tries))
    site.stop_server()
    site.receivers = []
    site.write_server_config()
    site.start_server()
    if len(site.audited("notice.dropped")) != 1:
        fail("dropping is not in the audit log")


def end_of_the_log(site, wants):
    """How the audit log ends is told once a day, over restarts, and found again in the log."""
    site.receivers = [(wants.url, ["audit.head"])]
    site.write_server_config()
    for _ in range(2):
        site.stop_server()
        site.start_server()
        wait_until("the end of the audit log to be told", wants.taken)
    if [notice["type"] for _, notice in wants.taken()] != ["audit.head"]:
        fail("the end of the log was told as %s" % wants.taken())
    head = wants.taken()[0][1]["data"]
    verify = ("callqa-server", "audit", "verify", "--config", site.server_config, "--head")
    site.run(*verify, head["hash"])
    said = site.run(*verify, "0" * 64, codes=(1,)).stderr
    if "cut off" not in said:
        fail("a hash that no row has was taken: " + said)


def bad_configuration(site):
    """Each fault with its place, all at once."""
    with open(site.server_config, "w") as out:
        out.write("listen: 127.0.0.1:0\nstore: sqlite:%s/scores.db\nnotices:\n"
                  "  - {url: 'http://example.org/hook', secret_file: %s/secret}\n"
                  "  - {url: 'https://example.org/hook', events: [lunch]}\n"
                  "  - {url: 'https://example.org/hook', secret_file: /none, colour: red}\n" % (site.top, site.top))
    said = site.run("callqa-server", "--check-config", site.server_config, codes=(4,)).stderr
    for place, words in (("4:", "in the clear"), ("5:", '"secret_file" is missing'), ("5:", "lunch"),
                         ("6:", "/none"), ("6:", "colour")):
        if not any(words in line and line.startswith(site.server_config + ":" + place) for line in said.splitlines()):
            fail("no word of %s at line %s in:\n%s" % (words, place, said))


def main(source, programs):
    hook, quiet, wants = Receiver(), Receiver(), Receiver()
    quiet.status = wants.status = 200
    with NoticeSite(programs, [(hook.url, None), (quiet.url, ["decision.made"])]) as site:
        site.write_server_config()
        site.add_user("lead", "lead")
        site.add_user("li", "agent", "--person", "8002")
        site.add_user("wang", "agent", "--person", "8001")
        site.start_server()
        post_samples(site, source)
        flags = told_until_taken(site, hook, quiet, site.log_in("li"))
        leaves_a_trace(site, hook)
        gone_gets_no_more(site, hook, flags)
        dropped_with_its_address(site, hook)
        end_of_the_log(site, wants)
        bad_configuration(site)
    print("%d requests, %d notices taken" % (len(hook.seen) + len(quiet.seen), len(hook.taken()) + len(quiet.taken())))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
