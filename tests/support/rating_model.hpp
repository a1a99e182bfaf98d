// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/data/interaction_split.hpp>

#include "catch.hpp"

namespace loyal::testing {

/// Ratings of users whose taste for two kinds of items is known, but for noise.
inline Interactions tastes(Index users, Index items, std::uint64_t seed) {
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

/// That a model of ratings by factors finds tastes, folds strangers in, and goes on with more users.
template <class Model>
void check_tastes(typename Model::Options options) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const auto split = split_randomly(tastes(60, 30, seed), 0.2, seed);
    options.seed = seed;
    Model model{options};
    model.fit(split.train);
    CHECK(rmse(model, split.test) < 0.45);  // the mean alone is off by 1.25
    // A user of the first taste whom the model never saw.
    const std::vector<std::int32_t> items{0, 1, 2, 3};
    const std::vector<float> ratings{4.5F, 2.0F, 4.4F, 2.1F};
    const auto profile = model.fold_in({items, ratings});
    CHECK(model.predict(profile, 10) > model.predict(profile, 11) + 1);
    Model longer = model;
    longer.partial_fit(tastes(70, 30, seed + 50));
    CHECK(longer.users() == 70);
    CHECK(rmse(longer, split.test) < 0.45);
  }
}

/// The same for one that learns by gradient descent.
template <class Model>
void check_tastes() {
  check_tastes<Model>(
      {.factors = 4, .learning_rate = 0.05, .decay = 0.98, .regularization = 0.03, .epochs = 60});
}

/// That it refuses options outside their domains.
template <class Model>
void check_rating_options() {
  CHECK_THROWS_AS((Model{{.factors = 0}}), OptionError);
  if constexpr (requires(typename Model::Options o) { o.learning_rate; }) {
    CHECK_THROWS_AS((Model{{.learning_rate = 0}}), OptionError);
    CHECK_THROWS_AS((Model{{.learning_rate = NAN}}), OptionError);
    CHECK_THROWS_AS((Model{{.decay = 1.1}}), OptionError);
  }
  CHECK_THROWS_AS((Model{{.regularization = 0}}), OptionError);
  CHECK_THROWS_AS((Model{{.bias_regularization = -1}}), OptionError);
  CHECK_THROWS_AS((Model{{.init_scale = 0}}), OptionError);
  CHECK_THROWS_AS((Model{{.epochs = 0}}), OptionError);
}

}  // namespace loyal::testing
