// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "../../core/distributions.hpp"
#include "../../core/random.hpp"
#include "../../math/detail/rising.hpp"
#include "../../math/functions.hpp"
#include "../../math/incomplete_beta.hpp"
#include "purchase_likelihood.hpp"

namespace loyal::detail {

/// Purchases at a rate lambda ~ Gamma(r, alpha), and after each a chance p ~ Beta(a, b) to leave: BG/NBD, where the first
/// purchase does not count as such an occasion, and MBG/NBD, where it does (@p first = 1).
///
/// With n = x + first occasions survived by who is still there,
///   L = Gamma(r + x) alpha^r / Gamma(r) B(a, b + n) / B(a, b)
///       [(alpha + T)^-(r + x) + (n > 0) a / (b + n - 1) (alpha + t_x)^-(r + x)],
/// the second term being that of leaving at the last purchase.
template <int first>
struct BetaGeometricKernel {
  struct Parameters {
    double r;      ///< shape of the rate of purchases
    double alpha;  ///< its scale: the mean rate is r / alpha
    double a;      ///< of the chance to leave, whose mean is a / (a + b)
    double b;
  };
  using Theta = std::array<double, 4>;
  static constexpr const char* name = first == 0 ? "BGNBD" : "MBGNBD";
  static constexpr std::array<const char*, 4> names{"r", "alpha", "a", "b"};
  static constexpr std::array<bool, 4> timed{false, true, false, false};
  static constexpr std::array<double, 4> rate_sign{0, -1, 0, 0};
  static constexpr std::array<double, 4> dropout_sign{0, 0, 1, 1};
  static constexpr std::array<Theta, 3> starts{
      {{-1, -2, 0, 1}, {0, 0, 0, 0}, {-1, -1, -2, -1}}};  // logarithms, in units of the mean age

  static Theta theta(const Parameters& p) { return {p.r, p.alpha, p.a, p.b}; }
  static Parameters parameters(const Theta& t) { return {t[0], t[1], t[2], t[3]}; }

  static LikelihoodTerms<double> counts(const Theta& theta, double x) {
    const auto [r, alpha, a, b] = theta;
    const double n = x + first;
    const Rising of_r = log_rising(r, x);
    const Rising of_b = log_rising(b, n);
    const Rising of_sum = log_rising(a + b, n);
    LikelihoodTerms<double> terms{};
    terms.value = of_r.value + r * std::log(alpha) + of_b.value - of_sum.value;
    terms.gradient = {of_r.slope + std::log(alpha), r / alpha, -of_sum.slope,
                      of_b.slope - of_sum.slope};
    terms.hessian[0] = of_r.curvature;
    terms.hessian[1] = 1 / alpha;
    terms.hessian[2] = -r / (alpha * alpha);
    terms.hessian[5] = terms.hessian[8] = -of_sum.curvature;
    terms.hessian[9] = of_b.curvature - of_sum.curvature;
    return terms;
  }

  /// log of the bracket: -(r + x) log(alpha + T) + softplus(z), with z the log-odds of having left.
  template <class P>
  static LikelihoodTerms<P> times(const std::array<P, 4>& theta, const P& x, const P& t_x,
                                  const P& age) {
    // NOLINTNEXTLINE(google-build-using-namespace): for the formulas of this function
    using namespace packet;
    const P zero = pset1<P>(0.0);
    const P one = pset1<P>(1.0);
    const auto& [r, alpha, a, b] = theta;
    const P k = padd(r, x);
    const P occasions = padd(x, pset1<P>(static_cast<double>(first)));
    const P may_have_left = pcmp_lt(zero, occasions);
    const P last = pselect(may_have_left, psub(padd(b, occasions), one), one);
    const P at_age = padd(alpha, age);
    const P at_last = padd(alpha, t_x);
    const P log_age = plog(at_age);
    const P lead = psub(log_age, plog(at_last));
    const P u_age = pdiv(one, at_age);
    const P u_last = pdiv(one, at_last);
    const P u = psub(u_age, u_last);
    const P z = pmadd(k, lead, plog(pdiv(a, last)));
    const P e = decay<double>(pabs(z));
    const P upper = pdiv(one, padd(one, e));
    const P lower = pmul(e, upper);
    const P positive = pcmp_le(zero, z);
    const P p = pand(may_have_left, pselect(positive, upper, lower));  // left
    const P q = pmul(upper, lower);
    const P pq = pand(may_have_left, q);
    const P tail = padd(pmax(z, zero), log1p<double>(e));

    LikelihoodTerms<P> t;
    t.alive = psub(one, p);
    t.value = psub(pand(may_have_left, tail), pmul(k, log_age));
    // Derivatives of z by r, alpha, a, b.
    const P z0 = lead;
    const P z1 = pmul(k, u);
    const P z2 = pdiv(one, a);
    const P z3 = pnegate(pdiv(one, last));
    t.gradient = {pmadd(p, z0, pnegate(log_age)), pmadd(p, z1, pnegate(pmul(k, u_age))),
                  pmul(p, z2), pmul(p, z3)};
    const P q0 = pmul(pq, z0);
    const P q1 = pmul(pq, z1);
    const P q2 = pmul(pq, z2);
    t.hessian[0] = pmul(q0, z0);
    t.hessian[1] = padd(pmul(q0, z1), psub(pmul(p, u), u_age));
    const P squares = psub(pmul(u_last, u_last), pmul(u_age, u_age));
    t.hessian[2] = padd(pmul(q1, z1), pmul(k, pmadd(p, squares, pmul(u_age, u_age))));
    t.hessian[3] = pmul(q0, z2);
    t.hessian[4] = pmul(q1, z2);
    t.hessian[5] = psub(pmul(q2, z2), pmul(p, pmul(z2, z2)));
    t.hessian[6] = pmul(q0, z3);
    t.hessian[7] = pmul(q1, z3);
    t.hessian[8] = pmul(q2, z3);
    t.hessian[9] = pmul(padd(pq, p), pmul(z3, z3));
    return t;
  }

  static double alive(const Theta& theta, const PurchaseRecord& record) {
    const auto [r, alpha, a, b] = theta;
    const auto [x, t_x, age] = record;
    const double n = x + first;
    if (n == 0) return 1;
    const double z =
        std::log(a / (b + n - 1)) + (r + x) * (std::log(alpha + age) - std::log(alpha + t_x));
    return sigmoid(-z);
  }

  static Theta posterior(const Theta& theta, const PurchaseRecord& record) {
    const auto [r, alpha, a, b] = theta;
    return {r + record.frequency, alpha + record.age, a, b + record.frequency + first};
  }

  /// Purchases expected in (0, t] of who is there now: E[(1 - exp(-lambda p t)) / p].
  ///
  /// With z = t / (alpha + t), c = a + b and K_n = int_0^1 y^n (1 - z y)^(a - 2) dy this is
  ///   r z sum over n of (c - r - 1)_n (a)_n / ((c)_n n!) z^n K_n,
  /// the integral of Euler's form of 2F1(r + 1, b; c; z y) term by term. Unlike the closed form it has no
  /// pole at a = 1 or a + b = 1, and no difference of nearly equal numbers.
  static double expected(const Theta& theta, double t) {
    const auto [r, alpha, a, b] = theta;
    if (t == 0) return 0;
    const double c = a + b;
    const double z = t / (alpha + t);
    // Forward to the last term that counts; K_n is at most max((1 - z)^(a - 2), 1) / (n + 1).
    double term = 1;
    double largest = 1;
    int last = 0;
    for (; last < 1000000; ++last) {
      const double next = term * (c - r - 1 + last) * (a + last) * z / ((c + last) * (last + 1));
      const bool falling = (r + 1 - c - last) * z <= 0.5 * (last + 1);  // by half or more, or by z
      if (next == 0 || (falling && std::abs(next) < 1e-18 * largest * (1 - z))) break;
      term = next;
      largest = std::max(largest, std::abs(term));
    }
    // Backward: n K_(n-1) = (1 - z)^(a - 1) + (n + a - 1) z K_n, all terms positive. It forgets its start.
    const int start = last + static_cast<int>(std::min(1e6, 40 / -std::log(z))) + 8;
    const double edge = std::exp((a - 1) * std::log(alpha / (alpha + t)));
    double integral = edge / (start + 1);
    for (int n = start; n > last; --n) integral = (edge + (n + a - 1) * z * integral) / n;
    double sum = term * integral;
    for (int n = last; n > 0; --n) {
      integral = (edge + (n + a - 1) * z * integral) / n;
      const int k = n - 1;
      term *= (c + k) * (k + 1) / ((c - r - 1 + k) * (a + k) * z);
      sum += term * integral;
    }
    return r * z * sum;
  }

  /// Probability of x purchases in (0, t] of who is there now.
  /// Source: Fader, Hardie & Lee, Marketing Science 24(2), 2005, equation 8.
  static double probability(const Theta& theta, double x, double t) {
    const auto [r, alpha, a, b] = theta;
    if (t == 0) return x == 0 ? 1 : 0;
    const double z = t / (alpha + t);
    const double survive = log_rising(b, x).value - log_rising(a + b, x).value;
    const double purchases =
        log_rising(r, x).value - log_gamma(x + 1) + r * std::log1p(-z) + x * std::log(z);
    double sum = std::exp(survive + purchases);
    if (x > 0) {
      const double leave = log_rising(b, x - 1).value - log_rising(a + b, x).value + std::log(a);
      sum += std::exp(leave) * incomplete_beta(z, x, r);
    }
    return sum;
  }

  static PurchaseRecord simulate(const Theta& theta, double age, Rng& rng) {
    const auto [r, alpha, a, b] = theta;
    const double rate = draw_gamma(rng, r, 1 / alpha);
    const double leave = draw_beta(rng, a, b);
    PurchaseRecord record{.age = age};
    if (first == 1 && rng.bernoulli(leave)) return record;
    for (double time = 0; rate > 0;) {
      time += draw_exponential(rng, rate);
      if (!(time <= age)) break;
      if (time > 0) ++record.frequency, record.recency = time;
      if (rng.bernoulli(leave)) break;
    }
    return record;
  }
};

}  // namespace loyal::detail
