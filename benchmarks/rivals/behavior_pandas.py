# SPDX-License-Identifier: MIT
"""pandas' side of `run.sh behavior`: the same events as in behavior_loyal.cpp, in a DataFrame in the order of time.

Prints "case microseconds checks..."; of two ways to write each step the faster one is taken."""
import statistics
import sys
import time

import numpy as np
import pandas as pd

USERS, EVENTS, START, LENGTH = 300_000, 5_000_000, 1_640_995_200, 730 * 86_400
KINDS = ["purchase", "visit", "lesson", "post", "answer"]
PERIODS = 23


def number(i, k):
    z = (i * np.uint64(8) + np.uint64(k)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def make_events():
    i = np.arange(EVENTS, dtype=np.uint64)
    user = number(i, 0) % np.uint64(USERS)
    joined = number(user, 7) % np.uint64(600 * 86_400)
    r = number(i, 1) >> np.uint64(48)
    age = ((np.uint64(LENGTH) - joined) * r >> np.uint64(16)) * r >> np.uint64(16)
    kind = number(i, 2) % np.uint64(5)
    amount = np.where(kind == 0, (number(i, 3) % np.uint64(20_000)) / 100.0, 0.0)
    when = START + (joined + age).astype(np.int64)
    order = np.argsort(when, kind="stable")
    return pd.DataFrame({
        "user": user.astype(np.int32)[order],
        "time": when[order].astype("datetime64[s]").astype("datetime64[ns]"),
        "kind": pd.Categorical.from_codes(kind.astype(np.int8)[order], KINDS),
        "amount": amount[order],
    })


def month_of(df):
    return pd.Series(df["time"].to_numpy().astype("datetime64[M]").astype(np.int32), index=df.index)


def masked(counts, last):
    """A cohort's period is known once its month has ended; the log ends within the last month."""
    table = counts.reindex(columns=range(PERIODS + 1), fill_value=0).fillna(0.0).astype(float)
    rows, columns = np.meshgrid(table.index, table.columns, indexing="ij")
    return table.where(rows + columns < last)


def cohorts_by_groupby(df):
    month = month_of(df)
    cohort = month.groupby(df["user"], sort=False).transform("min")
    pairs = pd.DataFrame({"cohort": cohort, "n": month - cohort, "user": df["user"]}).drop_duplicates()
    size = pairs.loc[pairs["n"] == 0].groupby("cohort").size()
    return size, masked(pairs.groupby(["cohort", "n"]).size().unstack(), month.iloc[-1])


def cohorts_by_key(df):
    """The same with one integer for each user and month, and users' months looked up by index."""
    month = month_of(df)
    first = month.groupby(df["user"], sort=True).min()
    user = df["user"].to_numpy()
    base = int(month.iloc[0])
    seen = pd.unique(user.astype(np.int64) * 1024 + (month.to_numpy() - base))
    cohort = first.reindex(np.arange(USERS), fill_value=0).to_numpy()[seen // 1024]
    counts = pd.Series(cohort.astype(np.int64) * 1024 + (seen % 1024 + base - cohort)).value_counts(sort=False)
    counts.index = pd.MultiIndex.from_arrays([counts.index // 1024, counts.index % 1024])
    counts = counts.unstack()
    return first.value_counts().sort_index(), masked(counts, month.iloc[-1])


def rfm_by_agg(df, cutoff):
    bought = df[df["kind"] == "purchase"]
    table = bought.groupby("user").agg(last=("time", "max"), first=("time", "min"), frequency=("amount", "size"),
                                       monetary=("amount", "mean"))
    table["recency"] = (cutoff - table["last"]) / pd.Timedelta(days=1)
    table["tenure"] = (cutoff - table["first"]) / pd.Timedelta(days=1)
    return table


def rfm_by_columns(df, cutoff):
    """The same on plain integers, column by column: events are in the order of time."""
    bought = (df["kind"].cat.codes == 0).to_numpy()
    seconds = df["time"].to_numpy().view(np.int64)[bought]
    groups = pd.DataFrame({"time": seconds, "amount": df["amount"].to_numpy()[bought]}).groupby(
        df["user"].to_numpy()[bought])
    times, amounts = groups["time"], groups["amount"]
    return pd.DataFrame({"recency": (cutoff.value - times.max()) / 86_400e9, "frequency": amounts.size(),
                         "monetary": amounts.mean(), "tenure": (cutoff.value - times.min()) / 86_400e9})


def timed(work):
    start = time.perf_counter()
    result = work()
    return 1e6 * (time.perf_counter() - start), result


df = make_events()
cutoff = df["time"].iloc[-1] + pd.Timedelta(seconds=1)
total = 0.0
results = []
for ways in ((lambda: cohorts_by_groupby(df), lambda: cohorts_by_key(df)),
             (lambda: rfm_by_agg(df, cutoff), lambda: rfm_by_columns(df, cutoff))):
    runs = [[timed(way) for _ in range(3)] for way in ways]
    medians = [statistics.median(us for us, _ in run) for run in runs]
    print(*(f"{m:.0f} us" for m in medians), file=sys.stderr)
    total += min(medians)
    results.append(runs[medians.index(min(medians))][0][1])
(size, table), rfm = results
table = table.to_numpy()
checks = [len(size), size.sum(), np.nansum(table), table[0, 1], table[0, 20], table[5, 3], table[18, 2], len(rfm)]
checks += [rfm[column].sum() for column in ("recency", "frequency", "monetary", "tenure")]
print(f"retention/cohort_rfm_5m {total:.1f}", *(f"{c:.8f}" for c in checks))
