#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Whom a call is of, and how it is found, on the page in Chromium: page-found.sh SOURCE_DIR PROGRAM_DIR
set -eu
. "${1:-.}/tests/support/page.sh"
page_tests "${1:-.}" "${2:-${1:-.}/build/bin}" found.test.js
