// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "../core/error.hpp"
#include "../math/chi_square.hpp"
#include "../math/detail/rank_cholesky.hpp"
#include "../math/statistics.hpp"
#include "../metrics/survival_rows.hpp"
#include "cox.hpp"
#include "detail/risk_sets.hpp"

namespace loyal {

/// The g(t) against which coefficients are tested for a trend.
enum class TimeTransform {
  kaplan_meier,  ///< 1 - S(t-): spreads the events evenly; R's default
  rank,          ///< of t among the times of all rows, equal ones sharing the mean
  identity,      ///< t
  log,           ///< log t
};

/// Whether coefficients of a Cox model change with time.
struct ProportionalHazardsTest {
  std::vector<ChiSquareTest> features;  ///< one for each coefficient
  ChiSquareTest global;                 ///< all together
  std::vector<double> times;            ///< of the events, rising
  std::vector<double> transformed;      ///< g(times)
  Matrix<double>
      residuals;  ///< events x features: scaled Schoenfeld residuals plus coefficient, whose mean over
                  ///< the events near t estimates the coefficient at t
};

/// Test of proportional hazards: a score test of adding x g(t) to a fitted Cox model, and the residuals to look at.
///
///   U = sum_k g(t_k) (x_k - mean_k),  variance = I_gg - I_g I^-1 I_g  with I_g = sum_k g(t_k) V_k, I_gg with g^2
///   residual_k = coefficients + events  I^-1 (x_k - mean_k)
///
/// where V_k is the variance of x among those at risk at t_k. A small p-value says that the coefficient is not one
/// number for all times.
///
///   model, x, time, event, rows   a fitted model and the data of its fit()
///
/// @throws as CoxRegression::fit(); NotFitted; DataError for the logarithm of an event at time 0.
/// Source: Grambsch & Therneau, Biometrika 81(3), 1994; as the exact score test of R's cox.zph since survival 3.0.
/// Cost: three evaluations of the partial likelihood.
///
///     loyal::Rng rng{1};
///     loyal::Matrix<double> x(400, 1);
///     std::vector<double> time(400), event(400, 1);
///     for (int i = 0; i < 400; ++i) {  // from time 1/2 on, x does the contrary
///       x(i, 0) = i % 2;
///       const double rate = std::exp(0.8 * x(i, 0));
///       const double h = -std::log(1 - rng.uniform());
///       time[std::size_t(i)] = h < rate / 2 ? h / rate : 0.5 + (h - rate / 2) * rate;
///     }
///     loyal::CoxRegression<double> model;
///     model.fit(x, time, event);
///     if (loyal::proportional_hazards_test(model, x, time, event).global.p_value > 0.01) return 1;
template <Scalar T>
ProportionalHazardsTest proportional_hazards_test(
    const CoxRegression<T>& model, const Matrix<T>& x, const Values& time, const Values& event,
    const SurvivalRows& rows = {}, TimeTransform transform = TimeTransform::kaplan_meier) {
  using Real = detail::Dependent<T, double>;
  const char* const where = "proportional_hazards_test";
  detail::expect_survival(where, time, event, rows);
  detail::expect_size(where, "the number of rows of x", x.rows(), time.size());
  if (!x.allFinite())
    detail::fail<DataError>(where, "a value of x", "not finite", "a finite number");
  static_cast<void>(model.decision_function(x));  // fitted, and of this width
  const Index p = x.cols();
  const Vector<Real>& beta = model.coefficients();
  Matrix<Real> centered(x.rows(), p);
  for (Index i = 0; i < x.rows(); ++i)
    centered.row(i) = x.row(i).template cast<Real>() - model.means().transpose();
  detail::RiskSets<Real> sets(centered, time, event, rows, model.options().ties);
  if (!sets.has_events()) detail::fail<DataError>(where, "the number of events", 0, ">= 1");

  const std::size_t count = sets.times().size();
  Vector<Real> g = Vector<Real>::Zero(static_cast<Index>(count));
  {
    const detail::RiskTable table(time, event, {.entry = rows.entry});
    double s = 1;
    double before = 0;
    std::vector<double> value(table.size());
    for (std::size_t k = 0; k < table.size(); ++k) {
      const double d = table.events[k];
      if (transform == TimeTransform::kaplan_meier) value[k] = 1 - s;
      const double all = d + table.censored[k];
      if (transform == TimeTransform::rank) value[k] = before + (all + 1) / 2;
      if (transform == TimeTransform::identity) value[k] = table.time[k];
      if (transform == TimeTransform::log) {
        if (d > 0 && table.time[k] <= 0)
          detail::fail<DataError>(where, "the time of an event", table.time[k],
                                  "> 0, for its logarithm");
        value[k] = d > 0 ? std::log(table.time[k]) : 0;
      }
      s *= 1 - d / table.at_risk[k];
      before += all;
    }
    for (std::size_t k = 0; k < count; ++k) {
      if (sets.times()[k].end_of_stratum) continue;
      const auto at = std::lower_bound(table.time.begin(), table.time.end(), sets.times()[k].time);
      g[static_cast<Index>(k)] = value[static_cast<std::size_t>(at - table.time.begin())];
    }
  }
  // The test does not depend on g's origin; rounding does.
  Real center = 0;
  Real events = 0;
  for (std::size_t k = 0; k < count; ++k) {
    center += g[static_cast<Index>(k)] * static_cast<Real>(sets.times()[k].deaths);
    events += static_cast<Real>(sets.times()[k].deaths);
  }
  Vector<Real> shifted = g;
  shifted.array() -= center / events;
  detail::LocalQuadratic<Real> plain;
  detail::LocalQuadratic<Real> first;
  detail::LocalQuadratic<Real> second;
  sets.evaluate(beta, plain);
  sets.evaluate(beta, first, &shifted);
  const Vector<Real> squared = shifted.array().square();
  sets.evaluate(beta, second, &squared);
  for (const Index j : model.unidentified()) {
    for (Matrix<Real>* m : {&plain.information, &first.information, &second.information})
      m->row(j).setZero(), m->col(j).setZero();
    first.gradient[j] = 0;
  }

  ProportionalHazardsTest result;
  const detail::RankCholesky<Real> factors(plain.information, plain.scale, 1e-11);
  const Matrix<Real> inverse = factors.inverse();
  const Matrix<Real> rest =
      second.information - first.information * inverse * first.information.transpose();
  for (Index j = 0; j < p; ++j) {
    const bool told = rest(j, j) > 1e-11 * second.scale[j];
    result.features.push_back(detail::chi_square_test(
        told ? first.gradient[j] * first.gradient[j] / rest(j, j) : 0, told ? 1 : 0));
  }
  const detail::RankCholesky<Real> rest_factors(rest, second.scale, 1e-11);
  result.global = detail::chi_square_test(first.gradient.dot(rest_factors.solve(first.gradient)),
                                          rest_factors.rank());

  Matrix<Real> means = Matrix<Real>::Zero(static_cast<Index>(count), p);
  sets.for_each_term([&](const auto& term) {
    const auto& at = sets.times()[static_cast<std::size_t>(term.k)];
    means.row(term.k) += term.weight / at.weight * Eigen::Map<const RowVector<Real>>(term.mean, p);
  });
  std::vector<Index> with_event;  // in the order of time, equal times in the caller's
  for (Index i = 0; i < sets.size(); ++i)
    if (sets.event(i)) with_event.push_back(i);
  std::sort(with_event.begin(), with_event.end(), [&](Index a, Index b) {
    const Index row_a = sets.order()[static_cast<std::size_t>(a)];
    const Index row_b = sets.order()[static_cast<std::size_t>(b)];
    return time[row_a] < time[row_b] || (time[row_a] == time[row_b] && row_a < row_b);
  });
  result.residuals.resize(static_cast<Index>(with_event.size()), p);
  for (std::size_t e = 0; e < with_event.size(); ++e) {
    const Index i = with_event[e];
    const Index k = sets.from(i);
    result.times.push_back(sets.times()[static_cast<std::size_t>(k)].time);
    result.transformed.push_back(static_cast<double>(g[k]));
    const Vector<Real> residual = (sets.x(i) - means.row(k)).transpose();
    result.residuals.row(static_cast<Index>(e)) =
        (beta + events * (inverse * residual)).transpose();
  }
  return result;
}

}  // namespace loyal
