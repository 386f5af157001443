#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What others notice of idle connections: idle_connections.py PROGRAMS [HELD] [SECONDS].

HELD (600) connections say nothing, trickle a head, or trickle a body, and come again when they are closed. Prints how long
other requests took, median, 99th percentile and worst in milliseconds, without them and with them.
"""
import os
import statistics
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from bench import Site
from idle import Crowd, ask


def times_ms(port, seconds):
    end, times = time.monotonic() + seconds, []
    while time.monotonic() < end:
        begun = time.monotonic()
        try:
            good = ask(port, timeout_s=20) == 200
        except OSError:
            good = False
        times.append((time.monotonic() - begun) * 1000 if good else float("inf"))
        time.sleep(0.01)
    return sorted(times)


def tell(what, times):
    print("%-10s %5d requests, median %.1f ms, p99 %.1f ms, worst %.1f ms, %d not answered" % (
        what, len(times), statistics.median(times), times[int(len(times) * 0.99)], times[-1],
        sum(t == float("inf") for t in times)), flush=True)


def main(programs, held, seconds):
    with Site(programs) as site:
        site.start_server()
        tell("alone", times_ms(site.port, seconds))
        crowd = Crowd(site.port, held, site.token)
        thread = threading.Thread(target=crowd.press, daemon=True)
        thread.start()
        time.sleep(2)
        tell("with %d" % held, times_ms(site.port, seconds))
        crowd.over = True
        thread.join()
        print("%d connections were closed on them" % crowd.closed)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 600, float(sys.argv[3]) if len(sys.argv) > 3 else 10)
