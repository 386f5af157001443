#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# README's first command, on programs that are built: demo.sh SOURCE_DIR PROGRAM_DIR
set -eu
out=$("$1/samples/demo.sh" --once --bin "$2" </dev/null)
printf '%s\n' "$out"
[ "$(printf '%s\n' "$out" | grep -c '^[0-9][0-9]:[0-9][0-9] ')" = 13 ]
printf '%s\n' "$out" | grep -q '^not a call: .*: truncated: '
printf '%s\n' "$out" | grep -q '^not a call: .*: unfinished: '
printf '%s\n' "$out" | grep -q '^the week, 2025-11-14 to 2025-11-20: .*; 2 objections, 1 of them open$'
# Both READMEs show what it prints; folder, port and token are other ones each time.
printf '%s\n' "$out" | grep -E '^([0-9]|start|not a call|the week|the appraisal)' | grep -v ' dropped into ' | while IFS= read -r line; do
    for readme in README.md README.zh-CN.md; do
        grep -qxF "$line" "$1/$readme" || { echo "$readme does not say: $line"; exit 1; }
    done
done
