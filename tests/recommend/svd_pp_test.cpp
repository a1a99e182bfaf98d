// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/data/interaction_split.hpp>
#include <loyal/data/interactions_csv.hpp>
#include <loyal/recommend/svd_pp.hpp>

#include "../support/catch.hpp"
#include "../support/recommender_contract.hpp"

using namespace loyal;

namespace {

/// Ratings of users whose taste for two kinds of items is known, but for noise.
Interactions tastes(Index users, Index items, std::uint64_t seed) {
  Rng rng{seed};
  std::vector<Interaction> ratings;
  for (Index u = 0; u < users; ++u)
    for (Index i = 0; i < items; ++i)
      if (rng.bernoulli(0.4))
        ratings.push_back({static_cast<std::int32_t>(u), static_cast<std::int32_t>(i),
                           (u % 2 == i % 2 ? 4.5F : 2.0F) + 0.2F * rng.normal<float>()});
  return {users, items, ratings};
}

template <class Model>
double rmse(const Model& model, const Interactions& test) {
  double squares = 0;
  for (const auto& r : test.pairs()) {
    const double error =
        static_cast<double>(r.value) - static_cast<double>(model.predict(r.user, r.item));
    squares += error * error;
  }
  return std::sqrt(squares / static_cast<double>(test.size()));
}

}  // namespace

TEMPLATE_TEST_CASE("SVDpp keeps the recommender contract", "[recommend]", float, double) {
  testing::check_recommender(
      [](int, std::uint64_t seed) {
        return SVDpp<TestType>{{.factors = 5, .epochs = 3, .seed = seed}};
      },
      {.personal = false, .again = Duplicates::last});
}

TEMPLATE_TEST_CASE("SVDpp finds tastes, mean and biases", "[recommend]", float, double) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const auto split = split_randomly(tastes(60, 30, seed), 0.2, seed);
    SVDpp<TestType> model{{.factors = 4,
                           .learning_rate = 0.05,
                           .decay = 0.98,
                           .regularization = 0.03,
                           .epochs = 60,
                           .seed = seed}};
    model.fit(split.train);
    CHECK(rmse(model, split.test) < 0.45);  // the mean alone is off by 1.25
    const auto user = split.train.pairs();
    // A user of the first taste whom the model never saw.
    const std::vector<std::int32_t> items{0, 1, 2, 3};
    const std::vector<float> ratings{4.5F, 2.0F, 4.4F, 2.1F};
    const auto profile = model.fold_in({items, ratings});
    CHECK(model.predict(profile, 10) > model.predict(profile, 11) + 1);
    SVDpp<TestType> longer = model;
    longer.partial_fit(tastes(70, 30, seed + 50));
    CHECK(longer.users() == 70);
    CHECK(rmse(longer, split.test) < 0.45);
  }
}

TEST_CASE("SVDpp refuses options outside their domains", "[recommend]") {
  CHECK_THROWS_AS((SVDpp<float>{{.factors = 0}}), OptionError);
  CHECK_THROWS_AS((SVDpp<float>{{.learning_rate = 0}}), OptionError);
  CHECK_THROWS_AS((SVDpp<float>{{.learning_rate = NAN}}), OptionError);
  CHECK_THROWS_AS((SVDpp<float>{{.decay = 1.1}}), OptionError);
  CHECK_THROWS_AS((SVDpp<float>{{.regularization = 0}}), OptionError);
  CHECK_THROWS_AS((SVDpp<float>{{.bias_regularization = -1}}), OptionError);
  CHECK_THROWS_AS((SVDpp<float>{{.init_scale = 0}}), OptionError);
  CHECK_THROWS_AS((SVDpp<float>{{.epochs = 0}}), OptionError);
}

TEST_CASE("SVDpp learns from which items were chosen, whatever their ratings", "[recommend]") {
  // Half of the users choose the even items, half the odd ones; all ratings given are alike, but those who choose
  // even items like item 20 and the others item 21.
  Rng rng{4};
  std::vector<Interaction> ratings;
  for (int user = 0; user < 200; ++user) {
    for (int item = 0; item < 20; ++item)
      if (item % 2 == user % 2 && rng.bernoulli(0.6)) ratings.push_back({user, item, 3});
    if (user >= 40) ratings.push_back({user, 20, user % 2 == 0 ? 5.0F : 1.0F});
    if (user >= 40) ratings.push_back({user, 21, user % 2 == 0 ? 1.0F : 5.0F});
  }
  SVDpp<double> model{
      {.factors = 4, .learning_rate = 0.05, .decay = 0.99, .regularization = 0.02, .epochs = 80}};
  model.fit(Interactions(200, 22, ratings));
  int right = 0;
  for (int user = 0; user < 40; ++user)
    right += (model.predict(user, 20) > model.predict(user, 21)) == (user % 2 == 0) ? 1 : 0;
  CHECK(right >= 38);
}
