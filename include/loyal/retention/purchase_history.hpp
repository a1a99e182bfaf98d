// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <string>

#include "../core/error.hpp"
#include "../core/types.hpp"

namespace loyal {

/// What repeat-buying models know of one customer; the default is someone who has just bought for the first time.
///
/// All times are in one unit of choice and count from the first purchase.
struct PurchaseRecord {
  double frequency = 0;  ///< x: purchases after the first; whole, >= 0
  double recency = 0;    ///< t_x: time of the last purchase; 0 if x = 0
  double age = 0;        ///< T: until when the customer was watched; >= recency
};

/// The purchases of many customers: how often, how recently, how long watched.
///
/// | field | shape | meaning |
/// | frequency | n | x: purchases after the first |
/// | recency | n | t_x: from the first purchase to the last, 0 if x = 0 |
/// | age | n | T: from the first purchase to the end of observation |
/// | weight | n, or empty | customers that a row stands for; empty: 1 each |
/// | rate_covariates | n x k, or empty | what may change how often someone buys |
/// | dropout_covariates | n x m, or empty | what may change how soon someone leaves |
/// Source: Fader & Hardie, "RFM and CLV", Journal of Marketing Research 42(4), 2005, for the summary (x, t_x, T).
///
///     loyal::PurchaseHistory<double> history{.frequency = loyal::Vector<double>::Constant(1, 2),
///                                            .recency = loyal::Vector<double>::Constant(1, 30.43),
///                                            .age = loyal::Vector<double>::Constant(1, 38.86)};
///     if (history.record(0).recency != 30.43) return 1;
template <Scalar T>
struct PurchaseHistory {
  Vector<T> frequency = {};
  Vector<T> recency = {};
  Vector<T> age = {};
  Vector<T> weight = {};
  Matrix<T> rate_covariates = {};
  Matrix<T> dropout_covariates = {};

  [[nodiscard]] Index size() const noexcept { return frequency.size(); }
  [[nodiscard]] PurchaseRecord record(Index i) const {
    return {static_cast<double>(frequency[i]), static_cast<double>(recency[i]),
            static_cast<double>(age[i])};
  }
  [[nodiscard]] double weight_of(Index i) const {
    return weight.size() == 0 ? 1.0 : static_cast<double>(weight[i]);
  }
};

namespace detail {

/// @throws DataError naming what is wrong with a record; @p row < 0: it stands alone.
inline void expect_record(const char* where, const PurchaseRecord& record, Index row = -1) {
  const auto [x, t_x, age] = record;
  const auto named = [row](const char* name) {
    return row < 0 ? std::string(name) : concatenate(name, "[", row, "]");
  };
  if (!(x >= 0) || x != std::floor(x) || std::isinf(x))
    fail<DataError>(where, named("frequency"), x, "a whole number >= 0");
  if (!(age >= 0) || std::isinf(age)) fail<DataError>(where, named("age"), age, ">= 0 and finite");
  if (!(t_x >= 0 && t_x <= age))
    fail<DataError>(where, named("recency"), t_x, concatenate("in [0, age], with age ", age));
  if ((x == 0) != (t_x == 0))
    fail<DataError>(where, named("recency"), t_x,
                    concatenate(x == 0 ? "0" : "> 0", ", since frequency is ", x));
}

/// Checks sizes, every row and the weights; @p rate and @p dropout are the columns of covariates, -1 any.
template <Scalar T>
void expect_history(const char* where, const PurchaseHistory<T>& history, Index rate,
                    Index dropout) {
  const Index n = history.size();
  if (n == 0) fail<DataError>(where, "the number of customers", 0, ">= 1");
  expect_size(where, "the size of recency", history.recency.size(), n);
  expect_size(where, "the size of age", history.age.size(), n);
  double total = 0;
  for (Index i = 0; i < n; ++i) expect_record(where, history.record(i), i);
  if (history.weight.size() != 0) {
    expect_size(where, "the size of weight", history.weight.size(), n);
    for (Index i = 0; i < n; ++i) {
      const double w = history.weight_of(i);
      if (!(w >= 0) || std::isinf(w))
        fail<DataError>(where, concatenate("weight[", i, "]"), w, "a finite number >= 0");
      total += w;
    }
    if (total == 0) fail<DataError>(where, "the sum of the weights", 0, "> 0");
  }
  const auto check = [&](const char* name, const Matrix<T>& x, Index columns) {
    if (columns >= 0) expect_size(where, name, x.cols(), columns);
    if (x.cols() > 0) expect_size(where, name, x.rows(), n);
    for (Index i = 0; i < x.size(); ++i)
      if (!std::isfinite(static_cast<double>(x.data()[i])))
        fail<DataError>(where, name, static_cast<double>(x.data()[i]), "finite");
  };
  check("rate_covariates", history.rate_covariates, rate);
  check("dropout_covariates", history.dropout_covariates, dropout);
}

}  // namespace detail
}  // namespace loyal
