// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/parallel.hpp"
#include "../core/safetensors.hpp"
#include "../core/types.hpp"
#include "../data/interactions_file.hpp"
#include "../math/top_k.hpp"
#include "rating_factors.hpp"
#include "recommender.hpp"

namespace loyal {

/// Ratings from what the user gave to like items, above or below what was to be expected of each:
///
///   b_ui = m + b_u + b_i                                  the baseline
///   r_ui = b_ui + sum_j s_ij (r_uj - b_uj) / sum_j s_ij   over the k items j most like i that u rated, s_ij > 0
///   s_ij = (n - 1) / (n - 1 + shrinkage) c_ij             n users rated both
///   c_ij   correlation of r_ui - b_ui and r_uj - b_uj over these users
///
/// The biases minimize sum (r - b_ui)^2 + l_u b_u^2 + l_i b_i^2, by coordinate descent. Scores are ratings above m.
/// A user is folded in by their ratings: b_u is theirs, those of the items stay.
/// @throws OptionError for options out of their domains; DataError without users or items.
/// Source: Koren, ACM TKDD 4(1), 2010, sections 2.1 and 3 (CorNgbr with baselines).
/// Cost: sum over users of n_u^2 to fit, shared by threads; the kept neighbors take 8 bytes each.
///
///     std::vector<loyal::Interaction> ratings;
///     for (int user = 0; user < 20; ++user)
///       for (int item = 0; item < 6; ++item)
///         if ((user + item) % 4 != 0) ratings.push_back({user, item, user % 2 == item % 2 ? 5.0F : 1.0F});
///     loyal::KNNBaseline<double> model{{.shrinkage = 1}};
///     model.fit(loyal::Interactions(20, 6, ratings));
///     if (model.predict(0, 4) < 4 || model.predict(3, 2) > 2) return 1;
template <Scalar T>
class KNNBaseline : public RecommenderBase<KNNBaseline<T>, T> {
 public:
  struct Options {
    Index neighbors = 40;             ///< k, >= 1
    Index kept = 500;                 ///< neighbors of an item that are remembered, >= 1
    double shrinkage = 100;           ///< >= 0 (Koren)
    double user_regularization = 15;  ///< l_u, >= 0
    double item_regularization = 10;  ///< l_i, >= 0
    int baseline_rounds = 10;         ///< of the descent, >= 1
    int threads = 0;                  ///< at most; 0: as many as the process may run on
  };

  KNNBaseline() = default;
  explicit KNNBaseline(const Options& options) : o_(options) {
    const auto check = [](const char* name, auto value, bool holds, const char* rule) {
      detail::expect_option("KNNBaseline", name, value, holds, rule);
    };
    check("neighbors", o_.neighbors, o_.neighbors >= 1, ">= 1");
    check("kept", o_.kept, o_.kept >= 1, ">= 1");
    check("shrinkage", o_.shrinkage, o_.shrinkage >= 0, ">= 0");
    check("user_regularization", o_.user_regularization, o_.user_regularization >= 0, ">= 0");
    check("item_regularization", o_.item_regularization, o_.item_regularization >= 0, ">= 0");
    check("baseline_rounds", o_.baseline_rounds, o_.baseline_rounds >= 1, ">= 1");
  }

  [[nodiscard]] const Options& options() const noexcept { return o_; }
  [[nodiscard]] const Interactions& train() const noexcept { return train_; }
  [[nodiscard]] T mean() const noexcept { return mean_; }
  [[nodiscard]] const Vector<T>& item_biases() const noexcept { return item_bias_; }

  void fit(const Interactions& train) {
    detail::expect_ratings("KNNBaseline::fit", train);
    KNNBaseline next{o_};
    next.train_ = train;
    const Interactions columns = train.transposed();
    next.fit_baseline(columns);
    next.fit_neighbors(columns);
    *this = std::move(next);
  }

  /// Fits anew with further ratings, of the same or further users and items; of a pair that is rated again the later
  /// rating counts.
  void partial_fit(const Interactions& more) { fit(detail::with_more(*this, more)); }

  [[nodiscard]] UserProfile<T> profile(Index user) const {
    this->expect_user("profile", user);
    return fold_in({train_.items_of(user), train_.values_of(user)});
  }

  /// factors of the profile: b_u alone.
  /// @throws DataError for a history with unknown items.
  [[nodiscard]] UserProfile<T> fold_in(const UserHistory& history) const {
    this->expect_history("fold_in", history);
    RowVector<T> bias(1);
    bias[0] = bias_of(history);
    return {bias,
            {history.items.begin(), history.items.end()},
            {history.values.begin(), history.values.end()}};
  }

  void score_items(const UserProfile<T>& profile, std::span<T> scores) const {
    detail::expect_size("score_items", "the number of scores", scores.size(), this->items());
    const auto residuals = residuals_of(profile);
    for (std::size_t item = 0; item < scores.size(); ++item)
      scores[item] = above_mean(profile, residuals, static_cast<Index>(item));
  }

  /// The rating that the user would give, within the range of those seen.
  /// @throws NotFitted; DataError for an unknown user or item.
  [[nodiscard]] T predict(Index user, Index item) const { return predict(profile(user), item); }
  [[nodiscard]] T predict(const UserProfile<T>& profile, Index item) const {
    this->expect_item("predict", item);
    return std::clamp(mean_ + above_mean(profile, residuals_of(profile), item), lowest_, highest_);
  }

  /// By s, where it is not 0.
  [[nodiscard]] std::vector<Scored<T>> similar_items(Index item, Index k) const {
    this->expect_item("similar_items", item);
    detail::expect_option("similar_items", "k", k, k >= 0, ">= 0");
    std::vector<Scored<T>> near;
    for (auto n = begin_of(item); n < begin_of(item + 1) && std::cmp_less(near.size(), k); ++n)
      near.push_back({neighbor_[n], similarity_[n]});
    return near;
  }

  /// The k past items whose ratings move this one most, up or down, by how much; largest first.
  [[nodiscard]] std::vector<Scored<T>> explain(const UserProfile<T>& profile, Index item,
                                               Index k) const {
    this->expect_item("explain", item);
    this->expect_history("explain", profile.history());
    detail::expect_option("explain", "k", k, k >= 0, ">= 0");
    TopK<T> best(std::min(k, static_cast<Index>(profile.items.size())));
    T total = 0;
    std::vector<Scored<T>> parts;
    visit(residuals_of(profile), item, [&](Index past, T similarity, T residual) {
      total += similarity;
      parts.push_back({past, similarity * residual});
    });
    for (const auto& [past, part] : parts) best.push(past, std::abs(part));
    std::vector<Scored<T>> sorted;
    for (const auto& [past, size] : best.sorted())
      for (const auto& part : parts)
        if (part.index == past) sorted.push_back({past, part.score / total});
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.score > b.score; });
    return sorted;
  }

  /// Writes what the model holds as one safetensors file, atomically.
  /// @throws NotFitted; FormatError if the file cannot be written.
  void save(const std::string& path) const {
    this->expect_fitted("save");
    const StoredInteractions stored(train_);
    const std::array<T, 3> range{mean_, lowest_, highest_};
    const std::vector<std::int64_t> begin(begin_.begin(), begin_.end());
    SafetensorsWriter file;
    stored.add_to(file, "train");
    const auto add = [&](const char* name, auto array) {
      file.add(name, {static_cast<Index>(array.size())}, array);
    };
    add("range", std::span<const T>(range));
    add("item_bias",
        std::span<const T>(item_bias_.data(), static_cast<std::size_t>(item_bias_.size())));
    add("begin", std::span<const std::int64_t>(begin));
    add("neighbor", std::span<const std::int32_t>(neighbor_));
    add("similarity", std::span<const T>(similarity_));
    file.write(path);
  }

  /// Reads what save() wrote; options stay those of this object.
  /// @throws FormatError, ShapeError or DataError if the file is damaged; the model is then unchanged.
  void load(const std::string& path) {
    const Safetensors file(path);
    KNNBaseline next{o_};
    next.train_ = read_interactions(file, "train");
    const auto items = static_cast<std::size_t>(next.train_.items());
    const auto range = file.read<T>("range");
    const auto bias = file.read<T>("item_bias");
    const auto begin = file.read<std::int64_t>("begin");
    next.neighbor_ = file.read<std::int32_t>("neighbor");
    next.similarity_ = file.read<T>("similarity");
    detail::expect_size(path.c_str(), "the size of range", range.size(), 3);
    detail::expect_size(path.c_str(), "the size of item_bias", bias.size(), items);
    detail::expect_size(path.c_str(), "the size of begin", begin.size(), items + 1);
    detail::expect_size(path.c_str(), "the size of similarity", next.similarity_.size(),
                        next.neighbor_.size());
    for (std::size_t i = 0; i < begin.size(); ++i)
      if (i == 0 ? begin[i] != 0 : begin[i] < begin[i - 1])
        detail::fail<FormatError>(path, "begin", begin[i], "rising from 0");
    if (std::cmp_not_equal(begin.back(), next.neighbor_.size()))
      detail::fail<FormatError>(path, "the last of begin", begin.back(), next.neighbor_.size());
    for (const auto n : next.neighbor_)
      if (n < 0 || std::cmp_greater_equal(n, items))
        detail::fail<FormatError>(path, "a neighbor", n, "an item");
    if (!(range[1] <= range[2]))
      detail::fail<FormatError>(path, "the lowest rating", range[1], "at most the highest");
    next.mean_ = range[0];
    next.lowest_ = range[1];
    next.highest_ = range[2];
    next.item_bias_ = Eigen::Map<const Vector<T>>(bias.data(), static_cast<Index>(bias.size()));
    next.begin_.assign(begin.begin(), begin.end());
    *this = std::move(next);
  }

 private:
  void fit_baseline(const Interactions& columns) {
    const auto ratings = train_.all_values();
    double sum = 0;
    for (const float rating : ratings) sum += static_cast<double>(rating);
    if (!ratings.empty()) {
      mean_ = static_cast<T>(sum / static_cast<double>(ratings.size()));
      const auto [low, high] = std::minmax_element(ratings.begin(), ratings.end());
      lowest_ = static_cast<T>(*low);
      highest_ = static_cast<T>(*high);
    }
    Vector<T> user_bias = Vector<T>::Zero(train_.users());
    item_bias_ = Vector<T>::Zero(train_.items());
    const auto improve = [this](const Interactions& rows, const Vector<T>& other, double l,
                                Vector<T>& bias) {
      for (Index r = 0; r < rows.users(); ++r) {
        const auto of = rows.items_of(r);
        const auto values = rows.values_of(r);
        T rest = 0;
        for (std::size_t i = 0; i < of.size(); ++i)
          rest += static_cast<T>(values[i]) - mean_ - other[of[i]];
        if (!of.empty()) bias[r] = rest / (static_cast<T>(l) + static_cast<T>(of.size()));
      }
    };
    for (int round = 0; round < o_.baseline_rounds; ++round) {
      improve(columns, user_bias, o_.item_regularization, item_bias_);
      improve(train_, item_bias_, o_.user_regularization, user_bias);
    }
  }

  void fit_neighbors(const Interactions& columns) {
    const Index items = train_.items();
    // Ratings above the baseline, in the order of the pairs.
    std::vector<T> residual(static_cast<std::size_t>(train_.size()));
    for (Index user = 0; user < train_.users(); ++user) {
      const auto of = train_.items_of(user);
      const auto values = train_.values_of(user);
      const T bias = bias_of({of, values});
      const auto from = static_cast<std::size_t>(train_.offsets()[static_cast<std::size_t>(user)]);
      for (std::size_t i = 0; i < of.size(); ++i)
        residual[from + i] = static_cast<T>(values[i]) - mean_ - bias - item_bias_[of[i]];
    }
    std::vector<std::vector<Scored<T>>> near(static_cast<std::size_t>(items));
    parallel_for(items, {.threads = o_.threads, .grain = 64}, [&](Index begin, Index end) {
      struct Sums {
        T products = 0, own = 0, other = 0;
        int both = 0;
      };
      std::vector<Sums> sums(static_cast<std::size_t>(items));
      std::vector<std::int32_t> met;
      TopK<T> best(o_.kept);
      for (Index item = begin; item < end; ++item) {
        met.clear();
        for (const auto user : columns.items_of(item)) {
          const auto of = train_.items_of(user);
          const auto from =
              static_cast<std::size_t>(train_.offsets()[static_cast<std::size_t>(user)]);
          const auto at =
              static_cast<std::size_t>(std::lower_bound(of.begin(), of.end(), item) - of.begin());
          const T own = residual[from + at];
          for (std::size_t i = 0; i < of.size(); ++i) {
            Sums& s = sums[static_cast<std::size_t>(of[i])];
            if (s.both++ == 0) met.push_back(of[i]);
            const T other = residual[from + i];
            s.products += own * other;
            s.own += own * own;
            s.other += other * other;
          }
        }
        best.clear();
        for (const auto other : met) {
          const Sums s = std::exchange(sums[static_cast<std::size_t>(other)], Sums{});
          const T norms = std::sqrt(s.own * s.other);
          if (other == item || !(norms > 0) || s.both < 2) continue;
          const T n = static_cast<T>(s.both - 1);
          const T similarity = n / (n + static_cast<T>(o_.shrinkage)) * s.products / norms;
          if (similarity > 0) best.push(other, similarity);
        }
        const auto sorted = best.sorted();
        near[static_cast<std::size_t>(item)].assign(sorted.begin(), sorted.end());
      }
    });
    begin_.assign(1, 0);
    neighbor_.clear();
    similarity_.clear();
    for (const auto& of : near) {
      for (const auto& [other, similarity] : of) {
        neighbor_.push_back(static_cast<std::int32_t>(other));
        similarity_.push_back(similarity);
      }
      begin_.push_back(neighbor_.size());
    }
  }

  [[nodiscard]] static T rating_of(const UserHistory& history, std::size_t i) {
    return history.values.empty() ? T(1) : static_cast<T>(history.values[i]);
  }
  [[nodiscard]] T bias_of(const UserHistory& history) const {
    T rest = 0;
    for (std::size_t i = 0; i < history.items.size(); ++i)
      rest += rating_of(history, i) - mean_ - item_bias_[history.items[i]];
    return history.items.empty() ? T(0)
                                 : rest / (static_cast<T>(o_.user_regularization) +
                                           static_cast<T>(history.items.size()));
  }

  /// What the user gave above the baseline, for all items; NaN for those not rated.
  [[nodiscard]] std::vector<T> residuals_of(const UserProfile<T>& profile) const {
    this->expect_history("score_items", profile.history());
    detail::expect_size("score_items", "the number of the profile's factors",
                        profile.factors.size(), 1);
    std::vector<T> residuals(static_cast<std::size_t>(this->items()),
                             std::numeric_limits<T>::quiet_NaN());
    for (std::size_t i = 0; i < profile.items.size(); ++i)
      residuals[static_cast<std::size_t>(profile.items[i])] = rating_of(profile.history(), i) -
                                                              mean_ - profile.factors[0] -
                                                              item_bias_[profile.items[i]];
    return residuals;
  }

  /// Calls f(past item, similarity, residual) for the k nearest rated items.
  template <class F>
  void visit(const std::vector<T>& residuals, Index item, const F& f) const {
    Index found = 0;
    for (auto n = begin_of(item); n < begin_of(item + 1) && found < o_.neighbors; ++n) {
      const T residual = residuals[static_cast<std::size_t>(neighbor_[n])];
      if (std::isnan(residual)) continue;
      ++found;
      f(neighbor_[n], similarity_[n], residual);
    }
  }

  [[nodiscard]] T above_mean(const UserProfile<T>& profile, const std::vector<T>& residuals,
                             Index item) const {
    T sum = 0;
    T total = 0;
    visit(residuals, item, [&](Index, T similarity, T residual) {
      sum += similarity * residual;
      total += similarity;
    });
    return profile.factors[0] + item_bias_[item] + (total > 0 ? sum / total : T(0));
  }

  [[nodiscard]] std::size_t begin_of(Index item) const {
    return begin_[static_cast<std::size_t>(item)];
  }

  Options o_;
  Interactions train_;
  T mean_ = 0;
  T lowest_ = 0;
  T highest_ = 0;
  Vector<T> item_bias_;
  std::vector<std::size_t> begin_;  // items + 1: where each item's neighbors begin, nearest first
  std::vector<std::int32_t> neighbor_;
  std::vector<T> similarity_;
};

static_assert(Recommender<KNNBaseline<float>> && Recommender<KNNBaseline<double>>);

}  // namespace loyal
