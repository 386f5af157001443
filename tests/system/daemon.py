#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""callqad: daemon.py SOURCE PROGRAMS. Reload, bad files, a wrong token, a full disk, stopping in the middle."""
import os
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from bench import Site, Voices, compare, fail, make_call, name_of, wait_until


class Folder:
    """Numbered calls into the watched folders, the same number never twice."""

    def __init__(self, site, voices):
        self.site, self.voices, self.count = site, voices, 0

    def drop(self, folder=0):
        make_call(os.path.join(self.site.calls, "new.wav"), self.count, self.voices)
        os.rename(os.path.join(self.site.calls, "new.wav"),
                  os.path.join(self.site.watched[folder], name_of(self.count)))
        self.count += 1

    def arrive(self):
        wait_until("%d calls are on the server" % self.count,
                   lambda: len(self.site.server_calls()) == self.count)


def said(site, text):
    with open(os.path.join(site.top, "daemon.log")) as log:
        return text in log.read()


def told_wrongly(site, folder):
    """What a person types and what is written in the configuration, before anything runs."""
    wrong = os.path.join(site.top, "wrong.yaml")
    with open(wrong, "w") as out:
        out.write("state_dir: relative\n")
    for words, code in ((["--help"], 0), (["--version"], 0), ([], 2), (["--wrong"], 2), (["--config", wrong, "more"], 2),
                        (["--config", wrong], 4), (["--config", "/nonexistent"], 4)):
        ended = subprocess.run([os.path.join(site.bin, "callqad")] + words, capture_output=True, timeout=60)
        if ended.returncode != code or not (ended.stdout if code == 0 else ended.stderr):
            fail("callqad %s: %d %s" % (" ".join(words), ended.returncode, ended.stderr))


def bad_files(site, folder):
    """None of these is a call; none of them stops the daemon."""
    top = site.watched[0]
    with open(os.path.join(top, "empty.wav"), "w"):
        pass
    with open(os.path.join(top, "noise.wav"), "wb") as out:
        out.write(os.urandom(100000))
    with open(os.path.join(top, "new\nline \xff.wav".encode("latin-1").decode("utf-8", "surrogateescape")), "wb") as out:
        out.write(b"RIFF" + bytes(40))
    os.mkfifo(os.path.join(top, "pipe.wav"))
    os.symlink("/etc/passwd", os.path.join(top, "link.wav"))
    with open(os.path.join(top, "huge.wav"), "wb") as out:
        out.truncate(4 << 30)
    folder.drop()
    folder.arrive()
    wait_until("the bad ones are judged",
               lambda: site.ask_store("SELECT count(*) FROM recordings WHERE state = 'failed'") >= 2)
    for name in os.listdir(os.fsencode(top)):
        if not name.startswith(b"in-"):
            os.unlink(os.path.join(os.fsencode(top), name))


def reload(site, folder):
    site.watched.append(os.path.join(site.top, "another"))
    os.makedirs(site.watched[1])
    site.write_daemon_config()
    site.daemon.send_signal(signal.SIGHUP)
    folder.drop(1)
    folder.arrive()
    with open(site.config, "a") as out:
        out.write("workers: many\n")
    site.daemon.send_signal(signal.SIGHUP)
    wait_until("the bad configuration is refused", lambda: said(site, "is not used"))
    folder.drop(0)
    folder.drop(1)
    folder.arrive()
    site.write_daemon_config()


def wrong_token(site, folder):
    token_file = os.path.join(site.top, "token")
    with open(token_file, "w") as out:
        out.write("wrong\n")
    site.daemon.send_signal(signal.SIGHUP)
    wait_until("it is in force", lambda: said(site, "is in force"))
    folder.drop()
    wait_until("the alarm is raised", lambda: said(site, "a person must act"))
    with open(token_file, "w") as out:
        out.write(site.token + "\n")
    site.daemon.send_signal(signal.SIGHUP)
    folder.arrive()


def children_of(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid)) as children:
        return [int(child) for child in children.read().split()]


def stop_in_the_middle(site, folder):
    """The workers stand still, as in a recording that takes for ever: the daemon must not wait for them."""
    for zygote in children_of(site.daemon.pid):
        for worker in children_of(zygote):
            os.kill(worker, signal.SIGSTOP)
    for _ in range(6):
        folder.drop()
    wait_until("work is under way",
               lambda: site.ask_store("SELECT count(*) FROM recordings WHERE state = 'leased'") == 2)
    site.stop_daemon()
    held = site.ask_store("SELECT count(*) FROM recordings WHERE state = 'leased'")
    if held:
        fail("%d recordings are still held" % held)
    site.start_daemon()
    folder.arrive()


def full_disk(site, folder):
    """The state folder on a small disk that others fill up. Needs root; skipped elsewhere."""
    site.stop_daemon()
    aside = os.path.join(site.top, "aside")
    shutil.copytree(site.state, aside)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", site.state], capture_output=True).returncode:
        print("full disk: skipped, mount is not permitted")
        site.start_daemon()
        return
    try:
        shutil.copytree(aside, site.state, dirs_exist_ok=True, ignore=shutil.ignore_patterns("callqa.ballast"))
        site.start_daemon()
        folder.drop()
        folder.arrive()
        with open(os.path.join(site.state, "ballast"), "wb", buffering=0) as out:
            try:
                while out.write(bytes(4096)):
                    pass
            except OSError:
                pass
        for _ in range(6):
            folder.drop()
        wait_until("intake pauses", lambda: said(site, "intake pauses until there is"))
        os.unlink(os.path.join(site.state, "ballast"))
        folder.arrive()
        if site.daemon.poll() is not None:
            fail("the daemon ended on a full disk")
        site.stop_daemon()
    finally:
        if site.daemon.poll() is None:
            site.kill_daemon()
        shutil.rmtree(aside)
        shutil.copytree(site.state, aside)
        subprocess.run(["umount", site.state], check=True)
        shutil.copytree(aside, site.state, dirs_exist_ok=True)
    site.start_daemon()


def main(programs):
    voices = Voices()
    with Site(programs) as site:
        folder = Folder(site, voices)
        site.start_server()
        site.start_daemon()
        for step in (told_wrongly, bad_files, reload, wrong_token, stop_in_the_middle, full_disk):
            began = time.monotonic()
            step(site, folder)
            print("%s: %.0f s" % (step.__name__, time.monotonic() - began), flush=True)
        folder.drop()
        folder.arrive()
        wait_until("nothing is left to send", lambda: site.ask_store(
            "SELECT count(*) FROM deliveries WHERE state IN ('pending', 'in_flight')") == 0)
        compare(site, folder.count)
        site.stop_daemon()


if __name__ == "__main__":
    main(sys.argv[2])
