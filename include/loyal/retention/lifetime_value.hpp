// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <concepts>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "../math/values.hpp"
#include "purchase_history.hpp"

namespace loyal {

/// Tells how many purchases to expect of one customer: BGNBD, MBGNBD, ParetoNBD, BGBB.
template <class M>
concept PurchaseForecast = requires(const M& model, const PurchaseRecord& record) {
  { model.expected_purchases(1.0, record) } -> std::same_as<double>;
};

/// Over what time value counts, and how much less the later part.
struct LifetimeValueOptions {
  Index periods = 12;  ///< periods ahead; >= 1
  double period = 1;   ///< length of one in the history's unit of time, such as 4.345 weeks; > 0
  double discount =
      0;              ///< rate a period: what is bought in the k-th counts (1 + discount)^-k; >= 0
  double margin = 1;  ///< share of the amounts that is profit; finite
};

/// Customer lifetime value: the discounted profit expected of a customer's purchases to come.
///
///   CLV = margin amount sum over k = 1 .. periods of (E[X(k period)] - E[X((k - 1) period)]) / (1 + discount)^k
/// E[X(t)] being the purchases expected in (T, T + t] and `amount` what one of them is expected to bring. For all
/// purchases for ever, discounted continuously, see ParetoNBD::discounted_purchases.
/// | argument | shape | meaning |
/// | history | n | pasts of the customers |
/// | amounts | n | expected amount of a purchase, as GammaGamma::expected_amount gives; finite |
/// | result | n | money |
/// @throws OptionError for options out of range; DataError for a row that cannot be or an amount that is not finite (a
/// Gamma-Gamma model with q <= 1 has no mean); ShapeError if sizes differ.
/// Source: Fader, Hardie & Lee, Journal of Marketing Research 42(4), 2005: expected purchases times expected amount.
/// Cost: periods predictions a customer.
///
///     const loyal::BGNBD<double> purchases{{.r = 0.24, .alpha = 4.4, .a = 0.79, .b = 2.4}};
///     loyal::PurchaseHistory<double> history;
///     history.frequency = loyal::Vector<double>::Constant(1, 2);
///     history.recency = loyal::Vector<double>::Constant(1, 30);
///     history.age = loyal::Vector<double>::Constant(1, 39);
///     const auto value = loyal::lifetime_value(purchases, history, {35.0}, {.periods = 12, .period = 52 / 12.0});
///     const double sum = 35 * purchases.expected_purchases(52, history)[0];
///     if (std::abs(value[0] - sum) > 1e-9) return 1;
template <class Model, Scalar T>
[[nodiscard]] Vector<double> lifetime_value(const Model& model, const PurchaseHistory<T>& history,
                                            const Values& amounts,
                                            const LifetimeValueOptions& options = {}) {
  static_assert(PurchaseForecast<Model>);
  const char* where = "lifetime_value";
  const auto& [periods, period, discount, margin] = options;
  detail::expect_option(where, "periods", periods, periods >= 1, ">= 1");
  detail::expect_option(where, "period", period, period > 0 && std::isfinite(period), "> 0");
  detail::expect_option(where, "discount", discount, discount >= 0 && std::isfinite(discount),
                        ">= 0");
  detail::expect_option(where, "margin", margin, std::isfinite(margin), "finite");
  detail::expect_size(where, "the number of amounts", amounts.size(), history.size());
  detail::expect_finite(where, "amounts", amounts);
  Vector<double> value = Vector<double>::Zero(history.size());
  Vector<double> before = Vector<double>::Zero(history.size());
  for (Index k = 1; k <= periods; ++k) {
    const auto ahead = static_cast<double>(k) * period;
    const Vector<double> until = model.expected_purchases(ahead, history);
    const double factor = std::pow(1 + discount, -static_cast<double>(k));
    for (Index i = 0; i < history.size(); ++i) {
      value[i] += factor * (until[i] - before[i]) * margin * amounts[i];
      before[i] = until[i];
    }
  }
  return value;
}

}  // namespace loyal
