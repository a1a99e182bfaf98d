// SPDX-License-Identifier: MIT
#pragma once

#include "detail/beta_geometric.hpp"
#include "detail/purchase_model.hpp"

namespace loyal {

/// BG/NBD: how often customers without a contract buy, and whether they are still there.
///
/// A customer buys at random moments at a rate lambda and leaves after each repeat purchase with probability p; over
/// customers lambda ~ Gamma(r, alpha), p ~ Beta(a, b). With x repeat purchases, the last at t_x, until T,
///   L = B(a, b + x) / B(a, b) Gamma(r + x) alpha^r / (Gamma(r) (alpha + T)^(r + x))
///     + (x > 0) B(a + 1, b + x - 1) / B(a, b) Gamma(r + x) alpha^r / (Gamma(r) (alpha + t_x)^(r + x))
///   P(alive) = 1 / (1 + (x > 0) a / (b + x - 1) ((alpha + T) / (alpha + t_x))^(r + x))
///   E[purchases in (T, T + t]] = P(alive) (a + b + x - 1) / (a - 1)
///       [1 - ((alpha + T) / (alpha + T + t))^(r + x) 2F1(r + x, b + x; a + b + x - 1; t / (alpha + T + t))]
/// Covariates z of a customer, as in CLVTools: alpha exp(-z' g_rate), a exp(z' g_dropout), b exp(z' g_dropout).
/// The result of fit() holds r, alpha, a, b, then the coefficients; alpha is in the histories' unit of time.
/// Where no maximum exists (nobody bought twice, everyone alike) result() says so: converged() is false.
/// @throws OptionError for options out of range; DataError for a row that cannot be; ShapeError; NotFitted.
/// Source: Fader, Hardie & Lee, Marketing Science 24(2), 2005, equations 6, 8 to 10; the expectation by a series of our
/// own without the poles of the closed form. Cost: some 10 passes over the customers, of some 10 ns each.
///
///     loyal::Rng rng{1};
///     const loyal::BGNBD<double> truth{{.r = 0.5, .alpha = 5, .a = 0.8, .b = 2.5}};
///     const auto history = truth.simulate(loyal::Vector<double>::Constant(3000, 40), rng);
///     loyal::BGNBD<double> model;
///     const auto& result = model.fit(history);
///     if (!result.converged() || result.interval(0).low > 0.5 || result.interval(0).high < 0.5) return 1;
///     const double next_year = model.expected_purchases(52, {.frequency = 2, .recency = 30, .age = 39});
///     if (!(next_year > 0)) return 2;
template <Scalar T = double>
class BGNBD : public detail::PurchaseModel<detail::BetaGeometricKernel<0>, T> {
 public:
  using detail::PurchaseModel<detail::BetaGeometricKernel<0>, T>::PurchaseModel;
};

}  // namespace loyal
