#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Lints src/server/openapi.yaml, and checks that it covers every route of src/api/routes.c and no other:
# openapi.sh SOURCE_DIR. The lint needs npm; without it the test counts as skipped, with the reason printed.
cd "${1:-.}" || exit 2
spec=src/server/openapi.yaml
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
sed -n 's/^    {"\([A-Z]*\)", "\([^"]*\)".*/\1 \2/p' src/api/routes.c | sort > "$work/routes"
awk '/^paths:/ { inside = 1; next } /^[a-z]/ { inside = 0 }
     inside && /^  \// { path = $1; sub(/:$/, "", path) }
     inside && /^    (get|post|put|patch|delete):/ { method = $1; sub(/:$/, "", method); print toupper(method), path }' \
    "$spec" | sort > "$work/described"
if ! diff -u "$work/routes" "$work/described"; then
    echo "openapi: routes.c (-) and openapi.yaml (+) differ"
    exit 1
fi
echo "openapi: $(wc -l < "$work/routes") operations described"
if ! command -v npm > /dev/null; then
    echo "openapi: lint skipped, npm is not installed"
    exit 77
fi
cache=${XDG_CACHE_HOME:-$HOME/.cache}/callqa-redocly
if [ ! -x "$cache/node_modules/.bin/redocly" ]; then
    mkdir -p "$cache" && npm install --silent --no-audit --no-fund --ignore-scripts --fetch-retries=1 --prefix "$cache" \
        @redocly/cli@1.34.5 > "$work/npm" 2>&1 || {
        echo "openapi: lint skipped, @redocly/cli cannot be installed: $(tail -1 "$work/npm")"
        exit 77
    }
fi
REDOCLY_TELEMETRY=off "$cache/node_modules/.bin/redocly" lint --config tests/lint/redocly.yaml "$spec"
