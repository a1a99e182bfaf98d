// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include <loyal/data/interactions.hpp>
#include <loyal/metrics/ranking.hpp>
#include <loyal/recommend/evaluate.hpp>

inline double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Mean and half its 95 % interval over users, as the tables print it.
inline std::string mean_text(const std::vector<double>& of_users) {
  const auto mean = loyal::RecommenderQuality::mean(
      Eigen::Map<const loyal::Vector<double>>(of_users.data(), std::ssize(of_users)),
      {.replicates = 200});
  char text[64];
  std::snprintf(text, sizeof text, "%.4f +- %.4f", mean.estimate, (mean.high - mean.low) / 2);
  return text;
}

/// "recall@20 | ndcg@20" of the lists of all users, over those who have something to find.
template <class Lists>
std::string list_quality(const Lists& lists, const loyal::Interactions& test) {
  std::vector<double> recall;
  std::vector<double> ndcg;
  std::vector<std::uint8_t> hits;
  for (loyal::Index user = 0; user < test.users(); ++user) {
    const auto wanted = test.items_of(user);
    if (wanted.empty()) continue;
    hits.clear();
    for (loyal::Index i = 0; i < lists.index.cols() && lists.index(user, i) >= 0; ++i)
      hits.push_back(std::binary_search(wanted.begin(), wanted.end(), lists.index(user, i)) ? 1
                                                                                            : 0);
    const auto score = loyal::ranking_score(hits, std::ssize(wanted), 20);
    recall.push_back(score.recall);
    ndcg.push_back(score.ndcg);
  }
  return mean_text(recall) + " | " + mean_text(ndcg);
}
