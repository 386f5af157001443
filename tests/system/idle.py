#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Idle and trickling connections lock nobody out of the server: idle.py SOURCE PROGRAMS.

More of them than the server has places hold on, come again when they are closed, and others are answered meanwhile, a
recorder with a large body too. How long that takes is tests/bench/idle_connections.py's to tell.
"""
import os
import resource
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from bench import Site, fail, wait_until
from idle import Crowd, ask

HELD = 1200


def main(programs):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 2 * HELD:
        print("SKIPPED: too few files may be open")
        sys.exit(77)
    with Site(programs) as site:
        site.start_server()
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2 * HELD), hard))
        crowd = Crowd(site.port, HELD, site.token)
        thread = threading.Thread(target=crowd.press, daemon=True)
        thread.start()
        wait_until("more than the server's places were asked for", lambda: crowd.closed > 100)
        for _ in range(50):
            if ask(site.port, 30) != 200:
                fail("a request was not answered")
        if len(site.server_calls()) != 0:
            fail("a call that nobody posted")
        crowd.over = True
        thread.join()
        print("50 requests answered beside %d connections, of which %d were closed" % (HELD, crowd.closed))


if __name__ == "__main__":
    main(sys.argv[2])
