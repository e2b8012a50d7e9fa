// The walk of one job in docs/architecture.md names types, functions and files that exist.
#include <fmt/core.h>

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

namespace kdbench::layering {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHeading = "## One job, from suite to board";

std::string text_of(const fs::path& file) {
  std::ostringstream out;
  out << std::ifstream(file).rdbuf();
  return out.str();
}

/// The table rows of the section.
std::vector<std::string> walk_rows(const std::string& page) {
  std::vector<std::string> rows;
  std::istringstream in(page.substr(std::min(page.find(kHeading), page.size())));
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line) && !line.starts_with("## ")) {
    if (line.starts_with("| ") && !line.starts_with("| ---") && !line.starts_with("| step")) rows.push_back(line);
  }
  return rows;
}

/// What a row has between backquotes: files (with a slash), and names.
struct Named {
  std::vector<std::string> files, names;
};

Named named_in(const std::string& row) {
  static const std::regex kQuoted("`([^`]+)`");
  Named out;
  for (auto it = std::sregex_iterator(row.begin(), row.end(), kQuoted); it != std::sregex_iterator(); ++it) {
    const std::string text = (*it)[1];
    (text.find('/') == std::string::npos ? out.names : out.files).push_back(text);
  }
  return out;
}

/// Returns what a row names that is not there, a line each.
std::string missing_in(const std::string& row, const fs::path& sources) {
  std::string out, all;
  const auto [files, names] = named_in(row);
  for (const auto& file : files) {
    if (!fs::is_regular_file(sources / file)) out += fmt::format("no file framework/kdbench/{}\n", file);
    all += text_of(sources / file);
  }
  for (const auto& name : names) {
    if (!std::regex_search(all, std::regex("\\b" + name + "\\b")))
      out += fmt::format("'{}' is in none of the files of its row\n", name);
  }
  return out;
}

TEST(Walk, NamesTypesFunctionsAndFilesThatExist) {
  const fs::path root = KDBENCH_SOURCE_DIR;
  const auto rows = walk_rows(text_of(root / "docs" / "architecture.md"));
  ASSERT_GT(rows.size(), 8u) << "the section '" << kHeading << "' of docs/architecture.md has no table";
  for (const auto& row : rows) EXPECT_EQ(missing_in(row, root / "framework" / "kdbench"), "") << row;
}

TEST(Walk, MissesWhatIsNotThere) {
  const fs::path sources = fs::path(KDBENCH_SOURCE_DIR) / "framework" / "kdbench";
  EXPECT_EQ(missing_in("| a job is planned | `Job`, `Jobb` | `plan/plan.h`, `plan/nowhere.h` |", sources),
            "no file framework/kdbench/plan/nowhere.h\n'Jobb' is in none of the files of its row\n");
}

}  // namespace
}  // namespace kdbench::layering
