// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <type_traits>

#include "../core/types.hpp"
#include "detail/packet.hpp"

namespace loyal {
namespace detail {

/// A function of one number, written once for SIMD packets of Eigen, as Eigen's coefficient-wise
/// functor.
///
/// A single number goes through a packet too, so it gets the same bits as it would inside an array:
/// scoring one customer or a million, at any alignment, agrees exactly.
template <class Formula, Scalar T>
struct Elementwise {
  using Packet = typename Eigen::internal::packet_traits<T>::type;

  T operator()(const T& x) const {
    return Eigen::internal::pfirst(Formula::template apply<T>(Eigen::internal::pset1<Packet>(x)));
  }
  template <class P>
  [[nodiscard]] P packetOp(const P& x) const {  // NOLINT(readability-identifier-naming): Eigen asks
    return Formula::template apply<T>(x);
  }
};

}  // namespace detail
}  // namespace loyal

template <class Formula, class T>
struct Eigen::internal::functor_traits<loyal::detail::Elementwise<Formula, T>> {
  enum { Cost = 40 * NumTraits<T>::MulCost, PacketAccess = packet_traits<T>::HasExp };
};

namespace loyal {
// Formulas for packets; T is the number inside P. All let NaN through.
namespace detail::packet {

template <class P, class T>
P constant(T value) {
  return pset1<P>(value);
}

/// c[0] + c[1] x + c[2] x^2 + ...
template <class P, class T, int n>
P polynomial(const P& x, const T (&c)[n]) {
  P sum = constant<P>(c[n - 1]);
  for (int i = n - 2; i >= 0; --i) sum = pmadd(sum, x, constant<P>(c[i]));
  return sum;
}

/// value where x is a number, x where it is NaN, which min and max may have swallowed.
template <class P>
P unless_nan(const P& x, const P& value) {
  return pselect(pcmp_eq(x, x), value, x);
}

/// exp(-x) for x >= 0, stopped just above the smallest normal number: subnormal ones are slow.
template <class T, class P>
P decay(const P& x) {
  constexpr T last = std::is_same_v<T, float> ? T(87) : T(708);
  return pexp(pnegate(pmin(x, constant<P>(last))));
}

/// log(1 + x) for x >= 0: log(u) x / (u - 1) repairs what rounding did to u = 1 + x.
/// Source: Kahan's method as given by Goldberg, ACM Computing Surveys 23(1), 1991, theorem 4.
template <class T, class P>
P log1p(const P& x) {
  const P one = constant<P>(T(1));
  const P u = padd(one, x);
  const P v = psub(u, one);
  const P logarithm = plog(u);
  const P repaired = pmul(x, pdiv(logarithm, v));
  return pselect(pcmp_eq(u, one), x, pselect(pcmp_eq(u, v), logarithm, repaired));
}

/// The sigmoids of |x| and -|x|: each keeps its digits where the difference to 1 would lose them.
template <class T, class P>
struct SigmoidAt {
  P upper;
  P lower;
  explicit SigmoidAt(const P& x) {
    const P one = constant<P>(T(1));
    const P e = decay<T>(pabs(x));
    upper = pdiv(one, padd(one, e));
    lower = pmul(e, upper);
  }
};
template <class T, class P>
P sigmoid(const P& x) {
  const SigmoidAt<T, P> s(x);
  return unless_nan(x, pselect(pcmp_le(pzero(x), x), s.upper, s.lower));
}

/// log(1 + exp(x)).
template <class T, class P>
P softplus(const P& x) {
  return unless_nan(x, padd(pmax(x, pzero(x)), log1p<T>(decay<T>(pabs(x)))));
}

/// exp(x^2) erfc(x) for 0 <= x <= 9.4 (float) or 27 (double), numerator and denominator.
/// Our own minimax fit, largest relative error 5e-9 and 5e-17.
template <class T, class P>
struct ScaledErfc {
  P numerator;
  P denominator;
  explicit ScaledErfc(const P& x) {
    if constexpr (std::is_same_v<T, float>) {
      numerator =
          polynomial(x, {1.000000005F, 1.232211501F, 0.7251245103F, 0.2261347578F, 0.03215065585F});
      denominator = polynomial(
          x, {1.0F, 2.360591172F, 2.388758176F, 1.313274126F, 0.4008429823F, 0.05698474247F});
    } else {
      numerator = polynomial(
          x, {0.9999999999999999518, 2.19015855083746857, 2.373079221746084443, 1.63357541035187354,
              0.7796036188521379023, 0.2663969545914820302, 0.06517061504867913107,
              0.01104403083315158863, 0.001185344782855511458, 0.00006228211598466813312});
      denominator =
          polynomial(x, {1.0, 3.318537717932967533, 5.117648047882946423, 4.841937912229806723,
                         3.121876657024816575, 1.4385168372418423, 0.4819086329784958123,
                         0.1165623919387042543, 0.0196302310712714687, 0.00210096892497141301,
                         0.0001103921763199253542});
    }
  }
};

/// Standard normal distribution and density at one point: they share their exponential.
template <class T, class P>
struct NormalAt {
  P cdf;
  P pdf;
  explicit NormalAt(const P& x) {
    constexpr T far = std::is_same_v<T, float> ? T(12.5) : T(37);
    const P z = pmin(pabs(x), constant<P>(far));
    const P half = constant<P>(T(0.5));
    const P e = pexp(pmul(pnegate(half), pmul(z, z)));
    const ScaledErfc<T, P> tail(pmul(z, constant<P>(T(0.70710678118654752440))));
    const P below = pdiv(pmul(pmul(half, e), tail.numerator), tail.denominator);
    cdf = pselect(pcmp_lt(x, pzero(x)), below, psub(constant<P>(T(1)), below));
    pdf = pmul(e, constant<P>(T(0.39894228040143267794)));
  }
};

/// exp(x) for x <= 0 that ends in exactly 0 (below 1e-37 in float, 1e-307 in double), for softmax's
/// masks.
struct VanishingExp {
  template <class T, class P>
  static P apply(const P& x) {
    const P last = constant<P>(std::is_same_v<T, float> ? T(-85) : T(-706));
    return pselect(pcmp_lt(x, last), pzero(x), pexp(x));
  }
};
struct Sigmoid {
  template <class T, class P>
  static P apply(const P& x) {
    return sigmoid<T>(x);
  }
};
struct Softplus {
  template <class T, class P>
  static P apply(const P& x) {
    return softplus<T>(x);
  }
};
struct LogSigmoid {
  template <class T, class P>
  static P apply(const P& x) {
    return pnegate(softplus<T>(pnegate(x)));
  }
};
struct Logit {
  template <class T, class P>
  static P apply(const P& p) {
    const P one = constant<P>(T(1));
    const P q = psub(one, p);
    const P size = log1p<T>(pdiv(pabs(psub(one, padd(p, p))), pmin(p, q)));
    const P valid = pand(pcmp_le(pzero(p), p), pcmp_le(pzero(q), q));
    const P nan = constant<P>(Eigen::NumTraits<T>::quiet_NaN());
    return pselect(valid, pselect(pcmp_lt(p, q), pnegate(size), size), nan);
  }
};
struct ErrorFunction {
  template <class T, class P>
  static P apply(const P& x) {
    constexpr T far = std::is_same_v<T, float> ? T(4.5) : T(6.5);  // 1 beyond
    const P z = pmin(pabs(x), constant<P>(far));
    const P square = pmul(z, z);
    const P one = constant<P>(T(1));
    const ScaledErfc<T, P> tail(z);
    const P outer = psub(one, pmul(pexp(pnegate(square)), pdiv(tail.numerator, tail.denominator)));
    P inner;
    if constexpr (std::is_same_v<T, float>)
      inner = polynomial(square, {1.128379166F, -0.3761262753F, 0.1128352764F, -0.02684359388F,
                                  0.005135828557F, -0.0006927940869F});
    else
      inner = polynomial(
          square, {1.12837916709551255, -0.3761263890318281501, 0.1128379167089366697,
                   -0.02686617062947460879, 0.005223977422468995061, -0.0008548311873283505917,
                   0.000120546424103300806, -0.00001490607616815749515, 1.612389852575909221e-6,
                   -1.306295396880020165e-7});
    const P size = pselect(pcmp_lt(square, constant<P>(T(0.5))), pmul(z, inner), outer);
    return unless_nan(x, pselect(pcmp_lt(x, pzero(x)), pnegate(size), size));
  }
};
struct HyperbolicTangent {
  template <class T, class P>
  static P apply(const P& x) {
    const P z = pabs(x);
    const P square = pmul(x, x);
    const P one = constant<P>(T(1));
    P numerator;
    P denominator;
    if constexpr (std::is_same_v<T, float>) {
      numerator = polynomial(square, {0.9999999958F, 0.09478687054F});
      denominator = polynomial(square, {1.0F, 0.4281199169F, 0.009376387899F});
    } else {
      numerator = polynomial(square, {0.999999999999999997, 0.1281428735541046735,
                                      0.002790292434760714307, 7.334579831829675045e-6});
      denominator = polynomial(
          square, {1.0, 0.4614762068874374017, 0.02328236139726003239, 0.0002062147619270883058});
    }
    const P e = decay<T>(padd(z, z));
    const P near = pcmp_lt(square, constant<P>(T(0.5)));
    const P size = pdiv(pselect(near, pmul(z, numerator), psub(one, e)),
                        pselect(near, denominator, padd(one, e)));
    return unless_nan(x, pselect(pcmp_lt(x, pzero(x)), pnegate(size), size));
  }
};
struct NormalCDF {
  template <class T, class P>
  static P apply(const P& x) {
    return unless_nan(x, NormalAt<T, P>(x).cdf);
  }
};
struct GELU {
  template <class T, class P>
  static P apply(const P& x) {
    return pmul(x, NormalAt<T, P>(x).cdf);
  }
};
struct GELUDerivative {
  template <class T, class P>
  static P apply(const P& x) {
    const NormalAt<T, P> normal(x);
    const P far = constant<P>(T(40));  // the density is nothing by then
    const P z = pmax(pmin(x, far), pnegate(far));
    return unless_nan(x, pmadd(z, normal.pdf, normal.cdf));
  }
};

/// 2 sqrt(2 / pi) (x + 0.044715 x^3), whose sigmoid stands for the normal distribution.
template <class T, class P>
P cubic_argument(const P& x) {
  const P square = pmul(x, x);
  return pmul(x, polynomial(square, {T(1.5957691216057307117), T(0.071354816272600248)}));
}
struct TanhGELU {
  template <class T, class P>
  static P apply(const P& x) {
    return pmul(x, sigmoid<T>(cubic_argument<T>(x)));
  }
};
struct TanhGELUDerivative {
  template <class T, class P>
  static P apply(const P& x) {
    // Beyond 30 the sigmoid is 0 or 1; stopping there keeps the cube from overflowing.
    const P far = constant<P>(T(30));
    const P z = pmax(pmin(x, far), pnegate(far));
    const SigmoidAt<T, P> s(cubic_argument<T>(z));
    const P value = pselect(pcmp_le(pzero(z), z), s.upper, s.lower);
    const P slope = polynomial(pmul(z, z), {T(1.5957691216057307117), T(0.214064448817800744)});
    const P change = pmul(pmul(z, pmul(s.upper, s.lower)), slope);
    return unless_nan(x, padd(value, change));
  }
};

}  // namespace detail::packet

namespace detail {

/// A float, a double, or an Eigen array expression of them, as `m.array()`.
template <class X>
concept Numbers = Scalar<X> || requires(const X& x) {
  []<class Derived>(const Eigen::ArrayBase<Derived>&) {}(x);
};

template <class Formula, Numbers X>
auto evaluate(const X& x) {
  if constexpr (Scalar<X>)
    return Elementwise<Formula, X>{}(x);
  else
    return x.derived().unaryExpr(Elementwise<Formula, typename X::Scalar>{});
}

}  // namespace detail

/// Logistic function of a number, or of each number of an Eigen array expression.
///
///   sigmoid(x) = 1 / (1 + exp(-x))
///
/// Like all functions of this header: no input overflows; NaN gives NaN; arrays are computed in
/// SIMD packets and lazily, as part of the expression around them; a single number gets the bits it
/// would get inside an array. Within 2 units in the last place of the exact value, relatively,
/// wherever it is a normal number; below (x < -87 in float, x < -708 in double) the result stays at
/// about 1e-38, 3e-308. Source: none, our own. Cost: one exponential and one division.
///
///     loyal::Matrix<float> logits(2, 2);
///     logits << 0, 1, -1e4F, 1e4F;
///     const loyal::Matrix<float> p = loyal::sigmoid(logits.array());
///     if (p(0, 0) != 0.5F || p(0, 1) != loyal::sigmoid(1.0F) || p(1, 1) != 1) return 1;
auto sigmoid(const detail::Numbers auto& x) { return detail::evaluate<detail::packet::Sigmoid>(x); }

/// softplus(x) = log(1 + exp(x)), as sigmoid() takes and returns numbers.
auto softplus(const detail::Numbers auto& x) {
  return detail::evaluate<detail::packet::Softplus>(x);
}

/// log(sigmoid(x)) = -softplus(-x): linear, not -inf, for very negative x.
auto log_sigmoid(const detail::Numbers auto& x) {
  return detail::evaluate<detail::packet::LogSigmoid>(x);
}

/// logit(p) = log(p / (1 - p)), exact also near 1/2; -inf at 0, inf at 1, NaN outside [0, 1].
auto logit(const detail::Numbers auto& p) { return detail::evaluate<detail::packet::Logit>(p); }

/// erf(x) = 2 / sqrt(pi) * integral of exp(-t^2) from 0 to x.
///
/// Relative error at most 3 units in the last place. Eigen's own erf is not vectorized for double.
/// Source: our own minimax fits of erf(x) / x and exp(x^2) erfc(x).
/// Cost: two polynomials, one exponential, one division.
auto error_function(const detail::Numbers auto& x) {
  return detail::evaluate<detail::packet::ErrorFunction>(x);
}

/// tanh(x), relative error at most 3 units in the last place; vectorized for double too, unlike
/// Eigen's.
auto hyperbolic_tangent(const detail::Numbers auto& x) {
  return detail::evaluate<detail::packet::HyperbolicTangent>(x);
}

/// Distribution function of the standard normal, P(Z <= x).
///
/// Right to relative 1e-15 (double) or 4e-7 (float) times max(1, x^2), also deep in the lower tail.
auto normal_cdf(const detail::Numbers auto& x) {
  return detail::evaluate<detail::packet::NormalCDF>(x);
}

/// Gaussian error linear unit, GELU(x) = x normal_cdf(x).
/// Source: Hendrycks & Gimpel, arXiv:1606.08415, 2016.
auto gelu(const detail::Numbers auto& x) { return detail::evaluate<detail::packet::GELU>(x); }

/// d gelu(x) / dx = normal_cdf(x) + x normal_density(x).
auto gelu_derivative(const detail::Numbers auto& x) {
  return detail::evaluate<detail::packet::GELUDerivative>(x);
}

/// The approximation x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) that GPT-2 and many BERT files
/// use.
auto tanh_gelu(const detail::Numbers auto& x) {
  return detail::evaluate<detail::packet::TanhGELU>(x);
}

/// d tanh_gelu(x) / dx.
auto tanh_gelu_derivative(const detail::Numbers auto& x) {
  return detail::evaluate<detail::packet::TanhGELUDerivative>(x);
}

}  // namespace loyal
