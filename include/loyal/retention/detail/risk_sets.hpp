// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "../../core/types.hpp"
#include "../../math/detail/concave_newton.hpp"
#include "../../math/matrix_product.hpp"
#include "../../math/order.hpp"
#include "../../math/values.hpp"
#include "../../metrics/survival_rows.hpp"

namespace loyal {

/// How Cox's partial likelihood treats events at the same time.
enum class Ties {
  efron,    ///< each of d tied events leaves the risk set by 1 / d: close to the exact answer
  breslow,  ///< all of them stay until the last: simpler, coefficients lean towards 0
};

namespace detail {

/// The rows of a Cox model by stratum, latest first, and sums over those at risk at each event time.
///
/// Event times are numbered in the order in which they are met, stratum by stratum, latest first; after each stratum
/// one number stands for "before its first event". A row is at risk at times from .. to - 1. With a_k the hazard's
/// increment at time k and H_i the sum of a_k over a row's times, the score is X^T (weight event - r H) and the
/// information X^T diag(r H) X - sum_k weight_k mean_k mean_k^T: two symmetric products instead of one matrix for
/// each event time.
/// Source: Efron, JASA 72, 1977; Breslow, JRSS B 34, 1972; as in Therneau & Grambsch, Modeling Survival Data, 2000,
/// sections 3.1 and 3.3. The form as two products is our own.
/// Cost: O(n log n) once, then n p^2 + n p flops and n exponentials an evaluation.
template <Scalar T>
class RiskSets {
 public:
  struct EventTime {
    double time;
    Index first, deaths,
        last;  // rows first .. first + deaths - 1 have events, those up to last - 1 the same time
    T weight;  // of all its events
    bool end_of_stratum;  // not a time, but what stands after its stratum's
  };
  /// One of the denominators of a time's events.
  struct Term {
    Index k;
    T share;        // of the tied events' risk that has left
    T weight;       // of the events that it stands for
    T increment;    // weight / denominator
    const T* mean;  // of the covariates at risk
  };

  /// @p x: rows in the caller's order, already centered and scaled.
  template <class X>
  RiskSets(const X& x, const Values& time, const Values& event, const SurvivalRows& rows, Ties ties)
      : ties_(ties) {
    sort(time, rows, event);
    const Index n = size();
    x_.resize(n, x.cols());
    for (Index i = 0; i < n; ++i)
      x_.row(i) = x.row(order_[static_cast<std::size_t>(i)]).template cast<T>();
    find_times(time, rows);
    risk_.resize(n);
    shift_.resize(static_cast<Index>(strata_.size()));
  }

  [[nodiscard]] Index size() const { return static_cast<Index>(order_.size()); }
  [[nodiscard]] Index cols() const { return x_.cols(); }
  [[nodiscard]] const std::vector<Index>& order() const { return order_; }
  [[nodiscard]] const std::vector<EventTime>& times() const { return times_; }
  [[nodiscard]] auto x(Index i) const { return x_.row(i); }
  [[nodiscard]] T weight(Index i) const { return weight_[i]; }
  [[nodiscard]] bool event(Index i) const { return event_[static_cast<std::size_t>(i)] != 0; }
  [[nodiscard]] Index from(Index i) const { return from_[static_cast<std::size_t>(i)]; }
  [[nodiscard]] Index to(Index i) const { return to_[static_cast<std::size_t>(i)]; }
  [[nodiscard]] bool has_events() const {
    return std::any_of(times_.begin(), times_.end(),
                       [](const EventTime& t) { return !t.end_of_stratum; });
  }

  /// weight exp(x beta - shift of the stratum), and the log-likelihood's sum over events of x beta - shift.
  double set_risks(const Vector<T>& beta) {
    multiply(x_, beta, as_column(risk_));
    double events = 0;
    for (std::size_t s = 0; s < strata_.size(); ++s) {
      const auto [begin, end] = strata_[s];
      auto part = risk_.segment(begin, end - begin).array();
      T& shift = shift_[static_cast<Index>(s)];
      shift = part.maxCoeff();
      part -= shift;
      for (Index i = begin; i < end; ++i)
        if (event(i)) events += static_cast<double>(weight_[i] * risk_[i]);
      part = part.exp() * weight_.segment(begin, end - begin).array();
    }
    return events;
  }
  [[nodiscard]] const Vector<T>& risks() const { return risk_; }
  /// Of each stratum, in the order of times().
  [[nodiscard]] const Vector<T>& shifts() const { return shift_; }

  /// Calls f(term) for each event, latest first, and returns the sum of weight log(denominator).
  template <class F>
  double for_each_term(F&& f) {
    const Index p = cols();
    Vector<T> sum = Vector<T>::Zero(p);
    Vector<T> tied(p);
    Vector<T> mean(p);
    double logarithms = 0;
    std::size_t leaving = 0;
    std::size_t k = 0;
    for (const auto& stratum : strata_) {
      sum.setZero();
      T total = 0;
      Index present = 0;
      for (Index row = stratum.first; !times_[k].end_of_stratum; ++k) {
        const EventTime& now = times_[k];
        for (; row < now.last; ++row) {
          if (from(row) == to(row)) continue;  // watched at none of the times
          sum += risk_[row] * x_.row(row).transpose();
          total += risk_[row];
          ++present;
        }
        for (; leaving < leave_order_.size() && leave_at(leaving) <= static_cast<Index>(k);
             ++leaving) {
          const Index gone = leave_order_[leaving];
          sum -= risk_[gone] * x_.row(gone).transpose();
          total -= risk_[gone];
          if (--present == 0) total = 0, sum.setZero();
        }
        const bool efron = ties_ == Ties::efron && now.deaths > 1;
        const Index terms = efron ? now.deaths : 1;
        T tied_total = 0;
        if (efron) {
          tied.setZero();
          for (Index i = now.first; i < now.first + now.deaths; ++i) {
            tied += risk_[i] * x_.row(i).transpose();
            tied_total += risk_[i];
          }
        }
        const T weight = now.weight / static_cast<T>(terms);
        for (Index l = 0; l < terms; ++l) {
          const T share = static_cast<T>(l) / static_cast<T>(terms);
          const T denominator = total - share * tied_total;
          logarithms += static_cast<double>(weight) * std::log(static_cast<double>(denominator));
          if (efron)
            mean = (sum - share * tied) / denominator;
          else
            mean = sum / denominator;
          f(Term{static_cast<Index>(k), share, weight, weight / denominator, mean.data()});
        }
      }
      while (leaving < leave_order_.size() && leave_at(leaving) <= static_cast<Index>(k)) ++leaving;
      ++k;
    }
    return logarithms;
  }

  /// Log-likelihood, score and information at @p beta. With @p factor, one a time, each time's share of score and
  /// information is multiplied by it.
  void evaluate(const Vector<T>& beta, LocalQuadratic<T>& q, const Vector<T>* factor = nullptr) {
    const Index p = cols();
    q.value = set_risks(beta);
    Vector<T> steps = Vector<T>::Zero(static_cast<Index>(times_.size()));
    Vector<T> reduced = steps;  // what the tied events themselves go without
    q.information.setZero(p, p);
    Matrix<T> block(block_rows, p);
    Index filled = 0;
    Matrix<T> weighted(block_rows, p);
    const auto flush = [&] {
      multiply_add(weighted.topRows(filled).transpose(), block.topRows(filled), q.information);
      filled = 0;
    };
    q.value -= for_each_term([&](const Term& term) {
      const T f = factor == nullptr ? T(1) : (*factor)[term.k];
      const T g = f * term.increment;
      steps[term.k] += g;
      reduced[term.k] += term.share * g;
      const T minus = -f * term.weight;
      for (Index j = 0; j < p; ++j) {
        block(filled, j) = term.mean[j];
        weighted(filled, j) = minus * term.mean[j];
      }
      if (++filled == block_rows) flush();
    });
    flush();

    accumulate(steps);
    q.gradient.setZero(p);
    Vector<T> residual(block_rows);
    const Vector<T> moments = q.information.diagonal();
    for (Index begin = 0; begin < size(); begin += block_rows) {
      const Index rows = std::min<Index>(block_rows, size() - begin);
      for (Index r = 0; r < rows; ++r) {
        const Index i = begin + r;
        T h = steps[from(i)] - steps[to(i)];
        T happened = 0;
        if (event(i)) {
          h -= reduced[from(i)];
          happened = weight_[i] * (factor == nullptr ? T(1) : (*factor)[from(i)]);
        }
        const T c = risk_[i] * h;
        residual[r] = happened - c;
        for (Index j = 0; j < p; ++j) block(r, j) = c * x_(i, j);
      }
      const auto part = x_.middleRows(begin, rows);
      multiply_add(part.transpose(), block.topRows(rows), q.information);
      multiply_add(part.transpose(), residual.head(rows), as_column(q.gradient));
    }
    q.scale = (q.information.diagonal() - moments).cwiseAbs();
  }

  /// Each row's part of the score, weighted, in the caller's order, at the last set_risks().
  /// Source: Therneau & Grambsch, 2000, section 4.2 and, with Efron's ties, its appendix.
  [[nodiscard]] Matrix<T> score_residuals() {
    const Index p = cols();
    const auto count = static_cast<Index>(times_.size());
    // Sums over a time's terms of the increments and of increment times mean: in the last column and before it.
    Matrix<T> steps = Matrix<T>::Zero(count, p + 1);
    Matrix<T> reduced = steps;  // the same, by the share that has left
    Matrix<T> means = Matrix<T>::Zero(count, p);
    for_each_term([&](const Term& term) {
      const Eigen::Map<const RowVector<T>> mean(term.mean, p);
      steps.row(term.k).head(p) += term.increment * mean;
      steps(term.k, p) += term.increment;
      reduced.row(term.k).head(p) += term.share * term.increment * mean;
      reduced(term.k, p) += term.share * term.increment;
      means.row(term.k) += term.weight / times_[static_cast<std::size_t>(term.k)].weight * mean;
    });
    for (Index j = 0; j <= p; ++j) {
      Vector<T> column = steps.col(j);
      accumulate(column);
      steps.col(j) = column;
    }
    Matrix<T> result(size(), p);
    for (Index i = 0; i < size(); ++i) {
      auto row = result.row(order_[static_cast<std::size_t>(i)]);
      RowVector<T> seen = steps.row(from(i)) - steps.row(to(i));
      if (event(i)) seen -= reduced.row(from(i));
      row = -risk_[i] * (seen[p] * x_.row(i) - seen.head(p));
      if (event(i)) row += weight_[i] * (x_.row(i) - means.row(from(i)));
    }
    return result;
  }

  /// Hazards' increments at each time become sums from the stratum's first event on.
  void accumulate(Vector<T>& steps) const {
    for (Index k = steps.size() - 1; k > 0; --k) {
      if (!times_[static_cast<std::size_t>(k - 1)].end_of_stratum) steps[k - 1] += steps[k];
    }
  }

 private:
  static constexpr Index block_rows = 128;

  static Eigen::Map<Matrix<T>> as_column(Vector<T>& v) { return {v.data(), v.size(), 1}; }

  [[nodiscard]] Index leave_at(std::size_t i) const {
    return to_[static_cast<std::size_t>(leave_order_[i])];
  }

  void sort(const Values& time, const SurvivalRows& rows, const Values& event) {
    order_ = descending_order(time);
    if (!rows.stratum.empty())
      std::stable_sort(order_.begin(), order_.end(), [&](Index a, Index b) {
        return rows.stratum[static_cast<std::size_t>(a)] <
               rows.stratum[static_cast<std::size_t>(b)];
      });
    const auto weight = [&](Index i) {
      return rows.weight.empty() ? 1.0 : rows.weight[static_cast<std::size_t>(i)];
    };
    // Of equal times those with events stand first.
    const auto n = order_.size();
    const auto happened = [&](Index i) { return event[i] == 1 && weight(i) > 0; };
    for (std::size_t begin = 0; begin < n;) {
      std::size_t end = begin + 1;
      while (end < n && time[order_[end]] == time[order_[begin]] &&
             same_stratum(rows, order_[end], order_[begin]))
        ++end;
      if (end - begin > 1)
        std::stable_partition(order_.begin() + static_cast<std::ptrdiff_t>(begin),
                              order_.begin() + static_cast<std::ptrdiff_t>(end), happened);
      begin = end;
    }
    weight_.resize(static_cast<Index>(n));
    event_.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
      weight_[static_cast<Index>(i)] = static_cast<T>(weight(order_[i]));
      event_[i] = happened(order_[i]);
    }
  }

  static bool same_stratum(const SurvivalRows& rows, Index a, Index b) {
    return rows.stratum.empty() ||
           rows.stratum[static_cast<std::size_t>(a)] == rows.stratum[static_cast<std::size_t>(b)];
  }

  void find_times(const Values& time, const SurvivalRows& rows) {
    const Index n = size();
    const auto when = [&](Index i) { return time[order_[static_cast<std::size_t>(i)]]; };
    from_.resize(static_cast<std::size_t>(n));
    to_.resize(static_cast<std::size_t>(n));
    for (Index begin = 0; begin < n;) {
      Index end = begin;
      const std::size_t first = times_.size();
      while (end < n && same_stratum(rows, order_[static_cast<std::size_t>(end)],
                                     order_[static_cast<std::size_t>(begin)])) {
        EventTime now{when(end), end, 0, end, 0, false};
        for (; now.last < n && when(now.last) == now.time &&
               same_stratum(rows, order_[static_cast<std::size_t>(now.last)],
                            order_[static_cast<std::size_t>(begin)]);
             ++now.last) {
          from_[static_cast<std::size_t>(now.last)] = static_cast<Index>(times_.size());
          if (!event(now.last)) continue;
          ++now.deaths;
          now.weight += weight_[now.last];
        }
        end = now.last;
        if (now.deaths > 0) times_.push_back(now);
      }
      const auto behind = static_cast<Index>(times_.size());
      times_.push_back({0, end, 0, end, 0, true});
      for (Index i = begin; i < end; ++i) {
        Index& to = to_[static_cast<std::size_t>(i)];
        to = behind;
        if (rows.entry.empty()) continue;
        const double entry =
            rows.entry[static_cast<std::size_t>(order_[static_cast<std::size_t>(i)])];
        const auto met = std::partition_point(times_.begin() + static_cast<std::ptrdiff_t>(first),
                                              times_.begin() + static_cast<std::ptrdiff_t>(behind),
                                              [&](const EventTime& t) { return t.time > entry; });
        to = static_cast<Index>(met - times_.begin());
      }
      strata_.emplace_back(begin, end);
      begin = end;
    }
    if (rows.entry.empty()) return;
    for (Index i = 0; i < n; ++i)
      if (from(i) < to(i)) leave_order_.push_back(i);
    std::stable_sort(leave_order_.begin(), leave_order_.end(), [&](Index a, Index b) {
      return to_[static_cast<std::size_t>(a)] < to_[static_cast<std::size_t>(b)];
    });
  }

  Ties ties_;
  std::vector<Index> order_;  // the caller's number of each row
  Matrix<T> x_;
  Vector<T> weight_;
  std::vector<char> event_;
  std::vector<Index> from_, to_;
  std::vector<Index> leave_order_;  // rows by `to`, where rows enter late
  std::vector<EventTime> times_;
  std::vector<std::pair<Index, Index>> strata_;  // rows of each
  Vector<T> risk_;
  Vector<T> shift_;
};

}  // namespace detail
}  // namespace loyal
