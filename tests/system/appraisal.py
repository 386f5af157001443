#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""From recordings to pay, end to end: appraisal.py SOURCE PROGRAMS

The daemon analyses six calls, flags are decided over the API, a month is imported, and two schemes are computed: one
flag that is overturned changes exactly the numbers that stand on it. They are the numbers that `callqa appraise` gives
for the exported results. The month is closed, and keeps them.

zhang's five calls score 96 (a pause of 1 point, one of 3), and four times 94 (one of 6): 472 ÷ 5 = 94.4. Without the
1 point it is 473 ÷ 5 = 94.6. agent-2013 rounds to 94 and 95: 24 and 27 of 30. hundred-points takes 30 %: 28.32 and 28.38.
"""
import json
import os
import random
import sys
import urllib.error
import urllib.parse
import urllib.request
from decimal import Decimal

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from bench import Site, Voices, fail, wait_until, write_turns

RUBRIC = """name: pauses
version: "1"
title: {en: Pauses, zh: 冷场}
base: 100
floor: 0
rules:
  - id: dead-air
    title: {en: Dead air, zh: 冷场}
    text: {en: "Nobody spoke for {seconds} s", zh: "静默{seconds}秒"}
    severity: minor
    on: silence
    where: {cause: [unexplained, agent_muted], min_confidence: 0}
    points:
      steps:
        - {from: 8s, points: 1}
        - {from: 16s, points: 3}
        - {from: 24s, points: 6}
"""
ROSTER = """person,extension,team,post,from,to
zhang,8001,east,前台坐席,,
li,8002,east,前台坐席,,
"""
PAUSES = {"8001": [(10, 20), (28,), (28,), (28,), (28,)], "8002": [()]}
MONTHS = {
    "agent-2013": "agent,calls_handled,wrong_orders\nzhang,2300,4\nli,2000,3\n",
    "hundred-points": "agent,performance,business,attendance,reporting_timeliness,discipline,supervisor_score,"
                      "logged_in_s\n"
                      "zhang,90,88,100,95,92,91,7200\nli,80,88,100,95,92,91,7200\n",
}


def make_call(path, seed, pauses, voices):
    """Agent, customer, after each pause the agent again, and the customer."""
    chance = random.Random(seed)
    turns = [(0, voices.pick(chance)), (1, voices.pick(chance))]
    for pause_s in pauses:
        turns += [(None, pause_s), (0, voices.pick(chance))]
    turns.append((1, voices.pick(chance)))  # else the pauses would lie behind the customer's last word
    write_turns(path, turns, chance)


class Floor(Site):
    """A site whose server lets people log in over plain HTTP, and whose daemon scores by our rubric."""

    def write_server_config(self):
        super().write_server_config()
        with open(self.server_config, "a") as out:
            out.write("session: {plain_cookie: true}\n")

    def write_daemon_config(self):
        super().write_daemon_config()
        rubric = os.path.join(self.top, "pauses.yaml")
        with open(rubric, "w") as out:
            out.write(RUBRIC)
        with open(self.config) as file:
            text = file.read()
        with open(self.config, "w") as out:
            out.write(text.replace("rubric: standard", "rubric: " + rubric))

    def add_user(self, name, role, *more):
        password = os.path.join(self.top, "password")
        with open(password, "w", opener=lambda p, f: os.open(p, f, 0o600)) as out:
            out.write("correct horse\n")
        self.run("callqa-server", "user", "add", name, "--role", role, "--password-file", password, "--config",
                 self.server_config, *more)


class Person:
    """Someone who has logged in."""

    def __init__(self, site, name):
        self.base = "http://127.0.0.1:%d" % site.port
        self.headers = {}
        body, answer = self.send("POST", "/api/v1/session", {"name": name, "password": "correct horse"})
        self.headers = {"Cookie": answer.headers["Set-Cookie"].split(";")[0], "X-CSRF-Token": body["csrf"]}

    def send(self, method, path, body=None, kind="application/json"):
        data = json.dumps(body).encode() if isinstance(body, dict) else body.encode() if body else None
        request = urllib.request.Request(self.base + path, data, {**self.headers, "Content-Type": kind}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                text = answer.read().decode()
                is_json = answer.headers["Content-Type"].startswith("application/json")
                return (json.loads(text, parse_float=Decimal) if is_json else text), answer
        except urllib.error.HTTPError as error:
            fail("%s %s: %d %s" % (method, path, error.code, error.read().decode()))

    def ask(self, path):
        return self.send("GET", path)[0]

    def tell(self, path, body, kind="application/json"):
        return self.send("POST", path, body, kind)[0]


def expect(what, is_value, should_be):
    if is_value != should_be:
        fail("%s is %s, not %s" % (what, is_value, should_be))


def open_month(hr, scheme):
    number = hr.tell("/api/v1/appraisals", {"scheme": scheme, "period": "2025-11"})["appraisal"]
    path = "/api/v1/appraisals/%d" % number
    outcome = hr.tell(path + "/imports?file=" + scheme + ".csv", MONTHS[scheme], "text/csv")
    expect(scheme + ": errors of the import", outcome["errors"], [])
    return path


def sheets_of(hr, path):
    return {sheet["agent"]: sheet for sheet in hr.ask(path + "/results")["sheets"]}


def changed(before, after, where=""):
    """The places at which two answers differ."""
    if isinstance(before, dict) and isinstance(after, dict) and before.keys() == after.keys():
        return [place for key in before for place in changed(before[key], after[key], where + "." + key)]
    return [] if before == after else [where]


def by_hand(site, hr, scheme):
    """What `callqa appraise` makes of the exported results: the sheets, by agent."""
    files = {"month.csv": MONTHS[scheme], "roster.csv": ROSTER, "calls.jsonl": hr.ask("/api/v1/export/calls.jsonl")}
    paths = {}
    for name, text in files.items():
        paths[name] = os.path.join(site.top, name)
        with open(paths[name], "w") as out:
            out.write(text)
    done = site.run("callqa", "appraise", "--scheme", scheme, "--indicators", paths["month.csv"], "--results",
                    paths["calls.jsonl"], "--roster", paths["roster.csv"], "--period", "2025-11", "--format", "jsonl")
    sheets = [json.loads(line, parse_float=Decimal) for line in done.stdout.splitlines()]
    return {sheet["agent"]: sheet for sheet in sheets}


def without_places(value):
    """Where a number came from is a file there and a row of the store here; the numbers are the same."""
    if isinstance(value, dict):
        return {key: without_places(inner) for key, inner in value.items() if key not in ("at", "number", "import")}
    return [without_places(inner) for inner in value] if isinstance(value, list) else value


def compare(site, hr, scheme, path):
    sheets = by_hand(site, hr, scheme)
    expect(scheme + ": agents", sorted(sheets), ["li", "zhang"])
    for agent, sheet in sheets.items():
        served = hr.ask(path + "/sheets/" + urllib.parse.quote(agent))["sheet"]
        for beside in ("hashes", "signed"):
            del served[beside]
        expect("%s: %s's sheet" % (scheme, agent), without_places(served), without_places(sheet))


def decide_all(lead, keep):
    """Confirms every flag but one of 1 point, whose number comes back."""
    flags = lead.ask("/api/v1/flags?limit=100")["flags"]
    expect("points of the flags", sorted(flag["points"] for flag in flags), [1, 3, 6, 6, 6, 6])
    for flag in flags:
        if flag["points"] != keep:
            lead.tell("/api/v1/flags/%d/decision" % flag["flag"], {"state": "confirmed"})
    return next(flag["flag"] for flag in flags if flag["points"] == keep)


def sign_and_close(site, hr, path):
    hr.tell(path + "/stage", {"stage": "interview", "place": "room 2"})
    hr.tell(path + "/stage", {"stage": "objections", "place": "room 2"})
    lead = Person(site, "lea")
    for agent in ("zhang", "li"):
        Person(site, agent).tell(path + "/sheets/%s/signatures" % agent, {"as": "appraised"})
        lead.tell(path + "/sheets/%s/signatures" % agent, {"as": "supervisor"})
        hr.tell(path + "/sheets/%s/signatures" % agent, {"as": "hr"})
    expect("ready", hr.ask(path + "/readiness")["ready"], True)
    hr.tell(path + "/close", {"place": "room 2"})


def as_kept(hr, path):
    """What a closed round tells of the numbers, as it comes from the server: the table for the wages, each sheet."""
    places = ["/results.csv", *("/sheets/" + agent for agent in ("zhang", "li"))]
    texts = {}
    for place in places:
        request = urllib.request.Request(hr.base + path + place, headers=hr.headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            texts[place] = answer.read()
    return texts


def post_with(site, call, number, **facts):
    """A further result of a call, in which somebody has learned of it what `facts` says."""
    line = {"key": "late-%d" % number, "result": {**call, "call": {**call["call"], **facts}}}
    for stranger in ("decided_total", "undecided"):
        line["result"]["score"].pop(stranger, None)
    for deduction in line["result"]["score"]["deductions"]:
        deduction.pop("decision", None)
    line["result"]["generation"] = {**call["generation"], "number": call["generation"]["number"] + 1}
    request = urllib.request.Request("http://127.0.0.1:%d/api/v1/results" % site.port, json.dumps(line).encode(),
                                     {"Authorization": "Bearer " + site.token, "Content-Type": "application/x-ndjson"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        expect("the late facts are taken", [one["status"] for one in json.load(answer)], [200])


def come_late(site, hr, lead, path, voices):
    """A recording that is replaced, facts, a decision, another rubric: the round was closed before, and stays as it was."""
    kept = as_kept(hr, path)
    first, second = [call for call in site.server_calls() if call["call"]["agent"] == "8001"][:2]
    make_call(first["recording"]["path"], 99, (12,), voices)
    site.start_daemon()

    def total(call):
        return lead.ask("/api/v1/calls/" + call["call"]["id"])["score"]["total"]
    wait_until("the page shows the late result", lambda: total(first) == 99)
    site.stop_daemon()
    expect("the closed round after a late result", as_kept(hr, path), kept)
    post_with(site, second, 1, agent="8002")
    expect("the agent on the page", lead.ask("/api/v1/calls/" + second["call"]["id"])["call"]["agent"], "8002")
    expect("the closed round after late facts", as_kept(hr, path), kept)
    flag = lead.ask("/api/v1/flags?state=confirmed&limit=100")["flags"][0]
    lead.tell("/api/v1/flags/%d/decision" % flag["flag"], {"state": "overturned", "reason": "heard again"})
    expect("the closed round after a decision", as_kept(hr, path), kept)
    head = Person(site, "max")
    wish = {"rubric": RUBRIC.replace('"1"', '"2"').replace("points: 1}", "points: 2}"), "from": "2025-11-01", "to": "2025-11-30"}
    asked = head.tell("/api/v1/rescore", wish)
    if "asked" in asked:
        Person(site, "eva").tell("/api/v1/asked/%d/confirm" % asked["asked"], {})
    expect("the page after another rubric", total(first), 98)
    expect("the closed round after another rubric", as_kept(hr, path), kept)


def main(programs):
    voices = Voices()
    with Floor(programs) as site:
        site.add_user("hana", "hr")
        site.add_user("lea", "lead", "--team", "east")
        site.add_user("max", "lead")
        site.add_user("eva", "lead")
        site.add_user("zhang", "agent")
        site.add_user("li", "agent")
        site.start_server()
        hr = Person(site, "hana")
        hr.send("PUT", "/api/v1/roster", ROSTER, "text/csv")
        number = 0
        for extension, calls in PAUSES.items():
            for pauses in calls:
                name = "in-%s-1380013%04d-20251120-1015%02d-17636%05d.%d.wav" % (extension, number, number, number, number)
                make_call(os.path.join(site.watched[0], name), number, pauses, voices)
                number += 1
        site.start_daemon()
        wait_until("all calls are on the server", lambda: len(site.server_calls()) == number, 120)
        site.stop_daemon()

        first, second = open_month(hr, "agent-2013"), open_month(hr, "hundred-points")
        lead = Person(site, "lea")
        flag = decide_all(lead, 1)
        before = {path: sheets_of(hr, path) for path in (first, second)}
        expect("undecided flags", before[first]["zhang"]["undecided_flags"], 1)
        expect("agent-2013", before[first]["zhang"]["items"]["recording_qa"], Decimal("24.00"))
        expect("agent-2013", before[first]["zhang"]["total"], Decimal("1202.00"))
        for path, scheme in ((first, "agent-2013"), (second, "hundred-points")):
            compare(site, hr, scheme, path)

        lead.tell("/api/v1/flags/%d/decision" % flag, {"state": "overturned", "reason": "the caller looked for a number"})
        after = {path: sheets_of(hr, path) for path in (first, second)}
        expect("agent-2013: changed", sorted(changed(before[first], after[first])),
               [".zhang.items.recording_qa", ".zhang.measured.recording_qa.interval_high",
                ".zhang.measured.recording_qa.interval_low", ".zhang.total", ".zhang.undecided_flags"])
        expect("agent-2013", after[first]["zhang"]["total"] - before[first]["zhang"]["total"], Decimal("3.00"))
        expect("agent-2013", after[first]["zhang"]["items"]["recording_qa"], Decimal("27.00"))
        gain = after[second]["zhang"]["items"]["quality"] - before[second]["zhang"]["items"]["quality"]
        expect("hundred-points: 30 % of 0.2", gain, Decimal("0.06"))
        for place in changed(before[second], after[second]):
            if place not in (".zhang.items.quality", ".zhang.items.total", ".zhang.total", ".zhang.total_exact",
                             ".zhang.measured.quality.interval_low", ".zhang.measured.quality.interval_high",
                             ".zhang.undecided_flags"):
                fail("hundred-points: %s changed" % place)
        for path, scheme in ((first, "agent-2013"), (second, "hundred-points")):
            compare(site, hr, scheme, path)

        sign_and_close(site, hr, first)
        lead.tell("/api/v1/flags/%d/decision" % flag, {"state": "confirmed"})
        expect("the closed month", sheets_of(hr, first)["zhang"]["total"], Decimal("1205.00"))
        come_late(site, hr, lead, first, voices)
        print("agent-2013 %s to %s, hundred-points %s to %s; closed and kept" %
              (before[first]["zhang"]["total"], after[first]["zhang"]["total"], before[second]["zhang"]["total"],
               after[second]["zhang"]["total"]))


if __name__ == "__main__":
    main(sys.argv[2])
