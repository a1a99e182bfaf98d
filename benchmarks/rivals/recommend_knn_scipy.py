#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Item nearest neighbors by cosine with scipy's sparse product, as toolkits in Python do it: the other side of
recommend_knn_loyal. scipy's product runs on one thread whatever THREADS says.

    recommend_knn_scipy.py THREADS FILE..."""
import os
import sys
import time

import numpy as np
import scipy.sparse as sp

K = 100


def neighbors(x):
    """The K most similar items of each item: the product in blocks of rows, then a partial sort of each row."""
    norms = np.sqrt(np.asarray(x.multiply(x).sum(axis=0)).ravel())
    norms[norms == 0] = 1
    by_item = (x @ sp.diags((1 / norms).astype(np.float32))).T.tocsr()
    by_user = by_item.T.tocsr()
    total, count = 0.0, 0
    columns, values = [], []
    for begin in range(0, by_item.shape[0], 4096):
        block = by_item[begin:begin + 4096] @ by_user
        for row in range(block.shape[0]):
            from_, to = block.indptr[row], block.indptr[row + 1]
            item, value = block.indices[from_:to], block.data[from_:to]
            own = item != begin + row
            item, value = item[own], value[own]
            if value.size > K:
                best = np.argpartition(-value, K - 1)[:K]
                item, value = item[best], value[best]
            columns.append(item)
            values.append(value)
            count += value.size
    total = float(sum(v.sum(dtype=np.float64) for v in values))
    return total, count


for path in sys.argv[2:]:
    rows, columns = [], []
    with open(path) as file:
        for line in file:
            user, *items = map(int, line.split())
            rows += [user] * len(items)
            columns += items
    x = sp.csr_matrix((np.ones(len(rows), np.float32), (rows, columns)))
    x.data[:] = 1
    start = time.perf_counter()
    total, count = neighbors(x)
    seconds = time.perf_counter() - start
    name = os.path.basename(os.path.dirname(path))
    print(f"recommend/item_knn_{name}_{sys.argv[1]}t {seconds * 1e6:.0f} {total:.6f} {count}")
