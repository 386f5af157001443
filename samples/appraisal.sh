# SPDX-License-Identifier: GPL-3.0-or-later
# What fills two months of appraisal, for demo.sh (sourced, after week.sh): October is closed, November is being talked through.

# open_month PERIOD ROWS [COLUMN...]: by hr, with what was counted elsewhere; the number of the appraisal is printed.
open_month() {
    period=$1 rows=$2
    shift 2
    number=$(say hr appraisals "{\"scheme\": \"hundred-points\", \"period\": \"$period\", \"place\": \"meeting room 3\"}" | jq .appraisal)
    printf 'agent,performance,business,attendance,reporting_timeliness,discipline%s\n%s\n' "$(printf ',%s' "$@")" "$rows" |
        curl -fsS -b "$folder/hr.cookies" -H "X-CSRF-Token: $(cat "$folder/hr.csrf")" -H 'Content-Type: text/csv' \
            --data-binary @- "$url/api/v1/appraisals/$number/imports?file=$period.csv" >/dev/null
    echo "$number"
}

# go_on NUMBER STAGE...
go_on() {
    number=$1
    shift
    for stage in "$@"; do
        say hr "appraisals/$number/stage" "{\"stage\": \"$stage\", \"place\": \"meeting room 3\"}" >/dev/null
    done
}

# rate NUMBER AGENT=POINTS...: the lead's overall ratings
rate() {
    number=$1
    shift
    say lead "appraisals/$number/ratings" "$(printf '%s\n' "$@" |
        jq -Rn '{ratings: [inputs | split("=") | {agent: .[0], indicator: "supervisor_score", value: .[1]}]}')" >/dev/null
}

# October has no recordings here: what callqa would measure is imported. November lacks the lead's rating of wang.
appraise_months() {
    for name in hr li wang; do
        log_in $name
    done
    october=$(open_month 2025-10 "zhang,88,86,100,90,95,96.5,68
li,91,93,100,95,90,97,55
wang,85,80,95,90,92,98,70.5" quality utilization)
    rate "$october" zhang=92 li=90 wang=85
    go_on "$october" interview objections
    for name in zhang li wang; do
        say $name "appraisals/$october/sheets/$name/signatures" '{"as": "appraised"}' >/dev/null
        say lead "appraisals/$october/sheets/$name/signatures" '{"as": "supervisor"}' >/dev/null
        say hr "appraisals/$october/sheets/$name/signatures" '{"as": "hr"}' >/dev/null
    done
    say hr "appraisals/$october/close" '{"place": "meeting room 3"}' >/dev/null

    november=$(open_month 2025-11 "zhang,97,96,100,100,98,1500
li,92,88,95,95,92,1500
wang,86,84,100,90,94,1500" logged_in_s)
    rate "$november" zhang=96 li=90
    go_on "$november" interview
    say lead "appraisals/$november/steps" '{"step": "interview", "agent": "zhang", "place": "meeting room 1",
        "note": "Talked about pauses while looking something up."}' >/dev/null
}

# One line on November as it stands now.
tell_appraisal() {
    see hr "appraisals/$november/results" | jq -r '"the appraisal of \(.appraisal.period), \(.appraisal.stage): " +
        ([.sheets | sort_by(.rank)[] | "\(.agent) \(.total)"] | join(", ")) +
        "; \(.undecided_flags) flags undecided; without a sheet: \([.left_out[].agent] | join(", "))"'
}
