// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "../math/nearest.hpp"

namespace loyal {

/// "The first is to the second as the third is to ...": rows of a table of vectors.
using Analogy = std::array<Index, 3>;

/// What makes row x answer the analogy (a, b, c).
enum class AnalogyRule {
  add,       ///< 3CosAdd: cos(x, b^ - a^ + c^) of the unit vectors
  multiply,  ///< 3CosMul: s(x, b) s(x, c) / (s(x, a) + 0.001) with s = (1 + cos) / 2
};

struct AnalogyOptions {
  Index k = 4;                          ///< answers wanted, >= 0
  AnalogyRule rule = AnalogyRule::add;  ///< what is scored
  Index restrict = 0;                   ///< only the first so many rows are answers, >= 0; 0: all
  int threads = 0;                      ///< at most; 0: as many as the machine has
};

/// The k best answers of each analogy, best first. The rows given are not left out: ask for three more.
///
///   table (n x d), m analogies -> m x k
///
/// @throws ShapeError if an analogy names a row that is not there; OptionError for k or restrict < 0.
/// Source: Levy & Goldberg, "Linguistic Regularities in Sparse and Explicit Word Representations", CoNLL 2014,
/// equations 3 and 4. That the cosines of the few words that occur in the analogies are computed once for all of
/// them is our own.
/// Cost: 2 n d flops for each distinct row among the analogies, 3 n for each analogy.
///
///     const loyal::Matrix<float> table{{1, 0, 1}, {1, 1, 1}, {0, 0, 1}, {0, 1, 1}};  // king queen man woman
///     const loyal::Analogy question{2, 0, 3};
///     const auto best = loyal::analogy_scan(table, {&question, 1}, {.k = 1});
///     if (best.index(0, 0) != 1) return 1;
[[nodiscard]] inline TopKRows<float> analogy_scan(const ConstMatrixRef<float>& table,
                                                  std::span<const Analogy> questions,
                                                  const AnalogyOptions& options = {}) {
  detail::expect_option("AnalogyOptions", "k", options.k, options.k >= 0, ">= 0");
  detail::expect_option("AnalogyOptions", "restrict", options.restrict, options.restrict >= 0,
                        ">= 0");
  const Index rows =
      options.restrict == 0 ? table.rows() : std::min(options.restrict, table.rows());
  const auto count = static_cast<Index>(questions.size());
  const Index k = std::min(options.k, rows);
  TopKRows<float> result;
  result.index.setConstant(count, k, -1);
  result.score.setConstant(count, k, -std::numeric_limits<float>::infinity());
  for (const Analogy& question : questions)
    for (const Index row : question)
      if (row < 0 || row >= table.rows())
        detail::fail<ShapeError>("analogy_scan", "a row", row, "one of the table");

  using Scan = detail::RowScan<float>;
  for (Index begin = 0; begin < count; begin += Scan::questions) {
    const auto some =
        questions.subspan(static_cast<std::size_t>(begin),
                          static_cast<std::size_t>(std::min(Scan::questions, count - begin)));
    std::vector<Index> given;
    for (const Analogy& question : some)
      given.insert(given.end(), question.begin(), question.end());
    std::sort(given.begin(), given.end());
    given.erase(std::unique(given.begin(), given.end()), given.end());
    Matrix<float> units(static_cast<Index>(given.size()), table.cols());
    for (std::size_t i = 0; i < given.size(); ++i)
      units.row(static_cast<Index>(i)) = table.row(given[i]);
    Vector<float> inverse(units.rows());
    detail::inverse_norms<float>(units, inverse);
    units.array().colwise() *= inverse.array();

    std::vector<Analogy> places(some.size());  // in units
    Vector<float> scale(static_cast<Index>(some.size()));
    for (std::size_t q = 0; q < some.size(); ++q) {
      for (std::size_t i = 0; i < 3; ++i)
        places[q][i] = std::lower_bound(given.begin(), given.end(), some[q][i]) - given.begin();
      const auto& [a, b, c] = places[q];
      const float length = (units.row(b) - units.row(a) + units.row(c)).norm();
      scale[static_cast<Index>(q)] = length > 0 ? 1 / length : 0.0F;
    }
    Scan::run(rows, begin, static_cast<Index>(some.size()), options.threads, result,
              [&](Index first, Index size, Matrix<float>& scores) {
                Matrix<float> cosine(units.rows(), size);
                detail::score_rows<float>(units, table.middleRows(first, size), true, cosine);
                for (std::size_t q = 0; q < places.size(); ++q) {
                  const auto& [a, b, c] = places[q];
                  const auto x = cosine.row(a).array();
                  const auto y = cosine.row(b).array();
                  const auto z = cosine.row(c).array();
                  auto out = scores.row(static_cast<Index>(q)).head(size).array();
                  if (options.rule == AnalogyRule::add)
                    out = (y - x + z) * scale[static_cast<Index>(q)];
                  else
                    out = (1 + y) * (1 + z) / (2 * (1 + x) + 0.004F);
                }
              });
  }
  return result;
}

}  // namespace loyal
