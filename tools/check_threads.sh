#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The tests of what runs on several threads, under ThreadSanitizer.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
cmake --preset thread-sanitize
cmake --build --preset thread-sanitize --target test_core test_math test_nn test_optim test_train
ctest --preset thread-sanitize -R '^(core|math|nn|optim|train)$'
