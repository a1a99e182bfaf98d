#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs a task in loyal and in a rival's library side by side and prints lines `ratio: topic/case number`; above 1
# ours is faster. Installs the rivals from Debian's packages.
#
#   benchmarks/rivals/run.sh [TOPIC] [ROUNDS]       training is the default; another name lists the topics
#
# Topics on real data look for it in the directory named by LOYAL_DATA. word_vectors takes an hour or so;
# its second argument may be speed, quality, peak_memory or the name of a case.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$here/../..
topic=${1:-training}
rounds=${2:-5}
build=$root/build/rivals
mkdir -p "$build"
# One thread each: torch's own setting does not bind OpenBLAS.
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1

# OpenBLAS 0.3.21 does not know processors younger than itself and then takes slow kernels; name the widest that fit.
if [ -z "${OPENBLAS_CORETYPE:-}" ]; then
  if grep -qw avx512f /proc/cpuinfo; then export OPENBLAS_CORETYPE=SkylakeX
  elif grep -qw avx2 /proc/cpuinfo; then export OPENBLAS_CORETYPE=Haswell; fi
fi

install() {
  dpkg -s "$@" >/dev/null 2>&1 && return
  local sudo=; [ "$(id -u)" -eq 0 ] || sudo=sudo
  $sudo apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq "$@" >/dev/null
}

# compile SOURCE [flags]: as the library's users would for speed, rebuilt when anything changed.
compile() {
  local source=$1; shift
  g++ -std=c++20 -O3 -march=native -DNDEBUG -I"$root/include" -isystem /usr/include/eigen3 \
      "$here/$source.cpp" -o "$build/$source" "$@" -pthread
}

"$root/tools/install_dependencies.sh"
case $topic in
  training)
    install libtorch-dev libopenblas0-pthread python3  # with the reference BLAS torch is ten times slower
    compile training_loyal -lbenchmark
    compile training_libtorch -isystem /usr/include/torch/csrc/api/include -ltorch -ltorch_cpu -lc10
    taskset -c 0 python3 "$here/compare.py" "$rounds" 1e-3 \
        "$build/training_loyal" -- "$build/training_libtorch"
    exec "$build/training_loyal" scaling
    ;;
  optimizers)
    install python3-torch libopenblas0-pthread python3-numpy
    compile optimizers_loyal
    # torch belongs to Debian's python, which need not be the first in the path.
    exec taskset -c 0 python3 "$here/compare.py" "$rounds" 1e-4 \
        "$build/optimizers_loyal" -- /usr/bin/python3 "$here/optimizers_torch.py"
    ;;
  behavior)
    install python3-pandas
    compile behavior_loyal
    # Ours takes all cores there are; pandas knows only one.
    exec python3 "$here/compare.py" "$rounds" 1e-9 \
        "$build/behavior_loyal" -- /usr/bin/python3 "$here/behavior_pandas.py"
    ;;
  word_vectors)
    install fasttext python3-gensim python3-numpy
    [ -n "${LOYAL_DATA:-}" ] || { echo "LOYAL_DATA must name a folder that holds english/corpus.txt.xz" >&2; exit 2; }
    compile word_vectors_loyal
    exec python3 "$here/word_vectors.py" "$build/word_vectors_loyal" /usr/bin/python3 "$LOYAL_DATA/english" "${2:-all}"
    ;;
  recommend)
    install python3-scipy python3-numpy libfaiss-dev libhnswlib-dev libopenblas0-pthread liblapack3
    [ -n "${LOYAL_DATA:-}" ] || { echo "LOYAL_DATA must name a folder that holds gowalla/train.txt" >&2; exit 2; }
    compile recommend_knn_loyal
    for threads in 1 2; do
      python3 "$here/compare.py" "$rounds" 1e-4 "$build/recommend_knn_loyal" $threads "$LOYAL_DATA/gowalla/train.txt" \
          -- /usr/bin/python3 "$here/recommend_knn_scipy.py" $threads "$LOYAL_DATA/gowalla/train.txt"
    done
    compile recommend_als
    for part in speed large memory bpr quality; do "$build/recommend_als" $part; done
    "$build/recommend_als" gowalla "$LOYAL_DATA/gowalla"
    # faiss needs a BLAS; the library itself is named, since only its runtime package is installed.
    compile recommend_topk_faiss -lfaiss -l:libopenblas.so.0 -l:liblapack.so.3 -fopenmp
    taskset -c 0 "$build/recommend_topk_faiss" "$LOYAL_DATA/gowalla/train.txt" "$rounds"
    ;;
  survival)
    install r-cran-survival python3-sklearn python3-numpy
    compile survival_loyal
    "$build/survival_loyal" write "$build/survival.bin"
    taskset -c 0 python3 "$here/compare.py" "$rounds" 1e-6 \
        "$build/survival_loyal" survival "$build/survival.bin" -- Rscript "$here/survival_r.R" "$build/survival.bin"
    [ -n "${LOYAL_DATA:-}" ] || { echo "LOYAL_DATA is not set: no logistic regression on Telco" >&2; exit 0; }
    features=$(/usr/bin/python3 "$here/survival_sklearn.py" write "$LOYAL_DATA/telco-churn/telco.csv" "$build/telco.bin")
    exec taskset -c 0 python3 "$here/compare.py" "$rounds" 1e-6 \
        "$build/survival_loyal" logistic "$build/telco.bin" "$features" -- \
        /usr/bin/python3 "$here/survival_sklearn.py" fit "$build/telco.bin" "$features"
    ;;
  lifetime)
    # Lines `figure: retention/CASE SECONDS s`; with a second argument `recovery` what intervals hold instead.
    [ -n "${LOYAL_DATA:-}" ] || { echo "LOYAL_DATA must name a folder that holds cdnow/" >&2; exit 2; }
    compile lifetime_loyal
    exec "$build/lifetime_loyal" ${2:+"$2"}
    ;;
  *)
    echo "unknown topic '$topic'; known: $(sed -n 's/^  \([a-z_]*\))$/\1/p' "$here/run.sh" | paste -sd ' ')" >&2
    exit 2
    ;;
esac
