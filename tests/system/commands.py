#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""callqa as it is typed: commands.py SOURCE PROGRAMS. Wrong options, files that are none, odd names: what is said, and
each exit code of README's table but 5 (sweep.py has it) and 6 (privacy.py)."""
import glob
import json
import os
import shutil
import sqlite3
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from typed import FAILED, INVALID, UNREADABLE, USAGE, Desk, fail, without_privileges

COMMANDS = ["analyze", "sweep", "deliveries", "appraise", "identify", "erase", "hold", "plot", "check-config", "check-rubric",
            "check-scheme"]
GBK = "坐席8001.wav".encode("gb18030")  # as a Windows host's share shows it


def every_command(desk):
    overview = desk.type("--help", prints="Usage: callqa COMMAND")
    for command in COMMANDS:
        if ("  %s " % command).encode() not in overview:
            fail("--help does not name " + command)
        desk.type(command, "--help", prints="Usage: callqa %s" % command)
        if desk.type(command, "-V", prints="callqa ") != desk.type("--version"):
            fail(command + " -V is not callqa --version")
        desk.type(command, "--frobnicate", code=USAGE, silent=True,
                  says=["--frobnicate", "(see callqa %s --help)" % command])
    if not overview == desk.type("-h") == desk.type("help"):
        fail("-h, help and --help differ")
    desk.type(code=USAGE, says="Usage: callqa COMMAND", silent=True)
    desk.type("analyse", code=USAGE, says=['no command "analyse"', "  analyze "], silent=True)


def wrong_words(desk, call):
    """What no command takes; nothing is printed, and the word that is wrong is said."""
    for words, said in [
            (["analyze"], "no recording named"),
            (["analyze", "--format", "xml", call], '"xml"'),
            (["analyze", "--jobs", "0", call], "1 to 256"),
            (["analyze", "-j", "257", call], '"257"'),
            (["analyze", "-j", "2x", call], '"2x"'),
            (["analyze", "-j", "", call], '""'),
            (["analyze", "--language", "fr", call], '"fr"'),
            (["plot", call], "-o PICTURE.png"),
            (["plot", "-o", "call.png"], "no recording named"),
            (["plot", call, call, "-o", "call.png"], "one recording"),
            (["plot", call, "-o", "call.jpg"], '"call.jpg"'),
            (["plot", call, "-o", ".png"], '".png"'),
            (["plot", "-l", "fr", call, "-o", "call.png"], '"fr"'),
            (["identify", call], "--recorder"),
            (["identify", "--recorder", "freepbx"], "no path"),
            (["identify", "--recorder", "freepbx", "--format", "csv", call], '"csv"'),
            (["appraise", "--scheme", "agent-2013"], "--indicators"),
            (["appraise", "-s", "agent-2013", "-i", "x.csv", "more"], '"more"'),
            (["appraise", "-f", "xml"], '"xml"'),
            (["check-config"], "one file"), (["check-rubric"], "one file"), (["check-scheme", "a", "b"], "one file"),
            (["sweep"], "--config"),
            (["sweep", "--config", "c.yaml", "more"], "no such argument"),
            (["sweep", "--config", "c.yaml", "--preview"], "--redo"),
            (["sweep", "--config", "c.yaml", "--compare", "-"], "--redo"),
            (["sweep", "--config", "c.yaml", "--redo", "--preview", "--compare", "-"], "either"),
            (["sweep", "--config", "c.yaml", "--language", "fr"], '"fr"'),
            (["sweep", "--config", "c.yaml", "--since", "yesterday"], '"yesterday"'),
            (["sweep", "--config", "c.yaml", "--until", "2025-02-30"], '"2025-02-30"'),
            (["sweep", "--config", "c.yaml", "--since", "2025-11-20T8"], '"2025-11-20T8"'),
            (["sweep", "--config", "c.yaml", "--since", "2025-11-20 08:00:00"], '"2025-11-20 08:00:00"')]:
        desk.type(*words, code=USAGE, says=[said, "(see callqa %s --help)" % words[0]], silent=True)
    if os.listdir(desk.folder):
        fail("wrong words left " + str(os.listdir(desk.folder)))


def what_is_not_installed(desk, call):
    """Names of nothing, and files that are no profile, rubric, scheme or configuration: with their place."""
    broken = desk.write("broken.yaml", "name: [\n")
    for words, said in [
            (["analyze", "-r", "nortel", call], '"nortel"'), (["analyze", "-R", "strict", call], '"strict"'),
            (["analyze", "-z", "Asia/Peking", call], '"Asia/Peking"'),
            (["plot", "-r", "nortel", call, "-o", "x.png"], '"nortel"'),
            (["plot", "-R", "strict", call, "-o", "x.png"], '"strict"'),
            (["plot", "-z", "Asia/Peking", call, "-o", "x.png"], '"Asia/Peking"'),
            (["identify", "--recorder", "nortel", call], '"nortel"'),
            (["identify", "--recorder", "freepbx", "--time-zone", "Asia/Peking", call], '"Asia/Peking"'),
            (["appraise", "-s", "agent-1913", "-i", "x.csv"], '"agent-1913"'),
            (["check-rubric", "strict"], '"strict"'), (["check-scheme", "agent-1913"], '"agent-1913"'),
            (["sweep", "--config", "none.yaml"], "none.yaml")]:
        desk.type(*words, code=INVALID, says=said, silent=True)
    for words in [["analyze", "-R", broken, call], ["analyze", "-r", broken, call],
                  ["plot", "-R", broken, call, "-o", "x.png"], ["plot", "-r", broken, call, "-o", "x.png"],
                  ["identify", "--recorder", broken, call], ["appraise", "-s", broken, "-i", "x.csv"],
                  ["sweep", "--config", broken]]:
        desk.type(*words, code=INVALID, says=broken + ":2:1: ", silent=True)
    for command in ["check-config", "check-rubric", "check-scheme"]:
        desk.type(command, broken, code=INVALID, prints=broken + ":2:1: ")
    if os.path.exists(desk.path("x.png")):
        fail("a picture without a rubric")


def checks(desk):
    desk.type("check-rubric", "standard", prints="no problems: standard ")
    desk.type("check-scheme", "agent-2013", prints="no problems: agent-2013 ")
    os.mkdir(desk.path("calls"))
    good = desk.write("good.yaml", "state_dir: %s\nwatch:\n  - path: %s\n" % (desk.folder, desk.path("calls")))
    desk.type("check-config", good, prints=good + ": no problems")
    servers = desk.write("server.yaml", "listen: 127.0.0.1:0\nstore: sqlite:%s/x.db\n" % desk.folder)
    desk.type("check-config", servers, code=USAGE, says="callqa-server --check-config " + servers, silent=True)


def unreadable_things(desk, call):
    """Each is named with its reason, and the one good recording is done."""
    shutil.copyfile(call, desk.write("good.wav"))
    os.mkfifo(desk.path("pipe.wav"))
    os.symlink("loop.wav", desk.path("loop.wav"))
    os.symlink("gone", desk.path("dangling.wav"))
    os.chmod(shutil.copyfile(call, desk.write("secret.wav")), 0)
    os.mkdir(desk.path("closed"))
    os.chmod(desk.path("closed"), 0)
    long = "n" * 300 + ".wav"
    said = ["/pipe.wav: not_audio: not a regular file", "/loop.wav: unreadable: Too many levels",
            "/dangling.wav: unreadable: No such file", "/secret.wav: unreadable: Permission denied",
            "/closed: unreadable: Permission denied", "/%s: unreadable: File name too long" % long,
            "\n: unreadable: No such file"]
    out = desk.type("analyze", "-f", "jsonl", "pipe.wav", "loop.wav", "dangling.wav", "secret.wav", "closed", long, "",
                    "good.wav", code=UNREADABLE, says=said, before=without_privileges())
    if [json.loads(line)["recording"]["path"] for line in out.splitlines()] != [desk.path("good.wav")]:
        fail("not the good one alone: %r" % out)
    desk.type("analyze", "secret.wav", code=UNREADABLE, says="Permission denied", before=without_privileges())
    for name, reason in [("secret.wav", "Permission denied"), ("pipe.wav", "not a regular file"), ("", "No such file")]:
        desk.type("plot", name, "-o", "x.png", code=UNREADABLE, says=reason, silent=True, before=without_privileges())
    if os.path.exists(desk.path("x.png")):
        fail("a picture of nothing")
    desk.type("analyze", "a/" * 2500, code=FAILED, says="longer than", silent=True)
    desk.type("analyze", "-f", "json", "closed", prints="[]")  # root reads it: an empty folder is no fault
    os.mkdir(desk.path("going"))
    desk.type("analyze", "x.wav", code=FAILED, says="the current folder", cwd=desk.path("going"),
              before=["sh", "-c", 'rmdir "$PWD"; exec "$0" "$@"'])


def folders(desk, call):
    """Folders by name and below; pages that lie there are no recordings, unless they are named."""
    for name in ["b/2.wav", "b/1.wav", "a.wav", "a.html"]:
        os.makedirs(os.path.dirname(desk.path(name)), exist_ok=True)
        shutil.copyfile(call, desk.path(name))

    def paths(*words):
        return [os.path.relpath(json.loads(line)["recording"]["path"], desk.folder)
                for line in desk.type("analyze", "-f", "jsonl", *words).splitlines()]
    for words in [["."], ["./"], [desk.folder + "//"]]:
        if paths(*words) != ["a.wav", "b/1.wav", "b/2.wav"]:
            fail("%s holds %s" % (words, paths(*words)))
    if paths("./b/2.wav", "././a.html", "b") != ["b/2.wav", "a.html", "b/1.wav", "b/2.wav"]:
        fail("not in the order of the arguments: %s" % paths("./b/2.wav", "././a.html", "b"))


def odd_names(desk, call):
    """Bytes that are no UTF-8, and control characters: shown, never sent to the terminal as they are."""
    shutil.copyfile(call, desk.write(GBK))
    shown, part = (name.decode(errors="backslashreplace") for name in (GBK, GBK[:3]))
    result = json.loads(desk.type("analyze", "--format", "jsonl", GBK))
    if result["recording"]["path"] != desk.path(shown):
        fail("the path is " + result["recording"]["path"])
    for form in ["text", "csv", "rttm", "webvtt", "html"]:
        desk.type("analyze", "--format", form, GBK).decode("utf-8")
    desk.type("analyze", GBK[:3], code=UNREADABLE, says=part + ": unreadable: ")
    desk.type("plot", GBK[:3], "-o", "x.png", code=UNREADABLE, says=part + ": unreadable: ")
    desk.type("plot", GBK, "-o", GBK + b".svg")
    if b"<svg" not in open(desk.path(GBK + b".svg"), "rb").read(400):
        fail("no picture under a name in GB18030")
    said = json.loads(desk.type("identify", "-r", "generic", "-f", "jsonl", GBK))
    if said["path"] != shown or not said["matched"]:
        fail("identify says %s" % said)
    desk.type("identify", "-r", "generic", GBK, prints=shown + "\n  matched: ")
    desk.type("identify", "-r", "generic", "a\nforged: line.wav", prints="a\\x0aforged: line.wav\n")
    desk.type("analyze", "a\x1b[31m.wav", code=UNREADABLE, says="a\\x1b[31m.wav: unreadable")


def identify(desk):
    """In words: who it was, whose channel is whose, and a name that says nothing."""
    desk.type("identify", "-r", "freepbx", "-z", "Asia/Shanghai",
              "in-8001-13800138000-20251120-101502-1763604902.17.wav", "music.wav",
              prints=["id 1763604902.17  agent 8001  customer 13800138000", "direction in  started 2025-11-20T10:15:02+08:00",
                      "channel 0 agent, channel 1 customer", "music.wav\n  not matched: ", "agent -  customer -"])
    desk.type("identify", "-r", "freeswitch", "0a1b2c3d-0000-1111-2222-333344445555.wav", prints="channel 0 -, channel 1 -")


def metadata(desk, call):
    """A side file that cannot be used costs the recording nothing but a line."""
    name = "call.wav"
    shutil.copyfile(call, desk.path(name))
    profile = desk.write("mine.yaml", PROFILE)
    desk.write("call.json", "{ no JSON")
    desk.type("analyze", "-r", profile, "-f", "csv", name, says="call.wav: its metadata is not used: ", prints="call.wav")
    desk.type("plot", "-r", profile, name, "-o", "x.svg", says="metadata is not used: ")
    desk.write("call.json", '{"agent": "8007"}')
    if json.loads(desk.type("analyze", "-r", profile, "-f", "jsonl", name))["call"]["agent"] != "8007":
        fail("the side file says nothing")


PROFILE = r"""name: mine
agent_channel: 0
patterns:
  - name: all
    regex: '^(?<id>[a-z]+)\.wav$'
sidecars:
  - format: json
    file: ['{stem}.json']
    map: {agent: agent}
"""


def models(desk, call):
    """A model that is damaged is named; nobody is scored by what is left of it."""
    for name, text in [("acoustic/callqa.model", "no weights"), ("acoustic/parked.model", "no weights"),
                       ("tones/standard.yaml", "plans: [\n")]:
        os.makedirs(os.path.dirname(desk.path(name)), exist_ok=True)
        desk.write(name, text)
        for words in [["analyze", call], ["plot", call, "-o", "x.png"]]:
            desk.type(*words, code=FAILED, says=desk.path(name) + ":", silent=True,
                      environment={"CALLQA_MODELS": desk.folder})
        os.unlink(desk.path(name))
    desk.type("analyze", call, environment={"CALLQA_MODELS": desk.folder})


def stores(desk, call):
    """sweep where its store cannot be used, what it compares cannot be read, or the comparison goes nowhere."""
    for folder in ("calls", "state"):
        os.mkdir(desk.path(folder))
    shutil.copy(call, desk.path("calls"))
    config = desk.write("callqad.yaml", "state_dir: %s/state\nwatch:\n  - path: %s/calls\n    recorder: freepbx\n" %
                        (desk.folder, desk.folder))
    desk.type("sweep", "--config", config, prints=["analysed    1", "pending     0"])
    store = sqlite3.connect(desk.path("state/callqa.db"))
    with store:  # as an older analyzer made it, whose points were others
        store.execute("UPDATE results SET analyzer = 'callqa 0.0', json = CAST(replace(json, '\"total\":98', '\"total\":97') AS BLOB)")
    for words in [["--compare", "none/changes.jsonl"], ["--compare", "/dev/full"]]:
        desk.type("sweep", "--config", config, "--redo", *words, code=FAILED,
                  says="No such file" if "none" in words[1] else "No space left")
    desk.type("sweep", "--config", config, "--redo", "--compare", "-", prints=["97 -> 98", "agent\tcalls", "8001\t1\t1\t+1\t-0"])
    desk.type("sweep", "--config", config, "--redo", "--compare", "-", "-l", "zh", prints="坐席\t通话\t有变化\t返还\t新扣\n8001")
    with store:
        store.execute("UPDATE results SET json = x'7b'")
    store.close()
    desk.type("sweep", "--config", config, "--redo", "--compare", "-", says="1 stored results cannot be read")
    desk.write("state/callqa.db", "no store at all, but long enough to be looked at " * 100)
    for words in [[], ["--redo"], ["--dry-run"], ["--dry-run", "--redo"]]:
        desk.type("sweep", "--config", config, *words, code=FAILED, says=[desk.path("state"), "damaged"], silent=True)
    shutil.rmtree(desk.path("state"))
    desk.write("state")
    desk.type("sweep", "--config", config, code=INVALID, says=desk.path("state"), silent=True)


def languages(desk, call):
    """Both languages say the same, each in its words; digits and seconds are equal."""
    english = desk.type("analyze", call, prints=["Deductions", "dead-air", "Score 98 / 100"]).decode()
    chinese = desk.type("analyze", "--language", "zh", call, prints=["扣分", "坐席", "98 / 100"]).decode()
    if "Deductions" in chinese or "扣分" in english:
        fail("the languages are mixed")
    desk.type("analyze", "--lang", "zh", "-f", "html", call, prints='<html lang="zh-CN">')
    for language, word in [("en", b"Deductions"), ("zh", "扣分".encode())]:
        desk.type("plot", "-l", language, call, "-o", "%s.svg" % language)
        if os.path.getsize(desk.path("%s.svg" % language)) < 10000:
            fail("hardly anything drawn in " + language)
    if open(desk.path("en.svg"), "rb").read() == open(desk.path("zh.svg"), "rb").read():
        fail("one picture for two languages")


def main(source, programs):
    source, programs = os.path.abspath(source), os.path.abspath(programs)
    call = glob.glob(os.path.join(source, "samples", "in-8001-13800138000-*.wav"))[0]
    for step in (every_command, wrong_words, what_is_not_installed, checks, unreadable_things, folders, odd_names,
                 identify, metadata, models, stores, languages):
        with Desk(os.path.join(programs, "callqa")) as desk:
            step(*[desk, call][:step.__code__.co_argcount])
    print("commands: ok")


if __name__ == "__main__":
    main(*sys.argv[1:3])
