// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "../core/error.hpp"
#include "../core/types.hpp"
#include "../data/event_log.hpp"
#include "../math/special.hpp"
#include "calendar.hpp"
#include "detail/user_pass.hpp"
#include "rfm.hpp"

namespace loyal {

/// Which of a user's entry events open a cohort: the first of all, or the first in every cohort
/// period, so that the user may be a member of many.
enum class CohortEntry { first_time, recurring };

/// When a member counts as retained in period n.
/// | on | returned in period n itself; also called bounded, or N-day retention |
/// | on_or_after | returned in period n or a later one; also called unbounded or rolling |
/// | on_or_before | returned in one of the periods 1 .. n (in period 0 for n = 0) |
enum class ReturnRule { on, on_or_after, on_or_before };

/// How periods are counted.
/// | calendar | period n is the n-th day, week or month of the calendar after that of the entry |
/// | since_entry | period n begins n times 24 hours, 7 or 30 days after the entry itself |
enum class CohortClock { calendar, since_entry };

/// Which users form a cohort, and what counts as their return.
struct CohortOptions {
  std::vector<std::string> entry_kinds{};       ///< kinds that open a cohort; none named: all
  std::vector<std::string> return_kinds{};      ///< kinds that are a return; none named: all
  CohortEntry entry = CohortEntry::first_time;  ///< once, or again in every cohort period
  ReturnRule returned = ReturnRule::on;         ///< what retained means
  CohortClock clock = CohortClock::calendar;    ///< how periods are counted
  Period cohort = Period::monthly;              ///< members of one cohort entered in the same
  Period step = Period::monthly;                ///< length of a period after the entry
  int periods = 12;                             ///< followed after period 0; in [0, 100000]
  Calendar calendar{};                          ///< time zone and first day of the week
  int threads = 0;                              ///< threads at most; 0: as many as there are
};

/// Retention over all cohorts that are old enough, with 95 % (or other) confidence limits.
struct RetentionCurve {
  Vector<double> rate;     ///< periods + 1; NaN where no cohort is old enough
  Vector<double> low;      ///< lower confidence limit
  Vector<double> high;     ///< upper confidence limit
  Vector<double> members;  ///< behind each rate
};

/// Cohorts and how many of their members came back, period by period. NaN: not yet known.
struct CohortTable {
  std::vector<std::string> names;  ///< of cohorts, by their first day or month, ascending
  Vector<double> size;             ///< cohorts; members
  Matrix<double> retained;         ///< cohorts x (periods + 1); members retained

  /// Share of members retained, cohorts x (periods + 1); NaN where not yet known.
  [[nodiscard]] Matrix<double> rate() const { return retained.array().colwise() / size.array(); }

  /// Mean retention of the cohorts that are old enough, weighted by their sizes, and its Wilson
  /// interval, as if members stayed independently of each other.
  ///   rate(n) = sum of retained(c, n) / sum of size(c), over the cohorts c with known retained(c, n)
  /// @throws OptionError unless 0 < confidence < 1.
  /// Source: Wilson, Journal of the American Statistical Association 22(158), 1927.
  [[nodiscard]] RetentionCurve curve(double confidence = 0.95) const {
    detail::expect_option("CohortTable::curve", "confidence", confidence,
                          confidence > 0 && confidence < 1, "in (0, 1)");
    const double z = normal_quantile(0.5 + confidence / 2);
    const double unknown = std::numeric_limits<double>::quiet_NaN();
    const Index n = retained.cols();
    RetentionCurve curve;
    curve.members.setZero(n);
    for (auto* column : {&curve.rate, &curve.low, &curve.high}) column->setConstant(n, unknown);
    for (Index k = 0; k < n; ++k) {
      double kept = 0;
      double& members = curve.members[k];
      for (Index c = 0; c < retained.rows(); ++c) {
        if (std::isnan(retained(c, k))) continue;
        kept += retained(c, k);
        members += size[c];
      }
      if (members == 0) continue;
      const double p = kept / members;
      const double shrunk = 1 + z * z / members;
      const double center = (p + z * z / (2 * members)) / shrunk;
      const double half =
          z / shrunk * std::sqrt(p * (1 - p) / members + z * z / (4 * members * members));
      curve.rate[k] = p;
      curve.low[k] = std::clamp(center - half, 0.0, p);
      curve.high[k] = std::clamp(center + half, p, 1.0);
    }
    return curve;
  }
};

namespace detail {

/// Of a period counted from the entry.
inline Time step_length(Period step) {
  return step == Period::daily ? day : step == Period::weekly ? week : 30 * day;
}

/// Number of periods, from 0 on, whose end everybody who may have entered in the cohort has reached.
inline Index known_periods(const CohortOptions& options, std::int64_t cohort, Time cutoff) {
  const Calendar& calendar = options.calendar;
  const Time end = calendar.start(cohort + 1, options.cohort);
  if (end > cutoff) return 0;
  const std::int64_t known =
      options.clock == CohortClock::calendar
          ? calendar.number(cutoff, options.step) - calendar.number(end - 1, options.step)
          : (cutoff - (end - 1)) / step_length(options.step);
  return static_cast<Index>(std::clamp<std::int64_t>(known, 0, options.periods + 1));
}

/// Members of a cohort who entered in the same step of the calendar.
struct CohortRow {
  std::int64_t cohort = 0;  // number of its period
  std::int64_t entry = 0;   // number of the step's period
  std::int64_t size = 0;
  std::vector<std::int64_t> retained{};
};

/// Counts the members of cohorts while events pass by in the order of time. What is kept of a user is two
/// numbers, as small as the log allows, so that all users fit into a cache.
template <class Number>
class CohortCounter {
 public:
  /// Counts the users begin .. end - 1.
  CohortCounter(const Observed& observed, const CohortOptions& options, std::int32_t begin,
                std::int32_t end)
      : options_(options), newest_(static_cast<std::size_t>(end - begin)) {
    const auto opens = mark_kinds(observed.kinds(), options.entry_kinds);
    const auto returns = mark_kinds(observed.kinds(), options.return_kinds);
    if (!by_calendar_) entry_time_.resize(newest_.size());
    RisingPeriods cohort_of(options.calendar, options.cohort);
    RisingPeriods step_of(options.calendar, options.step);
    std::vector<char> either = opens;
    for (std::size_t k = 0; k < either.size(); ++k)
      either[k] = opens[k] != 0 || returns[k] != 0 ? 1 : 0;
    for_each_event(
        observed.events(), either, begin, end, [&](const Event& event, std::size_t user) {
          const std::int64_t step = by_calendar_ ? step_of(event.time) : 0;
          Member& newest = newest_[user];
          if (opens[static_cast<std::size_t>(event.kind)] != 0 &&
              (newest.row < 0 || options_.entry == CohortEntry::recurring))
            enter(user, cohort_of(event.time), step, event.time);
          if (returns[static_cast<std::size_t>(event.kind)] == 0 || newest.row < 0) return;
          const auto length = [&](Time entry) { return (event.time - entry) / length_; };
          bool earlier = come_back(newest, step, by_calendar_ ? 0 : length(entry_time_[user]));
          if (older_.empty()) return;
          for (auto m = older_[user]; earlier && m >= 0;) {
            Older& older = past_[static_cast<std::size_t>(m)];
            earlier = come_back(older.member, step, length(older.entry_time));
            m = older.previous;
          }
        });
    accumulate();
  }

  /// In the order of time.
  [[nodiscard]] std::vector<CohortRow> take_rows() { return std::move(rows_); }

 private:
  static constexpr Number beyond = std::numeric_limits<Number>::max();  // the last period followed
  /// A user in a cohort.
  struct Member {
    Number row = -1;   // -1: none yet
    Number last = -1;  // period of the last return; -1: none
  };
  /// With recurring entries a user is in several cohorts.
  struct Older {
    Member member;
    std::int32_t previous;  // the same user's, in past_; -1: none
    Time entry_time;        // unless by the calendar
  };

  const CohortOptions& options_;
  const bool by_calendar_ = options_.clock == CohortClock::calendar;
  const Time length_ = step_length(options_.step);
  std::vector<Member> newest_;       // of each user
  std::vector<Time> entry_time_;     // of each user, unless by the calendar
  std::vector<std::int32_t> older_;  // of each user, in past_; empty while nobody has any
  std::vector<Older> past_;
  std::vector<CohortRow> rows_;

  [[nodiscard]] CohortRow& row_of(const Member& member) {
    return rows_[static_cast<std::size_t>(member.row)];
  }

  void enter(std::size_t user, std::int64_t cohort, std::int64_t step, Time time) {
    Member& newest = newest_[user];
    if (newest.row >= 0) {
      if (row_of(newest).cohort == cohort) return;
      older_.resize(newest_.size(), -1);
      past_.push_back({newest, older_[user], by_calendar_ ? 0 : entry_time_[user]});
      older_[user] = static_cast<std::int32_t>(past_.size()) - 1;
    }
    if (rows_.empty() || rows_.back().cohort != cohort || rows_.back().entry != step)
      rows_.push_back({cohort, step, 0,
                       std::vector<std::int64_t>(static_cast<std::size_t>(options_.periods) + 1)});
    ++rows_.back().size;
    newest = {static_cast<Number>(rows_.size() - 1), -1};
    if (!by_calendar_) entry_time_[user] = time;
  }

  /// Whether the event may also be a return to a cohort that the user entered earlier.
  bool come_back(Member& member, std::int64_t step, std::int64_t since_entry) {
    CohortRow& row = row_of(member);
    const std::int64_t n = by_calendar_ ? step - row.entry : since_entry;
    if (n > options_.periods) {  // and so it is for all earlier entries
      if (options_.returned != ReturnRule::on_or_after || member.last == beyond) return false;
      member.last = beyond;
      return true;
    }
    const auto column = static_cast<std::size_t>(n);
    if (options_.returned == ReturnRule::on)
      row.retained[column] += n != member.last ? 1 : 0;
    else if (options_.returned == ReturnRule::on_or_before && n > member.last &&
             (n == 0 || member.last < 1))
      ++row.retained[column];
    member.last = static_cast<Number>(n);
    return true;
  }

  void accumulate() {
    if (options_.returned == ReturnRule::on) return;
    if (options_.returned == ReturnRule::on_or_after) {
      const auto last_return = [this](const Member& member) {
        if (member.last >= 0)
          ++row_of(member)
                .retained[static_cast<std::size_t>(std::min<int>(member.last, options_.periods))];
      };
      for (const Member& member : newest_) last_return(member);
      for (const Older& older : past_) last_return(older.member);
    }
    for (CohortRow& row : rows_) {
      auto& r = row.retained;
      if (options_.returned == ReturnRule::on_or_after)
        for (std::size_t n = r.size(); n-- > 1;) r[n - 1] += r[n];
      else
        for (std::size_t n = 2; n < r.size(); ++n) r[n] += r[n - 1];
    }
  }
};

/// Whether periods and rows can be numbered in 16 bits.
inline bool few_periods(const Observed& observed, const CohortOptions& options) {
  std::int64_t rows = options.periods;
  for (const Period period : {options.cohort, options.step})
    rows += 1 + options.calendar.number(observed.cutoff(), period) -
            options.calendar.number(observed.events().front().time, period);
  return rows < std::numeric_limits<std::int16_t>::max();
}

}  // namespace detail

/// Cohorts of users who entered in the same period, and how many came back in the periods after.
///
///   retained(c, n) = members of cohort c with a return in period n (see ReturnRule)
///   rate(c, n) = retained(c, n) / size(c)
///
/// A return is an event of one of the return kinds that does not lie before the entry; the entry
/// itself is one if its kind is among them, so that period 0 is 1 when kinds are not named. Cells
/// that the cutoff is too early for (the period of the last possible member has not ended) are NaN,
/// never 0. Cohorts without members have no row.
/// | result | shape |
/// | names, size | cohorts |
/// | retained, rate() | cohorts x (periods + 1) |
/// With on_or_after, older cohorts have had longer to come back: compare columns with care.
/// @throws OptionError unless periods lies in [0, 100000]; DataError when a kind is unknown.
/// Source: none, our own; the definitions are those of product analytics, e.g. Fader & Hardie,
/// Journal of Interactive Marketing 21(1), 2007, for retention by cohort.
/// Cost: one pass over the events in the order of time; some 10 nanoseconds each.
///
///     loyal::EventLog log;
///     for (const int d : {0, 35, 70}) log.add("anna", d * loyal::day, "visit");
///     log.add("ben", 40 * loyal::day, "visit");
///     log.add("carl", 90 * loyal::day, "visit");
///     log.sort();
///     const auto table = loyal::cohort_table(log.before(90 * loyal::day + 1), {.periods = 2});
///     if (table.names != std::vector<std::string>{"1970-01", "1970-02", "1970-04"}) return 1;
///     const auto rate = table.rate();  // January: 1, 1, 1; February: 1, 0, ?; April: all unknown
///     if (rate(0, 2) != 1 || rate(1, 1) != 0 || !std::isnan(rate(1, 2)) || !std::isnan(rate(2, 0))) return 2;
[[nodiscard]] inline CohortTable cohort_table(const Observed& observed,
                                              const CohortOptions& options = {}) {
  detail::expect_option("cohort_table", "periods", options.periods,
                        options.periods >= 0 && options.periods <= 100'000, "in [0, 100000]");
  const std::int32_t users = observed.users().size();
  const bool few = detail::few_periods(observed, options);
  std::vector<std::vector<detail::CohortRow>> parts(
      static_cast<std::size_t>(detail::user_ranges(users, options.threads)));
  detail::for_user_ranges(users, options.threads,
                          [&](Index piece, std::int32_t begin, std::int32_t end) {
                            auto& rows = parts[static_cast<std::size_t>(piece)];
                            using Small = detail::CohortCounter<std::int16_t>;
                            using Large = detail::CohortCounter<std::int32_t>;
                            rows = few ? Small(observed, options, begin, end).take_rows()
                                       : Large(observed, options, begin, end).take_rows();
                          });
  std::map<std::int64_t, detail::CohortRow> rows;
  for (const auto& part : parts) {
    for (const auto& row : part) {
      auto& sum = rows[row.cohort];
      sum.size += row.size;
      sum.retained.resize(row.retained.size());
      for (std::size_t n = 0; n < row.retained.size(); ++n) sum.retained[n] += row.retained[n];
    }
  }

  CohortTable table;
  table.size.resize(static_cast<Index>(rows.size()));
  table.retained.setConstant(table.size.size(), options.periods + 1,
                             std::numeric_limits<double>::quiet_NaN());
  for (const auto& [cohort, row] : rows) {
    const auto r = static_cast<Index>(table.names.size());
    table.names.push_back(options.calendar.name(cohort, options.cohort));
    table.size[r] = static_cast<double>(row.size);
    const Index known = detail::known_periods(options, cohort, observed.cutoff());
    for (Index n = 0; n < known; ++n)
      table.retained(r, n) = static_cast<double>(row.retained[static_cast<std::size_t>(n)]);
  }
  return table;
}

}  // namespace loyal
