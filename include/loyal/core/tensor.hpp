// SPDX-License-Identifier: MIT
#pragma once

// The only header that includes xtensor, whose files moved between 0.24 and 0.26.
#if __has_include(<xtensor/containers/xtensor.hpp>)
#include <xtensor/containers/xtensor.hpp>
#else
#include <xtensor/xtensor.hpp>
#endif

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "error.hpp"
#include "types.hpp"

namespace loyal {

/// Dense array of rank N in row-major order: sequences (batch, time, feature), images (batch, channel,
/// height, width).
template <class T, std::size_t N>
using Tensor = xt::xtensor<T, N>;

/// A batch of sequences of different lengths in one tensor, whose first two axes are batch and time.
///
/// Sequence b is values(b, 0 .. lengths[b] - 1); what lies behind is padding that no result depends on;
/// it must be finite, since some layers multiply it by a gradient of zero.
/// Layers hand the lengths on, so they reach whoever needs them: a recurrence, a mean over time.
///
///   values    batch x time (x feature)
///   lengths   batch; each in 0 .. time
template <class T, std::size_t N>
struct Padded {
  static_assert(N >= 2, "a sequence has at least the axes batch and time");
  Tensor<T, N> values;
  std::vector<Index> lengths;

  friend bool operator==(const Padded&, const Padded&) = default;
};

/// Token, item or event numbers, batch x time, with true lengths.
using Tokens = Padded<std::int32_t, 2>;

namespace detail {

template <class X>
struct activation_traits {
  static constexpr bool known = false;
};
template <Scalar T>
struct activation_traits<Matrix<T>> {
  static constexpr bool known = true;
  static constexpr std::size_t rank = 2;
  using value_type = T;
};
template <class T, std::size_t N>
struct activation_traits<Tensor<T, N>> {
  static constexpr bool known = true;
  static constexpr std::size_t rank = N;
  using value_type = T;
};
template <class T, std::size_t N>
struct activation_traits<Padded<T, N>> {
  static constexpr bool known = true;
  static constexpr std::size_t rank = N;
  using value_type = T;
};

}  // namespace detail

/// What flows between layers: Matrix<T>, Tensor<T, N> or Padded<T, N>.
template <class X>
concept Activation = detail::activation_traits<std::remove_cvref_t<X>>::known;

/// The element type of an activation.
template <Activation X>
using ScalarOf = typename detail::activation_traits<std::remove_cvref_t<X>>::value_type;

/// An activation of real numbers, as opposed to one of indices.
template <class X>
concept RealActivation = Activation<X> && Scalar<ScalarOf<X>>;

/// A batch of sequences of vectors: batch x time x features, with or without lengths.
template <class X>
concept RealSequences =
    RealActivation<X> && detail::activation_traits<std::remove_cvref_t<X>>::rank == 3;

/// An activation without lengths: all its rows are data.
template <class X>
concept Unpadded = RealActivation<X> && !requires(const X& x) {
  x.lengths;
};

/// The shape of an activation.
template <Scalar T>
std::array<Index, 2> shape_of(const Matrix<T>& x) {
  return {x.rows(), x.cols()};
}
template <class T, std::size_t N>
std::array<Index, N> shape_of(const Tensor<T, N>& x) {
  std::array<Index, N> shape;
  for (std::size_t i = 0; i < N; ++i) shape[i] = static_cast<Index>(x.shape(i));
  return shape;
}
template <class T, std::size_t N>
std::array<Index, N> shape_of(const Padded<T, N>& x) {
  return shape_of(x.values);
}

/// Size of the first axis: how many samples a batch holds.
template <Activation X>
Index batch_size(const X& x) {
  return shape_of(x).front();
}

/// Size of the last axis: how many features.
template <Activation X>
Index feature_size(const X& x) {
  return shape_of(x).back();
}

/// Gives @p x a shape; its elements are then unspecified. Allocates only when it grows.
template <Scalar T>
void set_shape(Matrix<T>& x, const std::array<Index, 2>& shape) {
  x.resize(shape[0], shape[1]);
}
template <class T, std::size_t N>
void set_shape(Tensor<T, N>& x, const std::array<Index, N>& shape) {
  std::array<std::size_t, N> sizes;
  std::copy(shape.begin(), shape.end(), sizes.begin());
  x.resize(sizes);
}

/// Gives @p y the shape of @p x with its last axis changed, and the lengths of x if it has any.
template <Activation Y, Activation X>
void set_shape_like(Y& y, const X& x, Index features) {
  auto shape = shape_of(x);
  shape.back() = features;
  if constexpr (requires { y.lengths; }) {
    y.lengths = x.lengths;
    set_shape(y.values, shape);
  } else {
    set_shape(y, shape);
  }
}
template <Activation Y, Activation X>
void set_shape_like(Y& y, const X& x) {
  set_shape_like(y, x, feature_size(x));
}

/// The elements as a matrix with one row for each sample, time step or pixel: all axes but the last
/// are rows. A view: it costs nothing and changes what it views.
template <Scalar T>
Eigen::Map<Matrix<T>> as_matrix(Matrix<T>& x) {
  return {x.data(), x.rows(), x.cols()};
}
template <Scalar T>
Eigen::Map<const Matrix<T>> as_matrix(const Matrix<T>& x) {
  return {x.data(), x.rows(), x.cols()};
}
template <Scalar T, std::size_t N>
Eigen::Map<Matrix<T>> as_matrix(Tensor<T, N>& x) {
  const Index cols = feature_size(x);
  return {x.data(), cols == 0 ? 0 : static_cast<Index>(x.size()) / cols, cols};
}
template <Scalar T, std::size_t N>
Eigen::Map<const Matrix<T>> as_matrix(const Tensor<T, N>& x) {
  const Index cols = feature_size(x);
  return {x.data(), cols == 0 ? 0 : static_cast<Index>(x.size()) / cols, cols};
}
template <Scalar T, std::size_t N>
Eigen::Map<Matrix<T>> as_matrix(Padded<T, N>& x) {
  return as_matrix(x.values);
}
template <Scalar T, std::size_t N>
Eigen::Map<const Matrix<T>> as_matrix(const Padded<T, N>& x) {
  return as_matrix(x.values);
}

/// Copies a matrix into a tensor of the given shape, row-major like itself.
/// @throws ShapeError unless both have the same number of elements.
template <std::size_t N, Scalar T>
Tensor<T, N> to_tensor(const Matrix<T>& x, const std::array<Index, N>& shape) {
  Index size = 1;
  for (const Index s : shape) size *= s;
  detail::expect_size("to_tensor", "the number of elements", x.size(), size);
  Tensor<T, N> y;
  set_shape(y, shape);
  std::copy_n(x.data(), x.size(), y.data());
  return y;
}

/// The tensor itself and no lengths, or the padded batch's parts; lets layers treat both alike.
template <class T, std::size_t N>
const Tensor<T, N>& values_of(const Tensor<T, N>& x) {
  return x;
}
template <class T, std::size_t N>
Tensor<T, N>& values_of(Tensor<T, N>& x) {
  return x;
}
template <class T, std::size_t N>
const Tensor<T, N>& values_of(const Padded<T, N>& x) {
  return x.values;
}
template <class T, std::size_t N>
Tensor<T, N>& values_of(Padded<T, N>& x) {
  return x.values;
}

/// True length of sequence @p b: its entry in lengths, or the whole time axis where none are kept.
template <class T, std::size_t N>
Index length_of(const Tensor<T, N>& x, Index) {
  return static_cast<Index>(x.shape(1));
}
template <class T, std::size_t N>
Index length_of(const Padded<T, N>& x, Index b) {
  return x.lengths[static_cast<std::size_t>(b)];
}

namespace detail {

/// Checks that each length lies within the time axis; a plain tensor has nothing to check.
template <Activation X>
void expect_lengths(const char* where, const X& x) {
  if constexpr (requires { x.lengths; }) {
    expect_size(where, "the number of lengths", x.lengths.size(), batch_size(x));
    const Index time = shape_of(x)[1];
    for (const Index length : x.lengths)
      if (length < 0 || length > time)
        fail<ShapeError>(where, "a length", length, "0 .. " + std::to_string(time));
  }
}

}  // namespace detail
}  // namespace loyal
