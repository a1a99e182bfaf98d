// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include <loyal/data/event_csv.hpp>

#include <CLI/CLI.hpp>

/// Where the events of an example come from: a CSV file of the user's, described by options, or a simulation.
struct EventSource {
  std::string file = {};
  loyal::EventColumns columns = {};

  /// Adds the options to a program. @p what says what the file holds, and what is simulated without it; where all
  /// events are alike, @p kinds is false.
  void add_options(CLI::App& app, const std::string& what, bool kinds = true) {
    app.add_option("--events", file, what);
    app.add_option("--user", columns.user, "column of who")->capture_default_str();
    app.add_option("--time", columns.time, "column of when")->capture_default_str();
    if (kinds) {
      app.add_option("--kind", columns.kind, "column of what; none: all events are alike");
      app.add_option("--item", columns.item, "column of on what");
    }
    app.add_option("--amount", columns.amount, "column of how much");
    app.add_option("--time-format", columns.time_format, "iso, yyyymmdd, unix, or as %d/%m/%Y")
        ->capture_default_str();
    app.add_option("--delimiter", columns.csv.delimiter, "between fields")->capture_default_str();
    app.add_flag("--blanks", columns.csv.blanks, "fields stand between runs of blanks");
  }

  [[nodiscard]] bool simulated() const { return file.empty(); }
  [[nodiscard]] std::string name() const { return simulated() ? "simulated" : file; }

  /// The file's events, or those that simulate() returns.
  template <class Simulate>
  [[nodiscard]] loyal::EventLog read(const Simulate& simulate) const {
    return simulated() ? simulate() : loyal::read_event_log(file, columns);
  }
};
