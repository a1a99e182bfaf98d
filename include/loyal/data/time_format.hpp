// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "../core/error.hpp"
#include "time.hpp"

namespace loyal {
namespace detail {

/// Reads a text from left to right; after the first thing that does not fit, ok() stays false.
class TimeScanner {
 public:
  explicit TimeScanner(std::string_view text) noexcept : rest_(text) {}

  [[nodiscard]] bool ok() const noexcept { return ok_; }
  [[nodiscard]] bool done() const noexcept { return ok_ && rest_.empty(); }
  [[nodiscard]] char peek() const noexcept { return rest_.empty() ? '\0' : rest_.front(); }

  bool accept(char c) noexcept {
    if (peek() != c || rest_.empty()) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char c) noexcept { ok_ = accept(c) && ok_; }
  std::size_t skip_blanks() noexcept {
    std::size_t count = 0;
    while (accept(' ') || accept('\t')) ++count;
    return count;
  }

  int digits(std::size_t least, std::size_t most) noexcept {
    int value = 0;
    std::size_t count = 0;
    for (; count < most && is_digit(); ++count) {
      value = 10 * value + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    ok_ = ok_ && count >= least;
    return value;
  }
  void skip_fraction() noexcept { digits(1, 9); }

  /// Z, +01, +0130 or +01:30, in seconds east of Greenwich.
  Time zone() noexcept {
    if (accept('Z') || accept('z')) return 0;
    const bool west = peek() == '-';
    if (!accept('+')) expect('-');
    const int hours = digits(2, 2);
    const int minutes = accept(':') ? digits(2, 2) : is_digit() ? digits(2, 2) : 0;
    ok_ = ok_ && hours <= 23 && minutes <= 59;
    return (west ? -1 : 1) * (hours * hour + minutes * minute);
  }

  /// Which of the names the text begins with, whatever its case; the longest one counts.
  template <std::size_t N>
  int one_of(const std::array<std::string_view, N>& names) noexcept {
    std::size_t best = N;
    for (std::size_t i = 0; i < N; ++i)
      if (begins_with(names[i]) && (best == N || names[i].size() > names[best].size())) best = i;
    if (best == N)
      ok_ = false;
    else
      rest_.remove_prefix(names[best].size());
    return static_cast<int>(best);
  }

 private:
  [[nodiscard]] bool is_digit() const noexcept { return peek() >= '0' && peek() <= '9'; }
  [[nodiscard]] bool begins_with(std::string_view name) const noexcept {
    if (rest_.size() < name.size()) return false;
    for (std::size_t i = 0; i < name.size(); ++i)
      if ((rest_[i] | 0x20) != (name[i] | 0x20)) return false;
    return true;
  }

  std::string_view rest_;
  bool ok_ = true;
};

inline constexpr std::array<std::string_view, 24> month_names{
    "January",   "February", "March",    "April",    "May", "June", "July", "August",
    "September", "October",  "November", "December", "Jan", "Feb",  "Mar",  "Apr",
    "May",       "Jun",      "Jul",      "Aug",      "Sep", "Oct",  "Nov",  "Dec"};
inline constexpr std::array<std::string_view, 2> day_halves{"AM", "PM"};

}  // namespace detail

/// How a column writes its times, made from a name or a pattern.
///
/// | name | example | |
/// |---|---|---|
/// | iso | 2024-02-29, 2024-02-29T18:30, 2024-02-29 18:30:05.25+01:00 | UTC without an offset |
/// | yyyymmdd | 20240229 | |
/// | unix | 1709231405 | seconds since 1970; a fraction is cut off |
/// | unix_ms | 1709231405250 | milliseconds since 1970 |
/// | a pattern | %d/%m/%Y %H:%M | |
///
/// A pattern consists of %Y (4 digits) %y (69 .. 99 are 19xx) %m %b or %B (English names) %d or %e
/// %H %I %p %M %S %f (fraction, dropped) %z (Z or an offset) %% and other characters, which stand
/// for themselves; a blank stands for any number of blanks. Blanks around a time are ignored,
/// fractions of seconds dropped, leap seconds (:60) refused, and so are dates that do not exist.
///
/// @throws OptionError when the name is unknown or the pattern has an unknown %.
/// Source: none, our own; the letters are those of C's strftime, ISO 8601 as in RFC 3339.
/// Cost: some ten nanoseconds a time, no allocation.
///
///     const loyal::TimeFormat pattern{"%d.%m.%Y %H:%M"};
///     const auto time = pattern.parse("01.03.2000 00:00");
///     if (!time || loyal::TimeFormat{}.format(*time) != "2000-03-01T00:00:00Z") return 1;
///     if (pattern.parse("30.02.2000 00:00")) return 1;
class TimeFormat {
 public:
  TimeFormat() = default;
  explicit TimeFormat(std::string_view name) : name_(name) {
    if (name == "iso") {
      kind_ = Kind::iso;
    } else if (name == "unix") {
      kind_ = Kind::seconds;
    } else if (name == "unix_ms") {
      kind_ = Kind::milliseconds;
    } else {
      kind_ = Kind::pattern;
      pattern_ = name == "yyyymmdd" ? "%Y%m%d" : name_;
      check_pattern();
    }
  }

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  /// The time that @p text writes, or nothing when it writes none.
  [[nodiscard]] std::optional<Time> parse(std::string_view text) const noexcept {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    switch (kind_) {
      case Kind::iso:
        return parse_iso(text);
      case Kind::seconds:
        return parse_count(text, 1);
      case Kind::milliseconds:
        return parse_count(text, 1000);
      case Kind::pattern:
        break;
    }
    return parse_pattern(text);
  }

  /// The text of @p time in UTC. @throws DataError outside the years 0 .. 9999, but for counts.
  [[nodiscard]] std::string format(Time time) const {
    if (kind_ == Kind::seconds) return std::to_string(time);
    const CivilTime c = to_civil(time);
    if (c.year < 0 || c.year > 9999)
      detail::fail<DataError>("TimeFormat::format", "year", c.year, "in [0, 9999]");
    if (kind_ == Kind::milliseconds) return std::to_string(time * 1000);
    const std::string_view pattern = pattern_;
    std::string text;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      if (pattern[i] == '%')
        append(text, pattern[++i], c);
      else
        text += pattern[i];
    }
    return text;
  }

  friend bool operator==(const TimeFormat& a, const TimeFormat& b) { return a.name_ == b.name_; }

 private:
  enum class Kind { iso, seconds, milliseconds, pattern };

  static constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

  void check_pattern() const {
    constexpr std::string_view letters = "YymbBdeHIpMSfz%";
    const std::string_view pattern = pattern_;
    bool any = false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      if (pattern[i] != '%') continue;
      ++i;
      if (i == pattern.size() || letters.find(pattern[i]) == std::string_view::npos)
        detail::fail<OptionError>("TimeFormat", "pattern", "'" + name_ + "'",
                                  "% before one of " + std::string(letters));
      any = any || pattern[i] != '%';
    }
    if (!any)
      detail::fail<OptionError>("TimeFormat", "name", "'" + name_ + "'",
                                "iso, yyyymmdd, unix, unix_ms, or a pattern such as %Y-%m-%d");
  }

  static std::optional<Time> checked(const CivilTime& c, Time zone, bool fits) noexcept {
    if (!fits || !detail::is_valid(c)) return std::nullopt;
    return detail::time_of(c) - zone;
  }

  static std::optional<Time> parse_iso(std::string_view text) noexcept {
    detail::TimeScanner scan{text};
    CivilTime c;
    Time zone = 0;
    c.year = scan.digits(4, 4);
    scan.expect('-');
    c.month = scan.digits(2, 2);
    scan.expect('-');
    c.day = scan.digits(2, 2);
    if (scan.accept('T') || scan.accept('t') || scan.accept(' ')) {
      c.hour = scan.digits(2, 2);
      scan.expect(':');
      c.minute = scan.digits(2, 2);
      if (scan.accept(':')) {
        c.second = scan.digits(2, 2);
        if (scan.accept('.') || scan.accept(',')) scan.skip_fraction();
      }
      scan.skip_blanks();
      if (!scan.done()) zone = scan.zone();
    }
    return checked(c, zone, scan.done());
  }

  /// A whole number of 1 / @p per_second seconds, rounded down; any fraction is cut off.
  static std::optional<Time> parse_count(std::string_view text, Time per_second) noexcept {
    Time count = 0;
    const char* end = text.data() + text.size();
    auto [stop, error] = std::from_chars(text.data(), end, count);
    if (error != std::errc{}) return std::nullopt;
    if (stop != end && *stop == '.')
      for (++stop; stop != end && *stop >= '0' && *stop <= '9';) ++stop;
    const Time time = detail::floor_divide(count, per_second);
    if (stop != end || time > detail::furthest || time < -detail::furthest) return std::nullopt;
    return time;
  }

  [[nodiscard]] std::optional<Time> parse_pattern(std::string_view text) const noexcept {
    detail::TimeScanner scan{text};
    CivilTime c;
    Time zone = 0;
    int half = -1;  // of the day: 0 AM, 1 PM
    const std::string_view pattern = pattern_;
    for (std::size_t i = 0; i < pattern.size() && scan.ok(); ++i) {
      if (is_blank(pattern[i])) {
        scan.skip_blanks();
        continue;
      }
      if (pattern[i] != '%') {
        scan.expect(pattern[i]);
        continue;
      }
      switch (pattern[++i]) {
        case 'Y':
          c.year = scan.digits(4, 4);
          break;
        case 'y':
          c.year = scan.digits(2, 2);
          c.year += c.year < 69 ? 2000 : 1900;
          break;
        case 'm':
          c.month = scan.digits(1, 2);
          break;
        case 'b':
        case 'B':
          c.month = scan.one_of(detail::month_names) % 12 + 1;
          break;
        case 'e':
          scan.skip_blanks();
          [[fallthrough]];
        case 'd':
          c.day = scan.digits(1, 2);
          break;
        case 'H':
          c.hour = scan.digits(1, 2);
          break;
        case 'I':
          c.hour = scan.digits(1, 2);
          if (c.hour < 1 || c.hour > 12) return std::nullopt;
          break;
        case 'p':
          half = scan.one_of(detail::day_halves);
          break;
        case 'M':
          c.minute = scan.digits(1, 2);
          break;
        case 'S':
          c.second = scan.digits(1, 2);
          break;
        case 'f':
          scan.skip_fraction();
          break;
        case 'z':
          zone = scan.zone();
          break;
        default:
          scan.expect('%');
      }
    }
    if (half >= 0) {
      if (c.hour > 12) return std::nullopt;
      c.hour = c.hour % 12 + 12 * half;
    }
    return checked(c, zone, scan.done());
  }

  static void append(std::string& text, char letter, const CivilTime& c) {
    const auto number = [&text](std::int64_t value, std::size_t width) {
      const std::string digits = std::to_string(value);
      if (digits.size() < width) text.append(width - digits.size(), '0');
      text += digits;
    };
    const auto month = static_cast<std::size_t>(c.month - 1);
    switch (letter) {
      case 'Y':
        number(c.year, 4);
        break;
      case 'y':
        number(c.year % 100, 2);
        break;
      case 'm':
        number(c.month, 2);
        break;
      case 'b':
        text += detail::month_names[month + 12];
        break;
      case 'B':
        text += detail::month_names[month];
        break;
      case 'd':
      case 'e':
        number(c.day, 2);
        break;
      case 'H':
        number(c.hour, 2);
        break;
      case 'I':
        number((c.hour + 11) % 12 + 1, 2);
        break;
      case 'p':
        text += detail::day_halves[c.hour < 12 ? 0 : 1];
        break;
      case 'M':
        number(c.minute, 2);
        break;
      case 'S':
        number(c.second, 2);
        break;
      case 'f':
        text += "000000";
        break;
      case 'z':
        text += 'Z';
        break;
      default:
        text += '%';
    }
  }

  std::string name_ = "iso";
  std::string pattern_ = "%Y-%m-%dT%H:%M:%S%z";  // of iso, only to write with
  Kind kind_ = Kind::iso;
};

}  // namespace loyal
