// SPDX-License-Identifier: MIT
#include <limits>
#include <vector>

#include <loyal/recommend/warp.hpp>

#include "../support/catch.hpp"
#include "../support/recommender_contract.hpp"

using loyal::Index;
using loyal::Interactions;
using loyal::Matrix;
using loyal::WARP;

TEST_CASE("WARP keeps the contract of recommenders", "[recommend][warp]") {
  loyal::testing::check_recommender(
      [](int threads, std::uint64_t seed) {
        return WARP<float>(
            {.factors = 3, .regularization = 0.05, .threads = threads, .seed = seed + 1});
      },
      {.known_folds = false});
}

TEST_CASE("a step follows the gradient of the weighted hinge", "[recommend][warp]") {
  // Of two items one was had, so the other is drawn at once and the rank is 1; of five it is 4.
  for (const Index items : {2, 5}) {
    const std::vector<loyal::Interaction> had{{0, 0}};
    const Interactions train(1, items, had);
    WARP<double>::Options options{.factors = 3, .learning_rate = 1e-3, .regularization = 0.4};
    options.epochs = 1;
    WARP<double> one{options};
    std::vector<double> told;
    options.learning_rate = 1e-14;  // stays where it starts
    options.progress = [&](const loyal::Progress& p) { told.push_back(p.value); };
    WARP<double> start{options};
    one.fit(train);
    start.fit(train);
    const Matrix<double>& x = start.user_factors();
    const Matrix<double>& y = start.item_factors();
    Index other = 1;
    while (one.item_factors().row(other) == y.row(other)) ++other;
    const double phi = items == 2 ? 1 / 1.5
                                  : (1 + 1.0 / 2 + 1.0 / 3 + 1.0 / 4) /
                                        (1 + 1.0 / 2 + 1.0 / 3 + 1.0 / 4 + 1.0 / 5);
    const auto loss = [&](const Matrix<double>& u, const Matrix<double>& v) {
      return phi * (1 - u.row(0).dot(v.row(0)) + u.row(0).dot(v.row(other)));
    };
    const auto penalty = [&](const Matrix<double>& u, const Matrix<double>& v) {
      return 0.2 *
             (u.leftCols(3).squaredNorm() + v.row(0).squaredNorm() + v.row(other).squaredNorm());
    };
    REQUIRE(told.size() == 1);
    CHECK(told[0] == Approx(loss(x, y)));
    const auto slope = [&](bool user, Index r, Index c) {
      auto up_x = x;
      auto up_y = y;
      auto down_x = x;
      auto down_y = y;
      (user ? up_x : up_y)(r, c) += 1e-5;
      (user ? down_x : down_y)(r, c) -= 1e-5;
      return (loss(up_x, up_y) + penalty(up_x, up_y) - loss(down_x, down_y) -
              penalty(down_x, down_y)) /
             2e-5;
    };
    for (Index c = 0; c < 3; ++c)
      CHECK((x(0, c) - one.user_factors()(0, c)) / 1e-3 == Approx(slope(true, 0, c)).margin(1e-6));
    for (Index r = 0; r < items; ++r)
      for (Index c = 0; c < 4; ++c)
        CHECK((y(r, c) - one.item_factors()(r, c)) / 1e-3 ==
              Approx(slope(false, r, c)).margin(1e-6));
  }
}

TEST_CASE("what is far enough ahead is left alone", "[recommend][warp]") {
  // Without squares a well-fitted model stops moving: the loss comes to zero.
  std::vector<double> losses;
  std::vector<loyal::Interaction> pairs;
  for (std::int32_t user = 0; user < 30; ++user)
    for (std::int32_t item = 0; item < 20; ++item)
      if (user % 2 == item % 2) pairs.push_back({user, item});
  WARP<double>::Options options{.factors = 4, .regularization = 0, .epochs = 300};
  options.progress = [&](const loyal::Progress& p) { losses.push_back(p.value); };
  WARP<double> model{options};
  model.fit(Interactions(30, 20, pairs));
  CHECK(losses.front() > 0.1);
  CHECK(losses.back() < 1e-3);
  CHECK(model.score(0, 2) > model.score(0, 3) + 0.9);
}

TEST_CASE("WARP refuses options out of their domains", "[recommend][warp]") {
  using Options = WARP<float>::Options;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const Options& bad : std::vector<Options>{{.factors = 0},
                                                 {.learning_rate = 0},
                                                 {.learning_rate = nan},
                                                 {.regularization = -1},
                                                 {.regularization = 30},
                                                 {.epochs = 0},
                                                 {.init_scale = 0},
                                                 {.max_draws = 0},
                                                 {.max_draws = 1000001},
                                                 {.fold_in_epochs = 0},
                                                 {.partial_epochs = 0},
                                                 {.threads = -1}})
    CHECK_THROWS_AS(WARP<float>(bad), loyal::OptionError);
}
