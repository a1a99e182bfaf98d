// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "../core/error.hpp"
#include "../core/tensor.hpp"

namespace loyal {

/// Copies the samples with the given numbers, in their order, into @p out. Padded batches are cut to the
/// longest sequence among them.
template <Scalar T>
void gather(const Matrix<T>& x, std::span<const Index> samples, Matrix<T>& out) {
  out.resize(static_cast<Index>(samples.size()), x.cols());
  for (std::size_t i = 0; i < samples.size(); ++i)
    out.row(static_cast<Index>(i)) = x.row(samples[i]);
}
template <Scalar T>
void gather(const Vector<T>& x, std::span<const Index> samples, Vector<T>& out) {
  out.resize(static_cast<Index>(samples.size()));
  for (std::size_t i = 0; i < samples.size(); ++i) out[static_cast<Index>(i)] = x[samples[i]];
}
template <class T>
void gather(const std::vector<T>& x, std::span<const Index> samples, std::vector<T>& out) {
  out.resize(samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) out[i] = x[static_cast<std::size_t>(samples[i])];
}
template <class T, std::size_t N>
void gather(const Tensor<T, N>& x, std::span<const Index> samples, Tensor<T, N>& out) {
  auto shape = shape_of(x);
  const Index size = shape[0] == 0 ? 0 : static_cast<Index>(x.size()) / shape[0];
  shape[0] = static_cast<Index>(samples.size());
  set_shape(out, shape);
  for (std::size_t i = 0; i < samples.size(); ++i)
    std::copy_n(x.data() + samples[i] * size, size, out.data() + static_cast<Index>(i) * size);
}
template <class T, std::size_t N>
void gather(const Padded<T, N>& x, std::span<const Index> samples, Padded<T, N>& out) {
  gather(x.lengths, samples, out.lengths);
  auto shape = shape_of(x);
  const Index stride = shape[0] == 0 ? 0 : static_cast<Index>(x.values.size()) / shape[0];
  const Index step = shape[1] == 0 ? 0 : stride / shape[1];
  shape[0] = static_cast<Index>(samples.size());
  shape[1] = out.lengths.empty() ? 0 : *std::max_element(out.lengths.begin(), out.lengths.end());
  set_shape(out.values, shape);
  for (std::size_t i = 0; i < samples.size(); ++i)
    std::copy_n(x.values.data() + samples[i] * stride, shape[1] * step,
                out.values.data() + static_cast<Index>(i) * shape[1] * step);
}

namespace detail {

template <class X>
Index count_samples(const X& x) {
  if constexpr (Activation<X>)
    return batch_size(x);
  else
    return static_cast<Index>(x.size());
}

}  // namespace detail

/// Samples with their targets, and weights if they differ. It owns its arrays: move large ones in.
///
///   inputs    samples x ..., anything a layer takes
///   targets   one a sample: what the loss takes
///   weights   samples, or empty: all 1
///
///     const loyal::Dataset data{loyal::Matrix<float>::Ones(10, 3).eval(), loyal::Matrix<float>::Zero(10, 1).eval()};
///     if (data.size() != 10) return 1;
template <class X, class Y>
struct Dataset {
  X inputs{};
  Y targets{};
  Vector<double> weights{};

  [[nodiscard]] Index size() const { return detail::count_samples(inputs); }

  /// @throws ShapeError unless inputs, targets and weights agree in number, and lengths lie within their batch.
  void check(const char* where) const {
    if constexpr (Activation<X>) detail::expect_lengths(where, inputs);
    if constexpr (Activation<Y>) detail::expect_lengths(where, targets);
    detail::expect_size(where, "the number of targets", detail::count_samples(targets), size());
    if (weights.size() != 0)
      detail::expect_size(where, "the number of weights", weights.size(), size());
  }
};
template <class X, class Y>
Dataset(X, Y) -> Dataset<X, Y>;

/// Some samples of a dataset.
///
///     const loyal::Dataset data{loyal::Matrix<float>::Ones(10, 3).eval(), loyal::Matrix<float>::Zero(10, 1).eval()};
///     const std::vector<loyal::Index> some{1, 5};
///     if (loyal::select(data, some).size() != 2) return 1;
template <class X, class Y>
void gather(const Dataset<X, Y>& data, std::span<const Index> samples, Dataset<X, Y>& out) {
  gather(data.inputs, samples, out.inputs);
  gather(data.targets, samples, out.targets);
  if (data.weights.size() != 0)
    gather(data.weights, samples, out.weights);
  else
    out.weights.resize(0);
}

/// The same as a new dataset, checked.
/// @throws ShapeError as Dataset::check(); DataError for a number that is no sample's.
template <class X, class Y>
Dataset<X, Y> select(const Dataset<X, Y>& data, std::span<const Index> samples) {
  data.check("select");
  for (const Index i : samples)
    if (i < 0 || i >= data.size())
      detail::fail<DataError>("select", "a sample", i,
                              detail::concatenate("in 0 .. ", data.size() - 1));
  Dataset<X, Y> out;
  gather(data, samples, out);
  return out;
}

}  // namespace loyal
