// SPDX-License-Identifier: MIT
#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <loyal/recommend/als.hpp>

#include "../support/catch.hpp"
#include "../support/recommender_contract.hpp"

namespace als_tests {

using loyal::ALS;
using loyal::ALSSolver;
using loyal::DealingWeight;
using loyal::Index;
using loyal::Interactions;
using loyal::Matrix;
using loyal::Vector;
using loyal::testing::grouped_interactions;

using Options = ALS<double>::Options;

/// Dealings of any pairs, of values 1 to 5.
Interactions valued(Index users, Index items, double share, std::uint64_t seed) {
  loyal::Rng rng{seed};
  std::vector<loyal::Interaction> pairs;
  for (Index u = 0; u < users; ++u)
    for (Index i = 0; i < items; ++i)
      if (rng.bernoulli(share))
        pairs.push_back({static_cast<std::int32_t>(u), static_cast<std::int32_t>(i),
                         static_cast<float>(1 + rng.below(5))});
  return {users, items, pairs};
}

/// Weights are single numbers, as values are.
double weight_of(double value, DealingWeight how) {
  if (how == DealingWeight::one) return 1;
  const auto number = static_cast<float>(value);
  return static_cast<double>(how == DealingWeight::linear ? number : std::log2(1 + number));
}

/// A, b of the normal equations of a user, pair by pair from the definition.
struct NormalEquations {
  Matrix<double> a;
  Vector<double> b;
};
NormalEquations equations(const Options& o, const Matrix<double>& y, loyal::UserHistory history) {
  const Index d = y.cols();
  NormalEquations e{Matrix<double>::Zero(d, d), Vector<double>::Zero(d)};
  for (Index i = 0; i < y.rows(); ++i) e.a += o.unobserved_weight * y.row(i).transpose() * y.row(i);
  for (std::size_t j = 0; j < history.items.size(); ++j) {
    const auto row = y.row(history.items[j]);
    const double w =
        weight_of(history.values.empty() ? 1.0 : static_cast<double>(history.values[j]), o.weight);
    e.a += w * row.transpose() * row;
    e.b += w * row.transpose();
  }
  e.a.diagonal().array() +=
      o.regularization * std::pow(static_cast<double>(history.items.size()) +
                                      o.unobserved_weight * static_cast<double>(y.rows()),
                                  o.frequency_exponent);
  return e;
}

/// L from the definition.
double loss_of(const ALS<double>& model) {
  const auto& o = model.options();
  const auto& train = model.train();
  const auto turned = train.transposed();
  double sum = 0;
  for (Index u = 0; u < train.users(); ++u)
    for (Index i = 0; i < train.items(); ++i) {
      const double s = model.user_factors().row(u).dot(model.item_factors().row(i));
      sum += o.unobserved_weight * s * s;
    }
  const auto side = [&](const Interactions& rows, const Matrix<double>& factors) {
    for (Index r = 0; r < rows.users(); ++r)
      sum += o.regularization *
             std::pow(static_cast<double>(rows.items_of(r).size()) +
                          o.unobserved_weight * static_cast<double>(rows.items()),
                      o.frequency_exponent) *
             factors.row(r).squaredNorm();
  };
  side(train, model.user_factors());
  side(turned, model.item_factors());
  for (const auto& pair : train.pairs()) {
    const double e =
        1 - model.user_factors().row(pair.user).dot(model.item_factors().row(pair.item));
    sum += weight_of(static_cast<double>(pair.value), o.weight) * e * e;
  }
  return sum;
}

TEST_CASE("ALS keeps the contract of recommenders", "[recommend][als]") {
  loyal::testing::check_recommender([](int threads, std::uint64_t seed) {
    return ALS<float>({.factors = 5, .threads = threads, .seed = seed});
  });
}

TEST_CASE("users of all solvers meet the normal equations", "[recommend][als]") {
  for (const auto solver :
       {ALSSolver::cholesky, ALSSolver::conjugate_gradient, ALSSolver::subspace})
    for (const auto weight :
         {DealingWeight::one, DealingWeight::linear, DealingWeight::logarithmic})
      for (const Index factors : {1, 3, 8, 40}) {
        const auto train = valued(60, 45, 0.2, 3);
        const Options options{.factors = factors,
                              .regularization = 0.02,
                              .frequency_exponent = 0.7,
                              .unobserved_weight = 0.2,
                              .weight = weight,
                              .epochs = 3,
                              .solver = solver,
                              .block = 7};
        ALS<double> model{options};
        model.fit(train);
        for (Index u = 0; u < train.users(); ++u) {
          const loyal::UserHistory history{train.items_of(u), train.values_of(u)};
          const auto e = equations(options, model.item_factors(), history);
          const Vector<double> x = model.user_factors().row(u).transpose();
          CHECK((e.a * x - e.b).norm() <= 1e-8 * (1 + e.b.norm()));
          CHECK(model.fold_in(history).factors == model.user_factors().row(u));
        }
      }
}

TEST_CASE("all solvers reach the same optimum", "[recommend][als]") {
  const auto train = grouped_interactions(60, 4);
  const auto fitted = [&](ALSSolver solver) {
    ALS<double> model{{.factors = 3,
                       .regularization = 0.05,
                       .epochs = 400,
                       .init_scale = 1,
                       .solver = solver,
                       .block = 2}};
    model.fit(train);
    return model;
  };
  const auto exact = fitted(ALSSolver::cholesky);
  const auto scores = loyal::testing::all_scores(exact);
  CHECK(exact.loss() == Approx(loss_of(exact)).epsilon(1e-10));
  for (const auto solver : {ALSSolver::conjugate_gradient, ALSSolver::subspace}) {
    const auto other = fitted(solver);
    CHECK(other.loss() == Approx(exact.loss()).epsilon(1e-7));
    CHECK((loyal::testing::all_scores(other) - scores).cwiseAbs().maxCoeff() < 1e-3);
  }
}

TEST_CASE("each epoch lowers the objective, which is what it says", "[recommend][als]") {
  for (const auto solver :
       {ALSSolver::cholesky, ALSSolver::conjugate_gradient, ALSSolver::subspace}) {
    std::vector<double> losses;
    Options options{.factors = 12, .weight = DealingWeight::linear, .epochs = 10, .solver = solver};
    options.progress = [&](const loyal::Progress& p) { losses.push_back(p.value); };
    ALS<double> model{options};
    model.fit(valued(80, 50, 0.1, 5));
    REQUIRE(losses.size() == 10);
    for (std::size_t i = 1; i < losses.size(); ++i) CHECK(losses[i] <= losses[i - 1] * (1 + 1e-12));
    CHECK(model.loss() <= losses.back() * (1 + 1e-12));
    CHECK(model.loss() == Approx(loss_of(model)).epsilon(1e-10));
  }
}

TEST_CASE("a callback stops after an epoch", "[recommend][als]") {
  int told = 0;
  Options options{.factors = 3, .epochs = 9};
  options.progress = [&](const loyal::Progress& p) {
    CHECK(p.total == 9);
    return ++told < 2;
  };
  ALS<double> stopped{options};
  stopped.fit(grouped_interactions());
  CHECK(told == 2);
  ALS<double> two{{.factors = 3, .epochs = 2}};
  two.fit(grouped_interactions());
  CHECK(stopped.user_factors() == two.user_factors());
}

TEST_CASE("the parts of an explanation add up to the score", "[recommend][als]") {
  for (const auto solver : {ALSSolver::cholesky, ALSSolver::conjugate_gradient}) {
    const auto train = valued(40, 30, 0.3, 6);
    const Options options{.factors = 6, .weight = DealingWeight::linear, .solver = solver};
    ALS<double> model{options};
    model.fit(train);
    for (const Index user : {0, 7, 39})
      for (const Index item : {0, 13, 29}) {
        const auto parts = model.explain(model.profile(user), item, 30);
        REQUIRE(parts.size() == train.items_of(user).size());
        double sum = 0;
        for (const auto& part : parts) sum += part.score;
        CHECK(sum == Approx(model.score(user, item)).margin(1e-8));
        // A part is what the item's row gives through the inverse of the user's equations.
        const auto e =
            equations(options, model.item_factors(), {train.items_of(user), train.values_of(user)});
        const auto& best = parts.front();
        const auto items = train.items_of(user);
        const auto place = static_cast<std::size_t>(
            std::find(items.begin(), items.end(), best.index) - items.begin());
        const Vector<double> z = e.a.llt().solve(model.item_factors().row(item).transpose());
        CHECK(best.score == Approx(static_cast<double>(train.values_of(user)[place]) *
                                   model.item_factors().row(best.index).dot(z))
                                .margin(1e-8));
      }
  }
}

TEST_CASE("single precision finds what double does", "[recommend][als]") {
  const auto train = valued(70, 40, 0.2, 7);
  ALS<double> in_double{{.factors = 20}};
  ALS<float> in_float{{.factors = 20}};
  in_double.fit(train);
  in_float.fit(train);
  CHECK(
      (loyal::testing::all_scores(in_float).cast<double>() - loyal::testing::all_scores(in_double))
          .cwiseAbs()
          .maxCoeff() < 1e-3);
}

TEST_CASE("a large value and a repeated pair weigh more", "[recommend][als]") {
  std::vector<loyal::Interaction> pairs{{0, 0, 1}, {0, 0, 1}, {0, 1, 1}, {1, 1, 1}, {1, 2, 1}};
  const Interactions train(2, 3, pairs);  // pairs add up
  ALS<double> model{{.factors = 2, .unobserved_weight = 1, .weight = DealingWeight::linear}};
  model.fit(train);
  CHECK(model.score(0, 0) > model.score(0, 1));
}

TEST_CASE("new dealings change their own rows only", "[recommend][als]") {
  const auto train = grouped_interactions(40, 8);
  ALS<double> model{{.factors = 4}};
  model.fit(train);
  auto grown = model;
  const std::vector<loyal::Interaction> more{{40, 1}, {40, 3}, {40, 25}, {2, 25}};
  grown.partial_fit(Interactions(41, 26, more));
  for (Index u = 0; u < 40; ++u)
    CHECK((grown.user_factors().row(u) == model.user_factors().row(u)) == (u != 2));
  for (Index i = 0; i < 25; ++i)
    CHECK((grown.item_factors().row(i) == model.item_factors().row(i)) == (i != 1 && i != 3));
  const auto& all = grown.train();
  CHECK(grown.fold_in({all.items_of(40), {}}).factors == grown.user_factors().row(40));
  // The new item stands near what its users had.
  CHECK(grown.score(1, 25) < grown.score(2, 25));
}

TEST_CASE("what a model knows survives its file, options included", "[recommend][als]") {
  const loyal::testing::TemporaryDirectory directory;
  const auto train = valued(30, 20, 0.3, 9);
  for (const auto solver :
       {ALSSolver::cholesky, ALSSolver::conjugate_gradient, ALSSolver::subspace}) {
    ALS<float> model{{.factors = 7,
                      .regularization = 0.5,
                      .frequency_exponent = 0.25,
                      .unobserved_weight = 0.7,
                      .weight = DealingWeight::logarithmic,
                      .solver = solver}};
    model.fit(train);
    model.save(directory / "als");
    ALS<float> other;
    other.load(directory / "als");
    CHECK(other.options().factors == 7);
    const std::vector<std::int32_t> items{2, 5, 19};
    const std::vector<float> values{1, 4, 2};
    CHECK(other.fold_in({items, values}).factors == model.fold_in({items, values}).factors);
  }
}

TEST_CASE("ALS refuses weights and options out of their domains", "[recommend][als]") {
  std::vector<loyal::Interaction> pairs{{0, 0, -1.0F}, {1, 1, 1.0F}};
  const Interactions negative(2, 2, pairs);
  ALS<double> plain{{.factors = 2}};
  CHECK_NOTHROW(plain.fit(negative));
  for (const auto weight : {DealingWeight::linear, DealingWeight::logarithmic}) {
    ALS<double> model{{.factors = 2, .weight = weight}};
    CHECK_THROWS_AS(model.fit(negative), loyal::DataError);
    CHECK_THROWS_AS(model.recommend(0, 1), loyal::NotFitted);
    model.fit(grouped_interactions());
    const std::vector<std::int32_t> items{0};
    const std::vector<float> values{-0.5F};
    CHECK_THROWS_AS(model.fold_in({items, values}), loyal::DataError);
    CHECK_THROWS_AS(model.partial_fit(negative), loyal::DataError);
    CHECK(model.users() == 40);
  }
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const Options& bad : std::vector<Options>{{.factors = 0},
                                                 {.regularization = 0},
                                                 {.regularization = nan},
                                                 {.frequency_exponent = -1},
                                                 {.unobserved_weight = 0},
                                                 {.unobserved_weight = nan},
                                                 {.epochs = 0},
                                                 {.init_scale = 0},
                                                 {.steps = 0},
                                                 {.block = 0},
                                                 {.partial_epochs = 0},
                                                 {.threads = -1}})
    CHECK_THROWS_AS(ALS<double>(bad), loyal::OptionError);
}

}  // namespace als_tests
