#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A state volume that the queue itself has filled: full.py SOURCE PROGRAMS. Sending goes on and makes room; nothing is lost.

The volume is a small tmpfs, filled to the last byte with results that the server has not taken. A daemon that starts on it, and one
that was running when it filled up, send everything once the server is back; what is new is analysed when there is room again.
Needs root for the mount.
"""
import contextlib
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from bench import Voices, fail, make_call, wait_until
from owed import Owed, Scores

SIZE = "24m"


def fill_up(owed):
    """Results until the database can grow no more, then the rest of the volume."""
    first = number = len(owed.states())
    for size in (20000, 3000, 200):
        while True:
            try:
                owed.fill(("full-%d" % i for i in range(number, number + 10)), bytes_each=size)
            except Exception as error:  # sqlite3 says it is full, in one way or another
                if "full" not in str(error) and "disk" not in str(error):
                    raise
                break
            number += 10
    with open(os.path.join(owed.state, "others"), "wb", buffering=0) as out:
        try:
            while out.write(bytes(4096)):
                pass
        except OSError:
            pass
    free = os.statvfs(owed.state)
    if free.f_bavail * free.f_frsize > 0:
        fail("the volume is not full")
    return number - first


def fill_inside(owed):
    """As analysis does once the ballast is given up: what the database has inside, but for as much as the ballast was."""
    first = number = len(owed.states())
    while True:
        db = owed.store()
        with contextlib.closing(db):
            inside = db.execute("SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size").fetchone()[0]
        if inside < 600 << 10:
            return number - first
        owed.fill(("full-%d" % i for i in range(number, number + 5)), bytes_each=10000)
        number += 5


def drains(owed, scores, count):
    owed.port = scores.port
    wait_until("all %d are struck" % count, lambda: owed.count("acked") >= count, 60)
    if {key for key, state in owed.states().items() if state == "acked"} - scores.stored:
        fail("false: struck, but not taken")


def analyses_again(owed, voices, number):
    """There is room inside the database now, where bodies were."""
    make_call(os.path.join(owed.top, "new.wav"), number, voices)
    before = owed.count("acked")
    os.rename(os.path.join(owed.top, "new.wav"), os.path.join(owed.top, "calls", "new%d.wav" % number))
    wait_until("a new call is analysed and sent", lambda: owed.count("acked") == before + 1, 60)


def waits_for_room(owed, voices):
    """Files that come meanwhile have no row, and are accounted for all the same."""
    before = told(owed)["recordings"]
    for number in range(20, 23):
        make_call(os.path.join(owed.top, "new.wav"), number, voices)
        os.rename(os.path.join(owed.top, "new.wav"), os.path.join(owed.top, "calls", "late%d.wav" % number))
    wait_until("three files wait, and the reason is told", lambda: {"state": "waiting", "reason": "full", "count": 3} in
               told(owed)["recordings"]["reasons"], 60)
    now = told(owed)["recordings"]
    if now["waiting"] != before["waiting"] + 3 or now["discovered"] != before["discovered"] + 3:
        fail("three files that wait for room: %s has become %s" % (before, now))


def told(owed):
    done = subprocess.run([owed.bin + "/callqa", "status", "--config", owed.config, "--format", "json"], capture_output=True, text=True)
    if done.returncode not in (0, 1) or not done.stdout:
        fail("callqa status: %d %s" % (done.returncode, done.stderr))
    return json.loads(done.stdout)


def stuck(owed):
    return {trouble["kind"] for trouble in told(owed)["stuck"]}


def main(programs):
    voices, scores = Voices(), Scores()
    with Owed(programs, scores.port, settle="500ms", scan_interval="2s") as owed:
        subprocess.run(["rm", "-rf", owed.state], check=True)
        os.mkdir(owed.state)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=" + SIZE, "tmpfs", owed.state], capture_output=True).returncode:
            print("SKIPPED: mount is not permitted")
            sys.exit(77)
        try:
            owed.deliveries("--resend")
            if os.path.getsize(os.path.join(owed.state, "callqa.ballast")) == 0:
                fail("no ballast was taken")
            count = fill_up(owed)
            if "full" not in stuck(owed) or len(owed.deliveries()) != count:
                fail("on a full volume nobody is told so, or what is owed")
            scores.answers = lambda request, connection: None
            owed.start()  # on a full volume
            waits_for_room(owed, voices)
            scores.answers = scores.good
            drains(owed, scores, count)
            wait_until("what waited for room is analysed and sent", lambda: owed.count("acked") == count + 3, 60)
            wait_until("the log says so", lambda: owed.said("its ballast is given up"))
            analyses_again(owed, voices, 7)
            print("%d results on a full volume of %s: sent, by a daemon that started on it" % (count, SIZE), flush=True)
            scores.answers = lambda request, connection: None
            before = owed.count("acked")
            count = fill_inside(owed)
            scores.answers = scores.good
            drains(owed, scores, before + count)
            analyses_again(owed, voices, 8)
            os.unlink(os.path.join(owed.state, "others"))
            print("%d results when it filled up again under a daemon that ran: sent" % count, flush=True)
            wait_until("it is no longer told", lambda: "full" not in stuck(owed))
            owed.stop()
        finally:
            if owed.daemon is not None and owed.daemon.poll() is None:
                owed.daemon.kill()
                owed.daemon.wait()
            subprocess.run(["umount", "-l", owed.state], check=True)
    scores.stop()


if __name__ == "__main__":
    main(sys.argv[2])
