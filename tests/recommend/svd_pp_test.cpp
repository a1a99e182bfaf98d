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
#include "../support/rating_model.hpp"
#include "../support/recommender_contract.hpp"

using namespace loyal;

TEMPLATE_TEST_CASE("SVDpp keeps the recommender contract", "[recommend]", float, double) {
  testing::check_recommender(
      [](int, std::uint64_t seed) {
        return SVDpp<TestType>{{.factors = 5, .epochs = 3, .seed = seed}};
      },
      {.personal = false, .again = Duplicates::last});
}

TEMPLATE_TEST_CASE("SVDpp finds tastes, mean and biases", "[recommend]", float, double) {
  testing::check_tastes<SVDpp<TestType>>();
}

TEST_CASE("SVDpp refuses options outside their domains", "[recommend]") {
  testing::check_rating_options<SVDpp<float>>();
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
