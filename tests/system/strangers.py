#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What anybody may do to callqa-server from the network: strangers.py SOURCE PROGRAMS. TLS of today alone, and no address has all connections."""
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import warnings

HALF = 504  # of the connections, for one address


def fail(text):
    sys.exit("strangers: " + text)


class Server:
    """callqa-server with these lines of configuration, in a folder of its own."""

    def __init__(self, programs, lines):
        self.top = tempfile.mkdtemp(prefix="callqa-strangers-")
        self.programs, self.lines = programs, lines

    def __enter__(self):
        config, port = os.path.join(self.top, "server.yaml"), os.path.join(self.top, "port")
        with open(config, "w") as out:
            out.write("store: sqlite:%s/scores.db\nport_file: %s\n%s" % (self.top, port, self.lines % {"top": self.top}))
        self.log = open(os.path.join(self.top, "log"), "w+")
        self.process = subprocess.Popen([os.path.join(self.programs, "callqa-server"), "--config", config], stderr=self.log)
        end = time.monotonic() + 60
        while not os.path.exists(port):
            if self.process.poll() is not None or time.monotonic() > end:
                self.log.seek(0)
                fail("the server did not start:\n" + self.log.read())
            time.sleep(0.05)
        with open(port) as text:
            self.port = int(text.read())
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        self.log.close()
        shutil.rmtree(self.top)


def handshake(port, version):
    """The version that was agreed on where this one alone is offered; None where nothing was."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # old versions are what is tried
        context.minimum_version = context.maximum_version = version
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as raw, context.wrap_socket(raw) as secure:
            return secure.version(), secure.cipher()[0]
    except (ssl.SSLError, ConnectionError):
        return None


def versions_of_today(programs):
    lines = "listen: 127.0.0.1:0\ntls: {certificate: %(top)s/cert, key: %(top)s/key}\n"
    server = Server(programs, lines)
    made = subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                           "-keyout", os.path.join(server.top, "key"), "-out", os.path.join(server.top, "cert")], capture_output=True, check=False)
    if made.returncode != 0:
        fail("openssl: " + made.stderr.decode())
    os.chmod(os.path.join(server.top, "key"), 0o600)
    with server:
        for version, wanted in ((ssl.TLSVersion.TLSv1, None), (ssl.TLSVersion.TLSv1_1, None), (ssl.TLSVersion.TLSv1_2, "TLSv1.2"),
                                (ssl.TLSVersion.TLSv1_3, "TLSv1.3")):
            got = handshake(server.port, version)
            if (got and got[0]) != wanted:
                fail("%s alone was offered, and %s agreed on" % (version.name, got))
            if got and not ("GCM" in got[1] or "CHACHA20" in got[1]):
                fail("%s is no cipher of today" % got[1])


def answers(port, source, seconds):
    """Whether a connection from that address gets an answer in that time; and the connection."""
    one = socket.create_connection(("127.0.0.1", port), timeout=seconds, source_address=(source, 0))
    try:
        one.sendall(b"GET /api/v1/health HTTP/1.1\r\nHost: a\r\n\r\n")
        return one.recv(12).startswith(b"HTTP/1.1 200"), one
    except (TimeoutError, ConnectionError):
        return False, one


def no_address_has_all(programs):
    with Server(programs, "listen: 0.0.0.0:0\n") as server:
        kept = [answers(server.port, "127.0.0.1", 20) for _ in range(HALF)]
        if not all(good for good, _ in kept):
            fail("only %d of %d connections of one address were answered" % (sum(good for good, _ in kept), HALF))
        kept += [answers(server.port, "127.0.0.1", 1) for _ in range(3)]
        if any(good for good, _ in kept[HALF:]):
            fail("an address got more than its half")
        if not answers(server.port, "127.0.0.2", 20)[0]:
            fail("another address got no answer")
        for _, one in kept:
            one.close()


def main(programs):
    versions_of_today(programs)
    no_address_has_all(programs)
    print("strangers: ok")


if __name__ == "__main__":
    main(sys.argv[2])
