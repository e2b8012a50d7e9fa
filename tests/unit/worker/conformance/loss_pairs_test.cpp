// A loss trains on pairs of families, or says before that it cannot; a crash there is found by `kdbench test`.
#include "collected.h"

#include <kdbench/registry/catalog.h>

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace kdbench {
namespace {

constexpr const char* kSameFamily = "trains on resnet -> resnet, or declines it";
constexpr const char* kOtherFamily = "trains on wrn -> mobilenet_v2, 4 maps and 5, or declines it";
constexpr const char* kTokens = "trains on resnet -> vit, or declines it";
constexpr const char* kLarger = "trains on resnet -> resnet at 64 x 64, or declines it";

/// Compares where the maps f3 are large, as they are: it needs two maps of one size. Those of wrn have 8 x 8, of mobilenet_v2 4
/// x 4.
class Places final : public Loss {
 public:
  LossNeeds needs() const override { return {.teacher_features = true, .reads_tau = ReadsTau::kNone}; }
  LossTerms forward(const LossInputs& in) override {
    return (in.student.features.at("f3").mean(1) - in.teacher.features.at("f3").mean(1)).square().mean();
  }
};

/// The checks of that loss, which judges pairs by `refusal`.
test::Collected checks_of(const std::function<std::optional<std::string>(const LossContext&)>& refusal) {
  LossEntry entry{
      {.name = "places", .about = {.summary = "Places."}, .params = {}, .create = [](const ParamValues&, const LossContext&) {
         return std::make_shared<Places>();
       }}};
  entry.static_unsupported = [refusal](const ParamValues&, const LossContext& context) { return refusal(context); };
  test::Collected collected;
  check_loss(entry, collected.report());
  return collected;
}

std::optional<std::string> nothing_against(const LossContext&) { return std::nullopt; }

bool differ(const LossContext& context) { return context.student.at(3).height != context.teacher.at(3).height; }

TEST(LossPairs, FindALossThatWouldCrashInTraining) {
  const auto checks = checks_of(nothing_against);
  EXPECT_EQ(checks.failures(), std::vector<std::string>{kOtherFamily});
  EXPECT_NE(checks.finding(kOtherFamily).find("must match the size"), std::string::npos) << checks.finding(kOtherFamily);
  for (const auto* check : {kSameFamily, kTokens, kLarger}) EXPECT_EQ(checks.finding(check), "passed") << check;
}

TEST(LossPairs, TellTheReasonOfALossThatDeclines) {
  const auto checks = checks_of([](const LossContext& context) {
    return differ(context) ? std::optional<std::string>("expected maps of one size") : std::nullopt;
  });
  checks.expect_all_pass();
  EXPECT_EQ(checks.finding(kOtherFamily), "skipped: declined: expected maps of one size");
}

TEST(LossPairs, FindALossThatDeclinesWithoutAReason) {
  const auto checks =
      checks_of([](const LossContext& context) { return differ(context) ? std::optional<std::string>("") : std::nullopt; });
  EXPECT_EQ(checks.finding(kOtherFamily), "unsupported() declines it and gives no reason");
}

}  // namespace
}  // namespace kdbench
