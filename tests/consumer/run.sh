#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds and runs a project that uses loyal from outside: run.sh find_package|add_subdirectory|fetch_content BUILD_DIR
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
way=$1
build=$2/$way
rm -rf "$build"
if [ "$way" = find_package ]; then
  cmake -S "$here/../.." -B "$build/loyal" -G Ninja -DLOYAL_BUILD_TESTS=OFF -DLOYAL_BUILD_EXAMPLES=OFF \
        -DCMAKE_INSTALL_PREFIX="$build/prefix" >/dev/null
  cmake --install "$build/loyal" >/dev/null
fi
cmake -S "$here/$way" -B "$build/project" -G Ninja -DLOYAL_SOURCE="$here/../.." -DCMAKE_PREFIX_PATH="$build/prefix"
cmake --build "$build/project"
"$build/project/consumer"
