// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <loyal/core/distributions.hpp>
#include <loyal/core/model_file.hpp>
#include <loyal/core/random.hpp>
#include <loyal/retention/aft.hpp>
#include <loyal/retention/kaplan_meier.hpp>

#include "../support/catch.hpp"
#include "../support/survival_data.hpp"
#include "../support/temporary_directory.hpp"

namespace aft_tests {

using namespace loyal;
using testing::TwentyRows;

constexpr TimeDistribution all[]{TimeDistribution::weibull, TimeDistribution::exponential,
                                 TimeDistribution::log_normal, TimeDistribution::log_logistic};

/// Coefficients of a and b, intercept and scale as R prints them: intercept first.
void check(const AFTRegression<double>& m, const std::vector<double>& r) {
  const auto n = r.size();
  CHECK(m.converged());
  CHECK(m.intercept() == Approx(r[0]).epsilon(1e-8));
  for (std::size_t j = 1; j + 2 < n; ++j)
    CHECK(m.coefficients()[static_cast<Index>(j) - 1] == Approx(r[j]).epsilon(1e-7).margin(1e-9));
  CHECK(m.scale() == Approx(r[n - 2]).epsilon(1e-8));
  CHECK(m.log_likelihood() == Approx(r[n - 1]).epsilon(1e-10));
}

double draw_z(Rng& rng, TimeDistribution distribution) {
  if (distribution == TimeDistribution::log_normal) return rng.normal();
  const double u = 1 - rng.uniform();
  if (distribution == TimeDistribution::log_logistic) return std::log((1 - u) / u);
  return std::log(-std::log(u));
}

TEST_CASE("aft: twenty rows agree with R's survreg") {
  const TwentyRows d;
  const auto fit = [&](TimeDistribution distribution, const std::vector<double>& weight = {}) {
    AFTRegression<double> model{{.distribution = distribution}};
    model.fit(d.x(), d.time, d.event, {.weight = weight});
    return model;
  };
  const auto weibull = fit(TimeDistribution::weibull);
  check(weibull, {1.979115942426e+00, -4.095960957370e-01, 8.641054844325e-04, 3.560498210780e-01,
                  -3.373669674389e+01});
  CHECK(weibull.null_log_likelihood() == Approx(-38.81962021388));
  CHECK(weibull.likelihood_ratio_test().degrees == 2);
  // R's order is intercept, a, b, log(scale).
  const double v[4][4]{
      {0.021779076829205, -0.010090886808934, -0.021228075266717, 0.002830950722683},
      {-0.010090886808934, 0.017330186581394, 0.009131165284290, -0.007718037365426},
      {-0.021228075266717, 0.009131165284290, 0.041859873146751, -0.002175442638079},
      {0.002830950722683, -0.007718037365426, -0.002175442638079, 0.051959641240345}};
  const Index ours[]{2, 0, 1, 3};
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 4; ++j)
      CHECK(weibull.covariance()(ours[i], ours[j]) == Approx(v[i][j]).epsilon(1e-6));
  check(fit(TimeDistribution::exponential),
        {2.14404535361610, -0.65121893364043, 0.01351387600948, 1, -40.77650164511626});
  CHECK(fit(TimeDistribution::exponential).covariance()(2, 2) == Approx(0.16244409450829));
  CHECK(std::isnan(fit(TimeDistribution::exponential).table()[3].standard_error));
  check(fit(TimeDistribution::log_normal),
        {1.8661446136799, -0.5129615987011, -0.1041753072040, 0.5676367653205, -35.9114971886781});
  CHECK(fit(TimeDistribution::log_normal).covariance()(3, 3) == Approx(0.036202218802483));
  check(fit(TimeDistribution::log_logistic),
        {1.86846399647806, -0.44787154144768, -0.03715203323911, 0.30022128778398,
         -35.40040022825176});
  CHECK(fit(TimeDistribution::log_logistic).covariance()(3, 0) == Approx(-0.0049667282201404));

  const auto w = fit(TimeDistribution::weibull, d.weight);
  check(w,
        {2.0323707503096, -0.4667593722661, -0.1304474840296, 0.3869851825249, -36.7188955110848});
  check(fit(TimeDistribution::exponential, d.weight),
        {2.1936560092670, -0.7056570402212, -0.1476916006169, 1, -43.6948016289697});
  const auto n = fit(TimeDistribution::log_normal, d.weight);
  check(n,
        {1.9347360332163, -0.5494614916280, -0.2882717286918, 0.6031956798090, -39.0889605850094});
  const auto l = fit(TimeDistribution::log_logistic, d.weight);
  check(l,
        {1.9265096974060, -0.4803548387550, -0.1997157835264, 0.3199411464416, -38.6411401409549});
  Matrix<double> someone(1, 2);
  someone << 0.5, 1;
  CHECK(w.quantile(someone)[0] == Approx(4.603001131615));
  CHECK(w.quantile(someone, 0.9)[0] == Approx(7.325063165943));
  CHECK(n.quantile(someone, 0.9)[0] == Approx(8.539990765695));
  CHECK(l.quantile(someone)[0] == Approx(4.422107951477));
  CHECK(l.quantile(someone, 0.9)[0] == Approx(8.931631212361));
}

TEST_CASE("aft: robust errors agree with R's survreg") {
  const TwentyRows d;
  // R's lower triangle by columns: intercept, a, b, log(scale).
  const auto check_variance = [&](TimeDistribution distribution, bool clusters,
                                  const std::vector<double>& r) {
    AFTRegression<double> model{{.distribution = distribution, .robust = true}};
    if (clusters)
      model.fit(d.x(), d.time, d.event, {.weight = d.weight, .cluster = d.cluster});
    else
      model.fit(d.x(), d.time, d.event);
    const Index ours[]{2, 0, 1, 3};
    std::size_t at = 0;
    const Index size = r.size() == 6 ? 3 : 4;
    for (Index j = 0; j < size; ++j)
      for (Index i = j; i < size; ++i)
        CHECK(model.covariance()(ours[i], ours[j]) == Approx(r[at++]).epsilon(1e-6));
  };
  check_variance(TimeDistribution::weibull, false,
                 {0.016679421620681, -0.009799093605330, -0.018413436194853, 0.005104413435224,
                  0.015315944857994, 0.013515434113949, -0.022111507790846, 0.037190394107236,
                  -0.017871193028409, 0.076403589458967});
  // Of clusters with weights by its weighted dfbeta; its own variance leaves the weights out of the scores.
  check_variance(
      TimeDistribution::weibull, true,
      {0.03104451184492, -0.02676918714976, -0.03838564746020, 0.02432673266086, 0.02891309252214,
       0.03786803986261, -0.02789548419530, 0.05968953960197, -0.05486517543710, 0.09570123391681});
  check_variance(TimeDistribution::exponential, false,
                 {0.07928728467132, -0.04849824040574, -0.06986621492249, 0.04863075274833,
                  0.03606170302442, 0.12958996736389});
  check_variance(
      TimeDistribution::log_normal, true,
      {0.03009234783239, -0.01458326349812, -0.04695909004093, 0.01853700194024, 0.01974257372861,
       0.03213455163501, -0.01724590593805, 0.11968659419119, -0.06314886790765, 0.04920996823323});
  check_variance(TimeDistribution::log_logistic, false,
                 {0.021802209510637, -0.001900952824719, -0.023882072316104, -0.002894194402774,
                  0.014118254213679, 0.006301989377721, -0.019919525544242, 0.059580224165349,
                  -0.016850510973643, 0.076243888439883});
}

TEST_CASE("aft: late entries, as R's optim maximizes the likelihood written out") {
  const TwentyRows d;
  const auto fit = [&](TimeDistribution distribution, const std::vector<double>& r,
                       const std::vector<double>& errors) {
    AFTRegression<double> model{{.distribution = distribution}};
    model.fit(d.x(), d.time, d.event, {.entry = d.entry});
    CHECK(model.converged());
    CHECK(model.intercept() == Approx(r[0]).epsilon(1e-5));
    CHECK(model.coefficients()[0] == Approx(r[1]).epsilon(1e-5));
    CHECK(model.coefficients()[1] == Approx(r[2]).epsilon(1e-4));
    CHECK(std::log(model.scale()) == Approx(r[3]).epsilon(1e-5));
    CHECK(model.log_likelihood() == Approx(r[4]).epsilon(1e-10));
    CHECK(model.null_log_likelihood() < model.log_likelihood());
    const Index ours[]{2, 0, 1, 3};
    for (int j = 0; j < 4; ++j)
      CHECK(std::sqrt(model.covariance()(ours[j], ours[j])) ==
            Approx(errors[static_cast<std::size_t>(j)]).epsilon(1e-4));
  };
  fit(TimeDistribution::weibull,
      {1.95328007925129, -0.43089566385573, -0.03930583126268, -0.87675654047953, -32.28868910386},
      {0.1730246638, 0.1580159977, 0.2402716199, 0.2710651240});
  fit(TimeDistribution::log_normal,
      {1.7930565442179, -0.5441649170164, -0.1625618655028, -0.4970713987269, -33.9495398693},
      {0.2272508456, 0.2201700267, 0.3326023116, 0.2116450419});
  fit(TimeDistribution::log_logistic,
      {1.8192613790103, -0.4720475019015, -0.0992950153586, -1.0895797062148, -33.90838846073},
      {0.2018781861, 0.1836959546, 0.3063114866, 0.2537939156});
}

TEST_CASE("aft: an exponential forgets when it was first watched") {
  // Time since entry is as good as time from 0; the closed form is events over time watched.
  const TwentyRows d;
  AFTRegression<double> model{{.distribution = TimeDistribution::exponential}};
  model.fit(Matrix<double>(20, 0), d.time, d.event, {.entry = d.entry});
  double watched = 0;
  double events = 0;
  for (std::size_t i = 0; i < 20; ++i) {
    watched += d.time[i] - d.entry[i];
    events += d.event[i];
  }
  CHECK(model.converged());
  CHECK(model.intercept() == Approx(std::log(watched / events)).epsilon(1e-8));
  CHECK(model.table()[0].standard_error == Approx(1 / std::sqrt(events)).epsilon(1e-6));
  CHECK_THROWS_AS(model.fit(d.x(), d.time, d.event, {.stratum = d.stratum}), DataError);
}

TEST_CASE("aft: Rossi as R's survreg") {
  const auto rossi = testing::data_table("rossi/rossi.csv");
  if (!rossi) return;
  const Matrix<double> x = testing::rossi_covariates(*rossi);
  const auto fit = [&](TimeDistribution distribution) {
    AFTRegression<double> model{{.distribution = distribution}};
    model.fit(x, rossi->numbers("week"), rossi->numbers("arrest"));
    return model;
  };
  const auto m = fit(TimeDistribution::weibull);
  check(m, {3.99013479720469, 0.27216335974596, 0.04071379832427, -0.22480244317318,
            0.10655658690573, 0.31127326495467, 0.05882725261619, -0.06581690482200,
            0.71240533385733, -679.91656393709115});
  CHECK(m.null_log_likelihood() == Approx(-696.62439694778550));
  CHECK(m.table()[0].standard_error == Approx(0.13796191684895).epsilon(1e-7));
  CHECK(m.table()[7].standard_error == Approx(0.41909518917920).epsilon(1e-7));
  CHECK(m.table()[8].standard_error == Approx(0.08902669069933).epsilon(1e-7));
  CHECK(fit(TimeDistribution::exponential).log_likelihood() == Approx(-686.36594085355125));
  CHECK(fit(TimeDistribution::log_normal).log_likelihood() == Approx(-683.23462527839160));
  CHECK(fit(TimeDistribution::log_logistic).log_likelihood() == Approx(-679.93841105273214));
}

TEST_CASE(
    "aft: slopes and bends are the derivatives of the values, which are log density and survival") {
  for (const auto distribution : all)
    for (const bool event : {true, false})
      for (double z = -9; z < 40; z += 0.37) {
        if (z > 6 && distribution == TimeDistribution::weibull) break;
        if (z > 6 && distribution == TimeDistribution::exponential) break;
        const double h = 1e-5;
        const auto at = detail::log_shape(distribution, event, z);
        const auto up = detail::log_shape(distribution, event, z + h);
        const auto down = detail::log_shape(distribution, event, z - h);
        INFO(static_cast<int>(distribution) << ' ' << event << ' ' << z);
        CHECK(at.slope == Approx((up.value - down.value) / (2 * h)).epsilon(1e-6).margin(1e-8));
        CHECK(at.bend == Approx((up.slope - down.slope) / (2 * h)).epsilon(1e-4).margin(1e-8));
        // The density is the hazard times survival.
        const auto tail = detail::log_shape(distribution, false, z);
        const auto density = detail::log_shape(distribution, true, z);
        CHECK(density.value == Approx(std::log(-tail.slope) + tail.value).margin(1e-9));
      }
}

TEST_CASE("aft: closed forms without features") {
  const Matrix<double> none(6, 0);
  const std::vector<double> time{1, 2, 3, 5, 8, 13};
  const std::vector<int> event{1, 1, 0, 1, 0, 1};
  AFTRegression<double> model{{.distribution = TimeDistribution::exponential}};
  model.fit(none, time, event);
  CHECK(model.expected(Matrix<double>(1, 0))[0] == Approx(32.0 / 4));  // all time over all events
  CHECK(model.log_likelihood() == Approx(-4 * std::log(8.0) - 4));
  CHECK(model.covariance()(0, 0) == Approx(1.0 / 4));
  AFTRegression<double> normal{{.distribution = TimeDistribution::log_normal}};
  normal.fit(none, time, std::vector<int>(6, 1));
  Moments moments;
  for (const double t : time) moments.add(std::log(t));
  CHECK(normal.intercept() == Approx(moments.mean()));
  CHECK(normal.scale() == Approx(moments.deviation(0)));
}

TEST_CASE("aft: survival, quantiles and means belong together") {
  const TwentyRows d;
  for (const auto distribution : all) {
    AFTRegression<double> model{{.distribution = distribution}};
    model.fit(d.x(), d.time, d.event);
    const Matrix<double> x = d.x().topRows(3);
    for (const double p : {0.01, 0.3, 0.5, 0.99}) {
      const Vector<double> t = model.quantile(x, p);
      for (Index i = 0; i < 3; ++i)
        CHECK(model.survival(x.row(i), {t[i]})(0, 0) == Approx(1 - p).epsilon(1e-9));
    }
    CHECK(model.survival(x, {0, -1})(2, 1) == 1);
    // The mean is the area below the survival function.
    const Vector<double> mean = model.expected(x);
    double area = 0;
    const double step = 0.01;
    for (double u = -12 + step / 2; u < 12; u += step)
      area += step * std::exp(u) * model.survival(x.row(1), {std::exp(u)})(0, 0);
    CHECK(mean[1] == Approx(area).epsilon(1e-3));
  }
}

TEST_CASE("aft: the truth lies within the 95 % intervals of simulated data") {
  int total = 0;
  for (const auto distribution : all) {
    int covered[4]{};
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
      Rng rng{seed};
      const double scale = distribution == TimeDistribution::exponential ? 1 : 0.6;
      const double truth[]{0.5, -0.25, 2, std::log(scale)};
      Matrix<double> x(200, 2);
      std::vector<double> time;
      std::vector<double> event;
      for (Index i = 0; i < 200; ++i) {
        x(i, 0) = rng.normal();
        x(i, 1) = 3 + 2 * rng.normal();
        const double end =
            std::exp(2 + 0.5 * x(i, 0) - 0.25 * x(i, 1) + scale * draw_z(rng, distribution));
        const double censored = rng.uniform(0.1, 15.0);
        time.push_back(std::min(end, censored));
        event.push_back(end <= censored ? 1 : 0);
      }
      AFTRegression<double> model{{.distribution = distribution}};
      model.fit(x, time, event);
      const auto table = model.table();
      for (std::size_t j = 0; j < 4; ++j)
        covered[j] += table[j].low <= truth[j] && truth[j] <= table[j].high ? 1 : 0;
    }
    INFO(static_cast<int>(distribution));
    for (int j = 0; j < (distribution == TimeDistribution::exponential ? 3 : 4); ++j) {
      CHECK(covered[j] >= (distribution == TimeDistribution::weibull ? 90 : 88));
      total += covered[j];
    }
  }
  CHECK(total / 15.0 > 93);
  CHECK(total / 15.0 < 97);
}

TEST_CASE("aft: units of features and of time do not matter") {
  const TwentyRows d;
  AFTRegression<double> plain;
  plain.fit(d.x(), d.time, d.event);
  Matrix<double> x = d.x();
  x.col(0) = (1e6 * x.col(0)).array() + 1e7;
  std::vector<double> hours = d.time;
  for (double& t : hours) t *= 24;
  AFTRegression<double> model;
  model.fit(x, hours, d.event);
  CHECK(1e6 * model.coefficients()[0] == Approx(plain.coefficients()[0]).epsilon(1e-6));
  CHECK(model.scale() == Approx(plain.scale()).epsilon(1e-7));
  CHECK(model.quantile(x)[3] == Approx(24 * plain.quantile(d.x())[3]).epsilon(1e-6));
  CHECK(model.table()[0].z == Approx(plain.table()[0].z).epsilon(1e-6));
  AFTRegression<float> narrow;
  narrow.fit(d.x<float>(), d.time, d.event);
  CHECK(narrow.coefficients()[0] == Approx(plain.coefficients()[0]).epsilon(1e-6));
}

TEST_CASE("aft: no finite optimum, collinear features, one event") {
  const TwentyRows d;
  std::vector<int> event = d.event;
  for (std::size_t i = 0; i < 20; ++i)
    if (d.b[i] == 1) event[i] = 0;  // nobody with b has the event
  for (const auto distribution : all) {
    AFTRegression<double> model{{.distribution = distribution}};
    model.fit(d.x(), d.time, event);
    INFO(static_cast<int>(distribution));
    CHECK(model.stop() == Stop::runs_away);
    CHECK(std::count(model.runaway().begin(), model.runaway().end(), 1) == 1);
    CHECK(model.coefficients()[1] > 1);
    CHECK(model.coefficients().allFinite());
    AFTRegression<double> ridge{{.distribution = distribution, .l2 = 0.1}};
    ridge.fit(d.x(), d.time, event);
    CHECK(ridge.converged());
  }
  Matrix<double> line(4, 1);
  line << 0, 1, 2, 3;
  AFTRegression<double> exact;
  exact.fit(line, {std::exp(1.0), std::exp(2.0), std::exp(3.0), std::exp(4.0)}, {1, 1, 1, 1});
  CHECK_FALSE(exact.converged());  // the scale goes to 0
  CHECK(exact.scale() < 1e-3);
  exact.fit(Matrix<double>(3, 0), {2, 2, 2}, {1, 1, 1});
  CHECK(exact.stop() == Stop::runs_away);
  CHECK(exact.runaway() == std::vector<Index>{1});
  Matrix<double> x(20, 4);
  x << d.x(), Vector<double>::Constant(20, 0.3), d.x().col(0) - 2 * d.x().col(1);
  AFTRegression<double> plain;
  plain.fit(d.x(), d.time, d.event);
  AFTRegression<double> model;
  model.fit(x, d.time, d.event);
  CHECK(model.converged());
  CHECK(model.unidentified() == std::vector<Index>{2, 3});
  CHECK(model.coefficients()[0] == Approx(plain.coefficients()[0]).epsilon(1e-7));
  CHECK(model.likelihood_ratio_test().degrees == 2);
  CHECK(model.intercept() == Approx(plain.intercept()).epsilon(1e-7));
  AFTRegression<double> one{{.distribution = TimeDistribution::exponential}};
  one.fit(Matrix<double>(3, 0), {1, 4, 5}, {0, 1, 0});
  CHECK(one.expected(Matrix<double>(1, 0))[0] == Approx(10));
}

TEST_CASE("aft: one event, before the last that was watched or not; one time for all") {
  for (const auto distribution : all) {
    INFO(static_cast<int>(distribution));
    const bool exponential = distribution == TimeDistribution::exponential;
    AFTRegression<double> model{{.distribution = distribution}};
    model.fit(Matrix<double>(3, 0), {1, 4, 5}, {0, 1, 0});
    CHECK(model.converged());
    const double best = model.log_likelihood();
    CHECK(std::isfinite(best));
    CHECK(std::isfinite(model.quantile(Matrix<double>(1, 0))[0]));
    // Nobody is watched beyond the event: all could have it then, with certainty.
    model.fit(Matrix<double>(3, 0), {1, 4, 5}, {0, 0, 1});
    CHECK(model.converged() == exponential);
    if (!exponential) CHECK(model.runaway() == std::vector<Index>{1});
    Matrix<double> x(5, 1);
    x << 1, 2, 3, 4, 6;
    model.fit(x, {2, 2, 2, 2, 2}, {1, 1, 1, 1, 1});
    CHECK(model.converged() == exponential);
    CHECK(std::abs(model.coefficients()[0]) < 1e-3);
    CHECK(model.quantile(x).allFinite());
  }
  // Weibull's shape k by brute force: log k + (k - 1) log 4 - log(1 + 4^k + 5^k) + const is highest.
  double highest = -1e9;
  double shape = 0;
  for (double k = 0.5; k < 20; k += 1e-4) {
    const double value =
        std::log(k) + (k - 1) * std::log(4.0) - std::log(1 + std::pow(4, k) + std::pow(5, k));
    if (value > highest) highest = value, shape = k;
  }
  AFTRegression<double> weibull;
  weibull.fit(Matrix<double>(3, 0), {1, 4, 5}, {0, 1, 0});
  CHECK(1 / weibull.scale() == Approx(shape).epsilon(1e-3));
  CHECK(weibull.log_likelihood() == Approx(highest - 1));
}

TEST_CASE("aft: what cannot be fitted leaves the model as it was; files") {
  const TwentyRows d;
  AFTRegression<double> model;
  CHECK_THROWS_AS(model.quantile(d.x()), NotFitted);
  CHECK_THROWS_AS(model.scale(), NotFitted);
  CHECK(model.coefficients().size() == 0);
  model.fit(d.x(), d.time, d.event);
  const double before = model.scale();
  CHECK_THROWS_AS(model.fit(d.x(), d.time, std::vector<int>(20, 0)), DataError);
  std::vector<double> bad = d.time;
  bad[2] = 0;
  CHECK_THROWS_WITH(model.fit(d.x(), bad, d.event), ContainsSubstring("time[2] is 0"));
  bad[2] = -1;
  CHECK_THROWS_AS(model.fit(d.x(), bad, d.event), DataError);
  Matrix<double> nan = d.x();
  nan(0, 0) = std::nan("");
  CHECK_THROWS_AS(model.fit(nan, d.time, d.event), DataError);
  CHECK_THROWS_AS(model.fit(d.x().topRows(4), d.time, d.event), ShapeError);
  CHECK_THROWS_AS(model.fit(d.x(), d.time, d.event, {.weight = {1, 2}}), ShapeError);
  CHECK(model.scale() == before);
  CHECK_THROWS_AS(model.survival(d.x(), {std::nan("")}), DataError);
  CHECK_THROWS_AS(model.quantile(d.x(), 0), OptionError);
  CHECK_THROWS_AS(model.location(nan.leftCols(1)), ShapeError);
  CHECK_THROWS_AS(AFTRegression<double>({.l2 = -1}), OptionError);
  CHECK_THROWS_AS(AFTRegression<double>({.max_iterations = 0}), OptionError);
  CHECK_THROWS_AS(AFTRegression<double>({.tolerance = std::nan("")}), OptionError);
  const testing::TemporaryDirectory directory;
  save_parameters(directory / "aft.safetensors", model);
  AFTRegression<double> loaded;
  read_parameters(Safetensors(directory / "aft.safetensors"), loaded, "", Shapes::of_file);
  CHECK(loaded.survival(d.x(), {3}) == model.survival(d.x(), {3}));
}

}  // namespace aft_tests
