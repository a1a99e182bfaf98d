// SPDX-License-Identifier: MIT
#pragma once

#include "../core/types.hpp"

namespace loyal {

/// Why a minimiser stopped.
enum class Stop {
  gradient_small,        ///< converged: the gradient is as good as zero
  value_settled,         ///< converged: the value no longer changes
  simplex_small,         ///< converged: Nelder-Mead's points and their values have come together
  iterations_exhausted,  ///< the limit of iterations was reached
  no_descent,            ///< no step lowers the value: a wrong gradient, a kink, or rounding
  unbounded,             ///< the value still falls far outside any sensible range: no minimum there
  not_finite,            ///< value or gradient at the start is not finite
  runs_away,  ///< there is no finite optimum: the value goes on improving towards infinity
};

/// What a minimiser found. Not to converge is a result, not an error.
template <Scalar T>
struct Minimum {
  Vector<T> x;               ///< the best point
  double value = 0;          ///< the function there
  double gradient_norm = 0;  ///< largest |component| of the gradient; 0 if not used
  int iterations = 0;
  int evaluations = 0;  ///< calls of the function
  Stop reason = Stop::iterations_exhausted;

  [[nodiscard]] bool converged() const noexcept {
    return reason == Stop::gradient_small || reason == Stop::value_settled ||
           reason == Stop::simplex_small;
  }
};

}  // namespace loyal
