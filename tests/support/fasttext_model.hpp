// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <cstring>
#include <string>

namespace loyal::testing {

/// The bytes of a model of fastText with two words and a label, three buckets, and numbers 0, 1, 2, ...
struct FastTextModel {
  std::int32_t magic = 793712314;
  std::int32_t version = 12;
  std::int32_t dimensions = 2;
  std::int32_t buckets = 3;
  std::int32_t min_letters = 2;
  std::int32_t max_letters = 3;
  std::int32_t words = 2;
  std::int64_t pruned = -1;
  std::string second = "lesson";
  char quantized = 0;
  std::int64_t rows = 5;

  [[nodiscard]] std::string bytes() const {
    std::string out;
    const auto put = [&](auto number) {
      char bytes[sizeof number];
      std::memcpy(bytes, &number, sizeof number);
      out.append(bytes, sizeof number);
    };
    put(magic);
    put(version);
    put(dimensions);
    for (const std::int32_t option : {5, 1, 1, 5, 1, 2, 2}) put(option);
    put(buckets);
    put(min_letters);
    put(max_letters);
    put(std::int32_t{100});
    put(1e-4);
    put(words + 1);
    put(words);
    put(std::int32_t{1});
    put(std::int64_t{42});
    put(pruned);
    const auto entry = [&](const std::string& word, std::int64_t count, char kind) {
      out += word + '\0';
      put(count);
      put(kind);
    };
    entry("course", 30, 0);
    entry(second, 12, 0);
    entry("__label__x", 7, 1);
    put(quantized);
    put(rows);
    put(std::int64_t{dimensions});
    for (std::int64_t i = 0; i < rows * dimensions; ++i) put(static_cast<float>(i));
    put(quantized);
    put(std::int64_t{0});
    put(std::int64_t{dimensions});
    return out;
  }
};

}  // namespace loyal::testing
