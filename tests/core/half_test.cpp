// SPDX-License-Identifier: MIT
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include <loyal/core/half.hpp>
#include <loyal/core/random.hpp>

#include "../support/catch.hpp"

namespace {

/// The definition: sign, exponent e of E bits, mantissa m of M bits, in exact arithmetic.
template <int E, int M>
double value_of(std::uint16_t bits) {
  const int bias = (1 << (E - 1)) - 1;
  const int e = bits >> M & ((1 << E) - 1);
  const int m = bits & ((1 << M) - 1);
  double value = 0;
  if (e == (1 << E) - 1)
    value =
        m == 0 ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  else
    value = e == 0 ? std::ldexp(m, 1 - bias - M) : std::ldexp((1 << M) + m, e - bias - M);
  return (bits & 0x8000) != 0 ? -value : value;
}

/// Every finite neighbour pair: the middle goes to the even one, a hair beside it to the nearer
/// one.
template <int E, int M, class Round, class Expand>
void check_format(Round round, Expand expand) {
  constexpr std::uint16_t infinity = ((1 << E) - 1) << M;
  for (std::uint32_t b = 0; b <= 0xFFFF; ++b) {
    const auto bits = static_cast<std::uint16_t>(b);
    const double value = value_of<E, M>(bits);
    const float expanded = expand(bits);
    if (std::isnan(value)) {
      if (!std::isnan(expanded)) FAIL("not NaN: " << b);
      const auto again = round(static_cast<double>(expanded));
      if ((again & 0x7FFF) <= infinity || (again & 0x8000) != (bits & 0x8000))
        FAIL("NaN lost: " << b);
      continue;
    }
    if (static_cast<double>(expanded) != value || std::signbit(expanded) != std::signbit(value))
      FAIL("value of " << b << " is " << expanded);
    if (round(value) != bits) FAIL(b << " does not come back");
  }
  for (std::uint16_t bits = 0; bits + 1 < infinity; ++bits) {
    const double low = value_of<E, M>(bits);
    const double high = value_of<E, M>(static_cast<std::uint16_t>(bits + 1));
    const double middle = (low + high) / 2;
    const int even = (bits & 1) == 0 ? bits : bits + 1;
    const bool right = round(middle) == even && round(std::nextafter(middle, low)) == bits &&
                       round(std::nextafter(middle, high)) == bits + 1 &&
                       round(-middle) == (even | 0x8000);
    if (!right) FAIL("rounding between " << low << " and " << high);
  }
  const double largest = value_of<E, M>(infinity - 1);
  const double overflow = largest + (largest - value_of<E, M>(infinity - 2)) / 2;
  CHECK(round(overflow) == infinity);
  CHECK(round(std::nextafter(overflow, 0.0)) == infinity - 1);
  CHECK(round(std::numeric_limits<double>::max()) == infinity);
  CHECK(round(-std::numeric_limits<double>::infinity()) == (infinity | 0x8000));
  CHECK(round(std::numeric_limits<double>::denorm_min()) == 0);
  CHECK(round(-1e-300) == 0x8000);
}

}  // namespace

TEST_CASE("Half precision: all values, all ties", "[core][half]") {
  check_format<5, 10>(loyal::to_half, loyal::from_half);
}

TEST_CASE("bfloat16: all values, all ties", "[core][half]") {
  check_format<8, 7>(loyal::to_bfloat16, loyal::from_bfloat16);
}

TEST_CASE("bfloat16 of a float is the rounding of its upper half", "[core][half]") {
  loyal::Rng rng(3);
  for (int i = 0; i < 100000; ++i) {
    const auto bits = static_cast<std::uint32_t>(rng.below(std::uint64_t{1} << 32));
    const auto value = std::bit_cast<float>(bits);
    if (!std::isfinite(value)) continue;
    const std::uint32_t expected = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
    if (loyal::to_bfloat16(static_cast<double>(value)) != expected) FAIL("bits " << bits);
  }
}

TEST_CASE("Published half-precision values", "[core][half]") {
  CHECK(loyal::to_half(65504) == 0x7BFF);
  CHECK(loyal::to_half(0x1p-24) == 0x0001);
  CHECK(loyal::to_half(0x1p-14) == 0x0400);
  CHECK(loyal::to_half(1.0 / 3) == 0x3555);
  static_assert(loyal::from_half(0xC000) == -2);
  static_assert(loyal::to_bfloat16(3.140625) == 0x4049);
}
