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
expect asterisk 1763604902.17-r.wav '.matched and (.why | contains("one leg of a call"))'
expect generic any/name.wav '.matched and .roles == ["agent", "customer"] and .call.id == "any/name.wav"'
expect freepbx music.wav '.matched == false and (.why | contains("no pattern"))'
echo "identify: ok"
