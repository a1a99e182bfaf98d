// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <limits>

#include "../core/error.hpp"
#include "../core/parameters.hpp"

namespace loyal {

/// Lowers the learning rate when a measure has stopped falling.
///
/// A measure is better if it is below (1 - threshold) best, for a best below 0 (1 + threshold) best. After more
/// than `patience` measures in a row that are not, the rate falls by `factor`; `cooldown` measures then go
/// uncounted. NaN is not better. For a measure that should rise, feed its negative.
/// It is saved as a model is; in train(), feed it by `on_epoch` and hand out rate() as the schedule.
/// Source: none; rules and defaults of torch's ReduceLROnPlateau.
///
///     loyal::Plateau plateau{{.factor = 0.5, .patience = 1}};
///     for (const double loss : {3.0, 2.0, 2.0, 2.0}) plateau.observe(loss);
///     if (plateau.rate() != 0.5) return 1;
///     const loyal::Schedule schedule = [&](std::int64_t) { return plateau.rate(); };
///     if (schedule(7) != 0.5) return 2;
class Plateau {
 public:
  struct Options {
    double factor = 0.1;      ///< what remains of the rate after a fall; in (0, 1)
    int patience = 10;        ///< measures without a better one that are borne; >= 0
    double threshold = 1e-4;  ///< share of the best by which a better measure is lower; in [0, 1)
    int cooldown = 0;         ///< measures after a fall that do not count; >= 0
    double minimum = 0;       ///< rate below which it does not fall; in [0, 1]
  };

  Plateau() = default;

  /// @throws OptionError if an option lies outside its domain.
  explicit Plateau(const Options& options) : options_(options) {
    const auto& o = options;
    detail::expect_option("Plateau", "factor", o.factor, o.factor > 0 && o.factor < 1, "in (0, 1)");
    detail::expect_option("Plateau", "patience", o.patience, o.patience >= 0, ">= 0");
    detail::expect_option("Plateau", "threshold", o.threshold, o.threshold >= 0 && o.threshold < 1,
                          "in [0, 1)");
    detail::expect_option("Plateau", "cooldown", o.cooldown, o.cooldown >= 0, ">= 0");
    detail::expect_option("Plateau", "minimum", o.minimum, o.minimum >= 0 && o.minimum <= 1,
                          "in [0, 1]");
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }

  /// Takes the next measure, such as an epoch's validation loss; the rate from now on.
  double observe(double measure) {
    double& best = memory_[0];
    double& bad = memory_[1];
    double& cooling = memory_[2];
    double& rate = memory_[3];
    const double margin = options_.threshold * (best < 0 ? -best : best);
    if (measure < (best == unknown ? best : best - margin)) {
      best = measure;
      bad = 0;
    } else {
      ++bad;
    }
    if (cooling > 0) {
      --cooling;
      bad = 0;
    }
    if (bad > options_.patience) {
      rate = std::max(rate * options_.factor, options_.minimum);
      cooling = options_.cooldown;
      bad = 0;
    }
    return rate;
  }

  /// Factor on the learning rate.
  [[nodiscard]] double rate() const noexcept { return memory_[3]; }

  template <class F, class... P>
  static void for_each_parameter(F&& f, P&... p) {
    f(buffer("memory"), p.memory_...);
  }

 private:
  static constexpr double unknown = std::numeric_limits<double>::infinity();
  Options options_;
  // Best measure, measures since that were not better, those still to go uncounted, rate.
  Vector<double> memory_ = start();

  static Vector<double> start() {
    Vector<double> memory(4);
    memory[0] = unknown;
    memory[1] = memory[2] = 0;
    memory[3] = 1;
    return memory;
  }
};

}  // namespace loyal
