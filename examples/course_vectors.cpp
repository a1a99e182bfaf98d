// SPDX-License-Identifier: MIT
// test: --users 600 --epochs 3 --words 60000
// expect: share topic
//
// Word vectors of a text, and item2vec: vectors of courses from the order in which people look at them.
//
//   course_vectors --corpus text.txt --word course --analogy man,king,woman
//
// Without --corpus the text is made up of sentences about countries. The courses are those of a simulated platform,
// whose topics are known, so that one can see what the vectors found out.
#include <cstdint>
#include <cstdio>
#include <set>
#include <string>
#include <vector>

#include <loyal/data/platform_simulator.hpp>
#include <loyal/embed/item_corpus.hpp>
#include <loyal/embed/word2vec.hpp>

#include <CLI/CLI.hpp>

namespace {

/// Sentences in which countries, capitals and languages stand where such words do, and each country has its own river
/// and its own dish.
std::string made_up_text(int words, std::uint64_t seed) {
  const std::vector<std::vector<std::string>> countries{
      {"france", "paris", "french", "seine", "baguette"},
      {"italy", "rome", "italian", "tiber", "pizza"},
      {"japan", "tokyo", "japanese", "sumida", "sushi"},
      {"china", "beijing", "chinese", "yongding", "dumplings"},
      {"spain", "madrid", "spanish", "manzanares", "paella"},
      {"russia", "moscow", "russian", "moskva", "borscht"},
      {"germany", "berlin", "german", "spree", "pretzel"},
      {"poland", "warsaw", "polish", "vistula", "pierogi"},
      {"egypt", "cairo", "egyptian", "nile", "koshari"},
      {"greece", "athens", "greek", "kifisos", "souvlaki"}};
  const std::vector<std::string> things{"bridge", "river", "museum", "song",
                                        "book",   "train", "garden", "bread"};
  loyal::Rng rng{seed};
  const auto pick = [&](const auto& from) -> const auto& { return from[rng.below(from.size())]; };
  std::string text;
  for (int n = 0; n < words; n += 8) {
    const auto& c = pick(countries);
    switch (rng.below(8)) {
      case 0:
        text += "the government of " + c[0] + " sent " + c[4] + " along the " + c[3];
        break;
      case 1:
        text += "people all over " + c[0] + " eat " + c[4] + " by the " + c[3];
        break;
      case 2:
        text += "the nation of " + c[0] + " loves " + c[4];
        break;
      case 3:
        text += "the mayor of " + c[1] + " opened a bridge over the " + c[3];
        break;
      case 4:
        text += "streets of " + c[1] + " smell of " + c[4] + " and the " + c[3];
        break;
      case 5:
        text += "downtown " + c[1] + " sells " + c[4];
        break;
      case 6:
        text += "a " + c[2] + " " + pick(things) + " about " + c[4];
        break;
      default:
        text += "she speaks " + c[2] + " by the " + c[3];
        break;
    }
    text += '\n';
  }
  return text;
}

loyal::ProgressCallback on_terminal() {
  return [](const loyal::Progress& p) {
    std::fprintf(stderr, "\r%5.1f %%   %6.0f thousand words/s   loss %.3f ",
                 100 * static_cast<double>(p.step) / static_cast<double>(p.total),
                 static_cast<double>(p.step) / p.seconds / 1e3, p.value);
    if (p.step == p.total) std::fprintf(stderr, "\n");
  };
}

void print(const char* title, const std::vector<loyal::WordNeighbor>& neighbors) {
  std::printf("%s", title);
  for (const auto& [word, similarity] : neighbors)
    std::printf("  %s %.2f", word.c_str(), similarity);
  std::printf("\n");
}

void show_words(loyal::Word2Vec& model, auto corpus, const std::string& word,
                const std::vector<std::string>& analogy) {
  const auto done = model.fit(corpus);
  const auto vectors = model.word_vectors();
  std::printf("%td words, %.1f million read in %.2f s\n", vectors.size(),
              static_cast<double>(done.words) / 1e6, done.seconds);
  print(("near " + word + ":").c_str(), vectors.most_similar(word, 5));
  print((analogy[0] + " is to " + analogy[1] + " as " + analogy[2] + " to:").c_str(),
        vectors.analogy(analogy[0], analogy[1], analogy[2], 3));
}

void show_courses(int users, int epochs, std::uint64_t seed) {
  const auto platform = loyal::PlatformSimulator{{.users = users, .seed = seed}}.run();
  const auto known = platform.log.before(platform.log.last_time() + 1);
  loyal::ItemCorpus journeys{known, {.kinds = {"view"}}};
  loyal::Word2Vec model{{.dimensions = 32, .subsample = 0, .epochs = epochs, .seed = seed}};
  model.fit(journeys);
  const auto vectors = model.word_vectors();
  const auto topic_of = [&](std::string_view course) {
    return platform.truth.courses[std::stoul(std::string(course.substr(1)))].topic;
  };

  // How often the nearest courses are of the same topic, and how often any two are.
  const auto& courses = vectors.vocabulary();
  double same = 0;
  double chance = 0;
  for (std::int32_t i = 0; i < courses.size(); ++i) {
    const std::string course{courses.word(i)};
    for (const auto& near : vectors.most_similar(course, 5))
      same += topic_of(near.word) == topic_of(course) ? 1 : 0;
    for (std::int32_t j = 0; j < courses.size(); ++j)
      chance += j != i && topic_of(courses.word(j)) == topic_of(course) ? 1 : 0;
  }
  const double n = courses.size();
  std::printf(
      "\n%.0f courses; a course and its 5 nearest share topic in %.0f %%, any two in %.0f %%\n", n,
      100 * same / (5 * n), 100 * chance / (n * (n - 1)));

  // What someone may like next: near the mean of what they looked at last, without what they know.
  const auto user = known.active_users().front();
  std::set<std::string> seen;
  loyal::RowVector<float> taste = loyal::RowVector<float>::Zero(vectors.dimensions());
  for (const auto& event : known.of_user(user)) {
    if (event.item < 0) continue;
    const std::string course{known.items().name(event.item)};
    if (!vectors.contains(course)) continue;
    seen.insert(course);
    taste = 0.8F * taste + vectors[course].normalized();
  }
  std::printf("user %s has seen %zu courses; next:", std::string(known.users().name(user)).c_str(),
              seen.size());
  int left = 5;
  for (const auto& near : vectors.most_similar(taste, vectors.size())) {
    if (left == 0) break;
    if (seen.count(near.word) > 0) continue;
    std::printf("  %s (topic %d)", near.word.c_str(), topic_of(near.word));
    --left;
  }
  std::printf("\n");
}

}  // namespace

int main(int argc, char** argv) try {
  std::vector<std::string> paths;
  std::string word = "paris";
  std::vector<std::string> analogy{"france", "paris", "italy"};
  int users = 3000;
  int epochs = 10;
  int words = 1'000'000;
  int dimensions = 100;
  bool hogwild = false;
  std::uint64_t seed = 1;
  CLI::App app{"Word vectors, and vectors of courses"};
  app.add_option("--corpus", paths,
                 "text files or folders, one sentence a line; without them a text is made up");
  app.add_option("--word", word, "whose neighbors are shown")->capture_default_str();
  app.add_option("--analogy", analogy, "three words")
      ->delimiter(',')
      ->expected(3)
      ->capture_default_str();
  app.add_option("--dimensions", dimensions, "of the words' vectors")->capture_default_str();
  app.add_option("--words", words, "of the text that is made up")->capture_default_str();
  app.add_option("--users", users, "of the simulated platform")->capture_default_str();
  app.add_option("--epochs", epochs, "of both trainings")->capture_default_str();
  app.add_flag("--hogwild", hogwild,
               "let threads change vectors without order: faster, never twice the same");
  app.add_option("--seed", seed, "of everything random")->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  loyal::Word2Vec model{{.dimensions = dimensions,
                         .subsample = paths.empty() ? 1e-2 : 1e-4,
                         .epochs = epochs,
                         .hogwild = hogwild,
                         .seed = seed,
                         .progress = on_terminal()}};
  if (paths.empty())
    show_words(model, loyal::corpus_of({made_up_text(words, seed)}), word, analogy);
  else
    show_words(model, loyal::read_corpus(paths), word, analogy);
  show_courses(users, epochs, seed);
} catch (const std::exception& error) {
  std::fprintf(stderr, "course_vectors: %s\n", error.what());
  return 1;
}
