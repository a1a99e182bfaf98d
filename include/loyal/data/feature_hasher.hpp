// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/string_hash.hpp"
#include "../core/types.hpp"
#include "table.hpp"

namespace loyal {

/// Any number of named features in a fixed number of columns, without a dictionary.
///
///   x[h(name) mod columns] += sign(name) value
///
/// h is string_hash with the seed; its highest bit is the sign, so that the features which share a
/// column cancel on average, and inner products are kept in expectation.
/// Source: Weinberger et al., Feature Hashing for Large Scale Multitask Learning, ICML 2009,
/// section 2, with one hash for column and sign.
/// Cost: one hash a feature; nothing is stored.
///
///     const loyal::FeatureHasher hasher{{.columns = 64}};
///     std::vector<loyal::FeatureHasher::Sample> samples{{{"city=Bonn", 1}, {"visits", 3}}};
///     const auto x = hasher.transform<float>(samples);
///     if (x.rows() != 1 || x.cols() != 64 || x.nonZeros() != 2) return 1;
class FeatureHasher {
 public:
  struct Options {
    Index columns = 1 << 16;  ///< of the result, 1 .. 2^31 - 1
    bool with_sign = true;    ///< whether half of the features count negative
    std::uint64_t seed = 0;   ///< another seed lets other features share columns

    friend bool operator==(const Options&, const Options&) = default;
  };

  /// The features of one row: name and value. A name may come twice, its values are added.
  using Sample = std::vector<std::pair<std::string_view, double>>;

  struct Place {
    Index column;
    double sign;  ///< 1 or -1
  };

  FeatureHasher() = default;
  /// @throws OptionError when columns is outside its domain.
  explicit FeatureHasher(const Options& options) : options_(options) {
    detail::expect_option("FeatureHasher", "columns", options.columns,
                          options.columns >= 1 && options.columns <= 0x7fffffff,
                          "in [1, 2^31 - 1]");
  }

  /// Where a feature goes.
  [[nodiscard]] Place place(std::string_view name) const noexcept {
    const std::uint64_t h = string_hash(name, options_.seed);
    const bool negative = options_.with_sign && h >> 63 != 0;
    const auto column = (h & 0x7fffffffffffffffU) % static_cast<std::uint64_t>(options_.columns);
    return {static_cast<Index>(column), negative ? -1.0 : 1.0};
  }

  /// One row for each sample, samples x columns. @throws DataError when a value is not finite.
  template <Scalar T = double>
  [[nodiscard]] SparseMatrix<T> transform(const std::vector<Sample>& samples) const {
    std::vector<Eigen::Triplet<T>> entries;
    for (std::size_t row = 0; row < samples.size(); ++row)
      for (const auto& [name, value] : samples[row]) {
        if (!std::isfinite(value))
          detail::fail<DataError>("FeatureHasher::transform", "value of " + detail::excerpt(name),
                                  value, "a finite number");
        const auto [column, sign] = place(name);
        entries.emplace_back(static_cast<int>(row), static_cast<int>(column),
                             static_cast<T>(sign * value));
      }
    SparseMatrix<T> x(static_cast<Index>(samples.size()), options_.columns);
    x.setFromTriplets(entries.begin(), entries.end());
    return x;
  }

  /// The rows of a table: number columns under their name, categories as "name=category" with
  /// value 1, missing values not at all.
  template <Scalar T = double>
  [[nodiscard]] SparseMatrix<T> transform(const Table& table) const {
    std::vector<Eigen::Triplet<T>> entries;
    const auto put = [&entries](std::size_t row, const Place& to, double value) {
      entries.emplace_back(static_cast<int>(row), static_cast<int>(to.column),
                           static_cast<T>(to.sign * value));
    };
    for (const auto& name : table.names()) {
      if (table.is_number(name)) {
        const auto to = place(name);
        const auto& values = table.numbers(name);
        for (std::size_t row = 0; row < values.size(); ++row)
          if (std::isfinite(values[row])) put(row, to, values[row]);
        continue;
      }
      const auto& category = table.categories(name);
      std::vector<Place> places;
      for (const auto& value : category.names.names())
        places.push_back(place(detail::concatenate(name, "=", value)));
      for (std::size_t row = 0; row < category.codes.size(); ++row)
        if (category.codes[row] >= 0)
          put(row, places[static_cast<std::size_t>(category.codes[row])], 1);
    }
    SparseMatrix<T> x(table.rows(), options_.columns);
    x.setFromTriplets(entries.begin(), entries.end());
    return x;
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }

  friend bool operator==(const FeatureHasher&, const FeatureHasher&) = default;

 private:
  Options options_;
};

}  // namespace loyal
