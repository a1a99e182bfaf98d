// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <loyal/behavior/kmeans.hpp>
#include <loyal/behavior/rfm.hpp>

#include "../support/catch.hpp"
#include "../support/random_log.hpp"

using namespace loyal;

namespace {

template <class T>
Matrix<T> blobs(Rng& rng, Index each, Index clusters, Index features, double apart,
                double offset = 0) {
  Matrix<T> x(each * clusters, features);
  for (Index i = 0; i < x.rows(); ++i)
    for (Index j = 0; j < features; ++j)
      x(i, j) = static_cast<T>(offset + rng.normal() +
                               (j == (i % clusters) % features
                                    ? apart * static_cast<double>(1 + (i % clusters) / features)
                                    : 0.0));
  return x;
}

template <class T>
double inertia_of(const Matrix<T>& x, const Matrix<T>& centers, const std::vector<int>& labels) {
  double sum = 0;
  for (Index i = 0; i < x.rows(); ++i)
    sum += (x.row(i) - centers.row(labels[static_cast<std::size_t>(i)]))
               .template cast<double>()
               .squaredNorm();
  return sum;
}

}  // namespace

TEMPLATE_TEST_CASE("clusters that lie apart are found, far from the origin too", "", float,
                   double) {
  Rng rng{1};
  for (const double offset : {0.0, 1000.0}) {
    const auto x = blobs<TestType>(rng, 100, 4, 5, 20, offset);
    KMeans<TestType> model{{.clusters = 4}};
    model.fit(x);
    CHECK(model.converged());
    for (Index i = 0; i < x.rows(); ++i)
      CHECK(model.labels()[static_cast<std::size_t>(i)] ==
            model.labels()[static_cast<std::size_t>(i % 4)]);
    CHECK(model.predict(x) == model.labels());
    CHECK(model.inertia() == Approx(inertia_of(x, model.centers(), model.labels())).epsilon(1e-3));
    CHECK(model.inertia() / static_cast<double>(x.size()) == Approx(1).epsilon(0.2));
  }
}

TEST_CASE("at rest every center is the mean of its samples, every sample with its nearest center") {
  Rng rng{2};
  for (int trial = 0; trial < 20; ++trial) {
    const Index n = 30 + static_cast<Index>(rng.below(200));
    Matrix<double> x(n, 3);
    for (Index i = 0; i < x.size(); ++i) x.data()[i] = rng.normal();
    const int clusters = 1 + static_cast<int>(rng.below(7));
    KMeans<double> model{
        {.clusters = clusters, .max_iterations = 1000, .tolerance = 0, .restarts = 2}};
    model.fit(x);
    REQUIRE(model.converged());
    for (int k = 0; k < clusters; ++k) {
      RowVector<double> mean = RowVector<double>::Zero(3);
      double size = 0;
      for (Index i = 0; i < n; ++i)
        if (model.labels()[static_cast<std::size_t>(i)] == k) {
          mean += x.row(i);
          size += 1;
        }
      REQUIRE(size > 0);
      CHECK((mean / size).isApprox(model.centers().row(k), 1e-9));
    }
    for (Index i = 0; i < n; ++i) {
      const int own = model.labels()[static_cast<std::size_t>(i)];
      for (int k = 0; k < clusters; ++k)
        CHECK((x.row(i) - model.centers().row(own)).norm() <=
              (x.row(i) - model.centers().row(k)).norm() + 1e-9);
    }
  }
}

TEST_CASE("the best partition of few numbers, found by trying all") {
  Rng rng{3};
  for (int trial = 0; trial < 20; ++trial) {
    Matrix<double> x(8, 1);
    for (Index i = 0; i < 8; ++i) x(i, 0) = std::round(rng.uniform(0.0, 30.0));
    double best = std::numeric_limits<double>::infinity();
    for (int code = 0; code < 6561; ++code) {  // 3^8
      std::vector<int> labels;
      for (int i = 0, c = code; i < 8; ++i, c /= 3) labels.push_back(c % 3);
      double sum = 0;
      for (int k = 0; k < 3; ++k) {
        double total = 0, squares = 0, size = 0;
        for (Index i = 0; i < 8; ++i)
          if (labels[static_cast<std::size_t>(i)] == k) {
            total += x(i, 0);
            squares += x(i, 0) * x(i, 0);
            size += 1;
          }
        if (size > 0) sum += squares - total * total / size;
      }
      best = std::min(best, sum);
    }
    KMeans<double> model{{.clusters = 3, .restarts = 30}};
    model.fit(x);
    CHECK(model.inertia() == Approx(best).margin(1e-9));
  }
}

TEST_CASE("the same bits for any number of threads, other starts for other seeds") {
  Rng rng{4};
  const auto x = blobs<float>(rng, 400, 5, 4, 2);
  KMeans<float> one{{.clusters = 6, .restarts = 2, .seed = 9, .threads = 1}};
  KMeans<float> three{{.clusters = 6, .restarts = 2, .seed = 9, .threads = 3}};
  one.fit(x);
  three.fit(x);
  CHECK(one.centers() == three.centers());
  CHECK(one.labels() == three.labels());
  CHECK(one.inertia() == three.inertia());
}

TEST_CASE("equal samples, as many clusters as samples, one sample") {
  KMeans<double> model{{.clusters = 3}};
  model.fit(Matrix<double>::Constant(5, 2, 7));
  CHECK(model.inertia() == 0);
  CHECK(model.centers().row(0).isConstant(7));
  Matrix<double> x(3, 1);
  x << 1, 5, 9;
  model.fit(x);
  CHECK(model.inertia() == 0);
  CHECK(model.labels()[0] != model.labels()[1]);
  KMeans<double> single{{.clusters = 1}};
  single.fit(x);
  CHECK(single.centers()(0, 0) == Approx(5));
}

TEST_CASE("a center without samples gets the farthest one") {
  // Started anywhere, four clusters on four places of very different weight all end occupied.
  Matrix<double> x(103, 1);
  x.setZero();
  x.bottomRows(3) << 1, 50, 1000;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    KMeans<double> model{{.clusters = 4, .restarts = 1, .seed = seed}};
    model.fit(x);
    CHECK(model.inertia() == Approx(0).margin(1e-12));
  }
}

TEST_CASE("batches: one sample at a time is the mean so far") {
  // With one cluster every draw moves the center by 1 / n: it ends at the mean of all draws.
  Rng rng{6};
  Matrix<double> x(1000, 1);
  for (Index i = 0; i < 1000; ++i) x(i, 0) = rng.normal();
  KMeans<double> model{{.clusters = 1, .max_iterations = 400, .restarts = 1, .batch = 100}};
  model.fit(x);
  CHECK(model.iterations() == 400);
  CHECK_FALSE(model.converged());
  CHECK(model.centers()(0, 0) == Approx(x.mean()).margin(4 / std::sqrt(40'000.0)));
  CHECK(model.centers()(0, 0) != x.mean());
}

TEMPLATE_TEST_CASE("batches find nearly what all samples find, the same for any threads", "", float,
                   double) {
  Rng rng{7};
  const auto x = blobs<TestType>(rng, 1500, 6, 4, 6, 100);
  typename KMeans<TestType>::Options options{.clusters = 6, .seed = 3};
  KMeans<TestType> all{options};
  all.fit(x);
  options.batch = 300;
  KMeans<TestType> batches{options};
  batches.fit(x);
  CHECK(batches.inertia() >= all.inertia() * 0.9999);
  CHECK(batches.inertia() < all.inertia() * 1.03);
  CHECK(batches.inertia() ==
        Approx(inertia_of(x, batches.centers(), batches.labels())).epsilon(1e-3));
  CHECK(batches.predict(x) == batches.labels());
  options.threads = 1;
  KMeans<TestType> one{options};
  one.fit(x);
  CHECK(one.centers() == batches.centers());
  CHECK(one.labels() == batches.labels());
  options.seed = 4;
  KMeans<TestType> other{options};
  other.fit(x);
  CHECK(other.centers() != batches.centers());
  options.batch = x.rows();  // no fewer than there are: all at once
  options.seed = 3;
  KMeans<TestType> whole{options};
  whole.fit(x);
  CHECK(whole.centers() == all.centers());
  CHECK_THROWS_AS(KMeans<TestType>({.batch = -1}), OptionError);
}

TEST_CASE("impossible input of k-means") {
  CHECK_THROWS_AS(KMeans<double>({.clusters = 0}), OptionError);
  CHECK_THROWS_AS(KMeans<double>({.restarts = 0}), OptionError);
  CHECK_THROWS_AS(KMeans<double>({.tolerance = -1}), OptionError);
  KMeans<double> model{{.clusters = 2}};
  CHECK_THROWS_AS(model.centers(), NotFitted);
  CHECK_THROWS_AS(model.predict(Matrix<double>::Zero(1, 1)), NotFitted);
  CHECK_THROWS_AS(model.fit(Matrix<double>::Zero(1, 1)), DataError);
  Matrix<double> x = Matrix<double>::Zero(3, 1);
  x(1, 0) = std::nan("");
  CHECK_THROWS_AS(model.fit(x), DataError);
  x(1, 0) = 1;
  model.fit(x);
  CHECK_THROWS_AS(model.predict(Matrix<double>::Zero(1, 2)), ShapeError);
}

TEST_CASE("segments of users are blind to the future") {
  testing::check_blind_to_the_future(1, [](const Observed& known) {
    const auto table = rfm<double>(known);
    KMeans<double> model{
        {.clusters = 1 + static_cast<int>(table.values.rows()) / 4, .restarts = 1}};
    if (table.values.rows() > 0) model.fit(table.values);
    std::string text = testing::text_of(table.values, model.centers());
    for (const int label : model.labels()) text += " " + std::to_string(label);
    return text;
  });
}
