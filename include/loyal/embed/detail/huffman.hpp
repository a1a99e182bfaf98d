// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

namespace loyal::detail {

/// A binary tree whose leaves are words, frequent ones near the root: word i is reached from the root by turning at
/// inner nodes(i)[j] into the branch turns(i)[j].
/// Source: Huffman, Proceedings of the IRE 40(9), 1952; Morin & Bengio, AISTATS 2005, for its use as a softmax.
class HuffmanTree {
 public:
  HuffmanTree() = default;
  explicit HuffmanTree(const std::vector<std::uint64_t>& counts) {
    const std::size_t n = counts.size();
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](auto a, auto b) { return counts[a] < counts[b]; });
    // Leaves in order of their counts and inner nodes in order of their making are two sorted queues.
    const std::size_t inner = n == 0 ? 0 : n - 1;
    std::vector<std::uint64_t> weight(inner);
    std::vector<std::size_t> parent(n + inner);  // of leaves, then inner nodes
    std::vector<char> turn(n + inner);
    std::size_t leaf = 0;
    std::size_t node = 0;
    for (std::size_t made = 0; made < inner; ++made)
      for (char branch = 0; branch < 2; ++branch) {
        const bool take_leaf = leaf < n && (node >= made || counts[order[leaf]] <= weight[node]);
        const std::size_t child = take_leaf ? order[leaf] : n + node;
        weight[made] += take_leaf ? counts[order[leaf++]] : weight[node++];
        parent[child] = n + made;
        turn[child] = branch;
      }
    starts_.assign(n + 1, 0);
    for (std::size_t i = 0; i < n; ++i) {
      const auto begin = static_cast<std::ptrdiff_t>(nodes_.size());
      for (std::size_t at = i; at + 1 < n + inner; at = parent[at]) {
        nodes_.push_back(static_cast<std::int32_t>(parent[at] - n));
        turns_.push_back(turn[at]);
      }
      std::reverse(nodes_.begin() + begin, nodes_.end());
      std::reverse(turns_.begin() + begin, turns_.end());
      starts_[i + 1] = nodes_.size();
    }
  }

  [[nodiscard]] std::span<const std::int32_t> nodes(std::int32_t word) const {
    return path(nodes_, word);
  }
  [[nodiscard]] std::span<const char> turns(std::int32_t word) const { return path(turns_, word); }

 private:
  template <class T>
  [[nodiscard]] std::span<const T> path(const std::vector<T>& all, std::int32_t word) const {
    const auto i = static_cast<std::size_t>(word);
    return std::span(all).subspan(starts_[i], starts_[i + 1] - starts_[i]);
  }
  std::vector<std::size_t> starts_;
  std::vector<std::int32_t> nodes_;
  std::vector<char> turns_;
};

}  // namespace loyal::detail
