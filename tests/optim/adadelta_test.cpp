// SPDX-License-Identifier: MIT
#include <cmath>

#include <loyal/optim/adadelta.hpp>

#include "../support/golden_trajectory.hpp"
#include "../support/optimizer_contract.hpp"

using loyal::AdaDelta;

TEST_CASE("AdaDelta keeps the optimizer contract", "[optim][adadelta]") {
  SECTION("0") { loyal::testing::optimizer_contract(AdaDelta{{.learning_rate = 1}}); }
  SECTION("1") {
    loyal::testing::optimizer_contract(
        AdaDelta{{.rho = 0.5, .epsilon = 1e-4, .weight_decay = 0.1}});
  }
}

TEST_CASE("AdaDelta follows torch's way", "[optim][adadelta][golden]") {
  const char* name = GENERATE("adadelta");
  loyal::testing::check_trajectories(name, [](const auto& o) {
    return AdaDelta{{.learning_rate = o.at("lr"),
                     .rho = o.at("rho"),
                     .epsilon = o.at("eps"),
                     .weight_decay = o.at("weight_decay")}};
  });
}

TEST_CASE("AdaDelta refuses options outside their domains", "[optim][adadelta]") {
  CHECK_THROWS_AS((AdaDelta{{.learning_rate = 0}}), loyal::OptionError);
  CHECK_THROWS_AS((AdaDelta{{.learning_rate = -1}}), loyal::OptionError);
  CHECK_THROWS_AS((AdaDelta{{.rho = 1}}), loyal::OptionError);
  CHECK_THROWS_AS((AdaDelta{{.rho = -0.1}}), loyal::OptionError);
  CHECK_THROWS_AS((AdaDelta{{.epsilon = 0}}), loyal::OptionError);
  CHECK_THROWS_AS((AdaDelta{{.weight_decay = -1}}), loyal::OptionError);
}
