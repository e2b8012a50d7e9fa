// Reported faults that planning must find or must not have, by their numbers in docs/public_faults.md.
#include "unit/plan/toys.h"

#include <gtest/gtest.h>

namespace kdbench {
namespace {

using namespace toy;

/// Returns `columns` logits whatever the data set says.
struct FixedColumns final : Model {
  explicit FixedColumns(std::int64_t columns) : columns(columns) {}
  ModelOutput forward(const torch::Tensor& images) override {
    ModelOutput out;
    out.logits = at::zeros({images.size(0), columns});
    return out;
  }
  std::int64_t columns;
};

/// What is said of a suite whose teacher has that many outputs, for two classes.
std::string with_teacher_of(std::int64_t columns) {
  auto catalog = toys();
  catalog.models["fixed"] = {
      {"fixed", {}, {}, [=](const auto&, const auto&) { return std::make_shared<FixedColumns>(columns); }}, "toys", "1"};
  const std::string suite =
      "[suite]\nname = \"s\"\n[datasets.toy]\n[models.teacher]\nplugin = \"fixed\"\n[models.student]\n"
      "plugin = \"net\"\n[losses.kl]\n";
  return mistakes(suite + study(R"("kl")"), catalog);
}

TEST(KB_07, ATeacherOfAnotherNumberOfClassesIsRefusedBeforeAnythingIsTrained) {
  EXPECT_EQ(with_teacher_of(2), "planned");
  expect_says(with_teacher_of(100), "model 'teacher' on dataset 'toy': returns 100 logits for 2 classes");
  expect_says(with_teacher_of(1), "model 'teacher' on dataset 'toy': returns 1 logits for 2 classes");
}

TEST(KB_29, AKeyOfAPluginIsCheckedByThePluginsOwnList) {
  expect_says(mistakes(kHead + "[losses.kl]\nbetta = 2\n" + study(R"("kl")")), "'betta'");
  expect_says(mistakes(kHead + "[losses.kl]\nbetta = 2\n" + study(R"("kl")")), "did you mean 'beta'?");
}

TEST(KB_29, TheSpecThatIsStoredHoldsEveryDefault) {
  const auto plan = plan_of(kHead + "[losses.kl]\n" + study(R"("kl")"));
  const auto spec = to_document(plan.jobs.back().spec);
  for (const char* key : {"lr", "batch_size", "momentum", "weight_decay"}) EXPECT_TRUE(spec.at("train").contains(key)) << key;
  EXPECT_EQ(spec.at("loss").at("params").at("beta"), 1.0);  // not written in the suite
}

TEST(KB_30, AnIntegerWhereARealIsWantedGivesTheJobOfThatReal) {
  const auto text = [](const std::string& tau) { return kHead + "[losses.kl]\ntau = " + tau + "\n" + study(R"("kl")"); };
  EXPECT_EQ(ids(plan_of(text("4"))), ids(plan_of(text("4.0"))));
  EXPECT_EQ(ids(plan_of(text("[1, 1.5]"))), ids(plan_of(text("[1.0, 1.5]"))));
  EXPECT_NE(ids(plan_of(text("4"))), ids(plan_of(text("4.5"))));
}

}  // namespace
}  // namespace kdbench
