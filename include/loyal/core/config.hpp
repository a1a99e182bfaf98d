// SPDX-License-Identifier: MIT
#pragma once

#include <cassert>

// Every macro of the library but the version. None changes the layout of a type or a number.

/// Checks an invariant of the library itself, never a user's input; compiled out with NDEBUG.
#define LOYAL_ASSERT(condition) assert(condition)
