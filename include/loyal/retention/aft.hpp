// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/parameters.hpp"
#include "../math/chi_square.hpp"
#include "../math/coefficient_table.hpp"
#include "../math/detail/concave_newton.hpp"
#include "../math/matrix_product.hpp"
#include "../math/newton.hpp"
#include "../math/special.hpp"
#include "../math/values.hpp"
#include "../metrics/survival_rows.hpp"

namespace loyal {

/// The distribution of time in an AFTRegression, by that of the standardized log time z.
enum class TimeDistribution {
  weibull,       ///< P(Z > z) = exp(-exp(z)); proportional hazards too
  exponential,   ///< Weibull of scale 1: a constant hazard
  log_normal,    ///< standard normal
  log_logistic,  ///< P(Z > z) = 1 / (1 + exp(z))
};

namespace detail {

/// Log density or log survival at z, with two derivatives.
struct LogShape {
  double value;
  double slope;
  double bend;  // <= 0: all four are concave
};

inline LogShape log_shape(TimeDistribution distribution, bool event, double z) {
  if (distribution == TimeDistribution::log_normal) {
    if (event) return {-0.5 * z * z - log_root_two_pi, -z, -1};
    // The ratio of density to tail; its continued fraction where erfc runs out.
    double log_tail = 0;
    double ratio = 0;
    if (z < 25) {
      const double tail = 0.5 * std::erfc(z * std::sqrt(0.5));
      log_tail = std::log(tail);
      ratio = std::exp(-0.5 * z * z - log_root_two_pi) / tail;
    } else {
      ratio = z + 1 / (z + 2 / (z + 3 / z));
      log_tail = -0.5 * z * z - log_root_two_pi - std::log(ratio);
    }
    return {log_tail, -ratio, std::min(0.0, -ratio * (ratio - z))};
  }
  if (distribution == TimeDistribution::log_logistic) {
    const double e = std::exp(-std::abs(z));
    const double softplus = std::max(z, 0.0) + std::log1p(e);
    const double p = z > 0 ? 1 / (1 + e) : e / (1 + e);
    const double bend = -e / ((1 + e) * (1 + e));
    if (event) return {z - 2 * softplus, 1 - 2 * p, 2 * bend};
    return {-softplus, -p, bend};
  }
  const double e = std::exp(z);
  if (event) return {z - e, 1 - e, -e};
  return {-e, -e, -e};
}

}  // namespace detail

/// Accelerated failure time: features stretch or shrink the time until the event.
///
///   log time = intercept + x coefficients + scale Z,    Z of the chosen distribution
///
///   x              rows x features
///   time           rows: until the event, or until the row was last watched; > 0
///   event          rows: 1, or 0: censored on the right
///   rows           entries (left truncation: the row is seen because it had no event until then), weights, clusters
///   coefficients   features: log factors on time for a unit of each
///
/// Maximum likelihood in intercept / scale, coefficients / scale and 1 / scale, where it is concave, so that Newton's
/// method finds the one optimum or tells that there is none: stop() is then Stop::runs_away, and runaway() names the
/// coefficients (features stands for the intercept, features + 1 for the scale, whose likelihood is unbounded where a
/// line fits all log times). Late entries divide each row's likelihood by its survival at entry, which is not concave:
/// from the optimum without them, damped steps lead to the next one. A feature that is constant or depends on others has coefficient 0 and is in unidentified().
/// @throws OptionError for options out of range; DataError for values that cannot be used, and if there is no event;
/// ShapeError if sizes differ; NotFitted.
/// Source: Kalbfleisch & Prentice, The Statistical Analysis of Failure Time Data, 2nd ed., 2002, chapter 3; concave
/// form of Burridge, JRSS B 43(1), 1981. Cost: some ten passes of n p^2 flops.
///
///     loyal::Rng rng{1};
///     loyal::Matrix<double> x(500, 1);
///     std::vector<double> time(500), event(500, 1);
///     for (int i = 0; i < 500; ++i) {
///       x(i, 0) = rng.normal();
///       time[std::size_t(i)] = std::exp(2 + 0.5 * x(i, 0)) * std::sqrt(-std::log(1 - rng.uniform()));
///     }
///     loyal::AFTRegression<double> model{{.distribution = loyal::TimeDistribution::weibull}};
///     model.fit(x, time, event);
///     if (std::abs(model.coefficients()[0] - 0.5) > 0.1 || std::abs(model.scale() - 0.5) > 0.1) return 1;
template <Scalar T>
class AFTRegression {
  using Real = detail::Dependent<T, double>;

 public:
  using value_type = T;

  struct Options {
    TimeDistribution distribution = TimeDistribution::weibull;  ///< of the time
    double l2 = 0;             ///< strength of a ridge penalty on coefficients / scale; >= 0
    bool robust = false;       ///< sandwich variance; always with clusters
    int max_iterations = 100;  ///< Newton steps at most; >= 1
    double tolerance = 1e-8;   ///< of the last step, in standard errors; > 0
  };

  AFTRegression() = default;
  explicit AFTRegression(const Options& options) : options_(options) {
    const char* const where = "AFTRegression";
    const auto& o = options;
    detail::expect_option(where, "l2", o.l2, o.l2 >= 0 && std::isfinite(o.l2), ">= 0");
    detail::expect_option(where, "max_iterations", o.max_iterations, o.max_iterations >= 1, ">= 1");
    detail::expect_option(where, "tolerance", o.tolerance, o.tolerance > 0, "> 0");
  }

  void fit(const Matrix<T>& x, const Values& time, const Values& event,
           const SurvivalRows& rows = {}) {
    const char* const where = "AFTRegression::fit";
    detail::expect_survival(where, time, event, rows);
    if (!rows.stratum.empty())
      detail::fail<DataError>(where, "strata", rows.stratum.size(), "none: make them features");
    detail::expect_size(where, "the number of rows of x", x.rows(), time.size());
    if (!x.allFinite())
      detail::fail<DataError>(where, "a value of x", "not finite", "a finite number");
    const Values weights(rows.weight);
    const detail::SampleWeights weight(where, weights, time.size());
    Sample s;
    double events = 0;
    double log_times = 0;
    for (Index i = 0; i < time.size(); ++i) {
      if (time[i] == 0)
        detail::fail<DataError>(where, detail::concatenate("time[", i, "]"), 0,
                                "> 0, for its logarithm");
      s.log_time.push_back(std::log(time[i]));
      s.event.push_back(event[i] == 1);
      s.weight.push_back(weight[i]);
      const double entry = rows.entry.empty() ? 0 : rows.entry[static_cast<std::size_t>(i)];
      s.since_entry.push_back(entry > 0 ? s.log_time.back() - std::log(entry) : 0);
      s.late = s.late || entry > 0;
      if (event[i] == 1) {
        events += weight[i];
        log_times += weight[i] * s.log_time.back();
      }
    }
    if (events == 0) detail::fail<DataError>(where, "the number of events", 0, ">= 1");
    AFTRegression fresh(options_);
    s.cluster = rows.cluster;
    fresh.solve(x, s, events, log_times);
    *this = std::move(fresh);
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }
  [[nodiscard]] auto coefficients() const {
    return parameters_.head(std::max<Index>(0, parameters_.size() - 2));
  }
  [[nodiscard]] double intercept() const { return fitted()[parameters_.size() - 2]; }
  /// sigma; of a Weibull distribution 1 / shape.
  [[nodiscard]] double scale() const { return fitted()[parameters_.size() - 1]; }
  /// Of coefficients, intercept and log(scale), in this order; the last is 0 where the scale is fixed. Inverse
  /// information, or the sandwich variance if robust.
  [[nodiscard]] const Matrix<Real>& covariance() const noexcept { return covariance_; }
  /// Standard error, z, p-value and interval of coefficients, intercept and log(scale).
  [[nodiscard]] std::vector<Coefficient> table(double confidence = 0.95) const {
    Vector<Real> estimates = fitted();
    Real& last = estimates[estimates.size() - 1];
    last = std::log(last);
    return coefficient_table(estimates, covariance_, confidence);
  }
  /// Of the times, not of their logarithms; at the fit, and with the intercept and scale alone.
  [[nodiscard]] double log_likelihood() const noexcept { return log_likelihood_; }
  [[nodiscard]] double null_log_likelihood() const noexcept { return null_log_likelihood_; }
  /// Test that all coefficients are 0.
  [[nodiscard]] ChiSquareTest likelihood_ratio_test() const {
    const auto tested = coefficients().size() - static_cast<Index>(unidentified_.size());
    return detail::chi_square_test(2 * (log_likelihood_ - null_log_likelihood_), tested);
  }
  /// Why fitting ended; converged if gradient_small or value_settled.
  [[nodiscard]] Stop stop() const noexcept { return stop_; }
  [[nodiscard]] bool converged() const noexcept {
    return stop_ == Stop::gradient_small || stop_ == Stop::value_settled;
  }
  [[nodiscard]] int iterations() const noexcept { return iterations_; }
  /// What grows without end, see above; empty unless stop() is runs_away.
  [[nodiscard]] const std::vector<Index>& runaway() const noexcept { return runaway_; }
  [[nodiscard]] const std::vector<Index>& unidentified() const noexcept { return unidentified_; }

  /// Location of log time, one a row: intercept + x coefficients.
  [[nodiscard]] Vector<Real> location(const Matrix<T>& x) const {
    detail::expect_size("AFTRegression", "x.cols()", x.cols(), fitted().size() - 2);
    Vector<Real> result(x.rows());
    for (Index i = 0; i < x.rows(); ++i)
      result[i] = intercept() + x.row(i).template cast<Real>().dot(coefficients());
    return result;
  }
  /// The time by which a share @p p has had the event, one a row.
  [[nodiscard]] Vector<Real> quantile(const Matrix<T>& x, double p = 0.5) const {
    detail::expect_option("AFTRegression::quantile", "p", p, p > 0 && p < 1, "in (0, 1)");
    double z = 0;
    switch (options_.distribution) {
      case TimeDistribution::log_normal:
        z = normal_quantile(p);
        break;
      case TimeDistribution::log_logistic:
        z = std::log(p / (1 - p));
        break;
      default:
        z = std::log(-std::log1p(-p));
    }
    return (location(x).array() + scale() * z).exp();
  }
  /// Probability of no event up to each time, rows x times; 1 for times <= 0.
  [[nodiscard]] Matrix<Real> survival(const Matrix<T>& x, const Values& times) const {
    const Vector<Real> mu = location(x);
    Matrix<Real> result(x.rows(), times.size());
    for (Index k = 0; k < times.size(); ++k) {
      if (std::isnan(times[k]))
        detail::fail<DataError>("AFTRegression::survival", detail::concatenate("times[", k, "]"),
                                times[k], "a number");
      for (Index i = 0; i < x.rows(); ++i)
        result(i, k) = times[k] <= 0
                           ? 1
                           : std::exp(detail::log_shape(options_.distribution, false,
                                                        (std::log(times[k]) - mu[i]) / scale())
                                          .value);
    }
    return result;
  }
  /// Mean time, one a row; infinite for log_logistic of scale >= 1.
  [[nodiscard]] Vector<Real> expected(const Matrix<T>& x) const {
    const double s = scale();
    double log_factor = 0;
    if (options_.distribution == TimeDistribution::log_normal)
      log_factor = s * s / 2;
    else if (options_.distribution == TimeDistribution::log_logistic)
      log_factor = s < 1 ? std::log(detail::pi * s / std::sin(detail::pi * s))
                         : std::numeric_limits<double>::infinity();
    else
      log_factor = log_gamma(1 + s);
    return (location(x).array() + log_factor).exp();
  }

  template <class F, class... M>
  static void for_each_parameter(F&& f, M&... m) {
    f("parameters", m.parameters_...);
  }

 private:
  struct Sample {
    std::vector<double> log_time;
    std::vector<bool> event;
    std::vector<double> weight;
    std::vector<double> since_entry;  // of log time; 0: watched from the start
    std::vector<std::int32_t> cluster;
    bool late = false;
  };

  [[nodiscard]] const Vector<Real>& fitted() const {
    if (parameters_.size() == 0)
      detail::fail<NotFitted>("AFTRegression", "the model", "not fitted", "a call of fit()");
    return parameters_;
  }

  void solve(const Matrix<T>& x, const Sample& s, double events, double log_times) {
    const Index n = x.rows();
    const Index p = x.cols();
    const bool fixed = options_.distribution == TimeDistribution::exponential;
    // z = A theta with theta = (-coefficients / scale, -intercept / scale, 1 / scale) and a row of A that of the
    // standardized features, 1, and the log time against its center.
    Vector<Real> mean = Vector<Real>::Zero(p);
    Vector<Real> inverse = Vector<Real>::Zero(p);
    for (Index j = 0; j < p; ++j) {
      Real largest = 0;
      for (Index i = 0; i < n; ++i) mean[j] += static_cast<Real>(x(i, j)) / static_cast<Real>(n);
      for (Index i = 0; i < n; ++i) {
        const Real from_mean = static_cast<Real>(x(i, j)) - mean[j];
        inverse[j] += from_mean * from_mean / static_cast<Real>(n);
        largest = std::max(largest, std::abs(static_cast<Real>(x(i, j))));
      }
      inverse[j] = std::sqrt(inverse[j]) > 1e-12 * largest ? 1 / std::sqrt(inverse[j]) : 0;
    }
    const double center = log_times / events;
    Matrix<Real> a(n, p + 2);
    double spread = 0;
    for (Index i = 0; i < n; ++i) {
      for (Index j = 0; j < p; ++j) a(i, j) = (static_cast<Real>(x(i, j)) - mean[j]) * inverse[j];
      a(i, p) = 1;
      a(i, p + 1) = s.log_time[static_cast<std::size_t>(i)] - center;
      spread += a(i, p + 1) * a(i, p + 1) / static_cast<double>(n);
    }
    const double unit = fixed || !(spread > 0) ? 1 : std::sqrt(spread);  // of log time
    a.col(p + 1) /= unit;

    Matrix<Real> block(block_rows, p + 2);
    bool late = false;  // without entries first: that is concave
    const auto evaluate = [&](const Vector<Real>& theta, detail::LocalQuadratic<Real>& q) {
      q.value = 0;
      q.gradient.setZero(p + 2);
      q.information.setZero(p + 2, p + 2);
      const double tau = theta[p + 1];
      if (!(tau > 0)) {
        q.value = std::numeric_limits<double>::quiet_NaN();
        return;
      }
      for (Index begin = 0; begin < n; begin += block_rows) {
        const Index rows = std::min<Index>(block_rows, n - begin);
        const auto part = a.middleRows(begin, rows);
        for (Index r = 0; r < rows; ++r) {
          const auto i = static_cast<std::size_t>(begin + r);
          const auto shape =
              detail::log_shape(options_.distribution, s.event[i], part.row(r).dot(theta));
          q.value += s.weight[i] * shape.value;
          q.gradient += s.weight[i] * shape.slope * part.row(r).transpose();
          block.row(r) = -s.weight[i] * shape.bend * part.row(r);
          if (!late || !(s.since_entry[i] > 0)) continue;
          const double since = s.since_entry[i] / unit;
          const auto entry =
              detail::log_shape(options_.distribution, false, part.row(r).dot(theta) - since * tau);
          q.value -= s.weight[i] * entry.value;
          q.gradient -= s.weight[i] * entry.slope * part.row(r).transpose();
          q.gradient[p + 1] += s.weight[i] * entry.slope * since;
          const double bend = s.weight[i] * entry.bend;
          block.row(r) += bend * part.row(r);
          q.information.row(p + 1) -= bend * since * part.row(r);
          q.information.col(p + 1) -= bend * since * part.row(r).transpose();
          q.information(p + 1, p + 1) += bend * since * since;
        }
        multiply_add(part.transpose(), block.topRows(rows), q.information);
      }
      // Each event's density of log time has a factor 1 / scale; a fixed scale is a coordinate that does not move.
      q.value += events * std::log(tau / unit);
      q.gradient[p + 1] += events / tau;
      q.information(p + 1, p + 1) += events / (tau * tau);
      if (fixed) {
        q.gradient[p + 1] = 0;
        q.information.row(p + 1).setZero();
        q.information.col(p + 1).setZero();
      }
      q.scale = q.information.diagonal();
    };

    detail::NewtonOptions<Real> how{.ridge = Vector<Real>::Zero(p + 2),
                                    .lasso = Vector<Real>::Zero(p + 2),
                                    .max_iterations = options_.max_iterations,
                                    .tolerance = options_.tolerance};
    Vector<Real> start = Vector<Real>::Zero(p + 2);
    start[p + 1] = 1;
    // Intercept and scale alone, then all: the first is the null model.
    const auto alone = [&](const Vector<Real>& theta, detail::LocalQuadratic<Real>& q) {
      evaluate(theta, q);
      q.gradient.head(p).setZero();
      q.information.topRows(p).setZero();
      q.information.leftCols(p).setZero();
    };
    auto null = detail::ConcaveNewton<Real>(how).maximize(start, alone);
    start = null.x;
    how.ridge.head(p) = options_.l2 * inverse.array().square();
    auto found = detail::ConcaveNewton<Real>(how).maximize(start, evaluate);
    if (s.late) {
      late = true;
      null.kept.assign(null.kept.size(), false);
      null.kept[static_cast<std::size_t>(p)] = true;
      null.kept[static_cast<std::size_t>(p) + 1] = !fixed;
      descend(null, Vector<Real>::Zero(p + 2), evaluate);
      if (found.stop != Stop::runs_away) descend(found, how.ridge, evaluate);
    }

    stop_ = found.stop;
    iterations_ = found.iterations;
    runaway_ = found.runaway;
    if (found.x[p + 1] * (spread > 0 ? 1.0 : 0.0) > 1e7) {  // residuals vanish against the spread
      stop_ = Stop::runs_away;
      runaway_.push_back(p + 1);
    }
    if (!(spread > 0) && !fixed && runaway_.empty()) {
      stop_ = Stop::runs_away;
      runaway_.push_back(p + 1);
    }
    std::sort(runaway_.begin(), runaway_.end());
    runaway_.erase(std::unique(runaway_.begin(), runaway_.end()), runaway_.end());
    for (Index j = 0; j < p; ++j)
      if (!found.kept[static_cast<std::size_t>(j)]) unidentified_.push_back(j);
    log_likelihood_ = found.end.value - log_times;
    null_log_likelihood_ = null.end.value - log_times;

    const double tau = found.x[p + 1] / unit;
    parameters_.resize(p + 2);
    parameters_.head(p) = -found.x.head(p).array() * inverse.array() / tau;
    parameters_[p] = center - found.x[p] / tau - mean.dot(parameters_.head(p));
    parameters_[p + 1] = 1 / tau;

    // Covariance of theta, then of what is a function of it.
    Matrix<Real> information = found.end.information;
    information.diagonal() += how.ridge;
    for (Index j = 0; j < p + 2; ++j)
      if (!found.kept[static_cast<std::size_t>(j)])
        information.row(j).setZero(), information.col(j).setZero();
    const Matrix<Real> v =
        detail::RankCholesky<Real>(information, found.end.scale + how.ridge, 1e-11).inverse();
    Matrix<Real> variance = v;
    if (options_.robust || !s.cluster.empty()) {
      std::map<std::int32_t, Vector<Real>> scores;  // of each cluster
      for (Index i = 0; i < n; ++i) {
        const auto at = static_cast<std::size_t>(i);
        const Real z = a.row(i).dot(found.x);
        Vector<Real> score = s.weight[at] *
                             detail::log_shape(options_.distribution, s.event[at], z).slope *
                             a.row(i).transpose();
        if (s.event[at]) score[p + 1] += s.weight[at] / found.x[p + 1];
        if (s.since_entry[at] > 0) {
          Vector<Real> entry = a.row(i).transpose();
          entry[p + 1] -= s.since_entry[at] / unit;
          score -= s.weight[at] *
                   detail::log_shape(options_.distribution, false, entry.dot(found.x)).slope *
                   entry;
        }
        auto& sum = scores[s.cluster.empty() ? static_cast<std::int32_t>(i) : s.cluster[at]];
        if (sum.size() == 0) sum = Vector<Real>::Zero(p + 2);
        sum += score;
      }
      Matrix<Real> meat = Matrix<Real>::Zero(p + 2, p + 2);
      for (const auto& [cluster, sum] : scores) meat += sum * sum.transpose();
      variance = v * meat * v;
    }
    Matrix<Real> jacobian = Matrix<Real>::Zero(p + 2, p + 2);
    const Real t = found.x[p + 1];
    for (Index j = 0; j < p; ++j) {
      jacobian(j, j) = -inverse[j] * unit / t;
      jacobian(j, p + 1) = -parameters_[j] / t;
    }
    jacobian(p, p) = -unit / t;
    jacobian(p, p + 1) = found.x[p] * unit / (t * t);
    for (Index j = 0; j < p; ++j) jacobian.row(p) -= mean[j] * jacobian.row(j);
    jacobian(p + 1, p + 1) = fixed ? 0 : -1 / t;
    covariance_ = jacobian * variance * jacobian.transpose();
  }

  /// From the concave optimum to that with late entries; coordinates that were not kept stay.
  template <class Evaluate>
  void descend(detail::NewtonResult<Real>& found, const Vector<Real>& ridge,
               const Evaluate& evaluate) const {
    detail::LocalQuadratic<Real> q;
    const auto negative = [&](const Vector<Real>& theta, Vector<Real>& gradient,
                              Matrix<Real>& hessian) {
      evaluate(theta, q);
      if (std::isnan(q.value)) return q.value;
      gradient = ridge.cwiseProduct(theta) - q.gradient;
      hessian = q.information;
      hessian.diagonal() += ridge;
      for (Index j = 0; j < theta.size(); ++j) {
        if (found.kept[static_cast<std::size_t>(j)]) continue;
        gradient[j] = 0;
        hessian.row(j).setZero(), hessian.col(j).setZero();
        hessian(j, j) = 1;
      }
      return ridge.dot(theta.cwiseAbs2()) / 2 - q.value;
    };
    const auto end =
        Newton{{.max_iterations = options_.max_iterations, .tolerance = 1e-14}}.minimize(negative,
                                                                                         found.x);
    found.x = end.x;
    found.stop = end.reason;
    found.iterations += end.iterations;
    evaluate(found.x, found.end);
  }

  static constexpr Index block_rows = 128;

  Options options_;
  Vector<Real> parameters_;  // coefficients, intercept, scale
  Matrix<Real> covariance_;
  double log_likelihood_ = 0;
  double null_log_likelihood_ = 0;
  Stop stop_ = Stop::iterations_exhausted;
  int iterations_ = 0;
  std::vector<Index> runaway_;
  std::vector<Index> unidentified_;
};

}  // namespace loyal
