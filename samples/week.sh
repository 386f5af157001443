# SPDX-License-Identifier: GPL-3.0-or-later
# What makes a week of the samples' day, for demo.sh (sourced; $folder, $url and $password are its own):
# the same recordings again under the names of the six days before, and people who work on what comes of them.

# drop_week: copies below $folder/monitor/2025/11/DD, as FreePBX files them. The agents take turns, so that each of
# them has calls of every kind, and not every call comes every day.
drop_week() {
    for day in 14 15 16 17 18 19; do
        mkdir -p "$folder/monitor/2025/11/$day"
        at=0
        for sample in samples/in-*.wav samples/in-*.ogg samples/in-*.mp3 samples/out-*.wav; do
            at=$((at + 1))
            case $sample in *-13800138013-* | *-13800138014-*) continue ;; esac # no calls
            [ $(((at * 7 + day * 5) % 4)) -ne 0 ] || continue
            cp "$sample" "$folder/monitor/2025/11/$day/$(name_of_day "$sample" $day $((8001 + (at + day) % 3)))"
        done
    done
}

# name_of_day SAMPLE DAY AGENT: TYPE-TO-FROM-DATE-TIME-UNIQUEID.EXT; the unique id begins with the second of the call
name_of_day() {
    echo "${1##*/}" | awk -F- -v OFS=- -v day="$2" -v agent="$3" '{
        $($1 == "out" ? 3 : 2) = agent
        $4 = "202511" day
        split($6, id, ".")
        $6 = id[1] - (20 - day) * 86400 "." id[2] "." id[3]
        print
    }'
}

# Early and late shift: from Monday to Wednesday Zhang and Li change seats at one o'clock.
roster() {
    echo person,extension,team,post,from,to
    echo wang,8003,west,agent,2025-01-01,
    for seat in zhang,8001 li,8002; do
        echo "$seat,east,agent,2025-01-01,2025-11-16"
        echo "$seat,east,agent,2025-11-20,"
    done
    for day in 2025-11-17 2025-11-18 2025-11-19; do
        echo "zhang,8001,east,agent,${day},${day}T13:00"
        echo "li,8002,east,agent,${day},${day}T13:00"
        echo "li,8001,east,agent,${day}T13:00,${day}"
        echo "zhang,8002,east,agent,${day}T13:00,${day}"
    done
}

log_in() { # NAME: its cookie and token go to $folder/NAME.*
    jq -n --arg name "$1" --arg password "$password" '{$name, $password}' |
        curl -fsS -c "$folder/$1.cookies" -H 'Content-Type: application/json' --data-binary @- "$url/api/v1/session" |
        jq -r .csrf >"$folder/$1.csrf"
}
say() { # NAME PATH JSON: what a person who has logged in sends
    curl -fsS -b "$folder/$1.cookies" -H "X-CSRF-Token: $(cat "$folder/$1.csrf")" -H 'Content-Type: application/json' \
        --data-binary "$3" "$url/api/v1/$2"
}
see() { # NAME PATH
    curl -fsS -b "$folder/$1.cookies" "$url/api/v1/$2"
}
flags_of() { # NAME QUERY: their numbers
    see "$1" "flags?$2" | jq -r '.flags[].flag'
}

# The auditor decides, Zhang objects twice and is answered once, both who judge hear the same flags, some calls are drawn.
work_the_week() {
    for name in auditor zhang lead; do
        log_in $name
    done
    say zhang "flags/$(flags_of zhang 'rule=dead-air&limit=1')/objection" \
        '{"text": "The customer was looking for the order number."}' >/dev/null
    say zhang "flags/$(flags_of zhang 'rule=agent-interruption&limit=1')/objection" \
        '{"text": "The customer asked me to go on."}' >/dev/null
    answered=$(see lead 'objections?outcome=open&limit=1' | jq -r '.objections[0].objection')
    say lead "objections/$answered/answer" '{"state": "overturned", "reason": "Right: the customer asked to wait."}'
    verdicts='{"state": "confirmed"}
{"state": "overturned", "reason": "The customer went to fetch the card."}
{"state": "changed", "points": 1, "reason": "Half of it was the customer thinking."}
{"state": "confirmed"}
{"state": "confirmed"}'
    for flag in $(flags_of auditor "limit=$(printf '%s\n' "$verdicts" | wc -l)"); do
        say auditor "flags/$flag/decision" "$(printf '%s\n' "$verdicts" | head -n 1)" >/dev/null
        verdicts=$(printf '%s\n' "$verdicts" | tail -n +2)
    done
    judged=$(flags_of lead 'state=any&limit=6')
    say lead calibrations "$(echo "$judged" | jq -sc '{session: "week-47", flags: .}')" >/dev/null
    for flag in $judged; do
        say auditor calibrations/week-47/judgements "{\"flag\": $flag, \"verdict\": \"stands\"}"
        [ $((flag % 3)) -ne 0 ] && stands=stands || stands=does_not_stand
        say lead calibrations/week-47/judgements "{\"flag\": $flag, \"verdict\": \"$stands\"}"
    done
    say lead samples '{"plan": "week-47", "from": "2025-11-14", "to": "2025-11-20", "per_person": 2,
        "auditors": ["auditor"], "due": "2025-11-28"}' >/dev/null
}

# One line on the week as it stands now.
tell_week() {
    see lead 'calls?limit=500' >"$folder/week.json"
    see lead 'flags?state=any&limit=500' >"$folder/flags.json"
    see lead objections >"$folder/objections.json"
    jq -rn --slurpfile calls "$folder/week.json" --slurpfile flags "$folder/flags.json" \
        --slurpfile objections "$folder/objections.json" '
        ($calls[0].calls | map(.call.started_at[:10]) | sort) as $days | $flags[0].flags as $flags |
        "the week, \($days[0]) to \($days[-1]): \($days | length) calls of \($flags | map(.call.person) | unique | join(", ")); " +
        "\($flags | length) flags, \($flags | map(select(.state != "open")) | length) of them decided; " +
        "\($objections[0].objections | length) objections, \($objections[0].objections | map(select(.outcome == "open")) | length) of them open"'
}
