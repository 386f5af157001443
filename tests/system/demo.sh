#!/bin/sh
# README's first command, on programs that are built: demo.sh SOURCE_DIR PROGRAM_DIR
set -eu
out=$("$1/samples/demo.sh" --once --bin "$2" </dev/null)
printf '%s\n' "$out"
[ "$(printf '%s\n' "$out" | grep -c '^[0-9][0-9]:[0-9][0-9] ')" = 13 ]
printf '%s\n' "$out" | grep -q '^not a call: .*: truncated: '
printf '%s\n' "$out" | grep -q '^not a call: .*: unfinished: '
