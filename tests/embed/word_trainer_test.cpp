// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include <loyal/embed/detail/pair_kernel.hpp>
#include <loyal/embed/detail/word_trainer.hpp>

#include "../support/catch.hpp"

namespace word_trainer_tests {

using loyal::AliasTable;
using loyal::Index;
using loyal::Matrix;
using loyal::RowVector;
using loyal::Vector;
using loyal::detail::HuffmanTree;
using loyal::detail::IdChunk;
using loyal::detail::PairKernel;
using loyal::detail::RowTable;
using loyal::detail::WordParts;
using Trainer = loyal::detail::WordTrainer<PairKernel>;
using Sentence = std::vector<std::int32_t>;

/// One way of training with all that it needs.
struct Setting {
  bool cbow = false;
  bool own = false;
  bool tree = false;
  bool ngrams = false;
  Index dimensions = 5;
  int vocabulary = 15;
  int negatives = 14;
  int window = 1;
  double keep_probability = 1;
};

/// Tables of random numbers, and the trainer's step on them.
struct Model {
  explicit Model(const Setting& setting) : s(setting) {
    loyal::Rng rng{7};
    const int buckets = s.ngrams ? 6 : 0;
    const int outputs = s.tree ? s.vocabulary - 1 : s.vocabulary;
    x = Matrix<float>(s.vocabulary + buckets, s.dimensions);
    y = Matrix<float>(outputs, s.dimensions);
    for (auto* m : {&x, &y})
      for (Index i = 0; i < m->size(); ++i)
        m->data()[i] = static_cast<float>(rng.uniform(-0.8, 0.8));
    std::vector<std::uint64_t> counts;
    Vector<double> weights(s.vocabulary);
    for (int i = 0; i < s.vocabulary; ++i) {
      counts.push_back(100 / static_cast<std::uint64_t>(i + 1) + 1);
      weights[i] = static_cast<double>(counts.back());
    }
    noise = AliasTable(weights);
    tree = HuffmanTree(counts);
    keep.assign(counts.size(), static_cast<float>(s.keep_probability));
    if (!s.ngrams) return;
    parts.start.push_back(0);
    for (int word = 0; word < s.vocabulary; ++word) {
      for (auto n = rng.below(4); n > 0; --n)  // none at times, and one bucket twice at times
        parts.parts.push_back(static_cast<std::uint32_t>(s.vocabulary) +
                              static_cast<std::uint32_t>(rng.below(6)));
      parts.start.push_back(parts.parts.size());
    }
  }

  struct Result {
    Matrix<double> x;
    Matrix<double> y;
    double loss = 0;
    double pairs = 0;
  };
  /// Trains on the sentences from @p from and @p to on, with a rate that does not change.
  [[nodiscard]] Result train(const std::vector<Sentence>& sentences, double rate,
                             const Matrix<float>& from, const Matrix<float>& to) const {
    RowTable input(from.rows(), s.dimensions);
    RowTable output(to.rows(), s.dimensions);
    input.matrix() = from;
    output.matrix() = to;
    const Trainer::Tables tables{
        &input, &output, &keep, s.tree ? nullptr : &noise, s.tree ? &tree : nullptr, &parts};
    Trainer trainer(tables, {s.window, s.negatives, s.own || s.tree ? 1 : 4, s.cbow, s.own, true});
    IdChunk chunk;
    for (const auto& sentence : sentences) {
      chunk.ids.insert(chunk.ids.end(), sentence.begin(), sentence.end());
      chunk.ids.push_back(-1);
    }
    trainer.train(chunk, loyal::Rng{3}, [&](std::uint64_t) { return rate; });
    int dirty = 0;  // behind a row's end
    for (Index i = 0; i < input.rows(); ++i)
      for (Index d = s.dimensions; d < input.stride(); ++d) dirty += input.row(i)[d] != 0 ? 1 : 0;
    CHECK(dirty == 0);
    return {input.matrix().cast<double>(), output.matrix().cast<double>(), trainer.loss,
            trainer.pairs};
  }

  /// Rows of x whose mean stands for a word.
  [[nodiscard]] std::vector<Index> rows_of(std::int32_t word) const {
    std::vector<Index> rows{word};
    if (s.ngrams)
      for (std::size_t p = parts.start[static_cast<std::size_t>(word)];
           p < parts.start[static_cast<std::size_t>(word) + 1]; ++p)
        rows.push_back(parts.parts[p]);
    return rows;
  }

  Setting s;
  Matrix<float> x;
  Matrix<float> y;
  AliasTable noise{{1.0}};
  HuffmanTree tree;
  std::vector<float> keep;
  WordParts parts;
};

/// What the documentation of Word2Vec says of a sentence, for window 1 and so many negatives that all other words are
/// among them: nothing is left to chance.
class Objective {
 public:
  Objective(const Model& model, const Sentence& sentence) : m_(model), sentence_(sentence) {
    const int n = static_cast<int>(sentence.size());
    for (int first = 0; first < n;) {
      // Up to four words that differ share their negatives.
      int centers = 1;
      if (!m_.s.own && !m_.s.tree)
        while (centers < 4 && first + centers < n &&
               std::find(sentence.begin() + first, sentence.begin() + first + centers,
                         word(first + centers)) == sentence.begin() + first + centers)
          ++centers;
      for (int c = first; c < first + centers; ++c) add_center(c, first, centers, n);
      first += centers;
    }
  }

  [[nodiscard]] double loss(const Matrix<double>& inputs, const Matrix<double>& y) const {
    double sum = 0;
    for (const Term& t : terms_) {
      const double z = inputs.row(t.input).dot(y.row(t.output));
      sum += t.weight * (std::log1p(std::exp(z)) - t.target * z);
    }
    return sum;
  }

  /// Vectors that the terms' inputs are: means over rows of x.
  [[nodiscard]] Matrix<double> inputs(const Matrix<double>& x) const {
    Matrix<double> all(static_cast<Index>(spread_.size()), x.cols());
    for (std::size_t i = 0; i < spread_.size(); ++i) {
      RowVector<double> mean = RowVector<double>::Zero(x.cols());
      for (const auto& words : spread_[i]) {
        RowVector<double> word = RowVector<double>::Zero(x.cols());
        for (const Index row : words) word += x.row(row);
        mean += word / static_cast<double>(words.size());
      }
      all.row(static_cast<Index>(i)) = mean / static_cast<double>(spread_[i].size());
    }
    return all;
  }

  /// Adds the gradients by central differences. That of a mean goes undivided to each of its rows.
  void add_gradient(const Matrix<double>& x, const Matrix<double>& y, Matrix<double>& dx,
                    Matrix<double>& dy) const {
    constexpr double h = 1e-5;
    Matrix<double> u = inputs(x);
    Matrix<double> w = y;
    const auto slope = [&](double& at) {
      const double old = std::exchange(at, at + h);
      const double up = loss(u, w);
      at = old - h;
      const double down = loss(u, w);
      at = old;
      return (up - down) / (2 * h);
    };
    for (Index i = 0; i < u.rows(); ++i)
      for (Index d = 0; d < u.cols(); ++d) {
        const double g = slope(u(i, d));
        for (const auto& words : spread_[static_cast<std::size_t>(i)])
          for (const Index row : words) dx(row, d) += g;
      }
    for (Index k = 0; k < w.rows(); ++k)
      for (Index d = 0; d < w.cols(); ++d) dy(k, d) += slope(w(k, d));
  }

 private:
  struct Term {
    Index input;
    Index output;
    double weight;
    double target;
  };

  [[nodiscard]] std::int32_t word(int position) const {
    return sentence_[static_cast<std::size_t>(position)];
  }

  void add_center(int c, int first, int centers, int n) {
    std::vector<std::vector<Index>> contexts;
    for (const int i : {c - 1, c + 1})
      if (i >= 0 && i < n) contexts.push_back(m_.rows_of(word(i)));
    if (m_.s.cbow)
      add_terms(contexts, c, first, centers);
    else
      for (const auto& context : contexts) add_terms({context}, c, first, centers);
  }

  void add_terms(const std::vector<std::vector<Index>>& input, int c, int first, int centers) {
    const auto i = static_cast<Index>(spread_.size());
    spread_.push_back(input);
    if (m_.s.tree) {
      const auto nodes = m_.tree.nodes(word(c));
      const auto turns = m_.tree.turns(word(c));
      for (std::size_t j = 0; j < nodes.size(); ++j)
        terms_.push_back({i, nodes[j], 1, turns[j] == 0 ? 1.0 : 0.0});
      return;
    }
    terms_.push_back({i, word(c), 1, 1});
    const auto begin = sentence_.begin() + first;
    const double weight = static_cast<double>(m_.s.negatives) / (m_.s.vocabulary - centers);
    for (std::int32_t other = 0; other < m_.s.vocabulary; ++other)
      if (std::find(begin, begin + centers, other) == begin + centers)
        terms_.push_back({i, other, weight, 0});
  }

  const Model& m_;
  const Sentence& sentence_;
  std::vector<Term> terms_;
  std::vector<std::vector<std::vector<Index>>> spread_;  // of each input: its words' rows of x
};

template <class F>
void for_settings(const F& f) {
  for (const bool cbow : {false, true})
    for (const int output : {0, 1, 2})
      for (const bool ngrams : {false, true})
        f(Setting{.cbow = cbow, .own = output == 1, .tree = output == 2, .ngrams = ngrams});
}

TEST_CASE("a step of training is minus the gradient of what is documented",
          "[embed][word_trainer]") {
  const std::vector<Sentence> sentences{
      {0, 1}, {3, 1, 4, 2, 9, 5, 6, 8, 7, 14, 10, 11}, {2, 7, 2, 2, 5, 0, 0, 1, 2, 1}, {6}, {}};
  for_settings([&](Setting setting) {
    for (const Index dimensions : {1, 5, 21}) {
      INFO("cbow " << setting.cbow << ", own " << setting.own << ", tree " << setting.tree
                   << ", n-grams " << setting.ngrams << ", dimensions " << dimensions);
      setting.dimensions = dimensions;
      const Model model(setting);
      const Matrix<double> x = model.x.cast<double>();
      const Matrix<double> y = model.y.cast<double>();
      Matrix<double> dx = Matrix<double>::Zero(x.rows(), x.cols());
      Matrix<double> dy = Matrix<double>::Zero(y.rows(), y.cols());
      double loss = 0;
      for (const auto& sentence : sentences) {
        if (sentence.size() < 2) continue;
        const Objective objective(model, sentence);
        objective.add_gradient(x, y, dx, dy);
        loss += objective.loss(objective.inputs(x), y);
      }
      // Forth and back, so that what is of second order in the rate falls out; floats are good for some 1e-3 of the
      // gradients, which go up to 50.
      const double rate = 0x1p-12;
      const auto forth = model.train(sentences, rate, model.x, model.y);
      const auto back = model.train(sentences, -rate, model.x, model.y);
      CHECK(((forth.x - back.x) / (-2 * rate) - dx).cwiseAbs().maxCoeff() < 4e-3);
      CHECK(((forth.y - back.y) / (-2 * rate) - dy).cwiseAbs().maxCoeff() < 4e-3);
      CHECK(dx.cwiseAbs().maxCoeff() > 0.3);
      CHECK(dy.cwiseAbs().maxCoeff() > 0.3);
      const auto still = model.train(sentences, 0, model.x, model.y);
      CHECK(still.x == x);
      CHECK(still.y == y);
      CHECK(still.loss == Approx(loss).epsilon(1e-5));
      CHECK(still.pairs == (setting.cbow ? 24 : 2 * (1 + 11 + 9)));
    }
  });
}

TEST_CASE("a step with drawn windows and negatives is minus the gradient of its loss",
          "[embed][word_trainer]") {
  loyal::Rng rng{5};
  std::vector<Sentence> sentences(4);
  for (auto& sentence : sentences)
    for (int i = 0; i < 12; ++i) sentence.push_back(static_cast<std::int32_t>(rng.below(60)));
  for_settings([&](Setting setting) {
    if (setting.cbow || setting.ngrams) return;  // means take more than their gradient, see above
    for (const int window : {5, 30}) {
      INFO("own " << setting.own << ", tree " << setting.tree << ", window " << window);
      setting.vocabulary = 60;
      setting.negatives = 5;
      setting.window = window;
      setting.keep_probability = 0.9;
      const Model model(setting);
      const double rate = 0x1p-12;
      const auto forth = model.train(sentences, rate, model.x, model.y);
      const auto back = model.train(sentences, -rate, model.x, model.y);
      CHECK(forth.pairs == back.pairs);
      const Matrix<double> dx = (forth.x - back.x) / (-2 * rate);
      const Matrix<double> dy = (forth.y - back.y) / (-2 * rate);
      // The draws depend on no vector, so the loss told at rate 0 is a function of the tables. It is a sum of floats:
      // wide differences, of fourth order.
      for (int probe = 0; probe < 12; ++probe) {
        Matrix<float> x = model.x;
        Matrix<float> y = model.y;
        const auto i = static_cast<Index>(rng.below(59));
        const auto d = static_cast<Index>(rng.below(5));
        const auto slope = [&](float& at) {
          const auto loss = [&](float step) {
            const float old = std::exchange(at, at + step);
            const double value = model.train(sentences, 0, x, y).loss;
            at = old;
            return value;
          };
          const float h = 0.125F;
          return (8 * (loss(h) - loss(-h)) - (loss(2 * h) - loss(-2 * h))) / (12 * 0.125);
        };
        CHECK(slope(x(i, d)) == Approx(dx(i, d)).margin(4e-3));
        CHECK(slope(y(i, d)) == Approx(dy(i, d)).margin(4e-3));
      }
    }
  });
}

}  // namespace word_trainer_tests
