#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What 30 loops of log-ins under ever new names do to everybody else: login_flood.py PROGRAM_DIR [SECONDS]

Prints how long another's requests took meanwhile (median, 99 %, worst), what became of the log-ins, and the server's memory. Fails
where 99 % are over 100 ms or the memory is over 400 MB.
"""
import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time

LOOPS = 30


def ask(port, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, text


def flood(port, until, number, outcomes):
    count = 0
    while time.monotonic() < until:
        body = json.dumps({"name": "n%d-%d" % (number, count), "password": "wrong horse"})
        try:
            status, _ = ask(port, "POST", "/api/v1/session", body, {"Content-Type": "application/json"})
        except (OSError, http.client.HTTPException):
            status = "closed"  # one address had more connections than one may have
        outcomes[status] = outcomes.get(status, 0) + 1
        count += 1


def memory_mb(pid):
    with open("/proc/%d/status" % pid) as file:
        return int(next(line for line in file if line.startswith("VmHWM")).split()[1]) / 1024


def main():
    programs, seconds = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 15
    server_program = os.path.join(programs, "callqa-server")
    with tempfile.TemporaryDirectory() as top:
        config = os.path.join(top, "server.yaml")
        with open(config, "w") as out:
            out.write("listen: 127.0.0.1:0\nport_file: %s/port\nstore: sqlite:%s/scores.db\n" % (top, top))
        token = subprocess.run([server_program, "token", "add", "watcher", "--role", "lead", "--config", config], check=True,
                               capture_output=True, text=True).stdout.strip()
        server = subprocess.Popen([server_program, "--config", config], stderr=subprocess.DEVNULL)
        while not os.path.exists(os.path.join(top, "port")):
            time.sleep(0.1)
        with open(os.path.join(top, "port")) as file:
            port = int(file.read())
        outcomes, times = {}, []
        until = time.monotonic() + seconds
        threads = [threading.Thread(target=flood, args=(port, until, number, outcomes)) for number in range(LOOPS)]
        for thread in threads:
            thread.start()
        time.sleep(1)
        while time.monotonic() < until:
            before = time.monotonic()
            status, _ = ask(port, "GET", "/api/v1/calls?limit=5", None, {"Authorization": "Bearer " + token})
            times.append((time.monotonic() - before) * 1000)
            assert status == 200, status
            time.sleep(0.02)
        for thread in threads:
            thread.join()
        used = memory_mb(server.pid)
        server.terminate()
        server.wait()
        times.sort()
        worst = times[int(len(times) * 0.99)]
        print("%d requests: median %.1f ms, 99 %% %.1f ms, worst %.1f ms; log-ins by status %s; memory %.0f MB" %
              (len(times), times[len(times) // 2], worst, times[-1], dict(sorted(outcomes.items(), key=str)), used))
        sys.exit(worst > 100 or used > 400)


if __name__ == "__main__":
    main()
