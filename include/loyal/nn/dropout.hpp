// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "../core/error.hpp"
#include "layer.hpp"

namespace loyal {

/// Inverted dropout: while training each element is zero with probability p, else divided by 1 - p.
///
///   y = x * mask / (1 - p) while training;  y = x otherwise
///
/// @throws OptionError unless 0 <= p < 1.
/// Source: Srivastava et al., JMLR 15, 2014, section 10 (scaling at training time).
/// Cost: one random number for four elements.
///
///     const loyal::Dropout drop{0.5};
///     const loyal::Matrix<float> x = loyal::Matrix<float>::Ones(2, 3);
///     if (loyal::predict(drop, x) != x) return 1;  // nothing is dropped outside training
class Dropout {
 public:
  static constexpr bool in_place = true;
  static constexpr bool reads_output = false;

  template <class X>
  struct Cache {
    std::vector<std::uint8_t> kept;  ///< one entry an element; empty outside training
  };

  Dropout() = default;
  explicit Dropout(double p) : p_(p) {
    detail::expect_option("Dropout", "p", p, p >= 0 && p < 1, "in [0, 1)");
  }

  [[nodiscard]] double p() const noexcept { return p_; }

  template <RealActivation X>
  void forward(const X& x, X& y, Cache<X>& cache, Pass& pass) const {
    set_shape_like(y, x);
    const auto in = as_matrix(x);
    auto out = as_matrix(y);
    if (!pass.training || p_ == 0) {
      cache.kept.clear();
      if (in.data() != out.data()) out = in;
      return;
    }
    // Sixteen bits decide an element: p is met within 2^-17, and a draw serves four elements.
    const auto threshold = static_cast<std::uint64_t>(std::lround(p_ * 65536));
    cache.kept.resize(static_cast<std::size_t>(in.size()));
    for (std::size_t i = 0; i < cache.kept.size();) {
      std::uint64_t bits = pass.rng();
      for (int part = 0; part < 4 && i < cache.kept.size(); ++part, ++i, bits >>= 16)
        cache.kept[i] = (bits & 0xffff) >= threshold;
    }
    apply(in.data(), out.data(), cache.kept);
  }

  template <RealActivation X, class DX>
  void backward(const X&, const X&, const X& dy, Cache<X>& cache, DX& dx, Dropout&) const {
    if constexpr (detail::wanted<DX>) {
      set_shape_like(dx, dy);
      const auto from = as_matrix(dy);
      auto to = as_matrix(dx);
      if (!cache.kept.empty()) {
        detail::expect_size("Dropout::backward", "the number of elements of dy", from.size(),
                            cache.kept.size());
        apply(from.data(), to.data(), cache.kept);
      } else if (from.data() != to.data()) {
        to = from;
      }
    }
  }

 private:
  template <Scalar T>
  void apply(const T* from, T* to, const std::vector<std::uint8_t>& kept) const {
    const T factor = static_cast<T>(1 / (1 - p_));
    for (std::size_t i = 0; i < kept.size(); ++i) to[i] = kept[i] != 0 ? from[i] * factor : T(0);
  }

  double p_ = 0.5;
};

}  // namespace loyal
