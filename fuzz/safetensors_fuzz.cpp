// SPDX-License-Identifier: MIT
// Whatever the bytes: a safetensors file opens and reads, or throws a loyal::Error. What opens
// agrees with a general JSON library.
//
//   clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -Iinclude -isystem
//   /usr/include/eigen3
//     fuzz/safetensors_fuzz.cpp -o safetensors_fuzz
//   mkdir -p corpus && ./safetensors_fuzz -max_total_time=60 corpus
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include <loyal/core/safetensors.hpp>

#include "seeds.hpp"

#include <nlohmann/json.hpp>

namespace {

std::vector<std::string> seeds() {
  const auto file = [](const std::string& header, const std::string& data) {
    const std::uint64_t length = header.size();
    return std::string(reinterpret_cast<const char*>(&length), 8) + header + data;
  };
  return {
      file("{}      ", ""),
      file(R"({"w":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}})", "12345678"),
      file(R"({"__metadata__":{"format":"pt"},"a":{"dtype":"I64","shape":[],"data_offsets":[0,8]},)"
           R"("\u00e9\"":{"dtype":"BF16","shape":[1,3],"data_offsets":[8,14]}})",
           "12345678abcdef"),
      file(
          R"({"b":{"dtype":"BOOL","shape":[3],"data_offsets":[0,3]},"e":{"dtype":"F64","shape":[0,5],)"
          R"("data_offsets":[3,3]},"h":{"dtype":"F16","shape":[1],"data_offsets":[3,5]}})",
          "abcde"),
  };
}

void check(bool holds) {
  if (!holds) std::abort();
}

template <class T>
void read(const loyal::Safetensors& file, const std::string& name) {
  try {
    static_cast<void>(file.read<T>(name));
  } catch (const loyal::Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  loyal::fuzz::add_seeds(*argc, *argv, seeds());
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  try {
    const loyal::Safetensors file(bytes);
    std::uint64_t length = 0;
    std::memcpy(&length, data, 8);
    const auto header = nlohmann::json::parse(data + 8, data + 8 + length, nullptr, false);
    check(header.is_object());
    check(header.size() == file.tensors().size() + (header.contains("__metadata__") ? 1 : 0));
    std::size_t total = 0;
    for (const auto& [name, info] : file.tensors()) {
      check(header.at(name).at("shape") == info.shape);
      check(header.at(name).at("dtype") == std::string(loyal::to_string(info.dtype)));
      check(file.bytes(name).size() == info.end - info.begin);
      total += file.bytes(name).size();
      read<float>(file, name);
      read<double>(file, name);
      read<std::int32_t>(file, name);
      read<std::int64_t>(file, name);
      read<std::uint8_t>(file, name);
    }
    check(8 + length + total == size);
  } catch (const loyal::Error&) {
  }
  return 0;
}
