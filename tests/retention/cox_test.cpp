// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <loyal/core/distributions.hpp>
#include <loyal/core/model_file.hpp>
#include <loyal/core/random.hpp>
#include <loyal/retention/cox.hpp>

#include "../support/catch.hpp"
#include "../support/survival_data.hpp"
#include "../support/temporary_directory.hpp"

namespace cox_tests {

using namespace loyal;
using testing::TwentyRows;

/// Log partial likelihood straight from its definition, with sums over all rows for each event.
double brute_force(const Matrix<double>& x, const Vector<double>& beta, const Values& time,
                   const Values& event, const SurvivalRows& rows, Ties ties) {
  const auto n = static_cast<std::size_t>(time.size());
  const auto weight = [&](std::size_t i) { return rows.weight.empty() ? 1.0 : rows.weight[i]; };
  const auto stratum = [&](std::size_t i) { return rows.stratum.empty() ? 0 : rows.stratum[i]; };
  const auto entry = [&](std::size_t i) { return rows.entry.empty() ? -1.0 : rows.entry[i]; };
  const auto at = [&](std::size_t i) { return static_cast<Index>(i); };
  double value = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (event[at(i)] == 0 || weight(i) == 0) continue;
    value += weight(i) * x.row(at(i)).dot(beta);
    double risk = 0;
    double tied_risk = 0;
    double tied_weight = 0;
    double count = 0;
    double rank = 0;  // of i among its ties
    for (std::size_t j = 0; j < n; ++j) {
      if (stratum(j) != stratum(i) || time[at(j)] < time[at(i)] || entry(j) >= time[at(i)])
        continue;
      const double r = weight(j) * std::exp(x.row(at(j)).dot(beta));
      risk += r;
      if (time[at(j)] != time[at(i)] || event[at(j)] == 0 || weight(j) == 0) continue;
      rank += j < i ? 1 : 0;
      ++count;
      tied_risk += r;
      tied_weight += weight(j);
    }
    if (ties == Ties::efron)
      value -= tied_weight / count * std::log(risk - rank / count * tied_risk);
    else
      value -= weight(i) * std::log(risk);
  }
  return value;
}

struct Problem {
  Matrix<double> x;
  std::vector<double> time;
  std::vector<double> event;
  SurvivalRows rows;
};
Problem random_problem(Rng& rng, Index n, Index p) {
  Problem problem{Matrix<double>(n, p), {}, {}, {}};
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < p; ++j) problem.x(i, j) = rng.normal() * (1 + static_cast<double>(j));
    const double entry = rng.bernoulli(0.5) ? 0 : static_cast<double>(rng.below(6));
    problem.rows.entry.push_back(entry);
    problem.time.push_back(entry + 1 + static_cast<double>(rng.below(8)));
    problem.event.push_back(rng.bernoulli(0.7) ? 1 : 0);
    problem.rows.weight.push_back(rng.bernoulli(0.1) ? 0 : rng.uniform(0.5, 2.0));
    problem.rows.stratum.push_back(static_cast<std::int32_t>(rng.below(3)));
  }
  problem.event[0] = problem.event[1] = 1;
  return problem;
}

void check_matrix(const Matrix<double>& got, const std::vector<double>& wanted,
                  double margin = 1e-9) {
  REQUIRE(got.size() == static_cast<Index>(wanted.size()));
  for (Index i = 0; i < got.size(); ++i)
    CHECK(got.data()[i] ==
          Approx(wanted[static_cast<std::size_t>(i)]).margin(margin).epsilon(1e-8));
}

TEST_CASE("cox: likelihood, score and information are those of the definition") {
  Rng rng{1};
  for (int round = 0; round < 60; ++round) {
    const Index p = 1 + static_cast<Index>(rng.below(4));
    const auto problem = random_problem(rng, 2 + static_cast<Index>(rng.below(40)), p);
    SurvivalRows rows = problem.rows;
    if (round % 2 == 0) rows.entry.clear();
    if (round % 3 == 0) rows.stratum.clear();
    if (round % 5 == 0) rows.weight.clear();
    const Ties ties = round % 4 == 0 ? Ties::breslow : Ties::efron;
    Vector<double> beta(p);
    for (Index j = 0; j < p; ++j) beta[j] = rng.normal() * 0.3;
    detail::RiskSets<double> sets(problem.x, problem.time, problem.event, rows, ties);
    detail::LocalQuadratic<double> q;
    sets.evaluate(beta, q);
    const auto value = [&](const Vector<double>& b) {
      return brute_force(problem.x, b, problem.time, problem.event, rows, ties);
    };
    INFO(round);
    CHECK(q.value == Approx(value(beta)).epsilon(1e-10).margin(1e-10));
    const double h = 1e-5;
    detail::LocalQuadratic<double> up;
    detail::LocalQuadratic<double> down;
    for (Index j = 0; j < p; ++j) {
      Vector<double> more = beta;
      Vector<double> less = beta;
      more[j] += h;
      less[j] -= h;
      CHECK(q.gradient[j] ==
            Approx((value(more) - value(less)) / (2 * h)).epsilon(1e-5).margin(1e-5));
      sets.evaluate(more, up);
      sets.evaluate(less, down);
      for (Index k = 0; k < p; ++k)
        CHECK(q.information(j, k) ==
              Approx((down.gradient[k] - up.gradient[k]) / (2 * h)).epsilon(1e-5).margin(1e-4));
    }
    sets.set_risks(beta);
    const Matrix<double> residuals = sets.score_residuals();
    CHECK((residuals.colwise().sum().transpose() - q.gradient).norm() <
          1e-8 * (1 + q.scale.norm()));
  }
}

TEST_CASE("cox: twenty rows agree with R's coxph") {
  const TwentyRows d;
  const auto fit = [&](const CoxRegression<double>::Options& options, const SurvivalRows& rows) {
    CoxRegression<double> model(options);
    model.fit(d.x(), d.time, d.event, rows);
    CHECK(model.converged());
    return model;
  };
  SECTION("Efron") {
    const auto m = fit({}, {});
    check_matrix(m.coefficients(), {1.44407904361385, -0.08551057313959});
    check_matrix(m.covariance(),
                 {0.25560518828348, 0.05405675753101, 0.05405675753101, 0.34982099273763});
    CHECK(m.null_log_likelihood() == Approx(-31.30434624225).epsilon(1e-11));
    CHECK(m.log_likelihood() == Approx(-25.59921657521).epsilon(1e-11));
    CHECK(m.score_test().statistic == Approx(10.76494736598).epsilon(1e-10));
    CHECK(m.wald_test().statistic == Approx(8.610124621123).epsilon(1e-8));
    CHECK(m.likelihood_ratio_test().statistic == Approx(2 * (31.30434624225 - 25.59921657521)));
    CHECK(m.likelihood_ratio_test().degrees == 2);
    const auto& c = m.concordance_index();
    CHECK(c.concordant == 105);
    CHECK(c.discordant == 32);
    CHECK(c.tied_time == 6);
    Matrix<double> someone(1, 2);
    someone << 0.5, 1;
    check_matrix(m.survival(someone, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}),
                 {0.9551304866021386, 0.9099315581173734, 0.7677536668568189, 0.7157077941794046,
                  0.6436611803261114, 0.3865833040369718, 0.2690631637310118, 0.0786678052450286,
                  0.0071612412369150, 0.0001119820022326});
    CHECK(m.survival(someone, {0.99})(0, 0) == 1);
    CHECK(m.quantile(someone)[0] == 6);
    CHECK(m.quantile(someone, 0.25)[0] == 4);
    Matrix<double> nobody = Matrix<double>::Zero(1, 2);
    check_matrix(m.cumulative_hazard(nobody, {1, 5, 10}),
                 {0.02429074643543, 0.23312375905831, 4.81354919611258});
  }
  SECTION("Breslow") {
    const auto m = fit({.ties = Ties::breslow}, {});
    check_matrix(m.coefficients(), {1.3731057288912, -0.0674829284668});
    check_matrix(m.covariance(),
                 {0.25701278794225, 0.05683218783977, 0.05683218783977, 0.34590620220418});
    CHECK(m.log_likelihood() == Approx(-26.69783781590).epsilon(1e-11));
  }
  SECTION("weights, robust") {
    const auto m = fit({.robust = true}, {.weight = d.weight});
    check_matrix(m.coefficients(), {1.4992099519596, 0.2200064082496});
    check_matrix(m.covariance(),
                 {0.06886338175768, 0.02917593050165, 0.02917593050165, 0.25800826241332});
    check_matrix(m.naive_covariance(),
                 {0.24236330696813, 0.06464082656779, 0.06464082656779, 0.30903806993735});
    CHECK(m.log_likelihood() == Approx(-28.92334406935).epsilon(1e-11));
    CHECK(m.wald_test().statistic == Approx(33.34068327825).epsilon(1e-8));
    CHECK(m.concordance_index().value() == Approx(0.77531645569620));
    const auto b = fit({.ties = Ties::breslow, .robust = true}, {.weight = d.weight});
    check_matrix(b.coefficients(), {1.4167794748798, 0.2097554212238});
    check_matrix(b.covariance(),
                 {0.06037811702297, 0.01598159525569, 0.01598159525569, 0.22020888508620});
  }
  SECTION("clusters") {
    const auto m = fit({}, {.cluster = d.cluster});
    check_matrix(m.covariance(),
                 {0.06306635406447, 0.04458142522108, 0.04458142522108, 0.24193110280982});
  }
  SECTION("strata") {
    const auto m = fit({}, {.stratum = d.stratum});
    check_matrix(m.coefficients(), {0.9376045448155, -0.4180468629788});
    check_matrix(m.covariance(),
                 {0.2517162245042, 0.1195686808813, 0.1195686808813, 0.4974884574519});
    CHECK(m.log_likelihood() == Approx(-17.9741714689).epsilon(1e-11));
    CHECK(m.concordance_index().concordant == 38);
    CHECK(m.concordance_index().discordant == 19);
  }
  SECTION("late entry") {
    const auto m = fit({}, {.entry = d.entry});
    check_matrix(m.coefficients(), {1.40944841460911, 0.01118044162373});
    check_matrix(m.covariance(),
                 {0.31459775754450, 0.04747153895122, 0.04747153895122, 0.35991322617756});
    CHECK(m.log_likelihood() == Approx(-23.23065171408).epsilon(1e-11));
    CHECK(m.concordance_index().concordant == 64);
    CHECK(m.concordance_index().discordant == 24);
  }
  SECTION("all of it") {
    const SurvivalRows rows{
        .entry = d.entry, .weight = d.weight, .stratum = d.stratum, .cluster = d.cluster};
    const auto m = fit({}, rows);
    check_matrix(m.coefficients(), {1.16259200708254, 0.04208990200016});
    check_matrix(m.covariance(),
                 {0.1027505653793, 0.1572597315541, 0.1572597315541, 0.4433588057546});
    check_matrix(m.naive_covariance(),
                 {0.3236841490257, 0.1436777900668, 0.1436777900668, 0.5059659254370});
    CHECK(m.log_likelihood() == Approx(-17.85248438720).epsilon(1e-11));
    CHECK(m.concordance_index().value() == Approx(0.70857142857143));
    Matrix<double> someone(2, 2);
    someone << 0.5, 1, 0.5, 1;
    check_matrix(m.survival(someone, {5, 9, 10}, std::vector<std::int32_t>{1, 2}),
                 {8.447903766055e-01, 1.301965139744e-02, 1.601213468005e-05, 3.140911195417e-01,
                  8.287778537455e-02, 8.287778537455e-02});
    CHECK_THROWS_AS(m.survival(someone, {5}), DataError);
    CHECK_THROWS_AS(m.survival(someone, {5}, std::vector<std::int32_t>{1}), ShapeError);
    const auto b = fit({.ties = Ties::breslow}, rows);
    check_matrix(b.coefficients(), {1.08173722237228, -0.07479879926955});
    check_matrix(b.covariance(),
                 {0.08350698149824, 0.11168994290308, 0.11168994290308, 0.33718456780314});
  }
  SECTION("ridge") {
    const auto m = fit({.l2 = 2}, {});
    check_matrix(m.coefficients(), {1.0087068175161, -0.1079245601627});
    CHECK(m.log_likelihood() == Approx(-26.01591320101).epsilon(1e-10));
    check_matrix(m.covariance().diagonal(), {0.13837624225073, 0.19656038881923}, 0.02);
  }
}

TEST_CASE("cox: bands of survival agree with R's survfit") {
  const TwentyRows d;
  const auto bands = [&](const CoxRegression<double>::Options& options, const SurvivalRows& rows,
                         const std::vector<double>& times, std::int32_t stratum = 0,
                         SurvivalBand band = SurvivalBand::log_log) {
    CoxRegression<double> model(options);
    model.fit(d.x(), d.time, d.event, rows);
    const std::vector<std::int32_t> strata(rows.stratum.empty() ? 0 : 1, stratum);
    return model.survival_bands(Matrix<double>{{0.5, 1.0}}, times, strata, 0.95, band);
  };
  const auto check = [](const SurvivalBands& got, const std::vector<double>& error) {
    check_matrix(got.standard_error, error);
  };
  const std::vector<double> times{1, 3, 6, 10};
  check(bands({}, {}, times),
        {0.0469974843493518, 0.1246776973993315, 0.1931803383433360, 0.0008929758468442});
  check(bands({.robust = true}, {.entry = d.entry, .weight = d.weight}, times),
        {1.656084336667e-01, 1.594656216913e-01, 1.271054068481e-01, 3.603946858288e-05});
  check(bands({.ties = Ties::breslow}, {}, times),
        {0.048379062272985, 0.118514522156449, 0.188273889506185, 0.001861422557029});
  check(
      bands({.ties = Ties::breslow, .robust = true}, {.entry = d.entry, .weight = d.weight}, times),
      {0.1636150067134524, 0.1537965595546676, 0.1323707064546789, 0.0001429335845978});
  // R takes robust errors where weights are not whole numbers.
  const SurvivalRows strata{.entry = d.entry, .weight = d.weight, .stratum = d.stratum};
  check(bands({.robust = true}, strata, {5, 9, 10}, 1),
        {0.1625600864784000, 0.0502589505664932, 0.0001990717655259});
  check(bands({.robust = true}, strata, {5, 9, 10}, 2),
        {0.1646715818479, 0.0838663130184, 0.0838663130184});
  check(bands({}, {.cluster = d.cluster}, times),
        {0.0457124285178592, 0.1119184092015077, 0.1755429755656220, 0.0006961935997633});
  const std::vector<double> three{3, 6, 10};
  const auto log_log = bands({}, {}, three);
  check_matrix(log_log.low, {4.142621275800e-01, 6.970041622778e-02, 9.540479939881e-23});
  check_matrix(log_log.high, {0.9238008652877, 0.7123936283664, 0.1955004778467});
  const auto log = bands({}, {}, three, 0, SurvivalBand::log);
  check_matrix(log.low, {5.584610188449e-01, 1.451735238716e-01, 1.825698403863e-11});
  check_matrix(log.high, {1, 1, 1});
  const auto plain = bands({}, {}, three, 0, SurvivalBand::plain);
  check_matrix(plain.low, {0.523389870125507, 0.007956798340673, 0});
  check_matrix(plain.high, {1, 0.765209809689074, 0.001862182505697});
  const auto early = bands({}, {}, {0.5});
  CHECK(early.low(0, 0) == 1);
  CHECK(early.standard_error(0, 0) == 0);
}

TEST_CASE("cox: Rossi as R's coxph") {
  const auto table = testing::data_table("rossi/rossi.csv");
  if (!table) return;
  const Matrix<double> x = testing::rossi_covariates(*table);
  const auto& time = table->numbers("week");
  const auto& event = table->numbers("arrest");
  CoxRegression<double> model;
  model.fit(x, time, event);
  check_matrix(
      model.coefficients(),
      {-0.37942217, -0.05743774, 0.31389979, -0.14979570, -0.43370388, -0.08487108, 0.09149708},
      1e-8);
  CHECK(model.log_likelihood() == Approx(-658.747659).epsilon(1e-9));
  CHECK(model.null_log_likelihood() == Approx(-675.380632).epsilon(1e-9));
  CHECK(model.concordance_index().value() == Approx(0.6403292470997).epsilon(1e-12));
  check_matrix(
      model.survival(x.topRows(2), {10, 20, 30, 40, 52}).transpose(),
      {0.96415285651760, 0.90780436646015, 0.90264813886474, 0.76232447107835, 0.85283641300486,
       0.65587163224455, 0.78927426263698, 0.53418376834403, 0.71489440228785, 0.41095379537045});
  check_matrix(
      model.survival_bands(x.topRows(1), {10, 20, 30, 40, 52}).standard_error,
      {0.01157126137832, 0.02377196664416, 0.03268940931298, 0.04306410177308, 0.05357046587702});
  CoxRegression<double> robust{{.robust = true}};
  robust.fit(x, time, event);
  check_matrix(robust.covariance().diagonal().cwiseSqrt(),
               {0.19554177888059, 0.02533614632082, 0.29232855510887, 0.21806031518614,
                0.38024446538607, 0.19920082956569, 0.02897459481161});
  CoxRegression<double> breslow{{.ties = Ties::breslow}};
  breslow.fit(x, time, event);
  CHECK(breslow.log_likelihood() == Approx(-659.120606).epsilon(1e-9));
  check_matrix(breslow.coefficients(),
               {-0.37902188779503, -0.05724592536356, 0.31412976506825, -0.15111459962746,
                -0.43278257254905, -0.08498283575161, 0.09111154050047});
}

TEST_CASE("cox: a weight counts as so many rows, a split row as one") {
  Rng rng{2};
  auto problem = random_problem(rng, 60, 2);
  for (double& time : problem.time) time += rng.uniform();  // no ties: copies would be
  std::vector<Index> copies;
  for (Index i = 0; i < 60; ++i) {
    problem.rows.weight[static_cast<std::size_t>(i)] = static_cast<double>(i % 3);
    for (Index k = 0; k < i % 3; ++k) copies.push_back(i);
  }
  CoxRegression<double> weighted{{.ties = Ties::breslow}};
  weighted.fit(problem.x, problem.time, problem.event,
               {.entry = problem.rows.entry, .weight = problem.rows.weight});
  std::vector<double> time;
  std::vector<double> event;
  SurvivalRows rows;
  for (const Index i : copies) {
    time.push_back(problem.time[static_cast<std::size_t>(i)]);
    event.push_back(problem.event[static_cast<std::size_t>(i)]);
    rows.entry.push_back(problem.rows.entry[static_cast<std::size_t>(i)]);
  }
  CoxRegression<double> repeated{{.ties = Ties::breslow}};
  repeated.fit(problem.x(copies, Eigen::all), time, event, rows);
  CHECK((weighted.coefficients() - repeated.coefficients()).norm() < 1e-8);
  CHECK((weighted.covariance() - repeated.covariance()).norm() < 1e-8);

  // (entry, time] as (entry, middle] and (middle, time], as features that change are given.
  CoxRegression<double> whole;
  whole.fit(problem.x, problem.time, problem.event, {.entry = problem.rows.entry});
  Matrix<double> x(120, 2);
  std::vector<double> end;
  std::vector<double> ends;
  SurvivalRows parts;
  for (std::size_t i = 0; i < 60; ++i) {
    const double entry = problem.rows.entry[i];
    const double middle = (entry + problem.time[i]) / 2;
    x.row(static_cast<Index>(2 * i)) = problem.x.row(static_cast<Index>(i));
    x.row(static_cast<Index>(2 * i + 1)) = problem.x.row(static_cast<Index>(i));
    parts.entry.insert(parts.entry.end(), {entry, middle});
    parts.cluster.insert(parts.cluster.end(), 2, static_cast<std::int32_t>(i));
    end.insert(end.end(), {middle, problem.time[i]});
    ends.insert(ends.end(), {0, problem.event[i]});
  }
  CoxRegression<double> split;
  split.fit(x, end, ends, parts);
  CHECK((whole.coefficients() - split.coefficients()).norm() < 1e-8);
  CHECK((whole.naive_covariance() - split.naive_covariance()).norm() < 1e-8);
  CoxRegression<double> robust{{.robust = true}};
  robust.fit(problem.x, problem.time, problem.event, {.entry = problem.rows.entry});
  CHECK((robust.covariance() - split.covariance()).norm() < 1e-8);
}

TEST_CASE("cox: the truth lies within the 95 % intervals of simulated data") {
  const Vector<double> truth = Vector<double>{{0.5, -0.25, 0}};
  int covered[3]{};
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng{seed};
    Matrix<double> x(250, 3);
    std::vector<double> time;
    std::vector<double> event;
    for (Index i = 0; i < 250; ++i) {
      for (Index j = 0; j < 3; ++j) x(i, j) = rng.normal();
      const double end = draw_exponential(rng, 0.1 * std::exp(x.row(i).dot(truth)));
      const double censored = rng.uniform(0.0, 30.0);
      time.push_back(std::min(end, censored));
      event.push_back(end <= censored ? 1 : 0);
    }
    CoxRegression<double> model;
    model.fit(x, time, event);
    const auto table = model.table();
    for (std::size_t j = 0; j < 3; ++j) {
      const double value = truth[static_cast<Index>(j)];
      covered[j] += table[j].low <= value && value <= table[j].high ? 1 : 0;
    }
  }
  for (const int count : covered) {
    CHECK(count >= 90);
    CHECK(count <= 99);
  }
}

TEST_CASE("cox: elastic net fulfills the conditions of its optimum") {
  Rng rng{3};
  for (int round = 0; round < 30; ++round) {
    const auto problem = random_problem(rng, 80, 6);
    const double l1 = std::pow(10, rng.uniform(-1.0, 2.0));
    const double l2 = round % 2 == 0 ? 0 : rng.uniform(0.0, 5.0);
    CoxRegression<double> model{{.l2 = l2, .l1 = l1}};
    model.fit(problem.x, problem.time, problem.event, problem.rows);
    INFO(round << " l1 " << l1 << " l2 " << l2);
    CHECK(model.converged());
    detail::RiskSets<double> sets(problem.x, problem.time, problem.event, problem.rows,
                                  Ties::efron);
    detail::LocalQuadratic<double> q;
    sets.evaluate(model.coefficients(), q);
    for (Index j = 0; j < 6; ++j) {
      const double b = model.coefficients()[j];
      const double slope = q.gradient[j] - l2 * b;
      if (b == 0)
        CHECK(std::abs(slope) <= l1 + 1e-6);
      else
        CHECK(slope == Approx(b > 0 ? l1 : -l1).margin(1e-5));
    }
  }
  CoxRegression<double> strong{{.l1 = 1e6}};
  const auto problem = random_problem(rng, 80, 6);
  strong.fit(problem.x, problem.time, problem.event);
  CHECK(strong.coefficients() == Vector<double>::Zero(6));
  CHECK(strong.converged());
}

TEST_CASE("cox: an event never met by some runs away, and is named") {
  Rng rng{4};
  auto problem = random_problem(rng, 60, 2);
  Matrix<double> x(60, 3);
  x << problem.x.col(0), Vector<double>::Zero(60), problem.x.col(1);
  for (std::size_t i = 0; i < 60; ++i)
    if (problem.event[i] == 0) x(static_cast<Index>(i), 1) = i % 2 == 0 ? 1 : 0;
  CoxRegression<double> model;
  model.fit(x, problem.time, problem.event);
  CHECK(model.stop() == Stop::runs_away);
  CHECK_FALSE(model.converged());
  CHECK(model.runaway() == std::vector<Index>{1});
  CHECK(model.coefficients()[1] < -5);
  CHECK(model.coefficients().allFinite());
  CoxRegression<double> without;
  without.fit(problem.x, problem.time, problem.event);
  CHECK(model.coefficients()[0] == Approx(without.coefficients()[0]).margin(0.2));
  CoxRegression<double> ridge{{.l2 = 0.1}};  // has an optimum again
  ridge.fit(x, problem.time, problem.event);
  CHECK(ridge.converged());
  CHECK(ridge.runaway().empty());

  // The order of events is the order of the feature: it runs away, too.
  Matrix<double> order(5, 1);
  order << 5, 4, 3, 2, 1;
  model.fit(order, {1, 2, 3, 4, 5}, {1, 1, 1, 1, 1});
  CHECK(model.stop() == Stop::runs_away);
  CHECK(model.runaway() == std::vector<Index>{0});
  CHECK(model.coefficients()[0] > 5);
  CHECK(model.concordance_index().value() == 1);
  // What it says all the same are probabilities, and a penalty of either kind has an optimum.
  const Matrix<double> stays = model.survival(order, {0.5, 2, 9});
  CHECK((stays.array() >= 0 && stays.array() <= 1).all());
  for (const auto& options :
       {CoxRegression<double>::Options{.l2 = 0.01}, CoxRegression<double>::Options{.l1 = 0.1}}) {
    CoxRegression<double> shrunk{options};
    shrunk.fit(order, {1, 2, 3, 4, 5}, {1, 1, 1, 1, 1});
    CHECK(shrunk.converged());
    CHECK(shrunk.coefficients()[0] > 0);
    CHECK(shrunk.coefficients()[0] < model.coefficients()[0]);
  }
  CoxRegression<float> narrow;
  narrow.fit(Matrix<float>(order.cast<float>()), {1, 2, 3, 4, 5}, {1, 1, 1, 1, 1});
  CHECK(narrow.stop() == Stop::runs_away);
  for (const auto ties : {Ties::breslow, Ties::efron}) {  // separated, and tied
    CoxRegression<double> tied{{.ties = ties}};
    Matrix<double> group(6, 1);
    group << 1, 1, 1, 0, 0, 0;
    tied.fit(group, {1, 1, 1, 2, 2, 2}, {1, 1, 1, 0, 0, 0});
    CHECK(tied.stop() == Stop::runs_away);
    CHECK(tied.coefficients().allFinite());
  }
}

TEST_CASE("cox: constant, repeated and collinear features are named and left at 0") {
  Rng rng{5};
  const auto problem = random_problem(rng, 80, 2);
  CoxRegression<double> plain;
  plain.fit(problem.x, problem.time, problem.event);
  Matrix<double> x(80, 5);
  x.col(0) = problem.x.col(0);
  x.col(1).setConstant(0.1);
  x.col(2) = problem.x.col(1);
  x.col(3) = problem.x.col(0);
  x.col(4) = 3 * problem.x.col(0) - 2 * problem.x.col(1) + Vector<double>::Constant(80, 7);
  CoxRegression<double> model;
  model.fit(x, problem.time, problem.event);
  CHECK(model.converged());
  CHECK(model.unidentified() == std::vector<Index>{1, 3, 4});
  CHECK(model.coefficients()[0] == Approx(plain.coefficients()[0]).epsilon(1e-7));
  CHECK(model.coefficients()[2] == Approx(plain.coefficients()[1]).epsilon(1e-7));
  CHECK(model.coefficients()[4] == 0);
  CHECK(std::isnan(model.table()[4].standard_error));
  CHECK(model.likelihood_ratio_test().degrees == 2);
  CHECK(model.covariance()(0, 0) == Approx(plain.covariance()(0, 0)).epsilon(1e-6));
  // What differs between strata only, each risk set cannot see.
  std::vector<std::int32_t> stratum;
  for (Index i = 0; i < 80; ++i) {
    stratum.push_back(static_cast<std::int32_t>(i % 4));
    x(i, 3) = 0.1 * static_cast<double>(i % 4);
  }
  model.fit(x.leftCols(4), problem.time, problem.event, {.stratum = stratum});
  CHECK(model.unidentified() == std::vector<Index>{1, 3});
  x.col(3).setConstant(2);
  model.fit(x.middleCols(3, 1), problem.time, problem.event);
  CHECK(model.converged());
  CHECK(model.likelihood_ratio_test().p_value == 1);
  CHECK(model.log_likelihood() == model.null_log_likelihood());
}

TEST_CASE("cox: one event, ties everywhere, no feature, huge and shifted features") {
  CoxRegression<double> model;
  Matrix<double> x(4, 1);
  x << 0, 1, 3, 2;
  model.fit(x, {1, 2, 3, 4}, {0, 1, 0, 0});  // the one with the least of those at risk: runs away
  CHECK(model.stop() == Stop::runs_away);
  model.fit(x, {1, 2, 3, 4}, {0, 0, 0, 1});  // alone at risk: nothing to compare with
  CHECK(model.unidentified() == std::vector<Index>{0});
  CHECK(model.log_likelihood() == 0);
  model.fit(x, {2, 2, 2, 2}, {1, 1, 1, 1});  // everybody at once tells nothing
  CHECK(model.log_likelihood() == Approx(-std::log(24)));
  CHECK(std::abs(model.coefficients()[0]) < 1e-9);
  for (const auto ties : {Ties::breslow, Ties::efron}) {
    CoxRegression<double> tied{{.ties = ties}};
    tied.fit(x, {0, 0, 0, 0}, {1, 1, 1, 1});
    CHECK(tied.converged());
    CHECK(std::abs(tied.coefficients()[0]) < 1e-9);
    tied.fit(x, {2, 2, 2, 2}, {1, 0, 0, 1});  // 0 and 2 of 0, 1, 3, 2
    CHECK(tied.converged());
    CHECK(tied.coefficients()[0] < 0);
  }
  Matrix<double> middle(3, 1);
  middle << 1.2, 0, 3;  // the one event has features between those of the others
  model.fit(middle, {1, 2, 3}, {1, 0, 0});
  CHECK(model.converged());
  const Vector<double> risk = (model.coefficients()[0] * middle.col(0).array()).exp();
  CHECK(risk.dot(middle.col(0)) / risk.sum() == Approx(1.2));  // where the score is 0
  model.fit(Matrix<double>(4, 0), {1, 2, 3, 4}, {1, 1, 0, 1});
  CHECK(model.converged());
  CHECK(model.log_likelihood() == Approx(-std::log(12)));
  CHECK(model.survival(Matrix<double>(1, 0), {1.5})(0, 0) == Approx(std::exp(-0.25)));

  Rng rng{6};
  const auto problem = random_problem(rng, 80, 2);
  CoxRegression<double> plain;
  plain.fit(problem.x, problem.time, problem.event, problem.rows);
  Matrix<double> large = problem.x;
  large.col(0) = 1e8 * problem.x.col(0);
  large.col(1) = (1e-8 * problem.x.col(1)).array() + 0.5;
  model.fit(large, problem.time, problem.event, problem.rows);
  CHECK(1e8 * model.coefficients()[0] == Approx(plain.coefficients()[0]).epsilon(1e-6));
  CHECK(1e-8 * model.coefficients()[1] == Approx(plain.coefficients()[1]).epsilon(1e-6));
}

TEST_CASE("cox: float features, files, limits") {
  const TwentyRows d;
  CoxRegression<double> wide;
  CoxRegression<float> narrow;
  CHECK_THROWS_AS(wide.decision_function(d.x()), NotFitted);
  wide.fit(d.x(), d.time, d.event);
  narrow.fit(d.x<float>(), d.time, d.event);
  CHECK((wide.coefficients() - narrow.coefficients()).norm() < 1e-6);
  const testing::TemporaryDirectory directory;
  const auto path = directory / "cox.safetensors";
  save_parameters(path, wide);
  CoxRegression<double> loaded;
  read_parameters(Safetensors(path), loaded, "", Shapes::of_file);
  CHECK(loaded.survival(d.x(), {3, 6}) == wide.survival(d.x(), {3, 6}));
  CoxRegression<double> brief{{.max_iterations = 1}};
  brief.fit(d.x(), d.time, d.event);
  CHECK(brief.stop() == Stop::iterations_exhausted);
  CHECK(brief.iterations() == 1);
}

TEST_CASE("cox: what cannot be fitted leaves the model as it was") {
  const TwentyRows d;
  CoxRegression<double> model;
  model.fit(d.x(), d.time, d.event);
  const Vector<double> before = model.coefficients();
  const std::vector<double> none(20, 0);
  CHECK_THROWS_AS(model.fit(d.x(), d.time, none), DataError);
  CHECK_THROWS_WITH(model.fit(d.x(), d.time, none), ContainsSubstring("events is 0"));
  std::vector<double> negative = d.time;
  negative[3] = -1;
  CHECK_THROWS_AS(model.fit(d.x(), negative, d.event), DataError);
  Matrix<double> bad = d.x();
  bad(2, 1) = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(model.fit(bad, d.time, d.event), DataError);
  CHECK_THROWS_AS(model.fit(d.x().topRows(5), d.time, d.event), ShapeError);
  CHECK_THROWS_AS(model.fit(Matrix<double>(0, 2), {}, {}), DataError);
  CHECK(model.coefficients() == before);
  CHECK_THROWS_AS(model.survival(Matrix<double>::Ones(1, 3), {1}), ShapeError);
  CHECK_THROWS_AS(model.survival(d.x(), {std::nan("")}), DataError);
  CHECK_THROWS_AS(model.quantile(d.x(), 1), OptionError);
  using Model = CoxRegression<double>;
  for (const double value : {-1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    CHECK_THROWS_AS(Model({.l2 = value}), OptionError);
    CHECK_THROWS_AS(Model({.l1 = value}), OptionError);
  }
  CHECK_THROWS_AS(Model({.max_iterations = 0}), OptionError);
  CHECK_THROWS_AS(Model({.tolerance = 0}), OptionError);
}

}  // namespace cox_tests
