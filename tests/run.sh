#!/bin/sh
# Everything that is checked, from a clean clone on Debian 12; ctest's summary comes last. tests/run.sh [--no-install]
set -eu
cd "$(dirname "$0")/.."
if [ "${1:-}" != --no-install ]; then
    .ci/install build test
    command -v npm >/dev/null || .ci/install page
fi
jobs=$(nproc)
generator=
command -v ninja >/dev/null && [ ! -e build/Makefile ] && [ ! -e build-dev/Makefile ] && generator='-G Ninja'
failed=0

step() {
    printf '\n== %s\n' "$*"
}

step "release build (what the system tests start)"
# shellcheck disable=SC2086 # no generator, no word
cmake -S . -B build $generator -DCMAKE_BUILD_TYPE=Release >/dev/null
cmake --build build -j"$jobs"

step "development build (address and undefined behaviour sanitizers)"
# shellcheck disable=SC2086
cmake -S . -B build-dev $generator --preset dev -DCQA_SYSTEM_BIN="$PWD/build/bin" >/dev/null
cmake --build build-dev -j"$jobs"

step "clang-tidy"
find src -name '*.c' | sort | xargs -P "$jobs" -n 4 clang-tidy -p build --quiet 2>/dev/null || failed=1
[ $failed -eq 0 ] && echo "clang-tidy: ok"

step "unit, lint, golden and system tests"
ctest --test-dir build-dev --output-on-failure -j"$jobs" || failed=1
exit $failed
