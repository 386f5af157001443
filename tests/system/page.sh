#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The page in Chromium, as people use it: page.sh SOURCE_DIR PROGRAM_DIR
set -eu
. "${1:-.}/tests/support/page.sh"
page_tests "${1:-.}" "${2:-${1:-.}/build/bin}" page.test.js
