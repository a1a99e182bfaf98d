// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "../core/error.hpp"
#include "layer.hpp"

namespace loyal {

/// Mean over time of each feature, over a sequence's true length.
///
///   x   batch x time x features: Tensor<T, 3> or Padded<T, 3>
///   y   batch x features: y_b = sum_{t < length_b} x_bt / length_b; zero for an empty sequence
///
/// @throws ShapeError if lengths do not fit x.
/// Source: none, the arithmetic mean. Cost: one pass over x.
///
///     loyal::Tensor<float, 3> x;
///     loyal::set_shape(x, {2, 4, 3});
///     x.fill(2);
///     const auto y = loyal::predict(loyal::MeanOverTime{}, x);
///     if (y.rows() != 2 || y(1, 2) != 2) return 1;
struct MeanOverTime {
  static constexpr bool reads_output = false;
  template <class X>
  using Output = Matrix<ScalarOf<X>>;

  template <RealSequences X>
  void forward(const X& x, Output<X>& y, NoCache&, Pass&) const {
    detail::expect_lengths("MeanOverTime::forward", x);
    const auto [batch, time, features] = shape_of(x);
    y.setZero(batch, features);
    const auto rows = as_matrix(x);
    for (Index b = 0; b < batch; ++b)
      if (const Index length = length_of(x, b); length > 0)
        y.row(b) =
            rows.middleRows(b * time, length).colwise().sum() / static_cast<ScalarOf<X>>(length);
  }

  template <RealSequences X, class DX>
  void backward(const X& x, const Output<X>&, const Output<X>& dy, NoCache&, DX& dx,
                MeanOverTime&) const {
    if constexpr (detail::wanted<DX>) {
      const auto [batch, time, features] = shape_of(x);
      detail::expect_shape("MeanOverTime::backward", "dy", dy, batch, features);
      set_shape_like(dx, x);
      auto rows = as_matrix(dx);
      rows.setZero();
      for (Index b = 0; b < batch; ++b)
        if (const Index length = length_of(x, b); length > 0)
          rows.middleRows(b * time, length).rowwise() =
              dy.row(b) / static_cast<ScalarOf<X>>(length);
    }
  }
};

/// Largest value over time of each feature, over a sequence's true length; the first of equals counts.
///
///   x   batch x time x features: Tensor<T, 3> or Padded<T, 3>
///   y   batch x features; zero for an empty sequence
///
/// @throws ShapeError if lengths do not fit x.
/// Source: Collobert et al., JMLR 12, 2011, section 3.3. Cost: one pass over x.
///
///     loyal::Tensor<float, 3> x;
///     loyal::set_shape(x, {1, 3, 1});
///     x(0, 0, 0) = 1, x(0, 1, 0) = 5, x(0, 2, 0) = -2;
///     if (loyal::predict(loyal::MaxOverTime{}, x)(0, 0) != 5) return 1;
struct MaxOverTime {
  static constexpr bool reads_output = false;
  template <class X>
  using Output = Matrix<ScalarOf<X>>;
  template <class X>
  struct Cache {
    std::vector<std::int32_t> where;  ///< batch x features: the step of the largest, -1 if empty
  };

  template <RealSequences X>
  void forward(const X& x, Output<X>& y, Cache<X>& cache, Pass&) const {
    detail::expect_lengths("MaxOverTime::forward", x);
    const auto [batch, time, features] = shape_of(x);
    y.setZero(batch, features);
    cache.where.assign(static_cast<std::size_t>(batch * features), -1);
    const auto rows = as_matrix(x);
    for (Index b = 0; b < batch; ++b) {
      std::int32_t* where = cache.where.data() + b * features;
      for (Index t = 0; t < length_of(x, b); ++t)
        for (Index f = 0; f < features; ++f)
          if (where[f] < 0 || rows(b * time + t, f) > y(b, f)) {
            y(b, f) = rows(b * time + t, f);
            where[f] = static_cast<std::int32_t>(t);
          }
    }
  }

  template <RealSequences X, class DX>
  void backward(const X& x, const Output<X>&, const Output<X>& dy, Cache<X>& cache, DX& dx,
                MaxOverTime&) const {
    if constexpr (detail::wanted<DX>) {
      const auto [batch, time, features] = shape_of(x);
      detail::expect_shape("MaxOverTime::backward", "dy", dy, batch, features);
      set_shape_like(dx, x);
      auto rows = as_matrix(dx);
      rows.setZero();
      for (Index b = 0; b < batch; ++b)
        for (Index f = 0; f < features; ++f)
          if (const auto t = cache.where[static_cast<std::size_t>(b * features + f)]; t >= 0)
            rows(b * time + t, f) = dy(b, f);
    }
  }
};

/// The last true step of each sequence: how a recurrence's final state becomes its summary.
///
///   x   batch x time x features: Tensor<T, 3> or Padded<T, 3>
///   y   batch x features: y_b = x_b(length_b - 1); zero for an empty sequence
///
/// @throws ShapeError if lengths do not fit x.
/// Source: none, a selection. Cost: one row a sequence.
///
///     loyal::Padded<float, 3> x;
///     loyal::set_shape(x.values, {1, 3, 1});
///     x.values(0, 0, 0) = 1, x.values(0, 1, 0) = 5, x.values(0, 2, 0) = -2;
///     x.lengths = {2};
///     if (loyal::predict(loyal::LastStep{}, x)(0, 0) != 5) return 1;
struct LastStep {
  static constexpr bool reads_output = false;
  template <class X>
  using Output = Matrix<ScalarOf<X>>;

  template <RealSequences X>
  void forward(const X& x, Output<X>& y, NoCache&, Pass&) const {
    detail::expect_lengths("LastStep::forward", x);
    const auto [batch, time, features] = shape_of(x);
    y.setZero(batch, features);
    const auto rows = as_matrix(x);
    for (Index b = 0; b < batch; ++b)
      if (const Index length = length_of(x, b); length > 0)
        y.row(b) = rows.row(b * time + length - 1);
  }

  template <RealSequences X, class DX>
  void backward(const X& x, const Output<X>&, const Output<X>& dy, NoCache&, DX& dx,
                LastStep&) const {
    if constexpr (detail::wanted<DX>) {
      const auto [batch, time, features] = shape_of(x);
      detail::expect_shape("LastStep::backward", "dy", dy, batch, features);
      set_shape_like(dx, x);
      auto rows = as_matrix(dx);
      rows.setZero();
      for (Index b = 0; b < batch; ++b)
        if (const Index length = length_of(x, b); length > 0)
          rows.row(b * time + length - 1) = dy.row(b);
    }
  }
};

}  // namespace loyal
