// SPDX-License-Identifier: MIT
// Our side of `run.sh behavior`: retention by monthly cohort and RFM of 5 million events of 300,000 users.
//
// Prints "case microseconds checks...": the cohort table's sums and corners, and the sums of the RFM columns. The
// events are in an EventLog, and the time includes before(), which groups them by user.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include <loyal/behavior/cohort.hpp>
#include <loyal/behavior/rfm.hpp>
#include <loyal/data/event_log.hpp>

namespace {

constexpr std::uint64_t users = 300'000;
constexpr std::uint64_t events = 5'000'000;
constexpr loyal::Time start = 1'640'995'200;  // 2022-01-01
constexpr loyal::Time length = 730 * loyal::day;

/// The k-th number of event or user i: the same in any language with integers of 64 bits.
std::uint64_t number(std::uint64_t i, std::uint64_t k) {
  std::uint64_t z = (i * 8 + k) * 0x9e3779b97f4a7c15U;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

/// Users join during the first 600 days; their events grow rarer.
loyal::EventLog make_log() {
  loyal::EventLog log;
  for (const char* kind : {"purchase", "visit", "lesson", "post", "answer"}) log.kinds().add(kind);
  for (std::uint64_t u = 0; u < users; ++u) log.users().add("u" + std::to_string(u));
  for (std::uint64_t i = 0; i < events; ++i) {
    const std::uint64_t user = number(i, 0) % users;
    const std::uint64_t joined = number(user, 7) % (600 * 86'400);
    const std::uint64_t r = number(i, 1) >> 48;
    const std::uint64_t age = ((length - joined) * r >> 16) * r >> 16;
    const std::uint64_t kind = number(i, 2) % 5;
    log.add({.user = static_cast<std::int32_t>(user),
             .kind = static_cast<std::int32_t>(kind),
             .time = start + static_cast<loyal::Time>(joined + age),
             .amount = kind == 0 ? static_cast<double>(number(i, 3) % 20'000) / 100 : 0.0});
  }
  log.sort();
  return log;
}

}  // namespace

int main() {
  const loyal::EventLog log = make_log();
  const loyal::Time cutoff = log.last_time() + 1;
  std::vector<double> times;
  std::vector<double> parts[3];
  std::vector<double> checks;
  const auto clock = [] { return std::chrono::steady_clock::now(); };
  for (int round = 0; round < 5; ++round) {
    const auto t0 = clock();
    const auto known = log.before(cutoff);
    const auto t1 = clock();
    const auto table = loyal::cohort_table(known, {.periods = 23});
    const auto t2 = clock();
    const auto rfm = loyal::rfm<double>(known, {.kinds = {"purchase"}});
    const auto t3 = clock();
    const auto us = [](auto from, auto to) {
      return std::chrono::duration<double, std::micro>(to - from).count();
    };
    times.push_back(us(t0, t3));
    parts[0].push_back(us(t0, t1));
    parts[1].push_back(us(t1, t2));
    parts[2].push_back(us(t2, t3));
    double retained = 0;
    for (loyal::Index i = 0; i < table.retained.size(); ++i)
      if (table.retained.data()[i] > 0) retained += table.retained.data()[i];
    checks = {static_cast<double>(table.size.size()),
              table.size.sum(),
              retained,
              table.retained(0, 1),
              table.retained(0, 20),
              table.retained(5, 3),
              table.retained(18, 2),
              static_cast<double>(rfm.users.size())};
    for (loyal::Index c = 0; c < 4; ++c) checks.push_back(rfm.values.col(c).sum());
  }
  const auto median = [](std::vector<double> x) {
    std::sort(x.begin(), x.end());
    return x[x.size() / 2];
  };
  std::printf("retention/cohort_rfm_5m %.1f", median(times));
  for (const double check : checks) std::printf(" %.8f", check);
  std::printf("\n");
  std::fprintf(stderr, "before %.0f us, cohort_table %.0f us, rfm %.0f us\n", median(parts[0]),
               median(parts[1]), median(parts[2]));
}
