#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures whether callqa takes points only where a recording bears a verdict.

    situations.py blank FOLDER     real two-channel calls: each leg alone, and with a stretch that nobody recorded
    situations.py shift FOLDER     simulated stereo calls: one channel seconds too late, and as drawn
                                   (calls of five minutes and more: shorter ones hold too few exchanges to tell by)
    situations.py table ROOT       folders of simulated calls, one a condition: what is right, what costs, what is upheld

A simulated call is a recording and its truth beside it, NAME.truth.json, in seconds. Everything is drawn from --seed, so
that a run can be repeated. Exit code 1: `blank` found points taken, or a file unread; `shift` found less than it asks
for. Needs Debian's python3-numpy, python3-scipy and python3-soundfile.

Examples: situations.py blank calls/ --callqa build/bin/callqa --keep blanked/
          situations.py table simulated/ --score score.py --list
"""
import argparse
import collections
import json
import math
import pathlib
import subprocess
import sys
import tempfile
import zlib

import numpy as np
import soundfile as sf
from scipy import signal

RATE = 8000
HOP = RATE // 100                # frames of 10 ms, in which levels, pauses and spans are judged

Container = collections.namedtuple("Container", "suffix format subtype rate")
CONTAINERS = {
    "pcm16": Container(".wav", "WAV", "PCM_16", 8000), "ulaw": Container(".wav", "WAV", "ULAW", 8000),
    "alaw": Container(".wav", "WAV", "ALAW", 8000), "gsm": Container(".wav", "WAV", "GSM610", 8000),
    "mp3": Container(".mp3", "MP3", "MPEG_LAYER_III", 16000), "opus": Container(".opus", "OGG", "OPUS", 16000),
}
CODECS = {"mono": list(CONTAINERS), "stereo": [name for name in CONTAINERS if name != "gsm"]}    # no GSM of two channels


# ---- sound: arrays of (samples, channels)

def seeded(seed, *words):
    """Random numbers of their own for each name, so that one more recording in the folder changes no other."""
    return np.random.default_rng([seed, *(zlib.crc32(str(word).encode()) for word in words)])


def resampled(x, rate, wanted):
    shared = math.gcd(rate, wanted)
    return x if rate == wanted else signal.resample_poly(x, wanted // shared, rate // shared, axis=0)


def load(path):
    x, rate = sf.read(path, dtype="float32", always_2d=True)
    return resampled(x, rate, RATE)


def save(stem, x, codec):
    """Writes x and returns the path. In blocks: libsndfile's lossy encoders overflow on one of a whole call."""
    c = CONTAINERS[codec]
    x, path = np.clip(resampled(x, RATE, c.rate), -1, 1), stem.with_suffix(c.suffix)
    with sf.SoundFile(path, "w", c.rate, x.shape[1], c.subtype, format=c.format) as out:
        for i in range(0, len(x), c.rate):
            out.write(x[i:i + c.rate])
    return path


def levels_db(track):
    frames = track[:len(track) // HOP * HOP].reshape(-1, HOP)
    return 10 * np.log10(np.mean(np.square(frames, dtype="float64"), axis=1) + 1e-10)


def runs(mask, shortest):
    """Where a mask of frames is set for `shortest` seconds or more: (start, end) in seconds."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(int), [0]])))
    return [(s / 100, e / 100) for s, e in zip(edges[::2], edges[1::2]) if e - s >= shortest * 100]


# ---- callqa

def analysed(program, jobs, paths):
    """Results by path. A recording that could not be read is named by callqa and stays away."""
    command = [program, "analyze", "--format", "jsonl", "-j", str(jobs), *map(str, paths)]
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if run.returncode not in (0, 3):
        sys.exit(f"{program}: exit {run.returncode}")
    rows = [json.loads(line) for line in run.stdout.splitlines()]
    return {pathlib.Path(row["recording"]["path"]): row for row in rows}


def costing(result):
    return [d for d in result["score"]["deductions"] if d["points"] and d["points"] > 0]


NOTHING = {"measurable": {"reasons": []}, "events": [], "score": {"deductions": []}}      # of a call without a result


def spans(rows):
    return [(row["start_ms"] / 1000, row["end_ms"] / 1000) for row in rows]


def union_share(a, b):
    both = min(a[1], b[1]) - max(a[0], b[0])
    return max(0.0, both) / (max(a[1], b[1]) - min(a[0], b[0]) + 1e-9)


def covered(span, by):
    """What share of the span lies under any of the others."""
    first, last = round(span[0] * 100), round(span[1] * 100)
    mask = np.zeros(max(1, last - first), bool)
    for start, end in by:
        mask[max(0, round(start * 100) - first):max(0, round(end * 100) - first)] = True
    return mask.mean()


# ---- printing

def table(heads, rows):
    for row in [heads, ["---"] * len(heads), *rows]:
        print("|", " | ".join(map(str, row)), "|")
    print()


def share(right, of):
    return right / of if of else math.nan


def percent(value):
    return "–" if math.isnan(value) else f"{100 * value:.1f} %"


def seconds(span):
    return f"{span[0]:.1f}–{span[1]:.1f} s"


# ---- blank: what the recorder did not write

WAYS = ("zero", "least value", "few values", "same noise", "tone")
SOUND = (".wav", ".flac", ".mp3", ".opus", ".ogg")
BLANK_S = (8, 60)
LAYOUTS = ("stereo", "mono")     # beside the legs
EDGE_S = 5                       # talk that is left before and after
FOUND = 0.8                      # of the union, for a stretch that was found; of its length, for one that costs nothing
SHORTEST_S = 3                   # of a silence or hold in the stretch
NOT_CHARGED = ("not_recorded", "parked", "initial", "final")      # causes of a silence that is nobody's doing

FATES = ("judged", "taken for a leg", "not recorded", "exempt", "passed over", "could cost")
HEADS = ("files", "unread", "charged", "deductions", *FATES)

Case = collections.namedtuple("Case", "recording layout way codec span path")


def pauses(x):
    """Where no channel speaks."""
    quiet = np.ones(len(x) // HOP, bool)
    for track in x.T:
        db = levels_db(track)
        loud = db > max(np.percentile(db, 95) - 30, np.percentile(db, 10) + 6)
        quiet &= np.convolve(loud, np.ones(21), "same") < 0.5
    return runs(quiet, 0.2)


def stretch(rng, quiet, duration):
    """Where the recorder is silent: from a pause, and to one where there is one; None where no such stretch fits."""
    latest = duration - EDGE_S
    starts = [span for span in quiet if span[0] >= EDGE_S and span[1] <= latest - BLANK_S[0]]
    if not starts:
        return None
    start = rng.uniform(*starts[rng.integers(len(starts))])
    longest = min(BLANK_S[1], latest - start)
    wanted = start + math.exp(rng.uniform(math.log(BLANK_S[0]), math.log(longest)))
    ends = [end for end in (rng.uniform(*span) for span in quiet) if start + BLANK_S[0] <= end <= start + longest]
    return start, min(ends, key=lambda end: abs(end - wanted), default=wanted)


def idle(way, rng, count):
    """What stands there instead, on every line the same."""
    if way == "zero":
        return np.zeros(count)
    if way == "least value":
        return np.full(count, 8 / 32768)
    if way == "few values":
        return np.resize(rng.choice([-8, -4, 0, 4, 8], rng.integers(3, 9)) / 32768, count)
    if way == "same noise":
        return 10 ** (rng.uniform(-60, -40) / 20) * rng.standard_normal(count)
    return 10 ** (rng.uniform(-40, -15) / 20) * np.sin(2 * np.pi * rng.uniform(350, 1500) / RATE * np.arange(count))


def blanked(x, way, rng, span):
    first, last = (int(edge * RATE) for edge in span)
    y = x.copy()
    y[first:last] = idle(way, rng, last - first)[:, None]
    return y


def blank_cases(path, args, folder):
    """The files made of one recording."""
    x = load(path)
    if x.shape[1] != 2:
        return []
    layouts, quiet, cases = dict(zip(LAYOUTS, (x, x.mean(axis=1, keepdims=True)))), pauses(x), []

    def add(layout, way, sound, codec, span=None):
        stem = folder / f"{zlib.crc32(path.name.encode()):08x}{len(cases):04d}"      # a name that pairs with no other
        cases.append(Case(path.name, layout, way, codec, span, save(stem, sound, codec)))

    rng = seeded(args.seed, path.name)
    codecs = {layout: rng.permutation(names) for layout, names in CODECS.items()}
    for k in range(args.placements):
        for leg in (0, 1):
            if k < len(CODECS["mono"]):                     # the same leg in the same codec tells nothing more
                add(f"leg {leg}", "–", x[:, [leg]], str(codecs["mono"][k]))
        span = stretch(rng, quiet, len(x) / RATE)
        for layout, sound in layouts.items():
            if k < len(codecs[layout]):
                add(layout, "as it is", sound, str(codecs[layout][k]))
            for way in WAYS if span else ():
                drawn = seeded(args.seed, path.name, k, way)            # the same in both layouts
                filled = blanked(sound, way, drawn, span)
                least = {"ulaw", "alaw"} if way == "least value" else set()
                for codec in sorted(least | {str(drawn.choice(CODECS[layout]))}):
                    add(layout, way, filled, codec, span)
    return cases


def outside(result):
    """Before and after the conversation; all of a call in which nobody talked with anybody."""
    if "conversation_ms" not in result:
        return []
    end = result["recording"]["duration_ms"] / 1000
    return [(0, edges[0] / 1000), (edges[1] / 1000, end)] if (edges := result["conversation_ms"]) else [(0, end)]


def exempt(result, kind):
    """Where an event of a kind costs nothing, whatever the rubric."""
    return spans(s for s in result["measurable"].get("spans", []) if s["what"] == kind) + outside(result)


def can_cost(result, span):
    """The silences and holds in the stretch that a rule may charge, long enough or not."""
    return [e for e in result["events"] if e["type"] in ("silence", "hold")
            and e.get("cause") not in NOT_CHARGED and e.get("phase") != "queue"
            and min(e["end_ms"] / 1000, span[1]) - max(e["start_ms"] / 1000, span[0]) >= SHORTEST_S
            and covered((e["start_ms"] / 1000, e["end_ms"] / 1000), exempt(result, e["type"])) <= 0.5]


def how_found(result, span):
    """What became of the stretch; of the whole call where there is none."""
    gaps = spans(e for e in result["events"] if e["type"] == "not_recorded")
    if span and any(union_share(found, span) >= FOUND for found in gaps):
        return "not recorded"
    if result["recording"]["layout"] == "leg":
        return "taken for a leg"
    if result["measurable"]["silence"] == "not_measurable":
        return "exempt"
    if span is None:
        return "judged"
    if can_cost(result, span):
        return "could cost"
    parked = spans(e for e in result["events"] if e.get("cause") in NOT_CHARGED)
    return "exempt" if covered(span, gaps + parked + exempt(result, "silence")) >= FOUND else "passed over"


def blank(args):
    """Real calls with less in them: nothing of that may cost an agent.

    What was made of each file: judged (as any call), taken for one party's leg, the stretch found as not recorded, exempt
    (no rule can charge it), passed over (no event tells of it), or an event that could cost if a rule's limit were lower.
    """
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.keep or pathlib.Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        recordings = sorted(p for p in args.folder.iterdir() if p.suffix.lower() in SOUND)
        cases = [case for path in recordings for case in blank_cases(path, args, folder)]
        if not cases:
            sys.exit(f"{args.folder}: no recording of two channels")
        results = analysed(args.callqa, args.jobs, [case.path.resolve() for case in cases])
    counts, charged, unfound = {}, [], []
    for case in cases:
        result = results.get(case.path.resolve())
        group = counts.setdefault((case.layout.split()[0], case.way), collections.Counter())
        group["files"] += 1
        if result is None:
            group["unread"] += 1
            continue
        taken = costing(result)
        group["charged"] += bool(taken)
        group["deductions"] += len(taken)
        charged += [(case, deduction) for deduction in taken]
        found = how_found(result, case.span)
        group[found] += 1
        if found in ("could cost", "passed over") or found == "taken for a leg" and case.layout in LAYOUTS:
            unfound.append((case, found, result))
    print_blank(counts, charged, unfound if args.list else [])
    return not charged and not any(group["unread"] for group in counts.values())


def print_blank(counts, charged, unfound):
    rows = sorted(counts.items(), key=lambda row: ("leg", *LAYOUTS).index(row[0][0]))
    total = sum((group for _, group in rows), collections.Counter())
    table(["layout", "stretch", *HEADS], [[*key, *(group[head] for head in HEADS)] for key, group in rows]
          + [["all", "", *(total[head] for head in HEADS)]])
    described = lambda case: (f"{case.path.name}: {case.recording} as {case.layout}, {case.codec}, {case.way}"
                              + (f" at {seconds(case.span)}" if case.span else ""))
    for case, d in charged:
        at = seconds(spans([d])[0]) if d.get("start_ms") is not None else "no time"
        print(f"charged {described(case)}: {d['rule']} −{d['points']}, {at}")
    for case, found, result in unfound:
        taken_for = ", ".join(f"{e['type']} {e.get('kind') or e.get('cause')} {seconds(spans([e])[0])}"
                              for e in can_cost(result, case.span)) if found == "could cost" else ""
        print(f"{found} {described(case)}" + (f": {taken_for}" if taken_for else ""))


# ---- shift: channels out of step

SHIFT_S = (1, 5)
TURN_S = 1.0                     # pauses shorter than this do not end a turn
OVERLAP_S, EXCHANGES = 0.8, 8    # what a lag shows itself by
MUST_FIND, MAY_INVENT = 0.9, 0.005
PARTIES = ("agent", "customer")  # of channels 0 and 1

Shift = collections.namedtuple("Shift", "truth lag moved exchanges path")


def truths(folder):
    """The simulated calls of a folder whose recording is there."""
    rows = [json.loads(path.read_text()) for path in sorted(folder.glob("*.truth.json"))]
    return [row for row in rows if (folder / row["file"]).exists()]


def turns(speech):
    out = []
    for start, end in speech:
        if out and start - out[-1][1] < TURN_S:
            out[-1] = (out[-1][0], end)
        else:
            out.append((start, end))
    return out


def exchanges(truth, early, lag, kept):
    """How many turns of the party that comes early by `lag` now begin well before the turn that they answer ends.

    A turn answers the one that began last before it, if that had ended. `kept` says of a party and a time whether the
    shifted recording still holds it.
    """
    late = PARTIES[1 - PARTIES.index(early)]
    asked, seen = turns(truth["speech"][late]), set()
    for start, _ in turns(truth["speech"][early]):
        before = [k for k, turn in enumerate(asked) if turn[0] < start]
        if before and asked[before[-1]][1] <= start and kept(early, start) and kept(late, asked[before[-1]][1]):
            seen |= {before[-1]} if start <= asked[before[-1]][1] + lag - OVERLAP_S else set()
    return len(seen)


def moved_by(track, samples, rng):
    """The track later by `samples` (earlier, if negative), with the line's own floor where nothing is left."""
    count = abs(samples)
    quiet = rng.standard_normal(count) * 10 ** (np.percentile(levels_db(track), 5) / 20)
    return np.concatenate([quiet, track[:-count]] if samples > 0 else [track[count:], quiet])


def shifted(truth, args, folder, k):
    """One seeded shift of a call, or None where it leaves too few exchanges to tell by."""
    rng = seeded(args.seed, truth["file"], k)
    lag, channel, sign = rng.uniform(*SHIFT_S), int(rng.integers(2)), int(rng.choice([-1, 1]))
    moved, end = PARTIES[channel], truth["duration"]
    early = moved if sign < 0 else PARTIES[1 - channel]
    kept = lambda party, time: party != moved or 0 <= time + sign * lag <= end
    count = exchanges(truth, early, lag, kept)
    if count < EXCHANGES:
        return None
    x = load(args.folder / truth["file"])
    x[:, channel] = moved_by(x[:, channel], sign * int(lag * RATE), rng)
    stem = folder / f"{zlib.crc32(truth['file'].encode()):08x}{k:04d}"
    return Shift(truth, sign * lag, moved, count, save(stem, x, "pcm16"))


def out_of_step(result):
    return any(reason["id"] == "out_of_step" for reason in result["measurable"]["reasons"])


def shift(args):
    """Channels that are seconds apart are to be found, and not where they are not."""
    calls = [truth for truth in truths(args.folder) if truth["conditions"]["layout"] == "stereo"]
    if not calls:
        sys.exit(f"{args.folder}: no truth of a stereo call beside its recording")
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.keep or pathlib.Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        tried = [shifted(truth, args, folder, k) for truth in calls for k in range(args.shifts)]
        shifts = [one for one in tried if one]
        results = analysed(args.callqa, args.jobs, [one.path.resolve() for one in shifts]) if shifts else {}
    drawn = analysed(args.callqa, args.jobs, [(args.folder / truth["file"]).resolve() for truth in calls])
    missed = [one for one in shifts if not out_of_step(results.get(one.path.resolve(), NOTHING))]
    invented = [path for path, result in drawn.items() if out_of_step(result)]
    charged = sum(bool(costing(result)) for result in results.values())
    found, false = share(len(shifts) - len(missed), len(shifts)), share(len(invented), len(calls))
    table(["calls", "", "out of step", "share", "wanted", "charged"],
          [["shifted", len(shifts), len(shifts) - len(missed), percent(found), f"≥ {percent(MUST_FIND)}", charged],
           ["as drawn", len(calls), len(invented), percent(false), f"≤ {percent(MAY_INVENT)}", "–"]])
    print(f"{len(tried)} shifts tried; kept are those with {EXCHANGES} exchanges or more that overlap by {OVERLAP_S} s")
    for one in missed if args.list else ():
        print(f"missed {one.path.name}: {one.truth['file']}, {one.moved} by {one.lag:+.2f} s, {one.exchanges} exchanges")
    for path in invented:
        print(f"invented {path.name}")
    return bool(shifts) and found >= MUST_FIND and false <= MAY_INVENT


# ---- table: conditions, and what the standard rubric takes

# By rule of models/rubrics/standard.yaml: the type of event, from how many seconds it costs how much, and what share of
# a limit the truth may fall short by. An overtalk's edges are the least sure.
RULES = {
    "dead-air": ("silence", [(15, 2), (30, 5)], 0.03),
    "long-hold": ("hold", [(120, 3)], 0.03),
    "agent-interruption": ("overtalk", [(2, 2)], 0.15),
}
GREETING_S, GREETING_SLACK = 10, 0.03
SAME_EVENT = 0.5                 # of the union
REASONS = ("no such event", "not recorded", "parked", "unmeasured", "outside", "too short", "other kind")


def event_span(event):
    return event["start"], event["end"]


def inside(truth, event):
    """Whether the true event may cost: over half in the conversation, or a hold that begins in it."""
    talk = truth.get("conversation", (0, truth["duration"]))
    if talk is None:
        return False
    begun = event["type"] == "hold" and talk[0] <= event["start"] <= talk[1]
    return begun or covered(event_span(event), [talk]) > 0.5


def right_kind(rule, event):
    """What the rule asks of an event but its length."""
    if rule == "long-hold":
        return event.get("phase") != "queue" and event.get("side") == "agent"
    return rule != "agent-interruption" or (event["by"], event["kind"]) == ("agent", "interruption")


def greeting_fault(truth, rule_s):
    """From the end of the ringback to the agent's first words, less what the customer says meanwhile."""
    answers = [e["end"] for e in truth["events"] if e["type"] == "ringback"]
    words = [start for start, end in truth["speech"]["agent"] if end - start >= 0.3 and answers and start >= answers[0]]
    if not words:
        return "no such event"
    said = sum(max(0, min(end, words[0]) - max(start, answers[0])) for start, end in truth["speech"]["customer"])
    return None if words[0] - answers[0] - said >= rule_s else "too short"


def fault(truth, deduction, event):
    """Why the truth does not uphold a deduction: one of REASONS; None if it does."""
    if deduction["rule"] == "late-greeting":
        return greeting_fault(truth, GREETING_S * (1 - GREETING_SLACK))
    if deduction["rule"] not in RULES:
        sys.exit(f"{deduction['rule']}: a rule that costs points, and that RULES does not hold")
    kind, steps, slack = RULES[deduction["rule"]]
    span = spans([event])[0]
    hidden = {"unmeasured": truth.get("unmeasured", [])}
    for name in ("not_recorded", "parked"):
        hidden[name.replace("_", " ")] = [event_span(e) for e in truth["events"] if e["type"] == name]
    for name, where in hidden.items():
        if covered(span, where) > 0.5:
            return name
    same = [e for e in truth["events"] if e["type"] == kind and union_share(event_span(e), span) >= SAME_EVENT]
    if not same:
        return "no such event"
    true = max(same, key=lambda e: union_share(event_span(e), span))
    if not inside(truth, true):
        return "outside"
    least = next((limit for limit, points in steps if points >= deduction["points"]), steps[-1][0])
    if true["end"] - true["start"] < least * (1 - slack):
        return "too short"
    return None if right_kind(deduction["rule"], true) else "other kind"


def scored(score, folder, results):
    """By layout, the share of calls whose deduction score.py finds right."""
    if not score:
        return {}
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as lines:
        lines.writelines(json.dumps(result) + "\n" for result in results)
        lines.flush()
        run = subprocess.run([sys.executable, score, folder, lines.name, "--json"], stdout=subprocess.PIPE, check=True)
    return {layout: figures["deduction"] for layout, figures in json.loads(run.stdout).items()}


def condition(args, folder, calls):
    """A row for each layout of a folder, and the deductions that the truth does not uphold."""
    found = analysed(args.callqa, args.jobs, [(folder / truth["file"]).resolve() for truth in calls])
    results = {path.name: result for path, result in found.items()}
    right, rows, false = scored(args.score, folder, results.values()), {}, []
    for truth in calls:
        row = rows.setdefault(truth["conditions"]["layout"], collections.Counter())
        row["calls"] += 1
        result = results.get(truth["file"], NOTHING)
        row["unread"] += result is NOTHING
        events = {event["id"]: event for event in result["events"]}
        for deduction in costing(result):
            why = fault(truth, deduction, events.get(deduction["event"]))
            row["cost"] += 1
            row["upheld" if why is None else why] += 1
            row["points"] += deduction["points"] if why else 0
            false += [(folder.name, truth["file"], why, deduction)] if why else []
    layouts = sorted(rows, reverse=True)
    return [(f"{folder.name}, {layout}", right.get(layout, math.nan), rows[layout]) for layout in layouts], false


def cells(name, right, row):
    why = ", ".join(f"{row[reason]} {reason}" for reason in REASONS if row[reason])
    return [name, row["calls"], row["unread"], percent(right), row["cost"], row["upheld"], row["points"], why]


def conditions_table(args):
    """What each condition costs agents, rightly or not."""
    rows, false, total = [], [], collections.Counter()
    for folder in sorted(path for path in args.root.iterdir() if path.is_dir()):
        calls = truths(folder)
        if calls:
            more, wrong = condition(args, folder, calls)
            rows, false = rows + more, false + wrong
            print(folder.name, file=sys.stderr)
    if not rows:
        sys.exit(f"{args.root}: no folder of simulated calls")
    for _, _, row in rows:
        total += row
    table(["condition", "calls", "unread", "deduction right", "cost points", "upheld", "points wrong", "not upheld, because"],
          [*(cells(*row) for row in rows), cells("all", math.nan, total)])
    for folder, name, why, d in false if args.list else ():
        at = seconds(spans([d])[0]) if d.get("start_ms") is not None else "no time"
        print(f"{folder}/{name}: {d['rule']} −{d['points']}, {at}: {why}")
    return True


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = ap.add_subparsers(dest="command", required=True, metavar="blank|shift|table")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--callqa", default="build/bin/callqa", metavar="BIN")
    common.add_argument("--jobs", type=int, default=1, metavar="N", help="recordings at a time (default: 1)")
    common.add_argument("--seed", type=int, default=1, metavar="N")
    common.add_argument("--list", action="store_true", help="name the calls behind the figures")

    one = commands.add_parser("blank", parents=[common], help="real calls with a stretch that nobody recorded, and legs alone")
    one.add_argument("folder", type=pathlib.Path, metavar="FOLDER")
    one.add_argument("--placements", type=int, default=6, metavar="N", help="stretches a recording (default: 6)")
    one.add_argument("--keep", type=pathlib.Path, metavar="FOLDER", help="leave the files that were made there")
    one.set_defaults(run=blank)

    one = commands.add_parser("shift", parents=[common], help="simulated stereo calls with one channel seconds too late")
    one.add_argument("folder", type=pathlib.Path, metavar="FOLDER")
    one.add_argument("--shifts", type=int, default=2, metavar="N", help="tried on each call (default: 2)")
    one.add_argument("--keep", type=pathlib.Path, metavar="FOLDER", help="leave the files that were made there")
    one.set_defaults(run=shift)

    one = commands.add_parser("table", parents=[common], help="what each condition costs, and whether the truth upholds it")
    one.add_argument("root", type=pathlib.Path, metavar="ROOT")
    one.add_argument("--score", metavar="PATH", help="a score.py, run with --json: in how many calls the deduction is right")
    one.set_defaults(run=conditions_table)

    args = ap.parse_args()
    sys.exit(0 if args.run(args) else 1)


if __name__ == "__main__":
    main()
