// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <vector>

#include <loyal/recommend/logistic_mf.hpp>

#include "../support/catch.hpp"
#include "../support/recommender_contract.hpp"

namespace logistic_mf_tests {

using loyal::Index;
using loyal::Interactions;
using loyal::LogisticMF;
using loyal::Matrix;

using Options = LogisticMF<double>::Options;

Interactions valued(Index users, Index items, std::uint64_t seed) {
  loyal::Rng rng{seed};
  std::vector<loyal::Interaction> pairs;
  for (Index u = 0; u < users; ++u)
    for (Index i = 0; i < items; ++i)
      if (rng.bernoulli(0.3))
        pairs.push_back({static_cast<std::int32_t>(u), static_cast<std::int32_t>(i),
                         static_cast<float>(1 + rng.below(3))});
  return {users, items, pairs};
}

/// L from the definition, pair by pair.
double likelihood(const Options& o, const Matrix<double>& x, const Matrix<double>& y,
                  const Interactions& train) {
  const Matrix<double> r = train.matrix<double>();
  double sum = -o.regularization / 2 *
               (x.leftCols(o.factors).squaredNorm() + y.leftCols(o.factors).squaredNorm());
  for (Index u = 0; u < r.rows(); ++u)
    for (Index i = 0; i < r.cols(); ++i) {
      const double s = x.row(u).dot(y.row(i));
      sum += o.weight * r(u, i) * s - (1 + o.weight * r(u, i)) * std::log1p(std::exp(s));
    }
  return sum;
}

TEST_CASE("LogisticMF keeps the contract of recommenders", "[recommend][logistic_mf]") {
  loyal::testing::check_recommender(
      [](int threads, std::uint64_t seed) {
        return LogisticMF<float>({.factors = 4, .threads = threads, .seed = seed});
      },
      {.known_folds = false});
}

TEST_CASE("the first steps follow the gradient", "[recommend][logistic_mf]") {
  // AdaGrad's first step is the rate times the sign of the gradient.
  const auto train = valued(7, 6, 1);
  Options options{.factors = 3, .regularization = 0.7, .weight = 1.5, .learning_rate = 1e-3};
  options.epochs = 1;
  LogisticMF<double> one{options};
  one.fit(train);
  options.learning_rate = 1e-12;  // stays where it starts
  LogisticMF<double> start{options};
  start.fit(train);
  CHECK(one.log_likelihood() ==
        Approx(likelihood(options, one.user_factors(), one.item_factors(), train)).epsilon(1e-12));
  const auto check = [&](const Matrix<double>& x, const Matrix<double>& y, bool users,
                         const Matrix<double>& from, const Matrix<double>& to) {
    for (Index r = 0; r < from.rows(); ++r)
      for (Index c = 0; c < from.cols(); ++c) {
        const bool is_one = c == (users ? 4 : 3);
        if (is_one) {
          CHECK(to(r, c) == 1);
          continue;
        }
        Matrix<double> up = from;
        Matrix<double> down = from;
        up(r, c) += 1e-5;
        down(r, c) -= 1e-5;
        const double slope =
            users ? likelihood(options, up, y, train) - likelihood(options, down, y, train)
                  : likelihood(options, x, up, train) - likelihood(options, x, down, train);
        if (std::abs(slope) > 1e-7)
          CHECK(to(r, c) - from(r, c) == Approx(slope > 0 ? 1e-3 : -1e-3).epsilon(1e-6));
      }
  };
  check(start.user_factors(), start.item_factors(), true, start.user_factors(), one.user_factors());
  check(one.user_factors(), start.item_factors(), false, start.item_factors(), one.item_factors());
}

TEST_CASE("users end where the gradient is zero", "[recommend][logistic_mf]") {
  const auto train = valued(12, 9, 2);
  const Options options{.factors = 2, .regularization = 0.5, .learning_rate = 0.3, .epochs = 4000};
  LogisticMF<double> model{options};
  model.fit(train);
  const auto at = [&](const Matrix<double>& x, const Matrix<double>& y) {
    return likelihood(options, x, y, train);
  };
  const auto& x = model.user_factors();
  const auto& y = model.item_factors();
  for (Index r = 0; r < x.rows(); ++r)
    for (Index c = 0; c < 3; ++c) {
      Matrix<double> up = x;
      Matrix<double> down = x;
      up(r, c) += 1e-4;
      down(r, c) -= 1e-4;
      CHECK(std::abs(at(up, y) - at(down, y)) / 2e-4 < 1e-3);
    }
}

TEST_CASE("the likelihood rises and a callback may stop it", "[recommend][logistic_mf]") {
  std::vector<double> losses;
  Options options{.factors = 4, .learning_rate = 0.2, .epochs = 40};
  options.progress = [&](const loyal::Progress& p) {
    losses.push_back(p.value);
    return losses.size() < 30;
  };
  LogisticMF<double> model{options};
  model.fit(loyal::testing::grouped_interactions());
  REQUIRE(losses.size() == 30);
  CHECK(losses.back() < 0.7 * losses.front());
  CHECK(model.log_likelihood() == -losses.back());
}

TEST_CASE("LogisticMF refuses weights and options out of their domains",
          "[recommend][logistic_mf]") {
  std::vector<loyal::Interaction> pairs{{0, 0, -1.0F}, {1, 1, 1.0F}};
  LogisticMF<double> model;
  CHECK_THROWS_AS(model.fit(Interactions(2, 2, pairs)), loyal::DataError);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const Options& bad : std::vector<Options>{{.factors = 0},
                                                 {.regularization = -1},
                                                 {.regularization = nan},
                                                 {.weight = 0},
                                                 {.learning_rate = 0},
                                                 {.epochs = 0},
                                                 {.init_scale = nan},
                                                 {.fold_in_epochs = 0},
                                                 {.partial_epochs = 0},
                                                 {.threads = -1}})
    CHECK_THROWS_AS(LogisticMF<double>(bad), loyal::OptionError);
}

}  // namespace logistic_mf_tests
