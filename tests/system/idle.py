#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Idle and trickling connections lock nobody out of the server: idle.py SOURCE PROGRAMS.

More of them than the server has places hold on, come again when they are closed, and others are answered meanwhile, a
recorder with a large body too. How long that takes is tests/bench/idle_connections.py's to tell. And the server ends when
it is told to, however many hold on.
"""
import os
import resource
import socket
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from bench import Site, fail, wait_until
from idle import Crowd, ask

HELD = 1200
COMERS, ASKED = 700, 3000
NONE_CLOSED = 500  # fewer than may be idle, more than one of the server's threads takes


def ends_beside_idle_ones(site):
    held = [socket.create_connection(("127.0.0.1", site.port), 20) for _ in range(NONE_CLOSED)]
    if ask(site.port, 30) != 200:
        fail("a request was not answered")
    site.server.terminate()
    try:
        site.server.wait(20)  # idle connections end after 60 s
    except subprocess.TimeoutExpired:
        fail("the server waits for idle connections before it ends")
    for connection in held:
        connection.close()


def asks_until_answered(site):
    """The status; whoever is closed without an answer among so many asks again, as browsers do."""
    while True:
        try:
            return ask(site.port, 30)
        except ConnectionError:
            pass


def answers_beside_comers_and_goers(site):
    """Crowds that connect and leave at once fill all of a thread's places, and end them in one moment."""
    over = threading.Event()

    def come_and_go():
        while not over.is_set():
            here = [socket.create_connection(("127.0.0.1", site.port), 30) for _ in range(COMERS)]
            for connection in here:
                connection.close()

    crowds = [threading.Thread(target=come_and_go, daemon=True) for _ in range(2)]
    for crowd in crowds:
        crowd.start()
    for _ in range(ASKED):
        if asks_until_answered(site) != 200:
            fail("a request was not answered")
    over.set()
    for crowd in crowds:
        crowd.join()


def main(programs):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 2 * HELD:
        print("SKIPPED: too few files may be open")
        sys.exit(77)
    with Site(programs) as site:
        site.start_server()
        ends_beside_idle_ones(site)
        site.start_server()
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2 * HELD), hard))
        answers_beside_comers_and_goers(site)
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
