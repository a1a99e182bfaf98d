// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "../core/error.hpp"
#include "../core/sparse_rows.hpp"
#include "initializer.hpp"
#include "layer.hpp"

namespace loyal {

/// A table of vectors, one for each word, item or user; turns numbers into their vectors.
///
///   x   batch, or batch x time: Tensor<std::int32_t, N>, or Tokens; each in 0 .. count - 1
///   y   one axis more, of size dimensions: Matrix, Tensor<T, 3>, Padded<T, 3>
///   weight   count x dimensions
///
/// Padding behind a sequence's length, and the number `padding` wherever it stands, give zeros and get no
/// gradient. The gradient is sparse: it costs what the batch touches, not what the table holds.
/// @throws OptionError for sizes < 1; DataError for a number outside the table, before y changes.
/// Source: Bengio et al., JMLR 3, 2003 (a shared matrix C of word features). Cost: one row a number.
///
///     const loyal::Embedding<float> table{100, 8};
///     loyal::Tokens tokens;
///     loyal::set_shape(tokens.values, {2, 3});
///     tokens.values.fill(5);
///     tokens.lengths = {3, 1};
///     const auto y = loyal::predict(table, tokens);
///     if (y.values(0, 2, 0) != table.weight(5, 0) || y.values(1, 1, 0) != 0) return 1;
template <Scalar T>
class Embedding {
 public:
  using Input = Tokens;

  struct Options {
    Index padding = -1;  ///< number whose vector is zero and stays so; -1: none
    Initializer initializer = Initializer::standard_normal;  ///< of the table
  };

  /// The sparse counterpart of the table.
  struct Gradient {
    SparseRows<T> weight;

    template <class F, class... Models>
    static void for_each_parameter(F&& f, Models&... m) {
      f("weight", m.weight...);
    }
  };

 private:
  template <class X>
  struct output;
  template <std::integral I, std::size_t N>
  struct output<Tensor<I, N>> {
    using type = std::conditional_t<N == 1, Matrix<T>, Tensor<T, N + 1>>;
  };
  template <std::integral I, std::size_t N>
  struct output<Padded<I, N>> {
    using type = Padded<T, N + 1>;
  };

 public:
  template <class X>
  using Output = typename output<X>::type;

  static constexpr bool reads_output = false;

  Embedding() = default;
  Embedding(Index count, Index dimensions) : Embedding(count, dimensions, Options{}) {}
  Embedding(Index count, Index dimensions, const Options& options) : options_(options) {
    detail::expect_option("Embedding", "count", count, count >= 1, ">= 1");
    detail::expect_option("Embedding", "dimensions", dimensions, dimensions >= 1, ">= 1");
    detail::expect_option("Embedding", "padding", options.padding,
                          options.padding >= -1 && options.padding < count, "-1 or in the table");
    weight.resize(count, dimensions);
    Rng rng{static_cast<std::uint64_t>(count), static_cast<std::uint64_t>(dimensions)};
    initialize(rng);
  }

  Matrix<T> weight;  ///< count x dimensions

  template <class X>
  void forward(const X& x, Output<X>& y, NoCache&, Pass&) const {
    detail::expect_lengths("Embedding::forward", x);
    for_each_number(x, [&](Index, Index number) {
      if (number < 0 || number >= weight.rows())
        detail::fail<DataError>("Embedding::forward", "a number in x", number,
                                "0 .. " + std::to_string(weight.rows() - 1));
    });
    shape_output(y, x);
    auto out = as_matrix(y);
    out.setZero();
    for_each_number(x, [&](Index at, Index number) { out.row(at) = weight.row(number); });
  }

  template <class X>
  void backward(const X& x, const Output<X>&, const Output<X>& dy, NoCache&, Discard,
                Gradient& gradient) const {
    const auto from = as_matrix(dy);
    detail::expect_size("Embedding::backward", "the last axis of dy", from.cols(), weight.cols());
    detail::expect_size("Embedding::backward", "the number of rows of dy", from.rows(),
                        values_of(x).size());
    for_each_number(x,
                    [&](Index at, Index number) { gradient.weight.row(number) += from.row(at); });
  }

  [[nodiscard]] Gradient zero_gradient() const { return {{weight.rows(), weight.cols()}}; }

  void initialize(Rng& rng) {
    loyal::initialize(weight, options_.initializer, rng);
    if (options_.padding >= 0) weight.row(options_.padding).setZero();
  }

  template <class F, class... Models>
  static void for_each_parameter(F&& f, Models&... m) {
    f("weight", m.weight...);
  }

 private:
  /// Calls f(place, number) for every entry that is not padding.
  template <class X, class F>
  void for_each_number(const X& x, F&& f) const {
    const auto visit = [&](const auto& values, Index at) {
      const Index number = static_cast<Index>(values.data()[at]);
      if (number != options_.padding || options_.padding < 0) f(at, number);
    };
    if constexpr (requires { x.lengths; }) {
      const Index stride =
          batch_size(x) == 0 ? 0 : static_cast<Index>(x.values.size()) / batch_size(x);
      const Index step = shape_of(x)[1] == 0 ? 0 : stride / shape_of(x)[1];
      for (Index b = 0; b < batch_size(x); ++b)
        for (Index i = 0; i < length_of(x, b) * step; ++i) visit(x.values, b * stride + i);
    } else {
      for (Index at = 0; at < static_cast<Index>(x.size()); ++at) visit(x, at);
    }
  }

  template <class X>
  void shape_output(Output<X>& y, const X& x) const {
    const auto in = shape_of(x);
    std::array<Index, std::tuple_size_v<std::remove_const_t<decltype(in)>> + 1> out{};
    std::copy(in.begin(), in.end(), out.begin());
    out.back() = weight.cols();
    if constexpr (requires { y.lengths; }) {
      y.lengths = x.lengths;
      set_shape(y.values, out);
    } else {
      set_shape(y, out);
    }
  }

  Options options_;
};

}  // namespace loyal
