#!/bin/sh
# The page in Chromium, as people use it: page.sh SOURCE_DIR PROGRAM_DIR. Needs node, npm and chromium; without them, or
# where the page was not built, it is skipped with the reason printed.
set -eu
bin=$(cd "${2:-${1:-.}/build/bin}" && pwd)
cd "${1:-.}/tests/browser"
skip() {
    echo "page: skipped, $*"
    exit 77
}
command -v node >/dev/null && command -v npm >/dev/null || skip "node and npm are not installed"
# Playwright's own floor; Debian 12 has 18
node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || skip "node $(node --version) is older than 20"
browser=${CHROMIUM:-/usr/bin/chromium}
[ -x "$browser" ] || skip "$browser is not installed"
[ -e "$bin/../web/app.js" ] || skip "the page was not built beside $bin"
[ -e node_modules/axe-core ] && [ ! package-lock.json -nt node_modules ] ||
    npm ci --ignore-scripts --silent || skip "npm ci failed"
CALLQA_BIN=$bin CHROMIUM=$browser exec node --test page.test.js
