#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Compares all sources with .clang-format; with --fix rewrites them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mode=(--dry-run --Werror)
if [ "${1:-}" = --fix ]; then mode=(-i); fi
find include tests examples benchmarks fuzz -name '*.[ch]pp' -print0 | xargs -0 clang-format-14 "${mode[@]}"
