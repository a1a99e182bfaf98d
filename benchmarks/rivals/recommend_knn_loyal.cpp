// SPDX-License-Identifier: MIT
// Item nearest neighbors by cosine, beside recommend_knn_scipy.py: lines "case microseconds checks...".
//
//   recommend_knn_loyal THREADS FILE...    lines `user item item ...`; a case is named after the file's folder
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <loyal/data/adjacency_lines.hpp>
#include <loyal/recommend/item_knn.hpp>

int main(int count, char** arguments) {
  for (int i = 2; i < count; ++i) {
    const std::vector<std::string> paths{arguments[i]};
    const auto train = loyal::read_adjacency_lines(paths)[0];
    loyal::ItemKNN<float> model({.neighbors = 100, .threads = std::atoi(arguments[1])});
    const auto start = std::chrono::steady_clock::now();
    model.fit(train);
    const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - start;
    double sum = 0;
    for (loyal::Index e = 0; e < model.weights().nonZeros(); ++e)
      sum += static_cast<double>(model.weights().valuePtr()[e]);
    std::printf("recommend/item_knn_%s_%st %.0f %.6f %lld\n",
                std::filesystem::path(arguments[i]).parent_path().filename().c_str(), arguments[1],
                time.count(), sum, static_cast<long long>(model.weights().nonZeros()));
  }
}
