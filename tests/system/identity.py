#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""One call once: identity.py SOURCE PROGRAMS [CALLS]. Recordings are moved, renamed, copied, linked and converted, their
folder is moved in the configuration, the daemon's state is lost; daemon and server running and stopped: the same calls
with the same totals, each of them playable. Then stores that hold doubles, as programs of before wrote them, are mended."""
import http.client
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from urllib.parse import quote

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from bench import Site, Voices, fail, flags_of, wait_until, write_turns
from older import SCORES, STORE, age

RUNNING = ("moved", "renamed", "copied", "hard-linked", "symlinked", "converted", "converted elsewhere", "replaced by opus")
PATHS = 5  # calls whose id is only their path
DOUBLES = 40
CLOSED = 4  # of them in a closed month


def expect(what, is_value, should_be):
    if is_value != should_be:
        fail("%s: %s, not %s" % (what, is_value, should_be))


class House(Site):
    """A site of two folders: one whose names say whose call it was, one where they do not; ann listens, bob decides."""

    def __init__(self, programs):
        self.cookies = {}
        super().__init__(programs, folders=("monitor", "other"), settle="300ms", scan_interval="1s")

    def write_server_config(self):
        super().write_server_config()
        with open(self.server_config, "a") as out:
            out.write("session: {plain_cookie: true}\naudio: [%s]\n" % self.top)

    def write_daemon_config(self):
        super().write_daemon_config()
        with open(self.config) as file:
            text = file.read()
        path = "  - path: %s\n    recorder: " % self.watched[1]
        with open(self.config, "w") as out:
            out.write(text.replace(path + "freepbx", path + "generic"))

    def add_user(self, name, role):
        path = os.path.join(self.top, "password")
        with open(path, "w", opener=lambda p, f: os.open(p, f, 0o600)) as out:
            out.write("correct horse battery\n")
        self.run("callqa-server", "user", "add", name, "--role", role, "--password-file", path, "--config",
                 self.server_config)

    def log_in(self, name):
        answer = self.ask(None, "POST", "/api/v1/session", {"name": name, "password": "correct horse battery"})
        self.cookies[name] = {"Cookie": answer.getheader("Set-Cookie").split(";")[0],
                              "X-CSRF-Token": json.loads(answer.body)["csrf"]}

    def ask(self, name, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request(method, path, json.dumps(body) if body is not None else None,
                           {"Content-Type": "application/json", **self.cookies.get(name, {})})
        answer = connection.getresponse()
        answer.body = answer.read()
        if answer.status >= 400:
            fail("%s %s: %d %s" % (method, path, answer.status, answer.body[:300]))
        return answer

    def tell(self, name, path, body):
        return json.loads(self.ask(name, "POST", path, body).body)

    def totals(self):
        return {call["call"]["id"]: (call["score"]["total"], flags_of(call)) for call in self.server_calls()}

    def at_rest(self):
        """Nothing waits to be looked at, analysed, written down or sent."""
        return self.ask_store(
            "SELECT (SELECT count(*) FROM recordings WHERE state IN ('ready', 'leased', 'settling') OR stale OR unjudged)"
            " + (SELECT count(*) FROM deliveries WHERE state IN ('pending', 'in_flight'))") == 0

    def files(self):
        return sorted(os.path.join(folder, name) for top in self.watched for folder, _, names in os.walk(top)
                      for name in names)

    def known(self):
        path = os.path.join(self.state, "callqa.db")
        if not os.path.exists(path):
            return set()
        connection = sqlite3.connect("file:%s?mode=ro" % path, uri=True, timeout=10)
        try:
            return {os.fsdecode(path) for path, in connection.execute(
                "SELECT path FROM recordings WHERE NOT gone UNION SELECT path FROM copies WHERE NOT gone")}
        except sqlite3.OperationalError:
            return set()
        finally:
            connection.close()

    def settle(self):
        """Until the store knows every file, and has done with it."""
        there = {path for path in self.files() if not os.path.islink(path)}
        wait_until("%d files are known and done with" % len(there),
                   lambda: there <= self.known() and self.at_rest(), 100)


def link_elsewhere(path, place, make):
    os.makedirs(place, exist_ok=True)
    make(path, os.path.join(place, os.path.basename(path)))


def encode(path, target):
    """As a cron job would: under a name that is none of a recording, then in place."""
    os.makedirs(os.path.dirname(target), exist_ok=True)
    part = target + ".tmp"
    form = {"mp3": ["-b:a", "32k", "-f", "mp3"], "opus": ["-b:a", "24k", "-f", "ogg", "-c:a", "libopus"],
            "flac": ["-f", "flac"]}[target.rsplit(".", 1)[1]]
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", path, *form, part], check=True)
    os.rename(part, target)


def treat(path, how, number):
    """What the world does to a recording."""
    folder, name = os.path.split(path)
    stem = os.path.join(folder, name.rsplit(".", 1)[0])
    archive = os.path.join(folder, "archive")
    if how == "moved":
        link_elsewhere(path, archive, os.rename)
    elif how == "renamed":
        os.rename(path, os.path.join(folder, "a complaint %d.%s" % (number, name.rsplit(".", 1)[1])))
    elif how == "copied":
        link_elsewhere(path, os.path.join(folder, "backup"), shutil.copy)
    elif how == "hard-linked":
        link_elsewhere(path, os.path.join(folder, "2025"), os.link)
    elif how == "symlinked":
        os.symlink(path, os.path.join(folder, "last-%d.wav" % number))
    elif how == "converted":
        encode(path, stem + ".mp3")
        os.unlink(path)
    elif how == "converted elsewhere":
        encode(path, os.path.join(archive, os.path.basename(stem) + ".flac"))
    elif how == "replaced by opus":
        encode(path, os.path.join(folder, os.path.basename(stem) + ".opus"))
        os.unlink(path)


class Story:
    def __init__(self, programs, count):
        self.site = House(programs)
        self.count = count
        self.chance = random.Random(7)
        self.voices = Voices()
        self.round = 0

    def record(self, path, number, more=0):
        voices = [self.voices.pick(random.Random(1000 * number + i))[:8 * 1500] for i in range(4)]
        turns = [(0, voices[0]), (1, voices[1]), (None, (1, 9, 18, 34)[number % 4]), (0, voices[2]), (1, voices[3])]
        for turn in range(more):
            turns += [(turn % 2, self.voices.pick(random.Random(1000 * number + 10 + turn))[:8 * 1500]), (None, 1)]
        write_turns(path, turns, random.Random(number))

    def begin(self):
        site = self.site
        for number in range(self.count):
            name = "in-80%02d-1380013%04d-20251120-10%02d%02d-17636%05d.%d.wav" % (
                number % 7, number, number // 60 % 60, number % 60, number, number)
            self.record(os.path.join(site.watched[0], name), number)
        for number in range(PATHS):
            self.record(os.path.join(site.watched[1], "call%d.wav" % number), 7000 + number,
                        more=14)  # no name tells whose it is: enough has to be heard
        site.start_server()
        site.add_user("ann", "auditor")
        site.log_in("ann")
        site.start_daemon()
        wait_until("all calls are on the server",
                   lambda: len(site.server_calls()) == self.count + PATHS and site.at_rest(), 200)
        self.totals = site.totals()
        if len({total for total, _ in self.totals.values()}) < 3:
            fail("all recordings have the same score: the comparison shows nothing")

    def check(self, what):
        site = self.site
        site.settle()
        calls = site.server_calls()
        expect(what + ": calls", len(calls), self.count + PATHS)
        expect(what + ": totals", site.totals(), self.totals)
        expect(what + ": results in the store", site.ask_store("SELECT count(*) FROM results"), self.count + PATHS)
        expect(what + ": refused", site.ask_store("SELECT count(*) FROM deliveries WHERE state = 'quarantined'"), 0)
        lying = set(site.files())
        self.lying = {call["call"]["id"]: call["recording"]["path"] for call in calls}
        for call in calls:
            for path in [call["recording"]["path"], *call["recording"].get("copies", [])]:
                if path not in lying:
                    fail("%s: %s is said to lie at %s" % (what, call["call"]["id"], path))
        for call in calls:
            answer = site.ask("ann", "GET", "/api/v1/calls/%s/audio" % quote(call["call"]["id"], safe=""))
            if len(answer.body) < 4000:
                fail("%s: %s cannot be heard" % (what, call["call"]["id"]))
        print("%s: %d calls, %d files" % (what, len(calls), len(lying)), flush=True)

    def treat_all(self):
        """Each recording in another way than the last time."""
        self.round += 1
        lying = dict(self.lying)
        for number, (_, path) in enumerate(sorted(lying.items())):
            how = RUNNING[(number + self.round) % len(RUNNING)]
            if not path.endswith(".wav") and how in ("converted", "converted elsewhere", "replaced by opus"):
                how = "moved"
            if path.startswith(self.site.watched[1]) and how == "converted elsewhere":
                how = "converted"  # without a name that says whose it is, another folder is another call
            treat(path, how, 100 * self.round + number)

    def all_ways(self):
        site = self.site
        self.treat_all()
        self.check("all ways, daemon and server running")
        site.stop_daemon()
        self.treat_all()
        site.start_daemon()
        self.check("all ways, daemon stopped")
        site.stop_server()
        self.treat_all()
        site.start_server()
        site.log_in("ann")
        self.check("all ways, server stopped")

    def move_folders(self):
        """The disk is mounted elsewhere, and the configuration says so."""
        site = self.site
        for running in (True, False):
            if not running:
                site.stop_server()
            site.stop_daemon()
            for i, folder in enumerate(site.watched):
                os.rename(folder, folder + "-new")
                site.watched[i] = folder + "-new"
            if not running:
                site.start_server()
                site.log_in("ann")
            site.write_daemon_config()
            site.start_daemon()
            self.check("folders moved, server %s" % ("running" if running else "stopped"))

    def lose_state(self):
        site = self.site
        site.stop_daemon()
        shutil.rmtree(site.state)
        os.makedirs(site.state)
        site.start_daemon()
        self.check("state lost")
        site.kill_daemon()
        shutil.rmtree(site.state)
        os.makedirs(site.state)
        for i, folder in enumerate(site.watched):
            os.rename(folder, folder + "-again")
            site.watched[i] = folder + "-again"
        site.write_daemon_config()
        site.start_daemon()
        self.check("state lost and folders moved")


class Further(Story):
    """A queue's recording of a call, and the extension's, which begins in its middle: seconds that both hold are charged
    once, on the better source, whichever is heard first; a file after a pause is charged for itself."""

    def turns(self, number, pauses):
        chance = random.Random(number)
        turns = []
        for pause in pauses:
            turns += [(0, self.voices.pick(chance)), (1, self.voices.pick(chance)), (None, pause)]
        return turns + [(0, self.voices.pick(chance)), (1, self.voices.pick(chance))]   # who speaks last before a pause is answered

    def place(self, name, turns, seed):
        write_turns(os.path.join(self.site.watched[0], name), turns, random.Random(seed))

    def tell(self):
        site = self.site
        first, then = self.turns(1, (22, 1, 2, 33)), self.turns(3, (24, 1))
        name = "%s-8001-13800138000-20251120-101502-1763604902.17.wav"
        for order in ((0, 1), (1, 0)):
            calls = {}
            files = [(name % "in", first, 1), ("q-600-13800138000-20251120-101502-1763604902.17.wav", first[3:], 3)]
            for at in order:
                self.place(*files[at])
                wait_until("it is scored", lambda: site.known() == set(site.files()) and site.at_rest(), 60)
            calls = site.server_calls()
            expect("recordings of the call", [call["call"]["id"] for call in calls], ["1763604902.17"] * 2)
            listed = site.get("/api/v1/calls?call=1763604902.17")["calls"]
            expect("recordings listed together", len(listed), 2)
            expect("recordings that are further ones", sum("part" in call["recording"] for call in calls), 1)
            charged = {os.path.basename(call["recording"]["path"]).split("-")[0]:
                       [d["rule"] for d in call["score"]["deductions"] if d["points"] > 0] for call in calls}
            noted = [d["ground"]["id"] for call in calls for d in call["score"]["deductions"] if d["ground"]]
            expect("what is charged, heard in the order %s" % (order,), charged, {"in": ["dead-air"] * 2, "q": []})
            expect("what is noted", noted.count("other_recording"), 1)
            self.start_anew()
        self.place(name % "in", first, 1)
        self.place("q-600-13800138000-20251120-101502-1763604902.17.wav", then, 4)
        wait_until("both are scored", lambda: len(site.known()) == 2 and site.at_rest(), 60)
        points = sorted(sum(d["points"] for d in call["score"]["deductions"]) for call in site.server_calls())
        expect("two recordings that share nothing", len([p for p in points if p > 0]), 2)
        print("seconds that two recordings of a call share are charged once")

    def start_anew(self):
        site = self.site
        site.stop_daemon()
        site.stop_server()
        for folder in (site.state, site.watched[0]):
            shutil.rmtree(folder)
            os.makedirs(folder)
        connection = sqlite3.connect(os.path.join(site.top, "scores.db"))
        connection.executescript("PRAGMA foreign_keys = OFF; DELETE FROM flags; DELETE FROM revisions; DELETE FROM calls;")
        connection.close()
        site.start_server()
        site.start_daemon()


class Doubles(Story):
    """Stores as programs of before filled them: each recording a second time, as a copy or converted, under the id with
    "#" and eight digits. People decided on either."""

    def record_all(self):
        for number in range(DOUBLES):
            month = 10 if number < CLOSED else 11
            name = "in-80%02d-1380013%04d-2025%02d20-10%02d%02d-17636%05d.%d.wav" % (
                number % 7, number, month, number // 60, number % 60, number, number)
            self.record(os.path.join(self.site.watched[0], name), number)

    def begin(self):
        site = self.site
        self.record_all()
        site.start_server()
        site.add_user("ann", "lead")
        site.log_in("ann")
        site.start_daemon()
        wait_until("all calls are on the server", lambda: len(site.server_calls()) == DOUBLES and site.at_rest(), 200)
        self.totals = site.totals()
        site.stop_daemon()

    def double_all(self):
        """As a daemon of before would have scored and posted what lies there a second time."""
        site = self.site
        seconds = {}
        for number, call in enumerate(sorted(site.server_calls(), key=lambda call: call["call"]["id"])):
            path = call["recording"]["path"]
            target = os.path.join(os.path.dirname(path), "backup", os.path.basename(path))
            if number % 2:
                target = path[:-4] + ".mp3"
                encode(path, target)
            else:
                os.makedirs(os.path.dirname(target), exist_ok=True)
                shutil.copy(path, target)
            seconds[target] = "%s#%08x" % (call["call"]["id"], 0xabc00000 + number)
        lines = []
        for result in site.analyze(*seconds):
            result["call"]["id"] = seconds[result["recording"]["path"]]
            lines.append({"key": "second|" + result["call"]["id"], "result": result})
        self.post(lines)
        store = sqlite3.connect(os.path.join(site.state, "callqa.db"))
        with store:
            for line in lines:
                self.store_double(store, line)
        store.close()

    def post(self, lines):
        connection = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=60)
        connection.request("POST", "/api/v1/results", "\n".join(json.dumps(line) for line in lines),
                           {"Authorization": "Bearer " + self.site.token, "Content-Type": "application/x-ndjson"})
        for answer in json.loads(connection.getresponse().read()):
            expect("a double is taken", answer["status"], 201)

    @staticmethod
    def store_double(store, line):
        result = line["result"]
        recording = result["recording"]
        facts = os.stat(recording["path"])
        score = result["score"]
        cursor = store.execute(
            "INSERT INTO recordings (path, source, call_id, size_bytes, mtime_ns, state, discovered_ms, revised_ms, changed_ms)"
            " VALUES (?, 'freepbx', ?, ?, ?, 'scored', 1, 1, 1)",
            (os.fsencode(recording["path"]), result["call"]["id"], facts.st_size, facts.st_mtime_ns))
        store.execute(
            "INSERT INTO results SELECT ?, ?, ?, ?, ?, ?, analyzer, 1, ? FROM results LIMIT 1",
            (cursor.lastrowid, facts.st_size, facts.st_mtime_ns, recording["sha256"], score["rubric"],
             score["rubric_version"], json.dumps(result).encode()))
        store.execute("INSERT INTO deliveries (recording_id, key, state, made_ms, changed_ms) VALUES (?, ?, 'acked', 1, 1)",
                      (cursor.lastrowid, line["key"]))

    def decide(self):
        """On the first, on the double, on both; on a closed month."""
        flags = {}
        for flag in json.loads(self.site.ask("ann", "GET", "/api/v1/flags?state=open&limit=500").body)["flags"]:
            flags.setdefault(flag["call"]["id"], flag["flag"])
        pairs = [(first, second) for first in sorted(flags) for second in flags if second.startswith(first + "#")]
        if len(pairs) < 12:
            fail("only %d doubles have something to decide" % len(pairs))
        self.decided = {}
        for number, (first, second) in enumerate(pairs):
            state = ("overturned", "confirmed")[number // 3 % 2]
            if number % 3 != 1:
                self.decide_on(flags[first], state)
            if number % 3 == 1:
                self.decide_on(flags[second], state)
            if number % 3 == 2:  # they contradict each other: that of the call that stays stands
                self.decide_on(flags[second], "overturned" if state == "confirmed" else "confirmed")
            self.decided[first] = state
        self.site.tell("ann", "/api/v1/periods", {"from": "2025-10-01", "to": "2025-10-31", "ignore_open": True,
                                                  "note": "as paid"})

    def decide_on(self, flag, state):
        self.site.tell("ann", "/api/v1/flags/%d/decision" % flag, {"state": state, "reason": "heard"})

    def mend(self):
        site = self.site
        before = {call["call"]["id"]: call for call in site.server_calls()}
        expect("calls before", len(before), 2 * DOUBLES)
        site.stop_server()
        age(os.path.join(site.state, "callqa.db"), STORE, 4)
        age(os.path.join(site.top, "scores.db"), SCORES, 10)
        site.start_server()
        site.log_in("ann")
        site.start_daemon()
        site.settle()
        after = {call["call"]["id"]: call for call in site.server_calls()}
        closed = {call for call, result in before.items() if result["call"]["started_at"] < "2025-11"}
        for call in closed:
            expect("a call of a closed month", after.get(call, {}).get("score"), before[call]["score"])
        open_calls = {call for call in before if call not in closed and "#" not in call}
        expect("calls", set(after), open_calls | closed)
        expect("totals", {call: self.totals[call][0] for call in open_calls},
               {call: after[call]["score"]["total"] for call in open_calls})
        self.check_decisions({call: after[call] for call in open_calls}, before)
        with open(os.path.join(site.top, "server.log")) as log:
            expect("merges told by the server", log.read().count("held one recording twice"), DOUBLES - CLOSED)
        with open(os.path.join(site.top, "daemon.log")) as log:
            expect("merges told by the daemon", log.read().count("held one recording twice"), DOUBLES)
        rows = [row for row in self.audit() if row["action"] == "calls merged"]
        expect("merges in the audit trail", len(rows), DOUBLES - CLOSED)
        expect("results in the store", site.ask_store("SELECT count(*) FROM results"), DOUBLES)
        print("%d doubles of stores of before are merged, %d of a closed month left" % (DOUBLES - CLOSED, CLOSED))

    def audit(self):
        self.site.add_user("eve", "admin")
        self.site.log_in("eve")
        rows, after = [], ""
        while after is not None:
            page = json.loads(self.site.ask("eve", "GET", "/api/v1/audit?limit=500" + after).body)
            rows += page["rows"]
            after = "&cursor=" + page["next"] if page["next"] else None
        return rows

    def check_decisions(self, after, before):
        for call, state in self.decided.items():
            if call not in after:
                continue
            states = [deduction["decision"]["state"] for deduction in after[call]["score"]["deductions"]
                      if deduction["decision"]]
            if state not in states:
                fail("%s: the decision \"%s\" is lost: %s" % (call, state, states))


def main(programs, count):
    story = Story(programs, count)
    with story.site:
        story.begin()
        story.check("scored")
        story.all_ways()
        story.move_folders()
        story.lose_state()
    further = Further(programs, 2)
    with further.site:
        further.site.start_server()
        further.site.start_daemon()
        further.tell()
    doubles = Doubles(programs, DOUBLES)
    with doubles.site:
        doubles.begin()
        doubles.double_all()
        doubles.decide()
        doubles.mend()


if __name__ == "__main__":
    main(sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 40)
