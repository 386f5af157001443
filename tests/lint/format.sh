#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Names the files that clang-format would change: format.sh SOURCE_DIR
cd "${1:-.}" || exit 2
wrong=$(find src tests -name node_modules -prune -o -name '*.[ch]' -print | sort | xargs -r clang-format --dry-run --Werror --ferror-limit=1 2>&1 |
    sed -n 's/^\([^:]*\.[ch]\):.*/\1: clang-format would change it/p' | sort -u)
if [ -n "$wrong" ]; then
    echo "$wrong"
    exit 1
fi
echo "format: ok"
