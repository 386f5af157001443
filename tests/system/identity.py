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

RUNNING = ("moved", "renamed", "copied", "hard-linked", "symlinked", "converted", "converted elsewhere", "replaced by opus")
PATHS = 5  # calls whose id is only their path
CURRENT_STEPS = {"callqa.db": 2, "scores.db": 10}  # how many steps the schemas of before had


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

    def record(self, path, number):
        voices = [self.voices.pick(random.Random(1000 * number + i))[:8 * 1500] for i in range(4)]
        turns = [(0, voices[0]), (1, voices[1]), (None, (1, 9, 18, 34)[number % 4]), (0, voices[2]), (1, voices[3])]
        write_turns(path, turns, random.Random(number))

    def begin(self):
        site = self.site
        for number in range(self.count):
            name = "in-80%02d-1380013%04d-20251120-10%02d%02d-17636%05d.%d.wav" % (
                number % 7, number, number // 60 % 60, number % 60, number, number)
            self.record(os.path.join(site.watched[0], name), number)
        for number in range(PATHS):
            self.record(os.path.join(site.watched[1], "call%d.wav" % number), 7000 + number)
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


def main(programs, count):
    story = Story(programs, count)
    with story.site:
        story.begin()
        story.check("scored")
        story.all_ways()
        story.move_folders()
        story.lose_state()


if __name__ == "__main__":
    main(sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 40)
