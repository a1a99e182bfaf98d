// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "../../core/types.hpp"

namespace loyal::detail {

/// Adam on a table of which a step touches few rows, at the cost of those: what Adam on the whole table does to a row
/// of gradient 0 (its moments decay, it drifts on along its mean) is made up for when the row is asked for again.
///
///   drift over k steps = rate m sqrt(1 - 0.999^t) / (1 - 0.9^t) / sqrt(v) sum of (0.9 / sqrt(0.999))^j, j = 1..k
///
/// with the t and the rate of the time of asking: exact but for how both changed within these k steps, which matters
/// to the first few steps only. Rows seldom met move as far for a gradient as often met ones do for all of theirs.
/// Different rows may step at the same time.
/// Source: Kingma & Ba, ICLR 2015, algorithm 1.
template <Scalar T>
class RowAdam {
 public:
  RowAdam(Index rows, Index cols)
      : first_(Matrix<T>::Zero(rows, cols)),
        second_(Matrix<T>::Zero(rows, cols)),
        last_(static_cast<std::size_t>(rows), 0) {}

  /// Ends a step of the whole table.
  void end_step() {
    const auto t = static_cast<double>(++step_);
    drift_ = std::sqrt(1 - std::pow(0.999, t)) / (1 - std::pow(0.9, t));
    by_first_ = 1 / (1 - std::pow(0.9, t + 1));
    by_second_ = 1 / (1 - std::pow(0.999, t + 1));
  }

  /// Brings a row up to the steps that have ended.
  void catch_up(Matrix<T>& table, Index row, T rate) {
    auto& last = last_[static_cast<std::size_t>(row)];
    const std::int64_t idle = step_ - last;
    if (idle > 0 && last > 0) {
      constexpr double ratio = 0.90045033787521094;  // 0.9 / sqrt(0.999)
      const Decay& decay = decays()[static_cast<std::size_t>(std::min(idle, longest))];
      const double second = idle <= longest ? decay.second : std::pow(0.999, idle);
      const double sum = ratio * (1 - decay.first / std::sqrt(decay.second)) / (1 - ratio);
      const auto along = static_cast<T>(static_cast<double>(rate) * sum * drift_);
      in_blocks(table, row, [&](auto x, auto mean, auto square, Index) {
        x -= along * mean / (square.sqrt() + T(1e-12));
        mean *= static_cast<T>(decay.first);
        square *= static_cast<T>(second);
      });
    }
    last = step_;
  }

  /// table.row(row) -= rate * its mean gradient / the root of its mean square, in the step under way.
  void step(Matrix<T>& table, Index row, const RowVector<T>& gradient, T rate) {
    catch_up(table, row, rate);
    last_[static_cast<std::size_t>(row)] = step_ + 1;
    const T by_first = rate * static_cast<T>(by_first_);
    const auto by_second = static_cast<T>(by_second_);
    in_blocks(table, row, [&](auto x, auto mean, auto square, Index from) {
      const auto g = gradient.segment(from, x.size()).array();
      mean += T(0.1) * (g - mean);
      square += T(0.001) * (g * g - square);
      x -= by_first * mean / ((by_second * square).sqrt() + T(1e-8));
    });
  }

 private:
  static constexpr std::int64_t longest = 255;  // idle steps after which the mean has gone

  struct Decay {
    double first = 1;
    double second = 1;
  };
  static const std::array<Decay, longest + 1>& decays() {
    static const std::array<Decay, longest + 1> all = [] {
      std::array<Decay, longest + 1> some{};
      for (std::size_t k = 1; k < some.size(); ++k)
        some[k] = {0.9 * some[k - 1].first, 0.999 * some[k - 1].second};
      return some;
    }();
    return all;
  }

  /// f on some numbers of a row at a time, which stay in registers and the first-level cache.
  template <class F>
  void in_blocks(Matrix<T>& table, Index row, const F& f) {
    using Row = Eigen::Map<Eigen::Array<T, 1, Eigen::Dynamic>>;
    constexpr Index block = 64;
    const Index at = row * table.cols();
    for (Index d = 0; d < table.cols(); d += block) {
      const Index n = std::min(block, table.cols() - d);
      f(Row(table.data() + at + d, n), Row(first_.data() + at + d, n),
        Row(second_.data() + at + d, n), d);
    }
  }

  Matrix<T> first_;
  Matrix<T> second_;
  std::vector<std::int64_t> last_;   // the step up to which a row is
  std::int64_t step_ = 0;            // that have ended
  double drift_ = 1;                 // see above
  double by_first_ = 1 / (1 - 0.9);  // corrections of the step under way
  double by_second_ = 1 / (1 - 0.999);
};

}  // namespace loyal::detail
