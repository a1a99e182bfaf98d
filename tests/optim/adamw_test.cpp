// SPDX-License-Identifier: MIT
#include <cmath>

#include <loyal/optim/adamw.hpp>

#include "../support/golden_trajectory.hpp"
#include "../support/optimizer_contract.hpp"

using loyal::AdamW;

TEST_CASE("AdamW keeps the optimizer contract", "[optim][adamw]") {
  SECTION("0") {
    loyal::testing::optimizer_contract(AdamW{{.learning_rate = 0.01, .weight_decay = 0.1}});
  }
}

TEST_CASE("AdamW follows torch's way", "[optim][adamw][golden]") {
  const char* name = GENERATE("adamw");
  loyal::testing::check_trajectories(name, [](const auto& o) {
    return AdamW{{.learning_rate = o.at("lr"),
                  .beta1 = o.at("betas").at(0),
                  .beta2 = o.at("betas").at(1),
                  .epsilon = o.at("eps"),
                  .weight_decay = o.at("weight_decay")}};
  });
}

TEST_CASE("AdamW refuses options outside their domains", "[optim][adamw]") {
  CHECK_THROWS_AS((AdamW{{.learning_rate = 0}}), loyal::OptionError);
  CHECK_THROWS_AS((AdamW{{.beta1 = 1}}), loyal::OptionError);
  CHECK_THROWS_AS((AdamW{{.beta2 = 1}}), loyal::OptionError);
  CHECK_THROWS_AS((AdamW{{.epsilon = 0}}), loyal::OptionError);
  CHECK_THROWS_AS((AdamW{{.weight_decay = -1}}), loyal::OptionError);
}
