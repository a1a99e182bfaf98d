// SPDX-License-Identifier: MIT
// Our side of word_vectors.py: writes vectors in every form, or reads a file of another program and hands out
// what was understood as .npy and a list of words.
//   word_vectors make FOLDER
//   word_vectors text|binary FILE OUT.npy WORDS.txt
//   word_vectors subwords MODEL.bin ASKED.txt OUT.npy     vectors of the words asked for, one a line
#include <cstdio>
#include <string>

#include <loyal/core/random.hpp>
#include <loyal/embed/fasttext_file.hpp>
#include <loyal/embed/word2vec_binary.hpp>
#include <loyal/embed/word2vec_text.hpp>
#include <loyal/embed/word_vectors_file.hpp>
#include <loyal/text/tokenizer.hpp>

namespace {

using loyal::Index;

void make(const std::string& folder) {
  loyal::Rng rng{1};
  loyal::Vocabulary words;
  loyal::Matrix<float> x(2000, 50);
  const char* const stems[] = {"course", "café", "课程", "naïve-"};
  for (Index i = 0; i < x.rows(); ++i)
    words.add(loyal::detail::concatenate(stems[i % 4], i), static_cast<std::uint64_t>(3000 - i));
  for (Index i = 0; i < x.size(); ++i) x.data()[i] = rng.normal<float>();
  const loyal::WordVectors vectors(words, x);
  loyal::export_npy(folder + "/ours.npy", folder + "/ours.txt", vectors);
  loyal::write_word2vec_text(folder + "/ours.vec", vectors);
  loyal::write_word2vec_binary(folder + "/ours.bin", vectors);
  loyal::save_word_vectors(folder + "/ours.safetensors", vectors);
}

void subwords(const std::string& model_path, const std::string& asked, const std::string& out) {
  const auto model = loyal::read_fasttext(model_path);
  const std::string text = loyal::read_text(asked);
  std::vector<std::string_view> words;
  loyal::WhitespaceTokenizer{}(text, words);
  loyal::Matrix<float> x(static_cast<Index>(words.size()), model.dimensions());
  for (std::size_t i = 0; i < words.size(); ++i)
    x.row(static_cast<Index>(i)) = model.vector(words[i]);
  loyal::write_npy(out, x);
}

}  // namespace

int main(int count, char** values) {
  const std::vector<std::string> given(values + 1, values + count);
  try {
    if (given.size() == 2 && given[0] == "make") {
      make(given[1]);
    } else if (given.size() == 4 && given[0] == "subwords") {
      subwords(given[1], given[2], given[3]);
    } else if (given.size() == 4 && (given[0] == "text" || given[0] == "binary")) {
      const auto vectors = given[0] == "text" ? loyal::read_word2vec_text(given[1])
                                              : loyal::read_word2vec_binary(given[1]);
      loyal::export_npy(given[2], given[3], vectors);
    } else {
      std::fputs("see the first lines of word_vectors.cpp\n", stderr);
      return 2;
    }
  } catch (const loyal::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
