// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "../../core/error.hpp"
#include "../../core/random.hpp"
#include "../../core/types.hpp"
#include "../../math/values.hpp"
#include "../likelihood_fit.hpp"
#include "../purchase_history.hpp"
#include "purchase_likelihood.hpp"

namespace loyal {

/// How models of repeat purchases are fitted.
struct PurchaseModelOptions {
  double penalizer =
      0;  ///< weight of the sum of squared parameters against the mean log-likelihood; >= 0
  int max_iterations = 200;  ///< Newton steps at most; >= 1
  double profile =
      0;  ///< confidence of intervals from the likelihood's profile; in [0, 1), 0: none are made
  int threads = 0;  ///< threads at most; 0: as many as the process may run on
};

namespace detail {

/// What the models of purchases until an unseen moment of leaving have in common.
///
/// Given that a customer is still there after x purchases until T, the future is that of a customer of the same
/// model with updated parameters, Kernel::posterior. All predictions are the probability of being there times a
/// prediction for such a customer.
template <class Kernel, Scalar T>
class PurchaseModel {
 public:
  using value_type = T;
  using Options = PurchaseModelOptions;
  using Parameters = typename Kernel::Parameters;

  PurchaseModel() = default;
  /// @throws OptionError if an option lies outside the domain given above.
  explicit PurchaseModel(const Options& options) : options_(options) {
    expect_likelihood_options(Kernel::name, options);
  }
  /// A model of known parameters. @throws OptionError unless all are > 0 and finite.
  explicit PurchaseModel(const Parameters& parameters) { set(parameters); }

  [[nodiscard]] const Options& options() const noexcept { return options_; }

  /// Finds the most likely parameters.
  /// @throws DataError for a row that cannot be, naming it; ShapeError if sizes differ.
  const LikelihoodFit& fit(const PurchaseHistory<T>& history) {
    const char* where = Kernel::name;
    expect_history(where, history, -1, -1);
    const PurchaseLikelihood<Kernel> likelihood(history, options_.threads);
    ParameterSpace space{.names = {Kernel::names.begin(), Kernel::names.end()},
                         .positive = 4,
                         .log_unit = {},
                         .observations = likelihood.observations()};
    for (const bool timed : Kernel::timed)
      space.log_unit.push_back(timed ? std::log(likelihood.unit()) : 0.0);
    const Index rates = history.rate_covariates.cols();
    const Index dropouts = history.dropout_covariates.cols();
    for (Index j = 0; j < rates; ++j) space.names.push_back("rate_" + std::to_string(j));
    for (Index j = 0; j < dropouts; ++j) space.names.push_back("dropout_" + std::to_string(j));
    std::vector<Vector<double>> starts;
    for (const auto& start : Kernel::starts) {
      Vector<double> theta = Vector<double>::Zero(4 + rates + dropouts);
      for (std::size_t k = 0; k < 4; ++k) theta[static_cast<Index>(k)] = start[k];
      starts.push_back(theta);
    }
    fit_ = maximize_likelihood(
        likelihood, space, {options_.penalizer, options_.max_iterations, options_.profile}, starts);
    for (std::size_t k = 0; k < 4; ++k) theta_[k] = fit_.values[static_cast<Index>(k)];
    rate_coefficients_.assign(fit_.values.data() + 4, fit_.values.data() + 4 + rates);
    dropout_coefficients_.assign(fit_.values.data() + 4 + rates,
                                 fit_.values.data() + fit_.values.size());
    return fit_;
  }

  /// What the last fit() found; without names if there was none.
  [[nodiscard]] const LikelihoodFit& result() const noexcept { return fit_; }
  [[nodiscard]] bool converged() const noexcept { return fit_.converged(); }
  /// Those of a customer whose covariates are all 0.
  [[nodiscard]] Parameters parameters() const { return Kernel::parameters(fitted()); }
  [[nodiscard]] const std::vector<double>& rate_coefficients() const noexcept {
    return rate_coefficients_;
  }
  [[nodiscard]] const std::vector<double>& dropout_coefficients() const noexcept {
    return dropout_coefficients_;
  }

  /// The model of customers with these covariates, one number for each coefficient.
  /// @throws ShapeError if their number differs.
  [[nodiscard]] PurchaseModel with_covariates(const Values& rate,
                                              const Values& dropout = {}) const {
    expect_size(Kernel::name, "the number of rate covariates", rate.size(),
                rate_coefficients_.size());
    expect_size(Kernel::name, "the number of dropout covariates", dropout.size(),
                dropout_coefficients_.size());
    PurchaseModel model;
    model.theta_ =
        own_parameters([&](Index j) { return rate[j]; }, [&](Index j) { return dropout[j]; });
    return model;
  }

  /// Log-likelihood of a history at these parameters, summed with its weights.
  [[nodiscard]] double log_likelihood(const PurchaseHistory<T>& history) const {
    expect_own_history(history);
    const PurchaseLikelihood<Kernel> likelihood(history, options_.threads);
    Vector<double> theta(4 + history.rate_covariates.cols() + history.dropout_covariates.cols());
    Index i = 0;
    for (std::size_t k = 0; k < 4; ++k)
      theta[i++] = std::log(fitted()[k]) - (Kernel::timed[k] ? std::log(likelihood.unit()) : 0.0);
    for (const double c : rate_coefficients_) theta[i++] = c;
    for (const double c : dropout_coefficients_) theta[i++] = c;
    Vector<double> gradient(theta.size());
    Matrix<double> hessian(theta.size(), theta.size());
    return -likelihood(theta, gradient, hessian);
  }

  /// Probability that a customer with this past has not left by its age.
  [[nodiscard]] double probability_alive(const PurchaseRecord& record) const {
    expect_record(Kernel::name, record);
    return Kernel::alive(fitted(), record);
  }
  /// The same for each of n customers, with their own covariates if the model has coefficients.
  [[nodiscard]] Vector<double> probability_alive(const PurchaseHistory<T>& history) const {
    return each(history, [](const auto& theta, const PurchaseRecord& record) {
      return Kernel::alive(theta, record);
    });
  }

  /// Purchases expected in (0, t] after the first purchase of a new customer; in (T, T + t] given a past.
  [[nodiscard]] double expected_purchases(double t, const PurchaseRecord& record = {}) const {
    expect_duration(t);
    expect_record(Kernel::name, record);
    return expected(fitted(), t, record);
  }
  [[nodiscard]] Vector<double> expected_purchases(double t,
                                                  const PurchaseHistory<T>& history) const {
    expect_duration(t);
    return each(history, [t](const auto& theta, const PurchaseRecord& record) {
      return expected(theta, t, record);
    });
  }

  /// Probability of exactly n purchases in the time that expected_purchases() speaks of.
  [[nodiscard]] double probability_of_purchases(Index n, double t,
                                                const PurchaseRecord& record = {}) const {
    expect_duration(t);
    expect_record(Kernel::name, record);
    if (n < 0) fail<DataError>(Kernel::name, "n", n, ">= 0");
    const double alive = Kernel::alive(fitted(), record);
    const auto updated = Kernel::posterior(fitted(), record);
    return alive * Kernel::probability(updated, static_cast<double>(n), t) +
           (n == 0 ? 1 - alive : 0.0);
  }

  /// Draws a customer for each age: how long it is watched after its first purchase.
  /// @throws DataError unless ages are finite and >= 0.
  [[nodiscard]] PurchaseHistory<T> simulate(const Values& ages, Rng& rng) const {
    PurchaseHistory<T> history;
    history.frequency.resize(ages.size());
    history.recency.resize(ages.size());
    history.age.resize(ages.size());
    for (Index i = 0; i < ages.size(); ++i) {
      expect_duration(ages[i]);
      const PurchaseRecord record = Kernel::simulate(fitted(), ages[i], rng);
      history.frequency[i] = static_cast<T>(record.frequency);
      history.recency[i] = static_cast<T>(record.recency);
      history.age[i] = static_cast<T>(ages[i]);
    }
    return history;
  }

 protected:
  using Theta = std::array<double, 4>;

  [[nodiscard]] const Theta& fitted() const {
    if (theta_[0] == 0) fail<NotFitted>(Kernel::name, "the model", "not fitted", "a call of fit()");
    return theta_;
  }

 private:
  static void expect_duration(double t) {
    if (!(t >= 0) || std::isinf(t))
      fail<DataError>(Kernel::name, "a duration", t, ">= 0 and finite");
  }
  static double expected(const Theta& theta, double t, const PurchaseRecord& record) {
    return Kernel::alive(theta, record) * Kernel::expected(Kernel::posterior(theta, record), t);
  }

  void set(const Parameters& parameters) {
    theta_ = Kernel::theta(parameters);
    for (std::size_t k = 0; k < 4; ++k)
      expect_option(Kernel::name, Kernel::names[k], theta_[k],
                    theta_[k] > 0 && std::isfinite(theta_[k]), "> 0 and finite");
  }

  void expect_own_history(const PurchaseHistory<T>& history) const {
    expect_history(Kernel::name, history, static_cast<Index>(rate_coefficients_.size()),
                   static_cast<Index>(dropout_coefficients_.size()));
  }

  template <class Rate, class Dropout>
  [[nodiscard]] Theta own_parameters(const Rate& rate, const Dropout& dropout) const {
    double by_rate = 0;
    double by_dropout = 0;
    for (std::size_t j = 0; j < rate_coefficients_.size(); ++j)
      by_rate += rate_coefficients_[j] * static_cast<double>(rate(static_cast<Index>(j)));
    for (std::size_t j = 0; j < dropout_coefficients_.size(); ++j)
      by_dropout += dropout_coefficients_[j] * static_cast<double>(dropout(static_cast<Index>(j)));
    Theta own = fitted();
    for (std::size_t k = 0; k < 4; ++k)
      own[k] *= std::exp(Kernel::rate_sign[k] * by_rate + Kernel::dropout_sign[k] * by_dropout);
    return own;
  }

  template <class F>
  [[nodiscard]] Vector<double> each(const PurchaseHistory<T>& history, const F& f) const {
    expect_own_history(history);
    Vector<double> result(history.size());
    parallel_for(
        history.size(), {.threads = options_.threads, .grain = 256}, [&](Index begin, Index end) {
          for (Index i = begin; i < end; ++i)
            result[i] = f(own_parameters([&](Index j) { return history.rate_covariates(i, j); },
                                         [&](Index j) { return history.dropout_covariates(i, j); }),
                          history.record(i));
        });
    return result;
  }

  Options options_;
  Theta theta_{};  // 0: not fitted
  std::vector<double> rate_coefficients_;
  std::vector<double> dropout_coefficients_;
  LikelihoodFit fit_;
};

}  // namespace detail
}  // namespace loyal
