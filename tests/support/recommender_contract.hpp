// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <loyal/core/file.hpp>
#include <loyal/core/random.hpp>
#include <loyal/recommend/recommender.hpp>

#include "catch.hpp"
#include "damage.hpp"
#include "temporary_directory.hpp"

namespace loyal::testing {

/// What a recommender is asked for beyond the contract that all keep.
struct RecommenderContract {
  bool personal = true;     ///< whether it tells groups of users apart
  bool random = true;       ///< whether its seed matters
  bool known_folds = true;  ///< whether the history of a known user folds in to that user's scores
  double tolerance = 1e-4;  ///< of these scores, as a share of the largest
  bool whole_file = true;   ///< whether a file holds all that partial_fit() needs, but for options
  Duplicates again = Duplicates::sum;  ///< what becomes of a pair that comes again in partial_fit()
};

/// Three groups of users, each with eight items of its own, of which a user has about half, and a few strays. The
/// last user has nothing, the last item nobody.
inline Interactions grouped_interactions(Index users = 40, std::uint64_t seed = 1) {
  constexpr Index groups = 3;
  constexpr Index own = 8;
  Rng rng{seed};
  std::vector<Interaction> pairs;
  for (Index user = 0; user + 1 < users; ++user)
    for (Index item = 0; item < groups * own; ++item)
      if (rng.bernoulli(item / own == user % groups ? 0.55 : 0.02))
        pairs.push_back({static_cast<std::int32_t>(user), static_cast<std::int32_t>(item), 1.0F});
  return {users, groups * own + 1, pairs};
}

/// The scores of all users and items.
template <class R>
Matrix<typename R::Element> all_scores(const R& model) {
  Matrix<typename R::Element> scores(model.users(), model.items());
  model.score_users(0, scores);
  return scores;
}

namespace contract {

using List = std::vector<Scored<double>>;

template <Scalar T>
List list_of(const std::vector<Scored<T>>& list) {
  List all;
  for (const auto& [index, score] : list) all.push_back({index, static_cast<double>(score)});
  return all;
}
template <Scalar T>
std::vector<double> row_of(const Matrix<T>& m, Index row) {
  return {m.row(row).data(), m.row(row).data() + m.cols()};
}

/// Scores that fall, of different items of @p among, or of any.
inline bool is_ranking(const List& list, Index most, Index items,
                       const std::vector<std::int32_t>* among = nullptr) {
  bool fine = std::ssize(list) <= most;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Index item = list[i].index;
    fine = fine && item >= 0 && item < items && std::isfinite(list[i].score);
    fine = fine && (i == 0 || list[i - 1].score >= list[i].score);
    for (std::size_t j = 0; j < i; ++j) fine = fine && list[j].index != item;
    if (among != nullptr)
      fine = fine && std::find(among->begin(), among->end(), item) != among->end();
  }
  return fine;
}

/// Whether a list holds the k best of @p scores but what @p filter and @p seen forbid; each item is asked alone.
/// @p rounding is of scores that were computed in another order, as a share of the largest.
inline bool holds_best(const List& list, const std::vector<double>& scores,
                       std::span<const std::int32_t> seen, const RecommendFilter& filter, Index k,
                       double rounding) {
  const auto among = [](std::span<const std::int32_t> set, Index item) {
    return std::find(set.begin(), set.end(), item) != set.end();
  };
  const auto may = [&](Index item) {
    return !(!filter.seen && among(seen, item)) && !among(filter.deny, item) &&
           (filter.allow.empty() || among(filter.allow, item)) &&
           (filter.on_sale.empty() || filter.on_sale[static_cast<std::size_t>(item)] != 0);
  };
  std::vector<double> best;
  double largest = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    largest = std::max(largest, std::abs(scores[i]));
    if (may(static_cast<Index>(i))) best.push_back(scores[i]);
  }
  std::sort(best.begin(), best.end(), std::greater<>());
  const auto near = [&](double a, double b) { return std::abs(a - b) <= rounding * largest; };
  bool fine = is_ranking(list, k, std::ssize(scores)) &&
              std::ssize(list) == std::min(k, static_cast<Index>(best.size()));
  for (std::size_t rank = 0; fine && rank < list.size(); ++rank)
    fine = may(list[rank].index) && near(list[rank].score, best[rank]) &&
           near(list[rank].score, scores[static_cast<std::size_t>(list[rank].index)]);
  return fine;
}

/// Lists of a fitted model under many filters, one by one and all at once.
template <class R>
void check_lists(const R& model) {
  using T = typename R::Element;
  const auto scores = all_scores(model);
  CHECK(scores.allFinite());
  const double rounding = 64 * static_cast<double>(std::numeric_limits<T>::epsilon());
  const auto& train = model.train();
  const Index items = model.items();
  Rng rng{5};
  const auto some = [&](double share) {
    std::vector<std::int32_t> set;
    for (Index item = 0; item < items; ++item)
      if (rng.bernoulli(share)) set.push_back(static_cast<std::int32_t>(item));
    return set;
  };
  for (int round = 0; round < 24; ++round) {
    const auto deny = some(round % 2 == 0 ? 0 : 0.3);
    const auto allow = some(round % 3 == 0 ? 0 : 0.6);
    std::vector<std::uint8_t> on_sale;
    if (round % 4 != 0)
      for (Index item = 0; item < items; ++item)
        on_sale.push_back(rng.bernoulli(0.7) ? std::uint8_t{1} : std::uint8_t{0});
    const RecommendFilter filter{
        .seen = round % 5 == 0, .deny = deny, .allow = allow, .on_sale = on_sale};
    const Index k = std::vector<Index>{
        0, 1, 5, items, std::numeric_limits<Index>::max()}[static_cast<std::size_t>(rng.below(5))];
    const auto fits = [&](const List& list, Index user) {
      return holds_best(list, row_of(scores, user), train.items_of(user), filter, k, rounding);
    };
    const auto user = static_cast<Index>(rng.below(static_cast<std::uint64_t>(model.users())));
    bool fine = fits(list_of(model.recommend(user, k, filter)), user) &&
                fits(list_of(model.recommend(model.profile(user), k, filter)), user);
    const Index first = std::min<Index>(model.users(), 3);
    const auto all = model.recommend_all({.k = k, .filter = filter}, first);
    fine =
        fine && all.index.rows() == model.users() - first && all.index.cols() == std::min(k, items);
    for (Index u = first; fine && u < model.users(); ++u) {
      List list;
      for (Index i = 0; i < all.index.cols(); ++i)
        if (all.index(u - first, i) >= 0) {
          fine = fine && std::ssize(list) == i;
          list.push_back({all.index(u - first, i), static_cast<double>(all.score(u - first, i))});
        }
      fine = fine && fits(list, u);
    }
    INFO("round " << round << ", user " << user << ", k " << k);
    CHECK(fine);
  }
  CHECK(model.recommend_all({.k = 2}, 0, 0).index.rows() == 0);
  const double largest = static_cast<double>(scores.cwiseAbs().maxCoeff());
  bool same = true;
  for (Index user = 0; user < model.users(); ++user) {
    const auto item = static_cast<Index>(rng.below(static_cast<std::uint64_t>(items)));
    same = same && std::abs(static_cast<double>(model.score(user, item) - scores(user, item))) <=
                       rounding * largest;
  }
  CHECK(same);
}

template <class R>
void check_neighbors(const R& model) {
  const Index items = model.items();
  bool fine = true;
  for (Index item = 0; item < items; ++item)
    for (const Index k : {Index{0}, Index{3}, std::numeric_limits<Index>::max()}) {
      const auto near = list_of(model.similar_items(item, k));
      fine = fine && is_ranking(near, std::min(k, items - 1), items);
      for (const auto& other : near) fine = fine && other.index != item;
    }
  CHECK(fine);
  for (Index user = 0; user < model.users(); ++user) {
    const auto profile = model.profile(user);
    for (const Index k : {Index{0}, Index{2}, std::numeric_limits<Index>::max()}) {
      const Index most = std::min(k, static_cast<Index>(profile.items.size()));
      fine = fine && is_ranking(list_of(model.explain(profile, (user * 7) % items, k)), most, items,
                                &profile.items);
    }
  }
  CHECK(fine);
}

/// Whether a call throws an E.
template <class E, class Call>
bool refuses(const Call& call) {
  try {
    call();
  } catch (const E& error) {
    return error.what()[0] != '\0';
  } catch (const std::exception&) {
  }
  return false;
}

template <class R>
void check_refusals(const R& model) {
  using T = typename R::Element;
  const Index users = model.users();
  const Index items = model.items();
  const auto profile = model.profile(0);
  for (const Index user : {Index{-1}, users, std::numeric_limits<Index>::max()}) {
    CHECK(refuses<DataError>([&] { static_cast<void>(model.recommend(user, 3)); }));
    CHECK(refuses<DataError>([&] { static_cast<void>(model.score(user, 0)); }));
    CHECK(refuses<DataError>([&] { static_cast<void>(model.profile(user)); }));
  }
  for (const Index item : {Index{-1}, items, std::numeric_limits<Index>::min()}) {
    CHECK(refuses<DataError>([&] { static_cast<void>(model.score(0, item)); }));
    CHECK(refuses<DataError>([&] { static_cast<void>(model.similar_items(item, 3)); }));
    CHECK(refuses<DataError>([&] { static_cast<void>(model.explain(profile, item, 3)); }));
  }
  CHECK(refuses<OptionError>([&] { static_cast<void>(model.recommend(0, -1)); }));
  CHECK(refuses<OptionError>([&] { static_cast<void>(model.recommend(profile, -1)); }));
  CHECK(refuses<OptionError>([&] { static_cast<void>(model.recommend_all({.k = -1})); }));
  CHECK(refuses<OptionError>([&] { static_cast<void>(model.similar_items(0, -1)); }));
  CHECK(refuses<OptionError>([&] { static_cast<void>(model.explain(profile, 0, -1)); }));
  CHECK(refuses<DataError>([&] { static_cast<void>(model.recommend_all({}, 0, users + 1)); }));
  constexpr Index far = std::numeric_limits<Index>::max();
  CHECK(refuses<DataError>([&] { static_cast<void>(model.recommend_all({}, -1, 1)); }));
  CHECK(refuses<DataError>([&] { static_cast<void>(model.recommend_all({}, users + 5)); }));
  CHECK(refuses<DataError>([&] { static_cast<void>(model.recommend_all({}, far, 1)); }));
  CHECK(refuses<DataError>([&] { static_cast<void>(model.recommend_all({}, 1, far)); }));
  for (const Index first : {Index{-1}, users, far}) {
    Matrix<T> one(1, items);
    CHECK(refuses<DataError>([&] { model.score_users(first, one); }));
  }
  for (const Index cols : {Index{0}, items - 1, items + 1}) {
    Matrix<T> wrong(1, cols);
    CHECK(refuses<ShapeError>([&] { model.score_users(0, wrong); }));
    std::vector<T> scores(static_cast<std::size_t>(cols));
    CHECK(refuses<ShapeError>([&] { model.score_items(profile, std::span<T>(scores)); }));
  }

  const auto out = static_cast<std::int32_t>(items);
  for (const auto& bad : std::vector<std::vector<std::int32_t>>{{1, 0}, {1, 1}, {-1}, {out}}) {
    CHECK(refuses<DataError>([&] { static_cast<void>(model.recommend(0, 3, {.deny = bad})); }));
    CHECK(refuses<DataError>([&] { static_cast<void>(model.recommend(0, 3, {.allow = bad})); }));
    CHECK(refuses<DataError>(
        [&] { static_cast<void>(model.recommend_all({.filter = {.deny = bad}})); }));
    CHECK(refuses<DataError>([&] { static_cast<void>(model.fold_in({bad, {}})); }));
    const UserProfile<T> wrong{profile.factors, bad, {}};
    CHECK(refuses<DataError>([&] { static_cast<void>(model.recommend(wrong, 3)); }));
    CHECK(refuses<DataError>([&] { static_cast<void>(model.explain(wrong, 0, 3)); }));
  }
  if (profile.factors.size() > 0) {
    auto wrong = profile;
    wrong.factors.conservativeResize(profile.factors.size() + 1);
    CHECK(refuses<ShapeError>([&] { static_cast<void>(model.recommend(wrong, 3)); }));
  }
  const std::vector<std::uint8_t> short_sale(static_cast<std::size_t>(items - 1), 1);
  CHECK(refuses<ShapeError>(
      [&] { static_cast<void>(model.recommend(0, 3, {.on_sale = short_sale})); }));
  const std::vector<std::int32_t> two{0, 1};
  const auto refuses_values = [&]<class E>(const std::vector<float>& values, E*) {
    const UserProfile<T> wrong{profile.factors, two, values};
    CHECK(refuses<E>([&] { static_cast<void>(model.fold_in({two, values})); }));
    CHECK(refuses<E>([&] { static_cast<void>(model.recommend(wrong, 3)); }));
    CHECK(refuses<E>([&] { static_cast<void>(model.explain(wrong, 0, 3)); }));
  };
  refuses_values({1.0F}, static_cast<ShapeError*>(nullptr));
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()})
    refuses_values({1.0F, bad}, static_cast<DataError*>(nullptr));
}

/// What a model says about users, items and a stranger, as one row of numbers.
template <class R>
std::vector<double> answers(const R& model) {
  const auto scores = all_scores(model);
  std::vector<double> all(scores.data(), scores.data() + scores.size());
  const auto add = [&](const auto& list) {
    for (const auto& [index, score] : list) {
      all.push_back(static_cast<double>(index));
      all.push_back(static_cast<double>(score));
    }
    all.push_back(-1);
  };
  const std::vector<std::int32_t> history{0, static_cast<std::int32_t>(model.items() - 1)};
  const auto stranger = model.fold_in({std::span(history).first(model.items() > 1 ? 2U : 1U), {}});
  add(model.recommend(stranger, 5));
  add(model.explain(stranger, model.items() / 2, 2));
  for (Index user = 0; user < model.users(); ++user) add(model.recommend(user, 4));
  for (Index item = 0; item < model.items(); ++item) add(model.similar_items(item, 4));
  return all;
}

/// Values below and at 0, in all ways into a model: either refused, and nothing changes, or scores are finite.
template <class R>
void check_values(const R& model, const R& unfitted, const Interactions& data) {
  using T = typename R::Element;
  auto pairs = data.pairs();
  for (std::size_t i = 0; i < pairs.size(); i += 3) pairs[i].value = i % 2 == 0 ? -1.5F : 0.0F;
  const auto said = answers(model);
  const auto fits_or_refuses = [&](R changed, const auto& change) {
    if (refuses<DataError>([&] { change(changed); }))
      return changed.items() == 0 || answers(changed) == said;
    return all_scores(changed).allFinite();
  };
  const Interactions odd(data.users(), data.items(), pairs);
  CHECK(fits_or_refuses(unfitted, [&](R& m) { m.fit(odd); }));
  CHECK(fits_or_refuses(model, [&](R& m) { m.fit(odd); }));
  // What is taken back: a pair whose values add up to nothing, and one to less.
  const std::vector<Interaction> back{
      {0, data.items_of(0)[0], -1}, {1, data.items_of(1)[0], -3}, {2, 0, -1}, {3, 1, 0}};
  CHECK(fits_or_refuses(model,
                        [&](R& m) { m.partial_fit(Interactions(4, 2 + data.items(), back)); }));
  const std::vector<std::int32_t> items{0, 1, 2};
  const std::vector<float> values{-2, 0, 1};
  try {
    const auto profile = model.fold_in({items, values});
    std::vector<T> scores(static_cast<std::size_t>(model.items()));
    model.score_items(profile, std::span<T>(scores));
    bool finite = true;
    for (const T score : scores) finite = finite && std::isfinite(score);
    CHECK(finite);
    static_cast<void>(model.explain(profile, 3, 2));
  } catch (const DataError& error) {
    CHECK(!std::string(error.what()).empty());
  }
}

template <class R>
void check_unfitted(const R& model) {
  const UserProfile<typename R::Element> nobody;
  CHECK(refuses<NotFitted>([&] { static_cast<void>(model.recommend(0, 3)); }));
  CHECK(refuses<NotFitted>([&] { static_cast<void>(model.recommend(nobody, 3)); }));
  CHECK(refuses<NotFitted>([&] { static_cast<void>(model.recommend_all()); }));
  CHECK(refuses<NotFitted>([&] { static_cast<void>(model.score(0, 0)); }));
  CHECK(refuses<NotFitted>([&] { static_cast<void>(model.similar_items(0, 3)); }));
  CHECK(refuses<NotFitted>([&] { static_cast<void>(model.profile(0)); }));
  CHECK(refuses<NotFitted>([&] { static_cast<void>(model.fold_in({})); }));
  CHECK(refuses<NotFitted>([&] { static_cast<void>(model.explain(nobody, 0, 3)); }));
  CHECK(refuses<NotFitted>([&] { model.save("never_written.safetensors"); }));
}

template <class Make>
void check_file(const Make& make, const Interactions& data, bool whole) {
  const TemporaryDirectory directory;
  const std::string path = directory / "model.safetensors";
  auto model = make(1, std::uint64_t{3});
  model.fit(data);
  model.save(path);
  auto other = make(1, std::uint64_t{4});
  other.load(path);
  CHECK(other.train() == data);
  CHECK(answers(other) == answers(model));
  other.fit(data);  // and it can be fitted again
  if constexpr (std::is_default_constructible_v<decltype(make(1, std::uint64_t{1}))>) {
    INFO("a model of other options reads it, and goes on");
    decltype(make(1, std::uint64_t{1})) plain;
    plain.load(path);
    CHECK(plain.train() == data);
    CHECK(all_scores(plain) == all_scores(model));
    if (whole) plain.partial_fit(data);
    check_lists(plain);
  }

  INFO("a damaged file is refused and changes nothing, or leaves a model that works");
  const auto valid = to_bytes(read_text(path));
  const std::string damaged = directory / "damaged.safetensors";
  const auto before = answers(other);
  const auto scores_before = all_scores(other);
  int attempts = 0;
  constexpr int cuts = 120;
  const auto read = [&](std::span<const std::byte> bytes) {
    std::filesystem::remove(damaged);  // a file system may flush one that is cut and written anew
    std::ofstream(damaged, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), std::ssize(bytes));
    auto target = other;
    try {
      target.load(damaged);
    } catch (const Error&) {
      const bool same =
          ++attempts % 32 == 0 ? answers(target) == before : all_scores(target) == scores_before;
      if (!same || !(target.train() == data)) FAIL("a refused file has changed the model");
      throw;
    }
    if (target.items() > 0) static_cast<void>(answers(target));
    target.partial_fit(data);
  };
  // More is refused than what was cut off: at least each cut, and flips where sizes and names are written.
  CHECK(survive_damage(valid, 240, read, cuts) > cuts + 20);
  CHECK_THROWS_AS(other.load(directory / "nowhere.safetensors"), FormatError);
}

}  // namespace contract

/// Checks what every Recommender promises; @p make(threads, seed) makes one that is not fitted.
template <class Make>
void check_recommender(const Make& make, const RecommenderContract& wanted = {}) {
  using R = decltype(make(1, std::uint64_t{1}));
  using T = typename R::Element;
  static_assert(Recommender<R>);
  const Interactions data = grouped_interactions();
  R model = make(1, std::uint64_t{1});
  {
    INFO("before fit()");
    contract::check_unfitted(model);
  }
  model.fit(data);
  REQUIRE(model.users() == data.users());
  REQUIRE(model.items() == data.items());
  CHECK(model.train() == data);
  {
    INFO("lists, neighbors, reasons, refusals");
    contract::check_lists(model);
    contract::check_neighbors(model);
    contract::check_refusals(model);
  }
  const auto said = contract::answers(model);
  {
    INFO("values that are no weights");
    contract::check_values(model, make(1, std::uint64_t{1}), data);
  }
  {
    INFO("a copy is the same and its own");
    R copy = model;
    CHECK(contract::answers(copy) == said);
    copy.fit(grouped_interactions(9, 2));
    CHECK(copy.users() == 9);
    CHECK(contract::answers(model) == said);
    const R moved = std::move(copy);
    contract::check_lists(moved);
  }
  {
    INFO("a seed gives the same bits for any number of threads");
    for (const int threads : {1, 2, 7}) {
      R again = make(threads, std::uint64_t{1});
      again.fit(data);
      CHECK(contract::answers(again) == said);
    }
    R again = make(1, std::uint64_t{77});
    again.fit(data);
    CHECK((contract::answers(again) == said) == !wanted.random);
  }
  {
    INFO("reading from many threads");
    std::vector<std::vector<double>> seen(4);
    std::vector<std::thread> readers;
    for (auto& mine : seen)
      readers.emplace_back([&] { mine = contract::answers(std::as_const(model)); });
    for (auto& reader : readers) reader.join();
    for (const auto& mine : seen) CHECK(mine == said);
  }
  if (wanted.personal) {
    INFO("groups come first, for known users, strangers and items");
    Index right = 0;
    Index of = 0;
    for (Index user = 0; user + 1 < data.users(); ++user) {
      Index left = 8;  // of the group's items
      for (const auto item : data.items_of(user)) left -= item / 8 == user % 3 ? 1 : 0;
      for (const auto& best : model.recommend(user, std::min<Index>(left, 2)))
        right += best.index / 8 == user % 3 ? 1 : 0;
      of += std::min<Index>(left, 2);
    }
    CHECK(static_cast<double>(right) >= 0.75 * static_cast<double>(of));
    for (std::int32_t group = 0; group < 3; ++group) {
      const std::vector<std::int32_t> history{group * 8, group * 8 + 2, group * 8 + 5,
                                              group * 8 + 6};
      const auto best = model.recommend(model.fold_in({history, {}}), 3);
      REQUIRE(best.size() == 3);
      CHECK(best[0].index / 8 == group);
      CHECK(best[1].index / 8 == group);
      const auto near = model.similar_items(group * 8, 3);
      REQUIRE(!near.empty());
      CHECK(near[0].index / 8 == group);
    }
  }
  {
    INFO("folding in");
    const T largest = all_scores(model).cwiseAbs().maxCoeff();
    for (const Index user : {Index{0}, Index{7}, data.users() - 1}) {
      const auto items = data.items_of(user);
      const auto values = data.values_of(user);
      const auto profile = model.fold_in({items, values});
      CHECK(profile.items == std::vector<std::int32_t>(items.begin(), items.end()));
      std::vector<T> scores(static_cast<std::size_t>(model.items()));
      model.score_items(profile, std::span<T>(scores));
      std::vector<T> plain(scores.size());
      model.score_items(model.fold_in({items, {}}), std::span<T>(plain));
      CHECK(scores == plain);  // no values are ones
      for (const auto score : scores) CHECK(std::isfinite(score));
      if (wanted.known_folds)
        for (Index item = 0; item < model.items(); ++item)
          CHECK(std::abs(scores[static_cast<std::size_t>(item)] - model.score(user, item)) <=
                static_cast<T>(wanted.tolerance) * largest);
    }
    // Somebody who had everything.
    std::vector<std::int32_t> everything;
    for (Index item = 0; item < model.items(); ++item)
      everything.push_back(static_cast<std::int32_t>(item));
    const auto profile = model.fold_in({everything, {}});
    CHECK(model.recommend(profile, 3).empty());
    CHECK(model.recommend(profile, 3, {.seen = true}).size() == 3);
  }
  {
    INFO("going on with more users and items");
    std::vector<Interaction> more{{1, 25}, {40, 0}, {40, 2}, {41, 26}, {1, 0}};
    R grown = model;
    grown.partial_fit(Interactions(42, 27, more));
    CHECK(grown.train() == data.joined(Interactions(42, 27, more), wanted.again));
    CHECK(grown.users() == 42);
    CHECK(grown.items() == 27);
    contract::check_lists(grown);
    contract::check_neighbors(grown);
    R from_nothing = make(1, std::uint64_t{1});
    from_nothing.partial_fit(data);
    CHECK(from_nothing.train() == data);
    contract::check_lists(from_nothing);
    if (wanted.personal) {
      const auto best = grown.recommend(40, 1);
      REQUIRE(best.size() == 1);
      CHECK(best[0].index < 8);
    }
  }
  {
    INFO("hardly any data");
    const std::vector<Interaction> one{{0, 0}};
    const std::vector<Interaction> two{{0, 1}, {0, 3}};
    for (const auto& little : {Interactions(1, 1, one), Interactions(1, 5, two),
                               Interactions(6, 1, one), Interactions(3, 4, {})}) {
      R small = make(2, std::uint64_t{1});
      small.fit(little);
      contract::check_lists(small);
      contract::check_neighbors(small);
    }
  }
  {
    INFO("no users or no items: nothing to fit, and nothing changes");
    R kept = model;
    CHECK_THROWS_AS(kept.fit(Interactions()), DataError);
    CHECK_THROWS_AS(kept.fit(Interactions(3, 0, {})), DataError);
    CHECK_THROWS_AS(kept.fit(Interactions(0, 3, {})), DataError);
    CHECK(contract::answers(kept) == said);
  }
  {
    INFO("files");
    std::vector<Interaction> few{{0, 0}, {0, 1}, {1, 1}, {1, 2}, {2, 0, 2.0F}, {3, 3}};
    Interactions named(4, 4, few);
    IdMap users;
    IdMap items;
    for (const char* name : {"ann", "ben", "cy", "dee"}) users.add(name);
    for (const char* name : {"tea", "rye", "fig", "oat"}) items.add(name);
    named.set_names(users, items);
    contract::check_file(make, named, wanted.whole_file);
  }
}

}  // namespace loyal::testing
