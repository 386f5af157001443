#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Appraisal on the page in Chromium, imports and printed sheets with it: page-sheets.sh SOURCE_DIR PROGRAM_DIR
set -eu
. "${1:-.}/tests/support/page.sh"
page_tests "${1:-.}" "${2:-${1:-.}/build/bin}" appraisal.test.js sheet.test.js import.test.js
