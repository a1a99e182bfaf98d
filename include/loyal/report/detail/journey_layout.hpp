// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "../../core/types.hpp"
#include "../human_number.hpp"
#include "../svg.hpp"

namespace loyal::detail {

/// Which ways of a JourneyGraph are drawn, and where its boxes and arrows lie.
class JourneyLayout {
 public:
  struct Arrow {
    Index from;
    Index to;
    double count;
    double leaves = 0;              // height at the box it comes from
    double arrives = 0;             // and at the one it leads to
    std::array<double, 8> curve{};  // four points
  };
  struct Box {
    double x = 0;  // of the middle
    double y = 0;
    std::size_t column = 0;
    bool shown = false;
  };
  static constexpr double box_height = 38;

  JourneyLayout(const std::vector<std::string>& states, const Matrix<double>& counts,
                std::size_t most_arrows, double width)
      : states_(states), counts_(counts), size_(counts.rows()), width_(width) {
    leaving_.reserve(at(size_));
    for (Index i = 0; i < size_; ++i) leaving_.push_back(counts.row(i).sum());
    choose_arrows(most_arrows);
    choose_columns();
    place_boxes();
  }

  [[nodiscard]] const std::vector<Arrow>& arrows() const { return arrows_; }
  [[nodiscard]] const std::vector<Box>& boxes() const { return boxes_; }
  [[nodiscard]] double height() const { return height_; }
  [[nodiscard]] double box_width() const { return box_width_; }
  [[nodiscard]] double most_taken() const { return most_taken_; }
  [[nodiscard]] bool ends(Index i) const { return leaving_[at(i)] == 0; }
  [[nodiscard]] std::string share_of(const Arrow& arrow) const {
    return format_percent(arrow.count / leaving_[at(arrow.from)], 2);
  }
  /// How often a state was entered, and how often it repeats itself.
  [[nodiscard]] std::string numbers_of(Index i) const {
    const double arrived = counts_.col(i).sum() - counts_(i, i);
    std::string text = format_number(arrived > 0 ? arrived : leaving_[at(i)], {.digits = 3});
    if (counts_(i, i) > 0)
      text += " \u00B7 \u21BB " + format_percent(counts_(i, i) / leaving_[at(i)], 2);
    return text;
  }

 private:
  static constexpr double distance = 92;  // from box to box in a column

  const std::vector<std::string>& states_;
  const Matrix<double>& counts_;
  Index size_;
  double width_;
  double height_ = 40;
  double box_width_ = 112;
  double most_taken_ = 0;  // by any arrow
  std::vector<double> leaving_;
  std::vector<Arrow> arrows_;
  std::vector<Box> boxes_;

  static std::size_t at(Index i) { return static_cast<std::size_t>(i); }

  void choose_arrows(std::size_t most_arrows) {
    for (Index i = 0; i < size_; ++i)
      for (Index j = 0; j < size_; ++j)
        if (i != j && counts_(i, j) > 0) arrows_.push_back({i, j, counts_(i, j)});
    std::stable_sort(arrows_.begin(), arrows_.end(),
                     [](const Arrow& a, const Arrow& b) { return a.count > b.count; });
    // From the first state on, always the most taken way that leaves what is reached.
    boxes_.resize(at(size_));
    if (size_ > 0) boxes_[0].shown = true;
    std::vector<Arrow> chosen;
    while (chosen.size() < most_arrows && !arrows_.empty()) {
      auto next = std::find_if(arrows_.begin(), arrows_.end(),
                               [this](const Arrow& arrow) { return boxes_[at(arrow.from)].shown; });
      if (next == arrows_.end()) next = arrows_.begin();
      boxes_[at(next->from)].shown = boxes_[at(next->to)].shown = true;
      chosen.push_back(*next);
      arrows_.erase(next);
    }
    if (size_ > 0)
      boxes_[0].shown = std::any_of(chosen.begin(), chosen.end(), [](const Arrow& arrow) {
        return arrow.from == 0 || arrow.to == 0;
      });
    arrows_ = std::move(chosen);
    for (const Arrow& arrow : arrows_) most_taken_ = std::max(most_taken_, arrow.count);
  }

  /// A box stands one column behind the first from which an arrow leads to it; ends stand last.
  void choose_columns() {
    constexpr std::size_t nowhere = 1000;
    for (Box& box : boxes_) box.column = nowhere;
    if (size_ > 0) boxes_[0].column = 0;
    for (bool changed = true; changed;) {
      changed = false;
      for (const Arrow& arrow : arrows_) {
        const std::size_t next = boxes_[at(arrow.from)].column + 1;
        if (next >= boxes_[at(arrow.to)].column) continue;
        boxes_[at(arrow.to)].column = next;
        changed = true;
      }
    }
    std::size_t last = 1;
    for (Index i = 0; i < size_; ++i) {
      std::size_t& column = boxes_[at(i)].column;
      if (column >= nowhere) column = 1;
      if (!ends(i)) last = std::max(last, column + 1);
    }
    for (Index i = 0; i < size_; ++i)
      if (ends(i)) boxes_[at(i)].column = last;
  }

  /// In a column the boxes stand as their neighbors before do, and apart from each other.
  void place_boxes() {
    std::vector<std::vector<Index>> columns;
    for (Index i = 0; i < size_; ++i) {
      if (!boxes_[at(i)].shown) continue;
      const std::size_t column = boxes_[at(i)].column;
      if (columns.size() <= column) columns.resize(column + 1);
      columns[column].push_back(i);
    }
    std::erase_if(columns, [](const auto& column) { return column.empty(); });
    std::size_t tallest = 0;
    for (const auto& column : columns) tallest = std::max(tallest, column.size());
    height_ = std::max(40.0, distance * static_cast<double>(tallest) + 24);
    const auto gaps = static_cast<double>(std::max<std::size_t>(columns.size(), 2) - 1);
    double words = 0;
    for (const auto& column : columns)
      for (const Index i : column)
        words = std::max({words, text_width(states_[at(i)]), text_width(numbers_of(i))});
    box_width_ = std::min(std::clamp(words + 20, 72.0, 112.0), width_ / (2 * gaps + 1));
    const double step = (width_ - box_width_ - 50) / gaps;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      auto& column = columns[c];
      std::stable_sort(column.begin(), column.end(),
                       [this](Index a, Index b) { return wish(a) < wish(b); });
      const double top = height_ / 2 - distance * (static_cast<double>(column.size()) - 1) / 2;
      for (std::size_t k = 0; k < column.size(); ++k) {
        Box& box = boxes_[at(column[k])];
        box.x = box_width_ / 2 + 2 + step * static_cast<double>(c);
        box.y = top + distance * static_cast<double>(k);
      }
    }
    spread_ports();
    for (Arrow& arrow : arrows_) arrow.curve = curve_of(arrow);
  }

  /// At each side of a box the arrows stand one below the other, in the order of the boxes they lead to or come from.
  void spread_ports() {
    for (Index i = 0; i < size_; ++i)
      for (const bool right : {false, true}) {
        struct Port {
          double* y;      // of the arrow's end
          double toward;  // height of the other box
        };
        std::vector<Port> ports;
        for (Arrow& arrow : arrows_) {
          const Box& from = boxes_[at(arrow.from)];
          const Box& to = boxes_[at(arrow.to)];
          if (arrow.from == i && (to.x >= from.x) == right) ports.push_back({&arrow.leaves, to.y});
          if (arrow.to == i && (from.x >= to.x) == right) ports.push_back({&arrow.arrives, from.y});
        }
        std::stable_sort(ports.begin(), ports.end(),
                         [](const Port& a, const Port& b) { return a.toward < b.toward; });
        const double gaps = static_cast<double>(ports.size()) - 1;
        const double step = gaps > 0 ? std::min(10.0, (box_height - 8) / gaps) : 0;
        for (std::size_t k = 0; k < ports.size(); ++k)
          *ports[k].y = boxes_[at(i)].y + step * (static_cast<double>(k) - gaps / 2);
      }
  }

  /// Mean height of the boxes placed before that lead here.
  [[nodiscard]] double wish(Index i) const {
    double sum = 0;
    double weight = 0;
    for (const Arrow& arrow : arrows_) {
      if (arrow.to != i || boxes_[at(arrow.from)].column >= boxes_[at(i)].column) continue;
      sum += arrow.count * boxes_[at(arrow.from)].y;
      weight += arrow.count;
    }
    return weight > 0 ? sum / weight : 0;
  }

  /// From side to side; within a column around the right side.
  [[nodiscard]] std::array<double, 8> curve_of(const Arrow& arrow) const {
    const Box& a = boxes_[at(arrow.from)];
    const Box& b = boxes_[at(arrow.to)];
    const double half = box_width_ / 2;
    if (a.column == b.column) {
      const double bend = 24 + 0.16 * std::abs(b.y - a.y);
      const double x = a.x + half;
      return {x,     arrow.leaves, x + bend, arrow.leaves, x + bend + 8, arrow.arrives,
              x + 8, arrow.arrives};
    }
    const double sign = b.x > a.x ? 1 : -1;
    const double from = a.x + sign * half;
    const double to = b.x - sign * (half + 8);
    const double room = std::abs(to - from);
    const double pull = sign * std::max(30.0, room * 0.45);
    // Side by side where they are steep: the lower one of two that rise to the right bends later.
    const double lower = (arrow.leaves - a.y + arrow.arrives - b.y) / 2;
    const double fall = sign * (b.y - a.y);
    const double aside =
        std::clamp(std::clamp(-fall / 30, -1.0, 1.0) * 2.2 * lower, -room / 4, room / 4);
    return {from,          arrow.leaves, from + pull + aside, arrow.leaves, to - pull + aside,
            arrow.arrives, to,           arrow.arrives};
  }
};

}  // namespace loyal::detail
