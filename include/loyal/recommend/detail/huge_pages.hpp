// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "../../core/types.hpp"

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace loyal::detail {

/// A matrix of zeros whose rows will be met in no order: a large one lies on huge pages where the system has them, or
/// every row would cost the look-up of a page too.
template <Scalar T>
Matrix<T> scattered_rows(Index rows, Index cols) {
  Matrix<T> m(rows, cols);
#ifdef __linux__
  constexpr std::uintptr_t page = std::uintptr_t{1} << 21;
  const auto from = (reinterpret_cast<std::uintptr_t>(m.data()) + page - 1) / page * page;
  const auto to = reinterpret_cast<std::uintptr_t>(m.data() + m.size()) / page * page;
  // Whether it is granted is the system's business.
  // NOLINTNEXTLINE(performance-no-int-to-ptr): an address on a page's edge, never read here
  if (from < to) madvise(reinterpret_cast<void*>(from), to - from, MADV_HUGEPAGE);
#endif
  m.setZero();
  return m;
}

}  // namespace loyal::detail
