#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs to a folder of its own and works from there: install.sh SOURCE_DIR PROGRAM_DIR
set -eu
source=$(cd "$1" && pwd)
build=$(cd "$2/.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
prefix=$folder/there

cmake --install "$build" --prefix "$prefix" >"$folder/log" || { cat "$folder/log"; exit 1; }
for file in bin/callqa bin/callqad bin/callqa-server libexec/callqa/callqa-sweep libexec/callqa/callqa-plot \
    libexec/callqa/callqa-check-config share/callqa/acoustic/callqa.model share/callqa/rubrics/standard.yaml \
    share/callqa/recorders/freepbx.yaml share/callqa/tones/standard.yaml lib/systemd/system/callqad.service \
    lib/systemd/system/callqa-sweep.timer lib/sysusers.d/callqa.conf lib/tmpfiles.d/callqa.conf \
    share/man/man1/callqa.1 share/man/man8/callqad.8 share/man/man8/callqa-server.8 share/man/zh_CN/man1/callqa.1 \
    share/man/zh_CN/man8/callqad.8 share/man/zh_CN/man8/callqa-server.8 \
    share/bash-completion/completions/callqa share/zsh/site-functions/_callqa; do
    [ -s "$prefix/$file" ] || { echo "not installed: $file"; exit 1; }
done
! grep -rn '@[A-Z]*@' "$prefix/lib" || { echo "a unit was not filled in"; exit 1; }

cd / # nothing of the checkout is near
"$prefix/bin/callqa" analyze --recorder freepbx --format csv "$source"/samples/in-8001-13800138000-*.wav >"$folder/csv"
grep -q dead-air "$folder/csv" || { cat "$folder/csv"; exit 1; }
"$prefix/bin/callqa" check-rubric standard

# Commands that are programs of their own: what they need is found from there, and a half installation says so.
"$prefix/bin/callqa" plot -r freepbx "$source"/samples/in-8001-13800138000-*.wav -o "$folder/picture.svg"
[ -s "$folder/picture.svg" ] || { echo "no picture"; exit 1; }
! ldd "$prefix/bin/callqa" | grep -E 'libcurl|libcairo' || { echo "every start loads what only some commands need"; exit 1; }
mv "$prefix/libexec/callqa/callqa-plot" "$folder/"
code=0
"$prefix/bin/callqa" plot x.wav -o x.png 2>"$folder/said" || code=$?
{ [ "$code" -eq 1 ] && grep -q 'libexec/callqa/callqa-plot: .*installed in whole' "$folder/said"; } ||
    { echo "without callqa-plot: exit $code"; cat "$folder/said"; exit 1; }
[ "$(strings "$prefix/bin/callqa" | grep -cF "$source/models" || :)" -eq 0 ] || { echo "callqa knows the checkout"; exit 1; }

# FFmpeg's libraries are the two codecs programs' alone; without these a recording is refused by name, all else is read.
! ldd "$prefix"/bin/* "$prefix/libexec/callqa/callqa-sweep" | grep libav || { echo "linked to FFmpeg"; exit 1; }
ffmpeg -v error -nostdin -i "$source"/samples/in-8001-13800138000-*.wav -c:a aac "$folder/call.m4a"
if [ -e "$prefix/libexec/callqa/callqa-codecs" ]; then
    "$prefix/bin/callqa" analyze --format csv "$folder/call.m4a" >"$folder/csv" || { echo "M4A is not read"; exit 1; }
    grep -q dead-air "$folder/csv" || { cat "$folder/csv"; exit 1; }
    "$prefix/libexec/callqa/callqa-codecs" 2>/dev/null && { echo "callqa-codecs ran by itself"; exit 1; }
    rm "$prefix/libexec/callqa/callqa-codecs" "$prefix/libexec/callqa/callqa-server-codecs"
fi
code=0
"$prefix/bin/callqa" analyze "$folder/call.m4a" "$source"/samples/in-8001-13800138000-*.wav >"$folder/csv" 2>"$folder/said" || code=$?
{ [ "$code" -eq 3 ] && grep -q 'unsupported_codec: AAC .*not installed' "$folder/said" && [ -s "$folder/csv" ]; } ||
    { echo "without the codecs programs: exit $code"; cat "$folder/said"; exit 1; }

# Completion offers what --help says, under commands too.
cat >"$folder/complete" <<'END'
. "$1"
offers() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _callqa; echo " ${COMPREPLY[*]} "; }
[[ $(offers callqa an) == ' analyze ' ]] || { echo "completion of 'callqa an': $(offers callqa an)"; exit 1; }
[[ $(offers callqa analyze --rec) == ' --recorder ' ]] || { echo "of 'callqa analyze --rec': $(offers callqa analyze --rec)"; exit 1; }
[[ $(offers callqa analyze --format cs) == ' csv ' ]] || { echo "of '--format cs': $(offers callqa analyze --format cs)"; exit 1; }
END
PATH=$prefix/bin:$PATH bash "$folder/complete" "$prefix/share/bash-completion/completions/callqa"
echo "install: ok"
