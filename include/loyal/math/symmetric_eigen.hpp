// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"

namespace loyal {

/// Eigenvalues of a symmetric matrix, largest first, and a row of @p vectors for each.
struct SymmetricEigen {
  std::vector<double> values;
  std::vector<double> vectors;  ///< n x n, row i belongs to values[i]; rows are orthonormal
};

namespace detail {

/// Reduces a (n x n) to a tridiagonal matrix Q^T a Q by Householder reflections; a becomes Q^T, row by row.
inline void tridiagonalize(std::size_t n, std::vector<double>& a, std::vector<double>& diagonal,
                           std::vector<double>& beside) {
  std::vector<double> scale(n, 0.0);
  std::vector<double> p(n);
  // Column k below the diagonal is mirrored onto one number; the mirror's vector stays in row k of a.
  for (std::size_t k = 0; k + 2 < n; ++k) {
    double* const u = &a[k * n];
    double norm = 0;
    for (std::size_t i = k + 1; i < n; ++i) norm += u[i] * u[i];
    norm = std::sqrt(norm);
    diagonal[k] = u[k];
    beside[k] = u[k + 1] > 0 ? -norm : norm;
    if (norm == 0) continue;
    u[k + 1] -= beside[k];
    double squares = 0;
    for (std::size_t i = k + 1; i < n; ++i) squares += u[i] * u[i];
    scale[k] = 2 / squares;
    // a = (1 - s u u^T) a (1 - s u u^T) = a - u q^T - q u^T with p = s a u, q = p - s (u.p) u / 2.
    double up = 0;
    for (std::size_t i = k + 1; i < n; ++i) {
      double sum = 0;
      for (std::size_t j = k + 1; j < n; ++j) sum += a[i * n + j] * u[j];
      p[i] = scale[k] * sum;
      up += u[i] * p[i];
    }
    for (std::size_t i = k + 1; i < n; ++i) p[i] -= scale[k] * up / 2 * u[i];
    for (std::size_t i = k + 1; i < n; ++i)
      for (std::size_t j = k + 1; j < n; ++j) a[i * n + j] -= u[i] * p[j] + p[i] * u[j];
  }
  if (n >= 2) {
    diagonal[n - 2] = a[(n - 2) * n + n - 2];
    beside[n - 2] = a[(n - 2) * n + n - 1];
  }
  diagonal[n - 1] = a[n * n - 1];
  // Q^T = ... H_1 H_0, of which H_k changes columns k + 1 .. n - 1.
  std::vector<double> q(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i) q[i * n + i] = 1;
  for (std::size_t k = n < 2 ? 0 : n - 2; k-- > 0;) {
    if (scale[k] == 0) continue;
    const double* const u = &a[k * n];
    for (std::size_t i = k + 1; i < n; ++i) {
      double sum = 0;
      for (std::size_t j = k + 1; j < n; ++j) sum += q[i * n + j] * u[j];
      sum *= scale[k];
      for (std::size_t j = k + 1; j < n; ++j) q[i * n + j] -= sum * u[j];
    }
  }
  a = std::move(q);
}

}  // namespace detail

/// All eigenvalues and eigenvectors of a symmetric n x n matrix of a few hundred rows; both halves are read.
///
///   a = sum_i values[i] v_i v_i^T, with v_i the rows of vectors
///
/// @throws ShapeError unless @p a holds n^2 numbers; DataError if they are not finite.
/// Source: Householder's reduction and the QR algorithm with implicit Wilkinson shifts, Golub & Van Loan, Matrix
/// Computations, 4th edition, 8.3. Cost: about 9 n^3 flops on one thread, 2 n^2 doubles.
///
///     const auto eigen = loyal::symmetric_eigen(2, {2, 1, 1, 2});
///     if (std::abs(eigen.values[0] - 3) > 1e-12 || std::abs(eigen.values[1] - 1) > 1e-12) return 1;
template <class Numbers = std::vector<double>>
[[nodiscard]] SymmetricEigen symmetric_eigen(Index size, const Numbers& numbers) {
  std::vector<double> a(numbers.begin(), numbers.end());
  detail::expect_size("symmetric_eigen", "the number of elements", a.size(), size * size);
  for (const double x : a)
    if (!std::isfinite(x)) detail::fail<DataError>("symmetric_eigen", "an element", x, "finite");
  const auto n = static_cast<std::size_t>(size);
  if (n == 0) return {};
  std::vector<double> d(n, 0.0);
  std::vector<double> e(n, 0.0);
  detail::tridiagonalize(n, a, d, e);
  // Rows of a are the basis. A rotation of rows k and k + 1 makes a bulge, which the next ones chase out.
  const auto negligible = [&](std::size_t k) {
    return std::abs(e[k]) <=
           std::numeric_limits<double>::epsilon() * (std::abs(d[k]) + std::abs(d[k + 1]));
  };
  std::size_t last = n - 1;
  for (std::size_t round = 0; last > 0 && round < 60 * n; ++round) {
    if (negligible(last - 1)) {
      --last;
      continue;
    }
    std::size_t first = last - 1;
    while (first > 0 && !negligible(first - 1)) --first;
    // The shift is the eigenvalue of the last 2 x 2 block that is nearer to its last number.
    const double half = (d[last - 1] - d[last]) / 2;
    const double coupling = e[last - 1];
    const double root = std::hypot(half, coupling);
    double x = d[first] - (d[last] - coupling * (coupling / (half + (half < 0 ? -root : root))));
    double z = e[first];
    for (std::size_t k = first; k < last; ++k) {
      const double r = std::hypot(x, z);
      const double c = r > 0 ? x / r : 1;
      const double s = r > 0 ? z / r : 0;
      if (k > first) e[k - 1] = r;
      const double upper = d[k];
      const double lower = d[k + 1];
      const double cross = 2 * c * s * e[k];
      d[k] = c * c * upper + cross + s * s * lower;
      d[k + 1] = s * s * upper - cross + c * c * lower;
      e[k] = c * s * (lower - upper) + (c * c - s * s) * e[k];
      if (k + 1 < last) {
        x = e[k];
        z = s * e[k + 1];
        e[k + 1] *= c;
      }
      double* const row = &a[k * n];
      double* const next = row + n;
      for (std::size_t j = 0; j < n; ++j) {
        const double old = row[j];
        row[j] = c * old + s * next[j];
        next[j] = c * next[j] - s * old;
      }
    }
  }
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t i, std::size_t j) { return d[i] > d[j]; });
  SymmetricEigen result;
  result.vectors.reserve(n * n);
  for (const auto i : order) {
    result.values.push_back(d[i]);
    result.vectors.insert(result.vectors.end(), a.begin() + static_cast<std::ptrdiff_t>(i * n),
                          a.begin() + static_cast<std::ptrdiff_t>((i + 1) * n));
  }
  return result;
}

}  // namespace loyal
