// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "recommender.hpp"

namespace loyal {

/// A recommender for everybody: who has too short a history for the main model is served by the backup, such as
/// popularity.
///
///   users with minimum_history items or more   main
///   others, and numbers the model never saw    backup
///
/// Scores of the two do not compare, but each list holds those of one only. Items that nobody has dealt with yet
/// are recommended by a backup that knows more than histories, with them as the filter's `allow`.
/// @throws OptionError for minimum_history < 0, and what the two models throw.
/// Source: none, our own. Cost: that of the model that answers.
template <Recommender Main, Recommender Backup>
requires std::same_as<typename Main::Element, typename Backup::Element>
class Fallback : public RecommenderBase<Fallback<Main, Backup>, typename Main::Element> {
  using T = typename Main::Element;
  using Base = RecommenderBase<Fallback<Main, Backup>, T>;

 public:
  struct Options {
    Index minimum_history = 1;  ///< items a user must have dealt with for the main model, >= 0
  };

  Fallback(Main main, Backup backup) : Fallback(std::move(main), std::move(backup), Options{}) {}
  Fallback(Main main, Backup backup, const Options& options)
      : main_(std::move(main)), backup_(std::move(backup)), options_(options) {
    detail::expect_option("Fallback", "minimum_history", options.minimum_history,
                          options.minimum_history >= 0, ">= 0");
  }

  void fit(const Interactions& train) {
    Main main = main_;
    main.fit(train);
    backup_.fit(train);
    main_ = std::move(main);
  }
  void partial_fit(const Interactions& train) {
    Main main = main_;
    main.partial_fit(train);
    backup_.partial_fit(train);
    main_ = std::move(main);
  }

  [[nodiscard]] const Main& main() const noexcept { return main_; }
  [[nodiscard]] const Backup& backup() const noexcept { return backup_; }
  [[nodiscard]] const Interactions& train() const noexcept { return main_.train(); }

  [[nodiscard]] UserProfile<T> profile(Index user) const {
    this->expect_user("profile", user);
    return suffices(train().items_of(user).size()) ? main_.profile(user) : backup_.profile(user);
  }
  [[nodiscard]] UserProfile<T> fold_in(const UserHistory& history) const {
    return suffices(history.items.size()) ? main_.fold_in(history) : backup_.fold_in(history);
  }
  void score_items(const UserProfile<T>& profile, std::span<T> scores) const {
    if (suffices(profile.items.size()))
      main_.score_items(profile, scores);
    else
      backup_.score_items(profile, scores);
  }

  using Base::recommend;
  /// The k best items for any user; one the model never saw gets the backup's list for an empty history.
  [[nodiscard]] std::vector<Scored<T>> recommend(Index user, Index k,
                                                 const RecommendFilter& filter = {}) const {
    this->expect_fitted("recommend");
    if (user < 0 || user >= this->users()) return backup_.recommend(backup_.fold_in({}), k, filter);
    return suffices(train().items_of(user).size()) ? main_.recommend(user, k, filter)
                                                   : backup_.recommend(user, k, filter);
  }
  [[nodiscard]] std::vector<Scored<T>> similar_items(Index item, Index k) const {
    return main_.similar_items(item, k);
  }
  [[nodiscard]] std::vector<Scored<T>> explain(const UserProfile<T>& profile, Index item,
                                               Index k) const {
    return suffices(profile.items.size()) ? main_.explain(profile, item, k)
                                          : backup_.explain(profile, item, k);
  }

  /// Two files: @p path, and the backup's with ".backup" after it.
  void save(const std::string& path) const {
    backup_.save(path + ".backup");
    main_.save(path);
  }
  /// Both models change, or none. @throws FormatError also if the two files are of other users or items.
  void load(const std::string& path) {
    Main main = main_;
    Backup backup = backup_;
    main.load(path);
    backup.load(path + ".backup");
    if (main.users() != backup.users() || main.items() != backup.items())
      detail::fail<FormatError>(path + ".backup", "users x items",
                                detail::to_text({backup.users(), backup.items()}),
                                detail::to_text({main.users(), main.items()}));
    main_ = std::move(main);
    backup_ = std::move(backup);
  }

 private:
  [[nodiscard]] bool suffices(std::size_t dealings) const {
    return std::cmp_greater_equal(dealings, options_.minimum_history);
  }

  Main main_;
  Backup backup_;
  Options options_;
};

}  // namespace loyal
