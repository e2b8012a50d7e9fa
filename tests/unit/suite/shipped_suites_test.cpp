// The suites that are shipped, and the one that suites/README.md explains, are read without complaint.
#include <kdbench/base/files.h>
#include <kdbench/suite/suite.h>

#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>
#include <string>

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

TEST(ShippedSuites, AreRead) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kFolder)) {
    if (entry.path().extension() != ".toml") continue;
    EXPECT_EQ(to_text(read_suite(entry.path().string()).diagnostics), "");
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
