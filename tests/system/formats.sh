#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every format of `callqa analyze` on real files is what its readers take: formats.sh SOURCE_DIR PROGRAM_DIR
set -eu
source=$(cd "$1" && pwd)
callqa=$(cd "$2" && pwd)/callqa
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$source/samples"
first=in-8001-13800138000-20251120-101502-1763604902.17.wav
second=in-8002-13800138011-20251120-160548-1763625948.90.wav

fail() {
    echo "formats.sh: $*" >&2
    exit 1
}
for format in text json jsonl csv rttm audacity webvtt contact-lens html; do
    "$callqa" analyze --recorder freepbx --time-zone Asia/Shanghai --format $format "$first" "$second" \
        >"$folder/$format" || fail "$format: exit $?"
    [ -s "$folder/$format" ] || fail "$format: nothing printed"
done

[ "$(jq length "$folder/json")" = 2 ] || fail "json: not an array of 2"
[ "$(jq -s length "$folder/jsonl")" = 2 ] || fail "jsonl: not 2 objects"
jq -se '.[0] == .[1:]' "$folder/json" "$folder/jsonl" >/dev/null || fail "json and jsonl differ"
python3 - "$folder/csv" "$folder/jsonl" <<'END' || fail "csv"
import csv, json, sys
rows = list(csv.DictReader(open(sys.argv[1], newline="", encoding="utf-8")))
results = [json.loads(line) for line in open(sys.argv[2], encoding="utf-8")]
assert len(rows) == len(results) == 2
for row, result in zip(rows, results):
    assert row["path"] == result["recording"]["path"], row["path"]
    assert float(row["total"]) == result["score"]["total"]
    assert None not in row and None not in row.values(), "ragged row"
    for name, value in result["measures"].items():
        assert (row[name] == "") if value is None else abs(float(row[name]) - value) < 1e-3 * max(1, abs(value)), name
END
awk '$1 != "SPEAKER" || NF != 10 || $4 + 0 < 0 || $5 + 0 <= 0 { exit 1 }' "$folder/rttm" || fail "rttm"
awk -F '\t' 'NF != 3 || $2 + 0 < $1 + 0 { exit 1 }' "$folder/audacity" || fail "audacity"
head -n 1 "$folder/webvtt" | grep -qx WEBVTT || fail "webvtt"
jq -es 'length == 2 and all(.[]; .ConversationCharacteristics.TotalConversationDurationMillis > 0)' \
    "$folder/contact-lens" >/dev/null || fail "contact-lens"
python3 -c 'import sys; sys.exit(max(len(line.rstrip("\n")) for line in open(sys.argv[1], encoding="utf-8")) > 100)' \
    "$folder/text" || fail "text: wider than 100 columns"
if grep -q "$(printf '\033')" "$folder/text"; then
    fail "text: colours without a terminal"
fi

keyed=out-13800138008-8003-20251120-143000-1763620200.71.wav
for format in text json jsonl audacity webvtt; do
    "$callqa" analyze --recorder freepbx --format $format $keyed >"$folder/masked"
    "$callqa" analyze --recorder freepbx --format $format --show-digits $keyed >"$folder/shown"
    grep -q '\*\*\*\*' "$folder/masked" || fail "$format: no keyed digits"
    sed 's/\*\*\*\*/4711/' "$folder/masked" | cmp -s - "$folder/shown" || fail "$format: --show-digits does not show them"
done
! grep -q 4711 "$folder/masked" || fail "keyed digits are not masked"

for picture in call.png call.svg; do
    "$callqa" plot --recorder freepbx -o "$folder/$picture" "$first" || fail "plot $picture: exit $?"
done
head -c 8 "$folder/call.png" | od -An -tx1 | grep -q '89 50 4e 47 0d 0a 1a 0a' || fail "plot: no PNG"
head -c 400 "$folder/call.svg" | grep -q '<svg ' || fail "plot: no SVG"
code=0
"$callqa" plot -o "$folder/bad.png" in-8002-13800138014-*.wav 2>"$folder/errors" || code=$?
if [ $code != 3 ] || ! grep -q ': unfinished: ' "$folder/errors"; then
    fail "plot of an unfinished file: exit $code"
fi
[ ! -e "$folder/bad.png" ] || fail "plot of an unfinished file left a picture"
echo "formats: ok"
