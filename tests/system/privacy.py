#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person may ask of the recorder's side: privacy.py SOURCE PROGRAMS

A customer's recordings are erased: results, deliveries and what waits to be sent. They do not come back with a rescan, a touched file, a
restart, a file of the same call restored from a backup, nor with the same content under another name. A legal hold
keeps others from erasure and retention until it is lifted. The log shows no telephone number.
"""
import os
import shlex
import shutil
import sqlite3
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from bench import Site, Voices, fail, make_call, wait_until

CUSTOMER, HELD = "13800138000", "13900139000"


def name_of(customer, number):
    return "in-8001-%s-20251120-10%02d00-17636%05d.%d.wav" % (customer, number, number, number)


def expect(what, got, wanted):
    if got != wanted:
        fail("%s: %r, not %r" % (what, got, wanted))


def states(site):
    store = sqlite3.connect(os.path.join(site.state, "callqa.db"))
    try:
        return dict(store.execute("SELECT state || ifnull(':' || reason, ''), count(*) FROM recordings GROUP BY 1"))
    finally:
        store.close()


def erase(site, *words, codes=(0,)):
    return site.run("callqa", "erase", "--config", site.config, *words, codes=codes)


def nothing_is_left(site, what):
    """No byte of the store names the customer but the paths of files that are still there."""
    store = sqlite3.connect(os.path.join(site.state, "callqa.db"))
    for table, column in (("results", "json"), ("deliveries", "body"), ("previews", "json")):
        (count,) = store.execute("SELECT count(*) FROM %s WHERE instr(CAST(%s AS TEXT), ?)" % (table, column),
                                 (CUSTOMER,)).fetchone()
        expect("%s: rows of %s" % (what, table), count, 0)
    store.close()


def main(source, programs):
    del source
    voices = Voices()
    with Site(os.path.abspath(programs)) as site:
        folder = site.watched[0]
        site.start_server()
        for number, customer in enumerate([CUSTOMER] * 3 + [HELD] * 2 + ["13700137000"]):
            make_call(os.path.join(folder, name_of(customer, number)), number, voices)
        site.start_daemon()
        wait_until("all are sent", lambda: site.ask_store("SELECT count(*) FROM deliveries WHERE state = 'acked'") == 6)
        site.stop_daemon()
        with open(os.path.join(site.top, "daemon.log")) as log:
            said = log.read()
        for number in (CUSTOMER, HELD):
            if number in said:
                fail("the log shows " + number)

        done = erase(site, "--customer", "+86 138-0013-8000", "--dry-run")
        expect("a dry run names", done.stdout.count("its file is still there"), 3)
        expect("a dry run leaves", states(site), {"scored": 6})
        done = site.run("callqa", "hold", "--config", site.config, "--customer", "19900000000", "--reason", "mistyped")
        expect("a hold that keeps nothing says so", "held by it: 0 so far" in done.stderr, True)
        site.run("callqa", "hold", "--config", site.config, "--customer", "19900000000", "--lift")
        done = site.run("callqa", "hold", "--config", site.config, "--customer", HELD, "--reason", "arbitration")
        expect("a hold says what it keeps", "held by it: 2," in done.stderr, True)
        expect("listed", site.run("callqa", "hold", "--config", site.config).stdout.split("\t")[1:], ["customer", HELD, "arbitration\n"])
        expect("a dry run sends nobody to the server", "callqa-server" in done.stderr, False)
        done = erase(site, "--customer", "+86 138-0013-8000")
        expect("what is left to do is said", "callqa-server clips erase --customer '+86 138-0013-8000' --config " in done.stderr, True)
        done = erase(site, "--call", "it's \"$(id)\"")
        named = shlex.split(done.stderr[done.stderr.index("callqa-server clips erase"):])
        expect("a shell reads it as it was typed", named[2:6], ["erase", "--call", "it's \"$(id)\"", "--config"])
        expect("erased", states(site), {"scored": 3, "excluded:erased": 3})
        nothing_is_left(site, "erased")
        erase(site, "--customer", HELD, "--dry-run", codes=(6,))
        done = erase(site, "--customer", HELD, codes=(6,))
        expect("it is said that none was erased", "0 recordings are erased; under a legal hold: 2" in done.stderr, True)
        expect("held ones stay", (done.stdout.count("under a legal hold"), states(site)), (2, {"scored": 3, "excluded:erased": 3}))

        # what brings files back
        first = os.path.join(folder, name_of(CUSTOMER, 0))
        kept = os.path.join(site.calls, "backup.wav")
        shutil.copy(first, kept)
        os.utime(first)
        second = os.path.join(folder, name_of(CUSTOMER, 1))
        os.rename(second, os.path.join(site.calls, "away.wav"))
        site.start_daemon()
        wait_until("the second is gone", lambda: site.ask_store("SELECT count(*) FROM recordings WHERE gone") == 1)
        os.rename(os.path.join(site.calls, "away.wav"), second)
        shutil.copy(kept, os.path.join(folder, "in-8001-13600136000-20251120-113000-1763699999.77.wav"))  # under another call's name
        make_call(os.path.join(folder, name_of("13700137000", 7)), 7, voices)
        wait_until("a new call is sent", lambda: site.ask_store("SELECT count(*) FROM deliveries WHERE state = 'acked'") == 4)
        wait_until("all is settled", lambda: site.ask_store("SELECT count(*) FROM recordings WHERE state IN ('ready', 'leased',"
                                                            " 'settling') OR gone") == 0)
        site.stop_daemon()
        expect("after all that", states(site), {"scored": 4, "excluded:erased": 4})
        nothing_is_left(site, "after all that")
        site.run("callqa", "hold", "--config", site.config, "--customer", HELD, "--lift")
        erase(site, "--customer", HELD)
        expect("once lifted", states(site), {"scored": 2, "excluded:erased": 6})
        done = erase(site, "--customer", "19900000000")
        expect("nothing of it is kept here", "keeps nothing of it" in done.stderr and "is not told" in done.stderr, True)
        erase(site, "--customer", "", codes=(2,))
        erase(site, codes=(2,))
        site.run("callqa", "hold", "--config", site.config, "--customer", HELD, codes=(2,))
        site.run("callqa", "hold", "--config", site.config, "--customer", HELD, "--lift", codes=(1,))


if __name__ == "__main__":
    main(*sys.argv[1:])
