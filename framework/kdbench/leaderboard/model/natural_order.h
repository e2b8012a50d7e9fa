/// The order in which people read labels, and how they name a pair.
#pragma once
#include <algorithm>
#include <string>
#include <vector>

namespace kdbench::inline leaderboard::boards {

/// Orders text as people do: "tau=2" before "tau=10".
struct NaturalLess {
  bool operator()(const std::string& a, const std::string& b) const;
};

/// The same for keys of several texts, of which the first that differs decides.
struct NaturalListLess {
  bool operator()(const std::vector<std::string>& a, const std::vector<std::string>& b) const {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), NaturalLess());
  }
};

/// Returns `resnet20 -> resnet8`, or the student's name where nobody teaches.
std::string pair_text(const std::string& teacher, const std::string& student);

}  // namespace kdbench::inline leaderboard::boards
