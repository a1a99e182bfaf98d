// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "../core/error.hpp"
#include "../data/event_log.hpp"
#include "../text/corpus.hpp"

namespace loyal {

/// Users' events as a Corpus whose words are the items: what Word2Vec needs for item2vec.
///
/// A sentence is a run of one user's items in the order of time, in which no pause between events is longer than
/// `gap`. Events without an item, or of another kind than those asked for, are passed over; an item that follows
/// itself counts once.
/// The Observed must outlive it.
/// @throws DataError for a kind that the log does not know; OptionError unless gap >= 0.
/// Source: Barkan & Koenigstein, "Item2Vec", IEEE MLSP 2016, section 3, with windows instead of whole sets.
/// Cost: one pass over the events.
///
///     loyal::EventLog log;
///     for (const char* course : {"algebra", "calculus", "analysis"}) log.add("anna", static_cast<loyal::Time>(log.size()), "view", course);
///     const auto known = log.before(3);
///     loyal::ItemCorpus sessions{known, {.kinds = {"view"}}};
///     std::vector<std::string_view> session;
///     if (!sessions.next(session) || session.size() != 3 || session[0] != "algebra") return 1;
class ItemCorpus {
 public:
  struct Options {
    std::vector<std::string> kinds = {};  ///< of events that count; none: all that have an item
    Time gap =
        0;  ///< seconds without an event that end a session, >= 0; 0: a user's whole life is one
  };

  explicit ItemCorpus(const Observed& known) : ItemCorpus(known, Options{}) {}
  ItemCorpus(const Observed& known, const Options& options)
      : known_(&known), gap_(options.gap), users_(known.active_users()) {
    detail::expect_option("ItemCorpus", "gap", gap_, gap_ >= 0, ">= 0");
    counts_.assign(static_cast<std::size_t>(known.kinds().size()), options.kinds.empty() ? 1 : 0);
    for (const auto& kind : options.kinds)
      counts_[static_cast<std::size_t>(known.kinds().at(kind))] = 1;
  }

  void rewind() { user_ = event_ = 0; }

  bool next(std::vector<std::string_view>& sentence) {
    for (sentence.clear(); user_ < users_.size(); event_ = 0, ++user_) {
      const auto events = known_->of_user(users_[user_]);
      std::int32_t last = -1;
      for (; event_ < events.size(); ++event_) {
        const Event& e = events[event_];
        if (gap_ > 0 && event_ > 0 && e.time - events[event_ - 1].time > gap_) {
          if (!sentence.empty()) break;
          last = -1;
        }
        if (e.item < 0 || e.item == last || counts_[static_cast<std::size_t>(e.kind)] == 0)
          continue;
        last = e.item;
        sentence.push_back(known_->items().name(e.item));
      }
      if (sentence.empty()) continue;
      if (event_ == events.size()) {
        event_ = 0;
        ++user_;
      }
      return true;
    }
    return false;
  }

 private:
  const Observed* known_;
  Time gap_;
  std::vector<std::int32_t> users_;
  std::vector<char> counts_;  // of kinds, whether they count
  std::size_t user_ = 0;
  std::size_t event_ = 0;
};
static_assert(Corpus<ItemCorpus>);

}  // namespace loyal
