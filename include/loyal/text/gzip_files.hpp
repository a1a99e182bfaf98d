// SPDX-License-Identifier: MIT
#pragma once

// Not part of loyal.hpp: it needs zlib. Link loyal::gzip (find_package(loyal COMPONENTS gzip)) or -lz.

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/file.hpp"
#include "corpus.hpp"
#include "text_source.hpp"

#include <zlib.h>

namespace loyal {

/// Files compressed by gzip, read one after the other as TextFiles are; files that are not compressed are read as
/// they are.
/// @throws FormatError naming the file if it cannot be opened or read, is damaged or cut off.
/// Source: zlib. Cost: that of unpacking.
class GzipFiles {
 public:
  /// @p paths are files or folders; hidden files in folders are left out.
  explicit GzipFiles(const std::vector<std::string>& paths) {
    for (const auto& path : paths) detail::list_files(path, files_);
    if (files_.empty())
      detail::fail<DataError>("GzipFiles", "the number of files", 0, "one or more");
  }

  void rewind() {
    next_ = 0;
    file_.reset();
  }

  bool open_next() {
    file_.reset();
    if (next_ == files_.size()) return false;
    file_.reset(::gzopen(files_[next_].c_str(), "rb"));
    if (!file_) detail::fail_file(files_[next_], "open");
    ::gzbuffer(file_.get(), 1U << 17);
    ++next_;
    return true;
  }

  [[nodiscard]] std::size_t read(std::span<char> room) {
    if (!file_ || room.empty()) return 0;
    constexpr std::size_t most = std::size_t{1} << 30;
    const int got =
        ::gzread(file_.get(), room.data(), static_cast<unsigned>(std::min(room.size(), most)));
    int error = Z_OK;
    const char* const message = ::gzerror(file_.get(), &error);
    if (got < 0 || (got == 0 && error != Z_OK && error != Z_STREAM_END))
      detail::fail<FormatError>(name(), "the file", error == Z_BUF_ERROR ? "cut off" : message,
                                "a whole gzip file");
    return static_cast<std::size_t>(got);
  }

  /// The path of the file that is read. @throws DataError before open_next().
  [[nodiscard]] const std::string& name() const {
    if (next_ == 0) detail::fail<DataError>("GzipFiles", "the file", "none", "one that is open");
    return files_[next_ - 1];
  }

 private:
  struct Close {
    void operator()(gzFile_s* file) const { ::gzclose(file); }
  };
  std::vector<std::string> files_;
  std::unique_ptr<gzFile_s, Close> file_;
  std::size_t next_ = 0;
};
static_assert(TextSource<GzipFiles>);

/// read_corpus() for files compressed by gzip.
template <Tokenizer Words = WhitespaceTokenizer>
[[nodiscard]] TextCorpus<GzipFiles, Words> read_gzip_corpus(const std::vector<std::string>& paths,
                                                            Words tokenizer = {},
                                                            const CorpusOptions& options = {}) {
  return {GzipFiles(paths), std::move(tokenizer), options};
}

}  // namespace loyal
