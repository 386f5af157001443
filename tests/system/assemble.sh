#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A page that cannot be put together stops the build, and says why: assemble.sh SOURCE_DIR PROGRAM_DIR
set -eu
web=$(cd "${1:-.}/src/server/web" && pwd)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

# refused WORDS CMAKE_ARGUMENT...: the build of the page fails, and says so in these words
refused() {
    words=$1
    shift
    if cmake "$@" -DSOURCE="$web" -DBUILD="$place" -DTABLE=/bin/true -P "$web/assemble.cmake" >"$place/said" 2>&1; then
        echo "went on without: $words" && exit 1
    fi
    tr -s ' \n' ' ' <"$place/said" | grep -q "$words" || { cat "$place/said" && exit 1; }
}

refused "npm was not found. Install npm, or leave the page out by -DCQA_PAGE=OFF" -DNPM=NPM-NOTFOUND
npm=$(command -v npm) || { echo "assemble: skipped, npm is not installed" && exit 77; }
export npm_config_registry=http://127.0.0.1:9 npm_config_cache="$place/cache" npm_config_fetch_retries=0
refused "npm ci failed in .*; is the registry within reach?" -DNPM="$npm"
[ ! -e "$place/web" ]
