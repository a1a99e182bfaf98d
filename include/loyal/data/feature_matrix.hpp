// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"

namespace loyal {

/// Features of users, with the names of the columns and the users of the rows.
/// | member | shape |
/// | values | users x names |
///
///     loyal::FeatureMatrix<float> features{loyal::Matrix<float>::Ones(1, 2), {"recency", "age"},
///     {7}}; if (features.column("age") != 1) return 1;
template <Scalar T>
struct FeatureMatrix {
  Matrix<T> values;
  std::vector<std::string> names;
  std::vector<std::int32_t> users;  ///< indices in the log's map of users

  /// The index of a column. @throws DataError when there is none of that name.
  [[nodiscard]] Index column(std::string_view name) const {
    for (std::size_t i = 0; i < names.size(); ++i)
      if (names[i] == name) return static_cast<Index>(i);
    detail::fail<DataError>("FeatureMatrix::column", "name", "'" + std::string(name) + "'",
                            "one of the features' names");
  }
};

}  // namespace loyal
