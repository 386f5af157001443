#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# systemd's own opinion of the units, as they are installed: units.sh SOURCE_DIR PROGRAM_DIR. Skipped without systemd-analyze.
set -eu
if ! command -v systemd-analyze >/dev/null; then
    echo "skipped: systemd-analyze is not installed (package systemd)"
    exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cmake --install "$2/.." --prefix "$folder" >/dev/null
cd "$folder/lib/systemd/system"
systemd-analyze verify --man=no --recursive-errors=no ./*.service ./*.timer
for unit in *.service; do
    systemd-analyze security --offline=true --threshold=15 "./$unit" >"$folder/said" || { cat "$folder/said"; exit 1; }
    tail -1 "$folder/said"
done
