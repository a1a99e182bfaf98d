// SPDX-License-Identifier: MIT
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
                                                 {.partial_epochs = 0},
                                                 {.threads = -1}})
    CHECK_THROWS_AS(BPR<float>(bad), loyal::OptionError);
}
