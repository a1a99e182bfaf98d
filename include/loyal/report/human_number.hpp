// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <string>

#include "../core/error.hpp"

namespace loyal {

/// 12.3k, 12,345, or 35 %.
enum class Notation { compact, grouped, percent };

/// How numbers are written for people.
struct NumberFormat {
  Notation notation = Notation::compact;
  int digits = 3;         ///< significant digits; digits before the point are never dropped; >= 1
  std::string unit = {};  ///< written after the number, such as a currency
  double least = 0;       ///< of smaller numbers, but 0, only this is said: 0.001 is <0.1 %; >= 0
};

namespace detail {

/// The value with so many significant digits, so that 999.7 is known to need four places.
inline double round_to_digits(double value, int digits) {
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value,
                                 std::chars_format::scientific, std::clamp(digits, 1, 17) - 1);
  std::from_chars(buffer, end.ptr, value);
  return value;
}

/// How several numbers are written alike: in the same thousands and with as many decimals.
///
/// Made for the largest of them and the smallest difference that has to show.
class NumberScale {
 public:
  NumberScale(const NumberFormat& format, double largest, double difference)
      : grouped_(format.notation == Notation::grouped) {
    const bool percent = format.notation == Notation::percent;
    if (percent) divisor_ = 0.01;
    const double size = std::abs(largest);
    scientific_ = !percent && (size >= 1e15 || (size > 0 && size < 1e-4));
    if (!percent && !grouped_ && !scientific_) {
      constexpr const char* names[] = {"", "k", "M", "B", "T"};
      for (int i = 4; i > 0 && suffix_.empty(); --i)
        if (size >= std::pow(1000.0, i)) {
          suffix_ = names[i];
          divisor_ = std::pow(1000.0, i);
        }
    }
    if (percent) unit_ = "\u00A0%";
    if (!format.unit.empty()) unit_.append("\u00A0").append(format.unit);
    const double step = difference / divisor_;
    const double places =
        (scientific_ ? std::floor(std::log10(size) + 1e-12) : 0.0) - std::log10(step);
    // A step of 1e-3 has the logarithm -2.9999999999999996.
    if (std::isfinite(places))
      decimals_ = static_cast<int>(std::clamp(std::ceil(places - 1e-9), 0.0, 17.0));
  }

  /// With @p trim, zeros at the end of the decimals are left out.
  [[nodiscard]] std::string operator()(double value, bool trim = false) const {
    if (std::isnan(value)) return "\u2013";
    if (std::isinf(value)) return value > 0 ? "\u221E" : "\u2212\u221E";
    char buffer[512];
    const auto form = scientific_ ? std::chars_format::scientific : std::chars_format::fixed;
    const auto end =
        std::to_chars(buffer, buffer + sizeof buffer, std::abs(value) / divisor_, form, decimals_)
            .ptr;
    std::string digits(buffer, end);
    std::string exponent;
    if (const auto e = digits.find('e'); e != std::string::npos) {
      exponent = value == 0 ? "" : "e" + std::to_string(std::stoi(digits.substr(e + 1)));
      digits.resize(e);
    }
    if (const auto point = digits.find('.'); point != std::string::npos && (trim || value == 0)) {
      digits.erase(digits.find_last_not_of('0') + 1);
      if (digits.back() == '.') digits.pop_back();
    }
    const bool zero = digits.find_first_not_of("0.") == std::string::npos;
    if (grouped_) {
      const auto whole = std::min(digits.find('.'), digits.size());
      for (auto i = static_cast<std::ptrdiff_t>(whole) - 3; i > 0; i -= 3)
        digits.insert(static_cast<std::size_t>(i), ",");
    }
    std::string text = value < 0 && !zero ? "\u2212" : "";
    text.append(digits).append(exponent).append(zero ? "" : suffix_).append(unit_);
    return text;
  }

 private:
  bool grouped_ = false;
  bool scientific_ = false;
  double divisor_ = 1;
  std::string suffix_;  // of thousands; 0 has none
  std::string unit_;
  int decimals_ = 0;
};

/// The scale of numbers up to @p largest, which shows so many of its digits.
inline NumberScale scale_for_digits(const NumberFormat& format, double largest) {
  const double rounded = std::abs(round_to_digits(largest, format.digits));
  const double place =
      rounded > 0 && std::isfinite(rounded) ? std::floor(std::log10(rounded) + 1e-12) : 0.0;
  return {format, rounded, std::pow(10.0, place - format.digits + 1)};
}

}  // namespace detail

/// A number as people read it; the same text everywhere, whatever the locale.
///
/// Compact: thousands as k, M, B (10^9), T (10^12); below 10^-4 and from 10^15 with an exponent.
/// What is smaller than format.least is written as less than that. NaN is an en dash, infinity its sign; the minus is
/// U+2212 and spaces do not break.
/// @throws OptionError if digits < 1.
/// Source: none, our own.
///
///     if (loyal::format_number(1234) != "1.23k" || loyal::format_number(0.5) != "0.5") return 1;
///     if (loyal::format_number(0.35, {.notation = loyal::Notation::percent}) != "35\u00A0%") return 1;
///     if (loyal::format_number(1e-5, {.digits = 2, .least = 0.001}) != "<0.001") return 1;
///     if (loyal::format_number(1234567, {.notation = loyal::Notation::grouped}) != "1,234,567") return 1;
[[nodiscard]] inline std::string format_number(double value, const NumberFormat& format = {}) {
  detail::expect_option("format_number", "digits", format.digits, format.digits >= 1, ">= 1");
  if (std::abs(value) < format.least && value != 0) {
    const std::string least = detail::scale_for_digits(format, format.least)(format.least, true);
    return value > 0 ? "<" + least : ">\u2212" + least;
  }
  return detail::scale_for_digits(format, std::isfinite(value) ? value : 0)(value, true);
}

/// A share as people read it: format_number() in percent.
///
///     if (loyal::format_percent(0.35) != "35\u00A0%" || loyal::format_percent(0.0512, 2) != "5.1\u00A0%") return 1;
[[nodiscard]] inline std::string format_percent(double share, int digits = 3) {
  return format_number(share, {.notation = Notation::percent, .digits = digits});
}

}  // namespace loyal
