// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "../core/error.hpp"
#include "../core/file.hpp"
#include "csv.hpp"
#include "csv_write.hpp"
#include "event_log.hpp"
#include "time_format.hpp"

namespace loyal {

/// Where a CSV file holds what of an event. Columns are named as in the header or counted, "0" the
/// first; a column without a name is not there.
struct EventColumns {
  std::string user = "user";           ///< who
  std::string time = "time";           ///< when
  std::string kind = {};               ///< what; default_kind where it is absent or missing
  std::string item = {};               ///< on what; none where it is absent or missing
  std::string amount = {};             ///< how much; 0 where it is absent or missing
  std::string default_kind = "event";  ///< of events whose kind is not given
  std::string time_format = "iso";  ///< as TimeFormat takes it: iso, yyyymmdd, unix, %d/%m/%Y ...
  CsvOptions csv = {};              ///< delimiter, quotes, missing values, bad rows
};

namespace detail {

/// Events whose names are not yet looked up; many at once are looked up faster.
class PendingEvents {
 public:
  static constexpr std::size_t capacity = 256;

  [[nodiscard]] bool full() const noexcept { return count_ == capacity; }

  /// The texts must stay valid until flush().
  void add(std::string_view user, std::string_view kind, std::string_view item, Time time,
           double amount) noexcept {
    users_[count_] = user;
    kinds_[count_] = kind;
    if (!item.empty()) items_[item_count_++] = item;
    events_[count_++] = {.item = item.empty() ? -1 : 0, .time = time, .amount = amount};
  }

  void flush(EventLog& log) {
    std::array<std::int32_t, capacity> users{};
    std::array<std::int32_t, capacity> items{};
    log.users().add(std::span(users_).first(count_), std::span(users).first(count_));
    log.items().add(std::span(items_).first(item_count_), std::span(items).first(item_count_));
    for (std::size_t i = 0, next_item = 0; i < count_; ++i) {
      Event& event = events_[i];
      event.user = users[i];
      event.kind = log.kinds().add(kinds_[i]);
      if (event.item == 0) event.item = items[next_item++];
      log.add(event);
    }
    count_ = item_count_ = 0;
  }

 private:
  std::array<std::string_view, capacity> users_;
  std::array<std::string_view, capacity> kinds_;
  std::array<std::string_view, capacity> items_;  // of the events that have one
  std::array<Event, capacity> events_;
  std::size_t count_ = 0;
  std::size_t item_count_ = 0;
};

inline EventLog read_events(CsvReader csv, const EventColumns& columns, const std::string& name,
                            CsvProblems* problems) {
  constexpr std::size_t absent = static_cast<std::size_t>(-1);
  if (columns.default_kind.empty())
    fail<OptionError>("read_event_log", "default_kind", "empty", "a name");
  const TimeFormat format{columns.time_format};
  const auto find = [&csv](const std::string& column) {
    return column.empty() ? absent : csv.column(column);
  };
  const auto user = csv.column(columns.user);
  const auto time = csv.column(columns.time);
  const auto kind = find(columns.kind);
  const auto item = find(columns.item);
  const auto amount = find(columns.amount);
  const auto text_or = [&csv](std::size_t column, std::string_view otherwise) {
    if (column == absent || csv[column].empty() || csv.missing(column)) return otherwise;
    return csv[column];
  };

  EventLog log;
  PendingEvents pending;
  while (csv.next()) {
    if (csv[user].empty() || csv.missing(user)) {
      csv.reject(user, "a user");
      continue;
    }
    const auto when = format.parse(csv[time]);
    if (!when) {
      csv.reject(time, "a time written as " + columns.time_format);
      continue;
    }
    double value = 0;
    if (amount != absent && !csv.number(amount, value)) continue;
    if (std::isnan(value)) value = 0;
    pending.add(csv[user], text_or(kind, columns.default_kind), text_or(item, {}), *when, value);
    if (pending.full() || csv.copied()) pending.flush(log);
  }
  pending.flush(log);
  if (problems != nullptr) *problems = csv.problems();
  if (log.empty()) fail<DataError>(name, "number of events", 0, "at least 1");
  log.sort();
  return log;
}

}  // namespace detail

/// Reads the events of a CSV file, in any order, into a sorted log.
///
/// @param problems receives the rows that were skipped, if CsvOptions::bad_rows asks for that.
/// @throws FormatError when the file cannot be read; DataError when a column is missing, a row is
/// bad (without a user, with a time or amount that is none; the message names line and column), or
/// no event is left; OptionError for an unknown time format.
/// Cost: some 0.3 microseconds an event.
///
///   {.user = "customer_id", .time = "date", .amount = "dollar_value", .time_format = "yyyymmdd",
///    .csv = {.blanks = true}}
/// are the columns of the CDNOW purchase log.
[[nodiscard]] inline EventLog read_event_log(const std::string& path,
                                             const EventColumns& columns = {},
                                             CsvProblems* problems = nullptr) {
  return detail::read_events(CsvReader{path, columns.csv}, columns, path, problems);
}

/// Reads the events in @p text, as read_event_log does in a file.
///
///     const auto log = loyal::parse_event_log("id,when\nanna,2024-01-02\nben,2024-01-01\n",
///                                             {.user = "id", .time = "when"});
///     if (log.size() != 2 || log.users().name(log.events()[0].user) != "ben") return 1;
[[nodiscard]] inline EventLog parse_event_log(std::string_view text,
                                              const EventColumns& columns = {},
                                              CsvProblems* problems = nullptr) {
  return detail::read_events(CsvReader::of_text(text, columns.csv), columns, "text", problems);
}

/// The columns that write_event_log writes: read_event_log gives the same events back. Names such
/// as "NA" are names there, and only an empty kind or item is missing.
[[nodiscard]] inline EventColumns written_event_columns() {
  EventColumns columns{.kind = "kind", .item = "item", .amount = "amount"};
  columns.csv.missing = {};
  return columns;
}

/// Writes a log as CSV with the columns user, time (ISO 8601, UTC), kind, item, amount.
/// @throws DataError when a time lies outside the years 0 .. 9999; FormatError when the file cannot
/// be written; in both cases an old file stays as it was.
///
///     loyal::EventLog log;
///     log.add("anna", 0, "purchase", "course, advanced", 19.5);
///     loyal::write_event_log("events.csv", log);
///     if (loyal::read_event_log("events.csv", loyal::written_event_columns()) != log) return 1;
inline void write_event_log(const std::string& path, const EventLog& log) {
  const CsvOptions options;
  const TimeFormat format;
  write_atomically(path, [&](FileWriter& out) {
    std::string row = "user,time,kind,item,amount\n";
    for (const Event& event : log.events()) {
      append_csv_field(row, log.users().name(event.user), options);
      row.append(",").append(format.format(event.time)).append(",");
      append_csv_field(row, log.kinds().name(event.kind), options);
      row += ',';
      if (event.item >= 0) append_csv_field(row, log.items().name(event.item), options);
      row += ',';
      detail::append_csv_number(row, event.amount);
      row += '\n';
      out.write(row);
      row.clear();
    }
    out.write(row);
  });
}

}  // namespace loyal
