#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""In how many simulated calls the deduction is right, and which way the others err: deductions.py FOLDER...

Each FOLDER holds recordings, and beside each its truth as NAME.json or NAME.truth.json. Fixed rules, whatever rubric is
in force: silences of 8 s (2 points each, 10 at most), overtalk of 1.5 s (the same; none on a mix), holds of 45 s (3 each,
9 at most) and holds of 120 s in all (5). Only what lies inside the conversation costs, and only what the result says that it
can measure; an event within 3 % (overtalk: 15 %) of a limit may count either way. `sure` are the events that callqa reports
with a confidence of 0.9 or more, and how many of them are right; `charged` those of them that cost as a silence or as a hold,
and `upheld` how many of these the truth has too. Tables are Markdown; only python3 is needed.
"""
import argparse
import pathlib
import sys

from accuracy import SHORTEST_S, judged, length, results, share, span, table, truths

NEAR, NEAR_OVERTALK = 0.03, 0.15
NOT_CHARGED = ("not_recorded", "parked")
SURE = 0.9


def covered(event, spans):
    """The largest share of the event that one of the spans covers."""
    start, end = span(event)
    return max((max(0.0, min(end, b) - max(start, a)) / max(1e-6, end - start) for a, b in spans), default=0.0)


def inside(events, talk):
    """Those that may cost: over half in the conversation, or a hold that begins in it."""
    if talk is None:
        return []
    return [e for e in events if covered(e, [talk]) > 0.5 or e["type"] == "hold" and talk[0] <= e["start"] <= talk[1]]


def chargeable(truth, result):
    """What the result does not exempt by itself."""
    spans, parked = {}, [span(e) for e in truth["events"] if e["type"] == "parked"]
    for s in result["measurable"].get("spans", []):
        spans.setdefault(s["what"], []).append((s["start_ms"] / 1000, s["end_ms"] / 1000))
    events = [e for e in result["events"] if covered(e, spans.get(e["type"], [])) <= 0.5 and
              not (e["type"] == "hold" and covered(e, parked) > 0.5)]
    talk = result.get("conversation_ms", (0, truth["duration"] * 1000))
    return inside(events, talk and [t / 1000 for t in talk])


def points(events, truth, nearer=0):
    """`nearer`: -1 where what is just under a limit counts, +1 where what is just over it does not."""
    reach = lambda limit, near=NEAR: limit * (1 + nearer * near)
    of = lambda kind: [e for e in events if e["type"] == kind]
    silences = [e for e in of("silence") if e.get("cause") not in NOT_CHARGED and e["end"] < truth["duration"] - 0.5]
    total = min(10, 2 * sum(length(e) >= reach(8) for e in silences))
    if truth["conditions"]["layout"] != "mono":
        total += min(10, 2 * sum(length(e) >= reach(1.5, NEAR_OVERTALK) for e in of("overtalk")))
    holds = [e for e in of("hold") if e.get("phase") != "queue"]
    return total + min(9, 3 * sum(length(e) >= reach(45) for e in holds)) + 5 * (sum(map(length, holds)) >= reach(120))


def accepted(truth):
    """The least and the most points that the truth bears. On a mix the conversation's bounds are nobody's to know."""
    bases = [inside(truth["events"], truth.get("conversation", (0, truth["duration"])))]
    bases += [truth["events"]] if truth["conditions"]["layout"] == "mono" else []
    values = [points(events, truth, nearer) for events in bases for nearer in (-1, 0, 1)]
    return min(values), max(values)


def sure_events(truth, result):
    """(right, of) the events with much confidence, where the truth says that they can be told."""
    hidden = truth.get("unmeasured", []) + [span(e) for e in truth["events"] if e["type"] in NOT_CHARGED]
    told = [e for e in result["events"] if covered(e, hidden) <= 0.5 and e.get("cause") not in NOT_CHARGED]
    right = of = 0
    for kind in SHORTEST_S:
        pairs, _, extra = judged(kind, *([e for e in events if e["type"] == kind] for events in (truth["events"], told)))
        found = [r for _, r in pairs]
        right += sum(e["confidence"] >= SURE for e in found)
        of += sum(e["confidence"] >= SURE for e in found + extra)
    return right, of


def charged_events(truth, result):
    """(upheld, of) the silences and holds that cost, with much confidence."""
    least = {"silence": 8, "hold": 45}
    costs = [e for e in chargeable(truth, result) if length(e) >= least.get(e["type"], float("inf")) and
             e["confidence"] >= SURE and e.get("phase") != "queue" and e.get("cause") not in NOT_CHARGED and
             not (e["type"] == "silence" and e["end"] >= truth["duration"] - 0.5)]
    true = [t for t in truth["events"] if length(t) >= least.get(t["type"], float("inf")) * (1 - NEAR)]
    return sum(any(t["type"] == e["type"] and covered(t, [span(e)]) > 0.5 for t in true) for e in costs), len(costs)


def judge(args, folder):
    """A row for each layout of a folder."""
    true, rows = truths(folder), {}
    found = results(args.program, folder, true)
    for name, truth in true.items():
        result = found.get(name, dict(events=[], channels=[], measurable={}))
        row = rows.setdefault(truth["conditions"]["layout"], dict(calls=0, right=0, much=0, little=0, sure=[0, 0], cost=[0, 0]))
        low, high = accepted(truth)
        taken = points(chargeable(truth, result), truth)
        way = "much" if taken > high else "little" if taken < low else "right"
        row["calls"] += 1
        row[way] += 1
        row["sure"] = [a + b for a, b in zip(row["sure"], sure_events(truth, result))]
        row["cost"] = [a + b for a, b in zip(row["cost"], charged_events(truth, result))]
        if args.list and way != "right":
            print(f"{folder.name}/{name}: {taken} points, too {way}: {low} to {high}", file=sys.stderr)
    return [[f"{folder.name}, {layout}", row["calls"], share(row["right"], row["calls"]), row["much"], row["little"],
             share(*row["sure"]), row["sure"][1], *reversed(row["cost"])] for layout, row in sorted(rows.items(), reverse=True)]


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("folders", type=pathlib.Path, nargs="+", metavar="FOLDER")
    ap.add_argument("--program", default="build/bin/callqa")
    ap.add_argument("--list", action="store_true", help="name the calls whose deduction is wrong")
    args = ap.parse_args()
    rows = [row for folder in args.folders for row in judge(args, folder)]
    if not rows:
        sys.exit("no truth beside any recording")
    table(["condition", "calls", "right", "too much", "too little", "sure", "of", "charged", "upheld"], rows)


if __name__ == "__main__":
    main()
