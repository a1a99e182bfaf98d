// SPDX-License-Identifier: MIT
#include <cmath>

#include <loyal/optim/rprop.hpp>

#include "../support/golden_trajectory.hpp"
#include "../support/optimizer_contract.hpp"

using loyal::Rprop;

TEST_CASE("Rprop keeps the optimizer contract", "[optim][rprop]") {
  SECTION("0") { loyal::testing::optimizer_contract(Rprop{{.learning_rate = 0.01}}); }
}

TEST_CASE("Rprop follows torch's way", "[optim][rprop][golden]") {
  const char* name = GENERATE("rprop");
  loyal::testing::check_trajectories(name, [](const auto& o) {
    return Rprop{{.learning_rate = o.at("lr"),
                  .eta_minus = o.at("etas").at(0),
                  .eta_plus = o.at("etas").at(1),
                  .smallest = o.at("step_sizes").at(0),
                  .largest = o.at("step_sizes").at(1)}};
  });
}

TEST_CASE("Rprop refuses options outside their domains", "[optim][rprop]") {
  CHECK_THROWS_AS((Rprop{{.learning_rate = -1}}), loyal::OptionError);
  CHECK_THROWS_AS((Rprop{{.eta_minus = 1}}), loyal::OptionError);
  CHECK_THROWS_AS((Rprop{{.eta_minus = 0}}), loyal::OptionError);
  CHECK_THROWS_AS((Rprop{{.eta_plus = 1}}), loyal::OptionError);
  CHECK_THROWS_AS((Rprop{{.smallest = 0}}), loyal::OptionError);
  CHECK_THROWS_AS((Rprop{{.largest = 1e-7}}), loyal::OptionError);
}
