// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/progress.hpp"
#include "detail/pairwise_recommender.hpp"

namespace loyal {

/// Factors that care most about the top of the list (weighted approximate-rank pairwise loss):
///
///   for a dealing (u, i) items j that u did not have are drawn until one comes too near, s_uj > s_ui - 1;
///   after n draws the rank of i is about (items - 1) / n, and the step is that of the loss
///   phi(rank) (1 - s_ui + s_uj),   phi(r) = (1 + 1/2 + ... + 1/r) / (1 + 1/2 + ... + 1/items)
///   s_ui = x_u . y_i + b_i, all with l/2 times the squares of what the step touches
///
/// An epoch takes every dealing once. Users and items meet in groups that share no rows, so that all threads work and a
/// seed gives the same bits for any number of them.
/// @throws OptionError for options out of their domains; DataError if there are no users or no items.
/// Source: Weston, Bengio & Usunier, "WSABIE", IJCAI 2011, algorithm 1; phi divided by its largest value and the
/// squares, in place of a bound on lengths, are ours.
/// Cost of a dealing: a product of d numbers for each draw, at most max_draws, and one step.
///
///     std::vector<loyal::Interaction> pairs;
///     for (int user = 0; user < 40; ++user)
///       for (int item = 0; item < 12; ++item)
///         if (user % 2 == item % 2 && (user + item) % 5 != 0) pairs.push_back({user, item});
///     loyal::WARP<float> warp{{.factors = 4}};
///     warp.fit(loyal::Interactions(40, 12, pairs));
///     if (warp.recommend(0, 1)[0].index % 2 != 0) return 1;
template <Scalar T>
class WARP : public detail::PairwiseRecommender<WARP<T>, T> {
 public:
  struct Options {
    Index factors = 64;              ///< d, >= 1, besides the items' biases
    double learning_rate = 0.05;     ///< > 0
    double regularization = 0.01;    ///< l, >= 0; the product with learning_rate below 1
    int epochs = 40;                 ///< >= 1
    double init_scale = 0.1;         ///< length of a row at the start, about; > 0
    int max_draws = 50;              ///< of j for a dealing, in [1, 1000000]
    int fold_in_epochs = 40;         ///< of fold_in(), in [1, 1000000]
    int partial_epochs = 20;         ///< of partial_fit(), >= 1
    int threads = 0;                 ///< at most; 0: as many as the process may run on
    std::uint64_t seed = 1;          ///< of everything random
    ProgressCallback progress = {};  ///< told each epoch and the mean loss; may stop there
  };

  WARP() = default;
  explicit WARP(const Options& options) : o_(options) {
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
    expect("max_draws", o_.max_draws, o_.max_draws >= 1 && o_.max_draws <= 1000000,
           "in [1, 1000000]");
    expect("fold_in_epochs", o_.fold_in_epochs,
           o_.fold_in_epochs >= 1 && o_.fold_in_epochs <= 1000000, "in [1, 1000000]");
    expect("partial_epochs", o_.partial_epochs, o_.partial_epochs >= 1, ">= 1");
    expect("threads", o_.threads, o_.threads >= 0, ">= 0");
  }

  [[nodiscard]] const Options& options() const noexcept { return o_; }

 private:
  friend class detail::PairwiseRecommender<WARP, T>;
  static constexpr const char* name = "WARP";
  using Trainer = detail::PairwiseTrainer<T>;

  [[nodiscard]] detail::PairwiseSettings settings() const {
    return {o_.factors, o_.learning_rate,  o_.regularization, o_.init_scale,
            0,          o_.fold_in_epochs, o_.threads,        o_.seed};
  }
  template <class F>
  static void walk(Options& o, const F& f) {
    f(o.learning_rate);
    f(o.regularization);
    f(o.max_draws);
    f(o.fold_in_epochs);
    f(o.seed);
  }

  [[nodiscard]] auto rule(Index items) const {
    // phi by the number of draws.
    std::vector<T> phi(static_cast<std::size_t>(o_.max_draws) + 1, 0);
    std::vector<double> harmonic(static_cast<std::size_t>(items) + 1, 0);
    for (std::size_t r = 1; r < harmonic.size(); ++r)
      harmonic[r] = harmonic[r - 1] + 1 / static_cast<double>(r);
    for (std::size_t n = 1; n < phi.size(); ++n)
      phi[n] = static_cast<T>(harmonic[std::max<std::size_t>(1, (harmonic.size() - 2) / n)] /
                              harmonic.back());
    return [phi = std::move(phi)](const detail::PairStep<T>& step, const T* x, std::int32_t item,
                                  const typename Trainer::Tables& t, const auto& draw) {
      typename Trainer::Choice choice;
      const T own = step.dot(x, t.items.row(item).data()) + t.bias[item];
      for (std::size_t n = 1; n < phi.size(); ++n) {
        const std::int32_t other = draw();
        if (other < 0) return choice;
        const T excess = 1 - own + step.dot(x, t.items.row(other).data()) + t.bias[other];
        if (!(excess > 0)) continue;
        choice.other = other;
        choice.slope = phi[n];
        choice.loss = phi[n] * excess;
        return choice;
      }
      return choice;
    };
  }

  Options o_;
};

static_assert(Recommender<WARP<float>>);

}  // namespace loyal
