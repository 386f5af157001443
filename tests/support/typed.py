# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands as people type them: what they print, what they say on stderr, and how they end."""
import os
import shutil
import subprocess
import sys
import tempfile

DONE, FAILED, USAGE, UNREADABLE, INVALID, SPOOLED = range(6)  # README: exit codes


class Desk:
    """A folder to type in, and one program. Messages are English unless LC_ALL says otherwise."""

    def __init__(self, program):
        self.program = program
        self.folder = tempfile.mkdtemp(prefix="callqa-typed-")
        self.environment = {**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": ""}

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        for folder, _, _ in os.walk(self.folder):
            os.chmod(folder, 0o700)
        shutil.rmtree(self.folder)
        return False

    def path(self, name):
        return os.path.join(os.fsencode(self.folder) if isinstance(name, bytes) else self.folder, name)

    def write(self, name, text=""):
        with open(self.path(name), "wb") as out:
            out.write(text if isinstance(text, bytes) else text.encode())
        return self.path(name)

    def type(self, *words, code=DONE, says=(), prints=(), silent=False, before=(), environment=None, **streams):
        """Types `words`; `says` must stand on stderr, `prints` on stdout, `silent`: stdout stays empty.

        `before` are words of a program that starts it (setpriv, sh); `streams` as subprocess.run takes them.
        Returns what was printed, as bytes.
        """
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
        done = subprocess.run([*before, self.program, *words], cwd=streams.pop("cwd", self.folder), timeout=120,
                              env={**self.environment, **(environment or {})}, **streams)
        out, said = done.stdout or b"", (done.stderr or b"").decode(errors="replace")
        asked = "%s %s" % (os.path.basename(self.program), " ".join(map(repr, words)))
        if done.returncode != code:
            fail("%s: exit code %d, not %d\n%s" % (asked, done.returncode, code, said))
        for text in [says] if isinstance(says, str) else says:
            if text not in said:
                fail("%s says not %r but %r" % (asked, text, said))
        for text in [prints] if isinstance(prints, (str, bytes)) else prints:
            if (text if isinstance(text, bytes) else text.encode()) not in out:
                fail("%s prints not %r but %r" % (asked, text, out))
        if silent and out:
            fail("%s prints %r" % (asked, out))
        return out


def fail(text):
    print("FAILED: " + text, flush=True)
    sys.exit(1)


def without_privileges():
    """Words before a command that make permissions hold for it even where root runs the tests."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--"]
