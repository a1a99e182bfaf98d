// SPDX-License-Identifier: MIT
#pragma once

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
    CHECK(state.step == g.rows());
  }
}

}  // namespace loyal::testing
