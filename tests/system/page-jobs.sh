#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What takes long, as the page shows it, in Chromium: page-jobs.sh SOURCE_DIR PROGRAM_DIR
set -eu
. "${1:-.}/tests/support/page.sh"
page_tests "${1:-.}" "${2:-${1:-.}/build/bin}" jobs.test.js
