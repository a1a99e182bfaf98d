// SPDX-License-Identifier: MIT
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <loyal/core/file.hpp>

#include "../support/catch.hpp"
#include "../support/temporary_directory.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using loyal::FileWriter;
using loyal::FormatError;
using loyal::MappedFile;

TEST_CASE("A written file is read back, empty, small and large", "[core][file]") {
  const loyal::testing::TemporaryDirectory directory;
  for (const std::size_t size : std::vector<std::size_t>{0, 1, 4095, 4096, 4097, 3'000'000}) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 2654435761U >> 13);
    const std::string path = directory / "f";
    loyal::write_atomically(path, [&](FileWriter& out) {
      for (std::size_t i = 0; i < size; i += 1000)
        out.write(std::string_view(text).substr(i, 1000));
    });
    CHECK((loyal::read_text(path) == text));
    CHECK(MappedFile(path).bytes().size() == size);
    CHECK(directory.count() == 1);
  }
}

TEST_CASE("A mapping moves and keeps its address", "[core][file]") {
  const loyal::testing::TemporaryDirectory directory;
  loyal::write_atomically(directory / "a", [](FileWriter& out) { out.write("first"); });
  loyal::write_atomically(directory / "b", [](FileWriter& out) { out.write("second"); });
  MappedFile a(directory / "a");
  const auto* const address = a.bytes().data();
  MappedFile b = std::move(a);
  CHECK(b.bytes().data() == address);
  CHECK(b.text() == "first");
  b = MappedFile(directory / "b");
  CHECK(b.text() == "second");
  CHECK(MappedFile().bytes().empty());
}

TEST_CASE("An old mapping still sees the old content after a replacement", "[core][file]") {
  const loyal::testing::TemporaryDirectory directory;
  const std::string path = directory / "f";
  loyal::write_atomically(path, [](FileWriter& out) { out.write(std::string(100000, 'x')); });
  const MappedFile old(path);
  loyal::write_atomically(path, [](FileWriter& out) { out.write("short"); });
  CHECK((old.text() == std::string(100000, 'x')));
  CHECK(loyal::read_text(path) == "short");
}

TEST_CASE("A pipe and a file without a size are read as a whole", "[core][file]") {
  const loyal::testing::TemporaryDirectory directory;
  const std::string path = directory / "pipe";
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  const std::string text(200000, 'p');
  std::thread writer([&] {
    std::FILE* const pipe = std::fopen(path.c_str(), "wb");
    std::fwrite(text.data(), 1, text.size(), pipe);
    std::fclose(pipe);
  });
  const MappedFile file(path);
  writer.join();
  CHECK((file.text() == text));
  if (std::filesystem::exists("/proc/self/cmdline"))
    CHECK_FALSE(loyal::read_text("/proc/self/cmdline").empty());
}

TEST_CASE("Errors name the path and the system's reason", "[core][file]") {
  const loyal::testing::TemporaryDirectory directory;
  const std::string missing = directory / "missing";
  CHECK_THROWS_AS(MappedFile(missing), FormatError);
  CHECK_THROWS_WITH(loyal::read_text(missing),
                    ContainsSubstring(missing + ": cannot open: No such file"));
  CHECK_THROWS_WITH(MappedFile(directory.path()), ContainsSubstring("Is a directory"));
  const auto nothing = [](FileWriter&) {};
  CHECK_THROWS_WITH(loyal::write_atomically(missing + "/x", nothing),
                    ContainsSubstring("cannot write: No such file"));
  CHECK_THROWS_WITH(loyal::write_atomically(directory.path(), nothing),
                    ContainsSubstring("expected a regular file"));
  CHECK_THROWS_WITH(loyal::write_atomically("/dev/null", nothing),
                    ContainsSubstring("expected a regular file"));
  CHECK(directory.count() == 0);
}

TEST_CASE("A failing write keeps the old file and leaves nothing behind", "[core][file]") {
  const loyal::testing::TemporaryDirectory directory;
  const std::string path = directory / "f";
  const auto fail = [](FileWriter& out) {
    out.write(std::string(100000, 'n'));
    throw std::runtime_error("stop");
  };
  CHECK_THROWS_AS(loyal::write_atomically(path, fail), std::runtime_error);
  CHECK(directory.count() == 0);
  loyal::write_atomically(path, [](FileWriter& out) { out.write("old"); });
  CHECK_THROWS_AS(loyal::write_atomically(path, fail), std::runtime_error);
  CHECK(loyal::read_text(path) == "old");
  CHECK(directory.count() == 1);
}

TEST_CASE("A full disk is reported and keeps the old file", "[core][file]") {
  const loyal::testing::TemporaryDirectory directory;
  const std::string path = directory / "f";
  loyal::write_atomically(path, [](FileWriter& out) { out.write("old"); });
  // A limit on the size of files stands for the full disk.
  ::rlimit limit{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &limit) == 0);
  ::rlimit small = limit;
  small.rlim_cur = 10000;
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  for (const std::size_t size :
       std::vector<std::size_t>{10001, 1'000'000}) {  // fails in the last flush, or while writing
    std::string message;
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    try {
      loyal::write_atomically(path, [&](FileWriter& out) { out.write(std::string(size, 'n')); });
    } catch (const FormatError& error) {
      message = error.what();
    }
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
    CHECK_THAT(message, ContainsSubstring("f: cannot write: File too large"));
    CHECK(loyal::read_text(path) == "old");
    CHECK(directory.count() == 1);
  }
  std::signal(SIGXFSZ, handler);
}

TEST_CASE("What cannot be replaced is reported", "[core][file]") {
  const loyal::testing::TemporaryDirectory directory;
  const std::string path = directory / "f";
  FileWriter file(path);
  file.write("new");
  std::filesystem::create_directory(path);
  CHECK_THROWS_WITH(file.commit(), ContainsSubstring("cannot replace"));
}

TEST_CASE("Permissions and symbolic links of the old file survive", "[core][file]") {
  const loyal::testing::TemporaryDirectory directory;
  const std::string path = directory / "f";
  const std::string link = directory / "link";
  loyal::write_atomically(path, [](FileWriter& out) { out.write("old"); });
  REQUIRE(::chmod(path.c_str(), 0640) == 0);
  REQUIRE(::symlink("f", link.c_str()) == 0);
  loyal::write_atomically(link, [](FileWriter& out) { out.write("new"); });
  CHECK(loyal::read_text(path) == "new");
  CHECK(std::filesystem::is_symlink(link));
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 07777U) == 0640U);
}

TEST_CASE("Writers of the same file do not mix", "[core][file]") {
  const loyal::testing::TemporaryDirectory directory;
  const std::string path = directory / "f";
  std::vector<std::thread> threads;
  for (char c = 'a'; c < 'e'; ++c)
    threads.emplace_back([&path, c] {
      for (int i = 0; i < 5; ++i)
        loyal::write_atomically(path, [c](FileWriter& out) {
          for (int k = 0; k < 50; ++k) out.write(std::string(1000, c));
        });
    });
  for (auto& thread : threads) thread.join();
  const std::string text = loyal::read_text(path);
  REQUIRE(text.size() == 50000);
  CHECK((text == std::string(50000, text[0])));
  CHECK(directory.count() == 1);
}
