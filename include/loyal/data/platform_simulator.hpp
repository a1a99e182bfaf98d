// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "../core/distributions.hpp"
#include "../core/error.hpp"
#include "../core/random.hpp"
#include "../core/types.hpp"
#include "../math/order.hpp"
#include "event_log.hpp"
#include "platform_truth.hpp"
#include "time.hpp"

namespace loyal {

/// A simulated log and the truth behind it.
struct SimulatedPlatform {
  EventLog log;
  PlatformTruth truth;
};

/// Simulates a platform that sells knowledge, where everything worth guessing is known.
///
/// Users have tastes over topics, an engagement that wanders from week to week, and a price they
/// bear; they visit, look at courses, buy and take them lesson by lesson, answer questions, renew
/// their membership every four weeks, post, reply to friends, and open tickets. At the end of each
/// of their weeks they leave for good with the chance that a ChurnHazard gives for six known
/// causes. docs/simulator.md has every formula. | kind | item | amount | | visit | | | | view,
/// lesson | course | | | answer | course | 1 right, 0 wrong | | purchase, refund | course | price;
/// minus the price | | renewal | | price of four weeks | | post | topic | | | reply | the friend
/// replied to, named like the user | | | ticket, resolution | | | | incentive | | |
///
/// Each user draws from an own stream, so that one user's fate does not move another's (contagion
/// apart): two runs that differ in `campaign_share` alone show every user with and without the
/// incentive, all else equal.
/// Source: none, our own; questions are answered as in Corbett & Anderson, UMUAI 4, 1995.
/// Cost: 0.15 to 0.3 microseconds an event; 5000 users in 540 days make about two million.
///
///     const auto platform = loyal::PlatformSimulator{{.users = 50, .courses = 20, .days =
///     90}}.run(); if (platform.log.users().name(7) != "u7" || platform.truth.users.size() != 50)
///     return 1;
class PlatformSimulator {
 public:
  struct Options {
    std::int32_t users = 5000;       ///< who ever join; >= 1
    std::int32_t courses = 200;      ///< >= 1
    std::int32_t topics = 6;         ///< in [1, 64]
    std::int32_t days = 540;         ///< length of the log; in [7, 36500]
    std::uint64_t seed = 1;          ///< equal seeds and options, equal logs
    Time start = 19723 * day;        ///< first moment of the log, a midnight; 2024-01-01
    double join_share = 0.7;         ///< users join during this first share of the days; in (0, 1]
    double visits = 2.0;             ///< visits a week of an average user; >= 0
    double engagement_spread = 0.5;  ///< deviation of the users' engagement, log scale; >= 0
    double mood_spread = 0.7;        ///< deviation of its weekly wandering, log scale; >= 0
    double mood_memory = 0.85;       ///< correlation of one week's mood with the next; in [0, 1)
    double membership_price = 30;    ///< of four weeks, money; > 0
    double price_rise = 0.2;         ///< by this share, at 60 % of the days; > -1
    double posts = 0.4;              ///< posts and replies a week of an average user; >= 0
    double friends = 4;              ///< mean number of friends; in [0, 1000]
    double tickets = 0.05;           ///< tickets a week of an average user; >= 0
    double resolution = 0.5;  ///< chance that an open ticket is resolved in a week; in [0, 1]
    double questions = 0.5;   ///< chance of a question after a lesson; in [0, 1]
    double known = 0.1;       ///< chance to master a topic from the start; in [0, 1]
    double learning = 0.1;    ///< chance to master it in one lesson; in [0, 1]
    double guess = 0.2;       ///< chance of a right answer without mastery; in [0, 1]
    double slip = 0.1;        ///< chance of a wrong answer with mastery; in [0, 1]
    std::int32_t campaign_day = -1;    ///< day from which incentives are given; -1: no campaign
    double campaign_share = 0.5;       ///< chance of being given one, for those there; in [0, 1]
    std::int32_t incentive_weeks = 8;  ///< how long it works; >= 1
    bool record_weeks = false;         ///< fill PlatformTruth::weeks, 88 bytes a user and week
    ChurnHazard hazard{};              ///< why they leave
  };

  PlatformSimulator() = default;

  /// @throws OptionError if an option lies outside the domain given above.
  explicit PlatformSimulator(const Options& options) : options_(options) { check(options); }

  [[nodiscard]] const Options& options() const noexcept { return options_; }

  /// Simulates; the log is sorted, names are u0 .. for users, c0 .. for courses, t0 .. for topics.
  /// A template, so that those who do not simulate need not wait for the compiler.
  template <class Result = SimulatedPlatform>
  [[nodiscard]] Result run() const {
    return Run<Result>(options_).result();
  }

 private:
  template <class Result>
  class Run;

  static void check(const Options& o) {
    const auto expect = [](const char* name, double got, bool holds, const char* rule) {
      detail::expect_option("PlatformSimulator", name, got, holds && std::isfinite(got), rule);
    };
    const auto at_least = [&](const char* name, double got, double least, const char* rule) {
      expect(name, got, got >= least, rule);
    };
    const auto share = [&](const char* name, double got) {
      expect(name, got, got >= 0 && got <= 1, "in [0, 1]");
    };
    at_least("users", o.users, 1, ">= 1");
    at_least("courses", o.courses, 1, ">= 1");
    expect("topics", o.topics, o.topics >= 1 && o.topics <= 64, "in [1, 64]");
    expect("days", o.days, o.days >= 7 && o.days <= 36500, "in [7, 36500]");
    if (o.start % day != 0)
      detail::fail<OptionError>("PlatformSimulator", "start", o.start, "a multiple of a day");
    expect("join_share", o.join_share, o.join_share > 0 && o.join_share <= 1, "in (0, 1]");
    at_least("visits", o.visits, 0, ">= 0");
    at_least("engagement_spread", o.engagement_spread, 0, ">= 0");
    at_least("mood_spread", o.mood_spread, 0, ">= 0");
    expect("mood_memory", o.mood_memory, o.mood_memory >= 0 && o.mood_memory < 1, "in [0, 1)");
    expect("membership_price", o.membership_price, o.membership_price > 0, "> 0");
    expect("price_rise", o.price_rise, o.price_rise > -1, "> -1");
    at_least("posts", o.posts, 0, ">= 0");
    expect("friends", o.friends, o.friends >= 0 && o.friends <= 1000, "in [0, 1000]");
    at_least("tickets", o.tickets, 0, ">= 0");
    share("resolution", o.resolution);
    share("questions", o.questions);
    share("known", o.known);
    share("learning", o.learning);
    share("guess", o.guess);
    share("slip", o.slip);
    at_least("campaign_day", o.campaign_day, -1, ">= 0, or -1 for none");
    share("campaign_share", o.campaign_share);
    at_least("incentive_weeks", o.incentive_weeks, 1, ">= 1");
    at_least("hazard.intercept", o.hazard.intercept, -1e6, "finite");
    for (const double b : o.hazard.coefficients.values())
      at_least("hazard.coefficients", b, -1e6, "finite");
  }

  Options options_;
};

/// One simulation under way: week by week, and in each week user by user.
template <class Result>
class PlatformSimulator::Run {
 public:
  explicit Run(const Options& options)
      : o_(options), end_(options.start + options.days * day), rise_(rise_of(options)) {
    name_things();
    make_courses();
    make_users();
    make_friends();
  }

  SimulatedPlatform result() {
    const std::int32_t blocks = (o_.days + 6) / 7;
    for (block_ = 0; block_ < blocks; ++block_) {
      for (std::int32_t u = 0; u < o_.users; ++u) {
        const State& s = states_[static_cast<std::size_t>(u)];
        if (s.join_block <= block_ && s.left_block > block_) live_week(u);
      }
      flush(o_.start + (block_ + 1) * week);
    }
    flush(end_);
    for (std::size_t u = 0; u < states_.size(); ++u) truth_.users[u].mastered = states_[u].mastered;
    return {std::move(log_), std::move(truth_)};
  }

 private:
  enum Kind : std::int32_t {
    visit,
    view,
    lesson,
    answer,
    purchase,
    refund,
    renewal,
    post,
    reply,
    ticket,
    resolution,
    incentive
  };
  static constexpr std::array<const char*, 12> kind_names{
      "visit",   "view", "lesson", "answer", "purchase",   "refund",
      "renewal", "post", "reply",  "ticket", "resolution", "incentive"};
  static constexpr std::int32_t not_yet = 1 << 30;
  static constexpr std::int32_t most_visits = 40;  // in a week

  /// What changes in a user's life.
  struct State {
    Rng rng;
    Time habit = 0;  // usual time of day
    std::int32_t join_block = 0;
    std::int32_t left_block = not_yet;
    std::int32_t campaign_block = not_yet;
    bool chosen = false;       // for the incentive, if there at the campaign
    std::int32_t course = -1;  // being taken
    std::int32_t lessons_left = 0;
    std::int32_t last_course = -1;
    std::int32_t open_tickets = 0;
    double mood = 0;
    double ties = 0;  // posts and replies, those of each week before counting 10 % less
    std::uint64_t mastered = 0;
    std::vector<std::int32_t> owned;
  };

  static Time rise_of(const Options& o) { return o.start + static_cast<Time>(0.6 * o.days) * day; }
  [[nodiscard]] std::size_t course_of(std::int32_t c) const { return static_cast<std::size_t>(c); }

  void name_things() {
    for (const char* name : kind_names) log_.kinds().add(name);
    for (std::int32_t c = 0; c < o_.courses; ++c) log_.items().add("c" + std::to_string(c));
    for (std::int32_t t = 0; t < o_.topics; ++t) log_.items().add("t" + std::to_string(t));
    for (std::int32_t u = 0; u < o_.users; ++u) {
      const std::string name = "u" + std::to_string(u);
      log_.users().add(name);
      log_.items().add(name);
    }
  }

  void make_courses() {
    Rng rng{o_.seed, 1};
    by_topic_.resize(static_cast<std::size_t>(o_.topics));
    for (std::int32_t c = 0; c < o_.courses; ++c) {
      SimulatedCourse course;
      // The first courses go round the topics, so that none is empty while there are enough.
      course.topic =
          c < o_.topics
              ? c
              : static_cast<std::int32_t>(rng.below(static_cast<std::uint64_t>(o_.topics)));
      course.difficulty = rng.normal();
      course.quality = rng.normal();
      course.price = std::round(std::exp(rng.normal(4.0, 0.4)));
      course.lessons = 4 + static_cast<std::int32_t>(draw_poisson(rng, 8));
      truth_.courses.push_back(course);
      by_topic_[static_cast<std::size_t>(course.topic)].courses.push_back(c);
    }
    for (Topic& topic : by_topic_) {
      std::vector<double> difficulties;
      for (const std::int32_t c : topic.courses)
        difficulties.push_back(truth_.courses[course_of(c)].difficulty);
      std::vector<std::int32_t> sorted;
      for (const Index i : detail::ascending_order(difficulties))
        sorted.push_back(topic.courses[static_cast<std::size_t>(i)]);
      topic.courses = std::move(sorted);
      double sum = 0;
      for (const std::int32_t c : topic.courses)
        topic.weight_up_to.push_back(sum += std::exp(truth_.courses[course_of(c)].quality));
    }
  }

  void make_users() {
    truth_.hazard = o_.hazard;
    truth_.users.resize(static_cast<std::size_t>(o_.users));
    truth_.tastes.resize(o_.users, o_.topics);
    states_.resize(truth_.users.size());
    std::vector<double> taste(static_cast<std::size_t>(o_.topics));
    for (std::size_t u = 0; u < states_.size(); ++u) {
      State& s = states_[u];
      SimulatedUser& user = truth_.users[u];
      s.rng = Rng{o_.seed, 16 + u};
      Rng& rng = s.rng;
      const auto join_day = static_cast<std::int32_t>(rng.uniform() * o_.join_share * o_.days);
      s.join_block = join_day / 7;
      s.habit = static_cast<Time>(rng.uniform(7.0, 19.0) * static_cast<double>(hour));
      user.joined = o_.start + join_day * day;
      user.engagement = o_.engagement_spread * rng.normal();
      user.price_sensitivity = draw_gamma(rng, 4, 0.25);
      user.sociability = o_.posts * draw_gamma(rng, 0.7, 1 / 0.7);
      user.ticket_rate = o_.tickets * draw_gamma(rng, 1);
      user.incentive_relief = 0.6 + 0.8 * (user.price_sensitivity - 1) + 0.4 * rng.normal();
      s.chosen = rng.uniform() < o_.campaign_share;
      // The user's first week that begins on the campaign's day or later.
      if (o_.campaign_day >= join_day)
        s.campaign_block = s.join_block + (o_.campaign_day - join_day + 6) / 7;
      double sum = 0;
      for (double& t : taste) sum += (t = draw_gamma(rng, 0.5) + 1e-9);
      for (Index t = 0; t < o_.topics; ++t)
        truth_.tastes(static_cast<Index>(u), t) =
            static_cast<float>(taste[static_cast<std::size_t>(t)] / sum);
      for (std::int32_t t = 0; t < o_.topics; ++t)
        if (rng.bernoulli(o_.known)) s.mastered |= std::uint64_t{1} << t;
      s.mood = o_.mood_spread * rng.normal();
    }
  }

  /// Friends share, as a rule, the topic they like best.
  void make_friends() {
    Rng rng{o_.seed, 2};
    std::vector<std::vector<std::int32_t>> fans(static_cast<std::size_t>(o_.topics));
    std::vector<std::size_t> favorite;
    for (Index u = 0; u < o_.users; ++u) {
      const float* const tastes = truth_.tastes.data() + u * o_.topics;
      const float* const best = std::max_element(tastes, tastes + o_.topics);
      favorite.push_back(static_cast<std::size_t>(best - tastes));
      fans[favorite.back()].push_back(static_cast<std::int32_t>(u));
    }
    std::vector<std::int64_t> pairs;  // u in the upper half, v in the lower
    const auto add_pair = [&pairs](std::int64_t u, std::int64_t v) {
      pairs.push_back(u << 32 | v);
    };
    for (std::int32_t u = 0; u < o_.users; ++u) {
      const auto& alike = fans[favorite[static_cast<std::size_t>(u)]];
      for (auto k = draw_poisson(rng, o_.friends / 2); k > 0; --k) {
        const auto v = rng.bernoulli(0.7)
                           ? alike[rng.below(alike.size())]
                           : static_cast<std::int32_t>(rng.below(truth_.users.size()));
        if (v == u) continue;
        add_pair(u, v);
        add_pair(v, u);
      }
    }
    std::sort(pairs.data(), pairs.data() + pairs.size());
    pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
    truth_.friends_begin.assign(truth_.users.size() + 1, 0);
    for (const std::int64_t pair : pairs) {
      ++truth_.friends_begin[static_cast<std::size_t>(pair >> 32) + 1];
      truth_.friends.push_back(static_cast<std::int32_t>(pair & 0xFFFFFFFF));
    }
    for (std::size_t u = 0; u < truth_.users.size(); ++u)
      truth_.friends_begin[u + 1] += truth_.friends_begin[u];
  }

  void live_week(std::int32_t u) {
    State& s = states_[static_cast<std::size_t>(u)];
    SimulatedUser& user = truth_.users[static_cast<std::size_t>(u)];
    const std::int32_t age = block_ - s.join_block;
    const Time begin = user.joined + age * week;
    if (begin >= end_) return;
    const double price = o_.membership_price * (begin >= rise_ ? 1 + o_.price_rise : 1);
    if (age % 4 == 0) emit(u, renewal, begin + s.habit, -1, price);
    if (block_ == s.campaign_block && s.chosen) {
      user.treated = true;
      emit(u, incentive, begin + s.habit);
    }

    if (age > 0)
      s.mood = o_.mood_memory * s.mood +
               o_.mood_spread * std::sqrt(1 - o_.mood_memory * o_.mood_memory) * s.rng.normal();
    const double log_activity = user.engagement + s.mood;
    const double activity = std::exp(log_activity);
    take_visits(u, begin, activity);
    socialize(u, begin, activity);
    ask_for_help(u, begin);

    const ChurnCauses causes{.disengagement = -log_activity,
                             .unresolved_tickets = static_cast<double>(s.open_tickets),
                             .price_pressure = user.price_sensitivity * price / o_.membership_price,
                             .community_ties = std::log1p(s.ties),
                             .tenure = std::log1p(age),
                             .contagion = share_of_friends_gone(u)};
    const bool relieved = user.treated && block_ - s.campaign_block < o_.incentive_weeks;
    const double hazard = o_.hazard(causes, relieved ? user.incentive_relief : 0);
    if (block_ == s.campaign_block) {
      const double without = 1 - o_.hazard(causes);
      const double with = 1 - o_.hazard(causes, user.incentive_relief);
      user.campaign_effect =
          std::pow(with, o_.incentive_weeks) - std::pow(without, o_.incentive_weeks);
    }
    const bool leaves = s.rng.uniform() < hazard;
    const Time week_end = begin + week;
    // A week that ends behind the log says nothing that the log could show.
    if (week_end > end_) return;
    if (o_.record_weeks) truth_.weeks.push_back({u, begin, causes, hazard, leaves});
    if (leaves) {
      s.left_block = block_ + 1;
      user.left = week_end;
    }
  }

  void take_visits(std::int32_t u, Time begin, double activity) {
    State& s = states_[static_cast<std::size_t>(u)];
    const auto planned = draw_poisson(s.rng, std::min(o_.visits * activity, 1e6));
    std::array<Time, most_visits> at{};
    const auto n = static_cast<std::size_t>(std::min<std::int64_t>(planned, most_visits));
    for (std::size_t i = 0; i < n; ++i) at[i] = some_moment(s, begin);
    std::sort(at.data(), at.data() + n);
    Time free_from = begin;
    for (std::size_t i = 0; i < n; ++i) {
      const Time t = std::max(at[i], free_from);
      if (t > begin + week - 4 * hour) break;
      emit(u, visit, t);
      free_from = study(u, s.course < 0 ? browse(u, t) : t);
    }
  }

  /// Looks at a course, and may buy it; returns when that is done.
  Time browse(std::int32_t u, Time at) {
    State& s = states_[static_cast<std::size_t>(u)];
    const std::int32_t c = choose_course(u);
    if (c < 0) return at + minute;
    at += 30 + static_cast<Time>(s.rng.below(270));
    emit(u, view, at, c);
    const SimulatedCourse& course = truth_.courses[course_of(c)];
    const double dear =
        truth_.users[static_cast<std::size_t>(u)].price_sensitivity * std::log(course.price / 40);
    if (s.rng.uniform() * (1 + std::exp(0.8 - 0.6 * course.quality + dear)) >= 1) return at;
    at += 60 + static_cast<Time>(s.rng.below(240));
    emit(u, purchase, at, c, course.price);
    s.course = s.last_course = c;
    s.lessons_left = course.lessons;
    s.owned.push_back(c);
    return at;
  }

  /// Takes up to eight lessons of the current course; returns when the last one ends.
  Time study(std::int32_t u, Time at) {
    State& s = states_[static_cast<std::size_t>(u)];
    if (s.course < 0) return at;
    const SimulatedCourse& course = truth_.courses[course_of(s.course)];
    const std::uint64_t topic = std::uint64_t{1} << course.topic;
    const auto wanted =
        static_cast<std::int32_t>(1 + std::min<std::int64_t>(draw_geometric(s.rng, 0.5), 7));
    for (std::int32_t k = std::min(wanted, s.lessons_left); k > 0; --k) {
      at += 60 + static_cast<Time>(s.rng.below(120));
      emit(u, lesson, at, s.course);
      at += 300 + static_cast<Time>(s.rng.below(900));
      if (s.rng.uniform() < o_.questions) {
        const double right = (s.mastered & topic) != 0 ? 1 - o_.slip : o_.guess;
        emit(u, answer, at, s.course, s.rng.uniform() < right ? 1 : 0);
      }
      if (s.rng.uniform() < o_.learning) s.mastered |= topic;
      const bool first = s.lessons_left-- == course.lessons;
      if (first && s.rng.uniform() * (1 + std::exp(4 + course.quality)) < 1) {
        emit(u, refund, at + minute, s.course, -course.price);
        s.lessons_left = 0;
        at += minute;
        break;
      }
    }
    if (s.lessons_left == 0) s.course = -1;
    return at;
  }

  /// Often the next harder course after the last one, else one of a topic to the user's taste,
  /// better courses more often; -1 when only owned ones came to mind.
  std::int32_t choose_course(std::int32_t u) {
    State& s = states_[static_cast<std::size_t>(u)];
    const auto is_owned = [&](std::int32_t c) {
      return std::find(s.owned.begin(), s.owned.end(), c) != s.owned.end();
    };
    std::int32_t topic_index = -1;
    if (s.last_course >= 0 && s.rng.uniform() < 0.6) {
      topic_index = truth_.courses[course_of(s.last_course)].topic;
      const auto& courses = by_topic_[static_cast<std::size_t>(topic_index)].courses;
      const auto next = std::find(courses.begin(), courses.end(), s.last_course) + 1;
      if (s.rng.uniform() < 0.5 && next != courses.end() && !is_owned(*next)) return *next;
    }
    for (int attempt = 0; attempt < 3; ++attempt) {
      if (topic_index < 0) topic_index = draw_topic(s.rng, u);
      const Topic& topic = by_topic_[static_cast<std::size_t>(topic_index)];
      topic_index = -1;
      if (topic.courses.empty()) continue;
      const double level = s.rng.uniform() * topic.weight_up_to.back();
      const auto at =
          std::upper_bound(topic.weight_up_to.begin(), topic.weight_up_to.end() - 1, level);
      const std::int32_t c =
          topic.courses[static_cast<std::size_t>(at - topic.weight_up_to.begin())];
      if (!is_owned(c)) return c;
    }
    return -1;
  }

  void socialize(std::int32_t u, Time begin, double activity) {
    State& s = states_[static_cast<std::size_t>(u)];
    const double rate = truth_.users[static_cast<std::size_t>(u)].sociability * std::sqrt(activity);
    const auto n = std::min<std::int64_t>(draw_poisson(s.rng, std::min(rate, 1e6)),
                                          std::int64_t{4} * most_visits);
    const auto friends = truth_.friends_of(u);
    for (std::int64_t k = 0; k < n; ++k) {
      const Time t = some_moment(s, begin);
      const bool wants_reply = s.rng.bernoulli(0.5);
      const auto pick = friends.empty() ? 0 : s.rng.below(friends.size());
      const std::int32_t topic = draw_topic(s.rng, u);
      if (wants_reply && !friends.empty() && was_there(friends[pick]))
        emit(u, reply, t, o_.courses + o_.topics + friends[pick]);
      else
        emit(u, post, t, o_.courses + topic);
    }
    s.ties = 0.9 * s.ties + static_cast<double>(n);
  }

  void ask_for_help(std::int32_t u, Time begin) {
    State& s = states_[static_cast<std::size_t>(u)];
    for (std::int32_t k = s.open_tickets; k > 0; --k) {
      if (s.rng.uniform() >= o_.resolution) continue;
      emit(u, resolution, some_moment(s, begin));
      --s.open_tickets;
    }
    const double rate = truth_.users[static_cast<std::size_t>(u)].ticket_rate;
    const auto opened =
        std::min<std::int64_t>(draw_poisson(s.rng, std::min(rate, 1e6)), most_visits);
    for (std::int64_t k = 0; k < opened; ++k) emit(u, ticket, some_moment(s, begin));
    s.open_tickets += static_cast<std::int32_t>(opened);
  }

  [[nodiscard]] double share_of_friends_gone(std::int32_t u) const {
    const auto friends = truth_.friends_of(u);
    if (friends.empty()) return 0;
    const auto gone = std::count_if(friends.begin(), friends.end(), [&](std::int32_t v) {
      return states_[static_cast<std::size_t>(v)].left_block <= block_;
    });
    return static_cast<double>(gone) / static_cast<double>(friends.size());
  }

  /// Before this block; what happens in it must not matter, since users are taken in turn.
  [[nodiscard]] bool was_there(std::int32_t u) const {
    const State& s = states_[static_cast<std::size_t>(u)];
    return s.join_block < block_ && s.left_block > block_;
  }

  /// A moment of the week around the user's usual time of day; weekends count 1.5 times.
  static Time some_moment(State& s, Time begin) {
    while (true) {
      const Time midnight = begin + static_cast<Time>(s.rng.below(7)) * day;
      const auto weekday = (midnight / day + 4) % 7;  // 0: Sunday
      if (weekday > 0 && weekday < 6 && s.rng.uniform() < 1.0 / 3) continue;
      const double wander = 1.5 * s.rng.normal() * static_cast<double>(hour);
      return midnight + std::clamp<Time>(s.habit + static_cast<Time>(wander), 0, 20 * hour - 1);
    }
  }

  std::int32_t draw_topic(Rng& rng, std::int32_t u) const {
    float left = rng.uniform<float>();
    std::int32_t topic = 0;
    for (; topic + 1 < o_.topics; ++topic)
      if ((left -= truth_.tastes(u, topic)) < 0) break;
    return topic;
  }

  void emit(std::int32_t u, Kind kind, Time time, std::int32_t item = -1, double amount = 0) {
    pending_.push_back({u, kind, item, time, amount});
    if (kind != answer && time < end_) truth_.users[static_cast<std::size_t>(u)].revenue += amount;
  }

  /// Moves the events before a moment into the log; a user's week may reach into the next block.
  void flush(Time until) {
    until = std::min(until, end_);
    std::vector<Event> due;
    std::vector<Event> later;
    for (const Event& e : pending_) (e.time < until ? due : later).push_back(e);
    detail::sort_by_time(due);
    for (const Event& e : due) log_.add(e);
    pending_ = std::move(later);
  }

  struct Topic {
    std::vector<std::int32_t> courses;  // from easy to hard
    std::vector<double> weight_up_to;   // sums of exp(quality)
  };

  Options o_;
  Time end_;
  Time rise_;
  std::int32_t block_ = 0;  // weeks since the start
  EventLog log_;
  PlatformTruth truth_;
  std::vector<State> states_;
  std::vector<Topic> by_topic_;
  std::vector<Event> pending_;
};

}  // namespace loyal
