#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults at the system's edge: faults.py SOURCE PROGRAMS [all]. Each function below fails once, at its first call, its second,
its fourth and so on (with `all`, at each), until the program calls it no more often: in the program itself, and in the
children that it starts. Whatever
fails, the program ends in time with an exit code of README's table and says why; what it leaves is whole, or not there;
and the next run does what was not done."""
import glob
import os
import shutil
import sqlite3
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from typed import DONE, FAILED, INVALID, UNREADABLE, Desk, fail

# "malloc" stands for all that gives memory, at some calls of many even with `all`.
FUNCTIONS = ["fork", "socketpair", "epoll_create1", "epoll_ctl", "dup2", "close_range", "setrlimit", "prctl", "seccomp_load",
             "sendmsg", "recvmsg", "send", "recv", "fopen", "fdopen", "open", "mkostemp", "fchmod", "fsync", "rename",
             "fflush", "fts_open", "malloc"]
WRITING = ["fopen", "fdopen", "open", "mkostemp", "fchmod", "fsync", "rename"]
WITHIN_S = 20


def build(source, folder):
    path = os.path.join(folder, "faults.so")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-D_GNU_SOURCE", "-o", path, "-ldl",
                    os.path.join(source, "tests", "support", "preload", "faults.c")], check=True)
    return path


class Edge:
    """Runs one command again and again, with one fault each."""

    def __init__(self, desk, library, every):
        self.desk, self.library, self.all, self.runs = desk, library, every, 0

    def run(self, words, name, number):
        """(exit code, stdout, stderr), or None where the program calls that function less often."""
        count = self.desk.write("count", struct.pack("l", number))
        done = subprocess.run([self.desk.program, *words], cwd=self.desk.folder, stdin=subprocess.DEVNULL, timeout=WITHIN_S,
                              capture_output=True, env={**self.desk.environment, "LD_PRELOAD": self.library,
                                                        "FAULT": name, "FAULT_COUNT": count})
        self.runs += 1
        return (done.returncode, done.stdout, done.stderr) if struct.unpack("l", open(count, "rb").read())[0] <= 0 else None

    def each(self, words, functions, look, makes=None):
        """`look` is shown each run; the file that it `makes` is gone before."""
        for name in functions:
            number = 1
            while True:
                what = "%s with %s failing the %d. time" % (" ".join(words), name, number)
                if makes and os.path.exists(makes):
                    os.unlink(makes)
                try:
                    done = self.run(words, name, number)
                except subprocess.TimeoutExpired:
                    fail(what + ": hangs")
                if done is None:
                    break
                look(what, *done)
                number += number if not self.all else 1 + number // 8 if name == "malloc" else 1


def expect_an_end(what, code, out, said):
    if code not in (DONE, FAILED, UNREADABLE, INVALID):
        fail("%s: exit code %d\n%s" % (what, code, said.decode(errors="replace")))
    if code != DONE and not (said + out).strip():  # check-rubric prints what is wrong
        fail("%s: exit code %d, and not a word" % (what, code))


def analyze(edge, call):
    """A page with a picture: the recording is analysed in one child and drawn from another."""
    page = edge.desk.path("day.html")
    words = ["analyze", "-j", "2", "-f", "html", "-o", "day.html", call, "calls"]
    edge.desk.type(*words)
    whole = open(page, "rb").read()

    def look(what, code, out, said):
        expect_an_end(what, code, out, said)
        there = os.path.exists(page)
        if (there or code in (DONE, UNREADABLE)) and (not there or not open(page, "rb").read().endswith(whole[-20:])):
            fail("%s: exit code %d, and no whole page" % (what, code))
        left = set(os.listdir(edge.desk.folder)) - {"count", "calls", "day.html"}
        if left:
            fail("%s: left %s" % (what, left))
    edge.each(words, FUNCTIONS, look, makes=page)


def plot(edge, call):
    picture = edge.desk.path("call.png")

    def look(what, code, out, said):
        expect_an_end(what, code, out, said)
        if code == DONE and not os.path.exists(picture):
            fail(what + ": 0, and no picture")
        if os.path.exists(picture) and not open(picture, "rb").read().endswith(b"IEND\xaeB`\x82"):
            fail(what + ": half a picture")
    edge.each(["plot", call, "-o", "call.png"], ["fork", "socketpair", "epoll_create1"] + WRITING, look, makes=picture)


def answers(edge, call):
    """Commands that read files and print: all of the answer, or not 0."""
    indicators = edge.desk.write("november.csv", "agent,calls_handled,wrong_orders,recording_qa\nwang,2301,11,100\n")
    for words in [["identify", "-r", "freepbx", call], ["identify", "-r", "freepbx", "-f", "jsonl", call],
                  ["check-rubric", "standard"], ["check-scheme", "agent-2013"],
                  ["appraise", "-s", "agent-2013", "-i", indicators]]:
        good = edge.desk.type(*words)

        def look(what, code, out, said):
            expect_an_end(what, code, out, said)
            if code == DONE and out != good:
                fail("%s: 0, and printed %r" % (what, out))
        edge.each(words, ["fopen", "open", "fflush", "malloc"], look)


def sweep(edge, call):
    """Nothing lost, nothing twice: after any fault, a run without one leaves each recording with one result."""
    config = edge.desk.write("callqad.yaml", "state_dir: %s/state\nwatch:\n  - path: %s/calls\n    recorder: freepbx\n" %
                             (edge.desk.folder, edge.desk.folder))
    for name in ["fork", "epoll_ctl", "sendmsg", "recv", "fopen", "open"]:
        os.mkdir(edge.desk.path("state"))

        def look(what, code, out, said):
            expect_an_end(what, code, out, said)
            with sqlite3.connect(edge.desk.path("state/callqa.db")) as store:
                if store.execute("SELECT 1 FROM sqlite_master WHERE name = 'recordings'").fetchone():
                    store.execute("UPDATE recordings SET not_before_ms = 0")  # the pause before another attempt is over
            edge.desk.type("sweep", "--config", config, prints="pending     0")
            rows = store.execute("SELECT state, count(*) FROM recordings JOIN results ON recording_id = recordings.id"
                                 " GROUP BY state").fetchall()
            store.close()
            if rows != [("scored", 2)]:
                fail("%s, then a run without: %s" % (what, rows))
            shutil.rmtree(edge.desk.path("state"))
            os.mkdir(edge.desk.path("state"))
        edge.each(["sweep", "--config", config], [name], look)
        shutil.rmtree(edge.desk.path("state"))


def main(source, programs, wish=""):
    source, programs = os.path.abspath(source), os.path.abspath(programs)
    call = glob.glob(os.path.join(source, "samples", "in-8001-13800138000-*.wav"))[0]
    program = os.path.join(programs, "callqa")
    if b"libasan" in subprocess.run(["ldd", program], stdout=subprocess.PIPE, check=True).stdout:
        print("SKIPPED: sanitized programs take no other allocator")
        sys.exit(77)
    with Desk(program) as tools:
        library = build(source, tools.folder)
        for step in (analyze, plot, answers, sweep):
            with Desk(program) as desk:
                os.mkdir(desk.path("calls"))
                for path in glob.glob(os.path.join(source, "samples", "in-8001-1380013800[47]-*")):
                    shutil.copy(path, desk.path("calls"))
                edge = Edge(desk, library, wish == "all")
                step(edge, call)
                print("%s: %d faults, each with an end" % (step.__name__, edge.runs), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:4])
