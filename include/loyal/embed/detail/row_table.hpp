// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

#include "../../core/types.hpp"

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace loyal::detail {

/// Rows of floats that are trained: each starts a cache line and is filled up with zeros to whole ones.
/// Rows are met in no order, so a large table asks for huge pages, or every row would cost a page's lookup too.
class RowTable {
 public:
  static constexpr Index line = 16;

  RowTable() = default;
  RowTable(Index rows, Index cols)
      : rows_(rows), cols_(cols), stride_((cols + line - 1) / line * line) {
    constexpr std::size_t huge_page = std::size_t{1} << 21;
    const std::size_t bytes = std::max<std::size_t>(
        64, static_cast<std::size_t>(rows_) * static_cast<std::size_t>(stride_) * sizeof(float));
    const std::size_t alignment = bytes >= huge_page ? huge_page : 64;
    const std::size_t whole = (bytes + alignment - 1) / alignment * alignment;
    data_.reset(static_cast<float*>(std::aligned_alloc(alignment, whole)));
    if (data_ == nullptr) throw std::bad_alloc{};
#ifdef __linux__
    if (alignment == huge_page) madvise(data_.get(), whole, MADV_HUGEPAGE);
#endif
    std::fill_n(data_.get(), rows_ * stride_, 0.0F);
  }
  /// As many rows more, of zeros.
  [[nodiscard]] RowTable grown(Index more) const {
    RowTable table{rows_ + more, cols_};
    std::copy_n(data_.get(), rows_ * stride_, table.data_.get());
    return table;
  }

  [[nodiscard]] Index rows() const noexcept { return rows_; }
  [[nodiscard]] Index cols() const noexcept { return cols_; }
  [[nodiscard]] Index stride() const noexcept { return stride_; }
  [[nodiscard]] float* row(Index i) const noexcept { return data_.get() + i * stride_; }

  [[nodiscard]] auto matrix() const {
    return Eigen::Map<Matrix<float>, 0, Eigen::OuterStride<>>(data_.get(), rows_, cols_,
                                                              Eigen::OuterStride<>(stride_));
  }

 private:
  struct Free {
    void operator()(float* p) const { std::free(p); }
  };
  Index rows_ = 0;
  Index cols_ = 0;
  Index stride_ = 0;
  std::unique_ptr<float, Free> data_;
};

/// Asks for a row that is needed soon.
inline void fetch_row(const float* row, Index stride) {
  for (Index i = 0; i < stride; i += RowTable::line) __builtin_prefetch(row + i, 1);
}

}  // namespace loyal::detail
