// SPDX-License-Identifier: MIT
#include <algorithm>
#include <filesystem>
#include <functional>
#include <mutex>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/embed/detail/id_stream.hpp>
#include <loyal/embed/word2vec.hpp>
#include <loyal/text/corpus.hpp>

#include "../support/catch.hpp"
#include "../support/process_memory.hpp"
#include "../support/temporary_directory.hpp"

namespace id_stream_tests {

using loyal::Index;
using loyal::Vocabulary;
using loyal::detail::IdChunk;
using loyal::detail::IdStream;
using loyal::testing::ProcessMemory;
using Ids = std::vector<std::int32_t>;

constexpr std::size_t all_kept = std::size_t{1} << 28;

void write(const std::string& path, const std::string& text) {
  loyal::write_atomically(path, [&](loyal::FileWriter& out) { out.write(text); });
}

/// Lines cut at blanks, a sentence after 1,000 words; no part of the library in it.
std::vector<std::vector<std::string>> straight(const std::string& text) {
  std::vector<std::vector<std::string>> sentences;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream blanks(line);
    std::vector<std::string> words;
    for (std::string word; blanks >> word;) {
      words.push_back(word);
      if (words.size() == 1000) sentences.push_back(std::exchange(words, {}));
    }
    if (!words.empty()) sentences.push_back(words);
  }
  return sentences;
}

std::string random_text(std::size_t words, std::uint64_t seed) {
  loyal::Rng rng{seed};
  std::string text;
  for (std::size_t i = 0; i < words;) {
    const auto length = rng.below(50) == 0 ? 1000 + rng.below(3000) : rng.below(40);
    for (std::uint64_t j = 0; j < length; ++j, ++i)
      text += "w" + std::to_string(rng.below(1 + rng.below(3000))) + " ";
    text += '\n';
  }
  return text;
}

/// What a stream gives, all chunks in order. Some threads take them.
template <loyal::Corpus C>
std::pair<Vocabulary, Ids> read(C& corpus, std::size_t memory, int threads, int epochs,
                                std::uint64_t min_count) {
  IdStream<C> stream(corpus, memory);
  const Vocabulary counted = stream.count(threads);
  Vocabulary words = counted.sorted({.min_count = min_count});
  stream.start(counted, words, epochs);
  std::mutex mutex;  // Catch's checks are for one thread
  std::vector<IdChunk> chunks;
  bool ended = true;
  loyal::parallel_for(threads, {.threads = threads, .grain = 1}, [&](Index, Index) {
    IdChunk chunk;
    while (stream.next(chunk)) {
      const std::lock_guard lock(mutex);
      chunks.push_back(chunk);
    }
    const bool more = stream.next(chunk);
    const std::lock_guard lock(mutex);
    ended = ended && !more;
  });
  CHECK(ended);
  std::sort(chunks.begin(), chunks.end(),
            [](const auto& a, const auto& b) { return a.number < b.number; });
  Ids ids;
  std::uint64_t before = 0;
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    const IdChunk& chunk = chunks[i];
    CHECK(chunk.number == i);
    CHECK(chunk.words_before == before);
    CHECK(chunk.words < 11000);  // 10,000 and the rest of a sentence
    CHECK(chunk.words == static_cast<std::uint64_t>(std::count_if(
                             chunk.ids.begin(), chunk.ids.end(), [](auto id) { return id >= 0; })));
    REQUIRE_FALSE(chunk.ids.empty());
    CHECK(chunk.ids.back() == -1);
    before += chunk.words;
    ids.insert(ids.end(), chunk.ids.begin(), chunk.ids.end());
  }
  return {std::move(words), std::move(ids)};
}

/// The same by hand, from the vocabulary on.
Ids ids_of(const std::vector<std::vector<std::string>>& sentences, const Vocabulary& words,
           int epochs) {
  Ids ids;
  for (int epoch = 0; epoch < epochs; ++epoch)
    for (const auto& sentence : sentences) {
      for (const auto& word : sentence)
        if (const auto id = words.id(word); id >= 0) ids.push_back(id);
      // Sentences of unknown words only are left out, or a chunk could grow without end.
      if (!ids.empty() && ids.back() >= 0) ids.push_back(-1);
    }
  return ids;
}

/// Bytes without a line end, made as they are read; remembers the most memory that was in use.
struct EndlessLine {
  std::string pattern;
  std::size_t size;
  std::size_t* resident;
  std::size_t at = 0;
  bool opened = false;

  void rewind() { at = 0, opened = false; }
  bool open_next() { return !std::exchange(opened, true); }
  [[nodiscard]] std::size_t read(std::span<char> room) {
    *resident = std::max(*resident, ProcessMemory::now().resident);
    const std::size_t got = std::min(room.size(), size - at);
    for (std::size_t i = 0; i < got; ++i) room[i] = pattern[(at + i) % pattern.size()];
    at += got;
    return got;
  }
  [[nodiscard]] static std::string name() { return "endless"; }
};
static_assert(loyal::TextSource<EndlessLine>);

/// Three words a sentence; throws once, at a sentence counted over all readings.
struct Failing {
  int bad = 0;
  int sentences = 20000;
  int given = 0;
  int at = 0;
  void rewind() { at = 0; }
  bool next(std::vector<std::string_view>& sentence) {
    sentence = {"a", "b", "c"};
    if (++given == bad) throw loyal::DataError("the disk is gone");
    return ++at <= sentences;
  }
};

/// A file to which something happens before it is read a second time.
struct Touched {
  loyal::TextCorpus<loyal::TextFiles, loyal::WhitespaceTokenizer> corpus;
  std::function<void()> touch;
  int readings = 0;
  void rewind() {
    if (++readings == 2) touch();
    corpus.rewind();
  }
  bool next(std::vector<std::string_view>& sentence) { return corpus.next(sentence); }
};

TEST_CASE("a stream gives the ids of a plain tokenization", "[embed][id_stream]") {
  const std::vector<std::string> texts{"",
                                       "\n\n  \n",
                                       "a",
                                       "a b a\n",
                                       "a b\nb a\nno line end",
                                       random_text(3000, 1),
                                       random_text(70000, 2)};
  for (const auto& text : texts) {
    const auto sentences = straight(text);
    for (const std::uint64_t min_count : {1U, 2U, 100'000'000U})
      for (const int threads : {1, 2, 7})
        for (const std::size_t memory : {std::size_t{0}, std::size_t{5000}, all_kept}) {
          INFO(text.size() << " bytes, " << threads << " threads, " << memory);
          auto corpus = loyal::corpus_of({text});
          const auto [words, ids] = read(corpus, memory, threads, 2, min_count);
          CHECK((ids == ids_of(sentences, words, 2)));  // in brackets: not to be printed
          std::size_t total = 0;
          for (const auto& sentence : sentences) total += sentence.size();
          if (min_count == 1) CHECK(words.total() == total);
        }
  }
}

TEST_CASE("files, with and without a last line end, and lines longer than buffers",
          "[embed][id_stream]") {
  const loyal::testing::TemporaryDirectory folder;
  const std::string first = random_text(30000, 3) + "last words of it";
  std::string wide;  // three buffers of the default size
  for (int i = 0; wide.size() < 800'000; ++i) wide += "w" + std::to_string(i % 1000) + " ";
  write(folder / "1", first);
  write(folder / "2", "");
  write(folder / "3", wide);
  auto sentences = straight(first);
  std::vector<std::string> long_line;
  for (const auto& sentence : straight(wide))
    long_line.insert(long_line.end(), sentence.begin(), sentence.end());
  for (const std::size_t max_line : {std::size_t{16}, std::size_t{100}, std::size_t{1} << 18})
    for (const int threads : {1, 2}) {
      auto corpus =
          loyal::read_corpus(folder.path(), loyal::WhitespaceTokenizer{}, {.max_line = max_line});
      auto [words, ids] = read(corpus, threads == 1 ? 0 : all_kept, threads, 1, 1);
      // Where lines are cut depends on the buffer; the words, all shorter than it, do not.
      auto expected = ids_of(sentences, words, 1);
      for (const auto& word : long_line) expected.push_back(words.id(word));
      std::erase(expected, -1);
      std::erase(ids, -1);
      CHECK((ids == expected));
    }
}

TEST_CASE("an endless line is read through the buffer", "[embed][id_stream]") {
  constexpr std::size_t size = 30'000'003;
  for (const std::string pattern : {"some words ", "x"})
    for (const int threads : {1, 2}) {
      std::size_t resident = 0;
      loyal::TextCorpus corpus{EndlessLine{pattern, size, &resident}, loyal::WhitespaceTokenizer{}};
      const std::size_t before = ProcessMemory::now().resident;
      IdStream stream(corpus, std::size_t{1} << 20);
      const Vocabulary words = stream.count(threads);
      stream.start(words, words, 1);
      IdChunk chunk;
      std::uint64_t read = 0;
      while (stream.next(chunk)) read += chunk.words;
      CHECK(read == words.total());
      // Words longer than the buffer are cut, so that of "xxx..." 115 are left.
      CHECK(read == (pattern == "x" ? (size + 262142) / 262143 : size / pattern.size() * 2));
#ifndef LOYAL_TEST_SANITIZED  // whose own memory grows with ours
      // A buffer of 256 KiB and its words as views, two pieces read ahead, and the 1 MiB allowed.
      CHECK(resident < before + (std::size_t{16} << 20));
#else
      static_cast<void>(before);
#endif
    }
}

TEST_CASE("an error of the corpus reaches the caller from any thread", "[embed][id_stream]") {
  for (const int threads : {1, 2, 7}) {
    for (const int bad : {1, 2, 7000, 15000, 20001}) {
      Failing corpus{.bad = bad};
      IdStream stream(corpus, 0);
      CHECK_THROWS_WITH(stream.count(threads), "the disk is gone");
    }
    // In training: nobody goes on with what is left of the corpus.
    for (const int bad : {20002, 30000, 40002, 60000}) {
      Failing corpus{.bad = bad};
      IdStream stream(corpus, 0);
      const Vocabulary words = stream.count(1);
      stream.start(words, words, 100);
      const auto drain = [&](Index, Index) {
        IdChunk chunk;
        while (stream.next(chunk)) {
        }
      };
      CHECK_THROWS_WITH(loyal::parallel_for(threads, {.threads = threads, .grain = 1}, drain),
                        "the disk is gone");
      CHECK(corpus.given == bad);
      IdChunk chunk;
      CHECK_FALSE(stream.next(chunk));
    }
  }
}

TEST_CASE("a file that changes between its readings", "[embed][id_stream]") {
  const loyal::testing::TemporaryDirectory folder;
  const std::string path = folder / "corpus.txt";
  const std::string text = random_text(70000, 4);
  const auto train = [&](std::function<void()> touch, std::size_t memory, bool hogwild) {
    write(path, text);
    Touched corpus{loyal::read_corpus(path), std::move(touch)};
    loyal::Word2Vec model{{.dimensions = 4,
                           .window = 1,
                           .epochs = 2,
                           .vocabulary = {.min_count = 1},
                           .hogwild = hogwild,
                           .threads = 3,
                           .memory = memory}};
    return model.fit(corpus).words;
  };
  const auto total = 2 * [&] {
    auto corpus = loyal::corpus_of({text});
    return loyal::build_vocabulary(corpus, {.min_count = 1}).total();
  }();
#if defined(__SANITIZE_THREAD__)
  const std::vector<bool> ways{false};
#else
  const std::vector<bool> ways{false, true};
#endif
  for (const bool hogwild : ways) {
    const auto shrink = [&] { std::filesystem::resize_file(path, 1000); };
    CHECK_THROWS_AS(train(shrink, 0, hogwild), loyal::FormatError);
    CHECK_THROWS_WITH(train(shrink, 0, hogwild),
                      ContainsSubstring("corpus.txt: the length is 1000, expected " +
                                        std::to_string(text.size()) + " as when it was opened"));
    const auto empty = [&] { std::filesystem::resize_file(path, 0); };
    CHECK_THROWS_WITH(train(empty, 0, hogwild),
                      ContainsSubstring("corpus.txt: the length is 0, expected"));
    const auto vanish = [&] { std::filesystem::remove(path); };
    CHECK_THROWS_WITH(train(vanish, 0, hogwild),
                      ContainsSubstring("corpus.txt: cannot open: No such file"));
    // What was kept is not read again; new text is read, but its new words are not known.
    CHECK(train(vanish, all_kept, hogwild) == total);
    CHECK(train([&] { write(path, text + "new words"); }, 0, hogwild) == total);
  }
}

}  // namespace id_stream_tests
