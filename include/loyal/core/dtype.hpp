// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "error.hpp"
#include "half.hpp"
#include "types.hpp"

namespace loyal {

static_assert(std::endian::native == std::endian::little, "files hold little-endian numbers");

/// Element types that array files store, under their safetensors names; in the order in which the reference
/// implementation lays tensors out.
enum class DType { U64, I64, F64, F32, U32, I32, BF16, F16, U16, I16, I8, U8, BOOL };

namespace detail {

inline constexpr std::array<std::string_view, 13> dtype_names{
    "U64", "I64", "F64", "F32", "U32", "I32", "BF16", "F16", "U16", "I16", "I8", "U8", "BOOL"};

}  // namespace detail

/// "F32", as the file spells it.
constexpr std::string_view to_string(DType dtype) noexcept {
  return detail::dtype_names[static_cast<std::size_t>(dtype)];
}

/// Bytes an element takes.
constexpr std::size_t size_of(DType dtype) noexcept {
  constexpr std::array<std::size_t, 13> sizes{8, 8, 8, 4, 4, 4, 2, 2, 2, 2, 1, 1, 1};
  return sizes[static_cast<std::size_t>(dtype)];
}

/// C++ types that array files are read into and written from: float, double, integers, bool.
template <class T>
concept Element = Scalar<T> ||
    (std::integral<T>&& std::same_as<T, std::remove_cv_t<T>> && sizeof(T) <= 8);

/// The type under which T is stored without loss: float as F32, std::int64_t as I64.
template <Element T>
constexpr DType dtype_of() noexcept {
  if constexpr (std::same_as<T, bool>) {
    return DType::BOOL;
  } else if constexpr (Scalar<T>) {
    return sizeof(T) == 8 ? DType::F64 : DType::F32;
  } else {
    constexpr bool sign = std::is_signed_v<T>;
    switch (sizeof(T)) {
      case 8:
        return sign ? DType::I64 : DType::U64;
      case 4:
        return sign ? DType::I32 : DType::U32;
      case 2:
        return sign ? DType::I16 : DType::U16;
      default:
        return sign ? DType::I8 : DType::U8;
    }
  }
}

namespace detail {

/// Stored forms without a C++ type of their own.
struct HalfBits {
  std::uint16_t bits;
};
struct Bfloat16Bits {
  std::uint16_t bits;
};
struct BoolByte {
  std::uint8_t bits;
};

/// Calls f with a value of the type whose bytes the file holds.
template <class F>
decltype(auto) with_stored_type(DType dtype, F&& f) {
  switch (dtype) {
    case DType::F64:
      return f(double{});
    case DType::I64:
      return f(std::int64_t{});
    case DType::U64:
      return f(std::uint64_t{});
    case DType::F32:
      return f(float{});
    case DType::I32:
      return f(std::int32_t{});
    case DType::U32:
      return f(std::uint32_t{});
    case DType::F16:
      return f(HalfBits{});
    case DType::BF16:
      return f(Bfloat16Bits{});
    case DType::I16:
      return f(std::int16_t{});
    case DType::U16:
      return f(std::uint16_t{});
    case DType::I8:
      return f(std::int8_t{});
    case DType::U8:
      return f(std::uint8_t{});
    default:
      return f(BoolByte{});
  }
}

template <class S>
constexpr auto stored_value(S stored) {
  if constexpr (std::same_as<S, HalfBits>)
    return from_half(stored.bits);
  else if constexpr (std::same_as<S, Bfloat16Bits>)
    return from_bfloat16(stored.bits);
  else if constexpr (std::same_as<S, BoolByte>)
    return stored.bits != 0;
  else
    return stored;
}

/// Turns the stored bytes into numbers of type T. The sizes must match (the callers have checked).
///
/// Real types take everything, rounded where they are narrower. Integers take integers that fit.
/// @throws FormatError for real numbers read as integers and integers out of range.
template <Element T>
void decode(const std::string& where, DType dtype, std::span<const std::byte> bytes,
            std::span<T> out) {
  with_stored_type(dtype, [&]<class S>(S stored) {
    using V = decltype(stored_value(stored));
    if constexpr (std::same_as<S, T>) {
      if (!out.empty()) std::memcpy(out.data(), bytes.data(), bytes.size());
    } else if constexpr (std::integral<T> && !std::integral<V>) {
      fail<FormatError>(where, "the element type", to_string(dtype), "an integer type");
    } else {
      for (std::size_t i = 0; i < out.size(); ++i) {
        std::memcpy(&stored, bytes.data() + i * sizeof(S), sizeof(S));
        const V value = stored_value(stored);
        if constexpr (std::integral<T>) {
          const bool fits = value >= V{}
                                ? static_cast<std::uint64_t>(value) <=
                                      static_cast<std::uint64_t>(std::numeric_limits<T>::max())
                                : static_cast<std::int64_t>(value) >=
                                      static_cast<std::int64_t>(std::numeric_limits<T>::min());
          if (!fits)
            fail<FormatError>(where, "element " + std::to_string(i), value, "a number that fits");
        }
        out[i] = static_cast<T>(value);  // NOLINT(bugprone-signed-char-misuse): I8 is a number
      }
    }
  });
}

template <class S, class T>
S to_stored(const std::string& where, T value) {
  const auto expect = [&](bool fits) {
    if (!fits) fail<DataError>(where, "a value", value, "a number that the file's type can hold");
  };
  if constexpr (std::same_as<S, BoolByte>) {
    return {static_cast<std::uint8_t>(value != T{})};
  } else if constexpr (std::integral<S>) {
    if constexpr (std::integral<T> && !std::same_as<T, bool>) expect(std::in_range<S>(value));
    return static_cast<S>(value);
  } else {
    S stored;
    if constexpr (std::same_as<S, HalfBits>)
      stored = {to_half(static_cast<double>(value))};
    else if constexpr (std::same_as<S, Bfloat16Bits>)
      stored = {to_bfloat16(static_cast<double>(value))};
    else
      stored = static_cast<S>(value);
    if constexpr (Scalar<T>) expect(std::isfinite(stored_value(stored)) || !std::isfinite(value));
    return stored;
  }
}

/// Gives the bytes of @p values as the file stores them to sink(span of bytes), in pieces.
/// @throws DataError for a finite value that would become infinite, an integer out of range, and
/// real values stored as integers or BOOL.
template <Element T, class Sink>
void encode(const std::string& where, DType dtype, std::span<const T> values, Sink&& sink) {
  with_stored_type(dtype, [&]<class S>(S) {
    if constexpr (std::same_as<S, T>) {
      sink(std::as_bytes(values));
    } else if constexpr (Scalar<T> && (std::integral<S> || std::same_as<S, BoolByte>)) {
      fail<DataError>(where, "the element type of the file", to_string(dtype), "a real type");
    } else {
      std::array<S, 4096 / sizeof(S)> piece;
      while (!values.empty()) {
        const std::size_t count = std::min(values.size(), piece.size());
        for (std::size_t i = 0; i < count; ++i) piece[i] = to_stored<S>(where, values[i]);
        sink(std::as_bytes(std::span(piece).first(count)));
        values = values.subspan(count);
      }
    }
  });
}

/// Counts the elements of a shape; false if they, or their steps, would not fit into memory. Axes
/// of size zero do not excuse the others, since those who compute steps multiply them all. Never
/// trusts a file: the caller compares the count with the bytes that are really there.
inline bool count_elements(std::span<const Index> shape, std::size_t element, std::size_t& count) {
  const std::size_t limit = static_cast<std::size_t>(std::numeric_limits<Index>::max()) / element;
  std::size_t product = 1;
  bool empty = false;
  for (const Index axis : shape) {
    if (axis < 0) return false;
    empty = empty || axis == 0;
    const auto size = static_cast<std::size_t>(std::max<Index>(axis, 1));
    if (product > limit / size) return false;
    product *= size;
  }
  count = empty ? 0 : product;
  return true;
}

/// "3 x 5", and "()" for a single number.
inline std::string shape_text(std::span<const Index> shape) {
  std::string text;
  for (const Index axis : shape) text += (text.empty() ? "" : " x ") + std::to_string(axis);
  return text.empty() ? "()" : text;
}

}  // namespace detail
}  // namespace loyal
