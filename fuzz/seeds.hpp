// SPDX-License-Identifier: MIT
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include <sys/stat.h>

namespace loyal::fuzz {

/// Writes small valid inputs into the first directory on the command line, from which the fuzzer
/// starts; without a directory it starts from nothing.
inline void add_seeds(int argc, char** argv, const std::vector<std::string>& seeds) {
  for (int i = 1; i < argc; ++i) {
    struct stat status {};
    if (argv[i][0] == '-' || ::stat(argv[i], &status) != 0 || !S_ISDIR(status.st_mode)) continue;
    for (std::size_t k = 0; k < seeds.size(); ++k) {
      const std::string path = std::string(argv[i]) + "/seed" + std::to_string(k);
      if (std::FILE* const file = std::fopen(path.c_str(), "wb")) {
        std::fwrite(seeds[k].data(), 1, seeds[k].size(), file);
        std::fclose(file);
      }
    }
    return;
  }
}

}  // namespace loyal::fuzz
