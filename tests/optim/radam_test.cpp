// SPDX-License-Identifier: MIT
#include <cmath>

#include <loyal/optim/radam.hpp>

#include "../support/golden_trajectory.hpp"
#include "../support/optimizer_contract.hpp"

using loyal::RAdam;

TEST_CASE("RAdam keeps the optimizer contract", "[optim][radam]") {
  SECTION("0") { loyal::testing::optimizer_contract(RAdam{{.learning_rate = 0.01}}); }
  SECTION("1") {
    loyal::testing::optimizer_contract(RAdam{{.learning_rate = 0.01, .weight_decay = 0.1}});
  }
  SECTION("2") { loyal::testing::optimizer_contract(RAdam{{.learning_rate = 0.01, .beta2 = 0.9}}); }
}

TEST_CASE("RAdam follows torch's way", "[optim][radam][golden]") {
  const char* name = GENERATE("radam");
  loyal::testing::check_trajectories(name, [](const auto& o) {
    return RAdam{{.learning_rate = o.at("lr"),
                  .beta1 = o.at("betas").at(0),
                  .beta2 = o.at("betas").at(1),
                  .epsilon = o.at("eps"),
                  .weight_decay = o.at("weight_decay")}};
  });
}

TEST_CASE("RAdam refuses options outside their domains", "[optim][radam]") {
  CHECK_THROWS_AS((RAdam{{.learning_rate = 0}}), loyal::OptionError);
  CHECK_THROWS_AS((RAdam{{.learning_rate = -1}}), loyal::OptionError);
  CHECK_THROWS_AS((RAdam{{.learning_rate = NAN}}), loyal::OptionError);
  CHECK_THROWS_AS((RAdam{{.beta1 = 1}}), loyal::OptionError);
  CHECK_THROWS_AS((RAdam{{.beta1 = -0.1}}), loyal::OptionError);
  CHECK_THROWS_AS((RAdam{{.beta2 = 1}}), loyal::OptionError);
  CHECK_THROWS_AS((RAdam{{.beta2 = -0.1}}), loyal::OptionError);
  CHECK_THROWS_AS((RAdam{{.epsilon = 0}}), loyal::OptionError);
  CHECK_THROWS_AS((RAdam{{.weight_decay = -1}}), loyal::OptionError);
}
