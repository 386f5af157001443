#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Everything that is checked, from a clean clone on Debian 12; ctest's summary comes last. tests/run.sh [--no-install]
# What fails to build shows up there as well: as tests that could not be run.
set -u
cd "$(dirname "$0")/.." || exit 2
if [ "${1:-}" != --no-install ]; then
    .ci/install build test || { printf '\n0%% tests passed, 1 tests failed out of 1 (installing packages)\n'; exit 1; }
fi
jobs=$(nproc)
generator=
command -v ninja >/dev/null && [ ! -e build/Makefile ] && [ ! -e build-dev/Makefile ] && generator='-G Ninja'
failed=0

step() {
    printf '\n== %s\n' "$*"
}

# build FOLDER [OPTION]...
build() {
    folder=$1
    shift
    keep_going=-k
    # shellcheck disable=SC2086 # no generator, no word; ninja wants a number
    if cmake -S . -B "$folder" $generator "$@" >/dev/null; then
        [ ! -e "$folder/build.ninja" ] || keep_going='-k 0'
        cmake --build "$folder" -j"$jobs" -- $keep_going && return
    fi
    echo "building $folder: failed"
    failed=1
}

# A few tests of whole programs that failed beside others are tried once more by themselves, and named: on a busy machine one of
# them may be late without being wrong. Nothing else gets a second try (docs/decisions/0218-a-second-try.md).
try_again() {
    list=build-dev/Testing/Temporary/LastTestsFailed.log
    [ -s "$list" ] && ! grep -qv ':system/' "$list" && [ "$(wc -l <"$list")" -le 3 ] || return 1
    step "unsteady, to be mended; once more by themselves: $(cut -d: -f2 "$list" | tr '\n' ' ')"
    ctest --test-dir build-dev --output-on-failure --rerun-failed
}

step "release build (what the system tests start)"
build build -DCMAKE_BUILD_TYPE=Release

step "development build (address and undefined behaviour sanitizers)"
build build-dev --preset dev -DCQA_SYSTEM_BIN="$PWD/build/bin"

step "unit, lint, golden and system tests"
if [ -e build-dev/CTestTestfile.cmake ]; then
    ctest --test-dir build-dev --output-on-failure -j"$jobs" || try_again || failed=1
else
    printf '\n0%% tests passed, 1 tests failed out of 1 (the build itself)\n'
fi
exit $failed
