// SPDX-License-Identifier: MIT
#include <string>
#include <string_view>
#include <vector>

#include <loyal/core/random.hpp>
#include <loyal/embed/item_corpus.hpp>

#include "../support/catch.hpp"

namespace item_corpus_tests {

using Sentences = std::vector<std::vector<std::string>>;

Sentences read(loyal::ItemCorpus& corpus) {
  Sentences all;
  std::vector<std::string_view> sentence;
  corpus.rewind();
  while (corpus.next(sentence)) all.emplace_back(sentence.begin(), sentence.end());
  return all;
}

TEST_CASE("sessions are runs of a user's items", "[embed][item_corpus]") {
  loyal::EventLog log;
  log.add("anna", 0, "view", "a");
  log.add("ben", 1, "view", "x");
  log.add("anna", 2, "purchase", "b");
  log.add("anna", 3, "visit");
  log.add("anna", 4, "view", "b");
  log.add("anna", 100, "view", "c");
  log.add("anna", 101, "view", "a");
  const auto known = log.before(102);
  loyal::ItemCorpus whole{known};
  CHECK(read(whole) == Sentences{{"a", "b", "c", "a"}, {"x"}});
  CHECK(read(whole) == read(whole));
  loyal::ItemCorpus cut{known, {.gap = 50}};
  CHECK(read(cut) == Sentences{{"a", "b"}, {"c", "a"}, {"x"}});
  loyal::ItemCorpus views{known, {.kinds = {"view"}, .gap = 50}};
  CHECK(read(views) == Sentences{{"a", "b"}, {"c", "a"}, {"x"}});
  loyal::ItemCorpus bought{known, {.kinds = {"purchase"}, .gap = 50}};
  CHECK(read(bought) == Sentences{{"b"}});
  loyal::ItemCorpus none{known, {.kinds = {"visit"}}};
  CHECK(read(none).empty());
}

TEST_CASE("what lies after the cutoff is not seen", "[embed][item_corpus]") {
  loyal::EventLog log;
  log.add("anna", 0, "view", "a");
  log.add("anna", 10, "view", "b");
  const auto known = log.before(10);
  loyal::ItemCorpus corpus{known};
  CHECK(read(corpus) == Sentences{{"a"}});
}

TEST_CASE("sessions of random logs agree with a slow search", "[embed][item_corpus]") {
  loyal::Rng rng{3};
  for (int round = 0; round < 50; ++round) {
    loyal::EventLog log;
    const int events = 1 + static_cast<int>(rng.below(60));
    for (int i = 0; i < events; ++i)
      log.add("u" + std::to_string(rng.below(4)), static_cast<loyal::Time>(rng.below(200)),
              rng.below(3) ? "view" : "buy",
              rng.below(4) ? "i" + std::to_string(rng.below(5)) : "");
    log.sort();
    const auto known = log.before(log.last_time() + 1);
    const loyal::Time gap = static_cast<loyal::Time>(1 + rng.below(20));
    Sentences expected;
    for (const auto user : known.active_users()) {
      Sentences runs(1);
      loyal::Time last = 0;
      bool first = true;
      for (const auto& e : known.of_user(user)) {
        if (!first && e.time - last > gap) runs.emplace_back();
        first = false;
        last = e.time;
        if (e.item < 0) continue;
        const std::string name{known.items().name(e.item)};
        if (runs.back().empty() || runs.back().back() != name) runs.back().push_back(name);
      }
      for (const auto& run : runs)
        if (!run.empty()) expected.push_back(run);
    }
    loyal::ItemCorpus corpus{known, {.gap = gap}};
    CHECK(read(corpus) == expected);
  }
}

TEST_CASE("unknown kinds and negative gaps are refused", "[embed][item_corpus]") {
  loyal::EventLog log;
  log.add("anna", 0, "view", "a");
  const auto known = log.before(1);
  CHECK_THROWS_AS((loyal::ItemCorpus{known, {.kinds = {"veiw"}}}), loyal::DataError);
  CHECK_THROWS_AS((loyal::ItemCorpus{known, {.gap = -1}}), loyal::OptionError);
}

}  // namespace item_corpus_tests
