// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/safetensors.hpp"
#include "../core/types.hpp"
#include "../data/interactions_file.hpp"
#include "../data/time.hpp"
#include "../math/top_k.hpp"
#include "recommender.hpp"

namespace loyal {

/// What most people have, the same list for everybody: what any other model must beat, and what to show to those of
/// whom nothing is known.
///
///   score(i) = sum of value x 2^(-age / half_life) over the dealings with i that are no older than `window`
///   age      = time of the latest dealing of all - time of this one
///
/// Without a half-life nothing is decayed, without a window nothing is too old; both need times.
/// @throws DataError without users or items, or where times are needed and not there.
/// Source: none, our own. Cost: linear.
///
///     const std::vector<loyal::Interaction> pairs{{0, 0}, {1, 0}, {1, 2}};
///     loyal::Popularity<float> popularity;
///     popularity.fit(loyal::Interactions(3, 3, pairs));
///     if (popularity.recommend(2, 1)[0].index != 0 || popularity.recommend(0, 1)[0].index != 2) return 1;
template <Scalar T>
class Popularity : public RecommenderBase<Popularity<T>, T> {
 public:
  struct Options {
    Time half_life = 0;  ///< seconds after which a dealing counts half; 0: it counts full for ever
    Time window = 0;     ///< seconds for which a dealing counts; 0: for ever
  };

  Popularity() = default;
  explicit Popularity(const Options& options) : options_(options) {
    detail::expect_option("Popularity", "half_life", options.half_life, options.half_life >= 0,
                          ">= 0");
    detail::expect_option("Popularity", "window", options.window, options.window >= 0, ">= 0");
  }

  void fit(const Interactions& train) {
    if (train.users() == 0 || train.items() == 0)
      detail::fail<DataError>("Popularity::fit", "users x items",
                              detail::concatenate(train.users(), " x ", train.items()),
                              "one of each or more");
    const bool ages = options_.half_life > 0 || options_.window > 0;
    if (ages && train.size() > 0 && !train.timed())
      detail::fail<DataError>("Popularity::fit", "the times of dealings", "missing",
                              "times, for a half-life or a window");
    const auto times = train.all_times();
    const Time last = times.empty() ? 0 : *std::max_element(times.begin(), times.end());
    std::vector<double> scores(static_cast<std::size_t>(train.items()), 0.0);
    for (std::size_t i = 0; i < train.all_items().size(); ++i) {
      double value = static_cast<double>(train.all_values()[i]);
      if (ages) {
        // As double: times may lie further apart than 64 bits hold.
        const double age = static_cast<double>(last) - static_cast<double>(times[i]);
        if (options_.window > 0 && age > static_cast<double>(options_.window)) continue;
        if (options_.half_life > 0)
          value *= std::exp2(-age / static_cast<double>(options_.half_life));
      }
      scores[static_cast<std::size_t>(train.all_items()[i])] += value;
    }
    Interactions kept = train;
    scores_.assign(scores.begin(), scores.end());
    train_ = std::move(kept);
  }
  /// Fits anew to all dealings so far.
  void partial_fit(const Interactions& more) { fit(train_.joined(more)); }

  [[nodiscard]] const Interactions& train() const noexcept { return train_; }
  [[nodiscard]] UserProfile<T> profile(Index user) const {
    this->expect_user("profile", user);
    const auto items = train_.items_of(user);
    const auto values = train_.values_of(user);
    return {{}, {items.begin(), items.end()}, {values.begin(), values.end()}};
  }
  [[nodiscard]] UserProfile<T> fold_in(const UserHistory& history) const {
    this->expect_history("fold_in", history);
    return {{},
            {history.items.begin(), history.items.end()},
            {history.values.begin(), history.values.end()}};
  }
  void score_items(const UserProfile<T>&, std::span<T> scores) const {
    detail::expect_size("score_items", "the number of scores", scores.size(), scores_.size());
    std::copy(scores_.begin(), scores_.end(), scores.begin());
  }
  /// Nothing of a history speaks for an item here.
  [[nodiscard]] std::vector<Scored<T>> explain(const UserProfile<T>& profile, Index item,
                                               Index k) const {
    this->expect_item("explain", item);
    this->expect_history("explain", profile.history());
    detail::expect_option("explain", "k", k, k >= 0, ">= 0");
    return {};
  }
  /// The other items, most popular first: no item is nearer to one than to another.
  [[nodiscard]] std::vector<Scored<T>> similar_items(Index item, Index k) const {
    this->expect_item("similar_items", item);
    return top_k(scores_, k, [item](Index other) { return other == item; });
  }

  /// Writes scores, what the model was fitted to, and the names, as one safetensors file, atomically.
  /// @throws NotFitted; FormatError if the file cannot be written.
  void save(const std::string& path) const {
    this->expect_fitted("save");
    SafetensorsWriter file;
    const StoredInteractions stored(train_);
    stored.add_to(file, "train");
    file.add("scores", {static_cast<Index>(scores_.size())}, scores_);
    file.write(path);
  }
  /// Reads what save() wrote; options stay those of this object.
  /// @throws FormatError, ShapeError or DataError if the file is damaged; the model is then unchanged.
  void load(const std::string& path) {
    const Safetensors file(path);
    auto train = read_interactions(file, "train");
    auto scores = file.template read<T>("scores");
    detail::expect_size("Popularity::load", "the number of scores", scores.size(), train.items());
    scores_ = std::move(scores);
    train_ = std::move(train);
  }

 private:
  Options options_;
  Interactions train_;
  std::vector<T> scores_;
};

static_assert(Recommender<Popularity<float>>);

}  // namespace loyal
