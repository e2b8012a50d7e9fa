// Every file of tests/bad_suites says in its first lines what is to be said about it:
//   # expect: 3:1: no key 'epohcs' in [train]; did you mean 'epochs'?
//   # profile: cpu               (the profile that is chosen)
//   # set: train.epochs=2        (an override)
#include <kdbench/base/files.h>
#include <kdbench/suite/suite.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

namespace kdbench {
namespace {

struct Case {
  std::vector<std::string> expected;
  ParseOptions options;
};

Case read_case(const std::string& text) {
  Case out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line) && line.starts_with("# ");) {
    const auto colon = line.find(": ");
    const auto word = line.substr(2, colon - 2), rest = line.substr(colon + 2);
    if (word == "expect") out.expected.push_back(rest);
    if (word == "profile") out.options.profile = rest;
    if (word == "set") out.options.overrides.push_back({rest.substr(0, rest.find('=')), rest.substr(rest.find('=') + 1)});
  }
  return out;
}

/// The diagnostic without the name of its file.
std::string without_file(Diagnostic d) {
  if (d.file.empty() || d.at.line == 0) return d.message;
  d.file = "F";
  return d.text().substr(2);
}

std::vector<std::string> bad_suites() {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(KDBENCH_TEST_DATA "/bad_suites")) {
    if (entry.path().extension() == ".toml") out.push_back(entry.path().stem().string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

class BadSuite : public testing::TestWithParam<std::string> {};

TEST_P(BadSuite, SaysExactlyWhatIsExpected) {
  const auto text = read_file(KDBENCH_TEST_DATA "/bad_suites/" + GetParam() + ".toml");
  ASSERT_TRUE(text);
  auto wanted = read_case(*text);
  std::vector<std::string> said;
  for (const auto& d : parse_suite(*text, "F", wanted.options).diagnostics) said.push_back(without_file(d));
  std::sort(said.begin(), said.end());
  std::sort(wanted.expected.begin(), wanted.expected.end());
  EXPECT_EQ(said, wanted.expected);
}

INSTANTIATE_TEST_SUITE_P(Files, BadSuite, testing::ValuesIn(bad_suites()), [](const auto& info) { return info.param; });

TEST(BadSuites, AreThere) { EXPECT_GE(bad_suites().size(), 60u); }

}  // namespace
}  // namespace kdbench
