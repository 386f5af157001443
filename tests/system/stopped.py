#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process of the daemon that stands still: stopped.py SOURCE PROGRAMS. The others go on, and nobody's end waits for it.

SIGSTOP is what a debugger, a frozen memory group or a hung disk looks like from outside: the process is there, holds its
sockets open, and says nothing."""
import contextlib
import os
import signal
import sqlite3
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from bench import Site, Voices, compare, fail, make_call, name_of, wait_until

GOES_ON_S = 20
STOP_S = 10
AT_ONCE = 4  # calls: more than workers that wait for one


def children(pid):
    try:
        with open("/proc/%d/task/%d/children" % (pid, pid)) as listed:
            return [int(word) for word in listed.read().split()]
    except OSError:
        return []


def kind(pid):
    with open("/proc/%d/cmdline" % pid, "rb") as line:
        words = line.read().split(b"\0")
    return "zygote" if b"--zygote" in words else "sender" if b"--sender" in words else "other"


def family(daemon):
    """Its processes by what they are."""
    found = {"zygote": [], "sender": [], "other": [], "worker": []}
    for pid in children(daemon):
        found[kind(pid)].append(pid)
    for zygote in found["zygote"]:
        found["worker"] += children(zygote)
    return found


class Calls:
    def __init__(self, site):
        self.site, self.voices, self.count = site, Voices(), 0

    def drop(self, how_many):
        for _ in range(how_many):
            hidden = os.path.join(self.site.calls, "new.wav")
            make_call(hidden, self.count, self.voices)
            os.rename(hidden, os.path.join(self.site.watched[0], name_of(self.count)))
            self.count += 1

    def arrive(self, what, seconds):
        began = time.monotonic()
        wait_until("all calls are on the server, " + what, lambda: len(self.site.server_calls()) == self.count, seconds)
        return time.monotonic() - began


def gone(pids):
    return not any(os.path.exists("/proc/%d" % pid) for pid in pids)


def zygote_goes_on(site, calls):
    (zygote,) = family(site.daemon.pid)["zygote"]
    os.kill(zygote, signal.SIGSTOP)
    calls.drop(AT_ONCE)
    took = calls.arrive("though the zygote stands still", GOES_ON_S)
    with open(os.path.join(site.top, "daemon.log")) as log:
        if "the process that starts children has gone, or does not answer" not in log.read():
            fail("nothing was said of a zygote that stood still")
    if zygote in family(site.daemon.pid)["zygote"]:
        fail("a zygote that stood still is still in use")
    print("zygote: %d calls in %.1f s" % (AT_ONCE, took), flush=True)


def ends_in_time(site, calls, what):
    """With `what` standing still and work to do."""
    found = family(site.daemon.pid)
    everyone = [pid for pids in found.values() for pid in pids]
    for pid in found[what]:
        os.kill(pid, signal.SIGSTOP)
    calls.drop(AT_ONCE)
    time.sleep(1)
    began = time.monotonic()
    site.stop_daemon(STOP_S)
    took = time.monotonic() - began
    wait_until("none of its processes is left", lambda: gone(everyone), 5)
    print("%s: SIGTERM took %.1f s" % (what, took), flush=True)


def ends_though_the_store_is_held(site, calls):
    """By another process, which stands still within a transaction."""
    with contextlib.closing(sqlite3.connect(os.path.join(site.state, "callqa.db"), timeout=30, isolation_level=None)) as held:
        held.execute("BEGIN IMMEDIATE")
        calls.drop(AT_ONCE)
        time.sleep(1)
        began = time.monotonic()
        site.stop_daemon(STOP_S)
        print("store held: SIGTERM took %.1f s" % (time.monotonic() - began), flush=True)


def main(programs):
    with Site(programs) as site:
        site.start_server()
        site.start_daemon()
        calls = Calls(site)
        calls.drop(AT_ONCE)
        calls.arrive("at first", 60)
        zygote_goes_on(site, calls)
        for what in ("zygote", "worker", "sender"):
            wait_until("there is a " + what, lambda: family(site.daemon.pid)[what])
            ends_in_time(site, calls, what)
            site.start_daemon()
            calls.arrive("after another start", 60)
        ends_though_the_store_is_held(site, calls)
        site.start_daemon()
        calls.arrive("after the store was held", 60)
        site.stop_daemon()
        compare(site, calls.count)


if __name__ == "__main__":
    main(sys.argv[2])
