// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "../core/distributions.hpp"
#include "../core/random.hpp"
#include "../math/detail/gauss_legendre.hpp"
#include "../math/detail/rising.hpp"
#include "detail/purchase_likelihood.hpp"
#include "detail/purchase_model.hpp"

namespace loyal {
namespace detail {

/// Purchases at a rate lambda ~ Gamma(r, alpha) until an exponential lifetime of rate mu ~ Gamma(s, beta) ends.
///
///   L = Gamma(r + x) alpha^r beta^s / Gamma(r) [(alpha + T)^-(r + x) (beta + T)^-s
///       + s int_(t_x)^T (alpha + y)^-(r + x) (beta + y)^-(s + 1) dy]
/// The integral over the moment y of leaving is taken by Gauss-Legendre rules in v = log((m + y) / (m + t_x)), m =
/// min(alpha, beta), where the integrand is smooth and nearly exponential. All terms are positive: where the
/// hypergeometric functions of the closed form overflow or cancel there is nothing to lose here; and the likelihood
/// is one mixture over y, so that its derivatives are means and covariances of those of the terms.
struct ParetoKernel {
  struct Parameters {
    double r;      ///< shape of the rate of purchases
    double alpha;  ///< its scale: the mean rate is r / alpha
    double s;      ///< shape of the rate of leaving
    double beta;   ///< its scale: the mean rate is s / beta
  };
  using Theta = std::array<double, 4>;
  static constexpr const char* name = "ParetoNBD";
  static constexpr std::array<const char*, 4> names{"r", "alpha", "s", "beta"};
  static constexpr std::array<bool, 4> timed{false, true, false, true};
  static constexpr std::array<double, 4> rate_sign{0, -1, 0, 0};
  static constexpr std::array<double, 4> dropout_sign{0, 0, 0, -1};
  static constexpr std::array<Theta, 3> starts{{{-1, -1, -1, -1}, {0, 0, 0, 0}, {-0.5, -2, -1, 1}}};

  static Theta theta(const Parameters& p) { return {p.r, p.alpha, p.s, p.beta}; }
  static Parameters parameters(const Theta& t) { return {t[0], t[1], t[2], t[3]}; }

  static LikelihoodTerms<double> counts(const Theta& theta, double x) {
    const auto [r, alpha, s, beta] = theta;
    const Rising of_r = log_rising(r, x);
    LikelihoodTerms<double> terms{};
    terms.value = of_r.value + r * std::log(alpha) + s * std::log(beta);
    terms.gradient = {of_r.slope + std::log(alpha), r / alpha, std::log(beta), s / beta};
    terms.hessian[0] = of_r.curvature;
    terms.hessian[1] = 1 / alpha;
    terms.hessian[2] = -r / (alpha * alpha);
    terms.hessian[8] = 1 / beta;
    terms.hessian[9] = -s / (beta * beta);
    return terms;
  }

  template <class P>
  static LikelihoodTerms<P> times(const std::array<P, 4>& theta, const P& x, const P& t_x,
                                  const P& age) {
    // NOLINTNEXTLINE(google-build-using-namespace): for the formulas of this function
    using namespace packet;
    const P one = pset1<P>(1.0);
    const auto& [r, alpha, s, beta] = theta;
    const P a = padd(r, x);    // powers of (alpha + y)
    const P b = padd(s, one);  // and (beta + y)
    const P near = pmin(alpha, beta);
    const P base = padd(near, t_x);
    const P log_base = plog(base);
    const P log_a = plog(padd(alpha, t_x));
    const P log_b = plog(padd(beta, t_x));
    const P log_a_end = plog(padd(alpha, age));
    const P log_b_end = plog(padd(beta, age));

    // The integrand falls at least as fast as it does at first; what lies beyond exp(-45) is left out.
    const P at_first = psub(
        padd(pdiv(pmul(a, base), padd(alpha, t_x)), pdiv(pmul(b, base), padd(beta, t_x))), one);
    const P reach = pdiv(pset1<P>(45.0), pmax(at_first, pset1<P>(1e-9)));
    const P length = pmin(psub(plog(padd(near, age)), log_base), reach);
    // A rule of 16 points is exact to 1e-15 up to a fall of exp(-14) and a length of 3.
    const P fall = pmul(length, psub(padd(a, b), one));
    const double wanted = largest(pmax(pdiv(fall, pset1<P>(14.0)), pdiv(length, pset1<P>(3.0))));
    const int panels = std::clamp(static_cast<int>(std::ceil(wanted)), 1, 64);

    // Sums over y, in units of the integrand at t_x, of 1, the logarithms beyond those at t_x and the inverses u.
    const P zero = pset1<P>(0.0);
    P mass = zero;
    std::array<P, 4> mean{zero, zero, zero, zero};
    std::array<P, 10> square;
    square.fill(zero);
    const auto add = [&](const P& weight, const std::array<P, 4>& values) {
      mass = padd(mass, weight);
      for (std::size_t i = 0, at = 0; i < 4; ++i) {
        const P part = pmul(weight, values[i]);
        mean[i] = padd(mean[i], part);
        for (std::size_t j = 0; j <= i; ++j, ++at) square[at] = pmadd(part, values[j], square[at]);
      }
    };
    const P alpha_beyond = psub(alpha, near);
    const P beta_beyond = psub(beta, near);
    const auto alpha_is_near = pcmp_le(alpha, beta);
    each_legendre_node(panels, [&](double u, double w) {
      const P v = pmul(length, pset1<P>(u));
      const P from_near = pmul(base, pexp(v));
      const P far = padd(from_near, pselect(alpha_is_near, beta_beyond, alpha_beyond));
      const P log_near = v;
      const P log_far = psub(plog(far), pselect(alpha_is_near, log_b, log_a));
      const P rise_a = pselect(alpha_is_near, log_near, log_far);
      const P rise_b = pselect(alpha_is_near, log_far, log_near);
      const P log_weight = psub(v, padd(pmul(a, rise_a), pmul(b, rise_b)));
      const P weight = pmul(pexp(log_weight), pset1<P>(w));
      add(weight, {rise_a, pdiv(one, padd(from_near, alpha_beyond)), rise_b,
                   pdiv(one, padd(from_near, beta_beyond))});
    });
    // s base length f(t_x) sum of weights against (alpha + T)^-a (beta + T)^-s.
    const P scale =
        padd(plog(pmul(s, pmul(length, base))), pnegate(padd(pmul(a, log_a), pmul(b, log_b))));
    const P still = pnegate(padd(pmul(a, log_a_end), pmul(s, log_b_end)));
    const P log_dead = pmax(padd(scale, plog(pmax(mass, pset1<P>(1e-300)))), pset1<P>(-1e300));
    const auto no_time = pcmp_le(age, t_x);
    const P gap =
        pselect(no_time, pset1<P>(-700.0), psub(log_dead, still));  // log-odds of having left
    const P e = pexp(pnegate(pmin(pabs(gap), pset1<P>(700.0))));
    const P upper = pdiv(one, padd(one, e));
    const P lower = pmul(e, upper);
    const auto rather_left = pcmp_lt(zero, gap);
    const P left = pselect(no_time, zero, pselect(rather_left, upper, lower));
    const P alive = pselect(no_time, one, pselect(rather_left, lower, upper));

    LikelihoodTerms<P> t;
    t.alive = alive;
    // Both shares may be near 1: the logarithm of the larger one is exact.
    t.value = pselect(no_time, still, psub(pmax(log_dead, still), plog(upper)));
    // Moments of (log(alpha + y), 1 / (alpha + y), log(beta + y), 1 / (beta + y)), logs beyond t_x.
    const P norm = pdiv(left, pmax(mass, pset1<P>(1e-300)));
    for (P& m : mean) m = pmul(m, norm);
    for (P& m : square) m = pmul(m, norm);
    const P end_a = psub(log_a_end, log_a);
    const P end_b = psub(log_b_end, log_b);
    const P u_a = pdiv(one, padd(alpha, age));
    const P u_b = pdiv(one, padd(beta, age));
    // Derivatives of the logarithm of each term: (-log_a, -a u_a, 1 / s - log_b, -b u_b) if left at y,
    // (-log_a, -a u_a, -log_b, -s u_b) if still there.
    const P inverse_s = pdiv(one, s);
    const std::array<P, 4> d{pnegate(end_a), pnegate(pmul(a, u_a)), pnegate(end_b),
                             pnegate(pmul(s, u_b))};
    const std::array<P, 4> f{pset1<P>(-1.0), pnegate(a), pset1<P>(-1.0), pnegate(b)};
    std::array<P, 4> gradient;
    for (std::size_t i = 0; i < 4; ++i) gradient[i] = pmadd(f[i], mean[i], pmul(alive, d[i]));
    gradient[2] = pmadd(left, inverse_s, gradient[2]);
    for (std::size_t i = 0, at = 0; i < 4; ++i)
      for (std::size_t j = 0; j <= i; ++j, ++at) {
        P second = pmul(pmul(f[i], f[j]), square[at]);
        // 1 / s enters the product of the terms that have left.
        if (i == 2) second = pmadd(pmul(f[j], inverse_s), mean[j], second);
        if (j == 2) second = pmadd(pmul(f[i], inverse_s), mean[i], second);
        if (i == 2 && j == 2) second = pmadd(left, pmul(inverse_s, inverse_s), second);
        second = pmadd(alive, pmul(d[i], d[j]), second);
        t.hessian[at] = psub(second, pmul(gradient[i], gradient[j]));
      }
    // The means of the second derivatives.
    t.hessian[1] = psub(t.hessian[1], pmadd(alive, u_a, mean[1]));
    t.hessian[2] = pmadd(a, pmadd(alive, pmul(u_a, u_a), square[2]), t.hessian[2]);
    t.hessian[5] = psub(t.hessian[5], pmul(left, pmul(inverse_s, inverse_s)));
    t.hessian[8] = psub(t.hessian[8], pmadd(alive, u_b, mean[3]));
    t.hessian[9] =
        padd(t.hessian[9], padd(pmul(b, square[9]), pmul(alive, pmul(s, pmul(u_b, u_b)))));
    gradient[0] = psub(gradient[0], log_a);
    gradient[2] = psub(gradient[2], log_b);
    t.gradient = gradient;
    return t;
  }

  template <class P>
  static double largest(const P& p) {
    std::array<double, static_cast<std::size_t>(packet::unpacket_traits<P>::size)> numbers;
    packet::pstoreu(numbers.data(), p);
    return *std::max_element(numbers.begin(), numbers.end());
  }

  template <Scalar Real>
  static double alive(const std::array<Real, 4>& theta, const PurchaseRecord& record) {
    using P = typename packet::packet_traits<Real>::type;
    return Eigen::internal::pfirst(
        times<P>(in_each_lane<P>(theta), packet::pset1<P>(record.frequency),
                 packet::pset1<P>(record.recency), packet::pset1<P>(record.age))
            .alive);
  }

  static Theta posterior(const Theta& theta, const PurchaseRecord& record) {
    const auto [r, alpha, s, beta] = theta;
    return {r + record.frequency, alpha + record.age, s, beta + record.age};
  }

  /// r / alpha beta [1 - (beta / (beta + t))^(s - 1)] / (s - 1), through s = 1.
  static double expected(const Theta& theta, double t) {
    const auto [r, alpha, s, beta] = theta;
    const double y = std::log1p(t / beta);
    const double power = (s - 1) * y;
    const double lifetime =
        std::abs(power) < 1e-8 ? y * (1 - power / 2) : -std::expm1(-power) / (s - 1);
    return r / alpha * beta * lifetime;
  }

  /// Purchases expected forever, the one at time t discounted by exp(-delta t):
  ///   r / alpha int_0^inf exp(-delta t) (beta / (beta + t))^s dt
  static double discounted(const Theta& theta, double delta) {
    const double r = theta[0];  // lambdas of clang 14 cannot see structured bindings
    const double alpha = theta[1];
    const double s = theta[2];
    const double beta = theta[3];
    // t = beta (e^v - 1): the integrand falls as exp((1 - s) v - delta beta (e^v - 1)).
    const double end = std::log1p(45 / (delta * beta));
    const double fall = (s + 1) * end + 45;
    double sum = 0;
    each_legendre_node(static_cast<int>(std::clamp(std::ceil(fall / 8), 1.0, 1000.0)),
                       [&](double u, double w) {
                         const double v = end * u;
                         sum += w * std::exp((1 - s) * v - delta * beta * std::expm1(v));
                       });
    return r / alpha * beta * end * sum;
  }

  /// P(x purchases in (0, t]): still there at t, or left at y with all of them before.
  static double probability(const Theta& theta, double x, double t) {
    const double r = theta[0];  // lambdas of clang 14 cannot see structured bindings
    const double alpha = theta[1];
    const double s = theta[2];
    const double beta = theta[3];
    if (t == 0) return x == 0 ? 1 : 0;
    const double front = log_rising(r, x).value - log_gamma(x + 1);
    const auto purchases = [&](double y) {
      return front - r * std::log1p(y / alpha) + (x > 0 ? x * std::log(y / (alpha + y)) : 0.0);
    };
    const double near = std::min(alpha, beta);
    const double end = std::log1p(t / near);
    const int panels =
        static_cast<int>(std::clamp(std::ceil(end + std::sqrt(x + r + s)), 4.0, 200.0));
    double sum = std::exp(purchases(t) - s * std::log1p(t / beta));
    each_legendre_node(panels, [&](double u, double w) {
      const double v = end * u;
      const double y = near * std::expm1(v);
      sum +=
          w * end * near * s / beta * std::exp(v + purchases(y) - (s + 1) * std::log1p(y / beta));
    });
    return sum;
  }

  static PurchaseRecord simulate(const Theta& theta, double age, Rng& rng) {
    const auto [r, alpha, s, beta] = theta;
    const double rate = draw_gamma(rng, r, 1 / alpha);
    const double leaving = draw_gamma(rng, s, 1 / beta);
    const double end = leaving > 0 ? std::min(age, draw_exponential(rng, leaving)) : age;
    PurchaseRecord record{.age = age};
    for (double time = 0; rate > 0;) {
      time += draw_exponential(rng, rate);
      if (!(time <= end)) break;
      if (time > 0) ++record.frequency, record.recency = time;
    }
    return record;
  }
};

}  // namespace detail

/// Pareto/NBD: customers without a contract who buy at a steady rate until they leave, at any moment.
///
/// Over customers the rate of purchases is Gamma(r, alpha), that of leaving Gamma(s, beta). With A = alpha + T and
/// B = beta + T,
///   L = Gamma(r + x) alpha^r beta^s / Gamma(r) [A^-(r + x) B^-s + s int_(t_x)^T (alpha + y)^-(r + x) (beta + y)^-(s + 1) dy]
///   P(alive) = the share of the first term
///   E[purchases in (T, T + t]] = P(alive) (r + x) B / (A (s - 1)) [1 - (B / (B + t))^(s - 1)]
///   DERT(delta) = P(alive) (r + x) / A int_0^inf exp(-delta t) (B / (B + t))^s dt
/// Covariates z of a customer, as in CLVTools: alpha exp(-z' g_rate), beta exp(-z' g_dropout).
/// The result of fit() holds r, alpha, s, beta, then the coefficients; alpha and beta are in the histories' unit of time.
/// @throws OptionError for options out of range; DataError for a row that cannot be; ShapeError; NotFitted.
/// Source: Schmittlein, Morrison & Colombo, Management Science 33(1), 1987; the form with the integral: Fader & Hardie, "A
/// note on deriving the Pareto/NBD model", 2005; DERT: Fader, Hardie & Lee, Journal of Marketing Research 42(4), 2005.
/// Cost: some 10 passes over the customers, of some 50 ns each.
///
///     const loyal::ParetoNBD<double> model{{.r = 0.553, .alpha = 10.58, .s = 0.606, .beta = 11.67}};
///     const loyal::PurchaseRecord customer{.frequency = 2, .recency = 30.43, .age = 38.86};
///     const double alive = model.probability_alive(customer);
///     if (alive < 0.868 || alive > 0.870) return 1;
///     if (model.discounted_purchases(0.003, customer) < model.expected_purchases(39, customer)) return 2;
template <Scalar T = double>
class ParetoNBD : public detail::PurchaseModel<detail::ParetoKernel, T> {
  using Base = detail::PurchaseModel<detail::ParetoKernel, T>;

 public:
  using Base::Base;

  /// DERT, the discounted expected residual transactions: all future purchases, that after a time t counting
  /// exp(-rate t). @throws OptionError unless rate > 0; DataError for a record that cannot be.
  [[nodiscard]] double discounted_purchases(double rate, const PurchaseRecord& record = {}) const {
    detail::expect_option("ParetoNBD::discounted_purchases", "rate", rate,
                          rate > 0 && std::isfinite(rate), "> 0");
    detail::expect_record("ParetoNBD::discounted_purchases", record);
    const auto& theta = this->fitted();
    return detail::ParetoKernel::alive(theta, record) *
           detail::ParetoKernel::discounted(detail::ParetoKernel::posterior(theta, record), rate);
  }
};

}  // namespace loyal
