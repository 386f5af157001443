#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Where the time of one analysis goes, by room of src/ and by library: profile.sh RECORDING [BUILD]
# Needs perf (Debian: linux-perf) and a release build.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
recording=$1
build=${2:-$here/../../build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

# Which room a function is of, from the rooms' libraries; the compiler's clones carry endings after a dot.
for library in "$build"/libcqa_*.a; do
    room=$(basename "$library" .a)
    nm --defined-only "$library" 2>/dev/null | awk -v room="${room#libcqa_}" 'NF == 3 { sub(/\..*/, "", $3); print $3, room }'
done | sort -u >"$work/rooms"
perf record -q -F 4999 -o "$work/data" -- "$build/bin/callqa" analyze --format jsonl -j 1 "$recording" >/dev/null
perf report -q -i "$work/data" --stdio --percent-limit 0 -F overhead,dso,symbol 2>/dev/null >"$work/report"
echo "room or library    share of the time"
awk 'FNR == NR { room[$1] = $2; next }
     $1 ~ /%$/ { name = $NF; sub(/\..*/, "", name); share = $1 + 0
                 where = $2 == "callqa" ? (name in room ? "src/" room[name] : "callqa, other") : $2
                 sum[where] += share }
     END { for (w in sum) if (sum[w] >= 0.1) printf "%-30s %5.1f %%\n", w, sum[w] }' "$work/rooms" "$work/report" | sort -t'%' -k1.31nr
echo
echo "costliest functions"
grep '%' "$work/report" | head -25
