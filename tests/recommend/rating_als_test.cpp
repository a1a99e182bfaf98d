// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/data/interaction_split.hpp>
#include <loyal/data/interactions_csv.hpp>
#include <loyal/recommend/rating_als.hpp>

#include "../support/catch.hpp"
#include "../support/rating_model.hpp"
#include "../support/recommender_contract.hpp"
#include "../support/temporary_directory.hpp"

namespace rating_als_tests {

using namespace loyal;

/// The objective written out, and its slopes by hand: nothing of the model's own but its options and mean.
struct Objective {
  const Interactions& train;
  const RatingALS<double>::Options& o;
  double mean;

  [[nodiscard]] double loss(const Matrix<double>& x, const Matrix<double>& y) const {
    return visit(x, y, [](auto...) {});
  }

  /// The slopes of users' factors and biases, where @p of_users, or else of items'.
  [[nodiscard]] Matrix<double> gradient(const Matrix<double>& x, const Matrix<double>& y,
                                        bool of_users) const {
    const Index d = x.cols() - 2;
    Matrix<double> slopes = Matrix<double>::Zero(of_users ? x.rows() : y.rows(), d + 1);
    visit(x, y, [&](const Interaction& r, double error) {
      const Index row = of_users ? r.user : r.item;
      const auto own = of_users ? x.row(r.user) : y.row(r.item);
      const auto other = of_users ? y.row(r.item) : x.row(r.user);
      for (Index f = 0; f < d; ++f)
        slopes(row, f) += -2 * error * other[f] + 2 * o.regularization * own[f];
      if (o.biases)
        slopes(row, d) += -2 * error + 2 * o.bias_regularization * own[of_users ? d : d + 1];
    });
    return slopes;
  }

 private:
  template <class F>
  double visit(const Matrix<double>& x, const Matrix<double>& y, const F& f) const {
    const Index d = x.cols() - 2;
    double sum = 0;
    for (const Interaction& r : train.pairs()) {
      double error = static_cast<double>(r.value) - mean - x(r.user, d) - y(r.item, d + 1);
      double penalty = o.bias_regularization *
                       (x(r.user, d) * x(r.user, d) + y(r.item, d + 1) * y(r.item, d + 1));
      for (Index k = 0; k < d; ++k) {
        error -= x(r.user, k) * y(r.item, k);
        penalty += o.regularization * (x(r.user, k) * x(r.user, k) + y(r.item, k) * y(r.item, k));
      }
      sum += error * error + penalty;
      f(r, error);
    }
    return sum;
  }
};

TEMPLATE_TEST_CASE("RatingALS keeps the recommender contract", "[recommend]", float, double) {
  testing::check_recommender(
      [](int threads, std::uint64_t seed) {
        return RatingALS<TestType>{{.factors = 5, .epochs = 3, .seed = seed, .threads = threads}};
      },
      // All ratings there are alike: the mean says everything, whatever the start.
      {.personal = false, .random = false, .again = Duplicates::last});
}

TEMPLATE_TEST_CASE("RatingALS finds tastes, mean and biases", "[recommend]", float, double) {
  testing::check_tastes<RatingALS<TestType>>({.factors = 4, .regularization = 0.03, .epochs = 20});
  testing::check_tastes<RatingALS<TestType>>(
      {.factors = 4, .regularization = 0.03, .biases = false, .epochs = 20});
}

TEST_CASE("RatingALS refuses options outside their domains", "[recommend]") {
  testing::check_rating_options<RatingALS<float>>();
  CHECK_THROWS_AS((RatingALS<float>{{.threads = -1}}), OptionError);
}

TEST_CASE("Every half step of RatingALS ends where the objective is flat, and never rises",
          "[recommend]") {
  // More than 128 ratings of a user, and users and items without any.
  const auto few = testing::tastes(30, 320, 5);
  const Interactions train(32, 323, few.pairs());
  for (const Index factors : {1, 3, 12})
    for (const bool biases : {true, false}) {
      CAPTURE(factors, biases);
      RatingALS<double>::Options options{.factors = factors,
                                         .regularization = 0.05,
                                         .biases = biases,
                                         .bias_regularization = 0.02,
                                         .init_scale = 0.5};
      RatingALS<double> before;
      double least = std::numeric_limits<double>::infinity();
      for (int epochs = 1; epochs <= 4; ++epochs) {
        options.epochs = epochs;
        RatingALS<double> model{options};
        model.fit(train);
        const Objective objective{train, options, model.mean()};
        const auto& x = model.user_factors();
        const auto& y = model.item_factors();
        // fit() ends with the users: one epoch less gives the users for which these items were solved.
        if (epochs > 1) {
          const auto& held = before.user_factors();
          CHECK(objective.gradient(held, y, false).cwiseAbs().maxCoeff() < 1e-8);
          const double loss = objective.loss(held, y);
          CHECK(loss <= least * (1 + 1e-12));
          least = loss;
        }
        CHECK(objective.gradient(x, y, true).cwiseAbs().maxCoeff() < 1e-8);
        const double loss = objective.loss(x, y);
        CHECK(loss <= least * (1 + 1e-12));
        CHECK(model.loss() == Approx(loss).epsilon(1e-10));
        least = loss;
        CHECK(x.col(factors + 1).isOnes());
        CHECK(y.col(factors).isOnes());
        CHECK(x.bottomRows(2).leftCols(factors + 1).isZero(0));
        CHECK(y.bottomRows(3).leftCols(factors).isZero(0));
        CHECK(y.col(factors + 1).isZero(0) == !biases);
        before = std::move(model);
      }
      CHECK(before.predict(31, 322) == Approx(before.mean()));
    }
}

TEMPLATE_TEST_CASE("RatingALS folds a known user in to the last bit", "[recommend]", float,
                   double) {
  const auto train = testing::tastes(40, 300, 6);
  for (const bool biases : {true, false}) {
    RatingALS<TestType> model{{.factors = 9, .biases = biases, .epochs = 4}};
    model.fit(train);
    for (Index user = 0; user < train.users(); ++user)
      CHECK(model.fold_in({train.items_of(user), train.values_of(user)}).factors ==
            model.user_factors().row(user));
  }
}

TEMPLATE_TEST_CASE("RatingALS gives the same bits for any number of threads", "[recommend]", float,
                   double) {
  const auto train = testing::tastes(150, 110, 7);
  const auto more = testing::tastes(170, 120, 8);
  RatingALS<TestType> one{{.factors = 6, .epochs = 5, .threads = 1}};
  one.fit(train);
  RatingALS<TestType> longer = one;
  longer.partial_fit(more);
  for (const int threads : {2, 7}) {
    RatingALS<TestType> many{{.factors = 6, .epochs = 5, .threads = threads}};
    many.fit(train);
    CHECK(many.user_factors() == one.user_factors());
    CHECK(many.item_factors() == one.item_factors());
    many.partial_fit(more);
    CHECK(many.user_factors() == longer.user_factors());
    CHECK(many.item_factors() == longer.item_factors());
  }
}

TEST_CASE("RatingALS goes on from where it stood", "[recommend]") {
  const auto train = testing::tastes(60, 40, 9);
  RatingALS<double> model{{.factors = 4, .epochs = 3}};
  model.fit(train);
  const double loss = model.loss();
  RatingALS<double> longer = model;
  longer.partial_fit(Interactions(60, 40, {}));
  CHECK(longer.loss() < loss);
  RatingALS<double> straight{{.factors = 4, .epochs = 6}};
  straight.fit(train);
  CHECK(longer.loss() == Approx(straight.loss()).epsilon(1e-10));
  // Items that nobody had rated so far find factors too.
  RatingALS<double> late{{.factors = 4, .regularization = 0.03}};
  late.fit(Interactions(60, 40, {}));
  CHECK(late.predict(3, 3) == 0);
  late.partial_fit(train);
  RatingALS<double> fresh{late.options()};
  fresh.fit(train);
  CHECK(late.item_factors() == fresh.item_factors());
}

TEST_CASE("RatingALS refuses what is no rating, and stays as it was", "[recommend]") {
  const auto train = testing::tastes(20, 10, 10);
  RatingALS<float> model{{.factors = 2, .epochs = 2}};
  CHECK_THROWS_AS(model.loss(), NotFitted);
  model.fit(train);
  const Matrix<float> items = model.item_factors();
  for (const float bad : {NAN, INFINITY, -INFINITY}) {
    const std::vector<Interaction> pairs{{0, 0, bad}};
    CHECK_THROWS_AS(model.fit(Interactions(1, 1, pairs)), DataError);
    const std::vector<std::int32_t> rated{0, 3};
    const std::vector<float> ratings{4, bad};
    CHECK_THROWS_AS(model.fold_in({rated, ratings}), DataError);
  }
  CHECK_THROWS_AS(model.fit(Interactions(0, 3, {})), DataError);
  CHECK_THROWS_AS(model.fit(Interactions(3, 0, {})), DataError);
  CHECK(model.item_factors() == items);
}

TEST_CASE("RatingALS goes on after load with the factors of the file", "[recommend]") {
  const testing::TemporaryDirectory folder;
  const std::string path = folder.path() + "/model.safetensors";
  const auto train = testing::tastes(20, 10, 11);
  RatingALS<float> model{{.factors = 3, .epochs = 2}};
  model.fit(train);
  model.save(path);
  RatingALS<float> other{{.factors = 8, .epochs = 2}};
  other.load(path);
  other.partial_fit(testing::tastes(25, 12, 12));
  model.partial_fit(testing::tastes(25, 12, 12));
  CHECK(other.item_factors() == model.item_factors());
  CHECK(other.user_factors() == model.user_factors());
}

TEST_CASE("RatingALS on MovieLens 100K, one of five folds", "[recommend]") {
  const char* const folder = std::getenv("LOYAL_DATA");
  if (folder == nullptr) {
    WARN("LOYAL_DATA is not set: skipped");
    return;
  }
  const auto all = read_interactions_csv(
      std::string(folder) + "/ml-100k/u.data",
      {.user = "0", .item = "1", .value = "2", .csv = {.delimiter = '\t', .header = false}});
  const auto fold = std::move(k_fold(all, 5, 1)[0]);
  RatingALS<float> model{{.factors = 8, .epochs = 8}};
  model.fit(fold.train);
  CHECK(testing::rmse(model, fold.test) < 0.93);
}

}  // namespace rating_als_tests
