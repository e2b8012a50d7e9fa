// FitNet: which regressor two shapes get, values by hand, gradients by finite differences, and what is refused in which words.
#include <tests/plugins/built_plugins.h>

#include <kdbench/registry/check_params.h>

#include <ATen/Functions.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

using test::built_plugins;

std::shared_ptr<Loss> fitnet(const ParamValues& params, const LossContext& context) {
  const auto& entry = built_plugins().losses.at("fitnet");
  at::manual_seed(3);
  auto loss = entry.create(resolve_params(entry.params, params), context);
  loss->to(torch::kFloat64);
  return loss;
}

LossContext context_of(std::vector<FeatureShape> student, std::vector<FeatureShape> teacher) {
  LossContext context;
  context.num_classes = 10;
  context.student = std::move(student);
  context.teacher = std::move(teacher);
  return context;
}

ModelOutput maps(const std::vector<FeatureShape>& shapes, std::int64_t rows) {
  ModelOutput out;
  for (const auto& s : shapes) out.features[s.name] = at::randn({rows, s.channels, s.height, s.width}, torch::kFloat64);
  return out;
}

torch::Tensor value(Loss& loss, const ModelOutput& student, const ModelOutput& teacher) {
  const torch::Tensor none;
  const auto terms = loss.forward({.student = student,
                                   .teacher = teacher,
                                   .labels = none,
                                   .indices = none,
                                   .posterior = none,
                                   .images = none,
                                   .tau_student = 4,
                                   .tau_teacher = 4});
  EXPECT_EQ(terms.terms().size(), 1u);
  EXPECT_EQ(terms.terms()[0].first, "hint");
  return terms.terms()[0].second;
}

std::string refusal(const ParamValues& params, const LossContext& context) {
  const auto& entry = test::built_plugins().losses.at("fitnet");
  return entry.unsupported(resolve_params(entry.params, params), context).value_or("accepted");
}

const std::vector<FeatureShape> kTeacher{{"f0", 8, 4, 4}};

struct ShapeCase {
  FeatureShape student;
  std::vector<std::int64_t> weight;  ///< of the convolution that leads to 8 x 4 x 4
};

const std::vector<ShapeCase> kShapeCases{
    {{"f0", 6, 4, 4}, {8, 6, 1, 1}},  // equal sizes: kernel 1 + 4 - 4
    {{"f0", 6, 5, 7}, {8, 6, 2, 4}},  // larger: kernel 1 + 5 - 4 by 1 + 7 - 4, no padding
    {{"f0", 6, 8, 8}, {8, 6, 3, 3}},  // twice: stride 2
    {{"f0", 6, 2, 2}, {6, 8, 4, 4}},  // half: transposed, whose weight is [in, out, 4, 4]
};

TEST(FitNetRegressor, IsChosenByTheTwoShapes) {
  for (const auto& c : kShapeCases) {
    const auto context = context_of({c.student}, kTeacher);
    const auto loss = fitnet({}, context);
    EXPECT_EQ(refusal({}, context), "accepted");
    const auto parameters = loss->named_parameters();
    ASSERT_TRUE(parameters.contains("regressor.conv.weight"));
    EXPECT_EQ(parameters["regressor.conv.weight"].sizes().vec(), c.weight);
    EXPECT_EQ(parameters["regressor.bn.weight"].sizes().vec(), std::vector<std::int64_t>{8});
    // Its output has the teacher's shape, or the loss would throw.
    EXPECT_GT(value(*loss, maps({c.student}, 3), maps(kTeacher, 3)).item<double>(), 0);
  }
}

/// Central difference of the loss where `tensor` moves along `direction`.
double slope(const std::function<double()>& loss, torch::Tensor tensor, const torch::Tensor& direction) {
  const torch::NoGradGuard no_grad;
  constexpr double kStep = 1e-6;
  tensor.add_(direction, kStep);
  const double above = loss();
  tensor.sub_(direction, 2 * kStep);
  const double below = loss();
  tensor.add_(direction, kStep);
  return (above - below) / (2 * kStep);
}

TEST(FitNetGradient, IsThatOfFiniteDifferences) {
  for (const bool relu : {false, true}) {
    for (const auto& c : kShapeCases) {
      const auto loss = fitnet({{"relu", relu}}, context_of({c.student}, kTeacher));
      auto student = maps({c.student}, 3);
      const auto teacher = maps(kTeacher, 3);
      std::vector<torch::Tensor> leaves{student.features.at("f0").requires_grad_(true)};
      for (const auto& p : loss->parameters()) leaves.push_back(p);
      value(*loss, student, teacher).backward();
      for (const auto& leaf : leaves) {
        const auto direction = at::randn_like(leaf);
        const double analytic = (leaf.grad() * direction).sum().item<double>();
        const double numeric = slope([&] { return value(*loss, student, teacher).item<double>(); }, leaf, direction);
        // The term is of order 100: cancellation costs 100 * 1e-16 / 1e-6 = 1e-8. A bias before batch norm moves nothing at all.
        EXPECT_NEAR(analytic, numeric, 1e-6 * (1 + std::abs(numeric))) << c.student.height << ", relu " << relu;
      }
    }
  }
}

TEST(FitNet, IsTheWeightedMeanSquareWithoutRegressor) {
  const std::vector<FeatureShape> shape{{"f0", 1, 1, 2}};
  const auto loss = fitnet({{"regressor", "none"}, {"weight", 2.0}}, context_of(shape, shape));
  EXPECT_TRUE(loss->parameters().empty());
  ModelOutput student, teacher;
  student.features["f0"] = at::tensor({1.0, 3.0}, torch::kFloat64).view({1, 1, 1, 2}).requires_grad_(true);
  teacher.features["f0"] = at::tensor({0.0, 5.0}, torch::kFloat64).view({1, 1, 1, 2});
  const auto term = value(*loss, student, teacher);
  EXPECT_DOUBLE_EQ(term.item<double>(), 2 * (1.0 + 4.0) / 2);
  term.backward();
  // 2 * (2 / 2) (s - t)
  EXPECT_TRUE(student.features["f0"].grad().flatten().equal(at::tensor({2.0, -4.0}, torch::kFloat64)));
}

TEST(FitNet, GuidesTheMiddleMapUnlessToldOtherwise) {
  const std::vector<FeatureShape> student{{"f0", 2, 8, 8}, {"f1", 3, 8, 8}, {"f2", 4, 4, 4}, {"f3", 5, 2, 2}};
  const std::vector<FeatureShape> teacher{{"f0", 6, 8, 8}, {"f1", 7, 8, 8}, {"f2", 8, 4, 4}, {"f3", 9, 2, 2}};
  const auto weight = [&](const ParamValues& params) {
    return fitnet(params, context_of(student, teacher))->named_parameters()["regressor.conv.weight"].sizes().vec();
  };
  EXPECT_EQ(weight({}), (std::vector<std::int64_t>{8, 4, 1, 1}));
  EXPECT_EQ(weight({{"hint", "f1"}}), (std::vector<std::int64_t>{7, 3, 1, 1}));
  EXPECT_EQ(weight({{"hint", "f1"}, {"teacher_hint", "f2"}}), (std::vector<std::int64_t>{8, 3, 3, 3}));
  EXPECT_EQ(weight({{"teacher_hint", "f3"}}), (std::vector<std::int64_t>{9, 4, 3, 3}));
}

TEST(FitNet, ReadsTheTeachersMapsAndNoTemperature) {
  const auto loss = fitnet({}, context_of(kTeacher, kTeacher));
  const auto& entry = built_plugins().losses.at("fitnet");
  const auto needs = entry.needs(resolve_params(entry.params, {}), context_of(kTeacher, kTeacher));
  EXPECT_TRUE(needs.teacher);
  EXPECT_TRUE(needs.teacher_features);
  EXPECT_FALSE(needs.reads_student_tau() || needs.reads_teacher_tau());
  const auto student = maps(kTeacher, 2), teacher = maps(kTeacher, 2);
  const torch::Tensor none;
  const auto cold = loss->forward({student, teacher, none, none, none, none, 1, 1}).terms()[0].second;
  EXPECT_TRUE(cold.equal(value(*loss, student, teacher)));
}

TEST(FitNetRefusal, NamesBothShapesWhereNoRegressorFits) {
  EXPECT_EQ(refusal({}, context_of({{"f0", 6, 4, 4}}, {{"f0", 8, 12, 12}})),
            "no regressor fits the student's 'f0' [6, 4, 4] and the teacher's 'f0' [8, 12, 12]: the student's must be twice or "
            "half as high "
            "and wide, or at least as high and wide; choose other maps by 'hint' and 'teacher_hint'");
  EXPECT_EQ(
      refusal({{"regressor", "none"}}, context_of({{"f0", 6, 4, 4}}, {{"f0", 8, 4, 4}})),
      "regressor = \"none\" compares maps of one shape, found the student's 'f0' [6, 4, 4] and the teacher's 'f0' [8, 4, 4]; set "
      "regressor = \"conv\" or choose other maps");
}

TEST(FitNetRefusal, NamesTheMapsThereAre) {
  const std::vector<FeatureShape> maps{{"f0", 4, 8, 8}, {"f1", 4, 8, 8}, {"f2", 8, 4, 4}};
  const std::vector<FeatureShape> layers{{"fc1", 64, 1, 1}, {"fc2", 64, 1, 1}};
  EXPECT_EQ(refusal({{"hint", "f7"}}, context_of(maps, maps)),
            "the student has no feature map 'f7'; it has f0, f1, f2; set 'hint' to one of them");
  EXPECT_EQ(refusal({}, context_of(maps, layers)),
            "the teacher has no feature map 'f1'; it has fc1, fc2; set 'teacher_hint' to one of them");
  EXPECT_EQ(refusal({{"teacher_hint", "fc1"}}, context_of(maps, layers)), "accepted");
  EXPECT_EQ(refusal({}, context_of({}, maps)), "expected feature maps, found none of the student; use a model that has them");
  EXPECT_EQ(refusal({}, context_of(maps, {})), "expected feature maps, found none of the teacher; use a model that has them");
}

TEST(FitNetRefusal, IsAnErrorOnceItIsUsedAnyway) {
  const auto refused = fitnet({}, context_of({}, {}));
  EXPECT_THROW(value(*refused, {}, {}), Error);
  // One image of 1 x 1 has no variance to normalise by.
  const std::vector<FeatureShape> layer{{"fc1", 4, 1, 1}};
  const auto loss = fitnet({}, context_of(layer, layer));
  EXPECT_THROW(value(*loss, maps(layer, 1), maps(layer, 1)), Error);
  EXPECT_NO_THROW(value(*loss, maps(layer, 2), maps(layer, 2)));
}

}  // namespace
}  // namespace kdbench
