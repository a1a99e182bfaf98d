// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <utility>

#include "error.hpp"

namespace loyal {
namespace detail {

/// One step of SplitMix64: advances @p state and returns 64 well-mixed bits.
constexpr std::uint64_t split_mix(std::uint64_t& state) noexcept {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15U);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

/// Both halves of a 64 x 64 bit product, without a compiler's own 128-bit type.
constexpr std::pair<std::uint64_t, std::uint64_t> multiply_wide(std::uint64_t a,
                                                                std::uint64_t b) noexcept {
  const std::uint64_t low32 = 0xffffffffU;
  const std::uint64_t ll = (a & low32) * (b & low32);
  const std::uint64_t lh = (a & low32) * (b >> 32);
  const std::uint64_t hl = (a >> 32) * (b & low32);
  const std::uint64_t middle = (ll >> 32) + (lh & low32) + (hl & low32);
  return {(a >> 32) * (b >> 32) + (lh >> 32) + (hl >> 32) + (middle >> 32),
          (middle << 32) | (ll & low32)};
}

// The ziggurat's table is computed by the compiler, so that it is the same everywhere.
constexpr double constant_log(double y) {  // 0 < y <= 1: 2 atanh((y - 1) / (y + 1)) near 1
  double sum = 0;
  for (; y < 0.7; y *= 2) sum -= 0.69314718055994530942;
  const double s = (y - 1) / (y + 1);
  double power = 2 * s;
  for (int n = 1; n < 26; n += 2, power *= s * s) sum += power / n;
  return sum;
}
constexpr double constant_sqrt(double y, double near) {
  for (int i = 0; i < 7; ++i) near = (near + y / near) / 2;
  return near;
}

/// Edges x[i] and densities f[i] = exp(-x[i]^2 / 2) of 256 layers of equal area.
/// Source: Marsaglia & Tsang, Journal of Statistical Software 5(8), 2000; constants for 256 layers.
struct Ziggurat {
  static constexpr std::size_t layers = 256;
  static constexpr double tail = 3.6541528853610088;
  static constexpr double area = 0.00492867323399;
  static constexpr double tail_density = 0.0012602859304985976;  // exp(-tail^2 / 2)
  std::array<double, layers + 1> x{};
  std::array<double, layers + 1> f{};
  constexpr Ziggurat() {
    x[0] = area / tail_density;
    x[1] = tail;
    f[0] = 0;  // never asked: layer 0 goes on in the tail
    f[1] = tail_density;
    for (std::size_t i = 2; i < layers; ++i) {
      f[i] = f[i - 1] + area / x[i - 1];
      x[i] = constant_sqrt(-2 * constant_log(f[i]), x[i - 1]);
    }
    x[layers] = 0;
    f[layers] = 1;
  }
};
inline constexpr Ziggurat ziggurat{};

}  // namespace detail

/// Random numbers: xoshiro256++ and our own distributions, the same on every platform.
///
/// An Rng is a value of 32 bytes: a copy continues with the same numbers. Work that is spread over
/// threads takes one stream for each piece of work, `Rng{seed, piece}`, never one for each thread.
/// Source: Blackman & Vigna, ACM TOMS 47(4), 2021; seeded through SplitMix64 as they advise.
/// Cost: about a nanosecond a number.
///
///     loyal::Rng rng{42};
///     const double u = rng.uniform();    // [0, 1)
///     const auto die = 1 + rng.below(6);
///     const bool fine = u < 1 && die <= 6;
///     if (!fine) return 1;
class Rng {
 public:
  using result_type = std::uint64_t;
  using State = std::array<std::uint64_t, 4>;

  explicit Rng(std::uint64_t seed = 0) noexcept : Rng(seed, 0) {}

  /// An independent stream for each (seed, stream).
  Rng(std::uint64_t seed, std::uint64_t stream) noexcept {
    std::uint64_t mix = seed;
    if (stream != 0) {
      std::uint64_t other = stream ^ 0xd1b54a32d192ed03U;
      mix = detail::split_mix(mix) ^ detail::split_mix(other);
    }
    for (auto& word : state_) word = detail::split_mix(mix);
  }

  /// Continues from a stored state().
  explicit Rng(const State& state) : state_(state) {
    if (state == State{}) detail::fail<OptionError>("Rng", "state", "all zero", "any other");
  }

  [[nodiscard]] const State& state() const noexcept { return state_; }

  static constexpr result_type min() noexcept { return 0; }
  static constexpr result_type max() noexcept { return std::numeric_limits<result_type>::max(); }

  result_type operator()() noexcept {
    const auto rotate = [](std::uint64_t x, int k) { return (x << k) | (x >> (64 - k)); };
    const std::uint64_t result = rotate(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = rotate(state_[3], 45);
    return result;
  }

  /// A stream of its own, drawn from this one.
  [[nodiscard]] Rng split() noexcept { return Rng{(*this)()}; }

  /// Uniform on [0, 1): 53 bits for double, 24 for float.
  template <std::floating_point T = double>
  T uniform() noexcept {
    if constexpr (sizeof(T) == sizeof(float))
      return static_cast<T>((*this)() >> 40) * T(0x1p-24);
    else
      return static_cast<T>((*this)() >> 11) * T(0x1p-53);
  }

  /// Uniform on [low, high).
  template <std::floating_point T>
  T uniform(T low, T high) noexcept {
    return low + (high - low) * uniform<T>();
  }

  /// Uniform on 0 .. n - 1, without bias; n >= 1.
  /// Source: Lemire, ACM TOMACS 29(1), 2019, algorithm 5.
  std::uint64_t below(std::uint64_t n) noexcept {
    auto product = detail::multiply_wide((*this)(), n);
    if (product.second < n) {
      const std::uint64_t threshold = (0 - n) % n;
      while (product.second < threshold) product = detail::multiply_wide((*this)(), n);
    }
    return product.first;
  }

  /// True with probability p.
  bool bernoulli(double p) noexcept { return uniform() < p; }

  /// Standard normal, by the ziggurat of detail::Ziggurat.
  template <std::floating_point T = double>
  T normal() noexcept {
    const auto& [x, f] = detail::ziggurat;
    while (true) {
      const std::uint64_t bits = (*this)();
      const std::size_t layer = bits & 0xff;
      const double at = static_cast<double>(bits >> 11) * 0x1p-53 * x[layer];
      const double sign = (bits & 0x100) != 0 ? -1.0 : 1.0;
      if (at < x[layer + 1]) return static_cast<T>(sign * at);
      if (layer == 0) return static_cast<T>(sign * normal_tail());
      if (f[layer] + uniform() * (f[layer + 1] - f[layer]) < std::exp(-at * at / 2))
        return static_cast<T>(sign * at);
    }
  }

  template <std::floating_point T>
  T normal(T mean, T deviation) noexcept {
    return mean + deviation * normal<T>();
  }

  /// Puts a random-access range into random order (Fisher & Yates).
  template <class R>
  requires std::random_access_iterator<decltype(std::ranges::begin(std::declval<R&>()))>
  void shuffle(R&& range) noexcept {
    auto first = std::ranges::begin(range);
    for (auto i = std::ranges::distance(range); i > 1; --i) {
      const auto j = static_cast<decltype(i)>(below(static_cast<std::uint64_t>(i)));
      std::ranges::iter_swap(first + (i - 1), first + j);
    }
  }

  friend bool operator==(const Rng&, const Rng&) = default;

 private:
  /// Beyond the last edge: Marsaglia's exact method.
  double normal_tail() noexcept {
    while (true) {
      const double a = -std::log1p(-uniform()) / detail::Ziggurat::tail;
      const double b = -std::log1p(-uniform());
      if (2 * b > a * a) return detail::Ziggurat::tail + a;
    }
  }

  State state_{};
};

}  // namespace loyal
