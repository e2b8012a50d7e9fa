// What a suite may set is decided by what the plugin declared.
#include <kdbench/registry/check_params.h>
#include <kdbench/sdk/error.h>

#include <gtest/gtest.h>

#include <limits>

namespace kdbench {
namespace {

const ParamSpec kBeta{.name = "beta", .default_value = 1.0, .doc = "Weight.", .min = 0.0, .max = 10.0};
const ParamSpec kDepth{.name = "depth", .default_value = std::int64_t{20}, .doc = "Layers.", .min = 8.0};
const ParamSpec kNorm{.name = "norm", .default_value = std::string("l2"), .doc = "Norm.", .choices = {"l1", "l2"}};
const ParamSpec kFlip{.name = "flip", .default_value = false, .doc = "Mirror."};

TEST(CheckParam, TakesAnIntegerWhereARealIsWanted) {
  const auto checked = check_param(kBeta, std::int64_t{2});
  EXPECT_EQ(checked.complaint, "");
  EXPECT_EQ(checked.value, ParamValue(2.0));
}

TEST(CheckParam, RefusesAnotherTypeAndNamesBoth) {
  EXPECT_EQ(check_param(kDepth, 20.0).complaint, "'depth' must be an integer, found a real number 20");
  EXPECT_EQ(check_param(kDepth, std::string("20")).complaint, "'depth' must be an integer, found a string \"20\"");
  EXPECT_EQ(check_param(kFlip, std::int64_t{1}).complaint, "'flip' must be a boolean, found an integer 1");
  EXPECT_EQ(check_param(kBeta, true).complaint, "'beta' must be a real number, found a boolean true");
}

TEST(CheckParam, RefusesValuesOutOfRangeAndTakesTheBounds) {
  EXPECT_EQ(check_param(kBeta, 0.0).complaint, "");
  EXPECT_EQ(check_param(kBeta, 10.0).complaint, "");
  EXPECT_EQ(check_param(kBeta, -0.5).complaint, "'beta' must be at least 0, found -0.5");
  EXPECT_EQ(check_param(kBeta, std::int64_t{11}).complaint, "'beta' must be at most 10, found 11");
  EXPECT_EQ(check_param(kDepth, std::int64_t{7}).complaint, "'depth' must be at least 8, found 7");
}

TEST(CheckParam, RefusesWhatIsNotFinite) {
  EXPECT_EQ(check_param(kBeta, std::numeric_limits<double>::quiet_NaN()).complaint, "'beta' must be finite, found nan");
  EXPECT_EQ(check_param(kBeta, std::numeric_limits<double>::infinity()).complaint, "'beta' must be finite, found inf");
}

TEST(CheckParam, RefusesATextThatIsNoChoiceAndNamesTheChoices) {
  EXPECT_EQ(check_param(kNorm, std::string("l1")).complaint, "");
  const auto complaint = check_param(kNorm, std::string("maximum")).complaint;
  EXPECT_TRUE(complaint.starts_with("'norm' cannot be \"maximum\"")) << complaint;
  EXPECT_NE(complaint.find("l1, l2"), std::string::npos) << complaint;
}

TEST(UnknownParam, NamesTheNearestDeclaredOneOrKeyOfTheHost) {
  EXPECT_EQ(unknown_param("depht", {kBeta, kDepth}), "no parameter 'depht'; did you mean 'depth'?");
  EXPECT_EQ(unknown_param("depth", {}), "no parameter 'depth'; it has none");
  const std::vector<std::string> host = {"alpha", "tau"};
  EXPECT_EQ(unknown_param("alhpa", {kBeta, kDepth}, host), "no parameter 'alhpa'; did you mean 'alpha'?");
  EXPECT_EQ(unknown_param("width", {kBeta, kDepth}, host),
            "no parameter 'width'; expected one of beta, depth, or of the host's keys alpha, tau");
  EXPECT_EQ(unknown_param("width", {}, host), "no parameter 'width'; it has none; the host's keys are alpha, tau");
}

TEST(ResolveParams, OverwritesDefaultsByWhatWasGiven) {
  const ParamValues expected{{"beta", 3.0}, {"depth", std::int64_t{20}}};
  EXPECT_EQ(resolve_params({kBeta, kDepth}, {{"beta", 3.0}}), expected);
}

TEST(ParamsFromJson, GivesBackWhatToJsonWrote) {
  const std::vector<ParamSpec> specs{kBeta, kDepth, kNorm, kFlip};
  const ParamValues values{{"beta", 2.0}, {"depth", std::int64_t{8}}, {"norm", std::string("l1")}, {"flip", true}};
  EXPECT_EQ(params_from_json(specs, Json::parse(to_json(values).dump())), values);
  EXPECT_THROW(params_from_json({kBeta}, Json{{"gamma", 1}}), Error);
}

}  // namespace
}  // namespace kdbench
