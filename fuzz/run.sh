#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds the fuzz targets and runs each for a while: fuzz/run.sh [SECONDS] (60 by default)
# What they find lies in build/fuzz afterwards; the corpus is kept there and goes on growing with the next run.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
seconds=${1:-60}
"$root/tools/install_dependencies.sh" clang-14 libclang-rt-14-dev
log=$(mktemp)
trap 'rm -f "$log"' EXIT
{ cmake -S "$root" -B "$root/build/fuzz" -G Ninja -DCMAKE_CXX_COMPILER=clang++-14 -DLOYAL_BUILD_FUZZERS=ON \
    -DLOYAL_BUILD_TESTS=OFF -DLOYAL_BUILD_EXAMPLES=OFF && cmake --build "$root/build/fuzz"; } >"$log" 2>&1 ||
  { cat "$log" >&2; exit 1; }

failed=0
for source in "$root"/fuzz/*_fuzz.cpp; do
  name=$(basename "$source" .cpp)
  corpus=$root/build/fuzz/corpus/$name
  mkdir -p "$corpus"
  if (cd "$root/build/fuzz" &&
    "./fuzz/$name" "$corpus" -max_total_time="$seconds" -max_len=65536 -timeout=10 -print_final_stats=1) >"$log" 2>&1; then
    echo "$name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs in $seconds s, nothing found"
  else
    grep -vE '^#[0-9]+' "$log" | tail -n 60
    echo "$name: FAILED"
    failed=1
  fi
done
exit $failed
