#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# README's first command, and the one for a single recording, on programs that are built: demo.sh SOURCE_DIR PROGRAM_DIR
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
# What the READMEs show of one recording: its score and what it stands on.
for language in en zh; do
    readme=README.md
    [ $language = en ] || readme=README.zh-CN.md
    told=$("$2/callqa" analyze --recorder freepbx --time-zone Asia/Shanghai --language $language "$1"/samples/in-8002-13800138001-*.ogg |
        grep -E '^  ((Score|得分) |S | {2}−2 )')
    [ "$(printf '%s\n' "$told" | wc -l)" = 4 ]
    printf '%s\n' "$told" | while IFS= read -r line; do
        grep -qxF "$line" "$1/$readme" || { echo "$readme does not say: $line"; exit 1; }
    done
done
