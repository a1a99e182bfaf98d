#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs what is missing, builds the tests, runs them all: tests/run.sh [PRESET] (dev by default)
#
# Tests on real data read the directory in LOYAL_DATA, golden values of other implementations that in LOYAL_GOLDEN;
# without these variables such tests say so and pass.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
preset=${1:-dev}
"$root/tools/install_dependencies.sh"
cd "$root"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
cmake --preset "$preset" >"$log" || { cat "$log"; exit 1; }
cmake --build --preset "$preset" >"$log" || { cat "$log"; exit 1; }
ctest --preset "$preset"
