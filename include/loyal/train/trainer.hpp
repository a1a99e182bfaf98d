// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../core/model_file.hpp"
#include "../core/progress.hpp"
#include "../loss/loss_function.hpp"
#include "../nn/sequential.hpp"
#include "../optim/clip.hpp"
#include "../optim/optimizer.hpp"
#include "../optim/schedule.hpp"
#include "batch_gradient.hpp"
#include "dataset.hpp"

namespace loyal {

/// Refers to a dataset of the caller's, which must outlive the call it is an option of.
template <class Data>
class Borrowed {
 public:
  Borrowed() = default;
  Borrowed(const Data& data) : data_(&data) {}  // NOLINT(google-explicit-constructor): an option
  Borrowed(Data&&) = delete;
  [[nodiscard]] const Data* get() const noexcept { return data_; }

 private:
  const Data* data_ = nullptr;
};

/// What happened in one epoch.
struct Epoch {
  int number = 0;            ///< from 1
  double training_loss = 0;  ///< mean over the epoch's batches, as they were met
  double validation_loss = std::numeric_limits<double>::quiet_NaN();  ///< NaN without validation
  double rate = 1;           ///< factor of the schedule at the epoch's last step
  double gradient_norm = 0;  ///< of the epoch's last step, before clipping
  double seconds = 0;        ///< wall time, validation included

  friend bool operator==(const Epoch&, const Epoch&) = default;
};

/// What happened in a training.
struct History {
  /// Why it ended.
  enum class End { finished, stopped_early, canceled, diverged };

  std::vector<Epoch> epochs;
  int best_epoch = 0;  ///< with the lowest validation loss, or training loss; 0: none was finite
  End end = End::finished;

  /// Of each epoch.
  [[nodiscard]] std::vector<double> training_losses() const {
    return column(&Epoch::training_loss);
  }
  [[nodiscard]] std::vector<double> validation_losses() const {
    return column(&Epoch::validation_loss);
  }

 private:
  [[nodiscard]] std::vector<double> column(double Epoch::*field) const {
    std::vector<double> values;
    values.reserve(epochs.size());
    for (const Epoch& epoch : epochs) values.push_back(epoch.*field);
    return values;
  }
};

/// How train() goes about it.
template <class X, class Y>
struct TrainOptions {
  int epochs =
      10;  ///< times through the data at most, those of a resumed checkpoint included; >= 1
  Index batch_size = 256;  ///< samples a step; >= 1
  std::uint64_t seed = 0;  ///< of shuffling and dropout
  int threads = 0;  ///< at most, for batches of 1024 and more; 0: as many as the machine has; >= 0
  bool shuffle = true;                      ///< a new order each epoch
  Borrowed<Dataset<X, Y>> validation = {};  ///< held-out data, looked at after each epoch
  int patience = 0;  ///< stop after so many epochs without a better validation loss; 0: never
  double minimum_improvement = 0;  ///< what counts as better: lower by more than this; >= 0
  bool restore_best = true;        ///< with validation, leave the network of the best epoch
  double clip_norm = 0;            ///< largest norm of a step's gradient; 0: any
  Schedule schedule = {};          ///< factor on the learning rate by step, from 0; empty: 1
  std::string checkpoint = {};     ///< file written after each epoch, and resumed from if it exists
  ProgressCallback progress = {};  ///< told after each epoch; may cancel
  std::function<void(const Epoch&)> on_epoch = {};  ///< told after each epoch
};

namespace detail {

/// Everything that a training needs to go on as if it had never stopped.
template <class Network, class State>
struct TrainingRun {
  Network network;
  Network best;
  State state;
  History history;
  std::int64_t steps = 0;
  double best_loss = std::numeric_limits<double>::infinity();
  int epochs_without_improvement = 0;
};

template <class Network, class State>
void save_checkpoint(const std::string& path, const TrainingRun<Network, State>& run) {
  SafetensorsWriter file;
  add_parameters(file, run.network, "network");
  add_parameters(file, run.best, "best");
  add_parameters(file, run.state, "optimizer");
  const std::vector<std::int64_t> counts{run.steps, run.history.best_epoch,
                                         run.epochs_without_improvement};
  std::vector<double> losses{run.best_loss};
  for (const Epoch& e : run.history.epochs)
    losses.insert(losses.end(),
                  {e.training_loss, e.validation_loss, e.rate, e.gradient_norm, e.seconds});
  file.add("counts", {static_cast<Index>(counts.size())}, counts);
  file.add("losses", {static_cast<Index>(losses.size())}, losses);
  file.write(path);
}

template <class Network, class State>
void load_checkpoint(const std::string& path, TrainingRun<Network, State>& run) {
  const Safetensors file(path);
  read_parameters(file, run.network, "network");
  read_parameters(file, run.best, "best");
  read_parameters(file, run.state, "optimizer");
  const auto counts = file.template read<std::int64_t>("counts");
  const auto losses = file.template read<double>("losses");
  const auto epochs = static_cast<std::int64_t>(losses.size() / 5);
  const auto is_epoch = [&](std::int64_t n) { return n >= 0 && n <= epochs; };
  if (counts.size() != 3 || losses.size() % 5 != 1 || counts[0] < 0 || !is_epoch(counts[1]) ||
      !is_epoch(counts[2]))
    fail<FormatError>(path, "what it counts", "damaged", "a checkpoint of train()");
  run.steps = counts[0];
  run.history.best_epoch = static_cast<int>(counts[1]);
  run.epochs_without_improvement = static_cast<int>(counts[2]);
  run.best_loss = losses[0];
  for (std::size_t i = 1; i < losses.size(); i += 5)
    run.history.epochs.push_back({static_cast<int>(i / 5 + 1), losses[i], losses[i + 1],
                                  losses[i + 2], losses[i + 3], losses[i + 4]});
}

/// The network to judge and hand out: some optimizers train at other weights than those they end with.
template <class O, class Network, class State>
decltype(auto) result_of(const O& optimizer, const Network& network, const State& state) {
  if constexpr (requires { optimizer.average(network, state); })
    return optimizer.average(network, state);
  else
    return (network);
}

}  // namespace detail

/// Loss of a network on a dataset, computed in batches as at serving time.
///
///     const loyal::Sequential network{loyal::Dense<float>{3, 1}};
///     const loyal::Dataset data{loyal::Matrix<float>::Zero(10, 3).eval(), loyal::Matrix<float>::Ones(10, 1).eval()};
///     if (loyal::mean_loss(network, loyal::SquaredError{}, data) != 1) return 1;
template <class Network, class L, class X, class Y>
requires Layer<Network, X>
double mean_loss(const Network& network, const L& loss, const Dataset<X, Y>& data,
                 Index batch_size = 1024) {
  detail::expect_option("mean_loss", "batch_size", batch_size, batch_size >= 1, ">= 1");
  data.check("mean_loss");
  if (data.size() == 0) detail::fail<DataError>("mean_loss", "the number of samples", 0, ">= 1");
  Workspace<Network, X> workspace;
  Dataset<X, Y> batch;
  std::vector<Index> samples;
  double sum = 0;
  double total = 0;
  for (Index begin = 0; begin < data.size(); begin += batch_size) {
    samples.resize(static_cast<std::size_t>(std::min(batch_size, data.size() - begin)));
    std::iota(samples.begin(), samples.end(), begin);
    gather(data, samples, batch);
    const auto& prediction = predict(network, batch.inputs, workspace);
    const double divisor = loss.divisor(prediction, batch.targets, batch.weights);
    if (divisor > 0)
      sum += divisor * loss.evaluate(prediction, batch.targets, batch.weights, divisor,
                                     static_cast<OutputOf<Network, X>*>(nullptr));
    total += divisor;
  }
  return sum / total;
}

/// Fits a network to data by mini-batches, starting from the weights it has.
///
/// Each epoch visits every sample once, in an order that (seed, epoch) fixes; the same seed gives the same
/// bits. With validation, training stops when `patience` runs out and leaves the best epoch's network. A loss,
/// gradient or parameter that is not finite ends it as History::End::diverged, with the best epoch's network.
/// A checkpoint is written after each epoch; a later call with the same arguments goes on from it and ends
/// with the same bits as one that was never interrupted.
/// @throws ShapeError, DataError, OptionError before anything changes; FormatError for a checkpoint of
/// another network.
/// Source: none, the standard loop. Cost: epochs * samples * (forward + backward); once warm, a step allocates
/// nothing but scratch space of some layers and of large products.
///
///     loyal::Sequential network{loyal::Dense<double>{2, 8}, loyal::Tanh{}, loyal::Dense<double>{8, 1}};
///     loyal::Matrix<double> inputs(4, 2), labels(4, 1);
///     inputs << 0, 0, 0, 1, 1, 0, 1, 1;
///     labels << 0, 1, 1, 0;
///     const auto history = loyal::train(network, loyal::BinaryCrossEntropy{}, loyal::Adam{{.learning_rate = 0.05}},
///                                       {inputs, labels}, {.epochs = 500, .batch_size = 4});
///     if (history.epochs.back().training_loss > 0.05) return 1;
template <class Network, class L, class O, class X = InputOf<Network>,
          class Y = TargetOf<L, OutputOf<Network, X>>>
requires Layer<Network, X> && Loss<L, OutputOf<Network, X>> && Optimizer<O, Network> History
train(Network& network, const L& loss, const O& optimizer, const Dataset<X, Y>& data,
      const TrainOptions<X, Y>& options = {}) {
  const char* const where = "train";
  detail::expect_option(where, "epochs", options.epochs, options.epochs >= 1, ">= 1");
  detail::expect_option(where, "batch_size", options.batch_size, options.batch_size >= 1, ">= 1");
  detail::expect_option(where, "threads", options.threads, options.threads >= 0, ">= 0");
  detail::expect_option(where, "patience", options.patience,
                        options.patience == 0 || (options.patience > 0 && options.validation.get()),
                        "0, or > 0 with validation data");
  detail::expect_option(where, "minimum_improvement", options.minimum_improvement,
                        options.minimum_improvement >= 0, ">= 0");
  detail::expect_option(where, "clip_norm", options.clip_norm, options.clip_norm >= 0, ">= 0");
  data.check(where);
  if (data.size() == 0) detail::fail<DataError>(where, "the number of samples", 0, ">= 1");
  if (const auto* const held_out = options.validation.get()) {
    held_out->check("train: validation");
    if (held_out->size() == 0)
      detail::fail<DataError>(where, "the number of validation samples", 0, ">= 1");
  }

  using State = typename O::template State<Network>;
  detail::TrainingRun<Network, State> run{network, network, optimizer.init(network), {}};
  const bool resumes = !options.checkpoint.empty() && file_exists(options.checkpoint);
  if (resumes) detail::load_checkpoint(options.checkpoint, run);

  GradientOf<Network> gradient = zero_gradient(network);
  BatchGradient<Network, X, Y> batch_gradient{options.threads};
  std::vector<Index> order(static_cast<std::size_t>(data.size()));
  const auto start = std::chrono::steady_clock::now();
  const auto seconds = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };

  bool going = run.history.epochs.empty() || options.patience == 0 ||
               run.epochs_without_improvement < options.patience;
  if (!going) run.history.end = History::End::stopped_early;
  while (going && static_cast<int>(run.history.epochs.size()) < options.epochs) {
    Epoch epoch{.number = static_cast<int>(run.history.epochs.size()) + 1};
    const double epoch_start = seconds();
    const auto stream = static_cast<std::uint64_t>(epoch.number);
    Pass pass{.training = true, .rng = Rng{options.seed, 2 * stream}};
    std::iota(order.begin(), order.end(), Index{0});
    if (options.shuffle) Rng{options.seed, 2 * stream + 1}.shuffle(order);

    double weight = 0;
    bool finite = true;
    for (Index begin = 0; finite && begin < data.size();) {
      Index size = std::min(options.batch_size, data.size() - begin);
      if (detail::couples_samples<Network>() && data.size() - begin - size == 1)
        ++size;  // none stays alone
      const auto samples =
          std::span(order).subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(size));
      begin += size;
      const double value = batch_gradient(run.network, loss, data, samples, pass, gradient);
      const double divisor = batch_gradient.total_weight();
      if (divisor == 0) continue;  // nothing in this batch counts
      if (options.clip_norm > 0)
        epoch.gradient_norm = clip_norm(gradient, options.clip_norm);
      else if (begin >= data.size())
        epoch.gradient_norm = std::sqrt(squared_norm(gradient));
      finite = std::isfinite(value) && std::isfinite(epoch.gradient_norm);
      if (!finite) break;
      epoch.rate = options.schedule ? options.schedule(run.steps) : 1.0;
      optimizer.step(run.network, gradient, run.state, epoch.rate);
      ++run.steps;
      absorb(run.network, batch_gradient.cache());
      epoch.training_loss += value * divisor;
      weight += divisor;
    }
    // A finite loss and gradient may still have carried the last step out of range.
    if (!finite || !all_finite(run.network)) {
      run.history.end = History::End::diverged;
      break;
    }
    epoch.training_loss /= std::max(weight, std::numeric_limits<double>::min());
    const auto& result = detail::result_of(optimizer, run.network, run.state);
    double monitored = epoch.training_loss;
    if (options.validation.get()) {
      monitored = epoch.validation_loss = mean_loss(result, loss, *options.validation.get());
    }
    if (monitored < run.best_loss - options.minimum_improvement) {
      run.best_loss = monitored;
      run.history.best_epoch = epoch.number;
      run.epochs_without_improvement = 0;
      run.best = result;
    } else {
      ++run.epochs_without_improvement;
    }
    epoch.seconds = seconds() - epoch_start;
    run.history.epochs.push_back(epoch);
    if (!options.checkpoint.empty()) detail::save_checkpoint(options.checkpoint, run);
    if (options.on_epoch) options.on_epoch(epoch);
    if (!options.progress({.what = "epoch",
                           .step = epoch.number,
                           .total = options.epochs,
                           .seconds = seconds(),
                           .value = monitored})) {
      run.history.end = History::End::canceled;
      going = false;
    } else if (options.patience > 0 && run.epochs_without_improvement >= options.patience) {
      run.history.end = History::End::stopped_early;
      going = false;
    }
  }
  const bool best = options.restore_best && options.validation.get() && run.history.best_epoch > 0;
  if (best || run.history.end == History::End::diverged)
    network = std::move(run.best);
  else
    network = detail::result_of(optimizer, run.network, run.state);
  return std::move(run.history);
}

}  // namespace loyal
