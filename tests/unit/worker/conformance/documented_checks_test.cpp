// The table of checks in docs/write_a_loss.md has every check of a loss, in order, and no other.
#include "collected.h"
#include "function_loss.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

namespace kdbench {
namespace {

/// The texts in backquotes of the first column of the table whose heading begins with "check".
std::vector<std::string> documented_checks(const std::string& file) {
  std::ifstream page(file);
  std::vector<std::string> names;
  bool inside = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("| check |")) inside = true;
    if (line.empty()) inside = false;
    if (!inside) continue;
    const auto column = line.substr(0, line.find('|', 1));
    for (auto from = column.find('`'); from != std::string::npos; from = column.find('`', from + 1)) {
      const auto to = column.find('`', from + 1);
      names.push_back(column.substr(from + 1, to - from - 1));
      from = to;
    }
  }
  return names;
}

TEST(DocumentedChecks, AreThoseOfALoss) {
  test::Collected collected;
  check_loss(test::loss_of<test::mean_square>("x"), collected.report());
  EXPECT_EQ(documented_checks(KDBENCH_SOURCE_DIR "/docs/write_a_loss.md"), collected.names_of([](const auto&) { return true; }));
}

}  // namespace
}  // namespace kdbench
