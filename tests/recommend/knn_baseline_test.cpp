// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/data/interaction_split.hpp>
#include <loyal/data/interactions_csv.hpp>
#include <loyal/recommend/knn_baseline.hpp>

#include "../support/catch.hpp"
#include "../support/recommender_contract.hpp"

using namespace loyal;

TEMPLATE_TEST_CASE("KNNBaseline keeps the recommender contract", "[recommend]", float, double) {
  testing::check_recommender(
      [](int threads, std::uint64_t) { return KNNBaseline<TestType>{{.threads = threads}}; },
      {.personal = false, .random = false, .again = Duplicates::last});
}

TEST_CASE("KNNBaseline agrees with its formula, user by user", "[recommend]") {
  Rng rng{6};
  for (int round = 0; round < 10; ++round) {
    const Index users = 15;
    const Index items = 10;
    std::vector<Interaction> ratings;
    Matrix<double> r = Matrix<double>::Constant(users, items, NAN);
    for (Index u = 0; u < users; ++u)
      for (Index i = 0; i < items; ++i)
        if (rng.bernoulli(0.6)) {
          r(u, i) = static_cast<double>(1 + rng.below(5));
          ratings.push_back({static_cast<std::int32_t>(u), static_cast<std::int32_t>(i),
                             static_cast<float>(r(u, i))});
        }
    const Interactions train(users, items, ratings);
    const KNNBaseline<double>::Options o{.neighbors = 3, .shrinkage = 5, .baseline_rounds = 200};
    KNNBaseline<double> model{o};
    model.fit(train);

    // The biases are at the minimum: the gradient vanishes.
    double mean = 0;
    for (const auto& x : ratings)
      mean += static_cast<double>(x.value) / static_cast<double>(ratings.size());
    CHECK(model.mean() == Approx(mean));
    Vector<double> user_bias(users);
    for (Index u = 0; u < users; ++u) {
      double rest = 0;
      double n = 0;
      for (Index i = 0; i < items; ++i)
        if (!std::isnan(r(u, i))) {
          rest += r(u, i) - mean - model.item_biases()[i];
          ++n;
        }
      user_bias[u] = rest / (o.user_regularization + n);
      CHECK(model.profile(u).factors[0] == Approx(user_bias[u]).margin(1e-12));
    }
    for (Index i = 0; i < items; ++i) {
      double gradient = o.item_regularization * model.item_biases()[i];
      for (Index u = 0; u < users; ++u)
        if (!std::isnan(r(u, i)))
          gradient -= r(u, i) - mean - user_bias[u] - model.item_biases()[i];
      CHECK(std::abs(gradient) < 1e-8);
    }

    const auto residual = [&](Index u, Index i) {
      return r(u, i) - mean - user_bias[u] - model.item_biases()[i];
    };
    const auto similarity = [&](Index i, Index j) {
      double xy = 0;
      double xx = 0;
      double yy = 0;
      double n = 0;
      for (Index u = 0; u < users; ++u) {
        if (std::isnan(r(u, i)) || std::isnan(r(u, j))) continue;
        xy += residual(u, i) * residual(u, j);
        xx += residual(u, i) * residual(u, i);
        yy += residual(u, j) * residual(u, j);
        ++n;
      }
      return n < 2 ? 0 : (n - 1) / (n - 1 + o.shrinkage) * xy / std::sqrt(xx * yy);
    };
    for (Index u = 0; u < users; ++u)
      for (Index i = 0; i < items; ++i) {
        std::vector<std::pair<double, Index>> near;
        for (Index j = 0; j < items; ++j)
          if (j != i && !std::isnan(r(u, j)) && similarity(i, j) > 0)
            near.emplace_back(-similarity(i, j), j);
        std::sort(near.begin(), near.end());
        if (near.size() > 3) near.resize(3);
        double sum = 0;
        double total = 0;
        for (const auto& [minus, j] : near) {
          sum -= minus * residual(u, j);
          total -= minus;
        }
        const double above = user_bias[u] + model.item_biases()[i] + (total > 0 ? sum / total : 0);
        CHECK(model.score(u, i) == Approx(above).margin(1e-9));
        CHECK(model.predict(u, i) == Approx(std::clamp(mean + above, 1.0, 5.0)).margin(1e-9));
        const auto parts = model.explain(model.profile(u), i, 10);
        REQUIRE(parts.size() == near.size());
        double explained = 0;
        for (const auto& part : parts) explained += part.score;
        CHECK(explained == Approx(total > 0 ? sum / total : 0).margin(1e-9));
      }
  }
}

TEST_CASE("KNNBaseline on MovieLens 100K, one of five folds", "[recommend]") {
  const char* const folder = std::getenv("LOYAL_DATA");
  if (folder == nullptr) {
    WARN("LOYAL_DATA is not set: skipped");
    return;
  }
  const auto all = read_interactions_csv(
      std::string(folder) + "/ml-100k/u.data",
      {.user = "0", .item = "1", .value = "2", .csv = {.delimiter = '\t', .header = false}});
  const auto fold = std::move(k_fold(all, 5, 1)[0]);
  KNNBaseline<float> model;
  model.fit(fold.train);
  double squares = 0;
  Index judged = 0;
  for (const auto& x : fold.test.pairs()) {
    if (x.user >= 200) continue;
    const double error =
        static_cast<double>(x.value) - static_cast<double>(model.predict(x.user, x.item));
    squares += error * error;
    ++judged;
  }
  CHECK(std::sqrt(squares / static_cast<double>(judged)) < 0.945);
}

TEST_CASE("KNNBaseline refuses options outside their domains", "[recommend]") {
  CHECK_THROWS_AS((KNNBaseline<float>{{.neighbors = 0}}), OptionError);
  CHECK_THROWS_AS((KNNBaseline<float>{{.kept = 0}}), OptionError);
  CHECK_THROWS_AS((KNNBaseline<float>{{.shrinkage = -1}}), OptionError);
  CHECK_THROWS_AS((KNNBaseline<float>{{.user_regularization = NAN}}), OptionError);
  CHECK_THROWS_AS((KNNBaseline<float>{{.item_regularization = -1}}), OptionError);
  CHECK_THROWS_AS((KNNBaseline<float>{{.baseline_rounds = 0}}), OptionError);
}
