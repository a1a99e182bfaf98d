// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <loyal/recommend/ultra_gcn.hpp>

#include "../support/catch.hpp"
#include "../support/recommender_contract.hpp"

namespace ultra_gcn_tests {

using namespace loyal;

/// Omega of all pairs of items by dense matrices, the strongest k of a row left; 0 elsewhere.
Matrix<double> plain_neighbors(const Interactions& train, Index k) {
  const Matrix<double> r = train.matrix<double>();
  const Matrix<double> g = r.transpose() * r;
  const Vector<double> sums = g.rowwise().sum();
  Matrix<double> omega = Matrix<double>::Zero(g.rows(), g.cols());
  for (Index i = 0; i < g.rows(); ++i) {
    for (Index j = 0; j < g.cols(); ++j)
      if (g(i, j) > 0 && sums[i] > g(i, i))
        omega(i, j) = g(i, j) / (sums[i] - g(i, i)) * std::sqrt(sums[i] / sums[j]);
    std::vector<Scored<double>> best = top_k(omega.row(i), k);
    const RowVector<double> all = omega.row(i);
    omega.row(i).setZero();
    for (const auto& [j, weight] : best) omega(i, j) = all[j];
  }
  return omega;
}

/// The loss of the paper and its authors' program, pair by pair.
double plain_loss(const Interactions& train, const std::vector<std::int32_t>& users,
                  const std::vector<std::int32_t>& negatives, const Matrix<double>& x,
                  const Matrix<double>& y, const detail::UltraGCNLoss<double>& w,
                  const Matrix<double>& omega) {
  const auto log_sigmoid_of = [](double s) { return -std::log1p(std::exp(-s)); };
  Vector<double> degree = Vector<double>::Zero(train.items());
  for (const auto i : train.all_items()) degree[i] += 1;
  double loss = 0;
  for (std::size_t k = 0; k < users.size(); ++k) {
    const auto own = train.items_of(users[k]);
    const auto d = static_cast<double>(own.size());
    const auto beta = [&](Index i) { return std::sqrt((d + 1) / (degree[i] + 1)) / d; };
    const auto score = [&](Index i) { return x.row(static_cast<Index>(k)).dot(y.row(i)); };
    for (const auto i : own) {
      loss -= (w.positive_constant + w.positive_degree * beta(i)) * log_sigmoid_of(score(i));
      double sum = 0;
      for (const auto j : negatives)
        sum -= (w.negative_constant + w.negative_degree * beta(j)) * log_sigmoid_of(-score(j));
      loss += w.negative_weight * sum / static_cast<double>(negatives.size());
      for (Index j = 0; j < train.items(); ++j)
        loss -= w.item_weight * omega(i, j) * log_sigmoid_of(score(j));
    }
  }
  return loss;
}

TEMPLATE_TEST_CASE("UltraGCN keeps the contract of recommenders", "", float, double) {
  testing::check_recommender(
      [](int threads, std::uint64_t seed) {
        return UltraGCN<TestType>({.factors = 6,
                                   .negative_weight = 2,
                                   .item_weight = 0.5,
                                   .neighbors = 4,
                                   .regularization = 5e-4,
                                   .negatives = 12,
                                   .batch_users = 8,
                                   .epochs = 30,
                                   .learning_rate = 0.03,
                                   .seed = seed,
                                   .threads = threads});
      },
      {.known_folds = false});
}

TEST_CASE("UltraGCN: neighbors, loss and gradients as written") {
  Rng rng{6};
  const Interactions train = testing::grouped_interactions(13);
  detail::UltraGCNLoss<double> loss{0.3, 0.9, 0.2, 0.7, 5, 0.4, {}, {}, {}};
  loss.find_degrees(train);
  loss.find_neighbors(train, 3, 2);
  CHECK((Matrix<double>(loss.neighbors) - plain_neighbors(train, 3)).cwiseAbs().maxCoeff() < 1e-14);
  loss.find_neighbors(train, 1, 2);  // of one there is nothing to draw
  const Matrix<double> omega = plain_neighbors(train, 1);
  CHECK((Matrix<double>(loss.neighbors) - omega).cwiseAbs().maxCoeff() < 1e-14);
  CHECK(omega.row(3).maxCoeff() > 0);

  const std::vector<std::int32_t> users{8, 1, 5};
  Matrix<double> x(3, 4);
  Matrix<double> y(train.items(), 4);
  for (double& v : x.reshaped()) v = rng.normal();
  for (double& v : y.reshaped()) v = rng.normal();
  detail::SharedNegatives<double> negatives(train.items(), 7, 2);
  negatives.begin(rng);
  const std::vector<std::int32_t> drawn(negatives.items().begin(), negatives.items().begin() + 7);
  Matrix<double> dx;
  Matrix<double> dy = Matrix<double>::Zero(y.rows(), y.cols());
  loss.add_pairs(train, users, rng, negatives);
  const double value = loss.gradient(train, users, x, y, negatives, true, dx);
  negatives.for_each_item(x,
                          [&](Index item, const RowVector<double>& g, auto) { dy.row(item) = g; });
  const auto plain = [&] { return plain_loss(train, users, drawn, x, y, loss, omega); };
  CHECK(value == Approx(plain()).epsilon(1e-12));
  const auto check = [&](Matrix<double>& table, const Matrix<double>& gradient) {
    double worst = 0;
    for (Index i = 0; i < table.size(); ++i) {
      double& v = table.data()[i];
      const double kept = v;
      v = kept + 1e-6;
      const double above = plain();
      v = kept - 1e-6;
      const double below = plain();
      v = kept;
      worst = std::max(worst, std::abs((above - below) / 2e-6 - gradient.data()[i]));
    }
    CHECK(worst < 1e-7);
    CHECK(gradient.cwiseAbs().maxCoeff() > 1e-2);
  };
  check(x, dx);
  check(y, dy);

  loss.find_neighbors(train, 3, 2);  // of three one is drawn, all in the mean
  loss.item_weight = 4;
  const Matrix<double> all = plain_neighbors(train, 3);
  double sum = 0;
  double squares = 0;
  constexpr int draws = 4000;
  detail::SharedNegatives<double> every(train.items(), train.items(), 1);
  std::vector<std::int32_t> items;
  for (Index i = 0; i < train.items(); ++i) items.push_back(static_cast<std::int32_t>(i));
  for (int draw = 0; draw < draws; ++draw) {
    every.begin(rng);
    loss.add_pairs(train, users, rng, every);
    const double one = loss.gradient(train, users, x, y, every, true, dx);
    sum += one / draws;
    squares += one * one / draws;
  }
  const double error = std::sqrt((squares - sum * sum) / draws);
  CHECK(error < 0.02 * sum);
  CHECK(std::abs(sum - plain_loss(train, users, items, x, y, loss, all)) < 4 * error);
}

TEST_CASE("UltraGCN folds in the vector of least loss") {
  const auto data = testing::grouped_interactions();
  UltraGCN<double> model({.factors = 4,
                          .negative_weight = 10,
                          .item_weight = 0,
                          .regularization = 1e-4,
                          .negatives = data.items(),
                          .batch_users = 10,
                          .epochs = 5});
  model.fit(data);
  const auto items = data.items_of(3);
  const auto profile = model.fold_in({items, {}});
  detail::UltraGCNLoss<double> loss{1e-6, 1, 1e-6, 1, 10, 0, {}, {}, {}};
  loss.find_degrees(data);
  const std::vector<std::int32_t> users{3};
  detail::SharedNegatives<double> negatives(data.items(), data.items(), 1);
  Rng rng;
  negatives.begin(rng);
  loss.add_pairs(data, users, rng, negatives);
  Matrix<double> dx;
  static_cast<void>(loss.gradient(data, users, Matrix<double>(profile.factors),
                                  model.item_factors(), negatives, false, dx));
  const double penalty = 1e-4 * static_cast<double>(data.size());
  CHECK((dx.row(0) + penalty * profile.factors).cwiseAbs().maxCoeff() < 1e-5);
}

TEST_CASE("UltraGCN learns, tells, stops, and refuses bad options") {
  const auto data = testing::grouped_interactions();
  UltraGCN<float>::Options options{.factors = 4, .negatives = 10, .batch_users = 7, .epochs = 9};
  std::vector<double> losses;
  options.progress = [&](const Progress& p) {
    losses.push_back(p.value);
    return p.step < 6;
  };
  UltraGCN<float> model(options);
  model.fit(data);
  REQUIRE(losses.size() == 6);
  CHECK(losses.back() < losses.front());

  using Options = UltraGCN<float>::Options;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const Options& bad :
       {Options{.factors = 0}, Options{.positive_constant = -1}, Options{.positive_degree = nan},
        Options{.negative_constant = -1}, Options{.negative_degree = -1},
        Options{.negative_weight = nan}, Options{.item_weight = -1}, Options{.neighbors = -1},
        Options{.regularization = -1}, Options{.negatives = 0}, Options{.batch_users = 0},
        Options{.epochs = -1}, Options{.learning_rate = 0}, Options{.threads = -1}})
    CHECK_THROWS_AS(UltraGCN<float>(bad), OptionError);
}

}  // namespace ultra_gcn_tests
