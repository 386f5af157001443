#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures what tests/bench/speed.sh has made: speed.py CALLQA FOLDER

Times are processor seconds (user and system, all processes of a command), each command held to one processor, pairs run
alternately (A B A B …), medians. Processor seconds, because other work on the machine stretches the clock but hardly these.
"""
import os
import statistics
import subprocess
import sys
import time

ROUNDS = int(os.environ.get("ROUNDS", "7"))


def run(command, processors=1):
    """Runs a command; returns (processor seconds, clock seconds, peak memory of its largest process in MB)."""
    allowed = sorted(os.sched_getaffinity(0))[:processors]
    begun = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               preexec_fn=lambda: os.sched_setaffinity(0, allowed))
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit {process.returncode}")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - begun, usage.ru_maxrss / 1024


def paired(first, second):
    """Medians of processor seconds of both, and the median of their ratios round by round (second / first)."""
    times = [(run(first)[0], run(second)[0]) for _ in range(ROUNDS)]
    return (statistics.median(a for a, _ in times), statistics.median(b for _, b in times),
            statistics.median(b / a for a, b in times))


def line(what, figure, wanted=""):
    print(f"{what:66} {figure:>14}   {wanted}".rstrip(), flush=True)


class Bench:
    def __init__(self, callqa, folder):
        self.callqa, self.folder = callqa, folder

    def path(self, name):
        return os.path.join(self.folder, name)

    def analyze(self, *names, jobs=1):
        return [self.callqa, "analyze", "--format", "jsonl", "-j", str(jobs), *(self.path(n) for n in names)]

    def silencedetect(self, name):
        return ["ffmpeg", "-nostdin", "-v", "error", "-i", self.path(name), "-af", "silencedetect", "-f", "null", "-"]

    def hour(self):
        """The two ratios that are asked for."""
        floor = [self.path("floor"), self.path("1h.wav")]
        for command in (self.analyze("1h.wav"), self.silencedetect("1h.wav"), floor):  # reads the file into memory
            run(command)
        ours, theirs, ratio = paired(self.analyze("1h.wav"), self.silencedetect("1h.wav"))
        line("1 h of 16-bit WAV: callqa, s", f"{ours:.3f}")
        line("  ffmpeg silencedetect, s", f"{theirs:.3f}")
        line("  times as fast as silencedetect", f"{ratio:.2f}", "at least 1.2, goal 1.7")
        ours, least, ratio = paired(self.analyze("1h.wav"), floor)
        line("  floor (decode and transforms), s", f"{least:.3f}")
        line("  times the floor", f"{1 / ratio:.2f}", "at most 4, goal 2")
        line("  times as fast as real time", f"{3600 / ours:.0f}")

    def codecs(self):
        for name, what in (("1h-ulaw.wav", "µ-law WAV"), ("1h.mp3", "MP3"), ("1h.ogg", "Opus")):
            _, _, of_wav = paired(self.analyze("1h.wav"), self.analyze(name))
            ours, _, ratio = paired(self.analyze(name), self.silencedetect(name))
            line(f"1 h of {what}: callqa, s", f"{ours:.3f}")
            line("  times the 16-bit WAV", f"{of_wav:.2f}")
            line("  times as fast as silencedetect on it", f"{ratio:.2f}")
        for name, what in (("1h.g722", "G.722"), ("1h.m4a", "AAC (by callqa-codecs)")):
            ours = statistics.median(run(self.analyze(name))[0] for _ in range(ROUNDS))
            line(f"1 h of {what}: callqa, s", f"{ours:.3f}")
            line("  times as fast as real time", f"{3600 / ours:.0f}", "at least 1000")
        _, _, ratio = paired(self.analyze("1h.ogg"), [self.path("decode"), self.path("1h.ogg")])
        line("  libsndfile's decoding alone, at 48 kHz, over all of callqa's time", f"{ratio:.2f}", "above 1")

    def lengths(self):
        """Cost an hour beyond the start, against that of one hour; alternately, since the machine's speed drifts."""
        hours = {"10min.wav": 1 / 6, "1h.wav": 1, "8h.wav": 8}
        starts, costs, memory = [], {name: [] for name in hours}, {}
        for _ in range(max(3, ROUNDS // 2)):
            start = run(self.analyze("1s.wav"))[0]
            starts.append(start)
            for name, length in hours.items():
                seconds, _, peak = run(self.analyze(name))
                costs[name].append((seconds - start) / length)
                memory[name] = max(memory.get(name, 0), peak)
        line("one start (1 s of audio), s", f"{statistics.median(starts):.3f}")
        for name in hours:
            ratio = statistics.median(a / b for a, b in zip(costs[name], costs["1h.wav"]))
            line(f"{name}: cost an hour beyond the start, over that of 1 h", f"{ratio:.2f}", "1: linear")
            line("  peak memory of its largest process, MB", f"{memory[name]:.0f}",
                 {"1h.wav": "at most 64", "8h.wav": "at most 256"}.get(name, ""))

    def workers(self):
        """
        By processor seconds, which other work on the machine hardly touches; and by the clock, against as many programs
        that share nothing at all: what both lose is the machine's, not ours.
        """
        processors = len(os.sched_getaffinity(0))
        copies = [f"copy{i}.wav" for i in range(4 * processors)]
        for name in copies:
            os.link(self.path("1h.wav"), self.path(name))
        one, all_, apart = [], [], []
        for _ in range(ROUNDS):
            one.append(run(self.analyze(*copies)))
            all_.append(run(self.analyze(*copies, jobs=processors), processors))
            apart.append(self.side_by_side(copies, processors))
        times = statistics.median(a[1] / b[1] for a, b in zip(one, all_))
        line(f"{processors} workers on {processors} processors: processor seconds of one over those of all",
             f"{statistics.median(a[0] / b[0] for a, b in zip(one, all_)):.2f}", "at least 0.9: nothing is lost on sharing")
        line("  times as fast as one, by the clock", f"{times:.2f}", f"{0.9 * processors:.1f} on an idle machine")
        line("  of what unrelated single runs reach side by side, by the clock",
             f"{statistics.median(a / b[1] for a, b in zip(apart, all_)):.2f}", "at least 0.9, on a busy one too")

    def side_by_side(self, names, processors):
        """Clock seconds of one single run a processor, each with its share of the recordings."""
        allowed = sorted(os.sched_getaffinity(0))[:processors]
        begun = time.monotonic()
        runs = [subprocess.Popen(self.analyze(*names[i::processors]), stdout=subprocess.DEVNULL,
                                 preexec_fn=lambda: os.sched_setaffinity(0, allowed)) for i in range(processors)]
        if any(process.wait() != 0 for process in runs):
            sys.exit("a run failed")
        return time.monotonic() - begun


def main():
    bench = Bench(sys.argv[1], sys.argv[2])
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, {ROUNDS} rounds\n")
    bench.hour()
    bench.codecs()
    bench.lengths()
    bench.workers()


if __name__ == "__main__":
    main()
