#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# That the page in Chromium keeps one's place and words, and draws what it means: page-place.sh SOURCE_DIR PROGRAM_DIR
set -eu
. "${1:-.}/tests/support/page.sh"
page_tests "${1:-.}" "${2:-${1:-.}/build/bin}" place.test.js drawn.test.js
