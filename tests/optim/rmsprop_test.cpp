// SPDX-License-Identifier: MIT
#include <cmath>

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
