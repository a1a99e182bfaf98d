// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>

#include <loyal/optim/rmsprop.hpp>

#include "../support/golden_trajectory.hpp"
#include "../support/optimizer_contract.hpp"

using loyal::RMSProp;

TEST_CASE("RMSProp keeps the optimizer contract", "[optim][rmsprop]") {
  SECTION("0") { loyal::testing::optimizer_contract(RMSProp{{.learning_rate = 0.01}}); }
  SECTION("1") {
    loyal::testing::optimizer_contract(
        RMSProp{{.learning_rate = 0.01, .momentum = 0.5, .centered = true}});
  }
}

TEST_CASE("RMSProp follows torch's way", "[optim][rmsprop][golden]") {
  const char* name = GENERATE("rmsprop", "rmsprop_momentum", "rmsprop_centered");
  loyal::testing::check_trajectories(name, [](const auto& o) {
    return RMSProp{{.learning_rate = o.at("lr"),
                    .alpha = o.at("alpha"),
                    .epsilon = o.at("eps"),
                    .momentum = o.at("momentum"),
                    .centered = o.at("centered"),
                    .weight_decay = o.at("weight_decay")}};
  });
}

TEST_CASE("RMSProp refuses options outside their domains", "[optim][rmsprop]") {
  CHECK_THROWS_AS((RMSProp{{.learning_rate = 0}}), loyal::OptionError);
  CHECK_THROWS_AS((RMSProp{{.alpha = 1}}), loyal::OptionError);
  CHECK_THROWS_AS((RMSProp{{.epsilon = 0}}), loyal::OptionError);
  CHECK_THROWS_AS((RMSProp{{.momentum = 1}}), loyal::OptionError);
  CHECK_THROWS_AS((RMSProp{{.weight_decay = -1}}), loyal::OptionError);
}

TEST_CASE("RMSProp: a variance that rounding left below 0 is none", "[optim][rmsprop]") {
  // Under a constant gradient the running variance falls to rounding errors of either sign.
  const auto run = []<class T>(T g) {
    loyal::Vector<T> p = loyal::Vector<T>::Ones(9);
    const RMSProp optimizer{{.centered = true}};
    auto state = optimizer.init(p);
    for (int i = 0; i < 4000; ++i)
      optimizer.step(p, loyal::Vector<T>::Constant(9, g).eval(), state);
    CHECK(p.allFinite());
    // A gradient that is no number still shows.
    optimizer.step(p, loyal::Vector<T>::Constant(9, std::numeric_limits<T>::quiet_NaN()).eval(),
                   state);
    CHECK(p.array().isNaN().all());
  };
  run(0.1F);
  run(7.7F);
  run(0.1);
  run(0.001);
}
