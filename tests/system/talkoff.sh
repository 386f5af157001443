#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Voices and music must not be taken for signalling: talkoff.sh SOURCE_DIR PROGRAM_DIR
# Needs Debian's asterisk-core-sounds-en-wav and asterisk-moh-opsound-wav: 39 minutes, as they are and in µ-law.
set -eu
program=$2/callqa
work=$(mktemp -d)
calls=$work/calls
mkdir "$calls"
trap 'rm -rf "$work"' EXIT INT TERM

for folder in /usr/share/asterisk/sounds/en_US_f_Allison /usr/share/asterisk/moh; do
    [ -d "$folder" ] || { echo "skipped: no $folder"; exit 77; }
done

# Prompts one after the other, as somebody speaks; each piece of music for itself. Beside an empty line.
list=$(find /usr/share/asterisk/sounds/en_US_f_Allison -maxdepth 1 -name '*.wav' | sort)
# shellcheck disable=SC2086
sox -V1 $list -r 8000 -c 2 "$calls/prompts.wav" remix 1 0
for piece in /usr/share/asterisk/moh/*.wav; do
    sox -V1 "$piece" -r 8000 -c 2 "$calls/$(basename "$piece")" remix 1 0
done
# Without dither, which sox draws anew each time: an exchange adds none, and every run judges the same bytes.
for file in "$calls"/*.wav; do
    sox -V1 -D "$file" -e u-law "${file%.wav}-ulaw.wav"
done
"$program" analyze --recorder generic --format jsonl "$calls" >"$work/results"
count=$(wc -l <"$work/results")
[ "$count" -ge 6 ] || { echo "only $count recordings analysed" >&2; exit 1; }
found=$(jq -r '.recording.path as $path | .events[] | select(.type | IN("dtmf", "sit", "fax", "busy", "ringback"))
               | "\($path): \(.type) at \(.start_ms) ms"' "$work/results")
[ -z "$found" ] || { echo "$found" >&2; exit 1; }
echo "talkoff: $(jq -s 'map(.recording.duration_ms) | add / 60000 | floor' "$work/results") minutes, nothing taken for a signal"
