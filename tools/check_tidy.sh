#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# clang-tidy over all headers, through one unit that includes them all, and over examples, benchmarks and fuzz targets.
# Arguments replace these sources.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
shopt -s nullglob
sources=("$@")
if [ $# -eq 0 ]; then sources=(tests/odr_a.cpp examples/*.cpp); fi
printf '%s\0' "${sources[@]}" |
  xargs -0 -P 2 -I{} clang-tidy-14 --quiet {} -- -std=c++20 -Iinclude -isystem /usr/include/eigen3
