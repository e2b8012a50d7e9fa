// USKD: its three terms by hand, the ranks of classes, and students without a map.
#include <tests/plugins/loss_checks.h>

#include <cmath>

namespace kdbench::test::uskd_loss {
namespace {

const std::vector<FeatureShape> kMaps{{"f0", 2, 2, 2}, {"f1", 3, 1, 1}, {"f2", 4, 1, 1}};

std::shared_ptr<Loss> build(const ParamValues& params, const std::vector<FeatureShape>& maps) {
  const auto& entry = built_plugins().losses.at("uskd");
  auto loss = entry.create(resolve_params(entry.params, params), {.num_classes = 3, .student = maps, .teacher = {}});
  loss->to(torch::kFloat64);
  const torch::NoGradGuard no_grad;
  for (auto& parameter : loss->parameters()) parameter.zero_();  // the weak head finds all classes equal
  return loss;
}

ModelOutput student_of(const torch::Tensor& logits) {
  auto out = output(logits);
  for (const auto& map : kMaps) {
    out.features[map.name] = at::ones({logits.size(0), map.channels, map.height, map.width}, torch::kFloat64);
  }
  return out;
}

TEST(UskdLoss, LearnsTheLabelTheRanksOfTheOthersAndAWeakHead) {
  // (1, 3, 1) / 5, label 0. One image: p^2 + 1 - p^2 = 1, so the label costs ln 5. Of (weak / (1 - weak_y)) + p / (1 - p_y) =
  // (1/2 + 1/4, 1/2 + 3/4, 1/2 + 1/4) class 1 is first, the label second, class 2 third: 1 and 1/3, normalised (3/4, 1/4), which
  // are the student's as well. The weak head costs ln 3, smoothed or not.
  const auto student = student_of(rows({0, std::log(3.0), 0}, 3));
  const auto found = terms_of(*build({}, kMaps), student, {.labels = label_tensor({0})});
  EXPECT_NEAR(term_of(found, "target").item<double>(), 0.1 * std::log(5.0), 1e-15);
  EXPECT_NEAR(term_of(found, "nontarget").item<double>(), -0.1 * (0.75 * std::log(0.75) + 0.25 * std::log(0.25)), 1e-15);
  EXPECT_NEAR(term_of(found, "weak").item<double>(), 0.1 * std::log(3.0), 1e-15);
  sum_of(found).backward();
  // 0.1 (p - 1_y): the others have no gradient of their own here.
  expect_numbers(student.logits.grad(), {-0.08, 0.06, 0.02});
}

TEST(UskdLoss, WeighsImagesByTheSquareOfTheirLabelAgainstTheBatch) {
  // 1/3 and 3/5: squares 1/9 and 9/25, whose mean is 53/225: weights 197/225 and 253/225.
  const auto student = student_of(rows({0, 0, 0, 0, std::log(3.0), 0}, 3));
  const auto found = terms_of(*build({{"target_weight", 1.0}}, kMaps), student, {.labels = label_tensor({0, 1})});
  EXPECT_NEAR(term_of(found, "target").item<double>(), (197 * std::log(3.0) + 253 * std::log(5.0 / 3)) / 225 / 2, 1e-14);
}

TEST(UskdLoss, PutsTheWeakHeadOnTheMiddleMapUnlessToldOtherwise) {
  EXPECT_EQ(build({}, kMaps)->named_parameters()["weak.weight"].sizes().vec(), (std::vector<std::int64_t>{3, 3}));
  EXPECT_EQ(build({{"map", "f2"}}, kMaps)->named_parameters()["weak.weight"].sizes().vec(), (std::vector<std::int64_t>{3, 4}));
}

TEST(UskdLoss, RefusesStudentsWithoutTheMap) {
  const auto why = [](const ParamValues& params, const std::vector<FeatureShape>& maps) {
    const auto& entry = built_plugins().losses.at("uskd");
    return entry.unsupported(resolve_params(entry.params, params), {.num_classes = 3, .student = maps, .teacher = {}});
  };
  EXPECT_FALSE(why({}, kMaps));
  EXPECT_EQ(why({}, {}), "expected feature maps, found none of the student; use a model that has them");
  EXPECT_EQ(why({{"map", "f7"}}, kMaps),
            "the student has no feature map 'f7'; it has f0 to f2; set 'map' to one of them, or leave it out");
}

}  // namespace
}  // namespace kdbench::test::uskd_loss
