#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs what building loyal needs and Debian does not have yet; further packages may be named as arguments.
set -euo pipefail
packages=(g++ cmake ninja-build python3 libeigen3-dev libxtensor-dev nlohmann-json3-dev catch2 libcli11-dev "$@")
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
echo "installing ${missing[*]}" >&2
sudo=
if [ "$(id -u)" -ne 0 ]; then sudo=sudo; fi
$sudo apt-get update -qq >&2
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
