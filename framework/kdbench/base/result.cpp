#include <kdbench/base/result.h>

#include <fmt/core.h>

#include <algorithm>
#include <tuple>

namespace kdbench {

std::string Diagnostic::text() const {
  if (file.empty()) return message;
  if (at.line == 0) return fmt::format("{}: {}", file, message);
  return fmt::format("{}:{}:{}: {}", file, at.line, at.col, message);
}

std::string to_text(Diagnostics diagnostics) {
  std::stable_sort(diagnostics.begin(), diagnostics.end(), [](const auto& a, const auto& b) {
    return std::tie(a.file, a.at.line, a.at.col) < std::tie(b.file, b.at.line, b.at.col);
  });
  diagnostics.erase(std::unique(diagnostics.begin(), diagnostics.end()), diagnostics.end());
  std::string out;
  for (const auto& d : diagnostics) out += d.text() + "\n";
  return out;
}

}  // namespace kdbench
