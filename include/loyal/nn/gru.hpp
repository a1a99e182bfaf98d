// SPDX-License-Identifier: MIT
#pragma once

#include "../core/error.hpp"
#include "../math/functions.hpp"
#include "initializer.hpp"
#include "layer.hpp"

namespace loyal {

/// Gated recurrent unit over time; every step's state is an output.
///
///   r_t = sigmoid(x_t W_r + b_r + h_{t-1} U_r + c_r)
///   z_t = sigmoid(x_t W_z + b_z + h_{t-1} U_z + c_z)
///   n_t = tanh(x_t W_n + b_n + r_t * (h_{t-1} U_n + c_n))
///   h_t = (1 - z_t) * n_t + z_t * h_{t-1}
///
///   x               batch x time x in_features: Tensor<T, 3> or Padded<T, 3>
///   y               batch x time x hidden: h_t; zero behind a sequence's length
///   weight_input    in_features x 3 hidden: W_r, W_z, W_n side by side
///   weight_hidden   hidden x 3 hidden: U_r, U_z, U_n
///   bias_input, bias_hidden   3 hidden each: b and c
///
/// h_0 is zero, or `cache.initial_state` (batch x hidden) where the caller sets it; its gradient is then in
/// cache.initial_derivative, and cache.final_state holds each sequence's state at its true end.
/// @throws OptionError unless sizes >= 1; ShapeError if x, lengths or initial_state do not fit.
/// Source: Cho et al., EMNLP 2014, with the reset gate behind the product as in cuDNN and torch.
/// Cost: 6 hidden (in + hidden) flops a step and sequence, twice that backward.
///
///     const loyal::GRU<float> gru{3, 5};
///     loyal::Tensor<float, 3> x;
///     loyal::set_shape(x, {2, 4, 3});
///     x.fill(1);
///     if (loyal::feature_size(loyal::predict(gru, x)) != 5) return 1;
template <Scalar T>
class GRU {
 public:
  using Input = Tensor<T, 3>;

  template <class X>
  struct Cache {
    Matrix<T> initial_state;       ///< batch x hidden, or empty for zeros; set by the caller
    Matrix<T> initial_derivative;  ///< batch x hidden; written by backward
    Matrix<T> final_state;         ///< batch x hidden; written by forward
    Matrix<T> gates;               ///< (time * batch) x 3 hidden: r, z, n of each step
    Matrix<T> candidate;           ///< (time * batch) x hidden: h_{t-1} U_n + c_n
    Matrix<T> states;              ///< ((time + 1) * batch) x hidden: h_0 .. h_time
    Matrix<T> inputs;              ///< (time * batch) x in: x with time outermost
    Matrix<T> d_input_gates;       ///< (time * batch) x 3 hidden
    Matrix<T> d_hidden_gates;      ///< (time * batch) x 3 hidden
    Matrix<T> d_inputs;            ///< (time * batch) x in
    Matrix<T> recurrent;           ///< batch x 3 hidden
    Matrix<T> d_state;             ///< batch x hidden
  };

  GRU() = default;
  GRU(Index in_features, Index hidden)
      : GRU(in_features, hidden, default_rng(in_features, hidden)) {}
  GRU(Index in_features, Index hidden, Rng rng) {
    detail::expect_option("GRU", "in_features", in_features, in_features >= 1, ">= 1");
    detail::expect_option("GRU", "hidden", hidden, hidden >= 1, ">= 1");
    weight_input.resize(in_features, 3 * hidden);
    weight_hidden.resize(hidden, 3 * hidden);
    bias_input.resize(3 * hidden);
    bias_hidden.resize(3 * hidden);
    initialize(rng);
  }

  Matrix<T> weight_input;
  Matrix<T> weight_hidden;
  RowVector<T> bias_input;
  RowVector<T> bias_hidden;

  [[nodiscard]] Index in_features() const noexcept { return weight_input.rows(); }
  [[nodiscard]] Index hidden() const noexcept { return weight_hidden.rows(); }

  template <RealSequences X>
  void forward(const X& x, X& y, Cache<X>& cache, Pass&) const {
    detail::expect_lengths("GRU::forward", x);
    detail::expect_size("GRU::forward", "the last axis of x", feature_size(x), in_features());
    const Index batch = shape_of(x)[0];
    const Index time = shape_of(x)[1];
    const Index n = hidden();
    if (cache.initial_state.size() != 0)
      detail::expect_shape("GRU::forward", "cache.initial_state", cache.initial_state, batch, n);

    // Time outermost: the rows of a step lie together, so that each step is one matrix product.
    const auto rows = as_matrix(x);
    cache.inputs.resize(time * batch, in_features());
    for (Index b = 0; b < batch; ++b)
      for (Index t = 0; t < time; ++t) {
        if (t < length_of(x, b))
          cache.inputs.row(t * batch + b) = rows.row(b * time + t);
        else
          cache.inputs.row(t * batch + b).setZero();
      }
    cache.gates.resize(time * batch, 3 * n);
    cache.gates.rowwise() = bias_input;
    cache.gates.noalias() += cache.inputs * weight_input;
    cache.candidate.resize(time * batch, n);
    cache.states.resize((time + 1) * batch, n);
    if (cache.initial_state.size() != 0)
      cache.states.topRows(batch) = cache.initial_state;
    else
      cache.states.topRows(batch).setZero();

    set_shape_like(y, x, n);
    auto out = as_matrix(y);
    for (Index t = 0; t < time; ++t) {
      const auto before = cache.states.middleRows(t * batch, batch);
      auto after = cache.states.middleRows((t + 1) * batch, batch);
      auto gates = cache.gates.middleRows(t * batch, batch);
      auto candidate = cache.candidate.middleRows(t * batch, batch);
      cache.recurrent.resize(batch, 3 * n);
      cache.recurrent.rowwise() = bias_hidden;
      cache.recurrent.noalias() += before * weight_hidden;
      candidate = cache.recurrent.rightCols(n);
      gates.leftCols(2 * n) += cache.recurrent.leftCols(2 * n);
      gates.leftCols(2 * n).array() = sigmoid(gates.leftCols(2 * n).array());
      const auto r = gates.leftCols(n).array();
      const auto z = gates.middleCols(n, n).array();
      auto candidate_gate = gates.rightCols(n).array();
      candidate_gate = hyperbolic_tangent(candidate_gate + r * candidate.array());
      after = (candidate_gate + z * (before.array() - candidate_gate)).matrix();
      for (Index b = 0; b < batch; ++b) {
        if (t < length_of(x, b)) {
          out.row(b * time + t) = after.row(b);
        } else {
          after.row(b) = before.row(b);
          out.row(b * time + t).setZero();
        }
      }
    }
    cache.final_state = cache.states.bottomRows(batch);
  }

  template <RealSequences X, class DX>
  void backward(const X& x, const X&, const X& dy, Cache<X>& cache, DX& dx, GRU& gradient) const {
    const Index batch = shape_of(x)[0];
    const Index time = shape_of(x)[1];
    const Index n = hidden();
    detail::expect_shape("GRU::backward", "dy", as_matrix(dy), batch * time, n);
    const auto from = as_matrix(dy);
    cache.d_state.setZero(batch, n);
    cache.d_input_gates.resize(time * batch, 3 * n);
    cache.d_hidden_gates.resize(time * batch, 3 * n);
    for (Index t = time; t-- > 0;) {
      const auto before = cache.states.middleRows(t * batch, batch);
      const auto gates = cache.gates.middleRows(t * batch, batch);
      const auto candidate = cache.candidate.middleRows(t * batch, batch);
      auto d_input = cache.d_input_gates.middleRows(t * batch, batch);
      auto d_hidden = cache.d_hidden_gates.middleRows(t * batch, batch);
      for (Index b = 0; b < batch; ++b) {
        if (t >= length_of(x, b)) {  // the state passed through unchanged
          d_input.row(b).setZero();
          d_hidden.row(b).setZero();
          continue;
        }
        const auto r = gates.row(b).head(n).array();
        const auto z = gates.row(b).segment(n, n).array();
        const auto c = gates.row(b).tail(n).array();
        auto d_state = cache.d_state.row(b).array();
        d_state += from.row(b * time + t).array();
        auto d_r = d_input.row(b).head(n).array();
        auto d_z = d_input.row(b).segment(n, n).array();
        auto d_c = d_input.row(b).tail(n).array();
        d_c = d_state * (1 - z) * (1 - c.square());
        d_z = d_state * (before.row(b).array() - c) * z * (1 - z);
        d_r = d_c * candidate.row(b).array() * r * (1 - r);
        d_hidden.row(b).head(2 * n) = d_input.row(b).head(2 * n);
        d_hidden.row(b).tail(n).array() = d_c * r;
        d_state *= z;
      }
      cache.d_state.noalias() += d_hidden * weight_hidden.transpose();
    }
    if (cache.initial_state.size() != 0) cache.initial_derivative = cache.d_state;
    gradient.weight_input.noalias() += cache.inputs.transpose() * cache.d_input_gates;
    gradient.weight_hidden.noalias() +=
        cache.states.topRows(time * batch).transpose() * cache.d_hidden_gates;
    gradient.bias_input += cache.d_input_gates.colwise().sum();
    gradient.bias_hidden += cache.d_hidden_gates.colwise().sum();
    if constexpr (detail::wanted<DX>) {
      cache.d_inputs.noalias() = cache.d_input_gates * weight_input.transpose();
      set_shape_like(dx, x);
      auto to = as_matrix(dx);
      for (Index b = 0; b < batch; ++b)
        for (Index t = 0; t < time; ++t) to.row(b * time + t) = cache.d_inputs.row(t * batch + b);
    }
  }

  /// All arrays from U(-a, a), a = 1 / sqrt(hidden).
  void initialize(Rng& rng) {
    const double bound = 1 / std::sqrt(static_cast<double>(hidden()));
    loyal::for_each_parameter(
        [&](const Leaf&, auto& array) {
          for (Index i = 0; i < array.size(); ++i)
            array.data()[i] = static_cast<T>(rng.uniform(-bound, bound));
        },
        *this);
  }

  template <class F, class... Models>
  static void for_each_parameter(F&& f, Models&... m) {
    f("weight_input", m.weight_input...);
    f("weight_hidden", m.weight_hidden...);
    f("bias_input", m.bias_input...);
    f("bias_hidden", m.bias_hidden...);
  }

 private:
  static Rng default_rng(Index in_features, Index hidden) {
    return Rng{static_cast<std::uint64_t>(in_features), static_cast<std::uint64_t>(hidden)};
  }
};

}  // namespace loyal
