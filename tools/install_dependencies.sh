#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs what building loyal needs and this Debian does not have yet; further packages may be named as arguments.
set -euo pipefail
packages=(g++ cmake ninja-build python3 libeigen3-dev libxtensor-dev nlohmann-json3-dev catch2 libcli11-dev zlib1g-dev libhnswlib-dev "$@")
missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
  [[ $status == "install ok installed" ]] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

echo "installing ${missing[*]}" >&2
as_root=(env DEBIAN_FRONTEND=noninteractive)
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo "${as_root[@]}"); fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
{ "${as_root[@]}" apt-get update && "${as_root[@]}" apt-get install -y --no-install-recommends "${missing[@]}"; } \
  </dev/null >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
