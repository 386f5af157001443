#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# MixMonitor's .raw and its like: read as they are, told where they are not as somebody says: headerless.sh SOURCE_DIR PROGRAM_DIR
set -eu
source=$(cd "$1" && pwd)
callqa=$(cd "$2" && pwd)/callqa
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
sample=$(echo "$source"/samples/in-8001-13800138000-*.wav)

fail() {
    echo "headerless.sh: $*" >&2
    exit 1
}
# expect PROFILE FILE JQ-CONDITION
expect() {
    found=$("$callqa" analyze --recorder "$1" --format jsonl "$2") || fail "$2 with $1: not read"
    echo "$found" | jq -e "$3" >/dev/null || fail "$2 with $1: not $3 but $(echo "$found" | jq -c .recording)"
}
# refused PROFILE FILE REASON TEXT
refused() {
    if "$callqa" analyze --recorder "$1" "$2" >out 2>err; then fail "$2 with $1: read"; fi
    grep -q "$3: .*$4" err || fail "$2 with $1: $(cat err)"
}
# profile NAME RAW
profile() {
    printf 'name: %s\ntakes_any: true\nagent_channel: 0\nraw: %s\n' "$1" "$2" >"$1.yaml"
}

expect freepbx "$sample" '.recording.layout == "stereo"'
"$callqa" analyze --recorder freepbx --format jsonl "$sample" | jq -c .events >events
sox "$sample" -t raw -e signed -b 16 d.raw
sox "$sample" -t raw -e signed -b 16 -c 1 one.raw
sox "$sample" -c 1 one.wav
sox "$sample" -t raw -e signed -b 16 -r 16000 d16.raw
sox "$sample" -t raw -e signed -b 16 -r 48000 d48.raw
sox "$sample" -t raw -e a-law d.law
cp d.raw linear.pcm
profile d16 '{encoding: slin, rate_hz: 16000, channels: 2}'
profile d48 '{encoding: slin, rate_hz: 48000}'
profile law '{encoding: alaw, channels: 2}'
profile mono '{encoding: slin, channels: 1}'

whole='.recording.layout == "stereo" and .recording.container == "RAW"'
ms=$("$callqa" analyze --recorder freepbx --format jsonl "$sample" | jq .recording.duration_ms)
profile agent '{encoding: slin}'
expect ./agent.yaml d.raw "$whole and .recording.duration_ms == $ms"
"$callqa" analyze --recorder ./agent.yaml --format jsonl d.raw | jq -c .events | cmp - events ||
    fail "d.raw: other events than the WAV it was made of"
expect asterisk one.raw ".recording.layout == \"mono\" and .recording.duration_ms == $ms"
expect ./d16.yaml d16.raw "$whole and .recording.rate_hz == 16000"
expect ./d48.yaml d48.raw "$whole and .recording.rate_hz == 48000"
expect ./law.yaml d.law "$whole and .recording.encoding == \"ALAW\""
ffmpeg -v error -i one.wav -ar 16000 -c:a g722 -f g722 wide.raw
cp wide.raw wide.g722
profile wide '{encoding: g722}'
expect ./wide.yaml wide.raw ".recording.layout == \"mono\" and .recording.encoding == \"G722\" and .recording.duration_ms == $ms"
expect asterisk wide.g722 ".recording.encoding == \"G722\" and .recording.duration_ms == $ms"
"$callqa" plot --recorder ./wide.yaml wide.raw -o wide.png || fail "wide.raw: no picture"
refused asterisk wide.raw not_audio g722
refused ./wide.yaml one.raw not_audio slin
refused ./mono.yaml d.raw unsupported_layout 'channels: 2'
refused ./d16.yaml one.raw unsupported_layout 'channels: 1'
refused ./law.yaml d.raw not_audio slin
refused asterisk linear.pcm not_audio slin
refused asterisk d.law not_audio ''
"$callqa" plot --recorder ./d16.yaml d16.raw -o call.png || fail "d16.raw: no picture"
echo "headerless: ok"
