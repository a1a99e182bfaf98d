// SPDX-License-Identifier: MIT
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "error.hpp"
#include "utf8.hpp"

namespace loyal::detail {

/// The text between quotation marks, as JSON writes it.
inline std::string json_quote(std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  constexpr std::string_view special = "\"\\\b\f\n\r\t";
  constexpr std::string_view names = "\"\\bfnrt";
  std::string quoted = "\"";
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (const std::size_t which = special.find(c); which != special.npos) {
      quoted += '\\';
      quoted += names[which];
    } else if (code < 0x20) {
      quoted.append("\\u00").append(1, hex[code >> 4]).append(1, hex[code & 15U]);
    } else {
      quoted += c;
    }
  }
  return quoted += '"';
}

/// Reads JSON of a known form front to back, without a tree: the caller says what must come next.
///
/// This is what file headers need; it costs a hundredth of the compile time of a general JSON
/// library. Everything else than what is asked for is a FormatError with the byte where it stands.
class JsonReader {
 public:
  /// @p where begins every message, as in "model.safetensors: header".
  JsonReader(std::string_view text, std::string where) : text_(text), where_(std::move(where)) {}

  /// Reads { ... }, calling member(key) where each value stands; it must read that value.
  template <class F>
  void object(F&& member) {
    expect('{', "'{'");
    if (accept('}')) return;
    do {
      std::string key = string();
      expect(':', "':'");
      member(std::move(key));
    } while (accept(','));
    expect('}', "',' or '}'");
  }

  /// Reads [ ... ], calling element() where each value stands; it must read that value.
  template <class F>
  void array(F&& element) {
    expect('[', "'['");
    if (accept(']')) return;
    do element();
    while (accept(','));
    expect(']', "',' or ']'");
  }

  std::string string() {
    expect('"', "a string");
    std::string value;
    const std::size_t start = at_;
    for (;;) {
      const char c = at_ < text_.size() ? text_[at_] : '\0';
      if (static_cast<unsigned char>(c) < 0x20) fail_here("the rest of a string");
      ++at_;
      if (c == '"') break;
      if (c == '\\')
        escape(value);
      else
        value += c;
    }
    if (!is_utf8(value)) {
      at_ = start;
      fail_here("UTF-8");
    }
    return value;
  }

  /// A non-negative integer below 2^63, without fraction or exponent.
  std::int64_t integer() {
    space();
    const char* const begin = text_.data() + at_;
    std::int64_t value = 0;
    const bool digit = at_ < text_.size() && *begin >= '0' && *begin <= '9';
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
    if (!digit || error != std::errc{} || (*begin == '0' && end - begin > 1))
      fail_here("an integer from 0 to 2^63 - 1");
    at_ += static_cast<std::size_t>(end - begin);
    return value;
  }

  /// A finite number.
  double number() {
    space();
    const std::string_view rest = text_.substr(at_);
    const std::size_t sign = rest.starts_with('-') ? 1 : 0;
    double value = 0;
    const bool digit = rest.size() > sign && rest[sign] >= '0' && rest[sign] <= '9';
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    if (!digit || error != std::errc{}) fail_here("a number");
    at_ += static_cast<std::size_t>(end - rest.data());
    return value;
  }

  bool boolean() {
    space();
    const std::string_view rest = text_.substr(at_);
    const bool value = rest.starts_with("true");
    if (!value && !rest.starts_with("false")) fail_here("true or false");
    at_ += value ? 4 : 5;
    return value;
  }

  /// Nothing but white space may be left.
  void end() {
    space();
    if (at_ != text_.size()) fail_here("the end");
  }

 private:
  std::string_view text_;
  std::string where_;
  std::size_t at_ = 0;

  [[noreturn]] void fail_here(const char* wanted) const {
    std::string got = "its end";
    if (at_ < text_.size()) {
      const auto code = static_cast<unsigned char>(text_[at_]);
      got = code > 0x20 && code < 0x7F ? std::string{'\'', text_[at_], '\''}
                                       : "the byte " + std::to_string(code);
    }
    fail<FormatError>(where_, "byte " + std::to_string(at_), got, wanted);
  }
  void space() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
      ++at_;
  }
  bool accept(char c) {
    space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c, const char* wanted) {
    if (!accept(c)) fail_here(wanted);
  }
  std::uint32_t four_hex_digits() {
    std::uint32_t code = 0;
    const char* const begin = text_.data() + at_;
    if (text_.size() - at_ < 4 || std::from_chars(begin, begin + 4, code, 16).ptr != begin + 4)
      fail_here("four hexadecimal digits");
    at_ += 4;
    return code;
  }
  void escape(std::string& value) {
    constexpr std::string_view names = "\"\\/bfnrt";
    constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    if (at_ < text_.size() && text_[at_] == 'u') {
      ++at_;
      std::uint32_t code = four_hex_digits();
      if (code >= 0xD800 && code < 0xDC00) {
        if (text_.substr(at_, 2) != "\\u") fail_here("the second half of a surrogate pair");
        at_ += 2;
        const std::uint32_t low = four_hex_digits();
        if (low < 0xDC00 || low >= 0xE000) fail_here("the second half of a surrogate pair");
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      }
      append_utf8(value, code);  // a lone second half is refused with the string as no UTF-8
      return;
    }
    const std::size_t which = at_ < text_.size() ? names.find(text_[at_]) : names.npos;
    if (which == names.npos) fail_here("an escape");
    value += meanings[which];
    ++at_;
  }
};

}  // namespace loyal::detail
