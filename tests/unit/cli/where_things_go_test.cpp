// The table "Where things go" of docs/architecture.md: what it names is there, and adding a thing touches what it says.
#include <kdbench/base/files.h>

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace kdbench {
namespace {

namespace fs = std::filesystem;

const fs::path kTree = KDBENCH_SOURCE_DIR;

/// What stands for a placeholder of the table.
const std::map<std::string, std::string> kExamples{
    {"kind", "losses"}, {"name", "kl"}, {"verb", "calibrate"}, {"board", "sensitivity"}, {"figure", "reliability"}};

std::string with_examples(std::string text) {
  for (const auto& [placeholder, example] : kExamples) {
    text = std::regex_replace(text, std::regex("<" + placeholder + ">"), example);
  }
  return text;
}

/// Below framework/kdbench, unless it begins with another folder of the tree.
fs::path place_of(const std::string& path) {
  const bool is_whole = path.starts_with("plugins/") || path.starts_with("suites/") || path.starts_with("docs/");
  return is_whole ? kTree / path : kTree / "framework/kdbench" / path;
}

/// What is written in code type and is a path.
std::set<std::string> paths_in(const std::string& cell) {
  static const std::regex kCode("`([^` ]*/[^` ]*)`");
  std::set<std::string> out;
  for (std::sregex_iterator it(cell.begin(), cell.end(), kCode), end; it != end; ++it) out.insert(with_examples((*it)[1]));
  return out;
}

/// The rows of the table: what is to be added -> the paths of its row.
std::map<std::string, std::set<std::string>> rows() {
  std::istringstream document(read_file(kTree / "docs/architecture.md").value());
  std::map<std::string, std::set<std::string>> out;
  bool inside = false;
  for (std::string line; std::getline(document, line);) {
    if (line.starts_with("## ")) inside = line == "## Where things go";
    if (!inside || !(line.starts_with("| a ") || line.starts_with("| what "))) continue;
    const auto bar = line.find(" | ");
    out[line.substr(2, bar - 2)] = paths_in(line.substr(bar));
  }
  return out;
}

/// The files below framework/kdbench whose text has a word.
std::set<std::string> files_with(const std::string& word) {
  const auto root = kTree / "framework/kdbench";
  const std::regex whole("\\b" + word + "\\b");
  std::set<std::string> out;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    const auto ending = entry.path().extension();
    if (ending != ".h" && ending != ".cpp") continue;
    const auto text = read_file(entry.path()).value();
    if (text.find(word) != std::string::npos && std::regex_search(text, whole)) {
      out.insert(fs::relative(entry.path(), root).string());
    }
  }
  return out;
}

/// The sources of a row.
std::set<std::string> sources_of(const std::string& row) {
  auto paths = rows().at(row);
  std::erase_if(paths, [](const std::string& path) { return path.starts_with("docs/"); });
  return paths;
}

TEST(WhereThingsGo, NamesPathsThatAreThere) {
  EXPECT_GE(rows().size(), 11u);
  for (const auto& [row, paths] : rows()) {
    EXPECT_FALSE(paths.empty()) << row;
    for (const auto& path : paths) EXPECT_TRUE(fs::exists(place_of(path))) << row << ": " << path;
  }
}

TEST(WhereThingsGo, IsTrueOfAMetric) {
  auto named = sources_of("a metric of a network");
  named.insert("leaderboard/boards/miscalibration_arms.cpp");  // which regresses on this one
  EXPECT_EQ(files_with("classwise_ece"), named);
}

TEST(WhereThingsGo, IsTrueOfAVerb) { EXPECT_EQ(files_with("verb_calibrate"), sources_of("a verb")); }

TEST(WhereThingsGo, IsTrueOfARequest) {
  auto asked = sources_of("what a verb asks the worker");
  asked.merge(sources_of("a verb"));  // who asks
  EXPECT_EQ(files_with("CalibrateRequest"), asked);
}

TEST(WhereThingsGo, IsTrueOfAKindOfStudy) {
  auto named = sources_of("a kind of study");
  named.insert("leaderboard/boards/boards.cpp");  // its board
  named.insert("leaderboard/boards/curves.cpp");  // a part of it
  EXPECT_EQ(files_with("kSensitivity"), named);
}

TEST(WhereThingsGo, IsTrueOfABoard) { EXPECT_EQ(files_with("sensitivity_board"), sources_of("a board")); }

TEST(WhereThingsGo, IsTrueOfAKindOfFigure) {
  EXPECT_EQ(files_with("reliability_figure"), sources_of("a kind of figure"));
  EXPECT_NE(read_file(kTree / "docs/figures.md").value().find("| `reliability` |"), std::string::npos);
}

}  // namespace
}  // namespace kdbench
