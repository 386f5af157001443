# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls of which each party has a file of its own, while a daemon and a server run: what the tests of their lives share."""
import os
import shutil
import subprocess
import time

from bench import fail, wait_until

LEGS = ("-in.wav", "-out.wav")
OF_TRANSFER = "exten-8002"  # how the names of further files of the same call begin
OF_QUEUE = "q-600"
LOOKED = "SELECT coalesce(max(looked_ms), 0) FROM folders"


class Lives:
    """What becomes of the files of joined calls, each a call of its own number."""

    def __init__(self, site, top, sample):
        self.site = site
        self.leg = dict(zip(LEGS, (os.path.join(top, "customer.wav"), os.path.join(top, "agent.wav"))))
        sox(sample, "-e", "u-law", self.leg["-in.wav"], "remix", "2")
        sox(sample, self.leg["-out.wav"], "remix", "1")

    def path(self, number, ending, folder=None):
        return os.path.join(folder or self.site.watched[0], "in-8001-13800138000-20251120-101502-17636050%02d.17%s" % (number, ending))

    def put(self, number, ending, source=None, age_s=0):
        part = os.path.join(self.site.top, "part")
        shutil.copy(source or self.leg[ending], part)
        os.utime(part, (time.time() - age_s, time.time() - age_s))
        os.rename(part, self.path(number, ending))

    def calls(self, number):
        return [call for call in self.site.server_calls() if call["call"]["id"] == "17636050%02d.17" % number]

    def is_joined(self, number):
        calls = self.calls(number)
        return len(calls) == 1 and calls[0]["recording"]["layout"] == "stereo" and calls[0]["score"]["total"] == self.total

    def is_quiet(self):
        """Everything that lies there was looked at, and everything of it was sent."""
        return self.site.ask_store("SELECT (SELECT count(*) FROM recordings WHERE state IN ('ready', 'leased', 'settling'))"
                                   " + (SELECT count(*) FROM deliveries WHERE state IN ('pending', 'in_flight')) = 0")

    def looked(self):
        """When the daemon has looked at its folders twice more, and has ended what it found."""
        for _ in range(2):
            before = self.site.ask_store(LOOKED)
            wait_until("the daemon looks again", lambda: self.site.ask_store(LOOKED) > before)
        wait_until("nothing waits", self.is_quiet)

    def is_gone(self, path):
        return lambda: self.site.ask_store("SELECT gone FROM recordings WHERE CAST(path AS TEXT) = '%s'" % path) == 1


def sox(*arguments):
    subprocess.run(["sox", "-D", *arguments], check=True)


def ask(site, program_words, codes=(0,)):
    return site.run("callqa", *program_words, "--config", site.config, codes=codes)


def states(site, number):
    return sorted(site.ask_store("SELECT group_concat(state || ifnull(':' || reason, '')) FROM recordings"
                                 " WHERE call = '17636050%02d.17'" % number).split(","))


def expect(what, got, wanted):
    if got != wanted:
        fail("%s: %r, not %r" % (what, got, wanted))


def layouts(lives, number):
    return sorted(call["recording"]["layout"] for call in lives.calls(number))
