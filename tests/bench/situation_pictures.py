#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a recording of each situation that docs/accuracy.md shows, and draws it.

    .ci/install samples
    tests/bench/situation_pictures.py [--callqa BIN] [--keep FOLDER] [NAME...]

The voices are espeak-ng's and music and tones are computed (samples/make.py), so no real person is heard. The pictures go to
docs/img/situations/, drawn by `callqa plot`. --keep leaves the recordings in a folder, to listen to or to analyse.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "samples"))
import make  # noqa: E402  (samples/make.py)

RATE = make.RATE
AGENT, CUSTOMER = make.AGENT, make.CUSTOMER
COLOURS = 48                     # of the palette: a drawing needs no more


def frames(begin, end):
    return slice(int(begin * RATE), int(end * RATE))


def noise(count, seed):
    return np.random.default_rng(seed).standard_normal(count)


def opening(call):
    call.agent("Good morning, parcel service, this is Anna. How can I help you?")
    call.customer("Hello, I sent a parcel on Monday and it has not arrived. The number ends in four two seven.")
    call.agent("Thank you. What is the name of the street, please?")
    call.customer("It is Mill Lane, number fourteen.")


def closing(call):
    call.agent("It is in the sorting centre. It will be delivered tomorrow before noon.")
    call.customer("All right, thank you. Goodbye.")
    call.agent("Thank you for calling. Goodbye.", 0.3)


def asked(seed, wait=17.0, noise_dbfs=(-56, -52)):
    """A call in which nobody speaks for `wait` seconds; and when that is."""
    call = make.Call(seed, "anna", "emil", noise_dbfs=noise_dbfs)
    opening(call)
    call.agent("Let me look that up.")
    begin = call.at + 0.5
    call.pause(wait)
    end = call.at
    closing(call)
    return call.finish(), begin, end


def mixed(lines):
    return lines.sum(axis=1, keepdims=True)


def as_drawn():
    return asked(31)[0]


def unrecorded_stereo():
    lines, begin, end = asked(32)
    lines[frames(begin, end)] = 0
    return lines


def unrecorded_mono():
    return mixed(unrecorded_stereo())


def masked():
    lines, begin, end = asked(33)
    where = frames(begin, end)
    lines[where] = noise(where.stop - where.start, 1)[:, None] * 10 ** (-38 / 20)
    return lines


def parked():
    """Both lines add to the noise of a mix; one of them is taken away for a while."""
    lines, begin, end = asked(34, noise_dbfs=(-46, -55))
    lines[frames(begin, end), AGENT] = 0
    return mixed(lines)


def dies():
    call = make.Call(35, "anna", "emil", noise_dbfs=(-56, -52))
    opening(call)
    gone = call.at + 0.4
    call.agent("One moment, I will look that up.")
    call.pause(6)
    call.agent("It is in the sorting centre.")
    call.pause(9)
    call.agent("Hello? Are you still there?")
    call.pause(17)
    call.agent("I cannot hear you. I will end the call now. Goodbye.")
    lines = call.finish()
    lines[int(gone * RATE):, CUSTOMER] = 0
    return lines


def menu():
    call = make.Call(36, "chen", "emil", noise_dbfs=(-56, -52))
    machine = ("For parcels press one. For letters press two.", "Please enter the last four digits of your number.")
    for words, keys in zip(machine, ("1", "4827")):
        call.voices = ("dora", "emil")
        call.agent(words)
        call.pause(7)
        call.play(CUSTOMER, make.dtmf(keys))
    call.pause(16)
    call.voices = ("anna", "emil")
    opening(call)
    closing(call)
    return call.finish()


def survey():
    call = make.Call(37, "anna", "emil", noise_dbfs=(-56, -52))
    opening(call)
    closing(call)
    call.voices = ("dora", "emil")
    call.agent("Please rate our service. Press one for very good, and five for very bad.", 1.5)
    call.pause(18)
    call.agent("You did not press a key. Please rate our service now.")
    call.pause(16)
    call.agent("Thank you. Goodbye.")
    return call.finish()


def queue():
    call = make.Call(38, "anna", "emil", noise_dbfs=(-56, -52))
    begin = call.at
    call.at = call.put(AGENT, begin, make.music(34, 23, beat=0.4))
    for offset in (6, 20):
        words = make.level(make.band(make.speech("dora", "All our agents are busy. Please stay on the line."), 250, 3400), -19)
        first = int((begin + offset) * RATE)
        call.lines[AGENT][first:first + len(words)] *= 0.35
        call.put(AGENT, begin + offset, words)
    opening(call)
    closing(call)
    return call.finish()


def samemix():
    """One mix in both channels, one of them 12 ms late, upside down, and through a filter; each with noise of its own."""
    mix = mixed(make.interruption())[:, 0]
    late = np.concatenate([np.zeros(int(0.012 * RATE)), mix])[:len(mix)]
    lines = np.stack([mix, -make.band(late, 350, 2900)], 1)
    return lines + 10 ** (-58 / 20) * noise(lines.size, 2).reshape(lines.shape)


def leg():
    """What the customer says, and nobody else."""
    call = make.Call(39, "anna", "emil", noise_dbfs=(-56, -52))
    opening(call)
    call.agent("Let me look that up. It will take a moment, because our system is slow this morning, as it often is.")
    call.customer("No problem.")
    closing(call)
    return call.finish()[:, [CUSTOMER]]


def out_of_step():
    """The customer's channel three seconds late."""
    call = make.Call(40, "anna", "emil", noise_dbfs=(-56, -52))
    call.agent("Parcel service, this is Anna speaking, how can I help you today?")
    for question, answer in (
            ("May I have the number of your parcel, please, as it is on the receipt?", "It is four eight two seven, and then nine one three."),
            ("And what is the name of the person who is to receive it?", "That is Martin Miller, at the company in Mill Lane."),
            ("Did anybody there sign for another parcel during the last week?", "Not that I know of, they have all been away on holiday."),
            ("Which day would be the best one for us to try it again?", "Thursday would be good, in the morning if it can be done."),
            ("Shall we send you a message with the time on the day before?", "Yes, please do that, to the number that I am calling from."),
            ("Is there anything else that I can do for you this morning?", "No, that was all, and thank you very much for your help.")):
        call.agent(question)
        call.customer(answer)
    call.agent("Thank you for calling, and goodbye.")
    lines = call.finish(4)
    lag = 3 * RATE
    lines[lag:, CUSTOMER] = lines[:-lag, CUSTOMER].copy()
    lines[:lag, CUSTOMER] = 10 ** (-52 / 20) * noise(lag, 3)
    return lines


SITUATIONS = {
    "as-drawn": as_drawn, "unrecorded-stereo": unrecorded_stereo, "unrecorded-mono": unrecorded_mono, "masked": masked,
    "parked": parked, "dies": dies, "menu": menu, "survey": survey, "queue": queue, "samemix": samemix, "leg": leg,
    "out-of-step": out_of_step,
}


def draw(callqa, recording, picture, width):
    """By `callqa plot`, in the size and with the colours that a page shows."""
    with tempfile.NamedTemporaryFile(suffix=".png") as large:
        subprocess.run([callqa, "plot", "--recorder", "freepbx", "--time-zone", "Asia/Shanghai", str(recording), "-o", large.name],
                       check=True)
        palette = f"scale={width}:-1:flags=area,split[a][b];[a]palettegen=max_colors={COLOURS}[p];[b][p]paletteuse=dither=none"
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", large.name, "-filter_complex", palette, "-fflags", "+bitexact",
                        "-frames:v", "1", "-update", "1", str(picture)], check=True)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(SITUATIONS)} (default: all)")
    ap.add_argument("--callqa", default=ROOT / "build/bin/callqa", metavar="BIN")
    ap.add_argument("--keep", type=pathlib.Path, metavar="FOLDER", help="leave the recordings there")
    ap.add_argument("--width", type=int, default=1200, metavar="PIXELS")
    args = ap.parse_args()
    unknown = set(args.names) - set(SITUATIONS)
    if unknown:
        ap.error(f"no such situation: {', '.join(sorted(unknown))}")
    pictures = ROOT / "docs/img/situations"
    pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.keep or pathlib.Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        for name in args.names or SITUATIONS:
            number = list(SITUATIONS).index(name)
            recording = folder / make.name("in", 8001, 13800138100 + number, f"2025-11-21 10:{10 + number}:00", number, "wav")
            make.encode(np.clip(SITUATIONS[name](), -1, 1), str(recording), *make.ULAW)
            draw(args.callqa, recording, pictures / f"{name}.png", args.width)


if __name__ == "__main__":
    main()
