#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""gensim's side of `run.sh word_vectors`: CORPUS OUT.vec CASE DIMENSIONS THREADS SEED RATE; prints seconds."""
import sys
import time

from gensim.models import Word2Vec

corpus, out, case, dimensions, threads, seed, rate = sys.argv[1:]
start = time.perf_counter()
model = Word2Vec(corpus_file=corpus, vector_size=int(dimensions), sg=int(case != "cbow"), window=5, negative=5,
                 min_count=5, sample=1e-4, alpha=float(rate), workers=int(threads), epochs=1, seed=int(seed))
print(f"{time.perf_counter() - start:.3f}")
model.wv.save_word2vec_format(out)
