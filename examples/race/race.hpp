// SPDX-License-Identifier: MIT
#pragma once

// The race itself: what problems and optimizers look like to it, and how their ways to a target are measured.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <loyal/core/parallel.hpp>
#include <loyal/core/parameters.hpp>
#include <loyal/core/random.hpp>
#include <loyal/optim/optimizer.hpp>

namespace race {

using loyal::Index;
using loyal::Matrix;

/// The parameters of any problem, so that each optimizer is compiled once: arrays, and tables of which a step
/// touches some rows only.
struct Weights {
  std::vector<Matrix<double>> arrays = {};
  std::vector<Matrix<double>> tables = {};

  struct Gradient {
    std::vector<Matrix<double>> arrays = {};
    std::vector<loyal::SparseRows<double>> tables = {};

    template <class F, class... Others>
    static void for_each_parameter(F&& f, Others&... w) {
      Weights::for_each_parameter(f, w...);
    }
  };

  [[nodiscard]] Gradient zero_gradient() const {
    Gradient gradient{.arrays = arrays};
    for (auto& array : gradient.arrays) array.setZero();
    for (const auto& table : tables) gradient.tables.emplace_back(table.rows(), table.cols());
    return gradient;
  }

  template <class F, class First, class... Others>
  static void for_each_parameter(F&& f, First& first, Others&... w) {
    const std::size_t arrays = first.arrays.size();
    for (std::size_t i = 0; i < arrays; ++i)
      f(loyal::element(static_cast<Index>(i)), first.arrays[i], w.arrays[i]...);
    for (std::size_t i = 0; i < first.tables.size(); ++i)
      f(loyal::element(static_cast<Index>(arrays + i)), first.tables[i], w.tables[i]...);
  }
};

/// A problem as the race sees it, its type forgotten.
struct Problem {
  Weights start;
  /// Adds the gradient of a batch, or of all there is.
  std::function<void(const Weights&, Weights::Gradient&)> add_gradient;
  /// What is raced for: the loss of all there is.
  std::function<double(const Weights&)> loss;
};

/// A problem, drawn anew for each seed, and its finish.
struct Course {
  std::string name;
  std::string about;
  double target = 0;            ///< loss to reach
  std::int64_t most_steps = 0;  ///< who is not there by then has not arrived
  std::int64_t check_every = 1;
  std::function<Problem(std::uint64_t seed)> draw = {};
};

/// A course over any type P with a constructor P(arguments..., seed) and
///
///   Weights start();   double loss(const Weights&);   void add_gradient(const Weights&, Weights::Gradient&);
template <class P, class... Arguments>
Course course(Course header, Arguments... arguments) {
  header.draw = [arguments...](std::uint64_t seed) {
    const auto problem = std::make_shared<P>(arguments..., seed);
    return Problem{
        problem->start(),
        [problem](const Weights& w, Weights::Gradient& g) { problem->add_gradient(w, g); },
        [problem](const Weights& w) { return problem->loss(w); }};
  };
  return header;
}

/// An optimizer as the race sees it, its type forgotten.
struct Stepper {
  /// One update; what the optimizer remembers is inside.
  std::function<void(Weights&, const Weights::Gradient&)> step;
  /// What to judge, where that is not the weights themselves: a schedule-free optimizer's average.
  std::function<Weights(const Weights&)> average = {};
};

/// Who takes part: a name, and a way to make the optimizer at a learning rate.
struct Entrant {
  std::string name;
  std::function<Stepper(double rate)> make;
};

/// An entrant from make(rate), which returns any type that meets loyal::Optimizer.
template <class Make>
Entrant entrant(std::string name, Make make) {
  return {std::move(name), [make](double rate) -> Stepper {
            using O = decltype(make(rate));
            using State = typename O::template State<Weights>;
            static_assert(loyal::Optimizer<O, Weights>);
            const auto optimizer = std::make_shared<const O>(make(rate));
            const auto state = std::make_shared<std::optional<State>>();
            Stepper stepper{[=](Weights& w, const Weights::Gradient& g) {
              if (!*state) *state = optimizer->init(w);
              optimizer->step(w, g, **state);
            }};
            if constexpr (requires(const Weights& w) { optimizer->average(w, **state); })
              stepper.average = [=](const Weights& w) {
                return *state ? optimizer->average(w, **state) : w;
              };
            return stepper;
          }};
}

/// The way of one run: the loss at each check.
struct Way {
  std::vector<double> steps = {};
  std::vector<double> seconds = {};  ///< of gradients and updates, not of the checks
  std::vector<double> losses = {};
  bool arrived = false;

  [[nodiscard]] double steps_taken() const { return steps.back(); }
  [[nodiscard]] double seconds_taken() const { return seconds.back(); }
};

inline Way run(const Course& course, const Entrant& entrant, double rate, std::uint64_t seed,
               std::int64_t most_steps) {
  using Clock = std::chrono::steady_clock;
  Problem problem = course.draw(seed);
  Weights w = std::move(problem.start);
  auto gradient = w.zero_gradient();
  const Stepper stepper = entrant.make(rate);
  Way way;
  double seconds = 0;
  for (std::int64_t done = 0;;) {
    const double loss = problem.loss(stepper.average ? stepper.average(w) : w);
    way.steps.push_back(static_cast<double>(done));
    way.seconds.push_back(seconds);
    way.losses.push_back(loss);
    way.arrived = loss <= course.target;
    const bool lost = !(loss < 1e3 * (1 + std::abs(way.losses.front())));
    if (way.arrived || lost || done >= most_steps) return way;
    const auto start = Clock::now();
    // Checks grow rarer: none is farther from the one before than a thirtieth of the way.
    const std::int64_t next = std::min(most_steps, done + std::max(course.check_every, done / 30));
    for (; done < next; ++done) {
      loyal::set_zero(gradient);
      problem.add_gradient(w, gradient);
      stepper.step(w, gradient);
    }
    seconds += std::chrono::duration<double>(Clock::now() - start).count();
  }
}

/// Median and extremes of the runs that arrived.
struct Spread {
  double median = std::numeric_limits<double>::quiet_NaN();
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
};

inline Spread spread(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  return {(values[(n - 1) / 2] + values[n / 2]) / 2, values.front(), values.back()};
}

/// How an entrant fared at one rate: over the seeds.
struct AtRate {
  double rate = 0;
  int arrived = 0;
  Spread steps = {};
  double last_loss = std::numeric_limits<double>::infinity();  ///< the lowest where none arrived
};

/// How an entrant fared on a course.
struct Result {
  std::vector<AtRate> rates = {};
  std::size_t best = 0;  ///< of the rates: most seeds arrive, in the fewest steps
  std::vector<Way> ways =
      {};  ///< at the best rate, one a seed, with nothing beside it on the machine
  Spread seconds = {};

  [[nodiscard]] const AtRate& at_best() const { return rates[best]; }
  [[nodiscard]] bool arrived() const { return at_best().arrived > 0; }
  /// Rates at which every seed arrives.
  [[nodiscard]] int safe_rates(int seeds) const {
    return static_cast<int>(std::count_if(rates.begin(), rates.end(),
                                          [&](const AtRate& r) { return r.arrived == seeds; }));
  }
};

inline bool better(const AtRate& a, const AtRate& b) {
  if (a.arrived != b.arrived) return a.arrived > b.arrived;
  return a.arrived > 0 ? a.steps.median < b.steps.median : a.last_loss < b.last_loss;
}

struct Options {
  std::vector<double> rates;
  int seeds = 3;
  int threads = 0;  ///< for the runs that only count steps; 0: as many as the machine has
  double patience =
      5;  ///< a run ends at this many times the steps of the entrant's best rate so far
  double shorten = 1;  ///< share of each course's steps
};

/// Every rate and seed, counting steps. The rates are tried from the middle of the grid outwards.
inline Result explore(const Course& course, const Entrant& entrant, const Options& options) {
  Result result;
  for (const double rate : options.rates) result.rates.push_back({.rate = rate});
  std::vector<std::size_t> order(options.rates.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const double middle = static_cast<double>(order.size() - 1) / 2;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::abs(static_cast<double>(a) - middle) < std::abs(static_cast<double>(b) - middle);
  });
  const double whole = options.shorten * static_cast<double>(course.most_steps);
  double limit = whole;
  result.best = order.front();
  for (const std::size_t i : order) {
    AtRate& at = result.rates[i];
    std::vector<double> steps;
    for (int seed = 0; seed < options.seeds; ++seed) {
      const Way way = run(course, entrant, at.rate, static_cast<std::uint64_t>(seed),
                          static_cast<std::int64_t>(limit));
      if (way.arrived) steps.push_back(way.steps_taken());
      if (std::isfinite(way.losses.back()))
        at.last_loss = std::min(at.last_loss, way.losses.back());
      // It can no longer be the best.
      if (!way.arrived && result.at_best().arrived == options.seeds) break;
    }
    at.arrived = static_cast<int>(steps.size());
    at.steps = spread(std::move(steps));
    if (at.arrived == options.seeds)
      limit = std::min(limit, options.patience * std::max(at.steps.high, 1.0));
    if (better(at, result.at_best())) result.best = i;
  }
  return result;
}

/// One course: results in the order of the entrants.
inline std::vector<Result> hold(const Course& course, const std::vector<Entrant>& entrants,
                                const Options& options) {
  std::vector<Result> results(entrants.size());
  loyal::parallel_for(static_cast<Index>(entrants.size()), {.threads = options.threads},
                      [&](Index begin, Index end) {
                        for (auto i = static_cast<std::size_t>(begin);
                             i < static_cast<std::size_t>(end); ++i)
                          results[i] = explore(course, entrants[i], options);
                      });
  // Seconds: one run at a time, the entrants in turn, so that a slow minute of the machine meets all.
  for (int seed = 0; seed < options.seeds; ++seed)
    for (std::size_t i = 0; i < entrants.size(); ++i) {
      Result& result = results[i];
      const double most = result.arrived()
                              ? 2 * result.at_best().steps.high
                              : options.shorten * static_cast<double>(course.most_steps);
      // The shortest of a few times: the steps are the same, what the machine does besides is not.
      for (int time = 0; time < (result.arrived() ? 3 : 1); ++time) {
        Way way = run(course, entrants[i], result.at_best().rate, static_cast<std::uint64_t>(seed),
                      static_cast<std::int64_t>(most));
        if (time == 0)
          result.ways.push_back(std::move(way));
        else if (way.seconds_taken() < result.ways.back().seconds_taken())
          result.ways.back() = std::move(way);
      }
    }
  for (Result& result : results) {
    std::vector<double> seconds;
    for (const Way& way : result.ways)
      if (way.arrived) seconds.push_back(way.seconds_taken());
    result.seconds = spread(std::move(seconds));
  }
  return results;
}

}  // namespace race
