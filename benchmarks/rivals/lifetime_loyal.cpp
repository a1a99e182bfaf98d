// SPDX-License-Identifier: MIT
// `run.sh lifetime`: how long fits of lifetime models take, as lines `figure: retention/CASE SECONDS s`.
// With the argument `recovery`, how often 95 % intervals hold the parameters that customers were drawn from, those of
// the normal approximation and those of the likelihood's profile.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <loyal/data/csv.hpp>
#include <loyal/data/event_csv.hpp>
#include <loyal/retention/bg_bb.hpp>
#include <loyal/retention/bg_nbd.hpp>
#include <loyal/retention/customer_summary.hpp>
#include <loyal/retention/gamma_gamma.hpp>
#include <loyal/retention/mbg_nbd.hpp>
#include <loyal/retention/pareto_nbd.hpp>
#include <loyal/retention/shifted_beta_geometric.hpp>

namespace {

using History = loyal::PurchaseHistory<double>;
using loyal::Index;
using loyal::Vector;

double seconds_of(auto&& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// The median of some runs; each returns a fit that has to have converged.
void figure(const char* name, int runs, auto&& fit) {
  std::vector<double> seconds;
  loyal::LikelihoodFit found;
  for (int run = 0; run < runs; ++run) seconds.push_back(seconds_of([&] { found = fit(); }));
  if (!found.converged()) {
    std::fprintf(stderr, "%s: not converged\n", name);
    std::exit(1);
  }
  std::nth_element(seconds.begin(), seconds.begin() + runs / 2, seconds.end());
  std::string parameters;
  for (Index i = 0; i < found.values.size(); ++i)
    parameters +=
        " " + found.names[static_cast<std::size_t>(i)] + " " + std::to_string(found.values[i]);
  std::printf("%s: %d steps, log-likelihood %.5f,%s\n", name, found.iterations,
              found.log_likelihood, parameters.c_str());
  std::printf("figure: retention/%s %.6f s\n", name, seconds[static_cast<std::size_t>(runs / 2)]);
}

History read_summary(const std::string& path) {
  loyal::CsvReader csv{path, {}};
  const auto x = csv.column("frequency");
  const auto t_x = csv.column("recency");
  const auto age = csv.column("T");
  std::vector<double> rows;
  double value = 0;
  while (csv.next())
    for (const auto column : {x, t_x, age})
      if (csv.number(column, value)) rows.push_back(value);
  const Eigen::Map<const loyal::Matrix<double>> table(rows.data(),
                                                      static_cast<Index>(rows.size()) / 3, 3);
  return {.frequency = table.col(0), .recency = table.col(1), .age = table.col(2)};
}

/// Ages as in CDNOW: up to a quarter of a year apart.
Vector<double> ages(Index n, double least, double spread, loyal::Rng& rng) {
  Vector<double> result(n);
  for (Index i = 0; i < n; ++i) result[i] = least + spread * rng.uniform();
  return result;
}

void speed(const std::string& folder) {
  const History cdnow = read_summary(folder + "/cdnow/cdnow_customers_summary.csv");
  figure("bg_nbd_cdnow", 21, [&] { return loyal::BGNBD<double>{}.fit(cdnow); });
  figure("mbg_nbd_cdnow", 21, [&] { return loyal::MBGNBD<double>{}.fit(cdnow); });
  figure("pareto_nbd_cdnow", 21, [&] { return loyal::ParetoNBD<double>{}.fit(cdnow); });

  const auto log = loyal::read_event_log(folder + "/cdnow/CDNOW_sample.txt",
                                         {.user = "1",
                                          .time = "2",
                                          .amount = "4",
                                          .time_format = "yyyymmdd",
                                          .csv = {.blanks = true, .header = false}});
  const auto summary = loyal::summarize_customers<double>(
      log.before(loyal::to_time({.year = 1997, .month = 10, .day = 1})));
  std::vector<double> frequency;
  std::vector<double> monetary;
  for (Index i = 0; i < summary.size(); ++i)
    if (summary.monetary[i] > 0) {
      frequency.push_back(summary.history.frequency[i]);
      monetary.push_back(summary.monetary[i]);
    }
  figure("gamma_gamma_cdnow", 21,
         [&] { return loyal::GammaGamma<double>{}.fit(frequency, monetary); });

  loyal::Rng rng{1};
  const loyal::BGNBD<double> truth{{.r = 0.243, .alpha = 4.414, .a = 0.793, .b = 2.426}};
  const History large = truth.simulate(ages(235700, 27, 12, rng), rng);
  figure("bg_nbd_235700", 7, [&] { return loyal::BGNBD<double>{}.fit(large); });
  figure("bg_nbd_235700_one_thread", 7, [&] {
    return loyal::BGNBD<double>{loyal::PurchaseModelOptions{.threads = 1}}.fit(large);
  });
  figure("pareto_nbd_235700", 3, [&] { return loyal::ParetoNBD<double>{}.fit(large); });
}

/// How often 95 % intervals hold the true value of each parameter, over the first 100 seeds and over 1000.
void recovery(const char* name, const std::vector<double>& truth, auto&& fit) {
  std::vector<int> normal(truth.size());
  std::vector<int> profile(truth.size());
  int converged = 0;
  for (int seed = 1; seed <= 1000; ++seed) {
    loyal::Rng rng{static_cast<std::uint64_t>(seed)};
    const loyal::LikelihoodFit found = fit(rng);
    converged += found.converged() ? 1 : 0;
    for (std::size_t i = 0; i < truth.size(); ++i) {
      const auto holds = [&](const loyal::Interval& interval) {
        return interval.low <= truth[i] && truth[i] <= interval.high ? 1 : 0;
      };
      normal[i] += holds(found.interval(static_cast<Index>(i)));
      if (found.converged()) profile[i] += holds(found.profile[i]);
    }
    if (seed != 100 && seed != 1000) continue;
    const auto print = [&](const char* kind, const std::vector<int>& held) {
      std::printf("recovery: %s, %d seeds, %.1f %% converged, %s intervals hold the truth:", name,
                  seed, 100.0 * converged / seed, kind);
      for (const int h : held) std::printf(" %.1f %%", 100.0 * h / seed);
      std::printf("\n");
    };
    print("normal", normal);
    print("profile", profile);
  }
}

constexpr Index n = 4000;  // customers of a recovery

void all_recoveries() {
  recovery("bg_nbd", {0.243, 4.414, 0.793, 2.426}, [](loyal::Rng& rng) {
    const loyal::BGNBD<double> truth{{.r = 0.243, .alpha = 4.414, .a = 0.793, .b = 2.426}};
    return loyal::BGNBD<double>{loyal::PurchaseModelOptions{.profile = 0.95}}.fit(
        truth.simulate(ages(n, 27, 50, rng), rng));
  });
  recovery("mbg_nbd", {0.525, 6.183, 0.891, 1.614}, [](loyal::Rng& rng) {
    const loyal::MBGNBD<double> truth{{.r = 0.525, .alpha = 6.183, .a = 0.891, .b = 1.614}};
    return loyal::MBGNBD<double>{loyal::PurchaseModelOptions{.profile = 0.95}}.fit(
        truth.simulate(ages(n, 27, 50, rng), rng));
  });
  recovery("pareto_nbd", {0.553, 10.58, 0.606, 11.67}, [](loyal::Rng& rng) {
    const loyal::ParetoNBD<double> truth{{.r = 0.553, .alpha = 10.58, .s = 0.606, .beta = 11.67}};
    return loyal::ParetoNBD<double>{loyal::PurchaseModelOptions{.profile = 0.95}}.fit(
        truth.simulate(ages(n, 27, 50, rng), rng));
  });
  recovery("bg_bb", {1.204, 0.750, 0.657, 2.783}, [](loyal::Rng& rng) {
    const loyal::BGBB<double> truth{
        {.alpha = 1.204, .beta = 0.750, .gamma = 0.657, .delta = 2.783}};
    return loyal::BGBB<double>{loyal::LikelihoodOptions{.profile = 0.95}}.fit(
        truth.simulate(Vector<double>::Constant(n, 10), rng));
  });
  recovery("gamma_gamma", {6.25, 3.74, 15.4}, [](loyal::Rng& rng) {
    const loyal::GammaGamma<double> truth{{.p = 6.25, .q = 3.74, .v = 15.4}};
    Vector<double> frequency(n);
    for (Index i = 0; i < n; ++i) frequency[i] = 1.0 + static_cast<double>(rng.below(6));
    return loyal::GammaGamma<double>{loyal::LikelihoodOptions{.profile = 0.95}}.fit(
        frequency, truth.simulate(frequency, rng));
  });
  recovery("sbg", {0.668, 3.806}, [](loyal::Rng& rng) {
    const loyal::ShiftedBetaGeometric<double> truth{{.alpha = 0.668, .beta = 3.806}};
    return loyal::ShiftedBetaGeometric<double>{loyal::LikelihoodOptions{.profile = 0.95}}.fit(
        truth.simulate(n, 7, rng));
  });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::string{argv[1]} == "recovery") {
    all_recoveries();
    return 0;
  }
  const char* folder = std::getenv("LOYAL_DATA");
  if (folder == nullptr) {
    std::fprintf(stderr, "LOYAL_DATA must name a folder that holds cdnow/\n");
    return 2;
  }
  speed(folder);
}
