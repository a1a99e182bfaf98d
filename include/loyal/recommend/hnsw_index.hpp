// SPDX-License-Identifier: MIT
#pragma once

// Not part of loyal.hpp: it needs hnswlib. Link loyal::hnsw (find_package(loyal COMPONENTS hnsw)).

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/safetensors.hpp"
#include "../core/types.hpp"
#include "../math/top_k.hpp"

#include <hnswlib/hnswlib.h>

namespace loyal {

/// Finds items with high products u . y, nearly always the best, by a walk in a graph of near items: for millions of
/// items, where ItemIndex, which is exact, takes too long.
///
///   items (n x f), u (f) -> k items, best first; of equal scores the one with the smaller index
///
/// Built by one thread, and so the same for the same seed. search() is const and safe from many threads. An index
/// can be moved, not copied.
/// @throws OptionError for options out of their domains; ShapeError; DataError for numbers that are not finite.
/// Source: Malkov & Yashunin, IEEE TPAMI 42(4), 2020; by inner products Morozov & Babenko, NeurIPS 2018; hnswlib.
/// Cost: building about build_width products an item and level, searching about search_width.
class HNSWIndex {
 public:
  struct Options {
    Index links = 16;  ///< of an item to others (M), in [2, 1000]
    Index build_width =
        200;  ///< items looked at to find an item's links (ef_construction), >= links
    Index search_width = 100;  ///< items looked at by a search (ef), >= 1; more find more
    std::uint32_t seed = 100;  ///< of the items' levels
  };

  explicit HNSWIndex(const ConstMatrixRef<float>& items) : HNSWIndex(items, Options{}) {}
  HNSWIndex(const ConstMatrixRef<float>& items, const Options& options)
      : space_(std::make_unique<Space>(static_cast<std::size_t>(items.cols()))),
        width_(items.cols()) {
    constexpr const char* where = "HNSWIndex";
    detail::expect_option(where, "links", options.links,
                          options.links >= 2 && options.links <= 1000, "in [2, 1000]");
    detail::expect_option(where, "build_width", options.build_width,
                          options.build_width >= options.links, ">= links");
    expect_search_width(options.search_width);
    if (!items.allFinite())
      detail::fail<DataError>(where, "a factor", "not finite", "finite numbers");
    graph_ = std::make_unique<Graph>(space_.get(),
                                     static_cast<std::size_t>(std::max<Index>(1, items.rows())),
                                     static_cast<std::size_t>(options.links),
                                     static_cast<std::size_t>(options.build_width), options.seed);
    for (Index i = 0; i < items.rows(); ++i)
      graph_->addPoint(items.row(i).data(), static_cast<std::size_t>(i));
    graph_->setEf(static_cast<std::size_t>(options.search_width));
  }

  [[nodiscard]] Index items() const { return static_cast<Index>(graph_->cur_element_count); }
  [[nodiscard]] Index factors() const { return width_; }

  /// How many items each later search looks at. Not while others search.
  void set_search_width(Index width) {
    expect_search_width(width);
    graph_->setEf(static_cast<std::size_t>(width));
  }

  /// About the k best items for a user, a vector, row or span of factors.
  template <class Row>
  [[nodiscard]] std::vector<Scored<float>> search(const Row& user, Index k) const {
    constexpr const char* where = "HNSWIndex::search";
    const std::span<const float> factors = detail::side_by_side(user);
    detail::expect_size(where, "the number of the user's factors", factors.size(), width_);
    detail::expect_option(where, "k", k, k >= 0, ">= 0");
    for (const float number : factors)
      if (!std::isfinite(number))
        detail::fail<DataError>(where, "a factor", number, "a finite number");
    std::vector<Scored<float>> best;
    if (k == 0 || items() == 0) return best;
    auto found = graph_->searchKnn(factors.data(), static_cast<std::size_t>(std::min(k, items())));
    for (; !found.empty(); found.pop())
      best.push_back({static_cast<Index>(found.top().second), 1 - found.top().first});
    std::sort(best.begin(), best.end(), detail::RanksBefore{});
    return best;
  }

  /// Writes the graph with its vectors as a safetensors file, atomically.
  /// @throws FormatError if it cannot be written.
  void save(const std::string& path) const {
    const Graph& g = *graph_;
    const auto n = items();
    const std::vector<std::int64_t> shape{
        n,
        width_,
        static_cast<std::int64_t>(g.M_),
        static_cast<std::int64_t>(g.ef_construction_),
        static_cast<std::int64_t>(g.ef_),
        g.maxlevel_,
        n > 0 ? static_cast<std::int64_t>(g.enterpoint_node_) : 0};
    const std::vector<std::int32_t> levels(g.element_levels_.begin(),
                                           g.element_levels_.begin() + n);
    std::vector<std::uint8_t> upper;
    for (Index i = 0; i < n; ++i) {
      const auto* const lists = reinterpret_cast<const std::uint8_t*>(g.linkLists_[i]);
      const std::size_t size =
          g.size_links_per_element_ * static_cast<std::size_t>(levels[static_cast<std::size_t>(i)]);
      upper.insert(upper.end(), lists, lists + size);
    }
    SafetensorsWriter file;
    file.add("hnsw.shape", {static_cast<Index>(shape.size())}, shape);
    file.add("hnsw.levels", {n}, levels);
    file.add("hnsw.upper", {static_cast<Index>(upper.size())}, upper);
    const auto size = static_cast<std::size_t>(n) * g.size_data_per_element_;
    file.add("hnsw.ground", {static_cast<Index>(size)},
             std::span(reinterpret_cast<const std::uint8_t*>(g.data_level0_memory_), size));
    file.write(path);
  }

  /// Reads what save() wrote. @throws FormatError if the file is damaged; every link is looked at.
  [[nodiscard]] static HNSWIndex load(const std::string& path) {
    const Safetensors file(path);
    const auto shape = file.read<std::int64_t>("hnsw.shape");
    const auto levels = file.read<std::int32_t>("hnsw.levels");
    const auto upper = file.read<std::uint8_t>("hnsw.upper");
    const auto ground = file.read<std::uint8_t>("hnsw.ground");
    const auto expect = [&](bool holds, const char* what) {
      if (!holds) detail::fail<FormatError>(path, what, "damaged", "what save() wrote");
    };
    expect(shape.size() == 7, "hnsw.shape");
    const auto n = static_cast<std::size_t>(shape[0]);
    expect(shape[0] == static_cast<std::int64_t>(levels.size()) && shape[1] >= 0 &&
               shape[1] < (1 << 24) && shape[2] >= 2 && shape[2] <= 1000 && shape[3] >= shape[2] &&
               shape[3] < (1 << 24) && shape[4] >= 1,
           "hnsw.shape");
    HNSWIndex index(Matrix<float>(0, static_cast<Index>(shape[1])),
                    {.links = static_cast<Index>(shape[2]),
                     .build_width = static_cast<Index>(shape[3]),
                     .search_width = static_cast<Index>(shape[4])});
    const std::size_t row = index.graph_->size_data_per_element_;
    expect(ground.size() % row == 0 && ground.size() / row == n, "the size of hnsw.ground");
    index.graph_ = std::make_unique<Graph>(index.space_.get(), std::max<std::size_t>(1, n),
                                           static_cast<std::size_t>(shape[2]),
                                           static_cast<std::size_t>(shape[3]));
    Graph& g = *index.graph_;
    g.setEf(static_cast<std::size_t>(shape[4]));
    if (n == 0) return index;
    // Each list is looked at before the graph takes it.
    const auto links_hold = [&](const std::uint8_t* list, std::size_t most, std::int32_t level) {
      std::uint32_t count = 0;
      std::memcpy(&count, list, sizeof count);
      if (count > most) return false;
      for (std::uint32_t i = 0; i < count; ++i) {
        std::uint32_t other = 0;
        std::memcpy(&other, list + sizeof count + i * sizeof other, sizeof other);
        if (other >= n || levels[other] < level) return false;
      }
      return true;
    };
    std::int32_t highest = 0;
    std::size_t at = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const std::uint8_t* const own = ground.data() + i * row;
      std::size_t label = 0;
      std::memcpy(&label, own + g.label_offset_, sizeof label);
      expect(label == i && links_hold(own, g.maxM0_, 0), "a link of hnsw.ground");
      for (std::size_t d = 0; d < static_cast<std::size_t>(shape[1]); ++d) {
        float number = 0;
        std::memcpy(&number, own + g.offsetData_ + d * sizeof number, sizeof number);
        expect(std::isfinite(number), "a factor of hnsw.ground");
      }
      expect(levels[i] >= 0 && levels[i] < 256, "a level of hnsw.levels");
      highest = std::max(highest, levels[i]);
      for (std::int32_t level = 1; level <= levels[i]; ++level, at += g.size_links_per_element_)
        expect(upper.size() - at >= g.size_links_per_element_ &&
                   links_hold(upper.data() + at, g.maxM_, level),
               "a link of hnsw.upper");
    }
    expect(at == upper.size(), "the size of hnsw.upper");
    expect(shape[5] == highest && shape[6] >= 0 && shape[6] < shape[0] &&
               levels[static_cast<std::size_t>(shape[6])] == highest,
           "the entry of hnsw.shape");
    std::memcpy(g.data_level0_memory_, ground.data(), ground.size());
    at = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t size = g.size_links_per_element_ * static_cast<std::size_t>(levels[i]);
      g.linkLists_[i] = nullptr;
      g.element_levels_[i] = levels[i];
      g.cur_element_count = i + 1;  // what the graph gives back when it ends
      if (size == 0) continue;
      g.linkLists_[i] = static_cast<char*>(std::malloc(size));
      if (g.linkLists_[i] == nullptr) throw std::bad_alloc();
      std::memcpy(g.linkLists_[i], upper.data() + at, size);
      at += size;
    }
    g.maxlevel_ = highest;
    g.enterpoint_node_ = static_cast<hnswlib::tableint>(shape[6]);
    return index;
  }

 private:
  using Space = hnswlib::InnerProductSpace;
  using Graph = hnswlib::HierarchicalNSW<float>;

  static void expect_search_width(Index width) {
    detail::expect_option("HNSWIndex", "search_width", width, width >= 1, ">= 1");
  }

  std::unique_ptr<Space> space_;
  std::unique_ptr<Graph> graph_;
  Index width_ = 0;
};

}  // namespace loyal
