# SPDX-License-Identifier: GPL-3.0-or-later
"""The edge between the recorder's daemon (or the server) and the world, with faults at its points: what tests/fault/ shares."""
import errno
import os
import random
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import time

from bench import Site, Voices, fail, make_call, wait_until

BASES = 4  # calls that differ; the others are copies of them under other ids, and so other calls


def build(source, folder):
    path = os.path.join(folder, "edge.so")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-D_GNU_SOURCE", "-o", path,
                    os.path.join(source, "tests", "support", "preload", "edge.c"), "-ldl"], check=True)
    return path


class World(Site):
    """A site whose programs can be hurt at the edge. Recordings come one at a time."""

    def __init__(self, source, programs, **keys):
        super().__init__(programs, settle="100ms", **keys)
        self.library = build(source, self.top)
        self.start_server()
        voices = Voices()
        for number in range(BASES):
            make_call(self.base(number), number, voices)
        self.placed = 0

    def base(self, number):
        return os.path.join(self.calls, self.name(number))

    @staticmethod
    def name(number):
        return "in-8001-1380013%04d-20251120-10%02d%02d-1763604902.%d.wav" % (number, number // 60 % 60, number % 60, number)

    def place(self):
        """The next recording, whole at once."""
        hidden = os.path.join(self.watched[0], ".new")
        shutil.copy(self.base(self.placed % BASES), hidden)
        os.rename(hidden, os.path.join(self.watched[0], self.name(self.placed)))
        self.placed += 1

    # ---- one life with a fault

    def counter(self, at):
        path = os.path.join(self.top, "count")
        with open(path, "wb") as out:
            out.write(struct.pack("ll", 0, at))
        return path

    def points(self):
        with open(os.path.join(self.top, "count"), "rb") as file:
            return struct.unpack("ll", file.read())[0]

    def hurt(self, program, mode, at=0, number=errno.EIO, log=None):
        """Starts callqad or callqa-server with a fault at its point `at`, in a process group of its own."""
        words = [os.path.join(self.bin, program), "--config", self.config if program == "callqad" else self.server_config]
        environment = {**os.environ, "LD_PRELOAD": self.library, "EDGE_MODE": mode, "EDGE_COUNT": self.counter(at),
                       "EDGE_ERRNO": str(number), "EDGE_STATE": self.state if program == "callqad" else self.top}
        if log:
            environment["EDGE_LOG"] = log
        return subprocess.Popen(words, stderr=self.log(program), stdout=subprocess.DEVNULL, env=environment,
                                start_new_session=True)

    @staticmethod
    def end(process, how=signal.SIGKILL):
        """All of its group, and it is reaped."""
        try:
            os.killpg(process.pid, how)
        except ProcessLookupError:
            pass
        try:
            return process.wait(15)
        except subprocess.TimeoutExpired:
            fail("%s did not end" % process.args[0])

    # ---- what must hold

    def store(self):
        """A copy, with its journal: what a dead process left is for the next one to mend, not for whoever looks."""
        copy = os.path.join(self.top, "copy.db")
        for end in ("", "-journal"):
            if os.path.exists(copy + end):
                os.unlink(copy + end)
            if os.path.exists(os.path.join(self.state, "callqa.db" + end)):
                shutil.copy(os.path.join(self.state, "callqa.db" + end), copy + end)
        return sqlite3.connect(copy)

    def column(self, query):
        store = self.store()
        try:
            return [row[0] for row in store.execute(query)]
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):  # it died before there was one
                return []
            raise
        finally:
            store.close()

    def acked(self):
        """Ids of calls that the recorder believes the server to have."""
        return set(self.column("SELECT json_extract(json, '$.call.id') FROM results WHERE recording_id IN (SELECT recording_id"
                               " FROM deliveries WHERE state = 'acked')"))

    def on_server(self):
        return [call["call"]["id"] for call in self.server_calls()]

    def no_false_sent(self, what):
        """While nothing of the recorder runs: whatever it holds for sent is there."""
        if not os.path.exists(os.path.join(self.state, "callqa.db")):
            return
        missing = self.acked() - set(self.on_server())
        if missing:
            fail("%s: held for sent, and not on the server: %s" % (what, sorted(missing)))

    def settled(self):
        """Asked of a store in use; 0 where it is being written."""
        return self.ask_store("SELECT (SELECT count(*) FROM results) - (SELECT count(*) FROM deliveries WHERE state NOT IN"
                              " ('acked', 'superseded'))") >= self.placed

    def converge(self, what, seconds=120):
        """Without faults everything comes to its end: each call once, with the score of its recording."""
        said = os.path.join(self.top, "daemon.log")
        before = os.path.getsize(said) if os.path.exists(said) else 0
        self.start_daemon()
        wait_until("the daemon watches", lambda: os.path.exists(said) and os.path.getsize(said) > before)
        wait_until("all %d calls are sent, after %s" % (self.placed, what), self.settled, seconds)
        self.stop_daemon()
        calls = self.server_calls()
        ids = sorted(int(call["call"]["id"].split(".")[1]) for call in calls)
        if ids != list(range(self.placed)):
            fail("%s: %d calls on the server, %d of them different, of %d" % (what, len(ids), len(set(ids)), self.placed))
        expected = [result["score"]["total"] for result in self.analyze(*[self.base(i) for i in range(BASES)])]
        for call in calls:
            number = int(call["call"]["id"].split(".")[1])
            if call["score"]["total"] != expected[number % BASES]:
                fail("%s: call %d has %g points, not %g" % (what, number, call["score"]["total"], expected[number % BASES]))
        store = self.store()
        if store.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            fail(what + ": the store is damaged")
        store.close()


def refuse_sanitized(programs):
    text = subprocess.run(["ldd", os.path.join(programs, "callqad")], stdout=subprocess.PIPE, check=True).stdout
    if b"libasan" in text:
        print("SKIPPED: sanitized programs take no other library first")
        sys.exit(77)
