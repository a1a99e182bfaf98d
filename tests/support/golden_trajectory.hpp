// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>

#include <loyal/optim/optimizer.hpp>

#include "golden.hpp"

#include <nlohmann/json.hpp>

namespace loyal::testing {

/// Options of a golden optimizer case: golden/optim/cases.json[name][problem]["args"].
inline nlohmann::json golden_options(const std::string& name, const std::string& problem) {
  std::ifstream file(std::string(std::getenv("LOYAL_GOLDEN")) + "/optim/cases.json");
  return nlohmann::json::parse(file).at(name).at(problem).at("args");
}

/// The same way on gradients that are computed at the points it comes to itself: an optimizer that reads a
/// gradient wrongly but consistently would leave it.
template <class O>
void follow_own_gradients(const GoldenCase& golden, const std::string& name,
                          const std::string& problem, const O& optimizer) {
  const auto x = golden.matrix<double>(name + "/" + problem + "/x");
  const auto f = golden.vector<double>(name + "/" + problem + "/f");
  const auto a = golden.matrix<double>("data/A");
  const auto b = golden.vector<double>("data/b");
  const auto value = [&](const Vector<double>& p) -> double {
    if (problem == "quad") return 0.5 * p.dot(a * p) - b.dot(p);
    return std::pow(1 - p[0], 2) + 100 * std::pow(p[1] - p[0] * p[0], 2);
  };
  const auto gradient = [&](const Vector<double>& p) -> Vector<double> {
    if (problem == "quad") return a * p - b;
    const double bend = p[1] - p[0] * p[0];
    return Eigen::Vector2d(-2 * (1 - p[0]) - 400 * p[0] * bend, 200 * bend);
  };
  Vector<double> p = x.row(0);
  auto state = optimizer.init(p);
  for (Index k = 0; k + 1 < x.rows(); ++k) {
    CHECK(std::abs(value(p) - f[k]) <= 1e-9 * std::max(1.0, std::abs(f[k])));
    optimizer.step(p, gradient(p), state);
  }
  CHECK((p - x.row(x.rows() - 1).transpose()).norm() <= 1e-9 * p.norm());
}

/// Runs an optimizer along the gradients that another implementation met, and compares every point of the way.
/// make(options) builds it from that implementation's arguments.
template <class Make>
void check_trajectories(const std::string& name, Make&& make) {
  const auto golden = golden_case("optim/trajectories");
  if (!golden) return;
  for (const char* problem : {"quad", "rosen"}) {
    INFO(name << " on " << problem);
    const auto optimizer = make(golden_options(name, problem));
    const auto x = golden->matrix<double>(name + "/" + problem + "/x");
    const auto g = golden->matrix<double>(name + "/" + problem + "/g");
    Vector<double> p = x.row(0);
    Vector<float> single = p.cast<float>();
    auto state = optimizer.init(p);
    auto single_state = optimizer.init(single);
    for (Index k = 0; k < g.rows(); ++k) {
      const Vector<double> gradient = g.row(k);
      optimizer.step(p, gradient, state);
      optimizer.step(single, Vector<float>(gradient.cast<float>()), single_state);
      const Vector<double> wanted = x.row(k + 1);
      REQUIRE((p - wanted).cwiseAbs().maxCoeff() <= 1e-12 * wanted.cwiseAbs().maxCoeff());
    }
    const Vector<double> last = x.row(x.rows() - 1);
    CHECK((single.cast<double>() - last).norm() <= 1e-5 * (1 + last.norm()));
    CHECK(state.step() == g.rows());
    follow_own_gradients(*golden, name, problem, optimizer);
  }
}

}  // namespace loyal::testing
