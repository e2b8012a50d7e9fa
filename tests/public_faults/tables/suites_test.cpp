// Suites that another program would run with something else than what was meant: each of these files is refused, in these words.
#include <kdbench/base/files.h>
#include <kdbench/suite/suite.h>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kdbench::public_faults {
namespace {

/// What reading tests/bad_suites/NAME.toml complains of, one mistake a line.
std::string said_of(const std::string& name) {
  return to_text(parse_suite(read_file(KDBENCH_TEST_DATA "/bad_suites/" + name + ".toml").value(), name + ".toml").diagnostics);
}

void expect_said(const std::string& name, const std::vector<std::string>& lines) {
  const auto said = said_of(name);
  for (const auto& line : lines) EXPECT_NE(said.find(name + ".toml:" + line), std::string::npos) << line << "\nin\n" << said;
}

TEST(KB_29, AKeyThatIsMisspeltOrMisplacedIsNamedWithTheNearestOrItsPlace) {
  expect_said("typo_key", {"8:1: no key 'epohcs' in [train]; did you mean 'epochs'?"});
  expect_said("typo_hyphen", {"7:1: no key 'batch-size' in [train]; did you mean 'batch_size'?"});
  expect_said("typo_section", {"18:2: no table [loses]; did you mean 'losses'?"});
  expect_said("misnested_key", {"7:1: no key 'tau' at the top of the file; it belongs in [losses.NAME]"});
}

TEST(KB_30, AValueOfAnotherTypeIsRefusedAndNeverReplacedByTheDefault) {
  expect_said("float_for_int", {"7:10: 'epochs' must be an integer, found the real number 2.5"});
  expect_said("string_for_number", {"19:7: 'tau' must be a number, found the string \"4.0\""});
  expect_said("bool_for_number", {"19:7: 'tau' must be a number, found the boolean true"});
  expect_said("duplicate_key", {"9:6: the key 'lr' is written twice; remove one"});
}

TEST(KB_30, AnIntegerWhereARealIsWantedIsNoMistake) { EXPECT_EQ(said_of("int_for_real"), ""); }

TEST(KB_31, ADecimalCommaIsAMistakeInItsLineAndNamesTakeAnyScript) {
  expect_said("decimal_comma", {"8:7: not TOML: "});
  EXPECT_EQ(said_of("utf8_names"), "");
}

TEST(KB_32, TwoOfOneNameAreRefusedAlsoWhereTheyDifferInCaseAlone) {
  expect_said("duplicate_study_names", {"25:8: study 'main' is defined in line 21 and in line 25; rename one"});
  expect_said("case_only_study_names", {"25:8: study 'Main' and 'main' of line 21 differ in case alone; rename one"});
  expect_said("case_only_loss_names", {"20:9: in [losses], 'KL' and 'kl' of line 17 differ in case alone; rename one"});
}

/// A suite of one study with these keys in [train].
std::string said_of_recipe(const std::string& train) {
  const auto text = "[suite]\nname = \"toy\"\n[train]\nepochs = 2\n" + train +
                    "[datasets.gmm]\n[models.teacher]\nplugin = \"mlp\"\n[models.student]\nplugin = \"mlp\"\n[losses.kl]\n"
                    "[[studies]]\nname = \"main\"\nlosses = [\"kl\"]\npairs = [[\"teacher\", \"student\"]]\n";
  return to_text(parse_suite(text, "s.toml").diagnostics);
}

TEST(KB_66, AMilestoneOrWarmUpBeyondTheLastEpochIsRefused) {
  EXPECT_EQ(said_of_recipe("schedule = \"step\"\nmilestones = [1]\n"), "");
  for (const char* milestones : {"[10, 20]", "[2]"}) {
    const auto said = said_of_recipe("schedule = \"step\"\nmilestones = " + std::string(milestones) + "\n");
    EXPECT_NE(said.find("the rate would never fall there"), std::string::npos) << said;
  }
  EXPECT_EQ(said_of_recipe("warmup_epochs = 2\n"), "");
  const auto said = said_of_recipe("warmup_epochs = 10\n");
  EXPECT_NE(said.find("'warmup_epochs' = 10 is above 'epochs' = 2"), std::string::npos) << said;
}

}  // namespace
}  // namespace kdbench::public_faults
