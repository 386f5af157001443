# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections that take up a server's places: they say nothing, or trickle a head or a body."""
import select
import socket
import time

TRICKLE_S = 1
AT_ONCE = 100  # opened between two breaths: whoever asks needs a moment between connecting and speaking
BREATH_S = 0.02


def ask(port, timeout_s=10):
    """The status of a request of its own connection."""
    with socket.create_connection(("127.0.0.1", port), timeout_s) as connection:
        connection.sendall(b"GET /api/v1/health HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        answer = b""
        while b"\r\n" not in answer:
            piece = connection.recv(4096)
            if not piece:
                raise ConnectionError("closed without an answer")
            answer += piece
    return int(answer.split()[1])


class Crowd:
    def __init__(self, port, count, token):
        self.port, self.count, self.token = port, count, token
        self.over = False
        self.opened = self.closed = 0
        self.held = []

    def open_one(self, number):
        self.opened += 1
        if self.opened % AT_ONCE == 0:
            time.sleep(BREATH_S)
        connection = socket.create_connection(("127.0.0.1", self.port), 20)
        connection.setblocking(False)
        if number % 3 == 1:
            connection.send(b"GET / HTTP/1.1\r\nX-Long: ")
        elif number % 3 == 2:
            connection.send(b"POST /api/v1/results HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer %s\r\nContent-Type: "
                            b"application/json\r\nContent-Length: 50000\r\n\r\n" % self.token.encode())
        return connection

    def is_open(self, number):
        """Trickles; notices an end."""
        connection = self.held[number]
        try:
            if number % 3:
                connection.send(b"x")
            poll = select.poll()
            poll.register(connection, select.POLLIN)
            if poll.poll(0) and not connection.recv(4096):
                raise ConnectionError
        except OSError:
            connection.close()
            return False
        return True

    def fill(self):
        self.held = [self.open_one(number) for number in range(self.count)]

    def press(self):
        """Holds them, and opens anew what was closed, until it is over."""
        self.fill()
        while not self.over:
            for number in range(self.count):
                if not self.is_open(number):
                    self.closed += 1
                    self.held[number] = self.open_one(number)
            time.sleep(TRICKLE_S)
        for connection in self.held:
            connection.close()
