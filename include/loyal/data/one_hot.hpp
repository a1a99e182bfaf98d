// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "table.hpp"

namespace loyal {

/// What becomes of a category that was not there when the encoder was fitted.
enum class UnknownCategory {
  error,       ///< DataError
  ignore,      ///< all columns 0
  own_column,  ///< 1 in a last column, which is kept for it
};

/// A category as a row of zeros with a single one.
///
/// The columns are the categories in the order of their names, so that they do not depend on the
/// order of rows; a missing value, if there was one at fit(), is a category of its own, the last.
/// Categories are compared by name: the tables at fit() and transform() may number them
/// differently.
///
/// @throws DataError from fit() without rows, from transform() for an unknown category (and a
/// missing value where there was none) under UnknownCategory::error; NotFitted.
/// Source: none needed. With drop_first as in dummy coding.
/// Cost: O(rows + categories).
///
///     loyal::CategoryColumn plan;
///     for (const char* name : {"pro", "basic", "pro"}) plan.add(name);
///     loyal::OneHot one_hot{{.unknown = loyal::UnknownCategory::ignore}};
///     one_hot.fit(plan);
///     const auto x = one_hot.transform<float>(plan);  // columns: basic, pro
///     if (x.rows() != 3 || x.cols() != 2 || x(0, 1) != 1 || x(1, 1) != 0) return 1;
class OneHot {
 public:
  struct Options {
    UnknownCategory unknown = UnknownCategory::error;  ///< what to do with new categories
    bool drop_first = false;  ///< no column for the first category; for models with an intercept

    friend bool operator==(const Options&, const Options&) = default;
  };

  OneHot() = default;
  explicit OneHot(const Options& options) : options_(options) {}
  /// As fitted before; @p categories are distinct, @p has_missing tells of missing values.
  /// @throws DataError when two categories are the same, or there is none.
  OneHot(const Options& options, const std::vector<std::string>& categories, bool has_missing)
      : options_(options), has_missing_(has_missing) {
    for (const auto& name : categories) {
      if (categories_.find(name) >= 0)
        detail::fail<DataError>("OneHot", "category " + detail::excerpt(name), "there twice",
                                "once");
      categories_.add(name);
    }
    if (categories_.empty() && !has_missing_)
      detail::fail<DataError>("OneHot", "number of categories", 0, "at least 1");
  }

  void fit(const CategoryColumn& column) {
    if (column.codes.empty())
      detail::fail<DataError>("OneHot::fit", "number of rows", 0, "at least 1");
    std::vector<char> present(static_cast<std::size_t>(column.names.size()), 0);
    bool has_missing = false;
    for (const auto code : column.codes) {
      if (code < 0)
        has_missing = true;
      else
        present[static_cast<std::size_t>(code)] = 1;
    }
    std::vector<std::string> names;
    for (std::size_t code = 0; code < present.size(); ++code)
      if (present[code] != 0) names.push_back(column.names.names()[code]);
    std::sort(names.begin(), names.end());
    *this = OneHot{options_, names, has_missing};
  }

  template <Scalar T = double>
  [[nodiscard]] Matrix<T> transform(const CategoryColumn& column) const {
    Matrix<T> x = Matrix<T>::Zero(static_cast<Index>(column.codes.size()), cols());
    write(column, x);
    return x;
  }

  /// Sets the ones in @p x, rows x cols(), which holds zeros.
  template <class Derived>
  void write(const CategoryColumn& column, Eigen::MatrixBase<Derived>& x) const {
    expect_fitted();
    detail::expect_shape("OneHot::transform", "x", x, column.codes.size(), cols());
    // Column of each of the table's codes, the missing value last; -1: none, -2: unknown.
    std::vector<Index> column_of;
    for (const auto& name : column.names.names())
      column_of.push_back(place(categories_.find(name)));
    column_of.push_back(place(has_missing_ ? categories_.size() : -1));
    for (std::size_t row = 0; row < column.codes.size(); ++row) {
      const auto code = column.codes[row];
      const Index at = code < 0 ? column_of.back() : column_of[static_cast<std::size_t>(code)];
      if (at == -2)
        detail::fail<DataError>(
            "OneHot::transform", "category in row " + std::to_string(row),
            code < 0 ? "missing" : "unknown: " + detail::excerpt(column.names.name(code)),
            "one of those at fit()");
      if (at >= 0) x(static_cast<Index>(row), at) = 1;
    }
  }

  /// Number of columns.
  [[nodiscard]] Index cols() const noexcept {
    return categories_.size() + (has_missing_ ? 1 : 0) - (options_.drop_first ? 1 : 0) +
           (options_.unknown == UnknownCategory::own_column ? 1 : 0);
  }

  /// What each column stands for: a category, "(missing)" or "(unknown)".
  [[nodiscard]] std::vector<std::string> names() const {
    expect_fitted();
    std::vector<std::string> all = categories_.names();
    if (has_missing_) all.emplace_back("(missing)");
    if (options_.drop_first) all.erase(all.begin());
    if (options_.unknown == UnknownCategory::own_column) all.emplace_back("(unknown)");
    return all;
  }

  [[nodiscard]] bool fitted() const noexcept { return has_missing_ || !categories_.empty(); }
  [[nodiscard]] const Options& options() const noexcept { return options_; }
  [[nodiscard]] const std::vector<std::string>& categories() const noexcept {
    return categories_.names();
  }
  [[nodiscard]] bool has_missing() const noexcept { return has_missing_; }

  friend bool operator==(const OneHot&, const OneHot&) = default;

 private:
  void expect_fitted() const {
    if (!fitted()) detail::fail<NotFitted>("OneHot", "encoder", "not fitted", "a call of fit()");
  }

  [[nodiscard]] Index place(std::int32_t category) const noexcept {
    if (category >= 0) return category - (options_.drop_first ? 1 : 0);
    switch (options_.unknown) {
      case UnknownCategory::ignore:
        return -1;
      case UnknownCategory::own_column:
        return cols() - 1;
      case UnknownCategory::error:
        break;
    }
    return -2;
  }

  Options options_;
  IdMap categories_;  // in the order of their columns
  bool has_missing_ = false;
};

}  // namespace loyal
