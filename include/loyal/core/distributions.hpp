// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "error.hpp"
#include "random.hpp"

namespace loyal {
namespace detail {

/// log k!, k >= 0, to about 1e-10; std::lgamma writes a global variable, so threads would race.
inline double log_factorial(double k) noexcept {
  static constexpr std::array<double, 10> small{1, 1, 2, 6, 24, 120, 720, 5040, 40320, 362880};
  if (k < 10) return std::log(small[static_cast<std::size_t>(k)]);
  const double r = 1 / (k * k);
  const double half_log_two_pi = 0.91893853320467274178;
  return (k + 0.5) * std::log(k) - k + half_log_two_pi +
         (1.0 / 12 - (1.0 / 360 - r / 1260) * r) / k;
}

/// log of a Gamma(shape, 1) draw; in logs, since with a small shape the draw itself underflows.
inline double draw_log_gamma(Rng& rng, double shape) noexcept {
  if (shape < 1)  // Gamma(a) = Gamma(a + 1) U^(1/a)
    return draw_log_gamma(rng, shape + 1) + std::log1p(-rng.uniform()) / shape;
  const double d = shape - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  while (true) {
    const double x = rng.normal();
    const double root = 1 + c * x;
    if (root <= 0) continue;
    const double v = root * root * root;
    const double u = 1 - rng.uniform();
    if (u < 1 - 0.0331 * x * x * x * x || std::log(u) < x * x / 2 + d * (1 - v + std::log(v)))
      return std::log(d * v);
  }
}

/// Transformed rejection with squeeze; the constants are those of the paper.
/// Source: Hoermann, Insurance: Mathematics and Economics 12(1), 1993, algorithm PTRS.
inline std::int64_t draw_large_poisson(Rng& rng, double mean) noexcept {
  const double log_mean = std::log(mean);
  const double b = 0.931 + 2.53 * std::sqrt(mean);
  const double a = -0.059 + 0.02483 * b;
  const double log_inverse_alpha = std::log(1.1239 + 1.1328 / (b - 3.4));
  const double inside = 0.9277 - 3.6224 / (b - 2);
  while (true) {
    const double u = rng.uniform() - 0.5;
    const double v = 1 - rng.uniform();
    const double edge = 0.5 - std::abs(u);
    if (edge <= 0) continue;
    const double k = std::floor((2 * a / edge + b) * u + mean + 0.43);
    if (edge >= 0.07 && v <= inside) return static_cast<std::int64_t>(k);
    if (k < 0 || (edge < 0.013 && v > edge)) continue;
    if (std::log(v) + log_inverse_alpha - std::log(a / (edge * edge) + b) <=
        k * log_mean - mean - log_factorial(k))
      return static_cast<std::int64_t>(k);
  }
}

}  // namespace detail

// Draws from the usual distributions, each from the numbers of an Rng alone: the same seed gives
// the same draws on every platform, up to the last bit of the platform's exp and log.

/// Exponential with the given rate (mean 1 / rate).
///   density  rate exp(-rate x), x >= 0
/// @throws OptionError unless rate > 0. Source: inversion.
///
///     loyal::Rng rng{1};
///     if (!(loyal::draw_exponential(rng, 0.5) >= 0)) return 1;
inline double draw_exponential(Rng& rng, double rate = 1) {
  detail::expect_option("draw_exponential", "rate", rate, rate > 0, "> 0");
  return -std::log1p(-rng.uniform()) / rate;
}

/// Gamma with a shape and a scale (mean shape * scale).
///   density  x^(shape - 1) exp(-x / scale) / (scale^shape Gamma(shape)), x >= 0
/// @throws OptionError unless shape > 0 and scale > 0, both finite.
/// Source: Marsaglia & Tsang, ACM TOMS 26(3), 2000. Cost: about one normal and one uniform.
///
///     loyal::Rng rng{1};
///     if (!(loyal::draw_gamma(rng, 2.5, 10) > 0)) return 1;
inline double draw_gamma(Rng& rng, double shape, double scale = 1) {
  detail::expect_option("draw_gamma", "shape", shape, shape > 0 && std::isfinite(shape), "> 0");
  detail::expect_option("draw_gamma", "scale", scale, scale > 0 && std::isfinite(scale), "> 0");
  return scale * std::exp(detail::draw_log_gamma(rng, shape));
}

/// Beta(a, b), mean a / (a + b); right also for tiny a and b, where nearly all mass is at 0 and 1.
///   density  x^(a - 1) (1 - x)^(b - 1) / B(a, b), 0 <= x <= 1
/// @throws OptionError unless a > 0 and b > 0, both finite. Source: ratio of two gamma draws.
///
///     loyal::Rng rng{1};
///     const double share = loyal::draw_beta(rng, 6, 14);
///     if (share < 0 || share > 1) return 1;
inline double draw_beta(Rng& rng, double a, double b) {
  detail::expect_option("draw_beta", "a", a, a > 0 && std::isfinite(a), "> 0");
  detail::expect_option("draw_beta", "b", b, b > 0 && std::isfinite(b), "> 0");
  const double x = detail::draw_log_gamma(rng, a);
  const double y = detail::draw_log_gamma(rng, b);
  return 1 / (1 + std::exp(y - x));
}

/// Poisson: how many events of a steady rate fall into one unit of time.
///   P(k) = mean^k exp(-mean) / k!
/// @throws OptionError unless 0 <= mean <= 1e15.
/// Source: products of uniforms (Knuth) below a mean of 10, else detail::draw_large_poisson.
/// Cost: mean + 1 uniforms, or about 2.5 of them.
///
///     loyal::Rng rng{1};
///     if (loyal::draw_poisson(rng, 3.2) < 0 || loyal::draw_poisson(rng, 0) != 0) return 1;
inline std::int64_t draw_poisson(Rng& rng, double mean) {
  detail::expect_option("draw_poisson", "mean", mean, mean >= 0 && mean <= 1e15, "in [0, 1e15]");
  if (mean >= 10) return detail::draw_large_poisson(rng, mean);
  const double limit = std::exp(-mean);
  std::int64_t k = 0;
  for (double product = 1 - rng.uniform(); product > limit; product *= 1 - rng.uniform()) ++k;
  return k;
}

/// Geometric: failures before the first success.
///   P(k) = (1 - p)^k p, k = 0, 1, 2, ...; mean (1 - p) / p; at most 1e18 is returned
/// @throws OptionError unless 0 < p <= 1. Source: inversion.
///
///     loyal::Rng rng{1};
///     if (loyal::draw_geometric(rng, 1.0) != 0) return 1;
inline std::int64_t draw_geometric(Rng& rng, double p) {
  detail::expect_option("draw_geometric", "p", p, p > 0 && p <= 1, "in (0, 1]");
  if (p == 1) return 0;
  const double k = std::floor(std::log1p(-rng.uniform()) / std::log1p(-p));
  return static_cast<std::int64_t>(std::min(k, 1e18));
}

/// Categorical: index i with probability weights[i] / sum of weights.
/// @throws OptionError unless the weights are finite, >= 0 and not all 0.
/// Source: inversion. Cost: one uniform and two passes over the weights; for many draws from the
/// same weights an alias table is faster.
///
///     loyal::Rng rng{1};
///     const double weights[]{0, 3, 1};
///     if (loyal::draw_categorical(rng, weights) == 0) return 1;
inline std::size_t draw_categorical(Rng& rng, std::span<const double> weights) {
  double sum = 0;
  std::size_t last = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    detail::expect_option("draw_categorical", "weight", weights[i], weights[i] >= 0, ">= 0");
    if (weights[i] > 0) last = i;
    sum += weights[i];
  }
  detail::expect_option("draw_categorical", "sum of weights", sum, sum > 0 && std::isfinite(sum),
                        "> 0 and finite");
  double left = rng.uniform() * sum;
  for (std::size_t i = 0; i < last; ++i) {
    left -= weights[i];
    if (left < 0) return i;
  }
  return last;  // also where rounding has used up the sum
}

}  // namespace loyal
