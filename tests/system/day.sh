#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The page of a day's calls (`callqa analyze --format html -o`), made of the samples: day.sh SOURCE_DIR PROGRAM_DIR
# Opened in Chromium where node, Playwright and chromium are there.
set -eu
source=$(cd "$1" && pwd)
callqa=$(cd "$2" && pwd)/callqa
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT

fail() {
    echo "day.sh: $*" >&2
    exit 1
}
analyze() { # exit code in $code
    code=0
    "$callqa" analyze --recorder freepbx --time-zone Asia/Shanghai --format html "$@" 2>"$folder/errors" || code=$?
}

day=$folder/day
mkdir "$day"
cp "$source"/samples/*.wav "$source"/samples/*.ogg "$source"/samples/*.mp3 "$day"
odd=$(printf "a<img src=x> '\"&#%%?\303\244\377\n.wav")
cp "$source/samples/in-8001-13800138000-20251120-101502-1763604902.17.wav" "$day/$odd"

analyze -o "$day/day.html" "$day"
[ $code = 3 ] || fail "two of the samples cannot be read: exit $code: $(cat "$folder/errors")"
[ "$(find "$day" -name '.*' -type f | wc -l)" = 0 ] || fail "temporary files are left"
grep -q '<html lang="en">' "$day/day.html" || fail "no page"
grep -q 'truncated: WAV header' "$day/day.html" || fail "what could not be read is not told"
if grep -q '<img\|<script\|https\?://' "$day/day.html"; then
    fail "markup from a name, or something of another place"
fi
cp "$day/day.html" "$folder/first.html"
analyze -o "$day/day.html" "$day"
cmp "$day/day.html" "$folder/first.html" || fail "a second page differs: the first was taken for a recording?"
analyze -l zh "$day" >"$folder/zh.html"
grep -q '<html lang="zh-CN">' "$folder/zh.html" || fail "no Chinese page on stdout"
grep -q 'href="file://' "$folder/zh.html" || fail "links of a page without a place"

# Each link leads to a file that is there, from the page's place.
python3 - "$day/day.html" "$folder/zh.html" <<'END' || fail "links"
import html, os, re, sys, urllib.parse
for page in sys.argv[1:]:
    text = open(page, encoding="utf-8").read()
    links = [html.unescape(link) for link in re.findall(r'href="([^"]*)"', text)]
    assert len(links) >= 5, links
    for link in links:
        path, seconds = link.split("#t=")
        start, end = map(float, seconds.split(","))
        assert 0 <= start < end, link
        path = urllib.parse.unquote_to_bytes(path.removeprefix("file://"))
        path = os.path.join(os.path.dirname(page).encode(), path)
        assert os.path.isfile(path), link
    assert text.count("<article") == text.count("</article>") == text.count("<svg viewBox") == len(links)
END

mkdir "$folder/there"
analyze -o "$folder/there" "$day"
if [ $code != 1 ] || ! grep -q 'Is a directory' "$folder/errors"; then
    fail "a folder as the output: exit $code"
fi
if [ -e /dev/full ]; then
    analyze -o /dev/full "$day"
    if [ $code != 1 ] || ! grep -q 'No space left on device' "$folder/errors"; then
        fail "a full disk: exit $code"
    fi
fi
"$callqa" analyze --recorder freepbx --format jsonl "$day/"in-8001-*.mp3 >"$folder/stdout.jsonl"
"$callqa" analyze --recorder freepbx --format jsonl -o "$folder/file.jsonl" "$day/"in-8001-*.mp3
cmp "$folder/stdout.jsonl" "$folder/file.jsonl" || fail "-o changes what is written"

browse() (
    cd "$source/tests/browser"
    . ../support/node.sh
    need_node 18
    CHROMIUM=${CHROMIUM:-/usr/bin/chromium}
    [ -x "$CHROMIUM" ] || skip "$CHROMIUM is not installed"
    need_packages .
    need_packages ../contract
    export CHROMIUM
    node day.js "$day/day.html" "$folder/zh.html"
)
code=0
browse || code=$?
[ $code = 0 ] || [ $code = 77 ] || fail "the browser: exit $code"
[ $code = 0 ] || { echo "day: ok but for the browser"; exit 77; }
echo "day: ok"
