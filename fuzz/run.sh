#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds the fuzz targets and runs each for a while: fuzz/run.sh [SECONDS] (60 by default)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
seconds=${1:-60}
"$root/tools/install_dependencies.sh" clang-14 libclang-rt-14-dev
cmake -S "$root" -B "$root/build/fuzz" -G Ninja -DCMAKE_CXX_COMPILER=clang++-14 -DLOYAL_BUILD_FUZZERS=ON \
      -DLOYAL_BUILD_TESTS=OFF -DLOYAL_BUILD_EXAMPLES=OFF >/dev/null
cmake --build "$root/build/fuzz" -- -j2 --quiet
for source in "$root"/fuzz/*_fuzz.cpp; do
  name=$(basename "$source" .cpp)
  corpus=$root/build/fuzz/corpus/$name
  mkdir -p "$corpus"
  echo "$name, $seconds s"
  (cd "$root/build/fuzz" && "./fuzz/$name" "$corpus" -max_total_time="$seconds" -max_len=65536 -print_final_stats=1 2>&1 |
    grep -E "^stat::number_of_executed_units|ERROR|SUMMARY|Test unit written" || true
    exit "${PIPESTATUS[0]}")
done
echo "fuzzed without a finding"
