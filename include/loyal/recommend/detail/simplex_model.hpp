// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "../../core/random.hpp"
#include "../../core/types.hpp"
#include "../../data/interactions.hpp"
#include "../../math/functions.hpp"
#include "../../math/matrix_product.hpp"
#include "../../math/softmax.hpp"
#include "shared_negatives.hpp"

namespace loyal {

/// How SimpleX makes one vector of what a user had.
enum class HistoryPooling {
  none,            ///< not at all: matrix factorization
  mean,            ///< the mean
  user_attention,  ///< weighted by what the user's own vector attends to
  self_attention   ///< weighted by what one vector for all attends to
};

namespace detail {

/// Row of @p to = row of @p from over its length; returns 1 / the length, 0 for a row of zeros.
template <Scalar T>
T normalize_row(const Matrix<T>& from, Index row, Matrix<T>& to) {
  const T length = std::sqrt(from.row(row).squaredNorm());
  const T inverse = length > 0 ? 1 / length : T(0);
  to.row(row) = inverse * from.row(row);
  return inverse;
}

/// What SimpleX learns, and its loss with all gradients for a batch of users. See SimpleX for the formulas.
template <Scalar T>
struct SimpleXModel {
  T margin;
  T negative_weight;
  T own_share;
  T dropout;
  HistoryPooling pooling;
  Matrix<T> users;    // e
  Matrix<T> items;    // y, of any length
  Matrix<T> history;  // h; empty: y
  Matrix<T> values;   // V
  Matrix<T> keys;     // W
  Matrix<T> more;     // row 0: b, row 1: q
  Matrix<T> units;    // items at length 1
  Vector<T> inverse;  // 1 / their lengths

  void normalize_items() {
    units.resize(items.rows(), items.cols());
    inverse.resize(items.rows());
    for (Index i = 0; i < items.rows(); ++i) normalize_item(i);
  }
  void normalize_item(Index i) { inverse[i] = normalize_row<T>(items, i, units); }

  [[nodiscard]] bool pools() const { return pooling != HistoryPooling::none && own_share < 1; }
  [[nodiscard]] bool attends() const { return pools() && pooling != HistoryPooling::mean; }
  [[nodiscard]] bool by_user() const { return pooling == HistoryPooling::user_attention; }
  [[nodiscard]] const Matrix<T>& past() const { return history.size() > 0 ? history : items; }

  /// A batch between its steps. n users with p pairs in all.
  struct Batch {
    std::vector<Index> first;  // pair of each user, and one more
    Matrix<T> seen;            // p x d   h of each pair
    Matrix<T> key;             // p x d   tanh(h W + b)
    RowVector<T> weight;       // p       of a pair in its user's history
    Matrix<T> pooled;          // n x d
    Matrix<T> mixed;           // n x d
    Matrix<T> unit;            // n x d   mixed at length 1
    Matrix<T> x;               // n x d   what is scored: unit after dropout
    Matrix<T> mask;            // n x d   of dropout
    Vector<T> inverse;         // n       1 / lengths of mixed
    Matrix<T> dx, dusers, dpooled, dseen, dkey;
    Matrix<T> dvalues, dkeys, dmore;
  };

  /// batch.unit: the unit vectors of some users.
  void embed(const Interactions& train, std::span<const std::int32_t> of, Batch& b) const {
    const auto n = static_cast<Index>(of.size());
    const Index d = items.cols();
    b.mixed.resize(n, d);
    b.first.assign(1, 0);
    if (pools()) {
      for (const auto user : of)
        b.first.push_back(b.first.back() + std::ssize(train.items_of(user)));
      const Index p = b.first.back();
      b.seen.resize(p, d);
      b.weight.resize(p);
      for (Index k = 0, row = 0; k < n; ++k)
        for (const auto item : train.items_of(of[static_cast<std::size_t>(k)]))
          b.seen.row(row++) = past().row(item);
      if (attends()) {
        b.key.resize(p, d);
        affine(b.seen, keys, more.row(0), b.key);
        b.key = tanh(b.key.array());
      }
      b.pooled.setZero(n, d);
      for (Index k = 0; k < n; ++k) {
        const Index begin = b.first[static_cast<std::size_t>(k)];
        const Index count = b.first[static_cast<std::size_t>(k) + 1] - begin;
        if (count == 0) continue;
        auto weight = b.weight.segment(begin, count);
        if (attends()) {
          weight.noalias() = query(of, k) * b.key.middleRows(begin, count).transpose();
          softmax_in_place(weight);
        } else {
          weight.setConstant(1 / static_cast<T>(count));
        }
        b.pooled.row(k).noalias() = weight * b.seen.middleRows(begin, count);
      }
      multiply(b.pooled, values, b.mixed);
      b.mixed *= 1 - own_share;
    } else {
      b.mixed.setZero();
    }
    b.unit.resize(n, d);
    b.inverse.resize(n);
    for (Index k = 0; k < n; ++k) {
      if (own() > 0) b.mixed.row(k) += own() * users.row(of[static_cast<std::size_t>(k)]);
      b.inverse[k] = normalize_row<T>(b.mixed, k, b.unit);
    }
  }

  /// What embed() gives somebody of this history whose own vector is 0.
  [[nodiscard]] RowVector<T> pooled_unit(std::span<const std::int32_t> items_of) const {
    Matrix<T> seen(std::ssize(items_of), items.cols());
    for (std::size_t i = 0; i < items_of.size(); ++i)
      seen.row(static_cast<Index>(i)) = past().row(items_of[i]);
    RowVector<T> x = RowVector<T>::Zero(items.cols());
    if (!items_of.empty()) {
      RowVector<T> weight = RowVector<T>::Constant(seen.rows(), 1 / static_cast<T>(seen.rows()));
      if (pooling == HistoryPooling::self_attention) {
        Matrix<T> key = seen * keys;
        key.rowwise() += more.row(0);
        key = tanh(key.array());
        weight = more.row(1) * key.transpose();
        softmax_in_place(weight);
      }
      x = weight * seen * values;
    }
    const T length = x.norm();
    return length > 0 ? RowVector<T>(x / length) : x;
  }

  static void add_pairs(const Interactions& train, std::span<const std::int32_t> of,
                        SharedNegatives<T>& negatives) {
    for (const auto user : of) {
      for (const auto item : train.items_of(user)) negatives.add(item, T(1));
      negatives.end_user();
    }
  }

  /// After add_pairs(): the loss of a batch; leaves the gradients of users (dusers), V (dvalues), W (dkeys), b and q (dmore).
  double gradient(const Interactions& train, std::span<const std::int32_t> of,
                  SharedNegatives<T>& negatives, Rng& rng, Batch& b) const {
    embed(train, of, b);
    b.x = b.unit;
    if (dropout > 0) {
      b.mask.resize(b.x.rows(), b.x.cols());
      for (T& m : b.mask.reshaped())
        m = rng.bernoulli(static_cast<double>(dropout)) ? T(0) : 1 / (1 - dropout);
      b.x = b.x.cwiseProduct(b.mask);
    }
    const T share = negative_weight / static_cast<T>(std::max<Index>(1, negatives.negatives()));
    const double loss = negatives.gradient(
        b.x, units,
        [](T score, T weight, T& slope) {
          slope = score < 1 ? -weight : T(0);
          return weight * std::max(T(0), 1 - score);
        },
        [&](Index, Matrix<T>& scores) {
          double sum = 0;
          for (Index k = 0; k < scores.rows(); ++k) {
            const T weight =
                share * static_cast<T>(train.items_of(of[static_cast<std::size_t>(k)]).size());
            auto row = scores.row(k).array();
            sum += static_cast<double>(weight * (row - margin).max(T(0)).sum());
            row =
                (row > margin)
                    .select(Eigen::Array<T, 1, Eigen::Dynamic>::Constant(row.size(), weight), T(0));
          }
          return sum;
        },
        b.dx);
    if (dropout > 0) b.dx = b.dx.cwiseProduct(b.mask);
    for (Index k = 0; k < b.dx.rows(); ++k)  // through the lengths
      b.dx.row(k) =
          b.inverse[k] * (b.dx.row(k) - b.dx.row(k).dot(b.unit.row(k)) * b.unit.row(k)).eval();
    b.dusers = own() * b.dx;
    if (pools()) pool_gradient(of, b);
    return loss;
  }

  /// Calls f(item, gradient of y, gradient of h, touched) for all items a batch touched, after gradient(); with
  /// one table for both, the first is of all. Of several threads, each item once.
  template <class F>
  void for_each_item(const SharedNegatives<T>& negatives, const Batch& b, const F& f) const {
    negatives.for_each_item(b.x, [&](Index item, RowVector<T>& g, const auto& touched) {
      g = inverse[item] * (g - g.dot(units.row(item)) * units.row(item)).eval();
      RowVector<T> past = RowVector<T>::Zero(g.size());
      if (pools())
        for (const auto pair : touched.pairs) past += b.dseen.row(pair);
      if (history.size() == 0) g += past;
      f(item, g, past, touched);
    });
  }

 private:
  [[nodiscard]] T own() const { return pools() ? own_share : T(1); }
  [[nodiscard]] auto query(std::span<const std::int32_t> of, Index k) const {
    return by_user() ? users.row(of[static_cast<std::size_t>(k)]) : more.row(1);
  }

  void pool_gradient(std::span<const std::int32_t> of, Batch& b) const {
    const Index n = b.dx.rows();
    const Index d = b.dx.cols();
    b.dx *= 1 - own_share;
    b.dpooled.resize(n, d);
    multiply(b.dx, values.transpose(), b.dpooled);
    b.dvalues.resize(d, d);
    multiply(b.pooled.transpose(), b.dx, b.dvalues);
    b.dseen.resize(b.seen.rows(), d);
    b.dmore.setZero(2, d);
    if (attends()) b.dkey.resize(b.seen.rows(), d);
    RowVector<T> slope;
    for (Index k = 0; k < n; ++k) {
      const Index begin = b.first[static_cast<std::size_t>(k)];
      const Index count = b.first[static_cast<std::size_t>(k) + 1] - begin;
      const auto weight = b.weight.segment(begin, count);
      b.dseen.middleRows(begin, count).noalias() = weight.transpose() * b.dpooled.row(k);
      if (!attends()) continue;
      slope.noalias() = b.dpooled.row(k) * b.seen.middleRows(begin, count).transpose();
      slope = weight.cwiseProduct((slope.array() - slope.dot(weight)).matrix()).eval();
      const auto key = b.key.middleRows(begin, count);
      const RowVector<T> dquery = slope * key;
      if (by_user())
        b.dusers.row(k) += dquery;
      else
        b.dmore.row(1) += dquery;
      b.dkey.middleRows(begin, count).noalias() = slope.transpose() * query(of, k);
    }
    if (!attends()) return;
    b.dkey.array() *= 1 - b.key.array().square();
    b.dkeys.resize(d, d);
    multiply(b.seen.transpose(), b.dkey, b.dkeys);
    b.dmore.row(0) = b.dkey.colwise().sum();
    multiply_add(b.dkey, keys.transpose(), b.dseen);
  }
};

}  // namespace detail
}  // namespace loyal
