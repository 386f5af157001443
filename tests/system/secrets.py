#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a worker's memory holds: secrets.py SOURCE PROGRAMS. None of the token, the webhook secret, earlier callers.

Reads /proc/PID/mem over all maps of every process below the daemon but its sender, after one worker and then the zygote
were killed and replaced. The sender, scanned the same way, has token and webhook key, and the daemon itself the rest: otherwise
the scan would be blind. The daemon, in turn, has no secret that only sending needs.
"""
import base64
import os
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from bench import Site, Voices, fail, make_call, name_of, wait_until

KEY = b"this key signs what is posted :-"


class SecretSite(Site):
    def write_daemon_config(self):
        super().write_daemon_config()
        path = os.path.join(self.top, "webhook")
        with open(path, "w", opener=lambda p, f: os.open(p, f, 0o600)) as out:
            out.write("whsec_" + base64.b64encode(KEY).decode() + "\n")
        with open(self.config, "a") as out:
            out.write("  webhook_secret_file: %s\n" % path)


def children_of(pid):
    try:
        with open("/proc/%d/task/%d/children" % (pid, pid)) as children:
            return [int(child) for child in children.read().split()]
    except OSError:
        return []


def is_sender(pid):
    try:
        with open("/proc/%d/cmdline" % pid, "rb") as line:
            return b"--sender" in line.read().split(b"\0")
    except OSError:
        return False


def below(pid):
    """Without the sender, which has nobody below it."""
    return [p for child in children_of(pid) if not is_sender(child) for p in [child] + below(child)]


def workers_of(pid):
    """Those that fork none themselves."""
    return [p for p in below(pid) if not children_of(p)]


def found_in(pid, needles):
    """Which needles a process's memory holds; None when it has gone. The environment and arguments are part of it."""
    found = set()
    try:
        with open("/proc/%d/maps" % pid) as maps, open("/proc/%d/mem" % pid, "rb", 0) as memory:
            for line in maps:
                start, end = (int(x, 16) for x in line.split()[0].split("-"))
                if "r" not in line.split()[1] or "[v" in line:
                    continue
                try:
                    memory.seek(start)
                    piece = memory.read(end - start)
                except OSError:
                    continue
                found |= {name for name, needle in needles.items() if needle in piece}
    except (FileNotFoundError, ProcessLookupError):
        return None
    return found


def scan(site, needles, what):
    pids = wait_until("two workers wait",
                      lambda: len(workers_of(site.daemon.pid)) == 2 and below(site.daemon.pid))
    held = {pid: found_in(pid, needles) for pid in pids}
    if any(found is None for found in held.values()):
        fail("%s: a process went while it was read" % what)
    print("%s: %s" % (what, "; ".join("%d holds %s" % (pid, ", ".join(sorted(found)) or "none")
                                      for pid, found in held.items())), flush=True)
    return set().union(*held.values())


def main(programs):
    if os.geteuid() != 0:
        print("SKIPPED: a worker's memory is root's alone")
        sys.exit(77)
    voices = Voices()
    with SecretSite(programs) as site:
        site.start_server()
        os.environ["CALLQA_TEST_PASSWORD"] = "environment-%s" % site.token[:8]
        site.start_daemon()
        for number in range(3):
            make_call(os.path.join(site.calls, "new.wav"), number + 4321, voices)
            os.rename(os.path.join(site.calls, "new.wav"), os.path.join(site.watched[0], name_of(number + 4321)))
        wait_until("the calls are on the server", lambda: len(site.server_calls()) == 3)
        needles = {"the token": site.token.encode(), "the webhook's key": KEY,
                   "a caller's number": b"138001343", "the environment": os.environ["CALLQA_TEST_PASSWORD"].encode()}
        before = workers_of(site.daemon.pid)
        os.kill(before[0], signal.SIGKILL)
        wait_until("a worker has taken its place", lambda: len(workers_of(site.daemon.pid)) == 2 and
                   before[0] not in below(site.daemon.pid))
        held = scan(site, needles, "after a worker was replaced")
        for zygote in set(below(site.daemon.pid)) - set(workers_of(site.daemon.pid)):
            os.kill(zygote, signal.SIGKILL)
            wait_until("another zygote serves", lambda: zygote not in below(site.daemon.pid) and
                       len(workers_of(site.daemon.pid)) == 2)
        held |= scan(site, needles, "after the zygote was replaced")
        daemon = found_in(site.daemon.pid, needles)
        sender = found_in(next(filter(is_sender, children_of(site.daemon.pid))), needles)
        print("the daemon itself holds %s; its sender %s" % (", ".join(sorted(daemon)), ", ".join(sorted(sender))), flush=True)
        if sender | daemon != set(needles) or not {"the token", "the webhook's key"} <= sender:
            fail("the scan is blind: daemon and sender must hold all of them")
        if daemon & {"the token", "the webhook's key"}:
            fail("the daemon holds what only its sender needs")
        if held:
            fail("below the daemon: " + ", ".join(sorted(held)))
        left = below(site.daemon.pid) + list(filter(is_sender, children_of(site.daemon.pid)))
        site.kill_daemon()
        wait_until("all of its processes have gone", lambda: not any(
            os.path.exists("/proc/%d" % pid) for pid in left))


if __name__ == "__main__":
    main(sys.argv[2])
