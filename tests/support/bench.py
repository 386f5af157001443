# SPDX-License-Identifier: GPL-3.0-or-later
"""What the system tests share: a folder with recordings, the real daemon and the real server."""
import array
import contextlib
import glob
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
import wave

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from postgres import make_store

RATE = 8000
PROMPTS = "/usr/share/asterisk/sounds/en_US_f_Allison"


def fail(text):
    print("FAILED: " + text, flush=True)
    sys.exit(1)


def wait_until(what, ask, seconds=90):
    """Asks until the answer is true; the limit is only there to end a test that hangs."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = ask()
        if answer:
            return answer
        time.sleep(0.1)
    fail("gave up waiting until " + what)


class Voices:
    """Prompts of the exchange's sound package, as samples at 8 kHz."""

    def __init__(self):
        paths = sorted(glob.glob(PROMPTS + "/*.wav") or glob.glob("/usr/share/asterisk/sounds/*/*.wav"))
        self.paths = [path for path in paths if os.path.getsize(path) > 2 * RATE * 2]
        if not self.paths:
            print("SKIPPED: asterisk-core-sounds-en-wav is not installed")
            sys.exit(77)

    def pick(self, chance):
        with wave.open(chance.choice(self.paths)) as reader:
            return array.array("h", reader.readframes(RATE * 4))


def write_turns(path, turns, chance):
    """A stereo recording of turns, each of a side 0 or 1 with its samples, or (None, seconds of quiet)."""
    lanes = [array.array("h"), array.array("h")]
    for side, what in turns:
        length = what * RATE if side is None else len(what)
        for lane in (0, 1):
            lanes[lane].extend(what if lane == side else
                               array.array("h", (chance.randint(-12, 12) for _ in range(length))))
    pairs = array.array("h", bytes(4 * len(lanes[0])))
    pairs[0::2], pairs[1::2] = lanes
    with wave.open(path, "wb") as writer:
        writer.setparams((2, 2, RATE, 0, "NONE", ""))
        writer.writeframes(pairs.tobytes())


def make_call(path, number, voices):
    """A short stereo call: agent, customer, a pause of 0 to 40 s, agent. Different for each number."""
    chance = random.Random(number)
    pause_s = chance.choice([1, 4, 12, 18, 33])
    turns = [(0, voices.pick(chance)), (1, voices.pick(chance)), (None, pause_s), (0, voices.pick(chance)),
             (1, voices.pick(chance))]
    write_turns(path, turns, chance)


def name_of(number):
    return "in-80%02d-1380013%04d-20251120-10%02d%02d-17636%05d.%d.wav" % (
        number % 7, number, number // 60, number % 60, number, number)


class Site:
    """A temporary folder with configurations; programs from the folder `programs`."""

    def __init__(self, programs, folders=("monitor",), **daemon_keys):
        self.bin = programs
        self.top = tempfile.mkdtemp(prefix="callqa-test-")
        self.calls = os.path.join(self.top, "calls")
        self.state = os.path.join(self.top, "state")
        self.watched = [os.path.join(self.top, folder) for folder in folders]
        for folder in [self.calls, self.state] + self.watched:
            os.makedirs(folder)
        self.server = self.daemon = None
        self.port = 0
        self.keys = {"settle": "500ms", "scan_interval": "2s", "workers": 2, **daemon_keys}
        self.has_models()
        self.make_store()
        self.write_server_config()
        self.token = self.run("callqa-server", "token", "add", "pbx1", "--role", "recorder", "--config",
                              self.server_config).stdout.strip()
        with open(os.path.join(self.top, "token"), "w", opener=lambda p, f: os.open(p, f, 0o600)) as out:
            out.write(self.token + "\n")

    def has_models(self):
        """Without them no daemon starts, and all that is waited for never comes: said at once, and why."""
        self.run("callqa", "identify", "--recorder", "freepbx", os.path.join(self.watched[0], name_of(0)))

    def write_server_config(self):
        self.server_config = os.path.join(self.top, "server.yaml")
        with open(self.server_config, "w") as out:
            out.write("listen: 127.0.0.1:%d\nport_file: %s/port\n%s" % (self.port, self.top, self.store_lines))

    def make_store(self):
        """A file of its own, or a database where postgres.py runs the test."""
        folder = os.environ.get("CQA_TEST_POSTGRES")
        self.store_name, self.store_lines = make_store(folder) if folder else (
            None, "store: sqlite:%s/scores.db\n" % self.top)

    def write_daemon_config(self):
        self.config = os.path.join(self.top, "callqad.yaml")
        with open(self.config, "w") as out:
            out.write("state_dir: %s\nrubric: standard\n" % self.state)
            for key, value in self.keys.items():
                out.write("%s: %s\n" % (key, value))
            out.write("watch:\n")
            for folder in self.watched:
                out.write("  - path: %s\n    recorder: freepbx\n    time_zone: Asia/Shanghai\n" % folder)
            out.write("post:\n  url: http://127.0.0.1:%d/api/v1/results\n  token_file: %s/token\n" %
                      (self.port, self.top))

    def run(self, program, *arguments, codes=(0,)):
        done = subprocess.run([os.path.join(self.bin, program), *arguments], capture_output=True, text=True)
        if done.returncode not in codes:
            fail("%s %s: exit code %d\n%s" % (program, " ".join(arguments), done.returncode, done.stderr))
        return done

    def log(self, name):
        return open(os.path.join(self.top, name + ".log"), "a")

    def start_server(self):
        port_file = os.path.join(self.top, "port")
        if os.path.exists(port_file):
            os.unlink(port_file)
        self.server = subprocess.Popen([self.bin + "/callqa-server", "--config", self.server_config],
                                       stderr=self.log("server"), stdout=subprocess.DEVNULL)
        text = wait_until("the server has a port",
                          lambda: os.path.exists(port_file) and open(port_file).read().strip())
        self.port = int(text)
        self.write_server_config()  # the same port again after a restart
        self.write_daemon_config()

    def stop_server(self):
        self.server.terminate()
        self.server.wait()

    def start_daemon(self):
        self.daemon = subprocess.Popen([self.bin + "/callqad", "--config", self.config],
                                       stderr=self.log("daemon"), stdout=subprocess.DEVNULL)

    def kill_daemon(self):
        self.daemon.send_signal(signal.SIGKILL)
        self.daemon.wait()

    def stop_daemon(self, seconds=10):
        """SIGTERM; the daemon has promised to be gone in time, with exit code 0."""
        self.daemon.terminate()
        try:
            code = self.daemon.wait(seconds)
        except subprocess.TimeoutExpired:
            fail("the daemon did not stop within %d s" % seconds)
        if code != 0:
            fail("the daemon stopped with exit code %d" % code)

    def get(self, path):
        request = urllib.request.Request("http://127.0.0.1:%d%s" % (self.port, path),
                                         headers={"Authorization": "Bearer " + self.token})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def server_calls(self):
        calls, cursor = [], ""
        while cursor is not None:
            page = self.get("/api/v1/calls?limit=100" + ("&cursor=" + cursor if cursor else ""))
            calls += page["calls"]
            cursor = page["next"]
        return calls

    def ask_store(self, query):
        """One number from the daemon's store, read beside it."""
        path = os.path.join(self.state, "callqa.db")
        if not os.path.exists(path):
            return 0
        try:   # the daemon may set it aside just now
            with contextlib.closing(sqlite3.connect("file:%s?mode=ro" % path, uri=True, timeout=10)) as connection:
                return connection.execute(query).fetchone()[0]
        except sqlite3.OperationalError:
            return 0

    def analyze(self, *paths):
        done = self.run("callqa", "analyze", "--recorder", "freepbx", "--time-zone", "Asia/Shanghai", "--format",
                        "jsonl", *paths)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def finish(self, keep=False):
        for process in (self.daemon, self.server):
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()
        if keep:
            print("kept: " + self.top)
        else:
            shutil.rmtree(self.top)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.finish(keep=kind is not None)
        return False


def flags_of(result):
    return [(d["rule"], d["points"], d["start_ms"], d["end_ms"]) for d in result["score"]["deductions"]]


def compare(site, expected_count):
    """The server has exactly the recordings that lie in the folders, scored as `callqa analyze` scores them."""
    calls = {call["call"]["id"]: call for call in site.server_calls()}
    if len(site.server_calls()) != expected_count or len(calls) != expected_count:
        fail("the server has %d calls of %d ids, not %d" % (len(site.server_calls()), len(calls), expected_count))
    results = site.analyze(*site.watched)
    if len(results) != expected_count:
        fail("%d recordings lie in the folders, not %d" % (len(results), expected_count))
    for result in results:
        call = calls.get(result["call"]["id"])
        if call is None:
            fail("the server does not have call " + result["call"]["id"])
        for part in ("sha256", "path"):
            if call["recording"][part] != result["recording"][part]:
                fail("%s: %s is %s, not %s" % (result["call"]["id"], part, call["recording"][part],
                                               result["recording"][part]))
        if call["score"]["total"] != result["score"]["total"] or flags_of(call) != flags_of(result):
            fail("%s: scored %s on the server, %s by analyze" % (result["call"]["id"], call["score"], result["score"]))
    totals = sorted(result["score"]["total"] for result in results)
    if totals[0] == totals[-1]:
        fail("all recordings have the same score: the comparison shows nothing")
    print("%d calls, totals %g to %g" % (expected_count, totals[0], totals[-1]))
