// SPDX-License-Identifier: MIT
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/core/safetensors.hpp>

#include "../support/catch.hpp"
#include "../support/damage.hpp"
#include "../support/golden.hpp"
#include "../support/temporary_directory.hpp"

#include <nlohmann/json.hpp>

using loyal::DataError;
using loyal::DType;
using loyal::FormatError;
using loyal::Index;
using loyal::Safetensors;
using loyal::SafetensorsWriter;
using loyal::ShapeError;
using loyal::testing::TemporaryDirectory;
using loyal::testing::to_bytes;

namespace {

std::string file_of(const std::string& header, const std::string& data) {
  const std::uint64_t length = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + data;
}

/// Opens a file made of the header and n zero bytes.
void open(const std::string& header, std::size_t n) {
  const auto bytes = to_bytes(file_of(header, std::string(n, '\0')));
  const Safetensors file(bytes, "x.safetensors");
}

}  // namespace

TEST_CASE("What the writer writes, byte for byte", "[core][safetensors]") {
  // U64, I64, F64, F32 .. BOOL, then by name, as the reference does; the header is filled up with spaces to a multiple of eight.
  const TemporaryDirectory directory;
  const std::string path = directory / "x";
  const std::vector<float> a{1, -2};
  const std::vector<std::int64_t> b{7};
  SafetensorsWriter writer;
  writer.add("a\"", {2}, a);
  writer.add("b", {}, b);
  writer.set_metadata("format", "pt");
  writer.write(path);
  const std::string header =
      R"({"__metadata__":{"format":"pt"},"b":{"dtype":"I64","shape":[],"data_offsets":[0,8]},)"
      R"("a\"":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}})";
  const std::string spaces(8 - header.size() % 8, ' ');
  const std::string data(
      "\7\0\0\0\0\0\0\0"
      "\0\0\x80\x3F"
      "\0\0\0\xC0",
      16);
  CHECK((loyal::read_text(path) == file_of(header + (spaces.size() == 8 ? "" : spaces), data)));
}

TEMPLATE_TEST_CASE("Random arrays come back", "[core][safetensors]", float, double, std::int32_t,
                   std::int64_t, std::uint8_t) {
  using T = TestType;
  const TemporaryDirectory directory;
  loyal::Rng rng(5);
  for (int round = 0; round < 20; ++round) {
    std::vector<std::pair<std::vector<Index>, std::vector<T>>> arrays;
    for (auto n = rng.below(6); n > 0; --n) {
      std::vector<Index> shape;
      Index size = 1;
      for (auto axes = rng.below(4); axes > 0; --axes) {
        shape.push_back(static_cast<Index>(rng.below(5)));
        size *= shape.back();
      }
      std::vector<T> values(static_cast<std::size_t>(size));
      for (T& value : values) value = static_cast<T>(rng.uniform() * 200);
      arrays.emplace_back(shape, values);
    }
    SafetensorsWriter writer;
    for (std::size_t i = 0; i < arrays.size(); ++i)
      writer.add("n" + std::to_string(i), arrays[i].first, arrays[i].second);
    const std::string path = directory / std::to_string(round);
    writer.write(path);
    const Safetensors file(path);
    REQUIRE(file.names().size() == arrays.size());
    for (std::size_t i = 0; i < arrays.size(); ++i) {
      const std::string name = "n" + std::to_string(i);
      CHECK(file.info(name).dtype == loyal::dtype_of<T>());
      CHECK(file.info(name).shape == arrays[i].first);
      CHECK(file.read<T>(name) == arrays[i].second);
      const std::vector<double> wide(arrays[i].second.begin(), arrays[i].second.end());
      CHECK(file.read<double>(name) == wide);
    }
  }
}

TEST_CASE("Stored types, raw bytes, metadata, moved readers", "[core][safetensors]") {
  const TemporaryDirectory directory;
  const std::string path = directory / "x";
  const std::vector<double> x{0.5, 3, -1};
  SafetensorsWriter writer;
  writer.add("f64", {3}, x);
  writer.add("f32", {3}, x, DType::F32);
  writer.add("f16", {3, 1}, x, DType::F16);
  writer.add("bf16", {1, 3}, x, DType::BF16);
  writer.set_metadata("quote\"\n", "\xE4\xB8\xAD");
  writer.write(path);
  Safetensors opened(path);
  const Safetensors file = std::move(opened);
  for (const char* name : {"f64", "f32", "f16", "bf16"}) {
    CHECK(file.read<double>(name) == x);
    CHECK((file.read<float>(name) == std::vector<float>{0.5F, 3, -1}));
  }
  CHECK(file.bytes("f16").size() == 6);
  CHECK(file.bytes("bf16")[3] == std::byte{0x40});  // 3 is 0x4040
  CHECK(file.metadata().at("quote\"\n") == "\xE4\xB8\xAD");
  CHECK(file.contains("f64"));
  CHECK_FALSE(file.contains("f"));
  CHECK_THROWS_AS(file.read<std::int64_t>("f32"), FormatError);
}

TEST_CASE("Reading into the caller's memory checks shape and room", "[core][safetensors]") {
  const TemporaryDirectory directory;
  const std::string path = directory / "x";
  const std::vector<float> x{1, 2, 3, 4, 5, 6};
  SafetensorsWriter writer;
  writer.add("w", {2, 3}, x);
  writer.write(path);
  const Safetensors file(path);
  std::vector<double> out(6, -1);
  CHECK_THROWS_WITH(file.read_into("w", std::span(out), {3, 2}),
                    path + ": tensor 'w': the shape is 2 x 3, expected 3 x 2");
  CHECK_THROWS_AS(file.read_into("w", std::span(out).first(5), {2, 3}), ShapeError);
  CHECK_THROWS_AS(file.read_into("w", std::span(out), {6}), ShapeError);
  CHECK(out == std::vector<double>(6, -1));
  file.read_into("w", std::span(out), {2, 3});
  CHECK((out == std::vector<double>{1, 2, 3, 4, 5, 6}));
  CHECK_THROWS_WITH(file.read<float>("v"),
                    path + ": tensor 'v': it is missing, expected a tensor of this name");
}

TEST_CASE("Files without tensors and with empty ones", "[core][safetensors]") {
  open("{}", 0);
  open("{ }   ", 0);
  open(R"({"__metadata__":{}})", 0);
  open(
      R"({"a":{"dtype":"F32","shape":[0,5],"data_offsets":[0,0]},"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},
           "c":{"dtype":"F32","shape":[0],"data_offsets":[1,1]}})",
      1);
}

TEST_CASE("Damaged headers are refused with the file, the tensor and the reason",
          "[core][safetensors]") {
  const auto refused = [](const std::string& header, std::size_t n, const std::string& reason) {
    INFO(header);
    CHECK_THROWS_AS(open(header, n), FormatError);
    CHECK_THROWS_WITH(open(header, n),
                      ContainsSubstring("x.safetensors: ") && ContainsSubstring(reason));
  };
  const auto one = [](const std::string& inside) { return R"({"w":{)" + inside + "}}"; };
  refused(one(R"("dtype":"F31","shape":[1],"data_offsets":[0,4])"), 4, "tensor 'w': dtype is F31");
  refused(one(R"("dtype":"F32","shape":[2],"data_offsets":[0,4])"), 4,
          "the length of its data is 4");
  refused(one(R"("dtype":"F32","shape":[-1],"data_offsets":[0,4])"), 4, "expected an integer");
  refused(one(R"("dtype":"F32","shape":[1],"data_offsets":[0,8])"), 4, "in 4 bytes");
  refused(one(R"("dtype":"F32","shape":[1],"data_offsets":[4,0])"), 4, "begin and end in order");
  refused(one(R"("dtype":"F32","shape":[1],"data_offsets":[0])"), 4, "begin and end in order");
  refused(one(R"("dtype":"F32","shape":[1],"data_offsets":[0,2,4])"), 4, "begin and end in order");
  refused(one(R"("dtype":"F32","shape":[1])"), 4, "once each");
  refused(one(R"("dtype":"F32","dtype":"F32","data_offsets":[0,4])"), 4, "once each");
  refused(one(R"("dtype":"F32","shape":[1],"data_offsets":[0,4],"more":1)"), 4, "a key is more");
  refused(
      one(R"("dtype":"F32","shape":[4611686018427387904,4611686018427387904],"data_offsets":[0,0])"),
      0, "the length of its data");
  refused(one(R"("dtype":"F32","shape":[4611686018427387905],"data_offsets":[0,4])"), 4,
          "the length of its data");
  refused(one(R"("dtype":"F32","shape":[1],"data_offsets":[0,4])"), 5,
          "the length of the data is 5, expected 4");
  refused(one(R"("dtype":"F32","shape":[1],"data_offsets":[1,5])"), 5,
          "the start of its data is 1, expected 0");
  refused(
      R"({"v":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"w":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})",
      3, "tensor 'w': the start of its data is 1, expected 2");
  refused(
      R"({"w":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"w":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})",
      0, "tensor 'w': it is there twice");
  refused(R"({"__metadata__":{"a":1}})", 0, "expected a string");
  refused(R"({"__metadata__":{"a":"1","a":"2"}})", 0, "there twice");
  refused("{\"\xFF\":{}}", 0, "expected UTF-8");
  refused("", 0, "expected '{'");
  refused("[]", 0, "expected '{'");
  refused("{} x", 0, "expected the end");

  std::string bytes = file_of("{}", "");
  CHECK_THROWS_AS(Safetensors(to_bytes(bytes.substr(0, 7))), FormatError);
  CHECK_THROWS_AS(Safetensors(to_bytes("")), FormatError);
  for (const char last : {'\x01', '\x7F', '\xFF'}) {  // headers of exabytes
    bytes[7] = last;
    CHECK_THROWS_WITH(Safetensors(to_bytes(bytes)), ContainsSubstring("the header's length"));
  }
  CHECK_THROWS_WITH(Safetensors("/no/such/file"), ContainsSubstring("/no/such/file: cannot open"));
}

TEST_CASE("No damage does more than throw", "[core][safetensors]") {
  const TemporaryDirectory directory;
  const std::string path = directory / "x";
  const std::vector<float> a{1, 2, 3, 4, 5, 6};
  const std::vector<std::int32_t> b{1, 2};
  SafetensorsWriter writer;
  writer.add("first", {2, 3}, a);
  writer.add("half", {6}, a, DType::F16);
  writer.add("\xC3\xA9", {2, 1}, b);
  writer.set_metadata("k", "v");
  writer.write(path);
  const auto valid = to_bytes(loyal::read_text(path));
  const int refused =
      loyal::testing::survive_damage(valid, 20000, [](std::span<const std::byte> bytes) {
        const Safetensors file(bytes);
        for (const auto& name : file.names()) {
          static_cast<void>(file.read<double>(name));
          static_cast<void>(file.read<std::int32_t>(name));
        }
      });
  CHECK(refused > static_cast<int>(valid.size()));
}

TEST_CASE("The header is JSON that others read", "[core][safetensors]") {
  const TemporaryDirectory directory;
  const std::string path = directory / "x";
  const std::vector<float> x(30);
  SafetensorsWriter writer;
  for (const char* name : {"layer.0.weight", "\x01\x1F", "\"\\/", "\xE4\xB8\xAD\xE6\x96\x87", ""})
    writer.add(name, {5, 6}, x);
  writer.write(path);
  const std::string bytes = loyal::read_text(path);
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  CHECK(length % 8 == 0);
  const auto header = nlohmann::json::parse(bytes.substr(8, length));
  CHECK(header.size() == 5);
  for (const auto& [name, tensor] : header.items()) {
    CHECK(tensor.at("dtype") == "F32");
    CHECK((tensor.at("shape") == nlohmann::json{5, 6}));
    CHECK(Safetensors(path).contains(name));
  }
}

TEST_CASE("Equal content gives equal bytes, in whatever order it was added",
          "[core][safetensors]") {
  const TemporaryDirectory directory;
  const std::vector<double> x{1, 2};
  for (const bool forward : {true, false}) {
    SafetensorsWriter writer;
    for (const char* name : forward ? std::vector{"a", "b", "c"} : std::vector{"c", "b", "a"})
      writer.add(name, {2}, x, *name == 'b' ? DType::F64 : DType::F16);
    writer.write(directory / (forward ? "1" : "2"));
  }
  CHECK((loyal::read_text(directory / "1") == loyal::read_text(directory / "2")));
}

TEST_CASE("The writer refuses what cannot be read again, and keeps the old file",
          "[core][safetensors]") {
  const TemporaryDirectory directory;
  const std::string path = directory / "x";
  const std::vector<double> x{1, 1e30};
  SafetensorsWriter writer;
  CHECK_THROWS_AS(writer.add("w", {3}, x), ShapeError);
  CHECK_THROWS_AS(writer.add("w", {-2}, x), ShapeError);
  CHECK_THROWS_AS(writer.add("w", {std::numeric_limits<Index>::max(), 2}, x), ShapeError);
  CHECK_THROWS_AS(writer.add("\xFF", {2}, x), DataError);
  CHECK_THROWS_AS(writer.add("__metadata__", {2}, x), DataError);
  CHECK_THROWS_AS(writer.set_metadata("k", "\xFF"), DataError);
  writer.add("w", {2}, x);
  CHECK_THROWS_AS(writer.add("w", {2}, x), DataError);
  writer.write(path);
  const std::string old = loyal::read_text(path);
  writer.add("v", {2}, x, DType::F16);
  CHECK_THROWS_WITH(writer.write(path), ContainsSubstring("tensor 'v': a value is 1e+30"));
  CHECK((loyal::read_text(path) == old));
  CHECK(directory.count() == 1);
}

TEST_CASE("Golden files open and hold what their description says", "[core][safetensors]") {
  const auto gru = loyal::testing::golden_case("layers/gru");
  if (!gru) return;
  CHECK((gru->shape("param/weight_ih_l0") == std::vector<Index>{12, 5}));
  const auto y = gru->tensor<float, 3>("out/y");
  const auto exact = gru->tensor<double, 3>("f64/out/y");
  REQUIRE(y.size() == 72);
  double difference = 0;
  double size = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    difference = std::max(difference, std::abs(static_cast<double>(y.data()[i]) - exact.data()[i]));
    size = std::max(size, std::abs(exact.data()[i]));
  }
  CHECK(difference < 1e-6);
  CHECK(size > 0.1);
  // y = x W^T + b, so these are the right numbers in the right order.
  const auto linear = loyal::testing::golden_case("layers/linear");
  const auto x = linear->matrix<double>("in/x");
  const auto w = linear->matrix<double>("param/weight");
  const loyal::Matrix<double> out =
      (x * w.transpose()).rowwise() + linear->row<double>("param/bias");
  CHECK((out - linear->matrix<double>("f64/out/y")).cwiseAbs().maxCoeff() < 1e-12);
  const auto embedding = loyal::testing::golden_case("layers/embedding");
  CHECK(embedding->tensor<std::int32_t, 2>("in/idx").shape(1) == 4);
  CHECK_THROWS_AS((embedding->tensor<float, 3>("in/idx")), ShapeError);
  CHECK(loyal::testing::golden_case("layers/cross_entropy")->number<float>("out/loss") > 0);
  CHECK_THROWS_AS(loyal::testing::golden_case("layers/none"), FormatError);
}

TEST_CASE("Published weights in bfloat16 open by name", "[core][safetensors]") {
  const auto bert = loyal::testing::golden_case("bert-4x256-bf16/model");
  if (!bert) return;
  const auto& info = bert->file().info("bert.embeddings.LayerNorm.gamma");
  CHECK(info.dtype == DType::BF16);
  CHECK(bert->vector<float>("bert.embeddings.LayerNorm.gamma").allFinite());
  const auto ids = bert->values<std::int64_t>("bert.embeddings.position_ids");
  for (std::size_t i = 0; i < ids.size(); ++i)
    if (std::cmp_not_equal(ids[i], i)) FAIL("position " << i << " is " << ids[i]);
}
