// SPDX-License-Identifier: MIT
#pragma once

#include "detail/beta_geometric.hpp"
#include "detail/purchase_model.hpp"

namespace loyal {

/// MBG/NBD: the BG/NBD in which customers may leave after their first purchase as well.
///
/// BG/NBD calls everyone who never came back alive; here they may have left at once. With n = x + 1,
///   L = B(a, b + n) / B(a, b) Gamma(r + x) alpha^r / (Gamma(r) (alpha + T)^(r + x))
///     + B(a + 1, b + n - 1) / B(a, b) Gamma(r + x) alpha^r / (Gamma(r) (alpha + t_x)^(r + x))
///   P(alive) = 1 / (1 + a / (b + x) ((alpha + T) / (alpha + t_x))^(r + x))
/// Parameters, covariates, errors and cost are those of BGNBD.
/// Source: Batislam, Denizel & Filiztekin, International Journal of Research in Marketing 24(3), 2007; the same as CBG/NBD
/// in Hoppe & Wagner, Marketing ZFP 29(2), 2007.
///
///     loyal::Rng rng{1};
///     const loyal::MBGNBD<double> truth{{.r = 0.5, .alpha = 5, .a = 0.8, .b = 2.5}};
///     const auto history = truth.simulate(loyal::Vector<double>::Constant(3000, 40), rng);
///     loyal::MBGNBD<double> model;
///     if (!model.fit(history).converged()) return 1;
///     if (!(model.probability_alive(loyal::PurchaseRecord{.age = 39}) < 1)) return 2;
template <Scalar T = double>
class MBGNBD : public detail::PurchaseModel<detail::BetaGeometricKernel<1>, T> {
 public:
  using detail::PurchaseModel<detail::BetaGeometricKernel<1>, T>::PurchaseModel;
};

}  // namespace loyal
