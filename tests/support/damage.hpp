// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <loyal/core/error.hpp>
#include <loyal/core/random.hpp>

#include "catch.hpp"
#include "process_memory.hpp"

namespace loyal::testing {

/// The bytes of a text in memory of exactly their size, so that a sanitizer sees a read past the
/// end.
inline std::vector<std::byte> to_bytes(const std::string& text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

/// Calls read(bytes) with a valid file cut off at every length, or at @p cuts of them, and with random bits flipped.
/// It may return or throw a loyal::Error; anything else fails the test, so does an allocation of
/// 128 MiB. Returns how many were refused.
template <class Read>
int survive_damage(const std::vector<std::byte>& valid, int flips, Read&& read,
                   std::size_t cuts = std::numeric_limits<std::size_t>::max()) {
  const AddressSpaceLimit limit(std::size_t{128} << 20);
  int refused = 0;
  const auto attempt = [&](const std::vector<std::byte>& bytes) {
    try {
      read(std::span<const std::byte>(bytes));
    } catch (const Error& error) {
      ++refused;
      if (std::string(error.what()).empty()) FAIL("an error without a message");
    } catch (const std::exception& error) {
      FAIL("a foreign exception: " << error.what());
    }
  };
  const std::size_t step = (valid.size() - 1) / std::min(cuts, valid.size()) + 1;
  for (std::size_t i = 1; i <= valid.size(); i += step) {
    const std::size_t size = valid.size() - i;  // the last byte's loss is among them
    attempt({valid.begin(), valid.begin() + static_cast<std::ptrdiff_t>(size)});
  }
  Rng rng(7);
  for (int i = 0; i < flips; ++i) {
    std::vector<std::byte> bytes = valid;
    for (auto n = 1 + rng.below(3); n > 0; --n)
      bytes[static_cast<std::size_t>(rng.below(bytes.size()))] ^= std::byte{1}
                                                                  << static_cast<int>(rng.below(8));
    attempt(bytes);
  }
  return refused;
}

}  // namespace loyal::testing
