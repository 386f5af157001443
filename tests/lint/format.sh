#!/bin/sh
# Fails where clang-format would change a file: format.sh SOURCE_DIR
cd "${1:-.}" || exit 2
find src tests -name '*.[ch]' | sort | xargs -r clang-format --dry-run --Werror && echo "format: ok"
