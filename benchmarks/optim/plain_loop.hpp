// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

/// The least an optimizer can do to its arrays: reads the gradient g, reads and writes all others.
/// With a factor of 0, which the compiler must not know, nothing changes. Not inlined, or g++ forgets __restrict.
template <class T, class... Arrays>
[[gnu::noinline]] void plain_loop(std::ptrdiff_t n, T factor, const T* __restrict g,
                                  Arrays* __restrict... arrays) {
  for (std::ptrdiff_t i = 0; i < n; ++i) ((arrays[i] += factor * g[i]), ...);
}
