# SPDX-License-Identifier: GPL-3.0-or-later
# For scripts that try the page in a browser (sourced): page_tests SOURCE_DIR PROGRAM_DIR FILE... in Chromium, and
# page_tests_in BROWSER SOURCE_DIR PROGRAM_DIR FILE... Needs node, npm and the browser; without them, or where the page was not
# built, the script is skipped with the reason printed.

page_tests() {
    export CHROMIUM="${CHROMIUM:-/usr/bin/chromium}"
    page_tests_in "$CHROMIUM" "$@"
}

page_tests_in() {
    browser=$1
    shift
    bin=$(cd "${2:-${1:-.}/build/bin}" && pwd)
    cd "${1:-.}/tests/browser"
    shift 2
    . ../support/node.sh
    need_node 18
    [ -x "$browser" ] || skip "$browser is not installed"
    command -v pdftotext >/dev/null || skip "pdftotext is not installed"
    [ -e "$bin/../web/app.js" ] || skip "the page was not built beside $bin"
    need_packages .
    need_packages ../contract
    export CALLQA_BIN=$bin
    for file; do node --test "$file"; done
}
