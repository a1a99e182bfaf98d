// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cerrno>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/file.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace loyal {

/// Texts one after the other, each read from its beginning: TextFiles, MemoryTexts, or a user's own.
///
///   rewind()     goes back before the first text
///   open_next()  goes to the next text; false after the last
///   read(room)   fills room with the text's next bytes and returns how many; 0 at its end
///   name()       stands for the text in messages
template <class S>
concept TextSource = requires(S& source, std::span<char> room) {
  source.rewind();
  { source.open_next() } -> std::same_as<bool>;
  { source.read(room) } -> std::same_as<std::size_t>;
  { source.name() } -> std::convertible_to<std::string>;
};

namespace detail {

/// The files that @p paths stand for: themselves, and for a folder all files in it and in its folders, in
/// order of their names; names that begin with a dot are left out.
inline void list_files(const std::string& path, std::vector<std::string>& files, int depth = 0) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) fail_file(path, "open");
  if (!S_ISDIR(status.st_mode)) {
    files.push_back(path);
    return;
  }
  constexpr int deepest = 64;  // a link may lead back to its own folder
  if (depth > deepest) fail<FormatError>(path, "the depth of folders", depth, "at most 64");
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()),
                                                   [](DIR* open) { return ::closedir(open); });
  if (!folder) fail_file(path, "open");
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(folder.get()))
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
  std::sort(names.begin(), names.end());
  for (const auto& name : names) list_files(concatenate(path, "/", name), files, depth + 1);
}

}  // namespace detail

/// Files read one after the other, or all files of a folder in the order of their names.
///
/// Only what was asked for last is in memory. Files are opened anew after rewind().
/// @throws FormatError naming the file if it cannot be opened or read, or ends before the length it had when
/// it was opened first.
/// Source: none, our own. Cost: one system call a read().
///
///     loyal::write_atomically("one.txt", [](loyal::FileWriter& out) { out.write("some text"); });
///     loyal::TextFiles files({"one.txt"});
///     std::vector<char> room(4);
///     if (!files.open_next() || files.read(room) != 4 || room[0] != 's') return 1;
class TextFiles {
 public:
  /// @p paths are files or folders; hidden files in folders are left out.
  explicit TextFiles(const std::vector<std::string>& paths) {
    for (const auto& path : paths) detail::list_files(path, files_);
    if (files_.empty())
      detail::fail<DataError>("TextFiles", "the number of files", 0, "one or more");
    sizes_.assign(files_.size(), 0);
  }

  void rewind() {
    next_ = 0;
    file_.reset();
  }

  bool open_next() {
    file_.reset();
    if (next_ == files_.size()) return false;
    const std::string& path = files_[next_];
    file_ = std::make_unique<detail::FileDescriptor>(path, O_RDONLY | O_CLOEXEC);
    struct stat status {};
    if (!file_->is_open() || ::fstat(file_->number(), &status) != 0)
      detail::fail_file(path, "open");
    const std::size_t size = S_ISREG(status.st_mode) ? static_cast<std::size_t>(status.st_size) : 0;
    sizes_[next_] = std::max(sizes_[next_], size);
    read_ = 0;
    ++next_;
    return true;
  }

  [[nodiscard]] std::size_t read(std::span<char> room) {
    if (!file_ || room.empty()) return 0;
    while (true) {
      const ::ssize_t got = ::read(file_->number(), room.data(), room.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) detail::fail_file(name(), "read");
      read_ += static_cast<std::size_t>(got);
      if (got == 0 && read_ < sizes_[next_ - 1])
        detail::fail<FormatError>(name(), "the length", read_,
                                  detail::concatenate(sizes_[next_ - 1], " as when it was opened"));
      return static_cast<std::size_t>(got);
    }
  }

  /// The path of the file that is read. @throws DataError before open_next().
  [[nodiscard]] const std::string& name() const {
    if (next_ == 0) detail::fail<DataError>("TextFiles", "the file", "none", "one that is open");
    return files_[next_ - 1];
  }

  /// All files, in the order in which they are read.
  [[nodiscard]] const std::vector<std::string>& files() const noexcept { return files_; }

 private:
  std::vector<std::string> files_;
  std::vector<std::size_t>
      sizes_;  // the largest seen, so that a file that shrinks between passes is noticed
  std::unique_ptr<detail::FileDescriptor> file_;
  std::size_t next_ = 0;
  std::size_t read_ = 0;
};
static_assert(TextSource<TextFiles>);

/// Texts in memory, read as if each were a file.
///
///     loyal::MemoryTexts texts({"one text", "another"});
///     if (!texts.open_next() || texts.name() != "text 0") return 1;
class MemoryTexts {
 public:
  explicit MemoryTexts(std::vector<std::string> texts) : texts_(std::move(texts)) {}

  void rewind() {
    next_ = 0;
    left_ = {};
  }

  bool open_next() {
    left_ = {};
    if (next_ == texts_.size()) return false;
    left_ = texts_[next_++];
    return true;
  }

  [[nodiscard]] std::size_t read(std::span<char> room) {
    const std::size_t size = std::min(room.size(), left_.size());
    if (size > 0) std::memcpy(room.data(), left_.data(), size);
    left_.remove_prefix(size);
    return size;
  }

  [[nodiscard]] std::string name() const {
    return next_ == 0 ? "text" : "text " + std::to_string(next_ - 1);
  }

 private:
  std::vector<std::string> texts_;
  std::string_view left_;
  std::size_t next_ = 0;
};
static_assert(TextSource<MemoryTexts>);

}  // namespace loyal
