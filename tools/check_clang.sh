#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Every test, example and benchmark through clang, warnings as errors; what g++ builds and runs is not run again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
flags=(-std=c++20 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -Iinclude -isystem /usr/include/eigen3)
# What nearly all of them include, parsed once.
printf '#include "%s"\n' "$PWD/tests/support/catch.hpp" Eigen/Core loyal/core/tensor.hpp >"$directory/common.hpp"
clang++-14 "${flags[@]}" -x c++-header "$directory/common.hpp" -o "$directory/common.pch"
find tests -name '*_test.cpp' -print0 |
  xargs -0 -P 2 -n 1 clang++-14 "${flags[@]}" -fsyntax-only -include-pch "$directory/common.pch"
find tests/odr_a.cpp examples benchmarks -name '*.cpp' -not -path '*/rivals/*' -print0 |
  xargs -0 -P 2 -n 1 clang++-14 "${flags[@]}" -fsyntax-only
