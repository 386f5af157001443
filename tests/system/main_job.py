#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job, end to end: main_job.py SOURCE PROGRAMS

Fifty recordings arrive in every way that files arrive, while the server is away for a time and the daemon is
killed in the middle. In the end the server has exactly fifty calls, scored as `callqa analyze` scores them.
"""
import os
import shutil
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from bench import Site, Voices, compare, fail, make_call, name_of, wait_until

COUNT = 50


def copy(source, folder, name):
    shutil.copyfile(source, os.path.join(folder, name))


def move(source, folder, name):
    os.rename(source, os.path.join(folder, name))


def grow(source, folder, name):
    """As a recorder writes: the header last, with pauses, one of them long enough to look settled."""
    with open(source, "rb") as reader:
        data = reader.read()
    with open(os.path.join(folder, name), "wb", buffering=0) as out:
        out.write(data[:4] + bytes(4) + data[8:40] + bytes(4))
        step = len(data) // 6
        for at in range(44, len(data), step):
            out.write(data[at:at + step])
            time.sleep(1.2 if at < step else 0.2)
        out.seek(0)
        out.write(data[:44])


def rename(source, folder, name):
    copy(source, folder, name + ".tmp")
    time.sleep(0.3)
    os.rename(os.path.join(folder, name + ".tmp"), os.path.join(folder, name))


def into_new_folder(source, folder, name):
    deep = os.path.join(folder, "2025", "11", name[-8:-4])
    os.makedirs(deep)
    copy(source, deep, name)


def link(source, folder, name):
    os.link(source, os.path.join(folder, name))


WAYS = [copy, move, grow, rename, into_new_folder, link]


def drop(site, numbers):
    threads = []
    for number in numbers:
        way = WAYS[number % len(WAYS)]
        source = os.path.join(site.calls, "%d.wav" % number)
        folder = site.watched[number % len(site.watched)]
        threads.append(threading.Thread(target=way, args=(source, folder, name_of(number))))
        threads[-1].start()
        time.sleep(0.02)
    return threads


def main(programs):
    voices = Voices()
    with Site(programs, folders=("monitor", "second site")) as site:
        for number in range(COUNT):
            make_call(os.path.join(site.calls, "%d.wav" % number), number, voices)
        site.start_server()
        threads = drop(site, range(0, 6))  # there before the daemon is
        site.start_daemon()
        threads += drop(site, range(6, 20))
        wait_until("the first calls are on the server", lambda: len(site.server_calls()) >= 4)

        site.stop_server()
        threads += drop(site, range(20, 36))
        wait_until("results are kept for the server",
                   lambda: site.ask_store("SELECT count(*) FROM deliveries WHERE state IN ('pending', 'in_flight')") >= 4)
        site.kill_daemon()
        threads += drop(site, range(36, COUNT))
        site.start_daemon()
        wait_until("everything is analysed",
                   lambda: site.ask_store("SELECT count(*) FROM results") == COUNT, 120)
        if len(os.listdir(site.state)) == 0:
            fail("nothing in the state folder")
        site.start_server()

        for thread in threads:
            thread.join()
        wait_until("all calls are on the server", lambda: len(site.server_calls()) >= COUNT, 120)
        wait_until("nothing is left to send",
                   lambda: site.ask_store("SELECT count(*) FROM deliveries WHERE state IN ('pending', 'in_flight')") == 0)
        compare(site, COUNT)
        site.stop_daemon()
        done = site.run("callqa", "sweep", "--config", site.config)
        if "analysed    0\n" not in done.stdout:
            fail("a sweep found something to do:\n" + done.stdout)
        compare(site, COUNT)


if __name__ == "__main__":
    main(sys.argv[2])
