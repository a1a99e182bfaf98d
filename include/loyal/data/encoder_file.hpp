// SPDX-License-Identifier: MIT
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "../core/error.hpp"
#include "../core/file.hpp"
#include "../core/json_reader.hpp"
#include "feature_hasher.hpp"
#include "one_hot.hpp"
#include "standardizer.hpp"
#include "table_encoder.hpp"

namespace loyal {
namespace detail {

// One object for each encoder: {"type": "...", members}. Members come in the order written here,
// "type" first, as the writers below leave them.

inline std::string json_list(const auto& values, auto&& text_of) {
  std::string text = "[";
  for (const auto& value : values) {
    if (text.size() > 1) text += ", ";
    text += text_of(value);
  }
  return text += "]";
}

inline std::string json_text(std::string_view text) {
  if (!is_utf8(text)) fail<DataError>("to_json", "name " + excerpt(text), "no UTF-8", "UTF-8");
  return json_quote(text);
}

inline void expect_fitted(bool fitted) {
  if (!fitted) fail<NotFitted>("to_json", "encoder", "not fitted", "a call of fit()");
}

inline std::string_view unknown_name(UnknownCategory unknown) noexcept {
  switch (unknown) {
    case UnknownCategory::ignore:
      return "ignore";
    case UnknownCategory::own_column:
      return "own_column";
    case UnknownCategory::error:
      break;
  }
  return "error";
}

inline std::string json_members(const OneHot::Options& options) {
  return "\"unknown\": \"" + std::string(unknown_name(options.unknown)) +
         "\", \"drop_first\": " + to_text(options.drop_first);
}

/// Reads the members of one encoder in their order.
class EncoderReader {
 public:
  explicit EncoderReader(std::string_view text) : json_(text, "encoder") {}

  Standardizer standardizer() {
    std::vector<double> means;
    std::vector<double> scales;
    members("standardizer", {"means", "scales"}, [&](std::size_t which) {
      auto& values = which == 0 ? means : scales;
      json_.array([&] { values.push_back(json_.number()); });
    });
    return built([&] { return Standardizer{std::move(means), std::move(scales)}; });
  }

  OneHot one_hot() {
    OneHot::Options options;
    std::vector<std::string> categories;
    bool has_missing = false;
    members("one_hot", {"unknown", "drop_first", "categories", "has_missing"},
            [&](std::size_t which) {
              if (which < 2) option(options, which);
              if (which == 2) json_.array([&] { categories.push_back(json_.string()); });
              if (which == 3) has_missing = json_.boolean();
            });
    return built([&] { return OneHot{options, categories, has_missing}; });
  }

  FeatureHasher feature_hasher() {
    FeatureHasher::Options options;
    members("feature_hasher", {"columns", "with_sign", "seed"}, [&](std::size_t which) {
      if (which == 0) options.columns = static_cast<Index>(json_.integer());
      if (which == 1) options.with_sign = json_.boolean();
      if (which == 2) options.seed = seed(json_.string());
    });
    return built([&] { return FeatureHasher{options}; });
  }

  TableEncoder table_encoder() {
    TableEncoder::Options options;
    std::vector<TableEncoder::Column> columns;
    members("table_encoder", {"unknown", "drop_first", "columns"}, [&](std::size_t which) {
      if (which < 2) option(options, which);
      if (which == 2) json_.array([&] { columns.push_back(column()); });
    });
    return built([&] { return TableEncoder{options, std::move(columns)}; });
  }

  void end() { json_.end(); }

 private:
  static constexpr std::string_view where = "encoder";

  /// Reads { "type": type, names[0]: ..., names[1]: ... }, calling read(i) for the i-th member.
  template <class F>
  void members(std::string_view type, std::initializer_list<std::string_view> names, F&& read) {
    std::size_t count = 0;
    json_.object([&](const std::string& name) {
      const auto wanted = count == 0              ? "type"
                          : count <= names.size() ? names.begin()[count - 1]
                                                  : "no further member";
      if (name != wanted) fail<FormatError>(where, "member", excerpt(name), wanted);
      if (count == 0) {
        const std::string found = json_.string();
        if (found != type) fail<FormatError>(where, "type", excerpt(found), type);
      } else {
        read(count - 1);
      }
      ++count;
    });
    if (count != names.size() + 1)
      fail<FormatError>(where, "number of members of a " + std::string(type), count,
                        names.size() + 1);
  }

  void option(OneHot::Options& options, std::size_t which) {
    if (which == 1) {
      options.drop_first = json_.boolean();
      return;
    }
    const std::string name = json_.string();
    for (const auto unknown :
         {UnknownCategory::error, UnknownCategory::ignore, UnknownCategory::own_column})
      if (name == unknown_name(unknown)) {
        options.unknown = unknown;
        return;
      }
    fail<FormatError>(where, "unknown", excerpt(name), "error, ignore or own_column");
  }

  TableEncoder::Column column() {
    TableEncoder::Column read;
    bool number = false;
    members("column", {"name", "kind", "encoder"}, [&](std::size_t which) {
      if (which == 0) read.name = json_.string();
      if (which == 1) {
        const std::string kind = json_.string();
        number = kind == "number";
        if (!number && kind != "category")
          fail<FormatError>(where, "kind", excerpt(kind), "number or category");
      }
      if (which == 2) {
        if (number)
          read.encoder = standardizer();
        else
          read.encoder = one_hot();
      }
    });
    return read;
  }

  // A string, since many readers of JSON keep no more than 53 bits of a number.
  static std::uint64_t seed(const std::string& text) {
    std::uint64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end)
      fail<FormatError>(where, "seed", excerpt(text), "a number in quotes");
    return value;
  }

  /// What a constructor refuses is here a fault of the file.
  template <class F>
  static auto built(F&& make) -> decltype(make()) {
    try {
      return make();
    } catch (const Error& error) {
      throw FormatError(std::string(where) + ": " + error.what());
    }
  }

  JsonReader json_;
};

}  // namespace detail

/// The encoder as JSON; numbers and names come back exactly the same.
/// @throws NotFitted; DataError when a category or column name is not UTF-8.
///
///     const loyal::Standardizer a{{1.5, -2.0}, {0.1, 3.0}};
///     const auto b = loyal::from_json<loyal::Standardizer>(loyal::to_json(a));
///     if (a != b) return 1;
[[nodiscard]] inline std::string to_json(const Standardizer& s) {
  detail::expect_fitted(s.fitted());
  const auto number = [](double value) { return detail::to_text(value); };
  return R"({"type": "standardizer", "means": )" + detail::json_list(s.means(), number) +
         ", \"scales\": " + detail::json_list(s.scales(), number) + "}";
}

[[nodiscard]] inline std::string to_json(const OneHot& o) {
  detail::expect_fitted(o.fitted());
  return R"({"type": "one_hot", )" + detail::json_members(o.options()) +
         ", \"categories\": " + detail::json_list(o.categories(), detail::json_text) +
         ", \"has_missing\": " + detail::to_text(o.has_missing()) + "}";
}

[[nodiscard]] inline std::string to_json(const FeatureHasher& h) {
  return R"({"type": "feature_hasher", "columns": )" + detail::to_text(h.options().columns) +
         ", \"with_sign\": " + detail::to_text(h.options().with_sign) + ", \"seed\": \"" +
         detail::to_text(h.options().seed) + "\"}";
}

[[nodiscard]] inline std::string to_json(const TableEncoder& t) {
  detail::expect_fitted(t.fitted());
  const auto column = [](const TableEncoder::Column& c) {
    const bool number = std::holds_alternative<Standardizer>(c.encoder);
    return R"({"type": "column", "name": )" + detail::json_text(c.name) + R"(, "kind": ")" +
           (number ? "number" : "category") + R"(", "encoder": )" +
           std::visit([](const auto& encoder) { return to_json(encoder); }, c.encoder) + "}";
  };
  return R"({"type": "table_encoder", )" + detail::json_members(t.options()) +
         ", \"columns\": " + detail::json_list(t.columns(), column) + "}";
}

/// The encoder that to_json() wrote: Standardizer, OneHot, FeatureHasher or TableEncoder.
/// @throws FormatError when the text is damaged or holds another encoder.
template <class Encoder>
[[nodiscard]] Encoder from_json(std::string_view text) {
  detail::EncoderReader reader{text};
  Encoder encoder;
  if constexpr (std::same_as<Encoder, Standardizer>)
    encoder = reader.standardizer();
  else if constexpr (std::same_as<Encoder, OneHot>)
    encoder = reader.one_hot();
  else if constexpr (std::same_as<Encoder, FeatureHasher>)
    encoder = reader.feature_hasher();
  else
    encoder = reader.table_encoder();
  reader.end();
  return encoder;
}

/// Writes the encoder as JSON. @throws FormatError when the file cannot be written; an old one then
/// stays as it was.
///
///     const loyal::FeatureHasher hasher{{.columns = 100}};
///     loyal::save_encoder("hasher.json", hasher);
///     if (loyal::load_encoder<loyal::FeatureHasher>("hasher.json") != hasher) return 1;
template <class Encoder>
void save_encoder(const std::string& path, const Encoder& encoder) {
  const std::string text = to_json(encoder);
  write_atomically(path, [&text](FileWriter& out) { out.write(text); });
}

/// @throws FormatError when the file cannot be read, is damaged, or holds another encoder.
template <class Encoder>
[[nodiscard]] Encoder load_encoder(const std::string& path) {
  return from_json<Encoder>(read_text(path));
}

}  // namespace loyal
