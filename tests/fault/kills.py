#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""SIGKILL at the edge: kills.py SOURCE PROGRAMS [CYCLES [SEED]]

The daemon and all its children (or the server) die in one instant, before or after a call that touches the state folder or the
network: at each kind of point there is, twice, then at CYCLES random ones. Each time a new recording has just come. Nothing is
held for sent that the server does not have; and in the end each call is there once, with its score.

Three worlds that are wrong must be seen: a delivery struck without an answer, a call counted twice, one that is gone.
"""
import collections
import os
import random
import sqlite3
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from bench import fail, wait_until
from edge import World, refuse_sanitized

LIFE_S = 6  # a life whose point is never reached is killed anyway


def points_of(world, program):
    """The names of the points of one undisturbed life with a new recording, in order."""
    log = os.path.join(world.top, "points-" + program)
    world.place()
    if program == "callqa-server":
        world.stop_server()
        process = world.hurt(program, "count", log=log)
        world.start_daemon()
        wait_until("a call came through", world.settled)
        world.stop_daemon()
        world.end(process)
        world.start_server()
    else:
        process = world.hurt(program, "count", log=log)
        wait_until("a call came through", world.settled)
        time.sleep(0.3)
        world.end(process)
    with open(log) as file:
        return [line.split(" ", 1)[1].strip() for line in file]


def life_of_daemon(world, mode, at):
    world.place()
    process = world.hurt("callqad", mode, at)
    end = time.monotonic() + LIFE_S
    while process.poll() is None and time.monotonic() < end and not (world.points() >= at and world.settled()):
        time.sleep(0.02)
    hit = process.poll() is not None
    world.end(process)
    return hit


def life_of_server(world, mode, at):
    world.stop_server()
    world.place()
    process = world.hurt("callqa-server", mode, at)
    world.start_daemon()
    end = time.monotonic() + LIFE_S
    while process.poll() is None and time.monotonic() < end and not world.settled():
        time.sleep(0.02)
    hit = process.poll() is not None
    world.kill_daemon()
    world.end(process)
    world.start_server()
    return hit


def plan(names, cycles, chance):
    """(mode, point): every kind at its first and its last, before and after; then random ones."""
    places = collections.defaultdict(list)
    for number, name in enumerate(names, 1):
        places[name].append(number)
    named = [(mode, numbers[which]) for numbers in places.values() for which in (0, -1) for mode in ("before", "after")]
    return named + [(chance.choice(["before", "after"]), chance.randint(1, len(names))) for _ in range(cycles)], len(places)


def run(world, program, cycles, chance):
    life = life_of_daemon if program == "callqad" else life_of_server
    names = points_of(world, program)
    lives, kinds = plan(names, cycles, chance)
    hits = 0
    for mode, at in lives:
        hits += life(world, mode, at)
        world.no_false_sent("%s killed %s point %d (%s)" % (program, mode, at, names[at - 1]))
        if len(lives) > 100 and world.placed % 50 == 0:
            world.converge("%d lives of %s" % (world.placed, program))
    world.converge("%d lives of %s" % (len(lives), program))
    print("%s: %d lives ended, %d of them at their point, of %d kinds in %d points" %
          (program, len(lives), hits, kinds, len(names)), flush=True)
    if hits < len(lives) / 2:
        fail("most of the points were never reached")


# ---- worlds that are wrong

def must_fail(what, call):
    child = os.fork()
    if child == 0:
        sys.stdout = open(os.devnull, "w")
        call()
        os._exit(0)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0:
        fail("%s is not seen" % what)


def controls(world):
    world.place()
    process = world.hurt("callqad", "before", 10 ** 9)
    wait_until("it is sent", world.settled)
    world.end(process)
    server = os.path.join(world.top, "scores.db")
    with sqlite3.connect(server, timeout=10) as store:
        (last,) = store.execute("SELECT max(id) FROM calls").fetchone()
        store.execute("PRAGMA foreign_keys = OFF")
        store.execute("DELETE FROM calls WHERE id = ?", (last,))
    must_fail("a delivery held for sent that is not there", lambda: world.no_false_sent("control"))
    must_fail("a call that is gone", lambda: world.converge("control", 3))
    world.placed -= 2
    must_fail("a call too many", lambda: world.converge("control", 3))
    print("controls: 3 wrong worlds are seen", flush=True)


def main(source, programs, cycles="12", seed="1"):
    refuse_sanitized(programs)
    chance = random.Random(int(seed))
    with World(source, os.path.abspath(programs)) as world:
        run(world, "callqad", int(cycles), chance)
        run(world, "callqa-server", int(cycles) // 2, chance)
        controls(world)


if __name__ == "__main__":
    main(*sys.argv[1:])
