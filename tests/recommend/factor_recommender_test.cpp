// SPDX-License-Identifier: MIT
#include <cmath>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/recommend/factor_recommender.hpp>

#include "../support/catch.hpp"
#include "../support/recommender_contract.hpp"

namespace factor_recommender_tests {

using namespace loyal;

/// The least that a factor model writes itself: here items have random factors and a user the mean of theirs.
template <Scalar T>
struct Mean : FactorRecommender<Mean<T>, T> {
  void fit(const Interactions& train) {
    Rng rng{4};
    this->train_ = train;
    this->item_factors_.resize(train.items(), 6);
    for (Index i = 0; i < this->item_factors_.size(); ++i)
      this->item_factors_.data()[i] = rng.normal<T>();
    this->user_factors_.setZero(train.users(), 6);
    for (Index u = 0; u < train.users(); ++u)
      this->user_factors_.row(u) = fold_in({train.items_of(u), train.values_of(u)}).factors;
  }
  void partial_fit(const Interactions& more) { fit(this->train_.joined(more)); }
  [[nodiscard]] UserProfile<T> fold_in(const UserHistory& history) const {
    this->expect_history("Mean::fold_in", history);
    RowVector<T> mean = RowVector<T>::Zero(6);
    for (const auto item : history.items) mean += this->item_factors_.row(item);
    if (!history.items.empty()) mean /= static_cast<T>(history.items.size());
    return {mean,
            {history.items.begin(), history.items.end()},
            {history.values.begin(), history.values.end()}};
  }
};

static_assert(Recommender<Mean<float>> && Recommender<Mean<double>>);

TEMPLATE_TEST_CASE("A model of factors scores by products, and finds like items by angles",
                   "[recommend]", float, double) {
  using T = TestType;
  Mean<T> model;
  model.fit(testing::grouped_interactions());
  Matrix<T> scores(model.users(), model.items());
  model.score_users(0, scores);
  std::vector<T> one(static_cast<std::size_t>(model.items()));
  for (Index u = 0; u < model.users(); ++u) {
    model.score_items(model.profile(u), std::span<T>(one));
    for (Index i = 0; i < model.items(); ++i) {
      double sum = 0;
      for (Index f = 0; f < 6; ++f)
        sum += static_cast<double>(model.user_factors()(u, f)) *
               static_cast<double>(model.item_factors()(i, f));
      CHECK(static_cast<double>(scores(u, i)) == Approx(sum).margin(1e-5));
      CHECK(static_cast<double>(one[static_cast<std::size_t>(i)]) == Approx(sum).margin(1e-5));
      CHECK(static_cast<double>(model.score(u, i)) == Approx(sum).margin(1e-5));
    }
  }
  const auto cosine = [&](Index a, Index b) {
    const auto x = model.item_factors().row(a);
    const auto y = model.item_factors().row(b);
    return static_cast<double>(x.dot(y)) /
           std::sqrt(static_cast<double>(x.squaredNorm() * y.squaredNorm()));
  };
  for (Index item = 0; item < model.items(); ++item) {
    const auto near = model.similar_items(item, 100);
    REQUIRE(std::ssize(near) == model.items() - 1);
    for (std::size_t r = 0; r < near.size(); ++r) {
      CHECK(near[r].index != item);
      CHECK(static_cast<double>(near[r].score) == Approx(cosine(item, near[r].index)).margin(1e-5));
      CHECK((r == 0 || near[r - 1].score >= near[r].score));
    }
    for (const auto& [past, weight] : model.explain(model.profile(0), item, 3)) {
      CHECK(model.train().contains(0, static_cast<std::int32_t>(past)));
      CHECK(static_cast<double>(weight) == Approx(cosine(item, past)).margin(1e-5));
    }
  }
}

}  // namespace factor_recommender_tests
