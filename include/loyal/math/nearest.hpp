// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "../core/error.hpp"
#include "../core/parallel.hpp"
#include "../core/types.hpp"
#include "matrix_product.hpp"
#include "top_k.hpp"

namespace loyal {

/// How near two vectors are.
enum class Similarity {
  cosine,  ///< of their angle; 0 where one of them is zero
  dot,     ///< their dot product
};

struct NearestOptions {
  Index k = 10;                                ///< rows wanted for each query, >= 0
  Similarity similarity = Similarity::cosine;  ///< what is compared
  int threads = 0;                             ///< at most; 0: as many as the machine has
};

namespace detail {

/// Walks through the rows of a table in blocks that stay in the second-level cache, and keeps for each of
/// some questions the best rows. What a block's scores are is @p score(first, rows, scores), which fills the
/// first columns of a questions x `block` matrix.
template <Scalar T>
struct RowScan {
  static constexpr Index block = 256;      // rows of the table scored at once
  static constexpr Index questions = 128;  // that go through the table together

  /// What one thread works with.
  struct Room {
    Matrix<T> scores;
    std::vector<TopK<T>> best;
  };

  /// Writes the k best rows of questions begin .. begin + count - 1 into those rows of @p result.
  template <class Score>
  static void run(Index rows, Index begin, Index count, int threads, TopKRows<T>& result,
                  const Score& score) {
    const Index k = result.index.cols();
    // Pieces depend on the table only, so that results do not depend on the threads.
    const Index grain = std::max<Index>(block, (rows / 16 + block - 1) / block * block);
    std::vector<TopKRows<T>> pieces(static_cast<std::size_t>((rows + grain - 1) / grain));
    parallel_for(rows, {.threads = threads, .grain = grain}, [&](Index from, Index to) {
      Room room{Matrix<T>(count, block),
                std::vector<TopK<T>>(static_cast<std::size_t>(count), TopK<T>(k))};
      for (Index first = from; first < to; first += block) {
        const Index size = std::min(block, to - first);
        score(first, size, room.scores);
        for (Index q = 0; q < count; ++q)
          room.best[static_cast<std::size_t>(q)].offer(room.scores.row(q).head(size), first);
      }
      keep(room.best, pieces[static_cast<std::size_t>(from / grain)], k);
    });
    TopK<T> top(k);
    for (Index q = 0; q < count; ++q) {
      top.clear();
      for (const auto& piece : pieces)
        for (Index i = 0; i < k && piece.index(q, i) >= 0; ++i)
          top.push(piece.index(q, i), piece.score(q, i));
      put(top, result, begin + q);
    }
  }

 private:
  static void keep(std::vector<TopK<T>>& best, TopKRows<T>& piece, Index k) {
    const auto count = static_cast<Index>(best.size());
    piece.index.setConstant(count, k, -1);
    piece.score.setConstant(count, k, -std::numeric_limits<T>::infinity());
    for (Index q = 0; q < count; ++q) put(best[static_cast<std::size_t>(q)], piece, q);
  }
  static void put(TopK<T>& top, TopKRows<T>& result, Index row) {
    Index rank = 0;
    for (const auto& [index, score] : top.sorted()) {
      result.index(row, rank) = index;
      result.score(row, rank++) = score;
    }
  }
};

/// 1 / |row|, 0 for a row of zeros.
template <Scalar T>
void inverse_norms(const ConstMatrixRef<T>& rows, Eigen::Ref<Vector<T>> inverse) {
  for (Index i = 0; i < rows.rows(); ++i) {
    const T squares = rows.row(i).squaredNorm();
    inverse[i] = squares > 0 ? 1 / std::sqrt(squares) : T(0);
  }
}

/// scores = queries rows^T, each column times its row's inverse norm for the cosine of queries of length 1.
template <Scalar T>
void score_rows(const ConstMatrixRef<T>& queries, const ConstMatrixRef<T>& rows, bool cosine,
                Matrix<T>& scores) {
  if (queries.rows() <= 2) {
    // A product would copy the rows first, which costs more than it does.
    for (Index q = 0; q < queries.rows(); ++q)
      for (Index i = 0; i < rows.rows(); ++i) scores(q, i) = rows.row(i).dot(queries.row(q));
  } else {
    multiply(queries, rows.transpose(), scores.leftCols(rows.rows()));
  }
  if (!cosine) return;
  Vector<T> inverse(rows.rows());
  inverse_norms<T>(rows, inverse);
  scores.leftCols(rows.rows()).array().rowwise() *= inverse.transpose().array();
}

}  // namespace detail

/// The k rows of a table nearest to each query, exactly: all pairs are compared.
///
///   table (n x d), queries (q x d) -> q x k, best first; of equally near rows the one with the smaller index
///
/// Rows that hold NaN are never found. The result does not depend on the number of threads.
/// @throws ShapeError if the widths differ; OptionError if k < 0.
/// Source: none, our own: products of blocks that stay in cache, and only the best scores are kept.
/// Cost: 2 q n d flops as matrix products, or one pass over the table's memory for few queries.
///
///     const loyal::Matrix<float> table{{1, 0}, {0, 2}, {3, 3}};
///     const loyal::Matrix<float> query{{0, 1}};
///     const auto near = loyal::nearest_rows<float>(table, query, {.k = 2});
///     if (near.index(0, 0) != 1 || near.index(0, 1) != 2) return 1;
template <Scalar T>
[[nodiscard]] TopKRows<T> nearest_rows(const ConstMatrixRef<T>& table,
                                       const ConstMatrixRef<T>& queries,
                                       const NearestOptions& options = {}) {
  detail::expect_option("nearest_rows", "k", options.k, options.k >= 0, ">= 0");
  detail::expect_size("nearest_rows", "the width of the queries", queries.cols(), table.cols());
  const bool cosine = options.similarity == Similarity::cosine;
  const Index k = std::min(options.k, table.rows());
  TopKRows<T> result;
  result.index.setConstant(queries.rows(), k, -1);
  result.score.setConstant(queries.rows(), k, -std::numeric_limits<T>::infinity());
  using Scan = detail::RowScan<T>;
  for (Index begin = 0; begin < queries.rows(); begin += Scan::questions) {
    const Index count = std::min(Scan::questions, queries.rows() - begin);
    Matrix<T> some = queries.middleRows(begin, count);
    if (cosine) {
      Vector<T> inverse(count);
      detail::inverse_norms<T>(some, inverse);
      some.array().colwise() *= inverse.array();
    }
    Scan::run(table.rows(), begin, count, options.threads, result,
              [&](Index first, Index rows, Matrix<T>& scores) {
                detail::score_rows<T>(some, table.middleRows(first, rows), cosine, scores);
              });
  }
  return result;
}

}  // namespace loyal
