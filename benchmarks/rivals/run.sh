#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs a task in loyal and in a rival's library side by side and prints lines `ratio: topic/case number`; above 1
# ours is faster. Installs the rivals from Debian's packages.
#
#   benchmarks/rivals/run.sh [TOPIC] [ROUNDS]       topics: training (the default), optimizers, behavior,
#                                                   word_vectors (needs LOYAL_DATA; half an hour)
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
    exec python3 "$here/word_vectors.py" "$build/word_vectors_loyal" /usr/bin/python3 "$LOYAL_DATA/english" "$rounds"
    ;;
  *)
    echo "unknown topic '$topic'; known: training, optimizers, behavior, word_vectors" >&2
    exit 2
    ;;
esac
