// SPDX-License-Identifier: MIT
// Any bytes are read as CSV, table and event log, or refused by a loyal::Error; and what was read
// comes back the same when it is written and read again. The first byte chooses the options.
//
//   clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -Iinclude
//     -isystem /usr/include/eigen3 fuzz/csv_fuzz.cpp -o csv_fuzz
//   mkdir -p corpus && ./csv_fuzz -max_total_time=60 -max_len=400 corpus
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include <loyal/data/csv.hpp>
#include <loyal/data/csv_write.hpp>
#include <loyal/data/event_csv.hpp>
#include <loyal/data/table.hpp>

#include "seeds.hpp"

namespace {

using Rows = std::vector<std::vector<std::string>>;

Rows rows_of(std::string_view text, const loyal::CsvOptions& options) {
  auto csv = loyal::CsvReader::of_text(text, options);
  Rows rows;
  while (csv.next()) {
    if (csv.fields().size() != csv.columns().size()) std::abort();
    rows.emplace_back(csv.fields().begin(), csv.fields().end());
  }
  return rows;
}

template <class F>
void may_refuse(F&& read) {
  try {
    read();
  } catch (const loyal::Error& error) {
    if (std::string(error.what()).empty()) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  const std::string events =
      "user,time,kind,item,amount\nanna,2024-01-03,visit,\"a \"\"b\"\"\",9.5\r\n"
      "ben,2024-01-01T10:00:00+01:00,\"buy\nnow\",NA,\r\n";
  loyal::fuzz::add_seeds(*argc, *argv,
                         {"\x02" + events, "\x0a" + events + "bad\n\"bad",
                          "\x01 00001 19970101 1 11.77\n\t00002 19970112 1 12.00\n",
                          "\x16\xef\xbb\xbf# comment\na;b\n1;x\n\n;\n"});
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const unsigned choice = data[0];
  // In memory of exactly its size, so that a sanitizer sees a read past the end.
  const std::vector<char> bytes(data + 1, data + size);
  const std::string_view text{bytes.data(), bytes.size()};

  loyal::CsvOptions options;
  options.blanks = (choice & 1) != 0;
  options.header = (choice & 2) != 0;
  options.comment = (choice & 4) != 0 ? '#' : '\0';
  options.bad_rows = (choice & 8) != 0 ? loyal::BadRows::skip : loyal::BadRows::fail;
  if ((choice & 16) != 0) options.delimiter = ';';
  options.keep_problems = 3;

  may_refuse([&] {
    loyal::CsvOptions bare = options;
    bare.header = false;
    bare.bad_rows = loyal::BadRows::skip;
    const Rows rows = rows_of(text, bare);
    std::string written;
    for (const auto& row : rows) {
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (i > 0) written += bare.blanks ? ' ' : bare.delimiter;
        loyal::append_csv_field(written, row[i], bare);
      }
      written += '\n';
    }
    if (rows_of(written, bare) != rows) std::abort();
  });
  may_refuse([&] { static_cast<void>(rows_of(text, options)); });
  may_refuse([&] { static_cast<void>(loyal::parse_table(text, {.csv = options})); });
  may_refuse([&] {
    const auto log = loyal::parse_event_log(
        text, {.user = "0", .time = "1", .kind = "2", .item = "3", .amount = "4", .csv = options});
    static_cast<void>(log.before(log.last_time() + 1));
  });
  constexpr const char* formats[] = {"iso", "unix", "unix_ms", "%d/%b/%y %I:%M %p",
                                     "%Y%m%d%H%M%S%f%z"};
  static_cast<void>(loyal::TimeFormat{formats[choice % 5]}.parse(text));
  return 0;
}
