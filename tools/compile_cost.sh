#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Compiles the umbrella header alone (-O2) and prints time and memory. Fails above 900 MB; the time, whose budget is
# 8 s, is printed only, since it depends on the machine. With --headers it prints instead what each header adds to those
# before it in the umbrella header, dearest first; it takes minutes.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT

cat >"$directory/cost.py" <<'PY'
import os, subprocess, sys, time

def cost(*command):
    """CPU seconds, seconds by the clock and megabytes at the peak of one process and its children."""
    start = time.monotonic()
    process = subprocess.Popen(command)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit("does not compile")
    return used.ru_utime + used.ru_stime, time.monotonic() - start, used.ru_maxrss / 1024

root, directory, mode = sys.argv[1:4]
command = ["g++", "-std=c++20", "-O2", f"-I{root}/include", "-isystem", "/usr/include/eigen3", "-c", f"{directory}/unit.cpp",
           "-o", f"{directory}/unit.o"]

def of(text):
    with open(f"{directory}/unit.cpp", "w") as unit:
        unit.write(text)
    return min(cost(*command) for _ in range(1 if mode == "--headers" else 3))

if mode == "--headers":
    before, text, rows = (0, 0, 0), "", []
    for line in open(f"{root}/include/loyal/loyal.hpp"):
        if line.startswith("#include"):
            text += line.replace('"', "<loyal/", 1).replace('"', ">")
            now = of(text)
            rows.append((now[0] - before[0], now[2] - before[2], line.split('"')[1]))
            before = now
    for seconds, megabytes, name in sorted(rows, reverse=True):
        print(f"{seconds:6.2f} s {megabytes:6.0f} MB  {name}")
else:
    cpu, wall, megabytes = of("#include <loyal/loyal.hpp>\n")
    over = " OVER" if megabytes > 900 else " (slow)" if cpu > 8 else ""
    print(f"umbrella header: {cpu:.2f} s of one core ({wall:.2f} s by the clock), {megabytes:.0f} MB; budget 8 s, 900 MB{over}")
    sys.exit(megabytes > 900)
PY
python3 "$directory/cost.py" "$root" "$directory" "${1:-}"
