#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Compiles each header of src/ alone, so that none leans on what was included before it: headers.sh SOURCE_DIR BINARY_DIR
# Left out: *_kernel.h, which are pieces of the files that include them.
cd "${1:-.}" || exit 2
# shellcheck disable=SC2046 # words are meant to be split
wrong=$(find src -name '*.h' ! -name '*_kernel.h' | sort | xargs -P "$(nproc)" -I {} sh -c '
    printf "#include \"%s\"\nint cqa_alone;\n" "{}" |
        cc -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -I. -Isrc -I"$0/generated" '"$(
    pkg-config --cflags libxml-2.0 opus cairo | tr '\n' ' ')"' -fsyntax-only -x c - 2>/dev/null ||
        echo "{}: does not compile alone"' "${2:-build}")
if [ -n "$wrong" ]; then
    echo "$wrong"
    exit 1
fi
echo "headers: ok"
