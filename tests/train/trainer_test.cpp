// SPDX-License-Identifier: MIT
#include <Eigen/Cholesky>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <limits>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include <loyal/core/file.hpp>
#include <loyal/loss/cross_entropy.hpp>
#include <loyal/loss/squared_error.hpp>
#include <loyal/nn/activation.hpp>
#include <loyal/nn/batch_norm.hpp>
#include <loyal/nn/dense.hpp>
#include <loyal/nn/dropout.hpp>
#include <loyal/nn/embedding.hpp>
#include <loyal/nn/gru.hpp>
#include <loyal/nn/pooling.hpp>
#include <loyal/nn/residual.hpp>
#include <loyal/optim/accumulate.hpp>
#include <loyal/optim/adam.hpp>
#include <loyal/optim/chain.hpp>
#include <loyal/optim/groups.hpp>
#include <loyal/optim/lamb.hpp>
#include <loyal/optim/lookahead.hpp>
#include <loyal/optim/nadam.hpp>
#include <loyal/optim/schedule_free.hpp>
#include <loyal/optim/sgd.hpp>
#include <loyal/train/trainer.hpp>

#include "../support/catch.hpp"
#include "../support/damage.hpp"
#include "../support/gradient_check.hpp"
#include "../support/temporary_directory.hpp"

// Counts what this thread allocates, by new or Eigen, where malloc may be replaced: with glibc, no sanitizer.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define SANITIZED
#endif
#endif
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && \
    !defined(SANITIZED)
#define COUNTS_ALLOCATIONS
namespace {
thread_local std::int64_t allocations = 0;
}
extern "C" {
void* __libc_malloc(std::size_t size);                 // NOLINT(bugprone-reserved-identifier)
void* __libc_realloc(void* memory, std::size_t size);  // NOLINT(bugprone-reserved-identifier)
void* malloc(std::size_t size) noexcept {
  ++allocations;
  return __libc_malloc(size);
}
void* realloc(void* memory, std::size_t size) noexcept {
  ++allocations;
  return __libc_realloc(memory, size);
}
}
#endif

using namespace loyal;
using loyal::testing::TemporaryDirectory;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

template <Scalar T>
using Table = Dataset<Matrix<T>, Matrix<T>>;
template <Scalar T>
using Options = TrainOptions<Matrix<T>, Matrix<T>>;

/// Targets that depend on the inputs by a line, and noise.
template <Scalar T>
Table<T> line(Index samples, std::uint64_t seed = 1) {
  Rng rng{seed};
  Table<T> data{Matrix<T>(samples, 3), Matrix<T>(samples, 1), {}};
  for (Index i = 0; i < samples; ++i) {
    for (Index j = 0; j < 3; ++j) data.inputs(i, j) = rng.normal<T>();
    data.targets(i, 0) =
        data.inputs(i, 0) - 2 * data.inputs(i, 1) + T(0.5) + T(0.3) * rng.normal<T>();
  }
  return data;
}

template <Scalar T>
Table<T> exclusive_or() {
  Table<T> data{Matrix<T>(4, 2), Matrix<T>(4, 1), {}};
  data.inputs << 0, 0, 0, 1, 1, 0, 1, 1;
  data.targets << 0, 1, 1, 0;
  return data;
}

/// A network in which chance and the batch matter, and buffers must be saved.
auto restless() {
  return Sequential{Dense<float>{3, 8}, BatchNorm<float>{8}, ReLU{}, Dropout{0.3},
                    Dense<float>{8, 1}};
}

/// Equal but for the time it took.
bool same_history(const History& a, const History& b) {
  const auto same = [](double u, double v) { return u == v || (std::isnan(u) && std::isnan(v)); };
  bool equal = a.epochs.size() == b.epochs.size() && a.best_epoch == b.best_epoch && a.end == b.end;
  for (std::size_t i = 0; equal && i < a.epochs.size(); ++i) {
    const Epoch& u = a.epochs[i];
    const Epoch& v = b.epochs[i];
    equal = u.number == v.number && u.training_loss == v.training_loss &&
            same(u.validation_loss, v.validation_loss) && u.rate == v.rate &&
            u.gradient_norm == v.gradient_norm;
  }
  return equal;
}

static_assert(
    !std::is_constructible_v<Borrowed<Table<float>>, Table<float>>);  // a temporary would dangle
static_assert(std::is_convertible_v<const Table<float>&, Borrowed<Table<float>>>);

}  // namespace

TEMPLATE_TEST_CASE("trainer: a network learns what no line can tell apart", "", float, double) {
  using T = TestType;
  Sequential network{Dense<T>{2, 8}, Tanh{}, Dense<T>{8, 1}};
  const auto history = train(network, BinaryCrossEntropy{}, Adam{{.learning_rate = 0.05}},
                             exclusive_or<T>(), {.epochs = 300, .batch_size = 4});
  CHECK(history.end == History::End::finished);
  CHECK(history.epochs.size() == 300);
  CHECK(history.training_losses().size() == 300);
  CHECK(history.training_losses().back() == history.epochs.back().training_loss);
  CHECK(std::isnan(history.validation_losses().front()));  // there was nothing to validate on
  CHECK(history.epochs.back().training_loss < 0.05);
  CHECK(history.epochs.front().training_loss > 0.5);
  const auto logits = predict(network, exclusive_or<T>().inputs);
  CHECK(((logits.array() > 0).template cast<T>() == exclusive_or<T>().targets.array()).all());
}

TEMPLATE_TEST_CASE("trainer: linear regression arrives at the closed form, weighted or not", "",
                   float, double) {
  using T = TestType;
  auto data = line<T>(64);
  for (const bool weighted : {false, true}) {
    if (weighted) {
      Rng rng{5};
      data.weights = Vector<double>::Zero(64);
      for (double& w : data.weights) w = rng.uniform(0.0, 4.0);
    }
    const Vector<double> w = weighted ? data.weights : Vector<double>::Ones(64).eval();
    Matrix<double> x(64, 4);
    x << data.inputs.template cast<double>(), Vector<double>::Ones(64);
    const Vector<double> solution =
        (x.transpose() * w.asDiagonal() * x)
            .ldlt()
            .solve(x.transpose() * w.asDiagonal() * data.targets.template cast<double>());
    Sequential network{Dense<T>{3, 1}};
    train(network, SquaredError{}, SGD{{.learning_rate = 0.05, .momentum = 0.9}}, data,
          {.epochs = 600, .batch_size = 64});
    const double tolerance = std::is_same_v<T, double> ? 1e-9 : 1e-5;
    CHECK((network.template get<0>().weight.template cast<double>() - solution.head(3)).norm() <
          tolerance);
    CHECK(std::abs(static_cast<double>(network.template get<0>().bias[0]) - solution[3]) <
          tolerance);
  }
}

TEST_CASE("trainer: a weight counts as so many samples") {
  auto data = line<double>(20);
  data.weights.resize(20);
  std::vector<Index> rows;
  for (Index i = 0; i < 20; ++i) {
    data.weights[i] = static_cast<double>(i % 3);
    for (Index k = 0; k < i % 3; ++k) rows.push_back(i);
  }
  auto repeated = select(data, rows);
  repeated.weights.resize(0);
  Sequential a{Dense<double>{3, 4}, Tanh{}, Dense<double>{4, 1}};
  auto b = a;
  const Options<double> how{.epochs = 30, .batch_size = 100};
  const auto one = train(a, SquaredError{}, Adam{}, data, how);
  const auto other = train(b, SquaredError{}, Adam{}, repeated, how);
  CHECK((flatten<double>(a) - flatten<double>(b)).norm() < 1e-9);
  CHECK(one.epochs.back().training_loss == Approx(other.epochs.back().training_loss));
}

TEST_CASE("trainer: the same seed gives the same bits, another seed others") {
  const auto data = line<float>(50);
  const auto run = [&](std::uint64_t seed, bool shuffle, Index batch_size = 16) {
    auto network = restless();
    train(network, SquaredError{}, Adam{}, data,
          {.epochs = 3, .batch_size = batch_size, .seed = seed, .shuffle = shuffle});
    return network;
  };
  CHECK(run(1, true) == run(1, true));
  CHECK_FALSE(run(1, true) == run(2, true));
  CHECK_FALSE(run(1, true) == run(1, false));
  CHECK_FALSE(run(1, false) == run(2, false));  // by dropout
  CHECK(run(1, true, 50) == run(1, true, 1000));
}

TEST_CASE("trainer: one step is the optimizer's step along the gradient, clipped if asked for") {
  const auto data = line<double>(10);
  const Sequential start{Dense<double>{3, 1}};
  Matrix<double> derivative;
  const auto y = predict(start, data.inputs);
  const double loss = mean_loss(SquaredError{}, y, data.targets, {}, derivative);
  auto gradient = zero_gradient(start);
  gradient.get<0>().weight = data.inputs.transpose() * derivative;
  gradient.get<0>().bias = derivative.colwise().sum();
  const double norm = std::sqrt(squared_norm(gradient));
  REQUIRE(norm > 0.5);
  for (const double clip : {0.0, 0.1, 100.0}) {
    auto network = start;
    const auto history =
        train(network, SquaredError{}, SGD{{.learning_rate = 1}}, data,
              {.epochs = 1, .batch_size = 10, .shuffle = false, .clip_norm = clip});
    const double factor = clip == 0.1 ? 0.1 / (norm + 1e-6) : 1;
    CHECK((flatten<double>(start) - factor * flatten<double>(gradient) - flatten<double>(network))
              .norm() < 1e-12);
    CHECK(history.epochs[0].gradient_norm == Approx(norm));
    CHECK(history.epochs[0].training_loss == Approx(loss));
    CHECK(std::isnan(history.epochs[0].validation_loss));
    CHECK(history.epochs[0].seconds >= 0);
    CHECK(history.epochs[0].rate == 1);
    CHECK(history.best_epoch == 1);
  }
}

TEST_CASE("trainer: the schedule is asked at each step and multiplies the rate") {
  const auto data = line<double>(25);
  std::vector<std::int64_t> asked;
  Sequential network{Dense<double>{3, 1}};
  const auto start = network;
  Options<double> how{.epochs = 2, .batch_size = 10, .schedule = [&](std::int64_t step) {
                        asked.push_back(step);
                        return 0.25;
                      }};
  const auto history = train(network, SquaredError{}, SGD{{.learning_rate = 0.04}}, data, how);
  CHECK(asked == std::vector<std::int64_t>{0, 1, 2, 3, 4, 5});
  CHECK(history.epochs[1].rate == 0.25);
  auto quarter = start;
  train(quarter, SquaredError{}, SGD{{.learning_rate = 0.01}}, data,
        {.epochs = 2, .batch_size = 10});
  CHECK((flatten<double>(network) - flatten<double>(quarter)).norm() < 1e-14);
  network = start;
  how.schedule = [](std::int64_t) { return 0.0; };
  train(network, SquaredError{}, SGD{}, data, how);
  CHECK(network == start);
}

TEST_CASE("trainer: early stopping leaves the network of the best epoch") {
  const Matrix<double> x = Matrix<double>::Ones(8, 1);
  const Table<double> data{x, Matrix<double>::Constant(8, 1, 1), {}};
  const Table<double> held_out{
      x, Matrix<double>::Constant(8, 1, 0.5), {}};  // is passed on the way to 1
  Sequential start{Dense<double>{1, 1}};
  start.get<0>().weight.setZero();
  const SGD slow{{.learning_rate = 0.02}};
  Options<double> how{.epochs = 100, .validation = held_out, .patience = 3};
  auto network = start;
  const auto history = train(network, SquaredError{}, slow, data, how);
  CHECK(history.end == History::End::stopped_early);
  const auto best = static_cast<std::size_t>(history.best_epoch);
  REQUIRE(best > 1);
  CHECK(history.epochs.size() == best + 3);
  for (const Epoch& epoch : history.epochs)
    CHECK(history.epochs[best - 1].validation_loss <= epoch.validation_loss);
  CHECK(mean_loss(network, SquaredError{}, held_out) == history.epochs[best - 1].validation_loss);
  const auto run = [&](std::size_t epochs) {
    auto other = start;
    train(other, SquaredError{}, slow, data, {.epochs = static_cast<int>(epochs)});
    return other;
  };
  CHECK(network == run(best));
  how.restore_best = false;
  network = start;
  CHECK(same_history(train(network, SquaredError{}, slow, data, how), history));
  CHECK(network == run(best + 3));
  how.patience = 0;  // looks, but never stops; still leaves the best
  how.restore_best = true;
  network = start;
  const auto full = train(network, SquaredError{}, slow, data, how);
  CHECK(full.epochs.size() == 100);
  CHECK(full.end == History::End::finished);
  CHECK(network == run(best));
  how.patience = 5;
  how.minimum_improvement = 10;  // nothing is better by so much than the first
  CHECK(train(network, SquaredError{}, slow, data, how).epochs.size() == 6);
}

TEST_CASE("trainer: progress and on_epoch are told, and progress may cancel") {
  const auto data = line<float>(30);
  const auto held_out = line<float>(10, 2);
  const auto start = restless();
  std::vector<double> told;
  std::vector<int> epochs;
  auto network = start;
  const auto history = train(network, SquaredError{}, SGD{}, data,
                             {.epochs = 5,
                              .batch_size = 8,
                              .validation = held_out,
                              .restore_best = false,
                              .progress =
                                  [&](const Progress& p) {
                                    CHECK(p.what == "epoch");
                                    CHECK(p.total == 5);
                                    CHECK(p.step == static_cast<std::int64_t>(told.size()) + 1);
                                    told.push_back(p.value);
                                    return p.step < 2;
                                  },
                              .on_epoch = [&](const Epoch& e) { epochs.push_back(e.number); }});
  CHECK(history.end == History::End::canceled);
  CHECK(epochs == std::vector<int>{1, 2});
  REQUIRE(history.epochs.size() == 2);
  CHECK(told ==
        std::vector<double>{history.epochs[0].validation_loss, history.epochs[1].validation_loss});
  auto two = start;
  train(two, SquaredError{}, SGD{}, data, {.epochs = 2, .batch_size = 8});
  CHECK(network == two);
}

TEMPLATE_TEST_CASE("trainer: a diverging training ends as such and leaves a finite network", "",
                   float, double) {
  using T = TestType;
  const auto data = line<T>(32);
  const Sequential start{Dense<T>{3, 8}, ReLU{}, Dense<T>{8, 1}};
  const T huge = std::sqrt(std::numeric_limits<T>::max());
  for (const double rate : {1e3, 1e18, static_cast<double>(huge), static_cast<double>(huge) * 1e10})
    for (const Index batch : {Index{8}, Index{32}})
      for (const double clip : {0.0, 1.0}) {
        INFO("rate " << rate << ", batch " << batch << ", clip " << clip);
        auto network = start;
        const auto history = train(network, SquaredError{}, SGD{{.learning_rate = rate}}, data,
                                   {.epochs = 60, .batch_size = batch, .clip_norm = clip});
        CHECK(all_finite(network));
        if (clip == 0) {
          CHECK(history.end == History::End::diverged);
          CHECK(history.epochs.size() < 60);
        }
        for (const Epoch& e : history.epochs) CHECK(std::isfinite(e.training_loss));
      }
  auto network = start;  // the only step of all overflows
  const auto history =
      train(network, SquaredError{}, SGD{{.learning_rate = 1e300}}, data,
            {.epochs = 1, .batch_size = 32, .schedule = [](std::int64_t) { return 1e300; }});
  CHECK(history.end == History::End::diverged);
  CHECK(history.epochs.empty());
  CHECK(history.best_epoch == 0);
  CHECK(network == start);
}

TEST_CASE("trainer: NaN in inputs is a divergence, whatever the layers make of it") {
  for (const Index row : {Index{0}, Index{19}}) {
    auto data = line<float>(20);
    data.inputs(row, 1) = static_cast<float>(not_a_number);
    const Sequential start{Dense<float>{3, 8}, ReLU{}, Dense<float>{8, 1}};
    for (const Index batch : {Index{1}, Index{4}, Index{20}}) {
      auto network = start;
      const auto history = train(network, SquaredError{}, Adam{}, data,
                                 {.epochs = 3, .batch_size = batch, .shuffle = false});
      CHECK(history.end == History::End::diverged);
      CHECK(network == start);
    }
  }
  // Held-out data with NaN never becomes better, and harms nothing.
  auto held_out = line<float>(5);
  held_out.inputs(0, 0) = static_cast<float>(not_a_number);
  auto network = restless();
  const auto history = train(network, SquaredError{}, Adam{}, line<float>(20),
                             {.epochs = 2, .validation = held_out});
  CHECK(history.end == History::End::finished);
  CHECK(history.best_epoch == 0);
  CHECK(all_finite(network));
}

TEST_CASE(
    "trainer: one sample; batches larger than the data; a last batch of one is joined to another") {
  auto one = line<double>(1);
  Sequential network{Dense<double>{3, 1}};
  train(network, SquaredError{}, SGD{{.learning_rate = 0.1}}, one,
        {.epochs = 100, .batch_size = 1000});
  CHECK(predict(network, one.inputs)(0, 0) == Approx(one.targets(0, 0)));

  const auto data = line<float>(9);
  auto normed = restless();
  CHECK_NOTHROW(train(normed, SquaredError{}, SGD{}, data, {.epochs = 2, .batch_size = 4}));
  Sequential nested{Residual{Sequential{Dense<float>{3, 3}, BatchNorm<float>{3}}},
                    Dense<float>{3, 1}};
  CHECK_NOTHROW(train(nested, SquaredError{}, SGD{}, data, {.epochs = 2, .batch_size = 4}));
  const auto before = nested;
  CHECK_THROWS_AS(train(nested, SquaredError{}, SGD{}, line<float>(1), {.epochs = 1}), ShapeError);
  CHECK(nested == before);
}

TEST_CASE("trainer: what does not fit is refused and the network unchanged") {
  const auto data = line<double>(12);
  const auto good = line<double>(4, 3);
  const Sequential start{Dense<double>{3, 2}, Tanh{}, Dense<double>{2, 1}};
  auto network = start;
  const auto run = [&](const Table<double>& table, const Options<double>& how = {.epochs = 2}) {
    train(network, SquaredError{}, Adam{}, table, how);
  };
  auto bad = data;
  bad.targets.conservativeResize(11, 1);
  CHECK_THROWS_AS(run(bad), ShapeError);
  bad = data;
  bad.targets.resize(12, 2);
  bad.targets.setZero();
  CHECK_THROWS_AS(run(bad), ShapeError);
  bad = data;
  bad.inputs.resize(12, 4);
  bad.inputs.setZero();
  CHECK_THROWS_AS(run(bad), ShapeError);
  bad = data;
  bad.weights = Vector<double>::Ones(11);
  CHECK_THROWS_AS(run(bad), ShapeError);
  for (const double weight : {-1.0, not_a_number}) {
    bad.weights = Vector<double>::Ones(12);
    bad.weights[7] = weight;
    CHECK_THROWS_AS(run(bad), DataError);
  }
  CHECK_THROWS_AS(run({}), DataError);
  CHECK_THROWS_AS(run({Matrix<double>(0, 3), Matrix<double>(0, 1), {}}), DataError);

  CHECK_THROWS_AS(run(data, {.epochs = 0}), OptionError);
  CHECK_THROWS_AS(run(data, {.batch_size = 0}), OptionError);
  CHECK_THROWS_AS(run(data, {.patience = 2}), OptionError);
  CHECK_THROWS_AS(run(data, {.validation = good, .patience = -1}), OptionError);
  CHECK_THROWS_AS(run(data, {.minimum_improvement = -1}), OptionError);
  CHECK_THROWS_AS(run(data, {.minimum_improvement = not_a_number}), OptionError);
  CHECK_THROWS_AS(run(data, {.clip_norm = -1}), OptionError);
  CHECK_THROWS_AS(run(data, {.clip_norm = not_a_number}), OptionError);

  auto wrong = good;
  wrong.targets.conservativeResize(3, 1);
  CHECK_THROWS_WITH(run(data, {.validation = wrong}), ContainsSubstring("validation"));
  const Table<double> none{Matrix<double>(0, 3), Matrix<double>(0, 1), {}};
  int told = 0;
  CHECK_THROWS_AS(run(data, {.validation = none, .on_epoch = [&](const Epoch&) { ++told; }}),
                  DataError);
  CHECK(told == 0);  // before any work was done
  wrong = good;
  wrong.inputs.resize(4, 2);
  wrong.inputs.setZero();
  CHECK_THROWS_AS(run(data, {.validation = wrong}), ShapeError);
  auto labels = data;
  labels.targets(3, 0) = 2;
  CHECK_THROWS_AS(train(network, BinaryCrossEntropy{}, Adam{}, labels, {.epochs = 1}), DataError);
  CHECK_THROWS_AS(
      run(data, {.epochs = 2, .on_epoch = [](const Epoch&) { throw DataError("mine"); }}),
      DataError);
  CHECK(network == start);
}

TEST_CASE("trainer: batches without weight change nothing") {
  auto data = line<double>(8);
  data.weights = Vector<double>::Zero(8);
  data.weights.head(4).setOnes();
  Sequential a{Dense<double>{3, 1}};
  auto b = a;
  const Options<double> how{.epochs = 3, .batch_size = 4, .shuffle = false};
  train(a, SquaredError{}, Adam{}, data, how);
  const auto part = select(data, std::vector<Index>{0, 1, 2, 3});
  train(b, SquaredError{}, Adam{}, part, how);
  CHECK(a == b);
}

TEST_CASE("trainer: sequences of numbers to classes, of which negative ones are left out") {
  Rng rng{12};
  Dataset<Tokens, std::vector<Index>> data;
  set_shape(data.inputs.values, {200, 6});
  for (Index i = 0; i < 200; ++i) {
    const auto length = 1 + static_cast<Index>(rng.below(6));
    for (Index t = 0; t < 6; ++t)
      data.inputs.values(static_cast<std::size_t>(i), static_cast<std::size_t>(t)) =
          t < length ? static_cast<std::int32_t>(rng.below(9)) : -99;
    data.inputs.lengths.push_back(length);
    const auto first = data.inputs.values(static_cast<std::size_t>(i), 0);
    data.targets.push_back(i % 10 == 0 ? -1 - static_cast<Index>(rng.below(5)) : first % 3);
  }
  const Sequential start{Embedding<float>{9, 6}, GRU<float>{6, 8}, LastStep{}, Dense<float>{8, 3}};
  const auto run = [&](const auto& samples, int epochs) {
    auto network = start;
    const auto history = train(network, CrossEntropy{}, Adam{{.learning_rate = 0.02}}, samples,
                               {.epochs = epochs, .batch_size = 32, .clip_norm = 1});
    CHECK(history.end == History::End::finished);
    return network;
  };
  const auto network = run(data, 30);
  const auto logits = predict(network, data.inputs);
  int right = 0;
  for (std::size_t i = 0; i < 200; ++i) {
    Index choice = 0;
    logits.row(static_cast<Index>(i)).maxCoeff(&choice);
    right += choice == data.inputs.values(i, 0) % 3 ? 1 : 0;
  }
  CHECK(right > 190);  // those that were left out included
  auto other = data;   // what stands in samples that are left out does not matter
  for (std::size_t i = 0; i < 200; i += 10) {
    other.inputs.values(i, 0) = (other.inputs.values(i, 0) + 1) % 9;
    other.targets[i] = -7;
  }
  CHECK(run(other, 2) == run(data, 2));
  auto nothing = data;
  for (Index& c : nothing.targets) c = -1;
  CHECK(run(nothing, 1) == start);
  auto beyond = data;
  beyond.targets[3] = 3;
  CHECK_THROWS_AS(run(beyond, 1), DataError);
  auto broken = data;
  broken.inputs.lengths[5] = 7;
  CHECK_THROWS_AS(run(broken, 1), ShapeError);
}

TEST_CASE("trainer: mean_loss is that of the whole, in whatever batches, as at serving time") {
  auto data = line<double>(23);
  Rng rng{3};
  Sequential network{Dense<double>{3, 4}, BatchNorm<double>{4}, Dropout{0.5}, Dense<double>{4, 1}};
  network.get<1>().running_mean.setConstant(0.2);
  for (const bool weighted : {false, true}) {
    if (weighted) data.weights = Vector<double>::LinSpaced(23, 0, 2);
    const double whole =
        mean_loss(SquaredError{}, predict(network, data.inputs), data.targets, data.weights);
    for (const Index batch : {Index{1}, Index{5}, Index{23}, Index{1000}})
      CHECK(mean_loss(network, SquaredError{}, data, batch) == Approx(whole).epsilon(1e-13));
  }
  CHECK_THROWS_AS(mean_loss(network, SquaredError{}, data, 0), OptionError);
  CHECK_THROWS_AS(mean_loss(network, SquaredError{}, data, -3), OptionError);
  CHECK_THROWS_AS(mean_loss(network, SquaredError{}, Table<double>{}), DataError);
}

TEMPLATE_TEST_CASE("trainer: a training resumed from its checkpoint equals one that never stopped",
                   "", SGD, Adam) {
  const auto optimizer = [] {
    if constexpr (std::is_same_v<TestType, SGD>)
      return SGD{{.learning_rate = 0.01, .momentum = 0.9}};
    else
      return Adam{{.learning_rate = 0.01}};
  }();
  const auto data = line<float>(45);
  const auto held_out = line<float>(20, 9);
  const auto start = restless();
  for (const bool validated : {false, true}) {
    std::vector<std::int64_t> asked;
    Options<float> how{.epochs = 6,
                       .batch_size = 16,
                       .seed = 4,
                       .clip_norm = 2,
                       .schedule = [&](std::int64_t step) {
                         asked.push_back(step);
                         return 1 / (1 + 0.1 * static_cast<double>(step));
                       }};
    if (validated) {
      how.validation = held_out;
      how.patience = 4;
    }
    auto straight = start;
    const auto history = train(straight, SquaredError{}, optimizer, data, how);
    const TemporaryDirectory directory;
    for (int stop = 1; stop <= 6; ++stop) {
      how.checkpoint = directory / ("stopped" + std::to_string(stop));
      how.epochs = stop;
      auto network = start;
      train(network, SquaredError{}, optimizer, data, how);
      how.epochs = 6;
      asked.clear();
      network = start;
      const auto rest = train(network, SquaredError{}, optimizer, data, how);
      INFO("stopped after " << stop);
      CHECK(network == straight);
      CHECK(same_history(rest, history));
      if (stop < 6) CHECK(asked.front() == 3 * stop);
      if (stop == 6) CHECK(asked.empty());  // nothing was left to do
    }
    how.checkpoint = directory / "often";
    auto network = start;
    for (int epoch = 1; epoch <= 6; ++epoch) {  // one that is always canceled
      how.progress = [](const Progress&) { return false; };
      network = start;
      train(network, SquaredError{}, optimizer, data, how);
    }
    CHECK(network == straight);
    CHECK(directory.count() == 7);
  }
}

TEST_CASE("trainer: a stopped training stays stopped when it is resumed") {
  const Matrix<double> x = Matrix<double>::Ones(8, 1);
  const Table<double> data{x, Matrix<double>::Constant(8, 1, 1), {}};
  const Table<double> held_out{x, Matrix<double>::Constant(8, 1, -1), {}};
  const TemporaryDirectory directory;
  const Options<double> how{
      .epochs = 50, .validation = held_out, .patience = 2, .checkpoint = directory / "checkpoint"};
  Sequential first{Dense<double>{1, 1}};
  first.get<0>().weight.setZero();
  auto second = first;
  const auto history = train(first, SquaredError{}, SGD{}, data, how);
  REQUIRE(history.end == History::End::stopped_early);
  CHECK(history.epochs.size() == 3);
  CHECK(same_history(train(second, SquaredError{}, SGD{}, data, how), history));
  CHECK(second == first);
}

TEST_CASE("trainer: a checkpoint of something else is refused and the network unchanged") {
  const auto data = line<float>(10);
  const TemporaryDirectory directory;
  const Options<float> how{.epochs = 2, .checkpoint = directory / "checkpoint"};
  Options<float> more = how;
  more.epochs = 3;
  const auto refuses = [&](auto network, const auto& optimizer) {
    const auto before = network;
    CHECK_THROWS_AS(train(network, SquaredError{}, optimizer, data, more), Error);
    CHECK(network == before);
  };
  auto network = restless();
  train(network, SquaredError{}, Adam{}, data, how);
  refuses(Sequential{Dense<float>{3, 1}}, Adam{});
  refuses(
      Sequential{Dense<float>{3, 7}, BatchNorm<float>{7}, ReLU{}, Dropout{0.3}, Dense<float>{7, 1}},
      Adam{});
  refuses(restless(), SGD{});
  refuses(restless(), SGD{{.momentum = 0.5}});
  std::ofstream(directory / "checkpoint") << "no checkpoint";
  refuses(restless(), Adam{});
  save_parameters(directory / "checkpoint", network);
  refuses(restless(), Adam{});
  more.checkpoint = directory / "no/such/directory";
  refuses(restless(), Adam{});
}

TEST_CASE("trainer: a damaged checkpoint gives an error or a training, never half of both") {
  const auto data = line<float>(6);
  const auto held_out = line<float>(3, 2);
  const TemporaryDirectory directory;
  const Options<float> how{
      .epochs = 2, .validation = held_out, .patience = 2, .checkpoint = directory / "checkpoint"};
  const Sequential start{Dense<float>{3, 1}};
  auto network = start;
  train(network, SquaredError{}, SGD{{.momentum = 0.5}}, data, how);
  const auto valid = loyal::testing::to_bytes(read_text(how.checkpoint));
  int unchanged = 0;
  const int refused =
      loyal::testing::survive_damage(valid, 2000, [&](std::span<const std::byte> bytes) {
        std::ofstream(how.checkpoint, std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()),
                   static_cast<std::streamsize>(bytes.size()));
        auto target = start;
        try {
          train(target, SquaredError{}, SGD{{.momentum = 0.5}}, data, how);
        } catch (const Error&) {
          if (target == start) ++unchanged;
          throw;
        }
      });
  CHECK(refused == unchanged);
  CHECK(refused >= static_cast<int>(valid.size()) + 1000);
}

TEST_CASE("trainer: threads with workspaces of their own predict the same bits") {
  const auto network = loyal::testing::randomized(restless(), 6);
  const auto x = line<float>(64).inputs;
  std::vector<Matrix<float>> wanted;
  for (Index rows = 0; rows <= 64; ++rows)
    wanted.push_back(predict(network, Matrix<float>(x.topRows(rows))));
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      Workspace<std::remove_const_t<decltype(network)>> workspace;
      for (int i = 0; i < 50; ++i) {
        const Index rows = 1 + (i * 7 + t) % 64;
        const Matrix<float> part = x.topRows(rows);
        if (predict(network, part, workspace) != wanted[static_cast<std::size_t>(rows)]) ++wrong;
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(wrong == 0);
}

#ifdef COUNTS_ALLOCATIONS
TEST_CASE("trainer: once warm, neither a step of training nor a prediction allocates") {
  Sequential network{Dense<float>{3, 8}, ReLU{}, Dropout{0.3}, Dense<float>{8, 1}};
  const auto data = line<float>(32);
  const Adam optimizer;
  auto state = optimizer.init(network);
  auto gradient = zero_gradient(network);
  CacheOf<decltype(network), Matrix<float>> cache;
  Matrix<float> output;
  Matrix<float> derivative;
  Discard unwanted;
  Workspace<decltype(network)> workspace;
  Table<float> batch;
  std::vector<Index> samples(32);
  const SquaredError loss;
  Pass pass{.training = true};
  const auto step = [&] {
    gather(data, samples, batch);
    network.forward(batch.inputs, output, cache, pass);
    loss.evaluate(output, batch.targets, batch.weights, 32, &derivative);
    set_zero(gradient);
    network.backward(batch.inputs, output, derivative, cache, unwanted, gradient);
    static_cast<void>(clip_norm(gradient, 1));
    optimizer.step(network, gradient, state, 1);
    absorb(network, cache);
  };
  const auto allocated = [](const auto& work) {
    const std::int64_t before = allocations;
    work();
    return allocations - before;
  };
  REQUIRE(allocated(step) > 0);  // the counter counts
  step();
  CHECK(allocated(step) == 0);
  predict(network, data.inputs, workspace);
  CHECK(allocated([&] { predict(network, data.inputs, workspace); }) == 0);
}
#endif

TEST_CASE("train: with wrapped optimizers, an interrupted training ends with the same bits") {
  const testing::TemporaryDirectory directory;
  const Dataset data{Matrix<float>::Random(64, 2).eval(), Matrix<float>::Random(64, 1).eval()};
  const auto check = [&](const auto& optimizer, const char* name) {
    Sequential whole{Dense<float>{2, 1}};
    auto first = whole;
    auto resumed = whole;
    TrainOptions<Matrix<float>, Matrix<float>> options{.epochs = 6, .batch_size = 12};
    options.schedule = CosineSchedule{.steps = 40};
    train(whole, SquaredError{}, optimizer, data, options);
    options.checkpoint = directory / name;
    options.epochs = 2;
    train(first, SquaredError{}, optimizer, data, options);
    options.epochs = 6;
    train(resumed, SquaredError{}, optimizer, data, options);
    CHECK(resumed == whole);
  };
  check(Lookahead{Chain{ClipNorm{0.5}, Accumulate{NAdam{}, 4}}, {.every = 3}}, "wrapped");
  check(Groups{LAMB{}, Group{Named{"bias"}, SGD{{.momentum = 0.9}}}}, "groups");
  check(ScheduleFreeAdamW{}, "schedule_free");
}

TEST_CASE("train: judges and hands out the average that an optimizer keeps") {
  const Dataset data{Matrix<double>::Random(64, 2).eval(), Matrix<double>::Random(64, 1).eval()};
  const ScheduleFreeSGD optimizer{{.learning_rate = 0.1}};
  Sequential network{Dense<double>{2, 1}};
  auto y = network;
  const auto history = train(network, SquaredError{}, optimizer, data,
                             {.epochs = 5, .batch_size = 64, .validation = data});
  auto state = optimizer.init(y);
  for (int t = 0; t < 5; ++t) {
    auto gradient = zero_gradient(y);
    const Matrix<double> error = predict(y, data.inputs) - data.targets;
    gradient.get<0>().weight = data.inputs.transpose() * error * (2.0 / 64);
    gradient.get<0>().bias = error.colwise().mean() * 2;
    optimizer.step(y, gradient, state);
  }
  const auto average = optimizer.average(y, state);
  CHECK((flatten<double>(network) - flatten<double>(average)).norm() < 1e-12);
  CHECK((flatten<double>(network) - flatten<double>(y)).norm() > 1e-3);
  CHECK(history.epochs.back().validation_loss ==
        Approx(mean_loss(average, SquaredError{}, data)).epsilon(1e-12));
}
