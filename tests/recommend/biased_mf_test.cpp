// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/data/interaction_split.hpp>
#include <loyal/data/interactions_csv.hpp>
#include <loyal/recommend/biased_mf.hpp>

#include "../support/catch.hpp"
#include "../support/rating_model.hpp"
#include "../support/recommender_contract.hpp"

using namespace loyal;

TEMPLATE_TEST_CASE("BiasedMF keeps the recommender contract", "[recommend]", float, double) {
  testing::check_recommender(
      [](int, std::uint64_t seed) {
        return BiasedMF<TestType>{{.factors = 5, .epochs = 3, .seed = seed}};
      },
      {.personal = false, .again = Duplicates::last});
}

TEMPLATE_TEST_CASE("BiasedMF finds tastes, mean and biases", "[recommend]", float, double) {
  testing::check_tastes<BiasedMF<TestType>>();
}

TEST_CASE("BiasedMF refuses options outside their domains", "[recommend]") {
  testing::check_rating_options<BiasedMF<float>>();
}

TEST_CASE("One step of BiasedMF goes against the gradient of one rating's loss", "[recommend]") {
  // A step of rate r from q changes it by r (e p - l q): half the gradient of e^2 + l q^2, by finite differences.
  const std::vector<Interaction> ratings{{0, 0, 4}, {1, 1, 2}};
  const Interactions train(2, 2, ratings);
  constexpr double rate = 1e-6;
  const BiasedMF<double>::Options options{
      .factors = 3, .learning_rate = rate, .init_scale = 0.5, .epochs = 1};
  BiasedMF<double> model{options};
  model.fit(train);
  Rng rng{options.seed};
  Matrix<double> p(2, 3);
  Matrix<double> q(2, 3);
  for (auto* m : {&p, &q})
    for (Index i = 0; i < m->size(); ++i) m->data()[i] = 0.5 * rng.normal<double>();
  for (Index k = 0; k < 2; ++k) {
    const double rating = k == 0 ? 4 : 2;
    const auto loss = [&](const RowVector<double>& of_item) {
      const double error = rating - 3 - of_item.dot(p.row(k));
      return 0.5 * error * error + 0.5 * options.regularization * of_item.squaredNorm();
    };
    for (Index f = 0; f < 3; ++f) {
      RowVector<double> up = q.row(k);
      RowVector<double> down = q.row(k);
      up[f] += 1e-5;
      down[f] -= 1e-5;
      const double gradient = (loss(up) - loss(down)) / 2e-5;
      CHECK((model.item_factors()(k, f) - q(k, f)) / rate ==
            Approx(-gradient).epsilon(1e-4).margin(1e-6));
    }
  }
}

TEST_CASE("BiasedMF on MovieLens 100K, one of five folds", "[recommend]") {
  const char* const folder = std::getenv("LOYAL_DATA");
  if (folder == nullptr) {
    WARN("LOYAL_DATA is not set: skipped");
    return;
  }
  const auto all = read_interactions_csv(
      std::string(folder) + "/ml-100k/u.data",
      {.user = "0", .item = "1", .value = "2", .csv = {.delimiter = '\t', .header = false}});
  const auto fold = std::move(k_fold(all, 5, 1)[0]);
  BiasedMF<float> model{{.factors = 16, .epochs = 12}};
  model.fit(fold.train);
  CHECK(testing::rmse(model, fold.test) < 0.935);
}
