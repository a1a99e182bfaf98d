// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "parameters.hpp"
#include "safetensors.hpp"

namespace loyal {
namespace detail {

template <class A>
std::vector<Index> stored_shape(const A& array) {
  if constexpr (EigenArray<A>) {
    if constexpr (A::IsVectorAtCompileTime)
      return {array.size()};
    else
      return {array.rows(), array.cols()};
  } else {
    const auto shape = shape_of(array);
    return {shape.begin(), shape.end()};
  }
}

/// Resizes an array to a shape of the right rank.
template <class A>
void take_shape(A& array, const std::vector<Index>& shape, const std::string& name) {
  const auto own = stored_shape(array);
  expect_size("read_parameters", ("the number of axes of " + name).c_str(), shape.size(),
              own.size());
  if constexpr (EigenArray<A>) {
    if constexpr (A::IsVectorAtCompileTime)
      array.resize(shape[0]);
    else
      array.resize(shape[0], shape[1]);
  } else {
    auto sizes = shape_of(array);
    std::copy(shape.begin(), shape.end(), sizes.begin());
    set_shape(array, sizes);
  }
}

inline std::string prefixed(const std::string& prefix, const Leaf& leaf) {
  const std::string name = leaf.name();
  if (prefix.empty()) return name.empty() ? "array" : name;
  return name.empty() ? prefix : prefix + "." + name;
}

/// The touched rows of a sparse array under two names, their numbers and their values.
template <class T>
void add_rows(SafetensorsWriter& file, const SparseRows<T>& array, const std::string& name) {
  const auto count = static_cast<Index>(array.touched().size());
  const auto values = array.values();
  file.add(name + ".rows", {count}, std::span(array.touched()));
  file.add(name + ".values", {count, array.cols()},
           std::span(values.data(), static_cast<std::size_t>(values.size())));
}
template <class T>
void read_rows(const Safetensors& file, SparseRows<T>& array, const std::string& name) {
  const auto rows = file.template read<std::int64_t>(name + ".rows");
  array.clear();
  for (const auto row : rows) static_cast<void>(array.row(static_cast<Index>(row)));
  if (array.touched().size() != rows.size())
    fail<FormatError>("read_parameters", name + ".rows", "with a row twice", "each row once");
  auto values = array.values();
  file.read_into(name + ".values",
                 std::span(values.data(), static_cast<std::size_t>(values.size())),
                 {values.rows(), array.cols()});
}

}  // namespace detail

/// Adds all arrays of a model, buffers included, to a file in the making: "prefix.0.weight".
/// They are not copied: the model must stay in place until the file is written.
template <class M>
void add_parameters(SafetensorsWriter& file, const M& model, const std::string& prefix = "") {
  for_each_parameter(
      [&](const Leaf& leaf, const auto& array) {
        const std::string name = detail::prefixed(prefix, leaf);
        if constexpr (detail::SparseLeaf<std::remove_cvref_t<decltype(array)>>) {
          detail::add_rows(file, array, name);
        } else {
          const auto x = detail::elements(array);
          file.add(name, detail::stored_shape(array),
                   std::span(x.data(), static_cast<std::size_t>(x.size())));
        }
      },
      model);
}

/// Whose shape the arrays have after reading: the model's, which the file must match, or the file's. The
/// second is for models whose arrays may have any length; they must check then that these fit each other.
enum class Shapes { of_model, of_file };

/// Reads all arrays of a model from a file; the model changes only if all arrays are there and fit.
///
/// @throws FormatError if an array is missing, or one under the prefix belongs to no array of the model;
/// ShapeError if a shape differs.
template <class M>
void read_parameters(const Safetensors& file, M& model, const std::string& prefix = "",
                     Shapes shapes = Shapes::of_model) {
  M fresh = model;
  std::set<std::string> seen;
  for_each_parameter(
      [&](const Leaf& leaf, auto& array) {
        const std::string name = detail::prefixed(prefix, leaf);
        if constexpr (detail::SparseLeaf<std::remove_cvref_t<decltype(array)>>) {
          detail::read_rows(file, array, name);
          seen.insert({name + ".rows", name + ".values"});
        } else {
          if (shapes == Shapes::of_file) detail::take_shape(array, file.info(name).shape, name);
          auto x = detail::elements(array);
          file.read_into(name, std::span(x.data(), static_cast<std::size_t>(x.size())),
                         detail::stored_shape(array));
          seen.insert(name);
        }
      },
      fresh);
  for (const auto& [name, info] : file.tensors())
    if ((prefix.empty() || name.starts_with(prefix + ".")) && !seen.contains(name))
      detail::fail<FormatError>("read_parameters", "the tensor '" + name + "'", "in the file",
                                "only arrays of this model");
  model = std::move(fresh);
}

/// Writes all arrays of a model as a safetensors file, atomically. The architecture is the model's type; it
/// is not stored.
///
/// @throws FormatError if the file cannot be written.
/// Source: none, our own; see Safetensors for the format. Cost: linear in the parameters.
///
///     loyal::Sequential network{loyal::Dense<float>{4, 3}, loyal::ReLU{}, loyal::Dense<float>{3, 1}};
///     loyal::save_parameters("network.safetensors", network);
///     auto copy = network;
///     loyal::Rng rng{9};
///     loyal::initialize(copy, rng);
///     if (copy == network) return 1;
///     loyal::load_parameters("network.safetensors", copy);
///     if (!(copy == network)) return 2;
template <class M>
void save_parameters(const std::string& path, const M& model) {
  SafetensorsWriter file;
  add_parameters(file, model);
  file.write(path);
}

/// Reads what save_parameters() wrote into a model of the same type and shape.
/// @throws as read_parameters(); FormatError if the file is damaged. The model is then unchanged.
template <class M>
void load_parameters(const std::string& path, M& model) {
  read_parameters(Safetensors(path), model);
}

}  // namespace loyal
