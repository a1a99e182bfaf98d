// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dtype.hpp"
#include "error.hpp"
#include "file.hpp"
#include "json_reader.hpp"
#include "types.hpp"
#include "utf8.hpp"

namespace loyal {

/// Named arrays in a safetensors file, the form in which model weights are passed around.
///
///   8 bytes       n, the length of the header, little-endian
///   n bytes       JSON: {"name": {"dtype": "F32", "shape": [3, 5], "data_offsets": [0, 60]}, ...}
///   the rest      the elements, row-major and little-endian, without gaps
///
/// The file stays mapped: opening it reads the header, and each array is read when asked for.
/// Everything is checked against the bytes that are there before any of it is used, so a damaged
/// file gives an error. Reading is const and safe from several threads.
///
/// @throws FormatError naming the file, the tensor and what is wrong with it.
///
/// Source: https://github.com/huggingface/safetensors, "Format".
/// Cost: opening is linear in the header; reading in the array.
///
///     const std::vector<float> weight{1, 2, 3, 4, 5, 6};
///     loyal::SafetensorsWriter writer;
///     writer.add("weight", {2, 3}, weight);
///     writer.write("weights.safetensors");
///     const loyal::Safetensors file("weights.safetensors");
///     if (file.info("weight").shape != std::vector<loyal::Index>{2, 3}) return 1;
///     if (file.read<double>("weight")[5] != 6) return 1;
class Safetensors {
 public:
  /// What the header says of one tensor.
  struct Info {
    DType dtype{};
    std::vector<Index> shape;
    std::size_t begin = 0;  ///< first byte, counted from the end of the header
    std::size_t end = 0;    ///< one past the last byte

    /// Number of elements.
    [[nodiscard]] Index size() const noexcept {
      return static_cast<Index>((end - begin) / size_of(dtype));
    }
  };
  /// Longest header that is read or written, in bytes; the limit of the reference implementation.
  static constexpr std::size_t max_header = 100'000'000;

  explicit Safetensors(const std::string& path) : name_(path), file_(path) { parse(file_.bytes()); }
  /// Reads from memory that outlives this object; @p name stands for the file in messages.
  explicit Safetensors(std::span<const std::byte> bytes, std::string name = "memory")
      : name_(std::move(name)) {
    parse(bytes);
  }

  /// All tensors by name, in alphabetical order.
  [[nodiscard]] const std::map<std::string, Info, std::less<>>& tensors() const noexcept {
    return tensors_;
  }
  [[nodiscard]] const std::map<std::string, std::string, std::less<>>& metadata() const noexcept {
    return metadata_;
  }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& [name, info] : tensors_) all.push_back(name);
    return all;
  }
  [[nodiscard]] bool contains(std::string_view name) const { return tensors_.contains(name); }

  /// @throws FormatError if there is no such tensor.
  [[nodiscard]] const Info& info(std::string_view name) const {
    const auto found = tensors_.find(name);
    if (found == tensors_.end())
      detail::fail<FormatError>(place(name), "it", "missing", "a tensor of this name");
    return found->second;
  }

  /// The elements as they are stored, without copying; they may lie at any address.
  [[nodiscard]] std::span<const std::byte> bytes(std::string_view name) const {
    const Info& tensor = info(name);
    return data_.subspan(tensor.begin, tensor.end - tensor.begin);
  }

  /// All elements in row-major order, converted to T: real types take any element type, integers
  /// take integers that fit.
  template <Element T>
  [[nodiscard]] std::vector<T> read(std::string_view name) const {
    static_assert(!std::same_as<T, bool>, "a std::vector<bool> has no array to read into");
    std::vector<T> out(static_cast<std::size_t>(info(name).size()));
    read_into(name, std::span<T>(out), info(name).shape);
    return out;
  }

  /// The same into the caller's memory, after checking the shape.
  /// @throws ShapeError unless the tensor has exactly @p shape and @p out the room for it.
  template <Element T>
  void read_into(std::string_view name, std::span<T> out, const std::vector<Index>& shape) const {
    const Info& tensor = info(name);
    if (tensor.shape != shape)
      detail::fail<ShapeError>(place(name), "the shape", detail::shape_text(tensor.shape),
                               detail::shape_text(shape));
    if (std::cmp_not_equal(out.size(), tensor.size()))
      detail::fail<ShapeError>(place(name), "the room for it", out.size(), tensor.size());
    detail::decode(place(name), tensor.dtype, bytes(name), out);
  }

 private:
  using Entry = std::pair<const std::string, Info>;

  std::string name_;
  MappedFile file_;
  std::span<const std::byte> data_;
  std::map<std::string, Info, std::less<>> tensors_;
  std::map<std::string, std::string, std::less<>> metadata_;

  [[nodiscard]] std::string place(std::string_view tensor) const {
    return (name_ + ": tensor '").append(tensor).append("'");
  }

  void parse(std::span<const std::byte> bytes) {
    if (bytes.size() < 8)
      detail::fail<FormatError>(name_, "the size", bytes.size(), "8 bytes or more");
    std::uint64_t header = 0;
    std::memcpy(&header, bytes.data(), 8);
    bytes = bytes.subspan(8);
    if (header > max_header || header > bytes.size())
      detail::fail<FormatError>(name_, "the header's length", header,
                                "at most " + std::to_string(std::min(bytes.size(), max_header)));
    data_ = bytes.subspan(header);

    detail::JsonReader json({reinterpret_cast<const char*>(bytes.data()), header},
                            name_ + ": header");
    json.object([&](std::string key) {
      if (key == "__metadata__") {
        json.object([&](std::string name) {
          if (!metadata_.emplace(name, json.string()).second)
            detail::fail<FormatError>(name_, "the metadata '" + name + "'", "there twice", "once");
        });
      } else {
        Info info = parse_info(json, key);
        const std::string where = place(key);
        if (!tensors_.emplace(std::move(key), std::move(info)).second)
          detail::fail<FormatError>(where, "it", "there twice", "once");
      }
    });
    json.end();
    check_offsets();
  }

  [[nodiscard]] Info parse_info(detail::JsonReader& json, const std::string& name) const {
    Info info;
    std::vector<std::string> seen;
    std::vector<std::size_t> offsets;
    json.object([&](std::string key) {
      if (key == "dtype") {
        const std::string dtype = json.string();
        const auto& all = detail::dtype_names;
        const auto found = std::find(all.begin(), all.end(), dtype);
        if (found == all.end())
          detail::fail<FormatError>(place(name), "dtype", dtype,
                                    "F64, F32, F16, BF16, I64 .. U8 or BOOL");
        info.dtype = static_cast<DType>(found - all.begin());
      } else if (key == "shape") {
        json.array([&] { info.shape.push_back(static_cast<Index>(json.integer())); });
      } else if (key == "data_offsets") {
        json.array([&] { offsets.push_back(static_cast<std::size_t>(json.integer())); });
      } else {
        detail::fail<FormatError>(place(name), "a key", key, "dtype, shape or data_offsets");
      }
      seen.push_back(std::move(key));
    });
    std::sort(seen.begin(), seen.end());
    if (seen != std::vector<std::string>{"data_offsets", "dtype", "shape"})
      detail::fail<FormatError>(place(name), "the number of keys", seen.size(),
                                "dtype, shape and data_offsets once each");
    if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > data_.size())
      detail::fail<FormatError>(
          place(name), "the end of data_offsets", offsets.empty() ? std::size_t{0} : offsets.back(),
          "begin and end in order, in " + std::to_string(data_.size()) + " bytes");
    std::size_t elements = 0;
    const bool fits = detail::count_elements(info.shape, size_of(info.dtype), elements);
    if (!fits || elements * size_of(info.dtype) != offsets[1] - offsets[0])
      detail::fail<FormatError>(place(name), "the length of its data", offsets[1] - offsets[0],
                                "that of " + detail::shape_text(info.shape) + " elements of type " +
                                    std::string(to_string(info.dtype)));
    info.begin = offsets[0];
    info.end = offsets[1];
    return info;
  }

  /// The tensors must fill the data from its first byte to its last, without gaps and overlaps.
  void check_offsets() const {
    std::vector<const Entry*> order;
    for (const Entry& entry : tensors_) order.push_back(&entry);
    std::sort(order.begin(), order.end(), [](const Entry* a, const Entry* b) {
      const Info& x = a->second;
      const Info& y = b->second;
      return x.begin < y.begin || (x.begin == y.begin && x.end < y.end);
    });
    std::size_t at = 0;
    for (const Entry* entry : order) {
      const auto& [name, info] = *entry;
      if (info.begin != at)
        detail::fail<FormatError>(place(name), "the start of its data", info.begin, at);
      at = info.end;
    }
    if (at != data_.size())
      detail::fail<FormatError>(name_, "the length of the data", data_.size(), at);
  }
};

/// Collects named arrays and writes them as one safetensors file.
///
/// The elements are not copied: what is added must stay in place until write().
/// Tensors are laid out as the reference implementation does, wider types first, then by name, so
/// equal content gives equal bytes.
///
/// Source: https://github.com/huggingface/safetensors, "Format".
///
///     const std::vector<double> bias{0.5, -2};
///     loyal::SafetensorsWriter writer;
///     writer.add("bias", {2}, bias, loyal::DType::BF16);
///     writer.set_metadata("format", "pt");
///     writer.write("small.safetensors");
///     if (loyal::Safetensors("small.safetensors").read<float>("bias")[1] != -2) return 1;
class SafetensorsWriter {
 public:
  /// Adds an array, stored as T itself or as @p dtype.
  /// @throws DataError if the name is taken, not UTF-8 or "__metadata__"; ShapeError if shape and
  /// number of elements disagree.
  template <Element T>
  void add(std::string name, std::vector<Index> shape, std::span<const T> elements,
           DType dtype = dtype_of<T>()) {
    const std::string where = "SafetensorsWriter: tensor '" + name + "'";
    std::size_t count = 0;
    if (!detail::count_elements(shape, size_of(dtype), count) || count != elements.size())
      detail::fail<ShapeError>(where, "the number of elements", elements.size(),
                               "that of shape " + detail::shape_text(shape));
    if (name == "__metadata__" || !detail::is_utf8(name))
      detail::fail<DataError>(where, "the name", name, "UTF-8 other than __metadata__");
    const bool fresh = tensors_
                           .try_emplace(std::move(name), dtype, std::move(shape), elements.data(),
                                        count, &put_elements<T>)
                           .second;
    if (!fresh) detail::fail<DataError>(where, "it", "there twice", "once");
  }
  template <Element T>
  void add(std::string name, std::vector<Index> shape, const std::vector<T>& elements,
           DType dtype = dtype_of<T>()) {
    add(std::move(name), std::move(shape), std::span<const T>(elements), dtype);
  }
  template <Element T>
  void add(std::string, std::vector<Index>, std::vector<T>&&, DType = dtype_of<T>()) = delete;

  /// Notes a text in the header.
  void set_metadata(const std::string& key, const std::string& value) {
    if (!detail::is_utf8(key) || !detail::is_utf8(value))
      detail::fail<DataError>("SafetensorsWriter", "the metadata '" + key + "'", value, "UTF-8");
    metadata_[key] = value;
  }

  /// Writes the file; a failure leaves an older one untouched.
  /// @throws FormatError if it cannot be written; DataError if a value does not fit its dtype.
  void write(const std::string& path) const {
    std::vector<const Entry*> order;
    for (std::size_t dtype = 0; dtype < detail::dtype_names.size(); ++dtype)
      for (const Entry& entry : tensors_)
        if (entry.second.dtype == static_cast<DType>(dtype)) order.push_back(&entry);
    const std::string header = header_of(order);
    if (header.size() > Safetensors::max_header)
      detail::fail<DataError>(path, "the header's length", header.size(), Safetensors::max_header);
    write_atomically(path, [&](FileWriter& out) {
      const std::uint64_t size = header.size();
      out.write(std::as_bytes(std::span(&size, 1)));
      out.write(header);
      for (const Entry* entry : order)
        entry->second.put(path + ": tensor '" + entry->first + "'", entry->second, out);
    });
  }

 private:
  struct Item {
    DType dtype;
    std::vector<Index> shape;
    const void* elements;
    std::size_t count;
    void (*put)(const std::string& where, const Item& tensor, FileWriter& out);

    Item(DType d, std::vector<Index> s, const void* e, std::size_t n, decltype(put) p)
        : dtype(d), shape(std::move(s)), elements(e), count(n), put(p) {}
  };
  using Entry = std::pair<const std::string, Item>;

  std::map<std::string, Item> tensors_;
  std::map<std::string, std::string, std::less<>> metadata_;

  template <class T>
  static void put_elements(const std::string& where, const Item& tensor, FileWriter& out) {
    detail::encode(where, tensor.dtype,
                   std::span(static_cast<const T*>(tensor.elements), tensor.count),
                   [&](std::span<const std::byte> bytes) { out.write(bytes); });
  }

  [[nodiscard]] std::string header_of(const std::vector<const Entry*>& order) const {
    std::string json = "{";
    if (!metadata_.empty()) {
      std::string members;
      for (const auto& [key, value] : metadata_)
        members += (members.empty() ? "" : ",") + detail::json_quote(key) + ":" +
                   detail::json_quote(value);
      json += "\"__metadata__\":{" + members + "}";
    }
    std::size_t at = 0;
    for (const Entry* entry : order) {
      const auto& [name, tensor] = *entry;
      const std::size_t end = at + tensor.count * size_of(tensor.dtype);
      std::string shape;
      for (const Index axis : tensor.shape)
        shape += (shape.empty() ? "" : ",") + std::to_string(axis);
      if (json.size() > 1) json += ',';
      json += detail::json_quote(name) + ":{\"dtype\":\"" + std::string(to_string(tensor.dtype)) +
              "\",\"shape\":[" + shape + "],\"data_offsets\":[" + std::to_string(at) + "," +
              std::to_string(end) + "]}";
      at = end;
    }
    json += '}';
    json.append((8 - json.size() % 8) % 8,
                ' ');  // so that the elements begin on a multiple of eight
    return json;
  }
};

}  // namespace loyal
