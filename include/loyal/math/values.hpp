// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <concepts>
#include <initializer_list>
#include <iterator>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"

namespace loyal {

/// A column of numbers as an argument, from whatever holds them; computed with as double.
///
/// Takes Eigen vectors, rows, columns and other expressions of one column or row, of any element
/// type; std::vector, std::array, std::span and other ranges of numbers (bool too); and braces: {0,
/// 1, 1}. It only lives for the call: doubles that lie side by side are looked at where they are,
/// others copied.
/// @throws ShapeError if a matrix has more than one column and row.
///
///     const auto total = [](const loyal::Values& values) { return values.sum(); };
///     const std::vector<int> labels{0, 1, 1};
///     const loyal::Matrix<float> scores = loyal::Matrix<float>::Ones(3, 2);
///     if (total(labels) != 2 || total(scores.col(1)) != 3 || total({0.5, 0.25}) != 0.75) return 1;
class Values {
 public:
  Values() = default;
  // NOLINTBEGIN(google-explicit-constructor): the type exists to convert
  Values(std::initializer_list<double> values) { assign(values); }

  template <class Derived>
  Values(const Eigen::DenseBase<Derived>& values) {
    if (values.rows() != 1 && values.cols() != 1 && values.size() != 0)
      detail::fail<ShapeError>("Values", "the number of columns", values.cols(), 1);
    if constexpr (std::same_as<typename Derived::Scalar, double> &&
                  (Derived::Flags & Eigen::DirectAccessBit) != 0) {
      const auto& direct = values.derived();
      const Index stride = direct.rows() == 1 ? direct.colStride() : direct.rowStride();
      if (direct.size() <= 1 || stride == 1) {
        data_ = direct.data();
        size_ = direct.size();
        return;
      }
      for (Index i = 0; i < direct.size(); ++i) storage_.push_back(direct.data()[i * stride]);
    } else {
      const auto& plain = values.derived().eval();
      for (Index i = 0; i < plain.size(); ++i)
        storage_.push_back(static_cast<double>(plain.data()[i]));
    }
    look_at_storage();
  }

  template <class Range,
            class Iterator = decltype(std::ranges::begin(std::declval<const Range&>()))>
  requires(std::is_arithmetic_v<std::iter_value_t<Iterator>> &&
           !requires(const Range& range) { range.derived(); }) Values(const Range& values) {
    if constexpr (std::contiguous_iterator<Iterator> &&
                  std::same_as<std::iter_value_t<Iterator>, double>) {
      data_ = std::ranges::data(values);
      size_ = static_cast<Index>(std::ranges::size(values));
    } else {
      assign(values);
    }
  }
  // NOLINTEND(google-explicit-constructor)

  Values(const Values&) = delete;
  Values& operator=(const Values&) = delete;

  [[nodiscard]] Index size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] double operator[](Index i) const { return data_[i]; }
  [[nodiscard]] const double* begin() const noexcept { return data_; }
  [[nodiscard]] const double* end() const noexcept { return data_ + size_; }
  [[nodiscard]] Eigen::Map<const Vector<double>> vector() const { return {data_, size_}; }
  [[nodiscard]] double sum() const {
    double sum = 0;
    for (Index i = 0; i < size_; ++i) sum += data_[i];
    return sum;
  }

 private:
  void assign(const auto& values) {
    for (const auto value : values) storage_.push_back(static_cast<double>(value));
    look_at_storage();
  }
  void look_at_storage() {
    data_ = storage_.data();
    size_ = static_cast<Index>(storage_.size());
  }

  std::vector<double> storage_;
  const double* data_ = nullptr;
  Index size_ = 0;
};

namespace detail {

/// Throws DataError naming the first entry that is not finite.
inline void expect_finite(const char* where, const char* what, const Values& values) {
  for (Index i = 0; i < values.size(); ++i)
    if (!std::isfinite(values[i]))
      fail<DataError>(where, std::string(what) + "[" + std::to_string(i) + "]", values[i],
                      "a finite number");
}

/// Throws DataError unless there is at least one value.
inline void expect_some(const char* where, const char* what, const Values& values) {
  if (values.empty()) fail<DataError>(where, what, "empty", "at least one value");
}

/// Weights of @p size samples: those given, checked, or 1 for each if none are given. Looks at @p weights, which must
/// live as long.
class SampleWeights {
 public:
  SampleWeights(const char* where, Values&& weights, Index size) = delete;
  SampleWeights(const char* where, const Values& weights, Index size) : weights_(weights) {
    total_ = static_cast<double>(size);
    if (weights.empty()) return;
    expect_size(where, "the number of weights", weights.size(), size);
    total_ = 0;
    for (Index i = 0; i < size; ++i) {
      if (!(weights[i] >= 0) || std::isinf(weights[i]))
        fail<DataError>(where, "weights[" + std::to_string(i) + "]", weights[i],
                        "a finite number >= 0");
      total_ += weights[i];
    }
    if (total_ == 0 || std::isinf(total_))
      fail<DataError>(where, "the sum of the weights", total_, "a finite number > 0");
  }
  [[nodiscard]] double operator[](Index i) const { return weights_.empty() ? 1.0 : weights_[i]; }
  [[nodiscard]] double total() const noexcept { return total_; }

 private:
  const Values& weights_;
  double total_ = 0;
};

}  // namespace detail
}  // namespace loyal
