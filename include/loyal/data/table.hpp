// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "csv.hpp"
#include "id_map.hpp"

namespace loyal {

/// A column of numbers; NaN where one is missing.
struct NumberColumn {
  std::vector<double> values = {};
};

/// A column of categories; the code -1 where one is missing.
struct CategoryColumn {
  std::vector<std::int32_t> codes = {};  ///< indices of names
  IdMap names = {};

  /// Appends a category by its name.
  void add(std::string_view name) { codes.push_back(names.add(name)); }

  friend bool operator==(const CategoryColumn&, const CategoryColumn&) = default;
};

/// Named columns of equal length, each of numbers or of categories; a value.
///
/// | member | what it gives |
/// |---|---|
/// | rows(), cols(), names() | its size and the columns' names, in order |
/// | numbers(name), categories(name) | a column; DataError when it is of the other type |
/// | drop, select | a table without, or of only, some columns |
/// | take | a table of some rows, in the given order, with the same category codes |
/// | label | a column as a vector to be predicted |
///
///     loyal::Table table;
///     table.add("age", loyal::NumberColumn{{41, 29}});
///     loyal::CategoryColumn churn;
///     churn.add("yes");
///     churn.add("no");
///     table.add("churn", churn);
///     const auto y = table.label("churn", "yes");
///     if (y[0] != 1 || y[1] != 0 || table.drop({"churn"}).cols() != 1) return 1;
class Table {
 public:
  using Column = std::variant<NumberColumn, CategoryColumn>;

  /// Appends a column.
  /// @throws DataError when the name is taken, ShapeError when its length is not rows(), and
  /// DataError when a code has no name.
  void add(std::string_view name, Column column) {
    if (names_.find(name) >= 0)
      detail::fail<DataError>("Table::add", "column " + detail::excerpt(name), "there already",
                              "a new name");
    const Index size = size_of(column);
    if (!columns_.empty()) detail::expect_size("Table::add", "column", size, rows_);
    if (const auto* category = std::get_if<CategoryColumn>(&column))
      for (const auto code : category->codes)
        if (code < -1 || code >= category->names.size())
          detail::fail<DataError>("Table::add", "code", code,
                                  "in [-1, " + std::to_string(category->names.size()) + ")");
    rows_ = size;
    names_.add(name);
    columns_.push_back(std::move(column));
  }

  [[nodiscard]] Index rows() const noexcept { return rows_; }
  [[nodiscard]] Index cols() const noexcept { return static_cast<Index>(columns_.size()); }
  [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_.names(); }
  [[nodiscard]] bool contains(std::string_view name) const noexcept {
    return names_.find(name) >= 0;
  }

  /// @throws DataError when there is no such column.
  [[nodiscard]] const Column& column(std::string_view name) const {
    const auto index = names_.find(name);
    if (index < 0)
      detail::fail<DataError>("Table", "column " + detail::excerpt(name), "missing", known());
    return columns_[static_cast<std::size_t>(index)];
  }
  [[nodiscard]] bool is_number(std::string_view name) const {
    return std::holds_alternative<NumberColumn>(column(name));
  }
  [[nodiscard]] const std::vector<double>& numbers(std::string_view name) const {
    return typed<NumberColumn>(name, "of numbers").values;
  }
  [[nodiscard]] const CategoryColumn& categories(std::string_view name) const {
    return typed<CategoryColumn>(name, "of categories");
  }

  /// Without these columns. @throws DataError when one is not there.
  [[nodiscard]] Table drop(const std::vector<std::string>& names) const {
    for (const auto& name : names) static_cast<void>(column(name));
    Table rest;
    rest.rows_ = rows_;
    for (const auto& name : names_.names())
      if (std::find(names.begin(), names.end(), name) == names.end()) rest.add(name, column(name));
    return rest;
  }

  /// Only these columns, in this order. @throws DataError when one is not there, or named twice.
  [[nodiscard]] Table select(const std::vector<std::string>& names) const {
    Table some;
    some.rows_ = rows_;
    for (const auto& name : names) some.add(name, column(name));
    return some;
  }

  /// Only these rows, in this order. @throws DataError when one is outside 0 .. rows() - 1.
  [[nodiscard]] Table take(std::span<const Index> rows) const {
    for (const Index row : rows)
      if (row < 0 || row >= rows_)
        detail::fail<DataError>("Table::take", "row", row, "in [0, " + std::to_string(rows_) + ")");
    const auto pick = [rows](const auto& from, auto& to) {
      to.reserve(rows.size());
      for (const Index row : rows) to.push_back(from[static_cast<std::size_t>(row)]);
    };
    Table some;
    some.names_ = names_;
    some.rows_ = static_cast<Index>(rows.size());
    for (const auto& column : columns_) {
      if (const auto* number = std::get_if<NumberColumn>(&column)) {
        pick(number->values,
             std::get<NumberColumn>(some.columns_.emplace_back(NumberColumn{})).values);
      } else {
        const auto& category = std::get<CategoryColumn>(column);
        CategoryColumn picked{.names = category.names};
        pick(category.codes, picked.codes);
        some.columns_.emplace_back(std::move(picked));
      }
    }
    return some;
  }

  /// 1 where the column is @p positive, else 0.
  /// @throws DataError when a label is missing or no row is @p positive.
  template <Scalar T = double>
  [[nodiscard]] Vector<T> label(std::string_view name, std::string_view positive) const {
    const auto& category = categories(name);
    const auto wanted = category.names.find(positive);
    bool found = false;
    Vector<T> labels(rows_);
    for (Index row = 0; row < rows_; ++row) {
      const auto code = category.codes[static_cast<std::size_t>(row)];
      if (code < 0) fail_label(name, row);
      labels[row] = code == wanted ? T(1) : T(0);
      found = found || code == wanted;
    }
    if (!found)
      detail::fail<DataError>("Table::label", "category " + detail::excerpt(positive),
                              "in no row of column " + detail::excerpt(name), "in one at least");
    return labels;
  }

  /// The numbers of the column. @throws DataError when one is missing.
  template <Scalar T = double>
  [[nodiscard]] Vector<T> label(std::string_view name) const {
    const auto& values = numbers(name);
    Vector<T> labels(rows_);
    for (Index row = 0; row < rows_; ++row) {
      const double value = values[static_cast<std::size_t>(row)];
      if (std::isnan(value)) fail_label(name, row);
      labels[row] = static_cast<T>(value);
    }
    return labels;
  }

 private:
  static Index size_of(const Column& column) {
    if (const auto* number = std::get_if<NumberColumn>(&column))
      return static_cast<Index>(number->values.size());
    return static_cast<Index>(std::get<CategoryColumn>(column).codes.size());
  }

  template <class Wanted>
  [[nodiscard]] const Wanted& typed(std::string_view name, const char* wanted) const {
    const auto* found = std::get_if<Wanted>(&column(name));
    if (found == nullptr)
      detail::fail<DataError>("Table", "column " + detail::excerpt(name), "of the other type",
                              wanted);
    return *found;
  }

  [[nodiscard]] std::string known() const {
    std::string all;
    for (const auto& name : names_.names()) all += (all.empty() ? "one of " : ", ") + name;
    return all.empty() ? "a column, but the table has none" : all;
  }

  [[noreturn]] static void fail_label(std::string_view name, Index row) {
    detail::fail<DataError>("Table::label", "label in column " + detail::excerpt(name),
                            "missing in row " + std::to_string(row), "known");
  }

  IdMap names_;
  std::vector<Column> columns_;  // in the order of names_
  Index rows_ = 0;
};

/// How read_table tells numbers from categories.
struct TableOptions {
  std::vector<std::string> categories = {};  ///< columns of categories although all are numbers
  std::vector<std::string> numbers = {};     ///< columns of numbers: any other text makes a bad row
  CsvOptions csv = {};                       ///< delimiter, quotes, missing values, bad rows
};

namespace detail {

inline Table read_table(CsvReader csv, CsvReader again, const TableOptions& options,
                        const std::string& name, CsvProblems* problems) {
  enum class Type { unknown, number, category };
  struct Draft {
    Type type = Type::unknown;
    bool fixed = false;
    NumberColumn number;
    CategoryColumn category;
  };
  std::vector<Draft> drafts(csv.columns().size());
  for (const auto& column : options.categories)
    drafts[csv.column(column)] = {
        .type = Type::category, .fixed = true, .number = {}, .category = {}};
  for (const auto& column : options.numbers)
    drafts[csv.column(column)] = {
        .type = Type::number, .fixed = true, .number = {}, .category = {}};

  // First the types: a column is of numbers if each field that is not missing is one.
  while (csv.next()) {
    for (std::size_t i = 0; i < drafts.size(); ++i) {
      if (drafts[i].fixed || drafts[i].type == Type::category || csv.missing(i)) continue;
      double value = 0;
      drafts[i].type = parse_number(csv[i], value) ? Type::number : Type::category;
    }
  }

  // Then the values; a row counts only if all its numbers are fine.
  std::vector<double> numbers(drafts.size());
  while (again.next()) {
    bool fine = true;
    for (std::size_t i = 0; i < drafts.size() && fine; ++i)
      if (drafts[i].type == Type::number) fine = again.number(i, numbers[i]);
    if (!fine) continue;
    for (std::size_t i = 0; i < drafts.size(); ++i) {
      auto& draft = drafts[i];
      if (draft.type == Type::number)
        draft.number.values.push_back(numbers[i]);
      else if (again.missing(i))
        draft.category.codes.push_back(-1);
      else
        draft.category.add(again[i]);
    }
  }
  if (problems != nullptr) *problems = again.problems();

  Table table;
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    if (drafts[i].type == Type::number)
      table.add(csv.columns()[i], std::move(drafts[i].number));
    else
      table.add(csv.columns()[i], std::move(drafts[i].category));
  }
  if (table.rows() == 0) fail<DataError>(name, "number of rows", 0, "at least 1");
  return table;
}

}  // namespace detail

/// Reads a CSV file into a table. A column is of numbers when all its fields are finite numbers or
/// missing, and one is not missing; else of categories.
///
/// @param problems receives the rows that were skipped, if CsvOptions::bad_rows asks for that.
/// @throws FormatError when the file cannot be read; DataError when a row is bad, a column is
/// missing or there twice, or there is no row.
/// Cost: two passes over the file, which therefore cannot be a pipe.
///
///   auto telco = read_table("telco.csv", {.categories = {"SeniorCitizen"}}).drop({"customerID"});
[[nodiscard]] inline Table read_table(const std::string& path, const TableOptions& options = {},
                                      CsvProblems* problems = nullptr) {
  return detail::read_table(CsvReader{path, options.csv}, CsvReader{path, options.csv}, options,
                            path, problems);
}

/// Reads the table in @p text, as read_table does in a file.
///
///     const auto table = loyal::parse_table("age,plan\n41,basic\n,pro\n");
///     if (table.numbers("age")[0] != 41 || table.categories("plan").names.size() != 2) return 1;
[[nodiscard]] inline Table parse_table(std::string_view text, const TableOptions& options = {},
                                       CsvProblems* problems = nullptr) {
  return detail::read_table(CsvReader::of_text(text, options.csv),
                            CsvReader::of_text(text, options.csv), options, "text", problems);
}

}  // namespace loyal
