// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/math/top_k.hpp>

#include "../support/catch.hpp"

using namespace loyal;

namespace {

/// Sorts everything.
template <class T>
std::vector<Scored<T>> reference(const std::vector<T>& scores, Index k, auto&& exclude) {
  std::vector<Scored<T>> all;
  for (std::size_t i = 0; i < scores.size(); ++i)
    if (scores[i] > -std::numeric_limits<T>::infinity() && !exclude(static_cast<Index>(i)))
      all.push_back({static_cast<Index>(i), scores[i]});
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.score > b.score; });
  all.resize(std::min(all.size(), static_cast<std::size_t>(k)));
  return all;
}

}  // namespace

TEMPLATE_TEST_CASE("top_k: equals a full sort, with ties, masks, NaN and exclusions", "", float,
                   double) {
  using T = TestType;
  Rng rng{41};
  for (int round = 0; round < 400; ++round) {
    const auto n = static_cast<std::size_t>(rng.below(round % 4 == 0 ? 3000 : 200));
    const auto k = static_cast<Index>(rng.below(round % 3 == 0 ? 300 : 12));
    const auto levels = 1 + rng.below(round % 2 == 0 ? 10 : 100000);
    std::vector<T> scores(n);
    for (T& s : scores) {
      s = static_cast<T>(rng.below(levels)) - static_cast<T>(levels) / 2;
      if (rng.bernoulli(0.02)) s = std::numeric_limits<T>::quiet_NaN();
      if (rng.bernoulli(0.02)) s = -std::numeric_limits<T>::infinity();
      if (rng.bernoulli(0.01)) s = std::numeric_limits<T>::infinity();
    }
    if (round % 5 == 0)
      std::sort(scores.begin(), scores.end());  // every score passes the threshold
    const auto odd = [](Index i) { return i % 2 == 1; };
    REQUIRE(top_k(scores, k) == reference(scores, k, [](Index) { return false; }));
    REQUIRE(top_k(scores, k, odd) == reference(scores, k, odd));

    // The same in pieces, last piece first, and one by one in random order.
    const auto whole = top_k(scores, k);
    TopK<T> pieces(k);
    const std::size_t middle = n / 3;
    pieces.offer(std::span<const T>(scores).subspan(middle), static_cast<Index>(middle));
    pieces.offer(std::span<const T>(scores).first(middle));
    REQUIRE(std::ranges::equal(pieces.sorted(), whole));
    pieces.clear();
    std::vector<std::size_t> order(n);
    for (std::size_t i = 0; i < n; ++i) order[i] = i;
    rng.shuffle(order);
    for (const std::size_t i : order) pieces.push(static_cast<Index>(i), scores[i]);
    REQUIRE(std::ranges::equal(pieces.sorted(), whole));
  }
}

TEST_CASE("top_k: rows of a matrix, on any number of threads") {
  Rng rng{42};
  Matrix<float> scores(100, 333);
  for (float& s : scores.reshaped()) s = rng.normal<float>();
  scores.row(7).setConstant(-std::numeric_limits<float>::infinity());
  scores(7, 5) = 1;
  const auto exclude = [](Index row, Index column) { return (row + column) % 3 == 0; };
  const auto best = top_k_rows(scores, 10, exclude, {.threads = 1});
  const auto again = top_k_rows(scores, 10, exclude, {.threads = 4});
  CHECK(best.index == again.index);
  CHECK(best.score == again.score);
  for (Index i = 0; i < scores.rows(); ++i) {
    const auto row = top_k(scores.row(i), 10, [&](Index j) { return exclude(i, j); });
    for (Index j = 0; j < 10; ++j) {
      if (static_cast<std::size_t>(j) < row.size()) {
        REQUIRE(best.index(i, j) == row[static_cast<std::size_t>(j)].index);
        REQUIRE(best.score(i, j) == row[static_cast<std::size_t>(j)].score);
      } else {
        REQUIRE(best.index(i, j) == -1);
        REQUIRE(std::isinf(best.score(i, j)));
      }
    }
  }
  CHECK(top_k_rows(Matrix<float>(0, 5), 3).index.rows() == 0);
  CHECK(top_k_rows(scores, 1000).index(0, 333) == -1);
}

TEST_CASE("top_k: a large vector, an Eigen segment, and the ends") {
  Rng rng{43};
  Vector<float> scores(1000003);
  for (float& s : scores) s = rng.uniform<float>();
  scores[999999] = 2;
  scores[12] = 2;
  const auto best = top_k(scores, 3);
  CHECK(best[0] == Scored<float>{12, 2});
  CHECK(best[1] == Scored<float>{999999, 2});
  CHECK(top_k(scores.tail(4), 1)[0].index == 0);
  CHECK(top_k(scores, 0).empty());
  CHECK(top_k(std::vector<double>{}, 5).empty());
  CHECK(top_k(std::vector<double>{1, 2}, std::numeric_limits<Index>::max()).size() == 2);
  CHECK_THROWS_AS(top_k(scores, -1), OptionError);
  CHECK_THROWS_AS(top_k_rows(Matrix<float>(2, 2), -1), OptionError);
}
