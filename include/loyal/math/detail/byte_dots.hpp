// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "../../core/types.hpp"

namespace loyal::detail {

/// Bytes that a row of @p numbers codes takes: whole registers.
constexpr Index code_width(Index numbers) { return numbers <= 32 ? 32 : (numbers + 63) / 64 * 64; }

/// sums[i] = codes . row i of @p rows, for `count` rows of width bytes. A signed and an unsigned byte is what the
/// instructions for dot products of bytes take; the loop is written so that compilers find them. A width of 0 is
/// any multiple of 64.
template <int width, int count>
void byte_dots(const std::int8_t* codes, const std::uint8_t* rows, Index any_width,
               std::int32_t* sums) {
  const Index bytes = width > 0 ? width : any_width / 64 * 64;
  for (int i = 0; i < count; ++i) {
    std::int32_t sum = 0;
    for (Index d = 0; d < bytes; ++d)
      sum += static_cast<std::int32_t>(rows[d]) * static_cast<std::int32_t>(codes[d]);
    sums[i] = sum;
    rows += bytes;
  }
}

/// The same for a width that is known only at run time.
template <int count>
void byte_dots(const std::int8_t* codes, const std::uint8_t* rows, Index width,
               std::int32_t* sums) {
  switch (width) {
    case 32:
      return byte_dots<32, count>(codes, rows, width, sums);
    case 64:
      return byte_dots<64, count>(codes, rows, width, sums);
    case 128:
      return byte_dots<128, count>(codes, rows, width, sums);
    case 192:
      return byte_dots<192, count>(codes, rows, width, sums);
    case 256:
      return byte_dots<256, count>(codes, rows, width, sums);
    default:
      return byte_dots<0, count>(codes, rows, width, sums);
  }
}

}  // namespace loyal::detail
