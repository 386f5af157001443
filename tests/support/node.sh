# SPDX-License-Identifier: GPL-3.0-or-later
# For scripts that start tests under node (sourced): each word of reason ends the script as skipped.

skip() {
    echo "$(basename "$0" .sh): skipped, $*"
    exit 77
}

need_node() { # LEAST: the version
    command -v node >/dev/null && command -v npm >/dev/null || skip "node and npm are not installed"
    node -e "process.exit(parseInt(process.versions.node) < $1 ? 1 : 0)" || skip "node $(node --version) is older than $1"
}

# need_packages FOLDER: what its lock file names. Tests that run side by side install one after the other.
need_packages() {
    (
        cd "$1" && exec 9>.npm.lock && flock 9
        [ -e node_modules/.package-lock.json ] && [ ! package-lock.json -nt node_modules ] ||
            npm ci --ignore-scripts --silent
    ) || skip "npm ci failed in $1"
}
