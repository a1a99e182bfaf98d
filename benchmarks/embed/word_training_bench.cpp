// SPDX-License-Identifier: MIT
// Training of word vectors: the kernel alone, with rows in the cache, and whole epochs of Word2Vec and GloVe on a made-up
// text whose words are as uneven as a language's.
#include <benchmark/benchmark.h>
#include <cmath>
#include <memory>
#include <string>

#include <loyal/embed/glove.hpp>
#include <loyal/embed/word2vec.hpp>

namespace {

void pair_kernel(benchmark::State& state) {
  const auto inputs = static_cast<int>(state.range(0));
  const auto outputs = static_cast<int>(state.range(1));
  const auto kernel = std::make_unique<loyal::detail::PairKernel>();
  const loyal::detail::RowTable x(inputs, state.range(2));
  const loyal::detail::RowTable y(outputs, state.range(2));
  kernel->inputs = inputs;
  kernel->outputs = outputs;
  for (int i = 0; i < inputs; ++i) kernel->input[i] = x.row(i);
  for (int k = 0; k < outputs; ++k) kernel->output[k] = y.row(k);
  for (auto _ : state) benchmark::DoNotOptimize(kernel->run<false>(x.stride(), 0.01F));
  state.counters["flops"] =
      benchmark::Counter(6.0 * inputs * outputs * static_cast<double>(state.range(2)) *
                             static_cast<double>(state.iterations()),
                         benchmark::Counter::kIsRate);
}
BENCHMARK(pair_kernel)
    ->ArgNames({"inputs", "outputs", "dimensions"})
    ->Args({10, 12, 100})
    ->Args({10, 16, 100})
    ->Args({10, 20, 100})
    ->Args({6, 6, 100})
    ->Args({1, 6, 100})
    ->Args({10, 16, 300});

/// Words whose frequency falls as 1 / rank.
const std::string& zipf_text() {
  static const std::string text = [] {
    loyal::Rng rng{1};
    std::string words;
    for (int i = 0; i < 1'000'000; ++i) {
      words += std::to_string(static_cast<int>(std::exp(rng.uniform() * std::log(50'000.0))));
      words += i % 20 == 19 ? '\n' : ' ';
    }
    return words;
  }();
  return text;
}

void word2vec(benchmark::State& state, loyal::WordModel model, loyal::WordOutput output,
              bool hogwild) {
  auto corpus = loyal::corpus_of({zipf_text()});
  loyal::Word2Vec word2vec{{.model = model, .output = output, .epochs = 1, .hogwild = hogwild}};
  double words = 0;
  for (auto _ : state) words += static_cast<double>(word2vec.fit(corpus).words);
  state.counters["words"] = benchmark::Counter(words, benchmark::Counter::kIsRate);
}
using loyal::WordModel;
using loyal::WordOutput;
BENCHMARK_CAPTURE(word2vec, skip_gram, WordModel::skip_gram, WordOutput::shared_negatives, false)
    ->UseRealTime();
BENCHMARK_CAPTURE(word2vec, skip_gram_hogwild, WordModel::skip_gram, WordOutput::shared_negatives,
                  true)
    ->UseRealTime();
BENCHMARK_CAPTURE(word2vec, skip_gram_own_negatives, WordModel::skip_gram,
                  WordOutput::own_negatives, false)
    ->UseRealTime();
BENCHMARK_CAPTURE(word2vec, skip_gram_tree, WordModel::skip_gram, WordOutput::hierarchical_softmax,
                  false)
    ->UseRealTime();
BENCHMARK_CAPTURE(word2vec, cbow, WordModel::cbow, WordOutput::shared_negatives, false)
    ->UseRealTime();

void glove(benchmark::State& state) {
  auto corpus = loyal::corpus_of({zipf_text()});
  const auto words = loyal::build_vocabulary(corpus);
  const auto pairs = loyal::count_cooccurrences(corpus, words);
  const loyal::GloVe model{{.epochs = 1}};
  for (auto _ : state) benchmark::DoNotOptimize(model.fit(words, pairs).vectors().data());
  state.counters["pairs"] = benchmark::Counter(static_cast<double>(pairs.cells().size()),
                                               benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(glove)->UseRealTime();

void count_pairs(benchmark::State& state) {
  auto corpus = loyal::corpus_of({zipf_text()});
  const auto words = loyal::build_vocabulary(corpus);
  for (auto _ : state)
    benchmark::DoNotOptimize(loyal::count_cooccurrences(corpus, words).cells().data());
  state.counters["words"] = benchmark::Counter(1e6, benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(count_pairs);

}  // namespace

BENCHMARK_MAIN();
