#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Fails on an #include of a higher or a neighbouring layer: layers.sh SOURCE_DIR
# A folder is a room; data walks through the rooms in order and never turns back.
cd "${1:-.}" || exit 2
awk '
BEGIN {
    split("base:0 audio:1 recorder:1 watch:1 store:1 post:1 signal:2 track:3 event:4 measure:5 verdict:6 " \
          "rubric:7 appraisal:7 report:8 analysis:9 pipeline:10 daemon:11 cli:11 server:11", pairs, " ")
    for (i in pairs) { split(pairs[i], p, ":"); layer[p[1]] = p[2] }
}
FNR == 1 { split(FILENAME, path, "/"); here = path[2] }
/^[ \t]*#[ \t]*include[ \t]*"/ {
    split($0, q, "\""); split(q[2], parts, "/"); there = parts[1]
    if (!(here in layer)) { print FILENAME ":" FNR ": folder " here " has no layer"; bad = 1 }
    else if (!(there in layer)) { print FILENAME ":" FNR ": \"" q[2] "\" is not FOLDER/FILE.h of src/"; bad = 1 }
    else if (there != here && layer[there] + 0 >= layer[here] + 0) {
        print FILENAME ":" FNR ": " here " (layer " layer[here] ") must not include " q[2] " (layer " layer[there] ")"
        bad = 1
    }
}
END { exit bad }
' $(find src -name '*.[ch]') && echo "layers: ok"
