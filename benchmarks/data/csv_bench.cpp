// SPDX-License-Identifier: MIT
// Reading 5 million events: lines alone, and into a sorted event log.
#include <array>
#include <benchmark/benchmark.h>
#include <cstdio>
#include <string>

#include <loyal/core/file.hpp>
#include <loyal/core/random.hpp>
#include <loyal/data/event_csv.hpp>

namespace {

constexpr int events = 5'000'000;
constexpr int users = 300'000;
constexpr int items = 2'000;

/// A file of random events over three years, in no order; removed at the end of the program.
class EventFile {
 public:
  EventFile() {
    constexpr std::array kinds{"visit", "lesson", "purchase", "post", "renewal"};
    loyal::Rng rng{1};
    const loyal::TimeFormat format;
    loyal::write_atomically(path(), [&](loyal::FileWriter& out) {
      std::string row = "user,time,kind,item,amount\n";
      for (int i = 0; i < events; ++i) {
        const auto kind = rng.below(kinds.size());
        row += "u" + std::to_string(100'000 + rng.below(users)) + ",";
        row += format.format(1'600'000'000 + static_cast<loyal::Time>(rng.below(3 * 365 * 86400)));
        row.append(",").append(kinds[kind]).append(",course");
        row += std::to_string(rng.below(items)) + ",";
        row += kind == 2 ? std::to_string(rng.below(200)) + ".99\n" : "0.00\n";
        if (row.size() > 1 << 16) {
          out.write(row);
          row.clear();
        }
      }
      out.write(row);
    });
  }
  EventFile(const EventFile&) = delete;
  EventFile& operator=(const EventFile&) = delete;
  ~EventFile() { std::remove(path().c_str()); }

  [[nodiscard]] std::string path() const { return "loyal_csv_bench.csv"; }
};

const std::string& event_file() {
  static const EventFile file;
  static const std::string path = file.path();
  return path;
}

void csv_rows(benchmark::State& state) {
  const std::string& path = event_file();
  const auto size = static_cast<std::int64_t>(loyal::MappedFile{path}.bytes().size());
  for (auto _ : state) {
    loyal::CsvReader csv{path};
    std::size_t fields = 0;
    while (csv.next()) fields += csv.fields().size();
    benchmark::DoNotOptimize(fields);
  }
  state.SetBytesProcessed(state.iterations() * size);
  state.SetItemsProcessed(state.iterations() * events);
}
BENCHMARK(csv_rows)->Unit(benchmark::kMillisecond);

void csv_event_log(benchmark::State& state) {
  const std::string& path = event_file();
  for (auto _ : state) {
    const auto log = loyal::read_event_log(path, loyal::written_event_columns());
    benchmark::DoNotOptimize(log.size());
  }
  state.SetItemsProcessed(state.iterations() * events);
}
BENCHMARK(csv_event_log)->Unit(benchmark::kMillisecond);

void observed_half(benchmark::State& state) {
  const auto log = loyal::read_event_log(event_file(), loyal::written_event_columns());
  const auto cutoff = (log.first_time() + log.last_time()) / 2;
  for (auto _ : state) {
    const auto known = log.before(cutoff);
    benchmark::DoNotOptimize(known.events().size());
  }
}
BENCHMARK(observed_half)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
