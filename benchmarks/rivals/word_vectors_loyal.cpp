// SPDX-License-Identifier: MIT
// Our side of `run.sh word_vectors`, and the judge of all sides.
//
//   train CORPUS OUT.vec CASE DIMENSIONS THREADS SEED RATE   prints seconds of fit(), of training alone, words, and
//                                                            the most memory in MB that the process ever used
//   judge FILE.vec WORDSIM SIMLEX ANALOGIES                  prints two correlations and an accuracy
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <string>

#include <loyal/embed/word2vec.hpp>
#include <loyal/embed/word2vec_text.hpp>
#include <loyal/embed/word_evaluation.hpp>

namespace {

/// Not getrusage(), which begins with what the process that started this one used. 0 but on Linux.
double peak_megabytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::atof(line.c_str() + 6) * 1024 / 1e6;
  return 0;
}

void train(char** argv) {
  const std::string what = argv[2];
  loyal::Word2Vec::Options options{.dimensions = std::atoi(argv[3]), .epochs = 1};
  options.threads = std::atoi(argv[4]);
  options.seed = static_cast<std::uint64_t>(std::atoi(argv[5]));
  options.learning_rate = std::atof(argv[6]);
  options.hogwild = what != "deterministic";
  if (what == "cbow") options.model = loyal::WordModel::cbow;
  if (what == "subword") options.ngrams.max_letters = 6;
  if (what == "own_negatives") options.output = loyal::WordOutput::own_negatives;
  loyal::Word2Vec model{options};
  auto corpus = loyal::read_corpus(argv[0]);
  const auto start = std::chrono::steady_clock::now();
  const auto done = model.fit(corpus);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  loyal::write_word2vec_text(argv[1], model.word_vectors());
  std::printf("%.3f %.3f %.0f %.1f\n", seconds.count(), done.seconds,
              static_cast<double>(done.words), peak_megabytes());
}

void judge(char** argv) {
  const auto vectors = loyal::read_word2vec_text(argv[0]);
  std::printf("%.4f %.4f %.4f\n", loyal::evaluate_similarity(vectors, argv[1]).spearman,
              loyal::evaluate_similarity(vectors, argv[2]).spearman,
              loyal::evaluate_analogies(vectors, argv[3]).all.accuracy());
}

}  // namespace

int main(int argc, char** argv) {
  const std::string verb = argc > 1 ? argv[1] : "";
  try {
    if (verb == "train" && argc == 9)
      train(argv + 2);
    else if (verb == "judge" && argc == 6)
      judge(argv + 2);
    else
      return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
