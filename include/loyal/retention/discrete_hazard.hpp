// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "../loss/loss_function.hpp"
#include "../math/functions.hpp"
#include "../math/values.hpp"
#include "../metrics/survival_rows.hpp"

namespace loyal {

/// The loss of a network whose outputs are logits of the hazard in each interval of time: binary cross-entropy over
/// the intervals in which a row was watched.
///
///   loss = sum over samples and intervals with t >= 0 of  (1 - t) x + log(1 + exp(-x)),   over the samples
///
///   prediction   samples x intervals: logits x of the hazards, the chance of the event for those who came so far
///   target       samples x intervals, of HazardIntervals::targets(): 1 the event, 0 none, -1 not watched
///
/// It is minus the log-likelihood of a sample, so that any network of the library is trained as a survival model by
/// train(); with one Dense layer it is Cox's model for grouped times with a logit link.
/// @throws ShapeError if shapes differ; DataError for a target other than these three.
/// Source: Gensheimer & Narasimhan, PeerJ 7:e6257, 2019, equation 1. Cost: an exp an element.
///
///     loyal::Matrix<double> logits = loyal::Matrix<double>::Zero(1, 3);
///     loyal::Matrix<double> target(1, 3);
///     target << 0, 1, -1;  // the event in the second interval
///     const double loss = loyal::mean_loss(loyal::DiscreteHazardLoss{}, logits, target);
///     if (std::abs(loss - 2 * std::log(2.0)) > 1e-15) return 1;
class DiscreteHazardLoss {
 public:
  template <RealActivation X>
  [[nodiscard]] double divisor(const X& prediction, const X&, const Vector<double>& weights) const {
    return detail::total_weight(weights, as_matrix(prediction).rows());
  }

  template <RealActivation X>
  double evaluate(const X& prediction, const X& target, const Vector<double>& weights,
                  double divisor, X* gradient) const {
    using T = ScalarOf<X>;
    const char* const where = "DiscreteHazardLoss";
    const auto x = as_matrix(prediction);
    const auto t = as_matrix(target);
    detail::expect_shape(where, "target", t, x.rows(), x.cols());
    detail::expect_weights(where, weights, x.rows());
    if (!(t.array() == T(0) || t.array() == T(1) || t.array() == T(-1)).all())
      detail::fail<DataError>(where, "a target", "another number", "1, 0 or -1");
    if (gradient != nullptr) set_shape_like(*gradient, prediction);
    RowVector<T> watched(x.cols());
    double sum = 0;
    for (Index i = 0; i < x.rows(); ++i) {
      const double weight = weights.size() == 0 ? 1 : weights[i];
      watched = (t.row(i).array() >= T(0)).template cast<T>();
      const auto y = t.row(i).array();
      sum +=
          weight * static_cast<double>(((T(1) - y) * x.row(i).array() + softplus(-x.row(i).array()))
                                           .cwiseProduct(watched.array())
                                           .sum());
      if (gradient != nullptr)
        as_matrix(*gradient).row(i) = (sigmoid(x.row(i).array()) - y) * watched.array() *
                                      static_cast<T>(divisor == 0 ? 0 : weight / divisor);
    }
    return divisor == 0 ? 0 : sum / divisor;
  }
};

/// Intervals of time, (cuts[j], cuts[j + 1]] with 0 in front, for survival models in discrete time: from times and
/// events to what a network learns, and from its logits back to survival.
///
///   S(cuts_j) = prod over i <= j of  1 - sigmoid(logit_i)
///
/// A censored row counts as having come through its last interval if it was watched for half of it.
/// @throws DataError for values that cannot be used; OptionError for cuts that do not rise or are not positive;
/// ShapeError if sizes differ.
/// Source: Gensheimer & Narasimhan, PeerJ 7:e6257, 2019; person-period data as Singer & Willett, Journal of
/// Educational Statistics 18(2), 1993. Cost: rows x intervals.
///
///     const loyal::HazardIntervals intervals({1, 2, 4});  // (0, 1], (1, 2], (2, 4]
///     const auto target = intervals.targets<double>({1.5, 3}, {1, 0});
///     if (target(0, 1) != 1 || target(0, 2) != -1 || target(1, 2) != 0) return 1;
///     const auto s = intervals.survival(loyal::Matrix<double>(loyal::Matrix<double>::Zero(1, 3)), {0.5, 2});
///     if (s(0, 0) != 0.75 || s(0, 1) != 0.25) return 2;
class HazardIntervals {
 public:
  explicit HazardIntervals(std::vector<double> cuts) : cuts_(std::move(cuts)) {
    detail::expect_option("HazardIntervals", "the number of cuts", cuts_.size(), !cuts_.empty(),
                          ">= 1");
    double before = 0;
    for (const double cut : cuts_) {
      detail::expect_option("HazardIntervals", "a cut", cut, cut > before && std::isfinite(cut),
                            "> 0, and larger than the one before");
      before = cut;
    }
  }
  /// Cuts with about as many events in each interval; the last is the largest time. Fewer than @p count where times
  /// are tied.
  [[nodiscard]] static HazardIntervals by_events(const Values& time, const Values& event,
                                                 Index count) {
    const char* const where = "HazardIntervals::by_events";
    detail::expect_survival(where, time, event);
    detail::expect_option(where, "count", count, count >= 1, ">= 1");
    std::vector<double> times;
    double last = 0;
    for (Index i = 0; i < time.size(); ++i) {
      last = std::max(last, time[i]);
      if (event[i] == 1) times.push_back(time[i]);
    }
    if (times.empty()) detail::fail<DataError>(where, "the number of events", 0, ">= 1");
    std::sort(times.begin(), times.end());
    std::vector<double> cuts;
    for (Index k = 1; k < count; ++k) {
      const auto at = times.size() * static_cast<std::size_t>(k) / static_cast<std::size_t>(count);
      const double cut = times[at == 0 ? 0 : at - 1];
      if (cut > (cuts.empty() ? 0.0 : cuts.back()) && cut < last) cuts.push_back(cut);
    }
    cuts.push_back(last);
    return HazardIntervals(std::move(cuts));
  }

  /// Ends of the intervals, rising.
  [[nodiscard]] const std::vector<double>& cuts() const noexcept { return cuts_; }
  [[nodiscard]] Index size() const noexcept { return static_cast<Index>(cuts_.size()); }

  /// Rows x intervals: 1 the event, 0 none, -1 not watched, as DiscreteHazardLoss takes them. Times beyond the last
  /// cut are censored there; with rows.entry, intervals that had begun by then are not watched. Weights are the
  /// dataset's matter.
  template <Scalar T>
  [[nodiscard]] Matrix<T> targets(const Values& time, const Values& event,
                                  const SurvivalRows& rows = {}) const {
    detail::expect_survival("HazardIntervals::targets", time, event, rows);
    Matrix<T> result = Matrix<T>::Constant(time.size(), size(), T(-1));
    for (Index i = 0; i < time.size(); ++i) {
      const double entry = rows.entry.empty() ? 0 : rows.entry[static_cast<std::size_t>(i)];
      for (Index j = 0; j < size(); ++j) {
        const double begin = j == 0 ? 0 : cut(j - 1);
        const bool inside = time[i] <= cut(j);
        if (begin >= entry) {
          if (inside && event[i] == 1)
            result(i, j) = 1;
          else if (time[i] >= (begin + cut(j)) / 2)
            result(i, j) = 0;
        }
        if (inside) break;
      }
    }
    return result;
  }

  /// Survival at times from logits of the hazards, rows x times. Inside an interval it falls in a straight line; after
  /// the last cut it stays.
  template <Scalar T>
  [[nodiscard]] Matrix<T> survival(const Matrix<T>& logits, const Values& times) const {
    detail::expect_size("HazardIntervals::survival", "logits.cols()", logits.cols(), size());
    for (Index k = 0; k < times.size(); ++k)
      if (std::isnan(times[k]))
        detail::fail<DataError>("HazardIntervals::survival", detail::concatenate("times[", k, "]"),
                                times[k], "a number");
    Matrix<T> result(logits.rows(), times.size());
    std::vector<double> at_cut(cuts_.size() + 1);
    for (Index i = 0; i < logits.rows(); ++i) {
      at_cut[0] = 1;
      for (Index j = 0; j < size(); ++j)
        at_cut[static_cast<std::size_t>(j) + 1] =
            at_cut[static_cast<std::size_t>(j)] * sigmoid(-static_cast<double>(logits(i, j)));
      for (Index k = 0; k < times.size(); ++k) {
        const auto next = std::lower_bound(cuts_.begin(), cuts_.end(), times[k]);
        const auto j = static_cast<std::size_t>(next - cuts_.begin());
        double s = at_cut[j];
        if (times[k] <= 0) {
          s = 1;
        } else if (next != cuts_.end()) {
          const double begin = j == 0 ? 0 : cuts_[j - 1];
          s += (at_cut[j + 1] - s) * (times[k] - begin) / (*next - begin);
        }
        result(i, k) = static_cast<T>(s);
      }
    }
    return result;
  }

 private:
  [[nodiscard]] double cut(Index j) const { return cuts_[static_cast<std::size_t>(j)]; }

  std::vector<double> cuts_;
};

/// Rows of person-period data: one for each row and interval watched, as any classifier of label and features takes.
struct PersonPeriods {
  std::vector<Index> row;       ///< which row it comes from
  std::vector<Index> interval;  ///< which interval it speaks of
  std::vector<double> label;    ///< 1 where the event lies in it
};

/// Targets of HazardIntervals as person-period rows, in the order of rows.
///
///     const loyal::HazardIntervals intervals({1, 2, 4});
///     const auto periods = loyal::person_periods(intervals.targets<double>({1.5, 4}, {1, 0}));
///     if (periods.row.size() != 5 || periods.label[1] != 1) return 1;
template <Scalar T>
PersonPeriods person_periods(const Matrix<T>& targets) {
  PersonPeriods periods;
  for (Index i = 0; i < targets.rows(); ++i)
    for (Index j = 0; j < targets.cols(); ++j) {
      if (targets(i, j) < T(0)) continue;
      periods.row.push_back(i);
      periods.interval.push_back(j);
      periods.label.push_back(static_cast<double>(targets(i, j)));
    }
  return periods;
}

}  // namespace loyal
