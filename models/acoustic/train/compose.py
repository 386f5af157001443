# SPDX-License-Identifier: GPL-3.0-or-later
"""Random pieces of music: harmony, tempo, layers and a mix. Variety matters here, beauty does not."""
import numpy as np

from dsp import RATE, add, at_level, compressed, filtered, level_db, ratio, reverberated
from instruments import HELD, LEAD, STRUCK, Patch, drum

SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10), "dorian": (0, 2, 3, 5, 7, 9, 10),
          "pentatonic": (0, 2, 4, 7, 9), "mixolydian": (0, 2, 4, 5, 7, 9, 10), "harmonic": (0, 2, 3, 5, 7, 8, 11),
          "blues": (0, 3, 5, 6, 7, 10)}
PROGRESSIONS = ((0, 3, 4, 0), (0, 4, 5, 3), (0, 5, 3, 4), (5, 3, 0, 4), (1, 4, 0, 0), (0, 0, 3, 4), (0, 6, 5, 4),
                (0, 2, 3, 4), (0, 5, 1, 4), (0, 3, 0, 4), (0, 4, 0, 4), (0,), (0, 6), (3, 2, 1, 0),
                (0, 4, 5, 2, 3, 0, 3, 4))


class Score:
    """Key, tempo and harmony that all layers of a piece share; time is counted in beats."""

    def __init__(self, rng, seconds):
        self.rng = rng
        self.tempo = rng.uniform(55, 168)
        self.beat = 60 / self.tempo
        self.metre = int(rng.choice([4, 4, 4, 4, 3, 6, 2]))
        self.bars = max(1, int(seconds / (self.beat * self.metre)))
        self.key = int(rng.integers(48, 60))
        self.scale = SCALES[str(rng.choice(list(SCALES)))]
        self.chords = PROGRESSIONS[rng.integers(len(PROGRESSIONS))]
        self.swing = rng.choice([0, 0, 0, rng.uniform(0.1, 0.34)])
        self.loose = rng.choice([0, 0.005, 0.015])          # seconds: a player is not a machine
        self.seconds = self.bars * self.metre * self.beat

    def pitch(self, degree):
        octave, step = divmod(int(degree), len(self.scale))
        return self.key + 12 * octave + self.scale[step]

    def chord(self, bar, size=3):
        root = self.chords[bar % len(self.chords)]
        return [self.pitch(root + 2 * k) for k in range(size)]

    def time(self, beats):
        """Beats to seconds, off-beats delayed by the swing."""
        late = self.swing if abs(beats % 1 - 0.5) < 0.01 else 0
        return max(0.0, (beats + late) * self.beat + self.rng.normal(0, self.loose))


# A layer is a list of (beat, length in beats, pitch, velocity).

def held_chords(score, rng):
    size = int(rng.choice([2, 3, 3, 4]))
    return [(bar * score.metre, score.metre * 0.98, pitch, 0.7)
            for bar in range(score.bars) for pitch in score.chord(bar, size)]


def comped_chords(score, rng):
    step, keep, out = rng.choice([0.5, 1.0, 1.0, 2.0]), rng.uniform(0.4, 1), []
    for bar in range(score.bars):
        for beat in np.arange(0, score.metre, step):
            if rng.random() < keep:
                out += [(bar * score.metre + beat, step * rng.uniform(0.4, 0.95), p, rng.uniform(.5, .9))
                        for p in score.chord(bar)]
    return out


def arpeggio(score, rng):
    step, size, out = rng.choice([0.25, 0.5, 0.5, 1 / 3]), int(rng.integers(3, 6)), []
    order = list(range(size)) + (list(range(size - 2, 0, -1)) if rng.random() < 0.5 else [])
    for bar in range(score.bars):
        notes = score.chord(bar, size)
        for k, beat in enumerate(np.arange(0, score.metre, step)):
            out.append((bar * score.metre + beat, step * rng.uniform(0.8, 2), notes[order[k % len(order)]], 0.7))
    return out


def bass_line(score, rng):
    kind, out = rng.choice(["root", "walk", "eighths"]), []
    for bar in range(score.bars):
        root = score.chords[bar % len(score.chords)]
        step = {"root": score.metre / (2 if score.metre % 2 == 0 else 1), "walk": 1.0, "eighths": 0.5}[kind]
        for beat in np.arange(0, score.metre, step):
            degree = root + (int(rng.integers(0, 5)) if kind == "walk" and beat else 0)
            out.append((bar * score.metre + beat, step * 0.9, score.pitch(degree) - 12, 0.9))
    return out


def melody(score, rng, rests=None):
    """A random walk over the scale in random note lengths, with rests and repeated phrases."""
    rests = rng.uniform(0.05, 0.4) if rests is None else rests
    lengths = rng.choice([0.25, 0.5, 0.5, 1.0, 1.0, 1.5, 2.0, 3.0], 4)
    phrase_beats, total, out, beat = score.metre * int(rng.choice([1, 2, 2, 4])), score.bars * score.metre, [], 0.0
    phrase, degree = [], int(rng.integers(5, 12))
    while beat < phrase_beats:
        length = float(rng.choice(lengths))
        degree = int(np.clip(degree + rng.choice([-3, -2, -1, -1, 0, 1, 1, 2, 4]), 2, 17))
        if rng.random() >= rests:
            phrase.append((beat, min(length, phrase_beats - beat), degree))
        beat += length
    for start in range(0, total, phrase_beats):
        shift = int(rng.choice([0, 0, 0, 1, -1, 2]))
        for at, length, degree in phrase:
            if rng.random() < 0.93 and start + at < total:
                out.append((start + at, length * rng.uniform(0.7, 1), score.pitch(degree + shift), rng.uniform(.7, 1)))
    return out


def sparse_notes(score, rng):
    """Single notes and chords left to ring, with pauses after them."""
    out, beat = [], 0.0
    while beat < score.bars * score.metre:
        length = rng.uniform(0.8, 3) / score.beat
        notes = score.chord(int(beat // score.metre), int(rng.choice([1, 1, 2, 3])))
        out += [(beat, length * rng.uniform(0.4, 1), p + int(rng.choice([0, 12])), 0.9) for p in notes]
        beat += length
    return out


def played(score, patch, layer, transpose=0):
    """A layer of notes as sound."""
    out = np.zeros(int((score.seconds + 0.5) * RATE), "float32")
    for beat, length, pitch, velocity in layer:
        add(out, score.time(beat), patch.play(pitch + transpose, length * score.beat) * np.float32(velocity))
    return out


def drums(score, rng):
    """A pattern of one or two bars on a kit of its own, with fills now and then."""
    kit = {k: drum(rng, k) for k in ("kick", "snare", "hat", "open", "tom", "clap", "shaker", "block", "crash")}
    out, steps = np.zeros(int((score.seconds + 1) * RATE), "float32"), score.metre * 4
    chance = {"kick": 0.12, "snare": 0.06, "hat": 0.0, "shaker": 0.3, "block": 0.1, "clap": 0.03}
    used = {k for k in chance if rng.random() < 0.5} | {str(rng.choice(["kick", "hat", "shaker"]))}
    hat_step = int(rng.choice([1, 2, 2, 4]))
    pattern = {k: rng.random(steps) < chance[k] for k in sorted(used)}
    for k in pattern:
        on = {"kick": slice(0, None, 8), "snare": slice(4, None, 8), "hat": slice(0, None, hat_step)}.get(k)
        if on is not None:
            pattern[k][on] = True
    for bar in range(score.bars):
        for k, hits in pattern.items():
            for step in np.flatnonzero(hits):
                add(out, score.time(bar * score.metre + step / 4), kit[k] * np.float32(rng.uniform(0.5, 1)))
        if bar % 4 == 3 and rng.random() < 0.5:
            for step in range(steps - 4, steps):
                add(out, score.time(bar * score.metre + step / 4), kit["tom"] * np.float32(0.8))
    return out


# A style makes [(sound, gain dB)], the layers of a piece.

def any_patch(rng, names):
    return Patch(rng, str(rng.choice(names)))


def band(rng, score):
    chords = rng.choice([held_chords, comped_chords, arpeggio])
    layers = [(played(score, any_patch(rng, STRUCK + HELD), chords(score, rng)), -4),
              (played(score, Patch(rng, "bass"), bass_line(score, rng), -12 * int(rng.integers(2))), -2),
              (drums(score, rng), rng.uniform(-10, 2))]
    if rng.random() < 0.7:
        layers.append((played(score, any_patch(rng, LEAD), melody(score, rng), 12), 0))
    return layers


def solo(rng, score, second=None):
    first = any_patch(rng, STRUCK)
    return [(played(score, first, rng.choice([arpeggio, comped_chords])(score, rng)), -3),
            (played(score, second or first, melody(score, rng), 12), 0)]


def duo(rng, score):
    return solo(rng, score, any_patch(rng, LEAD))


def pads(rng, score):
    return [(played(score, any_patch(rng, HELD), held_chords(score, rng)), 0),
            (played(score, any_patch(rng, STRUCK), arpeggio(score, rng), 12), -14)]


def sparse(rng, score):
    return [(played(score, any_patch(rng, STRUCK), sparse_notes(score, rng), 12), 0)]


def drums_alone(rng, score):
    return [(drums(score, rng), 0)]


def chip(rng, score):
    voices = [Patch(rng, "chip") for _ in range(3)]
    return [(played(score, voices[0], arpeggio(score, rng)), -6),
            (played(score, voices[1], melody(score, rng), 12), 0),
            (played(score, voices[2], bass_line(score, rng)), -3)]


def rock(rng, score):
    """Chords without their thirds through an overdriven amplifier."""
    fifths = [note for note in comped_chords(score, rng) if (note[2] - score.key) % 12 not in (3, 4)]
    strummed = at_level(played(score, Patch(rng, "guitar"), fifths, -12), -12)
    return [(filtered(np.tanh(rng.uniform(3, 12) * strummed), "lowpass", 3000), -2), (drums(score, rng), 0)]


def broken(rng, score):
    return [(played(score, any_patch(rng, STRUCK), arpeggio(score, rng), 12), 0)]


def monophonic(rng, score):
    return [(played(score, any_patch(rng, LEAD), melody(score, rng), 12), 0)]


def plain(rng, score):
    """Long single notes, as some exchanges send."""
    length = rng.uniform(1.5, 8) / score.beat
    starts = np.arange(0, score.bars * score.metre, length)
    notes = [(b, length * rng.uniform(0.7, 1), score.pitch(int(rng.integers(0, 9))), 1) for b in starts]
    return [(played(score, any_patch(rng, HELD + ("sax", "flute", "clarinet")), notes, 12), 0)]


def ticking(rng, score):
    ticks = np.zeros(int(score.seconds * RATE), "float32")
    stroke = drum(rng, str(rng.choice(["tick", "block"])))
    for beat in np.arange(0, score.bars * score.metre, rng.choice([0.5, 1])):
        add(ticks, score.time(beat), stroke)
    return [(ticks, -6), (played(score, any_patch(rng, STRUCK), sparse_notes(score, rng), 12), -2)]


STYLES = {"band": (band, 5), "solo": (solo, 4), "duo": (duo, 3), "pads": (pads, 2), "sparse": (sparse, 2),
          "drums": (drums_alone, 1), "chip": (chip, 1), "arpeggio": (broken, 2), "plain": (plain, 1),
          "rock": (rock, 1), "monophonic": (monophonic, 2), "ticking": (ticking, 0.5)}


def plan(rng, style, score):
    return STYLES[style][0](rng, score)


def mixed(rng, layers, n):
    out = np.zeros(n, "float32")
    for x, gain in layers:
        m = min(n, len(x))
        if level_db(x) > -90:
            out[:m] += at_level(x, gain + rng.normal(0, 3))[:m]
    return out


def piece(rng, seconds):
    """(samples at about unit power, score, style) of a new piece of music."""
    names = list(STYLES)
    weights = np.array([STYLES[s][1] for s in names], float)
    style = str(rng.choice(names, p=weights / weights.sum()))
    score = Score(rng, seconds)
    x = mixed(rng, plan(rng, style, score), int(score.seconds * RATE))
    if rng.random() < 0.5:
        x = reverberated(rng, x, rng.uniform(0.3, 1.8), rng.uniform(-16, -3))
    if rng.random() < 0.3:
        x = compressed(x, rng.uniform(0.05, 0.5), rng.uniform(0.5, 0.95))
    return at_level(x, 0.0), score, style
