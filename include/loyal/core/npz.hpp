// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "error.hpp"
#include "file.hpp"
#include "npy.hpp"
#include "utf8.hpp"

namespace loyal {

namespace detail {

/// CRC-32 of ISO 3309, as zip files use it.
inline std::uint32_t crc32(std::span<const std::byte> bytes) noexcept {
  static constexpr auto table = [] {
    std::array<std::uint32_t, 256> remainders{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t r = i;
      for (int bit = 0; bit < 8; ++bit) r = (r & 1) != 0 ? r >> 1 ^ 0xEDB88320U : r >> 1;
      remainders[i] = r;
    }
    return remainders;
  }();
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const std::byte b : bytes)
    crc = table[(crc ^ std::to_integer<std::uint32_t>(b)) & 0xFFU] ^ crc >> 8;
  return ~crc;
}

/// Takes little-endian numbers and strings from the front of a zip record.
class ZipRecord {
 public:
  ZipRecord(std::span<const std::byte> bytes, const std::string& where)
      : bytes_(bytes), where_(where) {}

  std::span<const std::byte> take(std::size_t count) {
    if (count > bytes_.size())
      fail<FormatError>(where_, "the rest of a zip record", bytes_.size(),
                        std::to_string(count) + " bytes or more");
    const auto front = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return front;
  }
  template <std::unsigned_integral U>
  U number() {
    U value;
    std::memcpy(&value, take(sizeof(U)).data(), sizeof(U));
    return value;
  }
  void expect_signature(std::uint32_t signature) {
    if (number<std::uint32_t>() != signature)
      fail<FormatError>(where_, "a zip record", "damaged", "one that begins with its signature");
  }
  [[nodiscard]] std::span<const std::byte> rest() const noexcept { return bytes_; }

 private:
  std::span<const std::byte> bytes_;
  const std::string& where_;
};

inline constexpr std::uint32_t zip_local = 0x04034B50;
inline constexpr std::uint32_t zip_central = 0x02014B50;
inline constexpr std::uint32_t zip_end = 0x06054B50;

}  // namespace detail

/// Named arrays in an .npz file as numpy.savez writes it: a zip archive of .npy files, not
/// compressed.
///
/// The file stays mapped; an array is read, and its checksum compared, when asked for.
///
/// @throws FormatError for a damaged file; for a compressed one (numpy.savez_compressed) and one of
/// 4 GiB or more (zip64), with the way around it.
///
/// Source: PKWARE, APPNOTE.TXT, .ZIP File Format Specification 6.3, sections 4.3.7, 4.3.12, 4.3.16.
///
///     loyal::NpzWriter writer;
///     writer.add("rates", loyal::Vector<double>{{0.5, 2.0}});
///     writer.write("rates.npz");
///     const loyal::Npz file("rates.npz");
///     if (file.read<loyal::Vector<float>>("rates")[1] != 2) return 1;
class Npz {
 public:
  explicit Npz(const std::string& path) : name_(path), file_(path), bytes_(file_.bytes()) {
    parse();
  }
  /// Reads from memory that outlives this object; @p name stands for the file in messages.
  explicit Npz(std::span<const std::byte> bytes, std::string name = "memory")
      : name_(std::move(name)), bytes_(bytes) {
    parse();
  }

  /// Names of the arrays, in alphabetical order, without ".npy".
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& [name, member] : members_) all.push_back(name);
    return all;
  }
  [[nodiscard]] bool contains(std::string_view name) const { return members_.contains(name); }

  /// One array; the rules of read_npy hold.
  /// @throws FormatError if it is missing or damaged; ShapeError if it has not the number of axes
  /// of A.
  template <NumpyArray A>
  [[nodiscard]] A read(std::string_view name) const {
    const std::string where = (name_ + ": array '").append(name).append("'");
    const auto found = members_.find(name);
    if (found == members_.end())
      detail::fail<FormatError>(where, "it", "missing", "an array of this name");
    const auto bytes = content(found->second, where);
    return detail::npy_array<A>::make(detail::parse_npy(bytes, where), where);
  }

 private:
  struct Member {
    std::size_t offset;  // of the local header
    std::size_t size;
    std::uint32_t crc;
  };
  std::string name_;
  MappedFile file_;
  std::span<const std::byte> bytes_;
  std::map<std::string, Member, std::less<>> members_;

  void parse() {
    using U16 = std::uint16_t;
    using U32 = std::uint32_t;
    detail::ZipRecord end(bytes_.subspan(find_end()), name_);
    end.take(4);
    const U16 disk = end.number<U16>();
    const U16 first_disk = end.number<U16>();
    const U16 here = end.number<U16>();
    const U16 count = end.number<U16>();
    const U32 size = end.number<U32>();
    const U32 offset = end.number<U32>();
    if (count == 0xFFFF || offset == 0xFFFFFFFFU || size == 0xFFFFFFFFU) fail_zip64(name_);
    if (disk != 0 || first_disk != 0 || here != count || offset > bytes_.size() ||
        size > bytes_.size() - offset)
      detail::fail<FormatError>(name_, "the zip directory", "damaged",
                                "one that lies inside the file");

    detail::ZipRecord directory(bytes_.subspan(offset, size), name_);
    for (U16 i = 0; i < count; ++i) {
      directory.expect_signature(detail::zip_central);
      directory.take(4);  // versions
      const U16 flags = directory.number<U16>();
      const U16 method = directory.number<U16>();
      directory.take(4);  // time and date
      const U32 crc = directory.number<U32>();
      const U32 packed = directory.number<U32>();
      const U32 unpacked = directory.number<U32>();
      const U16 name_length = directory.number<U16>();
      const U16 extra = directory.number<U16>();
      const U16 comment = directory.number<U16>();
      directory.take(8);  // disk and attributes
      const U32 local = directory.number<U32>();
      const auto text = directory.take(name_length);
      directory.take(std::size_t{extra} + comment);
      std::string name(reinterpret_cast<const char*>(text.data()), text.size());
      const std::string where = name_ + ": member '" + name + "'";
      if ((flags & 1U) != 0) detail::fail<FormatError>(where, "it", "encrypted", "a plain member");
      if (method != 0)
        detail::fail<FormatError>(
            where, "it", "compressed",
            "a stored member: write with numpy.savez, not numpy.savez_compressed");
      if (packed == 0xFFFFFFFFU || unpacked == 0xFFFFFFFFU || local == 0xFFFFFFFFU)
        fail_zip64(where);
      if (packed != unpacked || packed > bytes_.size())
        detail::fail<FormatError>(where, "the size", packed, "one that lies inside the file");
      if (name.ends_with(".npy")) name.resize(name.size() - 4);
      if (!members_.emplace(std::move(name), Member{local, packed, crc}).second)
        detail::fail<FormatError>(where, "it", "there twice", "once");
    }
  }

  [[noreturn]] static void fail_zip64(const std::string& where) {
    detail::fail<FormatError>(where, "it", "a zip64 archive of 4 GiB or more",
                              "a smaller one: use safetensors or single .npy files");
  }

  /// The last record of a zip file; only a comment of up to 65535 bytes may follow it.
  [[nodiscard]] std::size_t find_end() const {
    constexpr std::size_t record = 22;
    if (bytes_.size() >= record) {
      const std::size_t last = bytes_.size() - record;
      const std::size_t first = last > 0xFFFF ? last - 0xFFFF : 0;
      for (std::size_t at = last + 1; at-- > first;) {
        std::uint32_t signature = 0;
        std::uint16_t comment = 0;
        std::memcpy(&signature, bytes_.data() + at, 4);
        std::memcpy(&comment, bytes_.data() + at + 20, 2);
        if (signature == detail::zip_end && comment == last - at) return at;
      }
    }
    detail::fail<FormatError>(name_, "the end", "missing", "the end of a zip archive");
  }

  [[nodiscard]] std::span<const std::byte> content(const Member& member,
                                                   const std::string& where) const {
    if (member.offset > bytes_.size())
      detail::fail<FormatError>(where, "the offset", member.offset, "one inside the file");
    detail::ZipRecord local(bytes_.subspan(member.offset), where);
    local.expect_signature(detail::zip_local);
    local.take(22);  // all of this stands in the directory too
    const auto name_length = local.number<std::uint16_t>();
    const auto extra = local.number<std::uint16_t>();
    local.take(std::size_t{name_length} + extra);
    const auto bytes = local.take(member.size);
    if (detail::crc32(bytes) != member.crc)
      detail::fail<FormatError>(where, "its checksum", "wrong", "that of undamaged data");
    return bytes;
  }
};

/// Collects named arrays and writes them as one .npz file that numpy.load reads.
///
/// Arrays are copied when added. For models, and for 4 GiB or more, use SafetensorsWriter.
class NpzWriter {
 public:
  /// @throws DataError if the name is empty, taken, not UTF-8 or longer than 60000 bytes.
  template <NumpyArray A>
  void add(const std::string& name, const A& array) {
    const std::string where = "NpzWriter: array '" + name + "'";
    if (name.empty() || name.size() > 60000 || !detail::is_utf8(name))
      detail::fail<DataError>(where, "its name", name, "1 to 60000 bytes of UTF-8");
    if (members_.contains(name)) detail::fail<DataError>(where, "it", "there twice", "once");
    std::string bytes;
    detail::put_npy(where, array, [&](std::span<const std::byte> piece) {
      bytes.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    });
    members_.emplace(name, std::move(bytes));
  }

  /// Writes the file; a failure leaves an older one untouched.
  /// @throws FormatError if it cannot be written; DataError for 4 GiB or more, or 65535 arrays or
  /// more.
  void write(const std::string& path) const {
    using U16 = std::uint16_t;
    using U32 = std::uint32_t;
    std::string directory;
    std::vector<std::string> headers;
    std::uint64_t at = 0;
    for (const auto& [name, bytes] : members_) {
      std::string& local = headers.emplace_back();
      put<U32>(local, detail::zip_local);
      describe(local, name, bytes);
      put<U16>(local, 0);  // no extra field
      local.append(name).append(".npy");

      put<U32>(directory, detail::zip_central);
      put<U16>(directory, 20);  // made by version 2.0
      describe(directory, name, bytes);
      directory.append(12, '\0');  // no extra field, comment, further disk or attributes
      put<U32>(directory, at);
      directory.append(name).append(".npy");
      at += local.size() + bytes.size();
    }
    if (at + directory.size() >= 0xFFFFFFFFU || members_.size() >= 0xFFFF)
      detail::fail<DataError>(path, "the size", at,
                              "below 4 GiB and 65535 arrays; use safetensors");
    const std::size_t directory_size = directory.size();
    put<U32>(directory, detail::zip_end);
    put<U32>(directory, 0);  // this disk is the only one
    put<U16>(directory, members_.size());
    put<U16>(directory, members_.size());
    put<U32>(directory, directory_size);
    put<U32>(directory, at);
    put<U16>(directory, 0);  // no comment

    write_atomically(path, [&](FileWriter& out) {
      std::size_t i = 0;
      for (const auto& [name, bytes] : members_) {
        out.write(headers[i++]);
        out.write(bytes);
      }
      out.write(directory);
    });
  }

 private:
  std::map<std::string, std::string, std::less<>> members_;  // .npy bytes by name

  /// Appends a little-endian number of type U; callers have checked that it fits.
  template <std::unsigned_integral U>
  static void put(std::string& record, std::uint64_t value) {
    const auto number = static_cast<U>(value);
    record.append(reinterpret_cast<const char*>(&number), sizeof number);
  }
  /// What the local header and the directory say alike: from the version to the length of the name.
  static void describe(std::string& record, const std::string& name, const std::string& bytes) {
    put<std::uint16_t>(record, 20);            // needs version 2.0
    put<std::uint16_t>(record, 1U << 11);      // the name is UTF-8
    put<std::uint32_t>(record, 0);             // stored, at midnight
    put<std::uint16_t>(record, 1U << 5 | 1U);  // on 1980-01-01: equal content gives equal bytes
    put<std::uint32_t>(record, detail::crc32(std::as_bytes(std::span(bytes))));
    put<std::uint32_t>(record, bytes.size());
    put<std::uint32_t>(record, bytes.size());
    put<std::uint16_t>(record, name.size() + 4);
  }
};

}  // namespace loyal
