#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The tests in which threads meet, under ThreadSanitizer: of what starts them, and of one user of each kind. That results
# do not depend on their number is tested everywhere.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
files=$(grep -lE 'std::j?thread|hogwild|parallel_for|\bALS\b|BatchGradient' tests/*/*_test.cpp | paste -sd '|')
cmake --preset thread-sanitize -DLOYAL_TESTS="$files"
cmake --build --preset thread-sanitize
ctest --preset thread-sanitize
