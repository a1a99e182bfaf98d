// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/data/time_zone.hpp>

namespace loyal::testing {

/// A moment in UTC.
inline Time at(int year, int month, int day_of_month, int hour_of_day = 0) {
  return to_time({.year = year, .month = month, .day = day_of_month, .hour = hour_of_day});
}

/// Central Europe in 2023 and 2024.
inline TimeZone berlin() {
  return TimeZone{hour,
                  {{at(2023, 3, 26, 1), 2 * hour},
                   {at(2023, 10, 29, 1), hour},
                   {at(2024, 3, 31, 1), 2 * hour},
                   {at(2024, 10, 27, 1), hour}}};
}

/// Any offset; for one of two, clocks that are set by whole hours, now and then in the 200 days of random_log().
inline TimeZone random_zone(Rng& rng) {
  const auto offset = [&] { return static_cast<Time>(rng.below(20)) * hour - 10 * hour; };
  std::vector<TimeZone::Change> changes;
  Time when = 1'700'000'000;
  for (auto left = rng.bernoulli(0.5) ? rng.below(6) : 0; left > 0; --left) {
    when += day + static_cast<Time>(rng.below(40 * day));
    changes.push_back({when, offset()});
  }
  return TimeZone{offset(), std::move(changes)};
}

}  // namespace loyal::testing
