// WKD-F: its two terms by hand, blocks, the projector, and maps that are too small.
#include <tests/plugins/loss_checks.h>

#include <cmath>

namespace kdbench::test::wkd_f_loss {
namespace {

const ParamValues kPlain{{"projector", "none"}, {"weight", 1.0}};

LossContext context_of(const FeatureShape& student, const FeatureShape& teacher) {
  return {.num_classes = 2, .student = {student}, .teacher = {teacher}};
}

LossTerms wkd_f(const ParamValues& params, const torch::Tensor& student, const torch::Tensor& teacher) {
  const auto& entry = built_plugins().losses.at("wkd_f");
  const auto shape = [](const torch::Tensor& map) { return FeatureShape{"f0", map.size(1), map.size(2), map.size(3)}; };
  auto loss = entry.create(resolve_params(entry.params, params), context_of(shape(student), shape(teacher)));
  loss->to(torch::kFloat64);
  ModelOutput s, t;
  s.features["f0"] = student;
  t.features["f0"] = teacher;
  const torch::Tensor none;
  return loss->forward({s, t, none, none, none, none});
}

torch::Tensor map(const std::vector<double>& values, std::vector<std::int64_t> shape) {
  return at::tensor(values, torch::kFloat64).view(shape);
}

TEST(WkdFLoss, ComparesMeansAndDeviationsOfTheChannels) {
  // (0, 2): mean 1, variance 2. (0, 4): mean 2, variance 8.
  const auto student = map({0, 2}, {1, 1, 1, 2}).requires_grad_(true);
  const auto found = wkd_f(kPlain, student, map({0, 4}, {1, 1, 1, 2}));
  EXPECT_NEAR(term_of(found, "mean").item<double>(), 4 * 1, 1e-15);
  EXPECT_NEAR(term_of(found, "std").item<double>(), std::pow(std::sqrt(8 + 1e-5) - std::sqrt(2 + 1e-5), 2), 1e-14);
  term_of(found, "mean").backward();
  expect_numbers(student.grad(), {-4, -4});  // 4 * 2 (1 - 2) / 2 for each pixel
}

TEST(WkdFLoss, GivesEveryBlockAGaussianOfItsOwn) {
  // Two blocks a side of 2 x 2 pixels each; the teacher is 0, so that every block counts its own mean: (1 + 4 + 9 + 16) / 4.
  const auto student = map({1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4}, {1, 1, 4, 4});
  ParamValues params = kPlain;
  params["grid"] = std::int64_t{2};
  params["mean_ratio"] = 1.0;
  const auto found = wkd_f(params, student, at::zeros({1, 1, 4, 4}, torch::kFloat64));
  EXPECT_NEAR(term_of(found, "mean").item<double>(), 30.0 / 4, 1e-14);
  EXPECT_NEAR(term_of(found, "std").item<double>(), 0, 1e-14);
}

TEST(WkdFLoss, LeadsTheStudentsChannelsToTheTeachersAndPoolsTheLargerMap) {
  const auto student = at::randn({3, 4, 8, 8}, torch::kFloat64).requires_grad_(true);
  const auto found = wkd_f({}, student, at::rand({3, 6, 4, 4}, torch::kFloat64));
  sum_of(found).backward();
  EXPECT_TRUE(student.grad().isfinite().all().item<bool>());
  EXPECT_GT(student.grad().abs().max().item<double>(), 0);
}

TEST(WkdFLoss, RefusesBlocksOfOnePixelAndUnlikeChannels) {
  const auto why = [](const ParamValues& params, const FeatureShape& student, const FeatureShape& teacher) {
    const auto& entry = built_plugins().losses.at("wkd_f");
    return entry.unsupported(resolve_params(entry.params, params), context_of(student, teacher)).value_or("accepted");
  };
  EXPECT_EQ(why({{"grid", std::int64_t{4}}}, {"f3", 4, 8, 8}, {"f3", 6, 8, 8}), "accepted");
  EXPECT_EQ(why({{"grid", std::int64_t{4}}}, {"f3", 4, 8, 8}, {"f3", 6, 4, 4}),
            "a standard deviation needs blocks of more than one pixel, found grid = 4 on the student's 'f3' [4, 8, 8] and the "
            "teacher's 'f3' [6, 4, 4]; set a smaller 'grid', or use models whose last maps are larger");
  EXPECT_EQ(why({{"projector", "none"}}, {"f3", 4, 8, 8}, {"f3", 6, 8, 8}),
            "projector = \"none\" compares maps of as many channels, found the student's 'f3' [4, 8, 8] and the teacher's 'f3' "
            "[6, 8, 8]; set projector = \"conv\"");
}

}  // namespace
}  // namespace kdbench::test::wkd_f_loss
