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

#include "../../core/error.hpp"
#include "../../core/string_hash.hpp"

namespace loyal::detail {

/// Words numbered 0, 1, 2, ... in the order in which they are added; their letters lie in one string.
///
/// Source: none, our own: open addressing with linear probing, at most half full.
/// Cost: 8 bytes, its letters and 16 to 32 bytes of slots a word.
class WordTable {
 public:
  /// The number of @p word, which is given the next one when it is new.
  /// @throws DataError when 2^31 - 1 words are there.
  std::int32_t add(std::string_view word) {
    grow(1);
    return add(word, hash_of(word));
  }

  /// The number of @p word, or -1.
  [[nodiscard]] std::int32_t find(std::string_view word) const noexcept {
    return slots_.empty() ? -1 : slots_[slot_of(word, hash_of(word))].id;
  }

  /// add() or find() for many words: ids[i] for words[i]. A table outgrows the processor's cache, so the
  /// memory for a block of words is fetched together.
  void add(std::span<const std::string_view> words, std::int32_t* ids) {
    in_blocks(words, [&](auto block, const std::uint32_t* hashes) {
      grow(block.size());
      fetch(block.size(), hashes);
      for (std::size_t i = 0; i < block.size(); ++i) *ids++ = add(block[i], hashes[i]);
    });
  }
  void find(std::span<const std::string_view> words, std::int32_t* ids) const {
    if (slots_.empty()) {
      std::fill_n(ids, words.size(), -1);
      return;
    }
    in_blocks(words, [&](auto block, const std::uint32_t* hashes) {
      fetch(block.size(), hashes);
      for (std::size_t i = 0; i < block.size(); ++i)
        *ids++ = slots_[slot_of(block[i], hashes[i])].id;
    });
  }

  /// Word @p id, which must be there.
  [[nodiscard]] std::string_view word(std::int32_t id) const noexcept {
    const auto i = static_cast<std::size_t>(id);
    const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
    return {letters_.data() + begin, ends_[i] - begin};
  }

  [[nodiscard]] std::int32_t size() const noexcept {
    return static_cast<std::int32_t>(ends_.size());
  }

  /// Makes room for this many words and letters in all.
  void reserve(std::size_t words, std::size_t letters) {
    ends_.reserve(words);
    letters_.reserve(letters);
    if (words > ends_.size()) grow(words - ends_.size());
  }

  friend bool operator==(const WordTable& a, const WordTable& b) noexcept {
    return a.ends_ == b.ends_ && a.letters_ == b.letters_;
  }

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::int32_t id = -1;
  };

  static std::uint32_t hash_of(std::string_view word) noexcept {
    return static_cast<std::uint32_t>(string_hash(word));
  }

  static void prefetch([[maybe_unused]] const void* address) noexcept {
#if defined(__GNUC__)
    __builtin_prefetch(address);
#endif
  }

  template <class Work>
  static void in_blocks(std::span<const std::string_view> words, const Work& work) {
    constexpr std::size_t most = 32;
    std::array<std::uint32_t, most> hashes{};
    for (; !words.empty(); words = words.subspan(std::min(most, words.size()))) {
      const auto block = words.first(std::min(most, words.size()));
      for (std::size_t i = 0; i < block.size(); ++i) hashes[i] = hash_of(block[i]);
      work(block, hashes.data());
    }
  }

  /// Brings the slots of these hashes, and the letters they point to, into the cache.
  void fetch(std::size_t size, const std::uint32_t* hashes) const noexcept {
    const std::size_t mask = slots_.size() - 1;
    const auto id_of = [&](std::size_t i) { return slots_[hashes[i] & mask].id; };
    for (std::size_t i = 0; i < size; ++i) prefetch(&slots_[hashes[i] & mask]);
    for (std::size_t i = 0; i < size; ++i)
      if (id_of(i) > 0) prefetch(&ends_[static_cast<std::size_t>(id_of(i)) - 1]);
    for (std::size_t i = 0; i < size; ++i)
      if (id_of(i) > 0) prefetch(word(id_of(i)).data());
  }

  std::int32_t add(std::string_view word, std::uint32_t hash) {
    Slot& slot = slots_[slot_of(word, hash)];
    if (slot.id < 0) {
      if (ends_.size() >= std::numeric_limits<std::int32_t>::max())
        fail<DataError>("Vocabulary", "the number of words", ends_.size(), "below 2^31 - 1");
      letters_.append(word);
      ends_.push_back(letters_.size());
      slot = {hash, static_cast<std::int32_t>(ends_.size()) - 1};
    }
    return slot.id;
  }

  /// Keeps the table at most half full with so many words more.
  void grow(std::size_t words) {
    std::size_t slots = std::max<std::size_t>(slots_.size(), 16);
    while (slots < 2 * (ends_.size() + words)) slots *= 2;
    if (slots != slots_.size()) rehash(slots);
  }

  /// Where the word is, or the free slot where it belongs.
  [[nodiscard]] std::size_t slot_of(std::string_view text, std::uint32_t hash) const noexcept {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = hash & mask;
    while (slots_[at].id >= 0 && (slots_[at].hash != hash || word(slots_[at].id) != text))
      at = (at + 1) & mask;
    return at;
  }

  void rehash(std::size_t size) {
    std::vector<Slot> bigger(size);
    const std::size_t mask = size - 1;
    for (const Slot& slot : slots_) {
      if (slot.id < 0) continue;
      std::size_t at = slot.hash & mask;
      while (bigger[at].id >= 0) at = (at + 1) & mask;
      bigger[at] = slot;
    }
    slots_.swap(bigger);
  }

  std::string letters_;
  std::vector<std::size_t> ends_;  // of each word's letters
  std::vector<Slot> slots_;        // a power of two
};

}  // namespace loyal::detail
