// SPDX-License-Identifier: MIT
#include <cmath>

#include <loyal/optim/amsgrad.hpp>

#include "../support/golden_trajectory.hpp"
#include "../support/optimizer_contract.hpp"

using loyal::AMSGrad;

TEST_CASE("AMSGrad keeps the optimizer contract", "[optim][amsgrad]") {
  SECTION("0") { loyal::testing::optimizer_contract(AMSGrad{{.learning_rate = 0.01}}); }
  SECTION("1") {
    loyal::testing::optimizer_contract(AMSGrad{{.learning_rate = 0.01, .weight_decay = 0.1}});
  }
  SECTION("2") {
    loyal::testing::optimizer_contract(
        AMSGrad{{.learning_rate = 0.01, .weight_decay = 0.1, .decoupled = true}});
  }
}

TEST_CASE("AMSGrad follows torch's way", "[optim][amsgrad][golden]") {
  const char* name = GENERATE("adam_amsgrad", "adamw_amsgrad");
  loyal::testing::check_trajectories(name, [](const auto& o) {
    return AMSGrad{{.learning_rate = o.at("lr"),
                    .beta1 = o.at("betas").at(0),
                    .beta2 = o.at("betas").at(1),
                    .epsilon = o.at("eps"),
                    .weight_decay = o.at("weight_decay"),
                    .decoupled = o.at("weight_decay") > 0}};
  });
}

TEST_CASE("AMSGrad refuses options outside their domains", "[optim][amsgrad]") {
  CHECK_THROWS_AS((AMSGrad{{.learning_rate = 0}}), loyal::OptionError);
  CHECK_THROWS_AS((AMSGrad{{.learning_rate = -1}}), loyal::OptionError);
  CHECK_THROWS_AS((AMSGrad{{.learning_rate = NAN}}), loyal::OptionError);
  CHECK_THROWS_AS((AMSGrad{{.beta1 = 1}}), loyal::OptionError);
  CHECK_THROWS_AS((AMSGrad{{.beta1 = -0.1}}), loyal::OptionError);
  CHECK_THROWS_AS((AMSGrad{{.beta2 = 1}}), loyal::OptionError);
  CHECK_THROWS_AS((AMSGrad{{.beta2 = -0.1}}), loyal::OptionError);
  CHECK_THROWS_AS((AMSGrad{{.epsilon = 0}}), loyal::OptionError);
  CHECK_THROWS_AS((AMSGrad{{.weight_decay = -1}}), loyal::OptionError);
}
