// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <span>
#include <vector>

#include "../core/error.hpp"
#include "../loss/cross_entropy.hpp"
#include "../math/values.hpp"
#include "../nn/activation.hpp"
#include "../nn/dense.hpp"
#include "../nn/dropout.hpp"
#include "../optim/adamw.hpp"
#include "classifier.hpp"
#include "trainer.hpp"

namespace loyal {

/// A network of two hidden layers that tells 1 from 0: Dense, ReLU, Dropout twice, then a logit.
///
///   x         samples x features, standardized
///   labels    samples: 0 or 1
///   weights   samples, or empty: all 1
///
/// A share of the samples is held out to choose the epoch; the network of the best one is kept.
/// @throws OptionError for options out of range; DataError for labels other than 0 and 1 or data that is not
/// finite; ShapeError if sizes differ; NotFitted.
/// Source: none, textbook. Cost: epochs * samples * 6 * parameters flops.
///
///     loyal::Rng rng{1};
///     loyal::Matrix<float> x(400, 2);
///     std::vector<int> labels(400);
///     for (int i = 0; i < 400; ++i) {
///       x(i, 0) = rng.normal<float>(), x(i, 1) = rng.normal<float>();
///       labels[std::size_t(i)] = x(i, 0) * x(i, 1) > 0;  // no line tells them apart
///     }
///     loyal::MLPClassifier<float> model{{.epochs = 60, .learning_rate = 0.01}};
///     model.fit(x, labels);
///     int right = 0;
///     const auto p = model.predict_proba(x);
///     for (int i = 0; i < 400; ++i) right += (p[i] > 0.5) == (labels[std::size_t(i)] == 1);
///     if (right < 340) return 1;
template <Scalar T>
class MLPClassifier {
 public:
  using value_type = T;
  using Network = Sequential<Dense<T>, ReLU, Dropout, Dense<T>, ReLU, Dropout, Dense<T>>;

  struct Options {
    Index hidden1 = 32;           ///< units of the first hidden layer; >= 1
    Index hidden2 = 16;           ///< units of the second; >= 1
    double dropout = 0.2;         ///< share of hidden units dropped while training; in [0, 1)
    int epochs = 50;              ///< at most; >= 1
    Index batch_size = 128;       ///< samples a step; >= 1
    double learning_rate = 1e-3;  ///< of AdamW; > 0
    double weight_decay = 1e-2;   ///< of AdamW; >= 0
    double validation_share =
        0.15;           ///< held out to choose the epoch; in [0, 0.5]; 0: the last epoch stays
    int patience = 10;  ///< epochs without a better validation loss before it stops; >= 1
    double positive_weight = 1;      ///< factor on the loss of label 1; > 0
    std::uint64_t seed = 0;          ///< of starting weights, held-out samples, order and dropout
    ProgressCallback progress = {};  ///< told after each epoch; may cancel
  };

  MLPClassifier() = default;
  explicit MLPClassifier(const Options& options) : options_(options) {
    const char* const where = "MLPClassifier";
    const auto& o = options_;
    detail::expect_option(where, "hidden1", o.hidden1, o.hidden1 >= 1, ">= 1");
    detail::expect_option(where, "hidden2", o.hidden2, o.hidden2 >= 1, ">= 1");
    detail::expect_option(where, "epochs", o.epochs, o.epochs >= 1, ">= 1");
    detail::expect_option(where, "batch_size", o.batch_size, o.batch_size >= 1, ">= 1");
    detail::expect_option(where, "validation_share", o.validation_share,
                          o.validation_share >= 0 && o.validation_share <= 0.5, "in [0, 0.5]");
    detail::expect_option(where, "patience", o.patience, o.patience >= 1, ">= 1");
    static_cast<void>(Dropout{o.dropout});
    static_cast<void>(optimizer());
    static_cast<void>(loss());
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }
  [[nodiscard]] const Network& network() const noexcept { return network_; }
  [[nodiscard]] const History& history() const noexcept { return history_; }

  void fit(const Matrix<T>& x, const Values& labels, const Values& weights = {}) {
    const char* const where = "MLPClassifier::fit";
    detail::expect_samples(where, x, labels, weights);
    Dataset<Matrix<T>, Matrix<T>> data{x, labels.vector().template cast<T>(), weights.vector()};
    Dataset<Matrix<T>, Matrix<T>> held_out;
    TrainOptions<Matrix<T>, Matrix<T>> how{.epochs = options_.epochs,
                                           .batch_size = options_.batch_size,
                                           .seed = options_.seed,
                                           .progress = options_.progress};
    const auto held = static_cast<Index>(options_.validation_share * static_cast<double>(x.rows()));
    if (held > 0) {
      std::vector<Index> order(static_cast<std::size_t>(x.rows()));
      std::iota(order.begin(), order.end(), Index{0});
      Rng{options_.seed, 1}.shuffle(order);
      const std::span<const Index> all(order);
      held_out = select(data, all.first(static_cast<std::size_t>(held)));
      data = select(data, all.subspan(static_cast<std::size_t>(held)));
      how.validation = held_out;
      how.patience = options_.patience;
    }
    Network fresh = shaped(x.cols(), options_.hidden1, options_.hidden2);
    Rng rng{options_.seed};  // train() draws from streams 2, 3, ...
    initialize(fresh, rng);
    History history = train(fresh, loss(), optimizer(), data, how);
    network_ = std::move(fresh);
    history_ = std::move(history);
  }

  /// Logits of label 1, one a sample.
  [[nodiscard]] Vector<double> decision_function(const Matrix<T>& x) const {
    if (sizes()[0] == 0)
      detail::fail<NotFitted>("MLPClassifier", "the model", "not fitted", "a call of fit()");
    return predict(network_, x).col(0).template cast<double>();
  }
  /// Probabilities of label 1, one a sample.
  [[nodiscard]] Vector<double> predict_proba(const Matrix<T>& x) const {
    return sigmoid(decision_function(x).array());
  }

  /// Features and units of the two hidden layers, all 0 before fit(). What a file needs to shape a model.
  [[nodiscard]] std::array<Index, 3> sizes() const {
    return {network_.template get<0>().in_features(), network_.template get<0>().out_features(),
            network_.template get<3>().out_features()};
  }
  /// Shapes the model as one of these sizes() was; what it had learned is gone.
  void set_sizes(const std::array<Index, 3>& sizes) {
    network_ = shaped(sizes[0], sizes[1], sizes[2]);
  }

  template <class F, class... M>
  static void for_each_parameter(F&& f, M&... m) {
    f("network", m.network_...);
  }

 private:
  [[nodiscard]] Network shaped(Index features, Index hidden1, Index hidden2) const {
    const typename Dense<T>::Options he{.initializer = Initializer::he_normal};
    return Network{Dense<T>{features, hidden1, he},
                   ReLU{},
                   Dropout{options_.dropout},
                   Dense<T>{hidden1, hidden2, he},
                   ReLU{},
                   Dropout{options_.dropout},
                   Dense<T>{hidden2, 1}};
  }
  [[nodiscard]] BinaryCrossEntropy loss() const {
    return BinaryCrossEntropy{{.positive_weight = options_.positive_weight}};
  }
  [[nodiscard]] AdamW optimizer() const {
    return AdamW{{.learning_rate = options_.learning_rate, .weight_decay = options_.weight_decay}};
  }

  Options options_;
  Network network_;
  History history_;
};

}  // namespace loyal
