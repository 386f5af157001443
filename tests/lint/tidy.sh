#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# clang-tidy (.clang-tidy) over src/, on all processors: tidy.sh SOURCE_DIR BINARY_DIR
cd "${1:-.}" || exit 2
find src -name '*.c' | sort | xargs -P "$(nproc)" -n 4 clang-tidy -p "${2:-build}" --quiet 2>/dev/null || exit 1
echo "clang-tidy: ok"
