#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Prints how fast the release build is, as ratios: speed.sh [FOLDER]
#
# Makes recordings of 10 minutes, 1 hour and 8 hours (two channels, 8 kHz, 16 bits) in a temporary folder (1.3 GB) out of
# samples/, or of FOLDER's recordings, and measures `callqa analyze` on them beside ffmpeg and tests/bench/floor.c.
# CALLQA names another program than build/bin/callqa, ROUNDS how often each pair is run (7).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
source=${1:-$here/../../samples}
callqa=${CALLQA:-$here/../../build/bin/callqa}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

[ -x "$callqa" ] || { echo "no $callqa: cmake -S . -B build && cmake --build build -j2" >&2; exit 2; }

# Every recording that ffmpeg can read, in one format, one after the other, and that again and again.
mkdir "$work/parts"
find "$source" -maxdepth 1 -type f \( -name '*.wav' -o -name '*.mp3' -o -name '*.ogg' \) | sort | while read -r file; do
    part=$work/parts/$(basename "$file").wav
    ffmpeg -nostdin -v quiet -i "$file" -ac 2 -ar 8000 -c:a pcm_s16le "$part" </dev/null || rm -f "$part"
    [ ! -e "$part" ] || printf "file '%s'\n" "$part" >>"$work/list"
done
[ -s "$work/list" ] || { echo "$source: no recordings" >&2; exit 2; }
long() { # SECONDS NAME
    ffmpeg -nostdin -v error -stream_loop -1 -f concat -safe 0 -i "$work/list" -t "$1" -c copy "$work/$2" </dev/null
}
long 1 1s.wav
long 600 10min.wav
long 3600 1h.wav
long 28800 8h.wav
ffmpeg -nostdin -v error -i "$work/1h.wav" -c:a libopus -b:a 24k "$work/1h.ogg" </dev/null
ffmpeg -nostdin -v error -i "$work/1h.wav" -c:a libmp3lame -b:a 32k "$work/1h.mp3" </dev/null
ffmpeg -nostdin -v error -i "$work/1h.wav" -ac 1 -ar 16000 -c:a g722 -f g722 "$work/1h.g722" </dev/null
ffmpeg -nostdin -v error -i "$work/1h.wav" -c:a aac -b:a 48k "$work/1h.m4a" </dev/null
ffmpeg -nostdin -v error -i "$work/1h.wav" -c:a pcm_mulaw "$work/1h-ulaw.wav" </dev/null

# shellcheck disable=SC2046
cc -O3 -o "$work/floor" "$here/floor.c" $(pkg-config --cflags --libs sndfile fftw3f)
# shellcheck disable=SC2046
cc -O3 -o "$work/decode" "$here/decode.c" $(pkg-config --cflags --libs sndfile)

python3 "$here/speed.py" "$callqa" "$work"
