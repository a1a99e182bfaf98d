// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>

#include <loyal/loss/loss_function.hpp>

#include "catch.hpp"
#include "gradient_check.hpp"

namespace loyal::testing {

/// Rows from .. from + n - 1 of predictions or targets: matrices, or class numbers.
template <class A>
A loss_rows(const A& all, Index from, Index n) {
  if constexpr (requires { all.middleRows(from, n); })
    return all.middleRows(from, n);
  else
    return A(all.begin() + from, all.begin() + from + n);
}

/// Checks what every loss promises, for predictions in double.
template <class L>
void check_loss(const L& loss, const Matrix<double>& x, const TargetOf<L, Matrix<double>>& target) {
  static_assert(Loss<L, Matrix<double>>);
  const Index rows = x.rows();
  Rng rng{77};
  Vector<double> weights(rows);
  for (double& w : weights) w = rng.uniform(0.2, 3.0);

  for (const Vector<double>& w : {Vector<double>(), weights}) {
    INFO((w.size() == 0 ? "without weights" : "with weights"));
    Matrix<double> gradient;
    const double value = mean_loss(loss, x, target, w, gradient);
    CHECK(value == mean_loss(loss, x, target, w));
    const auto f = [&](const Vector<double>& v) {
      return mean_loss(loss, Eigen::Map<const Matrix<double>>(v.data(), rows, x.cols()).eval(),
                       target, w);
    };
    CHECK(gradient_error(f, Eigen::Map<const Vector<double>>(x.data(), x.size()),
                         Eigen::Map<Vector<double>>(gradient.data(), gradient.size()),
                         1e-4) < 1e-6);

    INFO("pieces with the divisor of the whole add up");
    const double divisor = loss.divisor(x, target, w);
    double sum = 0;
    double divisors = 0;
    for (Index r = 0; r < rows; r += 2) {
      const Index n = std::min<Index>(2, rows - r);
      const Vector<double> part_w = w.size() == 0 ? w : Vector<double>(w.segment(r, n));
      const Matrix<double> part_x = loss_rows(x, r, n);
      const auto part_target = loss_rows(target, r, n);
      Matrix<double> part;
      sum += loss.evaluate(part_x, part_target, part_w, divisor, &part);
      divisors += loss.divisor(part_x, part_target, part_w);
      CHECK((part - gradient.middleRows(r, n)).norm() < 1e-14);
    }
    CHECK(sum == Approx(value).epsilon(1e-13));
    CHECK(divisors == Approx(divisor).epsilon(1e-13));
  }
  {
    INFO("equal weights change nothing, a whole weight is a repetition, zero leaves out");
    const double plain = mean_loss(loss, x, target);
    CHECK(mean_loss(loss, x, target, Vector<double>::Constant(rows, 2.5)) ==
          Approx(plain).epsilon(1e-13));
    Vector<double> w = Vector<double>::Zero(rows);
    w[0] = 2;
    w[rows - 1] = 1;
    const auto alone = [&](Index r) {
      return mean_loss(loss, loss_rows(x, r, 1), loss_rows(target, r, 1));
    };
    Matrix<double> gradient;
    const double d0 = loss.divisor(loss_rows(x, 0, 1), loss_rows(target, 0, 1), {});
    const double d1 = loss.divisor(loss_rows(x, rows - 1, 1), loss_rows(target, rows - 1, 1), {});
    CHECK(mean_loss(loss, x, target, w, gradient) ==
          Approx((2 * d0 * alone(0) + d1 * alone(rows - 1)) / (2 * d0 + d1)).epsilon(1e-13));
    CHECK(gradient.middleRows(1, rows - 2).isZero(0));
  }
  {
    INFO("tensors and single precision give the same");
    const Matrix<float> xf = x.template cast<float>();
    if constexpr (std::is_same_v<TargetOf<L, Matrix<double>>, Matrix<double>>) {
      const Matrix<float> tf = target.template cast<float>();
      CHECK(mean_loss(loss, xf, tf) == Approx(mean_loss(loss, x, target)).epsilon(1e-5));
      if (rows % 2 == 0) {
        const std::array<Index, 3> shape{2, rows / 2, x.cols()};
        const Tensor<double, 3> xt = to_tensor(x, shape);
        const Tensor<double, 3> tt = to_tensor(Matrix<double>(target), shape);
        Tensor<double, 3> gradient;
        Matrix<double> expected;
        CHECK(mean_loss(loss, xt, tt, {}, gradient) == mean_loss(loss, x, target, {}, expected));
        CHECK(as_matrix(gradient) == expected);
      }
    } else {
      CHECK(mean_loss(loss, xf, target) == Approx(mean_loss(loss, x, target)).epsilon(1e-5));
    }
  }
  {
    INFO("no rows, or only rows of no weight: 0, and a gradient of zeros");
    Matrix<double> gradient = Matrix<double>::Ones(1, 1);
    CHECK(mean_loss(loss, loss_rows(x, 0, 0), loss_rows(target, 0, 0), {}, gradient) == 0);
    CHECK(gradient.rows() == 0);
    CHECK(mean_loss(loss, x, target, Vector<double>::Zero(rows), gradient) == 0);
    CHECK(gradient == Matrix<double>::Zero(rows, x.cols()));
  }
  {
    INFO("errors");
    CHECK_THROWS_AS(mean_loss(loss, x, loss_rows(target, 0, rows - 1)), ShapeError);
    CHECK_THROWS_AS(mean_loss(loss, x, target, Vector<double>::Ones(rows + 1)), ShapeError);
    Vector<double> w = Vector<double>::Ones(rows);
    for (const double bad : {-1.0, static_cast<double>(NAN), static_cast<double>(INFINITY)}) {
      w[1] = bad;
      CHECK_THROWS_AS(mean_loss(loss, x, target, w), DataError);
    }
    Matrix<double> with_gap = x;
    with_gap(0, 0) = NAN;
    CHECK(std::isnan(mean_loss(loss, with_gap, target)));
  }
}

}  // namespace loyal::testing
