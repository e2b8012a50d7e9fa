#include <kdbench/base/result.h>

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <tuple>

namespace kdbench::inline base {

std::string Diagnostic::text() const {
  if (file.empty()) return message;
  if (at.line == 0) return fmt::format("{}: {}", file, message);
  return fmt::format("{}:{}:{}: {}", file, at.line, at.col, message);
}

std::string to_text(Diagnostics diagnostics) {
  std::stable_sort(diagnostics.begin(), diagnostics.end(), [](const auto& a, const auto& b) {
    return std::tie(a.file, a.at.line, a.at.col) < std::tie(b.file, b.at.line, b.at.col);
  });
  std::string out;
  std::set<std::string> said;
  for (const auto& d : diagnostics) {
    const auto line = d.text() + "\n";
    if (said.insert(line).second) out += line;
  }
  return out;
}

}  // namespace kdbench::inline base
