// SPDX-License-Identifier: MIT
#include <cmath>
#include <string>
#include <vector>

#include <loyal/report/lifetime_plots.hpp>
#include <loyal/retention/bg_nbd.hpp>
#include <loyal/retention/gamma_gamma.hpp>

#include "../support/catch.hpp"
#include "../support/random_log.hpp"
#include "../support/xml.hpp"

namespace lifetime_plots_tests {

using namespace loyal;

/// Two purchases a unit of time, for ever.
struct Clockwork {
  [[nodiscard]] double expected_purchases(double t) const { return 2 * t; }
};

TEST_CASE("purchases seen and expected, counted one by one") {
  Rng rng{1};
  for (int trial = 0; trial < 20; ++trial) {
    const auto log = testing::random_log(rng, 30 + static_cast<int>(rng.below(200)), 120 * day);
    const auto known = log.before(log.last_time() + 1);
    const CustomerSummaryOptions options{.kinds = {"purchase"}, .unit = trial % 2 ? week : day};
    const auto cutoff = log.first_time() + 60 * day;
    const auto summary = summarize_customers<double>(log.before(cutoff), options);
    const auto all = tracking_plot(known, summary.users, Clockwork{}, cutoff, true, options);
    const auto each = tracking_plot(known, summary.users, Clockwork{}, cutoff, false, options);
    REQUIRE(all.series.size() == 2);
    const Time start = log.first_time() / day;
    const Time step = options.unit / day;
    for (std::size_t w = 0; w < all.series[0].x.size(); ++w) {
      double seen = 0;
      double expected = 0;
      for (const auto user : summary.users) {
        Time first = -1;
        Time last = -1;
        for (const auto& event : known.of_user(user)) {
          const Time at = event.time / day - start;
          if (log.kinds().name(event.kind) != "purchase" || at == last) continue;
          if (first < 0)
            first = at;
          else if (at < step * static_cast<Time>(w))
            ++seen;
          last = at;
        }
        const Time age = step * static_cast<Time>(w) - first;
        if (age > 0) expected += 2 * static_cast<double>(age) / static_cast<double>(step);
      }
      CHECK(all.series[0].y[w] == seen);
      CHECK(all.series[1].y[w] == Approx(expected));
      if (w > 0) CHECK(each.series[0].y[w] == seen - all.series[0].y[w - 1]);
    }
    CHECK(all.references[0].at ==
          static_cast<double>(cutoff / day - start) / static_cast<double>(step));
    CHECK(testing::XmlCheck::error(all.svg()) == "");
    CHECK(testing::XmlCheck::error(each.svg()) == "");
  }
  EventLog log;
  log.add("anna", 0, "visit");
  const BGNBD<double> model{{.r = 1, .alpha = 2, .a = 1, .b = 3}};
  const auto plot = tracking_plot(log.before(1), {0}, model, 1);
  CHECK(plot.series[0].y == std::vector<double>{0});
  CHECK(testing::XmlCheck::error(tracking_plot(log.before(1), {}, model, 1).svg()) == "");
  CHECK_THROWS_AS(tracking_plot(log.before(1), {0}, model, 1, true, {.kinds = {"theft"}}),
                  DataError);
  CHECK_THROWS_AS(tracking_plot(log.before(1), {0}, model, 1, true, {.unit = 0}), OptionError);
}

TEMPLATE_TEST_CASE("customers grouped by how often they came back", "", float, double) {
  using T = TestType;
  CalibrationHoldout<T> split;
  split.calibration.history.frequency.resize(4);
  split.calibration.history.frequency << 0, 2, 9, 3;
  split.calibration.history.recency.setZero(4);
  split.calibration.history.age.setZero(4);
  split.holdout_frequency.resize(4);
  split.holdout_frequency << 1, 4, 6, 8;
  Vector<double> expected(4);
  expected << 0.5, 3, 5, 6;
  const auto plot = frequency_plot(split, expected, 3);
  CHECK(plot.x.categories == std::vector<std::string>{"0", "1", "2", "3+"});
  CHECK(plot.series[0].y == std::vector<double>{1, 0, 4, 7});
  CHECK(plot.series[1].y == std::vector<double>{0.5, 0, 3, 5.5});
  CHECK(testing::XmlCheck::error(plot.svg()) == "");
  CHECK_THROWS_AS(frequency_plot(split, Vector<double>::Zero(3)), ShapeError);
  CHECK_THROWS_AS(frequency_plot(split, expected, 0), OptionError);
}

TEST_CASE("parameters with their intervals") {
  Rng rng{2};
  const GammaGamma<double> truth{{.p = 6, .q = 4, .v = 15}};
  const std::vector<double> frequency(300, 3.0);
  const auto fit = GammaGamma<double>{}.fit(frequency, truth.simulate(frequency, rng));
  REQUIRE(fit.converged());
  const auto table = parameter_table("Amounts", fit, {"<a>", "b", "c"});
  CHECK(table.rows() == 3);
  CHECK(table.columns[0].cells == std::vector<std::string>{"p", "q", "v"});
  CHECK(table.columns[1].keys[2] == fit.values[2]);
  CHECK(testing::XmlCheck::error(table.html()) == "");
  CHECK(parameter_table("Amounts", fit).columns.size() == 2);
  CHECK_THROWS_AS(parameter_table("Amounts", fit, {"one"}), ShapeError);
  // Without a maximum there may be no interval, but there is a table.
  const auto endless = GammaGamma<double>{}.fit({2}, {10});
  CHECK(testing::XmlCheck::error(parameter_table("Amounts", endless).html()) == "");
}

}  // namespace lifetime_plots_tests
