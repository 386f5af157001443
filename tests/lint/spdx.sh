#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Names the source files that do not say their licence within the first three lines: spdx.sh SOURCE_DIR
cd "${1:-.}" || exit 2
list=$(find src tests models samples docs/man .ci -type d \( -name node_modules -o -name corpus -o -name out \) -prune -o -type f \( \
    -name '*.[ch]' -o -name '*.h.in' -o -name '*.sh' -o -name '*.py' -o -name '*.js' -o -name '*.css' -o -name '*.html' -o \
    -name '*.cmake' -o -name CMakeLists.txt -o -path .ci/run -o -path .ci/install -o -path tests/nightly \) -print; echo CMakeLists.txt)
[ "$(echo "$list" | wc -l)" -gt 500 ] || { echo "spdx: too few files: is this the checkout?"; exit 1; }
# shellcheck disable=SC2086 # words are meant to be split; no file of ours has a space in its name
wrong=$(awk 'FNR == 1 { if (name != "" && !said) print name ": no SPDX line"; name = FILENAME; said = 0 }
    FNR <= 3 && /SPDX-License-Identifier: GPL-3.0-or-later/ { said = 1 }
    END { if (!said) print name ": no SPDX line" }' $list)
if [ -n "$wrong" ]; then
    echo "$wrong"
    exit 1
fi
echo "spdx: ok, $(echo "$list" | wc -l) files"
