/// What values in documents must be beside their type. Each rule returns nullptr for a value that is right, or else what was
/// expected. A number that is not a number ("nan") says that there is none, and passes.
#pragma once
#include <algorithm>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>

namespace kdbench::inline base {

/// What rounding may take a sum beyond its bounds.
inline constexpr double kRounding = 1e-9;

/// A part of a whole: an accuracy, a confidence, a calibration error.
inline const char* from_0_to_1(const double& value) {
  return value < -kRounding || value > 1 + kRounding ? "a number from 0 to 1" : nullptr;
}

inline const char* at_least_0(const double& value) { return value < -kRounding ? "a number of at least 0" : nullptr; }

inline const char* above_0(const double& value) { return value <= 0 ? "a number above 0" : nullptr; }

/// How many there are.
template <std::integral Count>
const char* a_count(const Count& value) {
  return value < 0 ? "a count of at least 0" : nullptr;
}

/// Applies to what is there.
template <auto kRule, class Value>
const char* if_any(const std::optional<Value>& value) {
  return value ? kRule(*value) : nullptr;
}

inline constexpr std::size_t kLongestWord = 200;  // with what is added to it, no longer than a file's name may be

/// A text that may be part of a file's name: letters, digits, '-' and '_', at most 200 of them. Ids of jobs are 64
/// hexadecimal digits.
inline const char* a_plain_word(const std::string& text) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  const bool right = !text.empty() && text.size() <= kLongestWord && std::all_of(text.begin(), text.end(), is_plain);
  return right ? nullptr : "letters, digits, '-' and '_', at most 200 (the id of a job, or the name of a checkpoint's rule)";
}

inline const char* a_plain_word_or_nothing(const std::string& text) { return text.empty() ? nullptr : a_plain_word(text); }

/// A list or map of them.
template <class List>
const char* plain_words(const List& list) {
  for (const auto& word : list) {
    if (const char* wanted = a_plain_word(word)) return wanted;
  }
  return nullptr;
}
template <class Map>
const char* keyed_by_plain_words(const Map& map) {
  for (const auto& [word, value] : map) {
    if (const char* wanted = a_plain_word(word)) return wanted;
  }
  return nullptr;
}

}  // namespace kdbench::inline base
