// SPDX-License-Identifier: MIT
#pragma once

// The data of `run.sh survival`: one file of doubles, row by row, which both sides read.
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

#include <loyal/core/distributions.hpp>
#include <loyal/core/random.hpp>
#include <loyal/core/types.hpp>

struct SurvivalCase {
  static constexpr loyal::Index rows = 100'000;
  static constexpr loyal::Index features = 10;

  loyal::Matrix<double> x{rows, features};
  std::vector<double> time;
  std::vector<double> event;
};

/// Exponential times in steps of 1/1000, so that many are tied; two thirds of them seen to their end.
inline SurvivalCase make_survival_case() {
  SurvivalCase c;
  loyal::Rng rng{1};
  for (loyal::Index i = 0; i < SurvivalCase::rows; ++i) {
    double score = 0;
    for (loyal::Index j = 0; j < SurvivalCase::features; ++j) {
      c.x(i, j) = j < 7 ? rng.normal() : (rng.bernoulli(0.3) ? 1.0 : 0.0);
      score += 0.1 * static_cast<double>(j - 4) * c.x(i, j);
    }
    const double end = loyal::draw_exponential(rng, std::exp(score));
    const double censored = loyal::draw_exponential(rng, 0.5);
    c.time.push_back(std::ceil(1000 * std::min(end, censored)) / 1000);
    c.event.push_back(end <= censored ? 1 : 0);
  }
  return c;
}

/// Rows of time, event and features, as R's readBin and numpy.fromfile take them.
inline void write_doubles(const std::string& path, const loyal::Matrix<double>& m) {
  std::FILE* const file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) throw std::runtime_error("cannot write " + path);
  std::fwrite(m.data(), sizeof(double), static_cast<std::size_t>(m.size()), file);
  std::fclose(file);
}
inline loyal::Matrix<double> read_doubles(const std::string& path, loyal::Index cols) {
  std::FILE* const file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) throw std::runtime_error("cannot read " + path);
  std::vector<double> all;
  double block[4096];
  for (std::size_t n = 0; (n = std::fread(block, sizeof(double), 4096, file)) > 0;)
    all.insert(all.end(), block, block + n);
  std::fclose(file);
  return Eigen::Map<const loyal::Matrix<double>>(
      all.data(), static_cast<loyal::Index>(all.size()) / cols, cols);
}
