// SPDX-License-Identifier: MIT
#include <atomic>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

#include <loyal/core/parallel.hpp>

#include "../support/catch.hpp"

using loyal::Index;

TEST_CASE("parallel_for visits every index once, whatever threads and grain", "[core][parallel]") {
  for (const Index n : {0, 1, 2, 7, 100, 1001})
    for (const int threads : {0, 1, 2, 3, 8})
      for (const Index grain : {1, 3, 64, 5000}) {
        std::vector<std::atomic<int>> visits(static_cast<std::size_t>(n));
        loyal::parallel_for(n, {.threads = threads, .grain = grain}, [&](Index begin, Index end) {
          for (Index i = begin; i < end; ++i) ++visits[static_cast<std::size_t>(i)];
        });
        for (const auto& v : visits) REQUIRE(v == 1);
      }
}

TEST_CASE("pieces do not depend on the number of threads", "[core][parallel]") {
  for (const int threads : {1, 2, 5}) {
    std::vector<Index> ends(10, -1);
    loyal::parallel_for(95, {.threads = threads, .grain = 10}, [&](Index begin, Index end) {
      ends[static_cast<std::size_t>(begin / 10)] = end;
    });
    CHECK(ends == std::vector<Index>{10, 20, 30, 40, 50, 60, 70, 80, 90, 95});
  }
}

TEST_CASE("parallel_reduce gives the same bits for any number of threads", "[core][parallel]") {
  const auto sum = [](int threads) {
    return loyal::parallel_reduce(
        100000, {.threads = threads, .grain = 777}, 0.0,
        [](Index begin, Index end) {
          double part = 0;
          for (Index i = begin; i < end; ++i)
            part += std::sin(static_cast<double>(i)) / static_cast<double>(i + 1);
          return part;
        },
        [](double a, double b) { return a + b; });
  };
  const double one = sum(1);
  for (int threads = 2; threads <= 8; ++threads) CHECK(sum(threads) == one);
  CHECK(loyal::parallel_reduce(
            0, {}, 5, [](Index, Index) { return 1; }, [](int a, int b) { return a + b; }) == 5);
}

TEST_CASE("results are folded in order", "[core][parallel]") {
  const auto text = loyal::parallel_reduce(
      26, {.threads = 4, .grain = 2}, std::string(),
      [](Index begin, Index end) {
        std::string part;
        for (Index i = begin; i < end; ++i) part += static_cast<char>('a' + i);
        return part;
      },
      [](std::string a, const std::string& b) { return std::move(a) + b; });
  CHECK(text == "abcdefghijklmnopqrstuvwxyz");
}

TEST_CASE("an exception reaches the caller, and the pool goes on", "[core][parallel]") {
  for (int round = 0; round < 50; ++round) {
    std::atomic<int> running{0};
    const auto fail = [&] {
      loyal::parallel_for(64, {.threads = 4}, [&](Index begin, Index) {
        ++running;
        if (begin % 8 == 3) {
          --running;
          throw std::runtime_error("piece " + std::to_string(begin));
        }
        --running;
      });
    };
    CHECK_THROWS_AS(fail(), std::runtime_error);
    CHECK(running == 0);  // nobody still works on what is gone
  }
  CHECK_THROWS_WITH(loyal::parallel_for(4, {.threads = 1},
                                        [](Index i, Index) {
                                          if (i == 2) throw std::runtime_error("two");
                                        }),
                    "two");
}

TEST_CASE("calls may be nested and come from several threads", "[core][parallel]") {
  std::atomic<Index> sum{0};
  const auto work = [&] {
    loyal::parallel_for(8, {.threads = 3}, [&](Index begin, Index) {
      loyal::parallel_for(100, {.threads = 2, .grain = 10},
                          [&](Index from, Index to) { sum += (to - from) * (begin + 1); });
    });
  };
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i)
    callers.emplace_back([&] {
      for (int k = 0; k < 20; ++k) work();
    });
  for (auto& caller : callers) caller.join();
  CHECK(sum == 4 * 20 * 3600);
}

TEST_CASE("a piece may be as large as an Index, or nonsense", "[core][parallel]") {
  for (const Index grain : {std::numeric_limits<Index>::max(), Index{0}, Index{-5}}) {
    std::atomic<Index> sum{0};
    loyal::parallel_for(10, {.threads = 2, .grain = grain},
                        [&](Index begin, Index end) { sum += end - begin; });
    CHECK(sum == 10);
    CHECK(loyal::parallel_reduce(
              10, {.grain = grain}, Index{0}, [](Index begin, Index end) { return end - begin; },
              [](Index a, Index b) { return a + b; }) == 10);
  }
  bool called = false;
  loyal::parallel_for(-3, {}, [&](Index, Index) { called = true; });
  CHECK(!called);
}

TEST_CASE("of several errors the first piece's is reported", "[core][parallel]") {
  // All pieces are running before any fails.
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> waiting{0};
    const auto fail = [&] {
      loyal::parallel_for(3, {.threads = 3}, [&](Index i, Index) {
        ++waiting;
        while (waiting < 3) std::this_thread::yield();
        throw std::runtime_error("piece " + std::to_string(i));
      });
    };
    CHECK_THROWS_WITH(fail(), "piece 0");
  }
}

TEST_CASE("0 threads stands for as many as there are", "[core][parallel]") {
  CHECK(loyal::resolve_threads(3) == 3);
  CHECK(loyal::resolve_threads(0) >= 1);
#ifdef __linux__
  cpu_set_t bound;
  REQUIRE(sched_getaffinity(0, sizeof bound, &bound) == 0);
  CHECK(loyal::resolve_threads(0) ==
        CPU_COUNT(&bound));  // run under taskset, this is less than the machine has
#endif
}
