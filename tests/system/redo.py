#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""callqa sweep --redo: redo.py SOURCE PROGRAMS. A time zone, a profile, a rubric that changed: a dry run tells how many results
are out of date and why, and changes nothing; a redo makes them anew, of the folder and the recorder that are meant alone."""
import collections
import os
import re
import shutil
import sqlite3
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from bench import Site, Voices, fail, make_call, name_of

ZONES = ["Asia/Shanghai", "Asia/Tokyo"]
DAYS = ["monitor/2025/11/20", "monitor/2025/11/21", "other"]
EACH = 2


class Redo:
    def __init__(self, site):
        self.site = site
        self.zone = ZONES[0]
        self.profile = os.path.join(site.top, "ours.yaml")
        self.rubric = os.path.join(site.top, "standard.yaml")

    def configure(self, zone=None):
        self.zone = zone or self.zone
        with open(self.site.config, "w") as out:
            out.write("state_dir: %s\nrubric: %s\nsettle: 500ms\nworkers: 2\nwatch:\n" % (self.site.state, self.rubric))
            out.write("  - path: %s\n    recorder: %s\n    time_zone: %s\n" % (self.site.watched[0], self.profile, self.zone))
            out.write("  - path: %s\n    recorder: freepbx\n    time_zone: UTC\n" % self.site.watched[1])
            out.write("post:\n  url: http://127.0.0.1:%d/api/v1/results\n  token_file: %s/token\n" %
                      (self.site.port, self.site.top))

    def write_profile(self, agent_channel, comment=""):
        with open(self.profile, "w") as out:
            out.write("%sname: ours\nlike: freepbx\nagent_channel: %d\n" % (comment, agent_channel))

    def sweep(self, *options, code=0):
        return self.site.run("callqa", "sweep", "--config", self.site.config, *options, codes=(code,))

    def outdated(self, *options):
        """What a dry run tells: how many, and how often each reason."""
        before = self.store()
        run = self.sweep("--redo", "--dry-run", *options)
        if self.store() != before:
            fail("a dry run changed the store")
        told = collections.Counter(word for line in run.stdout.splitlines() for word in line.split("\t")[1].split()[1:])
        summary = {word: int(number) for word, number in re.findall(r" ([a-z]+) (\d+)", run.stderr.split("because of:")[1])} \
            if "because of:" in run.stderr else {}
        if summary != told:
            fail("lines say %s, the summary %s" % (told, summary))
        if not run.stderr.startswith("%d recordings would be analysed" % len(run.stdout.splitlines())):
            fail("a dry run said: " + run.stderr)
        return dict(told)

    def redone(self, expected, *options):
        text = " ".join(self.sweep("--redo", *options).stdout.split())
        if "analysed %d " % expected not in text or "unsent 0" not in text:
            fail("%s: expected %d to be made anew: %s" % (options, expected, text))

    def store(self):
        store = sqlite3.connect("file:%s/callqa.db?mode=ro" % self.site.state, uri=True)
        rows = store.execute("SELECT CAST(path AS TEXT), results.analyzer, rubric_version, made_ms, state FROM results JOIN recordings ON id ="
                             " recording_id ORDER BY path").fetchall()
        store.close()
        return rows

    def expect(self, what, found, expected):
        if found != expected:
            fail("%s: %s, expected %s" % (what, found, expected))


def main(source, programs):
    voices = Voices()
    with Site(programs, folders=("monitor", "other")) as site:
        number = 0
        for day in DAYS:
            os.makedirs(os.path.join(site.top, day), exist_ok=True)
            for _ in range(EACH):
                make_call(os.path.join(site.top, day, name_of(number)), number, voices)
                number += 1
        site.start_server()
        redo = Redo(site)
        shutil.copy(os.path.join(source, "models", "rubrics", "standard.yaml"), redo.rubric)
        redo.write_profile(0)
        redo.configure()
        redo.expect("what is new", len(redo.sweep("--dry-run", "--until", "2025-11-20T10:00:03").stdout.splitlines()), 3)
        redo.expect("what is new since", len(redo.sweep("--dry-run", "--since", "2025-11-20T10:00:03").stdout.splitlines()), 3)
        redo.sweep("--until", "2025-11-20T10:00:03")
        redo.expect("what was swept", len(redo.store()), 3)
        redo.sweep()
        redo.expect("after a sweep", redo.outdated(), {})
        redo.redone(0)

        # What each was made from stands in its row, with the program's own version.
        version = subprocess.run([programs + "/callqa", "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
        for path, analyzer, *_ in redo.store():
            words = analyzer.split()
            if words[0] != version or not all(any(word.startswith(start) for word in words) for start in ("sha256:", "r:", "p:")):
                fail("%s was made from: %s" % (path, analyzer))
            zone = "z:UTC" if "/other/" in path else "z:" + ZONES[0]
            redo.expect(path, words[-1], zone)
        if {c["analyzer"]["version"] for c in site.server_calls()} != {version}:
            fail("the server was told other versions than " + version)

        # The zone of one folder.
        redo.configure(ZONES[1])
        redo.expect("another zone", redo.outdated(), {"zone": 2 * EACH})
        redo.expect("in a folder", redo.outdated("--path", os.path.join(site.top, DAYS[0])), {"zone": EACH})
        redo.expect("above it", redo.outdated("--path", site.top + "/"), {"zone": 2 * EACH})
        redo.expect("elsewhere", redo.outdated("--path", site.watched[1]), {})
        redo.expect("of a recorder", redo.outdated("--recorder", "freepbx"), {})
        redo.expect("of ours", redo.outdated("--recorder", "ours"), {"zone": 2 * EACH})
        # By when they began, 10:00:00 to :03 in Shanghai, by the clocks that the folder has now, and not by when their files were written.
        redo.expect("since", redo.outdated("--since", "2025-11-20T11:00:03"), {"zone": 1})
        redo.expect("until", redo.outdated("--until", "2025-11-20T11:00:03"), {"zone": 3})
        redo.expect("between", redo.outdated("--since", "2025-11-20T11:00:01", "--until", "2025-11-20T11:00:03"), {"zone": 2})
        redo.expect("since they were written", redo.outdated("--since", "2026-01-01"), {})
        redo.sweep("--redo", "--path", "/nowhere", code=2)
        redo.sweep("--redo", "--recorder", "nobodys", code=2)
        redo.expect("an ordinary sweep", " ".join(redo.sweep().stdout.split())[:10], "analysed 0")
        redo.redone(EACH, "--path", os.path.join(site.top, DAYS[0]))
        redo.expect("the rest", redo.outdated(), {"zone": EACH})
        redo.redone(EACH)
        redo.expect("after all", redo.outdated(), {})
        if len(site.server_calls()) != number:
            fail("the server has %d calls of %d" % (len(site.server_calls()), number))

        # The profile: what it says, not how it is written.
        redo.write_profile(0, comment="# nothing new\n\n")
        redo.expect("a comment", redo.outdated(), {})
        redo.write_profile(1)
        redo.expect("another profile", redo.outdated(), {"profile": 2 * EACH})
        redo.redone(2 * EACH, "--recorder", redo.profile)
        roles = {c["channels"][0]["role"] for c in site.server_calls() if "/monitor/" in c["recording"]["path"]}
        redo.expect("with the agent on the other channel", roles, {"customer"})

        # The rubric, under the version that it had.
        with open(redo.rubric) as old:
            text = old.read()
        with open(redo.rubric, "w") as out:
            out.write(re.sub(r"(?m)^base: .*$", "base: 90", text) if re.search(r"(?m)^base: ", text) else text + "base: 90\n")
        redo.expect("another rubric", redo.outdated(), {"rubric": 3 * EACH})
        redo.redone(3 * EACH)
        redo.expect("base", {c["score"]["base"] for c in site.server_calls()}, {90})
        redo.expect("at the end", redo.outdated(), {})

        # A closed month: the server has what is made anew, and does not count it; the sweep says so.
        scores = sqlite3.connect(os.path.join(site.top, "scores.db"))
        with scores:
            user = scores.execute("INSERT INTO users(name, role, person, password, created_ms) VALUES('bob', 1, 'bob', '', 1)").lastrowid
            scores.execute("INSERT INTO periods(from_day, to_day, closed_by, closed_ms) VALUES(20000101, 20991231, ?, 1)", (user,))
        scores.close()
        with open(redo.rubric, "w") as out:
            out.write(re.sub(r"(?m)^base: .*$", "base: 80", text) if re.search(r"(?m)^base: ", text) else text + "base: 80\n")
        said = " ".join(redo.sweep("--redo").stdout.split())
        if "kept back %d " % (3 * EACH) not in said:
            fail("a sweep of a closed month said: " + said)
        redo.expect("base in a closed month", {c["score"]["base"] for c in site.server_calls()}, {90})
        print("%d results made anew where they were out of date" % number)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
