#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The umbrella header, examples and benchmarks through clang, warnings as errors; the tests go through it with the
# sanitizers.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
find tests/odr_a.cpp examples benchmarks -name '*.cpp' -not -path '*/rivals/*' -print0 |
  xargs -0 -P 2 -n 1 clang++-14 -std=c++20 -fsyntax-only -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror \
    -Iinclude -isystem /usr/include/eigen3
