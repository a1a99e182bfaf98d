// SPDX-License-Identifier: MIT
#include <cmath>

#include <loyal/optim/adan.hpp>

#include "../support/golden_trajectory.hpp"
#include "../support/optimizer_contract.hpp"

using loyal::Adan;

TEST_CASE("Adan keeps the optimizer contract", "[optim][adan]") {
  SECTION("0") { loyal::testing::optimizer_contract(Adan{{.learning_rate = 0.01}}); }
  SECTION("1") {
    loyal::testing::optimizer_contract(Adan{{.learning_rate = 0.01, .weight_decay = 0.1}});
  }
}

TEMPLATE_TEST_CASE("Adan equals its paper, one parameter at a time", "[optim][adan]", float,
                   double) {
  using T = TestType;
  loyal::Rng rng{11};
  for (int round = 0; round < 20; ++round) {
    const Adan::Options o{.learning_rate = std::pow(10, rng.uniform(-4.0, -1.0)),
                          .beta1 = rng.uniform(0.0, 0.99),
                          .beta2 = rng.uniform(0.5, 0.999),
                          .beta3 = rng.uniform(0.5, 0.999),
                          .weight_decay = rng.uniform(0.0, 0.2)};
    const loyal::Index n = 1 + static_cast<loyal::Index>(rng.below(40));
    loyal::Vector<T> p = loyal::testing::random_vector<T>(n, rng);
    loyal::Vector<double> x = p.template cast<double>();
    const Adan optimizer{o};
    auto state = optimizer.init(p);
    const loyal::Vector<double> zero = loyal::Vector<double>::Zero(n);
    loyal::Vector<double> m = zero, v = zero, s = zero, last = zero;
    for (int t = 1; t <= 25; ++t) {
      const double rate = rng.uniform(0.5, 1.5);
      const loyal::Vector<T> g = loyal::testing::random_vector<T>(n, rng);
      optimizer.step(p, g, state, rate);
      for (loyal::Index i = 0; i < n; ++i) {  // algorithm 1, with the paper's betas
        const double b1 = 1 - o.beta1, b2 = 1 - o.beta2, b3 = 1 - o.beta3;
        const double now = double(g[i]);
        const double d = t == 1 ? 0 : now - last[i];
        m[i] = (1 - b1) * m[i] + b1 * now;
        v[i] = (1 - b2) * v[i] + b2 * d;
        s[i] = (1 - b3) * s[i] + b3 * std::pow(now + (1 - b2) * d, 2);
        const double eta =
            o.learning_rate * rate / (std::sqrt(s[i] / (1 - std::pow(1 - b3, t))) + o.epsilon);
        x[i] = (x[i] - eta * (m[i] / (1 - std::pow(1 - b1, t)) +
                              (1 - b2) * v[i] / (1 - std::pow(1 - b2, t)))) /
               (1 + o.learning_rate * rate * o.weight_decay);
        last[i] = now;
      }
      CHECK((p.template cast<double>() - x).cwiseAbs().maxCoeff() <
            (std::is_same_v<T, double> ? 1e-12 : 2e-5));
    }
  }
}

TEST_CASE("Adan refuses options outside their domains", "[optim][adan]") {
  CHECK_THROWS_AS((Adan{{.learning_rate = 0}}), loyal::OptionError);
  CHECK_THROWS_AS((Adan{{.learning_rate = -1}}), loyal::OptionError);
  CHECK_THROWS_AS((Adan{{.learning_rate = NAN}}), loyal::OptionError);
  CHECK_THROWS_AS((Adan{{.beta1 = 1}}), loyal::OptionError);
  CHECK_THROWS_AS((Adan{{.beta1 = -0.1}}), loyal::OptionError);
  CHECK_THROWS_AS((Adan{{.beta2 = 1}}), loyal::OptionError);
  CHECK_THROWS_AS((Adan{{.beta2 = -0.1}}), loyal::OptionError);
  CHECK_THROWS_AS((Adan{{.epsilon = 0}}), loyal::OptionError);
  CHECK_THROWS_AS((Adan{{.weight_decay = -1}}), loyal::OptionError);
  CHECK_THROWS_AS((Adan{{.beta3 = 1}}), loyal::OptionError);
}
