// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "../core/error.hpp"
#include "../core/file.hpp"
#include "interactions.hpp"

namespace loyal {
namespace detail {

/// Appends the pairs of one file; users and items grow to one more than the largest number met.
inline void append_adjacency(const std::string& path, std::vector<Interaction>& pairs, Index& users,
                             Index& items) {
  const MappedFile file(path);
  std::string_view text = file.text();
  for (Index line = 1; !text.empty(); ++line) {
    const auto end = std::min(text.find('\n'), text.size());
    const char* at = text.data();
    const char* const stop = at + end;
    text.remove_prefix(std::min(end + 1, text.size()));
    std::int32_t user = -1;
    while (true) {
      while (at != stop && (*at == ' ' || *at == '\t' || *at == '\r')) ++at;
      if (at == stop) break;
      std::int32_t number = 0;
      const auto [next, error] = std::from_chars(at, stop, number);
      const bool whole = next == stop || *next == ' ' || *next == '\t' || *next == '\r';
      if (error != std::errc{} || !whole || number < 0 ||
          number == std::numeric_limits<std::int32_t>::max())
        fail<FormatError>(concatenate(path, ":", line), "a number",
                          std::string(at, stop).substr(0, 20), "in [0, 2^31 - 1), apart by spaces");
      at = next;
      if (user < 0) {
        user = number;
        users = std::max<Index>(users, user + Index{1});
      } else {
        pairs.push_back({user, number});
        items = std::max<Index>(items, number + Index{1});
      }
    }
  }
}

}  // namespace detail

/// Reads files whose lines hold a user and the items they dealt with, as numbers from 0:
///
///   user item item item ...
///
/// the form of the data sets of LightGCN and its successors. Each file becomes Interactions of the same users and
/// items, one more than the largest number of any file; an item that a user has twice counts once.
/// @throws FormatError naming file and line if a file cannot be read or holds anything else.
/// Source: He et al., LightGCN, SIGIR 2020, data of its program. Cost: linear.
///
///     loyal::write_atomically("train.txt", [](loyal::FileWriter& out) { out.write("0 2 1\n1 0\n"); });
///     loyal::write_atomically("test.txt", [](loyal::FileWriter& out) { out.write("1 3\n"); });
///     const std::vector<std::string> paths{"train.txt", "test.txt"};
///     const auto parts = loyal::read_adjacency_lines(paths);
///     if (parts[0].items_of(0)[1] != 2 || parts[0].items() != 4 || parts[1].size() != 1) return 1;
[[nodiscard]] inline std::vector<Interactions> read_adjacency_lines(
    std::span<const std::string> paths) {
  Index users = 0;
  Index items = 0;
  std::vector<std::vector<Interaction>> pairs(paths.size());
  for (std::size_t i = 0; i < paths.size(); ++i)
    detail::append_adjacency(paths[i], pairs[i], users, items);
  std::vector<Interactions> all;
  all.reserve(pairs.size());
  for (const auto& some : pairs) all.emplace_back(users, items, some, Duplicates::largest);
  return all;
}

}  // namespace loyal
