# SPDX-License-Identifier: MIT
"""torch's side of `run.sh optimizers`: of an optimizer's loop over tensors and its foreach form, the faster one.

Prints a line "case microseconds checks..." for each optimizer and size; see optimizers_loyal.cpp."""
import gc
import statistics
import sys
import time

import numpy
import torch

torch.set_num_threads(1)

OPTIMIZERS = {
    "sgd": lambda p, foreach: torch.optim.SGD(p, lr=1e-2, foreach=foreach),
    "momentum": lambda p, foreach: torch.optim.SGD(p, lr=1e-2, momentum=0.9, foreach=foreach),
    "adagrad": lambda p, foreach: torch.optim.Adagrad(p, lr=1e-2, foreach=foreach),
    "rmsprop": lambda p, foreach: torch.optim.RMSprop(p, lr=1e-2, foreach=foreach),
    "adam": lambda p, foreach: torch.optim.Adam(p, lr=1e-3, foreach=foreach),
    "adamw": lambda p, foreach: torch.optim.AdamW(p, lr=1e-3, weight_decay=1e-2, foreach=foreach),
}
# name: parameters, steps before the check, steps timed
SIZES = {"1e4": (10**4, 50, 1000), "1e6": (10**6, 20, 40), "1e8": (10**8, 3, 3)}


def numbers(n, factor):
    """i * factor modulo 2^32, as a fraction, minus a half, in pieces: the whole would take 64-bit copies."""
    out = torch.empty(n)
    for begin in range(0, n, 10**6):
        i = numpy.arange(begin, min(n, begin + 10**6), dtype=numpy.uint64)
        bits = ((i * factor) & 0xFFFFFFFF) >> 8
        out[begin:begin + 10**6] = torch.from_numpy((bits.astype(numpy.float32) * numpy.float32(2.0**-24)) -
                                                    numpy.float32(0.5))
    return out


def run(make, foreach, n, checked, timed):
    p = torch.nn.Parameter(numbers(n, 2654435761))
    p.grad = numbers(n, 2246822519)
    optimizer = make([p], foreach)
    for _ in range(checked):
        optimizer.step()
        p.grad.mul_(-0.75)
    with torch.no_grad():
        checks = [p[k * (n - 1) // 9].item() for k in range(10)]
        checks.append(sum(piece.double().square().sum().item() for piece in p.split(10**6)) / n)
    times = []
    for _ in range(timed):
        start = time.perf_counter()
        optimizer.step()
        times.append(1e6 * (time.perf_counter() - start))
    return statistics.median(times), checks


for name, make in OPTIMIZERS.items():
    for size, (n, checked, timed) in SIZES.items():
        results = []
        for foreach in (False, True):
            results.append(run(make, foreach, n, checked, timed))
            gc.collect()
        checks = results[0][1]
        print(f"optimizers/{name}_{size} {min(r[0] for r in results):.3f}", *(f"{c:.8f}" for c in checks))
        sys.stdout.flush()
