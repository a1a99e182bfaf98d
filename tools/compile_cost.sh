#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Compiles the umbrella header alone (-O2) and prints time and memory. Fails above 450 MB; the time, whose budget is
# 4 s, is printed only, since it depends on the machine.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
echo '#include <loyal/loyal.hpp>' >"$directory/umbrella.cpp"
for _ in 1 2 3; do
  python3 - g++ -std=c++20 -O2 -I"$root/include" -isystem /usr/include/eigen3 -c "$directory/umbrella.cpp" -o "$directory/umbrella.o" <<'PY'
import resource, subprocess, sys, time
start = time.monotonic()
subprocess.run(sys.argv[1:], check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"{used.ru_utime + used.ru_stime:.2f} {time.monotonic() - start:.2f} {used.ru_maxrss // 1024}")
PY
done | sort -n | head -1 | {
  read -r cpu wall megabytes
  echo "umbrella header: $cpu s of one core ($wall s by the clock), $megabytes MB; budget 4 s, 450 MB"
  [ "$megabytes" -le 450 ]
}
