#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A backlog of three days: backlog.py PROGRAMS [RESULTS] [BYTES_EACH].

RESULTS (288 000) lie in the store when callqad starts. Prints when the first was sent, how many a second were struck in the first and
in the last tenth, and how much memory the daemon and its sender took at most. The server gives receipts and keeps nothing.
"""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from bench import wait_until
from owed import Owed, Scores


def peak_mb(pid):
    with open("/proc/%d/status" % pid) as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))


def main(programs, count, bytes_each):
    scores = Scores()
    with Owed(programs, scores.port) as owed:
        owed.fill(("r-%d" % i for i in range(count)), bytes_each)
        print("%d results, %.0f MB" % (count, os.path.getsize(owed.state + "/callqa.db") / 1e6), flush=True)
        begun = time.monotonic()
        owed.start()
        while not scores.requests:
            time.sleep(0.01)
        print("first request after %.1f s" % (time.monotonic() - begun), flush=True)
        marks = []
        for share in (0.1, 0.5, 0.9, 1):
            while len(scores.stored) < count * share:
                time.sleep(0.02)
                scores.requests.clear()
            marks.append(time.monotonic())
        wait_until("all are struck", lambda: owed.count("acked") == count)
        tenth = count / 10
        print("struck in %.0f s: %.0f a second; the first tenth %.0f, the last %.0f a second" % (
            marks[3] - begun, count / (marks[3] - begun), tenth / (marks[0] - begun), tenth / (marks[3] - marks[2])))
        print("memory at most: daemon %.0f MB, sender %.0f MB" % (peak_mb(owed.daemon.pid), peak_mb(owed.sender())), flush=True)
        owed.stop()
    scores.stop()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 288000, int(sys.argv[3]) if len(sys.argv) > 3 else 800)
