// SPDX-License-Identifier: MIT
#pragma once

#include <utility>

#include "../core/parameters.hpp"
#include "../math/lbfgs.hpp"

namespace loyal {

/// Fits all of a model's arrays together by a minimizer of vectors, LBFGS, on whole data.
///
/// `double f(const Model&, GradientOf<Model>& gradient)` adds the gradient, which is zero before, and returns the
/// loss. The model is left at the best point. Worth it up to some hundred thousand parameters and where f is not
/// noisy: no dropout, no sampling. T is the type the minimizer counts in; what f throws passes through, with the
/// model as it was.
/// Source: none, our own; see LBFGS. Cost: LBFGS's, and two copies of the parameters for each evaluation.
///
///     loyal::Sequential network{loyal::Dense<double>{3, 1}};
///     const loyal::Matrix<double> x = loyal::Matrix<double>::Random(20, 3);
///     const loyal::Matrix<double> y = x.rowwise().sum();
///     const auto squares = [&](const auto& n, auto& gradient) {
///       const loyal::Matrix<double> error = loyal::predict(n, x) - y;
///       gradient.template get<0>().weight += 2 * x.transpose() * error;
///       gradient.template get<0>().bias += 2 * error.colwise().sum();
///       return error.squaredNorm();
///     };
///     const auto found = loyal::minimize_full_batch(network, squares, loyal::LBFGS{});
///     if (!found.converged() || std::abs(network.get<0>().weight(2, 0) - 1) > 1e-4) return 1;
template <Scalar T = double, class Model, class F>
Minimum<T> minimize_full_batch(Model& model, F&& f, const LBFGS& minimizer = LBFGS()) {
  Model trial = model;
  auto gradient = zero_gradient(model);
  const auto flat = [&](const Vector<T>& x, Vector<T>& slope) {
    unflatten(x, trial);
    set_zero(gradient);
    const double loss = f(std::as_const(trial), gradient);
    slope = flatten<T>(gradient);
    return loss;
  };
  Minimum<T> found = minimizer.minimize(flat, flatten<T>(model));
  unflatten(found.x, model);
  return found;
}

}  // namespace loyal
