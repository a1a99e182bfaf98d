// SPDX-License-Identifier: MIT
#include <loyal/core/random.hpp>
#include <loyal/embed/analogy_scan.hpp>

#include "../support/catch.hpp"

using loyal::Analogy;
using loyal::Index;
using loyal::Matrix;

TEST_CASE("Many analogies are answered as one by one, for any number of threads", "[embed]") {
  loyal::Rng rng{4};
  Matrix<float> table(1000, 16);
  for (Index i = 0; i < table.size(); ++i) table.data()[i] = rng.normal<float>();
  table.row(0).setZero();
  std::vector<Analogy> questions(300);
  for (auto& question : questions)
    for (auto& row : question) row = static_cast<Index>(rng.below(40));
  for (const auto rule : {loyal::AnalogyRule::add, loyal::AnalogyRule::multiply}) {
    const auto all = loyal::analogy_scan(table, questions,
                                         {.k = 6, .rule = rule, .restrict = 700, .threads = 1});
    CHECK(all.index.maxCoeff() < 700);
    for (const int threads : {2, 7}) {
      const auto again = loyal::analogy_scan(
          table, questions, {.k = 6, .rule = rule, .restrict = 700, .threads = threads});
      CHECK(again.index == all.index);
      CHECK(again.score == all.score);
    }
    for (std::size_t q = 0; q < questions.size(); q += 7) {
      const auto one =
          loyal::analogy_scan(table, {&questions[q], 1}, {.k = 6, .rule = rule, .restrict = 700});
      for (Index i = 0; i < 6; ++i)
        CHECK(one.score(0, i) == Approx(all.score(static_cast<Index>(q), i)).margin(1e-4));
    }
  }
  const Analogy outside{0, 1, 1000};
  CHECK_THROWS_AS(loyal::analogy_scan(table, {&outside, 1}), loyal::ShapeError);
  CHECK_THROWS_AS(loyal::analogy_scan(table, {}, {.k = -1}), loyal::OptionError);
  CHECK(loyal::analogy_scan(table, {}).index.rows() == 0);
}
