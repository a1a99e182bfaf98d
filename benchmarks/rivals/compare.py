#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs our program and a rival's in alternation and prints how much faster ours is.

    compare.py ROUNDS TOLERANCE OURS -- RIVAL

Both print lines "case microseconds checks...". A case's ratio is the median over rounds of rival / ours, above 1
where ours is faster. The checks (a loss, outputs, parameters) must agree within TOLERANCE, relatively, else the two
do not do the same work and the exit status is 1. Ours may also print "limit: case share", what it reaches of the
machine's; their medians are printed last."""
import statistics
import subprocess
import sys

rounds, tolerance = int(sys.argv[1]), float(sys.argv[2])
divide = sys.argv.index("--")
programs = [sys.argv[3:divide], sys.argv[divide + 1:]]
times = [{}, {}]
checks = [{}, {}]
limits = {}
for _ in range(rounds):
    for side, program in enumerate(programs):
        out = subprocess.run(program, check=True, capture_output=True, text=True).stdout
        for line in out.splitlines():
            case, number, *rest = line.split()
            if case == "limit:":
                limits.setdefault(number, []).append(float(rest[0]))
                continue
            times[side].setdefault(case, []).append(float(number))
            checks[side][case] = [float(check) for check in rest]

failed = False
for case, ours in times[0].items():
    theirs = times[1][case]
    ratio = statistics.median(b / a for a, b in zip(ours, theirs))
    pairs = list(zip(checks[0][case], checks[1][case]))
    print(f"{case}: ours {statistics.median(ours):.2f} us, rival {statistics.median(theirs):.2f} us, "
          f"last check {pairs[-1][0]:.6f} and {pairs[-1][1]:.6f}")
    print(f"ratio: {case} {ratio:.2f}")
    if len(checks[0][case]) != len(checks[1][case]) or any(
            not abs(a - b) <= tolerance * max(abs(a), 1e-3) for a, b in pairs):
        print(f"{case}: the two sides do not reach the same values: {pairs}")
        failed = True
for case, shares in limits.items():
    print(f"limit: {case} {statistics.median(shares):.2f}")
sys.exit(failed)
