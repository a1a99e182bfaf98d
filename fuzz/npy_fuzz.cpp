// SPDX-License-Identifier: MIT
// Whatever the bytes: an .npy or .npz file opens and reads, or throws a loyal::Error. The first
// byte says which of the two: 'z' for an archive.
//
//   clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -Iinclude -isystem
//   /usr/include/eigen3
//     fuzz/npy_fuzz.cpp -o npy_fuzz
//   mkdir -p corpus && ./npy_fuzz -max_total_time=60 corpus
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include <loyal/core/npz.hpp>

#include "seeds.hpp"

namespace {

template <class A>
std::string npy(const A& array) {
  std::string file;
  loyal::detail::put_npy("seed", array, [&](std::span<const std::byte> bytes) {
    file.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  });
  return file;
}

std::vector<std::string> seeds() {
  const std::string matrix = npy(loyal::Matrix<float>{{1, 2, 3}, {4, 5, 6}});
  std::string columns = matrix;
  columns.replace(columns.find("False"), 5, "True,");
  std::string big = matrix;
  big[big.find('<')] = '>';
  const std::string path = std::string(P_tmpdir) + "/loyal_npy_fuzz_seed.npz";
  loyal::NpzWriter writer;
  writer.add("m", loyal::Matrix<float>{{1, 2}, {3, 4}});
  writer.add("n", loyal::NpyArray<std::int64_t>{{}, {7}});
  writer.write(path);
  const std::string archive = loyal::read_text(path);
  std::remove(path.c_str());
  return {"y" + matrix,  "y" + columns,
          "y" + big,     "y" + npy(loyal::NpyArray<std::uint8_t>{{2}, {1, 2}}),
          "z" + archive, "zPK\5\6" + std::string(18, '\0')};
}

template <class A, class Read>
void attempt(const Read& read) {
  try {
    const A array = read.template operator()<A>();
    // What could be read can be written and read again.
    const std::string again = npy(array);
    const auto view = loyal::detail::parse_npy(std::as_bytes(std::span(again)), "again");
    if (loyal::detail::npy_array<A>::make(view, "again").size() != array.size()) std::abort();
  } catch (const loyal::Error&) {
  }
}
template <class Read>
void attempt_all(const Read& read) {
  attempt<loyal::Matrix<float>>(read);
  attempt<loyal::Vector<double>>(read);
  attempt<loyal::Tensor<double, 3>>(read);
  try {
    const auto any = read.template operator()<loyal::NpyArray<std::int32_t>>();
    std::size_t size = 1;
    for (const auto axis : any.shape) size *= static_cast<std::size_t>(axis);
    if (size != any.values.size()) std::abort();
  } catch (const loyal::Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  loyal::fuzz::add_seeds(*argc, *argv, seeds());
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto bytes = std::as_bytes(std::span(data + 1, size - 1));
  try {
    if (data[0] == 'z') {
      const loyal::Npz file(bytes);
      for (const auto& name : file.names())
        attempt_all([&]<class A>() { return file.read<A>(name); });
    } else {
      const auto view = loyal::detail::parse_npy(bytes, "x");
      attempt_all([&]<class A>() { return loyal::detail::npy_array<A>::make(view, "x"); });
    }
  } catch (const loyal::Error&) {
  }
  return 0;
}
