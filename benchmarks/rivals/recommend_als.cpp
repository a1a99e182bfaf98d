// SPDX-License-Identifier: MIT
// Our side of `run.sh recommend`: how long epochs of ALS and BPR take, and what they find.
//
//   speed     seconds an epoch on data of the size of MovieLens 1M
//   large     the same for 100,000 users, 20,000 items and 9.1 million dealings
//   memory    the peak of a fit to these
//   bpr       dealings a second of BPR
//   quality   recall of the solvers on generated dealings
//   gowalla DIRECTORY [FACTORS EPOCHS REGULARIZATION UNOBSERVED EXPONENT]    recall and NDCG at 20
//
// Lines `figure: recommend/CASE NUMBER [UNIT]`; the line after one tells more of it.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <loyal/recommend/als.hpp>
#include <loyal/recommend/bpr.hpp>
#include <loyal/recommend/evaluate.hpp>

#include "recommend_data.hpp"

#include <sys/resource.h>

namespace {

using loyal::Index;
using loyal::Interactions;

double seconds_of(auto&& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double fit_seconds(const Interactions& train, loyal::ALS<float>::Options options, int epochs) {
  options.epochs = epochs;
  loyal::ALS<float> model{options};
  Interactions own = train;
  return seconds_of([&] { model.fit(std::move(own)); });
}

/// Of a further epoch, without what a fit takes at its beginning and end: the median of some rounds.
void epoch(const char* name, const Interactions& train, const loyal::ALS<float>::Options& options,
           int epochs, int rounds) {
  std::vector<double> seconds;
  for (int round = 0; round < rounds; ++round)
    seconds.push_back((fit_seconds(train, options, 1 + epochs) - fit_seconds(train, options, 1)) /
                      epochs);
  std::sort(seconds.begin(), seconds.end());
  std::printf("figure: recommend/%s %.4f s\n  %d rounds: %.4f .. %.4f s\n", name,
              seconds[seconds.size() / 2], rounds, seconds.front(), seconds.back());
}

void speed() {
  const auto train = power_law_interactions(6022, 3043, 796244);
  epoch("als_cg_64_1t", train, {.factors = 64, .threads = 1}, 4, 5);
  epoch("als_cg_128_1t", train, {.factors = 128, .threads = 1}, 4, 5);
  epoch("als_cg_64_2t", train, {.factors = 64, .threads = 2}, 4, 5);
  epoch("als_cg_128_2t", train, {.factors = 128, .threads = 2}, 4, 5);
  epoch("als_cg_256_2t", train, {.factors = 256, .threads = 2}, 2, 3);
  using Solver = loyal::ALSSolver;
  epoch("als_cholesky_128_2t", train, {.factors = 128, .solver = Solver::cholesky, .threads = 2}, 1,
        1);
  epoch("als_subspace_128_2t", train, {.factors = 128, .solver = Solver::subspace, .threads = 2}, 1,
        3);
}

void large() {
  auto train = power_law_interactions(100'000, 20'000, 9'100'000);
  epoch("als_cg_64_2t_large", train, {.factors = 64, .threads = 2}, 2, 3);
  epoch("als_cg_128_2t_large", train, {.factors = 128, .threads = 2}, 2, 3);
}

void bpr(const char* name, const Interactions& train, int threads) {
  std::vector<double> rates;
  const auto seconds = [&](int epochs) {
    loyal::BPR<float> model{{.factors = 64, .epochs = epochs, .threads = threads}};
    Interactions own = train;
    return seconds_of([&] { model.fit(std::move(own)); });
  };
  for (int round = 0; round < 3; ++round)
    rates.push_back(4 * static_cast<double>(train.size()) / (seconds(5) - seconds(1)) / 1e6);
  std::sort(rates.begin(), rates.end());
  std::printf("figure: recommend/%s %.2f M samples/s\n  3 rounds: %.2f .. %.2f M samples/s\n", name,
              rates[1], rates[0], rates[2]);
}

void memory() {
  auto train = power_law_interactions(100'000, 20'000, 9'100'000);
  loyal::ALS<float> model{{.factors = 64, .epochs = 1, .threads = 2}};
  const double seconds = seconds_of([&] { model.fit(std::move(train)); });
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("figure: recommend/als_64_2t_large_peak %.0f MB\n  fit of one epoch %.2f s\n",
              static_cast<double>(usage.ru_maxrss) / 1024, seconds);
}

void judge(const std::string& name, const Interactions& train, const Interactions& test,
           const loyal::ALS<float>::Options& options) {
  loyal::ALS<float> model{options};
  const double seconds = seconds_of([&] { model.fit(train); });
  const auto quality = loyal::evaluate(model, train, test, {.k = 20});
  std::printf("figure: recommend/%s_recall20 %.4f\nfigure: recommend/%s_ndcg20 %.4f\n",
              name.c_str(), quality.recall.mean(), name.c_str(), quality.ndcg.mean());
  std::printf("  fit %.2f s, loss %.6g\n", seconds, model.loss());
}

void quality() {
  const auto [train, test] = hold_out(power_law_interactions(6022, 3043, 796244), 0.2);
  for (const int factors : {64, 128}) {
    loyal::ALS<float>::Options options{.factors = factors};
    const std::string width = "_" + std::to_string(factors);
    judge("als_cg" + width, train, test, options);
    options.solver = loyal::ALSSolver::cholesky;
    judge("als_cholesky" + width, train, test, options);
    options.solver = loyal::ALSSolver::subspace;
    judge("als_subspace" + width, train, test, options);
  }
}

/// A user and then its items, a line each.
std::vector<loyal::Interaction> read_lists(const std::string& path) {
  std::ifstream file(path);
  std::vector<loyal::Interaction> pairs;
  for (std::string line; std::getline(file, line);) {
    std::istringstream numbers(line);
    loyal::Interaction pair;
    numbers >> pair.user;
    while (numbers >> pair.item) pairs.push_back(pair);
  }
  return pairs;
}

void gowalla(const std::string& directory, const loyal::ALS<float>::Options& options) {
  const Interactions train(29858, 40981, read_lists(directory + "/train.txt"));
  const Interactions test(29858, 40981, read_lists(directory + "/test.txt"));
  judge("als_gowalla", train, test, options);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string verb = argc > 1 ? argv[1] : "";
  try {
    if (verb == "speed") {
      speed();
    } else if (verb == "large") {
      large();
    } else if (verb == "bpr") {
      const auto train = power_law_interactions(6022, 3043, 796244);
      bpr("bpr_64_1t", train, 1);
      bpr("bpr_64_2t", train, 2);
    } else if (verb == "memory") {
      memory();
    } else if (verb == "quality") {
      quality();
    } else if (verb == "gowalla" && argc > 2) {
      loyal::ALS<float>::Options options{.factors = 256, .unobserved_weight = 0.018};
      const auto number = [&](int i, auto& value) {
        if (argc > i)
          value = static_cast<std::remove_reference_t<decltype(value)>>(std::atof(argv[i]));
      };
      number(3, options.factors);
      number(4, options.epochs);
      number(5, options.regularization);
      number(6, options.unobserved_weight);
      number(7, options.frequency_exponent);
      gowalla(argv[2], options);
    } else {
      return 2;
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
