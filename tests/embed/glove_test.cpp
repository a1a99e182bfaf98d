// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <loyal/embed/glove.hpp>

#include "../support/catch.hpp"

namespace glove_tests {

using loyal::GloVe;
using loyal::Index;
using loyal::Matrix;

std::string two_topics(int sentences, std::uint64_t seed) {
  loyal::Rng rng{seed};
  std::string text;
  for (int i = 0; i < sentences; ++i) {
    for (int j = 0; j < 10; ++j)
      text += (i % 2 == 0 ? "a" : "b") + std::to_string(rng.below(20)) + " ";
    text += '\n';
  }
  return text;
}

GloVe::Options small() {
  return {.dimensions = 10,
          .x_max = 10,
          .epochs = 20,
          .vocabulary = {.min_count = 1},
          .cooccurrence = {.window = 5}};
}

TEST_CASE("a step is the gradient of half the weighted square", "[embed][glove]") {
  loyal::Rng rng{1};
  for (const Index d : {1, 3, 15, 16, 40}) {
    const Index half = loyal::detail::RowTable(0, d + 1).stride();
    loyal::detail::RowTable table(2, 2 * half);
    Matrix<double> start(2, d + 1);
    for (Index r = 0; r < 2; ++r)
      for (Index c = 0; c <= d; ++c) {
        table.row(r)[c] = static_cast<float>(rng.uniform() - 0.5);
        start(r, c) = static_cast<double>(table.row(r)[c]);
        table.row(r)[half + c] = static_cast<float>(1 + rng.uniform());
      }
    for (Index r = 0; r < 2; ++r)
      for (Index c = d + 1; c < half; ++c) table.row(r)[half + c] = 1;
    Matrix<double> seen(2, d + 1);
    for (Index r = 0; r < 2; ++r)
      for (Index c = 0; c <= d; ++c) seen(r, c) = static_cast<double>(table.row(r)[half + c]);
    const double log_weight = 0.7;
    const double f = 0.6;
    const double rate = 0.05;
    const auto loss = [&](const Matrix<double>& m) {
      const double e = m.row(0).head(d).dot(m.row(1).head(d)) + m(0, d) + m(1, d) - log_weight;
      return f / 2 * e * e;
    };
    const loyal::detail::GloVeStep step{d, half, static_cast<float>(rate)};
    const float e = step.difference(table.row(0), table.row(1), static_cast<float>(log_weight));
    step(table.row(0), table.row(1), static_cast<float>(f), e);
    for (Index r = 0; r < 2; ++r)
      for (Index c = 0; c <= d; ++c) {
        Matrix<double> up = start;
        Matrix<double> down = start;
        up(r, c) += 1e-5;
        down(r, c) -= 1e-5;
        const double slope = rate * (loss(up) - loss(down)) / 2e-5;
        CHECK(static_cast<double>(table.row(r)[c]) ==
              Approx(start(r, c) - slope / std::sqrt(seen(r, c))).margin(1e-6));
        CHECK(static_cast<double>(table.row(r)[half + c]) ==
              Approx(seen(r, c) + slope * slope).margin(1e-6));
      }
  }
}

TEST_CASE("a small step of fit() is minus the gradient of J", "[embed][glove]") {
  constexpr Index n = 7;
  constexpr Index d = 3;
  loyal::Vocabulary words;
  for (int i = 0; i < n; ++i) words.add("w" + std::to_string(i), 1);
  const std::vector<loyal::Cooccurrence> cells{{0, 0, 40},   {0, 1, 12}, {0, 3, 0.25F}, {1, 2, 3},
                                               {2, 2, 9.5F}, {3, 6, 10}, {5, 6, 1}};
  GloVe::Options options{.dimensions = d, .x_max = 10, .epochs = 1, .seed = 3};
  // Where it begins: x and its biases, then y and its biases.
  loyal::Rng rng{options.seed};
  Matrix<double> start(2 * n, d + 1);
  for (Index i = 0; i < start.size(); ++i)
    start.data()[i] = static_cast<double>(static_cast<float>(rng.uniform(-0.5, 0.5) / (d + 1)));
  const auto j_of = [&](const Matrix<double>& t) {
    double sum = 0;
    const auto add = [&](Index a, Index b, double weight) {
      const double e =
          t.row(a).head(d).dot(t.row(n + b).head(d)) + t(a, d) + t(n + b, d) - std::log(weight);
      sum += std::min(1.0, std::pow(weight / options.x_max, options.alpha)) * e * e / 2;
    };
    for (const auto& cell : cells) {
      const auto weight = static_cast<double>(cell.weight);
      add(cell.first, cell.second, weight);
      if (cell.first != cell.second) add(cell.second, cell.first, weight);
    }
    return sum;
  };
  double told = 0;
  options.progress = [&](const loyal::Progress& p) { return told = p.value, true; };
  const auto fit = [&](double rate) -> Matrix<double> {
    options.learning_rate = rate;
    return GloVe{options}.fit(words, loyal::Cooccurrences{cells}).vectors().cast<double>();
  };
  const Matrix<double> before = fit(1e-30);
  CHECK(told * static_cast<double>(cells.size()) == Approx(j_of(start)).epsilon(1e-5));
  CHECK((before - (start.topRows(n) + start.bottomRows(n)).leftCols(d)).cwiseAbs().maxCoeff() <
        1e-7);
  // Two rates, so that what is of second order in them falls out. AdaGrad's sums are 1 up to that.
  const double rate = 0x1p-10;
  const Matrix<double> step =
      (2 * (fit(rate) - before) / rate) - (fit(2 * rate) - before) / (2 * rate);
  for (Index i = 0; i < n; ++i)
    for (Index c = 0; c < d; ++c) {
      double slope = 0;
      for (const Index row : {i, n + i}) {
        Matrix<double> up = start;
        Matrix<double> down = start;
        up(row, c) += 1e-5;
        down(row, c) -= 1e-5;
        slope += (j_of(up) - j_of(down)) / 2e-5;
      }
      CHECK(step(i, c) == Approx(-slope).margin(2e-4));
    }
}

TEST_CASE("words of one topic end near each other", "[embed][glove]") {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    auto corpus = loyal::corpus_of({two_topics(600, seed)});
    auto options = small();
    options.seed = seed;
    std::vector<double> losses;
    options.progress = [&](const loyal::Progress& p) { losses.push_back(p.value); };
    const auto vectors = GloVe{options}.fit(corpus);
    REQUIRE(losses.size() == 20);
    CHECK(losses.back() < losses.front() / 3);
    // Topics never meet: what they have in common is only that, so compare with each word's nearest ones.
    int right = 0;
    for (int i = 0; i < 20; ++i)
      for (const auto& near : vectors.most_similar("a" + std::to_string(i), 5))
        right += near.word[0] == 'a' ? 1 : 0;
    CHECK(right >= 90);
  }
}

TEST_CASE("a seed gives the same bits for any number of threads", "[embed][glove]") {
  auto corpus = loyal::corpus_of({two_topics(300, 4)});
  auto options = small();
  options.threads = 1;
  const Matrix<float> one = GloVe{options}.fit(corpus).vectors();
  for (const int threads : {2, 7}) {
    options.threads = threads;
    CHECK(Matrix<float>(GloVe{options}.fit(corpus).vectors()) == one);
  }
  options.seed = 9;
  CHECK(Matrix<float>(GloVe{options}.fit(corpus).vectors()) != one);
}

TEST_CASE("a callback stops at an epoch's end", "[embed][glove]") {
  auto corpus = loyal::corpus_of({two_topics(100, 5)});
  auto options = small();
  int epochs = 0;
  options.progress = [&](const loyal::Progress&) { return ++epochs < 3; };
  CHECK(GloVe{options}.fit(corpus).vectors().allFinite());
  CHECK(epochs == 3);
}

TEST_CASE("bad input", "[embed][glove]") {
  const auto no_fit = [](const GloVe& model, const std::string& text, const std::string& reason) {
    auto corpus = loyal::corpus_of({text});
    CHECK_THROWS_AS(model.fit(corpus), loyal::DataError);
    CHECK_THROWS_WITH(model.fit(corpus), reason);
  };
  no_fit(GloVe{small()}, "",
         "build_vocabulary: the number of words kept is 0 of 0, expected one that is there 1 times "
         "or more");
  no_fit(GloVe{small()}, "a\nb\n", "GloVe::fit: pairs of words is 0, expected at least one");
  no_fit(GloVe{}, "a b c",
         "build_vocabulary: the number of words kept is 0 of 3, expected one that is there 5 times "
         "or more");
  std::string endless;
  for (int i = 0; i < 30000; ++i) endless += "word" + std::to_string(i % 30) + " ";
  auto line = loyal::corpus_of({endless});
  CHECK(GloVe{small()}.fit(line).vectors().allFinite());

  loyal::Vocabulary words;
  words.add("a", 1);
  words.add("b", 1);
  using Cells = std::vector<loyal::Cooccurrence>;
  for (const Cells& cells :
       {Cells{{0, 2, 1}}, Cells{{1, 0, 1}}, Cells{{-1, 0, 1}}, Cells{{0, 1, 0}},
        Cells{{0, 1, std::numeric_limits<float>::quiet_NaN()}}})
    CHECK_THROWS_AS(GloVe{small()}.fit(words, loyal::Cooccurrences{cells}), loyal::DataError);

  const auto refused = [](auto change) {
    GloVe::Options options;
    change(options);
    CHECK_THROWS_AS(GloVe{options}, loyal::OptionError);
  };
  refused([](auto& o) { o.dimensions = 0; });
  refused([](auto& o) { o.x_max = 0; });
  refused([](auto& o) { o.alpha = -1; });
  refused([](auto& o) { o.learning_rate = std::nan(""); });
  refused([](auto& o) { o.epochs = 0; });
  refused([](auto& o) { o.threads = -1; });
}

}  // namespace glove_tests
