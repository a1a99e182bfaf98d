// SPDX-License-Identifier: MIT
#include <cmath>

#include <loyal/optim/adam.hpp>

#include "../support/golden_trajectory.hpp"
#include "../support/optimizer_contract.hpp"

using loyal::Adam;

TEST_CASE("Adam keeps the optimizer contract", "[optim][adam]") {
  SECTION("0") { loyal::testing::optimizer_contract(Adam{{.learning_rate = 0.01}}); }
  SECTION("1") {
    loyal::testing::optimizer_contract(Adam{{.learning_rate = 0.01, .weight_decay = 0.1}});
  }
}

TEST_CASE("Adam follows torch's way", "[optim][adam][golden]") {
  const char* name = GENERATE("adam", "adam_l2", "adam_betas");
  loyal::testing::check_trajectories(name, [](const auto& o) {
    return Adam{{.learning_rate = o.at("lr"),
                 .beta1 = o.at("betas").at(0),
                 .beta2 = o.at("betas").at(1),
                 .epsilon = o.at("eps"),
                 .weight_decay = o.at("weight_decay")}};
  });
}

TEST_CASE("Adam refuses options outside their domains", "[optim][adam]") {
  CHECK_THROWS_AS((Adam{{.learning_rate = 0}}), loyal::OptionError);
  CHECK_THROWS_AS((Adam{{.beta1 = 1}}), loyal::OptionError);
  CHECK_THROWS_AS((Adam{{.beta1 = -0.1}}), loyal::OptionError);
  CHECK_THROWS_AS((Adam{{.beta2 = 1}}), loyal::OptionError);
  CHECK_THROWS_AS((Adam{{.epsilon = 0}}), loyal::OptionError);
  CHECK_THROWS_AS((Adam{{.weight_decay = -1}}), loyal::OptionError);
}
