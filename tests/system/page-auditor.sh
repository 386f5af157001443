#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# An auditor's morning on the page in Chromium: page-auditor.sh SOURCE_DIR PROGRAM_DIR
set -eu
. "${1:-.}/tests/support/page.sh"
page_tests "${1:-.}" "${2:-${1:-.}/build/bin}" auditor.test.js
