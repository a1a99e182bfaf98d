// SPDX-License-Identifier: MIT
#include <cmath>

#include <loyal/optim/weight_average.hpp>

#include "../support/optimizer_contract.hpp"

using namespace loyal;

TEMPLATE_TEST_CASE("WeightAverage equals the sums written out", "[optim][weight_average]", float,
                   double) {
  using T = TestType;
  Rng rng{3};
  for (const double decay : {0.0, 0.5, 0.99}) {
    WeightAverage average{Vector<T>(Vector<T>::Zero(5)), {.decay = decay}};
    Vector<double> sum = Vector<double>::Zero(5);
    double weight = 0;
    for (int n = 1; n <= 30; ++n) {
      const auto w = testing::random_vector<T>(5, rng);
      average.add(w);
      sum = (decay == 0 ? 1 : decay) * sum + w.template cast<double>();
      weight = (decay == 0 ? 1 : decay) * weight + 1;
      CHECK((average.model().template cast<double>() - sum / weight).cwiseAbs().maxCoeff() <
            (std::is_same_v<T, double> ? 1e-14 : 1e-6));
      if (n == 1) CHECK(average.model() == w);
    }
    CHECK(average.count() == 30);
  }
}

TEST_CASE("WeightAverage: buffers are the latest, a file goes on", "[optim][weight_average]") {
  BatchNorm<float> norm{3};
  WeightAverage average{norm};
  for (const float x : {1.0F, 2.0F, 6.0F}) {
    norm.weight.setConstant(x);
    norm.running_mean.setConstant(x);
    average.add(norm);
  }
  CHECK(average.model().weight[0] == 3);
  CHECK(average.model().running_mean[0] == 6);
  const testing::TemporaryDirectory directory;
  save_parameters(directory / "average", average);
  WeightAverage resumed{BatchNorm<float>{3}};
  load_parameters(directory / "average", resumed);
  norm.weight.setConstant(7);
  resumed.add(norm);
  CHECK(resumed.model().weight[0] == 4);
}

TEST_CASE("WeightAverage refuses other shapes and decays", "[optim][weight_average]") {
  WeightAverage average{Vector<double>(Vector<double>::Zero(5))};
  CHECK_THROWS_AS(average.add(Vector<double>(Vector<double>::Zero(4))), ShapeError);
  CHECK(average.count() == 0);
  CHECK_THROWS_AS((WeightAverage{Vector<double>(3), {.decay = 1}}), OptionError);
  CHECK_THROWS_AS((WeightAverage{Vector<double>(3), {.decay = -0.1}}), OptionError);
}
