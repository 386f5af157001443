#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A PostgreSQL of a test's own, on a socket in a folder under /tmp, as an ordinary user ("nobody" for root):
postgres.py COMMAND... runs a command whose stores then are databases in it (CQA_TEST_POSTGRES), and ends it."""
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time

BIN = "/usr/lib/postgresql/15/bin/"
USER = "callqa"
PASSWORD = "secret 4711 of the tests"
numbers = itertools.count(1)


def ordinary():
    """How processes of it are started: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


class Postgres:
    def __init__(self, *settings):
        self.folder = tempfile.mkdtemp(prefix="callqa-postgres-")
        self.password_file = os.path.join(self.folder, "password")
        self.settings = settings
        with open(self.password_file, "w", opener=lambda p, f: os.open(p, f, 0o600)) as out:
            out.write(PASSWORD + "\n")
        if os.geteuid() == 0:
            for path in (self.folder, self.password_file):
                shutil.chown(path, "nobody")
        self.run("initdb", "-D", self.folder + "/data", "-U", USER, "--pwfile=" + self.password_file,
                 "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions")
        self.process = None
        self.start()

    def run(self, program, *arguments):
        done = subprocess.run([BIN + program, *arguments], capture_output=True, text=True, cwd=self.folder,
                              env={**os.environ, "PGPASSWORD": PASSWORD}, **ordinary())
        if done.returncode != 0:
            sys.exit("%s: %s" % (program, done.stderr))
        return done.stdout

    def start(self):
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen(
                [BIN + "postgres", "-D", self.folder + "/data", "-k", self.folder, "-h", "", "-c", "fsync=off",
                 *self.settings], stdout=log, stderr=log, cwd=self.folder, **ordinary())
        for _ in range(600):
            if subprocess.run([BIN + "pg_isready", "-q", "-h", self.folder], check=False).returncode == 0:
                return
            time.sleep(0.1)
        sys.exit("PostgreSQL does not come up: %s/log" % self.folder)

    def halt(self):
        """As if its machine were gone."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait()

    def stop(self):
        self.halt()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def sql(folder, database, text):
    """What psql prints of it, without heads."""
    return subprocess.run([BIN + "psql", "-h", folder, "-U", USER, "-d", database, "-AtqX", "-v", "ON_ERROR_STOP=1", "-c", text],
                          env={**os.environ, "PGPASSWORD": PASSWORD}, capture_output=True, text=True, check=True).stdout.strip()


def make_store(folder):
    """A database that nobody has used yet, as lines of a server's configuration."""
    name = "test%d_%d" % (os.getpid(), next(numbers))
    sql(folder, "postgres", "CREATE DATABASE " + name)
    return name, "store: postgresql://%s@/%s?host=%s\nstore_password_file: %s/password\naudit_key_file: %s/%s.key\n" % (
        USER, name, folder, folder, folder, name)


def main():
    with Postgres() as server:
        sys.exit(subprocess.run(sys.argv[1:], env={**os.environ, "CQA_TEST_POSTGRES": server.folder}, check=False).returncode)


if __name__ == "__main__":
    main()
