// SPDX-License-Identifier: MIT
#include <cmath>
#include <string>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/data/feature_hasher.hpp>

#include "../support/catch.hpp"

using namespace loyal;

TEMPLATE_TEST_CASE("FeatureHasher: rows are sums of signed features", "[data]", float, double) {
  Rng rng{6};
  std::vector<std::string> names;
  for (int i = 0; i < 50; ++i) names.push_back("feature" + std::to_string(i));
  for (const bool with_sign : {true, false}) {
    const FeatureHasher hasher{{.columns = 16, .with_sign = with_sign, .seed = 9}};
    std::vector<FeatureHasher::Sample> samples(20);
    Matrix<double> expected = Matrix<double>::Zero(20, 16);
    for (Index row = 0; row < 20; ++row)
      for (auto n = rng.below(10); n > 0; --n) {
        const auto& name = names[rng.below(names.size())];
        const double value = static_cast<double>(rng.below(9)) - 4;
        samples[static_cast<std::size_t>(row)].emplace_back(name, value);
        const std::uint64_t h = string_hash(name, 9);
        const double sign = with_sign && h >= (std::uint64_t{1} << 63) ? -1 : 1;
        expected(row, static_cast<Index>((h & ~(std::uint64_t{1} << 63)) % 16)) += sign * value;
      }
    const auto x = hasher.transform<TestType>(samples);
    CHECK(Matrix<TestType>(x).template cast<double>() == expected);
  }
}

TEST_CASE("FeatureHasher: inner products are kept on average over seeds", "[data]") {
  const std::vector<FeatureHasher::Sample> samples{{{"a", 1}, {"b", 2}, {"c", 3}, {"d", -1}},
                                                   {{"a", 2}, {"c", 1}, {"e", 5}, {"f", 1}}};
  double sum = 0;
  const int seeds = 4000;
  for (int seed = 0; seed < seeds; ++seed) {
    const FeatureHasher hasher{{.columns = 8, .seed = static_cast<std::uint64_t>(seed)}};
    const Matrix<double> x = hasher.transform(samples);
    sum += x.row(0).dot(x.row(1));
  }
  // Truth 1 * 2 + 3 * 1 = 5; one seed's variance is at most |x|^2 |y|^2 * 2 / 8 = 116.
  CHECK(std::abs(sum / seeds - 5) < 5 * std::sqrt(116.0 / seeds));
}

TEST_CASE("FeatureHasher: a table's rows", "[data]") {
  const auto table = parse_table("age,plan\n41,basic\n,pro\n7,NA\n");
  const FeatureHasher hasher{{.columns = 1 << 20}};
  const auto x = hasher.transform(table);
  CHECK(x.rows() == 3);
  CHECK(x.nonZeros() == 4);
  const auto at = [&](Index row, const char* name) {
    const auto [column, sign] = hasher.place(name);
    return sign * x.coeff(row, column);
  };
  CHECK(at(0, "age") == 41);
  CHECK(at(0, "plan=basic") == 1);
  CHECK(at(1, "plan=pro") == 1);
  CHECK(at(2, "age") == 7);
}

TEST_CASE("FeatureHasher: what it refuses", "[data]") {
  CHECK_THROWS_AS(FeatureHasher({.columns = 0}), OptionError);
  CHECK_THROWS_AS(FeatureHasher({.columns = Index{1} << 31}), OptionError);
  const FeatureHasher hasher;
  CHECK_THROWS_AS(hasher.transform(std::vector<FeatureHasher::Sample>{{{"a", std::nan("")}}}),
                  DataError);
  CHECK(hasher.transform(std::vector<FeatureHasher::Sample>{}).rows() == 0);
}
