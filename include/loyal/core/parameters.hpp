// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "error.hpp"
#include "sparse_rows.hpp"
#include "tensor.hpp"
#include "types.hpp"

namespace loyal {

/// One named array of a model as a walk meets it: "0.weight", and whether optimizers may change it.
/// It lives only during the visit; full names are put together when asked for, so a walk costs nothing.
class Leaf {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): layers write f("weight", ...)
  Leaf(const char* name) : name_(name) {}
  Leaf(std::string_view name, Index number, bool trainable)
      : name_(name), number_(number), trainable_(trainable) {}

  /// Dotted path from the outermost model: "encoder.0.weight".
  [[nodiscard]] std::string name() const {
    std::string own = number_ < 0 ? std::string(name_) : std::to_string(number_);
    const std::string outer = parent_ == nullptr ? std::string() : parent_->name();
    if (outer.empty()) return own;
    return own.empty() ? outer : outer + "." + own;
  }
  /// The last part of name().
  [[nodiscard]] std::string_view last_name() const noexcept { return name_; }
  /// False for what is saved with the model but not learned by gradients: running statistics, frozen parts.
  [[nodiscard]] bool trainable() const noexcept {
    return trainable_ && (parent_ == nullptr || parent_->trainable());
  }
  /// This leaf as seen from a larger model.
  [[nodiscard]] Leaf inside(const Leaf* parent) const {
    Leaf leaf = *this;
    leaf.parent_ = parent;
    return leaf;
  }

 private:
  const Leaf* parent_ = nullptr;
  std::string_view name_;
  Index number_ = -1;
  bool trainable_ = true;
};

/// A leaf that optimizers leave alone: f(buffer("running_mean"), m.running_mean...).
inline Leaf buffer(const char* name) { return {name, -1, false}; }

/// An element of a list, named by its number: f(element(2), m.layers[2]...).
inline Leaf element(Index number) { return {"", number, true}; }

namespace detail {

/// What a walk may call. The concept below is checked for many types that only pass by, and a lambda would
/// be a new type to compile each time.
struct AnyVisitor {
  template <class... Arrays>
  void operator()(const Leaf&, Arrays&&...) const {}
};

}  // namespace detail

/// A type that names its arrays. One line serves models, gradients, optimizer states, files and checks:
///
///   template <class F, class... Models>
///   static void for_each_parameter(F&& f, Models&... m) { f("weight", m.weight...); f("bias", m.bias...); }
///
/// It is called with one model, or with several of the same shape at once (a network, its gradient, two
/// moments), and hands their arrays over together.
template <class M>
concept Parameterized = requires(std::remove_cv_t<M>& m) {
  std::remove_cv_t<M>::for_each_parameter(detail::AnyVisitor{}, m);
};

namespace detail {

template <class A>
concept EigenArray =
    std::is_base_of_v<Eigen::PlainObjectBase<std::remove_cv_t<A>>, std::remove_cv_t<A>>;
template <class A>
inline constexpr bool is_sparse_rows = false;
template <class T>
inline constexpr bool is_sparse_rows<SparseRows<T>> = true;
template <class A>
concept SparseLeaf = is_sparse_rows<std::remove_cv_t<A>>;
template <class A>
concept DenseLeaf = EigenArray<A> ||(!Parameterized<A> && !SparseLeaf<A> && requires(A & a) {
  a.data();
  a.size();
  a.shape();
});

}  // namespace detail

namespace detail {

template <class F, class Model, class... Others>
void walk(const Leaf& here, F& f, Model& model, Others&... others) {
  using M = std::remove_cv_t<Model>;
  if constexpr (DenseLeaf<M> || SparseLeaf<M>) {
    f(here, model, others...);
  } else if constexpr (Parameterized<M>) {
    M::for_each_parameter(
        [&](const Leaf& part, auto&... parts) { walk(part.inside(&here), f, parts...); }, model,
        others...);
  }  // a type without either, such as ReLU, has no parameters
}

}  // namespace detail

/// Calls f(leaf, array, arrays of the others...) for every array of a model and of others of its shape.
///
/// Models are Parameterized types, or single Eigen arrays or tensors, which are one leaf without a name.
/// Others may hold other types of arrays under the same names, as the sparse gradient of an embedding does.
///
///     const loyal::Vector<double> weight = loyal::Vector<double>::Ones(3);
///     double sum = 0;
///     loyal::for_each_parameter([&](const loyal::Leaf&, const auto& w) { sum += w.sum(); }, weight);
///     if (sum != 3) return 1;
template <class F, class Model, class... Others>
void for_each_parameter(F&& f, Model& model, Others&... others) {
  detail::walk(Leaf(""), f, model, others...);
}

namespace detail {

template <class M>
struct gradient_of {
  using type = M;
};
template <class M>
requires requires { typename M::Gradient; }
struct gradient_of<M> {
  using type = typename M::Gradient;
};

template <Scalar T>
Eigen::Map<Vector<T>> elements(T* data, Index size) {
  return {data, size};
}
template <Scalar T>
Eigen::Map<const Vector<T>> elements(const T* data, Index size) {
  return {data, size};
}
/// The elements of a dense array, or of the touched rows of a sparse one, as a vector.
template <class A>
auto elements(A& array) {
  if constexpr (SparseLeaf<A>) {
    auto values = array.values();
    return elements(values.data(), values.size());
  } else {
    return elements(array.data(), static_cast<Index>(array.size()));
  }
}

}  // namespace detail

/// The type of a model's gradient: the model's own, unless it names another as `Gradient`.
template <class M>
using GradientOf = typename detail::gradient_of<std::remove_cvref_t<M>>::type;

/// Sets every array to zero, buffers included; sparse ones forget their rows.
template <class M>
void set_zero(M& model) {
  for_each_parameter(
      [](const Leaf&, auto& array) {
        if constexpr (detail::SparseLeaf<std::remove_cvref_t<decltype(array)>>)
          array.clear();
        else
          detail::elements(array).setZero();
      },
      model);
}

/// A gradient of the model's shape, all zero.
template <class M>
GradientOf<M> zero_gradient(const M& model) {
  if constexpr (requires { model.zero_gradient(); }) {
    return model.zero_gradient();
  } else {
    static_assert(std::is_same_v<GradientOf<M>, M>,
                  "a model with a Gradient type of its own offers zero_gradient()");
    M gradient = model;
    set_zero(gradient);
    return gradient;
  }
}

/// Number of trainable scalars; with @p buffers also those that gradients do not reach.
template <class M>
Index count_parameters(const M& model, bool buffers = false) {
  Index count = 0;
  for_each_parameter(
      [&](const Leaf& leaf, const auto& array) {
        if (leaf.trainable() || buffers) count += static_cast<Index>(array.size());
      },
      model);
  return count;
}

/// a += b, array by array.
template <class M>
void add_to(M& a, const M& b) {
  for_each_parameter(
      [](const Leaf&, auto& x, const auto& y) {
        if constexpr (detail::SparseLeaf<std::remove_cvref_t<decltype(x)>>)
          x.add(y);
        else
          detail::elements(x) += detail::elements(y);
      },
      a, b);
}

/// Multiplies every array by @p factor.
template <class M>
void scale(M& model, double factor) {
  for_each_parameter(
      [&](const Leaf&, auto& array) {
        auto x = detail::elements(array);
        x *= static_cast<typename decltype(x)::Scalar>(factor);
      },
      model);
}

/// Sum of the squares of all elements of the trainable arrays, in double.
template <class M>
double squared_norm(const M& model) {
  double sum = 0;
  for_each_parameter(
      [&](const Leaf& leaf, const auto& array) {
        if (leaf.trainable()) sum += detail::elements(array).template cast<double>().squaredNorm();
      },
      model);
  return sum;
}

/// False if any element is NaN or infinite.
template <class M>
bool all_finite(const M& model) {
  bool finite = true;
  for_each_parameter(
      [&](const Leaf&, const auto& array) {
        finite = finite && detail::elements(array).allFinite();
      },
      model);
  return finite;
}

/// All elements of the trainable arrays in the order of the walk; sparse ones with their zeros.
template <class T, class M>
Vector<T> flatten(const M& model) {
  Vector<T> all(count_parameters(model));
  Index at = 0;
  for_each_parameter(
      [&](const Leaf& leaf, const auto& array) {
        if (!leaf.trainable()) return;
        const auto append = [&](const auto& dense) {
          const auto x = detail::elements(dense);
          all.segment(at, x.size()) = x.template cast<T>();
          at += x.size();
        };
        if constexpr (detail::SparseLeaf<std::remove_cvref_t<decltype(array)>>)
          append(array.dense());
        else
          append(array);
      },
      model);
  return all;
}

/// Writes back what flatten() gave.
/// @throws ShapeError unless @p all has as many elements as the model has parameters.
template <class T, class M>
void unflatten(const Vector<T>& all, M& model) {
  detail::expect_size("unflatten", "the number of elements", all.size(), count_parameters(model));
  Index at = 0;
  for_each_parameter(
      [&](const Leaf& leaf, auto& array) {
        if (!leaf.trainable()) return;
        auto x = detail::elements(array);
        x = all.segment(at, x.size()).template cast<typename decltype(x)::Scalar>();
        at += x.size();
      },
      model);
}

/// Same shapes and same bits in every array, buffers included.
template <class M>
bool same_parameters(const M& a, const M& b) {
  bool same = true;
  for_each_parameter(
      [&](const Leaf&, const auto& x, const auto& y) {
        if constexpr (detail::EigenArray<std::remove_cvref_t<decltype(x)>>)
          same = same && x.rows() == y.rows() && x.cols() == y.cols() && x == y;
        else
          same = same && x == y;
      },
      a, b);
  return same;
}

/// The library's own models compare by it: `network == copy`. For types of other namespaces write
/// same_parameters(a, b).
template <Parameterized M>
bool operator==(const M& a, const M& b) {
  return same_parameters(a, b);
}

}  // namespace loyal
