#!/bin/sh
# Installs to a folder of its own and works from there: install.sh SOURCE_DIR PROGRAM_DIR
set -eu
source=$(cd "$1" && pwd)
build=$(cd "$2/.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
prefix=$folder/there

cmake --install "$build" --prefix "$prefix" >"$folder/log" || { cat "$folder/log"; exit 1; }
for file in bin/callqa bin/callqad bin/callqa-server share/callqa/acoustic/callqa.model share/callqa/rubrics/standard.yaml \
    share/callqa/recorders/freepbx.yaml share/callqa/tones/standard.yaml lib/systemd/system/callqad.service \
    lib/systemd/system/callqa-sweep.timer lib/sysusers.d/callqa.conf lib/tmpfiles.d/callqa.conf \
    share/man/man1/callqa.1 share/man/man8/callqad.8 share/man/man8/callqa-server.8 \
    share/bash-completion/completions/callqa share/zsh/site-functions/_callqa; do
    [ -s "$prefix/$file" ] || { echo "not installed: $file"; exit 1; }
done
! grep -rn '@[A-Z]*@' "$prefix/lib" || { echo "a unit was not filled in"; exit 1; }

cd / # nothing of the checkout is near
"$prefix/bin/callqa" analyze --recorder freepbx --format csv "$source"/samples/in-8001-13800138000-*.wav >"$folder/csv"
grep -q dead-air "$folder/csv" || { cat "$folder/csv"; exit 1; }
"$prefix/bin/callqa" check-rubric standard
[ "$(strings "$prefix/bin/callqa" | grep -cF "$source/models" || :)" -eq 0 ] || { echo "callqa knows the checkout"; exit 1; }

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
