#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Power cuts: cuts.py SOURCE PROGRAMS [CUTS [SEED]]

What the daemon writes, truncates, renames, syncs and sends is recorded with its time. A cut takes a moment of that record: what had been
synced by then is on the disk; of what had not, some pieces of 512 bytes are and some are not. From that disk the store
must come back whole; it knows each result that had gone out, and holds nothing for sent that was not answered. Some cuts are
lived on from: each call is on the server once. The same of the server's own store: what it had answered for, it has.

The control is a disk that lies about syncing: it must be seen within 60 cuts.
"""
import json
import os
import random
import re
import shutil
import sqlite3
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from bench import fail, wait_until
from edge import World, refuse_sanitized

CALLS = 12
SECTOR = 512
HEAD = re.compile(rb"([A-Z]) (\d+) (-?\d+) (\d+) ([^\n]*)\n")


def read_log(path):
    """[(what, time, offset, bytes, name)]"""
    with open(path, "rb") as file:
        data = file.read()
    steps, at = [], 0
    while at < len(data):
        head = HEAD.match(data, at)
        size = int(head[4])
        what = head[1].decode()
        body = data[head.end():head.end() + size] if what in "WXYR" else b""
        steps.append((what, int(head[2]), int(head[3]), body, head[5].decode()))
        at = head.end() + len(body)
    return steps


class File:
    def __init__(self):
        self.durable = bytearray()
        self.open = []  # steps since it was synced


def write(content, offset, body):
    if len(content) < offset + len(body):
        content.extend(b"\0" * (offset + len(body) - len(content)))
    content[offset:offset + len(body)] = body


def survive(file, chance):
    """What a cut leaves: of what was not synced all, nothing, or any part, in pieces that a disk writes at once."""
    content = bytearray(file.durable)
    share = chance.choice([0, 0.5, 1])
    for what, offset, body in file.open:
        if what == "T":
            if chance.random() < share:
                del content[offset:]
            continue
        for piece in range(0, len(body), SECTOR):
            if chance.random() < share:
                write(content, offset + piece, body[piece:piece + SECTOR])
    return bytes(content)


def disk_at(steps, end):
    """The files by name after `end` steps."""
    files = {}
    for what, _, offset, body, name in steps[:end]:
        if what == "C":
            files.setdefault(name, File())
        elif what == "W":
            files.setdefault(name, File()).open.append(("W", offset, body))
        elif what == "T":
            files.setdefault(name, File()).open.append(("T", offset, b""))
        elif what == "S" and name in files:
            for step, at, data in files[name].open:
                if step == "T":
                    del files[name].durable[at:]
                else:
                    write(files[name].durable, at, data)
            files[name].open = []
        elif what == "U":
            files.pop(name, None)
        elif what == "R" and name in files:
            files[body.decode()] = files.pop(name)
    return files


def lay_out(files, folder, chance, wanted):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    for name, file in files.items():
        if wanted(name):
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as out:
                out.write(survive(file, chance))


IDS = re.compile(rb'"id":"(1763604902\.\d+)"')


def ids_in(steps, end, what):
    """Calls named in what went over the network until then; a head and its body may be two pieces."""
    return set(match.decode() for match in IDS.findall(b"".join(step[3] for step in steps[:end] if step[0] == what)))


def rows(path, query):
    store = sqlite3.connect(path)
    try:
        verdict = store.execute("PRAGMA integrity_check").fetchone()[0]
        if verdict != "ok":
            return verdict, []
        return "ok", [row[0] for row in store.execute(query)]
    except sqlite3.DatabaseError as error:
        return str(error), []
    finally:
        store.close()


def recorder_is_whole(folder, steps, end):
    """None, or what is wrong."""
    path = os.path.join(folder, "callqa.db")
    sent = ids_in(steps, end, "X")
    if not os.path.exists(path) or os.path.getsize(path) == 0:
        return "no store, though %d results had gone out" % len(sent) if sent else None
    verdict, known = rows(path, "SELECT json_extract(json, '$.call.id') FROM results")
    if verdict != "ok":
        return None if not sent and "no such table" in verdict else verdict
    if sent - set(known):
        return "results that had gone out are gone: %s" % sorted(sent - set(known))
    _, acked = rows(path, "SELECT json_extract(json, '$.call.id') FROM results WHERE recording_id IN (SELECT recording_id FROM"
                          " deliveries WHERE state = 'acked')")
    return "held for sent and never sent: %s" % sorted(set(acked) - sent) if set(acked) - sent else None


def server_is_whole(folder, steps, end):
    """The recorder sends one request at a time: what came before an answer that was good had been stored by then."""
    path = os.path.join(folder, "scores.db")
    answers = [number for number in range(end) if steps[number][0] == "X" and steps[number][3].startswith(b"HTTP/1.1 2")]
    taken = ids_in(steps, answers[-1] if answers else 0, "Y")
    if not os.path.exists(path) or os.path.getsize(path) == 0:
        return "no store" if taken else None
    verdict, known = rows(path, "SELECT call_id FROM calls")
    if verdict != "ok":
        return None if not taken and "no such table" in verdict else verdict
    return "answered for, and gone: %s" % sorted(taken - set(known)) if taken - set(known) else None


# ---- recording, cutting, living on

def whole_record(log, what):
    steps = read_log(log)
    if len(ids_in(steps, len(steps), what)) < CALLS or not any(step[0] == "W" for step in steps):
        fail("the record does not hold what went over the network, or to the disk")
    return steps


def server_record(world, mode):
    """Its store begins empty; the token of the recorder goes in again, so that it is written under the record."""
    log = os.path.join(world.top, "record-server-" + mode)
    world.stop_server()
    for end in ("", "-wal", "-shm"):
        if os.path.exists(os.path.join(world.top, "scores.db" + end)):
            os.rename(os.path.join(world.top, "scores.db" + end), os.path.join(world.top, "before.db" + end))
    process = world.hurt("callqa-server", mode, log=log)
    wait_until("the server answers", lambda: os.path.exists(os.path.join(world.top, "scores.db")))
    world.token = world.run("callqa-server", "token", "add", "again-" + mode, "--role", "recorder", "--config",
                            world.server_config).stdout.strip()
    with open(os.path.join(world.top, "token"), "w") as out:
        out.write(world.token + "\n")
    world.start_daemon()
    for _ in range(CALLS):
        world.place()
        wait_until("a call is sent", world.settled)
    world.stop_daemon()
    world.end(process)
    world.start_server()
    return whole_record(log, "Y")


def daemon_record(world, mode):
    log = os.path.join(world.top, "record-" + mode)
    shutil.rmtree(world.state)
    os.mkdir(world.state)
    process = world.hurt("callqad", mode, log=log)
    for _ in range(CALLS):
        world.place()
        wait_until("a call is sent", world.settled)
    world.end(process)
    return whole_record(log, "X")


def cut(world, steps, cuts, chance, is_whole, wanted, live_on=None):
    """How many cuts were seen to do harm; `live_on` every 25th."""
    folder = os.path.join(world.top, "cut")
    harm = []
    for number in range(cuts):
        end = chance.randrange(1, len(steps))
        lay_out(disk_at(steps, end), folder, chance, wanted)
        copy = folder + "-look"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(folder, copy)
        what = is_whole(copy, steps, end)
        if what:
            harm.append("cut %d after step %d of %d: %s" % (number, end, len(steps), what))
        elif live_on and number % 25 == 0:
            live_on(folder)
    return harm


def main(source, programs, cuts="150", seed="1"):
    refuse_sanitized(programs)
    chance = random.Random(int(seed))
    with World(source, os.path.abspath(programs)) as world:
        def live_on(folder):
            shutil.rmtree(world.state)
            shutil.copytree(folder, world.state)
            world.converge("a power cut")
        def stores(name):
            return name.startswith("callqa.db")

        steps = daemon_record(world, "record")
        harm = cut(world, steps, int(cuts), chance, recorder_is_whole, stores, live_on)
        if harm:
            fail("; ".join(harm[:3]))
        print("callqad: %s power cuts in %d steps, nothing lost" % (cuts, len(steps)), flush=True)

        steps = daemon_record(world, "lie")
        harm = cut(world, steps, 60, chance, recorder_is_whole, stores)
        if not harm:
            fail("a disk that lies about syncing is not seen")
        print("control: %d of 60 cuts are seen on a disk that lies" % len(harm), flush=True)
        for mode, expected in (("record", False), ("lie", True)):
            steps = server_record(world, mode)
            harm = cut(world, steps, int(cuts) if not expected else 60, chance, server_is_whole,
                       lambda name: name in ("scores.db", "scores.db-wal"))
            if bool(harm) != expected:
                fail("; ".join(harm[:3]) or "a disk that lies about syncing is not seen under the server")
            print("callqa-server, %s: %d cuts do harm, of %d steps" % (mode, len(harm), len(steps)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
