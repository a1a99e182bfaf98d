// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <loyal/behavior/cluster_quality.hpp>
#include <loyal/behavior/kmeans.hpp>

#include "../support/catch.hpp"

using namespace loyal;

TEMPLATE_TEST_CASE("silhouettes written out", "", float, double) {
  Rng rng{1};
  for (int trial = 0; trial < 20; ++trial) {
    const Index n = 4 + static_cast<Index>(rng.below(40));
    Matrix<TestType> x(n, 2);
    std::vector<int> labels;
    for (Index i = 0; i < n; ++i) {
      labels.push_back(i < 2 ? static_cast<int>(i) : static_cast<int>(rng.below(4)));
      x.row(i) << static_cast<TestType>(rng.normal()), static_cast<TestType>(rng.normal());
    }
    double sum = 0;
    for (Index i = 0; i < n; ++i) {
      std::vector<double> total(4), size(4);
      for (Index j = 0; j < n; ++j) {
        if (j == i) continue;
        const auto k = static_cast<std::size_t>(labels[static_cast<std::size_t>(j)]);
        total[k] += (x.row(i) - x.row(j)).template cast<double>().norm();
        size[k] += 1;
      }
      const auto own = static_cast<std::size_t>(labels[static_cast<std::size_t>(i)]);
      if (size[own] == 0) continue;
      const double a = total[own] / size[own];
      double b = std::numeric_limits<double>::infinity();
      for (std::size_t k = 0; k < 4; ++k)
        if (k != own && size[k] > 0) b = std::min(b, total[k] / size[k]);
      sum += (b - a) / std::max(a, b);
    }
    CHECK(silhouette(x, labels) == Approx(sum / static_cast<double>(n)).margin(1e-6));
  }
}

TEST_CASE("the right number of clusters") {
  Rng rng{2};
  Matrix<double> x(600, 2);
  for (Index i = 0; i < 600; ++i)
    x.row(i) << rng.normal() + 10 * static_cast<double>(i % 4 % 2),
        rng.normal() + 10 * static_cast<double>(i % 4 / 2);
  std::vector<double> exact, simplified, sampled, inertia;
  for (int k = 2; k <= 7; ++k) {
    KMeans<double> model{{.clusters = k}};
    model.fit(x);
    exact.push_back(silhouette(x, model.labels()));
    sampled.push_back(silhouette(x, model.labels(), {.most_samples = 200}));
    simplified.push_back(simplified_silhouette(x, model.labels(), model.centers()));
    inertia.push_back(model.inertia());
  }
  for (const auto& values : {exact, sampled, simplified})
    CHECK(std::max_element(values.begin(), values.end()) - values.begin() == 2);
  CHECK(elbow(inertia) == 2);
}

TEST_CASE("elbows of short and straight curves") {
  CHECK(elbow({1}) == 0);
  CHECK(elbow({2, 1}) == 0);
  CHECK(elbow({3, 2, 1}) == 0);
  CHECK_THROWS_AS(elbow({}), DataError);
  CHECK_THROWS_AS(elbow({1, NAN, 0}), DataError);
}

TEST_CASE("impossible clusterings") {
  const Matrix<double> x = Matrix<double>::Zero(3, 1);
  CHECK(silhouette(x, {0, 1, 1}) == 0);
  CHECK(simplified_silhouette(x, {0, 1, 1}, Matrix<double>(Matrix<double>::Zero(2, 1))) == 0);
  CHECK_THROWS_AS(silhouette(x, {0, 0, 0}), DataError);
  CHECK_THROWS_AS(silhouette(x, {0, -1, 0}), DataError);
  CHECK_THROWS_AS(silhouette(x, {0, 1}), ShapeError);
  CHECK_THROWS_AS(silhouette(x, {0, 1, 0}, {.most_samples = 1}), OptionError);
  CHECK_THROWS_AS(simplified_silhouette(x, {0, 2, 0}, Matrix<double>(Matrix<double>::Zero(2, 1))),
                  DataError);
}
