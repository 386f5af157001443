#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A recording and a folder whose names are GBK, as Chinese recorders and shares write them: scored by sweep and daemon, and
played by the server from where they are: gbk.py SOURCE PROGRAMS. JSON carries the bytes as \\xNN."""
import os
import sys
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from bench import Site, Voices, fail, make_call, name_of, wait_until

FOLDER = "张三".encode("gbk")
CUSTOMER = "李".encode("gbk")


def play(site, lead, number):
    request = urllib.request.Request("http://127.0.0.1:%d/api/v1/calls/~%d/audio" % (site.port, number),
                                     headers={"Authorization": "Bearer " + lead})
    with urllib.request.urlopen(request) as reply:
        return reply.status, len(reply.read())


def main(programs):
    voices = Voices()
    with Site(programs) as site:
        write = site.write_server_config

        def with_audio():
            write()
            with open(site.server_config, "a") as out:
                out.write("audio:\n  - %s\n" % site.watched[0])
        site.write_server_config = with_audio
        site.write_server_config()
        lead = site.run("callqa-server", "token", "add", "lead", "--role", "lead", "--config", site.server_config).stdout.strip()
        site.start_server()
        folder = os.path.join(os.fsencode(site.watched[0]), FOLDER)
        os.mkdir(folder)
        paths = []
        for number in range(2):
            made = os.path.join(site.watched[0], ".made.wav")
            make_call(made, number, voices)
            name = os.fsencode(name_of(number)) if number == 0 else \
                b"in-8001-" + CUSTOMER + b"-20251120-101502-1763604902.17.wav"
            paths.append(os.path.join(folder, name))
            os.rename(os.fsencode(made), paths[-1])
        text = " ".join(site.run("callqa", "sweep", "--config", site.config).stdout.split())
        if "analysed 2 unreadable 0 posted 2" not in text:
            fail("a sweep of names in GBK: " + text)
        site.start_daemon()
        made = os.path.join(site.watched[0], ".made.wav")
        make_call(made, 2, voices)
        paths.append(os.path.join(folder, os.fsencode(name_of(2))))
        os.rename(os.fsencode(made), paths[-1])
        wait_until("the daemon has done its one", lambda: len(site.server_calls()) == 3)
        told = {call["recording"]["path"] for call in site.server_calls()}
        wanted = {"".join(chr(b) if b < 0x80 else "\\x%02x" % b for b in path) for path in paths}
        if told != wanted:
            fail("the server was told of %s, not %s" % (told, wanted))
        for number in range(1, 4):
            status, length = play(site, lead, number)
            if status != 200 or length < 10000:
                fail("call %d is played as %d with %d bytes" % (number, status, length))
        print("3 recordings with names in GBK are scored and played")


if __name__ == "__main__":
    main(sys.argv[2])
