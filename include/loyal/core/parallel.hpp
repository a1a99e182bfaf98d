// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

#include "types.hpp"

#ifdef __linux__
#include <sched.h>
#endif

namespace loyal {
namespace detail {

/// Processors that this process may run on; on Linux those it is bound to (taskset, containers), as they were at the
/// first call.
inline int available_processors() {
  static const int count = [] {
#ifdef __linux__
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
#endif
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  }();
  return count;
}

/// One call of parallel_for: chunks that threads take in turn. Lives on the caller's stack.
struct ParallelJob {
  void (*run)(void* body, Index chunk);
  void* body;
  Index chunks;
  int helpers_wanted;  // threads besides the caller
  std::atomic<Index> next{0};
  std::atomic<int> helpers{0};  // changed under the pool's mutex, which guards everything below
  std::exception_ptr error{};
  Index error_chunk = 0;
};

/// Threads that wait for jobs. Several callers may have jobs at once, and a body may call
/// parallel_for itself: each caller works on its own job, so nobody waits for a free thread.
class ThreadPool {
 public:
  static ThreadPool& instance() {
    static ThreadPool pool;
    return pool;
  }

  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  ~ThreadPool() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    wake_.notify_all();
    for (auto& worker : workers_) worker.join();
  }

  void run(ParallelJob& job) {
    {
      const auto lock = lock_soon();
      while (static_cast<int>(workers_.size()) < job.helpers_wanted)
        workers_.emplace_back([this] { work(); });
      jobs_.push_back(&job);
      ++posted_;
    }
    if (job.helpers_wanted == 1)
      wake_.notify_one();
    else
      wake_.notify_all();
    take_chunks(job);
    auto lock = lock_soon();
    std::erase(jobs_, &job);
    if (job.helpers > 0) {
      lock.unlock();
      spin([&] { return job.helpers == 0; });
      lock = lock_soon();
      done_.wait(lock, [&] { return job.helpers == 0; });
    }
    if (job.error) std::rethrow_exception(job.error);
  }

 private:
  ThreadPool() { jobs_.reserve(64); }

  void take_chunks(ParallelJob& job) {
    for (Index chunk = job.next++; chunk < job.chunks; chunk = job.next++) {
      try {
        job.run(job.body, chunk);
      } catch (...) {
        // The first chunk's error is reported, whichever thread was faster.
        const std::lock_guard lock(mutex_);
        if (!job.error || chunk < job.error_chunk) {
          job.error = std::current_exception();
          job.error_chunk = chunk;
        }
        job.next = job.chunks;
      }
    }
  }

  ParallelJob* open_job() {
    for (ParallelJob* job : jobs_)
      if (job->helpers < job->helpers_wanted && job->next < job->chunks) return job;
    return nullptr;
  }

  /// Waits a little without going to sleep: jobs often follow one another, and being woken takes longer than
  /// many of them.
  template <class Ready>
  static bool spin(const Ready& ready) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(50);
    while (!ready()) {
      if (std::chrono::steady_clock::now() > until) return false;
#if defined(__x86_64__) || defined(__i386__)
      for (int i = 0; i < 8; ++i) __builtin_ia32_pause();
#endif
    }
    return true;
  }
  std::unique_lock<std::mutex> lock_soon() {
    if (spin([&] { return mutex_.try_lock(); })) return {mutex_, std::adopt_lock};
    return std::unique_lock(mutex_);
  }

  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      ParallelJob* job = open_job();
      if (job == nullptr && !stop_ && spins()) {
        const std::uint64_t seen = posted_;
        lock.unlock();
        spin([&] { return posted_ != seen; });
        lock = lock_soon();
      }
      wake_.wait(lock, [&] { return stop_ || (job = open_job()) != nullptr; });
      if (stop_) return;
      ++job->helpers;
      lock.unlock();
      take_chunks(*job);
      lock = lock_soon();
      if (--job->helpers == 0) done_.notify_all();
    }
  }

  /// With more threads than cores a waiting one would stand in the way of a working one.
  [[nodiscard]] bool spins() const {
    return static_cast<int>(workers_.size()) < available_processors();
  }

  std::mutex mutex_;
  std::atomic<std::uint64_t> posted_{0};  // jobs so far
  std::condition_variable wake_;
  std::condition_variable done_;
  std::vector<ParallelJob*> jobs_;
  std::vector<std::thread> workers_;
  bool stop_ = false;
};

}  // namespace detail

/// Number of threads a value of `.threads` stands for: itself, or for 0 as many as the process may run on.
inline int resolve_threads(int threads) {
  if (threads > 0) return threads;
  return detail::available_processors();
}

/// How a range is cut into pieces for threads.
struct ParallelOptions {
  int threads = 0;  ///< threads at most, the caller's included; 0: as many as the machine has
  Index grain = 1;  ///< indices in one piece, >= 1; pieces never depend on the number of threads
};

/// Calls body(begin, end) for pieces of `grain` indices that together make 0 .. n - 1.
///
/// Pieces run in any order and at the same time. They are the same for any number of threads, so a
/// body that writes only to its own indices, or to its own piece's sum, gives the same bits for any.
/// An exception of a body reaches the caller once no other body runs. Calls may be nested.
/// Source: none, our own. Cost: some microseconds to wake the threads; allocates nothing once warm.
///
///     std::vector<double> squares(1000);
///     loyal::parallel_for(1000, {.grain = 100}, [&](loyal::Index begin, loyal::Index end) {
///       for (auto i = begin; i < end; ++i) squares[static_cast<std::size_t>(i)] = double(i) * double(i);
///     });
///     if (squares[999] != 998001) return 1;
template <class Body>
void parallel_for(Index n, const ParallelOptions& options, Body&& body) {
  if (n <= 0) return;
  const Index grain = std::clamp<Index>(options.grain, 1, n);
  const Index chunks = (n + grain - 1) / grain;
  const auto piece = [&](Index chunk) { body(chunk * grain, std::min(n, (chunk + 1) * grain)); };
  const Index threads = std::min<Index>(resolve_threads(options.threads), chunks);
  if (threads == 1) {
    for (Index chunk = 0; chunk < chunks; ++chunk) piece(chunk);
    return;
  }
  detail::ParallelJob job{
      .run = [](void* p, Index chunk) { (*static_cast<decltype(&piece)>(p))(chunk); },
      .body = const_cast<void*>(static_cast<const void*>(&piece)),
      .chunks = chunks,
      .helpers_wanted = static_cast<int>(threads) - 1};
  detail::ThreadPool::instance().run(job);
}

/// Folds the results of pieces in the order of the range: the same bits for any number of threads.
///
///   result = combine(... combine(combine(initial, map(piece 0)), map(piece 1)) ...)
///
/// Source: none, our own. Cost: one stored result a piece.
///
///     const double sum = loyal::parallel_reduce(
///         1000, {.grain = 64}, 0.0,
///         [](loyal::Index begin, loyal::Index end) {
///           double part = 0;
///           for (auto i = begin; i < end; ++i) part += 1.0 / double(i + 1);
///           return part;
///         },
///         [](double a, double b) { return a + b; });
///     if (sum < 7.48 || sum > 7.49) return 1;
template <class T, class Map, class Combine>
T parallel_reduce(Index n, const ParallelOptions& options, T initial, Map&& map,
                  Combine&& combine) {
  if (n <= 0) return initial;
  const Index grain = std::clamp<Index>(options.grain, 1, n);
  std::vector<T> parts(static_cast<std::size_t>((n + grain - 1) / grain), initial);
  parallel_for(n, {.threads = options.threads, .grain = grain}, [&](Index begin, Index end) {
    parts[static_cast<std::size_t>(begin / grain)] = map(begin, end);
  });
  T result = std::move(initial);
  for (T& part : parts) result = combine(std::move(result), std::move(part));
  return result;
}

}  // namespace loyal
