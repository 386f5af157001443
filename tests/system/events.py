#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""callqad loses an event source: events.py SOURCE PROGRAMS. Each of its calls of epoll_ctl and epoll_create1 fails once.
Either it goes on, or it says so and ends, to be started anew by whoever watches it; it never stands still without a word."""
import os
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from bench import Site, Voices, fail, make_call, name_of, wait_until

WITHIN_S = 10
RUNS_MAX = 60


def build(source, folder):
    path = os.path.join(folder, "faults.so")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-D_GNU_SOURCE", "-o", path, "-ldl",
                    os.path.join(source, "tests", "support", "preload", "faults.c")], check=True)
    return path


class Runs:
    def __init__(self, site, library, voices):
        self.site, self.library, self.voices, self.calls = site, library, voices, 0

    def drop(self):
        make_call(os.path.join(self.site.calls, "new.wav"), self.calls, self.voices)
        os.rename(os.path.join(self.site.calls, "new.wav"), os.path.join(self.site.watched[0], name_of(self.calls)))
        self.calls += 1

    def has_all(self):
        return self.site.ask_store("SELECT count(*) FROM results") == self.calls

    def one(self, name, number):
        """True where the daemon called that function so often."""
        count = os.path.join(self.site.top, "count")
        log = os.path.join(self.site.top, "fault.log")
        with open(count, "wb") as out:
            out.write(struct.pack("l", number))
        with open(log, "w") as said:
            daemon = subprocess.Popen([self.site.bin + "/callqad", "--config", self.site.config], stderr=said, env={
                **os.environ, "LD_PRELOAD": self.library, "FAULT": name, "FAULT_COUNT": count})
        self.drop()
        end = time.monotonic() + WITHIN_S
        while time.monotonic() < end and daemon.poll() is None and not self.has_all():
            time.sleep(0.05)
        ended, words = daemon.poll(), open(log).read()
        if ended is None and not self.has_all():
            daemon.kill()
            fail("%s fails the %d. time: it stands still\n%s" % (name, number, words))
        if ended is not None and (ended == 0 or "level=error" not in words):
            fail("%s fails the %d. time: it ends with %d without a word\n%s" % (name, number, ended, words))
        if ended is None:
            daemon.terminate()
            try:
                daemon.wait(WITHIN_S)
            except subprocess.TimeoutExpired:
                fail("%s has failed the %d. time: it does not stop\n%s" % (name, number, words))
        return struct.unpack("l", open(count, "rb").read())[0] <= 0

    def each(self, name):
        number = ended = 0
        while number < RUNS_MAX and self.one(name, number + 1):
            number += 1
            if not self.has_all():  # it was started anew
                ended += 1
                self.site.start_daemon()
                wait_until("the call is scored", self.has_all)
                self.site.daemon.terminate()
                self.site.daemon.wait()
        if number == 0:
            fail("%s never failed" % name)
        print("%s failed %d times: %d times it ended and said so" % (name, number, ended), flush=True)


def main(source, programs):
    with Site(programs, workers=1) as site:
        runs = Runs(site, build(source, site.top), Voices())
        site.start_server()
        for name in ("epoll_ctl", "epoll_create1"):
            runs.each(name)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
