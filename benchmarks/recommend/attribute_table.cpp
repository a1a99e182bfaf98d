// SPDX-License-Identifier: MIT
// What attributes are worth on MovieLens 100K, who rated what: tables of recall@20 and ndcg@20
//
//   1. over all items that a user did not have, for a fifth of each user's ratings, held out at random
//   2. among the items of a fifth of the catalog, held out with all their ratings: nobody dealt with them yet
//
//   attribute_table FOLDER [--valid]
//
//   FOLDER    holds u.data, ml-100k.user and ml-100k.item
//   --valid   holds out as much again of what is left, and looks at that instead: what options are tuned on
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <numeric>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/data/csv.hpp>
#include <loyal/data/id_map.hpp>
#include <loyal/data/interaction_split.hpp>
#include <loyal/data/interactions_csv.hpp>
#include <loyal/recommend/als.hpp>
#include <loyal/recommend/bpr.hpp>
#include <loyal/recommend/fm_recommender.hpp>
#include <loyal/recommend/popularity.hpp>

#include "list_quality.hpp"

namespace {

using loyal::Index;
using loyal::Interactions;

struct Movies {
  Interactions ratings;
  loyal::SparseMatrix<float> of_users;  // age by decades, gender, occupation
  loyal::SparseMatrix<float> of_items;  // genres, decade of release
};

/// A row for each name, in which its words are alike and of length 1 together.
loyal::SparseMatrix<float> read_attributes(const std::string& path, const loyal::IdMap& rows,
                                           const std::vector<std::string>& columns,
                                           const std::string& decades) {
  loyal::CsvReader csv{path, {.delimiter = '\t'}};
  std::vector<std::size_t> places;
  for (const auto& column : columns) places.push_back(csv.column(column));
  loyal::IdMap words;
  std::vector<std::vector<std::int32_t>> of_row(static_cast<std::size_t>(rows.size()));
  while (csv.next()) {
    const auto row = rows.find(csv[0]);
    if (row < 0) continue;
    auto& own = of_row[static_cast<std::size_t>(row)];
    for (std::size_t c = 0; c < columns.size(); ++c) {
      std::istringstream text{std::string(csv[places[c]])};
      for (std::string word; text >> word;) {
        if (columns[c] == decades) word.pop_back();
        own.push_back(words.add(columns[c] + "=" + word));
      }
    }
    std::sort(own.begin(), own.end());
    own.erase(std::unique(own.begin(), own.end()), own.end());
  }
  loyal::SparseMatrix<float> made(rows.size(), words.size());
  for (Index row = 0; row < made.rows(); ++row) {
    const auto& own = of_row[static_cast<std::size_t>(row)];
    for (const auto word : own)
      made.insert(row, word) = 1 / std::sqrt(static_cast<float>(own.size()));
  }
  made.makeCompressed();
  return made;
}

/// The same with items in a random order: by the order of a log, the popular ones come first, and a model that knows
/// nothing of an item ranks equal scores by number.
Interactions shuffle_items(const Interactions& all) {
  std::vector<std::int32_t> place(static_cast<std::size_t>(all.items()));
  std::iota(place.begin(), place.end(), 0);
  loyal::Rng{4}.shuffle(place);
  std::vector<std::string> names(place.size());
  for (std::size_t i = 0; i < place.size(); ++i)
    names[static_cast<std::size_t>(place[i])] = all.item_names().names()[i];
  loyal::IdMap items;
  for (const auto& name : names) items.add(name);
  auto pairs = all.pairs();
  for (auto& pair : pairs) pair.item = place[static_cast<std::size_t>(pair.item)];
  Interactions made(all.users(), all.items(), pairs);
  made.set_names(all.user_names(), items);
  return made;
}

Movies read_movies(const std::string& folder) {
  Movies m;
  m.ratings = shuffle_items(loyal::read_interactions_csv(
      folder + "/u.data",
      {.user = "0", .item = "1", .value = "2", .csv = {.delimiter = '\t', .header = false}}));
  m.of_users = read_attributes(folder + "/ml-100k.user", m.ratings.user_names(),
                               {"age:token", "gender:token", "occupation:token"}, "age:token");
  m.of_items = read_attributes(folder + "/ml-100k.item", m.ratings.item_names(),
                               {"class:token_seq", "release_year:token"}, "release_year:token");
  return m;
}

/// A case: what to learn from, what to find, and among which items.
struct Case {
  Interactions train;
  Interactions test;
  std::vector<std::int32_t> among;  // all items if empty
};

Case hold_out_ratings(const Interactions& all, bool valid) {
  auto parts = loyal::split_randomly(all, 0.2, 1);
  if (valid) parts = loyal::split_randomly(parts.train, 0.2, 2);
  return {std::move(parts.train), std::move(parts.test), {}};
}

/// The catalog is dealt into five: the first is for the test, the second for validation.
Case hold_out_items(const Interactions& all, bool valid) {
  std::vector<std::int32_t> fifth(static_cast<std::size_t>(all.items()));
  for (std::size_t i = 0; i < fifth.size(); ++i) fifth[i] = static_cast<std::int32_t>(i % 5);
  loyal::Rng{3}.shuffle(fifth);
  Case made;
  std::vector<loyal::Interaction> train;
  std::vector<loyal::Interaction> test;
  for (const auto& pair : all.pairs()) {
    const auto part = fifth[static_cast<std::size_t>(pair.item)];
    if (part == (valid ? 1 : 0))
      test.push_back(pair);
    else if (part != 0)
      train.push_back(pair);
  }
  for (std::size_t i = 0; i < fifth.size(); ++i)
    if (fifth[i] == (valid ? 1 : 0)) made.among.push_back(static_cast<std::int32_t>(i));
  made.train = Interactions(all.users(), all.items(), train);
  made.test = Interactions(all.users(), all.items(), test);
  return made;
}

template <class Model>
void row(const char* name, const char* options, Model model, const Case& c) {
  const double start = seconds();
  model.fit(c.train);
  const double fitted = seconds() - start;
  const auto lists = model.recommend_all({.k = 20, .filter = {.allow = c.among}});
  std::printf("| %s | %s | %.2f | %s |\n", name, options, fitted,
              list_quality(lists, c.test).c_str());
  std::fflush(stdout);
}

void table(const char* title, const Movies& movies, const Case& c) {
  std::printf("%s: %td pairs to learn from, %td to find\n", title, c.train.size(), c.test.size());
  std::printf("| model | options | fit, s | recall@20 | ndcg@20 |\n|---|---|---|---|---|\n");
  if (c.among.empty()) row("Popularity", "", loyal::Popularity<float>{}, c);
  row("ALS", "32 factors, regularization 0.03, unobserved weight 0.3",
      loyal::ALS<float>{{.factors = 32, .regularization = 0.03, .unobserved_weight = 0.3}}, c);
  row("BPR", "regularization 0.01", loyal::BPR<float>{{.regularization = 0.01}}, c);
  loyal::FMRecommender<float> model;
  row("FMRecommender", "no attributes", model, c);
  model.set_attributes({}, movies.of_items);
  row("FMRecommender", "of items", model, c);
  model.set_attributes(movies.of_users, movies.of_items);
  row("FMRecommender", "of users and items", model, c);
}

}  // namespace

int main(int count, char** arguments) try {
  std::string folder;
  bool valid = false;
  for (int i = 1; i < count; ++i) {
    if (std::string_view(arguments[i]) == "--valid")
      valid = true;
    else
      folder = arguments[i];
  }
  if (folder.empty()) {
    std::fprintf(stderr, "usage: attribute_table FOLDER [--valid]\n");
    return 2;
  }
  const Movies movies = read_movies(folder);
  table("ratings held out", movies, hold_out_ratings(movies.ratings, valid));
  table("items held out", movies, hold_out_items(movies.ratings, valid));
} catch (const std::exception& error) {
  std::fprintf(stderr, "attribute_table: %s\n", error.what());
  return 1;
}
