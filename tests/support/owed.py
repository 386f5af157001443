# SPDX-License-Identifier: GPL-3.0-or-later
"""A queue of results without recordings, and a scoring server that answers as a test wants it to.

The queue is written into the store of a daemon that watches an empty folder, by SQL, so that hundreds of thousands of results
need no analysis.
"""
import contextlib
import json
import os
import shutil
import signal
import socket
import socketserver
import sqlite3
import subprocess
import tempfile
import threading
import time

from bench import fail, wait_until

PATH = "/var/spool/owed/%s.wav"


class Request:
    def __init__(self, head, body):
        self.head, self.body = head, body
        self.lines = b"x-ndjson" in head.lower()
        if self.lines:
            self.keys = [json.loads(line)["key"] for line in body.split(b"\n") if line.strip()]
        else:
            self.keys = [line.split(b": ", 1)[1].decode() for line in head.split(b"\r\n")
                         if line.lower().startswith(b"idempotency-key:")]


def answer(status, body, *headers, kind="application/json", length=None):
    """Raw bytes of a reply; `body` is text, bytes, or something for JSON."""
    if not isinstance(body, (str, bytes)):
        body = json.dumps(body)
    if isinstance(body, str):
        body = body.encode()
    head = ["HTTP/1.1 %d X" % status, "Content-Type: " + kind,
            "Content-Length: %d" % (len(body) if length is None else length), *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def receipts(request, status=201, keys=None):
    items = [{"key": key, "status": status, "error": None if status < 300 else "as tested"}
             for key in (request.keys if keys is None else keys)]
    return answer(200, items) if request.lines else answer(status, items[0])


class Scores:
    """Its `answers` is called with each request and the socket, and returns raw bytes, or None where it has done all
    itself. `stored` are the keys that were really taken."""

    def __init__(self):
        self.stored, self.requests, self.answers = set(), [], self.good
        self.lock = threading.Lock()
        scores = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                try:
                    while scores.serve(self.rfile, self.request):
                        pass
                except OSError:
                    pass

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True

        self.handler, self.kind = Handler, Server
        self.server = None
        self.port = 0
        self.start()

    def start(self):
        self.server = self.kind(("127.0.0.1", self.port), self.handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def serve(self, reader, connection):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = reader.readline()
            if not line:
                return False
            head += line
        length = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
        request = Request(head, reader.read(length[0]) if length else b"")
        with self.lock:
            self.requests.append(request)
            said = self.answers(request, connection)
        if said is None:
            return False
        connection.sendall(said)
        return True

    def good(self, request, connection=None):
        self.stored.update(request.keys)
        return receipts(request)


class Owed:
    """`callqad` over a folder with nothing in it, and its store."""

    def __init__(self, programs, port, batch=100, **keys):
        self.bin, self.port, self.batch = programs, port, batch
        self.top = tempfile.mkdtemp(prefix="callqa-owed-")
        self.state = os.path.join(self.top, "state")
        self.keys = keys
        self.daemon = None
        for folder in (self.state, os.path.join(self.top, "calls")):
            os.makedirs(folder)
        with open(os.path.join(self.top, "token"), "w", opener=lambda p, f: os.open(p, f, 0o600)) as out:
            out.write("token\n")
        self.configure()
        self.deliveries("--resend")  # which makes the store

    def configure(self):
        self.config = os.path.join(self.top, "callqad.yaml")
        with open(self.config, "w") as out:
            out.write("state_dir: %s\nrubric: standard\nworkers: 1\n" % self.state)
            out.write("".join("%s: %s\n" % pair for pair in self.keys.items()))
            out.write("watch:\n  - path: %s/calls\n    recorder: generic\n    time_zone: Asia/Shanghai\n" % self.top)
            out.write("post:\n  url: http://127.0.0.1:%d/api/v1/results\n  token_file: %s/token\n  batch: %d\n"
                      "  timeout: 1s\n" % (self.port, self.top, self.batch))

    def deliveries(self, *words):
        done = subprocess.run([os.path.join(self.bin, "callqa"), "deliveries", "--config", self.config, "--format", "jsonl",
                               *words], capture_output=True, text=True)
        if done.returncode != 0:
            fail("callqa deliveries: %d %s" % (done.returncode, done.stderr))
        return [json.loads(line) for line in done.stdout.splitlines()]

    def store(self):
        return sqlite3.connect(os.path.join(self.state, "callqa.db"), timeout=30)

    def fill(self, names, bytes_each=600):
        """One delivery for each name, which is its key and call as well."""
        db = self.store()
        now_ms = int(time.time() * 1000)
        with contextlib.closing(db), db:
            for name in names:
                body = json.dumps({"schema": "callqa.result/1", "call": {"id": name}, "filler": "x" * bytes_each})
                row = db.execute("INSERT INTO recordings (path, source, call_id, size_bytes, mtime_ns, gone, state, discovered_ms,"
                                 " revised_ms, changed_ms) VALUES (?1, 'generic', ?2, 1, 1, 1, 'scored', ?3, ?3, ?3)",
                                 ((PATH % name).encode(), name, now_ms)).lastrowid
                db.execute("INSERT INTO deliveries (recording_id, key, body, made_ms, changed_ms) VALUES (?, ?, ?, ?, ?)",
                           (row, name, body.encode(), now_ms, now_ms))

    def states(self):
        """key -> state of every delivery."""
        db = self.store()
        try:
            return dict(db.execute("SELECT key, state FROM deliveries").fetchall())
        finally:
            db.close()

    def count(self, state):
        return list(self.states().values()).count(state)

    def start(self, environment=None):
        self.daemon = subprocess.Popen([os.path.join(self.bin, "callqad"), "--config", self.config],
                                       stderr=open(self.log, "a"), stdout=subprocess.DEVNULL,
                                       env={**os.environ, **(environment or {})})
        wait_until("the sender runs", lambda: self.sender() or self.daemon.poll() is not None)

    @property
    def log(self):
        return os.path.join(self.top, "log")

    def said(self, text):
        with open(self.log) as log:
            return text in log.read()

    def reload(self):
        self.daemon.send_signal(signal.SIGHUP)

    def sender(self):
        """The sender's process; None: it does not run."""
        try:
            with open("/proc/%d/task/%d/children" % (self.daemon.pid, self.daemon.pid)) as children:
                for child in children.read().split():
                    with open("/proc/%s/cmdline" % child, "rb") as line:
                        if b"--sender" in line.read().split(b"\0"):
                            return int(child)
        except OSError:
            pass
        return None

    def stop(self):
        self.daemon.terminate()
        if self.daemon.wait(15) != 0:
            fail("the daemon stopped with %d" % self.daemon.returncode)

    def finish_daemon(self):
        if self.daemon is not None and self.daemon.poll() is None:
            self.daemon.send_signal(signal.SIGCONT)
            self.daemon.kill()
            self.daemon.wait()

    def finish(self):
        self.finish_daemon()
        shutil.rmtree(self.top)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None:
            print(open(self.log).read()[-4000:] if os.path.exists(self.log) else "no log")
        self.finish()
        return False


def reset(connection):
    """Ends a connection hard."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.close()


__all__ = ["Owed", "PATH", "Request", "Scores", "answer", "receipts", "reset", "wait_until"]
