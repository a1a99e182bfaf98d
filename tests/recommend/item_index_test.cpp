// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <limits>
#include <thread>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/recommend/item_index.hpp>

#include "../support/catch.hpp"

namespace item_index_tests {

using loyal::Index;
using loyal::Interactions;
using loyal::ItemIndex;
using loyal::Matrix;
using loyal::RecommendFilter;
using loyal::Scored;

enum class Kind { normal, skewed, whole };

template <class T>
Matrix<T> random_factors(Index rows, Index cols, Kind kind, loyal::Rng& rng) {
  Matrix<T> x(rows, cols);
  for (Index i = 0; i < rows; ++i) {
    const double length = kind == Kind::skewed ? std::exp(2 * rng.normal<double>()) : 1.0;
    for (Index d = 0; d < cols; ++d)
      x(i, d) = kind == Kind::whole ? static_cast<T>(rng.below(3)) - T(1)
                                    : static_cast<T>(length * rng.normal<double>());
  }
  return x;
}

/// Scores of all items, at least 16 together, so that each is one chain of multiply-adds.
template <class T>
Matrix<T> all_scores(const Matrix<T>& users, const Matrix<T>& items) {
  Matrix<T> more = Matrix<T>::Zero(items.rows() + 16, items.cols());
  more.topRows(items.rows()) = items;
  Matrix<T> scores(users.rows(), more.rows());
  loyal::multiply(users, more.transpose(), scores);
  return scores.leftCols(items.rows());
}

template <class T>
std::vector<Scored<T>> best_of(std::vector<T> scores, Index k, std::span<const std::int32_t> seen,
                               const RecommendFilter& filter) {
  loyal::detail::mask<T>(scores, seen, filter);
  std::vector<Scored<T>> all;
  for (std::size_t i = 0; i < scores.size(); ++i)
    if (scores[i] > -std::numeric_limits<T>::infinity())
      all.push_back({static_cast<Index>(i), scores[i]});
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return a.score > b.score || (a.score == b.score && a.index < b.index);
  });
  if (std::cmp_greater(all.size(), k)) all.resize(static_cast<std::size_t>(k));
  return all;
}

std::vector<std::int32_t> some_items(Index items, double share, loyal::Rng& rng) {
  std::vector<std::int32_t> some;
  for (Index i = 0; i < items; ++i)
    if (rng.uniform<double>() < share) some.push_back(static_cast<std::int32_t>(i));
  return some;
}

template <class T>
std::vector<T> row_of(const Matrix<T>& x, Index row) {
  return {x.data() + row * x.cols(), x.data() + (row + 1) * x.cols()};
}

TEMPLATE_TEST_CASE("ItemIndex finds, to the bit, the best of all scores", "[recommend]", float,
                   double) {
  using T = TestType;
  loyal::Rng rng{3};
  typename ItemIndex<T>::Scratch scratch;
  for (const Kind kind : {Kind::normal, Kind::skewed, Kind::whole})
    for (const Index n : {0, 1, 3, 63, 64, 65, 1500})
      for (const Index f : {0, 1, 7, 40, 130}) {
        const Matrix<T> items = random_factors<T>(n, f, kind, rng);
        const Matrix<T> users = random_factors<T>(7, f, kind, rng);
        const Matrix<T> scores = all_scores(users, items);
        const ItemIndex<T> index(items);
        for (const Index k : {0, 1, 10, 200, 2000}) {
          const auto together = index.search_all(users, {.k = k, .threads = 1});
          REQUIRE(together.index.cols() == std::min(k, n));
          for (Index u = 0; u < users.rows(); ++u) {
            const auto expected = best_of<T>(row_of(scores, u), k, {}, {});
            const auto found = index.search(users.row(u), k, scratch);
            REQUIRE(std::vector<Scored<T>>(found.begin(), found.end()) == expected);
            for (std::size_t r = 0; r < expected.size(); ++r) {
              REQUIRE(together.index(u, static_cast<Index>(r)) == expected[r].index);
              REQUIRE(together.score(u, static_cast<Index>(r)) == expected[r].score);
            }
          }
        }
      }
}

TEMPLATE_TEST_CASE("ItemIndex filters within the ranking", "[recommend]", float, double) {
  using T = TestType;
  loyal::Rng rng{4};
  const Index n = 700;
  const Matrix<T> items = random_factors<T>(n, 12, Kind::skewed, rng);
  const Matrix<T> users = random_factors<T>(4, 12, Kind::normal, rng);
  const Matrix<T> scores = all_scores(users, items);
  const ItemIndex<T> index(items);
  typename ItemIndex<T>::Scratch scratch;
  for (int round = 0; round < 40; ++round) {
    const auto seen = some_items(n, 0.3, rng);
    const auto deny = some_items(n, 0.2, rng);
    // Few allowed items are scored without the walk, many are found by it.
    const auto allow = some_items(n, round % 2 == 0 ? 0.02 : 0.5, rng);
    std::vector<std::uint8_t> on_sale(static_cast<std::size_t>(n));
    for (auto& flag : on_sale) flag = rng.below(3) == 0 ? 0 : 1;
    RecommendFilter filter{.seen = rng.below(2) == 0};
    if (rng.below(2) == 0) filter.deny = deny;
    if (rng.below(2) == 0) filter.allow = allow;
    if (rng.below(2) == 0) filter.on_sale = on_sale;
    for (Index u = 0; u < users.rows(); ++u) {
      const auto expected = best_of<T>(row_of(scores, u), 15, seen, filter);
      const auto found = index.search(users.row(u), 15, scratch, seen, filter);
      REQUIRE(std::vector<Scored<T>>(found.begin(), found.end()) == expected);
    }
  }
}

TEMPLATE_TEST_CASE("ItemIndex: equal scores come in the order of the items", "[recommend]", float,
                   double) {
  using T = TestType;
  loyal::Rng rng{5};
  Matrix<T> items = Matrix<T>::Ones(500, 3);
  for (Index i = 0; i < 500; ++i) items(i, 1) = static_cast<T>(rng.below(2));
  const ItemIndex<T> index(items);
  typename ItemIndex<T>::Scratch scratch;
  for (const T weight : {T(0), T(1), T(-1)}) {
    const std::vector<T> user{1, weight, T(0)};
    const auto found = index.search(user, 300, scratch);
    REQUIRE(found.size() == 300);
    for (std::size_t r = 1; r < found.size(); ++r) {
      CHECK(found[r].score <= found[r - 1].score);
      if (found[r].score == found[r - 1].score) CHECK(found[r].index > found[r - 1].index);
    }
  }
  const std::vector<T> nothing(3, T(0));
  const auto first = index.search(nothing, 4, scratch);
  for (std::size_t r = 0; r < 4; ++r) CHECK(first[r] == Scored<T>{static_cast<Index>(r), T(0)});
}

TEMPLATE_TEST_CASE("ItemIndex and numbers that are none, too large or too small", "[recommend]",
                   float, double) {
  using T = TestType;
  using Limits = std::numeric_limits<T>;
  loyal::Rng rng{6};
  typename ItemIndex<T>::Scratch scratch;
  for (int round = 0; round < 60; ++round) {
    Matrix<T> items = random_factors<T>(300, 9, Kind::skewed, rng);
    Matrix<T> users = random_factors<T>(3, 9, Kind::normal, rng);
    const T strange[] = {Limits::quiet_NaN(), Limits::infinity(),  -Limits::infinity(),
                         Limits::max(),       Limits::lowest(),    Limits::max() / 100,
                         Limits::min(),       Limits::denorm_min()};
    for (int i = 0; i < 12; ++i)
      items(static_cast<Index>(rng.below(300)), static_cast<Index>(rng.below(9))) =
          strange[rng.below(8)];
    if (round % 3 == 0) items *= Limits::min();
    if (round % 3 == 1) users(1, 4) = strange[rng.below(8)];
    if (round % 7 == 0) users *= Limits::min();
    const Matrix<T> scores = all_scores(users, items);
    const ItemIndex<T> index(items);
    for (Index u = 0; u < users.rows(); ++u) {
      const auto expected = best_of<T>(row_of(scores, u), 12, {}, {});
      const auto found = index.search(users.row(u), 12, scratch);
      REQUIRE(std::vector<Scored<T>>(found.begin(), found.end()) == expected);
    }
  }
}

TEST_CASE("ItemIndex gives the same bits for any number of threads, and what is seen stays out",
          "[recommend]") {
  loyal::Rng rng{7};
  const Matrix<float> items = random_factors<float>(2000, 24, Kind::skewed, rng);
  const Matrix<float> users = random_factors<float>(301, 24, Kind::normal, rng);
  std::vector<loyal::Interaction> pairs;
  for (int i = 0; i < 5000; ++i)
    pairs.push_back(
        {static_cast<std::int32_t>(rng.below(301)), static_cast<std::int32_t>(rng.below(2000))});
  const Interactions seen(301, 2000, pairs);
  const ItemIndex<float> index(items);
  const auto one = index.search_all(users, seen, {.k = 20, .threads = 1});
  for (const int threads : {2, 7}) {
    const auto many = index.search_all(users, seen, {.k = 20, .threads = threads});
    CHECK(many.index == one.index);
    CHECK(many.score == one.score);
  }
  bool clean = true;
  for (Index u = 0; u < 301; ++u)
    for (Index r = 0; r < 20; ++r)
      clean = clean && !seen.contains(u, static_cast<std::int32_t>(one.index(u, r)));
  CHECK(clean);
  const auto again = index.search_all(users, seen, {.k = 20, .filter = {.seen = true}});
  CHECK(again.index == index.search_all(users, {.k = 20}).index);
}

TEST_CASE("An ItemIndex is searched by many threads at once, and its copies share it",
          "[recommend]") {
  loyal::Rng rng{8};
  const Matrix<float> users = random_factors<float>(40, 16, Kind::normal, rng);
  ItemIndex<float> copy;
  CHECK(copy.items() == 0);
  {
    const ItemIndex<float> index(random_factors<float>(900, 16, Kind::skewed, rng));
    copy = index;
    CHECK(copy.parts().codes.data() == index.parts().codes.data());
  }
  const auto expected = copy.search_all(users, {.k = 5});
  std::vector<int> wrong(4, 0);
  std::vector<std::thread> threads;
  for (auto& count : wrong)
    threads.emplace_back([&] {
      ItemIndex<float>::Scratch scratch;
      for (Index u = 0; u < users.rows(); ++u) {
        const auto found = copy.search(users.row(u), 5, scratch);
        for (std::size_t r = 0; r < 5; ++r)
          count += found[r].index != expected.index(u, static_cast<Index>(r)) ? 1 : 0;
      }
    });
  for (auto& thread : threads) thread.join();
  for (const int count : wrong) CHECK(count == 0);
}

TEST_CASE("ItemIndex refuses wrong questions and parts that are no index", "[recommend]") {
  loyal::Rng rng{9};
  const Matrix<double> items = random_factors<double>(70, 4, Kind::normal, rng);
  const ItemIndex<double> index(items);
  ItemIndex<double>::Scratch scratch;
  const std::vector<double> user(4, 1.0);
  CHECK_THROWS_AS(index.search(std::vector<double>(3, 1.0), 5, scratch), loyal::ShapeError);
  CHECK_THROWS_AS(index.search(user, -1, scratch), loyal::OptionError);
  const std::vector<std::int32_t> outside{70};
  const std::vector<std::int32_t> falling{3, 2};
  CHECK_THROWS_AS(index.search(user, 5, scratch, outside), loyal::DataError);
  CHECK_THROWS_AS(index.search(user, 5, scratch, falling), loyal::DataError);
  CHECK_THROWS_AS(index.search(user, 5, scratch, {}, {.deny = falling}), loyal::DataError);
  const std::vector<std::uint8_t> flags(69, 1);
  CHECK_THROWS_AS(index.search(user, 5, scratch, {}, {.on_sale = flags}), loyal::ShapeError);
  CHECK_THROWS_AS(index.search_all(Matrix<double>::Ones(2, 5)), loyal::ShapeError);
  const Interactions other(3, 70, {});
  CHECK_THROWS_AS(index.search_all(Matrix<double>::Ones(2, 4), other), loyal::ShapeError);

  const auto again = ItemIndex<double>::of_parts(index.parts(), nullptr);
  CHECK(again.search(user, 70, scratch).size() == 70);
  const auto refused = [&](auto&& change) {
    auto parts = index.parts();
    std::vector<std::int32_t> order(parts.order.begin(), parts.order.end());
    std::vector<double> bounds(parts.bounds.begin(), parts.bounds.end());
    std::vector<std::uint8_t> codes(parts.codes.begin(), parts.codes.end());
    change(order, bounds, codes);
    parts.order = order;
    parts.bounds = bounds;
    parts.codes = codes;
    CHECK_THROWS_AS(ItemIndex<double>::of_parts(parts, nullptr), loyal::Error);
  };
  refused([](auto& order, auto&, auto&) { order[3] = order[4]; });
  refused([](auto& order, auto&, auto&) { order[3] = 70; });
  refused([](auto& order, auto&, auto&) { order[3] = -1; });
  refused([](auto& order, auto&, auto&) { order.pop_back(); });
  refused([](auto&, auto& bounds, auto&) { bounds[1] = -1; });
  refused([](auto&, auto& bounds, auto&) { bounds[1] = std::nan(""); });
  refused([](auto&, auto& bounds, auto&) { bounds.pop_back(); });
  refused([](auto&, auto&, auto& codes) { codes.pop_back(); });
}

}  // namespace item_index_tests
