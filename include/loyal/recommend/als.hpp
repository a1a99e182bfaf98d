// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/parallel.hpp"
#include "../core/progress.hpp"
#include "../core/random.hpp"
#include "detail/huge_pages.hpp"
#include "detail/implicit_objective.hpp"
#include "detail/implicit_sweep.hpp"
#include "detail/implicit_systems.hpp"
#include "factor_recommender.hpp"

namespace loyal {

/// Factors of users and items from implicit feedback, by alternating least squares:
///
///   L = sum over dealings:  w_ui (1 - x_u . y_i)^2
///   + a sum over all u, i:  (x_u . y_i)^2
///   + sum over u:  l_u |x_u|^2  +  sum over i:  l_i |y_i|^2
///   l_u = l (dealings of u + a items)^n,   l_i = l (dealings of i + a users)^n
///
/// with a the unobserved weight, l the regularization, n the frequency exponent. The confidence c of Hu, Koren &
/// Volinsky is 1 + w / a; their objective is this one with the target c / (c - 1) in place of 1.
/// fit() ends with the users, each solved to convergence for the items found: fold_in() of a known user's history
/// gives that user's factors to the last bit. Who has no dealings has zero factors.
/// explain() splits a score: the parts of all past items add up to it.
/// A canceled fit() leaves the factors of the epochs done. A seed gives the same bits for any number of threads.
/// @throws OptionError for options out of their domains; DataError if there are no users or no items, or if a value
/// that is a weight is negative.
/// Source: Hu, Koren & Volinsky, ICDM 2008 (section 5 for explain); the objective and its scaling: Rendle, Krichene,
/// Zhang & Koren, "Revisiting the Performance of iALS on Item Recommendation Benchmarks", RecSys 2022, equations 3-5;
/// conjugate gradients: Takács, Pilászy & Tikk, RecSys 2011.
/// Cost of an epoch with s steps: 4 (s + 1/2) d flops for each dealing, twice, and 2 (s + 1) d^2 for each user and item.
/// Memory: 8 bytes a dealing for the model, and as much again while it is fitted.
///
///     std::vector<loyal::Interaction> pairs;
///     for (int user = 0; user < 20; ++user)
///       for (int item = 0; item < 8; ++item)
///         if (user % 2 == item % 2 && (user + item) % 5 != 0) pairs.push_back({user, item});
///     const loyal::Interactions train(20, 8, pairs);
///     loyal::ALS<float> als{{.factors = 4, .regularization = 0.01}};
///     als.fit(train);
///     for (const auto& best : als.recommend(0, 1))
///       if (best.index % 2 != 0) return 1;
///     if (als.fold_in({train.items_of(3), {}}).factors != als.profile(3).factors) return 2;
template <Scalar T>
class ALS : public FactorRecommender<ALS<T>, T> {
 public:
  struct Options {
    Index factors = 64;              ///< d, >= 1
    double regularization = 0.003;   ///< l, > 0 (Rendle et al.)
    double frequency_exponent = 1;   ///< n, >= 0: how far l grows with the dealings
    double unobserved_weight = 0.1;  ///< a, > 0: small if few dealings are wanted but not had
    DealingWeight weight = DealingWeight::one;  ///< w
    int epochs = 16;                            ///< >= 1
    double init_scale = 0.1;  ///< length of an item's row at the start, about; > 0
    ALSSolver solver = ALSSolver::conjugate_gradient;  ///< how rows improve
    int steps = 3;                                     ///< of conjugate gradients, >= 1
    Index block = 32;        ///< factors solved together by `subspace`, >= 1
    int partial_epochs = 3;  ///< of partial_fit(), for the rows it touches, >= 1
    int threads = 0;         ///< at most; 0: as many as the process may run on
    std::uint64_t seed = 1;  ///< of the items' factors at the start
    ProgressCallback progress =
        {};  ///< told each epoch and L, computed for it alone; may stop there
  };

  ALS() = default;
  explicit ALS(const Options& options) : o_(options) { check(o_); }

  [[nodiscard]] const Options& options() const noexcept { return o_; }

  void fit(Interactions train) {
    expect_usable(train);
    const Interactions turned = train.transposed();
    const Sweep sweep = this->sweep();
    const auto& objective = sweep.objective;
    const auto users = objective.side(train);
    const auto items = objective.side(turned);
    Matrix<T> x = detail::scattered_rows<T>(train.users(), width());
    Matrix<T> y = detail::scattered_rows<T>(train.items(), width());
    draw(y, 0);
    const auto begin = std::chrono::steady_clock::now();
    for (int epoch = 1; epoch <= o_.epochs; ++epoch) {
      sweep.solve(users, y, objective.gram(y), x, Solve::improve);
      sweep.solve(items, x, objective.gram(x), y, Solve::improve);
      if (!o_.progress) continue;
      const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
      if (!o_.progress({.what = "epoch",
                        .step = epoch,
                        .total = o_.epochs,
                        .seconds = seconds.count(),
                        .value = objective.value(users, items, x, y)}))
        break;
    }
    Matrix<T> g = objective.gram(y);
    sweep.solve(users, y, g, x, Solve::finish);
    take(std::move(train), x, y, std::move(g));
  }

  /// Goes on with new dealings, of the same or further users and items. Only rows with new dealings change: users
  /// and items in turn, `partial_epochs` times, at last those users to convergence.
  void partial_fit(const Interactions& more) {
    if (this->train_.items() == 0) return fit(more);
    Interactions train = this->train_.joined(more);
    expect_usable(train);
    const Interactions turned = train.transposed();
    const Sweep sweep = this->sweep();
    const auto& objective = sweep.objective;
    const auto users = objective.side(train);
    const auto items = objective.side(turned);
    Matrix<T> x = detail::scattered_rows<T>(train.users(), width());
    Matrix<T> y = detail::scattered_rows<T>(train.items(), width());
    const Index known_items = this->item_factors_.rows();
    draw(y, known_items);
    x.topLeftCorner(this->user_factors_.rows(), o_.factors) = this->user_factors_;
    y.topLeftCorner(known_items, o_.factors) = this->item_factors_;
    const auto touched_users = changed(train, this->train_);
    const auto touched_items = changed(turned, this->train_.transposed());
    for (int epoch = 0; epoch < o_.partial_epochs; ++epoch) {
      sweep.solve(users, y, objective.gram(y), x, Solve::improve, &touched_users);
      sweep.solve(items, x, objective.gram(x), y, Solve::improve, &touched_items);
    }
    Matrix<T> g = objective.gram(y);
    sweep.solve(users, y, g, x, Solve::finish, &touched_users);
    take(std::move(train), x, y, std::move(g));
  }

  [[nodiscard]] UserProfile<T> fold_in(const UserHistory& history) const {
    this->expect_history("fold_in", history);
    UserProfile<T> profile{RowVector<T>::Zero(o_.factors),
                           {history.items.begin(), history.items.end()},
                           {history.values.begin(), history.values.end()}};
    if (!profile.items.empty()) profile.factors = solve_one("fold_in", history, nullptr);
    return profile;
  }

  /// The k past items that add most to the score of @p item, best first; the parts of all of them are its score:
  /// s_j = w_j y_i (a Y^T Y + sum_j w_j y_j^T y_j + l_u I)^-1 y_j^T.
  [[nodiscard]] std::vector<Scored<T>> explain(const UserProfile<T>& profile, Index item,
                                               Index k) const {
    this->expect_item("explain", item);
    this->expect_history("explain", profile.history());
    detail::expect_option("explain", "k", k, k >= 0, ">= 0");
    if (profile.items.empty()) return {};
    RowVector<T> own = RowVector<T>::Zero(width());
    own.head(o_.factors) = this->item_factors_.row(item);
    const RowVector<T> z = solve_one("explain", profile.history(), own.data());
    const auto weights = objective().weights_of("explain", profile.values);
    TopK<T> best(std::min(k, static_cast<Index>(profile.items.size())));
    for (std::size_t j = 0; j < profile.items.size(); ++j)
      best.push(profile.items[j], (weights.empty() ? T(1) : static_cast<T>(weights[j])) *
                                      z.dot(this->item_factors_.row(profile.items[j])));
    const auto sorted = best.sorted();
    return {sorted.begin(), sorted.end()};
  }

  /// L of the factors as they stand.
  [[nodiscard]] double loss() const {
    this->expect_fitted("loss");
    const Interactions turned = this->train_.transposed();
    const auto l = objective();
    return l.value(l.side(this->train_), l.side(turned), this->user_factors_, this->item_factors_);
  }

  /// As FactorRecommender, and the options that fold_in() needs.
  void save(const std::string& path) const {
    this->expect_fitted("save");
    this->write(
        path, std::array<double, 7>{o_.regularization, o_.frequency_exponent, o_.unobserved_weight,
                                    static_cast<double>(o_.weight), static_cast<double>(o_.solver),
                                    static_cast<double>(o_.steps), static_cast<double>(o_.block)});
  }

  /// Reads what save() wrote; of the options, those above become the file's, the others stay.
  /// @throws FormatError, ShapeError, DataError or OptionError if the file is damaged; the model is then unchanged.
  void load(const std::string& path) {
    auto stored = this->read(path, 7);
    const auto& number = stored.options;
    const auto choice = [&](std::size_t i) {
      if (!(number[i] == 0 || number[i] == 1 || number[i] == 2))
        detail::fail<FormatError>(path, "a choice among the options", number[i], "0, 1 or 2");
      return static_cast<int>(number[i]);
    };
    const auto whole = [&](std::size_t i) {
      if (!(number[i] >= 1 && number[i] <= 1e6))
        detail::fail<FormatError>(path, "a count among the options", number[i], "in [1, 1e6]");
      return static_cast<int>(number[i]);
    };
    Options options = o_;
    options.factors = stored.item_factors.cols();
    options.regularization = number[0];
    options.frequency_exponent = number[1];
    options.unobserved_weight = number[2];
    options.weight = static_cast<DealingWeight>(choice(3));
    options.solver = static_cast<ALSSolver>(choice(4));
    options.steps = whole(5);
    options.block = whole(6);
    check(options);
    ALS fresh{options};
    Matrix<T> y = Matrix<T>::Zero(stored.item_factors.rows(), fresh.width());
    y.leftCols(options.factors) = stored.item_factors;
    fresh.gram_ = fresh.objective().gram(y);
    FactorRecommender<ALS, T>::take(fresh, std::move(stored));
    *this = std::move(fresh);
  }

 private:
  using Sweep = detail::ImplicitSweep<T>;
  using Solve = typename Sweep::Solve;
  using Rows = typename Sweep::Rows;

  [[nodiscard]] detail::ImplicitObjective<T> objective() const {
    return {o_.regularization, o_.frequency_exponent, o_.unobserved_weight, o_.weight, o_.threads};
  }
  [[nodiscard]] Sweep sweep() const {
    return {objective(), o_.solver, o_.factors, o_.steps, o_.block};
  }

  static void check(const Options& o) {
    const auto expect = [](const char* name, auto value, bool fine, const char* domain) {
      detail::expect_option("ALS", name, value, fine, domain);
    };
    expect("factors", o.factors, o.factors >= 1, ">= 1");
    expect("regularization", o.regularization,
           o.regularization > 0 && std::isfinite(o.regularization), "> 0");
    expect("frequency_exponent", o.frequency_exponent,
           o.frequency_exponent >= 0 && std::isfinite(o.frequency_exponent), ">= 0");
    expect("unobserved_weight", o.unobserved_weight,
           o.unobserved_weight > 0 && std::isfinite(o.unobserved_weight), "> 0");
    expect("epochs", o.epochs, o.epochs >= 1, ">= 1");
    expect("init_scale", o.init_scale, o.init_scale > 0 && std::isfinite(o.init_scale), "> 0");
    expect("steps", o.steps, o.steps >= 1, ">= 1");
    expect("block", o.block, o.block >= 1, ">= 1");
    expect("partial_epochs", o.partial_epochs, o.partial_epochs >= 1, ">= 1");
    expect("threads", o.threads, o.threads >= 0, ">= 0");
  }

  void expect_usable(const Interactions& train) const {
    if (train.users() == 0) detail::fail<DataError>("ALS::fit", "the number of users", 0, ">= 1");
    if (train.items() == 0) detail::fail<DataError>("ALS::fit", "the number of items", 0, ">= 1");
    objective().expect_weights("ALS::fit", train.all_values());
  }
  /// The length of a row that is trained: whole packets.
  [[nodiscard]] Index width() const { return detail::RowSums<T>::padded(o_.factors); }

  /// Starting values of items from @p first on.
  void draw(Matrix<T>& y, Index first) const {
    Rng rng{o_.seed, static_cast<std::uint64_t>(first)};
    const double deviation = o_.init_scale / std::sqrt(static_cast<double>(o_.factors));
    for (Index i = first; i < y.rows(); ++i)
      for (Index c = 0; c < o_.factors; ++c) y(i, c) = static_cast<T>(deviation * rng.normal());
  }

  /// The factors for a history, or the solution for another right-hand side.
  [[nodiscard]] RowVector<T> solve_one(const char* where, const UserHistory& history,
                                       const T* right) const {
    const Sweep sweep = this->sweep();
    const auto w = sweep.objective.weights_of(where, history.values);
    const auto count = static_cast<Index>(history.items.size());
    Matrix<T> rows = Matrix<T>::Zero(count, width());
    Rows numbers(history.items.size());
    for (std::size_t j = 0; j < numbers.size(); ++j) {
      numbers[j] = static_cast<std::int32_t>(j);
      rows.row(static_cast<Index>(j)).head(o_.factors) = this->item_factors_.row(history.items[j]);
    }
    RowVector<T> x = RowVector<T>::Zero(width());
    std::array<detail::ImplicitSystem<T>, 1> system{
        {{numbers, w, sweep.objective.lambda(history.items.size(), this->items()), x.data()}}};
    detail::ImplicitSolver<T> solver(rows.data(), gram_);
    sweep.run(solver, system, Solve::finish, right);
    return x.head(o_.factors);
  }

  /// Rows whose dealings are not what they were.
  static Rows changed(const Interactions& now, const Interactions& before) {
    Rows rows;
    for (Index row = 0; row < now.users(); ++row)
      if (row >= before.users() || !std::ranges::equal(now.items_of(row), before.items_of(row)) ||
          !std::ranges::equal(now.values_of(row), before.values_of(row)))
        rows.push_back(static_cast<std::int32_t>(row));
    return rows;
  }

  void take(Interactions&& train, const Matrix<T>& x, const Matrix<T>& y, Matrix<T>&& g) {
    Matrix<T> users = x.leftCols(o_.factors);
    this->item_factors_ = y.leftCols(o_.factors);
    this->user_factors_ = std::move(users);
    this->train_ = std::move(train);
    gram_ = std::move(g);
  }

  Options o_;
  Matrix<T> gram_;  // a Y^T Y
};

static_assert(Recommender<ALS<float>>);

}  // namespace loyal
