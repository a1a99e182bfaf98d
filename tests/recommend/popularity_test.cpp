// SPDX-License-Identifier: MIT
#include <cstdint>
#include <vector>

#include <loyal/recommend/popularity.hpp>

#include "../support/catch.hpp"
#include "../support/recommender_contract.hpp"

using loyal::Interaction;
using loyal::Interactions;
using loyal::Popularity;

TEMPLATE_TEST_CASE("Popularity keeps the contract of recommenders", "[recommend]", float, double) {
  loyal::testing::check_recommender([](int, std::uint64_t) { return Popularity<TestType>(); },
                                    {.personal = false, .random = false});
}

TEMPLATE_TEST_CASE("Popularity sums values, decayed by age", "[recommend]", float, double) {
  using T = TestType;
  const loyal::Time now = 1'000'000;
  const std::vector<Interaction> pairs{{0, 0, 3, now},
                                       {0, 1, 4, now - 2 * loyal::day},
                                       {1, 1, 8, now - 6 * loyal::day},
                                       {1, 2, 16, now - 4 * loyal::day},
                                       {2, 0, 0.5F, now - loyal::day}};
  const Interactions train(3, 4, pairs);
  const auto scores = [&](const typename Popularity<T>::Options& options) {
    Popularity<T> model(options);
    model.fit(train);
    std::vector<T> all(4);
    model.score_items(model.fold_in({}), all);
    return all;
  };
  CHECK(scores({}) == std::vector<T>{3.5, 12, 16, 0});
  const auto decayed = scores({.half_life = 2 * loyal::day});
  CHECK(decayed[0] == Approx(3 + 0.5 / std::sqrt(2.0)));
  CHECK(decayed[1] == Approx(4.0 / 2 + 8.0 / 8));
  CHECK(decayed[2] == Approx(16.0 / 4));
  CHECK(scores({.window = 3 * loyal::day}) == std::vector<T>{3.5, 4, 0, 0});
  CHECK(scores({.half_life = 2 * loyal::day, .window = 2 * loyal::day})[1] == Approx(2));
}

TEST_CASE("Popularity: times where they are needed, options in their domain", "[recommend]") {
  const std::vector<Interaction> pairs{{0, 0}, {0, 1}};
  Popularity<float> recent({.half_life = loyal::week});
  CHECK_THROWS_AS(recent.fit(Interactions(1, 2, pairs)), loyal::DataError);
  recent.fit(Interactions(1, 2, {}));
  CHECK_THROWS_AS(Popularity<float>({.half_life = -1}), loyal::OptionError);
  CHECK_THROWS_AS(Popularity<float>({.window = -1}), loyal::OptionError);
  // Times as far apart as they can be.
  const std::vector<Interaction> extreme{{0, 0, 1, std::numeric_limits<loyal::Time>::min()},
                                         {0, 1, 1, std::numeric_limits<loyal::Time>::max()}};
  recent.fit(Interactions(1, 2, extreme));
  CHECK(recent.score(0, 0) == 0);
  CHECK(recent.score(0, 1) == 1);
}
