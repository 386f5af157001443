#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# clang-tidy (.clang-tidy) over the changed files of src/, on all processors: tidy.sh SOURCE_DIR BINARY_DIR [all]
# Changed is what a branch has beyond main and what is not committed; on main itself, what its last 20 commits touched.
# Where that cannot be known (a clone of depth 1, no git) all files are looked at, as tests/nightly has them.
cd "${1:-.}" || exit 2

# Prints the commit to compare with; nothing: not known.
base() {
    here=$(git rev-parse HEAD 2>/dev/null) || return 0
    for main in origin/main main; do
        common=$(git merge-base HEAD "$main" 2>/dev/null) && [ "$common" != "$here" ] && echo "$common" && return
    done
    git rev-parse -q --verify HEAD~20 2>/dev/null || git rev-list --max-parents=0 HEAD 2>/dev/null |
        while read -r root; do [ "$root" = "$here" ] || [ "$(git rev-parse --is-shallow-repository)" = true ] || echo "$root"; done | head -1
}

# A header is looked at with the .c of its name.
files() {
    if [ "${1:-}" != all ] && from=$(base) && [ -n "$from" ]; then
        { git diff --name-only "$from" -- src; git ls-files -o --exclude-standard -- src; } |
            sed -n 's/\.[ch]$/.c/p' | sort -u | while read -r file; do [ ! -e "$file" ] || echo "$file"; done
    else
        find src -name '*.c' | sort
    fi
}

list=$(files "${3:-}")
[ -n "$list" ] || { echo "clang-tidy: ok, nothing has changed"; exit 0; }
echo "$list" | xargs -P "$(nproc)" -n 4 clang-tidy -p "${2:-build}" --quiet 2>/dev/null || exit 1
echo "clang-tidy: ok, $(echo "$list" | wc -l) files"
