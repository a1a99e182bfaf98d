#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs our program and a rival's in alternation and prints how much faster ours is.

    compare.py ROUNDS TOLERANCE OURS -- RIVAL

Both print lines "case microseconds check". A case's ratio is the median over rounds of rival / ours, above 1
where ours is faster. The checks (a loss, an output) must agree within TOLERANCE, relatively, else the two do
not do the same work and the exit status is 1."""
import statistics
import subprocess
import sys

rounds, tolerance = int(sys.argv[1]), float(sys.argv[2])
divide = sys.argv.index("--")
programs = [sys.argv[3:divide], sys.argv[divide + 1:]]
times = [{}, {}]
checks = [{}, {}]
for _ in range(rounds):
    for side, program in enumerate(programs):
        out = subprocess.run(program, check=True, capture_output=True, text=True).stdout
        for line in out.splitlines():
            case, time, check = line.split()
            times[side].setdefault(case, []).append(float(time))
            checks[side][case] = float(check)

failed = False
for case, ours in times[0].items():
    theirs = times[1][case]
    ratio = statistics.median(b / a for a, b in zip(ours, theirs))
    print(f"{case}: ours {statistics.median(ours):.2f} us, rival {statistics.median(theirs):.2f} us, "
          f"check {checks[0][case]:.6f} and {checks[1][case]:.6f}")
    print(f"ratio: {case} {ratio:.2f}")
    if abs(checks[0][case] - checks[1][case]) > tolerance * max(abs(checks[0][case]), 1e-3):
        print(f"{case}: the two sides do not reach the same value")
        failed = True
sys.exit(failed)
