// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <string_view>
#include <type_traits>
#include <utility>

namespace loyal {

/// What a callback is told while something long runs.
struct Progress {
  std::string_view what = "";  ///< what is counted, such as "epoch"
  std::int64_t step = 0;       ///< steps done, 0 .. total
  std::int64_t total = 0;      ///< steps in all; 0 where nobody knows
  double seconds = 0;          ///< since the start, >= 0
  double value =
      std::numeric_limits<double>::quiet_NaN();  ///< of the measure now; NaN where there is none
  std::string_view measure = "loss";             ///< what value is
};

/// A user's function that follows progress and may cancel: bool(const Progress&), where false means
/// stop, or void(const Progress&), which never stops. An empty one does nothing.
///
/// It is called from the thread that does the work; the texts in Progress live only during the
/// call. What a canceled computation leaves is said where the callback is taken. Source: none, our
/// own.
///
///     loyal::ProgressCallback five = [](const loyal::Progress& p) { return p.step < 5; };
///     loyal::ProgressCallback none;
///     if (five({.what = "epoch", .step = 5}) || !none({})) return 1;
class ProgressCallback {
 public:
  ProgressCallback() = default;
  template <class F>
  requires(!std::same_as<std::remove_cvref_t<F>, ProgressCallback> &&
           std::invocable<std::remove_cvref_t<F>&, const Progress&>)
      // NOLINTNEXTLINE(google-explicit-constructor,bugprone-forwarding-reference-overload)
      ProgressCallback(F&& f) {  // implicit, since options take a bare lambda
    using Result = std::invoke_result_t<std::remove_cvref_t<F>&, const Progress&>;
    static_assert(std::is_void_v<Result> || std::convertible_to<Result, bool>,
                  "a progress callback returns nothing, or whether to go on");
    if constexpr (std::is_void_v<Result>)
      call_ = [f = std::forward<F>(f)](const Progress& progress) mutable {
        f(progress);
        return true;
      };
    else
      call_ = std::forward<F>(f);
  }

  /// False if the work is to stop.
  [[nodiscard]] bool operator()(const Progress& progress) const {
    return !call_ || call_(progress);
  }
  /// Whether there is anyone to tell.
  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(call_); }

 private:
  std::function<bool(const Progress&)> call_;
};

}  // namespace loyal
