# SPDX-License-Identifier: MIT
"""scikit-learn's side of `run.sh survival`: logistic regression on the first Telco training fold.

    survival_sklearn.py write TELCO.CSV FILE    rows of label, one-hot categories and standardized numbers; prints how
                                                many features there are
    survival_sklearn.py fit FILE FEATURES       prints "case microseconds objective"; the objective is that of
                                                C = 1, sum of losses + |coefficients|^2 / 2"""
import csv
import statistics
import sys
import time
import warnings

import numpy
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

NUMBERS = ["tenure", "MonthlyCharges", "TotalCharges"]


def write(source, path):
    with open(source, newline="") as file:
        table = list(csv.DictReader(file))
    label = numpy.array([row["Churn"] == "Yes" for row in table], float)
    columns = []
    for name in table[0]:
        if name in ("customerID", "Churn", *NUMBERS):
            continue
        values = [row[name] for row in table]
        columns += [[float(v == one) for v in values] for one in sorted(set(values))]
    train, _ = next(StratifiedKFold(5, shuffle=True, random_state=42).split(label, label))
    for name in NUMBERS:
        values = numpy.array([float(row[name].strip() or 0) for row in table])
        columns.append((values - values[train].mean()) / values[train].std())
    x = numpy.array(columns).T
    numpy.column_stack([label, x])[train].tofile(path)
    print(x.shape[1])


def fit(path, features):
    data = numpy.fromfile(path).reshape(-1, features + 1)
    y, x = data[:, 0], numpy.ascontiguousarray(data[:, 1:])
    warnings.simplefilter("ignore")
    times = []
    for _ in range(9):
        model = LogisticRegression(solver="lbfgs", max_iter=1000)
        start = time.perf_counter()
        model.fit(x, y)
        times.append(1e6 * (time.perf_counter() - start))
    z = x @ model.coef_[0] + model.intercept_[0]
    objective = (numpy.logaddexp(0, z) - y * z).sum() + 0.5 * (model.coef_ ** 2).sum()
    print(f"retention/logistic_telco {statistics.median(times):.1f} {objective:.10g}")


if sys.argv[1] == "write":
    write(sys.argv[2], sys.argv[3])
else:
    fit(sys.argv[2], int(sys.argv[3]))
