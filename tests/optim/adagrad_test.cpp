// SPDX-License-Identifier: MIT
#include <cmath>

#include <loyal/optim/adagrad.hpp>

#include "../support/golden_trajectory.hpp"
#include "../support/optimizer_contract.hpp"

using loyal::AdaGrad;

TEST_CASE("AdaGrad keeps the optimizer contract", "[optim][adagrad]") {
  SECTION("0") {
    loyal::testing::optimizer_contract(AdaGrad{{.learning_rate = 0.1, .initial_accumulator = 0.1}});
  }
}

TEST_CASE("AdaGrad follows torch's way", "[optim][adagrad][golden]") {
  const char* name = GENERATE("adagrad", "adagrad_full");
  loyal::testing::check_trajectories(name, [](const auto& o) {
    return AdaGrad{{.learning_rate = o.at("lr"),
                    .epsilon = o.at("eps"),
                    .initial_accumulator = o.at("initial_accumulator_value"),
                    .rate_decay = o.at("lr_decay"),
                    .weight_decay = o.at("weight_decay")}};
  });
}

TEST_CASE("AdaGrad refuses options outside their domains", "[optim][adagrad]") {
  CHECK_THROWS_AS((AdaGrad{{.learning_rate = 0}}), loyal::OptionError);
  CHECK_THROWS_AS((AdaGrad{{.epsilon = 0}}), loyal::OptionError);
  CHECK_THROWS_AS((AdaGrad{{.initial_accumulator = -1}}), loyal::OptionError);
  CHECK_THROWS_AS((AdaGrad{{.rate_decay = -1}}), loyal::OptionError);
  CHECK_THROWS_AS((AdaGrad{{.weight_decay = -1}}), loyal::OptionError);
}
