// SPDX-License-Identifier: MIT
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "error.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace loyal {

namespace detail {

/// Throws FormatError "path: cannot open: No such file or directory" from errno.
[[noreturn]] inline void fail_file(const std::string& path, const char* action) {
  const int code = errno;
  throw FormatError(path + ": cannot " + action + ": " + std::generic_category().message(code));
}

/// An open file number that closes itself.
class FileDescriptor {
 public:
  FileDescriptor(const std::string& path, int flags) : number_(::open(path.c_str(), flags)) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int number() const noexcept { return number_; }
  [[nodiscard]] bool is_open() const noexcept { return number_ >= 0; }

 private:
  int number_;
};

}  // namespace detail

/// A file's bytes, read-only, mapped into memory: only the parts that are looked at are read.
///
/// What cannot be mapped (a pipe) is read as a whole. The file must not be shortened by others
/// while it is mapped; files written by write_atomically never are.
///
/// @throws FormatError naming the path if the file cannot be opened or read.
///
/// Source: none, our own.
/// Cost: one system call, whatever the size.
///
///     loyal::write_atomically("bytes.txt", [](loyal::FileWriter& out) { out.write("abc"); });
///     const loyal::MappedFile file("bytes.txt");
///     if (file.bytes().size() != 3 || file.bytes()[0] != std::byte{'a'}) return 1;
class MappedFile {
 public:
  MappedFile() = default;
  explicit MappedFile(const std::string& path) {
    const detail::FileDescriptor file(path, O_RDONLY | O_CLOEXEC);
    struct stat status {};
    if (!file.is_open() || ::fstat(file.number(), &status) != 0) detail::fail_file(path, "open");
    if (S_ISDIR(status.st_mode)) {
      errno = EISDIR;
      detail::fail_file(path, "read");
    }
    if (S_ISREG(status.st_mode) && status.st_size > 0) {
      const auto size = static_cast<std::size_t>(status.st_size);
      void* const start = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.number(), 0);
      if (start != MAP_FAILED) {
        mapping_ = {static_cast<const std::byte*>(start), size};
        return;
      }
    }
    read_all(file.number(), path);
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  MappedFile(MappedFile&& other) noexcept
      : mapping_(std::exchange(other.mapping_, {})), copy_(std::exchange(other.copy_, {})) {}
  MappedFile& operator=(MappedFile&& other) noexcept {
    std::swap(mapping_, other.mapping_);
    std::swap(copy_, other.copy_);
    return *this;
  }
  ~MappedFile() {
    if (!mapping_.empty()) ::munmap(const_cast<std::byte*>(mapping_.data()), mapping_.size());
  }

  /// The whole file; stays where it is when the object is moved.
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept {
    return mapping_.empty() ? std::span<const std::byte>(copy_) : mapping_;
  }
  /// The same as characters.
  [[nodiscard]] std::string_view text() const noexcept {
    return {reinterpret_cast<const char*>(bytes().data()), bytes().size()};
  }

 private:
  std::span<const std::byte> mapping_;
  std::vector<std::byte> copy_;  // of what could not be mapped

  void read_all(int file, const std::string& path) {
    constexpr std::size_t chunk = std::size_t{1} << 16;
    for (std::size_t size = 0;;) {
      copy_.resize(size + chunk);
      const ::ssize_t got = ::read(file, copy_.data() + size, chunk);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) detail::fail_file(path, "read");
      size += static_cast<std::size_t>(got);
      copy_.resize(size);
      if (got == 0) return;
    }
  }
};

/// A file that appears under its name only when complete; write_atomically makes one.
///
/// Bytes go to a temporary file in the same directory. Destroyed before commit(), it takes that
/// file away and leaves the old one as it was.
class FileWriter {
 public:
  /// @throws FormatError if the directory cannot be written or @p path is no regular file.
  explicit FileWriter(const std::string& path) : path_(path) {
    ::mode_t mode = 0;
    if (struct stat old{}; ::stat(path.c_str(), &old) == 0) {
      if (!S_ISREG(old.st_mode))
        detail::fail<FormatError>(path, "the file to write", "a directory or device",
                                  "a regular file");
      mode = old.st_mode & 07777U;
      // Replaces what a symbolic link points to, not the link.
      if (char* const target = ::realpath(path.c_str(), nullptr)) {
        path_ = target;
        ::free(target);
      }
    }
    int file = -1;
    for (int number = 0; file < 0; ++number) {
      temporary_ = path_ + ".tmp" + std::to_string(number);
      file = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      if (file < 0 && (errno != EEXIST || number == 999)) detail::fail_file(path_, "write");
    }
    // A failing chmod leaves the user's own default, which is no reason to refuse the data.
    if (mode != 0 && ::fchmod(file, mode) != 0) errno = 0;
    stream_ = ::fdopen(file, "wb");
    if (stream_ == nullptr) {
      ::close(file);
      ::unlink(temporary_.c_str());
      detail::fail_file(path_, "write");
    }
  }
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;
  ~FileWriter() {
    if (stream_ != nullptr) std::fclose(stream_);
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
  }

  /// Appends bytes. @throws FormatError if the disk is full.
  void write(std::span<const std::byte> bytes) {
    if (bytes.empty()) return;
    if (std::fwrite(bytes.data(), 1, bytes.size(), stream_) != bytes.size())
      detail::fail_file(path_, "write");
  }
  void write(std::string_view text) { write(std::as_bytes(std::span(text))); }

  /// Makes the file durable and gives it its name. @throws FormatError; the old file is then
  /// untouched.
  void commit() {
    if (std::fflush(stream_) != 0 || ::fsync(::fileno(stream_)) != 0)
      detail::fail_file(path_, "write");
    if (std::fclose(std::exchange(stream_, nullptr)) != 0) detail::fail_file(path_, "write");
    if (std::rename(temporary_.c_str(), path_.c_str()) != 0) detail::fail_file(path_, "replace");
    temporary_.clear();
    // The new name itself survives a power failure once the directory is synced; not all file
    // systems can.
    const std::size_t slash = path_.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path_.substr(0, slash + 1);
    const detail::FileDescriptor directory(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory.is_open()) static_cast<void>(::fsync(directory.number()));
  }

 private:
  std::string path_;
  std::string temporary_;
  std::FILE* stream_ = nullptr;
};

/// Writes a file so that a crash or an exception leaves the old file or the new one, never a half.
///
/// @p writer is called with a FileWriter; if it throws, nothing has changed.
/// @throws FormatError naming the path if it cannot be written, and whatever the writer throws.
///
/// Source: none, our own (temporary file, fsync, rename).
///
///     loyal::write_atomically("note.txt", [](loyal::FileWriter& out) { out.write("kept"); });
///     try {
///       loyal::write_atomically("note.txt", [](loyal::FileWriter& out) {
///         out.write("lost");
///         throw loyal::DataError("changed my mind");
///       });
///     } catch (const loyal::DataError&) {
///     }
///     if (loyal::read_text("note.txt") != "kept") return 1;
template <class Writer>
void write_atomically(const std::string& path, Writer&& writer) {
  FileWriter file(path);
  writer(file);
  file.commit();
}

/// Whether a file of this name can be found.
inline bool file_exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

/// The whole file as a string. @throws FormatError naming the path.
inline std::string read_text(const std::string& path) {
  return std::string(MappedFile(path).text());
}

}  // namespace loyal
