#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# That what was decided on the page stays decided, in Chromium: page-sure.sh SOURCE_DIR PROGRAM_DIR
set -eu
. "${1:-.}/tests/support/page.sh"
page_tests "${1:-.}" "${2:-${1:-.}/build/bin}" sure.test.js
