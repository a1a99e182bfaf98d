// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"

namespace loyal {

/// A Markov chain of named states, from how often each followed each; those that nothing follows absorb.
///
///   P(i, j) = counts(i, j) / sum over j of counts(i, j)
///   probability to end in g   h = P h on other states, h(g) = 1, 0 in other absorbing states
///   steps until absorbed      t = 1 + P t, 0 in absorbing states
///   removal effect of s       1 - h(start) without s / h(start), ways into s then being lost
/// | argument | shape | meaning |
/// | states | n | names, all different |
/// | counts | n x n | from row to column; finite, >= 0 |
/// @throws ShapeError, DataError for counts or names that are not so.
/// Source: Kemeny & Snell, Finite Markov Chains, 1960, chapter 3; eliminated without subtractions as
/// Grassmann, Taksar & Heyman, Operations Research 33(5), 1985; removal effect: Anderl, Becker, von
/// Wangenheim & Schumann, International Journal of Research in Marketing 33(3), 2016.
/// Cost: O(n^3); O(n^4) for all removal effects.
///
///     loyal::Matrix<double> counts(4, 4);
///     counts << 0, 10, 0, 0,   0, 0, 5, 5,   0, 0, 0, 0,   0, 0, 0, 0;
///     const loyal::MarkovChain chain({"start", "trial", "bought", "left"}, counts);
///     if (chain.probability_to_end_in(chain.state("bought"))[0] != 0.5) return 1;
///     if (chain.expected_steps()[0] != 2) return 2;
///     if (chain.removal_effects(0, chain.state("bought"))[1] != 1) return 3;
class MarkovChain {
 public:
  MarkovChain() = default;
  MarkovChain(std::vector<std::string> states, Matrix<double> counts)
      : states_(std::move(states)), counts_(std::move(counts)) {
    detail::expect_shape("MarkovChain", "counts", counts_, states_.size(), states_.size());
    for (std::size_t i = 0; i < states_.size(); ++i)
      for (std::size_t j = i + 1; j < states_.size(); ++j)
        if (states_[i] == states_[j])
          detail::fail<DataError>("MarkovChain", "state", "'" + states_[i] + "' twice",
                                  "different names");
    probabilities_.setZero(size(), size());
    for (Index i = 0; i < size(); ++i) {
      double leaving = 0;
      for (Index j = 0; j < size(); ++j) {
        if (!(counts_(i, j) >= 0) || std::isinf(counts_(i, j)))
          detail::fail<DataError>("MarkovChain", "a count", counts_(i, j), "finite, >= 0");
        if (i != j) leaving += counts_(i, j);
      }
      absorbing_.push_back(leaving == 0 ? 1 : 0);
      for (Index j = 0; j < size(); ++j)
        probabilities_(i, j) =
            leaving == 0 ? (i == j ? 1.0 : 0.0) : counts_(i, j) / (leaving + counts_(i, i));
    }
  }

  [[nodiscard]] Index size() const noexcept { return static_cast<Index>(states_.size()); }
  [[nodiscard]] const std::vector<std::string>& states() const noexcept { return states_; }
  /// n x n, as given.
  [[nodiscard]] const Matrix<double>& counts() const noexcept { return counts_; }
  /// n x n, rows sum to 1; an absorbing state stays where it is.
  [[nodiscard]] const Matrix<double>& probabilities() const noexcept { return probabilities_; }
  [[nodiscard]] bool is_absorbing(Index state) const { return absorbing_[checked(state)] != 0; }

  /// The index of a state. @throws DataError when there is none of that name.
  [[nodiscard]] Index state(std::string_view name) const {
    for (std::size_t i = 0; i < states_.size(); ++i)
      if (states_[i] == name) return static_cast<Index>(i);
    detail::fail<DataError>("MarkovChain::state", "name", "'" + std::string(name) + "'",
                            "one of the states");
  }

  /// For each state the probability to come to @p goal at last, or ever if it is not absorbing.
  [[nodiscard]] Vector<double> probability_to_end_in(Index goal) const {
    static_cast<void>(checked(goal));
    return reach(goal, -1);
  }

  /// For each state the mean number of steps until an absorbing one; infinite where it may never come.
  [[nodiscard]] Vector<double> expected_steps() const {
    std::vector<char> ends = absorbing_;
    const std::vector<char> escapes = leads_to(ends);
    // From where a state can be reached out of which nothing leads, steps may go on for ever.
    std::vector<char> traps;
    traps.reserve(escapes.size());
    for (const char escape : escapes) traps.push_back(escape != 0 ? 0 : 1);
    const std::vector<char> may_stay = leads_to(traps);
    for (std::size_t i = 0; i < ends.size(); ++i)
      ends[i] = ends[i] != 0 || may_stay[i] != 0 ? 1 : 0;
    Vector<double> steps = solve(ends, Vector<double>::Ones(size()));
    for (Index i = 0; i < size(); ++i) {
      if (may_stay[static_cast<std::size_t>(i)] != 0)
        steps[i] = std::numeric_limits<double>::infinity();
      else if (absorbing_[static_cast<std::size_t>(i)] != 0)
        steps[i] = 0;
    }
    return steps;
  }

  /// For each state what share of the ways from @p start to @p goal is lost without it; 0 for start and
  /// absorbing states, and for all when there are no such ways.
  [[nodiscard]] Vector<double> removal_effects(Index start, Index goal) const {
    static_cast<void>(checked(start));
    static_cast<void>(checked(goal));
    const double all = reach(goal, -1)[start];
    Vector<double> effects = Vector<double>::Zero(size());
    for (Index s = 0; s < size(); ++s)
      if (all > 0 && s != start && s != goal && absorbing_[static_cast<std::size_t>(s)] == 0)
        effects[s] = std::clamp(1 - reach(goal, s)[start] / all, 0.0, 1.0);
    return effects;
  }

  /// The removal effects as shares of their sum: what each state has earned of the successes.
  [[nodiscard]] Vector<double> attribution(Index start, Index goal) const {
    Vector<double> shares = removal_effects(start, goal);
    double sum = 0;
    for (Index i = 0; i < size(); ++i) sum += shares[i];
    for (Index i = 0; i < size(); ++i) shares[i] = sum > 0 ? shares[i] / sum : 0.0;
    return shares;
  }

 private:
  std::vector<std::string> states_;
  Matrix<double> counts_;
  Matrix<double> probabilities_;
  std::vector<char> absorbing_;

  [[nodiscard]] std::size_t checked(Index state) const {
    if (state < 0 || state >= size())
      detail::fail<ShapeError>("MarkovChain", "state", state,
                               "in [0, " + std::to_string(size()) + ")");
    return static_cast<std::size_t>(state);
  }

  /// Marks the states from which one of the ends can be reached, ends included.
  [[nodiscard]] std::vector<char> leads_to(const std::vector<char>& ends) const {
    std::vector<char> leads = ends;
    std::vector<Index> fresh;
    for (Index j = 0; j < size(); ++j)
      if (ends[static_cast<std::size_t>(j)] != 0) fresh.push_back(j);
    while (!fresh.empty()) {
      const Index to = fresh.back();
      fresh.pop_back();
      for (Index i = 0; i < size(); ++i) {
        char& own = leads[static_cast<std::size_t>(i)];
        if (own != 0 || probabilities_(i, to) == 0) continue;
        own = 1;
        fresh.push_back(i);
      }
    }
    return leads;
  }

  /// Probability to come from each state to the goal, without the state removed.
  [[nodiscard]] Vector<double> reach(Index goal, Index removed) const {
    std::vector<char> ends = absorbing_;
    ends[static_cast<std::size_t>(goal)] = 1;
    if (removed >= 0) ends[static_cast<std::size_t>(removed)] = 1;
    Vector<double> in_one_step(size());
    for (Index i = 0; i < size(); ++i) in_one_step[i] = probabilities_(i, goal);
    Vector<double> h = solve(ends, in_one_step);
    h[goal] = 1;
    return h;
  }

  /// x = b + P x on the states that are no ends, 0 on the ends and where no end is reached.
  [[nodiscard]] Vector<double> solve(const std::vector<char>& ends, const Vector<double>& b) const {
    const std::vector<char> escapes = leads_to(ends);
    std::vector<Index> inner;
    for (Index i = 0; i < size(); ++i)
      if (ends[static_cast<std::size_t>(i)] == 0 && escapes[static_cast<std::size_t>(i)] != 0)
        inner.push_back(i);
    const auto n = static_cast<Index>(inner.size());
    Matrix<double> q(n, n);
    Vector<double> exit = Vector<double>::Zero(n);
    Vector<double> x(n);
    for (Index i = 0; i < n; ++i) {
      const Index from = inner[static_cast<std::size_t>(i)];
      x[i] = b[from];
      for (Index j = 0; j < n; ++j)
        q(i, j) = probabilities_(from, inner[static_cast<std::size_t>(j)]);
      for (Index j = 0; j < size(); ++j)
        if (!std::binary_search(inner.begin(), inner.end(), j)) exit[i] += probabilities_(from, j);
    }
    // States are taken out one after the other, ways through them going on to those that are left.
    Vector<double> leaves(n);  // probability to leave a state for one that is still there
    for (Index k = n; k-- > 0;) {
      leaves[k] = exit[k];
      for (Index j = 0; j < k; ++j) leaves[k] += q(k, j);
      for (Index i = 0; i < k; ++i) {
        const double share = q(i, k) / leaves[k];
        for (Index j = 0; j < k; ++j) q(i, j) += share * q(k, j);
        exit[i] += share * exit[k];
        x[i] += share * x[k];
      }
    }
    Vector<double> all = Vector<double>::Zero(size());
    for (Index k = 0; k < n; ++k) {
      for (Index j = 0; j < k; ++j) x[k] += q(k, j) * x[j];
      x[k] /= leaves[k];
      all[inner[static_cast<std::size_t>(k)]] = x[k];
    }
    return all;
  }
};

}  // namespace loyal
