#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A damaged store: mended.py SOURCE PROGRAMS. Work goes on by itself, the old store is kept, the server has all as before.

Each damage is done while the daemon runs and while it does not; the files of a store that is only looked at have a
table of their own (tests/unit/store/test_mend.c)."""
import glob
import os
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from bench import Site, Voices, compare, fail, make_call, name_of, wait_until

GOES_ON_S = 60


def write_at(path, at, data):
    with open(path, "r+b") as out:
        out.seek(at)
        out.write(data)


def zero_pages(db):
    write_at(db, 4096, bytes(os.path.getsize(db) - 4096))


def noise(db):
    write_at(db, 0, os.urandom(os.path.getsize(db)))


def half(db):
    os.truncate(db, os.path.getsize(db) // 2)


def removed(db):
    os.unlink(db)


def a_folder(db):
    os.unlink(db)
    os.mkdir(db)


def emptied(db):
    os.truncate(db, 0)


def drop(site, voices, number):
    make_call(os.path.join(site.calls, "new.wav"), number, voices)
    os.rename(os.path.join(site.calls, "new.wav"), os.path.join(site.watched[0], name_of(number)))


def kept(site):
    return len([path for path in glob.glob(site.state + "/callqa.db.damaged-*") if path.rsplit("-", 1)[1].isdigit()])


def go_on(site, count, what):
    """A call that came after the damage is on the server, and every recording has its result in the new store."""
    began = time.monotonic()
    wait_until("the new call is on the server", lambda: len(site.server_calls()) == count, GOES_ON_S)
    wait_until("all is analysed anew", lambda: site.ask_store(
        "SELECT count(*) FROM results") == count and site.ask_store(
        "SELECT count(*) FROM deliveries WHERE state IN ('pending', 'in_flight')") == 0, GOES_ON_S)
    print("%s: went on after %.1f s" % (what, time.monotonic() - began), flush=True)


def starts(site):
    with open(os.path.join(site.top, "daemon.log")) as log:
        return log.read().count("watching")


def start(site):
    before = starts(site)
    site.start_daemon()
    wait_until("it has started", lambda: starts(site) > before)


def refuse(site, make, word):
    """What is not ours, or newer than we are, is left alone: no start, and it stays as it is."""
    site.stop_daemon()
    db = os.path.join(site.state, "callqa.db")
    aside = db + ".sound"
    os.rename(db, aside)
    make(db)
    before = open(db, "rb").read()
    done = subprocess.run([site.bin + "/callqad", "--config", site.config], capture_output=True, text=True, timeout=60)
    if done.returncode == 0 or word not in done.stderr:
        fail("it starts on a store that is not its own: %d %s" % (done.returncode, done.stderr))
    if open(db, "rb").read() != before or kept(site):
        fail("a store that is not ours was touched")
    os.unlink(db)
    os.rename(aside, db)
    start(site)


def foreign(db):
    connection = sqlite3.connect(db)
    connection.execute("CREATE TABLE songs (title TEXT)")
    connection.commit()
    connection.close()


def newer(db):
    foreign(db)
    connection = sqlite3.connect(db)
    connection.execute("PRAGMA user_version = 4711")
    connection.close()


def says_what_is_lost(site):
    with open(os.path.join(site.top, "daemon.log")) as log:
        return log.read().count("have requests for erasure and legal holds made again")


def again_and_again(site, voices, count):
    """Emptied and taken away once more as soon as it works again: the process builds it anew each time, and says each time
    what no recording brings back."""
    process = site.daemon.pid
    for damage in (emptied, removed, emptied):
        said = says_what_is_lost(site)
        damage(os.path.join(site.state, "callqa.db"))
        wait_until("it is said", lambda: says_what_is_lost(site) == said + 1, GOES_ON_S)
        count += 1
        drop(site, voices, count)
        go_on(site, count, "%s again, in one life" % damage.__name__)
    if site.daemon.poll() is not None or site.daemon.pid != process:
        fail("the daemon ended")
    return count


def main(programs):
    voices = Voices()
    with Site(programs) as site:
        count = 0
        db = os.path.join(site.state, "callqa.db")
        site.start_server()
        site.start_daemon()
        for count in range(1, 9):
            drop(site, voices, count)
        go_on(site, count, "at first")
        refuse(site, foreign, "another program")
        refuse(site, newer, "newer version")
        for damage in (zero_pages, noise, half, removed, a_folder, emptied):
            for runs in (True, False):
                before, said = kept(site), says_what_is_lost(site)
                if not runs:
                    site.stop_daemon()
                damage(db)
                if not runs:
                    start(site)
                count += 1
                drop(site, voices, count)
                go_on(site, count, "%s, %s" % (damage.__name__, "while it runs" if runs else "while it does not"))
                if site.daemon.poll() is not None:
                    fail("the daemon ended")
                if damage not in (removed, emptied) and kept(site) != before + 1:
                    fail("the old store was not kept, or more than it")
                if damage in (removed, emptied) and says_what_is_lost(site) != said + 1:
                    fail("what was erased or held is gone with it, and that is not said")
        count = again_and_again(site, voices, count)
        compare(site, count)
        site.stop_daemon()


if __name__ == "__main__":
    main(sys.argv[2])
