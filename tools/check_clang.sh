#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Every test, example and benchmark through clang, warnings as errors; what g++ builds and runs is not run again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
find tests examples benchmarks -name '*.cpp' -not -path '*/compile_fail/*' -not -path '*/rivals/*' -print0 |
  xargs -0 -P 2 -n 1 clang++-14 -std=c++20 -fsyntax-only -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror \
    -Iinclude -isystem /usr/include/eigen3
