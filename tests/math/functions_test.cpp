// SPDX-License-Identifier: MIT
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/math/functions.hpp>

#include "../support/catch.hpp"

using namespace loyal;

namespace {

/// Points of every size: near zero, ordinary, large, and the borders of our formulas.
template <class T>
Vector<T> points(double largest) {
  Rng rng{7};
  std::vector<T> x{T(0), T(-0.0), T(1), T(-1), static_cast<T>(largest), static_cast<T>(-largest)};
  for (int i = 0; i < 20000; ++i) {
    const double size = std::exp(rng.uniform(-12.0, std::log(largest)));
    x.push_back(static_cast<T>(rng.bernoulli(0.5) ? size : -size));
    x.push_back(static_cast<T>(rng.uniform(-std::min(largest, 12.0), std::min(largest, 12.0))));
  }
  return Eigen::Map<Vector<T>>(x.data(), static_cast<Index>(x.size()));
}

/// Largest error in units of eps * (|expected| + floor), and that single numbers equal the array.
template <class T, class F, class Truth>
double worst(
    const F& f, const Truth& truth, const Vector<T>& x, double floor,
    double (*weight)(double) = [](double) { return 1.0; }) {
  const Vector<T> y = f(x.array());
  const double eps = static_cast<double>(std::numeric_limits<T>::epsilon());
  double largest = 0;
  for (Index i = 0; i < x.size(); ++i) {
    const T single = f(x[i]);
    REQUIRE((single == y[i] || (std::isnan(single) && std::isnan(y[i]))));
    const long double wanted = truth(static_cast<long double>(x[i]));
    const double error = static_cast<double>(std::abs(static_cast<long double>(y[i]) - wanted) /
                                             (std::abs(wanted) + static_cast<long double>(floor)));
    INFO("x = " << x[i] << " got " << y[i] << " expected " << static_cast<double>(wanted));
    REQUIRE(std::isfinite(error));
    largest = std::max(largest, error / eps / weight(static_cast<double>(x[i])));
  }
  return largest;
}

template <class T>
double least_normal() {
  return 4 * static_cast<double>(std::numeric_limits<T>::min()) /
         static_cast<double>(std::numeric_limits<T>::epsilon());
}

long double cdf(long double x) { return erfcl(-x * sqrtl(0.5L)) / 2; }
long double pdf(long double x) { return expl(-x * x / 2) * 0.39894228040143267793995L; }
long double tanh_argument(long double x) {
  return sqrtl(2 / 3.14159265358979323846264L) * (x + 0.044715L * x * x * x);
}

}  // namespace

TEMPLATE_TEST_CASE("functions: close to long double over the whole range", "", float, double) {
  using T = TestType;
  const auto x = points<T>(1e4);
  const double tiny = least_normal<T>();
  CHECK(worst<T>([](const auto& a) { return sigmoid(a); },
                 [](long double a) { return 1 / (1 + expl(-a)); }, x, tiny) < 2.5);
  CHECK(worst<T>([](const auto& a) { return softplus(a); },
                 [](long double a) { return a > 100 ? a : log1pl(expl(a)); }, x, tiny) < 2.5);
  CHECK(worst<T>([](const auto& a) { return log_sigmoid(a); },
                 [](long double a) { return a < -100 ? a : -log1pl(expl(-a)); }, x, tiny) < 2.5);
  CHECK(worst<T>([](const auto& a) { return error_function(a); },
                 [](long double a) { return erfl(a); }, x, 1e-300) < 3);
  CHECK(worst<T>([](const auto& a) { return hyperbolic_tangent(a); },
                 [](long double a) { return tanhl(a); }, x, 1e-300) < 3);
}

TEMPLATE_TEST_CASE("functions: normal distribution and GELU", "", float, double) {
  using T = TestType;
  const auto x = points<T>(1e4);
  const double tiny =
      std::is_same_v<T, float> ? 1e-27 : 1e-282;  // where the lower tail stops, / eps
  const auto square = [](double a) { return std::max(1.0, std::min(a * a, 1500.0)); };
  CHECK(worst<T>([](const auto& a) { return normal_cdf(a); }, cdf, x, tiny, square) < 4);
  CHECK(worst<T>([](const auto& a) { return gelu(a); }, [](long double a) { return a * cdf(a); }, x,
                 1e4 * tiny, square) < 4);
  // The derivative crosses zero near -0.75, so it is judged against its largest value.
  CHECK(worst<T>([](const auto& a) { return gelu_derivative(a); },
                 [](long double a) { return cdf(a) + a * pdf(a); }, x, 1) < 4);
  CHECK(worst<T>([](const auto& a) { return tanh_gelu(a); },
                 [](long double a) { return a / (1 + expl(-2 * tanh_argument(a))); }, x, 1e4 * tiny,
                 square) < 12);
  CHECK(worst<T>([](const auto& a) { return tanh_gelu_derivative(a); },
                 [](long double a) {
                   const long double s = 1 / (1 + expl(-2 * tanh_argument(a)));
                   return s + 2 * a * s * (1 - s) * sqrtl(2 / 3.14159265358979323846264L) *
                                  (1 + 3 * 0.044715L * a * a);
                 },
                 x, 1) < 8);
}

TEMPLATE_TEST_CASE("functions: logit inverts the sigmoid, ends included", "", float, double) {
  using T = TestType;
  Rng rng{3};
  Vector<T> p(20001);
  for (Index i = 0; i < p.size(); ++i)
    p[i] = i % 2 == 0 ? rng.uniform<T>() : static_cast<T>(std::exp(rng.uniform(-80.0, 0.0)));
  p[0] = T(0.5);
  p = p.cwiseMin(1 - std::numeric_limits<T>::epsilon()).eval();
  CHECK(worst<T>([](const auto& a) { return logit(a); },
                 [](long double a) { return logl(a) - log1pl(-a); }, p, 1e-18) < 5);
  const T inf = std::numeric_limits<T>::infinity();
  CHECK(logit(T(0)) == -inf);
  CHECK(logit(T(1)) == inf);
  CHECK(logit(T(0.5)) == 0);
  CHECK(std::isnan(logit(T(-0.1))));
  CHECK(std::isnan(logit(T(1.1))));
}

TEMPLATE_TEST_CASE("functions: NaN stays NaN, infinity meets its limit", "", float, double) {
  using T = TestType;
  const T nan = std::numeric_limits<T>::quiet_NaN();
  const T inf = std::numeric_limits<T>::infinity();
  const auto both = [](const auto& f, T x, const auto& check) {
    check(f(x));
    const Vector<T> y = f(Vector<T>::Constant(37, x).array());
    for (Index i = 0; i < y.size(); ++i) check(y[i]);
  };
  const auto is_nan = [](T y) { CHECK(std::isnan(y)); };
  both([](const auto& a) { return sigmoid(a); }, nan, is_nan);
  both([](const auto& a) { return softplus(a); }, nan, is_nan);
  both([](const auto& a) { return log_sigmoid(a); }, nan, is_nan);
  both([](const auto& a) { return logit(a); }, nan, is_nan);
  both([](const auto& a) { return error_function(a); }, nan, is_nan);
  both([](const auto& a) { return hyperbolic_tangent(a); }, nan, is_nan);
  both([](const auto& a) { return normal_cdf(a); }, nan, is_nan);
  both([](const auto& a) { return gelu(a); }, nan, is_nan);
  both([](const auto& a) { return gelu_derivative(a); }, nan, is_nan);
  both([](const auto& a) { return tanh_gelu(a); }, nan, is_nan);
  both([](const auto& a) { return tanh_gelu_derivative(a); }, nan, is_nan);

  const auto limit = [&](const auto& f, T below, T above) {
    both(f, -inf, [&](T y) {
      CHECK(std::abs(y - below) <= static_cast<T>(sizeof(T) == 4 ? 1e-35 : 1e-299));
    });
    both(f, inf, [&](T y) { CHECK(y == above); });
  };
  limit([](const auto& a) { return sigmoid(a); }, 0, 1);
  limit([](const auto& a) { return error_function(a); }, -1, 1);
  limit([](const auto& a) { return hyperbolic_tangent(a); }, -1, 1);
  limit([](const auto& a) { return normal_cdf(a); }, 0, 1);
  CHECK(softplus(inf) == inf);
  CHECK(log_sigmoid(-inf) == -inf);
  CHECK(gelu(inf) == inf);
  CHECK(tanh_gelu(inf) == inf);
  CHECK(gelu_derivative(inf) == 1);
  CHECK(tanh_gelu_derivative(inf) == 1);
}

TEST_CASE("functions: an unaligned piece has the bits of the whole") {
  const Vector<float> x = Vector<float>::LinSpaced(1003, -9, 9);
  const Vector<float> whole = gelu(x.array());
  for (const Index start : {1, 2, 3, 5, 9})
    for (const Index size : {1, 4, 7, 31, 500}) {
      const Vector<float> piece = gelu(x.segment(start, size).array());
      CHECK(piece == whole.segment(start, size));
    }
  const Matrix<float> empty(0, 3);
  CHECK(Matrix<float>(sigmoid(empty.array())).rows() == 0);
}
