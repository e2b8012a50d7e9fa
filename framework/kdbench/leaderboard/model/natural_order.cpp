#include <kdbench/leaderboard/model/natural_order.h>

#include <string_view>

namespace kdbench::inline leaderboard::boards {

bool NaturalLess::operator()(const std::string& a, const std::string& b) const {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (!digit(a[i]) || !digit(b[j])) {
      if (a[i] != b[j]) return a[i] < b[j];
      ++i, ++j;
      continue;
    }
    const auto end_of = [&](const std::string& s, std::size_t k) {
      while (k < s.size() && digit(s[k])) ++k;
      return k;
    };
    const auto x = std::string_view(a).substr(i, end_of(a, i) - i), y = std::string_view(b).substr(j, end_of(b, j) - j);
    const auto significant = [](std::string_view s) { return s.substr(std::min(s.find_first_not_of('0'), s.size())); };
    const auto p = significant(x), q = significant(y);
    if (p.size() != q.size()) return p.size() < q.size();
    if (p != q) return p < q;
    i += x.size(), j += y.size();
  }
  if (a.size() - i != b.size() - j) return a.size() - i < b.size() - j;
  return a < b;  // equal but for leading zeros
}

std::string pair_text(const std::string& teacher, const std::string& student) {
  return teacher.empty() ? student : teacher + " -> " + student;
}

}  // namespace kdbench::inline leaderboard::boards
