#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where output does not arrive: streams.py SOURCE PROGRAMS. Full disks, closed streams, pipes whose reader has gone,
folders that take no file: each is said with its reason, none passes for done, and nothing half written is left."""
import glob
import os
import pty
import random
import re
import shutil
import signal
import sys
import wave

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from typed import DONE, FAILED, INVALID, USAGE, Desk, fail, without_privileges

FORMATS = ["text", "json", "jsonl", "csv", "rttm", "audacity", "webvtt", "contact-lens", "html"]
FULL = "No space left on device"
INDICATORS = "agent,calls_handled,wrong_orders,recording_qa\nwang,2301,11,100\n"


def answers(desk, call):
    """Commands that print an answer."""
    indicators = desk.write("november.csv", INDICATORS)
    appraise = ["appraise", "-s", "agent-2013", "-i", indicators]
    broken = desk.write("broken.yaml", "name: [\n")
    return ([(["analyze", "-f", form, call], DONE) for form in FORMATS] +
            [(appraise + ["-f", form], DONE) for form in ("text", "jsonl", "csv")] +
            [(["identify", "-r", "freepbx", "-f", form, call], DONE) for form in ("text", "jsonl")] +
            [(["check-rubric", "standard"], DONE), (["check-scheme", "agent-2013"], DONE),
             (["check-config", broken], INVALID), (["--help"], DONE), (["--version"], DONE), (["sweep", "--help"], DONE)])


def full_disk(desk, call):
    for words, code in answers(desk, call):
        desk.type(*words, code=code)
        with open("/dev/full", "wb") as full:
            desk.type(*words, code=INVALID if code == INVALID else FAILED, says=FULL, stdout=full)


def closed(desk, call):
    """Nothing that is opened later takes a closed stream's number: no report goes into a store or a recording."""
    for words, code in answers(desk, call):
        desk.type(*words, code=INVALID if code == INVALID else FAILED, says="Bad file descriptor",
                  before=["sh", "-c", 'exec "$0" "$@" >&-'])
        desk.type(*words, code=code, before=["sh", "-c", 'exec "$0" "$@" <&-'])
        desk.type(*words, code=code, before=["sh", "-c", 'exec "$0" "$@" 2>&-'])
    for redirections in ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"]:
        shutil.copyfile(call, desk.write("copy.wav"))
        desk.type("plot", "copy.wav", "-o", "call.svg", before=["sh", "-c", 'exec "$0" "$@" ' + redirections])
        desk.type("analyze", "-f", "csv", "-o", "calls.csv", "copy.wav", before=["sh", "-c", 'exec "$0" "$@" ' + redirections])
        if open(call, "rb").read() != open(desk.path("copy.wav"), "rb").read():
            fail("a recording was written to")
        for name, inside in [("call.svg", b"</svg>"), ("calls.csv", b"dead-air")]:
            if inside not in open(desk.path(name), "rb").read():
                fail("%s with %s" % (name, redirections))
            os.unlink(desk.path(name))


def reader_gone(desk, call):
    """As in `callqa … | head -1`: SIGPIPE ends it without a word; where that is ignored, it says so and fails."""
    for ignored in (False, True):
        for words in [["analyze", call], ["check-rubric", "standard"]]:
            reader, writer = os.pipe()
            os.close(reader)
            # Python ignores it, and would hand that on.
            desk.type(*words, code=FAILED if ignored else -signal.SIGPIPE, says="Broken pipe" if ignored else (),
                      stdout=writer, restore_signals=not ignored)
            os.close(writer)


def files_that_cannot_be(desk, call):
    """analyze -o and plot -o: the reason, what was there stays, and nothing lies beside it."""
    os.mkdir(desk.path("locked"))
    old = desk.write("locked/call.svg", "an older one")
    os.chmod(desk.path("locked"), 0o555)
    os.symlink("/dev/full", desk.path("full.svg"))
    os.mkdir(desk.path("folder.svg"))
    for words in [["plot", call], ["analyze", "-f", "html", call], ["analyze", "-f", "csv", call]]:
        for path, reason in [("locked/call.svg", "Permission denied"), ("none/call.svg", "No such file"),
                             ("full.svg", FULL), ("folder.svg", "Is a directory"),
                             (call + "/x.svg", "Not a directory")]:
            desk.type(*words, "-o", path, code=FAILED, says=["cannot write " + path, reason], silent=True,
                      before=without_privileges())
    desk.type("analyze", call, "-o", "folder.svg/", code=FAILED, says="Is a directory")
    desk.type("analyze", call, "-o", "none/", code=FAILED, says="No such file")
    desk.type("analyze", "-f", "html", call, code=FAILED, says="No such file", silent=True, environment={"TMPDIR": "/none"})
    if open(old).read() != "an older one":
        fail("what was there is gone")
    if sorted(os.listdir(desk.folder)) != ["folder.svg", "full.svg", "locked"] or os.listdir(desk.path("locked")) != ["call.svg"]:
        fail("left: %s %s" % (os.listdir(desk.folder), os.listdir(desk.path("locked"))))


def files_that_can(desk, call):
    """As a shell's > would have made it: links followed, modes kept; pipes take it as it comes."""
    os.mkdir(desk.path("there"))
    os.symlink("there/real.svg", desk.path("link.svg"))
    desk.write("there/real.svg", "old")
    os.chmod(desk.path("there/real.svg"), 0o640)
    desk.type("plot", call, "-o", "link.svg", silent=True)
    if not os.path.islink(desk.path("link.svg")) or os.stat(desk.path("link.svg")).st_mode & 0o777 != 0o640:
        fail("link or mode lost")
    before = os.umask(0o027)
    desk.type("analyze", call, "-f", "html", "-o", "new.html", silent=True)
    os.umask(before)
    if os.stat(desk.path("new.html")).st_mode & 0o777 != 0o640:
        fail("the mode of a new file is %o" % os.stat(desk.path("new.html")).st_mode)
    if b"<!DOCTYPE html>" not in desk.type("analyze", call, "-f", "html", "-o", "/dev/stdout"):
        fail("no page to /dev/stdout")


def on_a_terminal(desk, call):
    """A bar of how far it is, gone at the end; colours; as wide as the terminal. None of it in a pipe."""
    with wave.open(desk.path("long.wav"), "wb") as hour:  # so that there is something to wait for
        hour.setparams((2, 2, 8000, 0, "NONE", ""))
        hour.writeframes(random.Random(1).randbytes(32000) * 3600)
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ["LC_ALL"] = "C.UTF-8"
        os.execv(desk.program, [desk.program, "analyze", "-j", "1", desk.path("long.wav"), call, call])
    seen = b""
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # Linux says so when the other end is closed
            break
        if not piece:
            break
        seen += piece
    if os.waitpid(pid, 0)[1] != 0:
        fail("on a terminal: %r" % seen)
    bars = re.findall(rb"\r\[(#*) *\] (\d)/3(  \d+:\d\d left)?", seen)
    if not bars or bars[0] != (b"", b"0", b"") or bars[-1][1] == b"0" or len(bars[-1][0]) != 10 * int(bars[-1][1]) \
            or not bars[-1][2]:
        fail("bars on a terminal: %s" % bars)
    if b"\x1b[1m" not in seen or seen.rfind(b"\r\x1b[K") < seen.rfind(b"\r["):
        fail("no colours, or the bar stays")
    with open(desk.path("said"), "wb") as said:
        out = desk.type("analyze", call, call, stderr=said)
    if b"\x1b" in out or os.path.getsize(desk.path("said")) > 0:
        fail("a bar or colours in a pipe")


def other_programs(programs, source):
    """The daemon and the server: usage and invalid configurations; a token that nobody saw is not handed out in silence."""
    with Desk(os.path.join(programs, "callqad")) as desk:
        desk.type(code=USAGE, says="Usage: callqad", silent=True)
        desk.type("--frob", code=USAGE, says="--frob", silent=True)
        desk.type("-c", "x.yaml", "more", code=USAGE, says="Usage: callqad", silent=True)
        desk.type("--help", prints="Usage: callqad --config FILE")
        desk.type("--version", prints="callqad ")
        desk.type("--config", desk.write("bad.yaml", "watch: [\n"), code=INVALID, says=desk.path("bad.yaml:2:1: "))
        desk.type("--config", "none.yaml", code=INVALID, says="none.yaml")
        os.mkdir(desk.path("calls"))
        config = desk.write("state.yaml", "state_dir: %s/file\nwatch:\n  - path: %s/calls\n" % (desk.folder, desk.folder))
        desk.write("file")
        desk.type("--config", config, code=INVALID, says=desk.path("file"))
        config = desk.write("good.yaml", "state_dir: %s/state\nwatch:\n  - path: %s/calls\n" % (desk.folder, desk.folder))
        os.mkdir(desk.path("state"))
        os.mkdir(desk.path("acoustic"))
        desk.write("acoustic/callqa.model", "no weights")
        desk.type("--config", config, code=FAILED, says="callqa.model", environment={"CALLQA_MODELS": desk.folder})
        for words in ["--help", "--version"]:
            with open("/dev/full", "wb") as full:
                desk.type(words, code=FAILED, says=FULL, stdout=full)
    with Desk(os.path.join(programs, "callqa-server")) as desk:
        config = desk.write("server.yaml", "listen: 127.0.0.1:0\nstore: sqlite:%s/scores.db\n" % desk.folder)
        token = ["token", "add", "pbx1", "--role", "recorder", "--config", config]
        with open("/dev/full", "wb") as full:
            desk.type(*token, code=FAILED, says="cannot write standard output", stdout=full)
            desk.type("--help", code=FAILED, says=FULL, stdout=full)


def main(source, programs):
    source, programs = os.path.abspath(source), os.path.abspath(programs)
    call = glob.glob(os.path.join(source, "samples", "in-8001-13800138000-*.wav"))[0]
    for step in (full_disk, closed, reader_gone, files_that_cannot_be, files_that_can, on_a_terminal):
        with Desk(os.path.join(programs, "callqa")) as desk:
            step(desk, call)
    other_programs(programs, source)
    print("streams: ok")


if __name__ == "__main__":
    main(*sys.argv[1:3])
