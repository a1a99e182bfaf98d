// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/embed/word_vectors.hpp>

#include "../support/catch.hpp"

namespace word_vectors_tests {

using loyal::Index;
using loyal::Matrix;
using loyal::RowVector;
using loyal::WordVectors;

WordVectors random_vectors(Index n, Index d, std::uint64_t seed = 1) {
  loyal::Rng rng{seed};
  loyal::Vocabulary words;
  Matrix<float> x(n, d);
  for (Index i = 0; i < n; ++i)
    words.add("w" + std::to_string(i), static_cast<std::uint64_t>(n - i));
  for (Index i = 0; i < x.size(); ++i) x.data()[i] = rng.normal<float>();
  return {words, x};
}

double cosine(const RowVector<double>& a, const RowVector<double>& b) {
  return a.dot(b) / a.norm() / b.norm();
}

TEST_CASE("Words find their vectors and neighbors", "[embed]") {
  const auto vectors = random_vectors(400, 12);
  CHECK(vectors.size() == 400);
  CHECK(vectors.dimensions() == 12);
  CHECK(vectors.contains("w399"));
  CHECK_FALSE(vectors.contains("w400"));
  CHECK(vectors["w7"] == vectors.vectors().row(7));
  const Matrix<double> x = vectors.vectors().cast<double>();
  CHECK(vectors.similarity("w1", "w2") == Approx(cosine(x.row(1), x.row(2))).margin(1e-6));
  CHECK(vectors.similarity("w3", "w3") == Approx(1).margin(1e-6));

  std::vector<std::pair<double, int>> all;
  for (int i = 0; i < 400; ++i)
    if (i != 5) all.emplace_back(-cosine(x.row(5), x.row(i)), i);
  std::sort(all.begin(), all.end());
  const auto near = vectors.most_similar("w5", 7);
  REQUIRE(near.size() == 7);
  for (std::size_t i = 0; i < near.size(); ++i) {
    CHECK(near[i].word == "w" + std::to_string(all[i].second));
    CHECK(near[i].similarity == Approx(-all[i].first).margin(1e-6));
  }
  const std::vector<std::string> asked{"w5", "w9", "w5", "w11"};
  const auto batch = vectors.most_similar(asked, 7);
  REQUIRE(batch.size() == 4);
  for (std::size_t i = 0; i < near.size(); ++i) {
    CHECK(batch[0][i].word == near[i].word);
    CHECK(batch[2][i].word == near[i].word);
  }
  // By vector, the word itself is the nearest.
  CHECK(vectors.most_similar(RowVector<float>(vectors["w5"]), 3)[0].word == "w5");
  CHECK(vectors.most_similar(RowVector<float>(vectors["w5"]), 3)[1].word == near[0].word);
  const auto few = vectors.most_similar("w5", 1000, {.restrict = 50});
  CHECK(few.size() == 49);
  for (const auto& [word, similarity] : few) CHECK(vectors.vocabulary().id(word) < 50);
}

TEST_CASE("Sums of words and analogies agree with their formulas", "[embed]") {
  const auto vectors = random_vectors(300, 10, 2);
  Matrix<double> u = vectors.vectors().cast<double>();
  u.rowwise().normalize();
  const auto best = [&](const auto& score, const std::set<int>& but) {
    int top = -1;
    for (int i = 0; i < 300; ++i)
      if (!but.contains(i) && (top < 0 || score(i) > score(top))) top = i;
    return top;
  };
  for (int a = 0; a < 40; ++a) {
    const int b = a + 50;
    const int c = a + 150;
    const std::string names[] = {"w" + std::to_string(a), "w" + std::to_string(b),
                                 "w" + std::to_string(c)};
    const RowVector<double> target = u.row(b) - u.row(a) + u.row(c);
    const auto add = [&](int i) { return cosine(target, u.row(i)); };
    const auto multiply = [&](int i) {
      const auto s = [&](int j) { return (1 + u.row(i).dot(u.row(j))) / 2; };
      return s(b) * s(c) / (s(a) + 0.001);
    };
    const int by_add = best(add, {a, b, c});
    const auto found = vectors.analogy(names[0], names[1], names[2], 5);
    REQUIRE(found.size() == 5);
    CHECK(found[0].word == "w" + std::to_string(by_add));
    CHECK(found[0].similarity == Approx(add(by_add)).margin(1e-5));
    const auto sum = vectors.most_similar(std::vector<std::string>{names[1], names[2]},
                                          std::vector<std::string>{names[0]}, 5);
    CHECK(sum[0].word == found[0].word);
    CHECK(sum[0].similarity == Approx(found[0].similarity).margin(1e-5));
    const int by_product = best(multiply, {a, b, c});
    const auto product =
        vectors.analogy(names[0], names[1], names[2], 1, {.rule = loyal::AnalogyRule::multiply});
    CHECK(product[0].word == "w" + std::to_string(by_product));
    CHECK(product[0].similarity == Approx(multiply(by_product)).margin(1e-4));
  }
}

TEST_CASE("The word that does not match, and unit vectors", "[embed]") {
  loyal::Vocabulary words;
  for (const char* word : {"breakfast", "cereal", "dinner", "car", "nothing"}) words.add(word);
  const WordVectors vectors(words, Matrix<float>{{1, 0.1F}, {2, 0.3F}, {9, -1}, {-1, 3}, {0, 0}});
  CHECK(vectors.doesnt_match(std::vector<std::string>{"breakfast", "cereal", "car", "dinner"}) ==
        "car");
  CHECK(vectors.doesnt_match(std::vector<std::string>{"cereal"}) == "cereal");
  CHECK_THROWS_AS(vectors.doesnt_match({}), loyal::DataError);
  const auto unit = vectors.normalized();
  for (Index i = 0; i < 4; ++i) CHECK(unit.vectors().row(i).norm() == Approx(1));
  CHECK(unit["nothing"].norm() == 0);
  CHECK(unit.vocabulary() == vectors.vocabulary());
  CHECK(vectors.similarity("nothing", "car") == 0);
}

TEST_CASE("Vectors without words, wrong sizes and unknown words", "[embed]") {
  const WordVectors none;
  CHECK(none.size() == 0);
  CHECK_THROWS_AS(none.most_similar("x", 3), loyal::DataError);
  CHECK(none.most_similar(RowVector<float>(), 3).empty());
  loyal::Vocabulary one;
  one.add("a");
  CHECK_THROWS_AS(WordVectors(one, Matrix<float>::Zero(2, 3)), loyal::ShapeError);
  const WordVectors a(one, Matrix<float>::Ones(1, 3));
  CHECK(a.most_similar("a", 5).empty());
  CHECK(a.most_similar("a", 0).empty());
  CHECK_THROWS_WITH(a["b"], ContainsSubstring("the word is 'b'"));
  CHECK_THROWS_AS(a.most_similar(RowVector<float>::Zero(2), 1), loyal::ShapeError);
  CHECK_THROWS_AS(a.most_similar("a", -2), loyal::OptionError);
  CHECK_THROWS_AS(a.most_similar("a", 1, {.restrict = -1}), loyal::OptionError);
  const WordVectors copy = a;
  CHECK(copy == a);
  CHECK_FALSE(copy == none);
}

}  // namespace word_vectors_tests
