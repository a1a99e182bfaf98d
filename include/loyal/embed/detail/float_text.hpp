// SPDX-License-Identifier: MIT
#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <system_error>

namespace loyal::detail {

/// Reads a finite number at the beginning of [at, end) and goes behind it; false if there is none. The float
/// nearest to what is written, as std::from_chars gives it.
inline bool read_float(const char*& at, const char* end, float& value) noexcept {
  const char* p = at;
  const bool minus = p != end && *p == '-';
  if (p != end && (*p == '-' || *p == '+')) ++p;
  const char* const unsigned_begin = p;
  // Up to 2^24 / 10^10 numerator and power of ten are floats themselves, so one division rounds correctly.
  // Vectors are mostly written with six digits.
  std::uint32_t digits = 0;
  const auto digit = [&] { return p != end && *p >= '0' && *p <= '9'; };
  constexpr std::uint32_t most = 1U << 24;
  while (digit() && digits < most / 10)
    digits = digits * 10 + static_cast<std::uint32_t>(*p++ - '0');
  int places = 0;
  const char* const point = p;
  if (p != end && *p == '.') {
    ++p;
    for (; digit() && digits < most / 10 && places < 10; ++places)
      digits = digits * 10 + static_cast<std::uint32_t>(*p++ - '0');
  }
  const bool some = p - unsigned_begin > (p != point ? 1 : 0);
  if (some && !digit() && (p == end || (*p != 'e' && *p != 'E' && *p != '.'))) {
    constexpr float powers[] = {1, 1e1F, 1e2F, 1e3F, 1e4F, 1e5F, 1e6F, 1e7F, 1e8F, 1e9F, 1e10F};
    value = static_cast<float>(digits) / powers[places];
    if (minus) value = -value;
    at = p;
    return true;
  }
  if (unsigned_begin != end && *unsigned_begin == '-') return false;
  auto [stop, error] = std::from_chars(unsigned_begin, end, value);
  if (error == std::errc::result_out_of_range) {
    double wide = 0;
    const auto again = std::from_chars(unsigned_begin, end, wide);
    // Too small for a float is zero; too small even for a double is rarer than a mistake.
    if (again.ec != std::errc{} || wide > 1) return false;
    value = static_cast<float>(wide);
    error = std::errc{};
  }
  if (error != std::errc{} || !std::isfinite(value)) return false;
  if (minus) value = -value;
  at = stop;
  return true;
}

}  // namespace loyal::detail
