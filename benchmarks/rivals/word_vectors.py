#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Trains word vectors with ours, fastText and gensim in turn, and compares time and quality.

    word_vectors.py OURS GENSIM_PYTHON FOLDER SEEDS

FOLDER holds corpus.txt.xz (one sentence a line), wordsim353.tsv, simlex999.txt and questions-words.txt. Lines are
shuffled with a fixed seed, since sources in a row favor whoever has fewer threads. Times are wall clock from the
start of reading to the end of training, without saving. One epoch, window 5, 5 negatives, subsampling 1e-4.
gensim's threads each let the rate fall by their own share of the corpus, so that with two it ends at half.
`ratio:` lines say how many times faster we are; `quality:` lines give the means over seeds."""
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

ours, python, folder, seeds = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]), int(sys.argv[4])
here = pathlib.Path(__file__).resolve().parent
TESTS = [str(folder / name) for name in ("wordsim353.tsv", "simlex999.txt", "questions-words.txt")]


def run_ours(corpus, out, case, dimensions, threads, seed):
    args = [ours, "train", corpus, out, case, str(dimensions), str(threads), str(seed), "0.05"]
    return float(subprocess.run(args, check=True, capture_output=True, text=True).stdout.split()[0])


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


def judge(path):
    out = subprocess.run([ours, "judge", path, *TESTS], check=True, capture_output=True, text=True).stdout
    return [float(x) for x in out.split()]


SIDES = {"loyal": run_ours, "fastText": run_fasttext, "gensim": run_gensim}


def compare(name, sides, dimensions, threads, seeds):
    """`sides` are (side, case) with ours first; all are run in turn, seed by seed."""
    times, marks = {}, {}
    for seed in range(1, seeds + 1):
        for side, case in sides:
            out = str(pathlib.Path(work) / "vectors.vec")
            times.setdefault(side, []).append(SIDES[side](corpus, out, case, dimensions, threads, seed))
            marks.setdefault(side, []).append(judge(out))
    for side, _ in sides:
        seconds = statistics.median(times[side])
        mean = [statistics.mean(m[i] for m in marks[side]) for i in range(3)]
        print(f"quality: word_vectors/{name} {side} {seconds:.2f} s, {words / seconds / 1e3:.0f} k words/s, "
              f"WordSim {mean[0]:.3f}, SimLex {mean[1]:.3f}, analogies {100 * mean[2]:.1f} %")
    for side, _ in sides[1:]:
        ratio = statistics.median(b / a for a, b in zip(times["loyal"], times[side]))
        print(f"ratio: word_vectors/{name}{'' if side == 'fastText' else '_' + side} {ratio:.2f}", flush=True)


with tempfile.TemporaryDirectory() as work:
    corpus = str(pathlib.Path(work) / "corpus.txt")
    lines = lzma.open(folder / "corpus.txt.xz", "rt", encoding="utf-8").read().splitlines()
    random.Random(1).shuffle(lines)
    words = sum(len(line.split()) for line in lines)
    pathlib.Path(corpus).write_text("\n".join(lines) + "\n", encoding="utf-8")
    del lines
    plain = [("loyal", "skip_gram"), ("fastText", "skip_gram"), ("gensim", "skip_gram")]
    compare("skip_gram_100_2t", plain, 100, 2, seeds)
    compare("deterministic_100_2t", [("loyal", "deterministic"), *plain[1:2]], 100, 2, 1)
    compare("cbow_100_2t", [(side, "cbow") for side, _ in plain], 100, 2, seeds)
    compare("skip_gram_300_2t", plain, 300, 2, 1)
    compare("subword_100_2t", [("loyal", "subword"), ("fastText", "subword")], 100, 2, 1)
    compare("skip_gram_100_1t", plain, 100, 1, 1)
