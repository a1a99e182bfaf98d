// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "dtype.hpp"
#include "error.hpp"
#include "file.hpp"
#include "tensor.hpp"
#include "types.hpp"

namespace loyal {

/// An array of any number of axes, as NumPy has it: sizes of the axes and elements in row-major
/// order.
template <Element T>
struct NpyArray {
  std::vector<Index> shape;
  std::vector<T> values;

  friend bool operator==(const NpyArray&, const NpyArray&) = default;
};

namespace detail {

/// NumPy's names of the element types, without the byte order.
inline constexpr std::array<std::pair<std::string_view, DType>, 12> npy_types{
    {{"f8", DType::F64},
     {"f4", DType::F32},
     {"f2", DType::F16},
     {"i8", DType::I64},
     {"i4", DType::I32},
     {"i2", DType::I16},
     {"i1", DType::I8},
     {"u8", DType::U64},
     {"u4", DType::U32},
     {"u2", DType::U16},
     {"u1", DType::U8},
     {"b1", DType::BOOL}}};

/// An .npy file in memory whose header has been read and whose size has been checked.
struct NpyView {
  DType dtype{};
  bool big_endian = false;
  bool column_major = false;
  std::vector<Index> shape;
  std::size_t size = 0;  // elements
  std::span<const std::byte> data;
};

/// Reads the header: the Python literal {'descr': '<f4', 'fortran_order': False, 'shape': (3, 5),
/// }.
class NpyHeaderReader {
 public:
  NpyHeaderReader(std::string_view text, const std::string& where) : text_(text), where_(where) {}

  [[nodiscard]] NpyView read() {
    NpyView view;
    bool descr = false;
    bool order = false;
    bool shape = false;
    expect('{');
    while (!accept('}')) {
      const std::string_view key = string();
      expect(':');
      if (key == "descr" && !std::exchange(descr, true))
        read_type(view);
      else if (key == "fortran_order" && !std::exchange(order, true))
        view.column_major = boolean();
      else if (key == "shape" && !std::exchange(shape, true))
        view.shape = tuple();
      else
        fail<FormatError>(where_, "a key of the header", key,
                          "descr, fortran_order and shape once each");
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    space();
    if (at_ != text_.size() || !(descr && order && shape))
      fail_here("descr, fortran_order and shape, then the end");
    return view;
  }

 private:
  std::string_view text_;
  const std::string& where_;
  std::size_t at_ = 0;

  [[noreturn]] void fail_here(std::string_view wanted) const {
    fail<FormatError>(where_, "the header", "wrong at its byte " + std::to_string(at_), wanted);
  }
  void space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }
  bool accept(char c) {
    space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) fail_here(std::string{'\'', c, '\''});
  }
  std::string_view string() {
    const char quote = accept('"') ? '"' : '\'';
    if (quote == '\'' && !accept('\'')) fail_here("a string; records cannot be read");
    const std::size_t end = text_.find(quote, at_);
    if (end == text_.npos) fail_here("the end of a string");
    const std::size_t begin = std::exchange(at_, end + 1);
    return text_.substr(begin, end - begin);
  }
  void read_type(NpyView& view) {
    const std::string_view descr = string();
    const auto named = [&](const auto& type) { return type.first == descr.substr(1); };
    const auto* const found =
        descr.size() == 3 && std::string_view("<>|=").find(descr[0]) != descr.npos
            ? std::find_if(npy_types.begin(), npy_types.end(), named)
            : npy_types.end();
    if (found == npy_types.end())
      fail<FormatError>(where_, "descr", descr, "a plain real, integer or bool type such as <f4");
    view.dtype = found->second;
    view.big_endian = descr[0] == '>' && size_of(view.dtype) > 1;
  }
  bool boolean() {
    space();
    for (const std::string_view word : {"True", "False"})
      if (text_.substr(at_, word.size()) == word) {
        at_ += word.size();
        return word == "True";
      }
    fail_here("True or False");
  }
  std::vector<Index> tuple() {
    std::vector<Index> axes;
    expect('(');
    while (!accept(')')) {
      space();
      const char* const begin = text_.data() + at_;
      Index axis = 0;
      const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), axis);
      if (error != std::errc{} || axis < 0) fail_here("the size of an axis");
      at_ += static_cast<std::size_t>(end - begin);
      axes.push_back(axis);
      if (!accept(',')) {
        if (axes.size() == 1) fail_here("','");  // (3) is a number in Python, (3,) a tuple
        expect(')');
        break;
      }
    }
    return axes;
  }
};

inline NpyView parse_npy(std::span<const std::byte> bytes, const std::string& where) {
  constexpr std::string_view magic = "\x93NUMPY";
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const auto byte = [&](std::size_t i) { return std::to_integer<std::size_t>(bytes[i]); };
  if (text.substr(0, magic.size()) != magic || text.size() < 12)
    fail<FormatError>(where, "the beginning", "not that of an .npy file",
                      "\\x93NUMPY and a header");
  const std::size_t version = byte(6);
  if (version < 1 || version > 3 || byte(7) != 0)
    fail<FormatError>(where, "the version", std::to_string(version) + "." + std::to_string(byte(7)),
                      "1.0, 2.0 or 3.0");
  const std::size_t start = version == 1 ? 10 : 12;
  const std::size_t length = version == 1
                                 ? byte(8) | byte(9) << 8
                                 : byte(8) | byte(9) << 8 | byte(10) << 16 | byte(11) << 24;
  if (length > bytes.size() - start)
    fail<FormatError>(where, "the header's length", length,
                      "at most " + std::to_string(bytes.size() - start));
  NpyView view = NpyHeaderReader(text.substr(start, length), where).read();
  view.data = bytes.subspan(start + length);
  const bool fits = count_elements(view.shape, size_of(view.dtype), view.size);
  if (!fits || view.size * size_of(view.dtype) != view.data.size())
    fail<FormatError>(where, "the length of the data", view.data.size(),
                      "that of " + shape_text(view.shape) + " elements of " +
                          std::to_string(size_of(view.dtype)) + " bytes");
  return view;
}

/// Brings elements from column-major into row-major order.
template <class T>
std::vector<T> to_row_major(std::span<const T> in, std::span<const Index> shape) {
  std::vector<T> out;
  out.reserve(in.size());
  std::vector<std::size_t> step(shape.size(), 1);
  for (std::size_t axis = 1; axis < shape.size(); ++axis)
    step[axis] = step[axis - 1] * static_cast<std::size_t>(shape[axis - 1]);
  std::vector<Index> position(shape.size(), 0);
  for (std::size_t at = 0; out.size() < in.size();) {
    out.push_back(in[at]);
    for (std::size_t axis = shape.size(); axis-- > 0;) {  // counts up like an odometer
      at += step[axis];
      if (++position[axis] < shape[axis]) break;
      at -= step[axis] * static_cast<std::size_t>(shape[axis]);
      position[axis] = 0;
    }
  }
  return out;
}

template <Element T>
void read_elements(const NpyView& view, const std::string& where, std::span<T> out) {
  std::vector<std::byte> swapped;
  std::span<const std::byte> data = view.data;
  if (view.big_endian) {
    swapped.assign(data.begin(), data.end());
    const auto size = static_cast<std::ptrdiff_t>(size_of(view.dtype));
    for (auto i = swapped.begin(); i != swapped.end(); i += size) std::reverse(i, i + size);
    data = swapped;
  }
  decode(where, view.dtype, data, out);
  if (view.column_major && view.shape.size() > 1) {
    const std::vector<T> ordered = to_row_major<T>(out, view.shape);
    std::copy(ordered.begin(), ordered.end(), out.begin());
  }
}

template <class A>
struct npy_array {};
template <class T>
struct npy_array<NpyArray<T>> {
  static NpyArray<T> make(const NpyView& view, const std::string& where) {
    NpyArray<T> array{view.shape, std::vector<T>(view.size)};
    read_elements<T>(view, where, array.values);
    return array;
  }
  static std::span<const T> elements(const NpyArray<T>& array) { return array.values; }
  static const std::vector<Index>& shape(const NpyArray<T>& array) { return array.shape; }
};
/// Arrays whose number of axes is part of their type: matrices, vectors, tensors.
template <class A, std::size_t N>
struct ranked_npy_array {
  using T = typename A::value_type;
  static A make(const NpyView& view, const std::string& where) {
    if (view.shape.size() != N)
      fail<ShapeError>(where, "the shape", shape_text(view.shape), std::to_string(N) + " axes");
    A array;
    if constexpr (requires { array.rows(); }) {
      array.resize(view.shape.front(), N == 2 ? view.shape.back() : 1);
    } else {
      std::array<Index, N> shape;
      std::copy(view.shape.begin(), view.shape.end(), shape.begin());
      set_shape(array, shape);
    }
    read_elements<T>(view, where, std::span(array.data(), view.size));
    return array;
  }
  static std::span<const T> elements(const A& array) {
    return {array.data(), static_cast<std::size_t>(array.size())};
  }
  static std::vector<Index> shape(const A& array) {
    if constexpr (N == 1 && requires { array.rows(); }) {
      return {array.size()};
    } else {
      const auto sizes = shape_of(array);
      return {sizes.begin(), sizes.end()};
    }
  }
};
template <class T>
struct npy_array<Matrix<T>> : ranked_npy_array<Matrix<T>, 2> {};
template <class T>
struct npy_array<Vector<T>> : ranked_npy_array<Vector<T>, 1> {};
template <class T, std::size_t N>
struct npy_array<Tensor<T, N>> : ranked_npy_array<Tensor<T, N>, N> {};

/// Gives sink(bytes) an array in .npy form, version 1.0.
template <class A, class Sink>
void put_npy(const std::string& where, const A& array, Sink&& sink) {
  using Traits = npy_array<A>;
  const auto elements = Traits::elements(array);
  const auto& shape = Traits::shape(array);
  constexpr DType dtype = dtype_of<typename decltype(elements)::value_type>();
  std::size_t size = 0;
  if (!count_elements(shape, size_of(dtype), size) || size != elements.size())
    fail<ShapeError>(where, "the number of elements", elements.size(),
                     "that of shape " + shape_text(shape));
  const auto* const type = std::find_if(npy_types.begin(), npy_types.end(),
                                        [](const auto& t) { return t.second == dtype; });
  std::string header = std::string("{'descr': '") + (size_of(dtype) == 1 ? '|' : '<');
  header.append(type->first).append("', 'fortran_order': False, 'shape': (");
  for (std::size_t i = 0; i < shape.size(); ++i)
    header.append(i == 0 ? "" : " ")
        .append(std::to_string(shape[i]))
        .append(i + 1 < shape.size() || i == 0 ? "," : "");
  header += "), }";
  header.append(63 - (10 + header.size()) % 64, ' ');
  header += '\n';
  if (header.size() > 0xFFFF)
    fail<DataError>(where, "the number of axes", shape.size(),
                    "what a header of 65535 bytes can hold");
  std::string start("\x93NUMPY\x01\x00", 8);
  start += static_cast<char>(header.size() & 0xFF);
  start += static_cast<char>(header.size() >> 8);
  start += header;
  sink(std::as_bytes(std::span<const char>(start)));
  sink(std::as_bytes(elements));
}

}  // namespace detail

/// What crosses the border to NumPy: Matrix<T>, Vector<T>, Tensor<T, N> and NpyArray<T>.
template <class A>
concept NumpyArray = requires(const A& array) {
  detail::npy_array<A>::elements(array);
};

/// Reads an .npy file (versions 1 to 3) of real, integer or bool elements.
///
/// Either byte order and either storage order are understood. Elements are converted: real types
/// take any element type, integers take integers that fit.
///
/// @throws FormatError for a damaged file; ShapeError if the number of axes differs from that of A.
///
/// Source: NumPy Enhancement Proposal 1, "A Simple File Format for NumPy Arrays".
///
///     const loyal::Matrix<float> x = loyal::Matrix<float>::Identity(2, 3);
///     loyal::write_npy("x.npy", x);
///     if (loyal::read_npy<loyal::Matrix<double>>("x.npy") != x.cast<double>()) return 1;
template <NumpyArray A>
[[nodiscard]] A read_npy(const std::string& path) {
  const MappedFile file(path);
  return detail::npy_array<A>::make(detail::parse_npy(file.bytes(), path), path);
}

/// Writes an .npy file that numpy.load reads; a failure leaves an older file untouched.
/// @throws FormatError if the file cannot be written.
template <NumpyArray A>
void write_npy(const std::string& path, const A& array) {
  write_atomically(path, [&](FileWriter& out) {
    detail::put_npy(path, array, [&](std::span<const std::byte> bytes) { out.write(bytes); });
  });
}

}  // namespace loyal
