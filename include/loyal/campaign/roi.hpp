// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <limits>
#include <type_traits>

#include "../core/error.hpp"
#include "../core/types.hpp"

namespace loyal {

/// Return on investment of a campaign: what a unit of money spent brought beyond itself.
///   ROI = (gain - cost) / cost
/// @throws OptionError unless cost > 0 and gain is finite.
///
///     if (loyal::roi(300, 200) != 0.5) return 1;
inline double roi(double gain, double cost) {
  detail::expect_option("roi", "gain", gain, std::isfinite(gain), "finite");
  detail::expect_option("roi", "cost", cost, cost > 0 && std::isfinite(cost), "> 0");
  return (gain - cost) / cost;
}

/// What a retention offer costs and brings, customer by customer.
///
/// A customer who would leave with probability p, and whose staying is worth v, is contacted for f.
/// The offer costs d when it is taken. Someone about to leave takes it with probability a, and then
/// stays; someone who would stay anyway takes it with probability t, and nothing is gained:
///   gain(p, v)   = p a v
///   cost(p)      = f + d (p a + (1 - p) t)
///   profit(p, v) = gain - cost = p a (v - d - f) - p (1 - a) f - (1 - p) (t d + f)
/// Money that comes in is positive. Not contacting costs and brings nothing, so that a profit is
/// always the difference the contact makes.
/// | symbol | meaning | unit |
/// | p | probability of leaving without the offer | in [0, 1] |
/// | v | value of a customer who stays, over the horizon of interest | money, discounted |
///
/// Source: Neslin, Gupta, Kamakura, Lu & Mason, Journal of Marketing Research 43(2), 2006, equation
/// 1, for one customer and without the fixed cost of the campaign, with p in the place of the
/// churn rate times the lift; the same in Verbraken, Verbeke & Baesens, IEEE TKDE 25(5), 2013. Both
/// have t = 1: whoever stays takes the offer. The defaults are those of the second paper (they take
/// a from Beta(6, 14), whose mean is 0.3, and v = 200).
///
///     const loyal::RetentionOffer offer{{.contact_cost = 1, .incentive_cost = 10, .acceptance =
///     0.3}}; const double worth = offer.profit(0.5, 200);  // 0.15 * 200 - 1 - 10 * (0.15 + 0.5)
///     if (worth < 22.499 || worth > 22.501) return 1;
///     if (offer.profit(offer.break_even(200), 200) > 1e-9) return 1;
class RetentionOffer {
 public:
  struct Options {
    double contact_cost = 1;      ///< f, money for each customer contacted; >= 0
    double incentive_cost = 10;   ///< d, money for each offer taken; >= 0
    double acceptance = 0.3;      ///< a, share of leavers who take it and stay; in [0, 1]
    double taken_by_stayers = 1;  ///< t, share of stayers who take it all the same; in [0, 1]
  };

  RetentionOffer() = default;

  /// @throws OptionError if an option lies outside the domain given above.
  explicit RetentionOffer(const Options& options) : options_(options) {
    const auto& [f, d, a, t] = options;
    detail::expect_option("RetentionOffer", "contact_cost", f, f >= 0 && std::isfinite(f), ">= 0");
    detail::expect_option("RetentionOffer", "incentive_cost", d, d >= 0 && std::isfinite(d),
                          ">= 0");
    detail::expect_option("RetentionOffer", "acceptance", a, a >= 0 && a <= 1, "in [0, 1]");
    detail::expect_option("RetentionOffer", "taken_by_stayers", t, t >= 0 && t <= 1, "in [0, 1]");
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }

  /// Expected value saved by contacting: p a v.
  [[nodiscard]] double gain(double p, double value) const noexcept {
    return p * options_.acceptance * value;
  }

  /// Expected money spent on contacting: f + d (p a + (1 - p) t).
  [[nodiscard]] double cost(double p) const noexcept {
    const auto& [f, d, a, t] = options_;
    return f + d * (p * a + (1 - p) * t);
  }

  /// Expected profit of contacting. With p = 1 or 0 for a customer known to have left or stayed, it
  /// is the profit realised, up to the acceptance, which nobody observes without a campaign.
  [[nodiscard]] double profit(double p, double value) const noexcept {
    return gain(p, value) - cost(p);
  }

  /// The probability of leaving above which contacting pays:
  ///   p* = (t d + f) / (a (v - d) + t d)
  /// It may exceed 1, and is infinite where profit does not rise with p: then contacting never
  /// pays.
  [[nodiscard]] double break_even(double value) const noexcept {
    const auto& [f, d, a, t] = options_;
    const double lost_on_stayer = t * d + f;
    const double slope = a * (value - d) + t * d;
    if (slope > 0) return lost_on_stayer / slope;
    return std::numeric_limits<double>::infinity();
  }

 private:
  Options options_;
};

namespace detail {

/// Finite doubles out of one column, whatever its scalar type.
template <class Derived>
Vector<double> finite_column(const char* where, const char* what,
                             const Eigen::MatrixBase<Derived>& column) {
  expect_size(where, "columns", column.cols(), 1);
  Vector<double> values = column.template cast<double>();
  for (const double value : values)
    if (!std::isfinite(value)) fail<DataError>(where, what, value, "finite");
  return values;
}

/// A value for each of n customers: one for all of them, or a column with their own.
template <class Number>
requires std::is_arithmetic_v<Number> Vector<double> value_of_each(const char* where, Number value,
                                                                   Index n) {
  const auto same = static_cast<double>(value);
  if (!std::isfinite(same)) fail<DataError>(where, "value", same, "finite");
  return Vector<double>::Constant(n, same);
}
template <class Derived>
Vector<double> value_of_each(const char* where, const Eigen::MatrixBase<Derived>& values, Index n) {
  expect_size(where, "values", values.size(), n);
  return finite_column(where, "value", values);
}

template <class Derived>
Vector<double> probability_column(const char* where, const Eigen::MatrixBase<Derived>& column) {
  Vector<double> p = finite_column(where, "probability", column);
  for (const double each : p)
    if (each < 0 || each > 1) fail<DataError>(where, "probability", each, "in [0, 1]");
  return p;
}

/// Labels: exactly 0 or 1.
template <class Derived>
Vector<double> label_column(const char* where, const Eigen::MatrixBase<Derived>& column) {
  Vector<double> y = finite_column(where, "label", column);
  for (const double each : y)
    if (each != 0 && each != 1) fail<DataError>(where, "label", each, "0 or 1");
  return y;
}

}  // namespace detail
}  // namespace loyal
