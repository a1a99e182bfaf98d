// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "../math/incomplete_beta.hpp"
#include "../math/order.hpp"
#include "roi.hpp"

namespace loyal {

/// The most that contacting everyone above a score can bring, for each customer of the base.
struct MaximumProfit {
  double profit = 0;     ///< money for each customer of the base, contacted or not; >= 0
  double fraction = 0;   ///< share of the base contacted; in [0, 1]
  double threshold = 0;  ///< contact scores >= threshold; infinite when contacting nobody is best
};

/// The expectation of MaximumProfit over an uncertain acceptance rate.
struct ExpectedMaximumProfit {
  double profit = 0;    ///< money for each customer of the base; >= 0
  double fraction = 0;  ///< expected share of the base contacted; in [0, 1]
};

namespace detail {

/// Shares of leavers and stayers at or above a score.
struct RocPoint {
  double leavers = 0;
  double stayers = 0;
  double score = std::numeric_limits<double>::infinity();
};

struct Roc {
  double leaver_share = 0;
  std::vector<RocPoint> points;  // from (0, 0) to (1, 1); one for each different score
};

template <class DerivedS, class DerivedY>
Roc roc_of(const char* where, const Eigen::MatrixBase<DerivedS>& score,
           const Eigen::MatrixBase<DerivedY>& left) {
  const Vector<double> s = finite_column(where, "score", score);
  expect_size(where, "left", left.size(), s.size());
  const Vector<double> y = label_column(where, left);
  const double n = static_cast<double>(s.size());
  const double leavers = y.sum();
  if (leavers == 0 || leavers == n)
    fail<DataError>(where, "share of leavers", leavers == 0 ? 0 : 1, "leavers and stayers");

  const std::vector<Index> order = descending_order(s);
  Roc roc{leavers / n, {RocPoint{}}};
  double ones = 0;
  double zeros = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    (y[order[i]] == 1 ? ones : zeros) += 1;
    if (i + 1 == order.size() || s[order[i + 1]] != s[order[i]])
      roc.points.push_back({ones / leavers, zeros / (n - leavers), s[order[i]]});
  }
  return roc;
}

/// The corners of the upper convex hull, from (0, 0) to (1, 1).
inline std::vector<RocPoint> convex_hull(const std::vector<RocPoint>& points) {
  std::vector<RocPoint> hull;
  for (const RocPoint& p : points) {
    while (hull.size() >= 2) {
      const RocPoint& a = hull[hull.size() - 2];
      const RocPoint& b = hull.back();
      if ((b.leavers - a.leavers) * (p.stayers - a.stayers) >
          (p.leavers - a.leavers) * (b.stayers - a.stayers))
        break;
      hull.pop_back();
    }
    hull.push_back(p);
  }
  return hull;
}

}  // namespace detail

/// Maximum profit: the best threshold of a score, for an offer and one value for all customers.
///   MP = max over s of  pi0 F0(s) profit(1, v) + pi1 F1(s) profit(0, v)
/// where F0 and F1 are the shares of leavers and stayers with a score >= s, and pi0, pi1 the shares
/// of both in the base. Contacting nobody brings 0.
/// | argument | shape | meaning |
/// | score | n | any score that is higher for those more likely to leave |
/// | left | n | 1: has left, 0: has stayed; both must occur |
/// @throws ShapeError when the sizes differ; DataError on unusable values or a single class.
/// Source: Verbraken, Verbeke & Baesens, IEEE TKDE 25(5), 2013, equation 8. Cost: O(n log n).
///
///     loyal::Vector<double> score(4), left(4);
///     score << 0.9, 0.7, 0.3, 0.2;
///     left << 1, 1, 0, 0;
///     const auto best = loyal::maximum_profit(loyal::RetentionOffer{}, score, left, 200);
///     if (best.threshold != 0.7 || best.fraction != 0.5) return 1;
template <class DerivedS, class DerivedY>
[[nodiscard]] MaximumProfit maximum_profit(const RetentionOffer& offer,
                                           const Eigen::MatrixBase<DerivedS>& score,
                                           const Eigen::MatrixBase<DerivedY>& left, double value) {
  detail::expect_option("maximum_profit", "value", value, std::isfinite(value), "finite");
  const auto roc = detail::roc_of("maximum_profit", score, left);
  const double pi0 = roc.leaver_share;
  MaximumProfit best{0, 0, std::numeric_limits<double>::infinity()};
  for (const auto& point : roc.points) {
    const double profit = pi0 * point.leavers * offer.profit(1, value) +
                          (1 - pi0) * point.stayers * offer.profit(0, value);
    if (profit > best.profit)
      best = {profit, pi0 * point.leavers + (1 - pi0) * point.stayers, point.score};
  }
  return best;
}

/// What expected_maximum_profit assumes; the defaults are those of its source.
struct ExpectedMaximumProfitOptions {
  double alpha = 6;            ///< of the Beta distribution of the acceptance; > 0
  double beta = 14;            ///< of the same; > 0
  double value = 200;          ///< v, worth of a customer who stays, money; > incentive_cost
  double contact_cost = 1;     ///< f, money for each contact; >= 0
  double incentive_cost = 10;  ///< d, money for each offer taken; >= 0
};

/// EMPC, expected maximum profit of a churn model: maximum_profit averaged over acceptance rates
/// a ~ Beta(alpha, beta), each met with its own best threshold on the convex hull of the ROC curve.
///   EMPC = int_0^1 max over s of { pi0 F0(s) (a (v - d) - f) - pi1 F1(s) (d + f) } h(a) da
/// In closed form on each segment of the hull, through incomplete_beta().
/// | argument | shape | meaning |
/// | score | n | any score that is higher for those more likely to leave |
/// | left | n | 1: has left, 0: has stayed; both must occur |
/// @throws ShapeError, DataError as maximum_profit; OptionError outside the domains of Options.
/// Source: Verbraken, Verbeke & Baesens, IEEE TKDE 25(5), 2013, equations 10 to 14 and defaults.
/// Cost: O(n log n) and four incomplete beta functions for each corner of the hull.
///
///     loyal::Vector<double> score(8), left(8);
///     score << .1, .2, .3, .4, .5, .7, .8, .9;
///     left << 0, 1, 0, 1, 0, 1, 0, 1;
///     const auto empc = loyal::expected_maximum_profit(score, left);
///     if (empc.profit < 23.8755 || empc.profit > 23.8756) return 1;
template <class DerivedS, class DerivedY>
[[nodiscard]] ExpectedMaximumProfit expected_maximum_profit(
    const Eigen::MatrixBase<DerivedS>& score, const Eigen::MatrixBase<DerivedY>& left,
    const ExpectedMaximumProfitOptions& options = {}) {
  const char* where = "expected_maximum_profit";
  const auto& [alpha, beta, v, f, d] = options;
  detail::expect_option(where, "alpha", alpha, alpha > 0 && std::isfinite(alpha), "> 0");
  detail::expect_option(where, "beta", beta, beta > 0 && std::isfinite(beta), "> 0");
  detail::expect_option(where, "contact_cost", f, f >= 0 && std::isfinite(f), ">= 0");
  detail::expect_option(where, "incentive_cost", d, d >= 0 && std::isfinite(d), ">= 0");
  detail::expect_option(where, "value", v, v > d && std::isfinite(v), "> incentive_cost");
  const auto roc = detail::roc_of(where, score, left);
  const auto hull = detail::convex_hull(roc.points);
  const double pi0 = roc.leaver_share;
  const double pi1 = 1 - pi0;

  ExpectedMaximumProfit result;
  double from = 0;  // corner i is the best for acceptance rates from .. to
  for (std::size_t i = 0; i < hull.size() && from < 1; ++i) {
    const double reached0 = pi0 * hull[i].leavers;
    const double reached1 = pi1 * hull[i].stayers;
    double to = 1;
    if (i + 1 < hull.size()) {
      const double more0 = pi0 * hull[i + 1].leavers - reached0;
      const double more1 = pi1 * hull[i + 1].stayers - reached1;
      // A last, flat segment (no leaver left to reach) is never worth walking.
      if (more0 > 0) to = std::clamp((more1 * (d + f) + more0 * f) / (more0 * (v - d)), from, 1.0);
    }
    const double mass = incomplete_beta(to, alpha, beta) - incomplete_beta(from, alpha, beta);
    const double mean_mass =
        alpha / (alpha + beta) *
        (incomplete_beta(to, alpha + 1, beta) - incomplete_beta(from, alpha + 1, beta));
    result.profit += reached0 * ((v - d) * mean_mass - f * mass) - reached1 * (d + f) * mass;
    result.fraction += (reached0 + reached1) * mass;
    from = to;
  }
  return result;
}

}  // namespace loyal
