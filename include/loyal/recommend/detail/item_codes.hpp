// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include "../../core/types.hpp"
#include "../../math/detail/byte_dots.hpp"

namespace loyal::detail {

/// Length and largest number of a vector, without overflow and underflow.
struct Magnitude {
  double norm = 0;  // infinite if one is not a number
  double largest = 0;

  template <Scalar T>
  explicit Magnitude(std::span<const T> x) {
    bool finite = true;
    for (const T number : x) {
      finite = finite && std::isfinite(number);
      largest = std::max(largest, std::abs(static_cast<double>(number)));
    }
    if (!finite) largest = 0;
    if (largest > 0) {
      for (const T number : x) norm += square(static_cast<double>(number) / largest);
      norm = largest * std::sqrt(norm);
    }
    if (!finite) norm = std::numeric_limits<double>::infinity();
  }

  [[nodiscard]] bool finite() const { return std::isfinite(norm); }
  /// The size of one step, if the largest number shall take 127.
  [[nodiscard]] static double scale_of(double largest) {
    return std::max(largest / 127, std::numeric_limits<double>::min());
  }
  static double square(double x) { return x * x; }
};

/// What is known of a block of items; of its items the largest.
struct BlockBounds {
  double norm;        // |y|; infinite if one is not a number
  double scale;       // s
  double code_norm;   // |z|
  double code_error;  // |y - z|
};

/// Items as bytes: y near z = s q, in the order of their length, in blocks with one scale s each.
template <Scalar T>
struct ItemCodes {
  static constexpr Index block = 64;

  Matrix<T> factors;
  std::vector<std::int32_t> order;  // items by falling norm
  std::vector<double> bounds;       // blocks x 4: BlockBounds
  std::vector<std::uint8_t, Eigen::aligned_allocator<std::uint8_t>>
      codes;  // blocks x 64 x bytes: 128 + q, in that order

  explicit ItemCodes(const ConstMatrixRef<T>& items) : factors(items) {
    std::vector<Magnitude> sizes;
    sizes.reserve(static_cast<std::size_t>(factors.rows()));
    for (Index i = 0; i < factors.rows(); ++i) sizes.emplace_back(row(i));
    order.resize(sizes.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
      return sizes[static_cast<std::size_t>(a)].norm > sizes[static_cast<std::size_t>(b)].norm;
    });
    encode(sizes);
  }

 private:
  [[nodiscard]] std::span<const T> row(Index item) const {
    return {factors.data() + item * factors.cols(), static_cast<std::size_t>(factors.cols())};
  }

  void encode(std::span<const Magnitude> sizes) {
    const Index items = factors.rows();
    const Index bytes = code_width(factors.cols());
    for (Index begin = 0; begin < items; begin += block) {
      const std::span<const std::int32_t> own =
          std::span(order).subspan(static_cast<std::size_t>(begin),
                                   static_cast<std::size_t>(std::min(block, items - begin)));
      double largest = 0;
      for (const auto item : own)
        largest = std::max(largest, sizes[static_cast<std::size_t>(item)].largest);
      BlockBounds most{sizes[static_cast<std::size_t>(own[0])].norm, Magnitude::scale_of(largest),
                       0, 0};
      codes.resize(static_cast<std::size_t>((begin + block) * bytes), 128);
      std::uint8_t* to = codes.data() + begin * bytes;
      for (const auto item : own) {
        if (sizes[static_cast<std::size_t>(item)].finite()) {
          double squares = 0;
          double errors = 0;
          std::uint8_t* next = to;
          for (const T number : row(item)) {
            const double steps = static_cast<double>(number) / most.scale;
            const double whole = std::nearbyint(steps);
            *next++ = static_cast<std::uint8_t>(128 + static_cast<int>(whole));
            squares += Magnitude::square(whole);
            errors += Magnitude::square(steps - whole);
          }
          most.code_norm = std::max(most.code_norm, most.scale * std::sqrt(squares));
          most.code_error = std::max(most.code_error, most.scale * std::sqrt(errors));
        }
        to += bytes;
      }
      bounds.insert(bounds.end(), {most.norm, most.scale, most.code_norm, most.code_error});
    }
  }
};

/// A query as bytes: u near w = t p.
struct QueryCode {
  double norm = 0;  // |u|
  double scale = 0;
  double code_error = 0;    // |u - w|
  std::int32_t offset = 0;  // what 128 in each byte of an item adds to its product
  std::vector<std::int8_t> codes;

  template <Scalar T>
  void set(std::span<const T> user) {
    const Magnitude size(user);
    norm = size.norm;
    scale = Magnitude::scale_of(size.largest);
    codes.assign(static_cast<std::size_t>(code_width(static_cast<Index>(user.size()))), 0);
    offset = 0;
    double errors = 0;
    if (size.finite())
      for (std::size_t d = 0; d < user.size(); ++d) {
        const double steps = static_cast<double>(user[d]) / scale;
        const double whole = std::nearbyint(steps);
        codes[d] = static_cast<std::int8_t>(whole);
        offset += 128 * codes[d];
        errors += Magnitude::square(steps - whole);
      }
    code_error = scale * std::sqrt(errors);
  }
};

}  // namespace loyal::detail
