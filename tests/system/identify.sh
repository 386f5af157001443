#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What `callqa identify` makes of names, where facts give the roles and where they do not: identify.sh SOURCE_DIR PROGRAM_DIR
set -eu
callqa=$(cd "$2" && pwd)/callqa

fail() {
    echo "identify.sh: $*" >&2
    exit 1
}
# expect RECORDER NAME JQ-CONDITION
expect() {
    found=$("$callqa" identify --recorder "$1" --time-zone Asia/Shanghai --format jsonl "$2")
    echo "$found" | jq -e "$3" >/dev/null || fail "$1 $2: not $3 but $found"
}
expect freepbx in-8001-13800138000-20251120-101502-1763604902.17.wav \
    '.matched and .roles == ["agent", "customer"] and .call.id == "1763604902.17" and .call.direction == "in"'
expect freeswitch 0a1b2c3d-0000-1111-2222-333344445555.wav '.matched and .roles == [null, null] and .call.direction == null'
expect freeswitch 2025-11-20-10-15-02.600.138.0a1b2c3d-0000-1111-2222-333344445555.wav '.roles == ["customer", "agent"]'
expect asterisk 1763604902.17-r.wav '.matched and (.why | contains("file of a call"))'
expect generic any/name.wav '.matched and .roles == ["agent", "customer"] and .call.id == "any/name.wav"'
expect freepbx music.wav '.matched == false and (.why | contains("no pattern"))'

# A folder is gone through as the daemon would, with what it passes over; nothing is opened.
room=$(mktemp -d)
folder=$room/monitor
trap 'chmod -R u+rwx "$room"; rm -rf "$room"' EXIT
gbk=$(printf '\325\305\310\375')
mkdir -p "$folder/2025/@eaDir" "$folder/#recycle" "$folder/shut" "$folder/elsewhere" "$folder/$gbk"
for name in in-02088886666-13800138000-20251120-101502-1763604902.17.wav in-8001-138-20251320-101502-1763604902.17.wav \
    hello.wav .hidden.wav a.wav.filepart b.wav.crdownload c.wav~ ._a.wav Thumbs.db; do
    : >"$folder/2025/$name"
done
: >"$folder/2025/@eaDir/d.wav"
cp "$folder"/2025/in-02088886666-* "$folder/$gbk/"
ln -s ../elsewhere "$folder/2025/link"
ln -s hello.wav "$folder/2025/other.wav"
chmod 0 "$folder/shut"
chmod o+rx "$room" "$folder" "$folder/2025" "$folder/$gbk"
as_nobody() {
    if [ "$(id -u)" -eq 0 ]; then setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; else "$@"; fi
}
code=0
as_nobody "$callqa" identify --recorder freepbx --format jsonl "$folder" >"$room/lines" 2>"$room/said" || code=$?
[ "$code" -eq 3 ] || fail "a folder that cannot be read: exit $code, expected 3: $(cat "$room/said")"
[ "$(jq -s 'map(.matched) | sort == [false, false, true, true]' "$room/lines")" = true ] || fail "of a folder: $(cat "$room/lines")"
[ "$(jq -s 'map(.call.agent) | unique == [null]' "$room/lines")" = true ] || fail "a DID is no agent: $(cat "$room/lines")"
for line in '4 names: 2 matched, 2 not' ' 2  pattern "in, to a number dialled"' ' 1  no pattern fits, as .*/hello.wav' \
    ' 1  pattern "in, to an extension" would fit, but the date or time does not exist' ' 1  passed over: hidden' \
    ' 2  passed over: unfinished copies' ' 1  passed over: backup copies' ' 1  passed over: deleted' \
    " 3  passed over: a system's own" ' 1  passed over: symbolic links to files' \
    'not followed, a symbolic link to a folder: .*/2025/link' 'not read: .*/shut: Permission denied'; do
    grep -q -- "$line" "$room/said" || fail "no line \"$line\": $(cat "$room/said")"
done
# Whoever reads Chinese reads nothing else, but for words that a profile has none for.
LC_ALL=zh_CN.UTF-8 "$callqa" identify --recorder freepbx "$folder/2025" >"$room/said" 2>&1 || fail "in Chinese: $(cat "$room/said")"
for line in '已匹配：模式“呼入，到被叫号码”' '未匹配：符合模式“呼入，到分机”，但其中的日期或时间并不存在' \
    '未匹配：freepbx 没有模式与“hello.wav”相符' ' 1  符合模式“呼入，到分机”，但其中的日期或时间并不存在，例如'; do
    grep -q -- "$line" "$room/said" || fail "no line \"$line\": $(cat "$room/said")"
done
echo "identify: ok"
