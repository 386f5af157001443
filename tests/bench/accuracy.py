#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures callqa on simulated calls: accuracy.py FOLDER --program build/bin/callqa

FOLDER holds what models/acoustic/train/simulate.py rendered: recordings, and beside each its truth as NAME.json or
NAME.truth.json. docs/accuracy.md says what the figures mean. Tables are printed as Markdown; only python3 is needed.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys

OPTIONAL_S = 0.25        # an event this close to the shortest one judged may be reported or not
COLLAR = 10              # frames of 10 ms around true edges that are not judged
SHORTEST_S = {"silence": 3.0, "hold": 5.0, "overtalk": 0.5, "ringback": 0.3, "dtmf": 0.05}
OVERLAP = {"silence": 0.7, "hold": 0.8, "overtalk": 0.5, "ringback": 0.5, "dtmf": 0.5}    # least, of the union
CONFIDENCES = (0.0, 0.5, 0.7, 0.9)                                                        # where the bins begin


# ---- spans as sets of 10 ms frames: bit i of an integer is frame i

def frames(spans, count, widen=0):
    mask = 0
    for start, end in spans:
        first = min(max(0, round(start * 100) - widen), count)
        last = min(max(first, round(end * 100) + widen), count)
        mask |= (1 << last) - (1 << first)
    return mask


def edges(spans, count):
    return frames([(edge, edge) for span in spans for edge in span], count, COLLAR)


def widened(mask, count):
    for _ in range(COLLAR):
        mask |= mask << 1 | mask >> 1
    return mask & ((1 << count) - 1)


# ---- matching

def length(event):
    return event["end"] - event["start"]


def span(event):
    return event["start"], event["end"]


def overlap(a, b):
    both = min(a["end"], b["end"]) - max(a["start"], b["start"])
    return max(0.0, both) / max(1e-6, max(a["end"], b["end"]) - min(a["start"], b["start"]))


def matched(kind, true, reported):
    """One-to-one, best overlap first: (pairs, events missed, events too many)."""
    ranked = sorted(((overlap(t, r), i, j) for i, t in enumerate(true) for j, r in enumerate(reported)), reverse=True)
    true_left, reported_left, pairs = dict(enumerate(true)), dict(enumerate(reported)), []
    for share, i, j in ranked:
        if share >= OVERLAP[kind] and i in true_left and j in reported_left:
            pairs.append((true_left.pop(i), reported_left.pop(j)))
    return pairs, list(true_left.values()), list(reported_left.values())


def judged(kind, true, reported):
    """The same without what is too short to judge."""
    shortest = SHORTEST_S[kind]
    pairs, missed, extra = matched(kind, true, [r for r in reported if length(r) >= shortest - OPTIONAL_S])
    pairs = [p for p in pairs if max(map(length, p)) >= shortest - 1e-6]
    sure = lambda events: [e for e in events if length(e) >= shortest + OPTIONAL_S]
    return pairs, sure(missed), sure(extra)


def share(right, of):
    return right / of if of else None


def f1(hit, wrong):
    return share(2 * hit, 2 * hit + wrong)


# ---- counting

class Counts:
    """What a group of calls adds up to."""

    def __init__(self):
        self.calls, self.seconds, self.speech_s = 0, 0.0, 0.0
        self.speech = [0, 0]                                   # frames right, frames wrong
        self.events = {kind: dict(hit=0, missed=0, extra=0, onsets=[], offsets=[]) for kind in SHORTEST_S}
        self.named = {"hold kind": [0, 0], "overtalk kind": [0, 0], "overtalk by": [0, 0]}    # right, of
        self.sure = {kind: [[0, 0] for _ in CONFIDENCES] for kind in SHORTEST_S}              # right, of
        self.false_s = {"hold": 0.0, "overtalk": 0.0}

    def add(self, truth, result):
        """Adds a call; returns its wrong events, where callqa claims to measure them, as (what, event)."""
        mono, count = truth["conditions"]["layout"] == "mono", int(truth["duration"] * 100)
        self.calls += 1
        self.seconds += truth["duration"]
        self.add_speech(truth["speech"], result, mono, count)
        self.add_false(truth, result, count)
        wrong = []
        for kind in SHORTEST_S:
            true = [e for e in truth["events"] if e["type"] == kind]
            reported = [e for e in result["events"] if e["type"] == kind]
            pairs, missed, extra = judged(kind, true, reported)
            self.add_events(kind, pairs, missed, extra)
            self.add_names(kind, pairs, mono)
            if result["measurable"].get(kind) != "not_measurable":
                wrong += [("missed", e) for e in missed] + [("reported", e) for e in extra]
        return wrong

    def add_speech(self, true, result, mono, count):
        heard = {c["role"]: c["speech"] for c in result["channels"]}
        roles = {"mixed": [s for spans in true.values() for s in spans]} if mono else true
        for role, spans in roles.items():
            t, h, judge = frames(spans, count), frames(heard.get(role, []), count), ~edges(spans, count)
            self.speech[0] += (t & h & judge).bit_count()
            self.speech[1] += ((t ^ h) & judge).bit_count()
            self.speech_s += t.bit_count() / 100

    def add_false(self, truth, result, count):
        """Time reported as hold, or as overtalk, that is none, the edges' collar aside."""
        holds = frames([span(e) for e in truth["events"] if e["type"] == "hold"], count)
        both = frames(truth["speech"]["agent"], count) & frames(truth["speech"]["customer"], count)
        for kind, real in (("hold", holds), ("overtalk", both & ~holds)):
            reported = frames([span(e) for e in result["events"] if e["type"] == kind], count)
            self.false_s[kind] += (reported & ~widened(real, count)).bit_count() / 100

    def add_events(self, kind, pairs, missed, extra):
        counts = self.events[kind]
        counts["hit"] += len(pairs)
        counts["missed"] += len(missed)
        counts["extra"] += len(extra)
        counts["onsets"] += [abs(t["start"] - r["start"]) for t, r in pairs]
        counts["offsets"] += [abs(t["end"] - r["end"]) for t, r in pairs]
        for event, right in [(r, 1) for _, r in pairs] + [(r, 0) for r in extra]:
            bin_ = sum(event["confidence"] >= least for least in CONFIDENCES) - 1
            self.sure[kind][bin_][0] += right
            self.sure[kind][bin_][1] += 1

    def add_names(self, kind, pairs, mono):
        """Kinds, and who broke in; a mono mix has neither for overtalk."""
        for t, r in pairs:
            if kind == "hold" or kind == "overtalk" and not mono:
                self.count_name(f"{kind} kind", t["kind"] == r["kind"])
            if kind == "overtalk" and not mono and t["by"]:
                self.count_name("overtalk by", t["by"] == r["by"])

    def count_name(self, what, right):
        self.named[what][0] += right
        self.named[what][1] += 1

    def event_f1(self, kind):
        counts = self.events[kind]
        return f1(counts["hit"], counts["missed"] + counts["extra"])

    def figures(self):
        return {"calls": self.calls, "speech F1": f1(*self.speech),
                **{f"{kind} F1": self.event_f1(kind) for kind in SHORTEST_S},
                **{what: share(*counts) for what, counts in self.named.items()},
                "false hold, s/h": share(self.false_s["hold"] * 3600, self.seconds),
                "false overtalk, s/min": share(self.false_s["overtalk"] * 60, self.speech_s)}


# ---- reading

def truths(folder):
    """By recording's name; other JSON in the folder is left alone."""
    rows = {}
    for path in sorted(folder.glob("*.json")):
        row = json.loads(path.read_text())
        if isinstance(row, dict) and {"file", "events", "conditions"} <= row.keys():
            rows[row["file"]] = row
    return rows


def results(program, folder, names):
    """By recording's name. A recording that could not be read stays away and counts as an empty result."""
    command = [program, "analyze", "--format", "jsonl", "-j", "2", *(str(folder / name) for name in names)]
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if run.returncode not in (0, 3):
        sys.exit(f"{program}: exit {run.returncode}")
    rows = map(json.loads, run.stdout.splitlines())
    return {pathlib.Path(row["recording"]["path"]).name: in_seconds(row) for row in rows}


def in_seconds(result):
    for event in result["events"]:
        event["start"], event["end"] = event["start_ms"] / 1000, event["end_ms"] / 1000
    for channel in result["channels"]:
        channel["speech"] = [(start / 1000, end / 1000) for start, end in channel["speech_ms"]]
    return result


def band(value, unit, *limits):
    """The half-open range between two limits that a number is in, after its rank; `limits` rise."""
    below = [limit for limit in limits if limit <= value]
    above = [limit for limit in limits if limit > value]
    words = f"under {above[0]} {unit}" if not below else f"{below[-1]} {unit} and more"
    return len(below), f"{below[-1]} to {above[0]} {unit}" if below and above else words


def condition(truth, by):
    """What group a call is in, as (rank, name)."""
    c = truth["conditions"]
    if by == "leak":
        return (-1, "no leakage") if c["leak_db"] is None else band(c["leak_db"], "dB", -35, -27, -21)
    return band(c["snr_db"]["customer"], "dB", 12, 18, 26) if by == "snr" else (0, c[by])


# ---- printing

def cell(value):
    if isinstance(value, float):
        return f"{value:.3f}"
    return "–" if value is None else str(value)


def table(heads, rows):
    for row in [heads, ["---"] * len(heads), *rows]:
        print("|", " | ".join(map(cell, row)), "|")
    print()


def print_edges(groups):
    median = lambda values: statistics.median(values) if values else None
    table(["calls", "event", "right", "missed", "too many", "onset, s", "offset, s"],
          [[name, kind, e["hit"], e["missed"], e["extra"], median(e["onsets"]), median(e["offsets"])]
           for name, group in groups.items() for kind, e in group.events.items()])


def print_confidence(counts):
    ranges = [f"{low:.1f} to {high:.1f}" for low, high in zip(CONFIDENCES, (*CONFIDENCES[1:], 1.0))]
    rate = lambda right, of: f"{right / of:.3f} of {of}" if of else "–"
    table(["right, of events with confidence", *ranges],
          [[kind, *(rate(*bin_) for bin_ in bins)] for kind, bins in counts.sure.items()])


def print_worst(calls, most):
    for name, wrong, c in sorted(calls, key=lambda call: -len(call[1]))[:most]:
        leak = "no leakage" if c["leak_db"] is None else f"leakage {c['leak_db']:.0f} dB"
        print(f"{name}: {len(wrong)} wrong; {c['layout']} {c['codec']}, {c['noise']} noise at "
              f"{c['snr_db']['customer']:.0f} dB, {leak}")
        for what, e in sorted(wrong, key=lambda w: w[1]["start"]):
            print(f"  {what:8} {e['type']} {e.get('kind') or ''} {e['start']:.2f} to {e['end']:.2f} s")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("folder", type=pathlib.Path)
    ap.add_argument("--program", default="build/bin/callqa")
    ap.add_argument("--by", choices=["codec", "noise", "leak", "snr", "layout"], default="layout",
                    help="what to part the stereo calls by")
    ap.add_argument("--worst", type=int, default=0, metavar="N", help="name the N calls with the most wrong events")
    args = ap.parse_args()
    true = truths(args.folder)
    if not true:
        sys.exit(f"{args.folder}: no truth beside any recording")
    found = results(args.program, args.folder, true)
    layouts, conditions, every, calls = {}, {}, Counts(), []
    for name, truth in true.items():
        result = found.get(name, dict(events=[], channels=[], measurable={}))
        layout = truth["conditions"]["layout"]
        groups = [layouts.setdefault(layout, Counts()), every]
        if args.by != "layout" and layout == "stereo":
            groups.append(conditions.setdefault(condition(truth, args.by), Counts()))
        wrong = [group.add(truth, result) for group in groups][0]
        calls.append((name, wrong, truth["conditions"]))
    print(f"{len(true)} calls, {every.seconds / 3600:.2f} h, {len(true) - len(found)} without a result\n")
    layouts = dict(sorted(layouts.items(), reverse=True))
    conditions = {name: conditions[rank, name] for rank, name in sorted(conditions)}
    rows = [(name, group.figures()) for name, group in (layouts | conditions).items()]
    table(["", *rows[0][1]], [[name, *figures.values()] for name, figures in rows])
    print_edges(layouts)
    print_confidence(every)
    print_worst(calls, args.worst)


if __name__ == "__main__":
    main()
