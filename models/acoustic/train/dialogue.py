# SPDX-License-Identifier: GPL-3.0-or-later
"""Who says what when: a two-party call with its holds, tones, dead air and overlaps on clean tracks."""
import numpy as np

import music
import tones
from dsp import RATE, add, faded, frame_db, level_db, ratio, runs
from sources import VOICE_DB, Voice

PARTIES = ("agent", "customer")
OTHER = {"agent": "customer", "customer": "agent"}
SHORTEST_HOLD_S = 5.0
MOVES = ("turn", "exchange", "interrupt", "talk_over", "dead_air", "hold", "keys", "monologue", "waiting",
         "short_mute")
WEIGHTS = {"mixed": (38, 12, 12, 3, 9, 18, 2, 5, 2, 2), "music": (25, 8, 6, 1, 4, 50, 1, 3, 1, 1),
           "noise": (40, 12, 10, 2, 16, 8, 2, 6, 2, 2), "leak": (38, 14, 18, 6, 6, 8, 1, 8, 1, 1),
           "mono": (36, 12, 10, 3, 10, 20, 2, 5, 1, 0), "mute": (24, 6, 6, 1, 14, 40, 1, 6, 2, 8),
           "radio": (36, 10, 10, 2, 16, 16, 2, 5, 2, 2)}
WEIGHTS["mono-hold"], WEIGHTS["sounds"] = WEIGHTS["music"], WEIGHTS["noise"]
# Floors softer than this the encoding turns into its idle value, hold or not.
FAINTEST_DB = dict(ulaw=-77, alaw=-74, adpcm=-80, msadpcm=-80, gsm=-72, pcm8=-46, mp3=-73, opus=-73, vorbis=-73)
FAINTEST_DB["mp3-8k"] = -73
LONG = ("music", "mono-hold")                      # focuses with longer holds, and with queues
HOLDS = {"mixed": dict(music=45, announcement=21, beep=11, mute=23),
         "music": dict(music=70, announcement=25, beep=3, mute=2),
         "mono-hold": dict(music=60, announcement=40, beep=0, mute=0),
         "mute": dict(music=8, announcement=4, beep=13, mute=75)}


class Call:
    def __init__(self, rng, material, seconds, cond, focus):
        self.rng, self.material, self.cond, self.focus = rng, material, cond, focus
        self.n, self.seconds = int(seconds * RATE), int(seconds * RATE) / RATE
        tracks = lambda: {who: np.zeros(self.n, "float32") for who in PARTIES}
        self.voice, self.line = tracks(), tracks()          # own voices; what the exchange puts on the line
        self.marks = {who: {"music": [], "tone": [], "announcement": []} for who in PARTIES}
        self.closed = {who: [] for who in PARTIES}          # the party's microphone is not on the line
        self.events, self.pieces = [], []
        self.people = {who: Voice(rng, material) for who in PARTIES}
        while self.people["customer"].speaker == self.people["agent"].speaker:
            self.people["customer"] = Voice(rng, material)
        self.announcer = Voice(rng, material)
        self.pace = float(rng.normal(0.45, 0.2))            # usual gap between turns
        self.play()

    # ---- speech

    def say(self, who, t, shortest=0.4, longest=8.0):
        longest = min(longest, self.seconds - t)
        return add(self.voice[who], t, self.people[who].say(min(shortest, longest), longest)) if longest > 0.2 else t

    def turn(self, who, t, most=4):
        """A few utterances with a speaker's own pauses between them."""
        for k in range(self.rng.integers(1, most + 1)):
            t = self.say(who, t + (self.rng.uniform(0.05, 0.8) if k else 0))
        return t

    def backchannels(self, who, start, end):
        """Short words of the listener while the other one goes on."""
        while end - start > 2.2 and self.rng.random() < 0.35:
            start = self.rng.uniform(start + 0.4, end - 1.2)
            start = self.say(who, start, 0.15, 0.9)

    # ---- tones

    def tone_run(self, who, t, sounds):
        """Places [(start, sound)] from t on; returns the end of the last one."""
        end = t
        for at, x in sounds:
            if t + at < self.seconds - 0.05:
                end = add(self.line[who], t + at, x)
                self.marks[who]["tone"].append([t + at, end])
        return end

    def signal(self, kind, who, t, sounds, **more):
        end = self.tone_run(who, t, sounds)
        if end > t:
            self.events.append(dict(type=kind, start=t, end=end, **more))
        return end

    def tone_db(self):
        """Anything that the recorder will still hold above its own resolution."""
        return float(self.rng.uniform(-34, -9))

    def plan(self, table, who, cycles):
        return tones.cadence(self.rng, table[str(self.rng.choice(list(table)))], cycles, self.tone_db())

    def ringing(self, t, who):
        end = self.signal("ringback", who, t, self.plan(tones.RING, who, int(self.rng.integers(1, 6))))
        return end + self.rng.uniform(0.1, 2.5)

    def keys(self, t, who="customer"):
        if t > self.seconds - 10:
            return t
        symbols = tones.KEYS if self.rng.random() < 0.1 else tones.KEYS[:12]
        digits = "".join(self.rng.choice(list(symbols), self.rng.integers(1, 13)))
        return self.signal("dtmf", who, t, tones.dtmf(self.rng, digits, self.tone_db()), digits=digits)

    # ---- holds

    def hold_kind(self, phase):
        odds = dict(HOLDS.get(self.focus, HOLDS["mixed"]))
        if phase == "queue" or self.cond["layout"] == "mono":     # nothing there to tell these two by
            odds["beep"] = odds["mute"] = 0
        if not self.mute_shows():
            odds["mute"] = 0
        total = sum(odds.values())
        return str(self.rng.choice(list(odds), p=[v / total for v in odds.values()]))

    def mute_shows(self):
        """Whether a closed microphone can be told from a silent party on this line."""
        c = self.cond
        floor = VOICE_DB + c["voice_db"]["agent"] - c["snr_db"]["agent"] + c["gain_db"]["agent"]
        if c["gated"]["agent"] or c["suppressor_db"]["agent"] or c["dtx_db"]["agent"] and c["hold_floor"] != "digital":
            return False
        return floor - c["dtx_db"]["agent"] > FAINTEST_DB.get(c["codec"], -88)

    def music_level(self, side, closed):
        """From faint to loud, but above the noise it is mixed with and what the recorder resolves."""
        low = -58 - self.cond["gain_db"][side]
        mono = self.cond["layout"] == "mono"
        for who in PARTIES:
            if mono or who == side and not closed:
                low = max(low, VOICE_DB + self.cond["voice_db"][who] - self.cond["snr_db"][who] + 6)
        drawn = self.rng.uniform(-45, -14) if self.rng.random() < 0.35 else self.rng.uniform(-32, -18)
        return float(min(-12.0, max(drawn, low)))

    def hold_music(self, side, t, end, announced, closed):
        x, what = music.bed(self.rng, self.material, end - t)
        x = x * np.float32(ratio(self.music_level(side, closed)))
        if announced:
            x = self.announcements(side, t, x)
        self.marks[side]["music"] += music.spans(x, t)
        self.pieces.append(dict(what=what, start=round(t, 2)))
        return add(self.line[side], t, x)

    def announcements(self, side, t, x):
        """A voice now and then, the music under it lower, or out."""
        rng, seconds = self.rng, len(x) / RATE
        duck = 0.0 if rng.random() < 0.2 else float(ratio(rng.uniform(-18, -2)))
        level, at, every = rng.uniform(-6, 5), rng.uniform(0.5, 5), rng.uniform(6, 20)
        level = max(level, level_db(x) - VOICE_DB - 3)
        while at < seconds - 3:
            said = self.announcer.say(1.2, min(9.0, seconds - at - 1)) * np.float32(ratio(level))
            a = int(at * RATE)
            said = said[:len(x) - a]
            hole = 1 - (1 - duck) * faded(np.ones(len(said)), 0.15)
            x[a:a + len(said)] = x[a:a + len(said)] * hole + said
            heard = runs(frame_db(said) > level_db(said) - 30, 0.3, 0.1)
            self.marks[side]["announcement"] += [[t + at + s, t + at + e] for s, e in heard]
            at += len(said) / RATE + every * rng.uniform(0.6, 1.4)
        return x

    def hold(self, t, phase="talk"):
        """One side is parked from t on; returns when the talk can go on."""
        rng, kind = self.rng, self.hold_kind(phase)
        long = kind in ("announcement", "beep")
        usual = 40 if self.focus in LONG else 26
        seconds = float(np.clip(rng.lognormal(np.log(usual), 0.7), 14 if long else 5.5, 120))
        end = min(t + seconds, self.seconds - rng.uniform(2, 8))
        if end - t < (12 if long else SHORTEST_HOLD_S + 0.4):
            return t
        side = "customer" if kind != "mute" and rng.random() < 0.25 else "agent"
        closed = kind in ("beep", "mute") or side == "customer" or phase == "queue" or rng.random() < 0.5
        if kind == "beep":
            self.tone_run(side, t, tones.beeps(rng, end - t, rng.uniform(-36, -14)))
        elif kind != "mute":
            self.hold_music(side, t, end, kind == "announcement", closed)
        if closed:
            self.closed["agent"].append((t, end))
        if side == "customer" and kind != "beep":
            self.closed["customer"].append((t, end))
        else:
            self.waiting_words(t, end)
        self.events.append(dict(type="hold", kind=kind, side=side, phase=phase, start=t, end=end))
        return end + rng.uniform(0.1, 1.0)

    def waiting_words(self, t, end):
        """The customer, waiting, talks to somebody or to himself."""
        while end - t > 6 and self.rng.random() < 0.3:
            t = self.rng.uniform(t + 1, end - 4)
            t = self.say("customer", t, 0.3, min(4.0, end - t - 0.5))

    # ---- the course of a call

    def opening(self):
        """Until the first words: at once, after ringing, after a queue, after dialling."""
        rng = self.rng
        queue = 0.35 if self.focus in LONG else 0.13
        t, way = rng.uniform(0, 3), rng.choice(["plain", "ring", "queue", "dial"], p=[.75 - queue, .2, queue, .05])
        if way == "dial":
            who, parts = str(rng.choice(PARTIES)), tones.DIAL[rng.integers(len(tones.DIAL))]
            x = tones.sine(tones.detuned(rng, parts), rng.uniform(0.5, 5), self.tone_db())
            t = self.keys(self.signal("dial_tone", who, t, [(0.0, x)]) + rng.uniform(0.1, 1), who) + rng.uniform(0.3, 3)
        if way in ("ring", "dial"):
            return self.ringing(t, "agent" if rng.random() < 0.25 else "customer")
        return self.hold(t, "queue") if way == "queue" else t + rng.uniform(0, 2)

    def closing(self, t):
        rng = self.rng
        if t < self.seconds - 3 and rng.random() < 0.5:
            who, table = str(rng.choice(PARTIES)), tones.BUSY if rng.random() < 0.7 else tones.CONGESTION
            t = self.signal("busy", who, t + rng.uniform(0.2, 1.5), self.plan(table, who, int(rng.integers(3, 20))))

    def unanswered(self):
        """No conversation: a machine or the network answers."""
        rng, who = self.rng, str(self.rng.choice(PARTIES))
        t = self.ringing(rng.uniform(0, 2), who)
        sounds = tones.special(rng, self.tone_db()) if rng.random() < 0.5 else tones.fax(rng, self.tone_db())
        t = self.signal("sit" if len(sounds) == 3 and sounds[1][0] < 1 else "fax", who, t, sounds)
        self.closing(self.turn("agent", t + rng.uniform(1, 5)))

    def play(self):
        rng = self.rng
        if rng.random() < 0.03:
            return self.unanswered()
        t, who, talked = self.opening(), "agent" if rng.random() < 0.75 else "customer", 0
        stop = self.seconds - rng.choice([3, 3, 8, 15])
        while t < stop:
            t, who = self.move(t, who, talked)
            talked += 1
        self.closing(t)

    def move(self, t, who, talked):
        """One step of the conversation from t with who to speak; returns the next time and speaker."""
        weights = np.array(WEIGHTS.get(self.focus, WEIGHTS["mixed"]), float)
        what = str(self.rng.choice(MOVES, p=weights / weights.sum()))
        end = self.turn(who, t, 9 if what == "monologue" else 4)
        self.backchannels(OTHER[who], t, end)
        return getattr(self, "after_" + what)(t, end, who, talked)

    def after_turn(self, t, end, who, talked):
        return end + float(np.clip(self.rng.normal(self.pace, 0.3), 0.03, 1.8)), OTHER[who]

    after_monologue = after_turn

    def after_exchange(self, t, end, who, talked):
        """A quick to and fro of short answers."""
        for _ in range(self.rng.integers(2, 7)):
            who = OTHER[who]
            end = self.say(who, end + self.rng.uniform(-0.15, 0.6), 0.2, 1.5)
        return end + self.rng.uniform(0.1, 0.8), OTHER[who]

    def after_interrupt(self, t, end, who, talked):
        return max(t + 0.4, end - self.rng.uniform(0.3, 4.0)), OTHER[who]

    def after_talk_over(self, t, end, who, talked):
        other = self.turn(OTHER[who], t + self.rng.uniform(0, 1.0), 3)
        return max(end, other) + self.rng.uniform(0.2, 1.0), who

    def after_dead_air(self, t, end, who, talked):
        return end + float(np.clip(self.rng.lognormal(np.log(7), 0.6), 2.0, 40)), str(self.rng.choice(PARTIES))

    after_waiting = after_dead_air

    def after_hold(self, t, end, who, talked):
        return (self.hold(end + self.rng.uniform(0.1, 1.2)), "agent") if talked else (end + 0.5, OTHER[who])

    def after_keys(self, t, end, who, talked):
        if self.rng.random() < 0.4:                # somebody else is calling
            party = str(self.rng.choice(PARTIES))
            self.tone_run(party, end - self.rng.uniform(0, 3), tones.call_waiting(self.rng, self.tone_db() - 6))
            return end + 0.4, OTHER[who]
        return self.keys(end + self.rng.uniform(0.3, 2)) + self.rng.uniform(0.3, 1.5), OTHER[who]

    def after_short_mute(self, t, end, who, talked):
        """The microphone is off for a moment: shorter than any hold."""
        seconds = self.rng.uniform(0.5, SHORTEST_HOLD_S - 0.6)
        party = str(self.rng.choice(PARTIES))
        self.closed[party].append((end + 0.1, end + 0.1 + seconds))
        return end + 0.1 + seconds * self.rng.uniform(0.5, 1.0) + 0.2, OTHER[who] if party == who else who
