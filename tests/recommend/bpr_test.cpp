// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include <loyal/recommend/bpr.hpp>

#include "../support/catch.hpp"
#include "../support/recommender_contract.hpp"

using loyal::BPR;
using loyal::Index;
using loyal::Matrix;
using loyal::Vector;

TEST_CASE("BPR keeps the contract of recommenders", "[recommend][bpr]") {
  loyal::testing::check_recommender(
      [](int threads, std::uint64_t seed) {
        return BPR<float>({.factors = 5, .threads = threads, .seed = seed});
      },
      {.known_folds = false});
}

TEST_CASE("a step of two compared items is the gradient", "[recommend][bpr]") {
  loyal::Rng rng{1};
  for (const Index d : {1, 7, 8, 33}) {
    // One user, two items, of which the first was had: one epoch is one step.
    const double rate = 1e-3;
    const double l = 0.3;
    using Trainer = loyal::detail::PairwiseTrainer<double>;
    const Trainer trainer({d, rate, l, 1.0, 0.0, 1, 1, 5});
    auto tables = trainer.tables(1, 2, {}, {});
    tables.bias << 0.3, -0.2;
    const auto before = tables;
    const std::vector<loyal::Interaction> one{{0, 0}};
    const loyal::Interactions train(1, 2, one);
    double told = 0;
    const auto softplus = [](double m) { return std::log1p(std::exp(m)); };
    const auto loss = [&](const Trainer::Tables& t) {
      const double m = t.users.row(0).dot(t.items.row(0) - t.items.row(1)) + t.bias[0] - t.bias[1];
      return softplus(-m);
    };
    const auto penalty = [&](const Trainer::Tables& t) {
      return l / 2 * (t.users.squaredNorm() + t.items.squaredNorm() + t.bias.squaredNorm());
    };
    trainer.train(
        train, train, 1, [&](const loyal::Progress& p) { told = p.value; },
        [](const auto& step, const double* x, std::int32_t item, const Trainer::Tables& t,
           const auto& draw) {
          Trainer::Choice choice{draw()};
          CHECK(choice.other == 1);
          const double m =
              step.difference(x, t.items.row(item).data(), t.items.row(choice.other).data()) +
              t.bias[item] - t.bias[choice.other];
          choice.slope = loyal::sigmoid(-m);
          choice.loss = loyal::softplus(-m);
          return choice;
        },
        tables);
    CHECK(told == Approx(loss(before)));
    const auto check = [&](auto part) {
      auto& now = part(tables);
      for (Index i = 0; i < now.size(); ++i) {
        auto up = before;
        auto down = before;
        part(up).data()[i] += 1e-5;
        part(down).data()[i] -= 1e-5;
        const double slope = (loss(up) + penalty(up) - loss(down) - penalty(down)) / 2e-5;
        CHECK((part(tables).data()[i] - part(up).data()[i] + 1e-5) / -rate ==
              Approx(slope).margin(1e-7));
      }
    };
    check([](auto& t) -> auto& { return t.users; });
    check([](auto& t) -> auto& { return t.items; });
    check([](auto& t) -> auto& { return t.bias; });
  }
}

TEST_CASE("meetings bring every pair once and never share a row", "[recommend][bpr]") {
  const auto train = loyal::testing::grouped_interactions(700, 3);
  loyal::detail::PairMeetings meetings(train.users(), train.items() * 20, 4);
  std::vector<loyal::Interaction> wide;
  for (const auto& pair : train.pairs())
    wide.push_back({pair.user, pair.item * 20 + pair.user % 20});
  const loyal::Interactions data(train.users(), train.items() * 20, wide);
  std::vector<std::vector<std::int32_t>> orders;
  for (std::uint64_t epoch = 0; epoch < 3; ++epoch) {
    Matrix<double> seen = Matrix<double>::Zero(data.users(), data.items());
    std::vector<std::int32_t> order;
    int called = 0;
    const double sum = meetings.epoch(data, epoch, 1, [&](auto& meeting) {
      ++called;
      std::vector<bool> own(static_cast<std::size_t>(data.items()));
      for (const auto item : meeting.items) own[static_cast<std::size_t>(item)] = true;
      bool inside = true;
      for (const auto& pair : meeting.pairs) {
        ++seen(pair.user, pair.item);
        inside = inside && own[static_cast<std::size_t>(pair.item)];
        order.push_back(pair.user);
      }
      CHECK(inside);
      return static_cast<double>(meeting.pairs.size());
    });
    CHECK(called == 15 * 15);  // min(700, 500) / 32 groups
    CHECK(sum == static_cast<double>(data.size()));
    CHECK(seen == Matrix<double>(data.matrix<double>()).cwiseMin(1));
    orders.push_back(order);
  }
  CHECK(orders[0] != orders[1]);
}

TEST_CASE("a filter of pairs knows all that it was made of, and mistakes few others for them",
          "[recommend][bpr]") {
  using loyal::detail::PairFilter;
  using Pair = loyal::detail::PairMeetings::Pair;
  loyal::Rng rng{4};
  CHECK_FALSE(PairFilter({}, rng).holds(0, 0));
  for (const std::size_t size : {1U, 3U, 4U, 63U, 64U, 1000U}) {
    std::vector<Pair> pairs{{std::numeric_limits<std::int32_t>::max(), 0}};
    while (pairs.size() < size)
      pairs.push_back({static_cast<std::int32_t>(rng.below(1U << 31)),
                       static_cast<std::int32_t>(rng.below(1U << 31))});
    double wrong = 0;
    double asked = 0;
    for (int round = 0; round < 50; ++round) {
      const PairFilter filter(pairs, rng);
      bool all = true;
      for (const auto [user, item] : pairs) all = all && filter.holds(user, item);
      CHECK(all);
      for (int i = 0; i < 200; ++i, ++asked)
        wrong += filter.holds(static_cast<std::int32_t>(rng.below(1U << 31)), i) ? 1 : 0;
    }
    CHECK(wrong < 0.0625 * asked + 5 * std::sqrt(0.0625 * asked));  // 16 bits a pair, or more
  }
  // Users and items side by side, as in a meeting: no pair is mistaken more often than one time in eight.
  constexpr int rounds = 400;
  std::vector<Pair> pairs;
  const auto had = [](std::int32_t user, std::int32_t item) {
    return (user * 7 + item * 3) % 5 == 0;
  };
  for (std::int32_t user = 0; user < 32; ++user)
    for (std::int32_t item = 0; item < 32; ++item)
      if (had(user, item)) pairs.push_back({user, item});
  Eigen::MatrixXi held = Eigen::MatrixXi::Zero(32, 32);
  for (int round = 0; round < rounds; ++round) {
    const PairFilter filter(pairs, rng);
    for (std::int32_t user = 0; user < 32; ++user)
      for (std::int32_t item = 0; item < 32; ++item)
        held(user, item) += filter.holds(user, item) ? 1 : 0;
  }
  double sum = 0;
  double others = 0;
  for (std::int32_t user = 0; user < 32; ++user)
    for (std::int32_t item = 0; item < 32; ++item) {
      if (had(user, item)) {
        CHECK(held(user, item) == rounds);
        continue;
      }
      CHECK(held(user, item) < rounds * 0.125 + 5 * std::sqrt(rounds * 0.125));
      sum += held(user, item);
      ++others;
    }
  CHECK(sum / others / rounds < 0.07);
}

TEST_CASE("negatives are what the user did not have, each of it, for any number of threads",
          "[recommend][bpr]") {
  using Trainer = loyal::detail::PairwiseTrainer<float>;
  constexpr Index users = 140;
  constexpr Index items = 130;  // four groups of each
  constexpr Index nobody = 3;
  constexpr Index everything = 5;
  constexpr Index all_but_one = 8;
  loyal::Rng rng{6};
  std::vector<loyal::Interaction> pairs;
  std::vector<loyal::Interaction> late;
  for (Index user = 0; user < users; ++user)
    for (Index item = 0; item < items; ++item)
      if (user == everything || (user == all_but_one && item != 77) ||
          (user != nobody && user != all_but_one && rng.bernoulli(0.2))) {
        pairs.push_back({static_cast<std::int32_t>(user), static_cast<std::int32_t>(item)});
        if (rng.bernoulli(0.5)) late.push_back(pairs.back());
      }
  const loyal::Interactions known(users, items, pairs);
  const loyal::Interactions some(users, items, late);
  for (const bool whole : {true, false})  // by the filter; by the histories
    for (const double power : {0.0, 0.75}) {
      std::vector<Eigen::MatrixXi> drawn;
      std::vector<Trainer::Tables> learned;
      for (const int threads : whole ? std::vector{1, 2, 7} : std::vector{1, 7}) {
        Eigen::MatrixXi counts = Eigen::MatrixXi::Zero(users, items + 1);  // last: none was found
        const Trainer trainer({4, 0.01, 0.01, 0.1, power, 1, threads, 9});
        auto tables = trainer.tables(users, items, {}, {});
        trainer.train(
            whole ? known : some, known, 80, {},
            [&](const auto& step, const float* x, std::int32_t, const Trainer::Tables& t,
                const auto& draw) {
              const Index user = (x - t.users.data()) / step.cols;
              Trainer::Choice choice;
              for (int i = 0; i < 3; ++i) {  // the first was drawn ahead
                choice.other = draw();
                ++counts(user, choice.other < 0 ? items : Index{choice.other});
              }
              choice.slope = 1e-3F;
              return choice;
            },
            tables);
        drawn.push_back(counts);
        learned.push_back(tables);
      }
      for (std::size_t other = 1; other < drawn.size(); ++other) {
        CHECK(drawn[other] == drawn[0]);
        CHECK(learned[other].users == learned[0].users);
        CHECK(learned[other].items == learned[0].items);
        CHECK(learned[other].bias == learned[0].bias);
      }
      const Eigen::MatrixXi& counts = drawn[0];
      CHECK(counts.row(nobody).sum() == 0);
      CHECK(counts.row(everything).head(items).sum() == 0);
      CHECK(counts(everything, items) > 0);
      CHECK(counts(all_but_one, 77) > 0);
      int had = 0;
      int rare = 0;
      int frequent = 0;
      int missed = 0;
      for (Index user = 0; user < users; ++user) {
        const auto own = known.items_of(user).size();
        const bool usual = own > 10 && own < 60;
        const double mean = static_cast<double>(counts.row(user).head(items).sum()) /
                            static_cast<double>(items - static_cast<Index>(own));
        for (std::int32_t item = 0; item < items; ++item) {
          if (known.contains(user, item)) {
            had += counts(user, item);
          } else if (usual) {
            rare += counts(user, item) < (power == 0 ? mean / 10 : 1) ? 1 : 0;
            frequent += power == 0 && counts(user, item) > 3 * mean ? 1 : 0;
          }
        }
        missed += usual ? counts(user, items) : 0;
      }
      // The filter may for once take a user for the one who had everything.
      CHECK(1000 * missed <= counts.sum());
      CHECK(had == 0);
      CHECK(rare == 0);
      CHECK(frequent == 0);
    }
}

TEST_CASE("threads of many meetings give the same bits, popular negatives too",
          "[recommend][bpr]") {
  std::vector<loyal::Interaction> pairs;
  loyal::Rng rng{9};
  for (std::int32_t user = 0; user < 150; ++user)
    for (std::int32_t item = 0; item < 130; ++item)
      if (rng.bernoulli(item % 3 == user % 3 ? 0.2 : 0.02)) pairs.push_back({user, item});
  const loyal::Interactions train(150, 130, pairs);
  for (const double power : {0.0, 0.75}) {
    BPR<float>::Options options{.factors = 9, .epochs = 10, .negative_power = power, .threads = 1};
    BPR<float> one{options};
    one.fit(train);
    for (const int threads : {2, 7}) {
      options.threads = threads;
      BPR<float> many{options};
      many.fit(train);
      CHECK(many.user_factors() == one.user_factors());
      CHECK(many.item_factors() == one.item_factors());
    }
  }
}

TEST_CASE("the loss falls and a callback may stop it", "[recommend][bpr]") {
  std::vector<double> losses;
  BPR<double>::Options options{.factors = 6, .epochs = 30};
  options.progress = [&](const loyal::Progress& p) {
    losses.push_back(p.value);
    return losses.size() < 20;
  };
  BPR<double> model{options};
  model.fit(loyal::testing::grouped_interactions());
  REQUIRE(losses.size() == 20);
  CHECK(losses.back() < 0.8 * losses.front());
}

TEST_CASE("BPR refuses options out of their domains", "[recommend][bpr]") {
  using Options = BPR<float>::Options;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const Options& bad : std::vector<Options>{{.factors = 0},
                                                 {.learning_rate = 0},
                                                 {.learning_rate = nan},
                                                 {.regularization = -1},
                                                 {.regularization = 30},
                                                 {.epochs = 0},
                                                 {.init_scale = 0},
                                                 {.negative_power = nan},
                                                 {.fold_in_epochs = 0},
                                                 {.fold_in_epochs = 1000001},
                                                 {.partial_epochs = 0},
                                                 {.threads = -1}})
    CHECK_THROWS_AS(BPR<float>(bad), loyal::OptionError);
}
