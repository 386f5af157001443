#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts while the daemon runs: facts.py SOURCE PROGRAMS. Asterisk's two logs grow and are rotated beside recordings that come
before, with and after them; what the server has in the end is the same, and a sweep finds what came while nothing ran."""
import os
import shutil
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from bench import Site, Voices, fail, make_call, wait_until


class Exchange(Site):
    """A site with the logs of its exchange."""

    def write_daemon_config(self):
        super().write_daemon_config()
        self.csv, self.queue_log = (os.path.join(self.top, name) for name in ("Master.csv", "queue_log"))
        with open(self.config) as text:
            lines = text.read()
        lines = lines.replace("    time_zone: Asia/Shanghai\n", """    time_zone: Asia/Shanghai
    facts:
      sources:
        - {kind: csv, path: %s, interval: 1s}
        - {kind: queue_log, path: %s, interval: 1s}
""" % (self.csv, self.queue_log))
        with open(self.config, "w") as out:
            out.write(lines)

    def record(self, number, voices):
        """A call of queue 600, which is all that its name tells."""
        make_call(os.path.join(self.watched[0], "q-600-138%08d-20251120-10%02d00-%d.%d.wav" % (
            number, number, 1763604000 + 60 * number, number)), number, voices)

    def csv_row(self, number):
        return ('"","138%08d","600","ext-queues","","SIP/trunk-1","SIP/%d-2","Queue","600,t","2025-11-20 10:%02d:00",'
                '"2025-11-20 10:%02d:00","2025-11-20 10:%02d:30",30,30,"ANSWERED","3","%d.%d",""\n' % (
                    number, 8000 + number, number, number, number, 1763604000 + 60 * number, number))

    def log_rows(self, number):
        second, call = 1763604000 + 60 * number, "%d.%d" % (1763604000 + 60 * number, number)
        return "%d|%s|600|NONE|ENTERQUEUE||138%08d|1\n%d|%s|600|SIP/8999|RINGNOANSWER|1000\n" \
               "%d|%s|600|SIP/%d|CONNECT|2|x.%d|1\n" % (second, call, number, second + 1, call, second + 2, call,
                                                        8000 + number, number)

    def tell(self, number, partly=False):
        """With `partly`, the writer is in the middle of a line for a while."""
        for path, text in ((self.csv, self.csv_row(number)), (self.queue_log, self.log_rows(number))):
            with open(path, "a") as out:
                out.write(text[:len(text) // 2])
                out.flush()
                time.sleep(1.5 if partly else 0)
                out.write(text[len(text) // 2:])

    def known(self):
        return {call["call"]["id"]: call["call"] for call in self.server_calls()}

    def expect(self, numbers):
        def agree():
            calls = self.known()
            return all(calls.get("%d.%d" % (1763604000 + 60 * number, number), {}).get("agent") == str(8000 + number)
                       for number in numbers)
        wait_until("the server knows the agents of %s" % list(numbers), agree)


def main(programs):
    voices = Voices()
    with Exchange(programs) as site:
        site.start_server()
        site.tell(0)  # before
        site.start_daemon()
        site.record(0, voices)
        site.record(1, voices)  # with
        site.tell(1, partly=True)
        site.record(2, voices)
        wait_until("call 2 is there without its agent", lambda: len(site.known()) == 3)
        if site.known()["1763604120.2"]["agent"] is not None:
            fail("nothing tells the agent yet: %s" % site.known())
        time.sleep(5)
        site.tell(2)  # 5 s after
        site.expect(range(3))

        os.rename(site.csv, site.csv + ".1")  # logrotate
        shutil.copy(site.queue_log, site.queue_log + ".1")  # and its copytruncate
        os.truncate(site.queue_log, 0)
        site.record(3, voices)
        site.tell(3)
        site.expect(range(4))

        site.stop_daemon()
        site.record(4, voices)
        site.run("callqa", "sweep", "--config", site.config)
        site.tell(4)
        site.run("callqa", "sweep", "--config", site.config)
        site.expect(range(5))

        calls = site.known()
        if len(calls) != 5:
            fail("%d calls, not 5" % len(calls))
        for call in calls.values():
            facts = {"agent": "queue_log", "customer": "name", "queue": "name", "direction": "name", "started_at": "name",
                     "answered_at": "queue_log"}  # what the name said already, and nobody gainsaid, is the name's
            if call["facts"] != facts or call["direction"] != "in" or call["queue"] != "600" or "doubts" in call:
                fail("what is known of a call is %s" % call)
        pending = site.ask_store("SELECT count(*) FROM deliveries WHERE state IN ('pending', 'in_flight', 'quarantined')")
        if pending:
            fail("%d deliveries are left" % pending)
    print("5 calls, each with its agent")


main(sys.argv[2])
