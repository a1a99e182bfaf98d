// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include <loyal/core/safetensors.hpp>
#include <loyal/core/tensor.hpp>

#include "catch.hpp"

namespace loyal::testing {

/// One set of golden values: the arrays of a safetensors file as matrices, tensors and numbers.
class GoldenCase {
 public:
  explicit GoldenCase(const std::string& path) : file_(path) {}

  [[nodiscard]] const Safetensors& file() const { return file_; }
  [[nodiscard]] bool contains(const std::string& name) const { return file_.contains(name); }
  [[nodiscard]] const std::vector<Index>& shape(const std::string& name) const {
    return file_.info(name).shape;
  }

  /// All axes but the last are rows; a vector is one row, a number is 1 x 1.
  template <Scalar T>
  [[nodiscard]] Matrix<T> matrix(const std::string& name) const {
    const auto& axes = shape(name);
    const Index cols = axes.empty() ? 1 : axes.back();
    Matrix<T> out(cols == 0 ? 0 : file_.info(name).size() / cols, cols);
    read(name, out);
    return out;
  }

  /// All elements in row-major order.
  template <Scalar T>
  [[nodiscard]] Vector<T> vector(const std::string& name) const {
    Vector<T> out(file_.info(name).size());
    read(name, out);
    return out;
  }
  template <Scalar T>
  [[nodiscard]] RowVector<T> row(const std::string& name) const {
    return vector<T>(name).transpose();
  }

  /// An array of exactly N axes; T may be an integer type for indices.
  template <class T, std::size_t N>
  [[nodiscard]] Tensor<T, N> tensor(const std::string& name) const {
    const auto& axes = shape(name);
    detail::expect_size("GoldenCase::tensor", name.c_str(), axes.size(), N);
    std::array<Index, N> sizes;
    std::copy(axes.begin(), axes.end(), sizes.begin());
    Tensor<T, N> out;
    set_shape(out, sizes);
    read(name, out);
    return out;
  }

  /// The elements as plain numbers, for class indices and edges.
  template <class T>
  [[nodiscard]] std::vector<T> values(const std::string& name) const {
    return file_.read<T>(name);
  }

  /// The one element of a loss.
  template <class T>
  [[nodiscard]] T number(const std::string& name) const {
    const auto all = file_.read<T>(name);
    detail::expect_size("GoldenCase::number", name.c_str(), all.size(), 1);
    return all.front();
  }

 private:
  Safetensors file_;

  template <class Array>
  void read(const std::string& name, Array& out) const {
    file_.read_into(name, std::span(out.data(), static_cast<std::size_t>(out.size())), shape(name));
  }
};

/// The file NAME.safetensors in the directory that LOYAL_GOLDEN names, such as "layers/gru";
/// nothing, and a warning, where the variable is unset:
///
///   const auto golden = testing::golden_case("layers/gru");
///   if (!golden) return;
inline std::optional<GoldenCase> golden_case(const std::string& name) {
  const char* const directory = std::getenv("LOYAL_GOLDEN");
  if (directory == nullptr || *directory == '\0') {
    WARN("skipped: LOYAL_GOLDEN is not set, golden case " << name << " was not compared");
    return std::nullopt;
  }
  return GoldenCase(std::string(directory) + "/" + name + ".safetensors");
}

}  // namespace loyal::testing
