// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "../../core/parallel.hpp"
#include "../../core/types.hpp"
#include "implicit_objective.hpp"
#include "implicit_systems.hpp"

namespace loyal {

/// How ALS improves a row of factors in an epoch.
enum class ALSSolver {
  conjugate_gradient,  ///< a few steps from where the row stands: the fastest
  cholesky,            ///< exactly
  subspace,            ///< exactly for some factors after the others (iALS++)
};

namespace detail {

/// How rows of factors come nearer to the minimum of L while the other side's stay.
template <Scalar T>
struct ImplicitSweep {
  using Side = typename ImplicitObjective<T>::Side;
  using Solver = ImplicitSolver<T>;
  using System = ImplicitSystem<T>;
  using Rows = std::vector<std::int32_t>;
  enum class Solve { improve, finish };

  ImplicitObjective<T> objective;
  ALSSolver kind;
  Index factors;
  int steps;
  Index block;

  /// Solves one system after the other, or some steps of all at once; @p right is another right-hand side.
  void run(Solver& solver, std::span<System> systems, Solve how, const T* right = nullptr) const {
    const bool by_steps = kind == ALSSolver::conjugate_gradient && how == Solve::improve;
    if (by_steps)
      solver.conjugate_gradient(systems, steps);
    else if (kind != ALSSolver::cholesky && how == Solve::finish)
      solver.converge(systems, right);
    else
      for (const System& system : systems)
        if (kind == ALSSolver::cholesky)
          solver.cholesky(system, factors, right);
        else
          solver.subspace(system, factors, block);
  }

  /// Improves or finishes all rows of @p solved, or @p some of them. Threads take pieces of rows in turn.
  void solve(const Side& s, const Matrix<T>& fixed, const Matrix<T>& g, Matrix<T>& solved,
             Solve how, const Rows* some = nullptr) const {
    constexpr Index piece = 32;
    const Index count = some != nullptr ? std::ssize(*some) : solved.rows();
    const int threads = resolve_threads(objective.threads);
    std::atomic<Index> next{0};
    parallel_for(threads, {.threads = threads, .grain = 1}, [&](Index, Index) {
      Solver solver(fixed.data(), g);
      std::vector<System> systems;
      for (Index begin = next.fetch_add(piece); begin < count; begin = next.fetch_add(piece)) {
        systems.clear();
        for (Index i = begin; i < std::min(begin + piece, count); ++i) {
          const Index row = some != nullptr ? Index{(*some)[static_cast<std::size_t>(i)]} : i;
          const auto rows = s.dealings->items_of(row);
          if (rows.empty())
            solved.row(row).setZero();
          else
            systems.push_back({rows, objective.weights(s, row),
                               objective.lambda(rows.size(), s.dealings->items()),
                               solved.row(row).data()});
        }
        for (std::span<System> rest(systems); !rest.empty();) {
          const auto together = solver.together(rest);
          run(solver, rest.first(together), how);
          rest = rest.subspan(together);
        }
      }
    });
  }
};

}  // namespace detail
}  // namespace loyal
