#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs what is missing, builds the tests, runs them all: tests/run.sh [PRESET] [CTEST ARGUMENTS...]
# The preset is dev unless another is named: sanitize, thread-sanitize, clang.
#
# Tests on real data read the directory in LOYAL_DATA, golden values of other implementations that in LOYAL_GOLDEN;
# without these variables such tests say so and pass.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
preset=${1:-dev}
shift || true
"$root/tools/install_dependencies.sh"
cd "$root"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
{ cmake --preset "$preset" && cmake --build --preset "$preset"; } >"$log" 2>&1 || { tail -n 200 "$log"; exit 1; }
ctest --preset "$preset" "$@"
