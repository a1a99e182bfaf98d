// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "csv.hpp"
#include "event_log.hpp"
#include "interactions.hpp"
#include "time_format.hpp"

namespace loyal {

/// Where a CSV file holds what of an interaction. Columns are named as in the header or counted, "0" the first; a
/// column without a name is not there.
struct InteractionColumns {
  std::string user = "user";                 ///< who
  std::string item = "item";                 ///< what
  std::string value = {};                    ///< how much; 1 where it is absent
  std::string time = {};                     ///< when; unknown where it is absent
  std::string time_format = "unix";          ///< as TimeFormat takes it
  Duplicates duplicates = Duplicates::last;  ///< what becomes of a pair that comes again
  CsvOptions csv = {};                       ///< delimiter, quotes, missing values, bad rows
};

namespace detail {

/// Pairs whose users and items are numbered as they come.
struct NamedPairs {
  IdMap users;
  IdMap items;
  std::vector<Interaction> pairs;

  [[nodiscard]] Interactions made(Duplicates duplicates) && {
    Interactions x(users.size(), items.size(), pairs, duplicates);
    x.set_names(std::move(users), std::move(items));
    return x;
  }
};

inline Interactions read_interactions(CsvReader csv, const InteractionColumns& columns,
                                      CsvProblems* problems) {
  constexpr std::size_t absent = static_cast<std::size_t>(-1);
  const TimeFormat format{columns.time_format};
  const auto find = [&csv](const std::string& column) {
    return column.empty() ? absent : csv.column(column);
  };
  const auto user = csv.column(columns.user);
  const auto item = csv.column(columns.item);
  const auto value = find(columns.value);
  const auto time = find(columns.time);
  NamedPairs read;
  while (csv.next()) {
    if (csv[user].empty() || csv.missing(user)) {
      csv.reject(user, "a user");
      continue;
    }
    if (csv[item].empty() || csv.missing(item)) {
      csv.reject(item, "an item");
      continue;
    }
    Interaction pair;
    if (value != absent) {
      double number = 0;
      if (!csv.number(value, number)) continue;
      pair.value = static_cast<float>(number);
      if (!std::isfinite(pair.value)) {
        csv.reject(value, "a finite number");
        continue;
      }
    }
    if (time != absent) {
      const auto when = format.parse(csv[time]);
      if (!when) {
        csv.reject(time, "a time written as " + columns.time_format);
        continue;
      }
      pair.time = *when;
    }
    pair.user = read.users.add(csv[user]);
    pair.item = read.items.add(csv[item]);
    read.pairs.push_back(pair);
  }
  if (problems != nullptr) *problems = csv.problems();
  return std::move(read).made(columns.duplicates);
}

}  // namespace detail

/// Reads who dealt with what from a CSV file; users and items are numbered in the order in which they come.
///
///   {.user = "0", .item = "1", .value = "2", .time = "3", .csv = {.delimiter = '\t', .header = false}}
/// are the columns of MovieLens 100K, {.user = "userId", .item = "movieId", .value = "rating", .time = "timestamp"}
/// those of its later releases.
///
/// @param problems receives the rows that were skipped, if CsvOptions::bad_rows asks for that.
/// @throws FormatError when the file cannot be read; DataError when a column is missing or a row is bad (without
/// user or item, with a value or time that is none); OptionError for an unknown time format.
/// Cost: linear; some 0.2 microseconds a row.
[[nodiscard]] inline Interactions read_interactions_csv(const std::string& path,
                                                        const InteractionColumns& columns = {},
                                                        CsvProblems* problems = nullptr) {
  return detail::read_interactions(CsvReader{path, columns.csv}, columns, problems);
}

/// Reads the interactions in @p text, as read_interactions_csv does in a file.
///
///     const auto seen = loyal::parse_interactions("user,item\nanna,rust\nben,go\nanna,go\n");
///     if (seen.size() != 3 || seen.item_names().name(1) != "go" || !seen.contains(1, 1)) return 1;
[[nodiscard]] inline Interactions parse_interactions(std::string_view text,
                                                     const InteractionColumns& columns = {},
                                                     CsvProblems* problems = nullptr) {
  return detail::read_interactions(CsvReader::of_text(text, columns.csv), columns, problems);
}

/// A kind of events, and what one of them says of a user's liking for an item.
struct KindWeight {
  std::string kind;
  float weight = 1;  ///< finite
};

/// Who dealt with what by the events that are known: weights of the kinds add up, the latest event gives the time.
/// Users and items are those of the log, with their numbers and names, also those without such events, so that
/// interactions of several cutoffs fit each other.
/// @param kinds what counts; events of other kinds, or without an item, do not; empty: all kinds, 1 each
/// @throws DataError for a kind that the log does not know.
///
///     loyal::EventLog log;
///     log.add("anna", 10, "view", "rust");
///     log.add("anna", 20, "purchase", "rust", 99.0);
///     const auto known = log.before(log.last_time() + 1);
///     const auto seen = loyal::interactions_of(known, {{"view", 1}, {"purchase", 5}});
///     if (seen.values_of(0)[0] != 6 || seen.times_of(0)[0] != 20) return 1;
[[nodiscard]] inline Interactions interactions_of(const Observed& known,
                                                  const std::vector<KindWeight>& kinds = {}) {
  std::vector<float> weight(static_cast<std::size_t>(known.kinds().size()),
                            kinds.empty() ? 1.0F : 0.0F);
  std::vector<bool> counts(weight.size(), kinds.empty());
  for (const auto& [kind, of_kind] : kinds) {
    if (!std::isfinite(of_kind))
      detail::fail<DataError>("interactions_of", "the weight of " + kind, of_kind,
                              "a finite number");
    const auto at = static_cast<std::size_t>(known.kinds().at(kind));
    weight[at] = of_kind;
    counts[at] = true;
  }
  std::vector<Interaction> pairs;
  for (const Event& event : known.events())
    if (event.item >= 0 && counts[static_cast<std::size_t>(event.kind)])
      pairs.push_back(
          {event.user, event.item, weight[static_cast<std::size_t>(event.kind)], event.time});
  Interactions seen(known.users().size(), known.items().size(), pairs);
  seen.set_names(known.users(), known.items());
  return seen;
}

}  // namespace loyal
