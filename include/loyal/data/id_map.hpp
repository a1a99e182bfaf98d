// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../core/error.hpp"
#include "../core/string_hash.hpp"

namespace loyal {

/// Names numbered 0, 1, 2, ... in the order of their first appearance; a value.
///
/// Two maps are equal when they hold the same names in the same order.
/// Source: none, our own: open addressing with linear probing over the names' hashes.
/// Cost: a lookup is one hash and, as a rule, one comparison; a name takes 32 bytes and its slot
/// 8 to 16 more.
///
///     loyal::IdMap users;
///     const auto anna = users.add("anna");  // 0
///     const auto ben = users.add("ben");    // 1
///     if (users.add("anna") != anna || users.find("carl") != -1) return 1;
///     if (users.name(ben) != "ben" || users.size() != 2) return 1;
class IdMap {
 public:
  /// The index of @p name, which is given the next one when it is new.
  /// @throws DataError when 2^31 - 1 names are taken.
  std::int32_t add(std::string_view name) {
    if (names_.size() * 2 >= slots_.size()) grow();
    return add(name, hash_of(name));
  }

  /// Adds many names, as add() does one after the other, but several times faster when the map has
  /// outgrown the processor's cache: the memory for a block of names is fetched together.
  /// @throws ShapeError when the sizes differ; DataError as add().
  void add(std::span<const std::string_view> names, std::span<std::int32_t> indices) {
    detail::expect_size("IdMap::add", "indices", indices.size(), names.size());
    std::array<std::uint32_t, 32> hashes{};
    for (std::size_t begin = 0; begin < names.size(); begin += hashes.size()) {
      const auto block = names.subspan(begin, std::min(hashes.size(), names.size() - begin));
      while ((names_.size() + block.size()) * 2 > slots_.size()) grow();
      const std::size_t mask = slots_.size() - 1;
      for (std::size_t i = 0; i < block.size(); ++i) {
        hashes[i] = hash_of(block[i]);
        prefetch(&slots_[hashes[i] & mask]);
      }
      for (std::size_t i = 0; i < block.size(); ++i) {
        const auto index = slots_[hashes[i] & mask].index;
        if (index >= 0) prefetch(&names_[static_cast<std::size_t>(index)]);
      }
      for (std::size_t i = 0; i < block.size(); ++i) indices[begin + i] = add(block[i], hashes[i]);
    }
  }

  /// The index of @p name, or -1 when it is unknown.
  [[nodiscard]] std::int32_t find(std::string_view name) const noexcept {
    return slots_.empty() ? -1 : slots_[slot_of(name, hash_of(name))].index;
  }

  /// The index of @p name. @throws DataError when it is unknown.
  [[nodiscard]] std::int32_t at(std::string_view name) const {
    const auto index = find(name);
    if (index < 0)
      detail::fail<DataError>("IdMap::at", "name", "'" + std::string(name) + "'", "a known name");
    return index;
  }

  /// The name with @p index. @throws DataError outside 0 .. size() - 1.
  [[nodiscard]] const std::string& name(std::int32_t index) const {
    if (index < 0 || index >= size())
      detail::fail<DataError>("IdMap::name", "index", index,
                              "in [0, " + std::to_string(size()) + ")");
    return names_[static_cast<std::size_t>(index)];
  }

  /// All names, in the order of their indices.
  [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }

  [[nodiscard]] std::int32_t size() const noexcept {
    return static_cast<std::int32_t>(names_.size());
  }
  [[nodiscard]] bool empty() const noexcept { return names_.empty(); }

  friend bool operator==(const IdMap& a, const IdMap& b) noexcept { return a.names_ == b.names_; }

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::int32_t index = -1;
  };

  static std::uint32_t hash_of(std::string_view name) noexcept {
    return static_cast<std::uint32_t>(string_hash(name));
  }

  static void prefetch([[maybe_unused]] const void* address) noexcept {
#if defined(__GNUC__)
    __builtin_prefetch(address);
#endif
  }

  std::int32_t add(std::string_view name, std::uint32_t hash) {
    Slot& slot = slots_[slot_of(name, hash)];
    if (slot.index < 0) {
      if (names_.size() >= std::numeric_limits<std::int32_t>::max())
        detail::fail<DataError>("IdMap::add", "size", names_.size(), "fewer than 2^31 - 1 names");
      names_.emplace_back(name);
      slot = {hash, static_cast<std::int32_t>(names_.size()) - 1};
    }
    return slot.index;
  }

  /// Where the name is, or the free slot where it belongs; a free slot always exists.
  [[nodiscard]] std::size_t slot_of(std::string_view name, std::uint32_t hash) const noexcept {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = hash & mask;
    while (slots_[at].index >= 0 &&
           (slots_[at].hash != hash || names_[static_cast<std::size_t>(slots_[at].index)] != name))
      at = (at + 1) & mask;
    return at;
  }

  void grow() {
    std::vector<Slot> bigger(slots_.empty() ? 16 : slots_.size() * 2);
    const std::size_t mask = bigger.size() - 1;
    for (const Slot& slot : slots_) {
      if (slot.index < 0) continue;
      std::size_t at = slot.hash & mask;
      while (bigger[at].index >= 0) at = (at + 1) & mask;
      bigger[at] = slot;
    }
    slots_.swap(bigger);
  }

  std::vector<std::string> names_;
  std::vector<Slot> slots_;  // a power of two, at most half full
};

}  // namespace loyal
