// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <loyal/core/file.hpp>
#include <loyal/core/random.hpp>
#include <loyal/recommend/rating_factors.hpp>

#include "../support/catch.hpp"
#include "../support/temporary_directory.hpp"

namespace rating_factors_tests {

using namespace loyal;

/// Random factors of items; choosing an item speaks for its own factors.
template <Scalar T>
struct Drawn : RatingFactors<Drawn<T>, T> {
  struct Options {
    double regularization = 0.1;
    double bias_regularization = 0.05;
  };
  Options o;

  [[nodiscard]] const Options& options() const { return o; }
  [[nodiscard]] RowVector<T> chosen(std::span<const std::int32_t> items) const {
    RowVector<T> sum = RowVector<T>::Zero(this->item_factors_.cols() - 2);
    for (const auto item : items) sum += T(0.1) * this->item_factors_.row(item).head(sum.size());
    return sum;
  }
  void fit(const Interactions& train) {
    Rng rng{3};
    this->train_ = train;
    this->measure_ratings(train);
    this->item_factors_.resize(train.items(), 5);
    for (Index i = 0; i < this->item_factors_.size(); ++i)
      this->item_factors_.data()[i] = rng.normal<T>();
    this->item_factors_.col(3).setOnes();
    this->user_factors_.resize(train.users(), 5);
    for (Index u = 0; u < train.users(); ++u)
      this->user_factors_.row(u) = this->solve({train.items_of(u), train.values_of(u)});
  }
};

TEMPLATE_TEST_CASE("A folded-in user's factors make the gradient of their problem vanish",
                   "[recommend]", float, double) {
  using T = TestType;
  Rng rng{5};
  std::vector<Interaction> ratings;
  for (int user = 0; user < 12; ++user)
    for (int item = 0; item < 9; ++item)
      if (user < 11 && rng.bernoulli(0.6))
        ratings.push_back({user, item, static_cast<float>(1 + rng.below(5))});
  const Interactions train(12, 9, ratings);
  Drawn<T> model;
  model.fit(train);
  double sum = 0;
  for (const auto& r : ratings) sum += static_cast<double>(r.value);
  CHECK(static_cast<double>(model.mean()) == Approx(sum / static_cast<double>(ratings.size())));
  for (Index user = 0; user < 12; ++user) {
    const auto items = train.items_of(user);
    const auto values = train.values_of(user);
    const auto profile = model.fold_in({items, values});
    CHECK(profile.factors == model.profile(user).factors);
    const RowVector<T> z = model.chosen(items);
    const RowVector<T> p = profile.factors.head(3) - z;
    const T b = profile.factors[3];
    CHECK(profile.factors[4] == 1);
    const auto n = static_cast<T>(items.size());
    RowVector<T> by_p = n * T(0.1) * p;
    T by_b = n * T(0.05) * b;
    for (std::size_t k = 0; k < items.size(); ++k) {
      const auto y = model.item_factors().row(items[k]);
      const T error = static_cast<T>(values[k]) - model.mean() - y[4] - b - y.head(3).dot(p + z);
      by_p -= error * y.head(3);
      by_b -= error;
      CHECK(static_cast<double>(model.score(user, items[k])) ==
            Approx(static_cast<double>(static_cast<T>(values[k]) - model.mean() - error))
                .margin(1e-4));
    }
    const double tolerance = std::is_same_v<T, double> ? 1e-11 : 2e-4;
    CHECK(static_cast<double>(by_p.cwiseAbs().maxCoeff()) < tolerance);
    CHECK(std::abs(static_cast<double>(by_b)) < tolerance);
    for (Index item = 0; item < 9; ++item) {
      CHECK(model.predict(user, item) >= 1);
      CHECK(model.predict(user, item) <= 5);
      CHECK(model.predict(user, item) == model.predict(profile, item));
    }
  }
  CHECK(model.profile(11).factors.head(4) == RowVector<T>::Zero(4));  // rated nothing
  CHECK_THROWS_AS(model.predict(12, 0), DataError);
  CHECK_THROWS_AS(model.predict(0, 9), DataError);
  CHECK_THROWS_AS(Drawn<T>{}.predict(0, 0), NotFitted);
}

TEST_CASE("A file whose lowest rating is above the highest is refused", "[recommend]") {
  const testing::TemporaryDirectory folder;
  const std::string path = folder / "model";
  const std::vector<Interaction> ratings{{0, 0, 1.5F}, {0, 1, 4.25F}, {1, 1, 3}};
  Drawn<double> model;
  model.fit(Interactions(2, 2, ratings));
  model.save(path);
  const auto bytes_of = [](double low, double high) {
    std::string bytes(2 * sizeof(double), 0);
    std::memcpy(bytes.data(), &low, sizeof low);
    std::memcpy(bytes.data() + sizeof low, &high, sizeof high);
    return bytes;
  };
  const std::string valid = read_text(path);
  const auto at = valid.find(bytes_of(1.5, 4.25));
  REQUIRE(at != std::string::npos);
  for (const auto& [low, high] : {std::pair(4.25, 1.5), std::pair(std::nan(""), 4.25)}) {
    std::string wrong = valid;
    wrong.replace(at, 2 * sizeof(double), bytes_of(low, high));
    write_atomically(path, [&](FileWriter& out) { out.write(std::as_bytes(std::span(wrong))); });
    CHECK_THROWS_AS(model.load(path), FormatError);
    CHECK(model.predict(0, 1) <= 4.25);
  }
}

}  // namespace rating_factors_tests
