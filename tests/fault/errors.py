#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls of the system that fail: errors.py SOURCE PROGRAMS [CYCLES [SEED]]

At the points of kills.py the call does not end the process but fails: EIO, ENOSPC, EINTR, ENOMEM, ECONNRESET on a socket, or half of
what was to be written. Each kind of point with each number, then CYCLES random ones; in the daemon and in the server. The
program may end (it is started again) or go on; nothing is held for sent that is not there, and in the end each call is there
once, with its score.
"""
import errno
import os
import random
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from bench import fail
from edge import World, refuse_sanitized
from kills import points_of

LIFE_S = 4
NUMBERS = [errno.EIO, errno.ENOSPC, errno.EINTR, errno.ENOMEM]


def numbers_for(name):
    return [errno.ECONNRESET, errno.EINTR] if name.endswith(":socket") else NUMBERS


def plan(names, cycles, chance):
    """(mode, errno, point)"""
    first = {}
    for number, name in enumerate(names, 1):
        first.setdefault(name, number)
    lives = [("error", number, at) for name, at in first.items() for number in numbers_for(name)]
    lives += [("short", errno.ENOSPC, at) for name, at in first.items() if name.startswith("write:")]
    for _ in range(cycles):
        at = chance.randint(1, len(names))
        lives.append((chance.choice(["error", "short"]), chance.choice(numbers_for(names[at - 1])), at))
    return lives


def live(world, program, mode, number, at):
    """1 when the call was reached; whether the program ends by it is its own affair."""
    world.place()
    if program == "callqa-server":
        world.stop_server()
    process = world.hurt(program, mode, at, number)
    if program == "callqa-server":
        world.start_daemon()
    end = time.monotonic() + LIFE_S
    while process.poll() is None and time.monotonic() < end and not world.settled():
        time.sleep(0.02)
    reached = world.points() >= at
    if program == "callqa-server":
        world.kill_daemon()
    world.end(process)
    if program == "callqa-server":
        world.start_server()
    return reached


def main(source, programs, cycles="10", seed="1"):
    refuse_sanitized(programs)
    chance = random.Random(int(seed))
    with World(source, os.path.abspath(programs)) as world:
        for program in ("callqad", "callqa-server"):
            names = points_of(world, program)
            lives = plan(names, int(cycles), chance)
            reached = 0
            for count, (mode, number, at) in enumerate(lives, 1):
                reached += live(world, program, mode, number, at)
                world.no_false_sent("%s, %s %s at point %d (%s)" % (program, mode, errno.errorcode[number], at, names[at - 1]))
                if count % 40 == 0 or count == len(lives):
                    world.converge("%d lives of %s with errors" % (count, program))
            print("%s: %d calls of %d failed" % (program, reached, len(lives)), flush=True)
            if reached < len(lives) / 2:
                fail("most of the points were never reached")


if __name__ == "__main__":
    main(*sys.argv[1:])
