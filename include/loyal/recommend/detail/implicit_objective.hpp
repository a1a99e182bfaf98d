// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "../../core/error.hpp"
#include "../../core/parallel.hpp"
#include "../../core/types.hpp"
#include "../../data/interactions.hpp"
#include "../../math/matrix_product.hpp"

namespace loyal {

/// What the value of a dealing says about its weight.
enum class DealingWeight {
  one,          ///< nothing
  linear,       ///< the weight is the value
  logarithmic,  ///< the weight is log2(1 + value)
};

namespace detail {

/// L of ALS: its weights, its penalties and the part of all pairs.
template <Scalar T>
struct ImplicitObjective {
  double regularization;
  double frequency_exponent;
  double unobserved_weight;
  DealingWeight weight;
  int threads;

  /// Dealings by rows, and their weights where they are neither 1 nor the value.
  struct Side {
    const Interactions* dealings;
    std::vector<float> logarithms;
  };

  void expect_weights(const char* where, std::span<const float> values) const {
    if (weight == DealingWeight::one) return;
    for (const float value : values)
      if (!(value >= 0)) fail<DataError>(where, "a value", value, ">= 0: it is a weight");
  }
  [[nodiscard]] std::vector<float> weights_of(const char* where,
                                              std::span<const float> values) const {
    expect_weights(where, values);
    if (weight == DealingWeight::one) return {};
    std::vector<float> weights(values.begin(), values.end());
    if (weight == DealingWeight::logarithmic)
      for (float& w : weights) w = std::log2(1 + w);
    return weights;
  }
  [[nodiscard]] Side side(const Interactions& dealings) const {
    Side made{&dealings, {}};
    if (weight == DealingWeight::logarithmic)
      made.logarithms = weights_of("ALS::fit", dealings.all_values());
    return made;
  }
  [[nodiscard]] std::span<const float> weights(const Side& s, Index row) const {
    switch (weight) {
      case DealingWeight::linear:
        return s.dealings->values_of(row);
      case DealingWeight::logarithmic: {
        const auto from =
            static_cast<std::size_t>(s.dealings->offsets()[static_cast<std::size_t>(row)]);
        return std::span(s.logarithms).subspan(from, s.dealings->items_of(row).size());
      }
      case DealingWeight::one:
        break;
    }
    return {};
  }

  /// l_u of a row with so many dealings.
  [[nodiscard]] T lambda(std::size_t dealings, Index others) const {
    const double size =
        static_cast<double>(dealings) + unobserved_weight * static_cast<double>(others);
    return static_cast<T>(regularization * std::pow(size, frequency_exponent));
  }

  /// a Y^T Y.
  [[nodiscard]] Matrix<T> gram(const Matrix<T>& y) const {
    const Index grain = std::max<Index>(1024, y.rows() / 32 + 1);
    Matrix<T> sum = parallel_reduce(
        y.rows(), {.threads = threads, .grain = grain}, Matrix<T>(),
        [&](Index begin, Index end) {
          const auto some = y.middleRows(begin, end - begin);
          Matrix<T> part(y.cols(), y.cols());
          multiply(some.transpose(), some, part);
          return part;
        },
        [](Matrix<T> a, const Matrix<T>& b) {
          if (a.size() == 0) return b;
          a += b;
          return a;
        });
    sum *= static_cast<T>(unobserved_weight);
    return sum;
  }

  /// L; the sum over all pairs is the product of two Gram matrices.
  [[nodiscard]] double value(const Side& users, const Side& items, const Matrix<T>& x,
                             const Matrix<T>& y) const {
    const auto sum_rows = [&](Index n, const auto& f) {
      return parallel_reduce(
          n, {.threads = threads, .grain = 256}, 0.0,
          [&](Index begin, Index end) {
            double sum = 0;
            for (Index row = begin; row < end; ++row) sum += f(row);
            return sum;
          },
          [](double a, double b) { return a + b; });
    };
    const auto penalty = [&](const Side& s, const Matrix<T>& table) {
      return sum_rows(table.rows(), [&](Index row) {
        return static_cast<double>(lambda(s.dealings->items_of(row).size(), s.dealings->items()) *
                                   table.row(row).squaredNorm());
      });
    };
    const double dealings = sum_rows(x.rows(), [&](Index user) {
      const auto had = users.dealings->items_of(user);
      const auto w = weights(users, user);
      double sum = 0;
      for (std::size_t j = 0; j < had.size(); ++j) {
        const double e = 1 - static_cast<double>(x.row(user).dot(y.row(had[j])));
        sum += (w.empty() ? 1.0 : static_cast<double>(w[j])) * e * e;
      }
      return sum;
    });
    const Matrix<T> gx = gram(x);
    const Matrix<T> gy = gram(y);
    double all = 0;
    for (Index i = 0; i < gx.size(); ++i)
      all += static_cast<double>(gx.data()[i]) * static_cast<double>(gy.data()[i]);
    return dealings + all / unobserved_weight + penalty(users, x) + penalty(items, y);
  }
};

}  // namespace detail
}  // namespace loyal
