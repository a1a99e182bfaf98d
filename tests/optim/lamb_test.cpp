// SPDX-License-Identifier: MIT
#include <cmath>

#include <loyal/optim/lamb.hpp>

#include "../support/golden_trajectory.hpp"
#include "../support/optimizer_contract.hpp"

using loyal::LAMB;

TEST_CASE("LAMB keeps the optimizer contract", "[optim][lamb]") {
  SECTION("0") { loyal::testing::optimizer_contract(LAMB{{.learning_rate = 0.01}}); }
  SECTION("1") {
    loyal::testing::optimizer_contract(LAMB{{.learning_rate = 0.01, .weight_decay = 0}});
  }
}

TEMPLATE_TEST_CASE("LAMB equals its paper, one parameter at a time", "[optim][lamb]", float,
                   double) {
  using T = TestType;
  loyal::Rng rng{11};
  for (int round = 0; round < 20; ++round) {
    const LAMB::Options o{.learning_rate = std::pow(10, rng.uniform(-4.0, -1.0)),
                          .beta1 = rng.uniform(0.0, 0.99),
                          .beta2 = rng.uniform(0.5, 0.999),
                          .weight_decay = rng.uniform(0.0, 0.2)};
    const loyal::Index n = 1 + static_cast<loyal::Index>(rng.below(40));
    loyal::Vector<T> p = loyal::testing::random_vector<T>(n, rng);
    loyal::Vector<double> x = p.template cast<double>();
    const LAMB optimizer{o};
    auto state = optimizer.init(p);
    loyal::Vector<double> m = loyal::Vector<double>::Zero(n);
    loyal::Vector<double> v = m;
    for (int t = 1; t <= 25; ++t) {
      const double rate = rng.uniform(0.5, 1.5);
      const loyal::Vector<T> g = loyal::testing::random_vector<T>(n, rng);
      optimizer.step(p, g, state, rate);
      loyal::Vector<double> u(n);  // algorithm 2
      for (loyal::Index i = 0; i < n; ++i) {
        m[i] = o.beta1 * m[i] + (1 - o.beta1) * double(g[i]);
        v[i] = o.beta2 * v[i] + (1 - o.beta2) * double(g[i]) * double(g[i]);
        u[i] = m[i] / (1 - std::pow(o.beta1, t)) /
                   (std::sqrt(v[i] / (1 - std::pow(o.beta2, t))) + o.epsilon) +
               o.weight_decay * x[i];
      }
      x -= o.learning_rate * rate * (x.norm() / u.norm()) * u;
      CHECK((p.template cast<double>() - x).cwiseAbs().maxCoeff() <
            (std::is_same_v<T, double> ? 1e-12 : 2e-5));
    }
  }
}

TEST_CASE("LAMB: each array has its own ratio, 1 where a norm is zero", "[optim][lamb]") {
  loyal::Sequential network{loyal::Dense<double>{3, 4}};
  auto gradient = loyal::zero_gradient(network);
  network.get<0>().weight.setConstant(2);
  network.get<0>().bias.setZero();
  gradient.get<0>().weight.setConstant(0.1);
  gradient.get<0>().bias.setConstant(7);
  const LAMB lamb{{.learning_rate = 0.5, .weight_decay = 0}};
  auto state = lamb.init(network);
  lamb.step(network, gradient, state);  // Adam's first step is 1 in each place
  CHECK(network.get<0>().weight(1, 1) == Approx(2 - 0.5 * 2).epsilon(1e-4));
  CHECK(network.get<0>().bias[2] == Approx(-0.5).epsilon(1e-4));
}

TEST_CASE("LAMB: a large array, which threads share, steps as the formula says", "[optim][lamb]") {
  const loyal::Index n = (loyal::Index{1} << 19) + 4099;
  const loyal::Vector<double> start = loyal::Vector<double>::LinSpaced(n, -1, 3);
  const loyal::Vector<double> g = loyal::Vector<double>::LinSpaced(n, 2, -1);
  loyal::Vector<double> p = start;
  const LAMB lamb{{.learning_rate = 0.1, .weight_decay = 0.5}};
  auto state = lamb.init(p);
  lamb.step(p, g, state);
  const loyal::Vector<double> u = g.array() / (g.array().abs() + 1e-6) + 0.5 * start.array();
  const loyal::Vector<double> wanted = start - 0.1 * start.norm() / u.norm() * u;
  CHECK((p - wanted).cwiseAbs().maxCoeff() < 1e-12);
}

TEST_CASE("LAMB refuses options outside their domains", "[optim][lamb]") {
  CHECK_THROWS_AS((LAMB{{.learning_rate = 0}}), loyal::OptionError);
  CHECK_THROWS_AS((LAMB{{.learning_rate = -1}}), loyal::OptionError);
  CHECK_THROWS_AS((LAMB{{.learning_rate = NAN}}), loyal::OptionError);
  CHECK_THROWS_AS((LAMB{{.beta1 = 1}}), loyal::OptionError);
  CHECK_THROWS_AS((LAMB{{.beta1 = -0.1}}), loyal::OptionError);
  CHECK_THROWS_AS((LAMB{{.beta2 = 1}}), loyal::OptionError);
  CHECK_THROWS_AS((LAMB{{.beta2 = -0.1}}), loyal::OptionError);
  CHECK_THROWS_AS((LAMB{{.epsilon = 0}}), loyal::OptionError);
  CHECK_THROWS_AS((LAMB{{.weight_decay = -1}}), loyal::OptionError);
}
