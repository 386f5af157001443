# SPDX-License-Identifier: GPL-3.0-or-later
"""Labels and events of a call, from its clean tracks and from what was placed on purpose."""
import numpy as np

from dsp import HOP, RATE, filtered, frame_db, grid, runs
from sources import VOICE_DB

BRIDGE_S, MIN_SPEECH_S, TURN_S = 0.30, 0.10, 1.0
CLOSURE_S = 0.2                # a pause as short as this is inside a word
SILENCE_S, OVERTALK_S = 3.0, 0.20
EXCUSED = ("hold", "ringback", "busy", "sit", "fax", "dtmf", "dial_tone")       # nobody has to speak here


def voice_spans(voice, bridge_s):
    """A party's own voice: within 30 dB of its active level, from 120 Hz up."""
    heard = frame_db(filtered(voice, "highpass", 120, order=4)) > VOICE_DB - 30
    return runs(heard, bridge_s, MIN_SPEECH_S)


def turn_around(spans, start, end):
    """What one party says before it lets go, pauses under TURN_S included, around an overlap."""
    joined = []
    for s, e in spans:
        if joined and s - joined[-1][1] < TURN_S:
            joined[-1][1] = e
        else:
            joined.append([s, e])
    return next(([s, e] for s, e in joined if s <= start + 0.006 and e >= end - 0.006), [start, end])


def overlap(speech, start, end):
    """An overtalk event: whose turn began later, and what became of it."""
    turn = {who: turn_around(spans, start, end) for who, spans in speech.items()}
    first, second = sorted(turn, key=lambda who: turn[who][0])
    gap, late = turn[second][0] - turn[first][0], turn[second][1] - turn[first][1]
    kind = "other"
    if turn[second][1] - turn[second][0] <= 1.0 and late <= -0.5:
        kind = "backchannel"
    elif late >= 0.5:
        kind = "interruption"
    return dict(type="overtalk", kind=kind, by=second if gap >= 0.1 else None, start=start, end=end)


def derived_events(speech, placed, n):
    """Overtalk outside holds, and silence where nothing excuses it."""
    a, c = (grid(speech[who], n) for who in ("agent", "customer"))
    holds = [e for e in placed if e["type"] == "hold"]
    excused = grid([(e["start"], e["end"]) for e in placed if e["type"] in EXCUSED], n)
    out = [overlap(speech, s, e) for s, e in runs(a & c, 0, OVERTALK_S)
           if not any(h["start"] < e and s < h["end"] for h in holds)]
    return out + [dict(type="silence", start=s, end=e) for s, e in runs(~(a | c | excused), 0, SILENCE_S)]


def rounded(value):
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(v) for v in value]
    return round(float(value), 3) if isinstance(value, (float, np.floating)) else value


def channel(role, speech, marks, seconds):
    row = dict(role=role, speech=speech)
    for kind, spans in marks.items():
        row[kind] = [[max(0.0, s), min(seconds, e)] for s, e in sorted(spans) if s < seconds]
    return row


def joined(how, lists, n):
    """Where any (np.any) or all (np.all) of some lists of spans are."""
    return runs(how([grid(spans, n) for spans in lists], axis=0))


def truth(call):
    """The whole truth of a call; `speech` and `events` read as the accuracy bench writes them.

    The labels of a channel part a voice at shorter pauses: a classifier that is taught that a pause of 0.3 s is none
    and one of 0.29 s is speech cannot see where the pause ends, and takes both for half of each.
    """
    n = call.n // HOP
    speech = {who: voice_spans(x, BRIDGE_S) for who, x in call.voice.items()}
    voices = {who: voice_spans(x, CLOSURE_S) for who, x in call.voice.items()}
    events = sorted(call.events + derived_events(speech, call.events, n), key=lambda e: (e["start"], e["type"]))
    if call.cond["layout"] == "mono":
        kinds = ("music", "tone", "announcement")
        marks = {k: joined(np.any, [call.marks[who][k] for who in speech], n) for k in kinds}
        marks["both"] = joined(np.all, list(voices.values()), n)
        channels = [channel("mixed", joined(np.any, list(voices.values()), n), marks, call.seconds)]
    else:
        channels = [channel(who, voices[who], call.marks[who], call.seconds) for who in speech]
    return rounded(dict(duration=call.n / RATE, layout=call.cond["layout"], conditions=call.cond, channels=channels,
                        speech=speech, events=events, pieces=call.pieces,
                        speakers={who: v.speaker for who, v in call.people.items()}))
