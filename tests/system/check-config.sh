#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What a person gets wrong on a host, and where check-config says it, run as the service's user: check-config.sh SOURCE_DIR PROGRAM_DIR
set -eu
programs=$(cd "$2" && pwd)
room=$(mktemp -d)
trap 'chmod -R u+rwx "$room"; rm -rf "$room"' EXIT

fail() {
    echo "check-config.sh: $*" >&2
    exit 1
}
as_nobody() {
    if [ "$(id -u)" -eq 0 ]; then setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; else "$@"; fi
}
chmod 755 "$room"
cd "$room"
mkdir calls other shut state readonly
mkdir calls/below
ln -s calls link
printf 't0ken\n' >token
: >empty
printf 'two words\n' >spaces
printf 't0ken\n' >open
printf 'whsec_%%%%\n' >webhook
printf 'x\n' >file
chmod 640 token spaces webhook
chmod 644 open file
printf x >closed.db
chmod 0 shut closed.db
[ "$(id -u)" -ne 0 ] || chown 65534:65534 state token empty spaces webhook
chmod 555 readonly

# check LINE:COLUMN WORDS YAML: the only problem, and where it is told
count=0
check() {
    printf '%s\n' "$3" >config.yaml
    code=0
    as_nobody "$programs/callqa" check-config "$room/config.yaml" >said 2>notes || code=$?
    [ "$code" -eq 4 ] || fail "exit $code of: $3: $(cat said notes)"
    [ "$(wc -l <said)" -eq 1 ] || fail "more than one problem of: $3: $(cat said)"
    grep -q "^$room/config.yaml:$1: .*$2" said || fail "no \"$1: $2\" of: $3: $(cat said)"
    count=$((count + 1))
}
top="state_dir: $room/state
watch:
  - path: $room/calls"
post="$top
post:
  url: http://127.0.0.1:8080/api/v1/results
  token_file: $room"
printf '%s/token\n' "$post" >config.yaml
as_nobody "$programs/callqa" check-config "$room/config.yaml" >said 2>notes || fail "of a good one: $(cat said notes)"
# Where the unit of the service hides the folders that the test has, it is said, and nothing else.
case $room in
/tmp/* | /var/tmp/*)
    for place in 1:12 3:11; do
        grep -q "^$room/config.yaml:$place: .*PrivateTmp=" notes || fail "no note that the unit hides $place: $(cat notes)"
    done
    ;;
esac
grep -v 'callqad.service does not see' notes >others || :
[ ! -s others ] || fail "of a good one: $(cat notes)"

check 3:11 'is no folder' "state_dir: $room/state
watch:
  - path: $room/file"
for tree in / /proc /proc/self /sys /dev/pts /etc /usr; do
    check 3:11 "the system's own" "state_dir: $room/state
watch:
  - path: $tree"
done
check 3:11 'cannot be read by the user' "state_dir: $room/state
watch:
  - path: $room/shut"
check 1:12 'No such file.*install -d' "state_dir: $room/state/later
watch:
  - path: $room/calls"
facts="$top
    facts:
      sources:"
check 6:29 'No such file' "$facts
        - {kind: csv, path: $room/Master.csv}"
check 6:35 'is a folder' "$facts
        - {kind: queue_log, path: $room/calls}"
check 6:32 'Permission denied' "$facts
        - {kind: sqlite, path: $room/closed.db, preset: asterisk}"
printf 'secret\n' >password
chmod 640 password
[ "$(id -u)" -ne 0 ] || chown 65534:65534 password
for kind in postgresql mariadb; do
    printf '%s\n' "$facts
        - {kind: $kind, host: 127.0.0.1, port: 1, user: u, database: d, password_file: $room/password, preset: asterisk}" >config.yaml
    as_nobody "$programs/callqa" check-config "$room/config.yaml" >said 2>notes || fail "of a database that is away: $(cat said notes)"
    grep -q ":6:.*the database cannot be asked now" notes || fail "it is not said that a database is away: $(cat notes)"
done
for query in 'DELETE FROM cdr' 'SELECT 1; DROP TABLE cdr' 'UPDATE cdr SET src = 1' 'PRAGMA user_version' 'SELECT 1; SELECT 2'; do
    check 8:18 'is not one SELECT' "$facts
        - kind: sqlite
          path: $room/file
          query: \"$query\"
          columns: [unique_id]"
done
for twice in calls calls/ calls/../calls link calls/below; do
    check 4:11 'lies in the same tree' "$top
  - path: $room/$twice"
done
check 1:12 'lies in the watched folder' "state_dir: $room/calls/state
watch:
  - path: $room/calls"
check 1:12 'lies in the watched folder' "state_dir: $room/link/state
watch:
  - path: $room/calls"
check 1:12 'is no folder' "state_dir: $room/file
watch:
  - path: $room/calls"
check 1:12 'cannot be written' "state_dir: $room/readonly
watch:
  - path: $room/calls"
check 1:12 'Permission denied' "state_dir: $room/shut/state
watch:
  - path: $room/calls"
check 6:15 'its first line is empty' "$post/empty"
check 6:15 'a space or control character' "$post/spaces"
check 6:15 'is no regular file' "$post/other"
check 6:15 'No such file' "$post/nothing"
check 6:15 'everybody on this machine can read' "$post/open"
for url in 127.0.0.1:8080/api ftp://127.0.0.1/api/v1/results http:///api/v1/results http://scores.example/api/v1/results \
    http://127.0.0.1:8080 http://127.0.0.1:8080/ http://127.0.0.1:99999/api/v1/results "'http://a b/c'"; do
    check 5:8 '' "$top
post:
  url: $url"
done
check 6:12 'is no regular file' "$top
post:
  url: https://scores.example/api/v1/results
  ca_file: $room/other"
check 6:12 'No such file' "$top
post:
  url: https://scores.example/api/v1/results
  ca_file: $room/ca.pem"
check 6:24 '' "$top
post:
  url: https://scores.example/api/v1/results
  webhook_secret_file: $room/webhook"

# What may be meant is told, and is no problem.
printf '%s\n' "state_dir: /var/lib/callqa
watch:
  - path: $room/mounted-later
post:
  url: https://scores.example/other" >config.yaml
as_nobody "$programs/callqa" check-config "$room/config.yaml" >said 2>notes || fail "of what comes later: $(cat said)"
[ -d /var/lib/callqa ] || grep -q "^$room/config.yaml:1:12: /var/lib/callqa: No such" notes || fail "no note of the state: $(cat notes)"
for line in '3:11: .*mounted-later: No such' '5:8: the scoring server takes results at'; do
    grep -q "^$room/config.yaml:$line" notes || fail "no note \"$line\": $(cat notes)"
done

# The scoring server's: every one of these keeps it from starting, so that systemd gives up at once (RestartPreventExitStatus).
serve() {
    printf '%s\n' "$3" >config.yaml
    code=0
    as_nobody "$programs/callqa-server" --check-config "$room/config.yaml" >said 2>&1 || code=$?
    [ "$code" -eq 4 ] || fail "exit $code of: $3: $(cat said)"
    grep -q "^$room/config.yaml:$1: .*$2" said || fail "no \"$1: $2\" of: $3: $(cat said)"
    count=$((count + 1))
}
server="listen: 127.0.0.1:0
store: sqlite:$room/state/scores.db"
serve 4:16 'No such file' "$server
tls:
  certificate: $room/cert.pem
  key: $room/file"
serve 5:8 'is no regular file' "$server
tls:
  certificate: $room/file
  key: $room/other"
serve 4:5 'is no folder' "$server
audio:
  - $room/file"
serve 4:5 "the system's own" "$server
audio:
  - /proc"
serve 2:8 'there is no folder' "listen: 127.0.0.1:0
store: sqlite:$room/nowhere/scores.db"
serve 2:8 'is no regular file' "listen: 127.0.0.1:0
store: sqlite:$room/other"

# A state that is not there is told as such.
printf 'state_dir: %s\nwatch:\n  - path: %s\n    recorder: generic\n' "$room/state/later" "$room/calls" >config.yaml

# Its disk may be mounted late: the services wait for it, say so, and go on once it is there.
become_nobody() {
    if [ "$(id -u)" -eq 0 ]; then exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; else exec "$@"; fi
}
await() {
    for _ in $(seq 300); do
        if grep -q "$1" said; then return; fi
        sleep 0.1
    done
    fail "nothing said of \"$1\": $(cat said)"
}
become_nobody "$programs/callqad" --config "$room/config.yaml" >said 2>&1 &
daemon=$!
await "state_dir: there is no folder $room/state/later.*waiting"
as_nobody mkdir "$room/state/later"
for _ in $(seq 300); do
    [ -e "$room/state/later/callqa.db" ] && break
    sleep 0.1
done
[ -e "$room/state/later/callqa.db" ] || fail "callqad does not go on with its state: $(cat said)"
kill "$daemon"
code=0
wait "$daemon" || code=$?
case $code in 0 | 143) ;; *) fail "callqad: exit $code: $(cat said)" ;; esac # 143: it had not begun to listen to signals
printf 'listen: 127.0.0.1:0\nstore: sqlite:%s\nport_file: %s\n' "$room/state/late/scores.db" "$room/state/port" >config.yaml
become_nobody "$programs/callqa-server" --config "$room/config.yaml" >said 2>&1 &
server_pid=$!
await "there is no folder $room/state/late: waiting"
as_nobody mkdir "$room/state/late"
await "listening on"
kill "$server_pid"
wait "$server_pid" || fail "callqa-server: exit $?: $(cat said)"

# A broken configuration ends with the code that the units do not restart on.
printf 'state_dir: %s\nwatch: []\n' "$room/state" >config.yaml
code=0
as_nobody "$programs/callqad" --config "$room/config.yaml" >said 2>&1 || code=$?
[ "$code" -eq 4 ] || fail "callqad: exit $code: $(cat said)"
code=0
as_nobody "$programs/callqa-server" --config "$room/config.yaml" >said 2>&1 || code=$?
[ "$code" -eq 4 ] || fail "callqa-server: exit $code: $(cat said)"
echo "check-config: $count mistakes are told at their places"
