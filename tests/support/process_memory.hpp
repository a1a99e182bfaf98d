// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <fstream>

#include <sys/resource.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define LOYAL_TEST_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define LOYAL_TEST_SANITIZED 1
#endif
#endif

namespace loyal::testing {

/// Bytes of memory that this process uses, and of address space that it holds; 0 where the system does not tell.
struct ProcessMemory {
  std::size_t resident = 0;
  std::size_t addresses = 0;

  [[nodiscard]] static ProcessMemory now() {
    ProcessMemory memory;
    std::ifstream("/proc/self/statm") >> memory.addresses >> memory.resident;
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    return {memory.resident * page, memory.addresses * page};
  }
};

/// While it lives, the process gets only so many bytes of address space more, so that a huge allocation throws
/// std::bad_alloc even if nobody touches it. Without effect under sanitizers, which hold terabytes.
class AddressSpaceLimit {
 public:
  explicit AddressSpaceLimit([[maybe_unused]] std::size_t more) {
#ifndef LOYAL_TEST_SANITIZED
    const std::size_t held = ProcessMemory::now().addresses;
    if (held == 0 || ::getrlimit(RLIMIT_AS, &old_) != 0) return;
    rlimit limit = old_;
    limit.rlim_cur = std::min<::rlim_t>(old_.rlim_cur, held + more);
    set_ = ::setrlimit(RLIMIT_AS, &limit) == 0;
#endif
  }
  AddressSpaceLimit(const AddressSpaceLimit&) = delete;
  AddressSpaceLimit& operator=(const AddressSpaceLimit&) = delete;
  ~AddressSpaceLimit() {
    if (set_) ::setrlimit(RLIMIT_AS, &old_);
  }

 private:
  rlimit old_{};
  bool set_ = false;
};

}  // namespace loyal::testing
