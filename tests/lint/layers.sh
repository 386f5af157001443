#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Fails on an #include of a higher or a neighbouring layer: layers.sh SOURCE_DIR
# A folder is a room; data walks through the rooms in order and never turns back.
cd "${1:-.}" || exit 2
awk '
BEGIN {
    split("base:0 sql:1 child:1 spelling:1 audio:2 recorder:2 book:2 watch:2 post:2 signal:3 facts:3 track:4 event:5 measure:6 verdict:7 " \
          "rubric:8 appraisal:8 result:10 settings:10 report:11 store:11 scores:11 review:12 analysis:12 rounds:13 pipeline:13 " \
          "work:14 http:15 media:15 api:16 daemon:17 cli:17 server:17 codecs:18", pairs, " ")
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
' $(find src -name '*.[ch]') || exit 1
# One room knows databases, and every statement is declared where a test finds it.
! grep -rnE '^[ \t]*#[ \t]*include[ \t]*[<"](sqlite3|libpq-fe|mysql|mariadb/mysql)\.h' src --include='*.[ch]' |
    grep -v "^src/sql/" || { echo "only src/sql/ includes a database's header"; exit 1; }
# store/steps.c writes one at run time, from the table of states; facts/table.c one that a configuration says.
! grep -rnE 'struct cqa_sql_statement [a-z_]+(\[\])? *=' src --include='*.[ch]' |
    grep -v "^src/sql/\|^src/store/steps\.c:\|^src/facts/table\.c:" || { echo "declare a statement with CQA_SQL_STATEMENT"; exit 1; }
# HTTP is one room's as well, and of the store that room knows accounts and the audit log alone: it knows no call.
! grep -rnE '^[ \t]*#[ \t]*include[ \t]*<microhttpd\.h' src --include='*.[ch]' | grep -v "^src/http/" ||
    { echo "only src/http/ includes microhttpd.h"; exit 1; }
! grep -rnE '^[ \t]*#[ \t]*include[ \t]*"(result|rubric|scores)/' src/http --include='*.[ch]' | grep -vE '"scores/(accounts|audit)\.h"' ||
    { echo "http/ knows no call"; exit 1; }
echo "layers: ok"
