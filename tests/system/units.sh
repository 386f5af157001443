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

fail() {
    echo "units.sh: $*" >&2
    exit 1
}
# The groups of all three are said in one place: who may read recordings is known to the system before any unit is.
! grep -l SupplementaryGroups "$folder"/lib/systemd/system/*.service || fail "a unit names groups of its own"
mkdir "$folder/etc"
systemd-sysusers --root="$folder" "$folder/lib/sysusers.d/callqa.conf" >/dev/null 2>&1
for unit in callqad callqa-sweep callqa-server; do
    user=$(sed -n 's/^User=//p' "$folder/lib/systemd/system/$unit.service")
    grep -q "^callqa-recordings:.*[:,]$user\(,.*\)*$" "$folder/etc/group" || fail "$unit: user $user may read no recordings"
    grep -q "^Group=$user$" "$folder/lib/systemd/system/$unit.service" || fail "$unit: not in the group of its user"
done
# What no start mends is not started again.
for unit in callqad callqa-server; do
    grep -qx 'RestartPreventExitStatus=2 4' "$folder/lib/systemd/system/$unit.service" || fail "$unit starts again and again"
done
# A sweep that could not look (exit code 1) has failed.
grep -qx 'SuccessExitStatus=3 5' "$folder/lib/systemd/system/callqa-sweep.service" || fail "callqa-sweep fails silently"

cd "$folder/lib/systemd/system"
systemd-analyze verify --man=no --recursive-errors=no ./*.service ./*.timer
for unit in *.service; do
    systemd-analyze security --offline=true --threshold=15 "./$unit" >"$folder/said" || { cat "$folder/said"; exit 1; }
    tail -1 "$folder/said"
done
