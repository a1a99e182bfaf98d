// SPDX-License-Identifier: MIT
#include <cmath>
#include <vector>

#include <loyal/math/special.hpp>
#include <loyal/retention/likelihood_fit.hpp>

#include "../support/catch.hpp"

namespace likelihood_fit_tests {

using namespace loyal;

/// n draws of an exponential distribution with the given sum, and a normal mean m known to an error of 1 / sqrt(n).
LikelihoodFit fit_exponential(double n, double sum, double m,
                              const LikelihoodOptions& options = {}) {
  const auto f = [=](const Vector<double>& theta, Vector<double>& g, Matrix<double>& h) {
    const double rate = std::exp(theta[0]);
    g[0] = -n + rate * sum;
    h(0, 0) = rate * sum;
    g[1] = n * (theta[1] - m);
    h(1, 1) = n;
    return -n * theta[0] + rate * sum + n * (theta[1] - m) * (theta[1] - m) / 2;
  };
  const loyal::detail::ParameterSpace space{
      .names = {"rate", "mean"}, .positive = 1, .log_unit = {0}, .observations = n};
  return loyal::detail::maximize_likelihood(f, space, options,
                                            std::vector{Vector<double>(Vector<double>::Zero(2))});
}

TEST_CASE("likelihood fit: estimates, errors and intervals of a textbook case", "[retention]") {
  const auto fit = fit_exponential(100, 40, -3);
  REQUIRE(fit.converged());
  CHECK(fit.values[0] == Approx(2.5).epsilon(1e-6));
  CHECK(fit.values[1] == Approx(-3).epsilon(1e-6));
  CHECK(fit.log_likelihood == Approx(100 * std::log(2.5) - 100).epsilon(1e-12));
  CHECK(fit.standard_errors()[0] == Approx(2.5 / 10).epsilon(1e-6));  // rate / sqrt(n)
  CHECK(fit.standard_errors()[1] == Approx(0.1).epsilon(1e-6));
  CHECK(fit.value_covariance(0, 0) == Approx(0.0625).epsilon(1e-6));
  CHECK(fit.value_covariance(0, 1) == Approx(0).margin(1e-12));
  const auto rate = fit.interval(0);
  CHECK(rate.low == Approx(2.5 * std::exp(-0.1959963985)).epsilon(1e-6));
  CHECK(rate.high == Approx(2.5 * std::exp(0.1959963985)).epsilon(1e-6));
  const auto mean = fit.interval(1, 0.99);
  CHECK(mean.low == Approx(-3 - 0.2575829304).epsilon(1e-6));
  CHECK(mean.high == Approx(-3 + 0.2575829304).epsilon(1e-6));
  CHECK(fit.aic() == Approx(4 - 2 * fit.log_likelihood));
  CHECK(fit.bic() == Approx(2 * std::log(100.0) - 2 * fit.log_likelihood));
  CHECK_THROWS_AS(fit.interval(0, 1), OptionError);
}

TEST_CASE("likelihood fit: a penalty draws values towards 0 and stays out of the likelihood",
          "[retention]") {
  const auto fit = fit_exponential(100, 40, -3, {.penalizer = 0.1});
  REQUIRE(fit.converged());
  CHECK(fit.values[1] == Approx(-3 / 1.2).epsilon(1e-6));  // (m - 3)^2 / 2 + 0.1 m^2
  // -1 + 0.4 rate + 0.2 rate^2 = 0
  CHECK(fit.values[0] == Approx((-0.4 + std::sqrt(0.16 + 0.8)) / 0.4).epsilon(1e-6));
  CHECK(fit.log_likelihood ==
        Approx(100 * std::log(fit.values[0]) - 40 * fit.values[0] - 50 * 0.25).epsilon(1e-8));
}

TEST_CASE("likelihood fit: a profile falls by half the square of the normal quantile",
          "[retention]") {
  const auto fit = fit_exponential(10, 4, -3, {.profile = 0.9});
  REQUIRE(fit.profile.size() == 2);
  const double z = normal_quantile(0.95);
  const auto fall = [](double rate) { return 10 * (rate / 2.5 - 1 - std::log(rate / 2.5)); };
  CHECK(fall(fit.profile[0].low) == Approx(z * z / 2).epsilon(1e-6));
  CHECK(fall(fit.profile[0].high) == Approx(z * z / 2).epsilon(1e-6));
  CHECK(fit.profile[0].low < 2.5);
  CHECK(fit.profile[0].high > 2.5);
  CHECK(fit.profile[1].low == Approx(-3 - z / std::sqrt(10)).epsilon(1e-6));  // quadratic
  CHECK(fit.profile[1].high == Approx(-3 + z / std::sqrt(10)).epsilon(1e-6));
  CHECK(fit_exponential(10, 4, -3).profile.empty());
  CHECK(fit_exponential(10, 0, -3, {.profile = 0.9}).profile.empty());  // no maximum
}

TEST_CASE("likelihood fit: parameters that depend on each other, and an end that stays open",
          "[retention]") {
  // (log a + log b - 1)^2 / 2 and (log a - log b)^2 / (2 / 9): the profile of each is quadratic of its own variance.
  const auto f = [](const Vector<double>& t, Vector<double>& g, Matrix<double>& h) {
    const double u = t[0] + t[1] - 1;
    const double v = t[0] - t[1];
    g << u + 9 * v, u - 9 * v;
    h << 10, -8, -8, 10;
    return u * u / 2 + 4.5 * v * v;
  };
  const loyal::detail::ParameterSpace space{
      .names = {"a", "b"}, .positive = 2, .log_unit = {0, 0}, .observations = 1};
  const std::vector<Vector<double>> starts{Vector<double>::Zero(2)};
  const auto fit = loyal::detail::maximize_likelihood(f, space, {.profile = 0.95}, starts);
  for (Index i = 0; i < 2; ++i) {
    const auto wald = fit.interval(i);
    CHECK(fit.profile[static_cast<std::size_t>(i)].low == Approx(wald.low).epsilon(1e-6));
    CHECK(fit.profile[static_cast<std::size_t>(i)].high == Approx(wald.high).epsilon(1e-6));
  }
  // log(1 + x^2) of x = log a grows so slowly that no value within reach is unlikely.
  const auto flat = [](const Vector<double>& t, Vector<double>& g, Matrix<double>& h) {
    const double s = 1 + t[0] * t[0];
    g[0] = 0.1 * 2 * t[0] / s;
    h(0, 0) = 0.1 * 2 * (1 - t[0] * t[0]) / (s * s);
    return 0.1 * std::log(s);
  };
  const auto open = loyal::detail::maximize_likelihood(
      flat, {.names = {"a"}, .positive = 1, .log_unit = {0}, .observations = 1}, {.profile = 0.95},
      std::vector<Vector<double>>{Vector<double>::Constant(1, 0.1)});
  REQUIRE(open.converged());
  CHECK(open.profile[0].low == 0);
  CHECK(std::isinf(open.profile[0].high));
}

TEST_CASE("likelihood fit: no maximum", "[retention]") {
  const auto fit = fit_exponential(100, 0, 0);  // the rate runs away
  CHECK_FALSE(fit.converged());
  CHECK(fit.reason == Stop::unbounded);
  // Where a logarithm may be anything, that its slope is small says nothing.
  for (const double curvature : {1e-3, 1e-8}) {
    const auto flat = [&](const Vector<double>& t, Vector<double>& g, Matrix<double>& h) {
      g[0] = curvature * (t[0] - 1);
      h(0, 0) = curvature;
      return curvature * (t[0] - 1) * (t[0] - 1) / 2;
    };
    const auto found = loyal::detail::maximize_likelihood(
        flat, {.names = {"a"}, .positive = 1, .log_unit = {0}, .observations = 1}, {},
        std::vector<Vector<double>>{Vector<double>::Zero(1)});
    CHECK(found.converged() == (curvature == 1e-3));
    if (!found.converged()) CHECK(found.reason == Stop::unbounded);
  }
}

}  // namespace likelihood_fit_tests
