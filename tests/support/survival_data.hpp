// SPDX-License-Identifier: MIT
#pragma once

#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include <loyal/core/types.hpp>
#include <loyal/data/csv.hpp>
#include <loyal/data/table.hpp>
#include <loyal/metrics/survival_rows.hpp>

#include "catch.hpp"

namespace loyal::testing {

/// Twenty rows with ties, on which R 4.2.2 with its package survival 3.5-3 gave the numbers in the tests.
struct TwentyRows {
  std::vector<double> time{5, 3, 8, 3, 10, 6, 6, 2, 9, 4, 7, 3, 8, 1, 5, 10, 6, 2, 4, 7};
  std::vector<int> event{1, 1, 0, 1, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1, 0, 0, 1, 1, 0, 1};
  std::vector<double> a{.5, 1.2, -.3,  .8, -1.1, .2,  .9,  -.4, -.7, 1.5,
                        .1, .4,  -1.3, .6, -.2,  -.9, 1.1, .3,  -.6, .7};
  std::vector<double> b{0, 1, 1, 0, 0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 1};
  std::vector<double> weight{1, 2, 1, .5, 1, 1.5, 1, 2, 1, 1, .5, 1, 1, 2, 1, 1, 1, .5, 1, 1};
  std::vector<std::int32_t> stratum{1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2};
  std::vector<std::int32_t> cluster{1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4, 5, 6};
  std::vector<double> entry{0, 1, 2, 0, 3, 1, 0, 0, 4, 2, 3, 0, 5, 0, 1, 6, 2, 0, 1, 4};

  template <Scalar T = double>
  [[nodiscard]] Matrix<T> x() const {
    Matrix<T> x(20, 2);
    for (std::size_t i = 0; i < 20; ++i) {
      x(static_cast<Index>(i), 0) = static_cast<T>(a[i]);
      x(static_cast<Index>(i), 1) = static_cast<T>(b[i]);
    }
    return x;
  }
};

/// A table below the folder that LOYAL_DATA names; nothing, and a warning, where the variable is unset.
inline std::optional<Table> data_table(const std::string& file) {
  const char* const folder = std::getenv("LOYAL_DATA");
  if (folder == nullptr || *folder == '\0') {
    WARN("skipped: LOYAL_DATA is not set, " << file << " was not read");
    return std::nullopt;
  }
  return read_table(std::string(folder) + "/" + file);
}

/// Columns of numbers as a matrix.
inline Matrix<double> columns(const Table& table, const std::vector<std::string>& names) {
  Matrix<double> x(table.rows(), static_cast<Index>(names.size()));
  for (std::size_t j = 0; j < names.size(); ++j) {
    const auto& values = table.numbers(names[j]);
    for (Index i = 0; i < x.rows(); ++i)
      x(i, static_cast<Index>(j)) = values[static_cast<std::size_t>(i)];
  }
  return x;
}
/// The seven covariates of rossi.csv.
inline Matrix<double> rossi_covariates(const Table& table) {
  return columns(table, {"fin", "age", "race", "wexp", "mar", "paro", "prio"});
}

}  // namespace loyal::testing
