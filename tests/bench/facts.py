#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long facts take: facts.py SOURCE PROGRAMS [COUNT]

COUNT (100 000) known recordings of a FreePBX, whose results are there. First a day's Master.csv comes, with a row for each
of them: read, joined, and each made ready to be scored again (the limit: 5 s). Then a sweep finds nothing to do (3 s).
Prints the seconds beside those of a floor that writes and reads as many rows with nothing but SQLite."""
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time


def name_of(number):
    second = number % 86400
    return "q-600-138%08d-20251120-%02d%02d%02d-%d.%d.wav" % (
        number, second // 3600, second // 60 % 60, second % 60, 1763568000 + second, number)


def row_of(number):
    second = number % 86400
    clock = "2025-11-20 %02d:%02d:%02d" % (second // 3600, second // 60 % 60, second % 60)
    return ('"","138%08d","600","ext-queues","""x"" <138%08d>","SIP/trunk-%08x","SIP/%d-%08x","Queue","600,t","%s","%s",'
            '"%s",58,56,"ANSWERED","DOCUMENTATION","%d.%d",""\n' % (
                number, number, number, 8001 + number % 50, number, clock, clock, clock, 1763568000 + second, number))


def timed(*command):
    start = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit("%s: %d\n%s" % (" ".join(command), done.returncode, done.stderr))
    return time.monotonic() - start, done.stderr


def fill(state, folder, count):
    """What a store knows of recordings that were scored before any fact came."""
    store = sqlite3.connect(os.path.join(state, "callqa.db"))
    result = json.dumps({"call": {"agent": None}})
    with store:
        store.execute("INSERT INTO fact_watches (path) VALUES (?) ON CONFLICT DO NOTHING", (folder,))
        watch = store.execute("SELECT id FROM fact_watches WHERE path = ?", (folder,)).fetchone()[0]
        for number in range(count):
            path = os.path.join(folder, name_of(number))
            second = number % 86400
            call = "%d.%d" % (1763568000 + second, number)
            facts = os.stat(path)
            row = store.execute(
                "INSERT INTO recordings (path, source, call_id, size_bytes, mtime_ns, state, discovered_ms, revised_ms,"
                " changed_ms) VALUES (?, 'freepbx', ?, ?, ?, 'scored', 1, 1, ?)",
                (os.fsencode(path), call, facts.st_size, facts.st_mtime_ns, int(time.time() * 1000))).lastrowid
            store.execute("INSERT INTO results VALUES (?, ?, ?, ?, 'standard', '1', 'x', 1, ?)",
                          (row, facts.st_size, facts.st_mtime_ns, "0" * 64, result.encode()))
            store.execute(
                "INSERT INTO fact_links (recording_id, watch, call_id, file, caller, begun_ms, facts, lines, sidecar, made_ms,"
                " look_ms) VALUES (?, ?, ?, ?, ?, ?, 'none', 'none', 0, 1, 0)",
                (row, watch, call, name_of(number)[:-4], "%08d" % number, (1763568000 + second) * 1000))
    store.close()


def floor(top, count):
    """As many rows into a table with five indexes, and read again one by one."""
    store = sqlite3.connect(os.path.join(top, "floor.db"))
    store.executescript("PRAGMA journal_mode = TRUNCATE; CREATE TABLE t (a TEXT, b TEXT, c TEXT, d TEXT, e INTEGER UNIQUE);"
                        "CREATE INDEX t1 ON t (a); CREATE INDEX t2 ON t (b); CREATE INDEX t3 ON t (c); CREATE INDEX t4 ON t (d)")
    start = time.monotonic()
    for first in range(0, count, 4000):
        with store:
            store.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?)", (
                ("%d.%d" % (1763568000 + number, number), "%08d" % number, "x%d" % number, "y%d" % number, number)
                for number in range(first, min(first + 4000, count))))
    for number in range(count):
        store.execute("SELECT * FROM t WHERE a = ?", ("%d.%d" % (1763568000 + number, number),)).fetchone()
    store.close()
    return time.monotonic() - start


def main(programs, count):
    top = tempfile.mkdtemp(prefix="callqa-facts-")
    try:
        folder, state, log = (os.path.join(top, name) for name in ("monitor", "state", "Master.csv"))
        os.mkdir(folder)
        os.mkdir(state)
        config = os.path.join(top, "c.yaml")
        with open(config, "w") as out:
            out.write("state_dir: %s\nwatch:\n  - path: %s\n    recorder: freepbx\n    time_zone: Asia/Shanghai\n"
                      "    facts:\n      sources:\n        - {kind: csv, path: %s}\n" % (state, folder, log))
        open(log, "w").close()
        callqa = os.path.join(programs, "callqa")
        timed(callqa, "sweep", "--config", config)  # makes the store
        for number in range(count):
            with open(os.path.join(folder, name_of(number)), "wb") as out:
                out.write(b"RIFF")
        fill(state, folder, count)
        without, _ = timed(callqa, "sweep", "--config", config, "--since", "2094-01-01")
        with open(log, "w") as out:
            out.writelines(row_of(number) for number in range(count))
        joined, _ = timed(callqa, "sweep", "--config", config, "--since", "2094-01-01")  # joins, analyses nothing
        store = sqlite3.connect(os.path.join(state, "callqa.db"))
        ready = store.execute("SELECT count(*) FROM recordings WHERE state = 'ready' AND asked = 'again'").fetchone()[0]
        if ready != count:
            sys.exit("%d of %d recordings were joined" % (ready, count))
        with store:
            store.execute("UPDATE recordings SET state = 'scored', asked = 'not'")
        store.close()
        nothing, _ = timed(callqa, "sweep", "--config", config)
        print("%d recordings; a floor of SQLite alone: %.2f s" % (count, floor(top, count)))
        print("a sweep that finds nothing, before the facts: %.2f s, after: %.2f s (limit 3 s)" % (without, nothing))
        print("facts of a day read and joined: %.2f s beyond that (limit 5 s)" % (joined - without))
    finally:
        shutil.rmtree(top)


if __name__ == "__main__":
    main(sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 100000)
