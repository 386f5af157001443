#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What was overlooked on the page once, in Chromium: page-overlooked.sh SOURCE_DIR PROGRAM_DIR
set -eu
. "${1:-.}/tests/support/page.sh"
page_tests "${1:-.}" "${2:-${1:-.}/build/bin}" overlooked.test.js
