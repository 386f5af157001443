#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""New rules on old results, end to end: again.py SOURCE PROGRAMS

Results as they were made before verdicts had a ground lie in the recorder's store and on the server. The upgrade moves
nothing: neither sweep nor daemon, nor a file that is touched. A dry run says what is out of date and why, a comparison
(killed in the middle, and gone on with) what would change, a preview shows it to the lead. Accepted, the points come back
in the open month with their reasons; the closed month and a flag that a person confirmed stay as they are.
"""
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from appraisal import Floor, Person, expect
from bench import Voices, fail, wait_until, write_turns
from older import SCORES, STORE, age

OPEN, CLOSED = 14, 3  # calls of November and October
CONFIRMED = 4  # number of the call whose flag a person confirms
STAYS = 5  # its pause lies inside the conversation: it costs as before
POINTS = 3  # of a pause of 16 s and more (the rubric of appraisal.py)


def name_of(number):
    month = "10" if number >= OPEN else "11"
    return "in-800%d-1380013%04d-2025%s20-1000%02d-1763600%03d.%d.wav" % (1 + number % 2, number, month, number, number, number)


def make_call(site, number, voices):
    """The agent speaks, the customer, nobody for 20 s, the agent; only of STAYS the customer once more."""
    chance = random.Random(100 + number)
    turns = [(0, voices.pick(chance)), (1, voices.pick(chance)), (None, 20), (0, voices.pick(chance))]
    if number == STAYS:
        turns.append((1, voices.pick(chance)))
    write_turns(os.path.join(site.watched[0], name_of(number)), turns, chance)


def aged(text):
    """A result as the analyzer of before would have made it: what is a note for want of ground costs its points."""
    result = json.loads(text)
    del result["conversation_ms"], result["analyzer"]["rules"]
    result["measurable"].pop("spans", None)
    for deduction in result["score"]["deductions"]:
        if deduction.pop("ground", None) is not None:
            deduction.update(points=POINTS, severity="minor")
            result["score"]["total"] -= POINTS
    return json.dumps(result, ensure_ascii=False).encode()


def age_store(site):
    """Whatever lies in the recorder's store, and is still to be sent, is of before."""
    store = sqlite3.connect(os.path.join(site.state, "callqa.db"))
    with store:
        for number, text in store.execute("SELECT recording_id, json FROM results").fetchall():
            store.execute("UPDATE results SET json = ?, analyzer = replace(analyzer, ' rules2', '') WHERE recording_id = ?",
                          (aged(text), number))
            store.execute("UPDATE deliveries SET body = ?, key = replace(key, ' rules2', ''), next_ms = 0"
                          " WHERE recording_id = ?", (aged(text), number))
    store.close()
    age(os.path.join(site.state, "callqa.db"), STORE, 1)


def age_server(site):
    """Its store is one of before, too."""
    age(os.path.join(site.top, "scores.db"), SCORES, 8)


def sweep(site, *options, code=0):
    done = site.run("callqa", "sweep", "--config", site.config, *options, codes=(code,))
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    return lines, done.stderr


def summary(site, *options, code=0, **expected):
    lines, _ = sweep(site, *options, code=code)
    for name, count in expected.items():
        if "%s %d" % (name.replace("_", " "), count) not in lines:
            fail("no line \"%s %d\" in:\n%s" % (name, count, "\n".join(lines)))
    return lines


def totals(site):
    return {int(call["call"]["id"].split(".")[1]): call["score"]["total"] for call in site.server_calls()}


def expect_old(site, what):
    """Store and server hold what they held before."""
    old = {number: 100 - POINTS for number in range(OPEN + CLOSED)}
    expect("the server's totals " + what, totals(site), old)
    expect("old results in the store " + what,
           site.ask_store("SELECT count(*) FROM results WHERE analyzer NOT LIKE '%rules%'"), OPEN + CLOSED)


def kept_apart_so_far(site):
    """Read without a lock, as the process that may hold it stands still; what it has not committed yet does not count."""
    path = os.path.join(site.state, "callqa.db")
    if os.path.exists(path + "-journal") and os.path.getsize(path + "-journal") > 0:
        return 0
    store = sqlite3.connect("file:%s?mode=ro&immutable=1" % path, uri=True)
    try:
        return store.execute("SELECT count(*) FROM previews").fetchone()[0]
    finally:
        store.close()


def kill_in_the_middle(site, *options):
    """SIGKILL once some are kept apart and some are not. It runs 5 ms at a time and stands still while it is looked at,
    so that no machine is too fast for it, or too busy to look."""
    process = subprocess.Popen([os.path.join(site.bin, "callqa"), "sweep", "--config", site.config, *options],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and kept_apart_so_far(site) < 3:
        process.send_signal(signal.SIGCONT)
        time.sleep(0.005)
        process.send_signal(signal.SIGSTOP)
    process.kill()
    process.wait()
    done = site.ask_store("SELECT count(*) FROM previews")
    if not 3 <= done < OPEN + CLOSED:
        fail("%d were kept apart when it was killed" % done)
    return done


def upgrade_moves_nothing(site):
    summary(site, analysed=0, posted=0)
    expect("when calls of before began: in 2025, as their results say",
           site.ask_store("SELECT count(*) FROM recordings WHERE begun_ms BETWEEN 1735660800000 AND 1767196800000"), OPEN + CLOSED)
    os.utime(os.path.join(site.watched[0], name_of(0)), (1764000000, 1764000000))
    site.start_daemon()
    wait_until("the touched file was read again",
               lambda: site.ask_store("SELECT count(*) FROM results WHERE mtime_ns = 1764000000000000000"))
    site.stop_daemon()
    expect_old(site, "after the upgrade")


def dry_run_says_why(site):
    lines, said = sweep(site, "--redo", "--dry-run")
    expect("lines of the dry run", sorted(lines),
           sorted("%s again rules" % os.path.join(site.watched[0], name_of(n)) for n in range(OPEN + CLOSED)))
    if "because of: rules %d" % (OPEN + CLOSED) not in said:
        fail("the dry run said: " + said)
    lines, _ = sweep(site, "--redo", "--dry-run", "--until", "2020-01-01")
    expect("what is older than all", lines, [])
    expect_old(site, "after the dry run")


def compare(site):
    path = os.path.join(site.top, "compare.jsonl")
    done = kill_in_the_middle(site, "--redo", "--compare", path)
    expect_old(site, "after the kill")
    summary(site, "--redo", "--compare", path, analysed=OPEN + CLOSED - done, pending=0)
    expect_old(site, "after the comparison")
    with open(path) as file:
        lines = [json.loads(line) for line in file]
    expect("calls compared", len(lines), OPEN + CLOSED)
    changed = [line for line in lines if line["changes"]]
    expect("calls that change", len(changed), OPEN + CLOSED - 1)
    for line in changed:
        change = line["changes"][0]
        expect("a change", (line["before"]["total"], line["after"]["total"], change["change"], change["points_before"],
                            change["points_after"], change["ground"]), (97, 100, "noted", 3, 0, "after_conversation"))
    text, _ = sweep(site, "--redo", "--compare", "-", "--language", "zh")
    expect("sums of agent 8001", [line for line in text if line.startswith("8001 ")], ["8001 9 9 +27 -0"])
    expect("sums of agent 8002", [line for line in text if line.startswith("8002 ")], ["8002 8 7 +21 -0"])
    if "  dead-air" in "".join(text) or not any(line.endswith("一方说完最后一句话之后") for line in text):
        fail("no reason in Chinese:\n" + "\n".join(text))
    expect("what is owed", site.ask_store("SELECT count(*) FROM deliveries WHERE state <> 'acked'"), 0)


def flag_of(lead, number):
    return next(flag["flag"] for flag in lead.ask("/api/v1/flags?state=any&limit=100")["flags"]
                if flag["call"]["id"].endswith(".%d" % number))


def preview(site, lead):
    lead.tell("/api/v1/flags/%d/decision" % flag_of(lead, CONFIRMED), {"state": "confirmed"})
    summary(site, "--redo", "--preview", analysed=0, posted=OPEN + CLOSED, refused=0, unsent=0)
    summary(site, "--redo", "--preview", analysed=0, posted=0)
    expect_old(site, "with previews")
    shown = lead.ask("/api/v1/previews")
    groups = {(group["month"], group["closed"], group["person"]): group for group in shown["groups"]}
    expect("groups", sorted(groups), [("2025-10", True, "8001"), ("2025-10", True, "8002"), ("2025-11", False, "8001"),
                                      ("2025-11", False, "8002")])
    expect("what zhang would gain", groups["2025-11", False, "8001"]["gained"], 21)
    expect("for a person", groups["2025-11", False, "8001"]["for_a_person"], 1)
    expect("what li would gain", groups["2025-11", False, "8002"]["gained"], 18)
    first = shown["most_changed"][0]
    expect("what a person must look at comes first", first["id"].split(".")[1], str(CONFIRMED))
    expect("its reason", first["changes"][0]["reason"]["zh"], "一方说完最后一句话之后")


def accept(site, lead):
    said = lead.tell("/api/v1/previews/accept", {"from": "2025-10-01", "to": "2025-11-30"})
    expect("accepted", said, {"accepted": OPEN - 1, "unchanged": 0, "closed": CLOSED, "for_a_person": 1})
    expected = {number: 97 if number >= OPEN or number in (CONFIRMED, STAYS) else 100 for number in range(OPEN + CLOSED)}
    expect("totals after acceptance", totals(site), expected)
    changes = lead.ask("/api/v1/score-changes?person=8001&from=2025-11-01&to=2025-11-30")["changes"]
    expect("changes of the open month", len(changes), OPEN // 2 - 1)
    expect("the reason", changes[0]["reason"]["en"], "after one party had said its last word")
    expect("changes of the closed month", lead.ask("/api/v1/score-changes?to=2025-10-31")["changes"], [])
    return expected


def again_counts_no_more(site, lead, expected):
    """What the recorder sends in the end is what the server has, or is kept back."""
    summary(site, "--redo", analysed=OPEN + CLOSED, posted=OPEN + CLOSED, refused=0, unsent=0)
    expect("totals after --redo", totals(site), expected)
    lines, _ = sweep(site, "--redo", "--dry-run")
    expect("what is still out of date", lines, [])
    waiting = lead.ask("/api/v1/previews")["most_changed"]
    expect("what waits", sorted((one["kept"], one["closed"]) for one in waiting),
           [("closed", True)] * CLOSED + [("decided", False)])
    number = next(one["number"] for one in waiting if one["for_a_person"])
    lead.tell("/api/v1/previews/accept", {"calls": [number]})
    expect("the call that a person looked at", totals(site)[CONFIRMED], 100)


def main(programs):
    voices = Voices()
    with Floor(programs, workers=1) as site:
        site.start_server()  # for its port
        site.stop_server()
        for number in range(OPEN + CLOSED):
            make_call(site, number, voices)
        summary(site, code=5, analysed=OPEN + CLOSED, unsent=OPEN + CLOSED)
        age_store(site)
        age_server(site)
        site.start_server()
        summary(site, analysed=0, posted=OPEN + CLOSED)
        site.add_user("lea", "lead")
        lead = Person(site, "lea")
        lead.tell("/api/v1/periods", {"from": "2025-10-01", "to": "2025-10-31", "ignore_open": True, "note": "as paid"})

        upgrade_moves_nothing(site)
        dry_run_says_why(site)
        compare(site)
        preview(site, lead)
        expected = accept(site, lead)
        again_counts_no_more(site, lead, expected)
        site.run("callqa", "sweep", "--config", site.config, "--preview", codes=(2,))
        site.run("callqa", "sweep", "--config", site.config, "--redo", "--preview", "--compare", "x", codes=(2,))


if __name__ == "__main__":
    main(sys.argv[2])
