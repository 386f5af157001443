#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# From a clean clone to scored calls: installs what lacks, builds, starts the scoring server and the daemon on loopback
# in a temporary folder, drops the samples in, and a week made of them, waits for the results and prints them.
set -eu

usage() {
    cat <<END
Usage: samples/demo.sh [--once|--keep] [--bin FOLDER]
  --once        end when the results are printed (what happens without a terminal)
  --keep        stay until interrupted, and leave the temporary folder behind
  --bin FOLDER  programs that are built already: installs and builds nothing
Default on a terminal: server and daemon stay up until Enter is pressed.
END
}

mode=
bin=
while [ $# -gt 0 ]; do
    case $1 in
    --once) mode=once ;;
    --keep) mode=keep ;;
    --bin) bin=$2; shift ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
    esac
    shift
done
if [ -z "$mode" ]; then
    mode=once
    [ ! -t 0 ] || mode=wait
fi

cd "$(dirname "$0")/.."
. samples/week.sh
. samples/appraisal.sh
if [ -z "$bin" ]; then
    .ci/install build
    cmake -S . -B build -DCMAKE_BUILD_TYPE=Release >/dev/null
    cmake --build build -j"$(nproc)"
    bin=build/bin
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/callqa-demo.XXXXXX")
server=
daemon=
finish() {
    code=$?
    trap - EXIT INT TERM
    [ -z "$daemon" ] || kill "$daemon" 2>/dev/null || :
    [ -z "$server" ] || kill "$server" 2>/dev/null || :
    wait
    if [ $code -ne 0 ] && [ $code -ne 130 ]; then
        tail -n 20 "$folder"/*.log >&2 || :
    fi
    [ "$mode" = keep ] || rm -rf "$folder"
    exit $code
}
trap finish EXIT
trap 'exit 130' INT TERM

mkdir "$folder/monitor" "$folder/state"
cat >"$folder/server.yaml" <<END
listen: 127.0.0.1:0
port_file: $folder/port
store: sqlite:$folder/scores.db
audio:
  - $folder/monitor
session:
  plain_cookie: true
END
"$bin/callqa-server" token add demo-recorder --role recorder --config "$folder/server.yaml" >"$folder/token"
"$bin/callqa-server" token add demo-lead --role lead --config "$folder/server.yaml" >"$folder/lead"
chmod 600 "$folder/token" "$folder/lead"
password=listen-to-them
account() { # NAME ROLE [OPTION]...
    name=$1 role=$2
    shift 2
    echo $password | "$bin/callqa-server" user add "$name" --role "$role" "$@" --password-file - --config "$folder/server.yaml"
}
account lead lead
account auditor auditor
for person in zhang li wang; do
    account $person agent --person $person
done
account hr hr
account admin admin
"$bin/callqa-server" --config "$folder/server.yaml" >"$folder/server.log" 2>&1 &
server=$!

wait_for() { # SECONDS COMMAND...: until the command succeeds
    left=$(($1 * 5))
    shift
    until "$@"; do
        left=$((left - 1))
        if [ $left -eq 0 ] || ! kill -0 "$server" 2>/dev/null; then
            echo "demo.sh: gave up waiting ($*)" >&2
            exit 1
        fi
        sleep 0.2
    done
}
wait_for 30 test -s "$folder/port"
url=http://127.0.0.1:$(cat "$folder/port")
# The roster is put in force by a person: no token may.
csrf=$(curl -fsS -c "$folder/cookies" -H 'Content-Type: application/json' \
    -d "{\"name\":\"lead\",\"password\":\"$password\"}" "$url/api/v1/session" | sed 's/.*"csrf":"\([^"]*\)".*/\1/')
roster | curl -fsS -o "$folder/roster.json" -X PUT -b "$folder/cookies" -H "X-CSRF-Token: $csrf" \
    -H 'Content-Type: text/csv' --data-binary @- "$url/api/v1/roster"
rm "$folder/cookies"

cat >"$folder/callqad.yaml" <<END
state_dir: $folder/state
watch:
  - path: $folder/monitor
    recorder: freepbx
    time_zone: Asia/Shanghai
rubric: standard
workers: $(nproc)
settle: 1s        # the samples are copied in one go; the defaults wait for recorders
scan_interval: 1s
unfinished: 3s
post:
  url: $url/api/v1/results
  token_file: $folder/token
END
"$bin/callqad" --config "$folder/callqad.yaml" >"$folder/callqad.log" 2>&1 &
daemon=$!

for sample in samples/*.wav samples/*.ogg samples/*.mp3; do
    cp "$sample" "$folder/monitor/"
done
dropped=$(find "$folder/monitor" -type f | wc -l)
drop_week
files=$(find "$folder/monitor" -type f | wc -l)

fetch() { # PATH: an answer of the server, as a lead sees it
    curl -fsS -H "Authorization: Bearer $(cat "$folder/lead")" "$url$1"
}
arrived() {
    fetch '/api/v1/calls?limit=500' >"$folder/calls.json" &&
        fetch '/api/v1/failures?limit=100' >"$folder/failures.json" &&
        [ "$(jq -s '(.[0].calls | length) + (.[1].failures | length)' "$folder/calls.json" "$folder/failures.json")" \
            -ge "$files" ]
}
echo "$dropped recordings dropped into $folder/monitor, $((files - dropped)) more of the six days before; waiting for their results at $url"
wait_for 120 arrived
work_the_week
appraise_months

row() { printf '%-6s %-6s %-12s %5s %6s  %s\n' "$@"; }
echo
row start agent customer length score deductions
jq -r '.calls | map(select(.call.started_at[:10] == "2025-11-20")) | sort_by(.call.started_at)[] |
       [.call.started_at[11:16], .call.agent // "-", .call.customer // "-",
        (.recording.duration_ms / 1000 | floor | "\(. / 60 | floor):\(. % 60 + 100 | tostring[1:])"),
        (.score.total | tostring),
        ([.score.deductions[] | (if .points > 0 then "−\(.points) " else "note " end) + .rule +
          " \(.start_ms / 1000 | floor)–\(.end_ms / 1000 | floor) s"] | join(", "))] | @tsv' "$folder/calls.json" |
    while IFS='	' read -r start agent customer length score deductions; do
        row "$start" "$agent" "$customer" "$length" "$score" "$deductions"
    done | sed 's/ *$//'
echo
jq -r '.failures[] | "not a call: \(.recording.path | split("/") | last): \(.reason): \(.text)"' "$folder/failures.json"
tell_week
tell_appraisal
echo
if curl -fsS -o /dev/null "$url/" 2>/dev/null; then
    echo "the page: $url/   log in as lead, auditor, zhang, li or wang (agents), hr or admin; password: $password"
else
    echo "the server: $url/   (the page is not built: it needs npm)"
fi
echo "a lead's token for the API: $(cat "$folder/lead")"

case $mode in
wait)
    printf 'Enter ends the demo. '
    read -r _ || :
    ;;
keep)
    echo "folder: $folder; interrupt (Ctrl-C) to end"
    wait
    ;;
esac
