// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <loyal/recommend/fm_recommender.hpp>

#include "../support/catch.hpp"
#include "../support/recommender_contract.hpp"
#include "../support/temporary_directory.hpp"

namespace fm_recommender_tests {

using loyal::FMRecommender;
using loyal::Index;
using loyal::Interactions;
using loyal::Matrix;
using loyal::RowVector;
using loyal::SparseMatrix;

constexpr std::int32_t kinds = 3;

/// Row i is of kind i % 3, and has one of two colors, which mean nothing.
SparseMatrix<float> attributes(Index rows) {
  SparseMatrix<float> a(rows, kinds + 2);
  for (Index i = 0; i < rows; ++i) {
    a.insert(i, i % kinds) = 1;
    a.insert(i, kinds + i / kinds % 2) = 1;
  }
  a.makeCompressed();
  return a;
}

/// Users have items of their kind; items from @p cold on nobody had.
Interactions of_kinds(std::int32_t users, std::int32_t items, std::int32_t cold,
                      std::uint64_t seed) {
  loyal::Rng rng{seed};
  std::vector<loyal::Interaction> pairs;
  for (std::int32_t user = 0; user < users; ++user)
    for (std::int32_t item = 0; item < cold; ++item)
      if (rng.bernoulli(user % kinds == item % kinds ? 0.4 : 0.03)) pairs.push_back({user, item});
  return {users, items, pairs};
}

/// Vectors of users, items, users' attributes, items' attributes; the last column is w.
using Tables = std::array<Matrix<double>, 4>;
Tables tables_of(const FMRecommender<double>& model) {
  const loyal::testing::TemporaryDirectory directory;
  model.save(directory / "model.safetensors");
  const loyal::Safetensors file(directory / "model.safetensors");
  Tables tables;
  std::size_t next = 0;
  for (const char* name : {"user_own", "item_own", "user_attributes", "item_attributes"}) {
    const auto& shape = file.info(name).shape;
    const auto numbers = file.read<double>(name);
    tables[next++] = Eigen::Map<const Matrix<double>>(numbers.data(), shape[0], shape[1]);
  }
  return tables;
}

/// Equation 1 without w0 on the rows of some features, values @p x; the last column of @p v is w.
double definition(const Matrix<double>& v, const std::vector<double>& x) {
  const Index d = v.cols() - 1;
  double y = 0;
  for (Index f = 0; f < v.rows(); ++f) {
    const double a = x[static_cast<std::size_t>(f)];
    y += v(f, d) * a;
    for (Index g = f + 1; g < v.rows(); ++g)
      y += v.row(f).head(d).dot(v.row(g).head(d)) * a * x[static_cast<std::size_t>(g)];
  }
  return y;
}

TEST_CASE("FMRecommender keeps the contract of recommenders, with attributes and without",
          "[recommend][fm_recommender]") {
  for (const bool with : {false, true})
    loyal::testing::check_recommender(
        [&](int, std::uint64_t seed) {
          FMRecommender<float> model{{.factors = 5, .epochs = 40, .seed = seed}};
          if (with) {
            // Of users and items of grouped_interactions(), whose groups are told otherwise: noise.
            model.set_attributes(attributes(20), attributes(24));
          }
          return model;
        },
        {.known_folds = false, .whole_file = !with});
}

TEST_CASE("items nobody had are ranked by their attributes", "[recommend][fm_recommender]") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    constexpr std::int32_t users = 45;
    constexpr std::int32_t items = 42;
    constexpr std::int32_t cold = 30;
    const auto train = of_kinds(users, items, cold, seed);
    FMRecommender<float> model{{.factors = 8, .seed = seed}};
    model.set_attributes({}, attributes(items));
    model.fit(train);
    const auto right = [&](const FMRecommender<float>& asked, bool all) {
      // Cold items of the user's kind against cold items of others (or, if all, any of others).
      int better = 0;
      int of = 0;
      for (std::int32_t user = 0; user < users; ++user)
        for (std::int32_t kin = cold; kin < items; ++kin)
          for (std::int32_t other = all ? 0 : cold; other < items; ++other)
            if (kin % kinds == user % kinds && other % kinds != user % kinds &&
                !train.contains(user, other)) {
              ++of;
              better += asked.score(user, kin) > asked.score(user, other) ? 1 : 0;
            }
      return better / static_cast<double>(of);
    };
    CHECK(right(model, false) > 0.95);
    CHECK(right(model, true) > 0.85);
    FMRecommender<float> blind{{.factors = 8, .seed = seed}};
    blind.fit(train);
    CHECK(right(blind, false) < 0.7);

    INFO("cold items of the same kind are alike");
    for (std::int32_t item = cold; item < items; ++item)
      CHECK(model.similar_items(item, 1)[0].index % kinds == item % kinds);
  }
}

TEST_CASE("a new user with attributes is served without a history", "[recommend][fm_recommender]") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    FMRecommender<float> model{{.factors = 8, .seed = seed}};
    model.set_attributes(attributes(60), {});
    model.fit(of_kinds(60, 30, 30, seed));
    for (std::int32_t kind = 0; kind < kinds; ++kind) {
      const std::vector<std::int32_t> columns{kind};
      const std::vector<float> ones{1};
      const auto profile = model.fold_in({}, {columns, ones});
      for (const auto& best : model.recommend(profile, 5)) CHECK(best.index % kinds == kind);

      INFO("a history speaks, too");
      const std::int32_t next = (kind + 1) % kinds;
      const std::vector<std::int32_t> history{next, next + 3, next + 6, next + 9, next + 12};
      const auto changed = model.fold_in({history, {}}, {columns, ones});
      CHECK(changed.factors.dot(model.item_factors().row(next + 15)) >
            profile.factors.dot(model.item_factors().row(next + 15)));
    }
  }
}

TEST_CASE("a score is that of a factorization machine on the row of user and item",
          "[recommend][fm_recommender]") {
  FMRecommender<double> model{{.factors = 4, .regularization = 0, .epochs = 30}};
  SparseMatrix<double> of_items(3, 2);
  of_items.insert(0, 0) = 0.5;
  of_items.insert(0, 1) = -2;
  of_items.insert(1, 1) = 1.5;
  of_items.makeCompressed();
  model.set_attributes({}, of_items);
  const std::vector<loyal::Interaction> pairs{{0, 0}, {1, 1}, {2, 2}, {3, 0}, {3, 2}};
  model.fit(Interactions(4, 3, pairs));
  const auto [users, items, none, shared] = tables_of(model);
  CHECK(none.rows() == 0);
  CHECK(users.col(4).isZero(0));
  const Matrix<double> a = of_items;
  for (Index u = 0; u < 4; ++u)
    for (Index i = 0; i < 3; ++i) {
      Matrix<double> v(4, 5);
      v << users.row(u), items.row(i), shared;
      CHECK(model.score(u, i) == Approx(definition(v, {1, 1, a(i, 0), a(i, 1)})));
    }
}

TEST_CASE("FMRecommender learns by AdaGrad along the gradient", "[recommend][fm_recommender]") {
  // Two users with an item each, which is the other's negative. An epoch is two steps, in either order.
  const double rate = 0.2;
  const double l = 0.3;
  SparseMatrix<double> of_users(2, 1);
  of_users.insert(1, 0) = 0.5;
  of_users.makeCompressed();
  SparseMatrix<double> of_items(2, 2);
  of_items.insert(0, 0) = -2;
  of_items.insert(1, 1) = 1.5;
  of_items.makeCompressed();
  const auto fitted = [&](double learning_rate, int epochs) {
    FMRecommender<double> model{{.factors = 3,
                                 .learning_rate = learning_rate,
                                 .regularization = l,
                                 .init_scale = 1,
                                 .epochs = epochs}};
    model.set_attributes(of_users, of_items);
    const std::vector<loyal::Interaction> pairs{{0, 0}, {1, 1}};
    model.fit(Interactions(2, 2, pairs));
    return tables_of(model);
  };
  const Matrix<double> user_values = of_users;
  const Matrix<double> item_values = of_items;
  const auto objective = [&](const Tables& t, Index user) {
    const auto score = [&](Index item) {
      Matrix<double> v(5, 4);
      v << t[0].row(user), t[1].row(item), t[2], t[3];
      return definition(v,
                        {1, 1, user_values(user, 0), item_values(item, 0), item_values(item, 1)});
    };
    double sum = std::log1p(std::exp(score(1 - user) - score(user)));
    sum += l / 2 * (t[0].row(user).squaredNorm() + t[1].squaredNorm() + t[3].squaredNorm());
    if (user == 1) sum += l / 2 * t[2].squaredNorm();
    return sum;
  };
  const auto flat = [](Tables& t) {
    std::vector<double*> all;
    for (auto& table : t)
      for (Index i = 0; i < table.size(); ++i) all.push_back(table.data() + i);
    return all;
  };
  const Tables start = fitted(1e-200, 1);
  Tables learned = fitted(rate, 2);
  int found = 0;
  for (int orders = 0; orders < 4; ++orders) {
    Tables t = start;
    std::vector<double> squares(flat(t).size(), 1);
    for (int step = 0; step < 4; ++step) {
      const Index user = (orders >> (step / 2) & 1) ^ (step % 2);
      Tables next = t;
      for (std::size_t i = 0; i < squares.size(); ++i) {
        Tables moved = t;
        double& at = *flat(moved)[i];
        const double middle = at;
        at = middle + 1e-5;
        double slope = objective(moved, user);
        at = middle - 1e-5;
        slope = (slope - objective(moved, user)) / 2e-5;
        squares[i] += slope * slope;
        *flat(next)[i] -= rate * slope / std::sqrt(squares[i]);
      }
      t = next;
    }
    double worst = 0;
    for (std::size_t i = 0; i < squares.size(); ++i)
      worst = std::max(worst, std::abs(*flat(t)[i] - *flat(learned)[i]));
    found += worst < 1e-8 ? 1 : 0;
  }
  CHECK(found == 1);
}

TEST_CASE("new items with attributes come in without dealings", "[recommend][fm_recommender]") {
  FMRecommender<float> model{{.factors = 8, .partial_epochs = 0}};
  model.set_attributes({}, attributes(30));
  model.fit(of_kinds(45, 30, 30, 1));
  const auto before = model.item_factors();
  model.set_attributes({}, attributes(33));
  model.partial_fit(Interactions(45, 33, {}));
  CHECK(model.items() == 33);
  CHECK(model.item_factors().topRows(30) == before);
  for (Index user = 0; user < 3; ++user) {
    const Index kin = 30 + user;
    for (Index other = 30; other < 33; ++other)
      if (other != kin) CHECK(model.score(user, kin) > model.score(user, other));
  }
}

TEST_CASE("a file keeps the vectors of attributes", "[recommend][fm_recommender]") {
  const loyal::testing::TemporaryDirectory directory;
  FMRecommender<float> model{{.factors = 4, .epochs = 10, .seed = 5}};
  model.set_attributes(attributes(12), attributes(20));
  model.fit(of_kinds(12, 20, 15, 1));
  model.save(directory / "model.safetensors");
  FMRecommender<float> read;
  read.load(directory / "model.safetensors");
  CHECK(read.item_factors() == model.item_factors());
  const std::vector<std::int32_t> columns{1, 3};
  const std::vector<float> values{1, 1};
  const std::vector<std::int32_t> history{2, 7};
  CHECK(read.fold_in({history, {}}, {columns, values}).factors ==
        model.fold_in({history, {}}, {columns, values}).factors);
  CHECK_THROWS_AS(read.partial_fit(Interactions(12, 21, {})), loyal::ShapeError);
  read.set_attributes(attributes(12), attributes(20));
  read.partial_fit(Interactions(12, 21, {}));
  model.partial_fit(Interactions(12, 21, {}));
  CHECK(read.user_factors() == model.user_factors());
}

TEST_CASE("the loss of FMRecommender falls and a callback may stop it",
          "[recommend][fm_recommender]") {
  std::vector<double> losses;
  FMRecommender<double>::Options options{.factors = 6, .epochs = 30};
  options.progress = [&](const loyal::Progress& p) {
    losses.push_back(p.value);
    return losses.size() < 20;
  };
  FMRecommender<double> model{options};
  model.fit(loyal::testing::grouped_interactions());
  REQUIRE(losses.size() == 20);
  CHECK(losses.back() < 0.8 * losses.front());
}

TEST_CASE("FMRecommender refuses options and attributes it cannot use",
          "[recommend][fm_recommender]") {
  using Options = FMRecommender<float>::Options;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const Options& bad : std::vector<Options>{{.factors = 0},
                                                 {.learning_rate = 0},
                                                 {.learning_rate = nan},
                                                 {.regularization = -1},
                                                 {.regularization = nan},
                                                 {.init_scale = 0},
                                                 {.epochs = 0},
                                                 {.fold_in_epochs = 0},
                                                 {.fold_in_epochs = 2000000},
                                                 {.partial_epochs = -1}})
    CHECK_THROWS_AS(FMRecommender<float>(bad), loyal::OptionError);

  FMRecommender<float> model{{.factors = 2, .epochs = 2}};
  auto bad = attributes(4);
  bad.valuePtr()[1] = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_AS(model.set_attributes(bad, {}), loyal::DataError);
  CHECK_THROWS_AS(model.set_attributes({}, bad), loyal::DataError);
  bad = attributes(4);
  bad.innerIndexPtr()[1] = 9;
  CHECK_THROWS_AS(model.set_attributes({}, bad), loyal::DataError);
  model.set_attributes({}, attributes(4));
  model.fit(of_kinds(6, 6, 6, 1));
  CHECK_THROWS_AS(model.set_attributes({}, SparseMatrix<float>(4, 2)), loyal::ShapeError);
  CHECK_THROWS_AS(model.set_attributes(attributes(4), attributes(4)), loyal::ShapeError);
  const std::vector<std::int32_t> columns{0};
  const std::vector<float> ones{1};
  CHECK_THROWS_AS(model.fold_in({}, {columns, ones}), loyal::DataError);  // users have none
}

}  // namespace fm_recommender_tests
