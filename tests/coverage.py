#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of src/ that the unit, golden and system tests run, by folder: coverage.py [--missing FOLDER] [--keep] BUILD [TEST]

BUILD is a build of the preset `coverage`; its target `coverage` calls this. Everything is counted: programs and tests,
and their children however they end (docs/testing.md). Exit code 1 where a test fails or a folder is below its floor.
--keep reports what the last runs have counted, and runs nothing; --missing also prints the folder's lines that no test
runs; TEST is a pattern of the tests to run, as ctest -R takes it.
"""
import argparse
import collections
import glob
import json
import os
import subprocess
import sys

FLOORS = {"cli": 85, "pipeline": 85, "daemon": 85, "analysis": 85}
LEFT_OUT = "^lint/|system/page"  # the browser adds minutes, and nothing that the four folders do
SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def run_tests(build, pattern):
    for path in glob.glob(build + "/profiles/*"):
        os.unlink(path)
    chosen = ["-R", pattern] if pattern else ["-E", LEFT_OUT]
    jobs = str(os.cpu_count())
    return subprocess.run(["ctest", "--test-dir", build, "--output-on-failure", "-j", jobs, *chosen]).returncode == 0


def export(build, *options):
    """What llvm-cov says of src/, of all that the build has made and that has run."""
    profile = build + "/coverage.profdata"
    subprocess.run(["llvm-profdata", "merge", "-sparse", "-o", profile, *glob.glob(build + "/profiles/*.profraw")], check=True)
    programs = [path for folder in ("bin", "libexec/callqa", "tests") for path in glob.glob("%s/%s/*" % (build, folder))
                if os.access(path, os.X_OK) and os.path.isfile(path) and not os.path.splitext(path)[1]]
    objects = [word for path in programs[1:] for word in ("-object", path)]
    done = subprocess.run(["llvm-cov", "export", "-instr-profile", profile, *options, programs[0], *objects,
                           SOURCE + "/src"], capture_output=True, text=True)
    if done.returncode != 0:  # else it only says that tests have functions of one name
        sys.exit("llvm-cov: " + done.stderr)
    return done.stdout


def counts_by_folder(build):
    folders = collections.defaultdict(lambda: [0, 0])
    for entry in json.loads(export(build, "-summary-only"))["data"][0]["files"]:
        path = os.path.relpath(os.path.realpath(entry["filename"]), SOURCE + "/src")
        if path.startswith(".."):
            continue  # the tests themselves
        lines = entry["summary"]["lines"]
        for key in (path.split("/")[0], "all"):
            folders[key][0] += lines["covered"]
            folders[key][1] += lines["count"]
    return folders


def print_missing(build, folder):
    path = None
    for line in export(build, "-format=lcov").splitlines():
        if line.startswith("SF:"):
            path = os.path.realpath(line[3:])
        elif line.startswith("DA:") and line.endswith(",0") and path.startswith("%s/src/%s/" % (SOURCE, folder)):
            number = int(line[3:].split(",")[0])
            with open(path, encoding="utf-8") as text:
                print("%s:%d:%s" % (os.path.relpath(path, SOURCE), number, text.read().split("\n")[number - 1]))


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--missing")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("build")
    parser.add_argument("pattern", nargs="?")
    wish = parser.parse_args()
    build = os.path.abspath(wish.build)
    good = wish.keep or run_tests(build, wish.pattern)
    folders = counts_by_folder(build)
    if wish.missing:
        print_missing(build, wish.missing)
    print("\nfolder       lines   run    of these")
    for folder, (covered, count) in sorted(folders.items(), key=lambda item: (item[0] == "all", item[0])):
        share = 100 * covered / count
        low = folder in FLOORS and share < FLOORS[folder]
        good = good and not low
        print("%-10s %7d %5d   %5.1f %%%s" % (folder, count, covered, share, "  below %d %%" % FLOORS[folder] if low else ""))
    if FLOORS.keys() - folders.keys():
        sys.exit("no figures of: " + ", ".join(sorted(FLOORS.keys() - folders.keys())))
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
