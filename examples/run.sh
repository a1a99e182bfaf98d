#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs what is missing, builds and runs an example: examples/run.sh [NAME] [ARGUMENTS...]
# Without a name it runs the library's main job, loyalty_pipeline.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
name=${1:-loyalty_pipeline}
shift || true
if [ ! -f "$root/examples/$name.cpp" ]; then
  shopt -s nullglob
  there=("$root"/examples/*.cpp)
  there=("${there[@]##*/}")
  echo "no example '$name'; there are: ${there[*]%.cpp}" >&2
  exit 2
fi
read -ra needed < <(sed -n 's|^// needs: [^ ]* [^ ]* ||p' "$root/examples/$name.cpp") || true
"$root/tools/install_dependencies.sh" "${needed[@]}"
log=$(mktemp)
{ (cd "$root" && cmake --preset release) && cmake --build "$root/build/release" --target "$name"; } >"$log" 2>&1 ||
  { cat "$log" >&2; exit 1; }
rm -f "$log"
exec "$root/build/release/examples/$name" "$@"
