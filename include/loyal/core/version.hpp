// SPDX-License-Identifier: MIT
#pragma once

// The only place the version is written; CMakeLists.txt reads these three lines.
#define LOYAL_VERSION_MAJOR 0
#define LOYAL_VERSION_MINOR 1
#define LOYAL_VERSION_PATCH 0

// One comparable number: 1.2.3 -> 10203.
#define LOYAL_VERSION \
  (LOYAL_VERSION_MAJOR * 10000 + LOYAL_VERSION_MINOR * 100 + LOYAL_VERSION_PATCH)
