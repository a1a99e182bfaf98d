// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <vector>

#include <loyal/metrics/multiclass.hpp>

#include "../support/catch.hpp"

using namespace loyal;

TEMPLATE_TEST_CASE("multiclass: agrees with scikit-learn 1.2.1", "", float, double) {
  using T = TestType;
  // i = arange(40); labels = i % 3; predicted = i * i % 3; w = 1 + i % 4 / 2
  // P = [1 + i * 5 % 7, 1 + i * 3 % 11, 2 + i * 2 % 5], rows divided by their sums
  std::vector<int> labels;
  std::vector<int> predicted;
  std::vector<double> w;
  Matrix<T> p(40, 3);
  for (int i = 0; i < 40; ++i) {
    labels.push_back(i % 3);
    predicted.push_back(i * i % 3);
    w.push_back(1 + i % 4 / 2.0);
    p.row(i) << static_cast<T>(1 + i * 5 % 7), static_cast<T>(1 + i * 3 % 11),
        static_cast<T>(2 + i * 2 % 5);
    p.row(i) /= p.row(i).sum();
  }
  const double eps = sizeof(T) == 4 ? 1e-6 : 1e-13;
  CHECK(class_table(labels, predicted, 3).accuracy() == Approx(0.675).epsilon(1e-13));
  CHECK(class_table(labels, predicted, 3).macro_f1() == Approx(0.5555555555555555).epsilon(1e-13));
  CHECK(class_table(labels, predicted, 3, w).macro_f1() ==
        Approx(0.5539215686274509).epsilon(1e-13));
  CHECK(class_table(labels, predicted, 5).macro_f1() == Approx(0.5555555555555555).epsilon(1e-13));
  CHECK(multiclass_log_loss(labels, p) == Approx(1.2546486336615987).epsilon(eps));
  CHECK(multiclass_log_loss(labels, p, w) == Approx(1.2339061357116452).epsilon(eps));
  CHECK(top_k_accuracy(labels, p, 2) == Approx(0.6).epsilon(1e-13));
  CHECK(top_k_accuracy(labels, p, 3) == 1);
}

TEST_CASE("multiclass: bad input") {
  Matrix<double> p(2, 3);
  p << 0.2, 0.3, 0.5, 1, 0, 0;
  CHECK(top_k_accuracy({2, 0}, p) == 1);
  CHECK(multiclass_log_loss({2, 1}, p) == Approx((-std::log(0.5) - std::log(1e-15)) / 2));
  CHECK_THROWS_AS(class_table({}, {}, 3), DataError);
  CHECK_THROWS_AS(class_table({0, 1}, {0}, 3), ShapeError);
  CHECK_THROWS_WITH(class_table({0, 3}, {0, 0}, 3), ContainsSubstring("labels[1] is 3"));
  CHECK_THROWS_AS(class_table({0, 1}, {0, 0.5}, 3), DataError);
  CHECK_THROWS_AS(top_k_accuracy({0, 3}, p), DataError);
  CHECK_THROWS_AS(top_k_accuracy({0, 1}, p, 0), OptionError);
  CHECK_THROWS_AS(multiclass_log_loss({0}, p), ShapeError);
  p(1, 1) = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(top_k_accuracy({0, 1}, p), DataError);
  CHECK_THROWS_AS(multiclass_log_loss({0, 1}, p), DataError);
}
