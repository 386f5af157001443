#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fails on a circle of files inside a folder that no declared header explains: circles.py SOURCE_DIR

A file here is a .c with the .h of its name, and what begins with that name and has no .c (probe_forms.h is of probe.c). A
folder may declare headers that all its files include, though their own .c includes some of these in turn; without the edges
to these no circle may be left. Between folders tests/lint/layers.sh sees to it."""
import collections
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import c_source  # noqa: E402

DECLARED = {
    "appraisal/scheme.h", # a scheme, which the files of its loader fill
    "audio/audio.h",      # what a recording is; layout.c measures it, audio.c asks layout.c
    "event/scene.h",      # what the detectors look at
    "event/tones.h",      # what the finders of tones fill
    "child/child.h",      # a child, which the zygote forks for it
    "http/http.h",         # a request, as an endpoint sees it
    "pipeline/parts.h",   # the pipeline's inside
    "recorder/sidecar_parts.h", # what the reader of sidecars and its child say to each other
    "post/post.h",        # parcels and receipts
    "recorder/profile.h", # a profile, and what it says of a call
    "report/format.h",    # a report under way
    "report/plot.h",      # what a picture is made of
    "result/item.h",       # a posted item, which its reader has others fill
    "rubric/rule.h",      # a rule
    "scores/put/put.h",    # what the files share that put a result
    "sql/sql.h",          # a connection and a statement, as the drivers fill them
    "store/recordings.h", # a recording's row
    "store/store.h",      # the store
    "track/track.h",      # tracks
}

TWO = {"event", "recorder", "report", "store"} # have two; every other folder has one at most


def module(path, all_of_them):
    """The file that a file belongs to, without its ending."""
    name = shorter = re.sub(r"(_kernel|_avx2|_avx512)$", "", path.rsplit(".", 1)[0])
    while shorter + ".c" not in all_of_them:
        shorter, _, rest = shorter.rpartition("_")
        if not shorter or "/" in rest:
            return name
    return shorter


def edges(source):
    """From each module those of its folder that it includes, but for declared headers."""
    texts = {str(path.relative_to(source / "src")): path.read_text(encoding="utf-8") for path in c_source.files(source)}
    graph = collections.defaultdict(set)
    for path, text in texts.items():
        here = module(path, texts)
        for included in c_source.INCLUDE.findall(text):
            if included in texts and included not in DECLARED and included.split("/")[0] == path.split("/")[0]:
                there = module(included, texts)
                if there != here:
                    graph[here].add(there)
    return graph


def way_back(graph, start):
    """A shortest way from a module to itself, or nothing."""
    came, todo = {}, collections.deque([start])
    while todo:
        here = todo.popleft()
        for there in sorted(graph.get(here, ())):
            if there == start:
                way = [here]
                while way[-1] != start:
                    way.append(came[way[-1]])
                return way[::-1] + [start]
            if there not in came:
                came[there] = here
                todo.append(there)
    return []


def main():
    source = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    graph = edges(source)
    if len(graph) < 100:
        sys.exit(f"only {len(graph)} files include others: is this the checkout?")
    several = [folder for folder, count in collections.Counter(header.rsplit("/", 1)[0] for header in DECLARED).items()
               if count > 1 and folder not in TWO]
    if several:
        sys.exit(f"more than one header declared of {', '.join(several)}")
    circles = {}
    for start in sorted(graph):
        way = way_back(graph, start)
        if way:
            circles.setdefault(frozenset(way), way)
    if circles:
        sys.exit("\n".join("a circle: " + " → ".join(way) for way in circles.values()))
    print(f"circles: none, beyond {len(DECLARED)} declared headers")


if __name__ == "__main__":
    main()
