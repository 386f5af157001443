#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""callqa status: status.py SOURCE PROGRAMS. Every recording is accounted for, also those that are deleted under way."""
import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from bench import Site, Voices, fail, make_call, name_of, wait_until


class Calls:
    def __init__(self, site, voices):
        self.site, self.voices, self.count = site, voices, 0

    def make(self):
        """A call beside the watched folder, and the name that it is to get there."""
        path = os.path.join(self.site.calls, "new.wav")
        make_call(path, self.count, self.voices)
        self.count += 1
        return path, os.path.join(self.site.watched[0], name_of(self.count - 1))

    def drop(self):
        path, name = self.make()
        os.rename(path, name)
        return name


def status(site, code=None):
    done = subprocess.run([site.bin + "/callqa", "status", "--config", site.config, "--format", "json"],
                          capture_output=True, text=True, timeout=30)
    if code is not None and done.returncode != code:
        fail("callqa status ends with %d, not %d: %s%s" % (done.returncode, code, done.stdout, done.stderr))
    told = json.loads(done.stdout) if done.stdout else {}
    if told:
        counts = told["recordings"]
        parts = sum(counts[part] for part in
                    ("scored", "unscorable", "excluded", "waiting", "copies", "joined_legs", "vanished"))
        if parts != counts["discovered"]:
            fail("the parts are %d, the whole %d" % (parts, counts["discovered"]))
        if (done.returncode == 0) != told["well"] or told["well"] != (not told["stuck"]):
            fail("exit code %d, well %s, stuck %s" % (done.returncode, told["well"], told["stuck"]))
    return told


def accounted(site, calls):
    return status(site)["recordings"]["discovered"] == calls.count


def workers_of(daemon):
    def children(pid):
        with open("/proc/%d/task/%d/children" % (pid, pid)) as listed:
            return [int(pid) for pid in listed.read().split()]
    return [worker for zygote in children(daemon.pid) for worker in children(zygote)]


def delete_growing(calls):
    """While the recorder writes."""
    path, name = calls.make()
    with open(path, "rb") as source:
        sound = source.read()
    os.unlink(path)
    out = open(name, "wb", buffering=0)
    out.write(sound[:len(sound) // 2])
    return name, out


def deleted_under_way(site, calls):
    """40 of them: each leaves a trace, and a reason."""
    before = status(site, 0)["recordings"]
    growing = [delete_growing(calls) for _ in range(10)]
    time.sleep(1.5)  # seen by a look or more
    for name, out in growing:
        os.unlink(name)
        out.close()
    for _ in range(10):  # between two looks
        os.unlink(calls.drop())
    for worker in workers_of(site.daemon):
        os.kill(worker, signal.SIGSTOP)
    names = [calls.drop() for _ in range(20)]  # settled, and to be analysed: two are held by workers
    wait_until("they are known", lambda: status(site)["recordings"]["discovered"] == calls.count)
    wait_until("they have settled", lambda: status(site)["recordings"]["growing"] == 0)
    for name in names:
        os.unlink(name)
    wait_until("18 have vanished unread", lambda: {"state": "vanished", "reason": "unread", "count": 18}
               in status(site)["recordings"]["reasons"])
    for worker in workers_of(site.daemon):
        os.kill(worker, signal.SIGCONT)
    wait_until("the two are analysed",
               lambda: status(site)["recordings"]["waiting"] == 0 and accounted(site, calls))
    after = status(site, 0)["recordings"]
    gone = after["vanished"] - before["vanished"]
    scored = after["scored"] - before["scored"]
    print("of 40 deleted under way %d have vanished, %d were read before: %s"
          % (gone, scored, [r for r in after["reasons"] if r["state"] == "vanished"]), flush=True)
    if gone + scored != 40 or gone != 38:
        fail("%d + %d are not 40" % (gone, scored))
    if len(status(site)["vanished_last"]) != 20:
        fail("the last that vanished are not listed")


def copied(site, calls):
    """A backup of what has been scored: another file, and no other recording."""
    first = os.path.join(site.watched[0], name_of(0))
    backup = os.path.join(site.watched[0], "backup")
    before = status(site, 0)["recordings"]
    os.mkdir(backup)
    for name in ("kept", "deleted"):
        os.mkdir(os.path.join(backup, name))
        shutil.copy2(first, os.path.join(backup, name))
    wait_until("both copies are counted", lambda: status(site)["recordings"]["copies"] == 2)
    shutil.rmtree(os.path.join(backup, "deleted"))
    wait_until("what is gone is no copy any more", lambda: status(site)["recordings"]["copies"] == 1)
    calls.count += 1
    after = status(site, 0)["recordings"]
    if after["scored"] != before["scored"] or not accounted(site, calls):
        fail("with a copy %s has become %s" % (before, after))


def passed_over(site, calls):
    top = site.watched[0]
    for name in ("call.wav.tmp", ".hidden.wav"):
        open(os.path.join(top, name), "w").close()
    os.mkfifo(os.path.join(top, "pipe.wav"))
    wait_until("what is passed over is counted", lambda: (
        lambda folder: folder["passed_by_name"] >= 1 and folder["not_regular"] == 1)(status(site)["folders"][0]))
    folder = status(site, 0)["folders"][0]
    if folder["files"] != folder["known"] + folder["growing"]:
        fail("the folder does not add up: %s" % folder)


def growing(site, calls):
    """A file that somebody writes is counted while no recording stands for it yet."""
    name, out = delete_growing(calls)
    wait_until("it is counted", lambda: status(site)["recordings"]["growing"] == 1)
    time.sleep(4)  # eight times the settling time
    if status(site)["recordings"]["growing"] != 1:
        fail("what somebody still has open for writing was taken for whole")
    out.close()
    os.unlink(name)
    wait_until("it has vanished", lambda: status(site)["recordings"]["growing"] == 0 and accounted(site, calls))


def stuck(site, calls):
    site.daemon.terminate()
    site.daemon.wait()
    told = status(site, 1)
    if [trouble["kind"] for trouble in told["stuck"]] != ["stopped"]:
        fail("a daemon that does not run is told as %s" % told["stuck"])
    os.rename(site.watched[0], site.watched[0] + ".away")
    site.start_daemon()
    wait_until("the folder that is away is told", lambda: any(
        trouble["kind"] == "unread" and trouble["path"] == site.watched[0] for trouble in status(site)["stuck"]))
    os.rename(site.watched[0] + ".away", site.watched[0])
    wait_until("all is well", lambda: status(site)["well"])


def told_wrongly(site, calls):
    for words, code in ((["--help"], 0), (["--version"], 0), ([], 2), (["--config", site.config, "more"], 2),
                        (["--config", site.config, "--format", "xml"], 2), (["--config", "/nonexistent"], 4),
                        (["--config", site.config, "--language", "zh"], 0)):
        done = subprocess.run([site.bin + "/callqa", "status"] + words, capture_output=True, timeout=30)
        if done.returncode != code or not (done.stdout if code == 0 else done.stderr):
            fail("callqa status %s: %d %s" % (" ".join(words), done.returncode, done.stderr))


def only_one(site, calls):
    """A second daemon on the same state folder says who has it, and ends; after a kill the next one has it at once."""
    done = subprocess.run([site.bin + "/callqad", "--config", site.config], capture_output=True, text=True, timeout=30)
    if done.returncode != 1 or "process %d" % site.daemon.pid not in done.stderr or site.daemon.poll() is not None:
        fail("a second daemon on one state folder: %d %s" % (done.returncode, done.stderr))
    site.kill_daemon()
    site.start_daemon()
    calls.drop()
    wait_until("the next one works", lambda: accounted(site, calls) and status(site)["well"])


def clock_was_ahead(site):
    """What was done ten years ahead is no progress, and no time is negative."""
    told = status(site)
    if told["dated_ahead"] != 0 or not 0 < told["progress_ms"] <= told["now_ms"]:
        fail("before the clock jumps: %s" % told)
    ahead = told["now_ms"] + 3650 * 86400000
    with contextlib.closing(sqlite3.connect(os.path.join(site.state, "callqa.db"))) as store:
        last, = store.execute("SELECT id FROM recordings WHERE state = 'scored' ORDER BY changed_ms DESC LIMIT 1").fetchone()
        was, = store.execute("SELECT changed_ms FROM recordings WHERE id = ?", (last,)).fetchone()
        store.execute("UPDATE recordings SET changed_ms = ? WHERE id = ?", (ahead, last))
        store.commit()
        told = status(site)
        if told["dated_ahead"] != 1 or not 0 < told["progress_ms"] <= told["now_ms"]:
            fail("a clock that was ahead: %s" % told)
        text = subprocess.run([site.bin + "/callqa", "status", "--config", site.config], capture_output=True, text=True).stdout
        if "clock: 1 " not in text or ": -" in text:
            fail("a clock that was ahead is told as:\n%s" % text)
        store.execute("UPDATE recordings SET changed_ms = ? WHERE id = ?", (was, last))
        store.commit()


def of_other_versions(site):
    """What no daemon of this version has opened yet, or only a later one could read, is told in words."""
    db = os.path.join(site.state, "callqa.db")
    with contextlib.closing(sqlite3.connect(db)) as store:
        (version,) = store.execute("PRAGMA user_version").fetchone()
        for other, word in ((version - 1, "start callqad of this version once"), (version + 1, "newer version")):
            store.execute("PRAGMA user_version = %d" % other)
            before = open(db, "rb").read()
            for command in ("status", "deliveries"):
                done = subprocess.run([site.bin + "/callqa", command, "--config", site.config], capture_output=True, text=True)
                if done.returncode != 1 or word not in done.stderr or open(db, "rb").read() != before:
                    fail("callqa %s on schema %d: %d %s" % (command, other, done.returncode, done.stderr))
        store.execute("PRAGMA user_version = %d" % version)


def without_a_folder(site):
    """Commands that read or write the state say what to do where its folder is missing, and do not take that for an empty state."""
    away = site.state + ".away"
    os.rename(site.state, away)
    for command in ("status", "deliveries", "hold", "erase --call 1"):
        done = subprocess.run([site.bin + "/callqa", *command.split(), "--config", site.config], capture_output=True, text=True)
        if done.returncode != 1 or "there is no folder %s: make it" % site.state not in done.stderr or done.stdout:
            fail("callqa %s without a state folder: %d %s" % (command, done.returncode, done.stdout + done.stderr))
    os.rename(away, site.state)


def main(programs):
    voices = Voices()
    with Site(programs) as site:
        calls = Calls(site, voices)
        site.start_server()
        if subprocess.run([programs + "/callqa", "status", "--config", site.config],
                          capture_output=True).returncode != 1:
            fail("where there is no store, all is well")
        without_a_folder(site)
        site.start_daemon()
        calls.drop()
        wait_until("the first is scored", lambda: len(site.server_calls()) == 1)
        wait_until("all is well", lambda: status(site).get("well"))
        for step in (deleted_under_way, copied, passed_over, growing, stuck, only_one, told_wrongly):
            began = time.monotonic()
            step(site, calls)
            print("%s: %.0f s" % (step.__name__, time.monotonic() - began), flush=True)
        site.stop_daemon()
        clock_was_ahead(site)
        of_other_versions(site)


if __name__ == "__main__":
    main(sys.argv[2])
