// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../core/model_file.hpp"
#include "../data/encoder_file.hpp"
#include "../data/split.hpp"
#include "../data/standardizer.hpp"
#include "../math/values.hpp"
#include "../train/classifier.hpp"
#include "../train/logistic_regression.hpp"
#include "../train/platt.hpp"

namespace loyal {

/// Probability that a customer leaves: features to a scale, a classifier, a calibrator, in one value.
///
///   features   samples x features; counts, amounts and days as they are; NaN: unknown, becomes the mean
///   left       samples: 1 has left, 0 has stayed
///
/// fit() holds out a share of the samples for the calibrator, which the classifier does not see. Classifier
/// and Calibrator are types of the library or of the user's; see the concept Classifier.
/// @throws OptionError for options out of range; DataError for labels other than 0 and 1, infinite features,
/// or too few samples of a class to calibrate on; ShapeError if sizes differ; NotFitted; FormatError for a
/// damaged file.
/// Source: none, our own composition. Cost: the classifier's.
///
///     loyal::Rng rng{1};
///     loyal::Matrix<double> features(500, 2);
///     std::vector<int> left(500);
///     for (int i = 0; i < 500; ++i) {
///       features(i, 0) = double(rng.below(60)), features(i, 1) = double(rng.below(10));
///       left[std::size_t(i)] = features(i, 0) + 10 * rng.normal() > 30;
///     }
///     loyal::ChurnModel<loyal::LogisticRegression<double>> model;
///     model.fit(features, {"days since last visit", "courses"}, left);
///     model.save("churn.safetensors");
///     const auto loaded = loyal::ChurnModel<loyal::LogisticRegression<double>>::load("churn.safetensors");
///     if (loaded.predict_proba(features) != model.predict_proba(features)) return 1;
template <class Classifier, class Calibrator = PlattScaling>
class ChurnModel {
 public:
  using T = typename Classifier::value_type;

  struct Options {
    bool squash =
        true;  ///< features pass sign(x) log(1 + |x|) first, which tames counts and amounts
    double calibration_share = 0.2;  ///< of the samples, for the calibrator; in (0, 0.5]
    std::uint64_t seed = 0;          ///< of the choice of these samples
  };

  ChurnModel() = default;
  explicit ChurnModel(Classifier classifier) : ChurnModel(std::move(classifier), Options{}) {}
  ChurnModel(Classifier classifier, const Options& options)
      : options_(options), classifier_(std::move(classifier)) {
    detail::expect_option("ChurnModel", "calibration_share", options.calibration_share,
                          options.calibration_share > 0 && options.calibration_share <= 0.5,
                          "in (0, 0.5]");
  }

  [[nodiscard]] const Options& options() const noexcept { return options_; }
  [[nodiscard]] const Classifier& classifier() const noexcept { return classifier_; }
  [[nodiscard]] const Calibrator& calibrator() const noexcept { return calibrator_; }
  [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }

  /// @param groups  one a sample, or empty: samples of a group, such as a customer seen at several cutoffs,
  ///                are held out together, so that the calibrator meets nobody the classifier knows.
  void fit(const Matrix<T>& features, const std::vector<std::string>& names, const Values& left,
           const Values& weights = {}, std::span<const std::int32_t> groups = {}) {
    const char* const where = "ChurnModel::fit";
    detail::expect_size(where, "the number of names", names.size(), features.cols());
    detail::expect_size(where, "the number of labels", left.size(), features.rows());
    if (!groups.empty())
      detail::expect_size(where, "the number of groups", groups.size(), features.rows());
    if (!weights.empty())
      detail::expect_size(where, "the number of weights", weights.size(), features.rows());

    const SplitOptions share{.test = options_.calibration_share, .seed = options_.seed};
    const Split split =
        groups.empty() ? random_split(features.rows(), share) : group_split(groups, share);
    const auto labels = left.vector();
    const Vector<double> held_out_labels = labels(split.test);
    if (held_out_labels.size() == 0 || held_out_labels.minCoeff() == held_out_labels.maxCoeff())
      detail::fail<DataError>(
          where, "what is held out to calibrate on",
          detail::concatenate(split.test.size(), " samples of one class"),
          "some who left and some who stayed; take more samples, a larger share or another seed");
    const auto weights_of = [&](const std::vector<Index>& rows) -> Vector<double> {
      if (weights.empty()) return {};
      return weights.vector()(rows);
    };

    ChurnModel fresh(classifier_, options_);
    fresh.names_ = names;
    const Matrix<T> training = fresh.squashed(features(split.train, Eigen::all));
    fresh.standardizer_.fit(training);
    fresh.classifier_.fit(fresh.standardizer_.transform(training),
                          Vector<double>(labels(split.train)), weights_of(split.train));
    const Matrix<T> held_out = fresh.transform(features(split.test, Eigen::all));
    fresh.calibrator_.fit(fresh.classifier_.decision_function(held_out), held_out_labels,
                          weights_of(split.test));
    *this = std::move(fresh);
  }

  /// What the classifier sees: squashed and standardized features.
  [[nodiscard]] Matrix<T> transform(const Matrix<T>& features) const {
    return standardizer_.transform(squashed(features));
  }

  /// Calibrated probabilities of leaving, one a sample.
  [[nodiscard]] Vector<double> predict_proba(const Matrix<T>& features) const {
    return calibrator_.predict_proba(classifier_.decision_function(transform(features)));
  }

  /// Writes the whole model as one safetensors file, atomically.
  void save(const std::string& path) const {
    if (names_.empty())
      detail::fail<NotFitted>("ChurnModel::save", "the model", "not fitted", "a call of fit()");
    const auto sizes = classifier_.sizes();
    const std::vector<std::int64_t> stored(sizes.begin(), sizes.end());
    SafetensorsWriter file;
    file.add("sizes", {static_cast<Index>(stored.size())}, stored);
    add_parameters(file, classifier_, "classifier");
    add_parameters(file, calibrator_, "calibrator");
    file.set_metadata("format", "loyal.ChurnModel.1");
    file.set_metadata("standardizer", to_json(standardizer_));
    file.set_metadata("squash", options_.squash ? "1" : "0");
    for (std::size_t i = 0; i < names_.size(); ++i)
      file.set_metadata(detail::concatenate("name.", i), names_[i]);
    file.write(path);
  }

  /// Reads what save() wrote; scores are then the same to the last bit.
  [[nodiscard]] static ChurnModel load(const std::string& path) {
    const Safetensors file(path);
    const auto text = [&](const std::string& key) -> const std::string& {
      const auto found = file.metadata().find(key);
      if (found == file.metadata().end())
        detail::fail<FormatError>(path, "the metadata '" + key + "'", "missing",
                                  "that of a ChurnModel");
      return found->second;
    };
    if (text("format") != "loyal.ChurnModel.1")
      detail::fail<FormatError>(path, "the format", text("format"), "loyal.ChurnModel.1");
    ChurnModel model;
    model.options_.squash = text("squash") == "1";
    model.standardizer_ = from_json<Standardizer>(text("standardizer"));
    for (std::size_t i = 0; i < model.standardizer_.means().size(); ++i)
      model.names_.push_back(text(detail::concatenate("name.", i)));
    auto sizes = model.classifier_.sizes();
    const auto stored = file.read<std::int64_t>("sizes");
    if (stored.size() != sizes.size() || stored.empty() ||
        std::cmp_not_equal(stored[0], model.names_.size()))
      detail::fail<FormatError>(path, "sizes", "those of another model",
                                "those of this classifier");
    // Sizes are believed only as far as the file has the elements for them.
    Index elements = 1;
    for (const auto& [name, info] : file.tensors()) elements += info.size();
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      if (stored[i] < 1 || stored[i] > elements)
        detail::fail<FormatError>(path, "a size", stored[i],
                                  detail::concatenate("in 1 .. ", elements));
      sizes[i] = static_cast<Index>(stored[i]);
    }
    for (std::size_t i = 1; i < sizes.size(); ++i)
      if (sizes[i] > elements / sizes[i - 1])
        detail::fail<FormatError>(path, "the sizes", "larger than the file", "those of its arrays");
    model.classifier_.set_sizes(sizes);
    read_parameters(file, model.classifier_, "classifier");
    read_parameters(file, model.calibrator_, "calibrator", Shapes::of_file);
    model.calibrator_.check();
    if (!all_finite(model.classifier_))
      detail::fail<FormatError>(path, "the classifier", "not finite", "finite parameters");
    return model;
  }

 private:
  [[nodiscard]] Matrix<T> squashed(const Matrix<T>& features) const {
    if (!options_.squash) return features;
    Matrix<T> y = features;
    for (Index i = 0; i < y.size(); ++i) {
      T& v = y.data()[i];
      v = std::copysign(std::log1p(std::abs(v)), v);
    }
    return y;
  }

  Options options_;
  std::vector<std::string> names_;
  Standardizer standardizer_;
  Classifier classifier_;
  Calibrator calibrator_;
};

}  // namespace loyal
