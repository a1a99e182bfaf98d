// SPDX-License-Identifier: MIT
#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <loyal/data/platform_simulator.hpp>

#include "../support/catch.hpp"

using namespace loyal;

namespace {

std::map<std::string, std::vector<Event>> by_kind(const EventLog& log) {
  std::map<std::string, std::vector<Event>> events;
  for (const Event& e : log.events()) events[log.kinds().name(e.kind)].push_back(e);
  return events;
}

struct Fit {
  Vector<double> estimate;
  Vector<double> error;
};

/// Logistic regression by Newton's method, with standard errors; column 0 is the intercept.
Fit logistic_regression(const Matrix<double>& x, const Vector<double>& y) {
  Vector<double> b = Vector<double>::Zero(x.cols());
  Matrix<double> information;
  for (int step = 0; step < 30; ++step) {
    const Vector<double> p = (1 + (-(x * b).array()).exp()).inverse();
    const Vector<double> w = p.array() * (1 - p.array());
    information = x.transpose() * w.asDiagonal() * x;
    b += information.ldlt().solve(x.transpose() * (y - p));
  }
  const Matrix<double> inverse =
      information.ldlt().solve(Matrix<double>::Identity(x.cols(), x.cols()));
  return {b, inverse.diagonal().cwiseSqrt()};
}

}  // namespace

TEST_CASE("the same seed gives the same log bit for bit, another seed another log") {
  const PlatformSimulator::Options options{.users = 300, .courses = 30, .days = 200};
  const auto a = PlatformSimulator{options}.run();
  const auto b = PlatformSimulator{options}.run();
  CHECK(a.log == b.log);
  CHECK(a.truth.users == b.truth.users);
  CHECK(a.truth.courses == b.truth.courses);
  CHECK(a.truth.tastes == b.truth.tastes);
  CHECK(a.truth.friends == b.truth.friends);
  auto other = options;
  other.seed = 2;
  CHECK_FALSE(PlatformSimulator{other}.run().log == a.log);
}

TEST_CASE("the log keeps its promises") {
  const auto [log, truth] = PlatformSimulator{{.users = 300, .courses = 40, .days = 300}}.run();
  const Time start = PlatformSimulator::Options{}.start;
  CHECK(log.first_time() >= start);
  CHECK(log.last_time() < start + 300 * day);
  CHECK(log.users().size() == 300);
  CHECK(log.items().name(39) == "c39");
  CHECK(log.items().name(40) == "t0");
  CHECK(log.items().name(46) == "u0");

  std::vector<double> revenue(300, 0.0);
  std::map<std::pair<int, int>, int> bought;
  std::map<std::pair<int, int>, int> lessons;
  std::vector<int> open(300, 0);
  for (const Event& e : log.events()) {
    const auto u = static_cast<std::size_t>(e.user);
    const auto& user = truth.users[u];
    REQUIRE(e.time >= user.joined);
    REQUIRE(e.time < user.left);
    const std::string& kind = log.kinds().name(e.kind);
    const bool about_course = kind == "view" || kind == "lesson" || kind == "answer" ||
                              kind == "purchase" || kind == "refund";
    if (about_course) REQUIRE((e.item >= 0 && e.item < 40));
    if (kind != "answer") revenue[u] += e.amount;
    if (kind == "answer") REQUIRE((e.amount == 0 || e.amount == 1));
    if (kind == "purchase") {
      REQUIRE(e.amount == truth.courses[static_cast<std::size_t>(e.item)].price);
      REQUIRE(++bought[{e.user, e.item}] == 1);
    }
    if (kind == "lesson") {
      REQUIRE(bought[{e.user, e.item}] == 1);
      REQUIRE(++lessons[{e.user, e.item}] <=
              truth.courses[static_cast<std::size_t>(e.item)].lessons);
    }
    if (kind == "post") REQUIRE((e.item >= 40 && e.item < 46));
    if (kind == "reply") {
      const auto friends = truth.friends_of(e.user);
      REQUIRE(std::binary_search(friends.begin(), friends.end(), e.item - 46));
      REQUIRE(log.items().name(e.item) == log.users().name(e.item - 46));
    }
    if (kind == "ticket") ++open[u];
    if (kind == "resolution") REQUIRE(--open[u] >= 0);
  }
  for (std::size_t u = 0; u < 300; ++u)
    CHECK(revenue[u] == Approx(truth.users[u].revenue).margin(1e-6));
  for (Index u = 0; u < 300; ++u) CHECK(truth.tastes.row(u).sum() == Approx(1));
  for (std::int32_t u = 0; u < 300; ++u)
    for (const std::int32_t v : truth.friends_of(u)) {
      const auto back = truth.friends_of(v);
      CHECK(std::binary_search(back.begin(), back.end(), u));
    }
  CHECK(truth.friends_of(-1).empty());
  CHECK(truth.friends_of(300).empty());

  const auto events = by_kind(log);
  for (const char* kind : {"visit", "view", "lesson", "answer", "purchase", "refund", "renewal",
                           "post", "reply", "ticket", "resolution"})
    CHECK(events.count(kind) == 1);
  CHECK(events.count("incentive") == 0);
  CHECK(truth.weeks.empty());
}

TEST_CASE("the causes of leaving are recovered from the recorded weeks") {
  PlatformSimulator::Options options{.users = 2500, .courses = 50, .days = 400, .seed = 3};
  options.tickets = 0.2;
  options.record_weeks = true;
  options.hazard.coefficients.contagion = 1.5;
  const auto truth = PlatformSimulator{options}.run().truth;
  REQUIRE(truth.weeks.size() > 30000);

  const auto n = static_cast<Index>(truth.weeks.size());
  Matrix<double> x(n, 1 + static_cast<Index>(ChurnCauses::count));
  Vector<double> y(n);
  double expected = 0;
  for (Index i = 0; i < n; ++i) {
    const auto& w = truth.weeks[static_cast<std::size_t>(i)];
    x(i, 0) = 1;
    const auto causes = w.causes.values();
    for (std::size_t k = 0; k < causes.size(); ++k) x(i, 1 + static_cast<Index>(k)) = causes[k];
    y[i] = w.left ? 1 : 0;
    expected += w.hazard;
    REQUIRE(w.hazard == Approx(options.hazard(w.causes)));
  }
  CHECK(std::abs(y.sum() - expected) < 4 * std::sqrt(expected));
  const auto fit = logistic_regression(x, y);
  const auto coefficients = options.hazard.coefficients.values();
  CHECK(std::abs(fit.estimate[0] - options.hazard.intercept) < 3.5 * fit.error[0]);
  for (std::size_t k = 0; k < coefficients.size(); ++k) {
    const auto j = 1 + static_cast<Index>(k);
    INFO(ChurnCauses::names[k] << ": " << fit.estimate[j] << " +- " << fit.error[j]);
    CHECK(std::abs(fit.estimate[j] - coefficients[k]) < 3.5 * fit.error[j]);
    // The test is sharp: were the cause without effect, this fit would say so.
    CHECK(std::abs(coefficients[k]) > 5 * fit.error[j]);
  }

  // What the weeks say agrees with what the users' fates say.
  std::size_t left = 0;
  for (const auto& user : truth.users) left += user.left != SimulatedUser::never ? 1U : 0U;
  CHECK(static_cast<double>(left) == y.sum());
}

TEST_CASE("two runs show each user with and without the incentive") {
  PlatformSimulator::Options options{.users = 3000, .courses = 40, .days = 300, .seed = 5};
  options.campaign_day = 180;
  options.campaign_share = 0;
  const auto without = PlatformSimulator{options}.run();
  options.campaign_share = 1;
  const auto with = PlatformSimulator{options}.run();
  options.campaign_share = 0.5;
  const auto mixed = PlatformSimulator{options}.run();

  const Time campaign = options.start + 180 * day;
  const Time over = campaign + (options.incentive_weeks + 1) * week;
  double saved = 0;
  double promised = 0;
  int there = 0;
  int treated = 0;
  for (std::size_t u = 0; u < 3000; ++u) {
    const auto& a = without.truth.users[u];
    const auto& b = with.truth.users[u];
    const auto& c = mixed.truth.users[u];
    CHECK_FALSE(a.treated);
    if (a.left <= campaign) {  // what happened before the campaign is the same
      CHECK(a == b);
      continue;
    }
    CHECK(c.left == (c.treated ? b.left : a.left));
    CHECK(a.campaign_effect == b.campaign_effect);
    if (!b.treated) continue;
    ++there;
    treated += c.treated ? 1 : 0;
    promised += b.campaign_effect;
    saved += (a.left <= over ? 1 : 0) - (b.left <= over ? 1 : 0);
    if (b.incentive_relief > 0 && a.left <= over) CHECK(b.left >= a.left);
    if (b.incentive_relief < 0) CHECK(b.left <= a.left);
  }
  REQUIRE(there > 1000);
  CHECK(std::abs(treated - there / 2) < 3 * std::sqrt(there));
  CHECK(saved > 0);
  // Frozen causes against moving ones: the same size, not the same number.
  CHECK(saved == Approx(promised).epsilon(0.5));
  const auto first = by_kind(with.log).at("incentive").front().time;
  CHECK(first >= campaign);
  CHECK(static_cast<int>(by_kind(with.log).at("incentive").size()) == there);
}

TEST_CASE("traits show in behavior") {
  const auto [log, truth] = PlatformSimulator{{.users = 1500, .courses = 120, .days = 365}}.run();
  // Courses viewed follow the tastes: the mean taste for the viewed topic is far above 1 / 6.
  double taste = 0;
  int views = 0;
  for (const Event& e : log.events()) {
    if (log.kinds().name(e.kind) != "view") continue;
    taste += static_cast<double>(
        truth.tastes(e.user, truth.courses[static_cast<std::size_t>(e.item)].topic));
    ++views;
  }
  CHECK(taste / views > 0.3);
  // The price rise shows in the renewals.
  std::set<double> prices;
  for (const Event& e : log.events())
    if (log.kinds().name(e.kind) == "renewal") prices.insert(e.amount);
  CHECK(prices == std::set<double>{30, 36});
  // Answers get better with the number of lessons taken in a topic.
  std::map<std::pair<int, int>, int> lessons;
  double early[2]{};
  double late[2]{};
  for (const Event& e : log.events()) {
    const std::string& kind = log.kinds().name(e.kind);
    if (kind != "lesson" && kind != "answer") continue;
    auto& taken = lessons[{e.user, truth.courses[static_cast<std::size_t>(e.item)].topic}];
    if (kind == "lesson") {
      ++taken;
    } else {
      auto& sum = taken <= 2 ? early : late;
      if (taken <= 2 || taken > 30) sum[0] += e.amount, sum[1] += 1;
    }
  }
  CHECK(early[0] / early[1] == Approx(0.2 + 0.7 * 0.145).margin(0.03));  // mastered .1, then .19
  CHECK(late[0] / late[1] > 0.85);
  CHECK(late[0] / late[1] < 0.9);
}

TEST_CASE("extreme but legal worlds") {
  for (const auto& options :
       {PlatformSimulator::Options{.users = 1, .courses = 1, .topics = 64, .days = 7},
        PlatformSimulator::Options{.users = 50,
        .courses = 2,
        .topics = 1,
        .visits = 0,
        .posts = 0,
        .friends = 0,
        .tickets = 0},
        PlatformSimulator::Options{
            .users = 20, .days = 60, .engagement_spread = 20, .mood_spread = 5},
        PlatformSimulator::Options{.users = 50, .days = 60, .hazard = {.intercept = 100}}}) {
    const auto platform = PlatformSimulator{options}.run();
    CHECK(platform.log.size() >= 1);
    for (const Event& e : platform.log.events())
      REQUIRE(e.time < platform.truth.users[static_cast<std::size_t>(e.user)].left);
  }
  const auto doomed =
      PlatformSimulator{{.users = 50, .days = 60, .join_share = 0.1, .hazard = {.intercept = 100}}}
          .run();
  for (const auto& user : doomed.truth.users) CHECK(user.left == user.joined + week);
}

TEST_CASE("options outside the domain are refused") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  using Options = PlatformSimulator::Options;
  for (const Options& bad :
       {Options{.users = 0}, Options{.courses = 0}, Options{.topics = 0}, Options{.topics = 65},
        Options{.days = 6}, Options{.start = 5}, Options{.join_share = 0},
        Options{.join_share = nan}, Options{.visits = -1}, Options{.mood_memory = 1},
        Options{.membership_price = 0}, Options{.price_rise = -1}, Options{.friends = 2000},
        Options{.resolution = 2}, Options{.guess = -0.1}, Options{.campaign_day = -2},
        Options{.campaign_share = 1.1}, Options{.incentive_weeks = 0},
        Options{.hazard = {.intercept = nan}}})
    CHECK_THROWS_AS(PlatformSimulator{bad}, OptionError);
  CHECK_THROWS_WITH(PlatformSimulator({.topics = 65}), ContainsSubstring("topics is 65"));
}
