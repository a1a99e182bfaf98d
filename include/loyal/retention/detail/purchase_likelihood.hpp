// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "../../core/parallel.hpp"
#include "../../core/types.hpp"
#include "../../math/detail/packet.hpp"
#include "../purchase_history.hpp"

namespace loyal::detail {

/// A log-likelihood with its derivatives by four parameters; P is a number, or a packet with a customer in each lane.
/// The second derivatives are the lower triangle by rows: (i, j) at i (i + 1) / 2 + j.
template <class P>
struct LikelihoodTerms {
  P value;
  std::array<P, 4> gradient;
  std::array<P, 10> hessian;
  P alive;  // probability that the customer is still there, where the likelihood tells it
};

/// The same four numbers in each lane. (Functions deduce P: as the argument of a class, g++ warns of its attributes.)
template <class P>
std::array<P, 4> in_each_lane(const std::array<double, 4>& numbers) {
  using packet::pset1;
  return {pset1<P>(numbers[0]), pset1<P>(numbers[1]), pset1<P>(numbers[2]), pset1<P>(numbers[3])};
}

template <class P>
LikelihoodTerms<P> zero_terms() {
  LikelihoodTerms<P> terms;
  terms.value = terms.alive = packet::pset1<P>(0.0);
  terms.gradient.fill(terms.value);
  terms.hessian.fill(terms.value);
  return terms;
}

/// From derivatives by the parameters to derivatives by their logarithms.
template <class P>
void to_log_derivatives(LikelihoodTerms<P>& terms, const std::array<P, 4>& theta) {
  for (std::size_t i = 0, at = 0; i < 4; ++i)
    for (std::size_t j = 0; j <= i; ++j, ++at) {
      terms.hessian[at] *= theta[i] * theta[j];
      if (i == j) terms.hessian[at] += theta[i] * terms.gradient[i];
    }
  for (std::size_t i = 0; i < 4; ++i) terms.gradient[i] *= theta[i];
}

/// The negative log-likelihood of a purchase history by the logarithms of four parameters, and by the coefficients of
/// covariates, which add to these logarithms.
///
/// A Kernel gives the part of a customer's likelihood that depends on x alone, counts(theta, x), of which there
/// are few kinds, and the part that depends on the times, times(theta, x, t_x, T), a packet of customers at once.
/// Times are divided by their mean, so that all parameters are of the order of 1. Pieces of fixed size add up
/// in their order: the sum has the same bits for any number of threads.
template <class Kernel, Scalar Real = double>
class PurchaseLikelihood {
 public:
  template <Scalar T>
  PurchaseLikelihood(const PurchaseHistory<T>& history, int threads)
      : threads_(threads),
        n_(history.size()),
        rate_(history.rate_covariates.template cast<double>()),
        dropout_(history.dropout_covariates.template cast<double>()) {
    const auto padded = static_cast<std::size_t>((n_ + lanes - 1) / lanes * lanes);
    x_.assign(padded, 0);
    recency_.assign(padded, 0);
    age_.assign(padded, 1);
    weight_.assign(padded, 0);
    double age = 0;
    for (Index i = 0; i < n_; ++i) {
      weight_[at(i)] = history.weight_of(i);
      observations_ += weight_[at(i)];
      age += weight_[at(i)] * history.record(i).age;
    }
    unit_ = age > 0 ? age / observations_ : 1;
    const double log_unit = std::log(unit_);
    for (Index i = 0; i < n_; ++i) {
      const auto [x, t_x, T_i] = history.record(i);
      x_[at(i)] = x;
      recency_[at(i)] = t_x / unit_;
      age_[at(i)] = T_i / unit_;
      constant_ -= weight_[at(i)] * x * log_unit;
      if (x < 1000) {
        const auto bin = static_cast<std::size_t>(x);
        if (bin >= of_count_.size()) of_count_.resize(bin + 1, 0.0);
        of_count_[bin] += weight_[at(i)];
      } else {
        large_.emplace_back(x, weight_[at(i)]);
      }
    }
  }

  [[nodiscard]] double unit() const noexcept { return unit_; }
  [[nodiscard]] double observations() const noexcept { return observations_; }

  double operator()(const Vector<double>& theta, Vector<double>& gradient,
                    Matrix<double>& hessian) const {
    const Index n = theta.size();
    const auto sums = parallel_reduce(
        n_, {.threads = threads_, .grain = 512}, std::vector<double>{},
        [&](Index begin, Index end) {
          return n == 4 ? alike(theta, begin, end) : with_covariates(theta, begin, end);
        },
        [](std::vector<double> a, const std::vector<double>& b) {
          if (a.empty()) return b;
          for (std::size_t i = 0; i < a.size(); ++i) a[i] += b[i];
          return a;
        });
    const double* sum = sums.data();
    const double value = *sum++ + constant_;
    for (Index i = 0; i < n; ++i) gradient[i] = -*sum++;
    for (Index i = 0; i < n; ++i)
      for (Index j = 0; j <= i; ++j) hessian(i, j) = hessian(j, i) = -*sum++;
    if (n > 4) return -value;
    // What depends on x alone, once for each x.
    LikelihoodTerms<double> counts{};
    std::array<double, 4> natural;
    for (std::size_t k = 0; k < 4; ++k) natural[k] = std::exp(theta[static_cast<Index>(k)]);
    const auto add = [&](double x, double weight) {
      const auto part = Kernel::counts(natural, x);
      counts.value += weight * part.value;
      for (std::size_t k = 0; k < 4; ++k) counts.gradient[k] += weight * part.gradient[k];
      for (std::size_t k = 0; k < 10; ++k) counts.hessian[k] += weight * part.hessian[k];
    };
    for (std::size_t x = 0; x < of_count_.size(); ++x)
      if (of_count_[x] > 0) add(static_cast<double>(x), of_count_[x]);
    for (const auto& [x, weight] : large_) add(x, weight);
    to_log_derivatives(counts, natural);
    for (Index i = 0, k = 0; i < 4; ++i) {
      gradient[i] -= counts.gradient[at(i)];
      for (Index j = 0; j <= i; ++j, ++k) {
        hessian(i, j) -= counts.hessian[at(k)];
        hessian(j, i) = hessian(i, j);
      }
    }
    return -value - counts.value;
  }

 private:
  using Packet = typename packet::packet_traits<Real>::type;
  static constexpr Index lanes = packet::unpacket_traits<Packet>::size;

  static std::size_t at(Index i) { return static_cast<std::size_t>(i); }

  template <class P>
  [[nodiscard]] LikelihoodTerms<P> times(const std::array<P, 4>& theta, Index i) const {
    // NOLINTNEXTLINE(google-build-using-namespace): for the formulas of this function
    using namespace packet;
    return Kernel::template times<P>(theta, ploadu<P>(&x_[at(i)]), ploadu<P>(&recency_[at(i)]),
                                     ploadu<P>(&age_[at(i)]));
  }

  /// Value, gradient and lower triangle of the Hessian of customers who share their parameters.
  [[nodiscard]] std::vector<double> alike(const Vector<double>& logs, Index begin,
                                          Index end) const {
    // NOLINTNEXTLINE(google-build-using-namespace): for the formulas of this function
    using namespace packet;
    std::array<double, 4> natural;
    for (std::size_t k = 0; k < 4; ++k) natural[k] = std::exp(logs[static_cast<Index>(k)]);
    const auto theta = in_each_lane<Packet>(natural);
    auto sum = zero_terms<Packet>();
    for (Index i = begin; i < end; i += lanes) {
      const auto part = times(theta, i);
      const Packet w = ploadu<Packet>(&weight_[at(i)]);
      sum.value = pmadd(w, part.value, sum.value);
      for (std::size_t k = 0; k < 4; ++k)
        sum.gradient[k] = pmadd(w, part.gradient[k], sum.gradient[k]);
      for (std::size_t k = 0; k < 10; ++k)
        sum.hessian[k] = pmadd(w, part.hessian[k], sum.hessian[k]);
    }
    LikelihoodTerms<double> terms{};
    terms.value = predux(sum.value);
    for (std::size_t k = 0; k < 4; ++k) terms.gradient[k] = predux(sum.gradient[k]);
    for (std::size_t k = 0; k < 10; ++k) terms.hessian[k] = predux(sum.hessian[k]);
    to_log_derivatives(terms, natural);
    std::vector<double> sums{terms.value};
    sums.insert(sums.end(), terms.gradient.begin(), terms.gradient.end());
    sums.insert(sums.end(), terms.hessian.begin(), terms.hessian.end());
    return sums;
  }

  /// The same where each customer has its own: the logarithm of parameter k is theta_k + rate_sign_k (z' coefficients)
  /// + dropout_sign_k (...), so that a coefficient's derivative is z times a fixed sum of those of the parameters.
  [[nodiscard]] std::vector<double> with_covariates(const Vector<double>& theta, Index begin,
                                                    Index end) const {
    const Index n = theta.size();
    const Index rates = rate_.cols();
    double value = 0;
    Vector<double> gradient = Vector<double>::Zero(n);
    Matrix<double> hessian = Matrix<double>::Zero(n, n);
    std::array<std::array<double, lanes>, 4> natural;
    for (Index i = begin; i < end; i += lanes) {
      for (Index lane = 0; lane < lanes; ++lane) {
        const Index row = std::min(i + lane, n_ - 1);
        double rate = 0;
        double dropout = 0;
        for (Index j = 0; j < rates; ++j) rate += theta[4 + j] * rate_(row, j);
        for (Index j = 0; j < dropout_.cols(); ++j)
          dropout += theta[4 + rates + j] * dropout_(row, j);
        for (std::size_t k = 0; k < 4; ++k)
          natural[k][at(lane)] =
              std::exp(std::clamp(theta[static_cast<Index>(k)] + Kernel::rate_sign[k] * rate +
                                      Kernel::dropout_sign[k] * dropout,
                                  -40.0, 40.0));
      }
      auto own_theta = in_each_lane<Packet>({});
      for (std::size_t k = 0; k < 4; ++k) own_theta[k] = packet::ploadu<Packet>(natural[k].data());
      const auto parts = times(own_theta, i);
      for (Index lane = 0; lane < lanes && i + lane < end; ++lane) {
        const Index row = i + lane;
        std::array<double, 4> own;
        for (std::size_t k = 0; k < 4; ++k) own[k] = natural[k][at(lane)];
        auto terms = Kernel::counts(own, x_[at(row)]);
        terms.value += lane_of(parts.value, lane);
        for (std::size_t k = 0; k < 4; ++k) terms.gradient[k] += lane_of(parts.gradient[k], lane);
        for (std::size_t k = 0; k < 10; ++k) terms.hessian[k] += lane_of(parts.hessian[k], lane);
        to_log_derivatives(terms, own);
        add_row(terms, weight_[at(row)], row, value, gradient, hessian);
      }
    }
    std::vector<double> sums{value};
    for (Index i = 0; i < n; ++i) sums.push_back(gradient[i]);
    for (Index i = 0; i < n; ++i)
      for (Index j = 0; j <= i; ++j) sums.push_back(hessian(i, j));
    return sums;
  }

  static double lane_of(const Packet& p, Index lane) {
    std::array<double, lanes> numbers;
    packet::pstoreu(numbers.data(), p);
    return numbers[at(lane)];
  }

  void add_row(const LikelihoodTerms<double>& terms, double w, Index row, double& value,
               Vector<double>& gradient, Matrix<double>& hessian) const {
    const auto second = [&](std::size_t i, std::size_t j) {
      return terms.hessian[i >= j ? i * (i + 1) / 2 + j : j * (j + 1) / 2 + i];
    };
    value += w * terms.value;
    // Each variable moves the four logarithms along a fixed direction, times its covariate.
    std::array<double, 2> along{};
    std::array<std::array<double, 4>, 2> bend{};
    const std::array<const std::array<double, 4>*, 2> signs{&Kernel::rate_sign,
                                                            &Kernel::dropout_sign};
    for (std::size_t d = 0; d < 2; ++d)
      for (std::size_t k = 0; k < 4; ++k) {
        along[d] += (*signs[d])[k] * terms.gradient[k];
        for (std::size_t l = 0; l < 4; ++l) bend[d][k] += (*signs[d])[l] * second(l, k);
      }
    const auto cross = [&](std::size_t d, std::size_t e) {
      double sum = 0;
      for (std::size_t k = 0; k < 4; ++k) sum += bend[d][k] * (*signs[e])[k];
      return sum;
    };
    for (Index k = 0; k < 4; ++k) {
      gradient[k] += w * terms.gradient[at(k)];
      for (Index l = 0; l <= k; ++l) hessian(k, l) += w * second(at(k), at(l));
    }
    const Index rates = rate_.cols();
    const auto z = [&](Index j) { return j < rates ? rate_(row, j) : dropout_(row, j - rates); };
    const auto kind = [&](Index j) { return j < rates ? std::size_t{0} : std::size_t{1}; };
    for (Index j = 0; j < gradient.size() - 4; ++j) {
      gradient[4 + j] += w * z(j) * along[kind(j)];
      for (Index k = 0; k < 4; ++k) hessian(4 + j, k) += w * z(j) * bend[kind(j)][at(k)];
      for (Index l = 0; l <= j; ++l)
        hessian(4 + j, 4 + l) += w * z(j) * z(l) * cross(kind(j), kind(l));
    }
  }

  int threads_;
  Index n_;
  Matrix<double> rate_;
  Matrix<double> dropout_;
  std::vector<double> x_;  // padded to whole packets with rows of weight 0
  std::vector<double> recency_;
  std::vector<double> age_;
  std::vector<double> weight_;
  std::vector<double> of_count_;                  // weight of the customers with so many purchases
  std::vector<std::pair<double, double>> large_;  // x and weight of those with more
  double observations_ = 0;
  double unit_ = 1;
  double constant_ = 0;
};

}  // namespace loyal::detail
