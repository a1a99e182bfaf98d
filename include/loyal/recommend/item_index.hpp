// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/parallel.hpp"
#include "../core/types.hpp"
#include "../data/interactions.hpp"
#include "../math/detail/byte_dots.hpp"
#include "../math/matrix_product.hpp"
#include "../math/top_k.hpp"
#include "detail/candidates.hpp"
#include "detail/item_codes.hpp"
#include "recommender.hpp"

namespace loyal {

/// Finds the items with the highest products u . y, exactly: what comes out is, bit for bit, the k best of all
/// scores, while few of them are computed.
///
///   items (n x f), u (f) -> k items, best first; of equal scores the one with the smaller index
///
/// Items stand in the order of their length |y|, in blocks of 64, and each is also kept as bytes, y near z = s q with
/// one scale s a block. A query is coded likewise, u near w = t p, and then
///
///   |u . y - w . z| <= |u - w| |z| + |u| |y - z| + rounding
///
/// so that products of bytes tell which items may be among the best; only those are scored. The walk ends at the
/// first block whose |u| |y| is below the k-th score. A score is one chain of multiply-adds in the order of the
/// factors, as in multiply(), whatever the filter, the batch and the threads. What is NaN or -infinity never comes.
///
/// Copies share what they read. search() is const and safe from many threads, each with a scratch of its own.
/// @throws ShapeError if the number of factors differs or passes 65,536; DataError or OptionError for a wrong
/// filter or k < 0.
/// Source: pruning by length after Teflioudi, Gemulla & Mykytiuk, LEMP, SIGMOD 2015, section 3; integers with an exact
/// bound after Li, Chan, Yiu & Mamoulis, FEXIPRO, SIGMOD 2017, section 4. The bounds are our own.
/// Cost: at most a pass over f bytes an item, and some k scores; allocates nothing once warm.
///
///     const loyal::ItemIndex<float> index(loyal::Matrix<float>{{1, 0}, {0, 2}, {3, 3}});
///     loyal::ItemIndex<float>::Scratch scratch;
///     const loyal::RowVector<float> user{{1, -1}};
///     const auto best = index.search(user, 2, scratch);
///     if (best[0].index != 0 || best[1].index != 2 || best[1].score != 0) return 1;
template <Scalar T>
class ItemIndex {
 public:
  /// Items of one block, and so of one scale.
  static constexpr Index block = detail::ItemCodes<T>::block;

  /// The arrays that an index reads.
  struct Parts {
    const T* factors = nullptr;           ///< items x width, row after row
    Index items = 0;                      ///< n
    Index width = 0;                      ///< f
    std::span<const std::int32_t> order;  ///< n: items by falling norm
    std::span<const double> bounds;       ///< blocks x 4: detail::BlockBounds
    std::span<const std::uint8_t> codes;  ///< blocks x 64 x bytes: 128 + q, in that order
  };

  /// The memory of a search; it grows to what the searches need and stays.
  class Scratch {
    friend class ItemIndex;
    // NOLINTBEGIN(readability-identifier-naming): the index alone works with them
    const T* user = nullptr;
    std::span<const std::int32_t> seen;
    RecommendFilter filter;
    detail::QueryCode query;
    bool walks = false;
    detail::Candidates<T> candidates;
    Matrix<T> rows;
    std::vector<Scored<T>> best;
    // NOLINTEND(readability-identifier-naming)
  };

  ItemIndex() = default;
  explicit ItemIndex(const ConstMatrixRef<T>& item_factors) {
    expect_width(item_factors.cols());
    auto own = std::make_shared<detail::ItemCodes<T>>(item_factors);
    parts_ = {own->factors.data(), own->factors.rows(), own->factors.cols(),
              own->order,          own->bounds,         own->codes};
    owner_ = std::move(own);
  }

  /// An index over arrays that @p owner keeps, such as those of a mapped file; the factors are not looked at.
  /// @throws ShapeError or DataError unless the sizes fit, the order has each item once, and bounds are some.
  [[nodiscard]] static ItemIndex of_parts(const Parts& parts,
                                          const std::shared_ptr<const void>& owner) {
    constexpr const char* where = "ItemIndex::of_parts";
    ItemIndex index;
    expect_width(parts.width);
    index.parts_ = parts;
    index.owner_ = owner;
    detail::expect_size(where, "the size of the order", parts.order.size(), parts.items);
    detail::expect_size(where, "the size of the bounds", parts.bounds.size(), 4 * index.blocks());
    detail::expect_size(where, "the size of the codes", parts.codes.size(),
                        index.blocks() * block * index.bytes());
    std::vector<bool> there(parts.order.size());
    for (const auto item : parts.order) {
      if (item < 0 || item >= parts.items || there[static_cast<std::size_t>(item)])
        detail::fail<DataError>(where, "an item of the order", item, "each item once");
      there[static_cast<std::size_t>(item)] = true;
    }
    for (const double bound : parts.bounds)
      if (!(bound >= 0)) detail::fail<DataError>(where, "a bound", bound, ">= 0");
    return index;
  }

  [[nodiscard]] Index items() const noexcept { return parts_.items; }
  [[nodiscard]] Index factors() const noexcept { return parts_.width; }
  [[nodiscard]] Eigen::Map<const Matrix<T>> item_factors() const noexcept {
    return {parts_.factors, parts_.items, parts_.width};
  }
  [[nodiscard]] const Parts& parts() const noexcept { return parts_; }

  /// The k best items for a user with factors @p user, a vector, row or span; fewer if fewer may come. Items of
  /// @p seen, ascending, are left out unless the filter says they may come again. Valid until the scratch is
  /// used again.
  template <class Row>
  std::span<const Scored<T>> search(const Row& user, Index k, Scratch& scratch,
                                    std::span<const std::int32_t> seen = {},
                                    const RecommendFilter& filter = {}) const {
    const std::span<const T> factors = detail::side_by_side(user);
    expect_question(k, filter, factors.size());
    detail::expect_ascending("ItemIndex::search", "a seen item", seen, items());
    start(scratch, factors.data(), k, seen, filter);
    for (Index b = 0; b < blocks() && goes_on(scratch, b); ++b) visit(scratch, b);
    scratch.candidates.finish(scorer(scratch), scratch.best);
    return scratch.best;
  }

  /// The same for each row of @p users, in threads; where a user has fewer than k items, index -1 and score
  /// -infinity fill up. Row u of @p seen is what user u has seen; it may be empty.
  [[nodiscard]] TopKRows<T> search_all(const ConstMatrixRef<T>& users, const Interactions& seen,
                                       const RecommendAllOptions& options = {}) const {
    constexpr const char* where = "ItemIndex::search_all";
    expect_question(options.k, options.filter, users.cols());
    if (seen.users() > 0) {
      detail::expect_size(where, "the number of users of seen", seen.users(), users.rows());
      detail::expect_size(where, "the number of items of seen", seen.items(), items());
    }
    TopKRows<T> result;
    const Index k = std::min(options.k, items());
    result.index.setConstant(users.rows(), k, -1);
    result.score.setConstant(users.rows(), k, -std::numeric_limits<T>::infinity());
    constexpr Index group = 32;  // users that meet a block while it is in the first-level cache
    parallel_for(users.rows(), {.threads = options.threads, .grain = 4 * group},
                 [&](Index from, Index to) {
                   std::vector<Scratch> scratch(group);
                   for (; from < to; from += group) {
                     const Index count = std::min(group, to - from);
                     for (Index i = 0; i < count; ++i)
                       start(scratch[static_cast<std::size_t>(i)], users.row(from + i).data(), k,
                             seen.users() > 0 ? seen.items_of(from + i) : no_items, options.filter);
                     walk_together(std::span(scratch).first(static_cast<std::size_t>(count)));
                     for (Index i = 0; i < count; ++i)
                       put(scratch[static_cast<std::size_t>(i)], result, from + i);
                   }
                 });
    return result;
  }
  [[nodiscard]] TopKRows<T> search_all(const ConstMatrixRef<T>& users,
                                       const RecommendAllOptions& options = {}) const {
    return search_all(users, Interactions{}, options);
  }

 private:
  static constexpr double infinite = std::numeric_limits<double>::infinity();
  static constexpr std::span<const std::int32_t> no_items{};

  static void expect_width(Index width) {
    if (width > 65'536)  // sums of products of bytes must fit 32 bits
      detail::fail<ShapeError>("ItemIndex", "the number of factors", width, "at most 65,536");
  }
  void expect_question(Index k, const RecommendFilter& filter, std::integral auto width) const {
    constexpr const char* where = "ItemIndex::search";
    detail::expect_size(where, "the number of the user's factors", width, parts_.width);
    detail::expect_option(where, "k", k, k >= 0, ">= 0");
    detail::expect_filter(where, filter, items());
  }

  [[nodiscard]] Index blocks() const { return (parts_.items + block - 1) / block; }
  [[nodiscard]] Index bytes() const { return detail::code_width(parts_.width); }
  [[nodiscard]] detail::BlockBounds bounds(Index b) const {
    const double* const four = parts_.bounds.data() + 4 * b;
    return {four[0], four[1], four[2], four[3]};
  }
  /// A score differs by at most this from that of real numbers, whose size is at most @p reach; twice of what f
  /// roundings do, which leaves room for those of the bounds themselves.
  [[nodiscard]] double rounding(double reach) const {
    using Limits = std::numeric_limits<T>;
    return static_cast<double>(parts_.width + 8) *
           (static_cast<double>(Limits::epsilon()) * reach + static_cast<double>(Limits::min()));
  }

  void start(Scratch& s, const T* user, Index k, std::span<const std::int32_t> seen,
             const RecommendFilter& filter) const {
    const std::span<const T> factors(user, static_cast<std::size_t>(parts_.width));
    s.user = user;
    s.seen = filter.seen ? no_items : seen;
    s.filter = filter;
    s.candidates.start(std::min(k, items()));
    s.walks = k > 0;
    if (!filter.allow.empty() && std::cmp_less(filter.allow.size(), items() / 16)) {
      s.walks = false;  // to score so few costs less
      for (const auto item : filter.allow) offer(s, item, -infinite, infinite);
    }
    s.query.set(factors);
  }

  /// Whether products of this size stay within T; where they may not, nothing is known of scores.
  static bool is_safe(double reach) {
    return reach < static_cast<double>(std::numeric_limits<T>::max()) / 4;
  }

  /// Whether block b or a later one may hold one of the best.
  [[nodiscard]] bool goes_on(const Scratch& s, Index b) const {
    const double reach = s.query.norm * bounds(b).norm;
    return s.walks && !(is_safe(reach) && reach + rounding(reach) < s.candidates.threshold());
  }

  void visit(Scratch& s, Index b) const {
    std::int32_t sums[block];
    const detail::QueryCode& query = s.query;
    detail::byte_dots<block>(query.codes.data(), parts_.codes.data() + b * block * bytes(), bytes(),
                             sums);
    const detail::BlockBounds bound = bounds(b);
    const double reach = query.norm * bound.norm;
    const double unit = query.scale * bound.scale;
    const double slack = is_safe(reach) ? query.code_error * bound.code_norm +
                                              query.norm * bound.code_error + rounding(reach)
                                        : infinite;
    const auto least = [&] {
      const double steps = (s.candidates.threshold() - slack) / unit + query.offset;
      constexpr double most = std::numeric_limits<std::int32_t>::max();
      return unit > 0 && steps > -most ? static_cast<std::int32_t>(std::min(steps, most)) - 1
                                       : std::numeric_limits<std::int32_t>::min();
    };
    const std::int32_t* const order = parts_.order.data() + b * block;
    const Index count = std::min(block, items() - b * block);
    constexpr Index some = 16;
    std::int32_t wanted = least();
    for (Index first = 0; first < count; first += some) {
      unsigned passing = 0;
      for (Index i = first; i < first + some; ++i) passing |= sums[i] >= wanted ? 1U : 0U;
      if (passing == 0) continue;
      for (Index i = first; i < std::min(first + some, count); ++i) {
        if (sums[i] < wanted) continue;
        const double near = unit * (sums[i] - query.offset);
        if (offer(s, order[i], near - slack, near + slack)) wanted = least();
      }
    }
  }

  void walk_together(std::span<Scratch> group) const {
    bool on = true;
    for (Index b = 0; b < blocks() && on; ++b) {
      on = false;
      for (Scratch& s : group)
        if (s.walks = goes_on(s, b); s.walks) {
          visit(s, b);
          on = true;
        }
    }
  }

  /// Whether the threshold has risen.
  bool offer(Scratch& s, std::int32_t item, double lower, double upper) const {
    const auto holds = [item](std::span<const std::int32_t> items) {
      return std::binary_search(items.begin(), items.end(), item);
    };
    if (!s.filter.on_sale.empty() && s.filter.on_sale[static_cast<std::size_t>(item)] == 0)
      return false;
    if (holds(s.seen) || holds(s.filter.deny)) return false;
    if (!s.filter.allow.empty() && !holds(s.filter.allow)) return false;
    return s.candidates.offer(item, lower, upper, scorer(s));
  }

  /// Computes scores as multiply() does; some rows more, so that it never takes its way for few columns.
  [[nodiscard]] auto scorer(Scratch& s) const {
    return [this, &s](const std::int32_t* items, Index count, T* scores) {
      constexpr Index lanes = 16;
      const Index rows = (count + lanes - 1) / lanes * lanes;
      if (s.rows.rows() < block || s.rows.cols() != parts_.width)
        s.rows.setZero(block, parts_.width);
      for (Index i = 0; i < count; ++i) s.rows.row(i) = item_factors().row(items[i]);
      T all[block];
      multiply(Eigen::Map<const RowVector<T>>(s.user, parts_.width),
               s.rows.topRows(rows).transpose(), Eigen::Map<RowVector<T>>(all, rows));
      std::copy_n(all, count, scores);
    };
  }

  void put(Scratch& s, TopKRows<T>& result, Index row) const {
    s.candidates.finish(scorer(s), s.best);
    for (std::size_t rank = 0; rank < s.best.size(); ++rank) {
      result.index(row, static_cast<Index>(rank)) = s.best[rank].index;
      result.score(row, static_cast<Index>(rank)) = s.best[rank].score;
    }
  }

  Parts parts_;
  std::shared_ptr<const void> owner_;
};

}  // namespace loyal
