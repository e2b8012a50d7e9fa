// Presets: published settings of losses that a suite names. Their keys count as if they were written in the table.
#include <kdbench/suite/suite.h>
#include <kdbench/suite/tables/presets.h>

#include <gtest/gtest.h>

#include <algorithm>

namespace kdbench {
namespace {

/// A suite whose one loss has these lines; they begin at line 4.
ParsedSuite with_loss(const std::string& lines) {
  return parse_suite("[suite]\nname = \"s\"\n[losses.dkd]\n" + lines +
                         "[datasets.d]\n[models.m]\n[[studies]]\nname = \"main\"\nlosses = [\"dkd\"]\npairs = [[\"m\"]]\n",
                     "s.toml");
}

double number(const SuiteParam& param) { return std::get<double>(param.values.at(0)); }

TEST(Presets, StandForTheKeysThatTheyHold) {
  const auto [suite, diagnostics] = with_loss("preset = \"resnet56-resnet20\"\n");
  EXPECT_EQ(to_text(diagnostics), "");
  const auto& dkd = suite.losses.at("dkd");
  EXPECT_EQ(number(dkd.knobs.at("ce_weight")), 1);
  EXPECT_EQ(number(dkd.knobs.at("tau")), 4);
  EXPECT_EQ(std::get<std::int64_t>(dkd.knobs.at("warmup_epochs").values.at(0)), 20);
  EXPECT_EQ(number(dkd.params.at("nontarget_weight")), 2);
  EXPECT_FALSE(dkd.params.contains("preset"));
  EXPECT_FALSE(dkd.params.contains("source"));
  // What is wrong with a key of the preset is told where the preset is named.
  EXPECT_EQ(dkd.knobs.at("tau").at, (Position{4, 10}));
}

TEST(Presets, GiveWayToTheKeysOfTheSuite) {
  const auto [suite, diagnostics] =
      with_loss("preset = \"resnet56-resnet20\"\nnontarget_weight = [1.0, 3.0]\nwarmup_epochs = 2\n");
  EXPECT_EQ(to_text(diagnostics), "");
  const auto& dkd = suite.losses.at("dkd");
  EXPECT_EQ(dkd.params.at("nontarget_weight").values.size(), 2u);
  EXPECT_EQ(std::get<std::int64_t>(dkd.knobs.at("warmup_epochs").values.at(0)), 2);
  EXPECT_EQ(number(dkd.params.at("target_weight")), 1);
}

TEST(Presets, GiveWayToWhatSaysTheSameByOtherKeys) {
  const auto alpha = with_loss("preset = \"resnet56-resnet20\"\nalpha = 0.5\n");
  EXPECT_EQ(to_text(alpha.diagnostics), "");
  EXPECT_FALSE(alpha.suite.losses.at("dkd").knobs.contains("ce_weight"));
  EXPECT_FALSE(alpha.suite.losses.at("dkd").knobs.contains("kd_weight"));
  const auto tau = with_loss("preset = \"resnet56-resnet20\"\ntau_student = 2\ntau_teacher = 3\n");
  EXPECT_EQ(to_text(tau.diagnostics), "");
  EXPECT_FALSE(tau.suite.losses.at("dkd").knobs.contains("tau"));
}

TEST(Presets, AreThoseOfThePlugin) {
  const auto parsed = with_loss("plugin = \"wkd_l\"\npreset = \"resnet32x4-resnet8x4\"\n");
  EXPECT_EQ(to_text(parsed.diagnostics), "");
  EXPECT_EQ(number(parsed.suite.losses.at("dkd").params.at("weight")), 600);
}

TEST(Presets, CanBeSetOnTheCommandLine) {
  const auto parsed = parse_suite(
      "[suite]\nname = \"s\"\n[losses.dkd]\n[datasets.d]\n[models.m]\n[[studies]]\nname = \"main\"\nlosses = [\"dkd\"]\npairs = "
      "[[\"m\"]]\n",
      "s.toml", {.overrides = {{"losses.dkd.preset", "vgg13-vgg8"}}, .profile = ""});
  EXPECT_EQ(to_text(parsed.diagnostics), "");
  EXPECT_EQ(number(parsed.suite.losses.at("dkd").params.at("nontarget_weight")), 6);
}

TEST(Presets, ThatThereAreNotAreRefusedWithThoseThereAre) {
  EXPECT_EQ(to_text(with_loss("plugin = \"wkd_f\"\npreset = \"resnet56-resnet20\"\n").diagnostics),
            "s.toml:5:10: the loss 'wkd_f' has no preset \"resnet56-resnet20\"; it has \"resnet32x4-resnet8x4\", "
            "\"wrn_40_2-shufflenet_v1\"\n");
  EXPECT_EQ(to_text(with_loss("plugin = \"none\"\npreset = \"cifar100\"\n").diagnostics),
            "s.toml:5:10: there are no presets of the loss 'none'; remove 'preset'\n");
  EXPECT_EQ(to_text(with_loss("preset = 3\n").diagnostics), "s.toml:4:10: 'preset' must be a string, found the integer 3\n");
}

TEST(Presets, HaveNoPlaceInACombination) {
  const auto parsed = parse_suite(
      "[suite]\nname = \"s\"\n[losses.kl]\n[losses.at]\n[losses.both]\nof = [\"kl\", \"at\"]\npreset = \"cifar100\"\n"
      "[datasets.d]\n[models.m]\n[[studies]]\nname = \"main\"\nlosses = [\"both\"]\npairs = [[\"m\"]]\n",
      "s.toml");
  EXPECT_NE(to_text(parsed.diagnostics).find("'preset' has no place in [losses.both], which is a combination"), std::string::npos)
      << to_text(parsed.diagnostics);
}

TEST(Presets, OfTheProgramAllHaveASourceAndKeys) {
  EXPECT_GE(preset_files().size(), 20u);
  for (const auto& file : preset_files()) {
    const auto& presets = presets_of(std::string(file.loss));
    EXPECT_FALSE(presets.empty()) << file.loss;
    for (const auto& preset : presets) {
      EXPECT_FALSE(preset.source.empty()) << file.loss << ": " << preset.name;
      EXPECT_FALSE(preset.keys.empty()) << file.loss << ": " << preset.name;
    }
  }
  EXPECT_TRUE(presets_of("none").empty());
}

TEST(ParsePresets, ReadsSourceAccuracyAndKeysInTheirOrder) {
  const auto presets = parse_presets("[a-b]\nsource = \"X 2020\"\naccuracy = 71.5\ntau = 4.0\nbeta = 2\n", "dkd.toml");
  ASSERT_TRUE(presets);
  ASSERT_EQ(presets->size(), 1u);
  const auto& preset = presets->front();
  EXPECT_EQ(preset.name, "a-b");
  EXPECT_EQ(preset.source, "X 2020");
  EXPECT_EQ(preset.accuracy, 71.5);
  ASSERT_EQ(preset.keys.size(), 2u);
  EXPECT_EQ(preset.keys[0].first, "tau");
  EXPECT_EQ(preset.keys[1], (std::pair<std::string, SuiteValue>{"beta", std::int64_t{2}}));
}

TEST(ParsePresets, RefusesOnesWithoutASourceAndValuesThatAreNone) {
  const auto presets = parse_presets("[a]\ntau = 4\n[b]\nsource = \"X\"\ntau = [1, 2]\n", "dkd.toml");
  ASSERT_FALSE(presets);
  EXPECT_EQ(to_text(presets.error()),
            "dkd.toml:1:2: [a] needs a 'source': who printed it\n"
            "dkd.toml:5:1: 'tau' of a preset must be a single value, found a list\n");
}

}  // namespace
}  // namespace kdbench
