// SPDX-License-Identifier: MIT
// Fits every model of ratings to four of five random folds of MovieLens 100K and prints a table: root mean squared error
// on the fifth, mean of all five, and seconds for fitting all five.
//
//   rating_table u.data
#include <chrono>
#include <cmath>
#include <cstdio>
#include <exception>
#include <vector>

#include <loyal/data/interaction_split.hpp>
#include <loyal/data/interactions_csv.hpp>
#include <loyal/recommend/biased_mf.hpp>
#include <loyal/recommend/knn_baseline.hpp>
#include <loyal/recommend/rating_als.hpp>
#include <loyal/recommend/svd_pp.hpp>

namespace {

template <class Model>
void row(const char* name, const std::vector<loyal::InteractionSplit>& folds, Model model) {
  double error = 0;
  double seconds = 0;
  for (const auto& fold : folds) {
    const auto start = std::chrono::steady_clock::now();
    model.fit(fold.train);
    seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    double squares = 0;
    for (const auto& rating : fold.test.pairs())
      squares += std::pow(static_cast<double>(rating.value) -
                              static_cast<double>(model.predict(rating.user, rating.item)),
                          2);
    error += std::sqrt(squares / static_cast<double>(fold.test.size())) /
             static_cast<double>(folds.size());
  }
  std::printf("| %s | %.4f | %.2f |\n", name, error, seconds);
}

}  // namespace

int main(int count, char** arguments) try {
  if (count != 2) {
    std::fprintf(stderr, "usage: rating_table u.data\n");
    return 2;
  }
  const auto ratings = loyal::read_interactions_csv(
      arguments[1],
      {.user = "0", .item = "1", .value = "2", .csv = {.delimiter = '\t', .header = false}});
  const auto folds = loyal::k_fold(ratings, 5, 1);
  std::printf("| model | RMSE | fit, s |\n|---|---|---|\n");
  row("BiasedMF", folds, loyal::BiasedMF<float>{});
  row("RatingALS", folds, loyal::RatingALS<float>{});
  row("SVDpp", folds, loyal::SVDpp<float>{});
  row("KNNBaseline", folds, loyal::KNNBaseline<float>{});
} catch (const std::exception& error) {
  std::fprintf(stderr, "rating_table: %s\n", error.what());
  return 1;
}
