#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The page in Chromium, as people use it: page.sh SOURCE_DIR PROGRAM_DIR. Needs node, npm and chromium; without them, or
# where the page was not built, it is skipped with the reason printed.
set -eu
bin=$(cd "${2:-${1:-.}/build/bin}" && pwd)
cd "${1:-.}/tests/browser"
. ../support/node.sh
need_node 18
browser=${CHROMIUM:-/usr/bin/chromium}
[ -x "$browser" ] || skip "$browser is not installed"
command -v pdftotext >/dev/null || skip "pdftotext is not installed"
[ -e "$bin/../web/app.js" ] || skip "the page was not built beside $bin"
need_packages .
need_packages ../contract
export CALLQA_BIN=$bin CHROMIUM=$browser
node --test page.test.js
node --test appraisal.test.js
node --test import.test.js
