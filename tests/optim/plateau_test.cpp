// SPDX-License-Identifier: MIT
#include <cmath>

#include <loyal/core/model_file.hpp>
#include <loyal/core/random.hpp>
#include <loyal/optim/plateau.hpp>

#include "../support/catch.hpp"
#include "../support/temporary_directory.hpp"

using namespace loyal;

TEST_CASE("Plateau: falls after more than `patience` measures that are not better") {
  Plateau plateau{{.factor = 0.5, .patience = 2}};
  for (const double loss : {5.0, 4.0, 4.0, 4.1, 3.0}) CHECK(plateau.observe(loss) == 1);
  CHECK(plateau.observe(3.0) == 1);
  CHECK(plateau.observe(2.9999) == 1);  // better by less than the threshold
  CHECK(plateau.observe(NAN) == 0.5);
  CHECK(plateau.observe(3.0) == 0.5);
  CHECK(plateau.observe(2.0) == 0.5);
  CHECK(plateau.rate() == 0.5);
}

TEST_CASE("Plateau: measures below zero, cooldown and minimum") {
  Plateau plateau{{.factor = 0.1, .patience = 0, .threshold = 0.1, .cooldown = 2, .minimum = 0.05}};
  CHECK(plateau.observe(-10) == 1);
  CHECK(plateau.observe(-10.5) == Approx(0.1));  // needs -11
  CHECK(plateau.observe(-10) == Approx(0.1));    // cools
  CHECK(plateau.observe(-10) == Approx(0.1));    // cools
  CHECK(plateau.observe(-11.1) == Approx(0.1));  // better
  CHECK(plateau.observe(-11) == 0.05);
}

TEST_CASE("Plateau: follows the rules written out, over random measures") {
  Rng rng{4};
  for (int round = 0; round < 50; ++round) {
    const Plateau::Options o{.factor = rng.uniform(0.1, 0.9),
                             .patience = static_cast<int>(rng.below(4)),
                             .threshold = rng.uniform(0.0, 0.2),
                             .cooldown = static_cast<int>(rng.below(3)),
                             .minimum = rng.uniform(0.0, 0.2)};
    Plateau plateau{o};
    double best = INFINITY, rate = 1;
    int bad = 0, cooling = 0;
    for (int k = 0; k < 40; ++k) {
      const double measure = rng.normal();
      const double bound = best > 0 ? best * (1 - o.threshold) : best * (1 + o.threshold);
      if (measure < bound) {
        best = measure;
        bad = 0;
      } else {
        bad += 1;
      }
      if (cooling > 0) {
        cooling -= 1;
        bad = 0;
      }
      if (bad > o.patience) {
        rate = std::max(rate * o.factor, o.minimum);
        cooling = o.cooldown;
        bad = 0;
      }
      CHECK(plateau.observe(measure) == Approx(rate));
    }
  }
}

TEST_CASE("Plateau: goes on from a file with the same rates") {
  Plateau plateau{{.factor = 0.5, .patience = 2}};
  for (const double loss : {5.0, 5.0, 5.0}) plateau.observe(loss);
  const testing::TemporaryDirectory directory;
  save_parameters(directory / "plateau", plateau);
  Plateau resumed{plateau.options()};
  load_parameters(directory / "plateau", resumed);
  CHECK(resumed.observe(5) == 0.5);
  Plateau fresh;
  save_parameters(directory / "plateau", fresh);  // whose best is infinite
  load_parameters(directory / "plateau", resumed);
  CHECK(resumed.rate() == 1);
}

TEST_CASE("Plateau: refuses options outside their domains") {
  CHECK_THROWS_AS((Plateau{{.factor = 0}}), OptionError);
  CHECK_THROWS_AS((Plateau{{.factor = 1}}), OptionError);
  CHECK_THROWS_AS((Plateau{{.patience = -1}}), OptionError);
  CHECK_THROWS_AS((Plateau{{.threshold = -1}}), OptionError);
  CHECK_THROWS_AS((Plateau{{.cooldown = -1}}), OptionError);
  CHECK_THROWS_AS((Plateau{{.minimum = 2}}), OptionError);
}
