// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <loyal/core/npz.hpp>
#include <loyal/core/safetensors.hpp>

#include "../support/catch.hpp"
#include "../support/damage.hpp"
#include "../support/temporary_directory.hpp"

using loyal::DataError;
using loyal::FormatError;
using loyal::Matrix;
using loyal::NpyArray;
using loyal::Npz;
using loyal::NpzWriter;
using loyal::Vector;
using loyal::testing::TemporaryDirectory;
using loyal::testing::to_bytes;

namespace {

std::string sample_file() {
  const TemporaryDirectory directory;
  NpzWriter writer;
  writer.add("m", Matrix<float>{{1, 2}, {3, 4}});
  writer.add("deep/n", NpyArray<std::int64_t>{{}, {7}});
  writer.write(directory / "x");
  return loyal::read_text(directory / "x");
}
/// The sample with @p value put at @p offset from the first place where @p signature stands.
Npz patched(const std::string& signature, std::size_t offset, const std::string& value) {
  static std::vector<std::byte> bytes;
  std::string file = sample_file();
  const std::size_t at = file.find(signature);
  REQUIRE(at != file.npos);
  file.replace(at + offset, value.size(), value);
  bytes = to_bytes(file);
  return Npz(bytes, "x.npz");
}
const std::string central = "PK\1\2";
const std::string end_record = "PK\5\6";

}  // namespace

TEST_CASE("CRC-32 of the published check string", "[core][npz]") {
  CHECK(loyal::detail::crc32(to_bytes("123456789")) == 0xCBF43926U);
  CHECK(loyal::detail::crc32(to_bytes("")) == 0);
}

TEST_CASE("Arrays go into an archive and come back", "[core][npz]") {
  const TemporaryDirectory directory;
  const std::string path = directory / "x.npz";
  NpzWriter writer;
  const Matrix<double> m = Matrix<double>::Random(3, 5);
  const NpyArray<std::uint8_t> bytes{{2, 2}, {0, 1, 2, 255}};
  writer.add("m", m);
  writer.add("deep/v", Vector<float>{{1, 2, 3}});
  writer.add("\xE4\xB8\xAD", bytes);
  writer.add("empty", Vector<float>{});
  writer.write(path);
  const Npz file(path);
  CHECK((file.names() == std::vector<std::string>{"deep/v", "empty", "m", "\xE4\xB8\xAD"}));
  CHECK(file.read<Matrix<double>>("m") == m);
  CHECK((file.read<Vector<double>>("deep/v") == Vector<double>{{1, 2, 3}}));
  CHECK(file.read<NpyArray<std::uint8_t>>("\xE4\xB8\xAD") == bytes);
  CHECK(file.read<Vector<float>>("empty").size() == 0);
  CHECK(file.contains("m"));
  CHECK_FALSE(file.contains("m.npy"));
  CHECK_THROWS_WITH(file.read<Matrix<float>>("w"),
                    path + ": array 'w': it is missing, expected an array of this name");
  CHECK_THROWS_WITH(file.read<Vector<float>>("m"),
                    ContainsSubstring("array 'm': the shape is 3 x 5"));

  NpzWriter().write(path);
  CHECK(Npz(path).names().empty());
}

TEST_CASE("Names that an archive cannot hold are refused", "[core][npz]") {
  NpzWriter writer;
  const Vector<float> x(2);
  writer.add("x", x);
  CHECK_THROWS_AS(writer.add("x", x), DataError);
  CHECK_THROWS_AS(writer.add("", x), DataError);
  CHECK_THROWS_AS(writer.add("\xFF", x), DataError);
  CHECK_THROWS_AS(writer.add(std::string(60001, 'n'), x), DataError);
  writer.add(std::string(60000, 'n'), x);
  const TemporaryDirectory directory;
  writer.write(directory / "x");
  CHECK(Npz(directory / "x").contains(std::string(60000, 'n')));
}

TEST_CASE("Archives we do not read say what to do instead", "[core][npz]") {
  CHECK_THROWS_WITH(patched(central, 10, "\x08"), ContainsSubstring("write with numpy.savez, not"));
  CHECK_THROWS_WITH(patched(central, 8, "\x01"), ContainsSubstring("encrypted"));
  CHECK_THROWS_WITH(patched(central, 20, "\xFF\xFF\xFF\xFF"), ContainsSubstring("zip64"));
  CHECK_THROWS_WITH(patched(end_record, 16, "\xFF\xFF\xFF\xFF"), ContainsSubstring("zip64"));
}

TEST_CASE("Damaged archives are refused with the reason", "[core][npz]") {
  CHECK_THROWS_WITH(patched(central, 0, "XX"), ContainsSubstring("begins with its signature"));
  CHECK_THROWS_WITH(patched(end_record, 0, "XX"), ContainsSubstring("the end of a zip archive"));
  CHECK_THROWS_WITH(patched(end_record, 16, "\xFF\xFF\xFF\x7F"),
                    ContainsSubstring("the zip directory is damaged"));
  CHECK_THROWS_WITH(patched(end_record, 4, "\1"),
                    ContainsSubstring("the zip directory is damaged"));
  CHECK_THROWS_WITH(patched(end_record, 8, std::string("\3\0\3\0", 4)),
                    ContainsSubstring("the rest of a zip record"));
  CHECK_THROWS_WITH(patched(central, 28, "\xFF\xFF"),
                    ContainsSubstring("the rest of a zip record"));
  CHECK_THROWS_WITH(patched(central, 24, "\1"), ContainsSubstring("the size"));
  CHECK_THROWS_WITH(patched(central, 42, "\xFF\xFF\xFF\x7F").read<NpyArray<double>>("deep/n"),
                    ContainsSubstring("the offset"));
  CHECK_THROWS_WITH(patched(central, 16, "xxxx").read<NpyArray<double>>("deep/n"),
                    ContainsSubstring("its checksum is wrong"));
  CHECK_THROWS_WITH(patched("NUMPY", 0, "M").read<NpyArray<double>>("deep/n"),
                    ContainsSubstring("its checksum is wrong"));
  CHECK_THROWS_WITH(patched("PK\3\4", 0, "XX").read<NpyArray<double>>("deep/n"),
                    ContainsSubstring("signature"));
  CHECK(patched("PK\3\4", 4, "\x0A").read<NpyArray<double>>("deep/n").values[0] == 7);
  // A comment behind the archive belongs to the format.
  std::string file = sample_file();
  file.replace(file.size() - 2, 2, std::string("\5\0", 2));
  CHECK(Npz(to_bytes(file + "hello")).names().size() == 2);
}

TEST_CASE("No damage to an archive does more than throw", "[core][npz]") {
  const auto valid = to_bytes(sample_file());
  const int refused =
      loyal::testing::survive_damage(valid, 20000, [](std::span<const std::byte> bytes) {
        const Npz file(bytes);
        for (const auto& name : file.names()) static_cast<void>(file.read<NpyArray<double>>(name));
      });
  CHECK(refused > static_cast<int>(valid.size()));
}

TEST_CASE("Golden archives hold what their safetensors twins hold", "[core][npz]") {
  const char* const directory = std::getenv("LOYAL_GOLDEN");
  if (directory == nullptr) {
    WARN("skipped: LOYAL_GOLDEN is not set");
    return;
  }
  int arrays = 0;
  for (const char* folder : {"layers", "optim"})
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(directory) + "/" + folder)) {
      if (entry.path().extension() != ".npz") continue;
      const Npz npz(entry.path().string());
      auto twin = entry.path();
      const loyal::Safetensors tensors(twin.replace_extension(".safetensors").string());
      if (npz.names() != tensors.names()) FAIL("names differ in " << entry.path());
      for (const auto& name : npz.names()) {
        const auto array = npz.read<NpyArray<double>>(name);
        const auto other = tensors.read<double>(name);
        const bool same =
            std::equal(array.values.begin(), array.values.end(), other.begin(), other.end(),
                       [](double a, double b) { return a == b || (a != a && b != b); });
        if (!same || array.shape != tensors.info(name).shape)
          FAIL("array " << name << " differs in " << entry.path());
        ++arrays;
      }
    }
  CHECK(arrays > 500);
}
