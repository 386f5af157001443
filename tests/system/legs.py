#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A call in two files, one for each party: legs.py SOURCE PROGRAMS. Cut apart and put together by names, by start times and by
--leg; never by guess; in the daemon whichever comes first, and however late the other."""
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from bench import Site, fail, wait_until
from lives import LEGS, OF_QUEUE, OF_TRANSFER, Lives, ask, expect, layouts, sox, states

NAME = "in-8001-13800138000-20251120-101502-1763604902.17"
WITHIN_MS = 60


def cut(sample, customer, agent, skew_s=0.0):
    """As FreePBX names them: what comes from the caller, what goes to him, which begins `skew_s` later."""
    sox(sample, "-e", "u-law", customer, "remix", "2")
    sox(sample, "-r", "16000", agent, "remix", "1", "trim", str(skew_s))


def events(result):
    return [(e["type"], e.get("cause") or e.get("kind"), e.get("by") or e.get("side"), e["start_ms"], e["end_ms"])
            for e in result["events"]]


def same(result, expected, what):
    found = events(result)
    wanted = events(expected)
    if len(found) != len(wanted) or any(a[:3] != b[:3] or abs(a[3] - b[3]) > WITHIN_MS or abs(a[4] - b[4]) > WITHIN_MS
                                        for a, b in zip(found, wanted)):
        fail("%s: events %s, not %s" % (what, found, wanted))
    costs = [[(d["rule"], d["points"]) for d in r["score"]["deductions"]] for r in (result, expected)]
    if costs[0] != costs[1]:
        fail("%s: costs %s, not %s" % (what, *costs))


class Desk:
    def __init__(self, programs):
        self.callqa = os.path.join(programs, "callqa")

    def analyze(self, *arguments):
        done = subprocess.run([self.callqa, "analyze", "--format", "jsonl", *arguments], capture_output=True, text=True)
        if done.returncode != 0:
            fail("%s: exit code %d\n%s" % (arguments, done.returncode, done.stderr))
        self.said = done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def joined(self, what, *arguments):
        results = self.analyze(*arguments)
        if len(results) != 1 or results[0]["recording"]["layout"] != "stereo" or len(results[0]["recording"]["legs"]) != 2:
            fail("%s: not joined: %s %s" % (what, [r["recording"] for r in results], self.said))
        return results[0]

    def apart(self, what, *arguments):
        results = self.analyze(*arguments)
        if [r["recording"]["layout"] for r in results] != ["leg", "leg"] or any(r["score"]["total"] != 100 for r in results):
            fail("%s: %s" % (what, [r["recording"] for r in results]))
        if "not joined" not in self.said:
            fail("%s: nothing is said of it: %s" % (what, self.said))
        return results


def by_names(desk, folder, expected):
    legs = [os.path.join(folder, NAME + ending) for ending in ("-in.wav", "-out.flac")]
    for paths in (legs, legs[::-1], [folder]):
        result = desk.joined("by names", "--recorder", "freepbx", *paths)
        same(result, expected, "by names")
        recording = result["recording"]
        if [(leg["path"], leg["role"], leg["offset_ms"]) for leg in recording["legs"]] != [
                (legs[0], "customer", 0), (legs[1], "agent", 0)] or result["call"]["id"] != "1763604902.17":
            fail("by names: %s" % recording)
    for typed in (legs, legs[::-1]):
        result = desk.joined("by names, typed", "--recorder", "freepbx", "--leg", typed[0], "--leg", typed[1])
        if [leg["path"] for leg in result["recording"]["legs"]] != legs or ("the names count" in desk.said) != (typed != legs):
            fail("typed as %s: %s, %s" % (typed, result["recording"]["legs"], desk.said))
    alone = desk.analyze("--recorder", "freepbx", legs[0])[0]
    if alone["recording"]["layout"] != "leg" or alone["channels"][0]["role"] != "customer" or \
            alone["call"]["id"] != "1763604902.17":
        fail("one alone: %s" % alone["recording"])
    html = os.path.join(folder, "day.html")
    subprocess.run([desk.callqa, "analyze", "--recorder", "freepbx", "--format", "html", "-o", html, *legs], check=True)
    os.unlink(html)


def by_start_times(desk, top, sample, expected):
    profile = os.path.join(top, "dated.yaml")
    with open(profile, "w") as out:
        out.write("name: dated\nagent_channel: 0\nleg: {pair: {a: 0, c: 1}, start: told}\npatterns:\n  - name: a file a party\n"
                  "    regex: '^(?<epoch>\\d{10})(?:\\.(?<fraction>\\d{3}))?-(?<id>\\d+)-(?<leg>a|c)\\.(?:wav|flac)$'\n")
    for skew_ms in (0, 400, 3000):
        folder = os.path.join(top, "dated%d" % skew_ms)
        os.makedirs(folder)
        start_ms = 1763604902417
        names = ["%d.%03d-17-%s" % (*divmod(start_ms + ms, 1000), ending)
                 for ms, ending in ((skew_ms, "a.flac"), (0, "c.wav"))]
        cut(sample, os.path.join(folder, names[1]), os.path.join(folder, names[0]), skew_ms / 1000)
        result = desk.joined("by start times", "--recorder", profile, folder)
        if [leg["offset_ms"] for leg in result["recording"]["legs"]] != [skew_ms, 0]:
            fail("by start times: %s" % result["recording"]["legs"])
        if skew_ms < 3000:  # later, what the agent said first is not in the file
            same(result, expected, "by start times")
        for name in names:
            os.rename(os.path.join(folder, name), os.path.join(folder, name.replace(name[10:14], "")))
        desk.apart("by seconds alone", "--recorder", profile, folder)
    by_a_clock_that_is_off(desk, top, sample, profile)


def by_a_clock_that_is_off(desk, top, sample, profile):
    """Two hosts write a leg each. What leaks is heard before it is spoken, or seconds later, where the one's clock is off."""
    results = []
    for number, second in ((17, "2.000"), (18, "2.300"), (19, "4.000")):
        folder = os.path.join(top, "off%d" % number)
        os.makedirs(folder)
        for told, leg, channels in (("2.000", "a", "1,2v0.1"), (second, "c", "2,1v0.1")):
            sox(sample, os.path.join(folder, "176360490%s-%d-%s.wav" % (told, number, leg)), "remix", channels)
        results.append(desk.joined("by a clock that is off", "--recorder", profile, folder))
        if any(leg["offset_ms"] > 5 for leg in results[-1]["recording"]["legs"]):
            fail("a clock that is off: %s" % results[-1]["recording"]["legs"])
        same(results[-1], results[0], "a clock that is off")


def of_freeswitch(desk, top, sample, expected):
    """record_session twice on one leg, with RECORD_READ_ONLY and RECORD_WRITE_ONLY: what that leg says and what it hears. On whose leg that
    was, its CDR tells: a caller comes in, an agent's leg goes out, and then what is read is the agent's."""
    uuid = "0a1b2c3d-0000-1111-2222-33334444555%d"
    for number, direction, read, words in ((5, "inbound", "2", ("-read", "-write")), (6, "outbound", "1", ("_read", "_write")),
                                           (7, "inbound", "2", ("_in", "_out"))):
        folder = os.path.join(top, "freeswitch%d" % number)
        os.makedirs(folder)
        legs = [os.path.join(folder, uuid % number + word + ".wav") for word in words]
        for leg, channel in zip(legs, (read, "1" if read == "2" else "2")):
            sox(sample, leg, "remix", channel)
        with open(os.path.join(folder, "a_%s.cdr.json" % (uuid % number)), "w") as out:
            json.dump({"variables": {"direction": direction, "cc_agent": "8001%40pbx.example.com", "start_uepoch": "1763604902417000",
                                     "caller_id_number": "13800138000", "destination_number": "13800138000"}}, out)
        for profile in ("freeswitch", "fusionpbx"):
            result = desk.joined("of FreeSWITCH", "--recorder", profile, folder)
            roles = [(leg["path"], leg["role"]) for leg in result["recording"]["legs"]]
            if roles != list(zip(legs, ("customer", "agent") if read == "2" else ("agent", "customer"))) or \
                    (result["call"]["id"], result["call"]["agent"]) != (uuid % number, "8001"):
                fail("of FreeSWITCH, %s: %s, %s" % (direction, roles, result["call"]))
            same(result, expected, "of FreeSWITCH, %s" % direction)


def of_other_minutes(desk, top, sample):
    """Stopped and begun again: of the one piece the caller's file is left, of the other the agent's, of one length by chance."""
    folder = os.path.join(top, "minutes")
    os.makedirs(folder)
    sox(sample, os.path.join(folder, NAME + "-in.wav"), "remix", "2", "trim", "0", "19")
    sox(sample, os.path.join(folder, NAME.replace("-101502-", "-102002-") + "-out.wav"), "remix", "1", "trim", "20", "19")
    desk.apart("of other minutes", "--recorder", "freepbx", folder)


def by_hand(desk, folder, expected):
    agent, customer = os.path.join(folder, NAME + "-out.flac"), os.path.join(folder, NAME + "-in.wav")
    same(desk.joined("by hand", "--leg", agent, "--leg", customer, "--offset", "0"), expected, "by hand")
    legs = desk.apart("by hand, without a time", "--leg", agent, "--leg", customer)
    if [leg["channels"][0]["role"] for leg in legs] != ["agent", "customer"]:
        fail("by hand: %s" % [leg["channels"] for leg in legs])


def by_channels_that_are_equal(desk, top, sample, expected):
    """Each party's line twice in its file: one of both is it, joined or alone; two parties in one are no leg."""
    folder = os.path.join(top, "twice")
    os.makedirs(folder)
    legs = [os.path.join(folder, NAME + ending) for ending in ("-in.wav", "-out.wav")]
    for path, channel in zip(legs, "21"):
        sox(sample, path, "remix", channel, channel)
    same(desk.joined("equal channels", "--recorder", "freepbx", *legs), expected, "equal channels")
    for path, role in zip(legs, ("customer", "agent")):
        alone = desk.analyze("--recorder", "freepbx", path)[0]
        if [alone["recording"]["layout"], alone["channels"][0]["role"], alone["score"]["total"]] != ["leg", role, 100]:
            fail("equal channels, alone: %s" % alone["recording"])
    shutil.copy(sample, legs[0])
    both = desk.analyze("--recorder", "freepbx", *legs)
    if len(both) != 2 or "%s and %s: " % tuple(legs) not in desk.said or "one of the two has more" not in desk.said:
        fail("a file of both parties and a leg: %s, %s" % ([r["recording"] for r in both], desk.said))


def by_codings_that_begin_late(desk, top, sample, expected):
    """What MP3 and AAC put before the first sample, where the file does not tell: 69 and 64 ms at 16 kHz."""
    folder = os.path.join(top, "late")
    os.makedirs(folder)
    agent, customer = (os.path.join(folder, name) for name in ("agent.wav", "customer.wav"))
    cut(sample, customer, agent)
    sox(sample, "-r", "16000", agent, "remix", "1")
    for name, words in (("told.mp3", []), ("untold.mp3", ["-write_xing", "0"]), ("untold.aac", ["-c:a", "aac"]), ("untold.mka", ["-c:a", "aac"]),
                        ("told.m4a", ["-c:a", "aac"]), ("untold.mp2", ["-c:a", "mp2", "-b:a", "64k"])):
        encoded = os.path.join(folder, name)
        subprocess.run(["ffmpeg", "-v", "error", "-i", agent, "-b:a", "48k", *words, encoded], check=True)
        result = desk.joined(name, "--leg", encoded, "--leg", customer, "--offset", "0")
        same(result, expected, name)
        onsets = [min(abs(one[0] - other[0]) for other in expected["channels"][0]["speech_ms"])
                  for one in result["channels"][0]["speech_ms"]]
        if sorted(onsets)[len(onsets) // 2] > 16:
            fail("%s: the agent begins to speak %s ms off" % (name, onsets))


def waits_from_when_it_settled(site, put, customer, agent, calls):
    """However old a file says that it is; and what cannot be long enough is said."""
    of = " FROM %s WHERE recording_id IN (SELECT id FROM recordings WHERE call = '1763604905.17')"
    put(customer, None, 5, age_s=3600)
    wait_until("the first file has settled", lambda: site.ask_store(
        "SELECT count(*) FROM recordings WHERE call = '1763604905.17' AND not_before_ms > 0") or calls().get("1763604905.17"))
    put(None, agent, 5, age_s=1800)
    wait_until("both are one call", lambda: "1763604905.17" in calls())
    if calls()["1763604905.17"]["recording"]["layout"] != "stereo" or site.ask_store("SELECT count(*)" + of % "deliveries") != 1:
        fail("an old file did not wait for its other")
    said = site.run("callqa", "check-config", site.config).stderr
    if "leg_wait" in said:
        fail("a leg_wait that is long enough: " + said)
    site.keys["leg_wait"] = "3s"
    site.write_daemon_config()
    said = site.run("callqa", "check-config", site.config).stderr
    if "leg_wait is shorter than settle_streams" not in said:
        fail("nothing is said of a leg_wait that is too short: " + said)


def in_the_daemon(programs, sample, expected):
    with Site(programs, leg_wait="20s") as site:
        def put(customer, agent, number, age_s=0):
            for source, ending in ((customer, "-in.wav"), (agent, "-out.flac")):
                if source:
                    part = os.path.join(site.top, "part")
                    shutil.copy(source, part)
                    os.utime(part, (time.time() - age_s, time.time() - age_s))
                    os.rename(part, os.path.join(site.watched[0], "in-8001-13800138000-20251120-101502-17636049%02d.17%s" %
                                                 (number, ending)))

        def calls():
            return {call["call"]["id"] + call["recording"].get("part", ""): call for call in site.server_calls()}

        customer, agent, late = (os.path.join(site.top, name) for name in ("customer.wav", "agent.flac", "late.flac"))
        cut(sample, customer, agent)
        cut(sample, os.path.join(site.top, "again.wav"), late, 5)
        site.start_server()
        site.start_daemon()
        put(customer, agent, 1)
        put(customer, None, 2)
        wait_until("both files are one call", lambda: "1763604901.17" in calls())
        if "1763604902.17" in calls():
            fail("the one did not wait for the other")
        put(None, agent, 2)
        wait_until("the other has come in time", lambda: "1763604902.17" in calls())
        for number in (1, 2):
            same(calls()["17636049%02d.17" % number], expected, "in the daemon")
        put(customer, None, 3)
        wait_until("one alone", lambda: "1763604903.17" in calls())
        if calls()["1763604903.17"]["recording"]["layout"] != "leg":
            fail("one alone: %s" % calls()["1763604903.17"]["recording"])
        put(None, agent, 3)
        wait_until("the other has come late",
                   lambda: calls()["1763604903.17"]["recording"]["layout"] == "stereo")
        same(calls()["1763604903.17"], expected, "late")
        if len(calls()) != 3:
            fail("calls %s" % list(calls()))
        put(customer, late, 4)
        wait_until("two that are not joined", lambda: site.ask_store(
            "SELECT count(*) FROM recordings WHERE state = 'scored' OR (state = 'excluded' AND reason = 'leg')") == 8)
        wait_until("the server has both", lambda: len(calls()) == 5)
        layouts = [call["recording"]["layout"] for call in calls().values()]
        if sorted(set(layouts)) != ["leg", "stereo"] or layouts.count("stereo") != 3:
            fail("not joined: %s" % layouts)
        waits_from_when_it_settled(site, put, customer, agent, calls)
        site.stop_daemon()


def delete_one_touch_other(lives, number, gone, left):
    os.unlink(lives.path(number, gone))
    wait_until("a leg is missed", lives.is_gone(lives.path(number, gone)))
    os.utime(lives.path(number, left))


def convert_one(lives, number, ending):
    path = lives.path(number, ending)
    subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-b:a", "48k", path[:-4] + ".mp3"], check=True)
    os.unlink(path)


def encode_one_anew(lives, number, gone, left):
    os.unlink(lives.path(number, gone))
    wait_until("a leg is missed", lives.is_gone(lives.path(number, gone)))
    again = os.path.join(lives.site.top, "again.wav")
    sox(lives.path(number, left), "-e", "a-law", again)
    lives.put(number, left, again)


def move_without_times(lives, number, endings):
    for ending in endings:
        folder = os.path.join(lives.site.watched[0], "moved")
        os.makedirs(folder, exist_ok=True)
        shutil.copyfile(lives.path(number, ending), lives.path(number, ending, folder))
        os.unlink(lives.path(number, ending))


def rename(lives, number, endings):
    for ending in endings:
        folder = os.path.join(lives.site.watched[0], "moved")
        os.makedirs(folder, exist_ok=True)
        os.rename(lives.path(number, ending), lives.path(number, ending, folder))


def restore_apart(lives, number):
    for ending in LEGS:
        os.unlink(lives.path(number, ending))
    for ending in LEGS:
        wait_until("a leg is missed", lives.is_gone(lives.path(number, ending)))
    lives.put(number, "-out.wav", age_s=100)
    lives.looked()
    lives.put(number, "-in.wav")


def lives_of_joined_calls(programs, sample, expected):
    with Site(programs, leg_wait="4s") as site:
        lives = Lives(site, site.top, sample)
        lives.total = expected["score"]["total"]
        steps = {
            1: lambda n: delete_one_touch_other(lives, n, "-in.wav", "-out.wav"),
            2: lambda n: delete_one_touch_other(lives, n, "-out.wav", "-in.wav"),
            3: lambda n: convert_one(lives, n, "-in.wav"),
            4: lambda n: convert_one(lives, n, "-out.wav"),
            5: lambda n: encode_one_anew(lives, n, "-in.wav", "-out.wav"),
            6: lambda n: encode_one_anew(lives, n, "-out.wav", "-in.wav"),
            7: lambda n: move_without_times(lives, n, ["-in.wav"]),
            8: lambda n: move_without_times(lives, n, LEGS),
            9: lambda n: restore_apart(lives, n),
            11: lambda n: rename(lives, n, ["-in.wav"]),
            12: lambda n: rename(lives, n, ["-out.wav"]),
            13: lambda n: rename(lives, n, LEGS),
        }
        site.start_server()
        site.start_daemon()
        for number in steps:
            for ending in LEGS:
                lives.put(number, ending)
        broken = os.path.join(site.top, "broken.wav")
        sox(lives.leg["-in.wav"], broken, "trim", "0", "12")
        lives.put(10, "-in.wav", broken)
        lives.put(10, "-out.wav")
        for number in steps:
            wait_until("call %d is joined" % number, lambda: lives.is_joined(number))
        wait_until("two that do not fit are two", lambda: len(lives.calls(10)) == 2)
        for number, step in steps.items():
            step(number)
        lives.put(10, "-in.wav")
        lives.looked()
        time.sleep(5)  # a leg has waited for the other
        lives.looked()
        wrong = [(n, [(c["recording"]["layout"], c["score"]["total"]) for c in lives.calls(n)])
                 for n in [*steps, 10] if not lives.is_joined(n)]
        if wrong:
            fail("not one joined call any more: %s" % wrong)
        every_leg_is_where_it_is_said(lives, [3, 4, 7, 8, 9, 10, 11, 12, 13])
        one_leg_after_the_store_was_lost(site, lives)
        site.stop_daemon()


def every_leg_is_where_it_is_said(lives, numbers):
    for number in numbers:
        legs = [leg["path"] for leg in lives.calls(number)[0]["recording"]["legs"]]
        for path in legs:
            if not os.path.exists(path):
                fail("call %d is said to lie at %s, where nothing is" % (number, legs))


def one_leg_after_the_store_was_lost(site, lives):
    site.stop_daemon()
    for ending in LEGS:
        for number in range(3, 14):
            for path in (lives.path(number, ending), lives.path(number, ending[:-4] + ".mp3")):
                if os.path.exists(path):
                    os.unlink(path)
    shutil.rmtree(os.path.join(site.watched[0], "moved"))
    shutil.rmtree(site.state)
    os.makedirs(site.state)
    site.start_daemon()
    wait_until("the leg that is left is analysed anew", lambda: site.ask_store(
        "SELECT count(*) FROM deliveries WHERE state = 'acked'") == 2)
    for number in (1, 2):
        if not lives.is_joined(number):
            fail("one leg counts instead of both: %s" % [c["recording"] for c in lives.calls(number)])


def brought_together(programs, sample, expected):
    """A folder a party, as some recorders keep them: two legs, until somebody puts both into one folder."""
    with Site(programs, leg_wait="2s") as site:
        lives = Lives(site, site.top, sample)
        lives.total = expected["score"]["total"]
        folders = [os.path.join(site.watched[0], name) for name in ("in", "out", "both")]
        for folder in folders:
            os.makedirs(folder)
        site.start_server()
        site.start_daemon()
        for number in (1, 2, 3):
            for ending, folder in zip(LEGS, folders):
                shutil.copy(lives.leg[ending], os.path.join(site.top, "part"))
                os.rename(os.path.join(site.top, "part"), lives.path(number, ending, folder))
        for number in (1, 2, 3):
            wait_until("each leg is one", lambda: [c["recording"]["layout"] for c in lives.calls(number)] == ["leg", "leg"])
        for ending, folder in zip(LEGS, folders):
            os.rename(lives.path(1, ending, folder), lives.path(1, ending, folders[2]))
            shutil.copyfile(lives.path(2, ending, folder), lives.path(2, ending, folders[2]))
            os.unlink(lives.path(2, ending, folder))
        os.rename(lives.path(3, LEGS[0], folders[0]), lives.path(3, LEGS[0], folders[1]))
        for number in (1, 2, 3):
            wait_until("call %d is joined" % number, lambda: lives.is_joined(number))
        moved_where_nobody_knows_which(site, lives, folders)
        moved_while_the_other_is_read(site, lives, folders)
        site.stop_daemon()


def put_into(site, lives, number, ending, folder, source, begins="in-8001"):
    part = os.path.join(site.top, "part")
    shutil.copy(source, part)
    path = lives.path(number, ending, folder).replace("in-8001", begins)
    os.rename(part, path)
    return path


def moved_where_nobody_knows_which(site, lives, folders):
    """A third file of a party: beside a joined call it stays what it is, and of three none is joined to another, once and for all."""
    moved = []
    for number, gain, begins in ((4, "-1", ("in-8001", "in-8001")), (5, "-2", ("in-8001", OF_TRANSFER))):
        for ending, folder, name in zip(LEGS, folders, begins):
            own = os.path.join(site.top, "own" + ending)
            sox(lives.leg[ending], own, "gain", gain)
            path = put_into(site, lives, number, ending, folders[2] if number == 4 else folder, own, name)
            moved = [path] + moved if number == 5 else moved  # first what may be either, so that nobody finds one alone
        other = os.path.join(site.top, "third.flac")
        sox(lives.leg["-out.wav"], other, "trim", "6", "gain", gain)
        moved.insert(0, put_into(site, lives, number, "-out.flac", site.watched[0], other, OF_QUEUE))
    wait_until("a joined call and a leg", lambda: layouts(lives, 4) == ["leg", "stereo"])
    wait_until("three legs", lambda: layouts(lives, 5) == ["leg"] * 3)
    wait_until("nothing waits", lives.is_quiet)
    before = states(site, 4)
    for path in moved:
        os.rename(path, os.path.join(folders[2], os.path.basename(path)))
    wait_until("all lie where they were moved", lambda: site.ask_store(
        "SELECT count(*) FROM recordings WHERE CAST(path AS TEXT) LIKE '%/both/%' AND (call LIKE '%4.17' OR call LIKE '%5.17') AND NOT stale") == 6)
    wait_until("nothing waits", lives.is_quiet)
    expect("a third file beside a joined call", (layouts(lives, 4), states(site, 4)), (["leg", "stereo"], before))
    expect("three files", (layouts(lives, 5), states(site, 5)), (["leg"] * 3, ["scored:leg_alone"] * 3))  # as when they were read


def moved_while_the_other_is_read(site, lives, folders):
    """Into the folder of a file that is being analysed by itself: that has looked for its other before."""
    long = {ending: os.path.join(site.top, "long" + ending) for ending in LEGS}
    for ending in LEGS:
        sox(lives.leg[ending], long[ending], "gain", "-3", "repeat", "12")
    for number, first, second in ((6, *LEGS), (7, *reversed(LEGS))):
        path = put_into(site, lives, number, first, folders[0], long[first])
        wait_until("the first is a leg", lambda: layouts(lives, number) == ["leg"])
        wait_until("nothing waits", lives.is_quiet)
        later = lives.path(number, second, folders[2])
        put_into(site, lives, number, second, folders[2], long[second])
        wait_until("the second is read", lambda: site.ask_store(
            "SELECT count(*) FROM recordings WHERE CAST(path AS TEXT) = '%s' AND state IN ('leased', 'scored')" % later))
        os.rename(path, lives.path(number, first, folders[2]))
        wait_until("call %d is one" % number, lambda: layouts(lives, number) == ["stereo"])
        wait_until("nothing waits", lives.is_quiet)
        expect("its files", states(site, number), ["excluded:leg", "scored"])


def held_and_erased(programs, sample, expected):
    """What is held or erased of a joined call is both of its files."""
    with Site(programs, leg_wait="2s") as site:
        lives = Lives(site, site.top, sample)
        lives.total = expected["score"]["total"]
        site.start_server()
        site.start_daemon()
        for number in (1, 2):
            for ending in LEGS:
                lives.put(number, ending)
        for number in (1, 2):
            wait_until("call %d is joined" % number, lambda: lives.is_joined(number))
        lives.looked()
        ask(site, ("hold", "--agent", "8001", "--reason", "audit"))
        done = ask(site, ("erase", "--call", "1763605001.17"), codes=(6,))
        expect("a held call", states(site, 1), ["excluded:leg", "scored"])
        expect("what is held is said", [done.stdout.count(ending) for ending in LEGS], [1, 1])
        ask(site, ("hold", "--agent", "8001", "--lift"))
        ask(site, ("erase", "--call", "1763605001.17"))
        expect("erased by its id", states(site, 1), ["excluded:erased"] * 2)
        shutil.copy(lives.path(1, "-in.wav"), os.path.join(site.watched[0], "another-name-in.wav"))
        lives.looked()
        expect("a copy of one leg", site.ask_store("SELECT state || ':' || reason FROM recordings WHERE"
                                                   " CAST(path AS TEXT) LIKE '%another-name-in.wav'"), "excluded:erased")
        ask(site, ("erase", "--agent", "8001"))
        expect("erased by its agent", states(site, 2), ["excluded:erased"] * 2)
        before = len(site.server_calls())
        for ending in LEGS:
            os.utime(lives.path(2, ending))
        lives.looked()
        time.sleep(3)
        lives.looked()
        expect("what was erased and is touched", states(site, 2), ["excluded:erased"] * 2)
        expect("calls that the server has", len(site.server_calls()), before)
        site.stop_daemon()


def whichever_they_are(programs, sample):
    """A pair of which nobody knows who is who: each file of a joined call is found where it was moved."""
    with Site(programs, leg_wait="20s") as site:
        profile = os.path.join(site.top, "streams.yaml")
        with open(profile, "w") as out:
            out.write("name: streams\nagent_channel: 0\nleg: {pair: any, start: together}\npatterns:\n  - name: a file a stream\n"
                      "    regex: '^(?<id>\\d+\\.\\d+)-(?<leg>[0-9a-f]{8})\\.wav$'\n")
        names = ["1763604902.17-%s.wav" % stream for stream in ("0a1b2c3d", "f0e1d2c3")]
        cut(sample, *(os.path.join(site.top, name) for name in names))
        site.start_server()
        with open(site.config) as text:
            plain = text.read()
        with open(site.config, "w") as out:
            out.write(plain.replace("recorder: freepbx", "recorder: " + profile))
        site.start_daemon()
        for name in names:
            os.rename(os.path.join(site.top, name), os.path.join(site.watched[0], name))

        def lie():
            calls = site.server_calls()
            return [leg["path"] for leg in calls[0]["recording"].get("legs", [])] if len(calls) == 1 else []

        wait_until("both are one call", lambda: lie() == [os.path.join(site.watched[0], name) for name in names])
        moved = os.path.join(site.watched[0], "2025", "11")
        os.makedirs(moved)
        for name in reversed(names):
            os.rename(os.path.join(site.watched[0], name), os.path.join(moved, name))
        wait_until("both are where they were moved", lambda: lie() == [os.path.join(moved, name) for name in names])
        os.rename(os.path.join(moved, names[1]), os.path.join(site.watched[0], names[1]))
        wait_until("the one is where it was", lambda: lie() == [os.path.join(moved, names[0]), os.path.join(site.watched[0], names[1])])
        site.stop_daemon()


def legs_by_reason(site):
    told = json.loads(ask(site, ("status", "--format", "json"), codes=(0, 1)).stdout)
    return {one["reason"]: one["count"] for one in told["recordings"]["reasons"] if one["state"] == "scored"}


def a_third_that_was(site, lives, put, other):
    """Deleted, it still was a file of the call: of what is left none is joined by guess."""
    lives.put(7, "-in.wav")
    put(7, "-out.wav", lives.leg["-out.wav"], OF_TRANSFER)
    wait_until("the only two are joined", lambda: layouts(lives, 7) == ["stereo"])
    wait_until("nothing waits", lives.is_quiet)
    gone = [lives.path(5, "-out.wav").replace("in-8001", OF_QUEUE), lives.path(7, "-out.wav").replace("in-8001", OF_TRANSFER)]
    for path in gone:
        os.unlink(path)
    for path in gone:
        wait_until("a file is missed", lives.is_gone(path))
    for path in (lives.path(5, "-in.wav"), lives.path(5, "-out.wav").replace("in-8001", OF_TRANSFER)):
        os.utime(path)
    put(7, "-out.wav", other, OF_QUEUE)
    for _ in range(2):
        lives.looked()
    expect("two of three", (layouts(lives, 5), states(site, 5)), (["leg"] * 3, ["scored:leg_unsure"] * 3))
    expect("another for one of two", (layouts(lives, 7), states(site, 7)), (["leg", "stereo"], ["excluded:leg", "scored", "scored:leg_unsure"]))


def of_several(programs, sample):
    """Of several files of a call two are it where their names tell. What is left is heard by itself, said, and counts nothing; where
    nobody knows which belong together, none is joined."""
    with Site(programs, leg_wait="2s") as site:
        lives = Lives(site, site.top, sample)
        other = os.path.join(site.top, "other.wav")
        sox(sample, other, "remix", "1", "reverse")

        def put(number, ending, source, begins="in-8001"):
            part = os.path.join(site.top, "part")
            shutil.copy(source, part)
            os.rename(part, lives.path(number, ending).replace("in-8001", begins))

        site.start_server()
        site.start_daemon()
        for number in (1, 2, 3):
            for ending in LEGS:
                lives.put(number, ending)
        put(3, "-out.wav", other, OF_TRANSFER)
        put(5, "-out.wav", lives.leg["-out.wav"], OF_TRANSFER)
        put(5, "-out.wav", other, OF_QUEUE)
        lives.put(5, "-in.wav")
        for number in (1, 2):
            wait_until("call %d is joined" % number, lambda: layouts(lives, number) == ["stereo"])
            wait_until("nothing waits", lives.is_quiet)
        put(1, "-out.wav", other, OF_TRANSFER)
        put(2, "-in.wav", other, OF_TRANSFER)
        for number in (1, 2, 3):
            wait_until("the third of call %d is heard by itself" % number, lambda: layouts(lives, number) == ["leg", "stereo"])
        wait_until("none of three is joined", lambda: layouts(lives, 5) == ["leg"] * 3)
        wait_until("nothing waits", lives.is_quiet)
        for number in (1, 2, 3):
            expect("files of call %d" % number, (layouts(lives, number), states(site, number)), (["leg", "stereo"], ["excluded:leg", "scored", "scored:leg_unsure"]))
            expect("what a third file costs", [c["score"]["total"] for c in lives.calls(number) if c["recording"]["layout"] == "leg"], [100])
        expect("why legs are legs", legs_by_reason(site), {"leg_unsure": 6})
        with open(os.path.join(site.top, "daemon.log")) as log:
            expect("files of which the log says that nobody knows", log.read().count("nobody knows which of the other files of its call"), 6)
        lives.put(6, "-in.wav")
        wait_until("one alone", lambda: layouts(lives, 6) == ["leg"])
        wait_until("nothing waits", lives.is_quiet)
        expect("one that is alone too", legs_by_reason(site), {"leg_unsure": 6, "leg_alone": 1})
        sox(other, os.path.join(site.top, "short.wav"), "trim", "0", "12")
        put(6, "-out.wav", os.path.join(site.top, "short.wav"))
        wait_until("two that are not joined", lambda: legs_by_reason(site) == {"leg_unsure": 6, "leg_apart": 2})
        for number, layout in ((3, ["leg", "stereo"]), (5, ["leg"] * 3)):
            paths = [os.path.join(site.watched[0], name) for name in sorted(os.listdir(site.watched[0])) if "%02d.17" % (5000 + number) in name]
            expect("the same by hand", sorted(r["recording"]["layout"] for r in site.analyze(*paths)), layout)
            said = site.run("callqa", "analyze", "--recorder", "freepbx", *paths).stderr
            expect("files of which it is said that nobody knows", said.count("nobody knows which"), 1 if number == 3 else 3)
        a_third_that_was(site, lives, put, other)
        codings = [lives.path(4, ending, site.top)[:-4] + coding for ending in LEGS for coding in (".mp3", ".wav")]
        for path in codings:
            source = lives.leg[next(ending for ending in LEGS if ending[:-4] + "." in path)]
            subprocess.run(["ffmpeg", "-v", "error", "-i", source, path], check=True)
        found = site.analyze(*codings)
        expect("two codings of each by hand", sorted(r["recording"]["layout"] for r in found), ["leg", "leg", "stereo"])
        site.stop_daemon()


class HeardSite(Site):
    def write_server_config(self):
        super().write_server_config()
        with open(self.server_config, "a") as out:
            out.write("audio:\n  - %s\n" % self.watched[0])


def both_converted_beside(programs, sample):
    """One call while both codings of its files lie there, though each party is heard on the other's line; played from what is left."""
    with HeardSite(programs, leg_wait="2s") as site:
        lives = Lives(site, site.top, sample)
        for ending, channels in zip(LEGS, ("2,1v0.1", "1,2v0.1")):
            sox(sample, lives.leg[ending], "remix", channels)
        lead = site.run("callqa-server", "token", "add", "lead", "--role", "lead", "--config", site.server_config).stdout.strip()
        site.start_server()
        site.start_daemon()
        for ending in LEGS:
            lives.put(1, ending)
        wait_until("both are one call", lambda: [c["recording"]["layout"] for c in lives.calls(1)] == ["stereo"])
        wait_until("nothing waits", lives.is_quiet)
        total = lives.calls(1)[0]["score"]["total"]
        for ending in LEGS:
            subprocess.run(["ffmpeg", "-v", "error", "-i", lives.path(1, ending), os.path.join(site.top, ending[:-4] + ".mp3")], check=True)
        for ending in LEGS:  # both at once, so that each is read by itself
            os.rename(os.path.join(site.top, ending[:-4] + ".mp3"), lives.path(1, ending[:-4] + ".mp3"))
        wait_until("both conversions are found", lambda: site.ask_store("SELECT count(*) FROM recordings") == 4)
        wait_until("nothing waits", lives.is_quiet)
        time.sleep(3)  # a leg has waited for the other
        wait_until("nothing waits", lives.is_quiet)
        expect("calls beside their conversions", [(c["recording"]["layout"], c["score"]["total"]) for c in site.server_calls()], [("stereo", total)])
        for ending in LEGS:
            os.unlink(lives.path(1, ending))
        mp3 = [lives.path(1, ending[:-4] + ".mp3") for ending in LEGS]
        wait_until("it lies where the conversions are",
                   lambda: [leg["path"] for leg in lives.calls(1)[0]["recording"]["legs"]] == mp3)
        wait_until("nothing waits", lives.is_quiet)
        expect("calls of conversions alone", [c["recording"]["path"] for c in site.server_calls()], mp3[:1])
        request = urllib.request.Request("http://127.0.0.1:%d/api/v1/calls/%s/audio" % (site.port, "~1"),
                                         headers={"Authorization": "Bearer " + lead})
        with urllib.request.urlopen(request, timeout=20) as answer:
            expect("it can be heard", len(answer.read()) > 4000, True)
        site.stop_daemon()


def main(source, programs):
    sample = os.path.join(source, "samples", NAME + ".wav")
    desk = Desk(programs)
    with Site(programs) as site:
        expected = desk.analyze(sample)[0]
        folder = os.path.join(site.top, "named")
        os.makedirs(folder)
        cut(sample, os.path.join(folder, NAME + "-in.wav"), os.path.join(folder, NAME + "-out.flac"))
        by_names(desk, folder, expected)
        by_hand(desk, folder, expected)
        by_start_times(desk, site.top, sample, expected)
        of_freeswitch(desk, site.top, sample, expected)
        of_other_minutes(desk, site.top, sample)
        by_channels_that_are_equal(desk, site.top, sample, expected)
        by_codings_that_begin_late(desk, site.top, sample, expected)
    in_the_daemon(programs, sample, expected)
    whichever_they_are(programs, sample)
    both_converted_beside(programs, sample)
    lives_of_joined_calls(programs, sample, expected)
    brought_together(programs, sample, expected)
    of_several(programs, sample)
    held_and_erased(programs, sample, expected)
    print("legs: ok")


main(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]))
