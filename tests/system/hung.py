#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder that hangs: hung.py SOURCE PROGRAMS. Beside it all goes on, and nobody waits for it.

A FUSE file system of our own (hangfs.c) gives no answer to a stat, to a listing or to a read, for as long as it is
told to. Whoever has asked cannot even be killed."""
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from bench import Site, Voices, compare, fail, make_call, name_of, wait_until

LIVE_S = 10  # a call in the live folder is on the server by then
STOP_S = 10


class Mount:
    def __init__(self, source, top):
        self.behind, self.control, self.point = [os.path.join(top, name) for name in ("behind", "control", "shared")]
        for folder in (self.behind, self.control):
            os.makedirs(folder)
        program = os.path.join(top, "hangfs")
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", "fuse3"], capture_output=True, text=True)
        if flags.returncode or not os.access("/dev/fuse", os.W_OK):
            print("skipped: no FUSE here")
            sys.exit(77)
        subprocess.run(["cc", "-D_GNU_SOURCE", "-O1", "-o", program, os.path.join(source, "tests/system/hangfs.c")]
                       + flags.stdout.split(), check=True)
        self.process = subprocess.Popen([program, self.behind, self.control, self.point], stderr=subprocess.DEVNULL)
        wait_until("the folder is mounted", lambda: " %s " % self.point in open("/proc/self/mountinfo").read())

    def hang(self, what):
        open(os.path.join(self.control, what), "w").close()

    def answer(self):
        for what in os.listdir(self.control):
            os.unlink(os.path.join(self.control, what))

    def finish(self):
        self.answer()
        subprocess.run(["fusermount3", "-u", "-z", self.point], capture_output=True)
        self.process.kill()
        self.process.wait()


class Calls:
    def __init__(self, site, mount, voices):
        self.site, self.mount, self.voices, self.count = site, mount, voices, 0

    def drop(self, folder):
        make_call(os.path.join(self.site.calls, "new.wav"), self.count, self.voices)
        os.rename(os.path.join(self.site.calls, "new.wav"), os.path.join(folder, name_of(self.count)))
        self.count += 1

    def live(self, less=0):
        """A call in the live folder; `less` calls lie in the one that hangs. Seconds until it is on the server."""
        began = time.monotonic()
        self.drop(self.site.watched[0])
        wait_until("the live call is on the server", lambda: len(self.site.server_calls()) == self.count - less)
        took = time.monotonic() - began
        if took > LIVE_S:
            fail("beside a folder that hangs a call took %.1f s" % took)
        return took


def log_says(site, text):
    with open(os.path.join(site.top, "daemon.log")) as log:
        return text in log.read()


def stop(site):
    began = time.monotonic()
    site.stop_daemon(STOP_S)
    return time.monotonic() - began


def hang_and_live(site, mount, calls, what):
    mount.hang(what)
    calls.drop(mount.behind)
    time.sleep(3)  # a look is due every two seconds: somebody hangs by now
    took = calls.live(less=1)
    asked(site)
    stopped = stop(site)
    print("%s hangs: the live call took %.1f s, SIGTERM %.1f s" % (what, took, stopped), flush=True)
    site.start_daemon()
    took = calls.live(less=1)  # started into the hang
    mount.answer()
    wait_until("the shared call is on the server", lambda: len(site.server_calls()) == calls.count)
    print("%s answers: all is there; started into the hang, a live call took %.1f s" % (what, took), flush=True)


def asked(site):
    """Who asks how it goes gets an answer."""
    for words, codes in ((["status"], (0, 1)), (["check-config"], (0,))):
        arguments = ["--config", site.config] if words == ["status"] else [site.config]
        try:
            done = subprocess.run([site.bin + "/callqa"] + words + arguments, capture_output=True, timeout=10)
        except subprocess.TimeoutExpired:
            fail("callqa %s hangs with the folder" % words[0])
        if done.returncode not in codes:
            fail("callqa %s ends with %d: %s" % (words[0], done.returncode, done.stderr))


def said_so(site, mount, calls):
    mount.hang("list")
    wait_until("it is said that the mount hangs", lambda: log_says(site, "the mount hangs"), 60)
    mount.answer()
    wait_until("and that it answers", lambda: log_says(site, "answers again"), 30)


def killed_and_back(site, mount, calls):
    """The process of the mount is killed: another takes its place."""
    parts = [pid for pid in os.listdir("/proc") if pid.isdigit() and is_part(site, pid)]
    if len(parts) != 1:
        fail("%d processes for one mount" % len(parts))
    os.kill(int(parts[0]), signal.SIGKILL)
    calls.drop(mount.behind)
    wait_until("its call is on the server", lambda: len(site.server_calls()) == calls.count)


def is_part(site, pid):
    try:
        with open("/proc/%s/cmdline" % pid, "rb") as line:
            return site.config.encode() in line.read().split(b"\0") and b"--only" in open(
                "/proc/%s/cmdline" % pid, "rb").read().split(b"\0")
    except OSError:
        return False


def unmounted(site, mount, calls):
    """The mount goes and the bare folder is watched by the main process; nothing counts as deleted."""
    mount.finish()
    wait_until("its process is gone", lambda: not any(is_part(site, pid) for pid in os.listdir("/proc") if pid.isdigit()))
    calls.live()
    gone = site.ask_store("SELECT count(*) FROM recordings WHERE gone")
    if gone:
        fail("%d recordings count as deleted where a mount went" % gone)


def main(source, programs):
    voices = Voices()
    with Site(programs, folders=("live", "shared"), workers=1) as site:
        mount = Mount(source, site.top)
        try:
            calls = Calls(site, mount, voices)
            site.start_server()
            site.start_daemon()
            calls.drop(mount.behind)
            calls.live()
            for what in ("stat", "list", "read"):
                hang_and_live(site, mount, calls, what)
            said_so(site, mount, calls)
            killed_and_back(site, mount, calls)
            compare(site, calls.count)
            unmounted(site, mount, calls)
            site.stop_daemon()
        finally:
            mount.finish()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
