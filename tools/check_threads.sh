#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The tests that speak of threads, under ThreadSanitizer.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
files=$(grep -lE '\bthreads?\b|parallel_for' tests/*/*_test.cpp | paste -sd '|')
cmake --preset thread-sanitize -DLOYAL_TESTS="$files"
cmake --build --preset thread-sanitize
ctest --preset thread-sanitize
