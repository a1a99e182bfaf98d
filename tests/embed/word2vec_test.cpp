// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <loyal/embed/word2vec.hpp>

#include "../support/catch.hpp"

namespace word2vec_tests {

using loyal::Index;
using loyal::Matrix;
using loyal::Word2Vec;
using loyal::WordModel;
using loyal::WordOutput;
using loyal::detail::HuffmanTree;
using loyal::detail::PairKernel;
using loyal::detail::RowTable;

/// Sentences of two topics: words of one topic keep company with each other only.
std::string two_topics(int sentences, std::uint64_t seed) {
  loyal::Rng rng{seed};
  std::string text;
  for (int i = 0; i < sentences; ++i) {
    const char topic = i % 2 == 0 ? 'a' : 'b';
    for (int j = 0; j < 10; ++j) text += topic + std::to_string(rng.below(20)) + " ";
    text += '\n';
  }
  return text;
}

Word2Vec::Options small() {
  return {.dimensions = 20,
          .subsample = 0,
          .learning_rate = 0.05,
          .epochs = 5,
          .vocabulary = {.min_count = 1}};
}

Matrix<float> trained(const Word2Vec::Options& options, const std::string& text) {
  auto corpus = loyal::corpus_of({text});
  Word2Vec model{options};
  model.fit(corpus);
  return model.word_vectors().vectors();
}

/// Mean cosine of words of one topic less that of words of different ones.
double separation(const loyal::WordVectors& vectors) {
  double same = 0;
  double other = 0;
  for (int i = 0; i < 20; ++i)
    for (int j = 0; j < 20; ++j) {
      const std::string a = "a" + std::to_string(i);
      if (i != j) same += static_cast<double>(vectors.similarity(a, "a" + std::to_string(j))) / 380;
      other += static_cast<double>(vectors.similarity(a, "b" + std::to_string(j))) / 400;
    }
  return same - other;
}

/// A corpus that is shorter each time it is read.
struct Shrinking {
  int length = 40;
  int given = 0;
  void rewind() {
    given = 0;
    length /= 2;
  }
  bool next(std::vector<std::string_view>& sentence) {
    sentence = {"a", "b", "c"};
    return given++ < length;
  }
};

struct Failing {
  int given = 0;
  void rewind() {}
  bool next(std::vector<std::string_view>& sentence) {
    sentence = {"a", "b", "c"};
    if (++given > 50) throw loyal::DataError("the disk is gone");
    return true;
  }
};

TEST_CASE("lanes are summed in order", "[embed][word2vec]") {
  using P = loyal::detail::packet::packet_traits<float>::type;
  constexpr int lanes = loyal::detail::packet::packet_traits<float>::size;
  float numbers[lanes][lanes];
  P packets[lanes];
  for (int i = 0; i < lanes; ++i) {
    for (int j = 0; j < lanes; ++j) numbers[i][j] = static_cast<float>(i * 100 + j * j);
    packets[i] = loyal::detail::packet::ploadu<P>(numbers[i]);
  }
  float sums[lanes];
  loyal::detail::packet::pstoreu(sums, loyal::detail::LaneSums<lanes>::of(packets));
  for (int i = 0; i < lanes; ++i) {
    float sum = 0;
    for (int j = 0; j < lanes; ++j) sum += numbers[i][j];
    CHECK(sums[i] == sum);
  }
}

TEST_CASE("the kernel's step is the gradient of its loss", "[embed][word2vec]") {
  loyal::Rng rng{1};
  for (int round = 0; round < 60; ++round) {
    const auto n = static_cast<Index>(1 + rng.below(PairKernel::most_inputs));
    const auto m = static_cast<Index>(1 + rng.below(30));
    const auto d = static_cast<Index>(1 + rng.below(70));
    RowTable x(n, d);
    RowTable y(m, d);
    for (Index i = 0; i < n; ++i)
      for (Index c = 0; c < d; ++c) x.row(i)[c] = static_cast<float>(rng.uniform() - 0.5);
    for (Index i = 0; i < m; ++i)
      for (Index c = 0; c < d; ++c) y.row(i)[c] = static_cast<float>(rng.uniform() - 0.5);
    const Matrix<double> x0 = x.matrix().cast<double>();
    const Matrix<double> y0 = y.matrix().cast<double>();
    const auto kernel = std::make_unique<PairKernel>();
    const Index row = PairKernel::padded(static_cast<int>(m));
    Matrix<double> target(n, m);
    Matrix<double> weight(n, m);
    for (Index i = 0; i < n; ++i)
      for (Index k = 0; k < m; ++k) {
        kernel->target[i * row + k] =
            static_cast<float>(target(i, k) = static_cast<double>(rng.below(2)));
        kernel->weight[i * row + k] =
            static_cast<float>(weight(i, k) = static_cast<double>(rng.below(4)) / 4);
      }
    kernel->inputs = static_cast<int>(n);
    kernel->outputs = static_cast<int>(m);
    for (Index i = 0; i < n; ++i) kernel->input[i] = x.row(i);
    for (Index i = 0; i < m; ++i) kernel->output[i] = y.row(i);

    const auto loss_at = [&](const Matrix<double>& a, const Matrix<double>& b) {
      const Eigen::ArrayXXd z = (a * b.transpose()).array();
      return (weight.array() * ((1 + z.exp()).log() - target.array() * z)).sum();
    };
    const float rate = 0.125F;
    const double loss = kernel->run<true>(x.stride(), rate);
    CHECK(loss == Approx(loss_at(x0, y0)).epsilon(1e-5));
    // Central differences in a few places; rows end with zeros that stay.
    for (int probe = 0; probe < 5; ++probe) {
      const double h = 1e-5;
      const auto i = static_cast<Index>(rng.below(static_cast<std::uint64_t>(n)));
      const auto k = static_cast<Index>(rng.below(static_cast<std::uint64_t>(m)));
      const auto c = static_cast<Index>(rng.below(static_cast<std::uint64_t>(d)));
      Matrix<double> up = x0;
      Matrix<double> down = x0;
      up(i, c) += h;
      down(i, c) -= h;
      CHECK((static_cast<double>(x.row(i)[c]) - x0(i, c)) / -rate ==
            Approx((loss_at(up, y0) - loss_at(down, y0)) / (2 * h)).margin(1e-5));
      up = down = y0;
      up(k, c) += h;
      down(k, c) -= h;
      CHECK((static_cast<double>(y.row(k)[c]) - y0(k, c)) / -rate ==
            Approx((loss_at(x0, up) - loss_at(x0, down)) / (2 * h)).margin(1e-5));
    }
    for (Index c = d; c < x.stride(); ++c) CHECK(x.row(n - 1)[c] == 0);
  }
}

TEST_CASE("the tree is a softmax with the shortest paths", "[embed][word2vec]") {
  loyal::Rng rng{2};
  for (const int n : {2, 3, 10, 1000}) {
    std::vector<std::uint64_t> counts(static_cast<std::size_t>(n));
    std::uint64_t total = 0;
    for (auto& c : counts) total += c = 1 + rng.below(1000);
    const HuffmanTree tree(counts);
    std::vector<double> z(static_cast<std::size_t>(n));
    for (auto& v : z) v = rng.normal();
    double sum = 0;
    double bits = 0;
    double entropy = 0;
    for (int w = 0; w < n; ++w) {
      const auto nodes = tree.nodes(w);
      const auto turns = tree.turns(w);
      REQUIRE(nodes.size() == turns.size());
      REQUIRE(nodes[0] == n - 2);  // the root, made last
      double p = 1;
      for (std::size_t j = 0; j < nodes.size(); ++j)
        p *= 1 / (1 + std::exp((turns[j] == 0 ? -1 : 1) * z[static_cast<std::size_t>(nodes[j])]));
      sum += p;
      const double share =
          static_cast<double>(counts[static_cast<std::size_t>(w)]) / static_cast<double>(total);
      bits += share * static_cast<double>(nodes.size());
      entropy -= share * std::log2(share);
    }
    CHECK(sum == Approx(1).epsilon(1e-12));
    CHECK(bits >= entropy - 1e-9);
    CHECK(bits <= entropy + 1);  // Shannon's bound, which Huffman's code meets
  }
  const HuffmanTree one(std::vector<std::uint64_t>{7});
  CHECK(one.nodes(0).empty());
}

TEST_CASE("all ways of training find the two topics", "[embed][word2vec]") {
  const std::string text = two_topics(150, 5);
  for (const WordModel model : {WordModel::skip_gram, WordModel::cbow})
    for (const WordOutput output : {WordOutput::shared_negatives, WordOutput::own_negatives,
                                    WordOutput::hierarchical_softmax})
      for (const int letters : {0, 3}) {
        auto options = small();
        options.model = model;
        options.output = output;
        options.ngrams = {.max_letters = letters, .buckets = 500};
        options.epochs = model == WordModel::cbow ? 20 : 5;
        options.learning_rate = 0.1;
        options.decay = 1;
        auto corpus = loyal::corpus_of({text});
        Word2Vec word2vec{options};
        const auto done = word2vec.fit(corpus);
        CHECK(done.words == static_cast<std::uint64_t>(1500 * options.epochs));
        CHECK_FALSE(done.canceled);
        INFO(static_cast<int>(model) << " " << static_cast<int>(output) << " " << letters);
        CHECK(separation(word2vec.word_vectors()) > 0.3);  // chance: 0
        CHECK(word2vec.output().allFinite());
      }
}

TEST_CASE(
    "a seed gives the same bits for any number of threads, and whether or not the corpus is kept",
    "[embed][word2vec]") {
  const std::string text = two_topics(1500, 6);
  auto options = small();
  options.epochs = 1;
  options.subsample = 1e-2;
  const auto one = trained(options, text);
  for (const int threads : {1, 2, 7}) {
    options.threads = threads;
    CHECK(trained(options, text) == one);
  }
  options.memory = 1000;
  CHECK(trained(options, text) == one);
  options.seed = 2;
  CHECK(trained(options, text) != one);
}

TEST_CASE("the rate stays before it falls", "[embed][word2vec]") {
  const std::string text = two_topics(200, 10);
  for (const WordModel model : {WordModel::skip_gram, WordModel::cbow}) {
    auto options = small();
    options.model = model;
    options.epochs = 1;
    const auto by_default = trained(options, text);
    options.decay = model == WordModel::cbow ? 0.5 : 0.9;
    CHECK(trained(options, text) == by_default);
    options.decay = 1;
    CHECK(trained(options, text) != by_default);
    // Where it need not fall, it matters not when.
    options.min_learning_rate = options.learning_rate;
    const auto constant = trained(options, text);
    options.decay = 0.3;
    CHECK(trained(options, text) == constant);
  }
}

#if !defined(__SANITIZE_THREAD__)
TEST_CASE("threads without order learn as much", "[embed][word2vec]") {
  auto options = small();
  options.hogwild = true;
  options.threads = 3;
  auto corpus = loyal::corpus_of({two_topics(1000, 7)});
  Word2Vec model{options};
  const auto done = model.fit(corpus);
  CHECK(done.words == 50000);
  CHECK(separation(model.word_vectors()) > 0.5);
}
#endif

TEST_CASE("training goes on with new text and new words", "[embed][word2vec]") {
  for (const int letters : {0, 3})
    for (const WordOutput output :
         {WordOutput::shared_negatives, WordOutput::hierarchical_softmax}) {
      auto options = small();
      options.output = output;
      options.ngrams = {.max_letters = letters, .buckets = 500};
      auto first = loyal::corpus_of({two_topics(200, 8)});
      auto second = loyal::corpus_of({"a1 new a2 new a3 new a4 new a5\nunseen a1 a2\n"});
      Word2Vec model{options};
      model.fit(first);
      const auto before = model.word_vectors();
      options.learning_rate = 1e-6;
      options.min_learning_rate = 0;
      model.fit_more(second);
      const auto after = model.word_vectors();
      REQUIRE(after.size() == before.size() + 2);
      CHECK(after.contains("new"));
      CHECK(model.vocabulary().count(model.vocabulary().id("a1")) ==
            before.vocabulary().count(before.vocabulary().id("a1")) + 2);
      for (Index i = 0; i < before.size(); ++i)
        CHECK(after.vocabulary().word(static_cast<std::int32_t>(i)) ==
              before.vocabulary().word(static_cast<std::int32_t>(i)));
      // A word that the new text does not hold keeps its vector, but for n-grams it shares.
      const auto b = before["b7"];
      if (letters == 0) CHECK(after["b7"] == b);
      CHECK((after["b7"] - b).norm() < 0.5F * b.norm());
    }
}

TEST_CASE("n-grams give unknown words a vector", "[embed][word2vec]") {
  auto options = small();
  options.ngrams = {.max_letters = 3, .buckets = 200};
  auto corpus = loyal::corpus_of({"learning learner learned\nteaching teacher teached\n"});
  Word2Vec model{options};
  model.fit(corpus);
  const auto vectors = model.subword_vectors();
  CHECK(vectors.vector("learns").norm() > 0);
  CHECK(vectors.vector("learner").isApprox(model.word_vectors()["learner"]));
  Word2Vec plain{small()};
  plain.fit(corpus);
  CHECK_THROWS_AS(plain.subword_vectors(), loyal::NotFitted);
}

TEST_CASE("a callback sees the loss fall, and may stop", "[embed][word2vec]") {
  const std::string text = two_topics(1500, 9);
  auto options = small();
  options.learning_rate = 0.1;
  options.epochs = 2;
  std::vector<double> losses;
  std::int64_t words = 0;
  options.progress = [&](const loyal::Progress& p) {
    losses.push_back(p.value);
    CHECK(p.total == 30000);
    CHECK(p.step > words);
    words = p.step;
  };
  const auto told = trained(options, text);
  CHECK(words == 30000);
  REQUIRE(!losses.empty());
  // At the start every sigmoid is 1/2: six of them a pair.
  CHECK(losses.back() < 6 * std::log(2.0));
  CHECK(losses.back() > 0);
  options.progress = {};
  CHECK(trained(options, text) == told);

  options.progress = [](const loyal::Progress&) { return false; };
  options.epochs = 100;
  auto corpus = loyal::corpus_of({text});
  Word2Vec model{options};
  const auto done = model.fit(corpus);
  CHECK(done.canceled);
  CHECK(done.words < 1500000);
  CHECK(model.word_vectors().vectors().allFinite());
}

TEST_CASE("odd corpora", "[embed][word2vec]") {
  auto options = small();
  Word2Vec model{options};
  CHECK_THROWS_AS(model.word_vectors(), loyal::NotFitted);
  for (const std::string& text : {std::string(), std::string(" \n\t\r\n\n")}) {
    auto empty = loyal::corpus_of({text});
    CHECK_THROWS_AS(model.fit(empty), loyal::DataError);
    CHECK_THROWS_WITH(model.fit(empty),
                      "Word2Vec::fit: words in the corpus is 0, expected at least one that occurs "
                      "1 times");
  }
  auto rare = loyal::corpus_of({"a b c"});
  options.vocabulary.min_count = 2;
  Word2Vec strict{options};
  CHECK_THROWS_AS(strict.fit(rare), loyal::DataError);
  CHECK_THROWS_WITH(strict.fit(rare),
                    "Word2Vec::fit: words in the corpus is 3, expected at least one that occurs 2 "
                    "times");
  CHECK_THROWS_AS(strict.word_vectors(), loyal::NotFitted);
  options.vocabulary.min_count = 1;

  // One word only, two words, a word next to itself, one endless line.
  for (const WordOutput output :
       {WordOutput::shared_negatives, WordOutput::own_negatives, WordOutput::hierarchical_softmax})
    for (const std::string& text :
         {std::string("a"), std::string("a a a a a a"), std::string("a b"),
          std::string("a b a b a b a b b b b"), two_topics(1, 1)}) {
      options.output = output;
      CHECK(trained(options, text).allFinite());
    }
  std::string endless;
  for (int i = 0; i < 60000; ++i) endless += "word" + std::to_string(i % 50) + " ";
  options.output = WordOutput::shared_negatives;
  options.epochs = 1;
  CHECK(trained(options, endless).rows() == 50);
  endless.resize(6000);
  options.epochs = 5;
  options.window = 60;  // wider than the kernel
  CHECK(trained(options, two_topics(20, 1)).allFinite());
  options.output = WordOutput::hierarchical_softmax;
  CHECK(trained(options, endless).allFinite());
  options.window = 20;
  options.ngrams = {.max_letters = 3, .buckets = 100};
  CHECK(trained(options, endless).allFinite());

  Shrinking shrinking;
  options = small();
  options.memory = 0;
  Word2Vec hurt{options};
  CHECK(hurt.fit(shrinking).words < 300);
  CHECK(hurt.word_vectors().vectors().allFinite());
  Failing failing;
  const Matrix<float> kept = hurt.word_vectors().vectors();
  CHECK_THROWS_AS(hurt.fit(failing), loyal::DataError);
  CHECK(hurt.word_vectors().vectors() == kept);
}

TEST_CASE("options outside their domains are refused", "[embed][word2vec]") {
  const auto refused = [](auto change) {
    Word2Vec::Options options;
    change(options);
    CHECK_THROWS_AS(Word2Vec{options}, loyal::OptionError);
  };
  refused([](auto& o) { o.dimensions = 0; });
  refused([](auto& o) { o.window = 0; });
  refused([](auto& o) { o.window = 21, o.ngrams.max_letters = 6; });
  refused([](auto& o) { o.negatives = 0; });
  refused([](auto& o) { o.negatives = 51; });
  refused([](auto& o) { o.negative_power = std::nan(""); });
  refused([](auto& o) { o.subsample = -1; });
  refused([](auto& o) { o.learning_rate = 0; });
  refused([](auto& o) { o.learning_rate = std::nan(""); });
  refused([](auto& o) { o.decay = -0.1; });
  refused([](auto& o) { o.decay = 1.1; });
  refused([](auto& o) { o.decay = std::nan(""); });
  refused([](auto& o) { o.min_learning_rate = 1; });
  refused([](auto& o) { o.epochs = 0; });
  refused([](auto& o) { o.threads = -1; });
  refused([](auto& o) { o.ngrams = {.max_letters = 3, .buckets = 0}; });
}

}  // namespace word2vec_tests
