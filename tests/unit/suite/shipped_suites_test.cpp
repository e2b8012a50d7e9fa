// The suites that are shipped, in every profile, and the one that suites/README.md explains, are read without complaint.
#include <kdbench/base/files.h>
#include <kdbench/suite/suite.h>

#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace kdbench {
namespace {

const std::string kFolder = KDBENCH_SOURCE_DIR "/suites";

/// The blocks of TOML of a page, with empty lines for the rest, so that positions are those of the page.
std::string toml_blocks(const std::string& page) {
  std::string out;
  std::istringstream lines(page);
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    const bool fence = line.starts_with("```");
    if (inside && !fence) out += line;
    if (fence) inside = line == "```toml";
    out += '\n';
  }
  return out;
}

std::vector<std::string> suites_below(const std::string& folder) {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().parent_path().filename() == "presets") continue;  // settings of losses, no suites
    if (entry.path().extension() == ".toml") out.push_back(entry.path().string());
  }
  return out;
}

/// The names in the headers [profile.NAME] and [[profile.NAME.studies]] of a suite.
std::set<std::string> profiles_of(const std::string& file) {
  const auto text = read_file(file);
  EXPECT_TRUE(text) << file;
  std::set<std::string> out;
  std::istringstream lines(text ? *text : "");
  for (std::string line; std::getline(lines, line);) {
    const auto name = line.find_first_not_of('[');
    constexpr std::string_view kTable = "profile.";
    if (!line.starts_with("[") || line.compare(name, kTable.size(), kTable) != 0) continue;
    const auto begin = name + kTable.size();
    out.insert(line.substr(begin, line.find_first_of(".]", begin) - begin));
  }
  return out;
}

TEST(ShippedSuites, AreReadInEveryProfile) {
  for (const auto& file : suites_below(kFolder)) {
    auto profiles = profiles_of(file);
    profiles.insert("");  // the file as it stands
    for (const auto& profile : profiles) {
      EXPECT_EQ(to_text(read_suite(file, {{}, profile}).diagnostics), "") << file << ", profile '" << profile << "'";
    }
  }
}

TEST(ShippedSuites, OfThePaperHaveItsScaleAndThatOfACpu) {
  const auto files = suites_below(kFolder + "/paper");
  EXPECT_EQ(files.size(), 14u);  // Tables 1 to 9 and Figures 2 to 5 and 7; Figure 6 shows the runs of Table 6
  for (const auto& file : files) EXPECT_EQ(profiles_of(file), (std::set<std::string>{"cpu", "paper"})) << file;
}

TEST(ShippedSuites, OfThePaperKeepTheTwoScalesApartInTheStore) {
  for (const auto& file : suites_below(kFolder + "/paper")) {
    if (file.ends_with("table1_gmm.toml")) continue;  // its scale is the paper's
    const auto cpu = read_suite(file, {{}, "cpu"}), paper = read_suite(file, {{}, "paper"});
    EXPECT_EQ(cpu.suite.name, std::filesystem::path(file).stem().string());
    EXPECT_EQ(paper.suite.name, cpu.suite.name + "_paper");
  }
}

TEST(SuitesReadme, ExplainsASuiteThatIsRead) {
  const auto page = read_file(kFolder + "/README.md");
  ASSERT_TRUE(page);
  for (const auto* profile : {"", "smoke"}) {
    const auto parsed = parse_suite(toml_blocks(*page), "README.md", {{}, profile});
    EXPECT_EQ(to_text(parsed.diagnostics), "");
    EXPECT_EQ(parsed.suite.studies.size(), 2u);
  }
}

TEST(SuitesReadme, MentionsEveryKeyOfTheQuickstart) {
  const auto page = read_file(kFolder + "/README.md"), quickstart = read_file(kFolder + "/quickstart.toml");
  ASSERT_TRUE(page && quickstart);
  std::istringstream lines(*quickstart);
  for (std::string line; std::getline(lines, line);) {
    const auto end = line.find(" = ");
    if (end == std::string::npos || line.starts_with("#")) continue;
    EXPECT_NE(page->find(line.substr(0, end)), std::string::npos) << line;
  }
}

}  // namespace
}  // namespace kdbench
