// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "one_hot.hpp"
#include "standardizer.hpp"
#include "table.hpp"

namespace loyal {

/// Turns the rows of a table into samples: numbers standardized, categories one-hot.
///
/// fit() learns from one table, transform() applies the same to others, whose columns are found by
/// name; further columns there are ignored. A missing number becomes the mean.
///
/// @throws DataError from fit() without rows or columns or when two features get the same name,
/// from transform() when a column is missing or of the other type, a category is unknown
/// (UnknownCategory::error), or a number infinite; NotFitted.
/// Source: none, our own; see Standardizer and OneHot.
/// Cost: O(rows x features).
///
///     const auto table = loyal::parse_table("age,plan\n41,basic\n29,pro\n,pro\n");
///     loyal::TableEncoder encoder;
///     encoder.fit(table);
///     const auto x = encoder.transform<float>(table);  // age, plan=basic, plan=pro
///     if (x.cols() != 3 || x(2, 0) != 0 || x(2, 2) != 1) return 1;
///     if (encoder.names()[1] != "plan=basic") return 1;
class TableEncoder {
 public:
  using Options = OneHot::Options;
  using Encoder = std::variant<Standardizer, OneHot>;
  struct Column {
    std::string name;
    Encoder encoder;

    friend bool operator==(const Column&, const Column&) = default;
  };

  TableEncoder() = default;
  explicit TableEncoder(const Options& options) : options_(options) {}
  /// As fitted before. @throws DataError when an encoder is not fitted or a feature there twice.
  TableEncoder(const Options& options, std::vector<Column> columns)
      : options_(options), columns_(std::move(columns)) {
    for (const auto& [name, encoder] : columns_) {
      const auto* number = std::get_if<Standardizer>(&encoder);
      if (number != nullptr ? number->means().size() != 1 : !std::get<OneHot>(encoder).fitted())
        detail::fail<DataError>("TableEncoder", "encoder of column " + detail::excerpt(name),
                                "not fitted", "fitted to one column");
    }
    IdMap seen;
    for (const auto& name : names()) {
      if (seen.find(name) >= 0)
        detail::fail<DataError>("TableEncoder", "feature " + detail::excerpt(name), "there twice",
                                "once");
      seen.add(name);
    }
  }

  void fit(const Table& table) {
    if (table.rows() == 0 || table.cols() == 0)
      detail::fail<DataError>("TableEncoder::fit", "size of the table",
                              detail::to_text({table.rows(), table.cols()}), "at least 1 x 1");
    std::vector<Column> columns;
    for (const auto& name : table.names()) {
      if (table.is_number(name)) {
        Standardizer standardizer;
        standardizer.fit(as_vector(table.numbers(name)));
        columns.push_back({name, std::move(standardizer)});
      } else {
        OneHot one_hot{options_};
        one_hot.fit(table.categories(name));
        columns.push_back({name, std::move(one_hot)});
      }
    }
    *this = TableEncoder{options_, std::move(columns)};
  }

  template <Scalar T = double>
  [[nodiscard]] Matrix<T> transform(const Table& table) const {
    if (!fitted())
      detail::fail<NotFitted>("TableEncoder::transform", "encoder", "not fitted",
                              "a call of fit()");
    Matrix<T> x = Matrix<T>::Zero(table.rows(), cols());
    Index begin = 0;
    for (const auto& [name, encoder] : columns_) {
      const Index width = width_of(encoder);
      auto block = x.middleCols(begin, width);
      if (const auto* number = std::get_if<Standardizer>(&encoder)) {
        block = number->transform(as_vector(table.numbers(name))).template cast<T>();
      } else {
        std::get<OneHot>(encoder).write(table.categories(name), block);
      }
      begin += width;
    }
    return x;
  }

  template <Scalar T = double>
  [[nodiscard]] Matrix<T> fit_transform(const Table& table) {
    fit(table);
    return transform<T>(table);
  }

  /// Number of features.
  [[nodiscard]] Index cols() const noexcept {
    Index sum = 0;
    for (const auto& column : columns_) sum += width_of(column.encoder);
    return sum;
  }

  /// Names of the features: "age" of a number, "plan=pro" of a category.
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& [name, encoder] : columns_) {
      if (const auto* one_hot = std::get_if<OneHot>(&encoder))
        for (const auto& category : one_hot->names())
          all.push_back(detail::concatenate(name, "=", category));
      else
        all.push_back(name);
    }
    return all;
  }

  [[nodiscard]] bool fitted() const noexcept { return !columns_.empty(); }
  [[nodiscard]] const Options& options() const noexcept { return options_; }
  [[nodiscard]] const std::vector<Column>& columns() const noexcept { return columns_; }

  friend bool operator==(const TableEncoder&, const TableEncoder&) = default;

 private:
  static Index width_of(const Encoder& encoder) noexcept {
    const auto* one_hot = std::get_if<OneHot>(&encoder);
    return one_hot == nullptr ? 1 : one_hot->cols();
  }
  static Eigen::Map<const Vector<double>> as_vector(const std::vector<double>& values) {
    return {values.data(), static_cast<Index>(values.size())};
  }

  Options options_;
  std::vector<Column> columns_;
};

}  // namespace loyal
