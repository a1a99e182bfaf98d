// SPDX-License-Identifier: MIT
#pragma once

#include "../math/bounds.hpp"
#include "loss_function.hpp"

namespace loyal {

/// Mean squared error: mean over elements of (x - t)^2.
///
///   prediction, target   samples x outputs
///
/// @throws ShapeError if shapes differ; DataError for a target that is not finite.
/// Source: none, textbook; no factor 1/2, as in torch. Cost: one pass.
///
///     const loyal::Matrix<double> x = loyal::Matrix<double>::Constant(2, 2, 3);
///     const loyal::Matrix<double> t = loyal::Matrix<double>::Zero(2, 2);
///     if (loyal::mean_loss(loyal::SquaredError{}, x, t) != 9) return 1;
struct SquaredError : detail::ElementwiseLoss<SquaredError> {
  static constexpr const char* name = "SquaredError";

  auto value(const auto& x, const auto& t) const { return (x - t).square(); }
  auto slope(const auto& x, const auto& t) const {
    using T = typename std::remove_cvref_t<decltype(x)>::Scalar;
    return T(2) * (x - t);
  }
  void expect_target(const auto& t) const {
    if (!t.allFinite()) detail::fail<DataError>(name, "a target", "not finite", "a number");
  }
};

/// Huber's loss: squared near the target, linear beyond delta, so that outliers pull with bounded force.
///
///   (x - t)^2 / 2 where |x - t| <= delta;  delta (|x - t| - delta / 2) elsewhere
///
/// @throws OptionError unless delta > 0; ShapeError, DataError as SquaredError.
/// Source: Huber, Ann. Math. Stat. 35, 1964; the factor 1/2 as in torch. Cost: one pass.
///
///     const loyal::Matrix<double> x = loyal::Matrix<double>::Constant(1, 1, 3);
///     const loyal::Matrix<double> t = loyal::Matrix<double>::Zero(1, 1);
///     if (loyal::mean_loss(loyal::Huber{1.0}, x, t) != 2.5) return 1;
class Huber : public detail::ElementwiseLoss<Huber> {
 public:
  static constexpr const char* name = "Huber";

  Huber() = default;
  explicit Huber(double delta) : delta_(delta) {
    detail::expect_option("Huber", "delta", delta, delta > 0, "> 0");
  }
  [[nodiscard]] double delta() const noexcept { return delta_; }

  // With c the error cut to [-delta, delta]: the value is c (error - c / 2), the slope is c.
  auto value(const auto& x, const auto& t) const {
    using T = typename std::remove_cvref_t<decltype(x)>::Scalar;
    return slope(x, t) * ((x - t) - slope(x, t) * T(0.5));
  }
  auto slope(const auto& x, const auto& t) const {
    using T = typename std::remove_cvref_t<decltype(x)>::Scalar;
    const T delta = static_cast<T>(delta_);
    return at_least(at_most(x - t, delta), -delta);
  }
  void expect_target(const auto& t) const { SquaredError{}.expect_target(t); }

 private:
  double delta_ = 1;
};

}  // namespace loyal
