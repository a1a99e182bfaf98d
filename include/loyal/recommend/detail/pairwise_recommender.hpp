// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "../../core/error.hpp"
#include "../factor_recommender.hpp"
#include "pairwise_trainer.hpp"

namespace loyal::detail {

/// What BPR and WARP share: their factors, with the items' biases as one factor more. R, a friend, has options o_, its
/// name, rule() and a walk over the numbers of its options that fold_in() needs.
template <class R, Scalar T>
class PairwiseRecommender : public FactorRecommender<R, T> {
 public:
  void fit(Interactions train) {
    if (train.users() == 0) fail<DataError>(R::name, "the number of users", 0, ">= 1");
    if (train.items() == 0) fail<DataError>(R::name, "the number of items", 0, ">= 1");
    const auto& o = self().o_;
    const PairwiseTrainer<T> trainer(self().settings());
    auto tables = trainer.tables(train.users(), train.items(), {}, {});
    trainer.train(train, train, o.epochs, o.progress, self().rule(train.items()), tables);
    take_tables(std::move(train), tables);
  }

  /// Goes on with new dealings, of the same or further users and items: `partial_epochs` over them alone.
  void partial_fit(const Interactions& more) {
    if (this->train_.items() == 0) return fit(more);
    const auto& o = self().o_;
    Interactions all = this->train_.joined(more);
    Interactions fresh = without(all, this->train_);
    const PairwiseTrainer<T> trainer(self().settings());
    auto tables =
        trainer.tables(all.users(), all.items(), this->user_factors_, this->item_factors_);
    trainer.train(fresh, all, o.partial_epochs, o.progress, self().rule(all.items()), tables);
    take_tables(std::move(all), tables);
  }

  /// By `fold_in_epochs` of the same steps, from zero, with the items held. A user whom fit() knew comes out near their
  /// factors, not the same.
  [[nodiscard]] UserProfile<T> fold_in(const UserHistory& history) const {
    this->expect_history("fold_in", history);
    UserProfile<T> profile{RowVector<T>::Zero(this->item_factors_.cols()),
                           {history.items.begin(), history.items.end()},
                           {history.values.begin(), history.values.end()}};
    profile.factors.head(profile.factors.size() - 1) =
        PairwiseTrainer<T>(self().settings())
            .fold_in(history.items, self().rule(this->items()), this->item_factors_);
    profile.factors[profile.factors.size() - 1] = 1;
    return profile;
  }

  /// As FactorRecommender, and the options that fold_in() needs.
  void save(const std::string& path) const {
    this->expect_fitted("save");
    std::vector<double> numbers;
    auto options = self().o_;
    R::walk(options, [&](const auto& number) {
      if constexpr (std::is_same_v<std::remove_cvref_t<decltype(number)>, std::uint64_t>)
        numbers.push_back(static_cast<double>(number >> 32));
      numbers.push_back(static_cast<double>(
          static_cast<std::conditional_t<
              std::is_same_v<std::remove_cvref_t<decltype(number)>, std::uint64_t>, std::uint32_t,
              double>>(number)));
    });
    this->write(path, numbers);
  }

  /// Reads what save() wrote; of the options, those that fold_in() needs become the file's, the others stay.
  /// @throws FormatError, ShapeError, DataError or OptionError if the file is damaged; the model is then unchanged.
  void load(const std::string& path) {
    auto options = self().o_;
    std::size_t count = 0;
    R::walk(options, [&](const auto& number) {
      count += std::is_same_v<std::remove_cvref_t<decltype(number)>, std::uint64_t> ? 2 : 1;
    });
    auto stored = this->read(path, count);
    std::size_t next = 0;
    const auto take_number = [&](double most) {
      const double number = stored.options[next++];
      if (!(std::abs(number) <= most))
        fail<FormatError>(path, "a number among the options", number, "finite and not as large");
      return number;
    };
    R::walk(options, [&](auto& number) {
      using Number = std::remove_cvref_t<decltype(number)>;
      if constexpr (std::is_same_v<Number, std::uint64_t>) {
        const auto half = [&] {
          return static_cast<std::uint64_t>(std::abs(take_number(4294967295.0)));
        };
        const std::uint64_t upper = half();
        number = upper << 32 | half();
      } else {
        number = static_cast<Number>(take_number(std::is_integral_v<Number> ? 1e9 : 1e300));
      }
    });
    options.factors = stored.item_factors.cols() - 1;
    R fresh{options};
    FactorRecommender<R, T>::take(fresh, std::move(stored));
    static_cast<R&>(*this) = std::move(fresh);
  }

 private:
  [[nodiscard]] const R& self() const { return static_cast<const R&>(*this); }

  /// The pairs of @p all that @p known does not hold.
  static Interactions without(const Interactions& all, const Interactions& known) {
    std::vector<Interaction> pairs;
    for (const auto& pair : all.pairs())
      if (pair.user >= known.users() || !known.contains(pair.user, pair.item))
        pairs.push_back(pair);
    return {all.users(), all.items(), pairs};
  }

  void take_tables(Interactions&& train, const typename PairwiseTrainer<T>::Tables& t) {
    const Index factors = self().o_.factors;
    Matrix<T> users(t.users.rows(), factors + 1);
    Matrix<T> items(t.items.rows(), factors + 1);
    users << t.users.leftCols(factors), Vector<T>::Ones(users.rows());
    items << t.items.leftCols(factors), t.bias;
    this->user_factors_ = std::move(users);
    this->item_factors_ = std::move(items);
    this->train_ = std::move(train);
  }
};

}  // namespace loyal::detail
