#!/usr/bin/env python3
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


def line(what, figure, wanted):
    print(f"{what:58} {figure:>18}   {wanted}", flush=True)


def main():
    callqa, folder = sys.argv[1], sys.argv[2]

    def path(name):
        return os.path.join(folder, name)

    def analyze(*names, jobs=1):
        return [callqa, "analyze", "--format", "jsonl", "-j", str(jobs), *(path(n) for n in names)]

    def silencedetect(name):
        return ["ffmpeg", "-nostdin", "-v", "error", "-i", path(name), "-af", "silencedetect", "-f", "null", "-"]

    floor = [path("floor"), path("1h.wav")]
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, {ROUNDS} rounds\n")
    for command in (analyze("1h.wav"), silencedetect("1h.wav"), floor):  # reads the file into memory
        run(command)

    ours, theirs, ratio = paired(analyze("1h.wav"), silencedetect("1h.wav"))
    line("1 h WAV: callqa, s", f"{ours:.2f}", "")
    line("1 h WAV: ffmpeg silencedetect, s", f"{theirs:.2f}", "")
    line("  times as fast as silencedetect", f"{ratio:.2f}", "at least 1.2, goal 1.7")
    ours, least, ratio = paired(analyze("1h.wav"), floor)
    line("1 h WAV: floor (decode and transforms), s", f"{least:.2f}", "")
    line("  times the floor", f"{1 / ratio:.2f}", "at most 4, goal 2")
    line("  times as fast as real time", f"{3600 / ours:.0f}", "")
    opus, theirs, ratio = paired(analyze("1h.ogg"), silencedetect("1h.ogg"))
    line("1 h Opus: callqa, s", f"{opus:.2f}", "")
    line("  times the WAV", f"{opus / ours:.2f}", "")
    line("  times as fast as silencedetect on it", f"{ratio:.2f}", "")

    hours = {"10min.wav": 1 / 6, "1h.wav": 1, "8h.wav": 8}
    rounds = {"10min.wav": ROUNDS, "1h.wav": ROUNDS, "8h.wav": 3}
    for name, length in hours.items():
        runs = [run(analyze(name)) for _ in range(rounds[name])]
        seconds = statistics.median(r[0] for r in runs) / length
        memory = max(r[2] for r in runs)
        line(f"{name}: s per hour", f"{seconds:.2f}", "linear: the same")
        line("  peak memory of its largest process, MB", f"{memory:.0f}",
             {"1h.wav": "at most 64", "8h.wav": "at most 256"}.get(name, ""))

    processors = len(os.sched_getaffinity(0))
    copies = [f"copy{i}.wav" for i in range(4 * processors)]
    for name in copies:
        os.link(path("1h.wav"), path(name))
    rounds = [(run(analyze(*copies)), run(analyze(*copies, jobs=processors), processors)) for _ in range(ROUNDS)]
    line(f"{processors} workers on {processors} processors: times as fast as one",
         f"{statistics.median(one[1] / all_[1] for one, all_ in rounds):.2f}",
         f"at least {0.9 * processors:.1f}; by the clock: needs an idle machine")
    line("  processor seconds of one over those of all", f"{statistics.median(one[0] / all_[0] for one, all_ in rounds):.2f}",
         "1: nothing is lost on sharing")


if __name__ == "__main__":
    main()
