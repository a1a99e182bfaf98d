// SPDX-License-Identifier: MIT
#pragma once

#include "../core/error.hpp"
#include "../math/bounds.hpp"
#include "../math/functions.hpp"
#include "../math/softmax.hpp"
#include "layer.hpp"

namespace loyal {
namespace detail {

/// Does to a packet what f does to an array, which the compiler keeps in a register.
template <class P, class F>
P on_packet(const P& x, const F& f) {
  using Traits = packet::unpacket_traits<P>;
  using Array = Eigen::Array<typename Traits::type, Traits::size, 1>;
  Array values;
  packet::pstoreu(values.data(), x);
  const Array results = f(values);
  return packet::ploadu<P>(results.data());
}

/// The end of a matrix product that an activation follows, see multiply().
template <class Function>
struct ValueFinish {
  static constexpr bool brief = requires { Function::brief; };
  Function f;
  template <class P>
  P operator()(const P& sum, Index, Index) const {
    return on_packet(sum, [&](const auto& x) { return f.value(x); });
  }
};
/// The end of the product that makes dy, where y is the output of an activation: makes dx of it.
template <class Function, class Y>
struct SlopeFinish {
  static constexpr bool brief = requires { Function::brief; };
  Function f;
  Y y;
  template <class P>
  P operator()(const P& dy, Index row, Index column) const {
    const P outputs = packet::ploadu<P>(y.data() + row * y.cols() + column);
    return packet::pmul(dy,
                        on_packet(outputs, [&](const auto& v) { return f.slope_from_output(v); }));
  }
};

/// A layer that applies one function to every element. Function offers value(x), an array expression, and
/// either slope_from_output(y), then works in place, or slope_from_input(x), as array expressions; and `brief`
/// if these take a few instructions only.
template <class Function>
struct ElementwiseLayer {
  static constexpr bool in_place = requires(const Function& f, Eigen::ArrayXf y) {
    f.slope_from_output(y);
  };
  static constexpr bool reads_output = in_place;

  [[nodiscard]] auto as_finish() const { return ValueFinish<Function>{self()}; }
  template <RealActivation X>
  [[nodiscard]] auto slope_as_finish(const X& y) const {
    return SlopeFinish<Function, decltype(as_matrix(y))>{self(), as_matrix(y)};
  }

  template <RealActivation X>
  void forward(const X& x, X& y, NoCache&, Pass&) const {
    set_shape_like(y, x);
    as_matrix(y).array() = self().value(as_matrix(x).array());
  }

  template <RealActivation X, class DX, class Self>
  void backward(const X& x, const X& y, const X& dy, NoCache&, DX& dx, Self&) const {
    if constexpr (wanted<DX>) {
      expect_shape("activation backward", "dy", as_matrix(dy), as_matrix(y).rows(),
                   as_matrix(y).cols());
      set_shape_like(dx, dy);
      if constexpr (in_place)
        as_matrix(dx).array() =
            as_matrix(dy).array() * self().slope_from_output(as_matrix(y).array());
      else
        as_matrix(dx).array() =
            as_matrix(dy).array() * self().slope_from_input(as_matrix(x).array());
    }
  }

 private:
  [[nodiscard]] const Function& self() const { return static_cast<const Function&>(*this); }
};

/// The formula of is_positive(), which stays in packets.
struct Positive {
  template <class T, class P>
  static P apply(const P& y) {
    return packet::pand(packet::pcmp_lt(packet::pzero(y), y), packet::pset1<P>(T(1)));
  }
};
/// 1 where y > 0, else 0.
auto is_positive(const auto& y) { return evaluate<Positive>(y); }

}  // namespace detail

/// Rectified linear unit: y = max(x, 0). NaN stays NaN.
///
/// Source: Nair & Hinton, ICML 2010. Cost: one pass; works in place behind a Dense.
///
///     const loyal::Matrix<float> x = loyal::Matrix<float>::Constant(1, 2, -3);
///     if (loyal::predict(loyal::ReLU{}, x).sum() != 0) return 1;
struct ReLU : detail::ElementwiseLayer<ReLU> {
  static constexpr bool brief = true;

  [[nodiscard]] auto value(const auto& x) const {
    using T = typename std::remove_cvref_t<decltype(x)>::Scalar;
    return at_least(x, T(0));
  }
  [[nodiscard]] auto slope_from_output(const auto& y) const { return detail::is_positive(y); }
};

/// y = x where x > 0, slope * x elsewhere.
///
/// @throws OptionError unless 0 < slope < 1.
/// Source: Maas, Hannun & Ng, ICML 2013. Cost: one pass; works in place behind a Dense.
///
///     const loyal::Matrix<double> x = loyal::Matrix<double>::Constant(1, 1, -2);
///     if (loyal::predict(loyal::LeakyReLU{0.1}, x)(0, 0) != -0.2) return 1;
class LeakyReLU : public detail::ElementwiseLayer<LeakyReLU> {
 public:
  static constexpr bool brief = true;

  LeakyReLU() = default;
  explicit LeakyReLU(double slope) : slope_(slope) {
    detail::expect_option("LeakyReLU", "slope", slope, slope > 0 && slope < 1, "in (0, 1)");
  }
  [[nodiscard]] double slope() const noexcept { return slope_; }

  auto value(const auto& x) const {
    using T = typename std::remove_cvref_t<decltype(x)>::Scalar;
    return at_least(x, T(0)) + static_cast<T>(slope_) * at_most(x, T(0));
  }
  auto slope_from_output(const auto& y) const {
    using T = typename std::remove_cvref_t<decltype(y)>::Scalar;
    const T slope = static_cast<T>(slope_);
    return slope + (T(1) - slope) * detail::is_positive(y);
  }

 private:
  double slope_ = 0.01;
};

/// Exponential linear unit: y = x where x > 0, alpha (exp(x) - 1) elsewhere.
///
/// @throws OptionError unless alpha > 0.
/// Source: Clevert, Unterthiner & Hochreiter, ICLR 2016, eq. 15. Cost: an exp an element.
///
///     const loyal::Matrix<double> x = loyal::Matrix<double>::Constant(1, 1, 2);
///     if (loyal::predict(loyal::ELU{}, x)(0, 0) != 2) return 1;
class ELU : public detail::ElementwiseLayer<ELU> {
 public:
  ELU() = default;
  explicit ELU(double alpha) : alpha_(alpha) {
    detail::expect_option("ELU", "alpha", alpha, alpha > 0, "> 0");
  }
  [[nodiscard]] double alpha() const noexcept { return alpha_; }

  auto value(const auto& x) const {
    using T = typename std::remove_cvref_t<decltype(x)>::Scalar;
    return at_least(x, T(0)) + static_cast<T>(alpha_) * at_most(x, T(0)).expm1();
  }
  /// 1 where y > 0, else y + alpha, which is alpha exp(x).
  auto slope_from_output(const auto& y) const {
    using T = typename std::remove_cvref_t<decltype(y)>::Scalar;
    const auto positive = detail::is_positive(y);
    return positive + (T(1) - positive) * (y + static_cast<T>(alpha_));
  }

 private:
  double alpha_ = 1;
};

/// Logistic function: y = 1 / (1 + exp(-x)). For a probability and its loss prefer BinaryCrossEntropy on
/// the logits, without this layer.
///
/// Source: none, textbook. Cost: an exp an element; works in place behind a Dense.
///
///     const loyal::Matrix<double> x = loyal::Matrix<double>::Zero(1, 1);
///     if (loyal::predict(loyal::Sigmoid{}, x)(0, 0) != 0.5) return 1;
struct Sigmoid : detail::ElementwiseLayer<Sigmoid> {
  auto value(const auto& x) const { return loyal::sigmoid(x); }
  auto slope_from_output(const auto& y) const {
    using T = typename std::remove_cvref_t<decltype(y)>::Scalar;
    return y * (T(1) - y);
  }
};

/// Hyperbolic tangent.
///
/// Source: none, textbook. Cost: about an exp an element; works in place behind a Dense.
///
///     const loyal::Matrix<double> x = loyal::Matrix<double>::Zero(1, 1);
///     if (loyal::predict(loyal::Tanh{}, x)(0, 0) != 0) return 1;
struct Tanh : detail::ElementwiseLayer<Tanh> {
  auto value(const auto& x) const { return loyal::hyperbolic_tangent(x); }
  auto slope_from_output(const auto& y) const {
    using T = typename std::remove_cvref_t<decltype(y)>::Scalar;
    return T(1) - y.square();
  }
};

/// Gaussian error linear unit: y = x Phi(x), with the exact Phi of the normal distribution (erf).
///
/// Source: Hendrycks & Gimpel, arXiv 1606.08415, section 2. Cost: an erf an element.
///
///     const loyal::Matrix<double> x = loyal::Matrix<double>::Constant(1, 1, 1);
///     if (std::abs(loyal::predict(loyal::GELU{}, x)(0, 0) - 0.8413447460685429) > 1e-12) return 1;
struct GELU : detail::ElementwiseLayer<GELU> {
  auto value(const auto& x) const { return loyal::gelu(x); }
  auto slope_from_input(const auto& x) const { return loyal::gelu_derivative(x); }
};

/// Softmax over the last axis: y = exp(x) / sum exp(x). For class probabilities and their loss prefer
/// CrossEntropy on the logits, without this layer.
///
/// Source: none, textbook; shifted by each row's maximum. Cost: an exp an element.
///
///     const auto y = loyal::predict(loyal::Softmax{}, loyal::Matrix<double>::Zero(1, 4).eval());
///     if (y(0, 0) != 0.25) return 1;
struct Softmax {
  static constexpr bool in_place = true;

  template <RealActivation X>
  void forward(const X& x, X& y, NoCache&, Pass&) const {
    set_shape_like(y, x);
    auto out = as_matrix(y);
    if (out.data() != as_matrix(x).data()) out = as_matrix(x);
    softmax_in_place(out);
  }

  template <RealActivation X, class DX>
  void backward(const X&, const X& y, const X& dy, NoCache&, DX& dx, Softmax&) const {
    if constexpr (detail::wanted<DX>) {
      detail::expect_shape("Softmax::backward", "dy", as_matrix(dy), as_matrix(y).rows(),
                           as_matrix(y).cols());
      set_shape_like(dx, dy);
      const auto p = as_matrix(y).array();
      const auto from = as_matrix(dy).array();
      auto to = as_matrix(dx).array();
      for (Index r = 0; r < p.rows(); ++r) {
        const auto mean = (from.row(r) * p.row(r)).sum();
        to.row(r) = p.row(r) * (from.row(r) - mean);
      }
    }
  }
};

}  // namespace loyal
