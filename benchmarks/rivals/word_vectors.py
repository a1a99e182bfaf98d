#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Trains word vectors with ours, fastText and gensim in turn, and compares time and quality.

    word_vectors.py OURS GENSIM_PYTHON FOLDER [speed|quality|all|peak_memory|CASE]

FOLDER holds corpus.txt.xz (one sentence a line), wordsim353.tsv, simlex999.txt and questions-words.txt. Lines are
shuffled with a fixed seed, since sources in a row favor whoever has fewer threads. Times are wall clock from the
start of reading to the end of training, without saving. One epoch, window 5, 5 negatives, subsampling 1e-4.
gensim's threads each let the rate fall by their own share of the corpus, so that with two it ends at half.
Speed is measured on a fifth of the lines, all sides in turn, medians of three rounds, and needs a quiet machine; quality
on all lines, and does not. `ratio:` lines say how many times faster we are; `quality:` lines give means over seeds.
A `figure:` line tells the most memory that training on all lines took, saving included (printed with speed too)."""
import functools
import lzma
import os
import pathlib
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time

ours, python, folder, wanted = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]), sys.argv[4]
here = pathlib.Path(__file__).resolve().parent
TESTS = [str(folder / name) for name in ("wordsim353.tsv", "simlex999.txt", "questions-words.txt")]


def train_ours(corpus, out, case, dimensions, threads, seed):
    args = [ours, "train", corpus, out, case, str(dimensions), str(threads), str(seed), "0.05"]
    return [float(x) for x in subprocess.run(args, check=True, capture_output=True, text=True).stdout.split()]


def run_ours(*args):
    return train_ours(*args)[0]


def run_gensim(corpus, out, case, dimensions, threads, seed):
    args = [python, str(here / "word_vectors_gensim.py"), corpus, out, case, str(dimensions), str(threads), str(seed),
            "0.05"]
    return float(subprocess.run(args, check=True, capture_output=True, text=True).stdout.split()[0])


def run_fasttext(corpus, out, case, dimensions, threads, seed):
    letters = ["-minn", "3", "-maxn", "6"] if case == "subword" else ["-minn", "0", "-maxn", "0", "-bucket", "1"]
    args = ["fasttext", "cbow" if case == "cbow" else "skipgram", "-input", corpus, "-output", out[:-4], "-dim",
            str(dimensions), "-ws", "5", "-neg", "5", "-minCount", "5", "-t", "1e-4", "-lr", "0.05", "-epoch", "1", "-seed", str(seed),
            "-thread", str(threads), *letters]
    start = end = time.perf_counter()
    process = subprocess.Popen(args, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
    tail = b""
    while piece := os.read(process.stderr.fileno(), 4096):  # its last sign of progress ends the training
        tail = (tail + piece)[-4096:]
        if re.search(rb"Progress: *100", tail):
            end = time.perf_counter()
    if process.wait() != 0:
        sys.exit(f"fasttext failed: {tail.decode(errors='replace')}")
    pathlib.Path(out[:-4] + ".bin").unlink()
    return end - start


@functools.cache  # cases share a side
def quality(side, *how):
    """WordSim, SimLex and analogies of vectors trained on all lines."""
    SIDES[side](corpus, out, *how)
    marks = subprocess.run([ours, "judge", out, *TESTS], check=True, capture_output=True, text=True).stdout
    return [float(x) for x in marks.split()]


SIDES = {"loyal": run_ours, "fastText": run_fasttext, "gensim": run_gensim}


def compare_speed(name, sides, dimensions, threads, rounds=3):
    """`sides` are (side, case) with ours first; all run in turn, round by round, on a part of the lines."""
    times = {side: [] for side, _ in sides}
    for seed in range(1, rounds + 1):
        for side, case in sides:
            times[side].append(SIDES[side](part, out, case, dimensions, threads, seed))
    for side, _ in sides:
        seconds = statistics.median(times[side])
        print(f"speed: word_vectors/{name} {side} {seconds:.2f} s, {part_words / seconds / 1e3:.0f} k words/s")
    for side, _ in sides[1:]:
        ratio = statistics.median(b / a for a, b in zip(times["loyal"], times[side]))
        print(f"ratio: word_vectors/{name}{'' if side == 'fastText' else '_' + side} {ratio:.2f}", flush=True)


def compare_quality(name, sides, dimensions, threads, seeds):
    for side, case in sides:
        marks = [quality(side, case, dimensions, threads, seed) for seed in range(1, seeds + 1)]
        mean = [statistics.mean(m[i] for m in marks) for i in range(3)]
        print(f"quality: word_vectors/{name} {side} WordSim {mean[0]:.3f}, SimLex {mean[1]:.3f}, "
              f"analogies {100 * mean[2]:.1f} %", flush=True)


PLAIN = [(side, "skip_gram") for side in SIDES]
CASES = [  # name, sides, dimensions, threads, seeds
    ("skip_gram_100_2t", PLAIN, 100, 2, 3),
    ("deterministic_100_2t", [("loyal", "deterministic"), ("fastText", "skip_gram")], 100, 2, 3),
    ("cbow_100_2t", [(side, "cbow") for side in SIDES], 100, 2, 3),
    ("skip_gram_300_2t", PLAIN, 300, 2, 3),
    ("subword_100_2t", [("loyal", "subword"), ("fastText", "subword")], 100, 2, 3),
    ("skip_gram_100_1t", PLAIN, 100, 1, 1),
]

with tempfile.TemporaryDirectory() as work:
    out = str(pathlib.Path(work) / "vectors.vec")
    corpus = str(pathlib.Path(work) / "corpus.txt")
    part = str(pathlib.Path(work) / "part.txt")
    lines = lzma.open(folder / "corpus.txt.xz", "rt", encoding="utf-8").read().splitlines()
    random.Random(1).shuffle(lines)
    pathlib.Path(corpus).write_text("\n".join(lines) + "\n", encoding="utf-8")
    fifth = lines[:len(lines) // 5]
    part_words = sum(len(line.split()) for line in fifth)
    pathlib.Path(part).write_text("\n".join(fifth) + "\n", encoding="utf-8")
    del lines, fifth
    if wanted in ("peak_memory", "speed", "all"):
        peak = train_ours(corpus, out, "skip_gram", 100, 2, 1)[3]
        print(f"figure: word_vectors/peak_memory_100 {peak:.0f} MB", flush=True)
    for name, sides, dimensions, threads, seeds in CASES:
        if wanted in (name, "speed", "all"):
            compare_speed(name, sides, dimensions, threads)
        if wanted in (name, "quality", "all"):
            compare_quality(name, sides, dimensions, threads, seeds)
