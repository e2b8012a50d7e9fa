/// Result<T> and Diagnostic: mistakes of the user as values, all of them, each with its place.
#pragma once
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace kdbench::inline base {

/// A place in a text file, 1-based; line 0 means the file as a whole.
struct Position {
  int line = 0, col = 0;
  bool operator==(const Position&) const = default;
};

/// One mistake. `message` says what was expected, what was found and what to change.
struct Diagnostic {
  std::string file;  ///< path as the user gave it; empty for the command line
  Position at;
  std::string message;

  /// Returns `file:line:col: message`, without the parts that are unknown.
  std::string text() const;
  bool operator==(const Diagnostic&) const = default;
};

using Diagnostics = std::vector<Diagnostic>;

/// Returns every diagnostic on its own line, in order of file and place, each line once.
std::string to_text(Diagnostics diagnostics);

/// A value, or the reasons why there is none. Spelt like std::expected.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Diagnostics errors) : state_(std::in_place_index<1>, std::move(errors)) {}
  Result(Diagnostic error) : Result(Diagnostics{std::move(error)}) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const Diagnostics& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Diagnostics> state_;
};

}  // namespace kdbench::inline base
