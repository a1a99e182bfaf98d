// SPDX-License-Identifier: MIT
#pragma once

#include <charconv>
#include <concepts>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace loyal {

/// Base of everything the library throws. what() reads "place: name is got, expected ...".
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Two sizes that had to agree did not.
class ShapeError : public Error {
 public:
  using Error::Error;
};

/// An option lies outside its domain.
class OptionError : public Error {
 public:
  using Error::Error;
};

/// A value in the user's data cannot be used: NaN, unknown category, wrong row, empty set.
class DataError : public Error {
 public:
  using Error::Error;
};

/// A file is damaged, truncated, or not of the format it should be; or cannot be opened.
class FormatError : public Error {
 public:
  using Error::Error;
};

/// A model was asked before it was fitted.
class NotFitted : public Error {
 public:
  using Error::Error;
};

namespace detail {

inline std::string to_text(std::string_view value) { return std::string(value); }
inline std::string to_text(const char* value) { return value; }
inline std::string to_text(bool value) { return value ? "true" : "false"; }
inline std::string to_text(std::integral auto value) { return std::to_string(value); }
inline std::string to_text(std::floating_point auto value) {
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return {buffer, end};
}
/// A shape: 3 x 5.
inline std::string to_text(std::initializer_list<long long> shape) {
  std::string text;
  for (const auto size : shape) text += (text.empty() ? "" : " x ") + std::to_string(size);
  return text;
}

/// The parts one after another, numbers as text. Where g++ 12 warns falsely of "literal" + std::string.
template <class... Parts>
std::string concatenate(const Parts&... parts) {
  std::string text;
  (text.append(to_text(parts)), ...);
  return text;
}

/// What a message quotes: a text, or a number as text. Literals of all lengths are one type here, so that
/// fail() is compiled once for each error.
struct Quoted {
  std::string text;
  // NOLINTBEGIN(google-explicit-constructor): the type exists to convert
  Quoted(std::string_view value) : text(value) {}
  Quoted(const std::string& value) : text(value) {}
  Quoted(const char* value) : text(value) {}
  template <class Number>
  requires std::is_arithmetic_v<Number> Quoted(Number value) : text(to_text(value)) {}
  // NOLINTEND(google-explicit-constructor)
};

/// Throws E with "where: what is got, expected wanted". The one place that words such a message.
template <class E>
[[noreturn]] void fail(std::string_view where, std::string_view what, const Quoted& got,
                       const Quoted& wanted) {
  std::string text;
  text.append(where).append(": ").append(what).append(" is ").append(got.text);
  text.append(", expected ").append(wanted.text);
  throw E(text);
}

inline void expect_size(const char* where, const char* what, std::integral auto got,
                        std::integral auto want) {
  if (std::cmp_not_equal(got, want)) fail<ShapeError>(where, what, got, want);
}

/// Checks rows and columns of anything with rows() and cols(); the message shows both shapes.
template <class M>
void expect_shape(const char* where, const char* what, const M& got, std::integral auto rows,
                  std::integral auto cols) {
  using Shape = std::initializer_list<long long>;
  if (std::cmp_not_equal(got.rows(), rows) || std::cmp_not_equal(got.cols(), cols))
    fail<ShapeError>(
        where, what,
        to_text(Shape{static_cast<long long>(got.rows()), static_cast<long long>(got.cols())}),
        to_text(Shape{static_cast<long long>(rows), static_cast<long long>(cols)}));
}

/// Checks one option; @p rule reads after "expected", as in "> 0" or "in [0, 1)".
void expect_option(const char* where, const char* name, const auto& got, bool holds,
                   const char* rule) {
  if (!holds) fail<OptionError>(where, name, got, rule);
}

}  // namespace detail
}  // namespace loyal
