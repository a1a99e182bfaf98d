// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/parameters.hpp"
#include "../math/chi_square.hpp"
#include "../math/coefficient_table.hpp"
#include "../math/minimize.hpp"
#include "../math/values.hpp"
#include "../metrics/survival_metrics.hpp"
#include "../metrics/survival_rows.hpp"
#include "detail/risk_sets.hpp"
#include "kaplan_meier.hpp"

namespace loyal {

/// Survival curves with pointwise confidence bands; all rows x times.
struct SurvivalBands {
  Matrix<double> survival;
  Matrix<double> standard_error;  ///< of survival
  Matrix<double> low;
  Matrix<double> high;
};

/// Cox's proportional hazards: features multiply a hazard of any shape.
///
///   hazard(t | x) = baseline hazard(t) exp((x - means) coefficients)
///   maximise  log partial likelihood - l1 |coefficients|_1 - l2 / 2 |coefficients|^2
///
///   x              rows x features; standardized for a penalty to be fair
///   time           rows: until the event, or until the row was last watched
///   event          rows: 1, or 0: censored
///   rows           entries (left truncation; several rows (entry, time] of one customer for features that change),
///                  weights, strata with baselines of their own, clusters
///   coefficients   features: log hazard ratios for a unit of each
///
/// What cannot be estimated is a value, not an error: a feature that is constant or depends on those before it has
/// coefficient 0, variance 0 and stands in unidentified(). If the likelihood rises without end along a feature, as
/// when nobody with it ever has the event, stop() is Stop::runs_away and runaway() names the coefficients.
/// @throws OptionError for options out of range; DataError for values that cannot be used, and if there is no event;
/// ShapeError if sizes differ; NotFitted.
/// Source: Cox, JRSS B 34(2), 1972; ties, residuals and robust variance as in Therneau & Grambsch, Modeling Survival
/// Data, 2000, chapters 3 and 8; Lin & Wei, JASA 84, 1989. Elastic net: see ConcaveNewton.
/// Cost: O(n log n), and n p^2 + n p flops an iteration, of which there are about six.
///
///     loyal::Rng rng{1};
///     loyal::Matrix<double> x(300, 1);
///     std::vector<double> time(300), event(300, 1);
///     for (int i = 0; i < 300; ++i) {
///       x(i, 0) = rng.normal();
///       time[std::size_t(i)] = -std::log(1 - rng.uniform()) / std::exp(0.7 * x(i, 0));
///     }
///     loyal::CoxRegression<double> model;
///     model.fit(x, time, event);
///     if (!model.converged() || std::abs(model.coefficients()[0] - 0.7) > 0.2) return 1;
///     const auto stays = model.survival(x, {0.5, 1});  // 300 x 2
///     if (stays(0, 1) > stays(0, 0)) return 2;
template <Scalar T>
class CoxRegression {
  using Real = detail::Dependent<T, double>;

 public:
  using value_type = T;

  struct Options {
    Ties ties = Ties::efron;  ///< events at the same time: Efron's method or Breslow's
    double l2 = 0;            ///< strength of the ridge penalty on the sum over rows; >= 0
    double l1 = 0;            ///< strength of the lasso penalty, the same; >= 0
    bool robust = false;      ///< sandwich variance; always with clusters
    int max_iterations = 50;  ///< Newton steps at most; >= 1
    double tolerance = 1e-8;  ///< of the last step, in standard errors; > 0
  };

  CoxRegression() = default;
  explicit CoxRegression(const Options& options) : options_(options) {
    const char* const where = "CoxRegression";
    const auto& o = options;
    detail::expect_option(where, "l2", o.l2, o.l2 >= 0 && std::isfinite(o.l2), ">= 0");
    detail::expect_option(where, "l1", o.l1, o.l1 >= 0 && std::isfinite(o.l1), ">= 0");
    detail::expect_option(where, "max_iterations", o.max_iterations, o.max_iterations >= 1, ">= 1");
    detail::expect_option(where, "tolerance", o.tolerance, o.tolerance > 0, "> 0");
  }

  void fit(const Matrix<T>& x, const Values& time, const Values& event,
           const SurvivalRows& rows = {}) {
    const char* const where = "CoxRegression::fit";
    detail::expect_survival(where, time, event, rows);
    detail::expect_size(where, "the number of rows of x", x.rows(), time.size());
    if (!x.allFinite())
      detail::fail<DataError>(where, "a value of x", "not finite", "a finite number");
    CoxRegression fresh(options_);
    const Scales scales(x);
    detail::RiskSets<Real> sets(scales.standardize(x), time, event, rows, options_.ties);
    if (!sets.has_events()) detail::fail<DataError>(where, "the number of events", 0, ">= 1");
    fresh.solve(sets, scales);
    fresh.estimate_variance(sets, scales, rows);
    fresh.keep_baseline(sets, rows, scales);
    fresh.concordance_ = concordance(time, event, fresh.decision_function(x), rows);
    *this = std::move(fresh);
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }
  [[nodiscard]] const Vector<Real>& coefficients() const noexcept { return coefficients_; }
  /// Of the features in the data of fit(); the baseline hazard is that of a row with these.
  [[nodiscard]] const Vector<Real>& means() const noexcept { return means_; }
  /// Features x features: inverse information (with a ridge, that of the penalized likelihood), or the sandwich
  /// variance if robust. With a lasso it says nothing about coefficients shrunk to 0.
  [[nodiscard]] const Matrix<Real>& covariance() const noexcept { return covariance_; }
  [[nodiscard]] const Matrix<Real>& naive_covariance() const noexcept { return naive_covariance_; }
  /// Standard error, z, p-value and interval of each coefficient.
  [[nodiscard]] std::vector<Coefficient> table(double confidence = 0.95) const {
    return coefficient_table(coefficients_, covariance_, confidence);
  }
  /// Log partial likelihood, without penalties, at the coefficients and at 0.
  [[nodiscard]] double log_likelihood() const noexcept { return log_likelihood_; }
  [[nodiscard]] double null_log_likelihood() const noexcept { return null_log_likelihood_; }
  /// Tests that all coefficients are 0. The second uses covariance().
  [[nodiscard]] ChiSquareTest likelihood_ratio_test() const {
    return detail::chi_square_test(2 * (log_likelihood_ - null_log_likelihood_), rank());
  }
  [[nodiscard]] ChiSquareTest wald_test() const {
    const detail::RankCholesky<Real> factors(covariance_, covariance_.diagonal(), 1e-14);
    return detail::chi_square_test(coefficients_.dot(factors.solve(coefficients_)), rank());
  }
  [[nodiscard]] ChiSquareTest score_test() const { return detail::chi_square_test(score_, rank()); }
  /// Harrell's concordance in the data of fit().
  [[nodiscard]] const Concordance& concordance_index() const noexcept { return concordance_; }

  /// Why fitting ended; converged if gradient_small or value_settled.
  [[nodiscard]] Stop stop() const noexcept { return stop_; }
  [[nodiscard]] bool converged() const noexcept {
    return stop_ == Stop::gradient_small || stop_ == Stop::value_settled;
  }
  [[nodiscard]] int iterations() const noexcept { return iterations_; }
  /// Features whose coefficients grow without end; empty unless stop() is runs_away.
  [[nodiscard]] const std::vector<Index>& runaway() const noexcept { return runaway_; }
  /// Features that the data do not tell: constant, or given by those before them.
  [[nodiscard]] const std::vector<Index>& unidentified() const noexcept { return unidentified_; }

  /// Log hazard against that of the means, one a row: (x - means) coefficients.
  [[nodiscard]] Vector<Real> decision_function(const Matrix<T>& x) const {
    expect_fitted();
    detail::expect_size("CoxRegression", "x.cols()", x.cols(), coefficients_.size());
    Vector<Real> result(x.rows());
    for (Index i = 0; i < x.rows(); ++i)
      result[i] = (x.row(i).template cast<Real>() - means_.transpose()).dot(coefficients_);
    return result;
  }
  /// Rows of stratum, event time, cumulative hazard up to it at the means; strata and times rise.
  [[nodiscard]] const Matrix<Real>& baseline() const noexcept { return baseline_; }

  /// Probability of no event up to each time, rows x times.
  /// @param strata  one a row of x, or empty: all of stratum 0, as where none were given to fit()
  [[nodiscard]] Matrix<Real> survival(const Matrix<T>& x, const Values& times,
                                      std::span<const std::int32_t> strata = {}) const {
    Matrix<Real> result = cumulative_hazard(x, times, strata);
    return (-result.array()).exp();
  }
  /// Cumulative hazard up to each time, rows x times; constant after the last event.
  [[nodiscard]] Matrix<Real> cumulative_hazard(const Matrix<T>& x, const Values& times,
                                               std::span<const std::int32_t> strata = {}) const {
    const Vector<Real> score = decision_function(x);
    Matrix<Real> result(x.rows(), times.size());
    for (Index k = 0; k < times.size(); ++k)
      if (std::isnan(times[k]))
        detail::fail<DataError>("CoxRegression", detail::concatenate("times[", k, "]"), times[k],
                                "a number");
    for (Index i = 0; i < x.rows(); ++i) {
      const auto [first, last] = stratum_of(strata, i, x.rows());
      const Real factor = std::exp(score[i]);
      for (Index k = 0; k < times.size(); ++k) {
        const Index after = first_after(times[k], first, last);
        result(i, k) = after == first ? 0 : factor * baseline_(after - 1, 2);
      }
    }
    return result;
  }
  /// Probability of no event up to each time with pointwise bands, from the errors of coefficients and baseline:
  ///   variance of H(t | x) = exp(2 score) [sum of d / S0^2 + a' covariance a],  a = sum of (mean at risk - x) dH0
  /// up to t. Only of a model that was fitted here: files do not hold what it takes.
  /// Source: Tsiatis, Annals of Statistics 9(1), 1981; as R's survfit of coxph. Cost: p^2 for each row and time.
  /// @throws OptionError unless confidence is in (0, 1); otherwise as survival().
  [[nodiscard]] SurvivalBands survival_bands(const Matrix<T>& x, const Values& times,
                                             std::span<const std::int32_t> strata = {},
                                             double confidence = 0.95,
                                             SurvivalBand band = SurvivalBand::log_log) const {
    const char* const where = "CoxRegression::survival_bands";
    detail::expect_option(where, "confidence", confidence, confidence > 0 && confidence < 1,
                          "in (0, 1)");
    SurvivalBands result{survival(x, times, strata).template cast<double>(), {}, {}, {}};
    if (spread_.rows() != baseline_.rows())
      detail::fail<NotFitted>(where, "the model", "read from a file", "a call of fit()");
    const Index p = coefficients_.size();
    const double width = normal_quantile((1 + confidence) / 2);
    const Vector<Real> score = decision_function(x);
    result.standard_error = result.low = result.high = result.survival;
    for (Index i = 0; i < x.rows(); ++i) {
      const auto [first, last] = stratum_of(strata, i, x.rows());
      const Vector<Real> from_means = x.row(i).transpose().template cast<Real>() - means_;
      for (Index k = 0; k < times.size(); ++k) {
        const Index after = first_after(times[k], first, last);
        double variance = 0;
        if (after > first) {
          const Vector<Real> a =
              spread_.row(after - 1).tail(p).transpose() - baseline_(after - 1, 2) * from_means;
          variance = spread_(after - 1, 0) + a.dot(covariance_ * a);
        }
        const double deviation = std::exp(score[i]) * std::sqrt(variance);  // of log S
        const double s = result.survival(i, k);
        result.standard_error(i, k) = s * deviation;
        result.low(i, k) = detail::moved_survival(band, s, -width * deviation);
        result.high(i, k) = detail::moved_survival(band, s, width * deviation);
      }
    }
    return result;
  }
  /// The time at which survival falls to 1 - p, one a row; infinite if it never does.
  [[nodiscard]] Vector<Real> quantile(const Matrix<T>& x, double p = 0.5,
                                      std::span<const std::int32_t> strata = {}) const {
    detail::expect_option("CoxRegression::quantile", "p", p, p > 0 && p < 1, "in (0, 1)");
    const Vector<Real> score = decision_function(x);
    Vector<Real> result(x.rows());
    for (Index i = 0; i < x.rows(); ++i) {
      const auto [first, last] = stratum_of(strata, i, x.rows());
      const double goal = -std::log1p(-p) * std::exp(-score[i]);
      Index low = first;
      while (low < last && baseline_(low, 2) < goal) ++low;
      result[i] = low < last ? baseline_(low, 1) : std::numeric_limits<Real>::infinity();
    }
    return result;
  }

  /// What predictions need: coefficients, means and baseline.
  template <class F, class... M>
  static void for_each_parameter(F&& f, M&... m) {
    f("coefficients", m.coefficients_...);
    f("means", m.means_...);
    f("baseline", m.baseline_...);
  }

 private:
  /// Means and inverse deviations of the features; 0 for a constant one.
  struct Scales {
    Vector<Real> mean;
    Vector<Real> inverse;

    explicit Scales(const Matrix<T>& x) {
      const Real n = static_cast<Real>(x.rows());
      mean = Vector<Real>::Zero(x.cols());
      inverse = mean;
      Vector<Real> largest = mean;
      for (Index i = 0; i < x.rows(); ++i) {
        mean += x.row(i).transpose().template cast<Real>() / n;
        largest = largest.cwiseMax(x.row(i).transpose().template cast<Real>().cwiseAbs());
      }
      for (Index i = 0; i < x.rows(); ++i)
        inverse.array() += (x.row(i).transpose().template cast<Real>() - mean).array().square() / n;
      for (Index j = 0; j < x.cols(); ++j)
        inverse[j] = std::sqrt(inverse[j]) > 1e-12 * largest[j] ? 1 / std::sqrt(inverse[j]) : 0;
    }
    [[nodiscard]] Matrix<Real> standardize(const Matrix<T>& x) const {
      Matrix<Real> z(x.rows(), x.cols());
      for (Index i = 0; i < x.rows(); ++i)
        z.row(i) = (x.row(i).template cast<Real>() - mean.transpose()).array() *
                   inverse.transpose().array();
      return z;
    }
  };

  void expect_fitted() const {
    if (baseline_.size() == 0)
      detail::fail<NotFitted>("CoxRegression", "the model", "not fitted", "a call of fit()");
  }
  [[nodiscard]] Index rank() const {
    return coefficients_.size() - static_cast<Index>(unidentified_.size());
  }

  void solve(detail::RiskSets<Real>& sets, const Scales& scales) {
    const Index p = sets.cols();
    detail::NewtonOptions<Real> how{.ridge = options_.l2 * scales.inverse.array().square(),
                                    .lasso = options_.l1 * scales.inverse,
                                    .max_iterations = options_.max_iterations,
                                    .tolerance = options_.tolerance};
    auto found = detail::ConcaveNewton<Real>(std::move(how))
                     .maximize(Vector<Real>::Zero(p),
                               [&](const Vector<Real>& b, auto& q) { sets.evaluate(b, q); });
    means_ = scales.mean;
    scaled_ = std::move(found.x);
    coefficients_ = scaled_.array() * scales.inverse.array();
    log_likelihood_ = found.end.value;
    null_log_likelihood_ = found.start.value;
    stop_ = found.stop;
    iterations_ = found.iterations;
    runaway_ = std::move(found.runaway);
    for (Index j = 0; j < p; ++j)
      if (!found.kept[static_cast<std::size_t>(j)]) unidentified_.push_back(j);
    const auto factors_of = [&](Matrix<Real> information, const Vector<Real>& scale, double l2) {
      information.diagonal().array() += l2 * scales.inverse.array().square();
      for (const Index j : unidentified_)
        information.row(j).setZero(), information.col(j).setZero();
      return detail::RankCholesky<Real>(information, scale, 1e-11);
    };
    score_ = found.start.gradient.dot(
        factors_of(found.start.information, found.start.scale, 0).solve(found.start.gradient));
    naive_covariance_ = factors_of(found.end.information, found.end.scale, options_.l2).inverse();
  }

  /// Expects the naive variance in the units of the standardized features; leaves both in those of the features.
  void estimate_variance(detail::RiskSets<Real>& sets, const Scales& scales,
                         const SurvivalRows& rows) {
    sets.set_risks(scaled_);
    const Matrix<Real> to_units = scales.inverse * scales.inverse.transpose();
    covariance_ = naive_covariance_;
    if (options_.robust || !rows.cluster.empty()) {
      const Matrix<Real> residuals = sets.score_residuals();
      Matrix<Real> meat = Matrix<Real>::Zero(sets.cols(), sets.cols());
      if (rows.cluster.empty()) {
        multiply(residuals.transpose(), residuals, meat);
      } else {
        std::map<std::int32_t, Vector<Real>> sums;
        for (Index i = 0; i < residuals.rows(); ++i) {
          auto& sum = sums[rows.cluster[static_cast<std::size_t>(i)]];
          if (sum.size() == 0) sum = Vector<Real>::Zero(sets.cols());
          sum += residuals.row(i).transpose();
        }
        for (const auto& [cluster, sum] : sums) meat += sum * sum.transpose();
      }
      covariance_ = (naive_covariance_ * meat * naive_covariance_).cwiseProduct(to_units);
    } else {
      covariance_ = covariance_.cwiseProduct(to_units);
    }
    naive_covariance_ = naive_covariance_.cwiseProduct(to_units);
  }

  void keep_baseline(detail::RiskSets<Real>& sets, const SurvivalRows& rows, const Scales& scales) {
    const auto& times = sets.times();
    const Index p = sets.cols();
    const auto count = static_cast<Index>(times.size());
    // At each time: the hazard, its variance, and the hazard times the mean of the features at risk.
    Matrix<Real> steps = Matrix<Real>::Zero(count, p + 2);
    sets.for_each_term([&](const auto& term) {
      steps(term.k, 0) += term.increment;
      steps(term.k, 1) += term.increment * term.increment / term.weight;
      for (Index j = 0; j < p; ++j)
        if (scales.inverse[j] > 0)
          steps(term.k, 2 + j) += term.increment * term.mean[j] / scales.inverse[j];
    });
    for (Index j = 0; j < p + 2; ++j) {
      Vector<Real> column = steps.col(j);
      sets.accumulate(column);
      steps.col(j) = column;
    }
    Index events = 0;
    for (const auto& t : times) events += t.end_of_stratum ? 0 : 1;
    baseline_.resize(events, 3);
    spread_.resize(events, p + 1);
    Index at = 0;
    Index stratum = 0;
    for (std::size_t begin = 0; begin < times.size(); ++stratum) {
      std::size_t end = begin;
      while (!times[end].end_of_stratum) ++end;
      const Real unit = std::exp(-sets.shifts()[stratum]);
      for (std::size_t k = end; k-- > begin; ++at) {
        const auto row =
            static_cast<std::size_t>(sets.order()[static_cast<std::size_t>(times[k].first)]);
        const auto step = steps.row(static_cast<Index>(k));
        baseline_(at, 0) = rows.stratum.empty() ? 0 : static_cast<Real>(rows.stratum[row]);
        baseline_(at, 1) = times[k].time;
        baseline_(at, 2) = step[0] * unit;
        spread_(at, 0) = step[1] * unit * unit;
        spread_.row(at).tail(p) = step.tail(p) * unit;
      }
      begin = end + 1;
    }
  }

  /// Of the baseline's rows first .. last - 1 the first after a time.
  [[nodiscard]] Index first_after(double time, Index first, Index last) const {
    while (first < last) {
      const Index middle = (first + last) / 2;
      if (baseline_(middle, 1) <= time)
        first = middle + 1;
      else
        last = middle;
    }
    return first;
  }
  /// The baseline's rows of a row's stratum.
  [[nodiscard]] std::pair<Index, Index> stratum_of(std::span<const std::int32_t> strata, Index i,
                                                   Index rows) const {
    if (!strata.empty())
      detail::expect_size("CoxRegression", "the number of strata", strata.size(), rows);
    const auto stratum =
        strata.empty() ? Real(0) : static_cast<Real>(strata[static_cast<std::size_t>(i)]);
    Index first = 0;
    while (first < baseline_.rows() && baseline_(first, 0) != stratum) ++first;
    if (first == baseline_.rows())
      detail::fail<DataError>("CoxRegression", "a stratum", stratum,
                              "one that had events at fit()");
    Index last = first;
    while (last < baseline_.rows() && baseline_(last, 0) == stratum) ++last;
    return {first, last};
  }

  Options options_;
  Vector<Real> coefficients_;
  Vector<Real> scaled_;  // of the standardized features
  Vector<Real> means_;
  Matrix<Real> covariance_;
  Matrix<Real> naive_covariance_;
  Matrix<Real> baseline_;
  Matrix<Real> spread_;  // its rows' variance, and hazard times mean features summed up to them
  double log_likelihood_ = 0;
  double null_log_likelihood_ = 0;
  double score_ = 0;
  Concordance concordance_;
  Stop stop_ = Stop::iterations_exhausted;
  int iterations_ = 0;
  std::vector<Index> runaway_;
  std::vector<Index> unidentified_;
};

}  // namespace loyal
