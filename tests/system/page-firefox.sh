#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The page's main walk in Firefox: page-firefox.sh SOURCE_DIR PROGRAM_DIR
set -eu
. "${1:-.}/tests/support/page.sh"
export FIREFOX="${FIREFOX:-/usr/bin/firefox-esr}"
page_tests_in "$FIREFOX" "${1:-.}" "${2:-${1:-.}/build/bin}" firefox.test.js
