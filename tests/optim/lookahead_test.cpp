// SPDX-License-Identifier: MIT
#include <cmath>

#include <loyal/optim/adam.hpp>
#include <loyal/optim/lookahead.hpp>
#include <loyal/optim/sgd.hpp>

#include "../support/optimizer_contract.hpp"

using namespace loyal;

static_assert(Optimizer<Lookahead<Adam>, Sequential<Dense<float>>>);

TEMPLATE_TEST_CASE("Lookahead equals algorithm 1, written out", "[optim][lookahead]", float,
                   double) {
  using T = TestType;
  Rng rng{3};
  const SGD sgd{{.learning_rate = 0.1, .momentum = 0.5}};
  for (const int every : {1, 2, 5}) {
    for (const double share : {0.5, 0.8, 1.0}) {
      const Lookahead optimizer{sgd, {.every = every, .share = share}};
      Vector<T> p = testing::random_vector<T>(7, rng);
      Vector<T> fast = p;
      Vector<T> slow = p;
      auto state = optimizer.init(p);
      auto inner = sgd.init(fast);
      for (int t = 1; t <= 13; ++t) {
        const auto g = testing::random_vector<T>(7, rng);
        optimizer.step(p, g, state, 0.5);
        sgd.step(fast, g, inner, 0.5);
        if (t % every == 0) {
          slow += static_cast<T>(share) * (fast - slow);
          fast = slow;
        }
        CHECK((p - fast).cwiseAbs().maxCoeff() <= 4 * std::numeric_limits<T>::epsilon());
        CHECK(state.step() == t);
      }
    }
  }
}

TEST_CASE("Lookahead keeps what wrappers must", "[optim][lookahead]") {
  testing::wrapper_contract(Lookahead{Adam{{.learning_rate = 0.05}}, {.every = 3}});
}

TEST_CASE("Lookahead refuses options outside their domains", "[optim][lookahead]") {
  CHECK_THROWS_AS((Lookahead{SGD{}, {.every = 0}}), OptionError);
  CHECK_THROWS_AS((Lookahead{SGD{}, {.share = 0}}), OptionError);
  CHECK_THROWS_AS((Lookahead{SGD{}, {.share = 1.5}}), OptionError);
}
