// SPDX-License-Identifier: MIT
#include <cstdint>
#include <string>
#include <vector>

#include <loyal/core/safetensors.hpp>
#include <loyal/recommend/item_weights.hpp>

#include "../support/catch.hpp"
#include "../support/recommender_contract.hpp"
#include "../support/temporary_directory.hpp"

namespace item_weights_tests {

using loyal::Index;
using loyal::Interaction;
using loyal::Interactions;

/// W_ji = number of users who have both, times 1 + the difference of their numbers: not symmetric.
template <class T, class Weights>
class Together : public loyal::ItemWeightRecommender<Together<T, Weights>, T, Weights> {
 public:
  void fit(const Interactions& train) {
    this->expect_usable("Together::fit", train);
    const loyal::SparseMatrix<T> x = train.matrix<T>();
    loyal::SparseMatrix<T> xt = x.transpose();
    loyal::SparseMatrix<T> w = xt * x;
    for (Index j = 0; j < w.rows(); ++j)
      for (typename loyal::SparseMatrix<T>::InnerIterator it(w, j); it; ++it)
        it.valueRef() *= j == it.col() ? T(0) : T(1) + T(0.01) * static_cast<T>(j - it.col());
    this->weights_.rows = w;
    this->train_ = train;
  }
};

TEMPLATE_TEST_CASE("Item weights, sparse and dense, keep the contract of recommenders",
                   "[recommend]", loyal::SparseItemWeights<float>,
                   loyal::DenseItemWeights<double>) {
  using T = std::remove_cvref_t<decltype(TestType().weight(0, 0))>;
  loyal::testing::check_recommender([](int, std::uint64_t) { return Together<T, TestType>(); },
                                    {.random = false});
}

TEMPLATE_TEST_CASE("Item weights: scores, reasons and neighbors by hand", "[recommend]",
                   loyal::SparseItemWeights<double>, loyal::DenseItemWeights<double>) {
  Together<double, TestType> model;
  const std::vector<Interaction> pairs{{0, 0, 2}, {0, 1}, {1, 0}, {1, 1}, {1, 2}, {2, 2, 3}};
  model.fit(Interactions(3, 4, pairs));
  // Both: (0,1) 3, (0,2) 1, (1,2) 1.
  CHECK(model.score(0, 2) == Approx(2 * 1 * 0.98 + 1 * 0.99));
  CHECK(model.score(2, 0) == Approx(3 * 1 * 1.02));
  const auto reasons = model.explain(model.profile(0), 2, 5);
  REQUIRE(reasons.size() == 2);
  CHECK(reasons[0].index == 0);
  CHECK(reasons[0].score == Approx(1.96));
  CHECK(reasons[1].score == Approx(0.99));
  CHECK(model.explain(model.profile(0), 3, 5).size() == 0);
  const auto near = model.similar_items(1, 5);
  REQUIRE(near.size() >= 2);
  CHECK(near[0].index == 0);
  CHECK(near[0].score == Approx(3 * 1.01));
  const std::vector<std::int32_t> history{2};
  const std::vector<float> values{-1};
  CHECK(model.recommend(model.fold_in({history, values}), 4, {.seen = true})[0].score <= 0);
}

TEST_CASE("Item weights: files that do not fit their interactions are refused", "[recommend]") {
  const loyal::testing::TemporaryDirectory directory;
  const Interactions train(2, 3, {});
  const loyal::StoredInteractions stored(train);
  const auto attempt = [&](const std::vector<std::int32_t>& offsets,
                           const std::vector<std::int32_t>& items, Index weights) {
    loyal::SafetensorsWriter file;
    stored.add_to(file, "train");
    const std::vector<float> values(static_cast<std::size_t>(weights), 1.0F);
    file.add("weight_offsets", {std::ssize(offsets)}, offsets);
    file.add("weight_items", {std::ssize(items)}, items);
    file.add("weights", {weights}, values);
    const std::string path = directory / "model";
    file.write(path);
    Together<float, loyal::SparseItemWeights<float>> model;
    try {
      model.load(path);
    } catch (const loyal::Error&) {
      CHECK(model.train().users() == 0);
      return false;
    }
    return true;
  };
  CHECK(attempt({0, 1, 1, 3}, {2, 0, 1}, 3));
  CHECK_FALSE(attempt({0, 1, 1}, {2}, 1));           // rows
  CHECK_FALSE(attempt({0, 1, 1, 3}, {2, 0, 1}, 2));  // weights
  CHECK_FALSE(attempt({0, 1, 1, 3}, {2, 1, 1}, 3));  // an item twice
  CHECK_FALSE(attempt({0, 1, 1, 3}, {2, 0, 3}, 3));  // no such item
  CHECK_FALSE(attempt({0, 2, 1, 3}, {0, 1, 1}, 3));  // offsets fall
  CHECK_FALSE(attempt({0, 1, 1, 2}, {2, 0, 1}, 3));  // offsets end early
  CHECK_FALSE(attempt({1, 1, 1, 3}, {2, 0, 1}, 3));  // offsets begin late
}

}  // namespace item_weights_tests
