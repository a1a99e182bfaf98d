// SPDX-License-Identifier: MIT
#include <cmath>

#include <loyal/optim/sgd.hpp>

#include "../support/golden_trajectory.hpp"
#include "../support/optimizer_contract.hpp"

using loyal::SGD;

TEST_CASE("SGD keeps the optimizer contract", "[optim][sgd]") {
  SECTION("0") { loyal::testing::optimizer_contract(SGD{{.learning_rate = 0.1}}); }
  SECTION("1") {
    loyal::testing::optimizer_contract(
        SGD{{.learning_rate = 0.05, .momentum = 0.9, .nesterov = true}});
  }
  SECTION("2") {
    loyal::testing::optimizer_contract(
        SGD{{.learning_rate = 0.05, .momentum = 0.8, .dampening = 0.2, .weight_decay = 0.01}});
  }
}

TEST_CASE("SGD follows torch's way", "[optim][sgd][golden]") {
  const char* name = GENERATE("sgd", "sgd_wd", "momentum", "momentum_dampening", "nesterov");
  loyal::testing::check_trajectories(name, [](const auto& o) {
    return SGD{{.learning_rate = o.at("lr"),
                .momentum = o.at("momentum"),
                .dampening = o.at("dampening"),
                .weight_decay = o.at("weight_decay"),
                .nesterov = o.at("nesterov")}};
  });
}

TEST_CASE("SGD refuses options outside their domains", "[optim][sgd]") {
  CHECK_THROWS_AS((SGD{{.learning_rate = 0}}), loyal::OptionError);
  CHECK_THROWS_AS((SGD{{.learning_rate = NAN}}), loyal::OptionError);
  CHECK_THROWS_AS((SGD{{.momentum = 1}}), loyal::OptionError);
  CHECK_THROWS_AS((SGD{{.momentum = -0.1}}), loyal::OptionError);
  CHECK_THROWS_AS((SGD{{.dampening = 1}}), loyal::OptionError);
  CHECK_THROWS_AS((SGD{{.weight_decay = -1}}), loyal::OptionError);
  CHECK_THROWS_AS((SGD{{.nesterov = true}}), loyal::OptionError);
  CHECK_THROWS_AS((SGD{{.momentum = 0.9, .dampening = 0.1, .nesterov = true}}), loyal::OptionError);
}
