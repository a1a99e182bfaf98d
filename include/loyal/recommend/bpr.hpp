// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstdint>

#include "../core/error.hpp"
#include "../core/progress.hpp"
#include "../math/functions.hpp"
#include "detail/pairwise_recommender.hpp"

namespace loyal {

/// Factors that put what a user had before what they did not have (Bayesian personalized ranking):
///
///   minimize  sum over dealings (u, i) and sampled j:  log(1 + exp(-m)) + l/2 (|x_u|^2 + |y_i|^2 + |y_j|^2 + b_i^2 + b_j^2)
///   m = x_u . (y_i - y_j) + b_i - b_j
///
/// by stochastic gradient steps; an epoch takes every dealing once. j is drawn from the items that u did not have,
/// alike or by popularity; whoever had everything teaches nothing.
/// Users and items meet in groups that share no rows, so that all threads work and a seed gives the same bits for any
/// number of them.
/// @throws OptionError for options out of their domains; DataError if there are no users or no items.
/// Source: Rendle, Freudenthaler, Gantner & Schmidt-Thieme, UAI 2009, section 4; groups after Gemulla et al., KDD 2011.
/// Cost of an epoch: some 13 d flops a dealing; 8 bytes a dealing beside the model while it is fitted.
///
///     std::vector<loyal::Interaction> pairs;
///     for (int user = 0; user < 40; ++user)
///       for (int item = 0; item < 12; ++item)
///         if (user % 2 == item % 2 && (user + item) % 5 != 0) pairs.push_back({user, item});
///     loyal::BPR<float> bpr{{.factors = 4}};
///     bpr.fit(loyal::Interactions(40, 12, pairs));
///     if (bpr.recommend(0, 1)[0].index % 2 != 0) return 1;
template <Scalar T>
class BPR : public detail::PairwiseRecommender<BPR<T>, T> {
 public:
  struct Options {
    Index factors = 64;             ///< d, >= 1, besides the items' biases
    double learning_rate = 0.05;    ///< > 0
    double regularization = 0.005;  ///< l, >= 0; the product with learning_rate below 1
    int epochs = 60;                ///< >= 1
    double init_scale = 0.1;        ///< length of a row at the start, about; > 0
    double negative_power = 0;      ///< j is drawn by (its dealings)^power; 0: alike; finite
    int fold_in_epochs = 60;        ///< of fold_in(), in [1, 1000000]
    int partial_epochs = 20;        ///< of partial_fit(), >= 1
    int threads = 0;                ///< at most; 0: as many as the process may run on
    std::uint64_t seed = 1;         ///< of everything random
    ProgressCallback progress =
        {};  ///< told each epoch and the mean of log(1 + exp(-m)); may stop there
  };

  BPR() = default;
  explicit BPR(const Options& options) : o_(options) {
    const auto expect = [](const char* what, auto value, bool fine, const char* domain) {
      detail::expect_option(name, what, value, fine, domain);
    };
    expect("factors", o_.factors, o_.factors >= 1, ">= 1");
    expect("learning_rate", o_.learning_rate,
           o_.learning_rate > 0 && std::isfinite(o_.learning_rate), "> 0");
    expect("regularization", o_.regularization,
           o_.regularization >= 0 && o_.regularization * o_.learning_rate < 1,
           ">= 0, times learning_rate below 1");
    expect("epochs", o_.epochs, o_.epochs >= 1, ">= 1");
    expect("init_scale", o_.init_scale, o_.init_scale > 0 && std::isfinite(o_.init_scale), "> 0");
    expect("negative_power", o_.negative_power, std::isfinite(o_.negative_power), "finite");
    expect("fold_in_epochs", o_.fold_in_epochs,
           o_.fold_in_epochs >= 1 && o_.fold_in_epochs <= 1000000, "in [1, 1000000]");
    expect("partial_epochs", o_.partial_epochs, o_.partial_epochs >= 1, ">= 1");
    expect("threads", o_.threads, o_.threads >= 0, ">= 0");
  }

  [[nodiscard]] const Options& options() const noexcept { return o_; }

 private:
  friend class detail::PairwiseRecommender<BPR, T>;
  static constexpr const char* name = "BPR";
  using Trainer = detail::PairwiseTrainer<T>;

  [[nodiscard]] detail::PairwiseSettings settings() const {
    return {o_.factors,        o_.learning_rate,  o_.regularization, o_.init_scale,
            o_.negative_power, o_.fold_in_epochs, o_.threads,        o_.seed};
  }
  template <class F>
  static void walk(Options& o, const F& f) {
    f(o.learning_rate);
    f(o.regularization);
    f(o.negative_power);
    f(o.fold_in_epochs);
    f(o.seed);
  }

  [[nodiscard]] auto rule(Index) const {
    return [told = static_cast<bool>(o_.progress)](
               const detail::PairStep<T>& step, const T* x, std::int32_t item,
               const typename Trainer::Tables& t, const auto& draw) {
      typename Trainer::Choice choice;
      choice.other = draw();
      if (choice.other < 0) return choice;
      const T m = step.difference(x, t.items.row(item).data(), t.items.row(choice.other).data()) +
                  t.bias[item] - t.bias[choice.other];
      choice.slope = sigmoid(-m);
      if (told) choice.loss = softplus(-m);
      return choice;
    };
  }

  Options o_;
};

static_assert(Recommender<BPR<float>>);

}  // namespace loyal
