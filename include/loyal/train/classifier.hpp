// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "../math/values.hpp"

namespace loyal {

/// A model that tells label 1 from label 0, as churn models, risk scores and cross-validation take it.
///
///   fit(x, labels, weights)   x samples x features; labels 0 or 1; weights one a sample, or empty
///   decision_function(x)      logits, one a sample
///   predict_proba(x)          probabilities of label 1, one a sample
template <class C, class T>
concept Classifier = std::copyable<C> && Scalar<T> &&
    requires(C& model, const C& fitted, const Matrix<T>& x, const Values& labels) {
  model.fit(x, labels, labels);
  { fitted.decision_function(x) } -> std::convertible_to<Vector<double>>;
  { fitted.predict_proba(x) } -> std::convertible_to<Vector<double>>;
};

namespace detail {

/// Checks what fit() of a classifier is given.
template <Scalar T>
void expect_samples(const char* where, const Matrix<T>& x, const Values& labels,
                    const Values& weights) {
  expect_size(where, "the number of labels", labels.size(), x.rows());
  if (x.rows() == 0 || x.cols() == 0)
    fail<DataError>(where, "the shape of x", to_text({x.rows(), x.cols()}), "rows and columns");
  for (Index i = 0; i < labels.size(); ++i)
    if (labels[i] != 0 && labels[i] != 1)
      fail<DataError>(where, concatenate("labels[", i, "]"), labels[i], "0 or 1");
  if (!x.allFinite()) fail<DataError>(where, "a value of x", "not finite", "a finite number");
  static_cast<void>(SampleWeights(where, weights, x.rows()));
}

}  // namespace detail
}  // namespace loyal
