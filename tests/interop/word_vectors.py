#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Do gensim and fastText open our files of word vectors, and do we open theirs, bit for bit?
    word_vectors.py PROGRAM      where PROGRAM was built from word_vectors.cpp
Leaves with 77, which ctest shows as skipped, where neither gensim nor fastText is installed (Debian: python3-gensim,
fasttext and python3-fasttext)."""
import pathlib
import shutil
import subprocess
import sys
import tempfile

try:
    import numpy as np
    from gensim.models import KeyedVectors
except ImportError:
    KeyedVectors = None
try:
    import fasttext
except ImportError:
    fasttext = None

program = sys.argv[1]
failed = []


def check(name, good):
    print(f"{'ok  ' if good else 'FAIL'} {name}")
    if not good:
        failed.append(name)


def equal(a, b):
    return a.dtype == b.dtype == np.float32 and a.shape == b.shape and (a.view(np.uint32) == b.view(np.uint32)).all()


def ours(*arguments):
    subprocess.run([program, *map(str, arguments)], check=True)


def read_by_us(kind, path, folder):
    ours(kind, path, folder / "read.npy", folder / "read.txt")
    return (folder / "read.txt").read_text().split("\n")[:-1], np.load(folder / "read.npy")


def with_gensim(folder, words, vectors):
    for name, binary in [("ours.vec", False), ("ours.bin", True)]:
        theirs = KeyedVectors.load_word2vec_format(folder / name, binary=binary)
        check(f"gensim opens our {name}", theirs.index_to_key == words and equal(theirs.vectors, vectors))
        saved = folder / ("gensim" + name[4:])
        theirs.save_word2vec_format(saved, binary=binary)
        check(f"we open gensim's {saved.name}",
              (lambda w, x: w == words and equal(x, vectors))(*read_by_us("binary" if binary else "text", saved, folder)))
    bare = folder / "glove.txt"
    bare.write_text((folder / "gensim.vec").read_text().split("\n", 1)[1])
    check("we open GloVe's form", (lambda w, x: w == words and equal(x, vectors))(*read_by_us("text", bare, folder)))


def with_fasttext(folder, words, vectors):
    rng = np.random.default_rng(1)
    text = folder / "corpus.txt"
    text.write_text("".join(" ".join(rng.choice(words, 12)) + "\n" for _ in range(3000)))
    for n_grams, version in [((3, 6), "n-grams"), ((0, 0), "words only"), ((1, 2), "short n-grams")]:
        model = folder / "model"
        subprocess.run(["fasttext", "skipgram", "-input", text, "-output", model, "-dim", "20", "-epoch", "1",
                        "-minn", str(n_grams[0]), "-maxn", str(n_grams[1]), "-bucket", "5000", "-thread", "1"],
                       check=True, capture_output=True)
        theirs = fasttext.load_model(str(model) + ".bin")
        asked = words + ["</s>", "unknown", "课", "é", "a", "x" * 300, "<course>"]
        (folder / "asked.txt").write_text("\n".join(asked))
        ours("subwords", str(model) + ".bin", folder / "asked.txt", folder / "subwords.npy")
        expected = np.stack([theirs.get_word_vector(word) for word in asked]).astype(np.float32)
        check(f"we open fastText's model.bin, {version}", equal(np.load(folder / "subwords.npy"), expected))
        if KeyedVectors:
            vec = KeyedVectors.load_word2vec_format(str(model) + ".vec")
            check(f"we open fastText's model.vec as gensim does, {version}",
                  (lambda w, x: w == vec.index_to_key and equal(x, vec.vectors))(
                      *read_by_us("text", str(model) + ".vec", folder)))
    # fastText begins its training at our vectors; a rate of nearly zero leaves them there.
    subprocess.run(["fasttext", "skipgram", "-input", text, "-output", folder / "from", "-dim", "50", "-epoch", "1",
                    "-maxn", "0", "-minCount", "1", "-lr", "1e-30", "-thread", "1", "-pretrainedVectors", folder / "ours.vec"],
                   check=True, capture_output=True)
    theirs = fasttext.load_model(str(folder / "from.bin"))
    known = [word for word in words if theirs.get_word_id(word) >= 0]
    got = np.stack([theirs.get_word_vector(word) for word in known]).astype(np.float32)
    check("fastText opens our ours.vec", len(known) > 1900 and equal(got, vectors[[words.index(w) for w in known]]))


def with_safetensors(folder, words, vectors):
    from safetensors.numpy import load_file
    tensors = load_file(folder / "ours.safetensors")
    ends = tensors["ends"].tolist()
    letters = tensors["letters"].tobytes()
    got = [letters[a:b].decode() for a, b in zip([0] + ends, ends)]
    check("safetensors opens our ours.safetensors", got == words and equal(tensors["vectors"], vectors))


if not KeyedVectors and not (fasttext and shutil.which("fasttext")):
    print("skipped: neither gensim nor fastText is installed")
    sys.exit(77)
with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    ours("make", folder)
    words = (folder / "ours.txt").read_text().split("\n")[:-1]
    vectors = np.load(folder / "ours.npy")
    if KeyedVectors:
        with_gensim(folder, words, vectors)
    else:
        print("skipped: gensim is not installed")
    if fasttext and shutil.which("fasttext"):
        with_fasttext(folder, words, vectors)
    else:
        print("skipped: fastText is not installed")
    try:
        with_safetensors(folder, words, vectors)
    except ImportError:
        print("skipped: safetensors is not installed")
sys.exit(bool(failed))
