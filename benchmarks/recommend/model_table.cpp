// SPDX-License-Identifier: MIT
// Fits every recommender to one data set and prints a table: options, seconds for fitting and for the lists of all
// users, recall@20 and ndcg@20 over all items that a user did not have, with 95 % intervals over users.
//
//   model_table FOLDER [--valid] [--large] [--only NAME[,NAME...]]
//
//   FOLDER     holds train.txt and test.txt, lines `user item item ...` (LightGCN's form; its Gowalla is what the
//              options here are tuned for)
//   --valid    looks at a tenth of each user's training items instead of test.txt, and fits to the rest: what
//              options are tuned on
//   --large    also what needs items^2 numbers: on Gowalla 7 GB and many minutes
//   --only     the rows to make, by their names
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/data/adjacency_lines.hpp>
#include <loyal/recommend/als.hpp>
#include <loyal/recommend/bpr.hpp>
#include <loyal/recommend/bspm.hpp>
#include <loyal/recommend/ease.hpp>
#include <loyal/recommend/gf_cf.hpp>
#include <loyal/recommend/item_knn.hpp>
#include <loyal/recommend/logistic_mf.hpp>
#include <loyal/recommend/popularity.hpp>
#include <loyal/recommend/simplex.hpp>
#include <loyal/recommend/slim.hpp>
#include <loyal/recommend/sparse_ease.hpp>
#include <loyal/recommend/ultra_gcn.hpp>
#include <loyal/recommend/user_knn.hpp>
#include <loyal/recommend/warp.hpp>

#include "list_quality.hpp"

namespace {

using loyal::Index;
using loyal::Interactions;

/// A tenth of each user's items, at random; somebody with few keeps them.
std::pair<Interactions, Interactions> split_validation(const Interactions& all) {
  loyal::Rng rng{2021};
  std::vector<loyal::Interaction> train;
  std::vector<loyal::Interaction> valid;
  for (Index user = 0; user < all.users(); ++user) {
    const auto items = all.items_of(user);
    std::vector<std::int32_t> order(items.begin(), items.end());
    rng.shuffle(order);
    for (std::size_t i = 0; i < order.size(); ++i)
      (i < order.size() / 10 ? valid : train)
          .push_back({static_cast<std::int32_t>(user), order[i]});
  }
  return {Interactions(all.users(), all.items(), train),
          Interactions(all.users(), all.items(), valid)};
}

class Table {
 public:
  Table(Interactions train, Interactions test, std::string only)
      : train_(std::move(train)), test_(std::move(test)), only_("," + std::move(only) + ",") {
    std::printf(
        "| model | options | fit, s | lists, s | recall@20 | ndcg@20 "
        "|\n|---|---|---|---|---|---|\n");
  }

  /// One row; @p make returns the model, so that no two are in memory at once.
  template <class Make>
  void row(const std::string& name, const char* options, const Make& make) const {
    if (only_ != ",," && only_.find("," + name + ",") == std::string::npos) return;
    auto model = make();
    const double start = seconds();
    model.fit(train_);
    const double fitted = seconds();
    const auto lists = model.recommend_all({.k = 20});
    const double listed = seconds();
    std::printf("| %s | %s | %.2f | %.2f | %s |\n", name.c_str(), options, fitted - start,
                listed - fitted, list_quality(lists, test_).c_str());
    std::fflush(stdout);
  }

 private:
  Interactions train_;
  Interactions test_;
  std::string only_;
};

void run(const std::string& folder, bool valid, bool large, const std::string& only) {
  const std::vector<std::string> paths{folder + "/train.txt", folder + "/test.txt"};
  auto parts = loyal::read_adjacency_lines(paths);
  if (valid) std::tie(parts[0], parts[1]) = split_validation(parts[0]);
  const Table table(std::move(parts[0]), std::move(parts[1]), only);

  table.row("Popularity", "", [] { return loyal::Popularity<float>(); });
  table.row("ItemKNN", "cosine, 200 neighbors", [] { return loyal::ItemKNN<float>(); });
  table.row("ItemKNN-graph", "graph, 1000 neighbors", [] {
    return loyal::ItemKNN<float>({.neighbors = 1000, .measure = loyal::RowMeasure::graph});
  });
  table.row("UserKNN", "cosine, 200 neighbors", [] { return loyal::UserKNN<float>(); });
  table.row("SLIM", "l1 1, l2 10, 200 neighbors",
            [] { return loyal::SLIM<float>({.l1 = 1, .l2 = 10, .neighbors = 200}); });
  table.row("SparseEASE", "regularization 80, 200 neighbors",
            [] { return loyal::SparseEASE<float>({.regularization = 80, .neighbors = 200}); });
  if (large)
    table.row("EASE", "regularization 80",
              [] { return loyal::EASE<float>({.regularization = 80}); });
  table.row("GFCF", "256 factors, low_pass 0.3", [] { return loyal::GFCF<float>(); });
  table.row("BSPM", "448 factors, sharpening 2.5", [] { return loyal::BSPM<float>(); });
  table.row("ALS", "256 factors, unobserved weight 0.018",
            [] { return loyal::ALS<float>({.factors = 256, .unobserved_weight = 0.018}); });
  table.row("BPR", "128 factors, 400 epochs", [] {
    return loyal::BPR<float>({.factors = 128,
                              .learning_rate = 0.02,
                              .regularization = 0.001,
                              .epochs = 400,
                              .negative_power = 0.5});
  });
  table.row("WARP", "128 factors, regularization 0.1",
            [] { return loyal::WARP<float>({.factors = 128, .regularization = 0.1}); });
  table.row("LogisticMF", "", [] { return loyal::LogisticMF<float>(); });
  table.row("SimpleX", "120 epochs", [] { return loyal::SimpleX<float>({.epochs = 120}); });
  table.row("UltraGCN", "200 epochs", [] { return loyal::UltraGCN<float>({.epochs = 200}); });
}

}  // namespace

int main(int count, char** arguments) {
  std::string folder;
  std::string only;
  bool valid = false;
  bool large = false;
  for (int i = 1; i < count; ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--valid")
      valid = true;
    else if (argument == "--large")
      large = true;
    else if (argument == "--only" && i + 1 < count)
      only = arguments[++i];
    else
      folder = argument;
  }
  if (folder.empty()) {
    std::fprintf(stderr, "usage: model_table FOLDER [--valid] [--large] [--only NAME[,NAME...]]\n");
    return 2;
  }
  try {
    run(folder, valid, large, only);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
