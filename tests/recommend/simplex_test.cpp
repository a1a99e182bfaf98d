// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <vector>

#include <loyal/recommend/simplex.hpp>

#include "../support/catch.hpp"
#include "../support/recommender_contract.hpp"

namespace simplex_tests {

using namespace loyal;

using Model = detail::SimpleXModel<double>;

Matrix<double> random_matrix(Index rows, Index cols, Rng& rng) {
  Matrix<double> m(rows, cols);
  for (double& x : m.reshaped()) x = rng.normal();
  return m;
}

Model random_model(const Interactions& train, Index factors, double own_share, Rng& rng) {
  Model model{0.2,
              3,
              own_share,
              random_matrix(train.users(), factors, rng),
              random_matrix(train.items(), factors, rng),
              random_matrix(factors, factors, rng),
              {},
              {}};
  model.normalize_items();
  return model;
}

/// The loss as the paper writes it.
double plain_loss(const Model& model, const Interactions& train,
                  const std::vector<std::int32_t>& users,
                  const std::vector<std::int32_t>& negatives) {
  double loss = 0;
  const auto unit = [&](Index i) { return RowVector<double>(model.items.row(i).normalized()); };
  for (const auto u : users) {
    RowVector<double> mean = RowVector<double>::Zero(model.items.cols());
    for (const auto i : train.items_of(u)) mean += unit(i);
    if (!train.items_of(u).empty()) mean /= static_cast<double>(train.items_of(u).size());
    const RowVector<double> x =
        (model.own_share * model.users.row(u) + (1 - model.own_share) * mean * model.aggregation)
            .normalized();
    for (const auto i : train.items_of(u)) {
      double wrong = 0;
      for (const auto j : negatives) wrong += std::max(0.0, x.dot(unit(j)) - model.margin);
      loss += 1 - x.dot(unit(i)) +
              model.negative_weight * wrong / static_cast<double>(negatives.size());
    }
  }
  return loss;
}

TEMPLATE_TEST_CASE("SimpleX keeps the contract of recommenders", "", float, double) {
  testing::check_recommender([](int threads, std::uint64_t seed) {
    return SimpleX<TestType>({.factors = 6,
                              .margin = 0.7,
                              .negative_weight = 2,
                              .own_share = 0,
                              .negatives = 12,
                              .batch_users = 8,
                              .epochs = 30,
                              .learning_rate = 0.03,
                              .seed = seed,
                              .threads = threads});
  });
}

TEST_CASE("MF-CCL keeps the contract of recommenders") {
  testing::check_recommender(
      [](int threads, std::uint64_t seed) {
        return SimpleX<float>({.factors = 6,
                               .margin = 0.7,
                               .negative_weight = 2,
                               .own_share = 1,
                               .negatives = 12,
                               .batch_users = 8,
                               .epochs = 40,
                               .learning_rate = 0.03,
                               .user_learning_rate = 0.1,
                               .seed = seed,
                               .threads = threads});
      },
      {.known_folds = false});
}

TEST_CASE("SimpleX: loss as written, gradients as differences say") {
  Rng rng{4};
  const Interactions train = testing::grouped_interactions(12);
  for (const double own_share : {0.0, 0.4, 1.0}) {
    Model model = random_model(train, 5, own_share, rng);
    const std::vector<std::int32_t> users{7, 2, 11, 4};
    detail::SharedNegatives<double> negatives(train.items(), 9, 2);
    negatives.begin(rng);
    const std::vector<std::int32_t> drawn(negatives.items().begin(), negatives.items().begin() + 9);
    Matrix<double> du = Matrix<double>::Zero(12, 5);
    Matrix<double> di = Matrix<double>::Zero(train.items(), 5);
    Matrix<double> dv = Matrix<double>::Zero(5, 5);
    Model::Batch batch;
    const double loss = model.gradient(
        train, users, negatives, batch, [&](const Matrix<double>& g) { dv = g; },
        [&](const Matrix<double>& g) {
          for (Index k = 0; k < g.rows(); ++k)
            du.row(users[static_cast<std::size_t>(k)]) = g.row(k);
        },
        [&](Index item, const RowVector<double>& g) { di.row(item) = g; });
    CHECK(loss == Approx(plain_loss(model, train, users, drawn)).epsilon(1e-12));

    INFO("own_share " << own_share);
    const auto check = [&](Matrix<double>& table, const Matrix<double>& gradient) {
      double worst = 0;
      for (Index i = 0; i < table.size(); ++i) {
        double& x = table.data()[i];
        const double kept = x;
        x = kept + 1e-6;
        const double above = plain_loss(model, train, users, drawn);
        x = kept - 1e-6;
        const double below = plain_loss(model, train, users, drawn);
        x = kept;
        worst = std::max(worst, std::abs((above - below) / 2e-6 - gradient.data()[i]));
      }
      CHECK(worst < 1e-7);
      CHECK((own_share == 0 || own_share == 1 || gradient.cwiseAbs().maxCoeff() > 1e-3));
    };
    check(model.users, du);
    check(model.items, di);
    check(model.aggregation, dv);
  }
}

TEST_CASE("negatives of a batch are drawn evenly, each once") {
  Rng rng{1};
  detail::SharedNegatives<float> negatives(20, 6, 1);
  std::map<std::int32_t, int> count;
  for (int batch = 0; batch < 3000; ++batch) {
    negatives.begin(rng);
    negatives.add(19, 1.0F);
    negatives.end_user();
    std::map<std::int32_t, int> seen;
    for (Index i = 0; i < 6; ++i) ++seen[negatives.items()[static_cast<std::size_t>(i)]];
    REQUIRE(seen.size() == 6);
    for (const auto& [item, times] : seen) ++count[item];
  }
  for (const auto& [item, times] : count) CHECK(std::abs(times - 900) < 150);
  CHECK(count.size() == 20);
}

TEST_CASE("Adam of rows: the paper's steps, each row by its own count") {
  Rng rng{2};
  detail::RowAdam<double> adam(3, 70);
  Matrix<double> table = random_matrix(3, 70, rng);
  Matrix<double> plain = table;
  Matrix<double> m = Matrix<double>::Zero(3, 70);
  Matrix<double> v = Matrix<double>::Zero(3, 70);
  std::vector<int> steps(3, 0);
  for (int i = 0; i < 12; ++i) {
    const auto row = static_cast<Index>(rng.below(3));
    const RowVector<double> g = random_matrix(1, 70, rng).row(0);
    adam.step(table, row, g, 0.1);
    const int t = ++steps[static_cast<std::size_t>(row)];
    for (Index d = 0; d < 70; ++d) {
      m(row, d) = 0.9 * m(row, d) + 0.1 * g[d];
      v(row, d) = 0.999 * v(row, d) + 0.001 * g[d] * g[d];
      plain(row, d) -= 0.1 * m(row, d) / (1 - std::pow(0.9, t)) /
                       (std::sqrt(v(row, d) / (1 - std::pow(0.999, t))) + 1e-8);
    }
  }
  CHECK((table - plain).cwiseAbs().maxCoeff() < 1e-12);
}

TEST_CASE("SimpleX learns, tells, stops, and refuses bad options") {
  const auto data = testing::grouped_interactions();
  SimpleX<float>::Options options{.factors = 4, .negatives = 10, .batch_users = 7, .epochs = 9};
  std::vector<double> losses;
  options.progress = [&](const Progress& p) {
    losses.push_back(p.value);
    return p.step < 6;
  };
  SimpleX<float> model(options);
  model.fit(data);
  REQUIRE(losses.size() == 6);
  CHECK(losses.back() < losses.front());

  using Options = SimpleX<float>::Options;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const Options& bad :
       {Options{.factors = 0}, Options{.margin = 1.5}, Options{.margin = nan},
        Options{.negative_weight = -1}, Options{.own_share = 1.1}, Options{.own_share = nan},
        Options{.negatives = 0}, Options{.batch_users = 0}, Options{.epochs = -1},
        Options{.learning_rate = 0}, Options{.user_learning_rate = nan}, Options{.threads = -1}})
    CHECK_THROWS_AS(SimpleX<float>(bad), OptionError);
}

}  // namespace simplex_tests
