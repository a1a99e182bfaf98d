// SPDX-License-Identifier: MIT
// Serving of factor models beside faiss on the same factors, in one thread, in alternation; for `run.sh recommend`.
//
//   recommend_topk_faiss GOWALLA_TRAIN_FILE ROUNDS
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/data/interactions.hpp>
#include <loyal/recommend/als.hpp>
#include <loyal/recommend/hnsw_index.hpp>
#include <loyal/recommend/item_index.hpp>

#include <faiss/IndexFlat.h>
#include <faiss/IndexHNSW.h>

using loyal::Index;
using X = loyal::Matrix<float>;

namespace {

using Clock = std::chrono::steady_clock;

template <class Work>
double seconds_of(Work&& work) {
  const auto start = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double quantile(std::vector<double> times, double at) {
  std::sort(times.begin(), times.end());
  return times[static_cast<std::size_t>(at * static_cast<double>(times.size() - 1))];
}

/// A user and its items a line.
loyal::Interactions read_lists(const std::string& path) {
  std::ifstream file(path);
  std::vector<loyal::Interaction> pairs;
  Index users = 0;
  Index items = 0;
  for (std::string line; std::getline(file, line);) {
    std::istringstream numbers(line);
    std::int32_t user = 0;
    if (!(numbers >> user)) continue;
    for (std::int32_t item = 0; numbers >> item;) {
      pairs.push_back({user, item});
      items = std::max<Index>(items, item + 1);
    }
    users = std::max<Index>(users, user + 1);
  }
  return {users, items, pairs, loyal::Duplicates::largest};
}

X random_factors(Index rows, Index cols, std::uint64_t seed) {
  X x(rows, cols);
  loyal::Rng rng{seed};
  for (Index i = 0; i < x.size(); ++i) x.data()[i] = rng.normal<float>();
  return x;
}

/// Ours and a rival's answers hold the same items, or others of the same score up to rounding.
struct Agreement {
  double same = 0;
  double asked = 0;
  double worst = 0;  // difference of scores at the same rank, as a share

  void add(const loyal::Scored<float>& ours, std::int64_t item, float score) {
    same += ours.index == item ? 1 : 0;
    asked += 1;
    worst = std::max(worst, std::abs(static_cast<double>(ours.score) - static_cast<double>(score)) /
                                std::max(1e-3, std::abs(static_cast<double>(score))));
  }
};

/// Times of single questions, those of the users step apart.
template <class Ask>
std::vector<double> ask_each(const X& users, Index count, Ask&& ask) {
  std::vector<double> times;
  const Index step = std::max<Index>(1, users.rows() / count);
  for (Index u = 0; u < users.rows(); u += step) times.push_back(seconds_of([&] { ask(u); }));
  return times;
}

/// ratio: and figure: lines of one set of factors; returns whether both sides found the same.
bool compare_flat(const std::string& name, const X& users, const X& items, Index k, int rounds) {
  const loyal::ItemIndex<float> index(items);
  faiss::IndexFlatIP flat(items.cols());
  flat.add(items.rows(), items.data());
  loyal::ItemIndex<float>::Scratch scratch;
  std::vector<float> distance(static_cast<std::size_t>(users.rows() * k));
  std::vector<faiss::Index::idx_t> label(distance.size());
  std::vector<double> batch_ratio, one_ratio, batch, one, rival_batch, rival_one;
  Agreement agreement;
  for (int round = 0; round < rounds; ++round) {
    loyal::TopKRows<float> found;
    batch.push_back(seconds_of([&] { found = index.search_all(users, {.k = k, .threads = 1}); }));
    rival_batch.push_back(seconds_of(
        [&] { flat.search(users.rows(), users.data(), k, distance.data(), label.data()); }));
    for (Index u = 0; u < users.rows(); ++u)
      for (Index r = 0; r < k; ++r) {
        const auto at = static_cast<std::size_t>(u * k + r);
        agreement.add({found.index(u, r), found.score(u, r)}, label[at], distance[at]);
      }
    const auto ours =
        ask_each(users, 1000, [&](Index u) { index.search(users.row(u), k, scratch); });
    const auto theirs = ask_each(users, 200, [&](Index u) {
      flat.search(1, users.row(u).data(), k, distance.data(), label.data());
    });
    one.push_back(quantile(ours, 0.5));
    rival_one.push_back(quantile(theirs, 0.5));
    batch_ratio.push_back(rival_batch.back() / batch.back());
    one_ratio.push_back(rival_one.back() / one.back());
  }
  const auto per_second = [&](const std::vector<double>& seconds) {
    return static_cast<double>(users.rows()) / quantile(seconds, 0.5);
  };
  const char* const what = name.c_str();
  std::printf("%s: %ld users, %ld items, %ld factors, top %ld\n", what, users.rows(), items.rows(),
              items.cols(), k);
  std::printf("ratio: recommend/topk_batch_vs_faiss_flat%s %.2f\n", what,
              quantile(batch_ratio, 0.5));
  std::printf("ratio: recommend/topk_one_vs_faiss_flat%s %.2f\n", what, quantile(one_ratio, 0.5));
  std::printf("figure: recommend/topk_batch%s %.0f users/s\n", what, per_second(batch));
  std::printf("figure: recommend/topk_batch_faiss_flat%s %.0f users/s\n", what,
              per_second(rival_batch));
  std::printf("figure: recommend/topk_one%s %.1f us\n", what, 1e6 * quantile(one, 0.5));
  std::printf("figure: recommend/topk_one_faiss_flat%s %.1f us\n", what,
              1e6 * quantile(rival_one, 0.5));
  std::printf("figure: recommend/topk_same_as_faiss_flat%s %.6f of items\n  scores within %.1e\n",
              what, agreement.same / agreement.asked, agreement.worst);
  return agreement.worst < 1e-4;
}

void print_small(const std::string& name, const X& users, const X& items, int rounds) {
  const loyal::ItemIndex<float> index(items);
  loyal::ItemIndex<float>::Scratch scratch;
  std::vector<double> all, one;
  for (int round = 0; round < rounds; ++round) {
    all.push_back(
        seconds_of([&] { static_cast<void>(index.search_all(users, {.k = 10, .threads = 1})); }));
    one.push_back(quantile(
        ask_each(users, 3000, [&](Index u) { index.search(users.row(u), 10, scratch); }), 0.5));
  }
  std::printf("figure: recommend/topk10_all_64_1t%s %.0f users/s\n", name.c_str(),
              static_cast<double>(users.rows()) / quantile(all, 0.5));
  std::printf("figure: recommend/topk10_one_64%s %.1f us\n", name.c_str(),
              1e6 * quantile(one, 0.5));
}

/// Approximate search: what share of the best 20 each finds, and how long a question takes.
void compare_hnsw(const X& users, const X& items) {
  constexpr Index k = 20;
  constexpr Index asked = 1000;
  const loyal::ItemIndex<float> exact(items);
  std::optional<loyal::HNSWIndex> graph;
  const double build = seconds_of([&] { graph.emplace(items); });
  loyal::HNSWIndex& ours = *graph;
  faiss::IndexHNSWFlat theirs(static_cast<int>(items.cols()), 16, faiss::METRIC_INNER_PRODUCT);
  theirs.hnsw.efConstruction = 200;
  const double rival_build = seconds_of([&] { theirs.add(items.rows(), items.data()); });
  std::printf("figure: recommend/hnsw_build %.1f s\n", build);
  std::printf("figure: recommend/hnsw_build_faiss %.1f s\n", rival_build);
  loyal::ItemIndex<float>::Scratch scratch;
  std::vector<float> distance(k);
  std::vector<faiss::Index::idx_t> label(k);
  for (const Index wide : {50, 100}) {
    double found = 0;
    double rival_found = 0;
    double total = 0;
    theirs.hnsw.efSearch = static_cast<int>(wide);
    ours.set_search_width(wide);
    std::vector<loyal::Scored<float>> near;
    const Index step = std::max<Index>(1, users.rows() / asked);
    std::vector<double> times, rival_times;
    for (Index u = 0; u < users.rows(); u += step) {
      times.push_back(seconds_of([&] { near = ours.search(users.row(u), k); }));
      rival_times.push_back(seconds_of(
          [&] { theirs.search(1, users.row(u).data(), k, distance.data(), label.data()); }));
      for (const auto& best : exact.search(users.row(u), k, scratch)) {
        total += 1;
        for (const auto& one : near) found += one.index == best.index ? 1 : 0;
        for (const auto one : label) rival_found += one == best.index ? 1 : 0;
      }
    }
    std::printf("figure: recommend/hnsw_%ld %.1f us\n  recall %.4f\n", wide,
                1e6 * quantile(times, 0.5), found / total);
    std::printf("figure: recommend/hnsw_%ld_faiss %.1f us\n  recall %.4f\n", wide,
                1e6 * quantile(rival_times, 0.5), rival_found / total);
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    std::fprintf(stderr, "usage: recommend_topk_faiss GOWALLA_TRAIN_FILE ROUNDS\n");
    return 2;
  }
  const int rounds = std::max(1, std::stoi(arguments[2]));
  const auto train = read_lists(arguments[1]);
  const auto factors_of = [&](Index factors) {
    loyal::ALS<float> als{
        {.factors = factors, .regularization = 0.003, .unobserved_weight = 0.03, .epochs = 8}};
    als.fit(train);
    return als;
  };
  bool same = true;
  {
    const auto als = factors_of(64);
    // The size of MovieLens 1M, with the items that are dealt with most.
    const loyal::Interactions by_item = train.transposed();
    std::vector<Index> order(static_cast<std::size_t>(train.items()));
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<Index>(i);
    std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) {
      return by_item.items_of(a).size() > by_item.items_of(b).size();
    });
    X items(3043, 64);
    for (Index i = 0; i < items.rows(); ++i)
      items.row(i) = als.item_factors().row(order[static_cast<std::size_t>(i)]);
    print_small("", als.user_factors().topRows(6022), items, 5 * rounds);
    print_small("_random", random_factors(6022, 64, 1), random_factors(3043, 64, 2), 5 * rounds);
  }
  const auto als = factors_of(128);
  same = compare_flat("", als.user_factors(), als.item_factors(), 20, rounds) && same;
  same = compare_flat("_random", random_factors(8000, 128, 3),
                      random_factors(train.items(), 128, 4), 20, rounds) &&
         same;
  compare_hnsw(als.user_factors(), als.item_factors());
  if (!same) std::puts("the two sides do not find the same scores");
  return same ? 0 : 1;
}
