// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/safetensors.hpp"
#include "id_map.hpp"
#include "interactions.hpp"

namespace loyal {

/// Interactions and their names as arrays of a safetensors file, beside whatever else it holds. It must stay in
/// place until the file is written.
///
///   prefix.items_count      I64, 1
///   prefix.offsets          I64, users + 1
///   prefix.items            I32, prefix.values F32, prefix.times I64 (or none): one a pair
///   prefix.user_letters     U8, of all names one after the other; prefix.user_ends I64, where each ends;
///                           item_letters and item_ends likewise; empty without names
///
/// Source: none, our own. Cost: linear.
///
///     const std::vector<loyal::Interaction> pairs{{0, 2}, {1, 0}};
///     const loyal::Interactions seen(2, 3, pairs);
///     const loyal::StoredInteractions stored(seen);
///     loyal::SafetensorsWriter file;
///     stored.add_to(file, "train");
///     file.write("seen.safetensors");
///     if (!(loyal::read_interactions(loyal::Safetensors("seen.safetensors"), "train") == seen)) return 1;
class StoredInteractions {
 public:
  explicit StoredInteractions(const Interactions& interactions)
      : interactions_(&interactions),
        count_{interactions.items()},
        offsets_(interactions.offsets().begin(), interactions.offsets().end()) {
    pack(interactions.user_names(), users_);
    pack(interactions.item_names(), items_);
  }

  void add_to(SafetensorsWriter& file, const std::string& prefix) const {
    const auto add = [&](const char* name, const auto& array) {
      file.add(prefix + "." + name, {static_cast<Index>(array.size())}, array);
    };
    add("items_count", count_);
    add("offsets", offsets_);
    add("items", interactions_->all_items());
    add("values", interactions_->all_values());
    add("times", interactions_->all_times());
    add("user_letters", users_.letters);
    add("user_ends", users_.ends);
    add("item_letters", items_.letters);
    add("item_ends", items_.ends);
  }

 private:
  struct Names {
    std::vector<std::uint8_t> letters;
    std::vector<std::int64_t> ends;
  };
  static void pack(const IdMap& map, Names& names) {
    for (const std::string& name : map.names()) {
      names.letters.insert(names.letters.end(), name.begin(), name.end());
      names.ends.push_back(static_cast<std::int64_t>(names.letters.size()));
    }
  }

  const Interactions* interactions_;
  std::vector<std::int64_t> count_;
  std::vector<std::int64_t> offsets_;
  Names users_;
  Names items_;
};

namespace detail {

inline IdMap read_names(const Safetensors& file, const std::string& letters,
                        const std::string& ends) {
  const auto all = file.bytes(letters);
  const std::string_view text(reinterpret_cast<const char*>(all.data()), all.size());
  IdMap names;
  std::size_t begin = 0;
  for (const auto end : file.read<std::int64_t>(ends)) {
    if (end < 0 || std::cmp_less(end, begin) || std::cmp_greater(end, text.size()))
      fail<FormatError>(ends, "an end", end, "rising, within the letters");
    const auto before = names.size();
    if (names.add(text.substr(begin, static_cast<std::size_t>(end) - begin)) != before)
      fail<FormatError>(ends, concatenate("name ", before), "there twice", "once");
    begin = static_cast<std::size_t>(end);
  }
  if (begin != text.size()) fail<FormatError>(ends, "the last end", begin, text.size());
  return names;
}

}  // namespace detail

/// Reads what StoredInteractions wrote.
/// @throws FormatError, ShapeError or DataError if the file is damaged.
[[nodiscard]] inline Interactions read_interactions(const Safetensors& file,
                                                    const std::string& prefix) {
  const auto count = file.read<std::int64_t>(prefix + ".items_count");
  detail::expect_size("read_interactions", "the size of items_count", count.size(), 1);
  const auto offsets = file.read<std::int64_t>(prefix + ".offsets");
  auto interactions = Interactions::from_rows(
      static_cast<Index>(count[0]), {offsets.begin(), offsets.end()},
      file.read<std::int32_t>(prefix + ".items"), file.read<float>(prefix + ".values"),
      file.read<std::int64_t>(prefix + ".times"));
  auto users = detail::read_names(file, prefix + ".user_letters", prefix + ".user_ends");
  auto items = detail::read_names(file, prefix + ".item_letters", prefix + ".item_ends");
  if (!users.empty() || !items.empty()) interactions.set_names(std::move(users), std::move(items));
  return interactions;
}

}  // namespace loyal
