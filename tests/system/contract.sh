#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The running server against src/server/openapi.yaml: contract.sh SOURCE_DIR PROGRAM_DIR. Needs node and npm; without
# them, or where the page was not built, it is skipped with the reason printed.
set -eu
bin=$(cd "${2:-${1:-.}/build/bin}" && pwd)
cd "${1:-.}/tests/contract"
. ../support/node.sh
need_node 18
[ -e "$bin/../web/app.js" ] || skip "the page was not built beside $bin"
need_packages .
CALLQA_BIN=$bin exec node --test walk.test.js
