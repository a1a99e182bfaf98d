// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/safetensors.hpp"
#include "../core/string_hash.hpp"
#include "../core/types.hpp"
#include "../data/interactions_file.hpp"
#include "item_index.hpp"
#include "recommender.hpp"

namespace loyal {
namespace detail {

/// The elements of a tensor as they lie in the file, or a copy where they are of another type or lie oddly.
template <class T>
std::span<const T> in_place(const Safetensors& file, const std::string& name,
                            std::vector<T>& copy) {
  const auto bytes = file.bytes(name);
  if (file.info(name).dtype == dtype_of<T>() &&
      reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(T) == 0)
    return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
  copy = file.read<T>(name);
  return copy;
}

/// Names as StoredInteractions keeps them, found without a copy of each: 4 to 16 bytes a name.
template <class Ends = std::int64_t>
class NamesInFile {
 public:
  NamesInFile() = default;
  NamesInFile(const Safetensors& file, const std::string& prefix) {
    const auto bytes = file.bytes(prefix + "_letters");
    letters_ = {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    ends_ = in_place<Ends>(file, prefix + "_ends", copy_);
    std::int64_t before = 0;
    for (const auto end : ends_) {
      if (end < before || std::cmp_greater(end, letters_.size()))
        fail<FormatError>(prefix + "_ends", "an end", end, "rising, within the letters");
      before = end;
    }
    slots_.assign(std::bit_ceil(2 * ends_.size() + 1), -1);
    for (std::size_t i = 0; i < ends_.size(); ++i) {
      auto& slot = slots_[slot_of(name(i))];
      if (slot >= 0) fail<FormatError>(prefix, concatenate("name ", i), "there twice", "once");
      slot = static_cast<std::int32_t>(i);
    }
  }
  NamesInFile(const NamesInFile&) = delete;
  NamesInFile& operator=(const NamesInFile&) = delete;

  [[nodiscard]] Index size() const { return static_cast<Index>(ends_.size()); }
  [[nodiscard]] std::string_view name(std::size_t i) const {
    const auto begin = i == 0 ? std::size_t{0} : static_cast<std::size_t>(ends_[i - 1]);
    return letters_.substr(begin, static_cast<std::size_t>(ends_[i]) - begin);
  }
  [[nodiscard]] Index find(std::string_view name) const { return slots_[slot_of(name)]; }

 private:
  [[nodiscard]] std::size_t slot_of(std::string_view wanted) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = static_cast<std::size_t>(string_hash(wanted)) & mask;
    while (slots_[at] >= 0 && name(static_cast<std::size_t>(slots_[at])) != wanted)
      at = (at + 1) & mask;
    return at;
  }

  std::string_view letters_;
  std::span<const Ends> ends_;
  std::vector<Ends> copy_;
  std::vector<std::int32_t> slots_ = {-1};
};

}  // namespace detail

/// A factor model for answering questions, from one file that is mapped into memory: only the factors and histories
/// that are asked for are read, and programs that open the same file share them.
///
///   ServingModel<T>::save(path, model)     of any model with user_factors(), item_factors() and train()
///   ServingModel<T> serving(path)          opens that, or what FactorRecommender::save() wrote
///   serving.recommend(user, k, scratch)    by number or by name; items of the user's history are left out
///
/// A file of FactorRecommender::save() holds no ItemIndex: one is made when it is opened, for which the factors of
/// the items are read. Everything is const and safe from many threads, each with a scratch of its own. Copies
/// share the file, which must not be shortened meanwhile; replacing it is fine.
/// @throws FormatError, ShapeError or DataError if the file is damaged, or the place that is asked for; DataError
/// for a user the model does not know.
/// Source: none, our own. Cost: opening is linear in the names and items, not in the factors and histories.
///
///     std::vector<loyal::Interaction> pairs{{0, 0}, {0, 1}, {1, 1}, {1, 2}};
///     loyal::IdMap users, items;
///     for (const char* name : {"anna", "ben"}) users.add(name);
///     for (const char* name : {"chess", "go", "bridge"}) items.add(name);
///     loyal::Interactions train(2, 3, pairs);
///     train.set_names(users, items);
///     loyal::ALS<float> als{{.factors = 2}};
///     als.fit(train);
///     loyal::ServingModel<float>::save("games.safetensors", als);
///     const loyal::ServingModel<float> serving("games.safetensors");
///     loyal::ServingModel<float>::Scratch scratch;
///     const auto best = serving.recommend("anna", 1, scratch);
///     if (serving.item_name(best[0].index) != "bridge") return 1;
template <Scalar T>
class ServingModel {
 public:
  using Scratch = typename ItemIndex<T>::Scratch;

  /// Writes a model with its index, atomically. @throws FormatError if it cannot be written.
  template <class Model>
  static void save(const std::string& path, const Model& model) {
    const ItemIndex<T> index(model.item_factors());
    const StoredInteractions train(model.train());
    SafetensorsWriter file;
    train.add_to(file, "train");
    const auto add = [&](const char* name, const Matrix<T>& m) {
      file.add(name, {m.rows(), m.cols()}, std::span(m.data(), static_cast<std::size_t>(m.size())));
    };
    add("user_factors", model.user_factors());
    add("item_factors", model.item_factors());
    const auto& parts = index.parts();
    file.add("index.order", {static_cast<Index>(parts.order.size())}, parts.order);
    file.add("index.bounds", {static_cast<Index>(parts.bounds.size())}, parts.bounds);
    file.add("index.codes", {static_cast<Index>(parts.codes.size())}, parts.codes);
    file.write(path);
  }

  explicit ServingModel(const std::string& path) {
    auto content = std::make_shared<Content>(path);
    const Safetensors& file = content->file;
    const auto& shape = file.info("item_factors").shape;
    const auto& users = file.info("user_factors").shape;
    const auto count = file.read<std::int64_t>("train.items_count");
    if (shape.size() != 2 || users.size() != 2 || shape[1] != users[1] || count.size() != 1 ||
        count[0] != shape[0] || std::cmp_not_equal(content->offsets.size(), users[0] + 1))
      detail::fail<FormatError>(
          path, "the shapes of item_factors and user_factors",
          detail::concatenate(detail::shape_text(shape), " and ", detail::shape_text(users)),
          "one row an item, one a user, equally many factors");
    expect_names(path, content->users.size(), users[0]);
    expect_names(path, content->items.size(), shape[0]);
    width_ = shape[1];
    if (file.contains("index.order") && file.info("item_factors").dtype == dtype_of<T>())
      index_ = ItemIndex<T>::of_parts({content->item_factors.data(), shape[0], shape[1],
                                       detail::in_place(file, "index.order", content->order),
                                       detail::in_place(file, "index.bounds", content->bounds),
                                       detail::in_place(file, "index.codes", content->codes)},
                                      content);
    else
      index_ = ItemIndex<T>(
          Eigen::Map<const Matrix<T>>(content->item_factors.data(), shape[0], shape[1]));
    content_ = std::move(content);
  }

  [[nodiscard]] Index users() const { return static_cast<Index>(content_->offsets.size()) - 1; }
  [[nodiscard]] Index items() const { return index_.items(); }
  [[nodiscard]] const ItemIndex<T>& index() const noexcept { return index_; }

  /// The number of a user or an item of this name, or -1 if there is none.
  [[nodiscard]] Index find_user(std::string_view name) const { return content_->users.find(name); }
  [[nodiscard]] Index find_item(std::string_view name) const { return content_->items.find(name); }
  /// What an item is called; empty where the model has no names. Valid as long as the model.
  [[nodiscard]] std::string_view item_name(Index item) const {
    if (item < 0 || item >= items())
      detail::fail<DataError>("ServingModel::item_name", "item", item,
                              detail::concatenate("in [0, ", items(), ")"));
    return content_->items.size() == 0 ? std::string_view{}
                                       : content_->items.name(static_cast<std::size_t>(item));
  }

  [[nodiscard]] std::span<const T> user_factors(Index user) const {
    expect_user(user);
    return content_->user_factors.subspan(static_cast<std::size_t>(user * width_),
                                          static_cast<std::size_t>(width_));
  }
  /// The items of a user's history, ascending.
  [[nodiscard]] std::span<const std::int32_t> seen(Index user) const {
    expect_user(user);
    const auto begin = content_->offsets[static_cast<std::size_t>(user)];
    const auto end = content_->offsets[static_cast<std::size_t>(user) + 1];
    if (begin < 0 || end < begin || std::cmp_greater(end, content_->seen.size()))
      detail::fail<FormatError>("ServingModel", detail::concatenate("the history of user ", user),
                                "damaged", "within train.items");
    return content_->seen.subspan(static_cast<std::size_t>(begin),
                                  static_cast<std::size_t>(end - begin));
  }

  /// The k best items for a user, best first; valid until the scratch is used again.
  std::span<const Scored<T>> recommend(Index user, Index k, Scratch& scratch,
                                       const RecommendFilter& filter = {}) const {
    return index_.search(user_factors(user), k, scratch, seen(user), filter);
  }
  std::span<const Scored<T>> recommend(std::string_view user, Index k, Scratch& scratch,
                                       const RecommendFilter& filter = {}) const {
    const Index number = find_user(user);
    if (number < 0)
      detail::fail<DataError>("ServingModel::recommend", "the user", std::string(user),
                              "a name of the model");
    return recommend(number, k, scratch, filter);
  }

 private:
  struct Content {
    explicit Content(const std::string& path)
        : file(path),
          user_factors(detail::in_place(file, "user_factors", user_copy)),
          item_factors(detail::in_place(file, "item_factors", item_copy)),
          offsets(detail::in_place(file, "train.offsets", offsets_copy)),
          seen(detail::in_place(file, "train.items", seen_copy)),
          users(file, "train.user"),
          items(file, "train.item") {}

    Safetensors file;
    std::vector<T> user_copy, item_copy;
    std::vector<std::int64_t> offsets_copy;
    std::vector<std::int32_t> seen_copy, order;
    std::vector<double> bounds;
    std::vector<std::uint8_t> codes;
    std::span<const T> user_factors, item_factors;
    std::span<const std::int64_t> offsets;
    std::span<const std::int32_t> seen;
    detail::NamesInFile<> users, items;
  };

  static void expect_names(const std::string& path, Index names, Index rows) {
    if (names != 0 && names != rows)
      detail::fail<FormatError>(path, "the number of names", names,
                                detail::concatenate(rows, ", or none"));
  }
  void expect_user(Index user) const {
    if (user < 0 || user >= users())
      detail::fail<DataError>("ServingModel", "user", user,
                              detail::concatenate("in [0, ", users(), ")"));
  }

  std::shared_ptr<const Content> content_;
  ItemIndex<T> index_;
  Index width_ = 0;
};

}  // namespace loyal
