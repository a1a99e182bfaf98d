// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <numbers>
#include <utility>
#include <vector>

#include "../core/error.hpp"

namespace loyal {

namespace detail {

/// Share of a way of `steps` that lies behind, at most 1.
inline double done(std::int64_t step, std::int64_t steps) {
  return std::min(
      1.0, static_cast<double>(step) / static_cast<double>(std::max<std::int64_t>(1, steps)));
}

}  // namespace detail

/// Factor on the learning rate at step 0, 1, 2, ...: any function of the step.
using Schedule = std::function<double(std::int64_t step)>;

/// The same factor always.
///
/// Source: none, textbook.
///
///     if (loyal::ConstantSchedule{.factor = 0.5}(7) != 0.5) return 1;
struct ConstantSchedule {
  double factor = 1;  ///< > 0
  double operator()(std::int64_t) const { return factor; }
};

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

/// Falls by `factor` at each of some steps.
///
/// Source: none, textbook.
///
///     const loyal::MilestoneSchedule schedule{.at = {20, 50}, .factor = 0.5};
///     if (schedule(19) != 1 || schedule(20) != 0.5 || schedule(50) != 0.25) return 1;
struct MilestoneSchedule {
  std::vector<std::int64_t> at;  ///< first steps of the lower rates, in any order
  double factor = 0.1;           ///< what remains after each; > 0
  double operator()(std::int64_t step) const {
    return std::pow(factor, static_cast<double>(std::ranges::count_if(
                                at, [&](std::int64_t milestone) { return milestone <= step; })));
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

/// From 1 to `minimum` over `steps` as a power of the way left, which then stays; a line for power 1.
///
///   minimum + (1 - minimum) (1 - step / steps)^power
///
/// Source: none, textbook.
///
///     const loyal::PolynomialSchedule line{.steps = 100, .minimum = 0.2};
///     if (std::abs(line(50) - 0.6) > 1e-12 || line(200) != 0.2) return 1;
struct PolynomialSchedule {
  std::int64_t steps = 1000;  ///< length of the fall; >= 1
  double power = 1;           ///< 1: a line; larger: falls early; > 0
  double minimum = 0;         ///< factor at its end; in [0, 1]
  double operator()(std::int64_t step) const {
    return minimum + (1 - minimum) * std::pow(1 - detail::done(step, steps), power);
  }
};

/// Rises over `steps` as a line, then falls with the inverse root of the step.
///
///   min(s / steps, sqrt(steps / s))   s = step + 1
///
/// Source: Vaswani et al., NeurIPS 2017, eq. 3, whose rate at the peak is (d steps)^(-1/2).
///
///     const loyal::InverseRootSchedule schedule{.steps = 4};
///     if (schedule(0) != 0.25 || schedule(3) != 1 || schedule(15) != 0.5) return 1;
struct InverseRootSchedule {
  std::int64_t steps = 4000;  ///< length of the rise; >= 1
  double operator()(std::int64_t step) const {
    const double ratio =
        static_cast<double>(step + 1) / static_cast<double>(std::max<std::int64_t>(1, steps));
    return std::min(ratio, 1 / std::sqrt(ratio));
  }
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
    return minimum +
           (1 - minimum) * (1 + std::cos(std::numbers::pi * detail::done(step, steps))) / 2;
  }
};

/// Half cosines from 1 to `minimum`, one after another, each `growth` times as long as the last.
///
/// Source: Loshchilov & Hutter, ICLR 2017, eq. 5, by steps.
///
///     const loyal::CosineRestarts schedule{.first = 10, .growth = 2};
///     if (schedule(10) != 1 || std::abs(schedule(20) - 0.5) > 1e-12 || schedule(30) != 1) return 1;
struct CosineRestarts {
  std::int64_t first = 1000;  ///< length of the first fall, T_0; >= 1
  std::int64_t growth = 1;    ///< of the length, T_mult; >= 1
  double minimum = 0;         ///< factor at the end of each; in [0, 1]
  double operator()(std::int64_t step) const {
    std::int64_t length = std::max<std::int64_t>(1, first);
    if (growth <= 1) step %= length;
    while (step >= length) {
      step -= length;
      constexpr auto largest = std::numeric_limits<std::int64_t>::max();
      length = length > largest / growth ? largest : length * growth;
    }
    return CosineSchedule{length, minimum}(step);
  }
};

/// Rises along half a cosine from `start` to 1, then falls along another to `end`: one cycle over a training.
///
/// Source: Smith & Topin, arXiv 1708.07120; the cosines, the share of the rise and both ends as in torch. Its
/// `steps` are those of the whole training.
///
///     const loyal::OneCycleSchedule schedule{.steps = 101};
///     if (std::abs(schedule(0) - 0.04) > 1e-12 || schedule(29) < 0.99 || schedule(100) > 1e-5) return 1;
struct OneCycleSchedule {
  std::int64_t steps = 1000;  ///< of the training; >= 2
  double rise = 0.3;          ///< share of them that rises; in (0, 1)
  double start = 1.0 / 25;    ///< factor at the first step; in (0, 1]
  double end = 1.0 / 250000;  ///< factor at the last; in [0, 1]
  double operator()(std::int64_t step) const {
    const double last = static_cast<double>(steps) - 1;
    const double top = rise * static_cast<double>(steps) - 1;
    const double now = std::min(static_cast<double>(step), last);
    const auto along = [](double from, double to, double share) {
      return to + (from - to) * (1 + std::cos(std::numbers::pi * share)) / 2;
    };
    return now <= top ? along(start, 1, now / top) : along(1, end, (now - top) / (last - top));
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

/// Schedules one after another, each counting from its own start; the last one stays.
///
/// Source: none, our own.
///
///     const loyal::ScheduleSequence schedule{
///         {{10, loyal::ConstantSchedule{0.1}}, {20, loyal::ConstantSchedule{1}}, {0, loyal::CosineSchedule{50}}}};
///     if (schedule(9) != 0.1 || schedule(10) != 1 || std::abs(schedule(55) - 0.5) > 1e-12) return 1;
struct ScheduleSequence {
  /// A schedule and how many steps it lasts.
  struct Part {
    std::int64_t steps;  ///< >= 0; of no matter for the last part
    Schedule schedule;
  };
  std::vector<Part> parts;  ///< none: 1 always
  double operator()(std::int64_t step) const {
    if (parts.empty()) return 1;
    std::size_t k = 0;
    for (; k + 1 < parts.size() && step >= parts[k].steps; ++k) step -= parts[k].steps;
    return parts[k].schedule ? parts[k].schedule(step) : 1;
  }
};

}  // namespace loyal
