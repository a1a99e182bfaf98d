// SPDX-License-Identifier: MIT
#include <Eigen/SVD>
#include <string>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/embed/sif.hpp>

#include "../support/catch.hpp"

using loyal::Index;
using loyal::Matrix;
using loyal::SIF;

TEST_CASE("Texts' vectors follow the paper's algorithm", "[embed]") {
  loyal::Rng rng{1};
  loyal::Vocabulary words;
  for (int i = 0; i < 40; ++i)
    words.add("w" + std::to_string(i), static_cast<std::uint64_t>(1 + 1000 / (i + 1)));
  Matrix<float> x(40, 6);
  for (Index i = 0; i < x.size(); ++i) x.data()[i] = rng.normal<float>() + 0.3F;
  const loyal::WordVectors vectors(words, x);

  std::vector<std::vector<std::string>> owned(30);
  std::vector<SIF::Text> texts(30);
  for (std::size_t t = 0; t < 30; ++t) {
    for (auto n = t == 3 ? 0 : 1 + rng.below(9); n > 0; --n)
      owned[t].push_back("w" + std::to_string(rng.below(45)));
    texts[t].assign(owned[t].begin(), owned[t].end());
  }
  Matrix<double> means = Matrix<double>::Zero(30, 6);
  for (std::size_t t = 0; t < 30; ++t) {
    double known = 0;
    for (const auto& word : owned[t]) {
      const auto id = words.id(word);
      if (id < 0) continue;
      const double p = double(words.count(id)) / double(words.total());
      means.row(static_cast<Index>(t)) += 0.01 / (0.01 + p) * x.row(id).cast<double>();
      ++known;
    }
    if (known > 0) means.row(static_cast<Index>(t)) /= known;
  }
  SIF sif(vectors, {.a = 0.01});
  CHECK((sif.transform(texts).cast<double>() - means).norm() < 1e-5);
  sif.fit(texts);
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(Eigen::MatrixXd(means), Eigen::ComputeThinV);
  const Eigen::VectorXd u = svd.matrixV().col(0);
  CHECK(std::abs(sif.common().cast<double>().dot(u.transpose())) == Approx(1).margin(1e-6));
  const Matrix<double> expected = means - means * u * u.transpose();
  CHECK((sif.transform(texts).cast<double>() - expected).norm() < 1e-5);
  CHECK(sif.transform(texts[3]).norm() == 0);
  SIF kept(vectors, {.a = 0.01, .remove_component = false});
  kept.fit(texts);
  CHECK(kept.common().norm() == 0);
}

TEST_CASE("Wrong options and texts without words", "[embed]") {
  loyal::Vocabulary words;
  words.add("a", 1);
  const loyal::WordVectors vectors(words, Matrix<float>::Ones(1, 3));
  CHECK_THROWS_AS(SIF(vectors, {.a = 0}), loyal::OptionError);
  SIF sif(vectors);
  CHECK_THROWS_AS(sif.fit({}), loyal::DataError);
  const std::vector<SIF::Text> unknown{{"b"}};
  CHECK_THROWS_AS(sif.fit(unknown), loyal::DataError);
  CHECK(sif.transform(unknown).norm() == 0);
  loyal::Vocabulary uncounted;
  uncounted.add("a");
  CHECK_THROWS_AS(SIF(loyal::WordVectors(uncounted, Matrix<float>::Ones(1, 3))), loyal::DataError);
}
