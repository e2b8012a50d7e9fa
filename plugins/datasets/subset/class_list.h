// Which classes a subset keeps, from its two options. No torch.
#pragma once
#include <kdbench/sdk/error.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <vector>

namespace subset {

/// Reads "3, 5,7": different whole numbers from 0 to `num_classes` - 1, at least two. @throws kdbench::Error
inline std::vector<std::int64_t> parse_list(const std::string& text, std::int64_t num_classes) {
  const auto wrong = [&](const std::string& why) {
    return kdbench::Error("subset: 'class_list' must be different classes from 0 to " + std::to_string(num_classes - 1) +
                          " with commas between them, " + why + " in \"" + text + "\"");
  };
  std::vector<std::int64_t> out;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto comma = std::min(text.find(',', begin), text.size());
    auto item = text.substr(begin, comma - begin);
    std::erase(item, ' ');
    std::int64_t value = -1;
    const auto [stop, error] = std::from_chars(item.data(), item.data() + item.size(), value);
    if (error != std::errc() || stop != item.data() + item.size() || value < 0 || value >= num_classes)
      throw wrong("found '" + item + "'");
    if (std::find(out.begin(), out.end(), value) != out.end()) throw wrong("found " + item + " twice");
    out.push_back(value);
    begin = comma + 1;
  }
  if (out.size() < 2) throw wrong("found only one");
  return out;
}

/// Returns the classes that are kept, in the order of their new numbers. `first` > 0: the first so many; `list`: those; neither:
/// all.
/// @throws kdbench::Error
inline std::vector<std::int64_t> kept_classes(std::int64_t first, const std::string& list, std::int64_t num_classes) {
  if (first > 0 && !list.empty())
    throw kdbench::Error("subset: 'classes' and 'class_list' both say which classes are kept; remove one");
  if (!list.empty()) return parse_list(list, num_classes);
  if (first == 1 || first > num_classes) {
    throw kdbench::Error("subset: 'classes' must be 0 or from 2 to " + std::to_string(num_classes) + ", found " +
                         std::to_string(first));
  }
  std::vector<std::int64_t> out;
  for (std::int64_t c = 0; c < (first > 0 ? first : num_classes); ++c) out.push_back(c);
  return out;
}

}  // namespace subset
