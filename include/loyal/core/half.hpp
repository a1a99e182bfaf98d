// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstdint>

namespace loyal {

namespace detail {

/// Rounds to the nearest number with E exponent and M mantissa bits, ties to even; gives its bits.
/// Starting from double, a float (which converts exactly) and a double are both rounded only once.
template <int E, int M>
constexpr std::uint16_t round_to_small_float(double value) noexcept {
  static_assert(E + M == 15);
  constexpr std::uint64_t infinity = ((std::uint64_t{1} << E) - 1) << M;
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const std::uint64_t sign = bits >> 63 << 15;
  const std::uint64_t magnitude = bits << 1 >> 1;
  if (magnitude > std::uint64_t{0x7FF} << 52)  // NaN: quiet, with the upper bits of its payload
    return static_cast<std::uint16_t>(sign | infinity | std::uint64_t{1} << (M - 1) |
                                      (magnitude << 12 >> (64 - M)));

  int exponent = static_cast<int>(magnitude >> 52) - 1023 + (1 << (E - 1)) - 1;
  if (exponent >= (1 << E) - 1) return static_cast<std::uint16_t>(sign | infinity);
  std::uint64_t mantissa = magnitude << 12 >> 12;
  int dropped = 52 - M;
  if (exponent <= 0) {  // subnormal in the small format: the leading one becomes explicit
    mantissa |= std::uint64_t{1} << 52;
    dropped += 1 - exponent;
    exponent = 0;
    if (dropped > 53) return static_cast<std::uint16_t>(sign);
  }
  std::uint64_t result = (static_cast<std::uint64_t>(exponent) << M) + (mantissa >> dropped);
  const std::uint64_t rest = mantissa & ((std::uint64_t{1} << dropped) - 1);
  const std::uint64_t tie = std::uint64_t{1} << (dropped - 1);
  if (rest > tie || (rest == tie && (result & 1) != 0)) ++result;  // may carry up to infinity
  return static_cast<std::uint16_t>(sign | result);
}

}  // namespace detail

/// Bits of the IEEE 754 half-precision number (F16) nearest to @p value, ties to even.
///
/// Beyond 65504 + 16 it is infinity; below 2^-25 it is zero.
/// Source: IEEE 754-2019, binary16.
///
///     if (loyal::to_half(1.0) != 0x3C00 || loyal::to_half(1e6) != 0x7C00) return 1;
constexpr std::uint16_t to_half(double value) noexcept {
  return detail::round_to_small_float<5, 10>(value);
}

/// Bits of the bfloat16 number (BF16: the upper half of a float) nearest to @p value, ties to even.
///
///     if (loyal::to_bfloat16(1.0) != 0x3F80) return 1;
constexpr std::uint16_t to_bfloat16(double value) noexcept {
  return detail::round_to_small_float<8, 7>(value);
}

/// The value of half-precision bits; exact.
constexpr float from_half(std::uint16_t bits) noexcept {
  const std::uint32_t sign = std::uint32_t{bits} >> 15 << 31;
  const std::uint32_t exponent = (bits >> 10) & 0x1FU;
  const std::uint32_t mantissa = bits & 0x3FFU;
  if (exponent == 0) {
    const float magnitude = static_cast<float>(mantissa) * 0x1p-24F;
    return sign == 0 ? magnitude : -magnitude;
  }
  const std::uint32_t wide = exponent == 0x1F ? 0xFF : exponent + 112;
  return std::bit_cast<float>(sign | wide << 23 | mantissa << 13);
}

/// The value of bfloat16 bits; exact.
constexpr float from_bfloat16(std::uint16_t bits) noexcept {
  return std::bit_cast<float>(std::uint32_t{bits} << 16);
}

}  // namespace loyal
