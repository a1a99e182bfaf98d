#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# clang-tidy over all headers, through one unit that includes them all, and over the examples.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
printf '%s\n' tests/odr_a.cpp examples/*.cpp |
  xargs -P 2 -n 1 -I{} clang-tidy-14 --quiet {} -- -std=c++20 -Iinclude -isystem /usr/include/eigen3
