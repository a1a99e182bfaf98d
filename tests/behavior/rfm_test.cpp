// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <loyal/behavior/rfm.hpp>
#include <loyal/core/random.hpp>

#include "../support/catch.hpp"
#include "../support/random_log.hpp"

using namespace loyal;

TEMPLATE_TEST_CASE("RFM by hand", "", float, double) {
  EventLog log;
  log.add("anna", 0, "purchase", "a", 10);
  log.add("ben", 1 * day, "visit");
  log.add("anna", 2 * day, "purchase", "b", 30);
  log.add("anna", 3 * day, "visit");
  log.add("carl", 4 * day, "purchase", "a", 7);
  log.add("carl", 10 * day, "purchase", "a", 1000);
  const auto table = rfm<TestType>(log.before(10 * day), {.kinds = {"purchase"}});
  CHECK(table.names == std::vector<std::string>{"recency", "frequency", "monetary", "tenure"});
  CHECK(table.users == std::vector<std::int32_t>{0, 2});
  Matrix<TestType> expected(2, 4);
  expected << 8, 2, 20, 10, 6, 1, 7, 6;
  CHECK(table.values == expected);

  const auto all = rfm<TestType>(log.before(10 * day));
  CHECK(all.users == std::vector<std::int32_t>{0, 1, 2});
  CHECK(all.values(0, all.column("frequency")) == 3);
  CHECK(all.values(1, all.column("monetary")) == 0);
  CHECK_THROWS_WITH(rfm<TestType>(log.before(day), {.kinds = {"purchse"}}),
                    ContainsSubstring("purchse"));
  CHECK_THROWS_AS(all.column("age"), DataError);
}

TEST_CASE("rank scores: equal parts, ties share the middle") {
  Vector<double> x = Vector<double>::LinSpaced(10, 1, 10);
  CHECK(rank_scores(x) == std::vector<int>{1, 1, 2, 2, 3, 3, 4, 4, 5, 5});
  CHECK(rank_scores(x, 5, false) == std::vector<int>{5, 5, 4, 4, 3, 3, 2, 2, 1, 1});
  CHECK(rank_scores(Vector<double>::Ones(10)) == std::vector<int>(10, 3));
  CHECK(rank_scores(Vector<double>::Ones(1)) == std::vector<int>{3});
  CHECK(rank_scores(Vector<double>()).empty());
  Vector<float> y(5);
  y << 1, 1, 1, 2, 3;
  CHECK(rank_scores(y) == std::vector<int>{2, 2, 2, 4, 5});
  CHECK_THROWS_AS(rank_scores(y, 0), OptionError);
  y[2] = std::nanf("");
  CHECK_THROWS_AS(rank_scores(y), DataError);
}

TEST_CASE("rank scores are monotone, in range, fair to ties, symmetric") {
  Rng rng{4};
  for (int trial = 0; trial < 200; ++trial) {
    const auto n = static_cast<Index>(1 + rng.below(60));
    const int bins = static_cast<int>(1 + rng.below(10));
    Vector<double> x(n);
    for (Index i = 0; i < n; ++i) x[i] = static_cast<double>(rng.below(20));
    const auto scores = rank_scores(x, bins);
    for (Index i = 0; i < n; ++i) {
      const auto a = scores[static_cast<std::size_t>(i)];
      CHECK(a >= 1);
      CHECK(a <= bins);
      for (Index j = 0; j < n; ++j) {
        const auto b = scores[static_cast<std::size_t>(j)];
        if (x[i] == x[j]) CHECK(a == b);
        if (x[i] < x[j]) CHECK(a <= b);
      }
    }
  }
}

TEST_CASE("RFM scores turn recency around") {
  EventLog log;
  for (int u = 0; u < 10; ++u)
    for (int k = 0; k <= u; ++k)
      log.add("u" + std::to_string(u), (20 + u) * day - k * hour, "purchase", "", 5 + u);
  log.sort();
  const auto scores = rfm_scores(rfm<double>(log.before(29 * day + 1)));
  for (Index u = 0; u < 10; ++u)
    for (Index c = 0; c < 3; ++c) CHECK(scores(u, c) == 1 + u / 2);
  CHECK_THROWS_AS(rfm_scores(FeatureMatrix<double>{}), DataError);
}

TEST_CASE("RFM and its scores are blind to the future") {
  testing::check_blind_to_the_future(3, [](const Observed& known) {
    const auto table = rfm<double>(known, {.kinds = {"purchase"}});
    std::string text = testing::text_of(table.values) + testing::text_of_names(table.names);
    for (const auto user : table.users) text += " " + std::to_string(user);
    if (table.values.rows() > 0) text += testing::text_of(rfm_scores(table));
    return text;
  });
}
