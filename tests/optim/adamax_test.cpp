// SPDX-License-Identifier: MIT
#include <cmath>

#include <loyal/optim/adamax.hpp>

#include "../support/golden_trajectory.hpp"
#include "../support/optimizer_contract.hpp"

using loyal::AdaMax;

TEST_CASE("AdaMax keeps the optimizer contract", "[optim][adamax]") {
  SECTION("0") { loyal::testing::optimizer_contract(AdaMax{{.learning_rate = 0.01}}); }
  SECTION("1") {
    loyal::testing::optimizer_contract(AdaMax{{.learning_rate = 0.01, .weight_decay = 0.1}});
  }
}

TEST_CASE("AdaMax follows torch's way", "[optim][adamax][golden]") {
  const char* name = GENERATE("adamax");
  loyal::testing::check_trajectories(name, [](const auto& o) {
    return AdaMax{{.learning_rate = o.at("lr"),
                   .beta1 = o.at("betas").at(0),
                   .beta2 = o.at("betas").at(1),
                   .epsilon = o.at("eps"),
                   .weight_decay = o.at("weight_decay")}};
  });
}

TEST_CASE("AdaMax refuses options outside their domains", "[optim][adamax]") {
  CHECK_THROWS_AS((AdaMax{{.learning_rate = 0}}), loyal::OptionError);
  CHECK_THROWS_AS((AdaMax{{.learning_rate = -1}}), loyal::OptionError);
  CHECK_THROWS_AS((AdaMax{{.learning_rate = NAN}}), loyal::OptionError);
  CHECK_THROWS_AS((AdaMax{{.beta1 = 1}}), loyal::OptionError);
  CHECK_THROWS_AS((AdaMax{{.beta1 = -0.1}}), loyal::OptionError);
  CHECK_THROWS_AS((AdaMax{{.beta2 = 1}}), loyal::OptionError);
  CHECK_THROWS_AS((AdaMax{{.beta2 = -0.1}}), loyal::OptionError);
  CHECK_THROWS_AS((AdaMax{{.epsilon = 0}}), loyal::OptionError);
  CHECK_THROWS_AS((AdaMax{{.weight_decay = -1}}), loyal::OptionError);
}
