// SPDX-License-Identifier: MIT
#include <limits>
#include <vector>

#include <loyal/train/classifier.hpp>
#include <loyal/train/logistic_regression.hpp>

#include "../support/catch.hpp"

using namespace loyal;

namespace {

/// The least that a classifier of a user's own needs.
struct Constant {
  double logit = 0;
  void fit(const Matrix<float>&, const Values& labels, const Values& = {}) {
    logit = std::log(labels.sum() / (static_cast<double>(labels.size()) - labels.sum()));
  }
  [[nodiscard]] Vector<double> decision_function(const Matrix<float>& x) const {
    return Vector<double>::Constant(x.rows(), logit);
  }
  [[nodiscard]] Vector<double> predict_proba(const Matrix<float>& x) const {
    return sigmoid(decision_function(x).array());
  }
};
static_assert(Classifier<Constant, float>);
static_assert(!Classifier<Constant, int>);
static_assert(!Classifier<Matrix<float>, float>);
static_assert(Classifier<LogisticRegression<double>, double>);

}  // namespace

TEMPLATE_TEST_CASE("classifier: what fit() is given is checked", "", float, double) {
  using T = TestType;
  Matrix<T> x = Matrix<T>::Ones(3, 2);
  const auto check = [&](const Values& labels, const Values& weights = {}) {
    detail::expect_samples("Here::fit", x, labels, weights);
  };
  CHECK_NOTHROW(check({0, 1, 1}));
  CHECK_NOTHROW(check({0, 0, 0}));  // one class only is for the model to judge
  CHECK_NOTHROW(check({0, 1, 1}, {0, 0.5, 2}));
  CHECK_THROWS_AS(check({0, 1}), ShapeError);
  CHECK_THROWS_AS(check({}), ShapeError);
  CHECK_THROWS_WITH(check({0, 1, 2}),
                    ContainsSubstring("Here::fit: labels[2] is 2, expected 0 or 1"));
  CHECK_THROWS_AS(check({0, 1, 0.5}), DataError);
  CHECK_THROWS_AS(check({0, 1, -1}), DataError);
  CHECK_THROWS_AS(check({0, 1, std::numeric_limits<double>::quiet_NaN()}), DataError);
  CHECK_THROWS_AS(check({0, 1, 1}, {1, 1}), ShapeError);
  CHECK_THROWS_AS(check({0, 1, 1}, {1, 1, -1}), DataError);
  CHECK_THROWS_AS(check({0, 1, 1}, {0, 0, 0}), DataError);
  CHECK_THROWS_AS(check({0, 1, 1}, {1, 1, std::numeric_limits<double>::infinity()}), DataError);
  for (const T bad : {std::numeric_limits<T>::quiet_NaN(), -std::numeric_limits<T>::infinity()}) {
    x(1, 1) = bad;
    CHECK_THROWS_AS(check({0, 1, 1}), DataError);
  }
  x.resize(0, 2);
  CHECK_THROWS_AS(check({}), DataError);
  x.resize(3, 0);
  CHECK_THROWS_AS(check({0, 1, 1}), DataError);
}
