// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <functional>
#include <numbers>
#include <utility>

#include "../core/error.hpp"

namespace loyal {

/// Factor on the learning rate at step 0, 1, 2, ...: any function of the step.
using Schedule = std::function<double(std::int64_t step)>;

/// factor^(step / every), rounded down: falls by `factor` once in `every` steps.
///
/// Source: none, textbook.
///
///     const loyal::StepSchedule schedule{.every = 30, .factor = 0.5};
///     if (schedule(29) != 1 || schedule(30) != 0.5) return 1;
struct StepSchedule {
  std::int64_t every = 1000;  ///< steps between falls; >= 1
  double factor = 0.1;        ///< what remains after a fall; > 0
  double operator()(std::int64_t step) const {
    const std::int64_t falls = step / std::max<std::int64_t>(1, every);
    return std::pow(factor, static_cast<double>(falls));
  }
};

/// factor^step.
///
/// Source: none, textbook.
///
///     if (loyal::ExponentialSchedule{.factor = 0.5}(2) != 0.25) return 1;
struct ExponentialSchedule {
  double factor = 0.999;  ///< what remains after a step; > 0
  double operator()(std::int64_t step) const { return std::pow(factor, static_cast<double>(step)); }
};

/// Half a cosine from 1 down to `minimum` over `steps`, which then stays.
///
///   minimum + (1 - minimum) (1 + cos(pi step / steps)) / 2
///
/// Source: Loshchilov & Hutter, ICLR 2017, eq. 5, without restarts.
///
///     const loyal::CosineSchedule schedule{.steps = 100};
///     if (std::abs(schedule(50) - 0.5) > 1e-12 || schedule(100) > 1e-12) return 1;
struct CosineSchedule {
  std::int64_t steps = 1000;  ///< length of the fall; >= 1
  double minimum = 0;         ///< factor at its end; in [0, 1]
  double operator()(std::int64_t step) const {
    const double done = std::min(
        1.0, static_cast<double>(step) / static_cast<double>(std::max<std::int64_t>(1, steps)));
    return minimum + (1 - minimum) * (1 + std::cos(std::numbers::pi * done)) / 2;
  }
};

/// Rises linearly from 0 at step 0 to 1 at step `steps`, then follows another schedule, which starts there.
///
/// Source: Goyal et al., arXiv 1706.02677, section 2.2.
///
///     const loyal::WarmUp schedule{.steps = 10, .then = loyal::CosineSchedule{.steps = 90}};
///     if (schedule(5) != 0.5 || schedule(10) != 1) return 1;
struct WarmUp {
  std::int64_t steps = 100;  ///< length of the rise; >= 0
  Schedule then = {};        ///< factor by steps after the rise; empty: stays 1
  double operator()(std::int64_t step) const {
    if (step < steps) return static_cast<double>(step) / static_cast<double>(steps);
    return then ? then(step - steps) : 1.0;
  }
};

}  // namespace loyal
