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

Model random_model(const Interactions& train, Index factors, double own_share,
                   HistoryPooling pooling, bool shared, Rng& rng) {
  Model model{};
  model.margin = 0.2;
  model.negative_weight = 3;
  model.own_share = own_share;
  model.pooling = pooling;
  model.users = random_matrix(train.users(), factors, rng);
  model.items = random_matrix(train.items(), factors, rng);
  if (!shared) model.history = random_matrix(train.items(), factors, rng);
  model.values = random_matrix(factors, factors, rng);
  model.keys = random_matrix(factors, factors, rng);
  model.more = random_matrix(2, factors, rng);
  model.normalize_items();
  return model;
}

/// The loss as the paper writes it, pair by pair; @p mask of dropout for each of the users, empty for none.
double plain_loss(const Model& model, const Interactions& train,
                  const std::vector<std::int32_t>& users,
                  const std::vector<std::int32_t>& negatives, const Matrix<double>& mask) {
  double loss = 0;
  const auto unit = [&](Index i) { return RowVector<double>(model.items.row(i).normalized()); };
  const Matrix<double>& past = model.history.size() > 0 ? model.history : model.items;
  for (std::size_t k = 0; k < users.size(); ++k) {
    const auto u = users[k];
    const RowVector<double> own = model.users.row(u);
    RowVector<double> pooled = RowVector<double>::Zero(own.size());
    double sum = 0;
    for (const auto i : train.items_of(u)) {
      double attention = 1;
      if (model.pooling == HistoryPooling::user_attention ||
          model.pooling == HistoryPooling::self_attention) {
        const RowVector<double> query =
            model.pooling == HistoryPooling::user_attention ? own : model.more.row(1);
        const RowVector<double> inner = past.row(i) * model.keys + model.more.row(0);
        double score = 0;
        for (Index d = 0; d < own.size(); ++d) score += std::tanh(inner[d]) * query[d];
        attention = std::exp(score);
      }
      pooled += attention * past.row(i);
      sum += attention;
    }
    if (sum > 0) pooled /= sum;
    RowVector<double> x = own;
    if (model.pooling != HistoryPooling::none)
      x = model.own_share * own + (1 - model.own_share) * pooled * model.values;
    x.normalize();
    if (mask.size() > 0) x = x.cwiseProduct(mask.row(static_cast<Index>(k)));
    for (const auto i : train.items_of(u)) {
      double wrong = 0;
      for (const auto j : negatives) wrong += std::max(0.0, x.dot(unit(j)) - model.margin);
      loss += std::max(0.0, 1 - x.dot(unit(i))) +
              model.negative_weight * wrong / static_cast<double>(negatives.size());
    }
  }
  return loss;
}

/// What is learned, and its gradient for a batch.
struct Learned {
  Matrix<double>* table;
  Matrix<double> gradient;
};

void check_gradients(Model model, const Interactions& train, Rng& rng) {
  const std::vector<std::int32_t> users{7, 2, 11, 4};
  const Index d = model.items.cols();
  detail::SharedNegatives<double> negatives(train.items(), 9, 2);
  negatives.begin(rng);
  const std::vector<std::int32_t> drawn(negatives.items().begin(), negatives.items().begin() + 9);
  Model::add_pairs(train, users, negatives);
  Model::Batch batch;
  const double loss = model.gradient(train, users, negatives, rng, batch);
  const Matrix<double> mask = model.dropout > 0 ? batch.mask : Matrix<double>{};
  CHECK(loss == Approx(plain_loss(model, train, users, drawn, mask)).epsilon(1e-12));

  std::vector<Learned> all{{&model.users, Matrix<double>::Zero(train.users(), d)},
                           {&model.items, Matrix<double>::Zero(train.items(), d)},
                           {&model.history, Matrix<double>::Zero(model.history.rows(), d)}};
  for (std::size_t k = 0; k < users.size(); ++k)
    all[0].gradient.row(users[k]) = batch.dusers.row(static_cast<Index>(k));
  model.for_each_item(
      negatives, batch,
      [&](Index item, const RowVector<double>& g, const RowVector<double>& past, const auto&) {
        all[1].gradient.row(item) = g;
        if (model.history.size() > 0) all[2].gradient.row(item) = past;
      });
  if (model.pools()) all.push_back({&model.values, batch.dvalues});
  if (model.attends()) {
    all.push_back({&model.keys, batch.dkeys});
    all.push_back({&model.more, batch.dmore});
  }
  for (const auto& [table, gradient] : all) {
    double worst = 0;
    for (Index i = 0; i < table->size(); ++i) {
      double& x = table->data()[i];
      const double kept = x;
      x = kept + 1e-6;
      const double above = plain_loss(model, train, users, drawn, mask);
      x = kept - 1e-6;
      const double below = plain_loss(model, train, users, drawn, mask);
      x = kept;
      worst = std::max(worst, std::abs((above - below) / 2e-6 - gradient.data()[i]));
    }
    CHECK(worst < 1e-7);
  }
}

TEMPLATE_TEST_CASE("SimpleX keeps the contract of recommenders", "", float, double) {
  const auto pooling = GENERATE(HistoryPooling::mean, HistoryPooling::self_attention,
                                HistoryPooling::user_attention);
  const bool histories_only = pooling != HistoryPooling::user_attention;
  testing::check_recommender(
      [&](int threads, std::uint64_t seed) {
        return SimpleX<TestType>({.factors = 6,
                                  .margin = 0.7,
                                  .negative_weight = 2,
                                  .pooling = pooling,
                                  .own_share = histories_only ? 0 : 0.5,
                                  .shared_history = pooling == HistoryPooling::mean,
                                  .negatives = 12,
                                  .batch_users = 8,
                                  .epochs = 30,
                                  .learning_rate = 0.03,
                                  .seed = seed,
                                  .threads = threads});
      },
      {.known_folds = histories_only});
}

TEST_CASE("MF-CCL keeps the contract of recommenders") {
  testing::check_recommender(
      [](int threads, std::uint64_t seed) {
        return SimpleX<float>({.factors = 6,
                               .margin = 0.7,
                               .negative_weight = 2,
                               .pooling = HistoryPooling::none,
                               .negatives = 12,
                               .batch_users = 8,
                               .epochs = 40,
                               .learning_rate = 0.03,
                               .seed = seed,
                               .threads = threads});
      },
      {.known_folds = false});
}

TEST_CASE("SimpleX: loss as written, gradients as differences say") {
  Rng rng{4};
  const Interactions train = testing::grouped_interactions(12);
  for (const auto pooling : {HistoryPooling::none, HistoryPooling::mean,
                             HistoryPooling::user_attention, HistoryPooling::self_attention})
    for (const double own_share : {0.0, 0.4, 1.0})
      for (const bool shared : {false, true}) {
        INFO("pooling " << static_cast<int>(pooling) << ", own_share " << own_share << ", shared "
                        << shared);
        Model model = random_model(train, 5, own_share, pooling, shared, rng);
        model.dropout = shared ? 0 : 0.3;
        check_gradients(std::move(model), train, rng);
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

/// Adam on all of a table, as the paper has it.
struct PlainAdam {
  Matrix<double> m, v;
  int t = 0;

  explicit PlainAdam(const Matrix<double>& like)
      : m(Matrix<double>::Zero(like.rows(), like.cols())), v(m) {}
  void step(Matrix<double>& table, const Matrix<double>& g, double rate) {
    ++t;
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g.cwiseProduct(g);
    table.array() -= rate * (m.array() / (1 - std::pow(0.9, t))) /
                     ((v.array() / (1 - std::pow(0.999, t))).sqrt() + 1e-8);
  }
};

TEST_CASE("Adam of rows: the paper's steps, those without gradient made up for") {
  Rng rng{2};
  detail::RowAdam<double> adam(3, 70);
  Matrix<double> table = random_matrix(3, 70, rng);
  Matrix<double> plain_table = table;
  PlainAdam plain(table);
  for (int i = 0; i < 3000; ++i) {  // all rows: the same steps
    const Matrix<double> g = random_matrix(3, 70, rng);
    for (Index row = 0; row < 3; ++row) adam.step(table, row, g.row(row), 0.01);
    adam.end_step();
    plain.step(plain_table, g, 0.01);
  }
  CHECK((table - plain_table).cwiseAbs().maxCoeff() < 1e-10);
  const Matrix<double> before = table;
  for (int i = 0; i < 200; ++i) {  // now one row, now none
    const Index row = static_cast<Index>(rng.below(6));
    Matrix<double> g = Matrix<double>::Zero(3, 70);
    if (row < 3) {
      g.row(row) = random_matrix(1, 70, rng);
      adam.step(table, row, g.row(row), 0.01);
    }
    adam.end_step();
    plain.step(plain_table, g, 0.01);
  }
  for (Index row = 0; row < 3; ++row) adam.catch_up(table, row, 0.01);
  const double moved = (table - before).cwiseAbs().mean();
  CHECK(moved > 0.01);
  CHECK((table - plain_table).cwiseAbs().maxCoeff() < 1e-3 * moved);
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
        Options{.learning_rate = 0}, Options{.threads = -1}})
    CHECK_THROWS_AS(SimpleX<float>(bad), OptionError);
}

}  // namespace simplex_tests
